# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The tables of migrate.md: each test builds what a row says, and shows that it does what the row
# says. "Row:" names the row by its first cell.

for name in foo foobar bar libfoo; do
	package $name 1
done

settings() {
	cat >>/etc/apt/apt.conf.d/60local-hooks
}

# with_files PATH...: a directory with empty files, for package.
with_files() {
	local tree path
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	for path; do
		install -D -m 644 /dev/null "$tree/$path"
	done
	echo "$tree"
}

# Does for all hooks of others in the tree what check says, and removes them.
convert() {
	local line path=
	publish
	apt-universal-hooks check >/said || true
	while IFS= read -r line; do
		case $line in
		*'a symlink '*' does the same')
			path=${line##*a symlink } path=${path%' does the same'}
			ln -s "${path#* to }" "$hooks/${path%% to *}"
			;;
		*'a script '*' does the same')
			path=${line##*a script } path=${path%' does the same'}
			;;
		'  script: '*) printf '#!/bin/sh\n%s\n' "${line#'  script: '}" | hook "$path" ;;
		'  setting: '*) settings <<<"${line#'  setting: '}" ;;
		esac
	done </said
	rm -f $hooks/*.hook $hooks/*.actions
	apt-universal-hooks check $hooks >/said || true
	# That no package has such a path yet is a warning.
	! grep -e '^error:' -e '^warning: .*setting' /said | grep -v 'has such a path' ||
		fail "what check proposes is not right: $(cat /said)"
}

# stub PROGRAM...: they record their names, arguments and standard input.
stub() {
	local program
	for program; do
		printf '#!/bin/sh\necho "${0##*/} $* <$(tr "\\n" " ")>" >>/runs\n' | hook "$program"
	done
}

# The first cells of all rows, except those of the first table.
rows() {
	zcat /usr/share/doc/apt-plugin-universal-hooks/migrate.md.gz |
		sed -n 's/^| \(.*[^ ]\) *| .*|$/\1/p' | grep -v -e '^yum |' -e '^`[a-z_]*/.*`' -e ' | .* | ' |
		sed 's/ | .*//' | grep -vxF -e 'yum and dnf' -e apt.conf -e '`NAME.hook`' -e 'hook of pacman' -e 'actions line'
}

test_each_row_has_a_test() {
	local row
	rows >/rows
	(($(wc -l </rows) > 40)) || fail "only $(wc -l </rows) rows were found"
	while IFS= read -r row; do
		grep -qxF -e "# Row: $row" "/tests/system/migrate.sh" || echo "$row"
	done </rows >/missing
	[[ ! -s /missing ]] || fail "no test for: $(cat /missing)"
}

# --- yum and dnf

# Each row of the first table, whose cells are paths.
test_hook_points_of_yum_and_dnf_have_the_names_of_apt() {
	local old new count=0
	publish
	zcat /usr/share/doc/apt-plugin-universal-hooks/migrate.md.gz |
		sed -nE 's/^\| `([^`]*)` \| `([^`]*)` \| `([^`]*)` \|$/\1 \3\n\2 \3/p' |
		sed 's/NAME/foo/g; s/PATTERN/f__WILDCARD__/g' >/rows
	while read -r old new; do
		probe "$new"a
		probe "$old"a
		apt-universal-hooks check >/said 2>&1 || true
		grep -qE "(yum|dnf).* $(grep -oE 'Pre-Install-Pkgs|Post-Invoke' <<<"$new")" /said ||
			fail "$old: $(cat /said)"
		rm "$hooks/$old"a
		count=$((count + 1))
	done </rows
	expect_equal 12 $count rows
	apt_succeeds install foo
	expect_runs <<-'EOT'
		pkgs/foo/Pre-Install-Pkgs/a
		multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a --pkg_list={foo}
		Pre-Install-Pkgs/a
		pkgs/foo/Post-Invoke/a
		multi_pkgs/Post-Invoke/f__WILDCARD__/a --pkg_list={foo}
		Post-Invoke/a
	EOT
}

# Row: dnf runs `transaction` only after success
test_after_a_failure_Post-Invoke_runs_unless_When_says_otherwise() {
	postinst='exit 1' package broken 1
	probe Post-Invoke/any
	probe Post-Invoke/success
	probe pkgs/foo/Post-Invoke/own
	settings <<-'EOT'
		Universal-Hooks::Scripts::Post-Invoke/success::When "success";
		Universal-Hooks::Scripts::pkgs::When "packages-success";
	EOT
	apt_fails install foo broken
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/own
		Post-Invoke/any
	EOT
}

