# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: jq
# The installed README.md, migrate.md and manual pages: the tests run every command in them, in order,
# install every script where the document says, and let apt read every setting. A test fails if a
# command fails or prints something else than the document, or if lib/document-blocks does not
# recognize an example.

documents=/usr/share/doc/apt-plugin-universal-hooks
settings=/etc/apt/apt.conf.d/60local-hooks

# Commands that cannot run in this chroot, and the file in tests/ that runs them instead.
run_elsewhere() {
	cat <<-'EOF'
		sudo tests/demo|lib/demo.sh
		sudo tests/run|run
		sudo tests/run all|run
		sudo apt-get build-dep ./|lib/common.sh
		dpkg-buildpackage -us -uc -b|lib/build.sh
		sudo apt install ../apt-plugin-universal-hooks_*.deb|lib/chroot.sh
		man -l docs/universal-hooks.5|meta/manual-pages
	EOF
}

# --- what the documents assume

# stand_in NAME...: programs that only record their calls in /called.
stand_in() {
	local name
	for name; do
		printf '#!/bin/sh\necho "%s" "$@" >>/called\n' "$name" >"/usr/bin/$name"
		chmod 755 "/usr/bin/$name"
	done
	: >>/called
	chmod 666 /called
}

# The tests run as root, so sudo only sets variables.
there_is_sudo() {
	printf '#!/bin/sh\nexec env "$@"\n' >/usr/bin/sudo
	chmod 755 /usr/bin/sudo
}

# Only looks for the page, since meta/manual-pages checks how it is rendered.
there_is_man() {
	# shellcheck disable=SC2016 # expanded by that program
	printf '#!/bin/sh\nls /usr/share/man/man*/"$1".*\n' >/usr/bin/man
	chmod 755 /usr/bin/man
}

was_called() {
	grep -qxF -e "$1" /called || fail "nothing has called: $1"
}

# --- the blocks of the documents

# in_the_document FILE: prints it uncompressed.
in_the_document() {
	if [[ -e $1.gz ]]; then
		zcat "$1.gz"
	else
		cat "$1"
	fi
}

# blocks_of FILE: extracts them to /blocks.
blocks_of() {
	local form=markdown
	[[ $1 == *.md ]] || form='man'
	rm -rf /blocks && mkdir /blocks
	in_the_document "$1" | /tests/lib/document-blocks $form /blocks ||
		fail "there is an unknown kind of example in $1"
}

is_run_elsewhere() {
	run_elsewhere | cut -d '|' -f 1 | has -xF -e "$1"
}

# Prints the commands to run here; notes the others in /elsewhere.
commands_for_here() {
	local line bare
	while IFS= read -r line; do
		bare=$(sed -E 's/[[:blank:]]+#.*//; s/^[[:blank:]]+//' <<<"$line")
		if [[ -n $bare ]] && is_run_elsewhere "$bare"; then
			printf '%s\n' "$bare" >>/elsewhere
		else
			printf '%s\n' "$line"
		fi
	done <"$1"
}

run_commands() {
	commands_for_here "$1" >/commands
	(cd /root && HOME=/root bash -eu /commands) >/said 2>&1 </dev/null ||
		fail "these commands end with exit status $?: $(cat /commands /said)"
}

# Runs each command after "# " in a console block, and compares the output.
run_console() {
	local line
	: >/printed
	while IFS= read -r line; do
		if [[ $line == '# '* ]]; then
			printf '%s\n' "$line" >>/printed
			(cd /root && HOME=/root bash -uc "${line#'# '}") >>/printed 2>&1 </dev/null || true
		fi
	done <"$1"
	diff --unified --label 'the document' --label printed "$1" /printed >/said ||
		fail "the document shows something else: $(cat /said)"
	has '^# ' <"$1" || fail "there is no command in $(cat "$1")"
}

put_script() {
	bash -n "$1" || fail "$2 is no script"
	hook "$2" <"$1"
}

# Adds settings, all of which must be valid.
put_settings() {
	cat "$1" >>$settings
	apt-config dump >/dev/null || fail "apt does not read $(cat "$1")"
	apt-universal-hooks check --json >/said || [[ $? == 1 ]] || fail 'check has failed'
	jq -e '.findings | all(.kind | IN("setting-unknown", "setting-unusable", "guard-unusable") | not)' /said >/dev/null ||
		fail "check finds faults in: $(cat "$1" /said)"
}

