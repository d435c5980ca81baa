# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# mallory prepares the directory of sessions or files in it, or tries to keep a session from ending,
# or to have one closed that she invented.
. /tests/lib/attacker.sh

sessions=/var/lib/apt-universal-hooks/sessions
boot=$(cat /proc/sys/kernel/random/boot_id)
# The key of a session that she invented, of a process that does not exist. The hook of "victim" would
# run for it.
owner=99999-1-1

probe pkgs/victim/Session-End/own
probe Session-End/general
cat >/etc/apt/apt.conf.d/90always <<'EOT'
Universal-Hooks::Scripts::pkgs/victim::When "always";
Universal-Hooks::Scripts::Session-End/general::When "always";
EOT

her_directory() {
	mkdir -p -m 755 "${sessions%/*}"
	install -d -o mallory -g mallory -m 755 "$sessions"
}

# The directory now belongs to root, but the files in it are still hers.
give_directory_to_root() {
	chown root:root "$sessions"
	chmod 755 "$sessions"
}

forged_mark() {
	printf '%s lock\n' "$boot"
}

forged_run() {
	cat <<-'EOT'
		VERSION 3
		Universal-Hooks-Record::Format=1
		Universal-Hooks-Record::Size=36
		Universal-Hooks::Scripts::pkgs/victim::When=always

		victim - - none < 1 all none /x.deb
	EOT
}

she_forges_a_session() {
	forged_mark | mallory_writes "$sessions/$owner.session"
	forged_run | mallory_writes "$sessions/$owner.run-1"
	echo ok | mallory_writes "$sessions/$owner.outcome-1"
	as_mallory mkdir -p "$sessions/$owner/etc/apt/universal-hooks/Session-End"
	mallory_plants "$sessions/$owner/etc/apt/universal-hooks/Session-End/hers"
	echo 'Universal-Hooks::Scripts::Session-End/hers::When=always' | mallory_writes "$sessions/$owner.settings"
}

# How many sessions the general hook has seen.
expect_sessions() {
	expect_equal "$1" "$(grep -c Session-End/general /runs || true)" 'sessions'
}

expect_victim_unharmed() {
	! grep -q victim /runs || fail 'a hook ran for a session that mallory invented'
	expect_not_owned
}

test_she_cannot_make_the_folder_nor_a_file_in_it() {
	mallory_cannot mkdir -p "$sessions"
	apt_succeeds install app
	wait_for_waiters
	mallory_cannot touch "$sessions/$owner.session"
	mallory_cannot ln -s /srv/mallory "$sessions/link"
}

# Shows that the tests below would notice: the same files, made by root, are a session.
test_a_session_of_roots_is_closed() {
	mkdir -p "$sessions"
	forged_mark >"$sessions/$owner.session"
	forged_run >"$sessions/$owner.run-1"
	echo ok >"$sessions/$owner.outcome-1"
	apt_is_not_held_up install app
	wait_for_waiters
	grep -q victim /runs || fail 'the hook of an abandoned session should have run'
	expect_sessions 2
}

test_the_folder_is_hers() {
	her_directory
	she_forges_a_session
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	form=E expect_warning "$sessions" mallory
	expect_victim_unharmed
	[[ -z $(find "$sessions" -user root) ]] || fail 'root wrote into her directory'
}

test_the_folder_is_open() {
	mkdir -p "${sessions%/*}"
	install -d -m 1777 "$sessions"
	she_forges_a_session
	apt_is_not_held_up install app
	expect_victim_unharmed
	[[ -z $(find "$sessions" -mindepth 1 -user root) ]] || fail 'root wrote into an open directory'
}

test_the_folder_is_a_link_to_hers() {
	mkdir -p "${sessions%/*}"
	ln -s /srv/mallory "$sessions"
	apt_is_not_held_up install app
	[[ -z $(find /srv/mallory -mindepth 1 -user root) ]] || fail 'root wrote into her directory'
}

test_a_FIFO_in_the_place_of_the_folder() {
	mkdir -p "${sessions%/*}"
	mkfifo -m 666 "$sessions"
	apt_is_not_held_up install app
}

test_a_session_of_hers_in_a_folder_that_is_roots_by_now() {
	her_directory
	she_forges_a_session
	give_directory_to_root
	apt_is_not_held_up install app
	wait_for_waiters
	expect_victim_unharmed
	expect_sessions 1
}

test_copies_of_hers_for_a_session_of_roots() {
	her_directory
	as_mallory mkdir -p "$sessions/$owner/etc/apt/universal-hooks/Session-End"
	mallory_plants "$sessions/$owner/etc/apt/universal-hooks/Session-End/hers"
	give_directory_to_root
	forged_mark >"$sessions/$owner.session"
	apt_is_not_held_up install app
	wait_for_waiters
	expect_not_owned
}

test_files_of_hers_that_are_FIFOs() {
	local suffix
	her_directory
	for suffix in session open waiter run-1 outcome-1 stopped runs settings; do
		as_mallory mkfifo -m 666 "$sessions/$owner.$suffix"
	done
	give_directory_to_root
	apt_is_not_held_up install app
	wait_for_waiters
	expect_sessions 1
}

test_files_of_hers_that_she_has_locked() {
	local suffix files=()
	her_directory
	for suffix in session open waiter; do
		forged_mark | mallory_writes "$sessions/$owner.$suffix"
		files+=("$sessions/$owner.$suffix")
	done
	give_directory_to_root
	expect_equal 3 "$(mallory_holds "${files[@]}")" 'locks'
	apt_is_not_held_up install app
}

