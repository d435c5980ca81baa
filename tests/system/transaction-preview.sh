# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Compares the bridge's preview with what apt then sends to its hooks: the same lines, in any order and
# with any path of a .deb.

printf '%s\n' 'DPkg::Pre-Install-Pkgs::capture "cat >/told";' \
	'DPkg::Tools::Options::cat::Version "3";' >/etc/apt/apt.conf.d/90capture

transaction=3

actions_of() {
	sed '1,/^$/d; s,/.*\.deb$,a .deb,' "$1" | LC_ALL=C sort
}

settings_of() {
	sed '1d; /^$/,$d' "$1" | LC_ALL=C sort
}

preview() {
	publish
	rm -f /told
	/tests/lib/ask-bridge $transaction "$@" >/foretold 2>/messages ||
		fail "the bridge refuses: $*: $(cat /messages)"
}

# agrees COMMAND...: the preview is the same as what apt then does, which may be nothing.
agrees() {
	local difference
	preview "$@"
	run_apt "$@" </dev/null
	[[ $apt_status == "${ends_with-0}" ]] || fail "$* ended with exit status $apt_status"
	[[ -e /told ]] || : >/told
	difference=$(diff --unified --label foretold --label told \
		<(actions_of /foretold) <(actions_of /told)) || fail "$*: $difference"
}

foretells() {
	agrees "$@"
	[[ -n $(actions_of /told) ]] || fail "$*: apt sent nothing to its hooks"
}

foretells_nothing() {
	agrees "$@"
	[[ ! -s /told ]] || fail "$*: apt sent something to its hooks"
}

# refuses REASON COMMAND...: the bridge and apt refuse for the same reason.
refuses() {
	local reason=$1
	shift
	publish
	run_apt "$@" --simulate </dev/null
	[[ $apt_status != 0 ]] || fail "$*: apt does not refuse"
	! /tests/lib/ask-bridge $transaction "$@" >/foretold 2>/messages ||
		fail "$*: the bridge does not refuse"
	[[ ! -s /foretold ]] || fail "$*: there is an answer as well"
	expect_message "$reason"
	grep -qF -e "$reason" "$errors" "$output" || fail "$*: apt does not say: $reason"
}

expect_message() {
	grep -qF -e "$1" /messages || fail "no message contains: $1: $(cat /messages)"
	! grep -vE '^[EWN]: ' /messages || fail 'a message has more than one line'
}

another_architecture() {
	dpkg --add-architecture i386
	apt-get -qq update
}

test_one_package_is_installed() {
	package app 1
	foretells apt-get --yes install app
	foretells_nothing apt-get --yes install app
}

test_a_package_and_all_that_it_depends_on_are_installed() {
	local i needs=
	for ((i = 1; i <= 20; i++)); do
		package "lib$i" 1 "Depends: base (>= 1)"
		needs+="${needs:+, }lib$i (>= 1)"
	done
	package base 1:2-1
	package extra 1
	package more 1
	package app 1 "Depends: $needs" 'Recommends: extra' 'Suggests: more'
	foretells apt-get --yes install app
	foretells apt-get --yes purge --auto-remove app
	foretells apt-get --yes --no-install-recommends install app
	foretells apt-get --yes purge base
	foretells apt-get --yes --install-suggests install app
	foretells apt-get --yes purge base extra
	foretells apt-get --yes -o APT::AutoRemove::RecommendsImportant=false install app
	foretells apt-get --yes remove extra
	# Since 3.1, apt does nothing then.
	agrees apt-get --yes --fix-policy install
}

test_one_is_removed_and_one_purged() {
	conffile=/etc/app.conf package app 1 'Depends: lib'
	package lib 1
	foretells apt-get --yes install app
	foretells apt-get --yes remove app
	foretells apt-get --yes purge app
	foretells apt-get --yes install app
	foretells apt-get --yes purge lib
	foretells_nothing apt-get --yes autoremove --purge
}

test_packages_are_upgraded() {
	package app 1
	package new-need 1
	package other 1
	package steady 1
	package absent 1
	foretells apt-get --yes install app other steady
	package app 2 'Depends: new-need'
	package other 2
	foretells apt-get --yes upgrade
	foretells apt-get --yes upgrade --with-new-pkgs
	package app 3
	package other 3
	foretells apt-get --yes install --only-upgrade app steady absent
	foretells apt-get --yes dist-upgrade
}

test_apt_upgrades_with_new_packages_by_itself() {
	package app 1
	foretells apt --yes install app
	package app 2 'Depends: lib'
	package lib 1
	foretells apt --yes upgrade
	package app 3 'Conflicts: lib'
	foretells apt --yes full-upgrade
}

test_what_is_no_longer_needed_is_removed() {
	package app 1 'Depends: lib'
	package lib 1 'Recommends: data'
	package data 1
	foretells apt-get --yes install app
	package app 2
	foretells apt-get --yes dist-upgrade
	foretells apt-get --yes autoremove
	foretells apt-get --yes install lib
	foretells apt-get --yes autopurge lib
}

