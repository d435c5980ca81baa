# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Output: what hooks print is kept, and nothing else changes.
# Needs: whiptail

package app 1

kept=/var/log/apt/universal-hooks-term.log

# Output WORD [LINE]: for all hooks, with other settings.
Output() {
	printf '%s\n' "Universal-Hooks::Output \"$1\";" "${2-}" >/etc/apt/apt.conf.d/90output
}

# The kept output of all hooks, without our lines.
kept_lines() {
	sed -n 's/^\t//p' "$kept"
}

# How each script ended: "exit 3".
kept_ends() {
	sed -n -E 's/^Log ended: .{20} //p' "$kept"
}

# at_terminal COMMAND...: runs it with what a person does on stdin. The terminal's bytes are in $output,
# those of the hook, between the words BEGIN and END, in /shown.
at_terminal() {
	publish
	apt_status=0
	/tests/lib/at-terminal 24 80 "$@" >"$output" 2>"$errors" || apt_status=$?
	sed -n '/BEGIN/,/END/p' "$output" >/shown
}

install_at_terminal() {
	at_terminal apt-get -qq --yes --reinstall install app
}

# Compares what the terminal gets; stdin is what the person types and does. Leaves Output "both".
is_as_without_it() {
	local doings
	doings=$(cat)
	Output terminal "$@"
	install_at_terminal <<<"$doings"
	expect_equal 0 "$apt_status"
	[[ -s /shown && ! -e $kept ]] || fail 'nothing should be kept'
	cat -A /shown >/without
	Output both "$@"
	install_at_terminal <<<"$doings"
	expect_equal 0 "$apt_status"
	expect_file <(cat -A /shown) </without
}

test_output_is_shown_and_kept() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		echo BEGIN; test -t 1 && test -t 2 && echo terminal
		printf 'red \033[31mtext\033[0m\n50%%\r100%%\n' >&2
		stty size <&1
		printf END; exit 3
	EOF
	is_as_without_it </dev/null
	expect_equal "$(printf 'BEGIN\nterminal\nred \033[31mtext\033[0m\n50%%\r100%%\n24 80\nEND')" \
		"$(kept_lines)"
	expect_equal '640 root adm' "$(stat --format '%a %U %G' "$kept")"
	key=$(sed -n 's/^Transaction: //p' /var/log/apt/universal-hooks.log | tail -n 1)
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}  [0-9:]{8}/TIME/' "$kept" | grep -v $'^\t' >/frame
	expect_file /frame <<-EOF
		Log started: TIME $key Pre-Invoke $hooks/Pre-Invoke/a [always]
		Log ended: TIME exit 3

	EOF
}

test_questions_and_full_screens_and_resizing_are_as_without_it() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/bash
		echo BEGIN
		read -r -p 'Name? ' name
		read -r -s -p 'Password? ' password
		echo; echo "$name $password"; read -r
		whiptail --yesno 'Go on?' 10 40 && echo yes
		stty -onlcr <&1; printf 'no return\nhere\r\n'; read -r; stty onlcr <&1
		python3 /full-screen
		stty -a | tr -d ' \n' >/modes
		echo END
	EOF
	cat >/full-screen <<-'EOF'
		import curses
		screen = curses.initscr()
		curses.noecho()
		curses.cbreak()
		curses.nonl()
		screen.keypad(True)
		screen.timeout(100) # a signal just before read(2) does not interrupt it
		shown = None
		while True:
		    if shown != screen.getmaxyx():
		        shown = screen.getmaxyx()
		        screen.clear() # else it writes only what differs
		        screen.addstr(0, 0, "size %d %d" % shown)
		    if screen.getch() == ord("q"):
		        break
		curses.endwin()
	EOF
	is_as_without_it <<-'EOF'
		await Name?
		type jane\r
		await Password?
		type secret\r
		await jane secret
		type \r
		await Yes
		type \r
		await here
		type \r
		await size 24 80
		resize 30 100
		await size 30 100
		type q
		await END
	EOF
	for line in 'jane secret' yes 'no return' END; do
		kept_lines | has -a "$line" || fail "$line should be kept"
	done
	has icrnl.*onlcr.*icanon.*echo </modes || fail "these modes are left: $(cat /modes)"
}

