# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks check: every fault is found once, the printed command fixes it, and there is no
# finding without a fault.

package app 1
package app-extra 1
package tool 1
conf=/etc/apt/apt.conf.d/apt-universal-hooks.conf
settings=/etc/apt/apt.conf.d/90settings

# check_ends_with STATUS ARGUMENT...: its output is in $output, its errors in $errors.
check_ends_with() {
	apt_status=0
	publish
	apt-universal-hooks check "${@:2}" >"$output" 2>"$errors" || apt_status=$?
	[[ $apt_status == "$1" ]] || fail "check should have ended with exit status $1"
}

expect_silent_errors() {
	[[ ! -s $errors ]] || fail 'there should be nothing on standard error'
}

# Compares the findings with stdin: kind and path, with :LINE if there is one.
expect_findings() {
	local difference
	sed "s,^\([^ ]* \)\([^/]\),\1$hooks/\2," >/expected
	python3 - "$output" >/found <<-'EOF'
		import json, sys
		for finding in json.load(open(sys.argv[1]))["findings"]:
		    line = ":%d" % finding["line"] if finding["line"] else ""
		    print(finding["kind"], finding["path"] + line)
	EOF
	difference=$(diff --unified /expected /found) || fail "$difference"
}

# check_finds ARGUMENT...: check finds exactly the findings on stdin.
check_finds() {
	local status=1
	cat >/wanted
	[[ -s /wanted ]] || status=0
	check_ends_with $status --json "$@"
	expect_silent_errors
	expect_findings </wanted
}

# Runs the first command of a new check until no finding with a command is left, since a fix can
# change the paths of other findings. After each fix, the finding must be gone.
fix_all() {
	publish
	python3 - <<-'EOF'
		import json, subprocess, sys

		def check():
		    ran = subprocess.run(["apt-universal-hooks", "check", "--json"],
		                         stdout=subprocess.PIPE)
		    return [finding for finding in json.loads(ran.stdout)["findings"] if finding["command"]]

		def fix(finding):
		    command = finding["command"]
		    if "\n" in command:
		        sys.exit("not one line: " + command)
		    ran = subprocess.run(["sh", "-c", command], cwd="/empty",
		                         stdin=subprocess.DEVNULL)
		    if ran.returncode != 0:
		        sys.exit("exit status %d: %s" % (ran.returncode, command))
		    if finding in check():
		        sys.exit("not fixed: " + command)

		found = check()
		if not found:
		    sys.exit("there was nothing to fix")
		for _ in range(2 * len(found)):
		    if found:
		        fix(found[0])
		        found = check()
		if found:
		    sys.exit("there is no end to it: %s" % found)
	EOF
}
mkdir /empty

# Runs the commands of one check, as they are printed; then no finding has one.
fix_once() {
	check_ends_with 1
	sed -n 's/^  fix: //p' "$output" >/fixes
	[[ -s /fixes ]] || fail 'there was nothing to fix'
	(cd /empty && sh /fixes </dev/null) >/fixed 2>&1 || true
	apt_status=0
	apt-universal-hooks check --json >"$output" 2>"$errors" || apt_status=$?
	! grep -F '"command": "' "$output" || fail "a second check has commands; of the first: $(cat /fixes /fixed)"
}

expect_no_command_from_a_name() {
	[[ -z $(find / -xdev -name 'hit*') ]] || fail 'a name was taken for a command'
	[[ -z $(ls /empty) ]] || fail "in the working directory: $(ls /empty)"
}

