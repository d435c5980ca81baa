# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The tables of migrate.md: each test builds what a row says, and shows that it does what the row
# says. "Row:" names the row by its first cell.

for name in foo foobar bar libfoo; do
	package $name 1
done

settings() {
	cat >>/etc/apt/apt.conf.d/60local-hooks
}

# The first cells of all rows, except those of the first table.
rows() {
	zcat /usr/share/doc/apt-plugin-universal-hooks/migrate.md.gz |
		sed -n 's/^| \(.*[^ ]\) *| .*|$/\1/p' | grep -v -e '^yum |' -e '^`[a-z_]*/.*`' -e ' | .* | ' |
		sed 's/ | .*//' | grep -vxF -e 'yum and dnf' -e apt.conf -e '`NAME.hook`' -e 'actions line'
}

test_each_row_has_a_test() {
	local row
	rows >/rows
	(($(wc -l </rows) > 40)) || fail "only $(wc -l </rows) rows were found"
	while IFS= read -r row; do
		grep -qxF -e "# Row: $row" "/tests/system/migrate.sh" || echo "$row"
	done </rows >/missing
	[[ ! -s /missing ]] || fail "no test for: $(cat /missing)"
}

# --- yum and dnf

# Each row of the first table, whose cells are paths.
test_hook_points_of_yum_and_dnf_have_the_names_of_apt() {
	local old new count=0
	publish
	zcat /usr/share/doc/apt-plugin-universal-hooks/migrate.md.gz |
		sed -nE 's/^\| `([^`]*)` \| `([^`]*)` \| `([^`]*)` \|$/\1 \3\n\2 \3/p' |
		sed 's/NAME/foo/g; s/PATTERN/f__WILDCARD__/g' >/rows
	while read -r old new; do
		probe "$new"a
		probe "$old"a
		apt-universal-hooks check >/said 2>&1 || true
		grep -qE "(yum|dnf).* $(grep -oE 'Pre-Install-Pkgs|Post-Invoke' <<<"$new")" /said ||
			fail "$old: $(cat /said)"
		rm "$hooks/$old"a
		count=$((count + 1))
	done </rows
	expect_equal 12 $count rows
	apt_succeeds install foo
	expect_runs <<-'EOT'
		pkgs/foo/Pre-Install-Pkgs/a
		multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a --pkg_list={foo}
		Pre-Install-Pkgs/a
		pkgs/foo/Post-Invoke/a
		multi_pkgs/Post-Invoke/f__WILDCARD__/a --pkg_list={foo}
		Post-Invoke/a
	EOT
}

# Row: dnf runs `transaction` only after success
test_after_a_failure_Post-Invoke_runs_unless_When_says_otherwise() {
	postinst='exit 1' package broken 1
	probe Post-Invoke/any
	probe Post-Invoke/success
	probe pkgs/foo/Post-Invoke/own
	settings <<-'EOT'
		Universal-Hooks::Scripts::Post-Invoke/success::When "success";
		Universal-Hooks::Scripts::pkgs::When "packages-success";
	EOT
	apt_fails install foo broken
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/own
		Post-Invoke/any
	EOT
}

# Row: scripts run through a shell
# Row: every file in a directory is tried
# Row: what rpm leaves, like `foo.rpmsave`, runs too
# Row: in a pattern, `.` and `+` have their regular expression meaning
test_names_of_scripts_and_patterns_are_just_names() {
	package g++-12 1
	package gxx-12 1
	probe 'Post-Invoke/a b; touch c'
	probe Post-Invoke/foo.bak
	probe Post-Invoke/foo~
	probe Post-Invoke/foo.rpmsave
	probe multi_pkgs/Post-Invoke/g++-__WILDCARD__/a
	probe multi_pkgs/Post-Invoke/f.o/a
	apt_succeeds install foo gxx-12
	expect_runs <<-'EOT'
		Post-Invoke/a\ b\;\ touch\ c
	EOT
	apt_succeeds install g++-12
	expect_runs <<-'EOT'
		multi_pkgs/Post-Invoke/g++-__WILDCARD__/a --pkg_list={g++-12}
		Post-Invoke/a\ b\;\ touch\ c
	EOT
}

