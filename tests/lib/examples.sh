# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: installing examples with the settings in their headers, servers, and
# packages to upgrade.

examples=/usr/share/doc/apt-plugin-universal-hooks/examples
settings=/etc/apt/apt.conf.d/60local-hooks
dumps=/var/backups/before-upgrade

# Not every chroot has it.
grep -q localhost /etc/hosts 2>/dev/null || echo '127.0.0.1 localhost' >>/etc/hosts

# header_of NAME FIELD: prints the values of "# FIELD:".
header_of() {
	sed -n "s/^# $2: *//p" "$examples/$1"
}

# Prints the indented lines from the empty one after "# Settings:" to the end of the header.
settings_of() {
	sed -n '/^# Settings:/,/^[^#]/{ /^#$/,/^[^#]/s/^#     //p }' "$examples/$1"
}

packages_of() {
	header_of "$1" Needs | tr -d , | tr ' ' '\n' | grep -vx nothing || true
}

# use_example NAME: installs it as its header says.
use_example() {
	local place count=0
	while read -r place; do
		install -D -m 755 "$examples/$1" "$place"
		count=$((count + 1))
	done < <(header_of "$1" Place)
	((count > 0)) || fail "the example $1 does not say where to put it"
	[[ -n $(settings_of "$1") ]] || fail "the example $1 has no settings"
	settings_of "$1" >>$settings
	# shellcheck disable=SC2046 # split into words
	[[ -z $(packages_of "$1") ]] || dpkg-query --show $(packages_of "$1") >/dev/null ||
		fail "the header of $1 names wrong packages"
}

# local_file PATH: creates a file with an address or a secret from stdin.
local_file() {
	install -d -m 755 /etc/local-hooks
	install -m 600 /dev/stdin "/etc/local-hooks/$1"
}

# wait_until COMMAND...: retries the command, usually a request to a server, until it succeeds.
wait_until() {
	local _
	for _ in {1..1200}; do
		! "$@" >/wait.output 2>&1 || return 0
		sleep 0.1
	done
	fail "not in two minutes: $*: $(cat /wait.output)"
}

# Gives the chroot the machine's loop devices. Those of "mount -o loop" are freed when the test ends.
have_loop_devices() {
	local n
	mknod /dev/loop-control c 10 237
	for n in {0..63}; do
		mknod "/dev/loop$n" b 7 "$n"
	done
	losetup --find >/dev/null 2>&1
}

# skip REASON: ends a test that this kernel or machine does not support.
skip() {
	printf '%s\n' "$*"
	exit 77
}

version_of() {
	dpkg-query --show --showformat '${Version}' "$1"
}