test_a_stop_and_an_interrupt_from_the_keyboard_are_as_without_it() {
	mkfifo /go
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		echo BEGIN; read -r line </go; echo "$line"
	EOF
	hook Pre-Invoke/b <<-'EOF'
		#!/bin/sh
		trap 'echo; echo caught; exit 4' INT
		exec 3<>/go; echo second; read -r line <&3
	EOF
	for word in terminal both; do
		Output $word
		at_terminal bash --norc -i <<-'EOF'
			type apt-get -qq --yes install app\r
			await BEGIN
			type \x1a
			await Stopped
			type fg\r
			await apt-get
			sh echo continued >/go
			await continued
			await second
			type \x03
			await caught
			type echo status $?; exit 0\r
			await status 130
		EOF
		expect_equal 0 "$apt_status" "$word"
	done
	expect_equal 'exit 0,exit 4' "$(kept_ends | paste -sd,)"
	expect_equal 'BEGIN,continued,second,,caught' "$(kept_lines | paste -sd,)"
}

test_a_daemon_that_keeps_the_descriptors_lives_on_and_apt_does_not_wait() {
	mkfifo /go /ready
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/bash
		echo BEGIN
		setsid bash -c 'echo early; echo >/ready; read </go; echo late && echo written >/status' &
		read </ready
		echo END
	EOF
	is_as_without_it <<-'EOF'
		ended
		sh echo >/go
		await late
	EOF
	expect_equal 'BEGIN,early,END' "$(kept_lines | paste -sd,)"
	expect_equal written "$(cat /status)"
	rm /status
	Output log
	apt_succeeds --reinstall install app
	echo >/go
	grep -q written < <(tail --follow=name --retry /status 2>/dev/null)
	expect_equal 'BEGIN,early,END,BEGIN,early,END' "$(kept_lines | paste -sd,)"
}

test_100_MB_flow_through_and_the_first_MiB_is_kept() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		yes 'a line of text' | head -c 100000000
		cat /proc/[0-9]*/status | awk '/^Name/ { name = $2 } /^VmHWM/ && name == "helper" { print $2 }' |
			sort -n | tail -n 1 >/memory
	EOF
	Output both
	install_at_terminal </dev/null
	expect_equal 0 "$apt_status"
	expect_equal "$(yes 'a line of text' | head -c 100000000 | md5sum)" \
		"$(grep -a -E '^a line|^a l$' "$output" | tr -d '\r' | head -c 100000000 | md5sum)"
	expect_equal "$(yes 'a line of text' | head -c 1048576 | md5sum)" \
		"$(kept_lines | head -c 1048576 | md5sum)"
	expect_equal 'exit 0, 98951424 bytes not kept' "$(kept_ends)"
	(($(cat /memory) < 16384)) || fail "the helper took $(cat /memory) KiB"
}

test_Timeout_ends_a_hook_although_the_terminal_is_stopped() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		echo $$ >/pid
		echo BEGIN
		exec yes "$(head -c 1000 /dev/zero | tr '\0' y)"
	EOF
	Output both 'Universal-Hooks::Timeout "1";'
	install_at_terminal <<-'EOF'
		await BEGIN
		type \x13
		sh tail --pid=$(cat /pid) --follow /dev/null
		type \x11
		await timed out
	EOF
	expect_equal 0 "$apt_status"
	kept_ends | has '^timeout 1' || fail "$(kept_ends)"
}

test_a_hook_of_another_user_can_write_and_opens_no_other_terminal() {
	echo 'worker:x:7001:7002:Worker:/:/bin/bash' >>/etc/passwd
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/bash
		id -un; echo one; echo two >/dev/stderr; echo three >>/dev/stdout
		for terminal in /dev/pts/[0-9]*; do
			[[ $terminal -ef /dev/stdout ]] || ! : <"$terminal" || echo "$terminal is open"
		done 2>/dev/null
	EOF
	for word in both log; do
		Output $word 'Universal-Hooks::User "worker";'
		install_at_terminal </dev/null
		expect_equal 0 "$apt_status"
		expect_equal worker,one,two,three "$(kept_lines | paste -sd,)" $word
		rm "$kept"
	done
}

test_where_stdout_and_stderr_differ_each_goes_where_it_would_have_gone() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		echo out; test -t 1 || test -t 2 || echo err >&2
	EOF
	Output both
	apt_succeeds_but_warns -qq install app
	has -x out <"$output" || fail 'stdout has nothing'
	expect_equal err "$(cat "$errors")"
	expect_equal err,out "$(kept_lines | sort | paste -sd,)"
	rm "$kept"
	Output log
	apt_succeeds -qq --reinstall install app
	! has -x out <"$output" || fail 'it should only be kept'
	expect_equal out,err "$(kept_lines | paste -sd,)"
}

