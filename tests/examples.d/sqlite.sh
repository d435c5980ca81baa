# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: sqlite3
# Dumps of a real SQLite database before the upgrade of a sample package.
. /tests/lib/examples.sh

database=/var/lib/fail2ban/fail2ban.sqlite3
copies=sqlite$database

a_database() {
	mkdir -p "${database%/*}"
	sqlite3 "$database" "
		pragma journal_mode = wal;
		create table bans (ip text, jail text);
		insert into bans values ('192.0.2.1', 'sshd'), ('2001:db8::1', 'it''s \"me\"');" >/dev/null
}

an_upgrade() {
	package fail2ban 1
	apt_succeeds install fail2ban
	package fail2ban 2
	use_example dump-sqlite
}

expect_version() {
	expect_equal "$1" "$(version_of fail2ban)"
}

test_a_dump_is_a_database_with_all_rows() {
	a_database
	an_upgrade
	old_dumps "$copies" .sqlite3
	apt_succeeds install fail2ban
	expect_version 2
	expect_old_dumps_to_have_gone "$copies" .sqlite3
	sqlite3 "$(dump_in "$copies")" 'select * from bans' >/rows
	expect_file /rows <<-'ROWS'
		192.0.2.1|sshd
		2001:db8::1|it's "me"
	ROWS
}

test_a_dump_is_whole_while_somebody_writes() {
	a_database
	an_upgrade
	mkfifo /to.writer
	sqlite3 "$database" </to.writer >/from.writer &
	exec 7>/to.writer
	# The first row is committed, but only in the WAL; the second is not committed.
	echo "insert into bans values ('198.51.100.1', 'there'); begin;
		insert into bans values ('198.51.100.2', 'not yet'); select 'written';" >&7
	wait_until grep -q written /from.writer
	apt_succeeds install fail2ban
	echo 'commit;' >&7
	exec 7>&-
	wait
	expect_dumps sqlite 1
	expect_equal 3 "$(sqlite3 "$(dump_in "$copies")" 'select count(*) from bans')"
	expect_equal 4 "$(sqlite3 "$database" 'select count(*) from bans')"
}

test_without_a_database_there_is_nothing_to_lose() {
	an_upgrade
	apt_goes_through install fail2ban
	grep -qF "$database: does not exist" "$errors" || fail 'no word on the missing database'
	expect_version 2
	expect_dumps sqlite 0
}

test_no_dump_of_what_is_no_database_so_no_upgrade() {
	a_database
	head -c 20000 /dev/zero >"$database"
	an_upgrade
	old_dumps "$copies" .sqlite3
	apt_is_stopped_by dump-sqlite install fail2ban
	expect_version 1
	expect_dumps sqlite 7
}

test_no_dump_of_a_damaged_database_so_no_upgrade() {
	a_database
	sqlite3 "$database" "
		pragma journal_mode = delete;
		create index by_ip on bans (ip);
		insert into bans select 'ip ' || hex(randomblob(100)), 'jail' from generate_series(1, 500);
		" >/dev/null
	# A row that differs from its entry in the index.
	sqlite3 "$database" '.dbconfig defensive off' "pragma writable_schema = on;
		update sqlite_master set sql = 'create index by_ip on bans (jail)'
			where name = 'by_ip';" >/dev/null
	an_upgrade
	apt_is_stopped_by dump-sqlite install fail2ban -- 'is damaged'
	expect_version 1
	expect_dumps sqlite 0
}

test_no_room_for_a_dump_so_no_upgrade() {
	a_database
	sqlite3 "$database" "insert into bans values (hex(randomblob(1000000)), 'big');"
	an_upgrade
	a_small_disk
	apt_is_stopped_by dump-sqlite install fail2ban
	expect_version 1
	expect_dumps sqlite 0
}

test_no_tool_for_a_dump_so_no_upgrade() {
	a_database
	an_upgrade
	rm /usr/bin/sqlite3
	apt_is_stopped_by dump-sqlite install fail2ban -- 'not found'
	expect_version 1
	expect_dumps sqlite 0
}

test_a_purge_is_preceded_by_a_dump_and_an_installation_is_not() {
	a_database
	use_example dump-sqlite
	package fail2ban 1
	apt_succeeds install fail2ban
	expect_dumps sqlite 0
	apt_succeeds purge fail2ban
	expect_dumps sqlite 1
}

