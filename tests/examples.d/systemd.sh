# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: systemd systemd-sysv nginx cron bsdutils
# Examples for systemd services and the journal, in a system booted by a real systemd.
. /tests/lib/examples.sh
. /tests/lib/systemd.sh

# Prints the package of the TLS library that nginx has loaded.
library() {
	local file
	file=$(ldd /usr/sbin/nginx | grep -o '/[^ ]*libssl[^ ]*')
	dpkg-query --search "$(realpath "$file")" | sed 's/:.*//'
}

process_of() {
	in_system systemctl show --property=MainPID --value "$1"
}

apt_in_system() {
	run_apt in_system apt-get --yes "$@" </dev/null
}

# Both run; only nginx has loaded the library.
services() {
	boot_systemd
	in_system systemctl start nginx cron
	nginx_before=$(process_of nginx)
	cron_before=$(process_of cron)
	use_example restart-services
}

is_outdated() {
	in_system grep -q ' r-xp .*libssl.*(deleted)$' "/proc/$1/maps"
}

test_a_service_with_the_old_file_of_a_library_is_restarted() {
	services
	upgrade_of "$(library)"
	apt_in_system install "$(library)"
	apt_must_end_with 0
	expect_no_warning
	expect_equal "$(cat /upgraded)" "$(version_of "$(library)")"
	[[ $(process_of nginx) != "$nginx_before" ]] || fail 'nginx should have been restarted'
	! is_outdated "$(process_of nginx)" || fail 'nginx still has the old file'
	expect_equal "$cron_before" "$(process_of cron)" 'it had no reason to be restarted'
	grep -x 'Restarting nginx.service' "$output"
	expect_equal 1 "$(grep -c '^Restarting' "$output")"
}

test_without_the_example_it_keeps_the_old_file() {
	services
	rm "$(header_of restart-services Place)" $settings
	upgrade_of "$(library)"
	apt_in_system install "$(library)"
	apt_must_end_with 0
	expect_equal "$nginx_before" "$(process_of nginx)"
	is_outdated "$nginx_before" || fail 'the test is broken: the file was not replaced'
}

test_an_upgrade_of_something_else_restarts_nothing() {
	services
	package app 1
	apt_in_system install app
	apt_must_end_with 0
	expect_equal "$nginx_before" "$(process_of nginx)"
}

test_a_service_that_does_not_start_again_is_a_warning() {
	services
	echo 'no such thing;' >>/etc/nginx/nginx.conf
	upgrade_of "$(library)"
	apt_in_system install "$(library)"
	expect_a_warning_about restart-services
	expect_equal "$(cat /upgraded)" "$(version_of "$(library)")"
}

# fake_service NAME [LINE...]: a service that has loaded the library, and has these lines in [Service].
fake_service() {
	local name=$1 file
	shift
	file=$(ldd /usr/sbin/nginx | grep -o '/[^ ]*libssl[^ ]*')
	printf '%s\n' '[Service]' "Environment=LD_PRELOAD=$file" "${@:-ExecStart=/bin/sleep infinity}" \
		>"/etc/systemd/system/$name.service"
}

left_alone=(gdm gdm3 lightdm sddm NetworkManager networking wpa_supplicant ModemManager docker
	containerd libvirtd virtqemud virtlogd lxd dbus-broker polkit packagekit apt-daily-upgrade)

test_what_sessions_the_network_and_guests_depend_on_is_only_named() {
	local name before=()
	boot_systemd
	for name in "${left_alone[@]}" my-dm other; do
		fake_service "$name"
	done
	# The display manager has its alias from the package that is chosen.
	ln -s my-dm.service /etc/systemd/system/display-manager.service
	fake_service backup Type=oneshot 'ExecStart=/bin/sleep infinity'
	in_system systemctl daemon-reload
	in_system systemctl start --no-block backup
	in_system systemctl start "${left_alone[@]}" my-dm other
	in_system systemd-run --unit=run-by-hand --setenv=LD_PRELOAD="$(
		ldd /usr/sbin/nginx | grep -o '/[^ ]*libssl[^ ]*')" sleep infinity
	left_alone+=(my-dm backup run-by-hand)
	for name in "${left_alone[@]}"; do
		wait_until has_the_library "$name"
		before+=("$(process_of "$name")")
	done
	use_example restart-services
	upgrade_of "$(library)"
	apt_in_system install "$(library)"
	apt_must_end_with 0
	expect_no_warning
	for name in "${left_alone[@]}"; do
		grep -qx "$name.service still uses an old library; .*" "$output" || fail "$name is not named"
		expect_equal "${before[0]}" "$(process_of "$name")" "process of $name"
		before=("${before[@]:1}")
	done
	grep '^Restarting' "$output" >/restarted
	expect_file /restarted <<-'LINES'
		Restarting nginx.service
		Restarting other.service
	LINES
}