# Row: scripts run through a shell
# Row: every file in a directory is tried
# Row: what rpm leaves, like `foo.rpmsave`, runs too
# Row: in a pattern, `.` and `+` have their regular expression meaning
test_names_of_scripts_and_patterns_are_just_names() {
	package g++-12 1
	package gxx-12 1
	probe 'Post-Invoke/a b; touch c'
	probe Post-Invoke/foo.bak
	probe Post-Invoke/foo~
	probe Post-Invoke/foo.rpmsave
	probe multi_pkgs/Post-Invoke/g++-__WILDCARD__/a
	probe multi_pkgs/Post-Invoke/f.o/a
	apt_succeeds install foo gxx-12
	expect_runs <<-'EOT'
		Post-Invoke/a\ b\;\ touch\ c
	EOT
	apt_succeeds install g++-12
	expect_runs <<-'EOT'
		multi_pkgs/Post-Invoke/g++-__WILDCARD__/a --pkg_list={g++-12}
		Post-Invoke/a\ b\;\ touch\ c
	EOT
}

# Row: `sh` is bash
test_sh_is_dash_and_bash_is_named() {
	[[ $(readlink -f /bin/sh) == */dash ]] || { echo 'sh is not dash here'; exit 77; }
	printf '#!/bin/sh\n[[ -e / ]] && echo "$0" >>/runs\n' | hook Post-Invoke/1-sh
	printf '#!/bin/bash\n[[ -e / ]] && echo "${0##*/}" >>/runs\n' | hook Post-Invoke/2-bash
	apt_succeeds_but_warns install foo
	expect_warning 1-sh 'status 127'
	expect_runs <<<2-bash
}

# Row: anybody's script runs
test_the_script_of_an_account_does_not_run() {
	probe Post-Invoke/own
	chown nobody $hooks/Post-Invoke/own
	apt_succeeds_but_warns install foo
	form=E expect_warning Post-Invoke/own
	expect_no_runs
}

# Row: packages have names like `perl-devel`
test_check_reports_names_that_apt_does_not_know() {
	publish
	probe pkgs/foo-devel/Post-Invoke/own
	! apt-universal-hooks check >/said 2>&1 || fail 'check finds nothing'
	grep -q 'foo-devel' /said || fail "$(cat /said)"
}

# --- apt.conf

# Row: `DPkg::Pre-Invoke { "COMMAND"; };`
# Row: `DPkg::Post-Invoke { "COMMAND"; };`
test_an_entry_and_the_script_run_the_same_command() {
	settings <<-'EOT'
		DPkg::Pre-Invoke { "echo before >>/entries"; };
		DPkg::Post-Invoke { "echo after >>/entries"; };
	EOT
	printf '#!/bin/sh\necho before >>/runs\n' | hook Pre-Invoke/a
	printf '#!/bin/sh\necho after >>/runs\n' | hook Post-Invoke/a
	apt_succeeds install foo
	expect_runs </entries
}

# Row: `DPkg::Pre-Install-Pkgs { "COMMAND"; };`, which reads the packages from standard input
# Row: `DPkg::Tools::Options::COMMAND::Version`, `::InfoFD`
test_the_transaction_file_has_the_packages_of_the_protocol() {
	settings <<-'EOT'
		DPkg::Pre-Install-Pkgs { "/usr/local/bin/reads >/entries"; };
		DPkg::Tools::Options::/usr/local/bin/reads::Version "2";
	EOT
	printf '#!/bin/sh\nsed "1,/^$/d" | grep -v "[*]$" | cut -d " " -f 1,4\n' | hook /usr/local/bin/reads
	printf '#!/bin/sh\nawk "{ print \\$1, \\$5 }" "$APT_UNIVERSAL_HOOKS_TRANSACTION" >>/runs\n' |
		hook Pre-Install-Pkgs/a
	apt_succeeds install foo bar
	sort /entries >/expected
	expect_runs </expected
	[[ -s /expected ]] || fail 'the entry read nothing'
}

# Row: the same, which reads the paths of archives (`.deb`)
test_the_file_of_archives_has_the_paths_of_the_protocol() {
	settings <<<'DPkg::Pre-Install-Pkgs { "cat >/entries"; };'
	printf '#!/bin/sh\ncut -f 3- "$APT_UNIVERSAL_HOOKS_ARCHIVES" >>/runs\n' | hook Pre-Install-Pkgs/a
	printf '#!/bin/sh\necho "$APT_UNIVERSAL_HOOKS_ARCHIVE" >>/own\n' | hook pkgs/foo/Pre-Install-Pkgs/a
	apt_succeeds install foo bar
	sort /entries >/expected
	expect_runs </expected
	grep -xFf /own /expected | grep -q /foo_1 || fail 'the package has another archive'
}

