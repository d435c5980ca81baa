# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2016 # a password may hold a dollar
# Needs: redis-server redis-tools
# Saves the data of real Redis servers before their package is changed, and wipes a cache after a
# change of the application, a sample package.
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
	a_wipe
}

a_wipe() {
	use_example wipe-redis-cache
	change wipe-redis-cache "s/^database=''/database=0/"
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
	a_wipe
	postinst='exit 1' package mediawiki 2
	apt_fails install mediawiki
	expect_equal '1 1 ' "$(keys)"
}

# Nobody would make up for it: the next transaction is about other packages.
test_a_failure_of_another_package_does_not_keep_the_cache() {
	a_cache
	an_upgrade
	postinst='exit 1' package bad 1
	apt_fails install mediawiki bad
	expect_equal 2 "$(version_of mediawiki)"
	expect_equal '0 1 ' "$(keys)"
}

test_a_cache_goes_when_a_later_run_configures_the_application() {
	a_cache
	an_upgrade
	postinst='[ -e /repaired ]' package mediawiki 2
	apt_fails install mediawiki
	expect_equal '1 1 ' "$(keys)"
	touch /repaired
	apt_succeeds -f install
	expect_equal '0 1 ' "$(keys)"
}

test_an_upgrade_of_something_else_leaves_the_cache_alone() {
	a_cache
	a_wipe
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
	expect_a_warning_about wipe-redis-cache
	expect_equal 2 "$(version_of mediawiki)"
	export REDISCLI_AUTH=right
	expect_equal '1 1 ' "$(keys)"
}

test_a_server_that_is_down_is_a_warning() {
	an_upgrade
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about wipe-redis-cache
	expect_equal 2 "$(version_of mediawiki)"
}

test_nothing_is_wiped_before_somebody_says_which_database() {
	a_cache
	an_upgrade
	change wipe-redis-cache "s/^database=0/database=''/"
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about wipe-redis-cache
	grep -qF '"database" is not set, so nothing is wiped' "$errors"
	expect_equal '1 1 ' "$(keys)"
}

# With -n, redis-cli says so and then goes on in database 0.
test_a_database_that_does_not_exist_is_not_taken_for_another() {
	a_cache
	an_upgrade
	change wipe-redis-cache 's/^database=0/database=99/'
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about wipe-redis-cache
	grep -qF 'database 99 is not wiped' "$errors"
	expect_equal '1 1 ' "$(keys)"
}

# a_server NAME OPTION...: a server with one key, which never saves by itself.
a_server() {
	mkdir -p "/srv/$1"
	redis-server --dir "/srv/$1" --save '' --unixsocket "/srv/$1/socket" --daemonize yes "${@:2}" \
		>"/srv/$1/log"
	wait_until is_answered_by "/srv/$1/socket"
}

is_answered_by() {
	redis-cli -s "$1" ping | has -E 'PONG|NOAUTH'
}

a_save() {
	upgrade_of redis-server
	use_example save-redis
}

# Expects that a server with what is on the disk has the key.
expect_saved() {
	redis-cli -s "/srv/$1/socket" shutdown nosave
	mv "/srv/$1/dump.rdb" /saved.rdb
	redis-server --dir / --dbfilename saved.rdb --port 0 --unixsocket /saved --daemonize yes >/saved.log
	wait_until is_answered_by /saved
	expect_equal value "$(redis-cli -s /saved get key)" "$1"
	redis-cli -s /saved shutdown nosave
}

test_the_data_is_on_disk_before_dpkg_starts() {
	a_server main --port 6379
	redis-cli set key value >/dev/null
	[[ ! -e /srv/main/dump.rdb ]]
	a_save
	apt_goes_through install redis-server
	expect_equal "$(cat /upgraded)" "$(version_of redis-server)"
	expect_saved main
}

test_each_server_is_saved_with_its_own_account() {
	a_server main --port 6379
	redis-cli set key value >/dev/null
	a_server one --port 0 --requirepass 'a "secret" $1'
	REDISCLI_AUTH='a "secret" $1' redis-cli -s /srv/one/socket set key value >/dev/null
	a_server two --port 6380
	redis-cli -p 6380 set key value >/dev/null
	redis-cli -p 6380 acl setuser saver on '>open' +bgsave +info >/dev/null
	redis-cli -p 6380 acl setuser default resetpass -@all >/dev/null
	local_file redis.servers <<-'SERVERS'
		# address, user, password
		127.0.0.1:6379
		/srv/one/socket default a "secret" $1
		127.0.0.1:6380 saver open
	SERVERS
	a_save
	apt_goes_through install redis-server
	expect_saved main
	REDISCLI_AUTH='a "secret" $1' expect_saved one
	[[ -s /srv/two/dump.rdb ]]
}

test_a_save_that_began_earlier_is_waited_for() {
	a_server main --port 6379 --rdb-key-save-delay 2000000
	redis-cli set old value >/dev/null
	redis-cli bgsave >/dev/null
	redis-cli config set rdb-key-save-delay 0 >/dev/null
	redis-cli set key value >/dev/null
	redis-cli info persistence | has rdb_bgsave_in_progress:1
	a_save
	apt_goes_through install redis-server
	expect_saved main
}

no_upgrade_after() {
	local before
	before=$(version_of redis-server)
	apt_is_stopped_by save-redis install redis-server -- "$@"
	expect_equal "$before" "$(version_of redis-server)"
}

test_no_upgrade_without_a_server() {
	a_save
	no_upgrade_after '127.0.0.1:6379: does not answer' 'Connection refused'
}

test_no_upgrade_while_one_of_two_is_down() {
	a_server main --port 6379
	local_file redis.servers <<<$'127.0.0.1:6379\n/srv/no/socket'
	a_save
	no_upgrade_after '/srv/no/socket: does not answer'
}

test_no_upgrade_without_the_password() {
	a_server main --port 6379 --requirepass secret
	a_save
	no_upgrade_after '127.0.0.1:6379: does not save its data: NOAUTH'
}

test_no_upgrade_if_the_data_cannot_be_saved() {
	mkdir -p /srv/main
	mount -t tmpfs -o size=1m tmpfs /srv/main
	a_server main --port 6379
	head -c 2000000 /dev/urandom | redis-cli -x set key >/dev/null
	a_save
	no_upgrade_after '127.0.0.1:6379: could not save its data'
}

test_no_upgrade_while_a_server_hangs() {
	a_server main --port 6379 --pidfile /redis.pid
	kill -STOP "$(cat /redis.pid)"
	a_save
	no_upgrade_after '127.0.0.1:6379: does not answer'
}

test_no_upgrade_if_the_save_takes_too_long() {
	a_server main --port 6379 --rdb-key-save-delay 100000000
	redis-cli set key value >/dev/null
	a_save
	change save-redis 's/^limit=.*/limit=2/'
	no_upgrade_after '127.0.0.1:6379: has not saved its data in time'
}

test_no_tool_for_a_save_so_no_upgrade() {
	a_server main --port 6379
	a_save
	rm /usr/bin/redis-cli
	no_upgrade_after redis-cli
}
