# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What mallory must not read, and what of root's a hook that runs as her (User) must not change.
. /tests/lib/attacker.sh

# mallory_meanwhile TEXT: runs shell code as her while dpkg runs; /meanwhile.output gets its output.
mallory_meanwhile() {
	rm -f "$repository"/*.deb
	as_mallory sh -c 'cat >/srv/mallory/meanwhile' <<<"$1"
	preinst='setpriv --reuid=7777 --regid=7777 --clear-groups bash /srv/mallory/meanwhile \
		>/meanwhile.output 2>&1 </dev/null || true' package app 1
}

test_the_record_and_what_else_is_kept_while_dpkg_runs() {
	mallory_meanwhile "ls $state; for f in $state/*; do cat \$f && echo READ \$f; done"
	cat >/etc/apt/apt.conf.d/proxy <<<'Acquire::http::Proxy "http://user:secret@proxy.invalid/";'
	probe Pre-Invoke/always
	probe pkgs/app/Post-Invoke/own
	apt_succeeds install app
	grep -q transaction /meanwhile.output || fail 'the test is broken: there was no record'
	! grep READ /meanwhile.output || fail 'she read it'
}

test_passwords_of_apts_configuration_in_all_that_she_can_read() {
	mallory_meanwhile "grep -a -r -l s3cre[t] $state /run /var/log/apt /proc/[0-9]*/environ \
		/proc/[0-9]*/cmdline /tmp /var/tmp | sed \"s/^/FOUND /\""
	cat >/etc/apt/apt.conf.d/proxy <<<'Acquire::http::Proxy "http://user:s3cret@proxy.invalid/";'
	chmod 600 /etc/apt/apt.conf.d/proxy
	cat >/etc/apt/apt.conf.d/90user <<<'Universal-Hooks::Scripts::Post-Invoke/user::User "mallory";'
	probe pkgs/app/Post-Invoke/own
	hook Post-Invoke/user <<-'EOT'
		#!/bin/sh
		tr '\0' '\n' </proc/$$/environ >/srv/mallory/environment
		cat /run/apt-universal-hooks/* "$APT_UNIVERSAL_HOOKS_TRANSACTION" >/srv/mallory/files
	EOT
	publish
	run_apt apt-get --yes install app </dev/null
	[[ -s /srv/mallory/files ]] || fail 'the test is broken: her hook did not run'
	! grep FOUND /meanwhile.output || fail 'the password can be read'
	! grep -a s3cret /srv/mallory/* "$log" || fail 'the password can be read'
}

test_the_guard_and_the_helper_by_way_of_proc() {
	mallory_meanwhile '
		for p in /proc/[0-9]*; do
			[ "$(cat $p/comm)" = helper ] || continue
			echo helper
			cat $p/environ $p/mem $p/maps && echo READ
			ls $p/fd/ && echo READ
			kill -0 ${p##*/} && echo SIGNALLED
			for s in TERM KILL STOP HUP CONT; do kill -$s ${p##*/} && echo SIGNALLED; done
		done'
	cat >/etc/apt/apt.conf.d/90always <<<'Universal-Hooks::Scripts::Post-Invoke::When "always";'
	probe Pre-Invoke/always
	probe Post-Invoke/always
	apt_succeeds install app
	grep -qx helper /meanwhile.output || fail 'the test is broken: there was no guard'
	! grep -x 'READ\|SIGNALLED' /meanwhile.output || fail 'she could read or signal it'
}

# Creates a Post-Invoke hook with "User mallory" from stdin.
hook_of_mallory() {
	cat >/etc/apt/apt.conf.d/90user <<<'Universal-Hooks::Scripts::Post-Invoke/user::User "mallory";'
	hook Post-Invoke/user
}

test_what_a_hook_that_runs_as_her_does_to_the_helper() {
	hook_of_mallory <<-'EOT'
		#!/bin/bash
		exec >/srv/mallory/output 2>&1
		for s in 0 TERM KILL STOP; do kill -$s $PPID && echo DONE; done
		cat /proc/$PPID/environ && echo DONE
		: >/proc/$PPID/mem && echo DONE
		for fd in /proc/$$/fd/*; do echo "fd ${fd##*/}"; done
		touch /run/apt-universal-hooks/x && echo DONE
		for f in /run/apt-universal-hooks/*; do
			rm -f "$f" && echo DONE
			: >"$f" && echo DONE
		done
		setpriv --reuid=0 true && echo DONE
		echo over
	EOT
	probe Post-Invoke/z-after
	publish
	run_apt apt-get --yes install app </dev/null
	grep -qx over /srv/mallory/output || fail 'the test is broken: her hook did not run'
	! grep -x DONE /srv/mallory/output || fail "she could: $(cat /srv/mallory/output)"
	# bash has opened 255, the script, and 3, the directory that it lists.
	expect_equal 'fd 0 fd 1 fd 2 fd 255 fd 3' "$(grep '^fd' /srv/mallory/output | xargs)" descriptors
	grep -q z-after /runs || fail 'the next hook did not run'
}

# A key in root's session keyring, by system calls of amd64, since keyctl(1) is not installed.
join_a_keyring_with_a_secret='my ($type, $name, $secret) = ("user", "secret", "s3cret");
	syscall(250, 1, 0) > 0 or exit 77; # keyctl(KEYCTL_JOIN_SESSION_KEYRING)
	syscall(248, $type, $name, $secret, length $secret, -3) > 0 or exit 77; # add_key
	exec @ARGV'
search_the_keyring='my ($type, $name) = ("user", "secret");
	print syscall(250, 10, -3, $type, $name, 0) > 0 ? "FOUND\n" : "none\n"'

# Prints what the hook that runs as her has found, and ends her output with "over".
hook_of_mallory_that_looks_around() {
	hook_of_mallory <<-EOT
		#!/bin/bash
		exec >/srv/mallory/output 2>&1
		for fd in /proc/\$\$/fd/{3..99}; do [[ ! -e \$fd ]] || echo "\${fd##*/} \$(readlink \$fd)"; done
		{ : >&44; } 2>/dev/null && echo 'WROTE to 44'
		grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status
		[[ \$(uname -m) != x86_64 ]] || perl -e '$search_the_keyring'
		echo over
	EOT
	: >/secret
	chmod 600 /secret
}

