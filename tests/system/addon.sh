# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The debhelper addon: real packages are built with it, and apt installs them.
# Needs: build-essential debhelper

dpkg --install /dh-universal-hooks.deb >/dev/null
source=/build/source
report=/build/report
plugin=apt-plugin-universal-hooks

# start_source [PACKAGE]...: creates a source package with compat level $compat that build-depends on
# the addon, with a paragraph for each binary package, and changes into it.
start_source() {
	local package
	mkdir -p $source/debian/source
	cd $source || return
	cat >debian/control <<-END
		Source: app
		Section: misc
		Priority: optional
		Maintainer: Nobody <nobody@localhost>
		Build-Depends: debhelper-compat (= ${compat-13}), dh-sequence-universal-hooks
		Standards-Version: 4.6.2
		Rules-Requires-Root: no
	END
	for package in "${@:-app}"; do
		printf '%s\n' '' "Package: $package" "Architecture: ${architecture-all}" \
			"Depends: \${misc:Depends}" ${relation:+"$relation"} \
			'Description: made for a test' ' by its build.' >>debian/control
	done
	echo '3.0 (native)' >debian/source/format
	# shellcheck disable=SC2016 # expanded by make
	printf '#!/usr/bin/make -f\n%%:\n\tdh $@\n' >debian/rules
	chmod 755 debian/rules
	printf '#!/bin/sh\n' >script
	version 1
}

version() {
	printf 'app (%s) unstable; urgency=low\n\n  * Test.\n\n -- %s  %s\n' "$1" \
		'Nobody <nobody@localhost>' 'Fri, 20 Nov 2026 12:00:00 +0000' >debian/changelog
}

# Builds the packages, and puts them into the local archive.
build() {
	rm -f ../*.deb
	dpkg-buildpackage -us -uc -b >$report 2>&1 || fail "$(cat $report)"
	mkdir -p "$repository"
	cp ../*.deb "$repository"
	archive_is_stale=yes
}

# A package with a hook of each kind. Its second version has one more, but none for a wildcard.
start_app() {
	relation="Recommends: \${misc:Recommends}" start_source
	probe $source/debian/hooks/own OPERATION
	probe $source/debian/hooks/wild MATCHED
	probe $source/debian/hooks/030-all RESULT
	chmod 644 debian/hooks/*
	cat >debian/app.universal-hooks <<-'END'
		# all three kinds
		debian/hooks/own	pkgs/app/Post-Invoke/010-own
		debian/hooks/wild	multi_pkgs/Post-Invoke/a__WILDCARD__/020-wild

		debian/hooks/030-all	Post-Invoke/
	END
	build
}

second_version_of_app() {
	version 2
	probe $source/debian/hooks/own OLD_VERSION NEW_VERSION
	sed -i /020-wild/d debian/app.universal-hooks
	build
}

# Expects a run of each of the three, with the operation.
expect_all_three() {
	expect_runs <<-EOF
		$packaged_hooks/pkgs/app/Post-Invoke/010-own OPERATION=$1
		$packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/020-wild --pkg_list={app} MATCHED={app}
		$packaged_hooks/Post-Invoke/030-all RESULT=ok
	EOF
}

test_hooks_of_a_package_come_with_it_and_fire() {
	start_app
	package other 1
	apt_succeeds install app
	expect_all_three install
	apt_succeeds --reinstall install app
	expect_all_three reinstall
	apt_succeeds install other
	expect_runs <<-EOF
		$packaged_hooks/Post-Invoke/030-all RESULT=ok
	EOF
	apt-universal-hooks check || fail "apt-universal-hooks check ended with $?"
}

test_hooks_are_no_conffiles_and_belong_to_root_with_mode_755() {
	start_app
	apt_succeeds install app
	expect_equal '' "$(dpkg-query --show --showformat '${Conffiles}' app)" conffiles
	expect_file <(cd "$packaged_hooks" && find . -type f -printf '%m %u %P\n' | sort) <<-'EOF'
		755 root Post-Invoke/030-all
		755 root multi_pkgs/Post-Invoke/a__WILDCARD__/020-wild
		755 root pkgs/app/Post-Invoke/010-own
	EOF
}

test_a_hook_is_overridden_and_masked_from_etc() {
	start_app
	apt_succeeds install app
	: >/runs
	probe pkgs/app/Post-Invoke/010-own RESULT
	mkdir -p "$hooks/multi_pkgs/Post-Invoke/a__WILDCARD__"
	ln -s /dev/null "$hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/020-wild"
	apt_succeeds --reinstall install app
	expect_runs <<-EOF
		pkgs/app/Post-Invoke/010-own RESULT=ok
		$packaged_hooks/Post-Invoke/030-all RESULT=ok
	EOF
}

test_an_upgrade_brings_the_new_hooks_and_takes_the_old_ones() {
	start_app
	apt_succeeds install app
	: >/runs
	second_version_of_app
	apt_succeeds install app
	expect_runs <<-EOF
		$packaged_hooks/pkgs/app/Post-Invoke/010-own OLD_VERSION=1 NEW_VERSION=2
		$packaged_hooks/Post-Invoke/030-all RESULT=ok
	EOF
	[[ ! -e $packaged_hooks/multi_pkgs ]] || fail 'the hook of version 1 should be gone'
}

test_an_upgrade_leaves_what_overrides_a_hook() {
	start_app
	apt_succeeds install app
	: >/runs
	probe pkgs/app/Post-Invoke/010-own RESULT
	second_version_of_app
	apt_succeeds install app
	expect_runs <<-EOF
		pkgs/app/Post-Invoke/010-own RESULT=ok
		$packaged_hooks/Post-Invoke/030-all RESULT=ok
	EOF
}

# Lists all files except logs, caches, and the databases of dpkg and apt.
files() {
	find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/log \
		-o -path /var/cache -o -path /build -o -path /tmp -o -path "$repository" \) \
		-prune -o -print | sort
}

# leaves_nothing_by VERB
leaves_nothing_by() {
	start_app
	publish
	# Files that the functions of the test write must exist before.
	touch "$output" "$errors" /files
	files >/files
	apt_succeeds install app
	[[ -e $packaged_hooks/Post-Invoke/030-all ]] || fail 'the test is broken: there is no hook'
	: >/runs
	apt_succeeds "$1" app
	expect_no_runs
	expect_file <(files) </files
}

test_removed_with_its_package_nothing_is_left_of_a_hook() {
	leaves_nothing_by remove
}

test_purged_with_its_package_nothing_is_left_of_a_hook() {
	leaves_nothing_by purge
}

# built_field PACKAGE FIELD: prints a field of the .deb.
built_field() {
	dpkg-deb --field ../"$1"_*.deb "$2"
}

test_the_plugin_is_recommended_or_else_enhanced() {
	start_app
	expect_equal $plugin "$(built_field app Recommends)" Recommends
	# shellcheck disable=SC2016 # expanded by dpkg-gencontrol
	sed -i 's/^Recommends: .*/Enhances: ${misc:Enhances}/' debian/control
	printf 'override_dh_installuniversalhooks:\n\tdh_installuniversalhooks --enhances\n' \
		>>debian/rules
	build
	expect_equal $plugin "$(built_field app Enhances)" Enhances
	expect_equal '' "$(built_field app Recommends)" Recommends
}

