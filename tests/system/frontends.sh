# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# All frontends of libapt-pkg, with the same operations. They differ in how they start hooks, in which
# process runs dpkg, and in what they do for a purge or if there is nothing to do.
# Needs: dbus packagekit-tools|packagekit
# Quick: all

log=/var/log/apt/universal-hooks.log

# A frontend is a pair of functions: NAME_does VERB PACKAGE, where the verb is install, upgrade, remove
# or purge, and NAME_is, which prints the command line that its hooks get.

apt_does() {
	# apt warns that it does not have a stable CLI interface.
	apt --yes "$@" 2> >(grep -v 'stable CLI' >&2)
}

apt_is() {
	echo "apt --yes $*"
}

apt-get_does() {
	apt-get --yes "$@"
}

apt-get_is() {
	echo "apt-get --yes $*"
}

aptitude_does() {
	aptitude --assume-yes "$@"
}

aptitude_is() {
	echo "aptitude --assume-yes $*"
}

python3-apt_does() {
	python3 /python3-apt "$@"
}

python3-apt_is() {
	echo "/python3-apt $*"
}

cat >/python3-apt <<'PYTHON'
import apt, sys
verb, name = sys.argv[1:]
cache = apt.Cache()
package = cache[name]
if verb in ("remove", "purge"):
    package.mark_delete(purge=verb == "purge")
elif verb == "upgrade":
    package.mark_upgrade()
else:
    package.mark_install()
cache.commit()
PYTHON

# D-Bus starts its daemon, which keeps running.
pkcon_does() {
	local verb=$1 package=$2
	if [[ ! -e /run/dbus/pid ]]; then
		mkdir -p /run/dbus
		dbus-daemon --system --fork
	fi
	case $verb in
	upgrade) verb=update ;;
	# Without the version, it would ask for it.
	remove) package=$(dpkg-query -W -f '${Package};${Version};${Architecture};' "$package") ;;
	esac
	# PackageKit 1.4 renamed it; since then it takes the name of a package.
	if [[ -x /usr/bin/pkcon ]]; then
		pkcon --noninteractive --plain "$verb" "$package"
	else
		pkgcli --yes "$verb" "${package%%;*}"
	fi
}

pkcon_is() {
	echo "packagekit role='${1/upgrade/update}-packages'"
}

# At Pre-Invoke, it has not told apt yet what it does.
pkcon_is_first() {
	readlink "/proc/$(pidof packagekitd)/exe"
}

# What dselect's method does after the user has selected packages.
dselect_does() {
	local verb=$1 package=$2
	case $verb in
	upgrade) verb=install ;;
	remove) verb=deinstall ;;
	esac
	apt-cache dumpavail | dpkg --merge-avail
	printf '%s %s\n' "$package" "$verb" | dpkg --set-selections
	apt-get --yes dselect-upgrade
}

dselect_is() {
	echo 'apt-get --yes dselect-upgrade'
}

unattended-upgrade_does() {
	unattended-upgrade --verbose
}

unattended-upgrade_is() {
	echo '/usr/bin/unattended-upgrade --verbose'
}

watch_everything() {
	local point
	probe Pre-Invoke/always COMMAND_LINE
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe "pkgs/app/$point/own" OPERATION OLD_VERSION NEW_VERSION COMMAND_LINE
		probe "multi_pkgs/$point/__WILDCARD__/all" MATCHED
	done
	probe Pre-Install-Pkgs/always TRANSACTION
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
}

# frontend_ends_with STATUS VERB PACKAGE: the frontend exits with this status.
frontend_ends_with() {
	local status=$1
	shift
	asked="$*" told=$("${frontend}_is" "$@")
	rm -f "$log"
	: >/runs
	: >/expected
	: >/expected.log
	run_apt "${frontend}_does" "$@" </dev/null
	[[ $status != whatever ]] || status=$apt_status
	apt_must_end_with "$status"
	! grep -E '^[WE]: .*(universal-hooks|hook|script)' "$output" "$errors" >/dev/null ||
		fail "$asked: there is a message about a hook"
}

