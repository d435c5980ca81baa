# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The setting Paths, which aims a script at packages that have, get or had a path.

# with_files PATH...: a directory of empty files, for package.
with_files() {
	local path
	rm -rf /with-files
	for path; do
		install -D /dev/null "/with-files/$path"
	done
	files=/with-files
}

with_files usr/share/fonts/truetype/a.ttf usr/share/doc/font-like/x
files=/with-files package font-like 1
with_files boot/vmlinuz-6.1-test lib/modules/6.1-test/kernel.ko
files=/with-files package kernel-like 1
with_files usr/bin/tool-of-app
files=/with-files conffile=/etc/app.conf package app 1
with_files usr/bin/another-tool
files=/with-files conffile=/etc/app.conf package app 2
package empty-one 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

test_a_script_runs_only_for_packages_with_such_a_path() {
	local point
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe $point/fonts MATCHED MATCHED_PATHS
		probe $point/kernel MATCHED_PATHS
	done
	settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Install-Pkgs/fonts::Paths { "/usr/share/fonts/*"; };
		    Post-Invoke/fonts::Paths { "/usr/share/fonts/*"; };
		    Pre-Install-Pkgs/kernel::Paths { "/boot/vmlinuz-*"; "/usr/lib/modules/*.ko"; };
		    Post-Invoke/kernel::Paths { "/boot/vmlinuz-*"; "/usr/lib/modules/*.ko"; };
		};
	EOF
	apt_succeeds install font-like empty-one
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/fonts MATCHED={font-like} MATCHED_PATHS={/usr/share/fonts/truetype,/usr/share/fonts/truetype/a.ttf}
		Post-Invoke/fonts MATCHED={font-like} MATCHED_PATHS={/usr/share/fonts/truetype,/usr/share/fonts/truetype/a.ttf}
	EOF
	grep -q '^ Post-Invoke .*/Post-Invoke/kernel \[always\] skipped (Paths)$' \
		/var/log/apt/universal-hooks.log || fail 'the log does not name the setting'
	# /lib is a symlink to usr/lib.
	apt_succeeds install kernel-like
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/kernel MATCHED_PATHS={/boot/vmlinuz-6.1-test,/usr/lib/modules/6.1-test/kernel.ko}
		Post-Invoke/kernel MATCHED_PATHS={/boot/vmlinuz-6.1-test,/usr/lib/modules/6.1-test/kernel.ko}
	EOF
	apt_succeeds remove font-like
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/fonts MATCHED={font-like} MATCHED_PATHS={/usr/share/fonts/truetype,/usr/share/fonts/truetype/a.ttf}
		Post-Invoke/fonts MATCHED={font-like} MATCHED_PATHS={/usr/share/fonts/truetype,/usr/share/fonts/truetype/a.ttf}
	EOF
	apt_succeeds purge empty-one
	expect_no_runs
}

test_an_upgrade_counts_with_the_paths_of_both_versions() {
	probe pkgs/app/Post-Invoke/gone PACKAGE MATCHED_PATHS
	probe multi_pkgs/Post-Invoke/app__WILDCARD__/new MATCHED MATCHED_PATHS
	probe Session-End/both MATCHED MATCHED_PATHS
	probe Post-Invoke/conf OPERATION MATCHED_PATHS
	settings <<-'EOF'
		Universal-Hooks::Scripts {
		    pkgs::Paths { "/usr/bin/tool-of-*"; };
		    multi_pkgs::Paths { "/bin/another-*"; };
		    Session-End::Paths { "/bin/*tool*"; };
		    Post-Invoke/conf::Paths { "*/app.conf"; };
		    Post-Invoke/conf::Operations { "purge"; };
		    Post-Invoke/conf::Per-Package "true";
		};
	EOF
	apt_succeeds install app=1
	wait_for_waiters
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/gone PACKAGE=app MATCHED_PATHS={/usr/bin/tool-of-app}
		Session-End/both MATCHED={app} MATCHED_PATHS={/usr/bin/tool-of-app}
	EOF
	apt_succeeds install app
	wait_for_waiters
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/gone PACKAGE=app MATCHED_PATHS={/usr/bin/tool-of-app}
		multi_pkgs/Post-Invoke/app__WILDCARD__/new --pkg_list={app} MATCHED={app} MATCHED_PATHS={/usr/bin/another-tool}
		Session-End/both MATCHED={app} MATCHED_PATHS={/usr/bin/another-tool,/usr/bin/tool-of-app}
	EOF
	apt_succeeds remove app
	wait_for_waiters
	expect_runs <<-'EOF'
		multi_pkgs/Post-Invoke/app__WILDCARD__/new --pkg_list={app} MATCHED={app} MATCHED_PATHS={/usr/bin/another-tool}
		Session-End/both MATCHED={app} MATCHED_PATHS={/usr/bin/another-tool}
	EOF
	# The list of a package that is removed has its configuration files.
	apt_succeeds purge app
	expect_runs <<<'Post-Invoke/conf OPERATION=purge MATCHED_PATHS={/etc/app.conf}'
}

