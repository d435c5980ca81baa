# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Settings that come with a package: those of its hooks apply from the transaction on that installs or
# upgrades it, in every frontend, and options for one run still override them.

own=$packaged_hooks/Post-Invoke/500-own
conf=/etc/apt/apt.conf.d/50own
scope=Universal-Hooks::Scripts::Post-Invoke/500-own
chmod a+w /runs

# Creates the package own VERSION with the hook 500-own, and with the settings on stdin as a conffile.
own_with_conffile() {
	then=${then-'id --user --name >>/runs'} probe "/files$own"
	mkdir -p "/files${conf%/*}"
	cat >"/files$conf"
	files=/files conffile=$conf package own "$1"
	rm -r /files
}

expect_to_run_as() {
	expect_runs <<-EOF
		$own
		$1
	EOF
}

# Of conffiles

test_a_User_holds_in_the_transaction_that_installs_it() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	apt_succeeds install own
	expect_to_run_as nobody
}

test_a_Timeout_holds_in_the_transaction_that_installs_it() {
	then='exec sleep infinity' own_with_conffile 1 <<<"$scope::Timeout \"1\";"
	apt_succeeds_but_warns install own
	expect_warning "$own" 'timed out after 1 s'
	expect_runs <<<"$own"
}

test_Operations_hold_in_the_transaction_that_installs_it() {
	probe "/files$packaged_hooks/pkgs/own/Post-Invoke/500-own" OPERATION
	mkdir -p "/files${conf%/*}"
	echo 'Universal-Hooks::Scripts::pkgs/own/Post-Invoke/500-own::Operations { "reinstall"; };' \
		>"/files$conf"
	files=/files conffile=$conf package own 1
	apt_succeeds install own
	expect_no_runs
	apt_succeeds --reinstall install own
	expect_runs <<-EOF
		$packaged_hooks/pkgs/own/Post-Invoke/500-own OPERATION=reinstall
	EOF
}

test_an_upgrade_changes_adds_and_drops_settings_at_once() {
	own_with_conffile 1 <<-EOF
		$scope::User "nobody";
		$scope::Enabled "false";
	EOF
	own_with_conffile 2 <<<"$scope::User \"daemon\";"
	own_with_conffile 3 </dev/null
	apt_succeeds install own=1
	expect_no_runs
	apt_succeeds install own=2
	expect_to_run_as daemon
	apt_succeeds install own=3
	expect_to_run_as root
}

test_a_setting_of_an_administrator_in_the_same_transaction_stays() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	echo "$scope::User \"daemon\";" >/etc/apt/apt.conf.d/90settings
	# At Pre-Install-Pkgs, the hook is not there yet.
	apt_succeeds_but_warns install own
	expect_to_run_as daemon
}

test_options_for_one_run_override_what_the_transaction_brings() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	apt_succeeds_but_warns -o "$scope::User=daemon" install own
	expect_to_run_as daemon
	apt_succeeds purge own
	echo "$scope::User \"daemon\";" >/run.conf
	apt_succeeds_but_warns -c /run.conf install own
	expect_to_run_as daemon
	apt_succeeds purge own
	run_apt env APT_CONFIG=/run.conf apt-get --yes install own </dev/null
	apt_must_end_with 0
	expect_to_run_as nobody
}

test_aptitude_gets_them_as_well() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	own_with_conffile 2 <<<"$scope::User \"daemon\";"
	run_apt aptitude --assume-yes install own=1 </dev/null
	apt_must_end_with 0
	expect_to_run_as nobody
	run_apt aptitude --assume-yes -o "$scope::User=root" install own=2 </dev/null
	apt_must_end_with 0
	expect_to_run_as root
}

# python3 may have set the option in its own process, where no file and no command line shows it.
python3_installs() {
	cat >/python3-apt <<-PYTHON
		import apt, apt_pkg
		$2
		cache = apt.Cache()
		package = cache["own"]
		package.candidate = package.versions["$1"]
		package.mark_install() if not package.is_installed else package.mark_upgrade()
		cache.commit()
	PYTHON
	run_apt python3 /python3-apt </dev/null
	apt_must_end_with 0
	expect_no_warning
}

test_python3-apt_gets_them_and_keeps_what_it_has_set_itself() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	own_with_conffile 2 <<-EOF
		$scope::User "daemon";
		$scope::Directory "/var/tmp";
	EOF
	own_with_conffile 3 </dev/null
	python3_installs 1 ''
	expect_to_run_as nobody
	python3_installs 2 ''
	expect_to_run_as daemon
	python3_installs 3 ''
	expect_to_run_as root
	apt_succeeds install --allow-downgrades own=1
	expect_to_run_as nobody
	python3_installs 2 "apt_pkg.config.set('$scope::User', 'root')"
	expect_to_run_as root
	python3_installs 3 "apt_pkg.config.set('$scope::Enabled', 'false')"
	expect_no_runs
}