# Row: `sh` is bash
test_sh_is_dash_and_bash_is_named() {
	[[ $(readlink -f /bin/sh) == */dash ]] || { echo 'sh is not dash here'; exit 77; }
	printf '#!/bin/sh\n[[ -e / ]] && echo "$0" >>/runs\n' | hook Post-Invoke/1-sh
	printf '#!/bin/bash\n[[ -e / ]] && echo "${0##*/}" >>/runs\n' | hook Post-Invoke/2-bash
	apt_succeeds_but_warns install foo
	expect_warning 1-sh 'status 127'
	expect_runs <<<2-bash
}

# Row: anybody's script runs
test_the_script_of_an_account_does_not_run() {
	probe Post-Invoke/own
	chown nobody $hooks/Post-Invoke/own
	apt_succeeds_but_warns install foo
	form=E expect_warning Post-Invoke/own
	expect_no_runs
}

# Row: packages have names like `perl-devel`
test_check_reports_names_that_apt_does_not_know() {
	publish
	probe pkgs/foo-devel/Post-Invoke/own
	! apt-universal-hooks check >/said 2>&1 || fail 'check finds nothing'
	grep -q 'foo-devel' /said || fail "$(cat /said)"
}

# --- apt.conf

# Row: `DPkg::Pre-Invoke { "COMMAND"; };`
# Row: `DPkg::Post-Invoke { "COMMAND"; };`
test_an_entry_and_the_script_run_the_same_command() {
	settings <<-'EOT'
		DPkg::Pre-Invoke { "echo before >>/entries"; };
		DPkg::Post-Invoke { "echo after >>/entries"; };
	EOT
	printf '#!/bin/sh\necho before >>/runs\n' | hook Pre-Invoke/a
	printf '#!/bin/sh\necho after >>/runs\n' | hook Post-Invoke/a
	apt_succeeds install foo
	expect_runs </entries
}

# Row: `DPkg::Pre-Install-Pkgs { "COMMAND"; };`, which reads the packages from standard input
# Row: `DPkg::Tools::Options::COMMAND::Version`, `::InfoFD`
test_the_transaction_file_has_the_packages_of_the_protocol() {
	settings <<-'EOT'
		DPkg::Pre-Install-Pkgs { "/usr/local/bin/reads >/entries"; };
		DPkg::Tools::Options::/usr/local/bin/reads::Version "2";
	EOT
	printf '#!/bin/sh\nsed "1,/^$/d" | grep -v "[*]$" | cut -d " " -f 1,4\n' | hook /usr/local/bin/reads
	printf '#!/bin/sh\nawk "{ print \\$1, \\$5 }" "$APT_UNIVERSAL_HOOKS_TRANSACTION" >>/runs\n' |
		hook Pre-Install-Pkgs/a
	apt_succeeds install foo bar
	sort /entries >/expected
	expect_runs </expected
	[[ -s /expected ]] || fail 'the entry read nothing'
}

# Row: the same, which reads the paths of archives (`.deb`)
test_the_file_of_archives_has_the_paths_of_the_protocol() {
	settings <<<'DPkg::Pre-Install-Pkgs { "cat >/entries"; };'
	printf '#!/bin/sh\ncut -f 3- "$APT_UNIVERSAL_HOOKS_ARCHIVES" >>/runs\n' | hook Pre-Install-Pkgs/a
	printf '#!/bin/sh\necho "$APT_UNIVERSAL_HOOKS_ARCHIVE" >>/own\n' | hook pkgs/foo/Pre-Install-Pkgs/a
	apt_succeeds install foo bar
	sort /entries >/expected
	expect_runs </expected
	grep -xFf /own /expected | grep -q /foo_1 || fail 'the package has another archive'
}

# Row: a loop that looks for one package in that input
# Row: `DPkg::Post-Invoke { "if [ -x /usr/bin/foo ]; then foo; fi"; };` in a package
test_the_directory_of_a_package_replaces_loop_and_test() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	probe "$tree$packaged_hooks/Post-Invoke/500-app"
	files=$tree package app 1
	probe pkgs/foo/Pre-Install-Pkgs/a
	apt_succeeds install app
	apt_succeeds install foo
	apt_succeeds remove app
	apt_succeeds install bar
	expect_runs <<-EOT
		$packaged_hooks/Post-Invoke/500-app
		pkgs/foo/Pre-Install-Pkgs/a
		$packaged_hooks/Post-Invoke/500-app
	EOT
}