has_the_library() {
	in_system grep -q libssl "/proc/$(process_of "$1")/maps"
}

test_the_unit_that_runs_apt_is_left_alone() {
	boot_systemd
	fake_service my-updates "ExecStart=/bin/sh -c 'apt-get --yes install $(library) >/own 2>&1; echo \$? >>/own'"
	fake_service other
	use_example restart-services
	upgrade_of "$(library)"
	publish
	in_system systemctl daemon-reload
	in_system systemctl start other my-updates
	wait_until grep -qx 0 /own
	grep -qx 'my-updates.service still uses an old library; .*' /own || fail "$(cat /own)"
	grep -qx 'Restarting other.service' /own || fail "$(cat /own)"
}

test_without_a_running_systemd_there_is_nothing_to_restart() {
	use_example restart-services
	upgrade_of "$(library)"
	apt_goes_through install "$(library)"
}

# entries FIELD=VALUE...: prints matching journal entries as lines "FIELD=VALUE", without the fields
# that the journal adds.
entries() {
	in_system journalctl --output=export --no-pager SYSLOG_IDENTIFIER=apt-universal-hooks "$@" |
		grep -aE '^(APT_[A-Z_]*|MESSAGE|PRIORITY)=|^$'
}

test_the_journal_has_fields_to_search_for() {
	boot_systemd
	use_example log-to-journal
	package old 1
	package app 1
	apt_in_system install app old
	package app 2
	apt_in_system install app old-
	apt_must_end_with 0
	expect_no_warning
	in_system journalctl --sync
	entries APT_PACKAGE=app APT_OPERATION=upgrade | grep -v '^$' | sort >/entry
	expect_file /entry <<-'FIELDS'
		APT_ARCHITECTURE=all
		APT_NEW_VERSION=2
		APT_OLD_VERSION=1
		APT_OPERATION=upgrade
		APT_OUTCOME=done
		APT_PACKAGE=app
		MESSAGE=apt: upgrade of app from 1 to 2: done
		PRIORITY=6
	FIELDS
	entries APT_RESULT=ok | grep ^MESSAGE >/entries
	expect_file /entries <<-'MESSAGES'
		MESSAGE=apt: ok: apt-get --yes install app old
		MESSAGE=apt: ok: apt-get --yes install app old-
	MESSAGES
	expect_equal 4 "$(entries | grep -c ^APT_PACKAGE)" 'entries about packages'
}

test_the_journal_tells_of_a_failure_as_an_error() {
	boot_systemd
	use_example log-to-journal
	postinst='exit 1' package bad 1
	apt_in_system install bad
	apt_must_end_with 100
	in_system journalctl --sync
	entries --priority=err | grep ^MESSAGE >/entries
	expect_file /entries <<-'MESSAGES'
		MESSAGE=apt: failed: apt-get --yes install bad
		MESSAGE=apt: install of bad from - to 1: failed
	MESSAGES
}

test_without_a_journal_there_is_a_warning() {
	use_example log-to-journal
	package app 1
	apt_succeeds_but_warns install app
	expect_a_warning_about log-to-journal
	grep -q 'no journal' "$errors" || fail 'no message gives the reason'
}

test_a_service_is_stopped_and_started_by_systemd_as_well() {
	boot_systemd
	in_system systemctl start cron
	cron_before=$(process_of cron)
	use_example stop-service
	use_example start-service
	postinst='systemctl is-active cron >/during || true' package app 1
	apt_in_system install app
	apt_must_end_with 0
	expect_no_warning
	expect_equal inactive "$(cat /during)"
	expect_equal active "$(in_system systemctl is-active cron)"
	[[ $(process_of cron) != "$cron_before" ]] || fail 'it was never stopped'
}