test_a_package_without_hooks_is_built_as_without_the_addon() {
	relation="Recommends: \${misc:Recommends}" start_source
	build
	dpkg-deb --contents ../app_1_all.deb >/with
	expect_equal '' "$(built_field app Recommends)" Recommends
	sed -i 's/, dh-sequence-universal-hooks//' debian/control
	build
	expect_file <(dpkg-deb --contents ../app_1_all.deb) </with
}

test_each_binary_package_has_its_own_hooks() {
	relation="Recommends: \${misc:Recommends}" start_source app app-plugin app-doc
	echo 'script Post-Invoke/010-main' >debian/universal-hooks
	mkdir -p debian/app-plugin.universal-hooks.d/pkgs/app/Pre-Install-Pkgs
	install -m 644 script debian/app-plugin.universal-hooks.d/pkgs/app/Pre-Install-Pkgs/020-plug
	build
	expect_equal "$(files_of app)" '-rwxr-xr-x root/root Post-Invoke/010-main'
	expect_equal "$(files_of app-plugin)" \
		'-rwxr-xr-x root/root pkgs/app/Pre-Install-Pkgs/020-plug'
	expect_equal "$(files_of app-doc)" ''
	expect_equal "$plugin|$plugin|" "$(built_field app Recommends)|$(
		built_field app-plugin Recommends
	)|$(built_field app-doc Recommends)" Recommends
}

# Lists the hooks in the .deb of a package.
files_of() {
	dpkg-deb --contents ../"$1"_*.deb |
		sed -nE 's,^(-[^ ]+) ([^ ]+) .*\./usr/lib/apt/universal-hooks/(.*),\1 \2 \3,p'
}

test_a_file_and_a_folder_go_together() {
	start_source
	mkdir -p debian/universal-hooks.d/Pre-Invoke
	cp script debian/universal-hooks.d/Pre-Invoke/010-from-directory
	echo 'script ./Post-Invoke//020-from-file' >debian/app.universal-hooks
	build
	expect_equal "$(files_of app)" '-rwxr-xr-x root/root Post-Invoke/020-from-file
-rwxr-xr-x root/root Pre-Invoke/010-from-directory'
}

test_an_account_without_rights_builds_the_same() {
	start_app
	expect_equal 3 "$(files_of app | grep -c '^-rwxr-xr-x root/root ')" hooks
	sha256sum ../app_1_all.deb >/by-root
	chown -R nobody: /build
	rm -r ../app_1_all.deb debian/app
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		dpkg-buildpackage -us -uc -b >$report 2>&1 || fail "$(cat $report)"
	sha256sum --check --quiet /by-root
}

# The build compiles the hook and installs it into debian/tmp; then it is stripped, and its libraries
# are found, like those of any program. With a second package, dh_auto_install uses debian/tmp.
test_a_compiled_program_is_a_hook() {
	architecture=any relation="Recommends: \${misc:Recommends}" start_source app other
	# shellcheck disable=SC2016 # expanded by dpkg-gencontrol
	sed -i 's/^Depends: .*/&, ${shlibs:Depends}/' debian/control
	cat >hook.c <<-'END'
		#include <stdio.h>
		int main(void)
		{
			FILE *runs = fopen("/runs", "a");
			return runs == NULL || fputs("compiled\n", runs) < 0 || fclose(runs) != 0;
		}
	END
	printf 'all:\n\tcc -g -o hook hook.c\ninstall:\n\t%s\n' \
		"install -D hook \$(DESTDIR)/usr/libexec/hook" >Makefile
	echo 'usr/libexec/hook pkgs/app/Post-Invoke/010-compiled' >debian/app.universal-hooks
	build
	[[ $(built_field app Depends) == *libc6* ]] || fail 'its libraries should be known'
	apt_succeeds install app
	expect_runs <<<compiled
}

