# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks status: whether apt calls the hooks, how many there are, what ran last.

package app 1
command=apt-universal-hooks
conf=/etc/apt/apt.conf.d/apt-universal-hooks.conf

# line_of KEY: prints the number of the line in the registration that sets it.
line_of() {
	grep -n "^$1" $conf | cut -d : -f 1
}

# Prints the output without the version.
printed() {
	grep -v '^Version: [0-9.]*$' $output
}

hooks_of_all_kinds() {
	probe Post-Invoke/mine
	probe Post-Invoke/disabled
	probe pkgs/app/Post-Invoke/own
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/own
	probe $packaged_hooks/Post-Invoke/masked
	ln -s /dev/null $hooks/Post-Invoke/masked
	then='exit 3' probe Pre-Invoke/fails
	probe Pre-Invoke/faulty
	chmod -x $hooks/Pre-Invoke/faulty
	$command disable Post-Invoke/disabled >/dev/null
}

test_a_fresh_system_has_no_hooks_and_is_registered() {
	ends_with 0 $command status
	[[ ! -s $errors ]] || fail 'nothing should be on standard error'
	grep -q "^Version: $(dpkg-query --show --showformat '${Version}' apt-plugin-universal-hooks)$" \
		$output || fail 'the version is missing'
	expect_file <(printed) <<-EOF
		Hooks: switched on
		Pre-Invoke: no hooks; registered in $conf:$(line_of DPkg::Pre-Invoke)
		Pre-Install-Pkgs: no hooks; registered in $conf:$(line_of DPkg::Pre-Install)
		Post-Invoke: no hooks; registered in $conf:$(line_of DPkg::Post)
		Last transaction: none in the log
	EOF
}

test_hooks_are_counted_and_the_last_transaction_is_told() {
	hooks_of_all_kinds
	apt_succeeds_but_warns install app
	ends_with 0 $command status
	expect_file <(printed | sed 's/ 20[0-9-]* [0-9:]*,/ TIME,/') <<-EOF
		Hooks: switched on
		Pre-Invoke: 2 hooks (2 always), 1 faulty; registered in $conf:$(line_of DPkg::Pre-Invoke)
		Pre-Install-Pkgs: no hooks; registered in $conf:$(line_of DPkg::Pre-Install)
		Post-Invoke: 4 hooks (1 by package, 1 by wildcard, 2 always), 1 disabled, 1 masked; registered in $conf:$(line_of DPkg::Post)
		Last transaction: TIME, apt-get --yes install app, result ok; 6 hooks: 3 ok, 1 failed, 2 skipped
	EOF
}

test_it_is_wrapped_for_a_terminal_of_40_columns() {
	hooks_of_all_kinds
	script -qec "stty cols 40; NO_COLOR=1 $command status" /dev/null </dev/null >/typed ||
		fail "$(cat /typed)"
	expect_file <(tr -d '\r' </typed | tail -n +3) <<-EOF
		Pre-Invoke: 2 hooks (2 always), 1
		  faulty; registered in
		  $conf:$(line_of DPkg::Pre-Invoke)
		Pre-Install-Pkgs: no hooks; registered
		  in
		  $conf:$(line_of DPkg::Pre-Install)
		Post-Invoke: 4 hooks (1 by package, 1 by
		  wildcard, 2 always), 1 disabled, 1
		  masked; registered in
		  $conf:$(line_of DPkg::Post)
		Last transaction: none in the log
	EOF
}

test_colour_only_where_it_is_wanted() {
	script -qec "stty cols 80; TERM=xterm $command status" /dev/null </dev/null >/typed
	grep -q $'\033\\[32mswitched on\033' /typed || fail "$(cat -v /typed)"
	script -qec "stty cols 80; TERM=xterm NO_COLOR=1 $command status" /dev/null </dev/null >/typed
	! grep -q $'\033' /typed || fail "$(cat -v /typed)"
}

test_json_says_the_same() {
	probe Post-Invoke/mine
	publish
	apt-get -qq --yes install app >/dev/null
	ends_with 0 $command status --json
	local expected point key
	expected='{"version":"VERSION","switched_off_by":[],"helper":true,"hook_points":['
	# apt calls the helper at Pre-Invoke for both hook points of a session.
	for point in Session-Start:0 Pre-Invoke:0 Pre-Install-Pkgs:0 Post-Invoke:1 Session-End:0; do
		key=DPkg::${point%:*}
		key=${key/Session-*/Pre-Invoke}
		expected+="{\"hook_point\":\"${point%:*}\",\"registered\":\"as-shipped\",\
\"key\":\"$key::apt-universal-hooks\",\"file\":\"$conf\",\
\"line\":$(line_of "$key"),\"called\":true,\"hooks\":${point#*:},\"by_package\":0,\
\"by_wildcard\":0,\"always\":${point#*:},\"disabled\":0,\"faulty\":0,\"masked\":0,\
\"overridden\":0},"
	done
	expected="${expected%,}],\"last_transaction\":{\"start\":\"TIME\",\"end\":\"TIME\",\
\"command_line\":\"apt-get -qq --yes install app\",\"result\":\"ok\",\"ran\":1,\"ok\":1,\"failed\":0,\"skipped\":0,\"switched_off_by\":null},\"last_session\":null,\"sessions\":[],\
\"dpkg\":{\"state\":\"off\",\"file\":\"/etc/dpkg/dpkg.cfg.d/apt-universal-hooks\",\"pre_invoke\":\"off\",\"post_invoke\":\"off\"}}"
	expect_equal "$expected" "$(sed -E 's/^ *//; s/": /":/; s/"[0-9.]+"/"VERSION"/
		s/"20[0-9-]+T[0-9:]+\+00:00"/"TIME"/' $output | tr -d '\n')"
}

