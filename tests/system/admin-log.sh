# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks log and blame: what ran, how it ended, and what took the most time.

package app 1
log=/var/log/apt/universal-hooks.log

# asked STATUS ARGUMENT...: run by an unprivileged user, the command exits with this status; its
# output is in /out and /err.
asked() {
	local expected=$1 status=0
	shift
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		apt-universal-hooks "$@" >/out 2>/err </dev/null || status=$?
	[[ $status == "$expected" ]] ||
		fail "$* ended with $status, not with $expected: $(cat /out /err)"
}

# The same on a terminal of this width.
asked_on_terminal() {
	local columns=$1
	shift
	script --quiet --return --command \
		"stty cols $columns; apt-universal-hooks $*" /dev/null </dev/null |
		tr -d '\r' >/out
	: >/err
}

# Compares the output with stdin; there must be no messages.
expect_answer() {
	[[ ! -s /err ]] || fail "messages: $(cat /err)"
	expect_file /out
}

# Times differ from run to run.
without_times() {
	sed -E -i 's/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} /WHEN /
		s/ in ([0-9]+ ms|[0-9]+\.[0-9]{3} s)$/ in TIME/' /out
}

# Masks are scripts that exist and never run; only 010-start does not exist.
sample_log() {
	local script
	for script in Pre-Invoke/010-check Post-Invoke/900-mail \
		multi_pkgs/Post-Invoke/lib__WILDCARD__/index; do
		mkdir -p "$hooks/${script%/*}"
		ln -sf /dev/null "$hooks/$script"
	done
	cat >"$log" <<-'EOF'
		Start-Date: 2026-11-20  18:02:05
		Commandline: apt-get --yes install app
		Requested-By: jane (1000)
		Transaction: 93-433909
		Result: ok
		Hooks:
		 Pre-Invoke /etc/apt/universal-hooks/Pre-Invoke/010-check [always] exit 0 12 ms
		 Post-Invoke /usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/010-start [app] exit 3 40 ms
		 Post-Invoke /etc/apt/universal-hooks/Post-Invoke/900-mail [always] skipped (When)
		End-Date: 2026-11-20  18:02:09

		Start-Date: 2026-11-21  09:00:00
		Commandline: apt-get upgrade
		Transaction: 94-433909
		Result: failed
		Hooks:
		 Pre-Invoke /etc/apt/universal-hooks/Pre-Invoke/010-check [always] exit 0 1230 ms
		 Post-Invoke /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index [lib__WILDCARD__] exit 0 95001 ms
		End-Date: 2026-11-21  09:02:00

	EOF
}

test_what_ran_is_shown_as_it_ran() {
	then='exit 3' probe pkgs/app/Post-Invoke/b
	probe Pre-Invoke/a
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/c
	probe Post-Invoke/d
	then='kill -KILL $$' probe "$packaged_hooks/Post-Invoke/e"
	echo 'Universal-Hooks::Scripts::Post-Invoke/d::When "failure";' >/etc/apt/apt.conf.d/90settings
	apt_succeeds_but_warns install app
	apt_succeeds_but_warns remove app
	asked 0 log
	without_times
	expect_answer <<-EOF
		WHEN apt-get --yes install app
		  result: ok; 5 hooks: 2 ok, 2 failed, 1 skipped
		    $hooks/Pre-Invoke/a: exit 0 in TIME
		  ! $hooks/pkgs/app/Post-Invoke/b: exit 3 in TIME
		    $hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/c: exit 0 in TIME
		    $hooks/Post-Invoke/d: skipped (When)
		  ! $packaged_hooks/Post-Invoke/e: signal 9 in TIME

		WHEN apt-get --yes remove app
		  result: ok; 5 hooks: 2 ok, 2 failed, 1 skipped
		    $hooks/Pre-Invoke/a: exit 0 in TIME
		  ! $hooks/pkgs/app/Post-Invoke/b: exit 3 in TIME
		    $hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/c: exit 0 in TIME
		    $hooks/Post-Invoke/d: skipped (When)
		  ! $packaged_hooks/Post-Invoke/e: signal 9 in TIME
	EOF
	asked 0 blame
	expect_equal 5 "$(wc -l </out)" 'lines of blame'
	expect_equal 2 "$(awk -F '\t' -v path="$hooks/Pre-Invoke/a" '$5 == path { print $2 }' /out)" 'runs'
}

