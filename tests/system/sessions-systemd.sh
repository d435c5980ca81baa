# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: systemd systemd-sysv
# Where Session-End runs in a system booted by a real systemd. A boot takes longer than all else,
# so that each test does several things in one.
. /tests/lib/examples.sh
. /tests/lib/systemd.sh

sessions=/var/lib/apt-universal-hooks/sessions
units='apt-universal-hooks-session-*.service'

files_of_sessions() {
	find "$sessions" -mindepth 1 2>/dev/null
}

are_closed() {
	[[ -z $(files_of_sessions) ]]
}

# The unit that waits, or closes a session.
unit() {
	in_system systemctl list-units --plain --no-legend --state=active "$units" | cut -d ' ' -f 1
}

has_a_unit() {
	[[ -n $(unit) ]]
}

property() {
	in_system systemctl show --property="$2" --value "$1"
}

has_state() {
	[[ $(property "$1" ActiveState) == "$2" ]]
}

# What the units have left in the journal.
journal() {
	in_system journalctl --sync
	in_system journalctl --output=cat "$@"
}

# apt_in UNIT OPTION...: apt-get install app, in a unit that systemd-run starts with these options.
apt_in() {
	local unit=$1
	shift
	publish
	in_system systemd-run --quiet --unit="$unit" "$@" apt-get --yes install app \
		</dev/null >"/$unit.output" 2>&1
}

# fifo NAME...: scripts that read from it wait for "open NAME".
fifo() {
	mkfifo "${@/#//fifo-}"
}

# reached NAME: waits until a script reads from the FIFO, lets others continue, and then this one.
reached() {
	exec {gate}>"/fifo-$1"
}

go_on() {
	exec {gate}>&-
}

test_the_unit_survives_the_end_of_what_ran_apt() {
	local of_session
	fifo postinst end
	boot_systemd
	local postinst='read -r _ </fifo-postinst || true'
	package app 1
	probe Post-Invoke/last
	then='echo printed; read -r _ </fifo-end || true' probe Session-End/a RESULT
	then='exit 3' probe Session-End/b

	# As apt-daily-upgrade.service does; all of its processes are killed when it ends.
	apt_in updates.service --no-block --property=Type=oneshot
	reached postinst
	wait_until has_a_unit
	of_session=$(unit)
	expect_equal 'Session-End hooks of apt, after process ' \
		"$(property "$of_session" Description | tr -d 0-9)"
	# "systemctl isolate" and a script that needs too much memory stop neither it nor its other scripts.
	expect_equal yes "$(property "$of_session" IgnoreOnIsolate)"
	expect_equal continue "$(property "$of_session" OOMPolicy)"
	expect_equal "/system.slice/$of_session" "$(property "$of_session" ControlGroup)"
	go_on
	reached end
	wait_until has_state updates.service inactive
	expect_equal "$of_session" "$(unit)" 'it should still be there'
	go_on
	wait_until are_closed
	expect_runs <<-'EOF'
		Post-Invoke/last
		Session-End/a RESULT=ok
		Session-End/b
	EOF
	journal --identifier=apt-universal-hooks --unit="$of_session" >/entries
	grep -qx printed /entries || fail "$(cat /entries)"
	grep -q '^W: .*/Session-End/b exited with status 3' /entries || fail "$(cat /entries)"
	cp /var/log/apt/universal-hooks-term.log /entries
	grep -q '^.printed' /entries || fail "$(cat /entries)"

	# A logout: apt and dpkg are killed, and the session ends.
	package app 2
	apt_in login.scope --scope &
	reached postinst
	wait_until has_a_unit
	in_system systemctl kill --signal=KILL login.scope
	go_on
	reached end
	go_on
	wait_until are_closed
	expect_runs <<-'EOF'
		Session-End/a RESULT=failed
		Session-End/b
	EOF

	# The first hook of Session-End is installed, and then apt's unit ends at once.
	rm -r "${hooks:?}/Session-End"
	in_system dpkg --purge app
	probe "/brings$packaged_hooks/Session-End/c" RESULT
	postinst='' files=/brings package app 3
	apt_in brings.service --property=Type=oneshot ||
		fail "$(cat /brings.service.output; journal --unit=brings.service)"
	wait_until are_closed
	expect_runs <<-EOF
		Post-Invoke/last
		$packaged_hooks/Session-End/c RESULT=ok
	EOF
	expect_equal '' "$(in_system systemctl list-units --all --no-legend "$units")" 'unit that is left'
}