# Prints the expected runs of package and wildcard hooks for the transaction in $lines.
expect_of_packages() {
	local point=$1 name operation old new names=() rest
	while IFS='|' read -r name _ operation old new rest; do
		names+=("$name")
		[[ $name != app ]] || echo "pkgs/app/$point/own OPERATION=$operation" \
			"OLD_VERSION=$old NEW_VERSION=$new COMMAND_LINE=$told"
	done <<<"$lines"
	[[ -z ${names[0]} ]] || (
		IFS=,
		echo "multi_pkgs/$point/__WILDCARD__/all --pkg_list={${names[*]}} MATCHED={${names[*]}}"
	)
}

expect_line_in_log() {
	local path=$1 matched=always
	case $path in
	pkgs/*) matched=app ;;
	multi_pkgs/*) matched=__WILDCARD__ ;;
	esac
	[[ $path =~ (Pre-Invoke|Pre-Install-Pkgs|Post-Invoke) ]]
	echo " ${BASH_REMATCH[1]} $hooks/$path [$matched] exit 0 N ms"
}

# expect_transaction RESULT SUCCESS: each hook ran once, and the log has a stanza. stdin is the
# transaction as Post-Invoke sees it.
expect_transaction() {
	local result=$1 success=$2 lines path rest
	lines=$(cat)
	{
		echo "Pre-Invoke/always COMMAND_LINE=$("${frontend}_is_first" 2>/dev/null || echo "$told")"
		expect_of_packages Pre-Install-Pkgs
		printf 'Pre-Install-Pkgs/always\n%s\n' "$(sed -E 's/^(.*)\|.*/  \1|-/' <<<"$lines")"
		expect_of_packages Post-Invoke
		printf 'Post-Invoke/always RESULT=%s SUCCESS=%s\n%s\n' "$result" "$success" \
			"$(sed 's/^./  &/' <<<"$lines")"
	} >/expected.one
	cat /expected.one >>/expected
	{
		printf 'Start-Date: ...\nCommandline: %s\nTransaction: ...\nResult: %s\nHooks:\n' \
			"$told" "$result"
		grep '^[A-Za-z]' /expected.one | while read -r path rest; do
			expect_line_in_log "$path"
		done
		printf 'End-Date: ...\n\n'
	} >>/expected.log
}

# There was no other transaction.
expect_no_more() {
	local difference
	difference=$(diff -u --label expected --label 'what ran' /expected /runs) ||
		fail "$asked: $difference"
	touch "$log"
	difference=$(sed -E 's/ [0-9]+ ms$/ N ms/; /^(Start|End)-Offset: /d; s/^((Start|End)-Date): [0-9: -]+$/\1: .../
		s/^(Transaction): [0-9]+-[0-9]+$/\1: .../' "$log" |
		diff -u --label expected --label log /expected.log -) || fail "$asked: $difference"
}

# expect_one RESULT SUCCESS: the same, and there was no other transaction.
expect_one() {
	expect_transaction "$@"
	expect_no_more
}

install_it() {
	frontend_ends_with 0 install app
	expect_one ok 1 <<-'EOF'
		app|all|install|-|1|done
		lib|all|install|-|1|done
	EOF
	# Otherwise aptitude would later remove it together with app.
	apt-mark manual lib >/dev/null
}

have_nothing_to_do() {
	frontend_ends_with "$1" install app
	expect_no_more
}

# libapt-pkg still runs dpkg, for packages to configure, and therefore the hooks.
have_nothing_to_do_but_call_dpkg() {
	frontend_ends_with 0 install app
	expect_one ok 1 </dev/null
}

upgrade_it() {
	conffile=/etc/app.conf package app 2 'Depends: lib'
	publish
	frontend_ends_with 0 upgrade app
	expect_one ok 1 <<-'EOF'
		app|all|upgrade|1|2|done
	EOF
}

remove_it() {
	frontend_ends_with 0 remove app
	expect_one ok 1 <<-'EOF'
		app|all|remove|2|-|done
	EOF
}

# purge_it OPERATION: the hooks see this operation.
purge_it() {
	apt_succeeds install app
	frontend_ends_with 0 purge app
	expect_one ok 1 <<-EOF
		app|all|$1|2|-|done
	EOF
	[[ ! -e /etc/app.conf ]] || fail 'the test is broken: nothing was purged'
}

fail_with_it() {
	postinst='exit 1' package app 3 'Depends: lib'
	publish
	frontend_ends_with "$1" install app
	expect_one failed 0 <<-'EOF'
		app|all|install|-|3|failed
	EOF
}

prepare() {
	frontend=$1
	conffile=/etc/app.conf package app 1 'Depends: lib'
	package lib 1
	publish
	watch_everything
}

