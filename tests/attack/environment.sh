# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The environment, the working directory and the options of apt. Root chose them, so hooks inherit
# them like maintainer scripts do, but the helper itself finds no program through them.
. /tests/lib/attacker.sh

# Fills mallory's directory with all programs that our code could look for.
her_programs() {
	local name
	for name in sh bash dpkg-query setpriv helper env cat; do
		mallory_plants "/srv/mallory/$name"
	done
}

# Runs apt as root in her directory, where her programs would be found first.
apt_in_her_directory_with() {
	publish
	cd /srv/mallory
	run_apt env "$@" /usr/bin/apt-get --yes --reinstall install app </dev/null
	cd /
	expect_equal 0 "$apt_status" "apt's exit status"
}

# Calls the helper directly: only programs that it looks up itself could be hers.
helper_in_her_directory_with() {
	cat >/etc/apt/apt.conf.d/90settings <<-'EOT'
		Universal-Hooks::Scripts::Pre-Install-Pkgs/user::User "games";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/requires::Requires { "apt"; };
	EOT
	hook Pre-Install-Pkgs/user <<<'echo user >>/ran'
	hook Pre-Install-Pkgs/requires <<<'echo requires >>/ran'
	install -m 666 /dev/null /ran
	cd /srv/mallory
	{
		printf 'VERSION 3\nUniversal-Hooks::Scripts::Pre-Install-Pkgs/user::User=games\n'
		printf 'Universal-Hooks::Scripts::Pre-Install-Pkgs/requires::Requires::=apt\n\n'
		printf 'app - - none < 1 all none /x.deb\n'
	} | env "$@" APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs
	cd /
	expect_equal 'requires user' "$(xargs </ran)" 'hooks that ran'
	expect_not_owned
}

test_PATH_with_a_dot() {
	her_programs
	helper_in_her_directory_with PATH=.:/usr/bin:/bin
}

test_PATH_with_an_empty_part() {
	her_programs
	helper_in_her_directory_with PATH=:/usr/bin:
}

test_PATH_of_hers() {
	her_programs
	helper_in_her_directory_with PATH=/srv/mallory
}

test_IFS_and_other_variables_of_shells_do_not_change_what_is_called() {
	her_programs
	probe Pre-Invoke/always
	mallory_writes /srv/mallory/env.sh <<<'echo "sourced by $0" >>/owned'
	apt_in_her_directory_with IFS=/ ENV=/srv/mallory/env.sh PS4='$(id >>/owned)' \
		CDPATH=/srv/mallory GLOBIGNORE='*'
	expect_not_owned
	grep -q always /runs || fail 'the hook did not run'
}

# Root chose to set BASH_ENV: hooks in bash obey it, but nothing else of ours does.
test_BASH_ENV_is_read_by_hooks_in_bash_only() {
	mallory_writes /srv/mallory/env.sh <<<'echo "sourced by $0" >>/owned'
	hook Pre-Invoke/dash <<<$'#!/bin/sh\necho "BASH_ENV=$BASH_ENV" >>/runs'
	apt_in_her_directory_with BASH_ENV=/srv/mallory/env.sh SHELLOPTS=xtrace
	expect_runs <<-'EOT'
		BASH_ENV=/srv/mallory/env.sh
	EOT
	expect_not_owned
}

test_forged_variables_of_ours() {
	probe Pre-Invoke/always PACKAGE TRANSACTION RESULT MATCHED WILDCARD COMMAND_LINE
	probe pkgs/app/Pre-Install-Pkgs/own PACKAGE WILDCARD RESULT
	as_mallory sh -c 'echo forged >/srv/mallory/list'
	apt_in_her_directory_with APT_UNIVERSAL_HOOKS_PACKAGE=forged APT_UNIVERSAL_HOOKS_RESULT=forged \
		APT_UNIVERSAL_HOOKS_TRANSACTION=/srv/mallory/list \
		APT_UNIVERSAL_HOOKS_MATCHED=/srv/mallory/list APT_UNIVERSAL_HOOKS_WILDCARD=forged \
		APT_HOOK_INFO_FD=0
	! grep forged /runs || fail 'a forged variable reached a hook'
	grep -q 'own PACKAGE=app no-WILDCARD no-RESULT' /runs || fail "$(cat /runs)"
}

test_a_forged_SUDO_UID_forges_no_line_of_the_log() {
	local uid
	probe Pre-Invoke/always
	for uid in $'0\nResult: forged' -1 99999999999999999999 4294967296 0x0 '0 ' ''; do
		apt_in_her_directory_with SUDO_UID="$uid" PKEXEC_UID="$uid"
	done
	! grep forged "$log" || fail 'a forged line is in the log'
	! grep '^Requested-By: root' "$log" || fail 'an invalid number was taken for the uid of root'
}

test_a_descriptor_that_is_not_apts() {
	local fd
	probe Pre-Install-Pkgs/always
	for fd in -1 99999999999 7 1 2 x '' 0x3; do
		timeout 20 env APT_HOOK_INFO_FD="$fd" "$helper" Pre-Install-Pkgs </dev/null >/said 2>&1 ||
			fail "the helper failed or hangs with $fd"
	done
}

test_the_library_of_the_bridge_is_nowhere_to_be_set() {
	her_programs
	mallory_writes /srv/mallory/apt-bridge.so <<<garbage
	probe Pre-Invoke/always
	apt_in_her_directory_with UH_APT_BRIDGE=/srv/mallory/apt-bridge.so
	expect_no_warning
	! grep -a -o '\$ORIGIN[^ ]*' "$helper" /usr/bin/apt-universal-hooks ||
		fail 'a library is searched for on a relative path'
}
