# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Invalid settings: each causes one warning per transaction that names key and value, and the default
# applies. Guards cause an error instead, and do not open: On-Failure counts as "abort", and with the
# others the script does not run.

package app 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# Creates scripts at all three hook points, since all read the settings.
probe_each_point() {
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe pkgs/app/Post-Invoke/a
	probe Post-Invoke/a
}

expect_all_to_have_run() {
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/a
		Post-Invoke/a
	EOF
}

# Expects one message for each line of /invalid, the setting without "Universal-Hooks::", and no other.
expect_warnings() {
	local line
	while IFS= read -r line; do
		expect_equal 1 "$(grep '^[WE]: ' "$errors" | grep -c -F -e ": Universal-Hooks::$line")" \
			"messages that say $line"
	done </invalid
	expect_equal "$(wc -l </invalid)" "$(grep -c '^[WE]: ' "$errors")" 'warnings and errors'
}

# shuts SETTING: this guard is invalid, which is an error, and Post-Invoke/a does not run.
shuts() {
	printf 'Universal-Hooks::Scripts::Post-Invoke/a::%s;\n' "$1" | settings
	run_apt apt-get --yes --reinstall install app </dev/null
	apt_must_end_with 0
	expect_equal 1 "$(grep -c -F -e "::$1: " "$errors")" "messages that say $1"
	form=E expect_warning /etc/apt/apt.conf.d/90settings:1 "${1%% *}"
	form=E expect_warning "$hooks/Post-Invoke/a is not run because a setting is invalid: ${1%%[: ]*} "
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/a
	EOF
	grep -q 'Post-Invoke/a .*skipped (faulty-setting)$' /var/log/apt/universal-hooks.log ||
		fail 'the log does not say why'
}

# warns_about SETTING: this setting, without "Universal-Hooks::", causes one warning that repeats it,
# and nothing else.
warns_about() {
	printf 'Universal-Hooks::%s;\n' "$1" | settings
	printf '%s\n' "$1" >/invalid
	apt_succeeds_but_warns --reinstall install app
	expect_warnings
	expect_all_to_have_run
}

test_names_that_no_setting_has() {
	probe_each_point
	warns_about 'Misspelt "yes"'
	warns_about 'On_Failure "abort"'
	warns_about 'Scripts::Post-Invoke/a::Timeouts "1"'
	warns_about 'Scripts::Post-Invoke/a "false"'
	warns_about 'Scripts "false"'
}

test_a_value_for_the_scope_itself_is_no_setting() {
	probe_each_point
	settings <<<'Universal-Hooks "false";'
	apt_succeeds_but_warns install app
	expect_equal 1 "$(grep -c '^W: .*Universal-Hooks "false"' "$errors")" 'warnings'
	expect_all_to_have_run
}

test_paths_where_no_hook_is() {
	probe_each_point
	warns_about 'Scripts::Post-Invoke/gone::Enabled "false"'
	warns_about 'Scripts::Post-Involve::Enabled "false"'
	warns_about 'Scripts::pkgs/other::Enabled "false"'
	warns_about "Scripts::$hooks/Post-Invoke/a::Enabled \"false\""
}

test_a_path_that_leads_out_of_the_tree_is_where_no_hook_is() {
	probe_each_point
	warns_about 'Scripts::../../../etc/passwd::Enabled "false"'
}

# Names of settings are case-insensitive, like all of apt's, but file names are not.
test_a_path_in_another_case_is_where_no_hook_is() {
	probe_each_point
	warns_about 'Scripts::POST-INVOKE/A::Enabled "false"'
}

test_settings_for_a_masked_script() {
	probe_each_point
	probe "$packaged_hooks/Post-Invoke/masked"
	ln -s /dev/null "$hooks/Post-Invoke/masked"
	warns_about 'Scripts::Post-Invoke/masked::Timeout "5"'
}

test_Enabled_is_a_boolean() {
	probe_each_point
	warns_about 'Enabled "perhaps"'
	warns_about 'Scripts::Post-Invoke/a::Enabled "2"'
}