test_names_with_blanks_brackets_and_commands_for_the_terminal_are_shown_whole() {
	probe $'Post-Invoke/a [app] exit 0 5 ms'
	probe $'multi_pkgs/Post-Invoke/a__WILDCARD__ [b__WILDCARD__/\e[2Jc]'
	probe $'multi_pkgs/Post-Invoke/a__WILDCARD__/\e[2J c]'
	apt_succeeds install app
	asked 0 log
	without_times
	expect_answer <<-EOF
		WHEN apt-get --yes install app
		  result: ok; 2 hooks: 2 ok
		    $hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/\\033[2J c]: exit 0 in TIME
		    $hooks/Post-Invoke/a [app] exit 0 5 ms: exit 0 in TIME
	EOF
	asked 0 log --script $'multi_pkgs/Post-Invoke/a__WILDCARD__/\e[2J c]'
	expect_equal 1 "$(grep -c '033' /out)" 'runs of the script'
}

test_on_a_terminal_of_80_columns() {
	sample_log
	asked_on_terminal 80 log
	expect_answer <<-'EOF'
		2026-11-20 18:02:05 apt-get --yes install app
		  result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped; requested by jane (1000)
		    /etc/apt/universal-hooks/Pre-Invoke/010-check: exit 0 in 12 ms
		  ! /usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/010-start (gone): exit 3
		      in 40 ms
		    /etc/apt/universal-hooks/Post-Invoke/900-mail: skipped (When)

		2026-11-21 09:00:00 apt-get upgrade
		  result: failed; 2 hooks: 2 ok
		    /etc/apt/universal-hooks/Pre-Invoke/010-check: exit 0 in 1.230 s
		    /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index: exit
		      0 in 1 min 35.001 s
	EOF
	asked_on_terminal 80 blame
	expect_answer <<-'EOF'
		2 transactions since 2026-11-20 18:02:05; 5 hooks: 3 ok, 1 failed, 1 skipped
		HOOK                                          TOTAL           RUNS  FAILED
		multi_pkgs/Post-Invoke/lib__WILDCARD__/index  1 min 35.001 s  1     0
		Pre-Invoke/010-check                          1.242 s         2     0
		pkgs/app/Post-Invoke/010-start (gone)         40 ms           1     1
	EOF
	asked_on_terminal 120 blame
	expect_answer <<-'EOF'
		2 transactions since 2026-11-20 18:02:05; 5 hooks: 3 ok, 1 failed, 1 skipped
		HOOK                                          TOTAL           RUNS  LONGEST         MEAN            FAILED
		multi_pkgs/Post-Invoke/lib__WILDCARD__/index  1 min 35.001 s  1     1 min 35.001 s  1 min 35.001 s  0
		Pre-Invoke/010-check                          1.242 s         2     1.230 s         621 ms          0
		pkgs/app/Post-Invoke/010-start (gone)         40 ms           1     40 ms           40 ms           1
	EOF
}

test_on_a_terminal_of_40_columns() {
	sample_log
	asked_on_terminal 40 log
	expect_answer <<-'EOF'
		2026-11-20 18:02:05 apt-get --yes
		  install app
		  result: ok; 3 hooks: 1 ok, 1 failed, 1
		    skipped; requested by jane (1000)
		    /etc/apt/universal-hooks/Pre-Invoke/010-check:
		      exit 0 in 12 ms
		  ! /usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/010-start
		      (gone): exit 3 in 40 ms
		    /etc/apt/universal-hooks/Post-Invoke/900-mail:
		      skipped (When)

		2026-11-21 09:00:00 apt-get upgrade
		  result: failed; 2 hooks: 2 ok
		    /etc/apt/universal-hooks/Pre-Invoke/010-check:
		      exit 0 in 1.230 s
		    /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index:
		      exit 0 in 1 min 35.001 s
	EOF
	asked_on_terminal 40 blame
	expect_answer <<-'EOF'
		2 transactions since 2026-11-20
		  18:02:05; 5 hooks: 3 ok, 1 failed, 1
		  skipped
		multi_pkgs/Post-Invoke/lib__WILDCARD__/index
		  TOTAL: 1 min 35.001 s
		  RUNS: 1
		  LONGEST: 1 min 35.001 s
		  MEAN: 1 min 35.001 s
		  FAILED: 0
		Pre-Invoke/010-check
		  TOTAL: 1.242 s
		  RUNS: 2
		  LONGEST: 1.230 s
		  MEAN: 621 ms
		  FAILED: 0
		pkgs/app/Post-Invoke/010-start (gone)
		  TOTAL: 40 ms
		  RUNS: 1
		  LONGEST: 40 ms
		  MEAN: 40 ms
		  FAILED: 1
	EOF
}

