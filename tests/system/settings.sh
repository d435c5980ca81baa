# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Settings in apt.conf: where they can be set, which has precedence, and what Enabled, Operations,
# Directory and Requires do. The other settings have their own test files.

package app 1

# Adds a file with the settings on stdin to apt's configuration.
settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

probe_each_point() {
	local name
	for name; do
		probe "Pre-Invoke/$name"
		probe "Pre-Install-Pkgs/$name"
		probe "Post-Invoke/$name"
	done
}

# expect_at_each_point NAME: only the scripts with this name ran, at all three hook points.
expect_at_each_point() {
	expect_runs <<-EOF
		Pre-Invoke/$1
		Pre-Install-Pkgs/$1
		Post-Invoke/$1
	EOF
}

# Enabled

test_Enabled_holds_for_all_of_the_tree() {
	settings <<-'EOF'
		Universal-Hooks::Enabled "false";
	EOF
	probe_each_point a
	probe pkgs/app/Post-Invoke/a
	probe multi_pkgs/Post-Invoke/__WILDCARD__/a
	probe "$packaged_hooks/Post-Invoke/a"
	apt_succeeds install app
	expect_no_runs
}

test_Enabled_holds_for_a_folder_and_for_a_script_and_the_nearest_wins() {
	settings <<-'EOF'
		Universal-Hooks::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app::Enabled "true";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/b::Enabled "true";
		Universal-Hooks::Scripts::Pre-Invoke/b::Enabled "true";
	EOF
	probe_each_point a b
	probe pkgs/app/Pre-Install-Pkgs/a
	probe pkgs/app/Post-Invoke/a
	probe pkgs/app/Post-Invoke/b
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/b
		pkgs/app/Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/b
	EOF
}

test_the_nearest_wins_in_whatever_order_they_stand() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/b::Enabled "true";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app::Enabled "true";
		Universal-Hooks::Enabled "false";
	EOF
	probe_each_point a b
	probe pkgs/app/Pre-Install-Pkgs/a
	probe pkgs/app/Post-Invoke/a
	probe pkgs/app/Post-Invoke/b
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/b
	EOF
}

test_a_setting_is_for_whole_names_only() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app::Enabled "false";
	EOF
	package apple 1
	probe Post-Invoke/a
	probe Post-Invoke/ab
	probe pkgs/app/Post-Invoke/a
	probe pkgs/apple/Post-Invoke/a
	apt_succeeds install app apple
	expect_runs <<-'EOF'
		pkgs/apple/Post-Invoke/a
		Post-Invoke/ab
	EOF
}

test_a_setting_is_for_the_scripts_of_packages_and_administrators_alike() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "false";
	EOF
	probe "$packaged_hooks/Post-Invoke/a"
	probe "$packaged_hooks/Post-Invoke/b"
	apt_succeeds install app
	expect_runs <<-EOF
		$packaged_hooks/Post-Invoke/b
	EOF
	probe Post-Invoke/a
	apt_succeeds --reinstall install app
	expect_runs <<-EOF
		$packaged_hooks/Post-Invoke/b
	EOF
}

test_Enabled_takes_the_words_that_apt_takes() {
	local word
	for word in yes true with on enable 1 no false without off disable 0; do
		probe "Post-Invoke/$word"
		printf 'Universal-Hooks::Scripts::Post-Invoke/%s::Enabled "%s";\n' "$word" "$word"
	done | settings
	probe Post-Invoke/capitals-on
	probe Post-Invoke/capitals-off
	cat >/etc/apt/apt.conf.d/91settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/capitals-on::Enabled "TRUE";
		Universal-Hooks::Scripts::Post-Invoke/capitals-off::Enabled "Off";
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		Post-Invoke/1
		Post-Invoke/capitals-on
		Post-Invoke/enable
		Post-Invoke/on
		Post-Invoke/true
		Post-Invoke/with
		Post-Invoke/yes
	EOF
}

# Ways to write them