test_settings_of_a_package_are_enough() {
	hook /usr/lib/apt/universal-hooks/Post-Invoke/fonts <<-'SCRIPT'
		#!/bin/sh
		sed 's/^/fonts /' "$APT_UNIVERSAL_HOOKS_MATCHED_PATHS" >>/runs
	SCRIPT
	install -d /usr/lib/apt/universal-hooks/settings.d
	printf '%s\n' 'Universal-Hooks::Scripts::Post-Invoke/fonts::paths { "*.ttf"; };' \
		>/usr/lib/apt/universal-hooks/settings.d/fonts.conf
	apt_succeeds install font-like
	expect_runs <<<'fonts /usr/share/fonts/truetype/a.ttf'
	apt_succeeds remove font-like
	expect_runs <<<'fonts /usr/share/fonts/truetype/a.ttf'
}

test_a_diverted_path_counts_where_the_file_is() {
	probe Pre-Install-Pkgs/a MATCHED_PATHS
	probe Post-Invoke/a MATCHED_PATHS
	settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Install-Pkgs/a::Paths { "/usr/bin/*tool-of-app*"; };
		    Post-Invoke/a::Paths { "/usr/bin/*tool-of-app*"; };
		};
	EOF
	dpkg-divert --quiet --local --rename --divert /usr/bin/tool-of-app.real /usr/bin/tool-of-app
	apt_succeeds install app=1
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a MATCHED_PATHS={/usr/bin/tool-of-app.real}
		Post-Invoke/a MATCHED_PATHS={/usr/bin/tool-of-app.real}
	EOF
	[[ -e /usr/bin/tool-of-app.real ]] || fail 'dpkg should have diverted it'
}

test_hundreds_of_paths_and_a_package_with_fifty_thousand() {
	local number
	install -d /many/usr/share/many
	(cd /many/usr/share/many && seq -f 'file-%06.0f' 50000 | xargs touch)
	files=/many package many-files 1
	probe Pre-Install-Pkgs/a
	hook Post-Invoke/b <<-'SCRIPT'
		#!/bin/sh
		wc -l <"$APT_UNIVERSAL_HOOKS_MATCHED_PATHS" >>/runs
	SCRIPT
	{
		printf 'Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Paths { "/none"; '
		printf '"/usr/share/many/file-%06d"; ' {49501..50000}
		printf '};\nUniversal-Hooks::Scripts::Post-Invoke/b::Paths { "/usr/share/many/file-*"; };\n'
	} >/etc/apt/apt.conf.d/90settings
	apt_succeeds install many-files
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a
		50000
	EOF
	apt_succeeds remove many-files
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a
		50000
	EOF
}

test_a_broken_archive_costs_only_its_own_paths() {
	local deb
	probe Pre-Install-Pkgs/a MATCHED
	settings <<<'Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Paths { "*"; };'
	publish
	apt-get --yes --download-only install app font-like >/dev/null 2>&1
	# The repository is a directory, so that apt passes on the very files in it.
	deb=$(echo /repository/font-like_*.deb)
	hook Pre-Invoke/break <<-SCRIPT
		#!/bin/sh
		truncate --size=-100 $deb
	SCRIPT
	apt_fails install app font-like
	expect_warning "${deb##*/}" 'hooks with Paths'
	expect_runs <<<'Pre-Install-Pkgs/a MATCHED={app}'
}

# below FILE HOOK: the lines that plan or why have below a hook, without blanks.
below() {
	sed -n "\\,/$2\$,,/^  [^ ]/{/^      /{s/^ *//;p}}" "$1"
}

test_plan_and_why_show_the_path_that_a_script_is_for() {
	probe Pre-Install-Pkgs/fonts
	probe Post-Invoke/fonts
	probe Post-Invoke/none
	settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Install-Pkgs/fonts::Paths { "*/truetype*"; };
		    Post-Invoke/fonts::Paths { "*.ttf"; };
		    Post-Invoke/none::Paths { "/none/*"; };
		};
	EOF
	publish
	apt-universal-hooks plan install font-like >/plan
	expect_equal $'for font-like\nif it has such a path; it is not downloaded yet' \
		"$(below /plan Pre-Install-Pkgs/fonts)"
	apt-universal-hooks plan --json install font-like >/plan.json
	has '"if_path": *true' </plan.json || fail 'JSON does not say that it depends'
	cp /repository/font-like_1_all.deb /var/cache/apt/archives/
	apt-universal-hooks plan install font-like >/plan
	expect_equal $'for font-like\n/usr/share/fonts/truetype and 1 more path' \
		"$(below /plan Pre-Install-Pkgs/fonts)"
	expect_equal $'for font-like\n/usr/share/fonts/truetype/a.ttf' "$(below /plan Post-Invoke/fonts)"
	below /plan Post-Invoke/none | has 'not run: .*Paths' || fail 'the reason is missing'
	apt_succeeds install font-like
	apt-universal-hooks why --operation=remove font-like >/why
	expect_equal $'for font-like\n/usr/share/fonts/truetype/a.ttf' "$(below /why Post-Invoke/fonts)"
	ends_with 1 apt-universal-hooks check
	has 'Post-Invoke/none.*no installed package has such a path' <"$output" || fail 'check is silent'
	! has -F '*.ttf' <"$output" || fail 'check complains of a path that is installed'
}
