# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: mariadb-server mariadb-client
# Dumps of a real MariaDB server, whose real package is upgraded.
. /tests/lib/examples.sh

a_shop() {
	service mariadb start >/mariadb.start 2>&1 || fail "$(cat /mariadb.start)"
	wait_until mariadb-admin ping
	mariadb --execute "
		create database shop character set utf8mb4;
		use shop;
		create table shop.goods (name varchar(100) primary key, price decimal(10, 2));
		insert into shop.goods select concat('thing ', seq), seq * 1.25 from seq_1_to_1000;
		insert into shop.goods values ('a \"quoted\" ''thing''\\nof ü', null);
		create procedure shop.sale() update shop.goods set price = price / 2;
		create user shopkeeper@localhost identified by 'secret';
		grant select on shop.* to shopkeeper@localhost"
}

an_upgrade() {
	before=$(version_of mariadb-server)
	use_example dump-mariadb
	upgrade_of mariadb-server
}

fresh=(--socket=/run/mysqld/fresh.sock)

a_fresh_server() {
	install -d -o mysql -g mysql /var/lib/fresh
	# The name of this machine may not resolve.
	mariadb-install-db --user=mysql --datadir=/var/lib/fresh --force >/fresh.log 2>&1 ||
		fail "$(cat /fresh.log)"
	mariadbd --user=mysql --datadir=/var/lib/fresh "${fresh[@]}" --skip-networking \
		--pid-file=/run/mysqld/fresh.pid >>/fresh.log 2>&1 &
	wait_until mariadb-admin "${fresh[@]}" ping
}

rows() {
	mariadb "$@" --skip-column-names --execute 'select * from shop.goods order by name'
}

test_a_dump_restores_into_a_fresh_server() {
	a_shop
	an_upgrade
	old_dumps mariadb .sql
	rows >/rows.before
	(($(wc -l </rows.before) == 1001)) || fail "the test is broken: $(cat /rows.before)"
	apt_goes_through install mariadb-server
	expect_equal "$(cat /upgraded)" "$(version_of mariadb-server)"
	expect_old_dumps_to_have_gone mariadb .sql
	a_fresh_server
	mariadb "${fresh[@]}" <"$(dump_in mariadb)"
	rows "${fresh[@]}" | expect_file /rows.before
	rows "${fresh[@]}" --user=shopkeeper --password=secret | expect_file /rows.before
	mariadb "${fresh[@]}" --execute 'call shop.sale()'
}

test_no_dump_of_a_server_that_is_down_so_no_upgrade() {
	an_upgrade
	old_dumps mariadb .sql
	apt_is_stopped_by dump-mariadb install mariadb-server -- 'Got error: 2002'
	expect_equal "$before" "$(version_of mariadb-server)"
	expect_dumps mariadb 7
}

test_a_dump_that_breaks_off_leaves_nothing() {
	a_shop
	mariadb --execute "create view shop.broken as select price from shop.goods;
		alter table shop.goods drop column price"
	an_upgrade
	apt_is_stopped_by dump-mariadb install mariadb-server -- shop.broken
	expect_equal "$before" "$(version_of mariadb-server)"
	expect_dumps mariadb 0
}

test_chosen_databases_have_dumps_of_their_own() {
	a_shop
	mariadb --execute 'create database wiki; create table wiki.page (id int)'
	an_upgrade
	with_variables dump-mariadb 'DUMP_DATABASES=shop wiki'
	old_dumps mariadb/shop .sql
	rows >/rows.before
	apt_goes_through install mariadb-server
	expect_old_dumps_to_have_gone mariadb/shop .sql
	expect_dumps mariadb/wiki 1
	expect_dumps mariadb 6
	a_fresh_server
	mariadb "${fresh[@]}" <"$(dump_in mariadb/shop)"
	rows "${fresh[@]}" | expect_file /rows.before
}

test_a_server_of_another_name_has_its_own_account_and_dumps() {
	a_shop
	mariadb --execute "create user backup@127.0.0.1 identified by 'a secret';
		grant all on *.* to backup@127.0.0.1"
	an_upgrade
	another dump-mariadb 060-dump-other 's/^server=.*/server=other/'
	local_file other.cnf <<-'CNF'
		[client]
		host = 127.0.0.1
		user = backup
		password = "a secret"
	CNF
	old_dumps mariadb .sql
	old_dumps other .sql
	apt_goes_through install mariadb-server
	expect_old_dumps_to_have_gone mariadb .sql
	expect_old_dumps_to_have_gone other .sql
	grep -q 'Host: 127.0.0.1' "$(dump_in other)" || fail "$(head -n 5 "$(dump_in other)")"
}

# The program is the one that MariaDB has under MySQL's name.
test_without_mariadb_dump_the_one_of_mysql_is_used() {
	a_shop
	an_upgrade
	rm /usr/bin/mysqldump
	mv /usr/bin/mariadb-dump /usr/bin/mysqldump
	apt_goes_through install mariadb-server
	expect_dumps mariadb 1
}

test_no_tool_for_a_dump_so_no_upgrade() {
	a_shop
	an_upgrade
	rm /usr/bin/mysqldump /usr/bin/mariadb-dump
	apt_is_stopped_by dump-mariadb install mariadb-server -- 'mariadb-dump: not found'
	expect_dumps mariadb 0
}

test_a_full_disk_leaves_no_dump_and_the_old_ones_so_no_upgrade() {
	a_shop
	mariadb --execute "create table shop.big (page longtext);
		insert into shop.big select repeat(md5(seq), 100) from shop.seq_1_to_1000"
	an_upgrade
	a_small_disk
	old_dumps mariadb .sql
	apt_is_stopped_by dump-mariadb install mariadb-server -- 'errno 28'
	expect_equal "$before" "$(version_of mariadb-server)"
	expect_dumps mariadb 7
}

# Some releases of the program do not notice.
test_a_dump_without_its_last_line_is_none() {
	a_shop
	an_upgrade
	mv /usr/bin/mariadb-dump /usr/bin/the-real-dump
	printf '#!/bin/sh\nthe-real-dump "$@" | head -n -1\n' >/usr/bin/mariadb-dump
	chmod 755 /usr/bin/mariadb-dump
	apt_is_stopped_by dump-mariadb install mariadb-server -- 'is incomplete'
	expect_dumps mariadb 0
}

test_ten_runs_of_dpkg_leave_the_dump_from_before_the_first() {
	local n
	a_shop
	an_upgrade
	for n in {1..10}; do
		apt_goes_through install --reinstall mariadb-server
		mariadb --execute 'drop database if exists shop' 2>/dev/null
	done
	expect_dumps mariadb 10
	grep -q shopkeeper "$(find "$dumps" -type f | sort | head -n 1)" || fail 'the first is gone'
	grep -q 'a .*quoted' "$(find "$dumps" -type f | sort | head -n 1)" || fail 'the first is gone'
}