test_blocks_quotes_and_another_case_say_the_same() {
	settings <<-'EOF'
		Universal-Hooks {
			Enabled "false";
			Scripts {
				Post-Invoke/a { Enabled "true"; };
				"pkgs/app/Post-Invoke" { Enabled "true"; };
			};
		};
		UNIVERSAL-HOOKS::scripts::Pre-Invoke/a::ENABLED "true";
	EOF
	probe_each_point a
	probe pkgs/app/Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		pkgs/app/Post-Invoke/a
		Post-Invoke/a
	EOF
}

test_a_later_file_counts_and_an_option_after_it() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke::Enabled "true";
		Universal-Hooks::Scripts::Pre-Install-Pkgs::Enabled "true";
		Universal-Hooks::Scripts::Post-Invoke::Enabled "true";
	EOF
	sed s/true/false/ /etc/apt/apt.conf.d/90settings >/etc/apt/apt.conf.d/91settings
	probe_each_point a
	apt_succeeds install app
	expect_no_runs
	apt_succeeds -o Universal-Hooks::Scripts::Pre-Invoke::Enabled=true \
		-o Universal-Hooks::Scripts::Pre-Install-Pkgs::Enabled=true \
		-o Universal-Hooks::Scripts::Post-Invoke::Enabled=true --reinstall install app
	expect_at_each_point a
}

settings_that_let_only_b_run() {
	cat >/only-b.conf <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/a::Enabled "false";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Enabled "false";
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "false";
	EOF
}

test_apt.conf.d_counts_at_all_three_hook_points() {
	settings_that_let_only_b_run
	probe_each_point a b
	settings </only-b.conf
	apt_succeeds install app
	expect_at_each_point b
}

test_etc_apt_apt.conf_counts_at_all_three_hook_points() {
	settings_that_let_only_b_run
	probe_each_point a b
	cp /only-b.conf /etc/apt/apt.conf
	apt_succeeds install app
	expect_at_each_point b
}

test_APT_CONFIG_counts_at_all_three_hook_points() {
	settings_that_let_only_b_run
	probe_each_point a b
	silently env APT_CONFIG=/only-b.conf apt-get --yes install app </dev/null
	expect_at_each_point b
}

test_a_file_given_with_-c_counts_at_all_three_hook_points() {
	settings_that_let_only_b_run
	probe_each_point a b
	local words
	for words in '-c /only-b.conf' '-c=/only-b.conf' '-c/only-b.conf' '-yc /only-b.conf' \
		'--config-file /only-b.conf' '--config-file=/only-b.conf'; do
		# shellcheck disable=SC2086 # two arguments or one
		apt_succeeds $words --reinstall install app
		expect_at_each_point b
	done
	apt_succeeds --reinstall install app -c /only-b.conf
	expect_at_each_point b
	# The path is relative to apt's working directory, which is not that of hooks.
	cd /var/tmp
	apt_succeeds -c ../../only-b.conf --reinstall install app
	expect_at_each_point b
}

test_an_option_counts_at_all_three_hook_points() {
	probe_each_point a b
	local words=(--reinstall install app) point form
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		words+=(-o "Universal-Hooks::Scripts::$point/a::Enabled=false")
	done
	apt_succeeds "${words[@]}"
	expect_at_each_point b
	for form in '-oX' '-o=X' '--option X' '--option=X' '-yoX' '-qqyo X'; do
		words=()
		for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
			words+=("${form/X/Universal-Hooks::Scripts::$point/a::Enabled=no}")
		done
		# shellcheck disable=SC2068 # two arguments or one
		apt_succeeds ${words[@]} --reinstall install app
		expect_at_each_point b
	done
}

test_options_of_aptitude_count_at_all_three_hook_points() {
	probe_each_point a b
	local words=() point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		words+=(-o "Universal-Hooks::Scripts::$point/a::Enabled=false")
	done
	run_apt aptitude --assume-yes "${words[@]}" install app </dev/null
	apt_must_end_with 0
	expect_no_warning
	expect_at_each_point b
	run_apt aptitude --assume-yes -o Universal-Hooks::Enabled=false remove app </dev/null
	apt_must_end_with 0
	expect_no_runs
}