# Two hooks; the first blocks at the end of a session with app.
blocking_hooks() {
	mkfifo /fifo-end
	then='! grep -qx app "$APT_UNIVERSAL_HOOKS_MATCHED" || read -r _ </fifo-end || true' \
		probe multi_pkgs/Session-End/__WILDCARD__/a MATCHED
	probe Session-End/b RUNS TRANSACTION
	package app 1
	package other 1
}

# The runs of a session with app that was stopped during the first hook, and then of one with other;
# the two may be closed in any order.
expect_both_sessions() {
	sort /runs >/sorted
	expect_file /sorted <<-'EOF'
		  app|all|install|-|1|done
		  other|all|install|-|1|done
		Session-End/b RUNS=1
		Session-End/b RUNS=1
		multi_pkgs/Session-End/__WILDCARD__/a --pkg_list={app} MATCHED={app}
		multi_pkgs/Session-End/__WILDCARD__/a --pkg_list={other} MATCHED={other}
	EOF
	: >/runs
}

test_a_unit_that_is_stopped_leaves_the_rest_to_the_next_session() {
	local of_session
	blocking_hooks
	boot_systemd
	publish
	in_system apt-get --yes install app
	reached end
	of_session=$(unit)
	in_system systemctl stop "$of_session"
	expect_equal '' "$(unit)" 'the unit should have been stopped'
	[[ -n $(files_of_sessions) ]] || fail 'the state of the session should have been kept'
	in_system apt-get --yes install other
	wait_until are_closed
	expect_both_sessions
	go_on

	# At shutdown, too; afterwards, apt runs without systemd.
	in_system dpkg --purge app other
	wait_until are_closed
	: >/runs
	in_system apt-get --yes install app
	reached end
	in_system systemctl poweroff
	wait "$unshared" || true
	[[ -n $(files_of_sessions) ]] || fail 'the state of the session should have been kept'
	umount /run
	apt-get --yes install other
	wait_until are_closed
	expect_both_sessions
}

# A root directory for chroot(8): the same, but with a /var of its own.
make_room() {
	mkdir /room
	cp -a /var /var-of-room
	in_system sh -c '
		mount --bind / /room
		mount --bind /var-of-room /room/var
		mount --bind /tests /room/tests
		mount --bind /run /room/run
		mount --rbind /dev /room/dev
		mount -t proc proc /room/proc'
}

test_without_a_unit_a_background_process_waits() {
	local of_session
	boot_systemd
	package app 1
	then='cat /proc/self/cgroup >/group' probe Session-End/a SESSION
	publish

	# The name of the unit is taken. What exec(2) runs, keeps the pid and the start time.
	in_system sh -c '
		set -- $(cat /proc/$$/stat)
		shift 21
		echo "$$-$1-1" >/key
		systemd-run --quiet --unit="apt-universal-hooks-session-$$-$1-1.service" sleep infinity
		exec apt-get --yes install app'
	wait_until are_closed
	expect_runs <<<"Session-End/a SESSION=$(cat /key)"
	of_session=$(unit)
	expect_equal "apt-universal-hooks-session-$(cat /key).service" "$of_session"
	! grep -q "$of_session" /group || fail 'it should not have run in the unit of another'
	in_system systemctl stop "$of_session"

	# In a chroot, and in a mount namespace with other files, pid 1 would work on the wrong system.
	make_room
	sessions=/var-of-room/lib/apt-universal-hooks/sessions
	in_system chroot /room apt-get --yes reinstall app
	wait_until are_closed
	expect_equal 1 "$(wc -l </runs)" 'in a chroot'
	in_system unshare --mount sh -c '
		mount --bind /var-of-room /var
		apt-get --yes reinstall app'
	wait_until are_closed
	expect_equal 2 "$(wc -l </runs)" 'in a mount namespace'
	journal --unit="$units" >/entries
	! grep -vF -e 'sleep infinity' -e "$of_session" /entries || fail 'there should have been no unit'
}