test_what_cannot_be_kept_is_shown_and_reported_once() {
	hook Pre-Invoke/a <<<$'#!/bin/sh\necho first'
	hook Pre-Invoke/b <<<$'#!/bin/sh\nhead -c 100000 /dev/zero | tr "\\0" b'
	mount -t tmpfs -o size=64k tmpfs /var/log/apt
	for word in both log; do
		Output $word
		apt_succeeds_but_warns --reinstall install app
		expect_warning "$hooks/Pre-Invoke/b: its output is not kept" 'No space'
		expect_equal first "$(kept_lines)"
		(($(cat "$output" "$errors" | tr -dc b | wc -c) > 99999)) || fail "it is not shown with $word"
		rm "$kept"
	done
	umount /var/log/apt
	ln -s /dev/null "$kept"
	apt_succeeds_but_warns --reinstall install app
	expect_equal 1 "$(grep -c '^W: ' "$errors")" warnings
	expect_warning "$hooks/Pre-Invoke/a: its output is not kept"
}

test_on_a_read_only_file_system_it_is_kept_for_later() {
	hook Pre-Invoke/a <<<$'#!/bin/sh\necho first'
	hook Pre-Invoke/b <<<$'#!/bin/sh\nmount -o remount,bind,rw /var/log/apt; echo second'
	Output both
	mount --bind /var/log/apt /var/log/apt
	mount -o remount,bind,ro /var/log/apt
	apt_succeeds_but_warns install app # of its own logs
	expect_equal first,second "$(kept_lines | paste -sd,)"
}

test_after_the_helper_was_killed_all_output_is_kept() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		echo before; kill -KILL $PPID; echo after
	EOF
	Output both
	run_apt apt-get --yes install app </dev/null
	grep -q interrupted < <(tail --follow=name --retry "$kept" 2>/dev/null)
	expect_equal before,after "$(kept_lines | paste -sd,)"
	expect_equal interrupted "$(kept_ends)"
}

test_log_shows_the_output_and_of_failed_hooks_the_end() {
	hook Pre-Invoke/a <<-'EOF'
		#!/bin/sh
		printf '%0130d\n' 0; seq -f 'line %g' 12; printf '\033[31mred\033[0m 10%%\r100%%\t\a|\n\nlast'; exit 3
	EOF
	hook Pre-Invoke/b <<<$'#!/bin/sh\necho fine'
	Output log
	apt_succeeds_but_warns install app
	apt-universal-hooks log --output | sed -E '1,2d; s/in .* m?s/in TIME/' >/log
	expect_file /log <<-EOF
		$(printf '  ! %s: exit 3 in TIME' "$hooks/Pre-Invoke/a")
		$(printf '        %0130d' 0)
		$(seq -f '        line %g' 12)
		        100%    \\007|
		        
		        last
		    $hooks/Pre-Invoke/b: exit 0 in TIME
		        fine
	EOF
	# What hooks print is not wrapped.
	for columns in 80 120; do
		script -qec "stty cols $columns; NO_COLOR=1 apt-universal-hooks log --output" /dev/null </dev/null |
			sed -E '1,2d; s/\r+$//; s/in .* m?s$/in TIME/' >/screen
		expect_file /screen </log
	done
	apt-universal-hooks log --failed >/log
	grep '^        ' /log | head -n 1 | has -x '        line 6' || fail "$(cat /log)"
	has -v fine </log || fail 'only what failed is shown'
	apt-universal-hooks log --json --output >/log
	expect_equal '"fine\n" 0' "$(python3 -c 'import json, sys; hook = json.load(sys.stdin)["transactions"][0]["hooks"][1]
print(json.dumps(hook["output"]), hook["output_dropped"])' </log)"
	setpriv --reuid=65534 --clear-groups apt-universal-hooks log --failed >/log 2>/errors
	has -F 'the output of hooks is not shown: Permission denied' </errors || fail "$(cat /errors)"
	! setpriv --reuid=65534 --clear-groups apt-universal-hooks log --output 2>/errors || fail 'it should fail'
	Output terminal
	apt_succeeds_but_warns --reinstall install app
	apt-universal-hooks log --failed --last | has -F 'apt-universal-hooks set --all Output both' ||
		fail 'it should say how to keep the output'
	Output both
	apt-universal-hooks log --failed --last | has -v -F 'set --all Output both' ||
		fail 'it is kept from now on'
	apt-universal-hooks run Pre-Invoke >/run.out || true
	has -F 'line 1' </run.out || fail 'a hook run by hand is seen'
	expect_equal 2 "$(grep -c '^Log started' "$kept")" 'what is kept'
}