# Row: a loop that looks for one package in that input
# Row: a loop that looks for a path in the archives
# Row: `DPkg::Post-Invoke { "if [ -x /usr/bin/foo ]; then foo; fi"; };` in a package
test_the_directory_of_a_package_replaces_loop_and_test() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	probe "$tree$packaged_hooks/Post-Invoke/500-app"
	files=$tree package app 1
	probe pkgs/foo/Pre-Install-Pkgs/a
	probe Pre-Install-Pkgs/path
	settings <<<"Universal-Hooks::Scripts::Pre-Install-Pkgs/path::Paths { \"$packaged_hooks/*/500-app\"; };"
	apt_succeeds install app
	apt_succeeds install foo
	apt_succeeds remove app
	apt_succeeds install bar
	expect_runs <<-EOT
		Pre-Install-Pkgs/path
		$packaged_hooks/Post-Invoke/500-app
		pkgs/foo/Pre-Install-Pkgs/a
		$packaged_hooks/Post-Invoke/500-app
		Pre-Install-Pkgs/path
	EOT
}

# Row: `"COMMAND \|\| true"`
# Row: a COMMAND that must be able to stop apt
test_a_failure_is_a_warning_unless_On-Failure_says_otherwise() {
	then='exit 1' probe Pre-Invoke/a
	apt_succeeds_but_warns install foo
	expect_warning Pre-Invoke/a
	settings <<<'Universal-Hooks::Scripts::Pre-Invoke/a::On-Failure "abort";'
	apt_fails install bar
	! dpkg-query --status bar >/dev/null 2>&1 || fail 'apt was not stopped'
}

# Row: a COMMAND that uses `$PPID`, the process of apt
test_the_parent_of_a_script_is_the_helper() {
	settings <<<'DPkg::Post-Invoke { "cat /proc/$PPID/comm >/entry"; };'
	printf '#!/bin/sh\ncat /proc/$PPID/comm >>/runs\necho "$APT_UNIVERSAL_HOOKS_COMMAND_LINE" >>/runs\n' |
		hook Post-Invoke/a
	apt_succeeds install foo
	expect_equal apt-get "$(cat /entry)"
	expect_runs <<-'EOT'
		helper
		apt-get --yes install foo
	EOT
}

# Row: either of them with a mark or a grace period, so that COMMAND runs only once with unattended-upgrade
# Row: a COMMAND that starts apt in the background, to run when the lock is free
test_once_per_session_and_with_apt() {
	package bar 1
	probe Session-Start/mark
	then='apt-get -o DPkg::Lock::Timeout=600 --yes install bar' probe Session-End/apt
	apt_succeeds install foo
	apt-universal-hooks wait
	dpkg --status bar >/dev/null || fail 'bar should be installed'
	expect_runs <<-'EOT'
		Session-Start/mark
		Session-End/apt
	EOT
}

# Row: a program that speaks apt's protocol, such as `apt-listchanges --apt`, `apt-listbugs apt` or `dpkg-preconfigure --apt`
test_a_program_that_speaks_the_protocol_works_only_as_an_entry() {
	printf '#!/bin/sh\necho "$(grep -c "^foo ") $APT_HOOK_INFO_FD" >>/runs\n' | hook /usr/local/bin/speaks
	settings <<-'EOT'
		DPkg::Pre-Install-Pkgs { "/usr/local/bin/speaks"; };
		DPkg::Tools::Options::/usr/local/bin/speaks::Version "3";
	EOT
	ln -s /usr/local/bin/speaks $hooks/Pre-Install-Pkgs/a
	apt_succeeds install foo
	sort /runs >/sorted && mv /sorted /runs
	expect_runs <<-'EOT'
		0 
		2 0
	EOT
}

# Row: `APT::Update::Post-Invoke` and the other hooks of `apt update`
test_update_runs_no_hook_and_its_entry_stays() {
	publish
	probe Pre-Invoke/a
	probe Post-Invoke/a
	settings <<<'APT::Update::Post-Invoke { "echo updated >>/runs"; };'
	apt_succeeds update
	expect_runs <<<updated
}

# --- pacman