test_a_second_database_keeps_its_own_copies() {
	local second=/var/lib/other/fail2ban.sqlite3
	a_database
	mkdir -p "${second%/*}"
	sqlite3 "$second" 'create table other (id); insert into other values (2)'
	an_upgrade
	another dump-sqlite 060-dump-other "s|^database=.*|database=$second|"
	old_dumps "$copies" .sqlite3
	old_dumps "sqlite$second" .sqlite3
	echo 'not a copy' >"$dumps/$copies/20200101 before the move.sqlite3"
	chmod 600 "$dumps/$copies/20200101 before the move.sqlite3"
	apt_succeeds install fail2ban
	[[ -e "$dumps/$copies/20200101 before the move.sqlite3" ]] || fail 'a file of somebody is gone'
	rm "$dumps/$copies/20200101 before the move.sqlite3"
	expect_old_dumps_to_have_gone "$copies" .sqlite3
	expect_old_dumps_to_have_gone "sqlite$second" .sqlite3
	expect_equal 2 "$(sqlite3 "$(dump_in "$copies")" 'select count(*) from bans')"
	expect_equal 2 "$(sqlite3 "$(dump_in "sqlite$second")" 'select id from other')"
}

test_ten_runs_of_dpkg_leave_the_copy_from_before_the_first() {
	local n
	a_database
	an_upgrade
	apt_succeeds install fail2ban
	sqlite3 "$database" 'delete from bans'
	for n in {3..11}; do
		package fail2ban "$n"
		apt_succeeds install fail2ban
	done
	expect_dumps sqlite 10
	expect_equal 2 "$(sqlite3 "$(find "$dumps" -type f | sort | head -n 1)" \
		'select count(*) from bans')"
}

test_an_old_copy_that_cannot_be_deleted_stops_nothing() {
	a_database
	an_upgrade
	old_dumps "$copies" .sqlite3
	an_undeletable_dump "$copies" .sqlite3
	apt_goes_through install fail2ban
	expect_version 2
	grep -qF 'old copies cannot be deleted' "$errors" || fail 'no word on the old copies'
	[[ -n $(dump_in "$copies") ]]
}

test_a_copy_that_was_killed_half_way_is_no_obstacle() {
	a_database
	an_upgrade
	install -d -m 700 "$dumps/$copies"
	head -c 20000 /dev/urandom >"$dumps/$copies/new"
	apt_succeeds install fail2ban
	expect_dumps sqlite 1
	expect_equal 2 "$(sqlite3 "$(dump_in "$copies")" 'select count(*) from bans')"
}

# The three configurations of README.md.
test_one_script_has_three_configurations() {
	local name
	sed -n '/^    Universal-Hooks::Scripts {/,/^    };/s/^    //p' "$examples/README.md" >$settings
	install -D -m 755 "$examples/dump-sqlite" /etc/local-hooks/dump-sqlite
	mkdir -p "$hooks/Pre-Install-Pkgs"
	for name in orders wiki bans; do
		ln -s /etc/local-hooks/dump-sqlite "$hooks/Pre-Install-Pkgs/200-dump-$name"
	done
	a_database
	for name in shop/orders wiki/wiki; do
		mkdir -p "/var/lib/${name%/*}"
		cp "$database" "/var/lib/$name.sqlite3"
	done
	package shop-common 1
	package shop-doc 1
	package wiki 1
	package fail2ban 1
	apt_succeeds install shop-common wiki
	expect_dumps sqlite 2
	version_of wiki >/dev/null
	apt_succeeds install shop-doc fail2ban
	expect_dumps sqlite 3
	[[ -f $(dump_in sqlite/var/lib/shop/orders.sqlite3) && -f $(dump_in sqlite/var/lib/wiki/wiki.sqlite3) &&
		-f $(dump_in "$copies") ]] || fail "$(find "$dumps")"
	# Only that of orders stops apt.
	rm /var/lib/*/*.sqlite3*
	echo damaged >/var/lib/shop/orders.sqlite3
	echo damaged >/var/lib/wiki/wiki.sqlite3
	apt_succeeds_but_warns remove wiki
	expect_warning 200-dump-wiki
	apt_fails remove shop-common
	expect_dumps sqlite 3
}
