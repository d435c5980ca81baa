# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: postgresql unattended-upgrades
# Dumps and a check of a real PostgreSQL server, whose real package is upgraded.
. /tests/lib/examples.sh

version=$(ls /usr/lib/postgresql)
server=postgresql-$version
main=postgresql/$version/main

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

# A dump waits for it.
a_lock() {
	psql_of main shop --command 'begin; lock table goods; select pg_sleep(1000)' >/locked 2>&1 &
	is_locked() {
		psql_of main shop --command "select mode from pg_locks where granted and
			relation = 'goods'::regclass" | has AccessExclusiveLock
	}
	wait_until is_locked
}

what_is_in_the_shop_of() {
	psql_of "$1" shop --command 'select * from goods order by name collate "C"'
}

# how_to_restore WORD [FILE]: runs the line with that word of the header of dump-postgresql.
how_to_restore() {
	local command
	command=$(sed -n '/^# Restore:/,/^# Settings:/s/^#  \+\(runuser .*\)/\1/p' $examples/dump-postgresql |
		grep -F -e "$1")
	command=${command//"15/new"/$version/fresh}
	command=${command//FILE.*/${2-}}
	eval "$command" >>/restored 2>&1 || fail "$command: $(cat /restored)"
}

is_restored() {
	what_is_in_the_shop_of main >/in.main
	what_is_in_the_shop_of fresh | expect_file /in.main
	(($(wc -l </in.main) == 1002)) || fail "the test is broken: $(cat /in.main)"
}

test_a_dump_restores_into_a_fresh_cluster() {
	a_shop
	use_example dump-postgresql
	old_dumps "$main" .sql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_equal "$(cat /upgraded)" "$(version_of "$server")"
	expect_old_dumps_to_have_gone "$main" .sql
	pg_createcluster "$version" fresh --start >/fresh
	how_to_restore psql "$(dump_in "$main")"
	is_restored
	expect_equal 't' "$(psql_of fresh postgres --command \
		"select rolcanlogin from pg_roles where rolname = 'shopkeeper'")"
}

test_a_single_database_restores_with_pg_restore() {
	a_shop
	psql_of main postgres --command 'create database other'
	use_example dump-postgresql
	with_variables dump-postgresql 'DUMP_DATABASES=shop other'
	old_dumps "$main/shop" .dump
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_old_dumps_to_have_gone "$main/shop" .dump
	expect_dumps "$main/other" 1
	expect_dumps "$main" 6
	pg_createcluster "$version" fresh --start >/fresh
	psql_of fresh postgres --command 'create role shopkeeper'
	how_to_restore createdb
	how_to_restore pg_restore "$(dump_in "$main/shop")"
	is_restored
}

test_a_cluster_elsewhere_is_dumped_with_an_account_and_a_password() {
	a_shop
	psql_of main postgres --command "create role backup superuser login password 'a:secret'"
	use_example dump-postgresql
	with_variables dump-postgresql "DUMP_CLUSTERS=$version/127.0.0.1:5432" DUMP_USER=backup
	local_file pgpass <<<'127.0.0.1:5432:*:backup:a\:secret'
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 1
	grep -q 'CREATE ROLE shopkeeper' "$(dump_in "postgresql/$version/127.0.0.1:5432")"
}

test_a_wrong_password_stops_apt_and_asks_nobody() {
	a_shop
	use_example dump-postgresql
	with_variables dump-postgresql "DUMP_CLUSTERS=$version/127.0.0.1:5432" DUMP_USER=backup
	upgrade_of "$server"
	apt_is_stopped_by dump-postgresql install "$server" -- 'no password supplied'
	expect_dumps postgresql 0
}

test_chosen_clusters_are_dumped_and_no_others() {
	a_shop
	pg_createcluster "$version" second --start >/dev/null
	use_example dump-postgresql
	with_variables dump-postgresql "DUMP_CLUSTERS=$version/second"
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 1
	expect_dumps "postgresql/$version/second" 1
}

test_a_full_disk_leaves_no_dump_and_the_old_ones_so_no_upgrade() {
	local before
	before=$(version_of "$server")
	a_shop
	psql_of main shop --command "create table big as
		select md5(random()::text) from generate_series(1, 100000)"
	use_example dump-postgresql
	upgrade_of "$server"
	a_small_disk
	old_dumps "$main" .sql
	apt_is_stopped_by dump-postgresql install "$server" -- 'No space left'
	with_variables dump-postgresql DUMP_DATABASES=shop
	apt_is_stopped_by dump-postgresql install "$server" -- 'No space left'
	expect_dumps "$main" 7
	expect_equal "$before" "$(version_of "$server")"
}

# pg_dumpall does not notice if only what it writes itself is lost, such as the last line.
test_a_dump_without_its_last_line_is_none() {
	local size page=4096
	a_shop
	use_example dump-postgresql
	upgrade_of "$server"
	runuser -u postgres -- pg_dumpall >/dump
	# A row of so many bytes that the last 20 of the dump are on a page of their own.
	size=$(stat --format=%s /dump)
	psql_of main shop --command "insert into goods
		values (repeat('x', $((2 * page - size % page + 20 - 4))), null)"
	runuser -u postgres -- pg_dumpall >/dump
	size=$(stat --format=%s /dump)
	expect_equal 20 $((size % page)) 'bytes on the last page'
	mkdir -p $dumps
	mount -t tmpfs -o "size=$((size - 20)),mode=700" tmpfs $dumps
	runuser -u postgres -- pg_dumpall >$dumps/new || fail 'the test is not needed any more'
	rm $dumps/new
	old_dumps "$main" .sql
	apt_is_stopped_by dump-postgresql install "$server" -- incomplete
	expect_dumps "$main" 7
}

test_a_machine_with_the_client_only_has_nothing_to_dump_or_check() {
	local client=postgresql-client-$version
	apt-get --yes purge "$server" postgresql postgresql-common >/purged 2>&1 || fail "$(cat /purged)"
	[[ -z $(command -v pg_lsclusters) ]] || fail 'the test is broken'
	packages_of() { :; } # what is needed is not here
	use_example check-postgresql
	use_example dump-postgresql
	upgrade_of "$client"
	apt_succeeds install "$client"
	expect_equal "$(cat /upgraded)" "$(version_of "$client")"
	[[ ! -e $dumps ]] || fail 'there is a dump'
}

test_a_server_without_a_cluster_has_nothing_to_dump_or_check() {
	pg_dropcluster "$version" main
	use_example check-postgresql
	use_example dump-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 0
}

test_a_cluster_left_by_a_removed_version_is_neither_dumped_nor_checked() {
	a_shop
	mkdir -p /etc/postgresql/11/main
	cp -a /etc/postgresql/"$version"/main/. /etc/postgresql/11/main
	sed -i 's/^port = .*/port = 5439/' /etc/postgresql/11/main/postgresql.conf
	pg_lsclusters | has binaries_missing || fail "the test is broken: $(pg_lsclusters)"
	use_example check-postgresql
	use_example dump-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 1
}

test_ten_runs_of_dpkg_by_unattended-upgrade_leave_the_dump_from_before_the_first() {
	local n names=()
	a_shop
	psql_of main postgres --command 'create role from_before'
	use_example dump-postgresql
	for n in {1..10}; do
		package "postgresql-x$n" 1
		names+=("postgresql-x$n")
	done
	apt_succeeds install "${names[@]}"
	for n in {1..10}; do
		postinst='runuser -u postgres -- psql --quiet --command "drop role if exists from_before"' \
			package "postgresql-x$n" 2
	done
	let_unattended-upgrade_take_ours <<<'Unattended-Upgrade::MinimalSteps "true";'
	sign_the_archive
	run_apt unattended-upgrade --verbose </dev/null
	apt_must_end_with 0
	expect_equal 2 "$(version_of postgresql-x10)"
	expect_dumps postgresql 10
	expect_equal 1 "$(grep -rl from_before $dumps | wc -l)"
	grep -q from_before "$(find $dumps -type f | sort | head -n 1)" || fail 'it is not the first'
}

test_no_tool_for_a_dump_so_no_upgrade() {
	a_shop
	use_example dump-postgresql
	upgrade_of "$server"
	rm /usr/bin/pg_dumpall
	apt_is_stopped_by dump-postgresql install "$server" -- pg_dumpall
	expect_dumps postgresql 0
}

test_a_dump_that_ctrl_c_interrupts_leaves_nothing() {
	a_shop
	a_lock
	use_example dump-postgresql
	upgrade_of "$server"
	publish
	env --default-signal=INT setsid apt-get --yes install "$server" >"$output" 2>"$errors" </dev/null &
	wait_until test -e "$dumps/$main/new"
	kill -INT -- "-$!"
	wait $! || apt_status=$?
	((apt_status != 0)) || fail 'apt should have stopped'
	expect_dumps postgresql 0
}

test_no_dump_of_a_server_that_is_down_so_no_upgrade() {
	local before
	before=$(version_of "$server")
	use_example dump-postgresql
	old_dumps "$main" .sql
	upgrade_of "$server"
	apt_is_stopped_by dump-postgresql install "$server"
	rm "/etc/postgresql/$version/main/start.conf" # means the same
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
	expect_dumps "$main" 1
}

test_every_cluster_that_is_up_is_dumped() {
	a_shop
	pg_createcluster "$version" second --start-conf manual --start >/dev/null
	use_example dump-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	expect_dumps postgresql 2
	expect_equal 1 "$(grep -rl 'CREATE ROLE shopkeeper' $dumps | wc -l)"
}

test_a_dump_that_takes_too_long_is_ended_and_leaves_nothing() {
	local before
	before=$(version_of "$server")
	a_shop
	a_lock
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

test_a_check_asks_each_cluster_that_starts_by_itself() {
	a_shop
	pg_createcluster "$version" manual --start-conf manual >/dev/null
	use_example check-postgresql
	upgrade_of "$server"
	apt_goes_through install "$server"
	upgrade_of "$server"
	pg_createcluster "$version" second >/dev/null
	apt_is_stopped_by check-postgresql install "$server" -- "$version/second: " 'no response'
	rm "/etc/postgresql/$version/second/start.conf" # means the same
	apt_is_stopped_by check-postgresql install "$server" -- "$version/second: " 'no response'
}

test_a_check_does_not_touch_other_packages() {
	use_example check-postgresql
	use_example dump-postgresql
	package app 1
	apt_succeeds install app
}