# Row: `When = PreTransaction`
# Row: `When = PostTransaction`
# Row: `Type = Package`, `Target = foo`
# Row: `Target = foo*`
# Row: `Target = *`
test_targets_and_times_of_pacman_are_directories_or_Packages() {
	postinst='exit 1' package broken 1
	probe pkgs/foo/Pre-Install-Pkgs/a
	probe multi_pkgs/Pre-Install-Pkgs/foo__WILDCARD__/a MATCHED
	probe Pre-Install-Pkgs/1-foo MATCHED
	probe Pre-Install-Pkgs/2-foo-all MATCHED
	probe Pre-Install-Pkgs/3-all MATCHED
	probe Pre-Install-Pkgs/4
	probe Post-Invoke/1-foo
	probe Post-Invoke/2-broken
	probe Post-Invoke/3
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			Pre-Install-Pkgs/1-foo::Packages { "foo"; };
			Pre-Install-Pkgs/2-foo-all::Packages { "foo*"; };
			Pre-Install-Pkgs/3-all::Packages { "*"; };
			Post-Invoke/1-foo { Packages { "foo"; }; When "packages-success"; };
			Post-Invoke/2-broken { Packages { "broken"; }; When "packages-success"; };
			Post-Invoke/3::When "success";
		};
	EOT
	apt_fails install foo foobar libfoo broken
	expect_runs <<-EOT
		pkgs/foo/Pre-Install-Pkgs/a
		multi_pkgs/Pre-Install-Pkgs/foo__WILDCARD__/a --pkg_list={broken,foo,foobar,libfoo} MATCHED={foo,foobar}
		Pre-Install-Pkgs/1-foo MATCHED={foo}
		Pre-Install-Pkgs/2-foo-all MATCHED={foo,foobar}
		Pre-Install-Pkgs/3-all MATCHED={broken,foo,foobar,libfoo}
		Pre-Install-Pkgs/4
		Post-Invoke/1-foo
	EOT
}

# Row: several `Target`s or `[Trigger]`s
# Row: `Target = !foo`, `?`, `[a-z]`
# Row: all three `Operation`s
test_several_targets_are_one_list_and_the_last_match_counts() {
	probe Post-Invoke/any MATCHED
	probe Post-Invoke/others MATCHED
	settings <<-'EOT'
		Universal-Hooks::Scripts::Post-Invoke/any::Packages { "foo*"; "ba?"; "!foo[a-z]*"; };
		Universal-Hooks::Scripts::Post-Invoke/others::Packages { "!foo*"; "!bar"; };
	EOT
	apt_succeeds install foo foobar bar
	expect_runs <<<'Post-Invoke/any MATCHED={bar,foo}'
	apt_succeeds install libfoo
	expect_runs <<<'Post-Invoke/others MATCHED={libfoo}'
	apt_succeeds remove foo
	expect_runs <<<'Post-Invoke/any MATCHED={foo}'
}

# Row: `[Trigger]`s that differ in `Type` or `Operation`
test_several_scripts_for_one_hook_run_it_once() {
	local trigger='[Trigger]\nType = Package\n'
	stub /usr/bin/image
	printf "${trigger}Operation = Install\nTarget = foo\n${trigger}Operation = Remove\nTarget = bar\n[Action]\nExec = /usr/bin/image all\nWhen = PostTransaction\n" \
		>$hooks/image.hook
	convert
	apt_succeeds install bar
	expect_no_runs
	apt_succeeds install foo bar-
	expect_runs <<<'image all <>'
	grep -q 'skipped (77)' /var/log/apt/universal-hooks.log || fail 'the second script has not skipped'
	apt_succeeds remove foo
	expect_no_runs
}

# Row: `Type = Path`, `Target = usr/share/fonts/*`
# Row: `Type = Path`, `Target = !PATH`
# Row: `Type = Path`, `Operation = Install` or `Remove`
# Row: `NeedsTargets`, paths on standard input
test_paths_of_pacman_are_absolute() {
	files=$(with_files usr/share/things/a usr/share/things/b.txt) package app 1
	files=$(with_files usr/share/things/a usr/share/new) package app 2
	hook Post-Invoke/things <<-'EOT'
		#!/bin/sh
		paths=$(grep -v '[.]txt$' "$APT_UNIVERSAL_HOOKS_MATCHED_PATHS") || exit 77
		echo things $paths >>/runs
	EOT
	printf '#!/bin/sh\n[ ! -e /usr/share/new ] || echo new >>/runs\n' | hook Post-Invoke/new
	printf '#!/bin/sh\n[ -e /usr/share/things/b.txt ] || echo gone >>/runs\n' | hook Post-Invoke/gone
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			Post-Invoke/things::Paths { "/usr/share/things/*"; };
			Post-Invoke/new { Paths { "/usr/share/new"; }; Operations { "install"; "upgrade"; "downgrade"; }; };
			Post-Invoke/gone { Paths { "*/b.txt"; }; Operations { "upgrade"; "downgrade"; "remove"; "purge"; }; };
		};
	EOT
	apt_succeeds install app=1 foo
	expect_runs <<<'things /usr/share/things/a'
	apt_succeeds install app
	expect_runs <<-'EOT'
		gone
		new
		things /usr/share/things/a
	EOT
	apt_succeeds remove foo
	expect_no_runs
}