test_what_is_no_longer_needed_stays_where_apt_lets_it_stay() {
	package app 1 'Depends: lib'
	package lib 1
	package other 1
	foretells apt-get --yes install app
	package app 2
	echo 'APT::Get::AutomaticRemove "true";' >/etc/apt/apt.conf.d/90remove
	foretells apt-get --yes dist-upgrade
	grep -q '^app 1 ' /foretold || fail 'nothing was upgraded'
	foretells apt-get --yes install lib other
	package app 3
	foretells apt-get --yes --auto-remove dist-upgrade
	package data 1
	package app 4 'Depends: data'
	foretells apt-get --yes dist-upgrade
	package app 5
	foretells apt-get --yes dist-upgrade
	foretells apt-get --yes purge '?garbage'
}

test_an_install_removes_others() {
	package old 1
	package user-of-old 1 'Depends: old'
	package new 1 'Conflicts: old'
	foretells apt-get --yes install user-of-old
	foretells apt-get --yes install new
}

test_a_suffix_turns_a_word_around() {
	package a 1
	package b 1
	package c 1 'Recommends: d'
	package d 1
	foretells apt-get --yes install a
	foretells apt-get --yes install b a-
	foretells apt-get --yes remove b a+
	foretells apt-get --yes install c d-
}

test_a_pair_of_two_architectures() {
	another_architecture
	for architecture in amd64 i386; do
		package lib 1 'Multi-Arch: same' "Architecture: $architecture"
	done
	foretells apt-get --yes install lib:amd64 lib:i386
	for architecture in amd64 i386; do
		package lib 2 'Multi-Arch: same' "Architecture: $architecture"
	done
	foretells apt-get --yes install lib
	foretells apt-get --yes remove lib:i386
}

test_a_crossgrade() {
	another_architecture
	package app 1 'Architecture: amd64'
	package app 1 'Architecture: i386'
	foretells apt-get --yes install app
	foretells apt-get --yes install app:i386
}

test_a_downgrade_to_a_version() {
	package app 1 'Depends: lib (= 1)'
	package lib 1
	package app 2 'Depends: lib'
	package lib 2
	foretells apt-get --yes install app
	foretells apt-get --yes --allow-downgrades install app=1 lib=1
	apt_succeeds dist-upgrade
	refuses 'Packages were downgraded' apt-get --yes install app=1 lib=1
}

test_a_reinstall() {
	package app 1
	foretells apt-get --yes install app
	foretells apt-get --yes install --reinstall app
	foretells apt-get --yes reinstall app
}

test_a_file() {
	package app 1 'Depends: lib'
	package lib 1
	publish
	mkdir -p '/some where'
	mv "$repository/app_1_all.deb" '/some where/app.deb'
	archive_is_stale=yes
	foretells apt-get --yes install '/some where/app.deb'
	grep -qF ' /some where/app.deb' /foretold || fail 'the path is another one'
	grep -qF ' /var/cache/apt/archives/lib_1_all.deb' /foretold || fail 'lib is elsewhere'
	refuses 'Unsupported file /some where/none.deb given on commandline' \
		apt-get install '/some where/none.deb'
}

test_what_was_left_behind_is_configured_by_another_install() {
	postinst='exit 1' package broken 1
	package app 1
	ends_with=100 foretells apt-get --yes install broken
	ends_with=100 foretells apt-get --yes install app
	ends_with=100 foretells apt-get --yes install
	foretells apt-get --yes remove broken
}

test_a_temporary_removal() {
	package swap-a 1
	package swap-b 1
	foretells apt-get --yes install swap-a swap-b
	package swap-a 2 'Pre-Depends: swap-b (= 2)'
	package swap-b 2 'Conflicts: swap-a (<< 2)'
	foretells apt-get --yes dist-upgrade
}

test_broken_dependencies_are_refused_or_fixed() {
	package app 1 'Depends: lib'
	package lib 1
	publish
	dpkg --unpack "$repository/app_1_all.deb" >/dev/null
	package other 1
	refuses 'app : Depends: lib but it is not going to be installed' apt-get install other
	refuses 'Unmet dependencies' apt-get upgrade
	refuses 'app : Depends: lib but it is not' apt-get install "$repository/other_1_all.deb"
	foretells apt-get --yes --fix-broken install
}

test_what_is_held_stays() {
	package app 1
	package other 1
	foretells apt-get --yes install app other
	package app 2
	package other 2
	publish
	apt-mark hold app >/dev/null
	foretells apt-get --yes dist-upgrade
	refuses 'Held packages were changed' apt-get --yes install app
	foretells apt-get --yes --allow-change-held-packages install app
}

test_a_virtual_package() {
	package mail-a 1 'Provides: mail'
	foretells apt-get --yes install mail
	foretells_nothing apt-get --yes remove mail
	package mail-b 1 'Provides: mail'
	package mail-c 1 'Provides: letters'
	package mail-d 1 'Provides: letters'
	refuses "Package 'letters' has no installation candidate" apt-get install letters
}