test_colour_is_for_terminals_that_want_it() {
	local escape=$'\e' verb
	sample_log
	for verb in log blame; do
		TERM=xterm asked_on_terminal 80 "$verb"
		grep -q "$escape" /out || fail "$verb shows no colour"
		sed "s/$escape\[[0-9]*m//g" /out >/plain
		TERM=xterm NO_COLOR=1 asked_on_terminal 80 "$verb"
		expect_answer </plain
		TERM=xterm asked 0 "$verb"
		! grep "$escape" /out || fail "$verb is coloured in a pipe"
	done
	TERM=xterm asked_on_terminal 80 log --failed
	grep -qF "${escape}[31mexit 3${escape}[0m" /out || fail 'a failure is not red'
}

test_blame_in_a_pipe_is_a_table_with_tabs() {
	sample_log
	cat >>"$log" <<-'EOF'
		Start-Date: 2026-11-22  09:00:00
		Result: ok
		Hooks:
		 Pre-Invoke /etc/apt/universal-hooks/Pre-Invoke/005-as-long [always] exit 0 1242 ms
		 Pre-Invoke /etc/apt/universal-hooks/Pre-Invoke/006-nothing-to-do [always] skipped (77) 30 ms
		End-Date: 2026-11-22  09:00:00

	EOF
	asked 0 blame
	expect_answer <<-'EOF'
		Total (ms)	Runs	Mean (ms)	Longest (ms)	Script	Failed	State
		95001	1	95001	95001	/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index	0	
		1242	1	1242	1242	/etc/apt/universal-hooks/Pre-Invoke/005-as-long	0	gone
		1242	2	621	1230	/etc/apt/universal-hooks/Pre-Invoke/010-check	0	
		40	1	40	40	/usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/010-start	1	gone
		30	0	30	30	/etc/apt/universal-hooks/Pre-Invoke/006-nothing-to-do	0	gone
	EOF
	asked 0 blame -n 1
	expect_equal 2 "$(wc -l </out)" 'lines'
}

test_JSON_has_it_all() {
	sample_log
	asked 0 log --json
	expect_equal '2 5 apt-get --yes install app jane (1000) 93-433909 ok True' "$(python3 -c '
import json
transactions = json.load(open("/out"))["transactions"]
first = transactions[0]
print(len(transactions), sum(len(each["hooks"]) for each in transactions),
    first["command_line"], first["requested_by"], first["transaction"], first["result"],
    first["whole"])')"
	asked 0 log --last --json
	expect_answer <<-'EOF'
		{
		  "transactions": [
		    {
		      "start": "2026-11-21T09:00:00+00:00",
		      "end": "2026-11-21T09:02:00+00:00",
		      "command_line": "apt-get upgrade",
		      "requested_by": null,
		      "transaction": "94-433909",
		      "session": null,
		      "dpkg_runs": null,
		      "result": "failed",
		      "not_reached": null,
		      "whole": true,
		      "ok": 2,
		      "failed": 0,
		      "skipped": 0,
		      "switched_off_by": null,
		      "hooks": [
		        {
		          "hook_point": "Pre-Invoke",
		          "reason": "always",
		          "subject": null,
		          "path": "/etc/apt/universal-hooks/Pre-Invoke/010-check",
		          "gone": false,
		          "copy": false,
		          "ended": "exit 0",
		          "milliseconds": 1230,
		          "failed": false,
		          "result": "ok"
		        },
		        {
		          "hook_point": "Post-Invoke",
		          "reason": "wildcard",
		          "subject": "lib__WILDCARD__",
		          "path": "/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index",
		          "gone": false,
		          "copy": false,
		          "ended": "exit 0",
		          "milliseconds": 95001,
		          "failed": false,
		          "result": "ok"
		        }
		      ]
		    }
		  ]
		}
	EOF
	asked 0 blame --json -n 1
	expect_answer <<-'EOF'
		{
		  "hooks": [
		    {
		      "path": "/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index",
		      "gone": false,
		      "total_milliseconds": 95001,
		      "runs": 1,
		      "mean_milliseconds": 95001,
		      "longest_milliseconds": 95001,
		      "ok": 1,
		      "failed": 0,
		      "skipped": 0
		    }
		  ]
		}
	EOF
}