# hook_of_pacman NAME OPERATIONS TYPE TARGETS COMMAND [KEY...]
hook_of_pacman() {
	local operation target
	{
		printf '[Trigger]\nType = %s\n' "$3"
		for operation in $2; do
			printf 'Operation = %s\n' "$operation"
		done
		set -f
		for target in $4; do
			printf 'Target = %s\n' "$target"
		done
		set +f
		printf '[Action]\nExec = %s\n' "$5"
		printf '%s\n' "${@:6}"
		[[ $* == *When* ]] || echo 'When = PostTransaction'
	} >"$hooks/$1.hook"
}

# Row: `fontconfig.hook`: `fc-cache -s`
# Row: `40-fontconfig-config.hook`: new defaults
# Row: `90-mkinitcpio-install.hook`: images for new kernels
# Row: `95-systemd-boot.hook`: a new boot loader
# Row: `update-desktop-database.hook`
# Row: `gtk-update-icon-cache.hook`: a cache for each theme
# Row: `glib-compile-schemas.hook`
# Row: `nvidia.hook`: an image for a new driver or kernel, once for both
# Row: `50-bootbackup.hook`: a copy of `/boot` before a new kernel
test_hooks_that_many_machines_have() {
	local all='Install Upgrade Remove' schemas=usr/share/glib-2.0/schemas
	files=$(with_files usr/share/fonts/a.ttf usr/share/fontconfig/conf.default/1.conf) package font 1
	files=$(with_files usr/share/applications/a.desktop usr/share/icons/hicolor/a.png $schemas/a.gschema.xml) \
		package desktop 1
	files=$(with_files boot/vmlinuz-1) package linux-image-1 1
	package linux-image-1-dbg 1
	package nvidia-driver 1
	package initramfs-tools 1
	package systemd-boot 1
	package systemd-boot 2
	package rsync 1
	stub /usr/bin/{fc-cache,fc-config,image,bootctl,update-desktop-database,update-icons,glib-compile-schemas,backup}
	apt_succeeds install rsync systemd-boot=1 linux-image-1-dbg
	hook_of_pacman fontconfig "$all" Path 'etc/fonts/conf.d/ usr/share/fonts/*' '/usr/bin/fc-cache -s'
	hook_of_pacman 40-fontconfig-config 'Install Upgrade' Path 'usr/share/fontconfig/conf.default/*' \
		/usr/bin/fc-config NeedsTargets
	hook_of_pacman 90-image 'Install Upgrade' Path 'boot/vmlinuz-* usr/lib/initramfs-tools/*' '/usr/bin/image all'
	sed -i '1i [Trigger]\nType = Package\nOperation = Install\nOperation = Upgrade\nTarget = initramfs-tools' \
		$hooks/90-image.hook
	hook_of_pacman 95-systemd-boot Upgrade Package systemd-boot '/usr/bin/bootctl --graceful update'
	hook_of_pacman update-desktop-database "$all" Path 'usr/share/applications/*.desktop' \
		'/usr/bin/update-desktop-database -q'
	hook_of_pacman gtk-update-icon-cache "$all" Path 'usr/share/icons/*/' /usr/bin/update-icons NeedsTargets
	hook_of_pacman glib-compile-schemas "$all" Path "$schemas/*.gschema.xml $schemas/*.gschema.override" \
		"/usr/bin/glib-compile-schemas /$schemas"
	hook_of_pacman nvidia "$all" Package 'nvidia-driver linux-image-* !linux-image-*-dbg' \
		"/bin/sh -c 'image nvidia'" NeedsTargets
	hook_of_pacman 50-bootbackup "$all" Path 'boot/vmlinuz-*' '/usr/bin/backup /boot' 'When = PreTransaction' \
		'Depends = rsync'
	convert
	apt_succeeds --reinstall install linux-image-1-dbg
	expect_no_runs
	apt_succeeds install systemd-boot
	expect_runs <<<'95-systemd-boot --graceful update <>'
	apt_succeeds install font desktop
	expect_runs <<-EOT
		fc-config  <usr/share/fontconfig/conf.default/1.conf >
		fontconfig -s <>
		glib-compile-schemas /$schemas <>
		update-icons  <usr/share/icons/hicolor usr/share/icons/hicolor/a.png >
		update-desktop-database -q <>
	EOT
	apt_succeeds install linux-image-1 nvidia-driver initramfs-tools
	expect_runs <<-'EOT'
		50-bootbackup /boot <>
		image all <>
		image nvidia <linux-image-1 nvidia-driver >
	EOT
	apt_succeeds remove font
	expect_runs <<<'fontconfig -s <>'
}