expect_that_she_inherited_nothing() {
	grep -qx over /srv/mallory/output || fail "the test is broken: $(cat /srv/mallory/output)"
	! grep /secret /srv/mallory/output || fail 'she has a file of root'
	! grep 'WROTE' /srv/mallory/output || fail 'she can write to a file of root'
	! grep '^Cap...:.*[1-9a-f]' /srv/mallory/output || fail 'she has capabilities'
	! grep FOUND /srv/mallory/output || fail "she has the keys of root's session"
}

# with_something_to_inherit COMMAND...: with descriptors, an inheritable capability and a key.
with_something_to_inherit() {
	if [[ $(uname -m) == x86_64 ]]; then
		set -- perl -e "$join_a_keyring_with_a_secret" "$@"
	fi
	setpriv --inh-caps=+chown -- "$@" 7</secret 44<>/secret
}

test_what_a_hook_that_runs_as_her_inherits_from_run() {
	hook_of_mallory_that_looks_around
	with_something_to_inherit apt-universal-hooks run Post-Invoke
	expect_that_she_inherited_nothing
}

# With APT::Keep-Fds apt passes descriptors on, for other hooks than hers.
test_what_a_hook_that_runs_as_her_inherits_from_apt() {
	hook_of_mallory_that_looks_around
	then='ls /proc/$$/fd >>/runs' probe Post-Invoke/root
	publish
	with_something_to_inherit apt-get --yes -o APT::Keep-Fds::=7 -o APT::Keep-Fds::=44 install app \
		>"$output" 2>"$errors" </dev/null
	expect_that_she_inherited_nothing
	grep -qx 44 /runs || fail 'the test is broken: apt has not kept 44'
}

test_what_a_hook_that_runs_as_her_inherits_without_proc() {
	hook_of_mallory_that_looks_around
	# The helper has none; her hook mounts its own in order to look.
	mkdir /proc.kept
	mount --bind /proc /proc.kept
	sed -i 's:/proc/\$\$:/proc.kept/$$:g; s:/proc/self:/proc.kept/self:g' "$hooks/Post-Invoke/user"
	umount -l /proc
	with_something_to_inherit apt-universal-hooks run Post-Invoke
	expect_that_she_inherited_nothing
	grep -q '^CapInh' /srv/mallory/output || fail 'the test is broken: she did not look'
}

# Her hook must not change anything for the next one.
test_what_a_hook_that_runs_as_her_leaves_for_the_next() {
	hook_of_mallory <<-'EOT'
		#!/bin/bash
		umask 0
		cd /srv/mallory
		ulimit -n 3
		echo evil 2>/dev/null >"$APT_UNIVERSAL_HOOKS_TRANSACTION"
		export PATH=/srv/mallory
		exit 0
	EOT
	then='echo "$(umask) $(pwd) $PATH" >>/runs' probe Post-Invoke/z-after TRANSACTION
	mallory_plants /srv/mallory/cat
	publish
	run_apt env PATH=/usr/sbin:/usr/bin:/sbin:/bin apt-get --yes install app </dev/null
	expect_runs <<-'EOT'
		Post-Invoke/z-after
		  app|all|install|-|1|done
		0022 / /usr/sbin:/usr/bin:/sbin:/bin
	EOT
	expect_not_owned
}

test_a_hook_that_runs_as_her_and_leaves_children_behind_is_ended_by_Timeout() {
	cat >/etc/apt/apt.conf.d/90timeout <<<'Universal-Hooks::Scripts::Post-Invoke/user::Timeout "1";'
	hook_of_mallory <<-'EOT'
		#!/bin/bash
		(trap '' TERM; exec setsid sleep 1000) >/dev/null 2>&1 </dev/null &
		sleep 1000
	EOT
	apt_is_not_held_up install app
	! pgrep -u 7777 sleep >/dev/null 2>&1 || fail 'something of hers still runs'
	! grep -l '^Uid:.7777' /proc/[0-9]*/status 2>/dev/null || fail 'something of hers still runs'
}

test_the_log_can_be_read_and_not_written() {
	probe Pre-Invoke/always
	apt_succeeds install app
	as_mallory cat "$log" >/dev/null || fail 'others should be able to read the log'
	mallory_cannot sh -c 'echo x >>"$1"' sh "$log"
	mallory_cannot mv "$log" "$log.1"
}

test_nothing_of_ours_is_in_tmp() {
	then='ls -A /tmp /var/tmp /dev/shm "$TMPDIR" >>/seen 2>/dev/null' probe Pre-Install-Pkgs/looks
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list
	publish
	as_mallory mkdir -m 777 /srv/mallory/tmp
	TMPDIR=/srv/mallory/tmp APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs < <(stream_of app)
	[[ -s /seen ]] || fail 'the hook did not look'
	[[ -z $(grep -v ':$' /seen | grep .) ]] || fail "the hook saw secrets: $(cat /seen)"
}