test_On-Failure_is_one_of_its_words() {
	probe_each_point
	warns_about 'On-Failure "maybe"'
	warns_about 'Scripts::Post-Invoke/a::On-Failure "abort after"'
}

test_a_misspelt_veto_stops_apt_all_the_same() {
	then='exit 1' probe Pre-Install-Pkgs/a
	settings <<<'Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure "abrot";'
	run_apt apt-get --yes install app </dev/null
	apt_must_end_with 100
	form=E expect_warning 'On-Failure "abrot": the value is invalid, so it counts as "abort"' 'did you mean "abort"?'
	! dpkg-query --show app &>/dev/null || fail 'app is installed'
}

test_When_is_one_of_its_words() {
	probe_each_point
	warns_about 'When "never"'
	warns_about 'Scripts::Post-Invoke/a::When "fail"'
}

test_Timeout_is_a_number_of_seconds() {
	probe_each_point
	warns_about 'Timeout "soon"'
	warns_about 'Timeout "-1"'
	warns_about 'Timeout "1.5"'
	warns_about 'Timeout "5s"'
	warns_about 'Timeout "99999999999999999999999999"'
	warns_about 'Scripts::Post-Invoke/a::Timeout " 5"'
}

test_Directory_is_an_absolute_path() {
	probe_each_point
	warns_about 'Directory "tmp"'
	warns_about 'Scripts::Post-Invoke/a::Directory "./tmp"'
}

test_Operations_has_words_of_its_own() {
	probe_each_point
	warns_about 'Operations:: "explode"'
	warns_about 'Scripts::pkgs/app/Post-Invoke/a::Operations:: "Install Remove"'
}

test_Requires_has_names_of_packages() {
	probe_each_point
	shuts 'Requires:: "*"'
	shuts 'Requires:: "--version"'
	shuts 'Requires:: "a b"'
	shuts 'Requires:: "app (> 0)"'
	shuts 'Requires "not-here"'
}

test_a_list_given_as_a_string() {
	probe_each_point
	warns_about 'Operations "purge"'
	warns_about 'Scripts::pkgs/app/Post-Invoke/a::Operations "purge remove"'
}

test_a_string_given_as_a_list() {
	probe_each_point
	warns_about 'Enabled:: "false"'
	warns_about 'When:: "failure"'
	warns_about 'Scripts::Post-Invoke/a::Timeout:: "1"'
	warns_about 'Scripts::Post-Invoke/a::Timeout::Sub "1"'
}

test_a_bad_word_in_a_list_costs_itself_only() {
	probe_each_point
	settings <<-'EOF'
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/a::Operations { "explode"; "purge"; };
	EOF
	echo 'Scripts::pkgs/app/Post-Invoke/a::Operations:: "explode"' >/invalid
	apt_succeeds_but_warns install app
	expect_warnings
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		Post-Invoke/a
	EOF
}

# A script with an invalid User must not run as root.
test_a_User_that_does_not_exist_is_complained_of_and_the_script_is_refused() {
	probe_each_point
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::User "nobody-such";
	EOF
	apt_succeeds_but_warns install app
	expect_warning 'Universal-Hooks::Scripts::Post-Invoke/a::User "nobody-such"'
	form=E expect_warning "$hooks/Post-Invoke/a" nobody-such
	expect_equal 2 "$(grep -c '^[WE]: ' "$errors")" 'warnings and errors'
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/a
	EOF
}

test_all_of_them_at_once_are_told_once_and_the_scripts_run() {
	probe_each_point
	cat >/invalid <<-'EOF'
		Misspelt "yes"
		Enabled "perhaps"
		On-Failure "maybe"
		When "never"
		Operations "purge"
		Timeout "soon"
		Directory "tmp"
		Scripts::Post-Invoke/gone::Timeout "5"
		Scripts::Post-Invoke::When "never"
	EOF
	sed 's/.*/Universal-Hooks::&;/' /invalid | settings
	apt_succeeds_but_warns install app
	expect_warnings
	expect_all_to_have_run
}

