# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: aide aide-common
# The example's rules in the real aide.
. /tests/lib/examples.sh

# The strictest rules for the directories that we use, with or without ours in front of them.
database() {
	local place
	place=$(header_of aide-rules Place)
	[[ -n ${1-} ]] || install -D -m 644 $examples/aide-rules "$place"
	{
		printf '%s\n' 'database_in=file:/aide.db' 'database_out=file:/aide.db'
		[[ -n ${1-} ]] || cat "$place"
		printf '%s p+u+g+ftype+l+n+i+s+m+c+sha256\n' /run/apt-universal-hooks /etc/apt \
			'/var/log/apt/universal-hooks' /usr/lib/apt
	} >/aide.conf
	aide --config=/aide.conf --init >/aide.log 2>&1 || fail "$(cat /aide.log)"
}

# findings: what has changed, a path a line.
findings() {
	aide --config=/aide.conf --check >/aide.log 2>&1 || (($? < 14)) || fail "$(cat /aide.log)"
	sed -nE 's/^[dflps][^:]*: (.*[^ ]) *$/\1/p' /aide.log | sort -u
}

hooks_that_have_run() {
	package app 1
	package app 2
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	apt_succeeds install app=1
}

test_a_run_of_apt_is_no_finding() {
	hooks_that_have_run
	database
	apt_succeeds install app
	expect_equal '' "$(findings)" findings
	# As logrotate(8) does.
	mv /var/log/apt/universal-hooks.log /var/log/apt/universal-hooks.log.1
	apt_succeeds remove app
	[[ $(findings) != *hooks/* ]] || fail "$(cat /aide.log)"
}

test_without_the_rules_it_is_one() {
	hooks_that_have_run
	database without
	apt_succeeds install app
	findings | has -x /var/log/apt/universal-hooks.log || fail "$(cat /aide.log)"
}

test_a_change_of_what_root_runs_is_a_finding() {
	hooks_that_have_run
	database
	echo '# changed' >>$hooks/Post-Invoke/a
	chmod g+w $hooks/Pre-Install-Pkgs/a
	hook Post-Invoke/new <<<'#!/bin/sh'
	mkdir -p $packaged_hooks/Post-Invoke
	hook $packaged_hooks/Post-Invoke/packaged <<<'#!/bin/sh'
	echo 'Universal-Hooks::Scripts::Post-Invoke/a::When "always";' >$settings
	findings >/findings
	for name in Post-Invoke/a Pre-Install-Pkgs/a Post-Invoke/new Post-Invoke/packaged 60local-hooks; do
		grep -q "/$name\$" /findings || fail "no finding about $name: $(cat /aide.log)"
	done
}

test_debians_configuration_takes_them() {
	install -D -m 644 $examples/aide-rules "$(header_of aide-rules Place)"
	aide --config=/etc/aide/aide.conf --config-check >/aide.log 2>&1 || fail "$(cat /aide.log)"
}