test_unattended-upgrade_gets_them_as_well() {
	own_with_conffile 1 <<<"$scope::User \"nobody\";"
	own_with_conffile 2 <<<"$scope::User \"daemon\";"
	apt_succeeds install own=1
	expect_to_run_as nobody
	sign_the_archive
	let_unattended-upgrade_take_ours <<<'Dpkg::Options { "--force-confnew"; };'
	run_apt unattended-upgrade --verbose </dev/null
	expect_equal 2 "$(dpkg-query --show --showformat '${Version}' own)" 'version of own'
	expect_to_run_as daemon
}

# The new hook does not run; the others keep their settings.
test_what_the_transaction_brings_does_not_run_if_the_configuration_cannot_be_read() {
	own_with_conffile 1 <<<"$scope::User \"nobody"
	then='id --user --name >>/runs' probe Post-Invoke/100-mine
	echo 'Universal-Hooks::Scripts::Post-Invoke/100-mine::User "daemon";' \
		>/etc/apt/apt.conf.d/90settings
	apt_succeeds_but_warns install own
	form=E expect_warning "$own" 'is not run' settings
	expect_warning 'changed' "$conf"
	expect_runs <<-EOF
		Post-Invoke/100-mine
		daemon
	EOF
}

# Of settings.d

shipped=$packaged_hooks/settings.d/own.conf

# Creates the package own VERSION with the hook 500-own, and with the settings on stdin in settings.d.
own_with_settings() {
	then=${then-'id --user --name >>/runs'} probe "/files$own"
	mkdir -p "/files${shipped%/*}"
	cat >"/files$shipped"
	files=/files package own "$1"
	rm -r /files
}

test_settings.d_comes_changes_and_goes_with_the_package() {
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	own_with_settings 2 <<<"$scope { User \"daemon\"; Operations { \"install\"; }; };"
	own_with_settings 3 </dev/null
	apt_succeeds install own=1
	expect_to_run_as nobody
	apt_succeeds install own=2
	expect_to_run_as daemon
	apt_succeeds install own=3
	expect_to_run_as root
	apt_succeeds install --allow-downgrades own=1
	expect_to_run_as nobody
	apt_succeeds remove own
	expect_no_runs
	apt_succeeds purge own
}

test_settings.d_holds_at_all_three_hook_points() {
	local point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		then='id --user --name >>/runs' probe "/files$packaged_hooks/$point/500-own"
	done
	mkdir -p "/files${shipped%/*}"
	echo 'Universal-Hooks::Scripts { Pre-Invoke::User "nobody"; Pre-Install-Pkgs::User "nobody";
		Post-Invoke::User "nobody"; };' >"/files$shipped"
	files=/files package own 1
	dpkg --install "$repository/own_1_all.deb" >/dev/null
	package other 1
	apt_succeeds install other
	expect_runs <<-EOF
		$packaged_hooks/Pre-Invoke/500-own
		nobody
		$packaged_hooks/Pre-Install-Pkgs/500-own
		nobody
		$packaged_hooks/Post-Invoke/500-own
		nobody
	EOF
}

test_what_apt_is_configured_to_do_precedes_settings.d_key_by_key() {
	own_with_settings 1 <<-EOF
		$scope { User "nobody"; Directory "/var/tmp"; };
	EOF
	then='id --user --name >>/runs; pwd >>/runs' own_with_settings 2 <<-EOF
		$scope { User "nobody"; Directory "/var/tmp"; };
	EOF
	apt_succeeds install own=2
	expect_runs <<-EOF
		$own
		nobody
		/var/tmp
	EOF
	# Even a value for all scripts wins: what a package ships replaces only the default.
	echo 'Universal-Hooks::User "daemon";' >/etc/apt/apt.conf.d/90settings
	apt_succeeds --reinstall install own=2
	expect_runs <<-EOF
		$own
		daemon
		/var/tmp
	EOF
	apt_succeeds -o Universal-Hooks::Scripts::Post-Invoke::Directory=/usr --reinstall install own=2
	expect_runs <<-EOF
		$own
		daemon
		/usr
	EOF
}

test_a_package_sets_nothing_but_scripts() {
	own_with_settings 1 <<-EOF
		$scope::User "nobody";
		Universal-Hooks::Enabled "false";
		APT::Install-Recommends "true";
	EOF
	apt_succeeds install own
	expect_to_run_as nobody
	probe Pre-Install-Pkgs/a
	package other 1
	apt_succeeds_but_warns install other
	expect_warning "$shipped" 'Universal-Hooks::Enabled "false"'
	expect_warning "$shipped" 'APT::Install-Recommends "true"'
	expect_equal 2 "$(grep -c '^W: ' "$errors")" warnings
	expect_runs <<-EOF
		Pre-Install-Pkgs/a
		$own
		nobody
	EOF
	run_apt apt-universal-hooks check --json
	expect_equal 2 "$(grep -c setting-misplaced "$output")" findings
}