# shown ARGUMENT...: prints the times of the transactions and the names of the scripts that log shows.
shown() {
	asked 0 log "$@"
	[[ ! -s /err ]] || fail "messages: $(cat /err)"
	sed -nE 's/^2026-11-2([0-9]) .*/\1/p; s/^  [ !] .*\/([^/: ]*)( \(gone\))?: .*/\1/p' /out | xargs
}

test_what_is_asked_for_is_shown_and_no_more() {
	sample_log
	expect_equal '0 010-check 010-start 900-mail 1 010-check index' "$(shown)"
	expect_equal '1 010-check index' "$(shown --last)"
	expect_equal '1 010-check index' "$(shown -n 1)"
	expect_equal '0 010-check 010-start 900-mail 1 010-check index' "$(shown -n 20)"
	expect_equal '0 010-check 010-start 900-mail' "$(shown --failed)"
	expect_equal '0 010-check 010-start 900-mail' "$(shown --failed --last)"
	expect_equal '0 010-check 1 010-check' "$(shown --script Pre-Invoke/010-check)"
	expect_equal '0 010-check 1 010-check' "$(shown --script 010-check)"
	expect_equal '0 010-start' "$(shown --script Post-Invoke/010-start)"
	expect_equal '1 index' "$(shown --script /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/lib__WILDCARD__/index)"
	expect_equal '0 010-start' "$(shown --package app)"
	expect_equal '0 010-start' "$(shown --package app:i386 --failed)"
	expect_equal '1 index' "$(shown --package libc6)"
	expect_equal '1 index' "$(shown --package libc6:i386)"
}

test_packages_of_one_architecture_are_told_apart() {
	cat >"$log" <<-'EOF'
		Start-Date: 2026-11-20  09:00:00
		Result: ok
		Hooks:
		 Post-Invoke /etc/apt/universal-hooks/pkgs/libc6/Post-Invoke/any [libc6] exit 0 1 ms
		 Post-Invoke /etc/apt/universal-hooks/pkgs/libc6:i386/Post-Invoke/i386 [libc6] exit 0 1 ms
		 Post-Invoke /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/__WILDCARD__:i386/all-i386 [__WILDCARD__:i386] exit 0 1 ms
		 Post-Invoke /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/libc6/one [libc6] exit 0 1 ms
		End-Date: 2026-11-20  09:00:00

	EOF
	expect_equal '0 any i386 all-i386 one' "$(shown --package libc6)"
	expect_equal '0 any i386 all-i386 one' "$(shown --package libc6:i386)"
	expect_equal '0 any one' "$(shown --package libc6:amd64)"
	expect_equal '0 all-i386' "$(shown --package libc)"
	expect_equal '' "$(shown --package libc:amd64)"
}

test_what_is_not_in_the_log_is_said() {
	sample_log
	asked 0 log --package zsh
	expect_answer <<<'No transaction in the log matches.'
	asked 0 log --package zsh --json
	expect_equal '{"transactions":[]}' "$(tr -d ' \n' </out)"
	# Post-Invoke/never exists but has not run; the other script does not exist.
	probe Post-Invoke/never
	asked 0 log --script Post-Invoke/never
	expect_answer <<<'No transaction in the log matches.'
	asked 2 log --script Post-Invoke/newer
	[[ ! -s /out ]] || fail 'nothing should be shown'
	expect_file /err <<<'E: there is no hook Post-Invoke/newer; did you mean Post-Invoke/never?'
}

test_no_log_yet_is_no_error() {
	local verb
	for verb in log blame; do
		asked 0 "$verb"
		expect_answer <<<"No hook has run yet: there is no $log."
		asked 0 "$verb" --json
		python3 -c 'import json; assert list(json.load(open("/out")).values()) == [[]]'
	done
	: >"$log"
	asked 0 log
	expect_answer <<<'No transaction in the log matches.'
	asked 0 blame
	expect_answer <<<'The log contains no hook runs.'
}