# Row: `Operation = Install`
# Row: `Operation = Upgrade`, which for pacman includes downgrades and reinstallations
# Row: `Operation = Remove`
test_operations_of_pacman_are_lists_of_operations() {
	probe pkgs/foo/Pre-Install-Pkgs/install OPERATION
	probe pkgs/foo/Pre-Install-Pkgs/remove OPERATION
	probe pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			pkgs/foo/Pre-Install-Pkgs/install::Operations { "install"; };
			pkgs/foo/Pre-Install-Pkgs/upgrade::Operations { "upgrade"; "downgrade"; "reinstall"; };
			pkgs/foo/Pre-Install-Pkgs/remove::Operations { "remove"; "purge"; };
		};
	EOT
	package foo 2
	apt_succeeds install foo=1
	apt_succeeds --reinstall install foo=1
	apt_succeeds install foo=2
	apt_succeeds --allow-downgrades install foo=1
	apt_succeeds remove foo
	apt_succeeds install foo=1
	apt_succeeds purge foo
	expect_runs <<-'EOT'
		pkgs/foo/Pre-Install-Pkgs/install OPERATION=install
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=reinstall
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=upgrade
		pkgs/foo/Pre-Install-Pkgs/upgrade OPERATION=downgrade
		pkgs/foo/Pre-Install-Pkgs/remove OPERATION=remove
		pkgs/foo/Pre-Install-Pkgs/install OPERATION=install
		pkgs/foo/Pre-Install-Pkgs/remove OPERATION=purge
	EOT
}

# Row: `Exec = COMMAND`
# Row: `Description = TEXT`
# Row: no `NeedsTargets`, so an empty standard input
test_what_pacman_executes_is_a_symlink_with_Arguments() {
	stub /usr/bin/tells
	# shellcheck disable=SC2016 # pacman expands nothing
	hook_of_pacman a Install Package foo '/usr/bin/tells $HOME "*;" & a\ b' 'Description = Tell them'
	convert
	printf '#!/bin/sh\n# A description\nexec /usr/bin/tells '\''$HOME'\'' '\''*;'\'' '\''&'\'' </dev/null\n' | hook Post-Invoke/b
	[[ $(readlink $hooks/Post-Invoke/a) == /usr/bin/tells ]] || fail 'there is no symlink'
	publish
	from_apts_stdin() {
		echo 'not for hooks' | apt-get --yes install foo
	}
	silently from_apts_stdin
	expect_runs <<-'EOT'
		a $HOME *; & a b <>
		tells $HOME *; & <>
	EOT
	apt-universal-hooks list | grep -q 'Tell them' || fail 'the description is not shown'
}

# Row: `Depends = foo`, `Depends = foo>=2`
# Row: `Depends = foo` with `AbortOnFail`
# Row: `AbortOnFail`
test_Requires_skips_and_only_a_test_in_the_script_vetoes() {
	package libfoo 2
	settings <<-'EOT'
		Universal-Hooks::Scripts::Pre-Install-Pkgs::On-Failure "abort";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/1-requires::Requires { "libfoo (>= 2)"; };
	EOT
	probe Pre-Install-Pkgs/1-requires
	apt_succeeds_but_warns install foo
	expect_warning 1-requires libfoo
	apt_succeeds_but_warns install libfoo=1
	expect_no_runs
	printf '#!/bin/sh\ncommand -v libfoo >/dev/null || exit 1\n' | hook Pre-Install-Pkgs/2-tests
	apt_fails install bar
	form=E expect_warning 2-tests 'apt stops'
	! dpkg-query --status bar >/dev/null 2>&1 || fail 'apt was not stopped'
	printf '#!/bin/sh\n' | hook /usr/bin/libfoo
	apt_succeeds_but_warns install libfoo
	apt_succeeds install bar
	expect_runs <<<Pre-Install-Pkgs/1-requires
}

# Row: `NeedsTargets`, names on standard input
test_names_are_in_MATCHED_or_in_PACKAGE_and_stdin_is_apts() {
	probe pkgs/foo/Post-Invoke/a PACKAGE MATCHED
	stub /usr/bin/reads
	hook_of_pacman reads Install Package 'foo*' /usr/bin/reads NeedsTargets
	convert
	then='cat >>/runs' probe Post-Invoke/z
	publish
	from_apts_stdin() {
		echo 'not for hooks' | apt-get --yes install foo foobar
	}
	silently from_apts_stdin
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/a PACKAGE=foo no-MATCHED
		reads  <foo foobar >
		Post-Invoke/z
		not for hooks
	EOT
}