# Row: `"COMMAND \|\| true"`
# Row: a COMMAND that must be able to stop apt
test_a_failure_is_a_warning_unless_On-Failure_says_otherwise() {
	then='exit 1' probe Pre-Invoke/a
	apt_succeeds_but_warns install foo
	expect_warning Pre-Invoke/a
	settings <<<'Universal-Hooks::Scripts::Pre-Invoke/a::On-Failure "abort";'
	apt_fails install bar
	! dpkg-query --status bar >/dev/null 2>&1 || fail 'apt was not stopped'
}

# Row: a COMMAND that uses `$PPID`, the process of apt
test_the_parent_of_a_script_is_the_helper() {
	settings <<<'DPkg::Post-Invoke { "cat /proc/$PPID/comm >/entry"; };'
	printf '#!/bin/sh\ncat /proc/$PPID/comm >>/runs\necho "$APT_UNIVERSAL_HOOKS_COMMAND_LINE" >>/runs\n' |
		hook Post-Invoke/a
	apt_succeeds install foo
	expect_equal apt-get "$(cat /entry)"
	expect_runs <<-'EOT'
		helper
		apt-get --yes install foo
	EOT
}

# Row: a program that speaks apt's protocol, such as `apt-listchanges --apt`, `apt-listbugs apt` or `dpkg-preconfigure --apt`
test_a_program_that_speaks_the_protocol_works_only_as_an_entry() {
	printf '#!/bin/sh\necho "$(grep -c "^foo ") $APT_HOOK_INFO_FD" >>/runs\n' | hook /usr/local/bin/speaks
	settings <<-'EOT'
		DPkg::Pre-Install-Pkgs { "/usr/local/bin/speaks"; };
		DPkg::Tools::Options::/usr/local/bin/speaks::Version "3";
	EOT
	ln -s /usr/local/bin/speaks $hooks/Pre-Install-Pkgs/a
	apt_succeeds install foo
	sort /runs >/sorted && mv /sorted /runs
	expect_runs <<-'EOT'
		0 
		2 0
	EOT
}

# Row: `APT::Update::Post-Invoke` and the other hooks of `apt update`
test_update_runs_no_hook_and_its_entry_stays() {
	publish
	probe Pre-Invoke/a
	probe Post-Invoke/a
	settings <<<'APT::Update::Post-Invoke { "echo updated >>/runs"; };'
	apt_succeeds update
	expect_runs <<<updated
}

# --- pacman

# Row: `When = PreTransaction`
# Row: `When = PostTransaction`
# Row: `Type = Package`, `Target = foo`
# Row: `Target = foo*`
# Row: `Target = *`
test_targets_and_times_of_pacman_are_directories() {
	postinst='exit 1' package broken 1
	probe pkgs/foo/Pre-Install-Pkgs/a
	probe multi_pkgs/Pre-Install-Pkgs/foo__WILDCARD__/a MATCHED
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/a MATCHED
	probe Pre-Install-Pkgs/a
	probe pkgs/foo/Post-Invoke/a
	probe pkgs/broken/Post-Invoke/a
	probe Post-Invoke/a
	settings <<-'EOT'
		Universal-Hooks::Scripts::Post-Invoke::When "success";
		Universal-Hooks::Scripts::pkgs::When "packages-success";
	EOT
	apt_fails install foo foobar libfoo broken
	local list='--pkg_list={broken,foo,foobar,libfoo}'
	expect_runs <<-EOT
		pkgs/foo/Pre-Install-Pkgs/a
		multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/a $list MATCHED={broken,foo,foobar,libfoo}
		multi_pkgs/Pre-Install-Pkgs/foo__WILDCARD__/a $list MATCHED={foo,foobar}
		Pre-Install-Pkgs/a
		pkgs/foo/Post-Invoke/a
	EOT
}