test_an_option_adds_to_a_list_and_stands_for_itself_at_all_three_hook_points() {
	probe_each_point needs
	local lacking='Universal-Hooks::Scripts'
	apt_succeeds_but_warns -o "$lacking::Pre-Invoke/needs::Requires::=not-here" \
		-o "$lacking::Pre-Install-Pkgs/needs::Requires::=not-here" \
		-o "$lacking::Post-Invoke/needs::Requires::=not-here" install app
	expect_no_runs
	expect_equal 3 "$(grep -c '^W: .*not-here' "$errors")" 'warnings'
}

test_settings_hold_at_Post-Invoke_when_apt_could_not_tell_of_them() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	apt_succeeds -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= \
		-o Universal-Hooks::Scripts::Post-Invoke/a::Enabled=false install app
	expect_runs <<-'EOF'
		Post-Invoke/b
	EOF
}

test_without_proc_files_still_count_at_all_three_hook_points() {
	settings_that_let_only_b_run
	settings </only-b.conf
	probe_each_point a b
	publish
	umount -l /proc
	apt_succeeds install app
	expect_at_each_point b
}

test_a_setting_may_name_a_path_with_unusual_characters() {
	local name='a+b.c:d,e (f) é'
	probe "Post-Invoke/$name"
	probe Post-Invoke/other
	settings <<-EOF
		Universal-Hooks::Scripts { "Post-Invoke/$name" { Enabled "false"; }; };
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		Post-Invoke/other
	EOF
	rm /etc/apt/apt.conf.d/90settings
	apt_succeeds -o "Universal-Hooks::Scripts::Post-Invoke/$name::Enabled=false" \
		--reinstall install app
	expect_runs <<-'EOF'
		Post-Invoke/other
	EOF
}

# Operations

# Creates a script for each operation that runs only for that operation.
scripts_for_each_operation() {
	local operation
	for operation in install upgrade downgrade reinstall remove purge configure; do
		probe "pkgs/app/Pre-Install-Pkgs/$operation" OPERATION
		probe "multi_pkgs/Post-Invoke/a__WILDCARD__/$operation" MATCHED
		cat <<-EOF
			Universal-Hooks::Scripts::pkgs/app/Pre-Install-Pkgs/$operation::Operations { "$operation"; };
			Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/$operation::Operations { "$operation"; };
		EOF
	done | settings
}

expect_only_the_scripts_for() {
	expect_runs <<-EOF
		pkgs/app/Pre-Install-Pkgs/$1 OPERATION=$1
		multi_pkgs/Post-Invoke/a__WILDCARD__/$1 --pkg_list={app} MATCHED={app}
	EOF
}

test_Operations_lets_each_operation_through_and_no_other() {
	conffile=/etc/app.conf package app 1
	conffile=/etc/app.conf package app 2
	scripts_for_each_operation
	apt_succeeds install app=1
	expect_only_the_scripts_for install
	apt_succeeds install app=2
	expect_only_the_scripts_for upgrade
	# apt warns about the downgrade on standard error.
	run_apt apt-get --yes --allow-downgrades install app=1 </dev/null
	apt_must_end_with 0
	expect_only_the_scripts_for downgrade
	apt_succeeds --reinstall install app=1
	expect_only_the_scripts_for reinstall
	apt_succeeds remove app
	expect_only_the_scripts_for remove
	apt_succeeds purge app
	expect_only_the_scripts_for purge
}

test_Operations_lets_configure_through() {
	scripts_for_each_operation
	postinst='[ -e /fixed ]' package app 1
	apt_fails install app
	expect_only_the_scripts_for install
	touch /fixed
	apt_succeeds -f install
	expect_only_the_scripts_for configure
}

test_Operations_is_a_list_and_the_nearest_list_replaces_the_others() {
	settings <<-'EOF'
		Universal-Hooks::Operations { "remove"; "purge"; };
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::Operations:: "install";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::Operations:: "remove";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/c::Operations { "install"; };
	EOF
	probe pkgs/app/Pre-Install-Pkgs/a OPERATION
	probe pkgs/app/Post-Invoke/b OPERATION
	probe pkgs/app/Post-Invoke/c OPERATION
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/b OPERATION=install
		pkgs/app/Post-Invoke/c OPERATION=install
	EOF
	apt_succeeds remove app
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/a OPERATION=remove
		pkgs/app/Post-Invoke/b OPERATION=remove
	EOF
}