# run_document FILE [KIND=COUNT]...: there must be at least COUNT blocks of KIND.
run_document() {
	local file=$1 block path kind wanted
	shift
	publish
	: >/elsewhere
	blocks_of "$file"
	while read -r block; do
		path=$(cat "${block%.*}.path")
		case $block in
		*.script) put_script "$block" "$path" ;;
		*.settings) put_settings "$block" ;;
		*.commands) run_commands "$block" ;;
		*.console) run_console "$block" ;;
		*.file) cp "$block" "$hooks/$path" ;;
		*.shown) ;;
		*.tasks) ;; # examples.d/ansible.sh runs them
		*.output) [[ $file == */apt-universal-hooks.8 ]] || fail "nothing runs $block of $file" ;;
		*) fail "$block of $file is not run" ;;
		esac
	done < <(find /blocks -type f ! -name '*.path' | sort)
	for wanted; do
		kind=${wanted%=*}
		find /blocks -name "*.$kind" | wc -l >/count
		(($(cat /count) >= ${wanted#*=})) || fail "$file has only $(cat /count) blocks of $kind"
	done
}

# --- the tests

test_every_command_of_README_is_run() {
	package hostname 9
	package nginx 1
	package foo 1
	package fail2ban 1
	package php8.2-fpm 1
	package lib 1
	there_is_sudo
	there_is_man
	stand_in editor systemctl snapper
	mkdir -p /srv/image
	mount --rbind / /srv/image
	run_document $documents/README.md commands=20 script=7 settings=1
	[[ -x $hooks/Post-Invoke/050-hello ]] || fail 'the first hook is not there'
	apt-universal-hooks enable Post-Invoke/050-hello >/said
	package nginx 2
	apt_succeeds install nginx
	package nginx 3
	apt_succeeds install nginx
	grep -q '^editor ' /called || fail 'no editor was called'
	grep -qx nginx "$output" || fail 'the upgraded packages are not listed'
	# The package leaves out what is for its source.
	run_elsewhere | cut -d '|' -f 1 | grep -vE '^(sudo tests/|man -l )' | sort >/expected
	sort -u /elsewhere | expect_file /expected
}

test_the_pictures_of_README_show_what_is_printed() {
	local picture
	# shellcheck source=/dev/null
	[[ $(. /etc/os-release && echo "$VERSION_CODENAME") == bookworm ]] || {
		echo 'apt prints something else on other releases'
		exit 77
	}
	mkdir /pictures
	(cd /pictures && bash -eu /tests/lib/pictures.sh) >/said 2>&1 || fail "no pictures: $(cat /said)"
	for picture in plan veto check; do
		diff --unified $documents/$picture.svg /pictures/$picture.svg >/said ||
			fail "$picture.svg is out of date; take it again with tests/pictures: $(cat /said)"
	done
}

test_what_is_run_elsewhere_is_there() {
	local command file
	while IFS='|' read -r command file; do
		[[ -s /tests/$file ]] || fail "$file, which should run $command, does not exist"
	done < <(run_elsewhere)
	grep -q 'apt-get build-dep .* \./' /tests/lib/common.sh || fail 'nothing gets build dependencies'
	grep -q 'dpkg-buildpackage -us -uc -b' /tests/lib/build.sh || fail 'nothing builds the package'
	grep -q 'apt-get install .*/apt-plugin-universal-hooks\.deb' /tests/lib/chroot.sh ||
		fail 'nothing installs the package'
	bash /tests/lib/demo.sh >/said 2>&1 || fail "the demo fails: $(cat /said)"
}

test_every_example_of_migrate_is_run() {
	local name
	for name in ea-apache24 nginx linux-image-amd64 linux-image-amd64-dbg php8.2-fpm; do
		package $name 1
	done
	stand_in systemctl
	printf '#!/bin/sh\nexit 0\n' >/usr/bin/pidof
	chmod 755 /usr/bin/pidof
	stand_in nginx
	apt_succeeds install nginx
	run_document $documents/migrate.md script=3 settings=2 console=6 file=2 commands=3
	# Each migrated example does the same as its original.
	apt_succeeds --reinstall install nginx
	was_called 'nginx -s reload'
	apt_succeeds install php8.2-fpm
	was_called 'systemctl restart php-fpm'
	[[ -e /run/before-the-transaction ]] || fail 'the action before the transaction has not run'
	apt_fails install linux-image-amd64
	grep -q 'no room for linux-image-amd64' "$output" || fail 'the veto was not asked'
}

test_every_example_of_universal-hooks_5_is_run() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	probe "$tree$packaged_hooks/Post-Invoke/500-foo-restart"
	probe "$tree$packaged_hooks/pkgs/foo/Post-Invoke/100-foo-cache"
	files=$tree package foo 1
	package libfoo 1
	stand_in editor
	apt_succeeds install foo libfoo
	: >/runs
	run_document /usr/share/man/man5/universal-hooks.5 script=1 commands=2
	was_called "editor $hooks/Post-Invoke/500-foo-restart"
	package libfoo 2
	apt_succeeds --reinstall install foo libfoo
	# Both are masked, but not what links to one of them.
	expect_runs <<-'EOF'
		Post-Invoke/510-restart-shop
		Post-Invoke/520-restart-wiki
	EOF
	grep -qx 'libfoo 1 to 2' "$output" || fail 'the script does not say what was upgraded'
}

test_every_example_of_apt-universal-hooks.conf_5_is_run() {
	package postgresql-15 1
	package app-data 1
	package bsd-mailx 1
	package foo 1
	package broken 1
	apt_succeeds install postgresql-15 app-data bsd-mailx
	stand_in systemctl mail journalctl
	# shellcheck disable=SC2016 # expanded by that program
	printf '#!/bin/sh\necho "by $(id -un) in $(pwd)"\ncat /last.line\n' >/usr/bin/pg_dumpall
	chmod 755 /usr/bin/pg_dumpall
	echo 'postgres:x:5432:5432::/var/lib/postgresql:/bin/sh' >>/etc/passwd
	install --directory --owner=5432 --group=5432 /var/lib/postgresql
	run_document /usr/share/man/man5/apt-universal-hooks.conf.5 script=5 settings=6 commands=3
	package postgresql-15 2
	package app-data 2
	: >/last.line # as on a full disk
	apt_fails install postgresql-15 app-data
	ends_with 0 apt-universal-hooks wait
	[[ ! -e /var/lib/postgresql/before-upgrade.sql ]] || fail 'a part of a dump is taken for a dump'
	: >/called
	echo '-- PostgreSQL database cluster dump complete' >/last.line
	apt_succeeds_but_warns install postgresql-15 app-data # about settings for hooks that do not exist
	ends_with 0 apt-universal-hooks wait # or apt may find the lock taken
	grep -q '^	Reading package lists' /var/log/apt/universal-hooks-term.log ||
		fail 'apt was not called at Session-End'
	grep -qx 'by postgres in /var/lib/postgresql' /var/lib/postgresql/before-upgrade.sql
	was_called 'systemctl stop app.service'
	was_called 'systemctl start app.service'
	! grep '^mail' /called || fail 'no mail should have been sent'
	postinst='exit 1' package broken 2
	apt_fails install broken
	was_called "mail -s apt on $(uname -n): failed root"
}

test_every_example_of_apt-universal-hooks_8_is_run() {
	package app 1
	apt_succeeds install app
	probe pkgs/app/Post-Invoke/010-start
	probe Post-Invoke/900-mail
	package bsd-mailx 1
	publish
	mkdir -p /srv/image
	mount --rbind / /srv/image
	run_document /usr/share/man/man8/apt-universal-hooks.8 settings=1 output=10 commands=3
	dpkg-query --status bsd-mailx >/dev/null || fail 'a package that hooks need is missing'
}

test_every_manual_page_is_one_of_these() {
	local page name
	for page in /usr/share/man/man*/*universal-hooks*; do
		name=$(basename "$page" .gz)
		case $name in
		apt-universal-hooks-helper.8) run_document "${page%.gz}" ;;
		*)
			declare -F | has -F "_of_${name%.*}_${name##*.}_is_run" || fail "$name is not run"
			;;
		esac
	done
}