test_apt_is_served() {
	prepare apt
	install_it
	have_nothing_to_do 0
	upgrade_it
	remove_it
	purge_it purge
	fail_with_it 100
}

test_apt-get_is_served() {
	prepare apt-get
	install_it
	have_nothing_to_do 0
	upgrade_it
	remove_it
	purge_it purge
	fail_with_it 100
}

# It does not announce the purge, so the stream contains a removal.
test_aptitude_is_served() {
	prepare aptitude
	install_it
	have_nothing_to_do_but_call_dpkg
	upgrade_it
	remove_it
	purge_it remove
	fail_with_it 255
}

# Neither does it if dselect requested the purge.
test_dselect_is_served() {
	prepare dselect
	install_it
	have_nothing_to_do 0
	upgrade_it
	remove_it
	purge_it remove
	fail_with_it 100
}

# Neither does a program that uses the library.
test_python3-apt_is_served() {
	prepare python3-apt
	install_it
	have_nothing_to_do_but_call_dpkg
	upgrade_it
	remove_it
	purge_it remove
	fail_with_it 1
}

# It cannot purge.
test_PackageKit_is_served() {
	prepare pkcon
	install_it
	# Its exit status depends on the release.
	have_nothing_to_do whatever
	upgrade_it
	remove_it
	fail_with_it whatever
}

# It keeps the lock for one transaction, and lives on.
test_PackageKit_has_a_session_for_each_transaction() {
	local name daemon=
	package app 1
	package other 1
	probe Session-Start/start
	probe Session-End/end RUNS RESULT TRANSACTION
	for name in app other; do
		run_apt pkcon_does install "$name" </dev/null
		apt_must_end_with 0
		apt-universal-hooks wait
		expect_runs <<-EOF
			Session-Start/start
			Session-End/end RUNS=1 RESULT=ok
			  $name|all|install|-|1|done
		EOF
		expect_equal "$(pidof packagekitd)" "${daemon:=$(pidof packagekitd)}"
	done
}

# prepare_unattended-upgrade MINIMAL-STEPS: app, its lib and another package can be upgraded.
prepare_unattended-upgrade() {
	prepare unattended-upgrade
	package other 1
	let_unattended-upgrade_take_ours <<-EOF
		Unattended-Upgrade::Remove-Unused-Dependencies "true";
		Unattended-Upgrade::MinimalSteps "$1";
	EOF
	apt_succeeds install app other
	rm -f "$log"
}

new_versions() {
	package app 2 'Depends: lib'
	package other 2
	sign_the_archive
}

expect_upgrade_of() {
	expect_transaction ok 1 <<-EOF
		$1|all|upgrade|1|2|done
	EOF
}

# What follows in each mode after the upgrade of app and other: a version with another library, where
# a separate dpkg run removes the old one; nothing to do; and a failing version.
replace_the_library_and_fail() {
	package app 3 'Depends: new'
	package new 1
	sign_the_archive
	frontend_ends_with 0
	expect_transaction ok 1 <<-'EOF'
		app|all|upgrade|2|3|done
		new|all|install|-|1|done
	EOF
	expect_transaction ok 1 <<-'EOF'
		lib|all|remove|1|-|done
	EOF
	expect_no_more
	frontend_ends_with 0
	expect_no_more
	postinst='exit 1' package app 4 'Depends: new'
	sign_the_archive
	frontend_ends_with 1
	expect_one failed 0 <<-'EOF'
		app|all|upgrade|3|4|failed
	EOF
}

test_unattended-upgrade_is_served_at_each_of_its_steps() {
	prepare_unattended-upgrade true
	new_versions
	frontend_ends_with 0
	# It chooses the order of the two.
	if [[ $(grep --max-count=1 MATCHED /runs) == *'{app}'* ]]; then
		expect_upgrade_of app
		expect_upgrade_of other
	else
		expect_upgrade_of other
		expect_upgrade_of app
	fi
	expect_no_more
	replace_the_library_and_fail
}

test_unattended-upgrade_without_MinimalSteps_is_served_once() {
	prepare_unattended-upgrade false
	new_versions
	frontend_ends_with 0
	expect_one ok 1 <<-'EOF'
		app|all|upgrade|1|2|done
		other|all|upgrade|1|2|done
	EOF
	replace_the_library_and_fail
}
