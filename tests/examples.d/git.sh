# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: git unattended-upgrades
# /etc in a real git repository.
. /tests/lib/examples.sh

log() {
	git -C /etc log --format='%s' --reverse
}

test_what_people_and_what_packages_changed_are_apart() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	apt_succeeds install app
	wait_for_sessions
	echo 'by hand' >/etc/by-hand
	conffile=/etc/app.conf package app 2
	apt_succeeds install app
	wait_for_sessions
	log >/log
	expect_file /log <<-'TITLES'
		Changes before: apt-get --yes install app
		After: apt-get --yes install app
		Changes before: apt-get --yes install app
		After: apt-get --yes install app
	TITLES
	expect_equal by-hand "$(git -C /etc show --format= --name-only HEAD^)"
	expect_equal app.conf "$(git -C /etc show --format= --name-only HEAD)"
	expect_equal 2 "$(git -C /etc show HEAD:app.conf)"
	expect_equal 1 "$(git -C /etc show HEAD^:app.conf)"
	git -C /etc log -1 --format=%b >/body
	printf 'app\tall\tupgrade\t1\t2\tdone\n\n' | expect_file /body
	expect_equal '' "$(git -C /etc status --porcelain)" 'changes that are not committed'
}

test_several_runs_of_dpkg_are_one_commit() {
	use_example commit-etc
	postinst='echo >>/etc/changed' failure=3 upgradable 3
	upgrade_in_steps 1 3
	expect_no_failure_at_the_end
	log >/log
	expect_file /log <<-'TITLES'
		Changes before: /usr/bin/unattended-upgrade --verbose
		After: /usr/bin/unattended-upgrade --verbose
	TITLES
	git -C /etc log -1 --format=%b >/body
	expect_equal 3 "$(grep -c '^app[123]	all	upgrade	1	2	' /body)"
	expect_equal changed "$(git -C /etc show --format= --name-only HEAD)"
}

test_where_nothing_changed_nothing_is_committed() {
	package app 1
	use_example commit-etc
	apt_succeeds install app
	wait_for_sessions
	apt_succeeds remove app
	wait_for_sessions
	expect_equal 1 "$(log | wc -l)" 'commits'
}

test_what_a_failed_transaction_changed_is_committed() {
	conffile=/etc/app.conf postinst='exit 1' package app 1
	use_example commit-etc
	apt_fails install app
	wait_for_sessions
	expect_equal app.conf "$(git -C /etc show --format= --name-only HEAD)"
	git -C /etc log -1 --format=%b | has 'failed$'
}

test_nobody_else_can_read_the_history_of_passwords() {
	package app 1
	(umask 077 && echo 'the secret' >/etc/secret)
	use_example commit-etc
	apt_succeeds install app
	wait_for_sessions
	expect_equal 'the secret' "$(git -C /etc show HEAD:secret)"
	! runuser -u nobody -- ls /etc/.git >/dev/null 2>&1 || fail 'others can read it'
}

test_a_commit_that_fails_is_a_warning() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	git -C /etc init --quiet
	: >/etc/.git/index.lock
	apt_succeeds_but_warns install app
	wait_for_sessions
	expect_a_warning_about commit-etc
	grep -q '^/etc/.git/index.lock, of .*if none is, delete the file$' "$errors" ||
		fail 'no message gives the reason'
	expect_equal 1 "$(version_of app)"
}

test_a_lock_that_is_gone_lets_the_next_run_commit() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	git -C /etc init --quiet
	: >/etc/.git/index.lock
	apt_succeeds_but_warns install app
	wait_for_sessions
	rm /etc/.git/index.lock
	conffile=/etc/app.conf package app 2
	apt_succeeds install app
	wait_for_sessions
	expect_equal 2 "$(git -C /etc show HEAD:app.conf)"
}

# As when a hook of git calls apt: git has set these for its own repository.
test_another_repository_in_the_environment_is_left_alone() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	git init --quiet /elsewhere
	export GIT_DIR=/elsewhere/.git GIT_INDEX_FILE=/elsewhere/.git/index GIT_WORK_TREE=/elsewhere
	apt_succeeds install app
	wait_for_sessions
	unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
	expect_equal 2 "$(log | wc -l)" 'commits'
	! git -C /elsewhere log >/dev/null 2>&1 || fail 'there is a commit in the other repository'
}

# A kill while the repository was made; and git looks for another one further up.
test_half_a_repository_is_completed() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	mkdir /etc/.git
	git init --quiet /
	apt_succeeds install app
	wait_for_sessions
	expect_equal 2 "$(log | wc -l)" 'commits'
	! git -C / log >/dev/null 2>&1 || fail 'there is a commit in the other repository'
}

test_a_full_disk_is_a_warning() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	mkdir /etc/.git
	mount -t tmpfs -o size=300k tmpfs /etc/.git
	apt_succeeds_but_warns install app
	wait_for_sessions
	expect_a_warning_about commit-etc
	grep -q 'No space left' "$errors" || fail 'no message gives the reason'
	expect_equal 1 "$(version_of app)"
}

test_beside_etckeeper_it_does_nothing_and_says_so() {
	package app 1
	use_example commit-etc
	hook /usr/bin/etckeeper <<<'#!/bin/sh'
	apt_succeeds_but_warns install app
	wait_for_sessions
	grep -q '^commit-etc: etckeeper already keeps /etc' "$errors" || fail 'it should say so'
	expect_no_warning
	[[ ! -e /etc/.git ]] || fail 'it should do nothing'
}