test_a_log_that_may_not_be_read_is_an_error() {
	local verb
	sample_log
	for verb in log blame; do
		chmod 600 "$log"
		asked 2 "$verb"
		expect_file /err <<<"E: $log cannot be read: Permission denied"
		[[ ! -s /out ]] || fail 'nothing should be shown'
		chmod 644 "$log"
		chmod 700 /var/log/apt
		asked 2 "$verb" --json
		expect_file /err <<<"E: $log cannot be read: Permission denied"
		[[ ! -s /out ]] || fail 'nothing should be shown'
		chmod 755 /var/log/apt
	done
	cp "$log" "$log.1"
	chmod 600 "$log.1"
	asked 0 log
	expect_equal 2 "$(grep -c '^2026' /out)" 'transactions of the newer log'
	expect_file /err <<<"W: $log.1 cannot be read, so older runs are not known: Permission denied"
}

test_a_log_that_is_cut_is_shown_as_far_as_it_goes() {
	sample_log
	local size
	size=$(stat --format=%s "$log")
	cp "$log" /whole
	truncate --size=$((size - 75)) "$log"
	asked 0 log --last
	expect_file /out <<-'EOF'
		2026-11-21 09:00:00 apt-get upgrade
		  result: failed; 1 hook: 1 ok; this entry of the log is damaged
		    /etc/apt/universal-hooks/Pre-Invoke/010-check: exit 0 in 1.230 s
	EOF
	expect_file /err <<<"W: $log: ignored 1 line that cannot be parsed: line 18"
	# What apt writes next follows it, and is complete.
	probe Pre-Invoke/a
	apt_succeeds install app
	asked 0 log -n 2
	sed -i '$!d' /err
	without_times
	expect_file /out <<-EOF
		WHEN apt-get upgrade
		  result: failed; 1 hook: 1 ok; this entry of the log is damaged
		    $hooks/Pre-Invoke/010-check: exit 0 in TIME

		WHEN apt-get --yes install app
		  result: ok; 1 hook: 1 ok
		    $hooks/Pre-Invoke/a: exit 0 in TIME
	EOF
	# A log that is cut off anywhere can be read.
	for ((size = 1; size < 900; size += 13)); do
		head -c "$size" /whole >"$log"
		asked 0 log
		tail -c "$size" /whole >"$log"
		asked 0 blame
	done
	head -c 100000 /dev/urandom >"$log"
	asked 0 log --json
	python3 -c 'import json; json.load(open("/out"))'
}

test_the_rotated_log_comes_first_until_it_is_compressed() {
	sample_log
	mv "$log" "$log.1"
	asked 0 log
	expect_equal 2 "$(grep -c '^2026' /out)" 'transactions'
	probe Pre-Invoke/a
	apt_succeeds install app
	asked 0 log
	without_times
	expect_equal 'WHEN apt-get --yes install app
WHEN apt-get upgrade
WHEN apt-get --yes install app' "$(grep '^WHEN' /out)"
	asked 0 blame
	expect_equal 5 "$(wc -l </out)" 'lines of blame'
	gzip "$log.1"
	asked 0 log
	expect_equal 1 "$(grep -c ' apt-get ' /out)" 'transactions'
}

test_the_log_of_another_root_is_shown() {
	sample_log
	mkdir -p /other/var/log/apt
	asked 0 log --root /other
	expect_answer <<<"No hook has run yet: there is no /other$log."
	mv "$log" "/other$log"
	asked 0 log --root /other --last --script /other/etc/apt/universal-hooks/Pre-Invoke/010-check
	expect_answer <<-'EOF'
		2026-11-21 09:00:00 apt-get upgrade
		  result: failed; 1 hook: 1 ok
		    /etc/apt/universal-hooks/Pre-Invoke/010-check (gone): exit 0 in 1.230 s
	EOF
	asked 0 blame --root /other
	expect_equal 4 "$(wc -l </out)" 'lines of blame'
}

test_what_makes_no_sense_is_said() {
	sample_log
	asked 2 log -n 0
	expect_file /err <<<'E: --number 0: not a positive number'
	asked 2 blame -n -1
	expect_file /err <<<'E: --number -1: not a positive number'
	asked 2 log --last -n 3
	expect_file /err <<<'E: --last and -n 3 cannot be used together'
	asked 2 log --fialed
	expect_file /err <<<'E: unknown option --fialed; did you mean --failed?'
	asked 2 blame Post-Invoke
	expect_file /err <<<'E: unexpected argument "Post-Invoke"; usage: apt-universal-hooks blame'
	rm "$log"
	mkfifo "$log"
	asked 2 log
	expect_file /err <<<"E: $log is not a regular file"
}