test_Operations_narrows_what_matched_but_not_the_list_of_all_packages() {
	package alpha 1
	package beta 1
	apt_succeeds install alpha
	settings <<-'EOF'
		Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/installs::Operations { "install"; };
		Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/purges::Operations { "purge"; };
		Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/removes::Operations { "remove"; };
	EOF
	local name
	for name in all installs purges removes; do
		probe "multi_pkgs/Post-Invoke/a__WILDCARD__/$name" MATCHED
	done
	apt_succeeds install app beta alpha-
	expect_runs <<-'EOF'
		multi_pkgs/Post-Invoke/a__WILDCARD__/all --pkg_list={alpha,app,beta} MATCHED={alpha,app}
		multi_pkgs/Post-Invoke/a__WILDCARD__/installs --pkg_list={alpha,app,beta} MATCHED={app}
		multi_pkgs/Post-Invoke/a__WILDCARD__/removes --pkg_list={alpha,app,beta} MATCHED={alpha}
	EOF
}

test_Operations_is_nothing_to_scripts_that_run_for_every_transaction() {
	settings <<-'EOF'
		Universal-Hooks::Operations { "purge"; };
	EOF
	probe_each_point a
	apt_succeeds install app
	expect_at_each_point a
}

# Directory

test_Directory_is_where_a_script_runs_and_the_nearest_wins() {
	mkdir /all '/directory of these' /one
	settings <<-'EOF'
		Universal-Hooks::Directory "/all";
		Universal-Hooks::Scripts::Post-Invoke::Directory "/directory of these";
		Universal-Hooks::Scripts::Post-Invoke/b::Directory "/one";
	EOF
	local script
	for script in Pre-Invoke/a Pre-Install-Pkgs/a Post-Invoke/a Post-Invoke/b; do
		hook "$script" <<-'EOF'
			#!/bin/sh
			pwd >>/runs
		EOF
	done
	apt_succeeds install app
	expect_runs <<-'EOF'
		/all
		/all
		/directory of these
		/one
	EOF
}

test_a_Directory_that_is_not_there_is_a_failure_of_the_script() {
	touch /file
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/gone::Directory "/gone";
		Universal-Hooks::Scripts::Pre-Invoke/file::Directory "/file";
	EOF
	probe Pre-Invoke/gone
	probe Pre-Invoke/file
	probe Pre-Invoke/other
	probe Post-Invoke/last SUCCESS
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/gone" /gone 'No such file or directory'
	expect_warning "$hooks/Pre-Invoke/file" /file 'Not a directory'
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Pre-Invoke/other
		Post-Invoke/last SUCCESS=0
	EOF
}

# Requires

test_a_script_waits_for_the_packages_that_it_Requires() {
	package tool 1
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/a::Requires { "tool"; };
		Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Requires { "tool"; };
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "tool"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Requires { "tool"; "not-there"; };
	EOF
	probe_each_point a
	probe Post-Invoke/b
	probe Post-Invoke/last SUCCESS
	# The tool is installed only after dpkg has run.
	apt_succeeds_but_warns install tool
	expect_warning "$hooks/Pre-Invoke/a" tool
	expect_warning "$hooks/Pre-Install-Pkgs/a" tool
	expect_warning "$hooks/Post-Invoke/b" not-there
	expect_equal 3 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Post-Invoke/a
		Post-Invoke/last SUCCESS=1
	EOF
	apt_succeeds_but_warns install app
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		Post-Invoke/a
		Post-Invoke/last SUCCESS=1
	EOF
}

test_a_package_that_left_only_its_configuration_is_not_installed() {
	conffile=/etc/tool.conf package tool 1
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "tool"; };
	EOF
	probe Post-Invoke/a
	apt_succeeds install tool
	expect_runs <<-'EOF'
		Post-Invoke/a
	EOF
	apt_succeeds_but_warns remove tool
	expect_warning "$hooks/Post-Invoke/a" tool
	expect_no_runs
}

test_Requires_may_name_an_architecture() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "app:all"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Requires { "app:sparc"; };
	EOF
	probe Post-Invoke/a
	probe Post-Invoke/b
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/b" app:sparc
	expect_runs <<-'EOF'
		Post-Invoke/a
	EOF
}

