# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Compares the installed apt-universal-hooks(8) with the command: the command prints what the page
# shows, and the page documents all subcommands, options and keys. For the comparison, the log gets the
# times of the page, and the duration in the output of run is 0.001 s.

log=/var/log/apt/universal-hooks.log
zcat /usr/share/man/man8/apt-universal-hooks.8.gz >/page

# --- the app of EXAMPLES, before its upgrade

app() {
	local files
	files=$(mktemp --directory)
	chmod 755 "$files"
	hook "$files$packaged_hooks/pkgs/app/Post-Invoke/010-start" <<-'EOF'
		#!/bin/sh
		echo "The app runs."
	EOF
	files=$files package app "$@"
}

settings_of_the_page() {
	text_behind settings </page >/etc/apt/apt.conf.d/60app
	[[ -s /etc/apt/apt.conf.d/60app ]] || fail 'the page has no settings'
}

app_is_installed() {
	app 1.4
	package bsd-mailx 8.1
	hook pkgs/app/Pre-Install-Pkgs/010-stop <<-'EOF'
		#!/bin/sh
		echo "The app is stopped."
	EOF
	probe multi_pkgs/Post-Invoke/app__WILDCARD__/020-map
	probe Post-Invoke/900-mail
	settings_of_the_page
	apt_succeeds install app
	then='exit 3' probe multi_pkgs/Post-Invoke/app__WILDCARD__/020-map
	apt_succeeds_but_warns --reinstall install app
	the_log_has_the_times_of_the_page
	package app-data 1.5
	app 1.5 'Depends: app-data'
	publish
}

the_log_has_the_times_of_the_page() {
	awk '
		/^Start-Date/ { start = ++count == 1 ? "2026-11-19  09:30:12" : "2026-11-20  18:02:05"; $0 = "Start-Date: " start }
		/^End-Date/ { $0 = "End-Date: " start }
		/010-stop / { sub(/[0-9]+ ms$/, "12 ms") }
		/010-start / { sub(/[0-9]+ ms$/, "840 ms") }
		/020-map / { sub(/[0-9]+ ms$/, count == 1 ? "2100 ms" : "310 ms") }
		{ print }' "$log" >/log.new
	cat /log.new >"$log"
}

# --- changes that the page describes before a block

before_check() {
	chmod a-x "$hooks/Post-Invoke/900-mail"
	cp -p "$hooks/Post-Invoke/900-mail" "$hooks/Post-Invoke/900-mail.bak"
}

before_requires() {
	chmod a+x "$hooks/Post-Invoke/900-mail"
	rm "$hooks/Post-Invoke/900-mail.bak"
}

before_edit() {
	export EDITOR='sed -i s/apt/dpkg/'
}

# Called in a hook.
before_transaction() {
	export APT_UNIVERSAL_HOOKS_HOOK_POINT=Post-Invoke
	export APT_UNIVERSAL_HOOKS_TRANSACTION=/table APT_UNIVERSAL_HOOKS_ARCHIVES=/archives
	printf '%s\t' app all upgrade 1.4 1.5 | sed 's/$/done\n/' >/table
	printf '%s\t' app-data all install - 1.5 | sed 's/$/done\n/' >>/table
	printf 'app\tall\t/repository/app_1.5_all.deb\napp-data\tall\t/repository/app-data_1.5_all.deb\n' >/archives
}

# --- the page

# text_behind WORDS: prints the example after the comment with these words, as the reader sees it, of
# the page on stdin.
text_behind() {
	awk -v words=".\\\\\" $1" '
		$0 == words { is_wanted = 1 }
		is_wanted && $0 == ".EE" { exit }
		is_inside { print }
		is_wanted && $0 == ".EX" { is_inside = 1 }' |
		sed -E "s/\\\\-/-/g; s/\\\\\\(aq/'/g; s/\\\\\\(ti/~/g; s/^\\\\&//; s/\\\\e/\\\\/g"
}

outputs_of_the_page() {
	sed -n 's/^\.\\" output: //p' /page
}

# section TITLE: prints this subsection of SUBCOMMANDS.
section() {
	sed -n '/^\.SH SUBCOMMANDS/,/^\.SH "EXIT/p' /page | awk -v title="$1" '
		/^\.S[SH]/ { is_wanted = $0 ~ "^\\.SS \"" title "[ \"]" }
		is_wanted { print }' | sed 's/\\-/-/g'
}

