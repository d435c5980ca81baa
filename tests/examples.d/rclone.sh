# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: rclone curl sqlite3
# rclone copies dumps to a real WebDAV server.
. /tests/lib/examples.sh

remote=/srv/remote/$(uname -n)

a_server() {
	mkdir -p /srv/remote
	rclone serve webdav --addr 127.0.0.1:8080 --user me --pass 'the secret' /srv/remote \
		>/server.log 2>&1 &
	wait_until curl --silent --fail --user 'me:the secret' http://127.0.0.1:8080/
}

dumps_to_copy() {
	local_file rclone.conf <<-CONF
		[dumps]
		type = webdav
		url = http://127.0.0.1:8080
		vendor = other
		user = me
		pass = $(rclone obscure "${1-the secret}")
	CONF
	install -d -m 700 $dumps/mariadb
	head -c 100000 /dev/urandom >$dumps/mariadb/20200101-000000.1.sql
	use_example copy-dumps
	package app 1
}

expect_copies() {
	diff --recursive $dumps "$remote" || fail 'the copies differ'
}

expect_installed() {
	expect_equal "$1" "$(version_of app)"
}

test_dumps_are_at_the_other_end_before_dpkg_starts() {
	a_server
	dumps_to_copy
	postinst="cp -a '$remote' /copied.before" package app 1
	apt_succeeds install app
	expect_copies
	diff --recursive $dumps /copied.before
}

test_the_dump_of_the_same_transaction_is_among_them() {
	a_server
	dumps_to_copy
	mkdir -p /var/lib/fail2ban
	sqlite3 /var/lib/fail2ban/fail2ban.sqlite3 "create table bans (ip); insert into bans values (1)"
	package fail2ban 1
	apt_succeeds install fail2ban
	use_example dump-sqlite
	package fail2ban 2
	apt_succeeds install fail2ban
	expect_copies
	expect_equal 1 "$(sqlite3 "$remote"/sqlite/var/lib/fail2ban/*/*.sqlite3 'select * from bans')"
}

test_what_is_gone_here_stays_there() {
	a_server
	dumps_to_copy
	apt_succeeds install app
	rm $dumps/mariadb/*
	echo new >$dumps/mariadb/20200102-000000.1.sql
	package app 2
	apt_succeeds install app
	expect_equal 2 "$(find "$remote" -name '*.sql' | wc -l)" copies
}

test_what_was_tampered_with_here_does_not_replace_the_copy() {
	a_server
	dumps_to_copy
	apt_succeeds install app
	cp $dumps/mariadb/*.sql /copy
	echo tampered >$dumps/mariadb/20200101-000000.1.sql
	package app 2
	apt_succeeds_but_warns install app
	expect_a_warning_about copy-dumps
	expect_installed 2
	cmp /copy "$remote"/mariadb/*.sql
}

test_a_server_that_is_down_is_a_warning() {
	dumps_to_copy
	apt_succeeds_but_warns install app
	expect_a_warning_about copy-dumps
	grep -qF 'connection refused' "$errors"
	expect_installed 1
}

test_a_server_that_does_not_let_us_in_is_a_warning() {
	a_server
	dumps_to_copy 'another secret'
	apt_succeeds_but_warns install app
	expect_a_warning_about copy-dumps
	grep -qF 401 "$errors"
	expect_installed 1
}

# The script has to give up by itself, long before its timeout.
test_a_server_that_never_answers_is_a_warning() {
	dumps_to_copy
	a_server
	kill -STOP $!
	change copy-dumps 's/--timeout 30s/--timeout 2s/'
	apt_succeeds_but_warns install app
	expect_a_warning_about copy-dumps
	! grep -F 'timed out after' "$errors" || fail 'rclone should have given up'
	expect_installed 1
}

test_no_tool_is_a_warning() {
	dumps_to_copy
	rm /usr/bin/rclone
	apt_succeeds_but_warns install app
	expect_a_warning_about copy-dumps
	expect_installed 1
}

test_who_wants_no_upgrade_without_a_copy_gets_none() {
	dumps_to_copy
	run_apt apt-get --yes -o "$(instead copy-dumps On-Failure)=abort" install app </dev/null
	expect_veto copy-dumps 'connection refused'
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
}

test_a_bandwidth_limit_is_one_that_rclone_takes() {
	a_server
	dumps_to_copy
	change copy-dumps 's/^bandwidth=off/bandwidth=10M/'
	apt_succeeds install app
	expect_copies
}

test_what_was_left_half_written_is_not_copied() {
	a_server
	dumps_to_copy
	echo half >$dumps/mariadb/new
	apt_succeeds install app
	rm $dumps/mariadb/new
	expect_copies
}

test_without_dumps_there_is_nothing_to_copy() {
	dumps_to_copy
	rm -r $dumps
	apt_succeeds install app
}