# The addon and the hooks work in every compat level.
test_all_compat_levels_of_debhelper_are_served() {
	local level least most automatic
	eval "$(perl -MDebian::Debhelper::Dh_Lib -e '
		printf "least=%d most=%d automatic=%d\n",
			Debian::Debhelper::Dh_Lib::MIN_COMPAT_LEVEL(),
			Debian::Debhelper::Dh_Lib::MAX_COMPAT_LEVEL(),
			Debian::Debhelper::Dh_Lib->can("dh_gencontrol_automatic_substvars") ? 14 : 99')"
	((least <= 9 && most >= 14)) || fail "levels from $least to $most are too few"
	for ((level = least; level <= most; level++)); do
		echo "level $level"
		rm -rf /build
		((level >= automatic)) || local relation="Recommends: \${misc:Recommends}"
		start_source
		sed -i 's/debhelper-compat[^,]*/debhelper/' debian/control
		# From level 14 on, debhelper wants it in a field of debian/control.
		if ((level >= automatic)); then
			sed -i "1i X-DH-Compat: $level" debian/control
		else
			echo "$level" >debian/compat
		fi
		echo 'script Post-Invoke/010-all' >debian/app.universal-hooks
		build
		expect_equal "$(files_of app)" '-rwxr-xr-x root/root Post-Invoke/010-all'
		expect_equal $plugin "$(built_field app Recommends)" Recommends
		unset relation
	done
}

# tool_succeeds ARGUMENT...: runs only the tool, as an override does.
tool_succeeds() {
	dh_installuniversalhooks "$@" >$report 2>&1 || fail "$(cat $report)"
}

# Lists the hooks in the build directories.
installed() {
	(cd debian && find . -path '*/universal-hooks/*' -type f -printf '%P\n' |
		sed 's,usr/lib/apt/universal-hooks/,,' | sort)
}

# Creates two packages with two hooks each, of which only one can be installed.
start_two() {
	start_source app other
	echo 'Conflicts: app' >>debian/control
	printf 'script Post-Invoke/010-a\nscript Post-Invoke/020-b\n' |
		tee debian/app.universal-hooks >debian/other.universal-hooks
}

test_p_and_N_choose_packages() {
	start_two
	tool_succeeds -papp
	expect_file <(installed) <<-'EOF'
		app/Post-Invoke/010-a
		app/Post-Invoke/020-b
	EOF
	[[ ! -e debian/other.substvars ]] || fail 'only app should have a substvar'
	rm -r debian/app debian/app.substvars
	tool_succeeds --no-package=app
	expect_file <(installed) <<-'EOF'
		other/Post-Invoke/010-a
		other/Post-Invoke/020-b
	EOF
	expect_equal "misc:Recommends=$plugin" "$(cat debian/other.substvars)"
}

test_a_and_i_choose_packages() {
	start_two
	sed -i '0,/all$/s//any/' debian/control
	tool_succeeds -a
	expect_equal app "$(installed | cut -d / -f 1 | uniq)" -a
	rm -r debian/app
	tool_succeeds -i
	expect_equal other "$(installed | cut -d / -f 1 | uniq)" -i
}

test_remaining_packages_are_those_not_done_yet() {
	start_two
	# If an override calls the tool, the tool writes its log.
	export DH_INTERNAL_OVERRIDE=dh_installuniversalhooks
	tool_succeeds -papp
	rm -r debian/app
	tool_succeeds --remaining-packages
	expect_equal other "$(installed | cut -d / -f 1 | uniq)"
}

test_X_leaves_out_hooks_and_does_not_look_at_them() {
	start_two
	mkdir -p debian/other.universal-hooks.d/posttrans
	touch debian/other.universal-hooks.d/posttrans/whatever
	echo 'nowhere Post-Invoke/030-c' >>debian/app.universal-hooks
	tool_succeeds -X010 --exclude=nowhere --exclude=posttrans/
	expect_file <(installed) <<-'EOF'
		app/Post-Invoke/020-b
		other/Post-Invoke/020-b
	EOF
	rm -r debian/app debian/app.substvars debian/other
	DH_ALWAYS_EXCLUDE=script:posttrans:nowhere tool_succeeds
	[[ -z $(installed) && ! -e debian/app.substvars ]] || fail 'all is excluded'
}

test_P_is_the_build_directory() {
	start_two
	tool_succeeds -papp -Pdebian/elsewhere
	expect_equal elsewhere "$(installed | cut -d / -f 1 | uniq)"
}

test_verbose_tells_and_no_act_does_nothing() {
	start_source
	echo 'script Post-Invoke/010-a' >debian/app.universal-hooks
	tool_succeeds -v --no-act
	# Versions of debhelper print other commands for creating directories and writing substvars.
	expect_file <(grep -o 'install -p.*' $report) <<-'EOF'
		install -p -m0755 script debian/app/usr/lib/apt/universal-hooks/Post-Invoke/010-a
	EOF
	[[ ! -e debian/app && ! -e debian/app.substvars && ! -e debian/.debhelper ]] ||
		fail '--no-act should do nothing'
	DH_VERBOSE=1 tool_succeeds
	has 'install -p .*/010-a$' <$report || fail 'DH_VERBOSE should print the commands'
	tool_succeeds
	expect_file $report </dev/null
	expect_equal app/Post-Invoke/010-a "$(installed)"
}