test_hooks_that_apt_does_not_call_are_a_finding() {
	sed -i 's,^DPkg::Post-Invoke,// &,' $conf
	ends_with 0 $command status
	printed | has -x 'Post-Invoke: no hooks; not registered' || fail 'it should say so'
	probe Pre-Invoke/mine
	ends_with 0 $command status
	probe Post-Invoke/mine
	ends_with 1 $command status
	ends_with 1 $command status --json
	grep -q '"registered": "missing"' $output || fail 'JSON should say so'
	ends_with 0 $command disable Post-Invoke/mine
	probe Session-End/mine
	ends_with 0 $command status
	printed | has -x "Session-End: 1 hook (1 always); registered in $conf:$(line_of DPkg::Pre-Invoke)" ||
		fail "$(cat $output)"
	! printed | has '^Session-Start' || fail 'hook points of a session without hooks are not shown'
	sed -i 's,^DPkg::Pre-Invoke,// &,' $conf
	ends_with 1 $command status
	printed | has -x 'Session-End: 1 hook (1 always); not registered' || fail "$(cat $output)"
}

test_what_is_edited_is_told() {
	sed -i 's/InfoFD "20"/InfoFD "21"/; s/exit 111";/exit 1";/' $conf
	ends_with 0 $command status
	expect_file <(printed | grep edited) <<-EOF
		Pre-Invoke: no hooks; registered, but edited in $conf:$(line_of DPkg::Pre-Invoke)
		Pre-Install-Pkgs: no hooks; registered, but edited in $conf:$(line_of DPkg::Pre-Install)
		Post-Invoke: no hooks; registered, but edited in $conf:$(line_of DPkg::Post)
	EOF
}

test_a_missing_option_of_the_list_of_packages_is_told() {
	sed -i '/InfoFD/d' $conf
	ends_with 0 $command status
	printed | has -x 'Pre-Install-Pkgs: no hooks; registered, but without DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::InfoFD' ||
		fail 'it should say so'
}

test_what_switches_all_hooks_off_is_told() {
	probe Post-Invoke/mine
	ends_with 0 env APT_UNIVERSAL_HOOKS=off $command status
	printed | has -x 'Hooks: switched off by APT_UNIVERSAL_HOOKS=off in the environment' ||
		fail 'it should say so'
	echo 'Universal-Hooks::Enabled "no";' >/etc/apt/apt.conf.d/10off
	ends_with 0 $command status
	printed | has -x 'Hooks: switched off by Universal-Hooks::Enabled in /etc/apt/apt.conf.d/10off:1' ||
		fail 'it should say so'
	printed | has '^Post-Invoke: 1 hook (1 always), 1 disabled;' || fail 'it should say so'
}

test_a_helper_that_is_gone_is_told() {
	ends_with 0 $command status
	mv /usr/libexec/apt-universal-hooks/helper /gone
	ends_with 0 $command status
	printed | has -x 'Helper: missing, so no hook runs: /usr/libexec/apt-universal-hooks/helper' ||
		fail 'it should say so'
	probe Post-Invoke/mine
	ends_with 1 $command status
}

test_another_root_and_another_user() {
	mkdir -p /image/var/log
	cp -a --parents /etc/apt /usr/libexec/apt-universal-hooks /image
	probe /image/etc/apt/universal-hooks/Post-Invoke/there
	ends_with 0 setpriv --reuid 65534 --clear-groups $command status --root /image
	printed | has -x "Post-Invoke: 1 hook (1 always); registered in /image$conf:$(line_of DPkg::Post)" ||
		fail 'the hook of the other root should be counted'
	ends_with 0 setpriv --reuid 65534 --clear-groups $command status
	printed | has '^Post-Invoke: no hooks' || fail 'there is none on this system'
}

# The rest is still printed.
test_a_log_that_cannot_be_read_is_one_clear_error() {
	mkdir /var/log/apt/universal-hooks.log
	ends_with 2 $command status
	expect_equal 1 "$(wc -l <$errors)" 'lines on standard error'
	form=E expect_warning /var/log/apt/universal-hooks.log
	printed | has -x 'Last transaction: unknown' || fail 'it should say so'
}

test_words_are_too_much() {
	ends_with 2 $command status now
	form=E expect_warning now 'unexpected argument'
}
