# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Settings that come with a package: those of its hooks hold from the very transaction that installs or
# upgrades it, whichever frontend runs it, and options for one run still override them.

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

# python3 may have set the option in its own process, where no file and no command line tells of it.
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

# The hook that is new does not run; the others keep the settings that they had.
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
