# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2016 # a password may hold a dollar
# Needs: redis-server redis-tools
# Flushes a cache in a real Redis server after a change of the application, a sample package.
. /tests/lib/examples.sh

a_cache() {
	redis-server --port 6379 --bind 127.0.0.1 --save '' >/redis.log 2>&1 &
	wait_until is_up
	redis-cli set page 'old' >/dev/null
	redis-cli -n 1 set other 'application' >/dev/null
}

is_up() {
	redis-cli ping | has -x -E 'PONG|NOAUTH.*'
}

an_upgrade() {
	package mediawiki 1
	apt_succeeds install mediawiki
	package mediawiki 2
	use_example flush-redis
}

keys() {
	printf '%s ' "$(redis-cli dbsize)" "$(redis-cli -n 1 dbsize)"
}

test_an_upgrade_empties_the_cache_of_the_application_alone() {
	a_cache
	an_upgrade
	expect_equal '1 1 ' "$(keys)"
	apt_succeeds install mediawiki
	expect_equal '0 1 ' "$(keys)"
}

test_an_upgrade_that_fails_leaves_the_cache_alone() {
	a_cache
	package mediawiki 1
	apt_succeeds install mediawiki
	use_example flush-redis
	postinst='exit 1' package mediawiki 2
	apt_fails install mediawiki
	expect_equal '1 1 ' "$(keys)"
}

test_an_upgrade_of_something_else_leaves_the_cache_alone() {
	a_cache
	use_example flush-redis
	package app 1
	apt_succeeds install app
	expect_equal '1 1 ' "$(keys)"
}

test_the_password_comes_from_a_file() {
	a_cache
	redis-cli config set requirepass 'pass "word" $1' >/dev/null
	local_file redis.password <<<'pass "word" $1'
	an_upgrade
	apt_succeeds install mediawiki
	export REDISCLI_AUTH='pass "word" $1'
	expect_equal '0 1 ' "$(keys)"
}

test_a_wrong_password_is_a_warning() {
	a_cache
	redis-cli config set requirepass right >/dev/null
	local_file redis.password <<<wrong
	an_upgrade
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about flush-redis
	expect_equal 2 "$(version_of mediawiki)"
	export REDISCLI_AUTH=right
	expect_equal '1 1 ' "$(keys)"
}

test_a_server_that_is_down_is_a_warning() {
	an_upgrade
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about flush-redis
	expect_equal 2 "$(version_of mediawiki)"
}
