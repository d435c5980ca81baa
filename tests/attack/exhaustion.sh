# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Names and streams that are designed to cost time or memory. Time is compared with that of a harmless
# one of the same size, so that a slow machine is no failure.
. /tests/lib/attacker.sh

# Prints the minimum of three runs, in milliseconds of CPU time, which other processes do not affect;
# at least 1.
milliseconds_of() {
	local best=1000000 round took TIMEFORMAT='%3U %3S'
	for round in 1 2 3; do
		{ time "$@" >/dev/null 2>>/said; } 2>/took
		took=$(awk '{ printf "%d", ($1 + $2) * 1000 }' /took)
		((best < took)) || best=$took
	done
	printf '%d\n' $((best + 1))
}

helper_on() {
	APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs <"$1"
}

names() {
	local pattern=$1
	perl -e 'printf "'"$pattern"' - - none < 1 all none /x.deb\n", $_ for 1 .. 10000'
}

# compare PATTERN NAMES: matches 30 directories against 10,000 package names. That may take at most
# 30 times as long as with ordinary directories.
compare() {
	local pattern=$1 number plain hostile
	{ printf 'VERSION 3\n\n' && names "$2"; } >/stream
	for number in {10..39}; do
		probe "multi_pkgs/Pre-Install-Pkgs/zz__WILDCARD__$number/x"
	done
	plain=$(milliseconds_of helper_on /stream)
	rm -r "$hooks/multi_pkgs"
	for number in {10..39}; do
		probe "multi_pkgs/Pre-Install-Pkgs/${pattern}$number/x"
	done
	hostile=$(timeout 200 bash -c "$(declare -f); $(declare -p helper); milliseconds_of helper_on /stream") ||
		fail 'it does not end'
	printf '%d ms, %d ms\n' "$plain" "$hostile"
	((hostile < plain * 30)) || fail "$hostile ms instead of $plain ms"
	! grep 'cannot be matched' /said || fail 'the regex engine gave up'
	expect_no_runs
}

test_wildcards_beside_wildcards() {
	compare "$(printf '__WILDCARD__%.0s' {1..20})!" "$(printf 'a%.0s' {1..200})%d"
}

test_wildcards_with_one_letter_between_them() {
	compare "$(printf 'a__WILDCARD__%.0s' {1..18})!" "$(printf 'a%.0s' {1..200})%d"
}

test_wildcards_with_two_letters_between_names_of_half_of_them() {
	compare "__WILDCARD__$(printf 'ab__WILDCARD__%.0s' {1..15})c!" "$(printf 'ab%.0s' {1..100})%d"
}

test_wildcards_with_parts_that_nearly_match() {
	compare "__WILDCARD__$(printf 'a%.0s' {1..100})__WILDCARD__$(printf 'a%.0s' {1..90})b" \
		"$(printf 'a%.0s' {1..220})%d"
}

test_regex_text_in_folder_names() {
	compare '(a+)+__WILDCARD__(a|a)*$' "$(printf 'a%.0s' {1..200})%d"
}

# limited: with 1.5 GiB of memory, many times the limit of the stream, the helper exits with 0 after no
# more than 100 seconds of CPU time.
limited() {
	local status=0
	(
		ulimit -v 1572864 -t 100
		APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs
	) >/said 2>&1 || status=$?
	expect_equal 0 "$status" "the helper's exit status"
	! grep -q 'out of memory' /said || fail 'it ran out of memory'
}

test_a_stream_without_end() {
	probe Pre-Install-Pkgs/always
	limited < <(head -c 2G /dev/zero)
	[[ $(cat /runs) == *always* ]] || fail "$(cat /said)"
}

test_a_stream_of_one_endless_line() {
	probe Pre-Install-Pkgs/always
	limited < <(printf 'VERSION 3\n\n' && head -c 300M /dev/zero | tr '\0' a)
	grep -q '^W: ' /said || fail 'it should have warned'
	[[ $(cat /runs) == *always* ]] || fail "$(cat /said)"
}

test_a_stream_of_millions_of_lines() {
	probe Pre-Install-Pkgs/always
	limited < <(printf 'VERSION 3\n\n' &&
		perl -e 'print "p$_ - - none < 1 all none /\n" for 1 .. 5000000')
	[[ $(cat /runs) == *always* ]] || fail "$(cat /said)"
}

test_a_stream_of_millions_of_settings() {
	probe Pre-Install-Pkgs/always
	limited < <(
		printf 'VERSION 3\n'
		perl -e 'print "Universal-Hooks::Scripts::Pre-Install-Pkgs/s$_\::Enabled=true\n" for 1 .. 300000'
		printf '\napp - - none < 1 all none /x.deb\n'
	)
	[[ $(cat /runs) == *always* ]] || fail "$(head -c 1000 /said)"
}

test_a_stream_of_empty_lines() {
	probe Pre-Install-Pkgs/always
	limited < <(printf 'VERSION 3\n\n' && head -c 200M /dev/zero | tr '\0' '\n')
	[[ $(cat /runs) == *always* ]] || fail "$(cat /said)"
}

test_a_stream_that_is_cut_off() {
	probe Pre-Install-Pkgs/always
	limited < <(stream_of app | head -c 40)
	[[ $(cat /runs) == *always* ]] || fail "$(cat /said)"
}
