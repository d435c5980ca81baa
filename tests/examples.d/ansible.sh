# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: ansible-core python3-apt
# The tasks for Ansible in README.md, run against this chroot.

readme=/usr/share/doc/apt-plugin-universal-hooks/README.md

tasks_of_README() {
	local blocks
	blocks=$(mktemp --directory)
	if [[ -e $readme.gz ]]; then
		zcat "$readme.gz"
	else
		cat "$readme"
	fi | /tests/lib/document-blocks markdown "$blocks"
	cat "$blocks"/*.tasks
}

# In /play: the playbook with the tasks, and the files that it copies.
make_playbook() {
	mkdir -p /play/universal-hooks/Post-Invoke
	tasks_of_README >/play/tasks.yml
	printf '%s\n' '- hosts: all' '  gather_facts: false' '  tasks:' '    - include_tasks: tasks.yml' \
		>/play/play.yml
	printf '#!/bin/sh\necho hook-of-the-fleet\n' >/play/universal-hooks/Post-Invoke/500-fleet
	printf 'Universal-Hooks::Scripts::Post-Invoke/500-fleet { Timeout "%s"; Requires { "lib"; }; };\n' 60 \
		>/play/60local-hooks
	package lib 1
	package app 1
	publish
}

play() {
	play_status=0
	(cd /play && ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ansible-playbook --inventory localhost, \
		--connection local play.yml) >/said 2>&1 || play_status=$?
}

test_the_tasks_install_hooks_and_change_nothing_the_second_time() {
	make_playbook
	play
	[[ $play_status == 0 ]] || fail "ansible-playbook fails: $(cat /said)"
	dpkg-query --status lib >/dev/null || fail 'the package that a hook requires is missing'
	apt_succeeds install app
	grep -qx hook-of-the-fleet "$output" || fail 'the hook has not run'
	play
	grep -q 'changed=0.*failed=0' /said || fail "the second run changes something: $(cat /said)"
}

test_a_mistake_in_a_hook_fails_the_play() {
	make_playbook
	printf '#!/bin/sh\r\n' >/play/universal-hooks/Post-Invoke/500-fleet
	play
	[[ $play_status != 0 ]] || fail "ansible-playbook succeeds: $(cat /said)"
	grep -q 'Check hooks and settings' /said || fail "it has not come to the check: $(cat /said)"
	grep -q 'crlf-line-ends' /said || fail "the mistake is not named: $(cat /said)"
}