# hook_of_pacman WHEN TARGET...
hook_of_pacman() {
	printf '[Trigger]\nOperation = Upgrade\nType = Package\n'
	(($# == 1)) || printf 'Target = %s\n' "${@:2}"
	printf '\n[Action]\nWhen = %s\nExec = /bin/true\n' "$1"
}

# Hooks of all kinds, settings for them, and other files that are no faults.
make_a_clean_tree() {
	local place
	for place in "$hooks" "$packaged_hooks"; do
		probe "$place/Pre-Invoke/010-always"
		probe "$place/Pre-Install-Pkgs/a name with  spaces"
		probe "$place/Post-Invoke/020-same"
		probe "$place/pkgs/app/Pre-Install-Pkgs/a"
		probe "$place/pkgs/app:all/Post-Invoke/a"
		probe "$place/multi_pkgs/Post-Invoke/app-__WILDCARD__/a"
		probe "$place/multi_pkgs/Pre-Install-Pkgs/tool/a"
		probe "$place/multi_pkgs/Post-Invoke/__WILDCARD__:all/a"
	done
	hook Post-Invoke/030-env <<<'#!/usr/bin/env perl'
	hook Post-Invoke/040-env <<<'#!/usr/bin/env -S perl -w'
	hook Post-Invoke/050-shell <<<'true'
	hook Post-Invoke/060-options <<<'#! /bin/sh -e'
	cp /bin/true $hooks/Post-Invoke/070-program
	hook /usr/local/sbin/script <<<'#!/bin/sh'
	ln -s /usr/local/sbin/script $hooks/Post-Invoke/080-symlink
	printf '#!/bin/sh\ncat <<E\n[Trigger]\nE\n' | hook Post-Invoke/100-a-script.hook
	printf 'no action\n' | hook Post-Invoke/110-a-script.actions
	probe $packaged_hooks/Post-Invoke/090-masked
	ln -s /dev/null $hooks/Post-Invoke/090-masked
	touch $hooks/Post-Invoke/.gitkeep $hooks/README $hooks/pkgs/app/notes
	hook_of_pacman PostTransaction 'app*' >$hooks/Post-Invoke/old.hook.disabled
	mkdir -p $hooks/Post-Invoke/data $hooks/.git/Post-Invoke $hooks/Post-Invoke.bak
	echo text >$hooks/Post-Invoke/data/text
	cat >$settings <<-'EOF'
		Universal-Hooks::Timeout "3600";
		Universal-Hooks::Scripts::pkgs/app/Pre-Install-Pkgs/a {
		    On-Failure "abort";
		    Operations { "upgrade"; "downgrade"; };
		    User "nobody";
		    Directory "/var";
		    Requires { "dpkg"; };
		};
		Universal-Hooks::Scripts::Post-Invoke::When "always";
		Universal-Hooks::Scripts::Pre-Invoke/010-always {
		    Enabled "false";
		    Requires { "not-here"; };
		    Directory "/not/here";
		};
	EOF
}

# One example of every fault, with names that a shell must quote.
make_every_fault() {
	local odd='a $(touch hit1) `touch hit2` '"b'c\"d;touch hit3"
	probe "Post-Invoke/01 $odd"
	chmod -x "$hooks/Post-Invoke/01 $odd"
	ln -s /gone $hooks/Post-Invoke/02-dangling
	mkfifo -m 755 $hooks/Post-Invoke/03-fifo
	probe "Post-Invoke/04"$'\n\e'"$odd"
	chmod go+w "$hooks/Post-Invoke/04"$'\n\e'"$odd"
	chown nobody:nogroup "$hooks/Post-Invoke/04"$'\n\e'"$odd"
	hook Post-Invoke/05-empty </dev/null
	printf 'true\0true' | hook Post-Invoke/06-binary
	printf '#!/gone/perl -w\n' | hook "Post-Invoke/07 $odd"
	printf '#!/usr/bin/env gone\n' | hook Post-Invoke/08-env
	printf '#!/usr/bin/env perl -w\n' | hook "Post-Invoke/09 $odd"
	printf '#!/etc/interpreter\n' | hook Post-Invoke/10-interpreter
	printf '\177ELF' >/etc/interpreter
	printf '#!perl\n' | hook "Post-Invoke/11 $odd"
	printf '#!/bin/sh\r\necho\r\n' | hook "Post-Invoke/12 $odd"$'\n'
	printf '\357\273\277#!/bin/sh\n' | hook "Post-Invoke/13 $odd"
	printf '#!/bin/sh\r\n' | hook /usr/local/sbin/dos
	ln -s /usr/local/sbin/dos $hooks/Post-Invoke/14-symlink
	probe Post-Invoke/15-leftover.dpkg-old
	ln -s /dev/null "$hooks/Post-Invoke/16 $odd"
	probe "Post-Invoke/17 $odd"$'\n'"/script"
	probe Post-Invoke/18-mixed/script
	probe /srv/directory/script
	ln -s /srv/directory $hooks/Post-Invoke/19-symlink
	touch $hooks/Post-Invoke/18-mixed/text
	probe PreInvoke/a
	rmdir $hooks/Pre-Invoke
	probe pre-install-pkgs/a
	probe Package/Post-Invoke/a
	probe multi-pkgs/other/Post-Invoke/a
	probe script
	probe pkgs/script
	probe pkgs/app/script
	probe multi_pkgs/Post-Invoke/script
	probe "pkgs/Post-Invoke/app-extra/swapped $odd"
	probe 'pkgs/app-e*/Post-Invoke/pattern'
	probe multi_pkgs/tool__WILDCARD__/post-invoke/swapped
	probe app/Post-Invoke/without-pkgs
	probe pkgs/app/Post_Invoke/a
	probe pkgs/app/Pre-Invoke/a
	probe pkgs/app/Post-Invoke/b
	probe pkgs/app/Post-Invoke/c
	chmod o+w $hooks/pkgs/app/Post-Invoke
	probe pkgs/tool/other/a
	touch $hooks/pkgs/tool/Post-Invoke
	probe multi_pkgs/Pre-Invoke/a__WILDCARD__/a
	rmdir $hooks/multi_pkgs/Pre-Install-Pkgs
	probe pkgs/too1/Post-Invoke/a
	probe pkgs/app-extra:amd64/Post-Invoke/a
	probe 'pkgs/$(touch hit4)/Post-Invoke/a'
	probe 'multi_pkgs/Post-Invoke/app*/a'
	probe multi_pkgs/Post-Invoke/gone-__WILDCARD__/a
	probe multi_pkgs/Post-Invoke/Tool/a
	probe posttrans/20-trans
	probe 'pkgs/tool/pre_transaction/a'
	probe multi_pkgs/transaction/too__WILDCARD__/a
	probe config/a
	probe pkgs/tool/resolved/a
	hook_of_pacman PreTransaction app 'app-*' '!app-extra' >$hooks/Post-Invoke/21-alpm.hook
	hook_of_pacman PostTransaction | hook Post-Invoke/22-alpm.hook
	hook_of_pacman PostTransaction tool >$hooks/alpm.hook
	printf '# %s\n' why >$hooks/pkgs/dnf.actions
	printf '%s:/bin/true\n' pre_transaction::: post_transaction:app:in: goal_resolved::: \
		post_transaction:/usr/bin/app:: >>$hooks/pkgs/dnf.actions
	cat >$settings <<-'EOF'
		Universal-Hooks::Timeouts "1";
		Universal-Hooks::Timeout "soon";
		Universal-Hooks::Scripts {
		    Post-Invoke/05-empti::Timeout "1";
		    Post-Invoke/05-empty::Operations "purge";
		    Post-Invoke/05-empty::When { "always"; };
		    Post-Invoke/05-empty::User "nobody-such";
		    Post-Invoke/05-empty::Directory "/no/such/directory";
		    Post-Invoke/05-empty::Requires { "dpkg"; "tool"; };
		    Post-Invoke/08-env::Requires { "tool"; "not-here"; }; Post-Invoke/05-empty::Paths { "/no/such-path/*"; "/usr/bin/dpkg"; };
		};
	EOF
	printf 'What these hooks do.\n' >$hooks/Post-Invoke/23-README
	printf 'true\n[[ a ]]\n' | hook Post-Invoke/24-bash
	printf '#!/bin/bash\ntrue\napt-get -y autoremove\n' | hook Post-Invoke/28-lock
	printf 'if true\n' | hook Post-Invoke/29-syntax
	ln -s 05-empty $hooks/Post-Invoke/25-link
	printf 'app:in:/bin/true\n' >$hooks/Post-Invoke/26-old.action
	printf 'DPkg::Post-Invoke {"true";};\n' | tee $hooks/27-settings >$hooks/Post-Invoke/27-settings
	probe $packaged_hooks/Post-Invoke/masked
	ln -s /dev/null $hooks/Post-Invoke/masked
	echo 'Universal-Hooks::Scripts::Post-Invoke/masked::Timeout "1";' >>$settings
	sed -i 's/^DPkg::Pre-Invoke/# &/; s/InfoFD "20"/InfoFD "21"/' $conf
	echo 'DPkg::Post-Invoke { "true"; };' >/etc/apt/apt.conf.d/00-other
	cat >/var/log/apt/universal-hooks.log <<-'EOF'
		Start-Date: 2026-11-20  18:02:05
		Result: ok
		Not-Reached: Post-Invoke
		Hooks:
		End-Date: 2026-11-20  18:02:06

	EOF
	echo 'Universal-Hook::When "ran";' >>$settings
	echo 'Universal-Hooks::Scripts::Post-Invoke::Timeout "7";' | tee "/etc/apt/apt.conf.d/91 $odd.conf.txt" >/etc/apt/apt.conf.d/92b.bak
	mkdir -p $packaged_hooks/settings.d/a.conf $hooks/settings.d
	cp /etc/apt/apt.conf.d/92b.bak $packaged_hooks/settings.d/e.cnf
	touch $hooks/settings.d/a.conf
	echo 'Universal-Hooks::Scripts::Post-Invoke/masked::Timeout "1";' |
		tee $packaged_hooks/settings.d/b.conf $packaged_hooks/settings.d/c.conf >/dev/null
	echo 'Universal-Hooks::Enabled "true";' >$packaged_hooks/settings.d/d.conf
}

test_an_empty_tree_is_clean() {
	check_finds </dev/null
	check_ends_with 0
	expect_equal '0 hooks, no problems found' "$(cat $output)"
}

test_a_tree_with_hooks_of_all_kinds_is_clean() {
	make_a_clean_tree
	check_finds </dev/null
	check_ends_with 0
	expect_equal '16 hooks, no problems found' "$(cat $output)"
	expect_silent_errors
}

test_every_fault_is_found_once() {
	make_every_fault
	check_ends_with 1 --json
	expect_silent_errors
	expect_findings <<-'EOF'
		registration-not-first /etc/apt/apt.conf.d/00-other:1
		setting-unknown /etc/apt/apt.conf.d/90settings:1
		setting-unusable /etc/apt/apt.conf.d/90settings:2
		setting-without-hook /etc/apt/apt.conf.d/90settings:4
		setting-unusable /etc/apt/apt.conf.d/90settings:5
		setting-unusable /etc/apt/apt.conf.d/90settings:6
		user-missing /etc/apt/apt.conf.d/90settings:7
		directory-missing /etc/apt/apt.conf.d/90settings:8
		requires-missing /etc/apt/apt.conf.d/90settings:9
		path-without-match /etc/apt/apt.conf.d/90settings:10
		requires-missing /etc/apt/apt.conf.d/90settings:10
		setting-masked /etc/apt/apt.conf.d/90settings:12
		setting-unknown /etc/apt/apt.conf.d/90settings:13
		settings-not-read /etc/apt/apt.conf.d/91 a $(touch hit1) `touch hit2` b'c"d;touch hit3.conf.txt
		leftover /etc/apt/apt.conf.d/92b.bak
		registration-missing /etc/apt/apt.conf.d/apt-universal-hooks.conf
		registration-edited /etc/apt/apt.conf.d/apt-universal-hooks.conf:29
		file-foreign 27-settings
		folder-unknown Package
		not-executable Post-Invoke/01 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		dangling-symlink Post-Invoke/02-dangling
		not-a-file Post-Invoke/03-fifo
		open-to-others Post-Invoke/04\012\033a $(touch hit1) `touch hit2` b'c"d;touch hit3
		empty-script Post-Invoke/05-empty
		not-a-script Post-Invoke/06-binary
		interpreter-missing Post-Invoke/07 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		interpreter-missing Post-Invoke/08-env
		interpreter-missing Post-Invoke/09 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		interpreter-not-executable Post-Invoke/10-interpreter
		interpreter-relative Post-Invoke/11 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		crlf-line-ends Post-Invoke/12 a $(touch hit1) `touch hit2` b'c"d;touch hit3\012
		byte-order-mark Post-Invoke/13 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		crlf-line-ends Post-Invoke/14-symlink
		leftover Post-Invoke/15-leftover.dpkg-old
		mask-without-purpose Post-Invoke/16 a $(touch hit1) `touch hit2` b'c"d;touch hit3
		folder-not-read Post-Invoke/17 a $(touch hit1) `touch hit2` b'c"d;touch hit3\012
		folder-not-read Post-Invoke/18-mixed
		folder-not-read Post-Invoke/19-symlink
		file-foreign Post-Invoke/21-alpm.hook:4
		file-foreign Post-Invoke/22-alpm.hook
		not-a-script Post-Invoke/23-README
		bashism Post-Invoke/24-bash:2
		empty-script Post-Invoke/25-link
		link-within-tree Post-Invoke/25-link
		file-foreign Post-Invoke/26-old.action:1
		file-foreign Post-Invoke/27-settings
		calls-apt Post-Invoke/28-lock:3
		syntax-error Post-Invoke/29-syntax:2
		hook-point-misspelt PreInvoke
		file-foreign alpm.hook:4
		folder-misplaced app/Post-Invoke
		folder-unknown config
		folder-misplaced multi-pkgs/other/Post-Invoke
		folder-unknown multi-pkgs
		wildcard-without-match multi_pkgs/Post-Invoke/Tool
		wildcard-without-match multi_pkgs/Post-Invoke/app*
		wildcard-without-match multi_pkgs/Post-Invoke/gone-__WILDCARD__
		script-misplaced multi_pkgs/Post-Invoke/script
		packages-not-known multi_pkgs/Pre-Invoke
		folder-misplaced multi_pkgs/tool__WILDCARD__/post-invoke
		hook-point-foreign multi_pkgs/transaction
		package-unknown pkgs/$(touch hit4)
		folder-misplaced pkgs/Post-Invoke/app-extra
		open-to-others pkgs/app/Post-Invoke
		hook-point-misspelt pkgs/app/Post_Invoke
		packages-not-known pkgs/app/Pre-Invoke
		script-misplaced pkgs/app/script
		folder-misplaced pkgs/app-e*/Post-Invoke
		package-unknown pkgs/app-extra:amd64
		file-foreign pkgs/dnf.actions:2
		file-foreign pkgs/dnf.actions:3
		file-foreign pkgs/dnf.actions:4
		file-foreign pkgs/dnf.actions:5
		script-misplaced pkgs/script
		package-unknown pkgs/too1
		not-a-folder pkgs/tool/Post-Invoke
		folder-unknown pkgs/tool/other
		hook-point-foreign pkgs/tool/pre_transaction
		folder-unknown pkgs/tool/resolved
		hook-point-foreign posttrans
		hook-point-misspelt pre-install-pkgs
		script-misplaced script
		folder-not-read settings.d
		settings-file-unusable /usr/lib/apt/universal-hooks/settings.d/a.conf
		setting-twice /usr/lib/apt/universal-hooks/settings.d/b.conf
		setting-misplaced /usr/lib/apt/universal-hooks/settings.d/d.conf
		settings-not-read /usr/lib/apt/universal-hooks/settings.d/e.cnf
		post-invoke-not-reached /var/log/apt/universal-hooks.log
	EOF
}

test_every_command_mends_its_fault() {
	make_every_fault
	fix_all
	expect_what_no_command_mends
}

test_the_commands_of_one_check_mend_all_that_they_can() {
	make_every_fault
	fix_once
	expect_what_no_command_mends
}

expect_what_no_command_mends() {
	expect_no_command_from_a_name
	[[ -L $hooks/Post-Invoke/14-symlink ]] || fail 'the symlink has become a file'
	check_ends_with 1 --json
	expect_findings <<-'EOF'
		registration-not-first /etc/apt/apt.conf.d/00-other:1
		setting-unusable /etc/apt/apt.conf.d/90settings:2
		setting-without-hook /etc/apt/apt.conf.d/90settings:4
		user-missing /etc/apt/apt.conf.d/90settings:7
		directory-missing /etc/apt/apt.conf.d/90settings:8
		path-without-match /etc/apt/apt.conf.d/90settings:10
		requires-missing /etc/apt/apt.conf.d/90settings:10
		setting-masked /etc/apt/apt.conf.d/90settings:12
		leftover /etc/apt/apt.conf.d/92b.bak
		file-foreign 27-settings
		folder-unknown Package
		dangling-symlink Post-Invoke/02-dangling
		not-a-file Post-Invoke/03-fifo
		empty-script Post-Invoke/05-empty
		not-a-script Post-Invoke/06-binary
		hook-failed Post-Invoke/06-binary
		interpreter-missing Post-Invoke/08-env
		hook-failed Post-Invoke/10-interpreter
		leftover Post-Invoke/15-leftover.dpkg-old
		folder-not-read Post-Invoke/18-mixed
		folder-not-read Post-Invoke/19-symlink
		file-foreign Post-Invoke/21-alpm.hook:4
		hook-failed Post-Invoke/22-alpm.hook
		file-foreign Post-Invoke/22-alpm.hook
		not-a-script Post-Invoke/23-README
		hook-failed Post-Invoke/24-bash
		bashism Post-Invoke/24-bash:2
		empty-script Post-Invoke/25-link
		link-within-tree Post-Invoke/25-link
		file-foreign Post-Invoke/26-old.action:1
		file-foreign Post-Invoke/27-settings
		hook-failed Post-Invoke/28-lock
		calls-apt Post-Invoke/28-lock:3
		hook-failed Post-Invoke/29-syntax
		syntax-error Post-Invoke/29-syntax:2
		file-foreign alpm.hook:4
		folder-unknown config
		wildcard-without-match multi_pkgs/Post-Invoke/gone-__WILDCARD__
		wildcard-without-match multi_pkgs/Post-Invoke/other
		script-misplaced multi_pkgs/Post-Invoke/script
		package-unknown pkgs/$(touch hit4)
		script-misplaced pkgs/app/script
		package-unknown pkgs/app-extra:amd64
		file-foreign pkgs/dnf.actions:2
		file-foreign pkgs/dnf.actions:3
		file-foreign pkgs/dnf.actions:4
		file-foreign pkgs/dnf.actions:5
		script-misplaced pkgs/script
		package-unknown pkgs/too1
		not-a-folder pkgs/tool/Post-Invoke
		folder-unknown pkgs/tool/other
		folder-unknown pkgs/tool/resolved
		script-misplaced script
		folder-not-read settings.d
		settings-file-unusable /usr/lib/apt/universal-hooks/settings.d/a.conf
		setting-twice /usr/lib/apt/universal-hooks/settings.d/b.conf
		setting-misplaced /usr/lib/apt/universal-hooks/settings.d/d.conf
		settings-not-read /usr/lib/apt/universal-hooks/settings.d/e.cnf
	EOF
}

test_after_the_commands_the_hooks_run() {
	probe 'Post-Invoke/01 a $(touch hit1)'
	chmod -x "$hooks/Post-Invoke/01 a \$(touch hit1)"
	probe 'post-invoke/03'
	probe Post-Invoke/04
	sed -i 's/$/\r/' $hooks/Post-Invoke/04
	probe pkgs/App/Post_Invoke/05
	rm $conf
	fix_all
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/05
		Post-Invoke/01\ a\ \$\(touch\ hit1\)
		Post-Invoke/03
		Post-Invoke/04
	EOF
}

# An unchanged hook tree of each of these programs, copied to our directory.
test_a_tree_of_yum_or_dnf_runs_after_the_commands() {
	local before after
	while read -r before after; do
		rm -rf $hooks
		probe "$before/010-always"
		probe "$after/010-always"
		probe "pkgs/app/$before/010-app"
		probe "pkgs/app/$after/010-app"
		probe "multi_pkgs/$before/app__WILDCARD__/010-apps"
		probe "multi_pkgs/$after/app__WILDCARD__/010-apps"
		printf "hook-point-foreign %s\n" {multi_pkgs/,pkgs/app/,}{"$before","$after"} |
			sort >/foreign
		check_finds </foreign
		fix_all
		check_finds </dev/null
		apt_succeeds --reinstall install app
		expect_runs <<-EOF
			pkgs/app/Pre-Install-Pkgs/010-app
			multi_pkgs/Pre-Install-Pkgs/app__WILDCARD__/010-apps --pkg_list={app}
			Pre-Install-Pkgs/010-always
			pkgs/app/Post-Invoke/010-app
			multi_pkgs/Post-Invoke/app__WILDCARD__/010-apps --pkg_list={app}
			Post-Invoke/010-always
		EOF
	done <<-EOF
		pretrans posttrans
		pre_transaction transaction
		pre_transaction post_transaction
	EOF
}

# Each fault within another one: capitals, underscores, "-devel", modes, a subdirectory.
test_a_tree_of_dnf_that_is_wrong_at_each_level() {
	local path
	package libfoo-dev 1
	for path in pkgs/LibFoo_Devel/Post_Transaction/010-a 'multi_pkgs/Post_Transaction/LIB*-devel/020-b' \
		multi_pkgs/posttransaction/App__WILDCARD__/030-c Post_Transaction/sub/040-d \
		posttrans/050-e pre_transaction/060-f Post-Invoke/070-g pkgs/App/Pre-Invoke/080-h \
		multi-pkgs/transaction/too*/090-i Post_Transaction/100-j.disabled \
		Post_Transaction/110-k.rpmsave; do
		probe "$path"
		chmod 644 "$hooks/$path"
	done
	sed -i 's/$/\r/' $hooks/pkgs/LibFoo_Devel/Post_Transaction/010-a
	sed -i '1s/.*/#!bash/; 1s/^/\xef\xbb\xbf/' $hooks/pre_transaction/060-f
	sed -i '1s,.*,#!/usr/bin/env bash -e,' $hooks/Post_Transaction/sub/040-d
	ln -s $hooks/Post_Transaction/sub/040-d $hooks/pre_transaction/120-l
	chmod -R 777 $hooks/posttrans $hooks/Post-Invoke
	chmod -x $hooks/posttrans/050-e $hooks/Post-Invoke/070-g
	chown -R nobody $hooks/posttrans $hooks/multi_pkgs
	mkdir -p $hooks/config $hooks/pkgs/gone/pretrans $hooks/post_invoke
	fix_once
	expect_findings <<-'EOF'
		leftover Post-Invoke/100-j.disabled
		leftover Post-Invoke/110-k.rpmsave
		dangling-symlink Pre-Install-Pkgs/120-l
	EOF
	rm $hooks/Pre-Install-Pkgs/120-l
	run_apt apt-get -y install app libfoo-dev tool
	apt_must_end_with 0
	expect_runs <<-EOF
		pkgs/app/Pre-Install-Pkgs/080-h
		Pre-Install-Pkgs/060-f
		pkgs/libfoo-dev/Post-Invoke/010-a
		multi_pkgs/Post-Invoke/app__WILDCARD__/030-c --pkg_list={app,libfoo-dev,tool}
		multi_pkgs/Post-Invoke/lib__WILDCARD__-dev/020-b --pkg_list={app,libfoo-dev,tool}
		multi_pkgs/Post-Invoke/too__WILDCARD__/090-i --pkg_list={app,libfoo-dev,tool}
		Post-Invoke/040-d
		Post-Invoke/050-e
		Post-Invoke/070-g
	EOF
}

# A guess is worded as a question: an archive that is not configured yet may have the package.
test_a_name_that_is_only_near_has_no_command() {
	package libc6-of-tests 1 'Source: glibc-of-tests'
	package libc-bin-of-tests 1 'Source: glibc-of-tests (1.0)'
	package glirc-of-tests 1
	package lsh-server 1
	package docker 1
	package openssl-of-tests 1
	package openssh-client-of-tests 1 'Source: openssh-of-tests'
	package grab 1
	local name
	for name in glibc-of-tests mysql-server docker-ce openssh-of-tests grub PostgreSQL; do
		probe "pkgs/$name/Post-Invoke/010-a"
	done
	probe multi_pkgs/Post-Invoke/grub/010-a
	probe Post-Invok/010-a
	probe multipkg/Post-Invoke/app/010-a
	check_ends_with 1
	expect_file "$output" <<-EOF
		error: Post-Invok: scripts in this directory are not run; did you mean Post-Invoke?

		warning: multi_pkgs/Post-Invoke/grub: unknown package grub; did you mean grab, or is a repository missing?

		warning: multipkg: scripts in this directory are not run; did you mean multi_pkgs?

		warning: pkgs/PostgreSQL: unknown package PostgreSQL; is a repository missing?

		warning: pkgs/docker-ce: unknown package docker-ce; is a repository missing?

		warning: pkgs/glibc-of-tests: glibc-of-tests is a source package; its binary packages are libc-bin-of-tests, libc6-of-tests

		warning: pkgs/grub: unknown package grub; did you mean grab, or is a repository missing?

		warning: pkgs/mysql-server: unknown package mysql-server; is a repository missing?

		warning: pkgs/openssh-of-tests: openssh-of-tests is a source package; its binary packages are openssh-client-of-tests

		1 error, 8 warnings
	EOF
	apt_succeeds install libc6-of-tests
	check_ends_with 1
	grep -q 'packages are libc6-of-tests, libc-bin-of-tests$' "$output" || fail 'the installed one should be first'
}

# dpkg keeps conffiles.
test_hooks_whose_package_is_gone_or_no_longer_has_them() {
	local name
	for name in removed obsolete overriding; do
		conffile=$hooks/Post-Invoke/$name package "with-$name" 1
		package "with-$name" 2
	done
	conffile="$hooks/Post-Invoke/a name" package with-name 1
	unset conffile
	# They are conffiles with some text, until they get their content below.
	run_apt apt-get -y install with-removed=1 with-obsolete=1 with-overriding=1 with-name=1
	apt_must_end_with 0
	for name in removed obsolete overriding 'a name'; do
		hook "Post-Invoke/$name" <<<'#!/bin/sh'
	done
	check_finds </dev/null
	hook $packaged_hooks/Post-Invoke/overriding <<<'#!/bin/sh'
	apt_succeeds remove with-removed with-name
	apt_succeeds install with-obsolete with-overriding
	check_ends_with 1
	expect_silent_errors
	expect_file "$output" <<-EOF
		warning: Post-Invoke/a name: with-name is removed but not purged, so its hook still runs; "apt-get purge with-name" removes it and the package's other configuration

		warning: Post-Invoke/obsolete: with-obsolete no longer ships this hook, but it still runs; remove it unless you want that

		warning: Post-Invoke/overriding: with-overriding no longer ships this file, but it still overrides the hook of the same name in /usr/lib; remove it unless you want that

		warning: Post-Invoke/removed: with-removed is removed but not purged, so its hook still runs; "apt-get purge with-removed" removes it and the package's other configuration

		4 warnings
	EOF
	apt_succeeds purge with-removed with-name
	check_finds <<-'EOF'
		conffile-obsolete Post-Invoke/obsolete
		conffile-obsolete Post-Invoke/overriding
	EOF
}

test_syntax_of_bash_where_sh_reads() {
	hook Post-Invoke/a <<<$'set -e\nif [[ -n $a ]]; then :; fi'
	hook Post-Invoke/b <<<$'#!/bin/sh\na=(b c)'
	hook Post-Invoke/c <<<$'#!/bin/bash\na=(b c)'
	hook Post-Invoke/d <<<$'#!/usr/bin/env sh\nfunction a {\n:\n}'
	hook Post-Invoke/e <<<$'#!/bin/sh\n# [[ a ]]\necho "[[ a ]]" \'a=(b)\'\ncase $1 in [[:alpha:]]*) ;; esac\na=$(b)'
	check_finds <<-'EOF'
		bashism Post-Invoke/a:2
		bashism Post-Invoke/b:2
		bashism Post-Invoke/d:2
	EOF
	check_ends_with 1 Post-Invoke/a
	expect_file "$output" <<-EOF
		warning: Post-Invoke/a:2: "[[" is syntax of bash, but sh is dash here; begin the script with #!/bin/bash

		1 warning
	EOF
	ln -sf bash /bin/sh
	check_finds </dev/null
	ln -sf dash /bin/sh
}

test_empty_directories_are_no_finding() {
	mkdir -p $hooks/pkgs/nothing-such/Post-Invoke $hooks/pkgs/App/post_invoke $hooks/posttrans \
		$hooks/multi_pkgs/Post-Invoke/nothing* $hooks/what/ever $packaged_hooks/pkgs/none
	touch $hooks/posttrans/.gitkeep
	check_finds </dev/null
}

test_what_is_said_of_the_files_of_others() {
	hook_of_pacman PreTransaction app 'app-*' '!app-extra' | hook Post-Invoke/a.hook
	hook_of_pacman PreTransaction | hook Post-Invoke/b.hook
	printf '%s::/bin/true\n' post_transaction:: goal_resolved:: >$hooks/c.actions
	check_ends_with 1
	expect_silent_errors
	expect_file "$output" <<-EOF
		error: Post-Invoke/a.hook:4: a hook for pacman, not a script; a symlink Pre-Install-Pkgs/a to /bin/true does the same
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Packages { "app"; "app-*"; "!app-extra"; };
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Operations { "upgrade"; "downgrade"; "reinstall"; };
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Input "null";

		error: Post-Invoke/b.hook: a hook for pacman, not a script

		error: c.actions:1: a hook for dnf, not a script; a symlink Post-Invoke/c to /bin/true does the same
		  setting: Universal-Hooks::Scripts::Post-Invoke/c::Input "null";

		error: c.actions:2: a hook for dnf, not a script; apt has no hook point like "goal_resolved"

		4 errors
	EOF
}

test_prose_does_not_become_a_script() {
	local name
	printf 'These hooks are for: rm -rf\n' >$hooks/Post-Invoke/README
	printf '{"a": 1}\n' >$hooks/Post-Invoke/data.json
	: >$hooks/Post-Invoke/empty
	printf 'a\0b' >$hooks/Post-Invoke/picture.png
	check_finds <<-'EOF'
		not-a-script Post-Invoke/README
		not-a-script Post-Invoke/data.json
		empty-script Post-Invoke/empty
		not-a-script Post-Invoke/picture.png
	EOF
	! grep -F '"command": "' "$output" || fail 'there is a command'
	check_ends_with 1
	grep -qFx "error: Post-Invoke/README: not executable and without a #! line, so it is not a script; move it elsewhere" \
		"$output" || fail 'README'
}

# Bidirectional controls and line separators: a name must not look like another.
test_a_name_that_reverses_itself_is_shown_as_it_is_and_its_command_can_be_copied() {
	local name names=($'gpj.\u202e\u2066hs' $'a\u2028error: b' $'c\u200f\ufeff' $'\u061cd')
	for name in "${names[@]}"; do
		hook "Post-Invoke/$name" <<<'#!/bin/false'
		chmod -x "$hooks/Post-Invoke/$name"
	done
	check_ends_with 1
	! LC_ALL=C.UTF-8 grep -P '[\x{61c}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]' "$output" ||
		fail 'check writes it as it is'
	grep -qF 'Post-Invoke/gpj.\342\200\256\342\201\246hs: not executable' "$output" || fail 'the name is not there'
	sed -n 's/^  fix: //p' "$output" >/fixes
	expect_equal 4 "$(wc -l </fixes)" 'commands'
	while read -r name; do
		eval "$name"
	done </fixes
	check_finds </dev/null
	run_apt apt-get -y install app
	apt_must_end_with 0
	expect_warning 'gpj.\342\200\256\342\201\246hs exited'
	! LC_ALL=C.UTF-8 grep -P '[\x{61c}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]' \
		"$errors" /var/log/apt/universal-hooks.log || fail 'apt or the log has it as it is'
	grep -qF 'gpj.\342\200\256\342\201\246hs' /var/log/apt/universal-hooks.log || fail 'it is not in the log'
}

test_the_settings_that_files_of_others_need() {
	hook_of_pacman PreTransaction app >$hooks/a.hook
	printf '%s\n' AbortOnFail NeedsTargets 'Depends = tool' >>$hooks/a.hook
	printf 'post_transaction:app:%s:%s:/bin/true\n' in raise_error=1 out '' >$hooks/Post-Invoke/b.actions
	printf 'app-*:out:/bin/true\n' >$hooks/Post-Invoke/c.action
	printf '// mine\nDPkg::Post-Invoke { "true"; };\n' | tee $hooks/50mine >$hooks/pkgs/50mine.conf
	check_ends_with 1
	expect_silent_errors
	expect_file "$output" <<-EOF
		error: 50mine: settings for apt, not a script; they belong in a file in /etc/apt/apt.conf.d

		error: Post-Invoke/b.actions:1: a hook for dnf, not a script; a symlink Post-Invoke/b-001 to /bin/true does the same
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-001::Packages { "app"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-001::Operations { "install"; "upgrade"; "downgrade"; "reinstall"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-001::On-Failure "abort";
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-001::Input "null";

		error: Post-Invoke/b.actions:2: a hook for dnf, not a script; a symlink Post-Invoke/b-002 to /bin/true does the same
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-002::Packages { "app"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-002::Operations { "upgrade"; "downgrade"; "reinstall"; "remove"; "purge"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/b-002::Input "null";

		error: Post-Invoke/c.action:1: a hook for dnf, not a script; a script Post-Invoke/c does the same
		  script: /bin/true
		  setting: Universal-Hooks::Scripts::Post-Invoke/c::Packages { "app-*"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/c::Operations { "upgrade"; "downgrade"; "reinstall"; "remove"; "purge"; };
		  setting: Universal-Hooks::Scripts::Post-Invoke/c::When "packages-success";

		error: a.hook:4: a hook for pacman, not a script; a script Pre-Install-Pkgs/a does the same
		  script: exec /bin/true <"\$APT_UNIVERSAL_HOOKS_MATCHED"
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Packages { "app"; };
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Operations { "upgrade"; "downgrade"; "reinstall"; };
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Requires { "tool"; };
		  setting: Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure "abort";

		error: a.hook:11: without "tool", pacman stops, but a script with Requires is skipped: to stop apt, check for it in the script instead

		error: pkgs/50mine.conf: settings for apt, not a script; they belong in a file in /etc/apt/apt.conf.d

		7 errors
	EOF
}

test_a_folder_that_is_open_is_found_once_however_many_hooks_are_below() {
	local directory name
	for directory in "$hooks" /usr/local/share; do
		for name in a b c; do
			probe "/usr/local/share/$name"
			ln -sf "/usr/local/share/$name" "$hooks/Pre-Invoke/$name"
		done
		probe Post-Invoke/a
		chmod 777 "$directory"
		check_finds <<<"open-to-others $directory"
		fix_all
		chown nobody "$directory"
		check_finds <<<"open-to-others $directory"
		fix_all
		expect_equal '755 root' "$(stat --format='%a %U' "$directory")"
	done
}

test_what_both_folders_hold_is_not_overwritten() {
	probe Post-Invoke/same
	probe Post-Invoke/other
	hook post-invoke/same <<<'#!/bin/sh'
	check_ends_with 1 --json
	sh -c "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"][0]["command"])' <"$output")" ||
		true
	grep -q probe "$hooks/Post-Invoke/same" || fail 'it was overwritten'
	check_finds <<<'hook-point-misspelt post-invoke'
}

test_a_missing_registration_is_one_fault() {
	rm $conf
	check_finds <<<"registration-missing $conf"
	fix_all
	dpkg --verify apt-plugin-universal-hooks
	sed -i 's,^DPkg::,// &,' $conf
	check_finds <<-EOF
		registration-missing $conf
		registration-missing $conf
		registration-missing $conf
		registration-missing $conf
		registration-missing $conf
	EOF
	fix_all
	dpkg --verify apt-plugin-universal-hooks
}

test_a_registration_edited_elsewhere_names_that_file() {
	local other=/etc/apt/apt.conf.d/zz-other
	printf '\nDPkg::Post-Invoke::apt-universal-hooks "/bin/true";\n' >$other
	check_finds <<<"registration-edited $other:2"
	expect_equal null "$(sed -nE 's/.*"command": (.*[^,]),?$/\1/p' "$output")"
}

# Reinstalling a file that is as it was shipped would not help.
test_what_clears_the_registration_is_named() {
	local other=/etc/apt/apt.conf.d/zz-other
	printf '// Other tools\n#clear DPkg::Post-Invoke;\n' >$other
	check_finds <<<"registration-missing $other:2"
	grep -q 'clears DPkg::Post-Invoke::apt-universal-hooks; no hooks run at Post-Invoke; remove' "$output" ||
		fail 'what to do should be said'
	expect_equal null "$(sed -nE 's/.*"command": (.*[^,]),?$/\1/p' "$output")"
	printf 'DPkg::Post-Invoke {};\n\nDPkg::Post-Invoke::apt-universal-hooks "";\n' >$other
	check_finds <<<"registration-missing $other:3"
	printf '#clear DPkg;\n' >$other
	check_finds <<-EOF
		registration-missing $other:1
		registration-missing $other:1
		registration-missing $other:1
		registration-missing $other:1
		registration-missing $other:1
	EOF
	mv $other /etc/apt/apt.conf
	check_finds <<-EOF
		registration-missing /etc/apt/apt.conf:1
		registration-missing /etc/apt/apt.conf:1
		registration-missing /etc/apt/apt.conf:1
		registration-missing /etc/apt/apt.conf:1
		registration-missing /etc/apt/apt.conf:1
	EOF
	rm /etc/apt/apt.conf
	# It is read first, so it cannot clear anything of ours.
	echo '#clear DPkg;' >/first.conf
	APT_CONFIG=/first.conf check_finds </dev/null
}

test_commands_before_ours_at_Post-Invoke_are_found() {
	local other=/etc/apt/apt.conf.d/00-other first=/etc/apt/apt.conf.d/00apt-universal-hooks.conf
	printf '\nDPkg::Post-Invoke {"false";};\n' >$other
	check_finds <<<"registration-not-first $other:2"
	expect_equal null "$(sed -nE 's/.*"command": (.*[^,]),?$/\1/p' "$output")"
	mv $other /etc/apt/apt.conf.d/10other
	check_finds </dev/null
	rm $first
	check_finds <<-EOF
		registration-missing $first
		registration-not-first /etc/apt/apt.conf.d/10other:2
	EOF
	fix_all
	dpkg --verify apt-plugin-universal-hooks
	check_finds </dev/null
	echo '// DPkg::Post-Invoke::apt-universal-hooks "";' >$first
	check_finds <<-EOF
		registration-edited $first
		registration-not-first /etc/apt/apt.conf.d/10other:2
	EOF
}

test_without_lists_of_packages_that_is_said_once() {
	probe pkgs/app/Post-Invoke/a
	probe pkgs/nothing-such/Post-Invoke/a
	probe multi_pkgs/Post-Invoke/nothing-__WILDCARD__/a
	probe pkgs/dpkg/Post-Invoke/a
	publish
	rm -r /var/lib/apt/lists/*
	check_finds <<<'no-package-lists /var/lib/apt/lists'
	grep -q '3 names' "$output" || fail 'the number of names is not there'
	fix_all
	check_finds <<-'EOF'
		wildcard-without-match multi_pkgs/Post-Invoke/nothing-__WILDCARD__
		package-unknown pkgs/nothing-such
	EOF
}

test_findings_can_be_limited_to_paths() {
	make_every_fault
	check_finds Post-Invoke/05-empty <<-EOF
		setting-unusable $settings:5
		setting-unusable $settings:6
		user-missing $settings:7
		directory-missing $settings:8
		requires-missing $settings:9
		path-without-match $settings:10
		empty-script Post-Invoke/05-empty
	EOF
	check_finds $hooks/pkgs/app/ <<-EOF
		open-to-others pkgs/app/Post-Invoke
		hook-point-misspelt pkgs/app/Post_Invoke
		packages-not-known pkgs/app/Pre-Invoke
		script-misplaced pkgs/app/script
	EOF
	check_finds pkgs/too1 PreInvoke pkgs/app/Post-Invoke/b <<-EOF
		hook-point-misspelt PreInvoke
		open-to-others pkgs/app/Post-Invoke
		package-unknown pkgs/too1
	EOF
	check_finds ./pkgs//app/Post-Invoke/../Pre-Invoke <<<'packages-not-known pkgs/app/Pre-Invoke'
	check_finds "$packaged_hooks" <<-EOF
		setting-without-hook $settings:4
		setting-masked $settings:12
		settings-file-unusable $packaged_hooks/settings.d/a.conf
		setting-twice $packaged_hooks/settings.d/b.conf
	EOF
}

# Lists are joined, an administrator may override what a package ships, and an option is meant.
test_what_another_line_overrides_is_found() {
	local d=/etc/apt/apt.conf.d
	conffile=$d/40-tool package tool 1
	publish
	apt-get -qq --yes install tool >/dev/null 2>&1
	probe Post-Invoke/a
	probe $packaged_hooks/Post-Invoke/b
	mkdir -p $packaged_hooks/settings.d
	printf 'Universal-Hooks::Scripts::Post-Invoke/%s;\n' 'b::Timeout "1"' 'b::Timeout "2"' \
		>$packaged_hooks/settings.d/b.conf
	printf 'Universal-Hooks::%s;\n' 'Output "both"' 'Scripts::Post-Invoke/a::When "always"' >$d/40-tool
	cat >$d/50-local <<-'EOF'
		Universal-Hooks::Timeout "5";
		Universal-Hooks::Output "log";
		Universal-Hooks::Scripts::Post-Invoke {
		    Enabled "yes";
		    Operations { "install"; };
		};
		Universal-Hooks::Scripts::Post-Invoke/a::When "ran";
		Universal-Hooks::Scripts::Post-Invoke/a::When "failure";
		Universal-Hooks::Scripts::Post-Invoke/b::Timeout "3";
	EOF
	apt-universal-hooks set Post-Invoke/a Directory /tmp >/dev/null
	cat >$d/zz-local <<-'EOF'
		universal-hooks::timeout "7";
		Universal-Hooks::Scripts::Post-Invoke/::Enabled "TRUE";
		Universal-Hooks::Scripts::Post-Invoke::Operations { "remove"; };
		Universal-Hooks::Scripts::Post-Invoke/a::Directory "/var";
	EOF
	check_finds <<-EOF
		setting-twice $d/50-local:1
		setting-twice $d/50-local:7
		setting-twice $d/99apt-universal-hooks-settings.conf:3
	EOF
	apt-universal-hooks check >$output || true
	grep -qF "$d/zz-local:1 sets it to \"7\"" $output || fail 'it should say what applies'
	grep -q 'fix: apt-universal-hooks unset Post-Invoke/a Directory$' $output || fail 'no command'
	fix_once
	check_finds <<-EOF
		setting-twice $d/50-local:1
		setting-twice $d/50-local:7
	EOF
}

test_a_path_must_be_one_of_the_tree() {
	probe Post-Invoke/010-hook
	local path
	for path in Post-Invoke/010-hock /etc/apt/universal-hooks/Post-Invoke/none /etc/passwd \
		$hooks/../../passwd .. Post-Invoke/../../apt.conf.d / ''; do
		check_ends_with 2 Post-Invoke "$path"
		expect_equal '' "$(cat "$output")"
		expect_equal 1 "$(wc -l <"$errors")" 'lines on standard error'
		form=E expect_warning 'there is no hook'
	done
	check_ends_with 2 Post-Invoke/010-hock
	form=E expect_warning 'did you mean Post-Invoke/010-hook?'
	check_ends_with 0 010-hook
}

test_what_cannot_be_looked_at_does_not_hide_the_rest() {
	probe Post-Invoke/a
	chmod -x $hooks/Post-Invoke/a
	probe pkgs/nothing-such/Post-Invoke/a
	publish
	# apt would not warn about a file that is in its cache.
	echo rubbish >/var/lib/dpkg/status
	check_ends_with 2 --json
	expect_findings <<<'not-executable Post-Invoke/a'
	grep -q '^E: .*/var/lib/dpkg/status' "$errors" || fail "apt's error is not there"
	echo more rubbish >/var/lib/dpkg/status
	check_ends_with 2
	expect_equal '1 error; 1 has a fix' "$(tail -n 1 "$output")"
}

test_a_configuration_that_apt_refuses() {
	local broken=/etc/apt/apt.conf.d/99broken
	probe Post-Invoke/a
	chmod -x $hooks/Post-Invoke/a
	ln -s /dev/null $hooks/Post-Invoke/mask
	publish
	printf 'Universal-Hooks::Timeout "5"\nUniversal-Hooks::When "always";\n' >$broken
	check_ends_with 2 --json
	expect_findings <<-EOF
		configuration-unusable $broken:2
		not-executable Post-Invoke/a
	EOF
	expect_silent_errors
	grep -q 'so every apt command fails and no hook is run: Extra junk after value; is a \\";\\" missing before?' "$output" ||
		fail 'what it means is not there'
	LC_ALL=C.UTF-8 check_ends_with 2 Post-Invoke/mask --json
	expect_findings <<<"configuration-unusable $broken:2"
	echo 'APT::Broken "' >$broken
	check_ends_with 2 --json
	expect_findings <<-EOF
		configuration-unusable $broken:2
		not-executable Post-Invoke/a
	EOF
}

test_files_that_apt_does_not_read() {
	local parts=/etc/apt/apt.conf.d name
	mkdir $parts/sub
	for name in $parts/90a.cfg "$parts/90 b" $parts/90c.CONF $parts/sub/90d.conf /etc/apt/90e.conf; do
		echo 'Universal-Hooks::Timeout "5";' >"$name"
	done
	echo 'APT::Color "1"; Universal-Hooks::Timeout "5";' >$parts/90f.txt
	# These are no faults: files of others, backups, and files that are switched off.
	echo 'APT::Color "1";' >$parts/90g.txt
	cp $conf $conf~
	cp $conf $parts/90h.disabled
	cp $conf $parts/.90i.conf
	mv $conf $conf.txt
	check_finds <<-EOF
		settings-not-read /etc/apt/90e.conf
		settings-not-read $parts/90 b
		settings-not-read $parts/90a.cfg
		settings-not-read $parts/90c.CONF
		settings-not-read $parts/90f.txt
		registration-missing $conf
		settings-not-read $conf.txt
		leftover $conf~
		settings-not-read $parts/sub/90d.conf
	EOF
	fix_all
	dpkg --verify apt-plugin-universal-hooks
	check_finds <<<"settings-not-read $parts/90f.txt"
	expect_equal '90-b.conf 90a.conf 90c.conf 90d.conf 90e.conf' "$(cd $parts && echo 90*.conf)"
}

test_an_ordinary_user_is_told_what_apt_cannot_read() {
	echo 'Universal-Hooks::Timeouts "5";' >$settings
	chmod 600 $settings
	apt_status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups apt-universal-hooks check --json \
		>"$output" 2>"$errors" || apt_status=$?
	expect_equal 2 "$apt_status" 'exit status'
	form=E expect_warning $settings 'Permission denied'
	setpriv --reuid=65534 --regid=65534 --clear-groups apt-universal-hooks check >"$output" || true
	expect_equal 'no problems found, but not everything could be checked' "$(cat "$output")"
}

test_an_ordinary_user_finds_the_same() {
	make_every_fault
	check_ends_with 1
	cp "$output" /found-by-root
	apt_status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups apt-universal-hooks check \
		>"$output" 2>"$errors" || apt_status=$?
	expect_silent_errors
	expect_equal 1 "$apt_status" 'exit status'
	expect_file /found-by-root <"$output"
}

test_a_folder_that_an_ordinary_user_may_not_read() {
	probe Post-Invoke/a
	probe pkgs/app/Post-Invoke/a
	chmod -x $hooks/Post-Invoke/a
	chmod 700 $hooks/pkgs/app
	publish
	apt_status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups apt-universal-hooks check --json \
		>"$output" 2>"$errors" || apt_status=$?
	expect_equal 2 "$apt_status" 'exit status'
	expect_findings <<<'not-executable Post-Invoke/a'
	form=E expect_warning "$hooks/pkgs/app" 'Permission denied'
	expect_equal 1 "$(wc -l <"$errors")" 'lines on standard error'
}

# A root directory with its own programs, accounts and packages.
test_another_root() {
	local image=/srv/image
	mkdir -p $image/etc/apt/apt.conf.d $image/var/lib/dpkg $image/var/lib/apt/lists/partial \
		$image/bin $image/usr/share $image/etc/apt/sources.list.d
	touch $image/etc/apt/sources.list
	cp -a /usr/share/dpkg /usr/share/apt-plugin-universal-hooks $image/usr/share
	cp /bin/true $image/bin/only-here
	ln -s /bin/only-here $image/bin/link
	printf 'worker:x:1:1::/:/bin/sh\n' >$image/etc/passwd
	printf 'Package: app\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n%s\n\n' \
		'Maintainer: nobody' >$image/var/lib/dpkg/status
	mkdir -p $image$hooks/Pre-Invoke
	hook $image$hooks/Post-Invoke/a <<<'#!/bin/link'
	hook $image$hooks/Post-Invoke/b <<<'#!/bin/sh'
	hook $image$hooks/pkgs/app/Post-Invoke/a <<<'#!/bin/link'
	hook $image$hooks/pkgs/app/post-invoke/b <<<'#!/bin/link'
	cat >$image/etc/apt/apt.conf.d/settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::User "worker";
		Universal-Hooks::Scripts::Post-Invoke/b::User "nobody";
		Universal-Hooks::Scripts::Post-Invoke/b::Directory "/usr/bin";
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "app"; "dpkg"; };
	EOF
	check_finds --root $image <<-EOF
		registration-missing $image$conf
		user-missing $image/etc/apt/apt.conf.d/settings:2
		directory-missing $image/etc/apt/apt.conf.d/settings:3
		requires-missing $image/etc/apt/apt.conf.d/settings:4
		interpreter-missing $image$hooks/Post-Invoke/b
		hook-point-misspelt $image$hooks/pkgs/app/post-invoke
	EOF
	check_finds --root $image $hooks/pkgs <<-EOF
		hook-point-misspelt $image$hooks/pkgs/app/post-invoke
	EOF
	check_finds --root $image $image$hooks/pkgs/app Pre-Invoke <<-EOF
		hook-point-misspelt $image$hooks/pkgs/app/post-invoke
	EOF
}

test_on_a_terminal_of_80_and_of_40_columns() {
	probe Post-Invoke/010-hook
	chmod -x $hooks/Post-Invoke/010-hook
	probe post-invoke/020-other
	publish
	echo 'APT::Color "1";' >$settings
	script -qec 'stty cols 80; TERM=xterm NO_COLOR=1 apt-universal-hooks check' /dev/null |
		sed 's/\r$//; s/.*\r//' >/wide || true
	expect_file /wide <<-'EOF'
		error: Post-Invoke/010-hook: not executable; it is not run
		  fix: chmod a+x -- /etc/apt/universal-hooks/Post-Invoke/010-hook

		error: post-invoke: the hook point is called Post-Invoke; scripts in this
		  directory are not run
		  fix: find /etc/apt/universal-hooks/post-invoke -mindepth 1 -maxdepth 1 -exec mv -n -t /etc/apt/universal-hooks/Post-Invoke -- '{}' + && rmdir -- /etc/apt/universal-hooks/post-invoke

		2 errors; 2 have a fix
	EOF
	script -qec 'stty cols 120; TERM=xterm NO_COLOR=1 apt-universal-hooks check post-invoke' /dev/null |
		sed 's/\r$//; s/.*\r//' >/wide || true
	expect_file /wide <<-'EOF'
		error: post-invoke: the hook point is called Post-Invoke; scripts in this directory are not run
		  fix: find /etc/apt/universal-hooks/post-invoke -mindepth 1 -maxdepth 1 -exec mv -n -t /etc/apt/universal-hooks/Post-Invoke -- '{}' + && rmdir -- /etc/apt/universal-hooks/post-invoke

		1 error; 1 has a fix
	EOF
	script -qec 'stty cols 40; TERM=xterm apt-universal-hooks check Post-Invoke' /dev/null |
		sed 's/\r$//; s/.*\r//; s/\x1b\[/</g' >/narrow || true
	expect_file /narrow <<-'EOF'
		<31merror:<0m <1mPost-Invoke/010-hook<0m: not
		  executable; it is not run
		  <32mfix:<0m chmod a+x -- /etc/apt/universal-hooks/Post-Invoke/010-hook

		1 error; 1 has a fix
	EOF
	check_ends_with 1 Post-Invoke
	expect_file "$output" <<-'EOF'
		error: Post-Invoke/010-hook: not executable; it is not run
		  fix: chmod a+x -- /etc/apt/universal-hooks/Post-Invoke/010-hook

		1 error; 1 has a fix
	EOF
}

test_a_hook_that_failed_when_it_last_ran() {
	hook Post-Invoke/a <<<$'#!/bin/sh\nexit $(cat /status)'
	probe Post-Invoke/b
	echo 3 >/status
	run_apt apt-get -y install app
	apt_must_end_with 0
	publish
	check_finds <<<'hook-failed Post-Invoke/a'
	grep -qE 'failed when it last ran, 2[0-9: -]*: exit 3; see apt-universal-hooks log --script Post-Invoke/a"' "$output" ||
		fail 'how and when is not there'
	check_finds Post-Invoke/b </dev/null
	echo 0 >/status
	run_apt apt-get -y --reinstall install app
	apt_must_end_with 0
	publish
	check_finds </dev/null
	# check itself finds, and no longer finds, why these were not run.
	chmod 0777 /etc/apt/universal-hooks/Post-Invoke
	run_apt apt-get -y --reinstall install app
	grep -q 'skipped (open-to-others)' /var/log/apt/universal-hooks.log || fail 'the hooks were run'
	publish
	check_finds <<<'open-to-others Post-Invoke'
	chmod 0755 /etc/apt/universal-hooks/Post-Invoke
	check_finds </dev/null
}
