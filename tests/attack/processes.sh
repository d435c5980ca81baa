# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# mallory's processes: pretending to be apt, and interfering with those of root.
. /tests/lib/attacker.sh

test_the_helper_started_by_her_runs_nothing_as_root() {
	then='id -u >>/srv/mallory/ids' probe Pre-Install-Pkgs/always
	mkdir -p "$state"
	stream_of app | as_mallory env APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs >/said 2>&1 || true
	as_mallory env DPKG_FRONTEND_LOCKED=true "$helper" Pre-Invoke >/said 2>&1 || true
	as_mallory env DPKG_FRONTEND_LOCKED=true "$helper" Post-Invoke >/said 2>&1 || true
	[[ -s /srv/mallory/ids ]] || fail 'the test is broken: the hook did not run as her'
	! grep -qvx 7777 /srv/mallory/ids || fail 'something ran as somebody else'
	[[ -z $(ls -A "$state") ]] || fail 'she left files in the state directory'
	[[ ! -u $helper && ! -g $helper ]] || fail 'the helper is setuid'
}

# While root's apt runs, a process of hers has apt's name and arguments.
test_a_process_of_hers_that_calls_itself_apt_get() {
	local name
	for name in apt-get sh dash helper 'a) S 1 1'; do
		as_mallory sh -c 'cp /bin/sleep "/srv/mallory/$1"' sh "$name"
		as_mallory bash -c 'exec -a "apt-get -o Universal-Hooks::Enabled=false" "/srv/mallory/$1" 1000' \
			bash "$name" &
	done
	probe Pre-Invoke/always
	probe pkgs/app/Post-Invoke/own RESULT
	apt_succeeds install app
	expect_runs <<-'EOT'
		Pre-Invoke/always
		pkgs/app/Post-Invoke/own RESULT=ok
	EOT
}

test_a_chroot_without_proc_and_a_state_folder_of_others() {
	probe pkgs/app/Post-Invoke/own RESULT
	publish
	umount -l /proc
	as_mallory mkdir -p /srv/mallory/proc/1
	apt_succeeds install app
	expect_runs <<-'EOT'
		pkgs/app/Post-Invoke/own RESULT=ok
	EOT
	mallory_cannot touch /proc/1
}

test_a_full_run_costs_what_needs_it_and_nothing_else() {
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own
	mount -t tmpfs -o size=64k,mode=755 tmpfs /run
	mkdir -m 1777 /run/lock
	as_mallory sh -c 'head -c 1M /dev/zero >/run/lock/full' 2>/dev/null || true
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_warning "$state"
	expect_runs <<-'EOT'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own
	EOT
}

test_no_inode_left_in_run() {
	probe Pre-Invoke/always
	mount -t tmpfs -o nr_inodes=16,mode=755 tmpfs /run
	mkdir -m 1777 /run/lock
	as_mallory sh -c 'for i in $(seq 100); do : >/run/lock/$i; done' 2>/dev/null || true
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	grep -q always /runs || fail 'the hook did not run'
}

# She locks the dpkg database in a directory of hers, which root's apt uses with -o Dir=….
test_a_lock_of_hers_on_the_database_that_a_clean_up_waits_for() {
	as_mallory mkdir -p /srv/mallory/dpkg
	as_mallory touch /srv/mallory/dpkg/lock /srv/mallory/dpkg/status
	as_mallory perl -e 'open F, "+<", "/srv/mallory/dpkg/lock" or die;
		my $l = pack "s s l! l! i", 1, 0, 0, 0, 0;
		fcntl F, 6, $l or die "$!"; sleep 1000' &
	for _ in {1..600}; do
		! grep -q 'POSIX.*WRITE' /proc/locks || break
		sleep 0.1
	done
	grep -q 'POSIX.*WRITE' /proc/locks || fail 'the test is broken: she holds no lock'
	clean_up_of_a_transaction_there
}

test_a_FIFO_of_hers_in_the_place_of_that_lock() {
	as_mallory mkdir -p /srv/mallory/dpkg
	as_mallory touch /srv/mallory/dpkg/status
	as_mallory mkfifo /srv/mallory/dpkg/lock
	clean_up_of_a_transaction_there
}

# Creates the state of a killed apt. The next one cleans up, and must not wait for her.
clean_up_of_a_transaction_there() {
	mkdir "$state"
	cat >/etc/apt/apt.conf.d/90always <<<'Universal-Hooks::Scripts::Post-Invoke::When "always";'
	probe Post-Invoke/always RESULT
	printf '%s\n' 'VERSION 3' 'Universal-Hooks-Record::Format=1' \
		'Universal-Hooks-Record::Size=33' \
		'Universal-Hooks-Record::Status-File=/srv/mallory/dpkg/status' \
		'Universal-Hooks::Scripts::Post-Invoke::When=always' '' \
		'app - - none < 1 all none /x.deb' >"$state/99999-1.transaction"
	: >"$state/99999-1.clean-up"
	chmod 600 "$state"/*
	apt_is_not_held_up install app
	grep -q RESULT=aborted /runs || fail "the test is broken, no clean-up ran: $(cat /runs)"
}
