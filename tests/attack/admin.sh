# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks --root on a file system that mallory has prepared. It must not run, write to or
# wait for anything of hers.
. /tests/lib/attacker.sh

image=/image
looks=(status list check 'plan remove app' 'plan install app' 'why app'
	'run --dry-run Post-Invoke -p app' requires log blame)

# Creates a Debian root file system with app, as far as the command reads it.
make_rootfs() {
	publish
	apt-get -qq --yes install app >/dev/null
	install -d "$image"/etc/apt/{apt.conf.d,preferences.d,universal-hooks/Post-Invoke} \
		"$image"/var/lib/{dpkg/info,apt/lists/partial} "$image"/var/cache/apt/archives/partial \
		"$image"/var/log/apt "$image"/usr/{bin,share} "$image"/run
	cp /var/lib/dpkg/status "$image/var/lib/dpkg"
	cp -r /usr/share/dpkg "$image/usr/share"
	cp /etc/apt/apt.conf.d/apt-universal-hooks.conf "$image/etc/apt/apt.conf.d"
	: >"$image/etc/apt/sources.list"
	printf '#!/bin/sh\n' >"$image/etc/apt/universal-hooks/Post-Invoke/x"
	chmod 755 "$image/etc/apt/universal-hooks/Post-Invoke/x"
	: >"$image/etc/passwd"
	touch /before
}

# make_program PATH: a program that must not run; it reports that it did in a file that all can write.
make_program() {
	install -m 666 /dev/null /tmp/owned
	mkdir -p "${1%/*}"
	printf '#!/bin/sh\necho "ran $0 as $(id -u)" >>/tmp/owned\nexit 1\n' >"$1"
	chmod 755 "$1"
}