# --- the command

# prints PROMPT COMMAND: runs it on a terminal of 80 columns without colour; as nobody if PROMPT is $.
prints() {
	local prefix=
	[[ $1 == '#' ]] || prefix='setpriv --reuid 65534 --regid 65534 --clear-groups '
	LC_ALL=C NO_COLOR=1 script -qec "stty cols 80; $prefix$2" /dev/null |
		sed -E 's/\r+$//; s/.*\r//; s/(  exit [0-9]+  )[0-9]+\.[0-9]{3} s$/\10.001 s/'
}

subcommands() {
	apt-universal-hooks --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

has_json() {
	apt-universal-hooks "$1" --help | has -e --json
}

# --- the tests

test_what_the_page_shows_is_what_the_commands_print() {
	app_is_installed
	local name prompt command
	for name in $(outputs_of_the_page); do
		if declare -F "before_$name" >/dev/null; then
			"before_$name"
		fi
		text_behind "output: $name" </page >/block
		read -r prompt command </block
		prints "$prompt" "$command" >/printed || true # check exits with 1 if it finds faults
		diff --unified --label 'the page' --label printed <(tail -n +2 /block) /printed ||
			fail "the page shows something else for $name: $command"
	done
}

test_the_page_shows_each_subcommand() {
	local name
	for name in $(outputs_of_the_page); do
		text_behind "output: $name" </page | sed -n '1s/^[$#] apt-universal-hooks \([a-z]*\).*/\1/p'
	done | sort -u >/shown
	subcommands | sort | expect_file /shown
}

test_the_page_explains_each_option_and_no_other() {
	local subcommand
	for subcommand in $(subcommands); do
		section "$subcommand" | sed -nE '/^\.T[PQ]/{n;s/^.*fB(--[a-z-]*).*/\1/p}' |
			sort >/explained
		apt-universal-hooks "$subcommand" --help |
			sed -nE '/^  (-h, )?--(json|root|help) /d; s/^  .*(--[a-z-]+).*/\1/p' | sort |
			expect_file /explained
		! has_json "$subcommand" ||
			sed -n '/^\.SH OPTIONS/,/^\.SH SUBC/p' /page | has "fB$subcommand\\\\fR" ||
			fail "$subcommand is not named with --json"
	done
}

# json_keys COMMAND...: prints the keys of all objects in its JSON output, each once.
json_keys() {
	apt-universal-hooks "$@" --json >/json || [[ $? == 1 ]]
	python3 -c '
import json
def keys(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()
print("\n".join(sorted(keys(json.load(open("/json"))))))'
}

# expect_keys_of SUBCOMMAND COMMAND...: the page documents exactly the keys of its JSON output.
expect_keys_of() {
	local key
	sed -n "/^\.\\\\\" keys: $1\$/,/^\.\\\\\" keys: /p" /page | sed '1d; s/\\-/-/g' >/part
	shift
	json_keys "$@" >/keys
	[[ -s /keys ]] || fail "$* has no keys"
	while read -r key; do
		grep -qF "\\fB$key\\fR" /part || fail "$*: the page does not explain $key"
	done </keys
	for key in $(sed -nE '/^\.T[PQ]/{n;s/\\fB([^\\]*)\\fR,?/\1/gp}' /part); do
		grep -qxF "$key" /keys || [[ ${2-}/$key == */switched_off ]] || fail "$*: there is no key $key"
	done
}

test_the_page_explains_each_key_of_JSON() {
	app_is_installed
	expect_keys_of list list
	expect_keys_of show show 010-stop
	expect_keys_of plan plan upgrade
	expect_keys_of plan why app
	expect_keys_of check check
	expect_keys_of log log
	expect_keys_of blame blame
	expect_keys_of requires requires
	expect_keys_of status status
	expect_keys_of dpkg dpkg
	before_transaction
	expect_keys_of transaction transaction
	local subcommand
	for subcommand in $(subcommands); do
		! has_json "$subcommand" || declare -f "${FUNCNAME[0]}" |
			has "expect_keys_of [a-z]* $subcommand" || fail "$subcommand is not tested"
	done
}