test_a_list_that_is_executable_is_run() {
	start_source
	cat >debian/app.universal-hooks <<-'END'
		#!/bin/sh
		echo script Post-Invoke/010-of-$DH_CONFIG_ACT_ON_PACKAGES
		[ ! -e wrong ] || echo script Post-Invoke/wrong
	END
	chmod 755 debian/app.universal-hooks
	tool_succeeds
	expect_equal app/Post-Invoke/010-of-app "$(installed)"
	rm -r debian/app debian/app.substvars
	touch wrong
	tool_reports 'output of debian/app.universal-hooks, entry 2: error: "wrong" does not begin'
}

# A variable with the architecture, as in other files of debhelper.
test_variables_of_debhelper_are_filled_in() {
	start_source
	# shellcheck disable=SC2016 # expanded by debhelper
	echo 'script pkgs/libc6:${DEB_HOST_ARCH}/Post-Invoke/010-a' >debian/app.universal-hooks
	tool_succeeds
	expect_equal "app/pkgs/libc6:$(dpkg --print-architecture)/Post-Invoke/010-a" "$(installed)"
}

# tool_reports BEGINNING-OF-LINE...: the tool fails with messages that begin like this and no others,
# and installs nothing.
tool_reports() {
	local lines beginning status=0 mistakes="$# mistakes"
	dh_installuniversalhooks >$report 2>&1 || status=$?
	mapfile -t lines <$report
	(($# > 1)) || mistakes='1 mistake'
	((status != 0)) || fail "this should have failed: $*"
	expect_equal "dh_installuniversalhooks: error: $mistakes, so no hook is installed" \
		"${lines[-1]}" "$(cat $report)"
	expect_equal $# $((${#lines[@]} - 1)) "$(cat $report)"
	for beginning; do
		[[ ${lines[0]} == "$beginning"* ]] ||
			fail "\"${lines[0]}\" does not begin with \"$beginning\""
		lines=("${lines[@]:1}")
	done
	[[ ! -e debian/app && ! -e debian/app.substvars ]] || fail "something is installed: $*"
}

# wrong_line LINE BEGINNING-OF-MESSAGE
wrong_line() {
	printf '# a comment\n\n%s\n' "$1" >debian/app.universal-hooks
	tool_reports "debian/app.universal-hooks:3: error: $2"
}

wrong_target() {
	wrong_line "script $1" "$2"
}

right_target() {
	printf 'script %s\n' "$1" >debian/app.universal-hooks
	tool_succeeds
	expect_equal "app/$1" "$(installed)"
	rm -r debian/app debian/app.substvars
}

# The end of the message about a malformed target.
valid_targets='valid targets are HOOK-POINT/NAME, pkgs/PACKAGE/HOOK-POINT/NAME and multi_pkgs/HOOK-POINT/PATTERN/NAME'

test_targets_that_are_right_are_taken() {
	start_source
	right_target Pre-Invoke/010-a
	right_target Pre-Install-Pkgs/010_a
	right_target Post-Invoke/010.a
	right_target Post-Invoke/042-cp-foo.sh
	right_target Session-Start/010-a
	right_target pkgs/perl/Session-End/010-a
	right_target multi_pkgs/Session-End/perl__WILDCARD__/010-a
	right_target 'pkgs/g++-12/Post-Invoke/010-a'
	right_target pkgs/0ad/Pre-Install-Pkgs/010-a
	right_target pkgs/libc6:i386/Post-Invoke/010-a
	right_target pkgs/tzdata:all/Post-Invoke/010-a
	right_target pkgs/libwildcard-perl/Post-Invoke/010-a
	right_target multi_pkgs/Post-Invoke/perl/010-a
	right_target multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/010-a
	right_target multi_pkgs/Post-Invoke/ea-__WILDCARD__-devel/010-a
	right_target 'multi_pkgs/Post-Invoke/__WILDCARD__++__WILDCARD__:amd64/010-a'
	right_target multi_pkgs/Post-Invoke/lib__WILDCARD__:__WILDCARD__/010-a
	right_target multi_pkgs/Post-Invoke/libwildcard__WILDCARD__/010-a
}

test_a_wrong_hook_point_stops_the_build() {
	start_source
	wrong_target post-invoke/010-a 'unknown hook point "post-invoke"; did you mean Post-Invoke?'
	wrong_target PreInvoke/010-a 'unknown hook point "PreInvoke"; did you mean Pre-Invoke?'
	wrong_target Pre-Install-Packages/010-a \
		'unknown hook point "Pre-Install-Packages"; did you mean Pre-Install-Pkgs?'
	wrong_target Post-Invok/010-a 'unknown hook point "Post-Invok"; did you mean Post-Invoke?'
	wrong_target session_end/010-a 'unknown hook point "session_end"; did you mean Session-End?'
	wrong_target posttrans/010-a 'unknown hook point "posttrans"; did you mean Post-Invoke?'
	wrong_target transaction/010-a 'unknown hook point "transaction"; did you mean Post-Invoke?'
	wrong_target pre_transaction/010-a \
		'unknown hook point "pre_transaction"; did you mean Pre-Install-Pkgs?'
	wrong_target pkgs/perl/pretrans/010-a \
		'unknown hook point "pretrans"; did you mean Pre-Install-Pkgs?'
	wrong_target multi_pkgs/PostInvoke/perl/010-a \
		'unknown hook point "PostInvoke"; did you mean Post-Invoke?'
	wrong_target whatever/010-a \
		'unknown hook point "whatever"; use Session-Start, Pre-Invoke, Pre-Install-Pkgs, Post-Invoke or Session-End'
}

test_packages_at_Pre-Invoke_stop_the_build() {
	start_source
	local never='packages are not known at Pre-Invoke, so it would never run; did you mean Pre-Install-Pkgs?'
	wrong_target pkgs/perl/Pre-Invoke/010-a "$never"
	wrong_target pkgs/perl/pre-invoke/010-a "$never"
	wrong_target multi_pkgs/Pre-Invoke/perl__WILDCARD__/010-a "$never"
	never=${never/Pre-Invoke/Session-Start}
	wrong_target pkgs/perl/Session-Start/010-a "$never"
	wrong_target multi_pkgs/session-start/perl__WILDCARD__/010-a "$never"
}

test_a_wrong_folder_stops_the_build() {
	start_source
	wrong_target 010-a "the target has no directory; $valid_targets"
	wrong_target pkgs/010-a "hooks in pkgs/ never run; $valid_targets"
	wrong_target pkgs/perl/010-a "hooks in pkgs/perl/ never run; $valid_targets"
	wrong_target pkgs/perl/Post-Invoke/deeper/010-a \
		"hooks in pkgs/perl/Post-Invoke/deeper/ never run; $valid_targets"
	wrong_target multi_pkgs/Post-Invoke/010-a \
		"hooks in multi_pkgs/Post-Invoke/ never run; $valid_targets"
	wrong_target Post-Invoke/deeper/010-a "hooks in Post-Invoke/deeper/ never run; $valid_targets"
	wrong_target pkgs/Post-Invoke/perl/010-a \
		'the package comes before the hook point; did you mean pkgs/perl/Post-Invoke?'
	wrong_target multi_pkgs/ea-__WILDCARD__/Post-Invoke/010-a \
		'the hook point comes before the pattern; did you mean multi_pkgs/Post-Invoke/ea-__WILDCARD__?'
	wrong_target pkg/perl/Post-Invoke/010-a \
		'hooks in pkg/perl/Post-Invoke/ never run; did you mean pkgs?'
	wrong_target multipkgs/Post-Invoke/perl/010-a \
		'hooks in multipkgs/Post-Invoke/perl/ never run; did you mean multi_pkgs?'
	wrong_target /Post-Invoke/010-a \
		'a target is relative to the tree; did you mean Post-Invoke/010-a?'
	wrong_target usr/lib/apt/universal-hooks/Post-Invoke/010-a \
		'a target is relative to the tree; did you mean Post-Invoke/010-a?'
	wrong_target /etc/apt/universal-hooks/Post-Invoke/010-a \
		'a target is relative to the tree; did you mean Post-Invoke/010-a?'
	wrong_target Post-Invoke/../../bin/010-a \
		'a target must not contain "..": Post-Invoke/../../bin/010-a'
	wrong_target ../010-a 'a target must not contain "..": ../010-a'
}

test_a_wrong_wildcard_stops_the_build() {
	start_source
	local wrong
	for wrong in 'ea-*' 'ea-**' ea-__WILDCARD ea-_WILDCARD_ ea-__wildcard__ ea-WILDCARD \
		ea-__Wildcard__ ea-WILDCARD__ ea-___WILDCARD__ ea-__WILDCARDS__ ea-__WILD_CARD__ \
		ea-wildcard__; do
		wrong_target "multi_pkgs/Post-Invoke/$wrong/010-a" \
			"\"$wrong\" contains an invalid wildcard; did you mean ea-__WILDCARD__?"
	done
	wrong_target 'multi_pkgs/Post-Invoke/php?.?/010-a' \
		'no package name can match "php?.?"; the only wildcard is __WILDCARD__'
	wrong_target 'multi_pkgs/Post-Invoke/php[78]/010-a' \
		'no package name can match "php[78]"; the only wildcard is __WILDCARD__'
	wrong_target multi_pkgs/Post-Invoke/Perl__WILDCARD__/010-a \
		'no package name can match "Perl__WILDCARD__"'
	wrong_target multi_pkgs/Post-Invoke/-__WILDCARD__/010-a \
		'no package name can match "-__WILDCARD__"'
	wrong_target multi_pkgs/Post-Invoke/x/010-a 'no package name can match "x"'
	wrong_target multi_pkgs/Post-Invoke/lib__WILDCARD__:i368/010-a \
		'no package has the architecture "i368"'
	wrong_target pkgs/ea-__WILDCARD__/Post-Invoke/010-a \
		'"ea-__WILDCARD__" is not a single package, as pkgs/ requires; did you mean multi_pkgs/Post-Invoke/ea-__WILDCARD__?'
	wrong_target 'pkgs/ea-*/Post-Invoke/010-a' \
		'"ea-*" is not a single package, as pkgs/ requires; did you mean multi_pkgs/Post-Invoke/ea-__WILDCARD__?'
}

test_a_wrong_package_stops_the_build() {
	start_source
	wrong_target pkgs/Perl/Post-Invoke/010-a \
		'"Perl" is not a valid package name; did you mean perl?'
	wrong_target pkgs/perl_foo/Post-Invoke/010-a \
		'"perl_foo" is not a valid package name; did you mean perl-foo?'
	wrong_target pkgs/x/Post-Invoke/010-a '"x" is not a valid package name'
	wrong_target 'pkgs/php?/Post-Invoke/010-a' '"php?" is not a valid package name'
	wrong_target pkgs/-perl/Post-Invoke/010-a '"-perl" is not a valid package name'
	wrong_target pkgs/perl:any/Post-Invoke/010-a 'no package has the architecture "any"'
	wrong_target pkgs/perl:/Post-Invoke/010-a 'no package has the architecture ""'
	wrong_target pkgs/perl:amd64:i386/Post-Invoke/010-a \
		'no package has the architecture "amd64:i386"'
}

test_a_wrong_name_stops_the_build() {
	start_source
	local rule='does not begin with three digits and a hyphen, underscore or period, as in 050-NAME'
	local name
	wrong_target Post-Invoke/foo "\"foo\" $rule"
	wrong_target Post-Invoke/10-foo "\"10-foo\" $rule; did you mean 010-foo?"
	wrong_target Post-Invoke/042foo "\"042foo\" $rule; did you mean 042-foo?"
	wrong_target Post-Invoke/0042-foo "\"0042-foo\" $rule"
	wrong_target Post-Invoke/042- "\"042-\" $rule"
	wrong_target Post-Invoke/042+foo "\"042+foo\" $rule"
	# The "#" is part of the target, since only a line that begins with "#" is a comment.
	for name in .010-a 010-a~ 010-a.bak 010-a.disabled 010-a.save 010-a.orig 010-a.dpkg-new \
		010-a.ucf-dist 010-a.distUpgrade 010-a.swp '#010-a#'; do
		wrong_target "Post-Invoke/$name" \
			"a hook named \"$name\" is ignored, like a backup file"
	done
	cp script foo
	wrong_line 'foo Post-Invoke/' "\"foo\" $rule"
}

test_a_wrong_line_stops_the_build() {
	start_source
	wrong_line script 'expected SOURCE TARGET, found "script"'
	wrong_line 'script Post-Invoke/010-a 755' \
		'expected SOURCE TARGET, found "script Post-Invoke/010-a 755"'
}

test_two_hooks_with_one_target_stop_the_build() {
	start_source
	printf 'script Post-Invoke/010-a\n\nscript ./Post-Invoke//010-a\n' >debian/app.universal-hooks
	tool_reports 'debian/app.universal-hooks:3: error: Post-Invoke/010-a is also the target of debian/app.universal-hooks:1'
	mkdir -p debian/app.universal-hooks.d/Post-Invoke
	cp script debian/app.universal-hooks.d/Post-Invoke/010-a
	sed -i 2,3d debian/app.universal-hooks
	tool_reports 'debian/app.universal-hooks.d/Post-Invoke/010-a: error: Post-Invoke/010-a is also the target of debian/app.universal-hooks:1'
}

test_one_target_in_two_packages_stops_the_build() {
	start_source app other
	echo 'script Post-Invoke/010-a' >debian/app.universal-hooks
	printf 'script Post-Invoke/020-b\nscript ./Post-Invoke/010-a\n' >debian/other.universal-hooks
	tool_reports 'debian/other.universal-hooks:2: error: Post-Invoke/010-a is also the target of debian/app.universal-hooks:1, in the package app'
	# Whichever of them is built.
	! dh_installuniversalhooks -papp >$report 2>&1 || fail 'it should have failed'
	has 'is also the target of debian/other.universal-hooks:2, in the package other' <$report
	# One that conflicts with the other never meets it; a similar name does not matter.
	echo 'Conflicts: app-data, other-app, app (<< 2)' >>debian/control
	tool_succeeds
	sed -i 's/, app (<< 2)//' debian/control
	rm -r debian/app debian/other
	! dh_installuniversalhooks >$report 2>&1 || fail 'only a similar name conflicts'
}

test_hooks_that_dh_install_brings_are_looked_at() {
	relation="Recommends: \${misc:Recommends}" start_source
	mkdir -p brought/{right,wrong/posttrans,etc}
	cp script brought/right/010-a
	chmod 755 brought/right/010-a
	echo "brought/right/010-a usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke" >debian/app.install
	build
	expect_equal "$(files_of app)" '-rwxr-xr-x root/root pkgs/app/Post-Invoke/010-a'
	expect_equal $plugin "$(built_field app Recommends)" Recommends

	cp script brought/wrong/posttrans/010-a
	cp script brought/etc/020-b
	chmod 644 brought/wrong/posttrans/010-a brought/etc/020-b
	printf '%s\n' 'brought/wrong/posttrans usr/lib/apt/universal-hooks' \
		'brought/etc/020-b etc/apt/universal-hooks/Pre-Invoke' >>debian/app.install
	dpkg-buildpackage -us -uc -b >$report 2>&1 && fail 'the build should have failed'
	has '^debian/app/usr/lib/apt/universal-hooks/posttrans/010-a: error: unknown hook point "posttrans"; did you mean Post-Invoke' <$report
	has '^debian/app/usr/lib/apt/universal-hooks/posttrans/010-a: error: it is not executable' <$report
	has '^debian/app/etc/apt/universal-hooks/Pre-Invoke/020-b: error: it is not executable' <$report
	has ' 3 mistakes, so no hook is installed' <$report
}

test_a_hook_that_dh_install_brings_is_not_installed_twice() {
	start_source app other
	mkdir -p debian/app$packaged_hooks/Post-Invoke
	install -m 755 script debian/app$packaged_hooks/Post-Invoke/010-a
	echo 'script Post-Invoke/010-a' >debian/other.universal-hooks
	! dh_installuniversalhooks >$report 2>&1 || fail 'it should have failed'
	has "Post-Invoke/010-a is also the target of .*, in the package" <$report
}

test_sources_can_have_wildcards() {
	start_source
	mkdir -p debian/hooks debian/tmp/brought
	cp script debian/hooks/010-a
	cp script debian/hooks/020-b
	cp script debian/tmp/brought/030-c
	printf '%s\n' 'debian/hooks/* Post-Invoke/' 'brought/03? pkgs/app/Post-Invoke/' \
		'brought/[0]3?-c Pre-Invoke/050-one' >debian/app.universal-hooks
	sed -i 's/03? /03?-* /' debian/app.universal-hooks
	tool_succeeds
	expect_file <(installed) <<-'EOF'
		app/Post-Invoke/010-a
		app/Post-Invoke/020-b
		app/Pre-Invoke/050-one
		app/pkgs/app/Post-Invoke/030-c
	EOF
	rm -r debian/app debian/app.substvars
	wrong_line 'debian/hooks/* Post-Invoke/010-a' \
		'debian/hooks/* is more than one file, so TARGET must end in /'
	wrong_line 'debian/hooks/*.sh Post-Invoke/' \
		'debian/hooks/*.sh matches no file, here or in debian/tmp'
}

# start_settings: a package with two hooks; its settings come from stdin.
start_settings() {
	start_source
	printf '%s\n' 'script pkgs/app/Post-Invoke/300-own' 'script Pre-Invoke/010-a' \
		>debian/app.universal-hooks
	cat >debian/app.universal-hooks.conf
}

test_settings_are_installed_with_the_hooks() {
	start_settings <<-'END'
		// how our hooks run, without #include
		Universal-Hooks::Scripts::Pre-Invoke/010-a::Description "no #clear either"; # nor #include
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/300-own { User "nobody"; Operations { "install"; "upgrade"; }; };
		universal-hooks::scripts::pkgs/app::timeout "30";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/300-own::Renamed-From "pkgs/app/Post-Invoke/200-own";
	END
	build
	dpkg-deb --extract ../app_1_all.deb /x
	cmp /x$packaged_hooks/settings.d/app.conf debian/app.universal-hooks.conf ||
		fail 'the settings should be installed'
	expect_equal 644 "$(stat -c %a /x$packaged_hooks/settings.d/app.conf)" mode
	expect_equal '' "$(dpkg-deb --info ../app_1_all.deb conffiles 2>/dev/null)" conffiles
	# That of the first package can have a shorter name.
	mv debian/app.universal-hooks.conf debian/universal-hooks.conf
	rm -r debian/app debian/.debhelper debian/*debhelper* debian/app.substvars
	tool_succeeds
	[[ -e debian/app$packaged_hooks/settings.d/app.conf ]] || fail "there are no settings"
}

# wrong_settings SETTINGS BEGINNING-OF-LINE...
wrong_settings() {
	printf '%s\n' "$1" >debian/app.universal-hooks.conf
	shift
	tool_reports "$@"
}

test_wrong_settings_stop_the_build() {
	local file=debian/app.universal-hooks.conf keys=Universal-Hooks::Scripts
	start_settings </dev/null
	wrong_settings "$keys::Pre-Invoke/010-a::User \"x" \
		"$file: error: apt says: Syntax error $file:2: "
	wrong_settings 'APT::Get::Assume-Yes "true";' \
		"$file: error: APT::Get::Assume-Yes: keys must be Universal-Hooks::Scripts::PATH::SETTING"
	wrong_settings 'Universal-Hooks::Enabled "false";' \
		"$file: error: Universal-Hooks::Enabled: keys must be $keys::PATH::SETTING"
	wrong_settings "$keys::User \"x\";" "$file: error: $keys::User: keys must be"
	wrong_settings "$keys::Pre-Invoke/010-a::Usr \"x\";" \
		"$file: error: $keys::Pre-Invoke/010-a::Usr: there is no setting \"Usr\"; did you mean User?"
	wrong_settings "$keys::Pre-Invoke/010-b::User \"x\";" \
		"$file: error: $keys::Pre-Invoke/010-b::User: the package has no hook at Pre-Invoke/010-b; did you mean Pre-Invoke/010-a?"
	wrong_settings "$keys::Pre-Inv::User \"x\";" \
		"$file: error: $keys::Pre-Inv::User: the package has no hook at Pre-Inv"
	wrong_settings "$keys::Pre-Invoke/010-a::Requires { \"a (>= 2) | b, c:any\"; \"a (> 2)\"; };" \
		"$file: error: Pre-Invoke/010-a requires \"a (> 2)\", which is not a list of dependencies as in Depends"
	wrong_settings '#clear APT;' "$file:1: error: #clear is not for the settings of a package"
	wrong_settings '#include "/dev/null";' \
		"$file:1: error: #include is not for the settings of a package"
	wrong_settings "$keys::Pre-Invoke/010-a::User \"x\"; #clear APT;" \
		"$file:1: error: #clear is not for the settings of a package"
	wrong_settings '/* nobody */ #include "/dev/null";' \
		"$file:1: error: #include is not for the settings of a package"
	# Without apt's answer, nothing is known of them.
	mkdir /killed
	printf '#!/bin/sh\nkill -9 $$\n' >/killed/apt-config
	chmod 755 /killed/apt-config
	echo "$keys::Pre-Invoke/010-a::Usr \"x\";" >$file
	! PATH=/killed:$PATH dh_installuniversalhooks >$report 2>&1 || fail 'it should have failed'
	has 'apt-config failed on' <$report
}

test_a_wrong_rename_stops_the_build() {
	local file=debian/app.universal-hooks.conf keys=Universal-Hooks::Scripts
	start_settings </dev/null
	wrong_settings "$keys::pkgs/app/Post-Invoke/300-own::Renamed-From \"Pre-Invoke/010-a\";" \
		"$file: error: pkgs/app/Post-Invoke/300-own cannot be renamed from Pre-Invoke/010-a, which is the target of debian/app.universal-hooks:2"
	wrong_settings "$keys::pkgs/app/Post-Invoke/300-own::Renamed-From \"posttrans/010-a\";" \
		"$file: error: unknown hook point \"posttrans\"; did you mean Post-Invoke?"
	wrong_settings "$keys::pkgs/app::Renamed-From \"pkgs/old/Post-Invoke/300-own\";" \
		"$file: error: Renamed-From is for a hook, not for the directory pkgs/app"
}

# What the machine that builds has in its apt.conf does not matter.
test_settings_are_looked_at_without_those_of_the_machine() {
	start_settings <<<'Universal-Hooks::Scripts::Pre-Invoke/010-a::User "nobody";'
	echo 'Universal-Hooks::Scripts::Post-Invoke/999-x::User "x"; a "b' >/etc/apt/apt.conf.d/99wrong
	tool_succeeds
}

test_a_wrong_source_stops_the_build() {
	start_source
	local line='source Post-Invoke/010-a'
	wrong_line "$line" 'source does not exist, here or in debian/tmp'
	mkdir source
	wrong_line "$line" 'source is not a regular file'
	rmdir source
	mkfifo source
	wrong_line "$line" 'source is not a regular file'
	rm source
	ln -s nowhere source
	wrong_line "$line" 'source is a dangling symlink'
	ln -sf /dev/null source
	wrong_line "$line" 'source is not a regular file'
	ln -sf script source
	printf '%s\n' "$line" >debian/app.universal-hooks
	tool_succeeds
	[[ -f debian/app$packaged_hooks/Post-Invoke/010-a && ! -L debian/app$packaged_hooks/Post-Invoke/010-a ]] ||
		fail 'a symlink should be followed'
}

# wrong_text MESSAGE: the tool refuses the script on stdin.
wrong_text() {
	cat >source
	wrong_line 'source Post-Invoke/010-a' "source $1"
}

test_a_script_that_cannot_be_started_stops_the_build() {
	start_source
	local no_program='is not a compiled program, and does not begin with #! and an interpreter'
	wrong_text "$no_program" </dev/null
	wrong_text "$no_program" <<<'echo hello'
	wrong_text "$no_program" <<<$'\n#!/bin/sh'
	head -c 40 /bin/true | wrong_text "$no_program"
	wrong_text 'has an interpreter without a full path' <<<'#!python3'
	wrong_text 'has an interpreter without a full path' <<<'#! env python3'
	wrong_text 'has an interpreter without a full path' <<<'#!'
	wrong_text 'has DOS line endings (CR LF)' <<<$'#!/bin/sh\r'
	wrong_text 'begins with a byte-order mark' <<<$'\xef\xbb\xbf#!/bin/sh'
	printf '#! \t/usr/bin/env python3' >source
	tool_succeeds
}

# The checks do not only apply to hooks in a list.
test_a_folder_is_looked_at_like_a_list() {
	start_source
	local directory=debian/app.universal-hooks.d
	mkdir -p $directory/Post-Invoke $directory/posttrans $directory/empty-and-so-nothing
	cp script $directory/Post-Invoke/010-a
	cp script $directory/posttrans/020-b
	echo nothing >$directory/README
	ln -s /dev/null $directory/Post-Invoke/030-c
	tool_reports "$directory/Post-Invoke/030-c: error: it is not a regular file" \
		"$directory/README: error: it is not a compiled program" \
		"$directory/README: error: the target has no directory" \
		"$directory/README: error: \"README\" does not begin" \
		"$directory/posttrans/020-b: error: unknown hook point \"posttrans\"; did you mean"
}

test_all_mistakes_of_all_packages_are_told_at_once() {
	start_two
	echo 'script pkgs/Perl/Pre-Invoke/a.bak' >>debian/app.universal-hooks
	echo 'nowhere Post-Invoke/c' >>debian/other.universal-hooks
	tool_reports 'debian/app.universal-hooks:3: error: "Perl" is not a valid' \
		'debian/app.universal-hooks:3: error: packages are not known' \
		'debian/app.universal-hooks:3: error: a hook named "a.bak"' \
		'debian/other.universal-hooks:3: error: nowhere does not exist' \
		'debian/other.universal-hooks:3: error: "c" does not begin'
	[[ ! -e debian/other ]] || fail 'nothing should be installed, not even of the other package'
}

test_a_mistake_stops_the_build_of_a_package() {
	start_source
	echo 'script posttrans/010-a' >debian/app.universal-hooks
	! dpkg-buildpackage -us -uc -b >$report 2>&1 || fail 'the build should have failed'
	grep -qxF 'debian/app.universal-hooks:1: error: unknown hook point "posttrans"; did you mean Post-Invoke?' \
		$report || fail "$(cat $report)"
	! ls ../*.deb 2>/dev/null || fail 'there should be no package'
}

test_arguments_that_nothing_is_known_of_are_errors() {
	start_two
	! dh_installuniversalhooks script >$report 2>&1 || fail 'it should take no argument'
	has 'no arguments are expected' <$report
	! dh_installuniversalhooks --unheard-of >$report 2>&1 || fail 'it should not take that option'
	[[ -z $(installed) ]] || fail 'nothing should be installed'
}

# The example in the manual is a valid list.
test_the_example_of_the_manual_is_right() {
	local program
	program=$(command -v dh_installuniversalhooks)
	start_source
	sed -n '/^=head1 EXAMPLE/,/^F<.*conf>/s/^    //p' "$program" >debian/app.universal-hooks
	sed -n '/^F<.*conf> has/,/^=cut/s/^    //p' "$program" >debian/app.universal-hooks.conf
	mkdir debian/hooks
	while read -r name _; do
		[[ $name == '#' ]] || cp script "$name"
	done <debian/app.universal-hooks
	build
	expect_equal 5 "$(files_of app | wc -l)" 'four hooks and their settings'
}
