# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: systemd systemd-sysv nginx cron bsdutils
# Examples for systemd services, and what hooks leave in the journal, in a system booted by a real systemd.
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

# Waits for Session-End, whose output becomes $printed.
printed=/printed
wait_for_the_end() {
	wait_for_sessions
	sed -n 's/^\t//p' /var/log/apt/universal-hooks-term.log >$printed 2>/dev/null || : >$printed
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
	wait_for_the_end
	expect_equal "$(cat /upgraded)" "$(version_of "$(library)")"
	[[ $(process_of nginx) != "$nginx_before" ]] || fail 'nginx should have been restarted'
	! is_outdated "$(process_of nginx)" || fail 'nginx still has the old file'
	expect_equal "$cron_before" "$(process_of cron)" 'it had no reason to be restarted'
	grep -x 'Restarting nginx.service' $printed
	expect_equal 1 "$(grep -c '^Restarting' $printed)"
}

test_without_the_example_it_keeps_the_old_file() {
	services
	rm "$hooks"/*/800-restart-services "$hooks"/multi_pkgs/*/*/800-restart-services $settings
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
	wait_for_the_end
	expect_equal "$nginx_before" "$(process_of nginx)"
}

test_a_service_that_does_not_start_again_is_in_the_log() {
	services
	echo 'no such thing;' >>/etc/nginx/nginx.conf
	upgrade_of "$(library)"
	apt_in_system install "$(library)"
	apt_must_end_with 0
	wait_for_the_end
	grep -E '^ Session-End .*/800-restart-services .* exit 1 ' /var/log/apt/universal-hooks.log
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
	wait_for_the_end
	for name in "${left_alone[@]}"; do
		grep -qx "$name.service still uses an old library; .*" $printed || fail "$name is not named"
		expect_equal "${before[0]}" "$(process_of "$name")" "process of $name"
		before=("${before[@]:1}")
	done
	grep '^Restarting' $printed >/restarted
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
	fake_service my-updates "ExecStart=/bin/sh -c 'apt-get --yes install $(library) >/own 2>&1; echo \$? >>/own; sleep infinity'"
	fake_service other
	use_example restart-services
	upgrade_of "$(library)"
	publish
	in_system systemctl daemon-reload
	in_system systemctl start other my-updates
	# It goes on when apt has ended.
	wait_until grep -qx 0 /own
	wait_for_the_end
	grep -x 'my-updates.service still uses an old library; .*' $printed || fail "$(cat $printed)"
	grep -x 'Restarting other.service' $printed || fail "$(cat $printed)"
}

test_without_a_running_systemd_there_is_nothing_to_restart() {
	use_example restart-services
	upgrade_of "$(library)"
	apt_goes_through install "$(library)"
}

# Prints the entries of the journal that the command of the manual page finds, one on each line.
entries() {
	in_system journalctl --sync
	in_system journalctl --identifier=apt-universal-hooks --output=json "$@" | python3 -c '
import json, sys
for entry in map(json.loads, sys.stdin):
    fields = {key.removeprefix("APT_UNIVERSAL_HOOKS_"): entry[key] for key in entry
              if key.startswith(("APT_", "PRIORITY", "MESSAGE"))}
    fields.pop("MESSAGE_ID", None)
    if "DURATION_USEC" in fields:
        assert int(fields.pop("DURATION_USEC")) % 1000 == 0
        fields["MESSAGE"] = fields["MESSAGE"].rpartition(" in ")[0]
    fields["TRANSACTION"] = len(fields["TRANSACTION"].split("-"))
    print(*(f"{key}={fields[key]}" for key in sorted(fields)), sep="|")'
}

test_each_result_of_a_hook_is_in_the_journal() {
	boot_systemd
	probe Pre-Invoke/first
	then='exit 3' probe pkgs/app/Post-Invoke/fails
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/last
	probe Post-Invoke/never
	echo 'Universal-Hooks::Scripts::Post-Invoke/never::When "failure";' >$settings
	package app 1
	apt_in_system install app
	apt_must_end_with 0
	entries >/entries
	expect_file /entries <<-FIELDS
		COMMAND_LINE=apt-get --yes install app|ENDED=exit 0|EXIT_STATUS=0|HOOK=$hooks/Pre-Invoke/first|HOOK_POINT=Pre-Invoke|HOOK_RESULT=ok|MESSAGE=$hooks/Pre-Invoke/first: exit 0|PRIORITY=6|TRANSACTION=2
		COMMAND_LINE=apt-get --yes install app|ENDED=exit 3|EXIT_STATUS=3|HOOK=$hooks/pkgs/app/Post-Invoke/fails|HOOK_POINT=Post-Invoke|HOOK_RESULT=failed|MESSAGE=$hooks/pkgs/app/Post-Invoke/fails: exit 3|PACKAGE=app|PRIORITY=3|TRANSACTION=2
		COMMAND_LINE=apt-get --yes install app|ENDED=exit 0|EXIT_STATUS=0|HOOK=$hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/last|HOOK_POINT=Post-Invoke|HOOK_RESULT=ok|MESSAGE=$hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/last: exit 0|PRIORITY=6|TRANSACTION=2|WILDCARD=a__WILDCARD__
		COMMAND_LINE=apt-get --yes install app|ENDED=skipped (When)|HOOK=$hooks/Post-Invoke/never|HOOK_POINT=Post-Invoke|HOOK_RESULT=skipped|MESSAGE=$hooks/Post-Invoke/never: skipped (When)|PRIORITY=7|TRANSACTION=2
	FIELDS
	# The commands of apt-universal-hooks.conf(5).
	in_system journalctl -t apt-universal-hooks -p err --output=cat >/entries
	grep -qx "$hooks/pkgs/app/Post-Invoke/fails: exit 3 in [0-9]* ms" /entries || fail "$(cat /entries)"
	expect_equal 1 "$(wc -l </entries)" 'failures'
	in_system journalctl APT_UNIVERSAL_HOOKS_PACKAGE=app --output=cat >/entries
	expect_equal 1 "$(wc -l </entries)" 'hooks for the package'
}

test_a_journal_that_has_stopped_does_not_stop_apt() {
	boot_systemd
	in_system systemctl kill --signal=STOP systemd-journald
	hook Pre-Invoke/first </bin/true
	local i
	# More than the socket takes.
	for i in {1..600}; do
		ln "$hooks/Pre-Invoke/first" "$hooks/Pre-Invoke/again-$i"
	done
	package app 1
	apt_in_system install app
	apt_must_end_with 0
	expect_no_warning
	in_system systemctl kill --signal=CONT systemd-journald
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
	wait_until in_system systemctl is-active cron
	[[ $(process_of cron) != "$cron_before" ]] || fail 'it was never stopped'
}
