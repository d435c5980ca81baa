# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: postgresql
# Dumps and a check of a real PostgreSQL server, whose real package is upgraded.
. /tests/lib/examples.sh

version=$(ls /usr/lib/postgresql)
server=postgresql-$version

# psql_of CLUSTER DATABASE ARGUMENT...
psql_of() {
	local cluster=$1 database=$2
	shift 2
	runuser -u postgres -- psql --quiet --no-align --tuples-only --no-psqlrc \
		--cluster "$version/$cluster" --dbname "$database" "$@"
}

# pg_ctlcluster returns when the server accepts connections.
a_shop() {
	pg_ctlcluster "$version" main start
	pg_isready
	psql_of main postgres --command "create role shopkeeper login password 'secret'"
	psql_of main postgres --command 'create database shop owner shopkeeper'
	psql_of main shop --command "
		create table goods (name text primary key, price numeric);
		insert into goods select 'thing ' || n, n * 1.25 from generate_series(1, 1000) n;
		insert into goods values (E'a \"quoted\" ''thing''\\nof \\u00fc', null)"
}

what_is_in_the_shop_of() {
	psql_of "$1" shop --command 'select * from goods order by name collate "C"'
}

test_a_dump_restores_into_a_fresh_cluster() {
	local dump
	a_shop
	use_example dump-postgresql
	old_dumps postgresql "$version-main." .sql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_equal "$(cat /upgraded)" "$(version_of "$server")"
	expect_old_dumps_to_have_gone postgresql "$version-main." .sql
	dump=$(find $dumps/postgresql -type f -size +0)
	pg_createcluster "$version" fresh --start >/fresh
	psql_of fresh postgres <"$dump" >>/fresh 2>&1
	what_is_in_the_shop_of main >/in.main
	what_is_in_the_shop_of fresh | expect_file /in.main
	(($(wc -l </in.main) == 1002)) || fail "the test is broken: $(cat /in.main)"
	expect_equal 't' "$(psql_of fresh postgres --command \
		"select rolcanlogin from pg_roles where rolname = 'shopkeeper'")"
}

test_no_dump_of_a_server_that_is_down_so_no_upgrade() {
	local before
	before=$(version_of "$server")
	use_example dump-postgresql
	old_dumps postgresql "$version-main." .sql
	upgrade_of "$server"
	apt_is_stopped_by dump-postgresql install "$server"
	expect_equal "$before" "$(version_of "$server")"
	expect_dumps postgresql 7
}

test_a_cluster_that_does_not_start_by_itself_may_be_down() {
	a_shop
	pg_createcluster "$version" left-behind --start-conf manual >/dev/null
	use_example dump-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 1
	[[ -s $(echo $dumps/postgresql/"$version"-main.*.sql) ]] || fail 'no dump of what is up'
}

test_every_cluster_that_is_up_is_dumped() {
	a_shop
	pg_createcluster "$version" second --start-conf manual --start >/dev/null
	use_example dump-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 2
	expect_equal 1 "$(grep -l 'CREATE ROLE shopkeeper' $dumps/postgresql/* | wc -l)"
}

test_a_dump_that_takes_too_long_is_ended_and_leaves_nothing() {
	local before
	before=$(version_of "$server")
	a_shop
	psql_of main shop --command 'begin; lock table goods; select pg_sleep(1000)' >/locked 2>&1 &
	is_locked() {
		psql_of main shop --command "select mode from pg_locks where granted and
			relation = 'goods'::regclass" | has AccessExclusiveLock
	}
	wait_until is_locked
	use_example dump-postgresql
	upgrade_of "$server"
	run_apt apt-get --yes -o "$(instead dump-postgresql Timeout)=3" install "$server" </dev/null
	expect_veto dump-postgresql
	expect_dumps postgresql 0
	expect_equal "$before" "$(version_of "$server")"
}

test_a_check_passes_while_the_server_is_up() {
	a_shop
	use_example check-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_equal "$(cat /upgraded)" "$(version_of "$server")"
}

test_a_check_stops_apt_before_the_dump_while_the_server_is_down() {
	local before
	before=$(version_of "$server")
	use_example check-postgresql
	use_example dump-postgresql
	upgrade_of "$server"
	apt_is_stopped_by check-postgresql install "$server" -- 'no response'
	expect_equal "$before" "$(version_of "$server")"
	[[ ! -e $dumps/postgresql ]] || fail 'the dump should not have been tried'
}

test_a_check_does_not_touch_other_packages() {
	use_example check-postgresql
	use_example dump-postgresql
	package app 1
	apt_succeeds install app
}