# Row: several `Target`s or `[Trigger]`s
# Row: `Target = !foo`, `?`, `[a-z]`
test_several_targets_are_filtered_by_the_script_or_run_it_once_for_each() {
	hook multi_pkgs/Post-Invoke/__WILDCARD__/filter <<-'EOT'
		#!/bin/sh
		names=$(grep -xE 'foo|ba[a-z]' "$APT_UNIVERSAL_HOOKS_MATCHED") || exit 0
		echo filter $names >>/runs
	EOT
	printf '#!/bin/sh\necho "link for $APT_UNIVERSAL_HOOKS_PACKAGE" >>/runs\n' | hook /usr/local/sbin/linked
	mkdir -p $hooks/pkgs/{foo,bar}/Post-Invoke
	ln -s /usr/local/sbin/linked $hooks/pkgs/foo/Post-Invoke/link
	ln -s /usr/local/sbin/linked $hooks/pkgs/bar/Post-Invoke/link
	! apt-universal-hooks check | grep symlink || fail 'check should not advise against this'
	apt_succeeds install foo bar libfoo
	expect_runs <<-'EOT'
		link for bar
		link for foo
		filter bar foo
	EOT
	apt_succeeds install foobar
	expect_no_runs
}

# Row: `Type = Path`
test_for_paths_there_is_the_owner_or_a_trigger_of_dpkg() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	mkdir -p "$tree/usr/share/things"
	echo a >"$tree/usr/share/things/a"
	files=$tree package app 1
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	postinst='[ "$1" != triggered ] || echo "triggered by $2" >>/runs' package watcher 1
	dpkg-deb --raw-extract $repository/watcher_1_all.deb "$tree"
	echo 'interest-noawait /usr/share/things' >"$tree/DEBIAN/triggers"
	dpkg-deb -Znone --root-owner-group --build "$tree" $repository >/dev/null
	apt_succeeds install watcher
	probe pkgs/app/Post-Invoke/a
	apt_succeeds install app
	expect_equal app: "$(dpkg -S /usr/share/things/a | cut -d ' ' -f 1)"
	expect_runs <<-'EOT'
		triggered by /usr/share/things
		pkgs/app/Post-Invoke/a
	EOT
}

# Row: `Operation = Install`
# Row: `Operation = Upgrade`, which for pacman includes downgrades and reinstallations
# Row: `Operation = Remove`
test_operations_of_pacman_are_lists_of_operations() {
	probe pkgs/foo/Pre-Install-Pkgs/install OPERATION
	probe pkgs/foo/Pre-Install-Pkgs/remove OPERATION
	probe pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			pkgs/foo/Pre-Install-Pkgs/install::Operations { "install"; };
			pkgs/foo/Pre-Install-Pkgs/upgrade::Operations { "upgrade"; "downgrade"; "reinstall"; };
			pkgs/foo/Pre-Install-Pkgs/remove::Operations { "remove"; "purge"; };
		};
	EOT
	package foo 2
	apt_succeeds install foo=1
	apt_succeeds --reinstall install foo=1
	apt_succeeds install foo=2
	apt_succeeds --allow-downgrades install foo=1
	apt_succeeds remove foo
	apt_succeeds install foo=1
	apt_succeeds purge foo
	expect_runs <<-'EOT'
		pkgs/foo/Pre-Install-Pkgs/install OPERATION=install
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=reinstall
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=upgrade
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=downgrade
		pkgs/foo/Pre-Install-Pkgs/remove OPERATION=remove
		pkgs/foo/Pre-Install-Pkgs/install OPERATION=install
		pkgs/foo/Pre-Install-Pkgs/remove OPERATION=purge
	EOT
}

# Row: `Exec = COMMAND`
# Row: `Description = TEXT`
test_what_pacman_executes_without_a_shell_is_quoted_in_a_script() {
	printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>/runs\n' | hook /usr/local/bin/tells
	# Exec = /usr/local/bin/tells $HOME *; &
	printf '#!/bin/sh\n# A description\nexec /usr/local/bin/tells '\''$HOME'\'' '\''*;'\'' '\''&'\''\n' |
		hook Post-Invoke/a
	apt_succeeds install foo
	expect_runs <<-'EOT'
		$HOME
		*;
		&
	EOT
}