test_Requires_is_satisfied_as_dpkg_satisfies_Depends() {
	package tool 2 'Provides: mail (= 3), mta'
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "tool (>= 2)"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Requires { "tool (>> 2)"; };
		Universal-Hooks::Scripts::Post-Invoke/c::Requires { "not-there | tool (>> 2) | tool"; };
		Universal-Hooks::Scripts::Post-Invoke/d::Requires { "mail (>= 3), mta"; };
		Universal-Hooks::Scripts::Post-Invoke/e::Requires { "tool, mta (>= 1)"; };
		Universal-Hooks::Scripts::Post-Invoke/f::Requires { "not-there | mail (<< 3)"; };
	EOF
	for name in a b c d e f; do
		probe Post-Invoke/$name
	done
	apt_succeeds_but_warns install tool
	expect_warning "$hooks/Post-Invoke/b is not run because it requires tool (>> 2), which"
	expect_warning "$hooks/Post-Invoke/e is not run because it requires mta (>= 1), which"
	expect_warning "$hooks/Post-Invoke/f is not run because it requires not-there | mail (<< 3), which"
	expect_equal 3 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Post-Invoke/a
		Post-Invoke/c
		Post-Invoke/d
	EOF
}

test_the_nearest_list_of_Requires_replaces_the_others() {
	settings <<-'EOF'
		Universal-Hooks::Requires { "not-for-all"; };
		Universal-Hooks::Scripts::Post-Invoke::Requires { "not-for-this-directory"; };
		Universal-Hooks::Scripts::Post-Invoke/c::Requires { "app"; };
	EOF
	probe Pre-Invoke/a
	probe Post-Invoke/b
	probe Post-Invoke/c
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/a" not-for-all
	expect_warning "$hooks/Post-Invoke/b" not-for-this-directory
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Post-Invoke/c
	EOF
}

test_where_dpkg-query_does_not_answer_a_script_that_Requires_something_is_not_run() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Requires { "dpkg"; };
	EOF
	probe Post-Invoke/a
	publish
	rm /usr/bin/dpkg-query
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/a" dpkg-query
	expect_no_runs
}

# Switching off one run

test_APT_UNIVERSAL_HOOKS_off_switches_one_run_off_at_all_three_hook_points() {
	probe_each_point a
	probe pkgs/app/Post-Invoke/a
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes install app </dev/null
	expect_no_runs
	silently env APT_UNIVERSAL_HOOKS=on apt-get --yes --reinstall install app </dev/null
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/a
		Post-Invoke/a
	EOF
}

test_Enabled_false_on_the_command_line_switches_one_run_off_at_all_three_hook_points() {
	# An option on the command line has precedence even over a more specific setting.
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "true";
		Universal-Hooks::Scripts::Pre-Invoke/a::Enabled "true";
		Universal-Hooks::Misspelt "causes no warning either";
	EOF
	probe_each_point a
	local words
	for words in '-o Universal-Hooks::Enabled=false' '-oUniversal-Hooks::Enabled=0' \
		'-o=Universal-Hooks::Enabled=no' '--option Universal-Hooks::Enabled=off' \
		'--option=universal-hooks::enabled=FALSE' '-qyo Universal-Hooks::Enabled=disable' \
		'-o Universal-Hooks::Enabled=true -o Universal-Hooks::Enabled=without'; do
		# shellcheck disable=SC2086 # arguments
		apt_succeeds $words --reinstall install app
		expect_no_runs
		# shellcheck disable=SC2086
		apt_succeeds --reinstall install app $words
		expect_no_runs
	done
	rm /etc/apt/apt.conf.d/90settings
	apt_succeeds -o Universal-Hooks::Enabled=false -o Universal-Hooks::Enabled=true \
		--reinstall install app
	expect_at_each_point a
}

test_what_only_looks_like_the_option_switches_nothing_off() {
	probe_each_point a
	# The value of another option, a setting of another program, and arguments after "--".
	apt_succeeds -o My::Note='-oUniversal-Hooks::Enabled=false' \
		-o My::Universal-Hooks::Enabled=false -o Universal-Hooks::Enabled=yes \
		--reinstall install app
	expect_at_each_point a
	apt_succeeds -t Universal-Hooks::Enabled=false -o APT::Default-Release= \
		--reinstall install app
	expect_at_each_point a
}

