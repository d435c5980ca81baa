# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Output: what hooks print is kept, and everything else is as without it.

package app 1

kept=/var/log/apt/universal-hooks-term.log

# Output WORD: for all hooks.
Output() {
	echo "Universal-Hooks::Output \"$1\";" >/etc/apt/apt.conf.d/90output
}

# The kept output of all hooks, without our lines.
kept_lines() {
	sed -n 's/^\t//p' "$kept"
}

# at_terminal: runs apt with what a person does on stdin; the hook's part of the terminal's bytes is
# between the words BEGIN and END, in $output.
at_terminal() {
	publish
	apt_status=0
	/tests/lib/at-terminal 24 80 apt-get -qq --yes --reinstall install app >"$output" 2>"$errors" ||
		apt_status=$?
	sed -n '/BEGIN/,/END/p' "$output" >/shown
}

# Compares what the terminal gets, with a person's doings on stdin. Leaves Output "both".
is_as_without_it() {
	local doings without
	doings=$(cat)
	Output terminal
	at_terminal <<<"$doings"
	expect_equal 0 "$apt_status"
	without=$(od -c /shown)
	[[ -s /shown && ! -e $kept ]] || fail 'nothing should be kept'
	Output both
	at_terminal <<<"$doings"
	expect_equal 0 "$apt_status"
	expect_equal "$without" "$(od -c /shown)"
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
