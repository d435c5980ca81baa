# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: etckeeper git
# Beside the real etckeeper, above all where it stops apt while /etc has changes that are not committed.
. /tests/lib/examples.sh

# etckeeper_avoids_commits: everything is committed, and what changes from now on stops apt.
etckeeper_avoids_commits() {
	git config --global user.email root@localhost
	git config --global user.name root
	echo AVOID_COMMIT_BEFORE_INSTALL=1 >>/etc/etckeeper/etckeeper.conf
	probe Pre-Invoke/stop
	probe Post-Invoke/start
	echo 'Universal-Hooks::Scripts::Post-Invoke/start::When "always";' >$settings
	package app 1
	publish
	commit_all
}

commit_all() {
	! etckeeper unclean || etckeeper commit 'by hand' >/commit.log 2>&1
	! etckeeper unclean || fail "not committed: $(cat /commit.log)"
}

is_at_rest() {
	[[ -z $(find "$state" -mindepth 1 2>/dev/null) ]]
}

# Which of the two comes first at Pre-Invoke depends on the names of the files of apt's configuration.
expect_all_or_nothing() {
	wait_until is_at_rest
	case $(xargs </runs) in
	'' | 'Pre-Invoke/stop Post-Invoke/start') : >/runs ;;
	*) fail "ran: $(xargs </runs)" ;;
	esac
}

test_hooks_run_and_leave_nothing_uncommitted() {
	etckeeper_avoids_commits
	conffile=/etc/app.conf package app 2
	apt_goes_through install app
	expect_runs <<-'EOF'
		Pre-Invoke/stop
		Post-Invoke/start
	EOF
	! etckeeper unclean || fail "not committed: $(git -C /etc status --short)"
	apt_goes_through remove app
}

test_what_was_stopped_is_started_when_etckeeper_stops_apt() {
	etckeeper_avoids_commits
	echo 'by hand' >/etc/by-hand
	apt_fails install app
	grep -q 'etckeeper detected uncommitted changes' "$output" "$errors" || fail 'it should have stopped apt'
	expect_all_or_nothing
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
	commit_all
	apt_goes_through install app
}

# They put links into /etc and take them away.
test_disable_and_enable_are_changes_to_commit() {
	etckeeper_avoids_commits
	apt-universal-hooks disable Pre-Invoke/stop >/disable.log 2>&1
	apt_fails install app
	expect_all_or_nothing
	commit_all
	apt_goes_through install app
	expect_runs <<<Post-Invoke/start
	apt-universal-hooks enable Pre-Invoke/stop >/disable.log 2>&1
	commit_all
	apt_goes_through remove app
	expect_runs <<-'EOF'
		Pre-Invoke/stop
		Post-Invoke/start
	EOF
}

test_a_hook_that_changes_etc_commits_itself() {
	etckeeper_avoids_commits
	hook Post-Invoke/900-write <<-'SCRIPT'
		#!/bin/sh
		set -eu
		date +%s.%N >/etc/written-by-a-hook
		! etckeeper unclean || etckeeper commit 'after dpkg' >/dev/null
	SCRIPT
	commit_all
	apt_goes_through install app
	apt_goes_through remove app
	! etckeeper unclean || fail "not committed: $(git -C /etc status --short)"
}