# Row: hooks run in the order of their names
test_order_is_by_name_within_a_hook_point_and_by_kind_before() {
	probe Post-Invoke/100-first
	probe Post-Invoke/200-second
	probe Post-Invoke/300-third
	probe multi_pkgs/Post-Invoke/foo/400-multi
	probe pkgs/foo/Post-Invoke/500-own
	settings <<-'EOT'
		Universal-Hooks::Scripts::Post-Invoke/100-first::Packages { "foo"; };
		Universal-Hooks::Scripts::Post-Invoke/300-third::Packages { "f*"; };
	EOT
	apt_succeeds install foo
	expect_runs <<-'EOT'
		pkgs/foo/Post-Invoke/500-own
		multi_pkgs/Post-Invoke/foo/400-multi --pkg_list={foo}
		Post-Invoke/100-first
		Post-Invoke/200-second
		Post-Invoke/300-third
	EOT
}

# Row: `pacman -U FILE`, which runs hooks
test_a_package_in_a_file_runs_hooks_and_so_does_dpkg_if_wanted() {
	probe Post-Invoke/a
	apt_succeeds install /repository/foo_1_all.deb
	expect_runs <<<Post-Invoke/a
	dpkg -i /repository/bar_1_all.deb >/said 2>&1
	expect_no_runs
	apt-universal-hooks dpkg on >/said
	dpkg -i /repository/bar_1_all.deb >/said 2>&1
	expect_runs <<<Post-Invoke/a
}

# Row: a file of the same name in `/etc/pacman.d/hooks`, or a symlink to `/dev/null`
test_the_same_name_in_etc_overrides_and_masks() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	probe "$tree$packaged_hooks/Post-Invoke/1-overridden"
	probe "$tree$packaged_hooks/Post-Invoke/2-masked"
	files=$tree package app 1
	probe Post-Invoke/1-overridden
	ln -s /dev/null $hooks/Post-Invoke/2-masked
	apt_succeeds install app
	expect_runs <<<Post-Invoke/1-overridden
}

# --- dnf's actions