# Settings that cannot be known may be those of a guard: only the hooks of that package do not run.
hooks_of_own_do_not_run() {
	probe Post-Invoke/100-mine
	probe "/files$packaged_hooks/Post-Invoke/600-other"
	files=/files package other 1
	form=E
	apt_succeeds_but_warns install other
	expect_warning "$shipped" 'so the hooks of its package are not run' "$1"
	expect_warning "$own is not run" settings
	expect_equal 2 "$(grep -c '^[WE]: ' "$errors")" messages
	expect_runs <<-EOF
		Post-Invoke/100-mine
		$packaged_hooks/Post-Invoke/600-other
	EOF
	has -F "$own [always] skipped (no-settings)" </var/log/apt/universal-hooks.log
}

test_a_file_that_others_can_write_is_not_read() {
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	apt_succeeds install own
	expect_to_run_as nobody
	chmod o+w "$shipped"
	hooks_of_own_do_not_run 'is writable by everyone'
	run_apt apt-universal-hooks check --json
	has '"kind": "open-to-others"' <"$output"
}

test_a_file_that_is_malformed_is_not_read() {
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	apt_succeeds install own
	expect_to_run_as nobody
	echo "$scope::User \"nobody" >"$shipped"
	hooks_of_own_do_not_run Syntax
	run_apt apt-universal-hooks check --json
	has '"kind": "settings-file-unusable"' <"$output"
}

test_an_override_of_a_hook_without_its_settings_does_not_run_either() {
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	apt_succeeds install own
	expect_to_run_as nobody
	probe Post-Invoke/500-own
	chmod o+w "$shipped"
	package other 1
	apt_succeeds_but_warns install other
	form=E expect_warning "$hooks/Post-Invoke/500-own is not run"
	expect_no_runs
}

test_a_file_of_no_package_that_cannot_be_read_stops_the_hooks_of_all_packages() {
	probe Post-Invoke/100-mine
	mkdir -p "$packaged_hooks/settings.d"
	mkdir "$packaged_hooks/settings.d/by-hand.conf"
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	apt_succeeds_but_warns install own
	form=E expect_warning "$own is not run" settings
	expect_runs <<<Post-Invoke/100-mine
}

test_conffiles_of_a_removed_package_are_no_reason_to_warn() {
	own_with_conffile 1 <<-EOF
		$scope { User "nobody"; Timeout "30"; };
	EOF
	package other 1
	apt_succeeds install own
	expect_to_run_as nobody
	apt_succeeds remove own
	apt_succeeds install other
	echo 'Universal-Hooks::Scripts::Post-Invoke/gone::User "nobody";' >/etc/apt/apt.conf.d/90settings
	apt_succeeds_but_warns --reinstall install other
	expect_warning 'Post-Invoke/gone'
	expect_equal 1 "$(grep -c '^W: ' "$errors")" warnings
	run_apt apt-universal-hooks check
	has -F "$conf: belongs to own, which is removed but not purged" <"$output"
	has -F 'apt-get purge own' <"$output"
	expect_equal 1 "$(grep -c "$conf" "$output")" findings
	rm /etc/apt/apt.conf.d/90settings
	apt_succeeds purge own
	run_apt apt-universal-hooks check
	expect_equal 0 "$apt_status" 'status of check'
}

test_list_names_the_file_of_each_value() {
	own_with_settings 1 <<-EOF
		$scope { User "nobody"; Directory "/var/tmp"; };
	EOF
	echo 'Universal-Hooks::Timeout "5";' >/etc/apt/apt.conf.d/90settings
	apt_succeeds install own
	run_apt apt-universal-hooks list --tree
	has -F "/etc/apt/apt.conf.d/90settings (Timeout), $shipped (User, Directory)" <"$output"
	run_apt apt-universal-hooks list --json
	expect_equal "{'Timeout': {'file': '/etc/apt/apt.conf.d/90settings', 'line': 1}, 'User': {'file': '$shipped', 'line': None}, 'Directory': {'file': '$shipped', 'line': None}}" \
		"$(python3 -c 'import json, sys; print(json.load(sys.stdin)["hooks"][0]["set_in"])' <"$output")"
	run_apt apt-universal-hooks check
	expect_equal 0 "$apt_status" 'status of check'
}

test_check_finds_settings_that_two_packages_make_or_that_are_in_etc() {
	own_with_settings 1 <<<"$scope::User \"nobody\";"
	apt_succeeds install own
	cp "$shipped" "${shipped%/*}/zzz.conf"
	mkdir "$hooks/settings.d"
	cp "$shipped" "$hooks/settings.d"
	run_apt apt-universal-hooks check
	has -F "$shipped: $scope::User is also set by ${shipped%/*}/zzz.conf" <"$output"
	has -F "warning: settings.d: not read here; settings belong in /etc/apt/apt.conf.d" <"$output"
	expect_equal 2 "$(grep -c '^warning' "$output")" findings
}
