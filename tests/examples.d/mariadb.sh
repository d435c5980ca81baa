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

rows() {
	mariadb "$@" --skip-column-names --execute 'select * from shop.goods order by name'
}

test_a_dump_restores_into_a_fresh_server() {
	local fresh=(--socket=/run/mysqld/fresh.sock)
	a_shop
	an_upgrade
	old_dumps mariadb '' .1.sql
	rows >/rows.before
	(($(wc -l </rows.before) == 1001)) || fail "the test is broken: $(cat /rows.before)"
	apt_goes_through install mariadb-server
	expect_equal "$(cat /upgraded)" "$(version_of mariadb-server)"
	expect_old_dumps_to_have_gone mariadb '' .1.sql
	[[ -s $(echo $dumps/mariadb/*".$before.sql") ]] || fail 'no dump has the old version in its name'
	install -d -o mysql -g mysql /var/lib/fresh
	# The name of this machine may not resolve.
	mariadb-install-db --user=mysql --datadir=/var/lib/fresh --force >/fresh.log 2>&1 ||
		fail "$(cat /fresh.log)"
	mariadbd --user=mysql --datadir=/var/lib/fresh "${fresh[@]}" --skip-networking \
		--pid-file=/run/mysqld/fresh.pid >>/fresh.log 2>&1 &
	wait_until mariadb-admin "${fresh[@]}" ping
	mariadb "${fresh[@]}" <"$(echo $dumps/mariadb/*".$before.sql")"
	mariadb "${fresh[@]}" --execute 'flush privileges'
	rows "${fresh[@]}" | expect_file /rows.before
	rows "${fresh[@]}" --user=shopkeeper --password=secret | expect_file /rows.before
	mariadb "${fresh[@]}" --execute 'call shop.sale()'
}

test_no_dump_of_a_server_that_is_down_so_no_upgrade() {
	an_upgrade
	old_dumps mariadb '' .1.sql
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