# Row: `pre_transaction`
# Row: `post_transaction`
# Row: an empty filter
# Row: `foo`
# Row: `foo*`, `foo?`, `[a-f]*`
# Row: `*` or another filter, with `${pkg.…}` in the command, which runs once for each package
# Row: a filter without `${pkg.…}`, whose command runs once
# Row: `foo.x86_64`
# Row: a filter by version, `foo-2.0*`
# Row: a filter by file, `/usr/lib/systemd/system/*`
test_filters_of_dnf_are_Packages_and_Paths() {
	local native
	native=$(dpkg --print-architecture)
	files=$(with_files usr/lib/things/a) package native 1 "Architecture: $native"
	package foo 2.0-1
	package foo 2.1
	stub /usr/bin/tells
	hook $hooks/a.actions <<-'EOT'
		pre_transaction::::/usr/bin/tells start
		post_transaction:foo:::/usr/bin/tells foo
		post_transaction:foo*:::/usr/bin/tells foo* a\ b
		post_transaction:[a-f]o?:::/usr/bin/tells glob
		post_transaction:*:::/usr/bin/tells ${pkg.name}-${pkg.evr}
		post_transaction:/usr/lib/things/*:::/usr/bin/tells file
	EOT
	convert
	probe Post-Invoke/b-native
	probe Post-Invoke/c-version
	settings <<-EOT
		Universal-Hooks::Scripts::Post-Invoke/b-native::Packages { "native:$native"; };
		Universal-Hooks::Scripts::Post-Invoke/c-version::Packages { "foo (>= 2.0)"; "!foo (>= 2.1~)"; };
	EOT
	apt_succeeds install foo=2.0-1 native
	expect_runs <<-'EOT'
		a-001 start <>
		a-002 foo <>
		a-003 foo* a b <>
		a-004 glob <>
		tells foo-2.0-1 <>
		tells native-1 <>
		a-006 file <>
		Post-Invoke/b-native
		Post-Invoke/c-version
	EOT
	apt_succeeds install foo=2.1
	! grep version /runs || fail 'this is another version'
}

# Row: `pre_base_setup`, `post_base_setup`, `repos_configured`, `repos_loaded`, `pre_add_cmdline_packages`, `post_add_cmdline_packages`, `goal_resolved`
test_check_knows_what_apt_has_no_hook_point_for() {
	publish
	mkdir -p $hooks/repos_loaded
	printf 'goal_resolved::::/bin/true\n' >$hooks/a.actions
	! apt-universal-hooks check >/said 2>&1 || fail 'check finds nothing'
	grep -q 'a.actions:1: .*no hook point like' /said || fail "$(cat /said)"
}

# Row: output lines `tmp.NAME=VALUE`, which later actions read
# Row: output lines `conf.NAME=VALUE`, `var.NAME=VALUE`
# Row: `${pid}`
test_a_script_hands_on_by_a_file_and_does_not_change_apt() {
	hook Pre-Invoke/a <<-'EOT'
		#!/bin/sh
		echo "$APT_UNIVERSAL_HOOKS_ID" >"$APT_UNIVERSAL_HOOKS_DATA/id"
		echo 'DPkg::Post-Invoke { "echo late >>/runs"; };' >/etc/apt/apt.conf.d/99late
	EOT
	hook Post-Invoke/a <<-'EOT'
		#!/bin/sh
		[ "$(cat "$APT_UNIVERSAL_HOOKS_DATA/id")" = "$APT_UNIVERSAL_HOOKS_ID" ] && echo same >>/runs
	EOT
	apt_succeeds install foo
	expect_runs <<<same
}

# Row: option `enabled=0`
# Row: option `mode=json`
test_options_of_dnf_that_have_no_effect_or_no_equivalent() {
	publish
	stub /usr/bin/tells
	printf 'post_transaction:::%s:/usr/bin/tells\n' enabled=0 mode=json >$hooks/a.actions
	! apt-universal-hooks check >/said 2>&1 || fail 'check finds nothing'
	grep -q 'a.actions:2: .* mode=json' /said || fail "$(cat /said)"
	convert
	rm /usr/bin/tells
	printf '#!/bin/sh\n:\n' | hook /usr/bin/tells
	printf '#!/bin/sh\napt-universal-hooks transaction --json | grep -o "\\"package\\": \\"foo\\"" >>/runs\n' |
		hook Post-Invoke/b
	apt_succeeds install foo
	expect_runs <<<'"package": "foo"'
}

# Row: direction `in`
# Row: direction `out`
# Row: `${pkg.name}`, `${pkg.arch}`
# Row: `${pkg.evr}`
# Row: `${pkg.action}`: `I`, `U`, `D`, `R`, `E`
test_directions_of_dnf_are_lists_of_operations() {
	local all='PACKAGE ARCHITECTURE OPERATION OLD_VERSION NEW_VERSION'
	# shellcheck disable=SC2086 # the variables' names
	probe pkgs/foo/Post-Invoke/in $all
	# shellcheck disable=SC2086
	probe pkgs/foo/Post-Invoke/out $all
	settings <<-'EOT'
		Universal-Hooks::Scripts {
			pkgs/foo/Post-Invoke/in::Operations { "install"; "upgrade"; "downgrade"; "reinstall"; };
			pkgs/foo/Post-Invoke/out::Operations { "upgrade"; "downgrade"; "reinstall"; "remove"; "purge"; };
		};
	EOT
	package foo 2
	apt_succeeds install foo=1
	apt_succeeds install foo=2
	apt_succeeds remove foo
	local foo='PACKAGE=foo ARCHITECTURE=all'
	expect_runs <<-EOT
		pkgs/foo/Post-Invoke/in $foo OPERATION=install OLD_VERSION=- NEW_VERSION=1
		pkgs/foo/Post-Invoke/in $foo OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2
		pkgs/foo/Post-Invoke/out $foo OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2
		pkgs/foo/Post-Invoke/out $foo OPERATION=remove OLD_VERSION=2 NEW_VERSION=-
	EOT
}

# Row: option `raise_error=1`
# Row: output `stop=TEXT` or `error=TEXT`
# Row: command, with spaces escaped
test_an_action_that_raises_an_error_is_a_veto() {
	printf '#!/bin/sh\necho "the reason why"\nexit 1\n' | hook Pre-Install-Pkgs/a
	settings <<<'Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure "abort";'
	apt_fails install foo
	grep -qx 'the reason why' "$output" || fail 'the text is not shown'
	! dpkg-query --status foo >/dev/null 2>&1 || fail 'apt was not stopped'
}

# Row: option `enabled=host-only`
test_with_RootDir_the_hooks_of_the_other_system_run() {
	mkdir -p /other
	mount --rbind / /other
	mount -t tmpfs -o mode=755 none /other$hooks
	printf '#!/bin/sh\necho here >>/here\n' | hook Post-Invoke/a
	install -D -m 755 /dev/stdin /other$hooks/Post-Invoke/a <<<$'#!/bin/sh\necho there >>/there'
	run_apt apt-get --yes -o RootDir=/other install foo
	apt_must_end_with 0
	[[ -e /there && ! -e /here ]] || fail 'hooks of this system have run'
}
