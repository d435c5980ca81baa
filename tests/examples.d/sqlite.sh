# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: sqlite3
# Dumps of a real SQLite database before the upgrade of a sample package.
. /tests/lib/examples.sh

database=/var/lib/fail2ban/fail2ban.sqlite3

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
	local dump
	a_database
	an_upgrade
	old_dumps sqlite '' .sqlite3
	apt_succeeds install fail2ban
	expect_version 2
	expect_old_dumps_to_have_gone sqlite '' .sqlite3
	dump=$(find $dumps/sqlite -type f -size +0)
	sqlite3 "$dump" 'select * from bans' >/rows
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
	expect_equal 3 "$(sqlite3 $dumps/sqlite/*.sqlite3 'select count(*) from bans')"
	expect_equal 4 "$(sqlite3 "$database" 'select count(*) from bans')"
}

test_without_a_database_there_is_nothing_to_lose() {
	an_upgrade
	apt_succeeds install fail2ban
	expect_version 2
	expect_dumps sqlite 0
}

test_no_dump_of_what_is_no_database_so_no_upgrade() {
	a_database
	head -c 20000 /dev/zero >"$database"
	an_upgrade
	old_dumps sqlite '' .sqlite3
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
	mkdir -p $dumps
	mount -t tmpfs -o size=1m,mode=700 tmpfs $dumps
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