# Creates a second archive, and gives both a name for /RELEASE and --target-release.
name_the_archives() {
	local directory
	publish
	for directory in "$repository" "$1"; do
		printf 'Suite: %s\nSHA256:\n %s %s Packages\n' "${directory#/}" \
			"$(sha256sum "$directory/Packages" | cut -d ' ' -f 1)" \
			"$(stat --format=%s "$directory/Packages")" >"$directory/Release"
	done
	printf 'deb [trusted=yes] file:%s ./\n' "$1" >>/etc/apt/sources.list
	printf 'APT::Default-Release "%s";\n' "${repository#/}" >/etc/apt/apt.conf.d/90release
	apt-get -qq update
}

test_a_release_is_also_that_of_what_is_needed() {
	package app 2 'Depends: lib (>= 2)'
	package lib 2
	publish
	cp -a "$repository" /newer
	rm "$repository"/*.deb
	package app 1 'Depends: lib'
	package lib 1
	name_the_archives /newer
	foretells apt-get --yes install app
	foretells apt-get --yes install app/newer
	grep -q '^lib 1 .* < 2 ' /foretold || fail 'lib stays'
	foretells apt-get --yes purge lib
	foretells apt-get --yes --target-release newer install app
	refuses "Release 'nowhere' for 'app' was not found" apt-get install app/nowhere
}

test_patterns_of_names() {
	package app-one 1
	package app-two 1
	package other 1
	foretells apt-get --yes install 'app-*'
	foretells apt-get --yes remove '?name(^app-t)'
}

test_errors_are_those_of_apt() {
	package app 1
	package broken 1 'Depends: nowhere'
	package vital 1 'Essential: yes'
	refuses 'Unable to locate package none' apt-get install none
	refuses "Version '7' for 'app' was not found" apt-get install app=7
	refuses 'broken : Depends: nowhere but it is not installable' apt-get install broken
	refuses 'Command line option --nonsense is not understood' apt-get --nonsense install app
	apt_succeeds install app vital
	refuses 'Packages need to be removed but remove is disabled' \
		apt-get --no-remove remove app
	refuses 'Essential packages were removed' apt-get --yes remove vital
}

test_an_unknown_command_is_told_those_that_are_known() {
	! /tests/lib/ask-bridge $transaction apt-get update 2>/messages || fail 'not refused'
	expect_message 'Unsupported command update'
	! /tests/lib/ask-bridge $transaction apt-get 2>/messages || fail 'not refused'
	expect_message 'No command given'
	expect_message 'dist-upgrade'
}

# apt sends some more, which only affect its output, such as colours.
test_the_settings_are_among_those_that_apt_tells() {
	local program
	package app 1
	for program in apt-get apt; do
		foretells $program --yes -o Universal-Hooks::Timeout=5 -o My::List::=a\ b install app
		settings_of /told >/told.settings
		settings_of /foretold | grep -v '^APT::Color=' >/foretold.settings
		expect_equal '' "$(LC_ALL=C comm -13 /told.settings /foretold.settings)" "$program"
		for key in CommandLine::AsString Binary Dir::State::status My::List:: \
			Dir::Log::Planner DPkg::Pre-Install-Pkgs::capture; do
			grep -q "^$key=" /foretold.settings || fail "$program: there is no $key"
		done
		apt_succeeds purge app
	done
	grep -qx 'APT::Get::Upgrade-Allow-New=1' /foretold.settings ||
		fail 'what apt sets for itself is missing'
}

test_the_packages_of_another_root_are_planned_there() {
	package app 1
	package lib 1
	apt_succeeds install lib
	mkdir -p /alt/etc /alt/usr/share /alt/var/lib /alt/var/cache/apt/archives/partial /alt/var/log/apt
	cp -a /etc/apt /alt/etc
	cp -a /usr/share/dpkg /alt/usr/share
	cp -a /var/lib/dpkg /var/lib/apt /alt/var/lib
	printf 'My::Own "value";\n' >/alt/etc/apt/apt.conf.d/90own
	apt_succeeds purge lib
	touch /before
	ROOT=/alt /tests/lib/ask-bridge $transaction apt-get install app lib- >/foretold
	expect_equal 3 "$(actions_of /foretold | wc -l)" actions
	grep -q '^lib 1 .*\*\*REMOVE\*\*' /foretold || fail 'lib of the other root is not seen'
	for line in RootDir=/alt Dir::State::status=/alt/var/lib/dpkg/status My::Own=value \
		Dir::Log::Planner=eipp.log.xz; do
		grep -qxF "$line" /foretold || fail "there is no $line"
	done
	expect_equal '' "$(find /alt -newer /before -type f ! -name '*pkgcache.bin')"
}

# Run as root, which could write anywhere, and as an unprivileged user.
test_to_ask_changes_nothing_and_takes_no_rights() {
	local asker
	package app 1
	publish
	touch /before
	for asker in root nobody; do
		setpriv --reuid=$asker --clear-groups /tests/lib/ask-bridge $transaction \
			apt-get install app >/foretold
		expect_equal 2 "$(actions_of /foretold | wc -l)" "actions, as $asker"
	done
	expect_equal '' "$(find / -xdev -newer /before -type f ! -path /foretold)"
}