# upgrade_of NAME: repacks the installed package, with all files and maintainer scripts, as a newer
# version for the archive. /upgraded gets that version.
upgrade_of() {
	local name=$1 tree file kind version
	tree=$(mktemp --directory)
	version=$(version_of "$name")+upgrade
	chmod 755 "$tree"
	mkdir "$tree/DEBIAN"
	dpkg-query --listfiles "$name" | sed 's|^/||' | while read -r file; do
		# The chroot has no translations and manual pages; /lib is usually a symlink.
		[[ $file == . || $file != */* && -L /$file || ! -e /$file && ! -L /$file ]] ||
			printf '%s\0' "$file"
	done | tar --create --directory=/ --null --no-recursion --files-from=- |
		tar --extract --directory="$tree"
	dpkg-query --status "$name" | sed -E '
		/^(Status|Conffiles|Config-Version):/,/^[^ ]/{ /^( |Status|Conffiles|Config-Version)/d }
		s/^Version: .*/Version: '"$version"'/' >"$tree/DEBIAN/control"
	for kind in preinst postinst prerm postrm config templates triggers conffiles shlibs; do
		for file in "/var/lib/dpkg/info/$name.$kind" \
			"/var/lib/dpkg/info/$name:$(dpkg --print-architecture).$kind"; do
			[[ ! -e $file ]] || cp "$file" "$tree/DEBIAN/$kind"
		done
	done
	dpkg-deb -Znone --build "$tree" "$repository" >/dev/null
	rm -r "$tree"
	archive_is_stale=yes
	printf '%s\n' "$version" >/upgraded
}

# apt succeeds, and our hooks report nothing. dpkg and servers may.
apt_goes_through() {
	run_apt apt-get --yes "$@" </dev/null
	apt_must_end_with 0
	expect_no_warning
}

# expect_veto EXAMPLE [WORD...]: the example stopped apt before dpkg, with a message with these words.
expect_veto() {
	local example=$1 word
	shift
	apt_must_end_with 100
	form=E expect_warning "$(header_of "$example" Place | head -n 1)" 'so apt stops'
	for word; do
		grep -F -e "$word" "$errors" >/dev/null || fail "no message contains: $word"
	done
	! grep -E '^(Unpacking|Removing|Setting up) ' "$output" || fail 'dpkg should not have run'
}

# apt_is_stopped_by EXAMPLE APT-ARGUMENT... [-- WORD...]
apt_is_stopped_by() {
	local example=$1 arguments=()
	shift
	while (($# > 0)) && [[ $1 != -- ]]; do
		arguments+=("$1")
		shift
	done
	(($# == 0)) || shift
	run_apt apt-get --yes "${arguments[@]}" </dev/null
	expect_veto "$example" "$@"
}

# instead EXAMPLE SETTING: prints an apt option that overrides a setting of the example.
instead() {
	local path
	path=$(header_of "$1" Place | head -n 1)
	printf 'Universal-Hooks::Scripts::%s::%s' "${path#"$hooks"/}" "$2"
}

# expect_a_warning_about EXAMPLE WORD...: the example failed, and apt went on.
expect_a_warning_about() {
	local example=$1
	shift
	apt_must_end_with 0
	expect_warning "/$(basename "$(header_of "$example" Place | head -n 1)")" exited "$@"
}

sessions=/var/lib/apt-universal-hooks/sessions

# Waits until no session is left: who waits for its end, holds the lock of the file until it is closed.
# A unit of systemd may not have begun to wait yet.
wait_for_sessions() {
	wait_until each_session_has_a_waiter
	wait_for_waiters
	wait_until no_session_is_left
}

each_session_has_a_waiter() {
	local mark
	for mark in "$sessions"/*.session; do
		[[ ! -e $mark || -e ${mark%.session}.waiter ]] || return 1
	done
}

no_session_is_left() {
	! find "$sessions" -mindepth 1 2>/dev/null | grep .
}

# expect_failure_at_the_end EXAMPLE WORD...: it failed at Session-End, and has printed these words.
expect_failure_at_the_end() {
	local example=$1 word
	shift
	grep -E "^ Session-End $hooks/Session-End/[0-9]{3}-$example \\[always\\] exit [1-9]" \
		/var/log/apt/universal-hooks.log || fail "the log has no failure of $example"
	for word; do
		grep -F -e "$word" /var/log/apt/universal-hooks-term.log >/dev/null ||
			fail "$example has not printed: $word"
	done
}

expect_no_failure_at_the_end() {
	! grep -E '^ Session-End .* exit [1-9]' /var/log/apt/universal-hooks.log ||
		fail "$(cat /var/log/apt/universal-hooks-term.log)"
}

# upgradable COUNT: so many packages, app1 and so on, which unattended-upgrade upgrades in steps, with
# the maintainer script $postinst, in an order of its own. The upgrade number $failure fails.
upgradable() {
	local n names=()
	for ((n = 1; n <= $1; n++)); do
		postinst='' package "app$n" 1
		names+=("app$n")
	done
	APT_UNIVERSAL_HOOKS=off apt_succeeds install "${names[@]}"
	for n in "${names[@]}"; do
		# shellcheck disable=SC2016 # expanded by the maintainer script
		postinst="${postinst:-true}"'
			echo >>/upgrades; [ "$(wc -l </upgrades)" != '"${failure:-none} ]" package "$n" 2
	done
	let_unattended-upgrade_take_ours <<<'Unattended-Upgrade::MinimalSteps "true";'
	sign_the_archive
}

# upgrade_in_steps STATUS RUNS: unattended-upgrade ends with this status after so many runs of dpkg,
# and what is due at the end of the session is over.
upgrade_in_steps() {
	probe Post-Invoke/count
	run_apt unattended-upgrade --verbose </dev/null
	apt_must_end_with "$1"
	wait_for_sessions
	expect_equal "$2" "$(grep -c '^Post-Invoke/count' /runs)" 'runs of dpkg'
}

# expect_dumps DIRECTORY COUNT: there are so many dumps, complete, and readable only by root.
expect_dumps() {
	local count
	install -d -m 700 "$dumps/$1"
	count=$(find "$dumps/$1" -type f | wc -l)
	expect_equal "$2" "$count" "dumps in $1: $(ls -A "$dumps/$1")"
	[[ -z $(find "$dumps/$1" -type f \( -name 'new*' -o -perm /077 \)) ]] ||
		fail "a dump is incomplete or readable by others: $(ls -lA "$dumps/$1")"
}

# old_dumps DIRECTORY SUFFIX: creates seven old dumps. After one more, only five of them are kept.
old_dumps() {
	local day
	install -d -m 700 "$dumps/$1"
	for day in 1 2 3 4 5 6 7; do
		install -m 600 /dev/null "$dumps/$1/2020010$day-000000-1$2"
		touch -d "2020-01-0$day" "$dumps/$1/2020010$day-000000-1$2"
	done
}

# Expects today's dump, and the newest of the old ones.
expect_old_dumps_to_have_gone() {
	local day
	expect_dumps "$1" 5
	for day in 4 5 6 7; do
		[[ -e $dumps/$1/2020010$day-000000-1$2 ]] || fail "the dump of day $day is gone"
	done
}

# an_undeletable_dump DIRECTORY SUFFIX: an old dump that is a mount point.
an_undeletable_dump() {
	touch -d 2020-01-01 /undeletable
	install -d -m 700 "$dumps/$1"
	install -m 600 /dev/null "$dumps/$1/20200101-000000-0$2"
	mount --bind /undeletable "$dumps/$1/20200101-000000-0$2"
}

# dump_in DIRECTORY: prints the path of the only dump there that is not empty.
dump_in() {
	local dump
	dump=$(find "$dumps/$1" -maxdepth 1 -type f -size +0)
	[[ -n $dump && $dump != *$'\n'* ]] || fail "not one dump in $1: $dump"
	printf '%s\n' "$dump"
}

# change EXAMPLE SED-SCRIPT: changes the installed script, which must have what is to be changed.
change() {
	local place
	while read -r place; do
		cp "$place" /before.change
		sed -i "$2" "$place"
		! cmp -s "$place" /before.change || fail "nothing in $1 is changed by $2"
	done < <(header_of "$1" Place)
}

# with_variables EXAMPLE NAME=VALUE...: gives the installed script these parameters.
with_variables() {
	local example=$1 place
	shift
	while read -r place; do
		apt-universal-hooks set "$place" Environment "$@" >/dev/null
	done < <(header_of "$example" Place)
}

# another EXAMPLE NAME SED-SCRIPT: installs a changed copy beside the example, as an administrator
# would.
another() {
	local place
	place=$(header_of "$1" Place | head -n 1)
	sed "$3" "$examples/$1" >"${place%/*}/$2"
	chmod 755 "${place%/*}/$2"
	! cmp -s "${place%/*}/$2" "$examples/$1" || fail "nothing in $1 is changed by $3"
	settings_of "$1" | sed "s|${place##*/}|$2|" >>$settings
}

# Dumps and what is written on the way there get one MiB.
a_small_disk() {
	mkdir -p "$dumps"
	mount -t tmpfs -o size=1m,mode=700 tmpfs "$dumps"
}