# look_at_rootfs [COMMAND...]: each subcommand ends by itself.
look_at_rootfs() {
	local command status
	(($# > 0)) || set -- "${looks[@]}"
	for command; do
		status=0
		# shellcheck disable=SC2086 # split into words
		timeout --signal=KILL 30 apt-universal-hooks $command --root "$image" \
			>>/looks 2>&1 </dev/null || status=$?
		((status <= 2)) || fail "$command ended with $status: $(tail -n 5 /looks)"
	done
}

expect_nothing_ran() {
	[[ ! -s /tmp/owned ]] || fail "a program of hers was run: $(sort -u /tmp/owned)"
}

# Nothing outside has changed, except for files of the test itself.
expect_nothing_written() {
	find / -xdev -newer /before -type f -not -path /looks -not -path /written -not -path '/tmp/owned' \
		-not -path '/proc/*' -not -path "$image/*" >/written
	[[ ! -s /written ]] || fail "something was written: $(cat /written)"
}

test_an_image_that_is_as_it_should_be_can_be_looked_at() {
	make_rootfs
	look_at_rootfs 'plan remove app' list
	grep -q Post-Invoke/x /looks || fail "the test is broken: $(cat /looks)"
	expect_nothing_written
}

test_an_image_that_names_its_own_dpkg() {
	make_rootfs
	make_program /evil/dpkg
	echo 'Dir::Bin::dpkg "/evil/dpkg"; DPkg::Chroot-Directory "/evil";' >"$image/etc/apt/apt.conf.d/x.conf"
	make_program "$image/usr/bin/dpkg"
	look_at_rootfs
	expect_nothing_ran
}

test_an_image_whose_configuration_leads_out_of_it() {
	make_rootfs
	echo 'Canary "s3cret";' >/outside.conf
	chmod 600 /outside.conf
	touch /before
	cat >"$image/etc/apt/apt.conf.d/x.conf" <<-'EOT'
		Dir::Etc "/../../etc"; Dir::Etc::parts "/../../etc/apt/apt.conf.d"; Dir "/../..";
		Dir::State "/../../var/lib/apt"; Dir::State::status "/../../outside.conf";
		Dir::Etc::sourcelist "/../../outside.conf"; Dir::Etc::preferences "/../../outside.conf";
		RootDir "/"; DPkg::Chroot-Directory "/";
		Universal-Hooks::Scripts::Post-Invoke/x { User "../root"; Directory "/../.."; Timeout "-1";
			Requires { "--admindir=/"; "app;touch /owned"; "../app"; }; };
	EOT
	look_at_rootfs
	! grep s3cret /looks || fail 'a file outside was read'
	expect_nothing_written
}

test_an_image_that_names_a_solver_and_a_planner() {
	make_rootfs
	make_program /evil/edsp
	for name in Solver Planner; do
		echo "APT::$name \"edsp\"; Dir::Bin::${name}s:: \"/evil\";" >"$image/etc/apt/apt.conf.d/x.conf"
		look_at_rootfs 'plan remove app' 'why app' 'run --dry-run Post-Invoke -p app'
	done
	expect_nothing_ran
}

test_an_image_that_names_a_program_that_uncompresses() {
	make_rootfs
	make_program /evil/unpack
	cat >"$image/etc/apt/apt.conf.d/x.conf" <<-'EOT'
		APT::Compressor::evil { Name "evil"; Extension ".evil"; Binary "/evil/unpack"; Cost 1;
			CompressArg:: "-"; UncompressArg:: "-"; };
	EOT
	cp /var/lib/dpkg/status "$image/var/lib/dpkg/status.evil"
	echo 'Dir::State::status "/var/lib/dpkg/status.evil";' >>"$image/etc/apt/apt.conf.d/x.conf"
	look_at_rootfs
	expect_nothing_ran
}

test_an_image_that_says_where_the_cache_is_written() {
	make_rootfs
	cat >"$image/etc/apt/apt.conf.d/x.conf" <<-'EOT'
		Dir::Cache::pkgcache "/../pwned1"; Dir::Cache::srcpkgcache "/../../pwned2";
		Dir::Log::Solver "/../pwned3"; Dir::Log::Planner "/../pwned4";
		Dir::State::extended_states "/../pwned5"; Dir::Log "/../pwned6";
	EOT
	look_at_rootfs
	expect_nothing_written
	[[ -c /dev/null ]] || fail '/dev/null is no longer a device'
}

test_an_image_whose_cache_folder_is_a_link_out_of_it() {
	make_rootfs
	install -d /victim
	rm -r "$image/var/cache/apt"
	ln -s /victim "$image/var/cache/apt"
	look_at_rootfs
	[[ -z $(ls -A /victim) ]] || fail "something was written: $(ls -A /victim)"
	expect_nothing_written
}

test_an_image_whose_folders_lead_out_of_it() {
	make_rootfs
	install -d /victim
	probe /victim/Post-Invoke/secret-script
	touch /before
	rm -r "$image/etc/apt/universal-hooks"
	ln -s /victim "$image/etc/apt/universal-hooks"
	look_at_rootfs 'disable Post-Invoke/secret-script' check
	expect_nothing_written
	[[ ! -L /victim/Post-Invoke/secret-script ]] || fail 'it was masked'
}

test_an_image_whose_settings_folder_leads_out_of_it() {
	make_rootfs
	install -d /victim
	cp "$image"/etc/apt/apt.conf.d/* /victim
	touch /before
	rm -r "$image/etc/apt/apt.conf.d"
	ln -s /victim "$image/etc/apt/apt.conf.d"
	look_at_rootfs 'disable Post-Invoke/x' 'enable Post-Invoke/x'
	expect_nothing_written
}

test_an_image_with_FIFOs_where_files_are_expected() {
	local file
	make_rootfs
	for file in var/log/apt/universal-hooks.log var/log/apt/universal-hooks.log.1 etc/passwd \
		etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf etc/apt/apt.conf.d/x.conf \
		etc/apt/universal-hooks/Post-Invoke/fifo var/lib/dpkg/info/app.list \
		var/lib/dpkg/status etc/apt/apt.conf; do
		mv "$image/$file" "$image/$file.away" 2>/dev/null || true
		mkfifo "$image/$file"
		look_at_rootfs
		look_at_rootfs 'disable Post-Invoke/x' 'enable Post-Invoke/x'
		rm "$image/$file"
		mv "$image/$file.away" "$image/$file" 2>/dev/null || true
	done
}

# dpkg-query reads these.
test_an_image_with_FIFOs_in_the_database_of_dpkg() {
	local file
	make_rootfs
	mkdir -p "$image/var/lib/dpkg/updates" "$image/var/lib/dpkg/triggers"
	echo 'Universal-Hooks::Scripts::Post-Invoke/x::Requires { "app"; };' \
		>"$image/etc/apt/apt.conf.d/90requires"
	look_at_rootfs requires
	! grep -q 'failed' /looks || fail "the test is broken: $(cat /looks)"
	for file in status arch triggers/File triggers/Unincorp updates/0001 info/app.list; do
		mv "$image/var/lib/dpkg/$file" /away 2>/dev/null || true
		mkfifo "$image/var/lib/dpkg/$file"
		look_at_rootfs requires check 'plan remove app' 'why app'
		rm "$image/var/lib/dpkg/$file"
		mv /away "$image/var/lib/dpkg/$file" 2>/dev/null || true
	done
	rm "$image/var/lib/dpkg/status"
	ln -s /dev/zero "$image/var/lib/dpkg/status"
	(
		ulimit -v 2000000
		look_at_rootfs requires check
	)
}

test_an_image_with_a_FIFO_in_the_place_of_the_lock_of_disable() {
	make_rootfs
	mkfifo "$image/etc/apt/apt.conf.d/.99apt-universal-hooks-settings.lock"
	look_at_rootfs 'disable Post-Invoke/x'
}

test_an_image_with_huge_files() {
	make_rootfs
	truncate -s 100G "$image/var/log/apt/universal-hooks.log" \
		"$image/etc/apt/universal-hooks/Post-Invoke/huge"
	chmod 755 "$image/etc/apt/universal-hooks/Post-Invoke/huge"
	(
		ulimit -v 2000000
		look_at_rootfs list check log blame status 'disable Post-Invoke/x'
	)
}

test_a_log_with_stanzas_and_control_characters_of_hers() {
	make_rootfs
	printf 'Start-Date: 2026-01-01  00:00:00\nCommandline: \033[2J\xc2\x9b31m\nTransaction: 1-1\nResult: ok\nHooks:\n Post-Invoke /\033]0;x\a/y [always] exit 0 1 ms\nEnd-Date: 2026-01-01  00:00:01\n\n' \
		>"$image/var/log/apt/universal-hooks.log"
	look_at_rootfs log blame list status 'log --json'
	! LC_ALL=C grep -a -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' /looks ||
		fail 'control characters on the terminal'
}

test_a_tree_of_hers_that_she_has_a_person_look_at() {
	make_rootfs
	chown -R mallory "$image"
	make_program /evil/dpkg
	echo 'Dir::Bin::dpkg "/evil/dpkg"; APT::Solver "/evil/dpkg";' >"$image/etc/apt/apt.conf.d/x.conf"
	printf 'person:x:7778:7778:Person:/:/bin/bash\n' >>/etc/passwd
	setpriv --reuid=7778 --regid=7778 --clear-groups bash -c '
		for command in status list check "plan remove app" log; do
			timeout --signal=KILL 30 apt-universal-hooks $command --root /image
			(($? <= 2)) || exit 1
		done' >/looks 2>&1 </dev/null || fail "$(cat /looks)"
	expect_nothing_ran
}

# run refuses the same scripts of hers under --root as on the host.
test_hooks_of_hers_in_an_image_that_root_runs() {
	make_rootfs
	chown mallory "$image/etc/apt/universal-hooks/Post-Invoke/x"
	printf '#!/bin/sh\n: >/ran\n' >"$image/etc/apt/universal-hooks/Post-Invoke/x"
	look_at_rootfs 'run Post-Invoke'
	[[ ! -e $image/ran && ! -e /ran ]] || fail 'her hook was run'
}
