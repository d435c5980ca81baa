# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Reporting and counting tests: each prints a line, and adds a word to a file for the totals, and a
# line to a file of times. A lock keeps the lines of parallel tests apart.

results=$TESTS_WORK/results
times=$TESTS_WORK/times

# passed TITLE [FILE]: shows FILE first.
passed() {
	{
		flock 9
		[[ -z ${2-} ]] || cat "$2"
		printf 'ok - %s\n' "$1"
		echo passed >&9
	} 9>>"$results"
}

# The details come from stdin. With TESTS_ONLY_WARN=warning, it is only a warning.
failed() {
	{
		flock 9
		printf '%s - %s\n' "${TESTS_ONLY_WARN:-not ok}" "$1"
		sed 's/^/#   /'
		echo "${TESTS_ONLY_WARN:-failed}" >&9
	} 9>>"$results"
}

# A test that cannot run here; the reason comes from stdin.
skipped() {
	{
		flock 9
		printf 'ok - %s # SKIP %s\n' "$1" "$(tail -n 1)"
		echo skipped >&9
	} 9>>"$results"
}

# took SINCE TITLE: notes how long a test took, from SINCE, an earlier $SECONDS.
took() {
	printf '%d\t%s\n' "$((SECONDS - $1))" "$2" >>"$times"
}

# check TITLE COMMAND...: a test that is a single command, or a function whose commands are joined
# with &&. Returns whether it passed.
check() {
	local title=$1 log status=0 since=$SECONDS
	shift
	log=$(mktemp "$TESTS_WORK/check.XXXXXX")
	if ("$@") >"$log" 2>&1 </dev/null; then
		passed "$title"
	else
		status=1
		failed "$title" <"$log"
	fi
	rm -f "$log"
	took "$since" "$title"
	return "$status"
}

# Adds the tests that ctest reports in the file LOG. Fails if there are none.
count_what_ctest_ran() {
	local told
	told=$(sed -n -E '
		s/^ *[0-9]+\/[0-9]+ Test +#.*\*\*\*Skipped.*/skipped/p
		s/^ *[0-9]+\/[0-9]+ Test +#.*\*\*\*.*/failed/p
		s/^ *[0-9]+\/[0-9]+ Test +#.* Passed +[0-9.]+ sec.*/passed/p' "$1")
	sed -n -E 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .* ([0-9]+)\.[0-9]+ sec.*/\2\t\1/p' \
		"$1" >>"$times"
	[[ -n $told ]] && printf '%s\n' "$told" >>"$results"
}

how_many() {
	grep --count --line-regexp "$1" "$results" || true
}

# Those of the results so far that took longest.
name_the_slowest() {
	touch "$times"
	printf '\nSeconds of the slowest:\n'
	sort --numeric-sort --reverse "$times" | sed -n "1,$1 s/^/  /p"
}

# Prints the totals. Fails if a test failed, or none passed or was a warning.
sum_up() {
	local passed failed skipped warnings
	touch "$results"
	passed=$(how_many passed) failed=$(how_many failed) skipped=$(how_many skipped)
	warnings=$(how_many warning)
	((skipped > 0)) || skipped=
	((warnings > 0)) || warnings=
	printf '\n%s passed, %s failed%s%s\n' "$passed" "$failed" \
		"${skipped:+, $skipped skipped}" "${warnings:+, $warnings only warned about}"
	((failed == 0 && passed + warnings > 0))
}