test_a_value_cannot_colour_the_terminal_or_forge_a_line() {
	probe_each_point
	apt_succeeds_but_warns \
		-o Universal-Hooks::Timeout=$'\e[31m1\nW: forged' install app
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_warning Universal-Hooks::Timeout '[31m1' forged
	! grep -q $'\e' "$errors" || fail 'the value reached the terminal as it is'
	expect_all_to_have_run
}

test_a_very_long_value_is_complained_of_and_does_no_harm() {
	probe_each_point
	local size
	for size in 10000 100000; do
		{
			printf 'Universal-Hooks::Timeout "'
			head -c "$size" /dev/zero | tr '\0' x
			printf '";\n'
		} | settings
		apt_succeeds_but_warns --reinstall install app
		expect_equal 1 "$(grep -c '^W: ' "$errors")" "warnings of $size bytes"
		expect_all_to_have_run
	done
}

test_ten_thousand_bad_settings_are_told_one_by_one() {
	probe_each_point
	seq -f 'Universal-Hooks::Scripts::Post-Invoke/%.0f::Timeout "soon";' 5000 | settings
	seq -f 'Universal-Hooks::Misspelt-%.0f "yes";' 5000 >/etc/apt/apt.conf.d/91settings
	apt_succeeds_but_warns install app
	expect_equal 10000 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_equal 10000 "$(grep '^W: ' "$errors" | sort -u | wc -l)" 'different warnings'
	expect_warning 'Universal-Hooks::Misspelt-5000 "yes"'
	expect_warning 'Universal-Hooks::Scripts::Post-Invoke/5000::Timeout "soon"'
	expect_all_to_have_run
}

test_ten_thousand_good_settings_are_followed() {
	probe_each_point
	mkdir -p "$hooks/pkgs"
	(cd "$hooks/pkgs" && seq -f 'p%.0f' 10000 | xargs mkdir)
	seq -f 'Universal-Hooks::Scripts::pkgs/p%.0f::Enabled "false";' 10000 | settings
	cat >/etc/apt/apt.conf.d/91settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "false";
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		pkgs/app/Post-Invoke/a
	EOF
}

test_where_apt_tells_nothing_bad_settings_are_not_followed_either() {
	probe_each_point
	settings <<-'EOF'
		Universal-Hooks::Timeout "soon";
		Universal-Hooks::When "never";
		Universal-Hooks::Enabled "perhaps";
	EOF
	run_apt apt-get --yes -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= install app </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Post-Invoke/a
	EOF
}

test_apt_and_check_say_the_same_with_file_and_line() {
	probe_each_point
	settings <<-'EOF'
		Universal-Hooks {
		    When "sucess";
		    Timeout "5m";
		    Script::Post-Invoke/a::Enabled "false";
		    Operations "install,upgrade";
		    Scripts::Post-Invoke/a::User "nobdy";
		    Scripts::/etc/apt/universal-hooks/Post-Invoke/a::Timeout "5";
		};
	EOF
	apt_succeeds_but_warns -o Universal-Hooks::Output=trminal install app
	grep '^W: ' "$errors" | sed 's/^W: //' | sort >/by-apt
	apt-universal-hooks check | sed -nE "s,^(warning|error): (/etc/apt/apt.conf.d/),\2,p" | sort >/by-check || true
	expect_equal \
		'-o Universal-Hooks::Output=trminal: the value is invalid, so the setting is ignored; valid values: "terminal", "both", "log"; did you mean "terminal"?' \
		"$(grep ^-o /by-apt)"
	sed -i '/^-o/d' /by-apt
	expect_equal 6 "$(wc -l </by-check)" 'findings'
	expect_file /by-check </by-apt
	grep -q '^/etc/apt/apt.conf.d/90settings:4: Universal-Hooks::Script::Post-Invoke/a::Enabled "false": there is no such setting, so it is ignored; did you mean Scripts?$' \
		/by-check || fail 'the line or the nearest is missing'
}