# Row: `Depends = foo`
# Row: `Depends = foo` with `AbortOnFail`
# Row: `AbortOnFail`
test_Requires_skips_and_only_a_test_in_the_script_vetoes() {
	settings <<-'EOT'
		Universal-Hooks::Scripts::Pre-Install-Pkgs::On-Failure "abort";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/1-requires::Requires { "libfoo"; };
	EOT
	probe Pre-Install-Pkgs/1-requires
	apt_succeeds_but_warns install foo
	expect_warning 1-requires libfoo
	expect_no_runs
	printf '#!/bin/sh\ncommand -v libfoo >/dev/null || exit 1\n' | hook Pre-Install-Pkgs/2-tests
	apt_fails install bar
	form=E expect_warning 2-tests 'apt stops'
	! dpkg-query --status bar >/dev/null 2>&1 || fail 'apt was not stopped'
	printf '#!/bin/sh\n' | hook /usr/bin/libfoo
	apt_succeeds_but_warns install bar
}

# Row: `NeedsTargets`, names on standard input
test_names_are_in_MATCHED_or_in_PACKAGE_and_stdin_is_apts() {
	probe pkgs/foo/Post-Invoke/a PACKAGE MATCHED
	probe multi_pkgs/Post-Invoke/foo__WILDCARD__/a PACKAGE MATCHED
	then='cat >>/runs' probe Post-Invoke/a
	publish
	from_apts_stdin() {
		echo 'not for hooks' | apt-get --yes install foo foobar
	}
	silently from_apts_stdin
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/a PACKAGE=foo no-MATCHED
		multi_pkgs/Post-Invoke/foo__WILDCARD__/a --pkg_list={foo,foobar} no-PACKAGE MATCHED={foo,foobar}
		Post-Invoke/a
		not for hooks
	EOT
}

# Row: hooks run in the order of their names
test_order_is_by_kind_of_directory_first() {
	probe Post-Invoke/100-first
	probe multi_pkgs/Post-Invoke/foo/200-second
	probe pkgs/foo/Post-Invoke/300-third
	probe pkgs/foo/Post-Invoke/400-fourth
	apt_succeeds install foo
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/300-third
		pkgs/foo/Post-Invoke/400-fourth
		multi_pkgs/Post-Invoke/foo/200-second --pkg_list={foo}
		Post-Invoke/100-first
	EOT
}

# Row: a file of the same name in `/etc/pacman.d/hooks`, or a symlink to `/dev/null`
test_the_same_name_in_etc_overrides_and_masks() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	probe "$tree$packaged_hooks/Post-Invoke/1-overridden"
	probe "$tree$packaged_hooks/Post-Invoke/2-masked"
	files=$tree package app 1
	probe Post-Invoke/1-overridden
	ln -s /dev/null $hooks/Post-Invoke/2-masked
	apt_succeeds install app
	expect_runs <<<Post-Invoke/1-overridden
}

# --- dnf's actions

# Row: `pre_transaction`
# Row: `post_transaction`
# Row: an empty filter
# Row: `foo`
# Row: `foo*`
# Row: `*`, which runs once for each package
# Row: `foo.x86_64`
test_filters_of_dnf_are_directories() {
	package native 1 "Architecture: $(dpkg --print-architecture)"
	probe "pkgs/native:$(dpkg --print-architecture)/Post-Invoke/a"
	probe pkgs/native:none/Post-Invoke/a
	probe pkgs/foo/Post-Invoke/a
	probe multi_pkgs/Post-Invoke/foo__WILDCARD__/a
	probe multi_pkgs/Post-Invoke/__WILDCARD__/a MATCHED
	probe Post-Invoke/a
	probe Pre-Install-Pkgs/a
	apt_succeeds install foo native
	expect_runs <<-EOT
		Pre-Install-Pkgs/a
		pkgs/foo/Post-Invoke/a
		pkgs/native:$(dpkg --print-architecture)/Post-Invoke/a
		multi_pkgs/Post-Invoke/__WILDCARD__/a --pkg_list={foo,native} MATCHED={foo,native}
		multi_pkgs/Post-Invoke/foo__WILDCARD__/a --pkg_list={foo,native}
		Post-Invoke/a
	EOT
}

