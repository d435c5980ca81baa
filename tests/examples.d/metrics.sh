# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: prometheus-node-exporter curl unattended-upgrades
# Metrics, as the real node exporter publishes them.
. /tests/lib/examples.sh

directory=/var/lib/prometheus/node-exporter

exporter() {
	prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory=$directory >/exporter.log 2>&1 &
	wait_until curl --silent --fail --output /dev/null http://127.0.0.1:9100/metrics
	use_example write-metrics
}

# Prints our metrics and those about errors of the collector, without times.
metrics() {
	curl --silent --fail http://127.0.0.1:9100/metrics |
		grep -E '^(apt_transaction_(success|dpkg_runs|packages)|node_textfile_scrape_error)' | sort
}

expect_metrics() {
	wait_for_sessions
	metrics >/metrics || fail 'there are no metrics'
	expect_file /metrics
}

age() {
	echo $(($(date +%s) - $(curl --silent http://127.0.0.1:9100/metrics |
		awk '$1 == "apt_transaction_time_seconds" { printf "%d", $2 }')))
}

test_a_success_is_told_with_the_numbers_of_packages() {
	exporter
	package app 1
	package lib 1
	package old 1
	apt_succeeds install app old
	package app 2 'Depends: lib'
	publish
	apt_succeeds install app old-
	expect_metrics <<-'METRICS'
		apt_transaction_dpkg_runs 1
		apt_transaction_packages{operation="install",outcome="done"} 1
		apt_transaction_packages{operation="remove",outcome="done"} 1
		apt_transaction_packages{operation="upgrade",outcome="done"} 1
		apt_transaction_success 1
		node_textfile_scrape_error 0
	METRICS
	(($(age) >= 0 && $(age) < 120)) || fail "the metrics are $(age) seconds old"
	expect_equal apt_transaction.prom "$(find $directory -name 'apt*' -printf '%f\n')"
}

test_a_failure_is_told() {
	exporter
	package good 1
	postinst='exit 1' package bad 1
	apt_fails install good bad
	expect_metrics <<-'METRICS'
		apt_transaction_dpkg_runs 1
		apt_transaction_packages{operation="install",outcome="done"} 1
		apt_transaction_packages{operation="install",outcome="failed"} 1
		apt_transaction_success 0
		node_textfile_scrape_error 0
	METRICS
}

test_several_runs_of_dpkg_are_one_transaction() {
	exporter
	upgradable 3
	upgrade_in_steps 0 3
	expect_metrics <<-'METRICS'
		apt_transaction_dpkg_runs 3
		apt_transaction_packages{operation="upgrade",outcome="done"} 3
		apt_transaction_success 1
		node_textfile_scrape_error 0
	METRICS
}

test_a_veto_is_told() {
	exporter
	hook Pre-Invoke/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Pre-Invoke/800-veto::On-Failure "abort";' >>$settings
	package app 1
	apt_fails install app
	expect_metrics <<-'METRICS'
		apt_transaction_dpkg_runs 0
		apt_transaction_success 0
		node_textfile_scrape_error 0
	METRICS
}

test_a_full_disk_is_in_the_log_and_leaves_the_metrics_as_they_were() {
	exporter
	mount -t tmpfs -o size=16k,mode=755 tmpfs $directory
	package app 1
	apt_succeeds install app
	wait_for_sessions
	metrics >/metrics.before
	head -c 16k /dev/zero >$directory/full 2>/dev/null || true
	package app 2
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end write-metrics
	expect_metrics </metrics.before
	expect_equal 1 "$(find $directory -name 'apt*' | wc -l)" files
}

# Debian gives /var/lib/prometheus to the exporter's account, which can so put another directory there.
test_the_account_of_the_exporter_cannot_have_root_write_elsewhere() {
	exporter
	echo precious >/precious
	chmod 600 /precious
	hook /usr/local/sbin/mktemp <<-'STAND_IN'
		#!/bin/sh
		new=$(/usr/bin/mktemp "$@")
		echo "$new"
		case $new in
		*.prom.*) ln -sf /precious "$new" ;;
		esac
	STAND_IN
	sed -i '2i PATH=/usr/local/sbin:$PATH' "$(header_of write-metrics Place)"
	package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end write-metrics
	expect_equal 'precious 600' "$(cat /precious) $(stat -c %a /precious)"
	rm /usr/local/sbin/mktemp
	mkdir /elsewhere
	ln -s /elsewhere $directory/apt_transaction.prom
	package app 2
	apt_succeeds install app
	wait_for_sessions
	expect_equal '' "$(ls /elsewhere)"
	[[ -f $directory/apt_transaction.prom && ! -L $directory/apt_transaction.prom ]]
}