test_she_cannot_lock_what_root_has_made() {
	# shellcheck disable=SC2016
	then='chmod -R u+rwX /srv/mallory
		for file in /var/lib/apt-universal-hooks/sessions/*; do
			! setpriv --reuid=7777 --regid=7777 --clear-groups -- flock --nonblock "$file" true || echo "$file"
		done >/locked 2>/dev/null' probe Pre-Invoke/tries
	apt_succeeds install app
	wait_for_waiters
	[[ -e /locked ]] || fail 'she has not tried'
	expect_equal '' "$(cat /locked)" 'the files that she could lock'
}

# Whoever closes a session needs its lock.
test_she_cannot_lock_the_folder() {
	apt_succeeds install app
	wait_for_waiters
	expect_equal 0 "$(mallory_holds "$sessions")" 'locks'
	package app 2
	apt_is_not_held_up install app
	wait_for_waiters
	expect_sessions 2
}

# A flaw of dpkg's would be needed: only root can open the file.
test_she_cannot_hold_the_lock_of_frontends() {
	apt_succeeds install app
	mallory_cannot sh -c ': >>/var/lib/dpkg/lock-frontend'
	mallory_cannot sh -c ': </var/lib/dpkg/lock-frontend'
}

# A setting of hers for sudo's env_keep, or an account that may run apt with its own environment.
test_her_variable_does_not_switch_sessions_off() {
	local key
	publish
	for key in "$owner" 1-1-1 '' ../../x "$(printf '%.0s9' {1..500})-1-1"; do
		APT_UNIVERSAL_HOOKS_SESSION=$key run_apt apt-get --yes --reinstall install app </dev/null
		expect_equal 0 "$apt_status" "apt's exit status"
		wait_for_waiters
	done
	expect_sessions 5
}

# Shows that the test above would notice: the variable of a session that is being closed does it.
test_only_the_variable_of_a_session_that_is_being_closed_does() {
	mkdir -p "$sessions"
	{ forged_mark && echo closing; } >"$sessions/$owner.session"
	publish
	APT_UNIVERSAL_HOOKS_SESSION=$owner run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_sessions 0
}

test_hostile_keys() {
	local key
	mkdir -p "$sessions" /srv/target
	printf '%s lock\n' "$boot" | tee "$sessions/../x.session" >/srv/target/1-1-1.session
	for key in '' . .. / ../x ../../../../srv/target/1-1-1 /srv/target/1-1-1 1-1-1/../../x '*' -1-1-1 \
		1-1-01 $'1-1-1\n' 1-1-1.session 99999999999999999999-1-1 1-99999999999999999999999-1 \
		'%s%n%s%n' unknown-x "$(printf '%.0sA' {1..5000})"; do
		timeout 60 "$helper" Session-End "$key" </dev/null >/output 2>&1 || fail "\"$key\": ended with $?"
		[[ ! -s /output ]] || fail "\"$key\": $(cat /output)"
	done
	expect_equal /var/lib/apt-universal-hooks/x.session "$(ls /var/lib/apt-universal-hooks/*.session)" 'the file outside'
	[[ -e /srv/target/1-1-1.session ]] || fail 'a file elsewhere was deleted'
	[[ -z $(ls -A "$sessions") ]] || fail "files were made: $(ls -A "$sessions")"
	expect_sessions 0
}

# She can name any key; only root's files are sessions to her, and she can read none.
test_she_calls_the_helper() {
	mkdir -p "$sessions"
	forged_mark >"$sessions/$owner.session"
	chmod 600 "$sessions/$owner.session"
	as_mallory "$helper" Session-End "$owner" </dev/null >/mallory.output 2>&1 || true
	[[ -e $sessions/$owner.session ]] || fail 'she has closed a session'
	expect_sessions 0
	! grep -q "$boot" /mallory.output || fail 'she reads the mark'
}

# The pid of an owner that has ended is now hers: nobody waits for her process.
test_her_process_has_the_pid_of_an_owner() {
	as_mallory sleep 1000 &
	local pid=$! start
	start=$(cut -d ' ' -f 22 "/proc/$pid/stat")
	mkdir -p "$sessions"
	# Of another start time; of another boot; a waiter that is hers.
	forged_mark >"$sessions/$pid-1-1.session"
	echo "$pid-1" >"$sessions/$pid-1-1.open"
	echo 'of-another-boot process' >"$sessions/$pid-$start-1.session"
	echo "$pid-$start" | tee "$sessions/$pid-$start-1.open" >"$sessions/$pid-$start-1.waiter"
	apt_is_not_held_up install app
	wait_for_waiters
	expect_sessions 3
	[[ -z $(find "$sessions" -mindepth 1) ]] || fail "left: $(find "$sessions" -mindepth 1)"
}

# A process cannot be a waiter by its name or arguments, only by a lock that she cannot take.
test_her_process_pretends_to_be_a_waiter() {
	mkdir -p "$sessions"
	forged_mark >"$sessions/$owner.session"
	as_mallory bash -c 'exec -a "$0" sleep 1000' "$helper" Session-End "$owner" &
	apt_is_not_held_up install app
	wait_for_waiters
	expect_sessions 2
}

test_kept_output_that_is_a_link_of_hers() {
	: >/target
	rm -f /var/log/apt/universal-hooks*.log
	ln -s /target /var/log/apt/universal-hooks-term.log
	ln -s /target /var/log/apt/universal-hooks.log
	then='echo said' probe Session-End/speaks
	apt_is_not_held_up install app
	wait_for_waiters
	grep -q Session-End/speaks /runs || fail 'the hook should have run'
	expect_sessions 1
	[[ ! -s /target ]] || fail "root wrote through a symlink: $(cat /target)"
}
