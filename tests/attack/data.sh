# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# APT_UNIVERSAL_HOOKS_DATA: mallory is the User of a hook, and root deletes what she has made of her directory.
. /tests/lib/attacker.sh

install -d -m 777 /srv/victim /srv/victim/sub
echo kept >/srv/victim/file
echo kept >/srv/victim/sub/file

expect_victim_unharmed() {
	expect_file /srv/victim/file <<<kept
	expect_file /srv/victim/sub/file <<<kept
	expect_not_owned
}

# Runs apt with a hook of hers, whose commands are on stdin.
with_a_hook_of_hers() {
	{ echo '#!/bin/bash' && cat; } | hook Pre-Install-Pkgs/hers
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/hers::User "mallory";' >/etc/apt/apt.conf.d/90user
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	[[ ! -s $errors ]] || fail 'apt warned'
}

test_links_in_her_directory_lead_nowhere() {
	with_a_hook_of_hers <<-'EOT'
		cd "$APT_UNIVERSAL_HOOKS_DATA" || exit
		mkdir -p a/b
		ln -s /srv/victim a/link
		ln -s ../../../srv/victim a/b/relative
		ln -s /srv/victim/file file
	EOT
	expect_victim_unharmed
	[[ -z $(ls -A "$state") ]] || fail "left: $(find "$state")"
}

test_a_directory_that_becomes_a_link_and_back() {
	with_a_hook_of_hers <<-'EOT'
		cd "$APT_UNIVERSAL_HOOKS_DATA" || exit
		touch /srv/mallory/ready
		# Goes on until her directory is gone.
		while mkdir -p "$APT_UNIVERSAL_HOOKS_DATA/a/b/c"; do
			mv a x
			ln -s /srv/victim a
			rm -rf x a
		done >/dev/null 2>&1 </dev/null &
	EOT
	[[ -e /srv/mallory/ready ]] || fail 'the test is broken: her hook did not run'
	expect_victim_unharmed
}

test_a_directory_of_others_that_she_moves_there() {
	# She can move it, but not empty what is in it.
	install -d -m 777 /srv/shared /srv/shared/open
	install -d -m 755 /srv/shared/open/private
	echo kept >/srv/shared/open/private/file
	with_a_hook_of_hers <<-'EOT'
		mkdir -p "$APT_UNIVERSAL_HOOKS_DATA/a" && mv /srv/shared/open "$APT_UNIVERSAL_HOOKS_DATA/a/"
	EOT
	expect_equal kept "$(cat "$state"/*.data-7777/a/open/private/file)" 'the file of others'
	expect_not_owned
}

test_a_tree_of_many_levels() {
	with_a_hook_of_hers <<-'EOT'
		cd "$APT_UNIVERSAL_HOOKS_DATA" || exit
		python3 - <<-'EOP'
			import os
			for i in range(5000):
			    os.mkdir("a" * 100)
			    os.chdir("a" * 100)
		EOP
	EOT
	expect_not_owned
	[[ -z $(ls -A "$state") ]] || fail "left: $(ls -A "$state")"
}

test_what_a_hook_has_mounted_there_is_left_alone() {
	hook Pre-Install-Pkgs/mounts <<-'EOT'
		#!/bin/sh
		cd "$APT_UNIVERSAL_HOOKS_DATA" && mkdir -p a/b/c file-of-ours && mount --bind /srv/victim a/b/c
	EOT
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_victim_unharmed
	expect_equal a/b/c "$(cd "$state"/*.data-0 && echo */*/*)" "what is left"
	run_apt apt-get --yes reinstall app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_victim_unharmed
	umount "$state"/*.data-0/a/b/c
	rm "$hooks/Pre-Install-Pkgs/mounts"
	apt_succeeds reinstall app
	expect_victim_unharmed
	[[ -z $(ls -A "$state") ]] || fail "left: $(find "$state")"
}

test_she_cannot_read_that_of_root_nor_make_one_in_advance() {
	hook Pre-Invoke/root <<<$'#!/bin/sh\necho secret >"$APT_UNIVERSAL_HOOKS_DATA/file"'
	with_a_hook_of_hers <<-'EOT'
		stat --format='%U %a' "${APT_UNIVERSAL_HOOKS_DATA%-*}"-* >/srv/mallory/modes
		cat "${APT_UNIVERSAL_HOOKS_DATA%-*}"-0/file >/srv/mallory/secret 2>/dev/null
		mkdir "${APT_UNIVERSAL_HOOKS_DATA%-*}-7778" 2>/dev/null && echo made >/srv/mallory/secret
		true
	EOT
	expect_file /srv/mallory/modes <<<$'root 700\nmallory 700'
	[[ ! -s /srv/mallory/secret ]] || fail "$(</srv/mallory/secret)"
}