# Row: `pre_base_setup`, `post_base_setup`, `repos_configured`, `repos_loaded`, `pre_add_cmdline_packages`, `post_add_cmdline_packages`, `goal_resolved`
test_check_knows_what_apt_has_no_hook_point_for() {
	publish
	mkdir -p $hooks/repos_loaded
	printf 'goal_resolved::::/bin/true\n' >$hooks/a.actions
	! apt-universal-hooks check >/said 2>&1 || fail 'check finds nothing'
	grep -q 'a.actions:1: .*no hook point like' /said || fail "$(cat /said)"
}

# Row: a filter by version or file
# Row: output lines `tmp.NAME=VALUE`, which later actions read
test_a_script_filters_by_version_and_hands_on_by_a_file() {
	hook Pre-Install-Pkgs/a <<-'EOT'
		#!/bin/sh
		awk -F '\t' '$1 == "foo" { print $5 }' "$APT_UNIVERSAL_HOOKS_TRANSACTION" >/run/version-of-foo
	EOT
	printf '#!/bin/sh\ncat /run/version-of-foo >>/runs\n' | hook Post-Invoke/a
	apt_succeeds install foo
	expect_runs <<<1
}

# Row: direction `in`
# Row: direction `out`
# Row: `${pkg.name}`, `${pkg.arch}`
# Row: `${pkg.evr}`
# Row: `${pkg.action}`: `I`, `U`, `D`, `R`, `E`
test_directions_of_dnf_are_lists_of_operations() {
	local all='PACKAGE ARCHITECTURE OPERATION OLD_VERSION NEW_VERSION'
	# shellcheck disable=SC2086 # the variables' names
	probe pkgs/foo/Post-Invoke/in $all
	# shellcheck disable=SC2086
	probe pkgs/foo/Post-Invoke/out $all
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			pkgs/foo/Post-Invoke/in::Operations { "install"; "upgrade"; "downgrade"; "reinstall"; };
			pkgs/foo/Post-Invoke/out::Operations { "upgrade"; "downgrade"; "reinstall"; "remove"; "purge"; };
		};
	EOT
	package foo 2
	apt_succeeds install foo=1
	apt_succeeds install foo=2
	apt_succeeds remove foo
	local foo='PACKAGE=foo ARCHITECTURE=all'
	expect_runs <<-EOT
		pkgs/foo/Post-Invoke/in $foo OPERATION=install OLD_VERSION=- NEW_VERSION=1
		pkgs/foo/Post-Invoke/in $foo OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2
		pkgs/foo/Post-Invoke/out $foo OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2
		pkgs/foo/Post-Invoke/out $foo OPERATION=remove OLD_VERSION=2 NEW_VERSION=-
	EOT
}

# Row: option `raise_error=1`
# Row: output `stop=TEXT` or `error=TEXT`
# Row: command, with spaces escaped
test_an_action_that_raises_an_error_is_a_veto() {
	printf '#!/bin/sh\necho "the reason why"\nexit 1\n' | hook Pre-Install-Pkgs/a
	settings <<<'Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure "abort";'
	apt_fails install foo
	grep -qx 'the reason why' "$output" || fail 'the text is not shown'
	! dpkg-query --status foo >/dev/null 2>&1 || fail 'apt was not stopped'
}

# Row: option `enabled=host-only`
test_with_RootDir_the_hooks_of_the_other_system_run() {
	mkdir -p /other
	mount --rbind / /other
	mount -t tmpfs -o mode=755 none /other$hooks
	printf '#!/bin/sh\necho here >>/here\n' | hook Post-Invoke/a
	install -D -m 755 /dev/stdin /other$hooks/Post-Invoke/a <<<$'#!/bin/sh\necho there >>/there'
	run_apt apt-get --yes -o RootDir=/other install foo
	apt_must_end_with 0
	[[ -e /there && ! -e /here ]] || fail 'hooks of this system have run'
}
