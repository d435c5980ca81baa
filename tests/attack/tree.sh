# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# mallory tries to make root run her script, also through paths that a careless root made writable.
. /tests/lib/attacker.sh

point=$hooks/pkgs/app/Pre-Install-Pkgs

# Replaces the tree by a copy, since overlayfs cannot rename a directory of the lower layer.
renew_tree() {
	cp -a "$hooks" "$hooks.new"
	rm -r "$hooks"
	mv "$hooks.new" "$hooks"
}

# open_directory DIRECTORY: it is writable by all, so mallory replaces the next part of the path to
# root's script by one of her own.
open_directory() {
	local directory=$1 below
	renew_tree
	probe pkgs/app/Pre-Install-Pkgs/own
	below=${point#"${directory%/}"}
	below=${below#/}
	chmod 777 "$directory"
	if [[ -z $below ]]; then
		mallory_plants "$point/own"
	else
		as_mallory mv "$directory/${below%%/*}" "$directory/away"
		as_mallory mkdir -p "$point"
		mallory_plants "$point/own"
	fi
	publish
	run_apt apt-get --yes install app </dev/null
	expect_not_owned
	expect_equal 0 "$apt_status" "apt's exit status"
}

test_she_cannot_write_anywhere_on_the_way_as_it_is_installed() {
	local path
	mkdir -p "$point" "$packaged_hooks/Pre-Invoke"
	for path in "$point" "$packaged_hooks/Pre-Invoke" "${helper%/*}" \
		/usr/lib/*/apt-plugin-universal-hooks /var/log/apt; do
		while [[ $path == /?* ]]; do
			mallory_cannot touch "$path/new"
			mallory_cannot mv "$path" "$path.away"
			path=${path%/*}
		done
	done
	mallory_cannot sh -c 'echo x >>"$1"' sh "$helper"
	mallory_cannot sh -c 'echo x >>"$1"' sh /etc/apt/apt.conf.d/apt-universal-hooks.conf
}

test_a_script_that_she_may_write() {
	probe Pre-Invoke/open
	chmod o+w "$hooks/Pre-Invoke/open"
	as_mallory sh -c 'cat >"$1"' sh "$hooks/Pre-Invoke/open" <<<"$payload"
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/open"
	expect_not_owned
}

test_a_script_that_her_group_may_write() {
	probe Pre-Invoke/open
	chgrp mallory "$hooks/Pre-Invoke/open"
	chmod g+w "$hooks/Pre-Invoke/open"
	setpriv --reuid=7777 --regid=7777 --clear-groups sh -c 'cat >"$1"' sh \
		"$hooks/Pre-Invoke/open" <<<"$payload"
	apt_succeeds_but_warns install app
	expect_not_owned
}

test_a_script_that_belongs_to_her() {
	probe Pre-Invoke/hers
	chown mallory "$hooks/Pre-Invoke/hers"
	mallory_plants /srv/mallory/text
	as_mallory sh -c 'cat "$2" >"$1"' sh "$hooks/Pre-Invoke/hers" /srv/mallory/text
	apt_succeeds_but_warns install app
	expect_not_owned
}

test_the_folder_of_the_scripts_is_open() {
	open_directory "$point"
}

test_the_folder_of_the_package_is_open() {
	open_directory "$hooks/pkgs/app"
}

test_the_folder_of_packages_is_open() {
	open_directory "$hooks/pkgs"
}

test_the_tree_is_open() {
	open_directory "$hooks"
}

test_the_folder_of_apt_is_open() {
	renew_tree
	chmod 777 /etc/apt
	as_mallory mv "$hooks" /etc/apt/away
	as_mallory mkdir -p "$point"
	mallory_plants "$point/own"
	run_apt apt-get --yes install app </dev/null
	expect_not_owned
}

test_the_root_folder_is_open() {
	probe Pre-Invoke/own
	chmod 777 /
	mallory_plants /script
	ln -s /script "$hooks/Pre-Invoke/link"
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/own"
	expect_not_owned
	expect_no_runs
}

test_a_folder_of_packages_tree_is_open() {
	mkdir -p "$packaged_hooks/Pre-Invoke"
	chmod 1777 "$packaged_hooks"
	as_mallory mkdir "$packaged_hooks/Post-Invoke"
	mallory_plants "$packaged_hooks/Post-Invoke/own"
	apt_succeeds_but_warns install app
	expect_not_owned
}

test_a_link_to_her_script() {
	mkdir -p "$hooks/Pre-Invoke"
	mallory_plants /srv/mallory/script
	ln -s /srv/mallory/script "$hooks/Pre-Invoke/link"
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/link" mallory
	expect_not_owned
}

test_a_link_through_her_folder_to_a_script_of_roots() {
	probe /opt/safe
	mkdir -p "$hooks/Pre-Invoke"
	as_mallory ln -s /opt/safe /srv/mallory/hop
	ln -s /srv/mallory/hop "$hooks/Pre-Invoke/link"
	apt_succeeds_but_warns install app
	expect_no_runs
}

test_a_link_over_dots_through_her_folder() {
	probe /opt/safe
	mkdir -p "$hooks/Pre-Invoke"
	as_mallory mkdir /srv/mallory/in
	ln -s /srv/mallory/in/../../../opt/safe "$hooks/Pre-Invoke/link"
	apt_succeeds_but_warns install app
	expect_no_runs
}

test_a_link_by_way_of_tmp() {
	mkdir -p "$hooks/Pre-Invoke"
	mallory_plants /tmp/script
	ln -s /tmp/script "$hooks/Pre-Invoke/link"
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/link" /tmp
	expect_not_owned
}

test_a_folder_of_the_tree_that_is_a_link_to_hers() {
	mkdir -p "$hooks/pkgs"
	as_mallory mkdir -p /srv/mallory/app/Pre-Install-Pkgs
	mallory_plants /srv/mallory/app/Pre-Install-Pkgs/own
	ln -s /srv/mallory/app "$hooks/pkgs/app"
	apt_succeeds_but_warns install app
	expect_not_owned
}

test_a_hard_link_to_her_script() {
	mkdir -p "$hooks/Pre-Invoke"
	mallory_plants /srv/mallory/script
	ln /srv/mallory/script "$hooks/Pre-Invoke/hard"
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/hard" mallory
	expect_not_owned
}

test_a_hard_link_of_roots_script_within_her_reach() {
	probe Pre-Invoke/own
	ln "$hooks/Pre-Invoke/own" /srv/mallory/own
	mallory_cannot sh -c 'cat >/srv/mallory/own' <<<"$payload"
	mallory_cannot chmod 777 /srv/mallory/own
	as_mallory mv -f /srv/mallory/own /srv/mallory/other
	mallory_plants /srv/mallory/own
	apt_succeeds install app
	expect_not_owned
	expect_runs <<-'EOT'
		Pre-Invoke/own
	EOT
}

# flip_forever DIRECTORY NAME: in a directory that she can write to, a symlink alternates between root's
# script and her own. The time between check and execution is some microseconds, so race needs many
# rounds.
flip_forever() {
	as_mallory bash -c '
		cd "$1"
		while :; do
			ln -sfn /opt/good new && mv -T new "$2"
			ln -sfn /srv/mallory/evil new && mv -T new "$2"
		done' bash "$1" "$2" >/dev/null 2>&1 &
	flipper=$!
}

race() {
	local round
	for round in {1..150}; do
		stream_of app | call_helper 2>/dev/null || true
		[[ ! -s /owned ]] || break
	done
	kill -KILL "$flipper"
	expect_not_owned
	printf '%s rounds\n' "$round"
}

prepare_race() {
	probe /opt/good
	mallory_plants /srv/mallory/evil
	mkdir -p "$hooks/Pre-Install-Pkgs"
}

test_a_link_in_her_folder_swapped_between_look_and_execution() {
	prepare_race
	ln -s /srv/mallory/turn "$hooks/Pre-Install-Pkgs/link"
	flip_forever /srv/mallory turn
	race
}

test_a_link_in_an_open_folder_of_the_tree_swapped_between_look_and_execution() {
	prepare_race
	chmod 777 "$hooks/Pre-Install-Pkgs"
	flip_forever "$hooks/Pre-Install-Pkgs" turn
	race
}

test_a_folder_on_the_way_swapped_between_look_and_execution() {
	prepare_race
	mkdir -p /opt/directory
	cp /opt/good /opt/directory/script
	as_mallory mkdir /srv/mallory/directory
	mallory_plants /srv/mallory/directory/script
	ln -s /srv/mallory/turn/script "$hooks/Pre-Install-Pkgs/link"
	as_mallory bash -c '
		cd /srv/mallory
		while :; do
			ln -sfn /opt/directory new && mv -T new turn
			ln -sfn /srv/mallory/directory new && mv -T new turn
		done' >/dev/null 2>&1 &
	flipper=$!
	race
}