test_switching_off_by_option_survives_an_empty_environment() {
	probe_each_point a
	silently env --ignore-environment /usr/bin/apt-get --yes \
		-o Universal-Hooks::Enabled=false install app </dev/null
	expect_no_runs
	silently env --ignore-environment /usr/bin/apt-get --yes --reinstall install app </dev/null
	expect_at_each_point a
}

test_without_proc_the_option_switches_off_what_apt_tells_of_it() {
	probe_each_point a
	publish
	umount -l /proc
	apt_succeeds -o Universal-Hooks::Enabled=false install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
	EOF
}

test_a_run_that_was_switched_off_is_in_the_log_with_what_switched_it_off() {
	local log=/var/log/apt/universal-hooks.log by
	probe Session-Start/a
	probe_each_point a
	probe pkgs/app/Post-Invoke/a
	probe pkgs/other/Post-Invoke/a
	probe multi_pkgs/Session-End/ap__WILDCARD__/a
	probe Post-Invoke/b
	chmod a-x $hooks/Post-Invoke/b
	apt_succeeds -o Universal-Hooks::Enabled=false install app
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes --reinstall install app </dev/null
	settings <<<'Universal-Hooks::Enabled "false";'
	apt_succeeds --reinstall install app
	wait_for_waiters
	expect_no_runs
	for by in option environment configuration; do
		printf '%s\n' "Switched-Off-By: $by" 'Hooks:' \
			" Session-Start $hooks/Session-Start/a [always] skipped (Enabled)" \
			" Pre-Invoke $hooks/Pre-Invoke/a [always] skipped (Enabled)" \
			" Pre-Install-Pkgs $hooks/Pre-Install-Pkgs/a [always] skipped (Enabled)" \
			" Post-Invoke $hooks/pkgs/app/Post-Invoke/a [app] skipped (Enabled)" \
			" Post-Invoke $hooks/Post-Invoke/a [always] skipped (Enabled)"
		[[ $by == configuration ]] && printf '%s\n' \
			" Post-Invoke $hooks/Post-Invoke/b [always] skipped (Enabled)" \
			"Switched-Off-By: configuration" Hooks:
		echo " Session-End $hooks/multi_pkgs/Session-End/ap__WILDCARD__/a [ap__WILDCARD__] skipped (Enabled)"
	done >/expected
	grep -E '^( |Switched|Hooks)' $log | expect_file /expected
	apt-universal-hooks status >/said
	has -x 'Last transaction: .*, result ok; 6 hooks: 6 skipped; switched off by Universal-Hooks::Enabled in apt.s configuration' \
		</said || fail "$(cat /said)"
	apt-universal-hooks log >/said
	expect_equal 2 "$(grep -c '^  result: .*; switched off by Universal-Hooks::Enabled ' /said)"
	has -x '  result: unknown; 6 hooks: 6 skipped; switched off by APT_UNIVERSAL_HOOKS=off in the environment' \
		</said || fail "$(cat /said)"
	apt-universal-hooks log --json >/said
	for by in option environment configuration; do
		has "\"switched_off_by\": \"$by\"" </said || fail "$(cat /said)"
	done
	rm /etc/apt/apt.conf.d/90settings $hooks/Post-Invoke/b
	apt_succeeds --reinstall install app
	wait_for_waiters
	LC_ALL=C script -qec "stty cols 200; NO_COLOR=1 apt-universal-hooks blame" /dev/null </dev/null >/said
	has '^4 transactions, 2 sessions .*; 25 hooks: 6 ok, 19 skipped; hooks were switched off 4 times' </said ||
		fail "$(cat /said)"
}

test_what_could_not_have_run_is_not_in_the_log_if_it_was_switched_off() {
	local log=/var/log/apt/universal-hooks.log
	probe pkgs/other/Pre-Install-Pkgs/a
	probe Pre-Install-Pkgs/masked
	ln -sf /dev/null $hooks/Pre-Install-Pkgs/masked
	apt_succeeds -o Universal-Hooks::Enabled=false install app
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes --reinstall install app </dev/null
	[[ ! -e $log ]] || fail "$(cat $log)"
}
