# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks set and unset: what applies afterwards, the messages, and what is left alone.

package app 1
command=apt-universal-hooks
conf_directory=/etc/apt/apt.conf.d
file=$conf_directory/99apt-universal-hooks-settings.conf

# expect_error LINE: nothing was done, and this is the message.
expect_error() {
	expect_equal "E: $1" "$(cat $errors)"
	[[ ! -s $output && ! -e $file ]] || fail 'nothing should have been done'
}

test_a_setting_is_written_applies_and_is_taken_out_again() {
	then='exit 3' probe Pre-Install-Pkgs/100-veto
	ends_with 0 $command set 100-veto on-failure abort
	expect_file $output <<<"Pre-Install-Pkgs/100-veto: On-Failure is now \"abort\", set in $file:3"
	head -n 1 $file | has '^// Written by "apt-universal-hooks set"' || fail "$(cat $file)"
	expect_equal '644 root:root' "$(stat --format='%a %U:%G' $file)"
	apt_fails install app
	: >/runs
	ends_with 0 $command unset 100-veto On-Failure
	expect_file $output <<<'Pre-Install-Pkgs/100-veto: On-Failure is no longer set; the default applies'
	[[ ! -e $file ]] || fail "$(cat $file)"
	apt_succeeds_but_warns install app
	ends_with 0 $command unset 100-veto On-Failure
	expect_file $output <<<'Pre-Install-Pkgs/100-veto: On-Failure was not set'
}

# The most specific setting wins; settings that are more specific than the new one are named.
test_a_directory_and_all_hooks_have_settings_too() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	probe pkgs/app/Post-Invoke/c
	ends_with 0 $command set Post-Invoke/b Timeout 7
	ends_with 0 $command set Post-Invoke Timeout 6
	expect_file $output <<-EOF
		Post-Invoke: Timeout is now "6", set in $file:3
		but not for Post-Invoke/b: its Timeout is "7", set in $file:4
	EOF
	ends_with 0 $command set --all Timeout 5
	expect_file $output <<-EOF
		all hooks: Timeout is now "5", set in $file:3
		but not for Post-Invoke/a: its Timeout is "6", set in $file:4
		but not for Post-Invoke/b: its Timeout is "7", set in $file:5
	EOF
	expect_file <(grep -v '^//' $file) <<-'EOF'
		Universal-Hooks::Timeout "5";
		Universal-Hooks::Scripts::Post-Invoke::Timeout "6";
		Universal-Hooks::Scripts::Post-Invoke/b::Timeout "7";
	EOF
	ends_with 0 $command unset Post-Invoke/b
	expect_file $output <<<"Post-Invoke/b: Timeout is now \"6\", set in $file:4"
	ends_with 0 $command unset --all
	ends_with 0 $command unset /etc/apt/universal-hooks/Post-Invoke/
	expect_file $output <<<'Post-Invoke: Timeout is no longer set; the default applies'
	[[ ! -e $file ]] || fail "$(cat $file)"
	ends_with 0 $command unset --all
	expect_file $output <<<'all hooks: nothing is set by this command'
}

# apt joins the items of all files; ours must replace the others.
test_a_list_is_replaced_not_extended() {
	probe pkgs/app/Post-Invoke/a OPERATION
	echo 'Universal-Hooks::Scripts::pkgs/app/Post-Invoke/a::Operations { "purge"; "upgrade"; };' \
		>$conf_directory/20other
	ends_with 0 $command set a Operations remove install
	expect_file $output <<<"pkgs/app/Post-Invoke/a: Operations is now \"remove\" \"install\", set in $file:4"
	apt_succeeds install app
	apt_succeeds remove app
	apt_succeeds purge app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/a OPERATION=install
		pkgs/app/Post-Invoke/a OPERATION=remove
	EOF
	ends_with 0 $command unset a Operations
	expect_file $output <<<"pkgs/app/Post-Invoke/a: Operations is now \"purge\" \"upgrade\", set in $conf_directory/20other:1"
}

test_where_another_file_takes_precedence_that_is_told() {
	probe Post-Invoke/a
	echo 'Universal-Hooks::Scripts::Post-Invoke/a::Timeout "9";' >$conf_directory/zz-other
	ends_with 1 $command set Post-Invoke/a Timeout 8
	expect_equal "W: Post-Invoke/a: Timeout is \"9\", because $conf_directory/zz-other:1 also sets it and takes precedence; remove that line" \
		"$(cat $errors)"
	ends_with 0 $command set Post-Invoke/a Timeout 9
	ends_with 0 $command unset Post-Invoke/a Timeout
	ends_with 1 $command unset Post-Invoke/a Timeout
	expect_equal "W: Post-Invoke/a: Timeout stays set: $conf_directory/zz-other:1 sets it; remove that line" \
		"$(cat $errors)"
	echo 'Universal-Hooks::Scripts::Post-Invoke/a::Requires { "dpkg"; };' >$conf_directory/zz-other
	ends_with 1 $command set Post-Invoke/a Requires apt
	expect_warning 'Requires is "apt" "dpkg"' "$conf_directory/zz-other:1"
}

# What apt refuses or the engine ignores is never written.
test_a_word_that_means_nothing_is_refused_with_those_that_do() {
	probe Post-Invoke/a
	mkdir $hooks/Post-Invoke/.hidden
	ends_with 2 $command set Post-Invoke/a Timeuot 8
	expect_error 'there is no setting Timeuot; did you mean Timeout?'
	ends_with 2 $command set Post-Invoke/a x 8
	form=E expect_warning 'there is no setting x; the settings are Enabled, On-Failure, ' ', Description'
	ends_with 2 $command set Post-Invoke/a When sucess
	expect_error 'When cannot be "sucess"; did you mean "success"?'
	ends_with 2 $command set Post-Invoke/a On-Failure ''
	expect_error 'On-Failure cannot be ""; use one of "warn", "abort", "abort-after"'
	ends_with 2 $command set Post-Invoke/a Timeout 5min
	expect_error 'Timeout cannot be "5min"; did you mean "300"?'
	ends_with 2 $command set Post-Invoke/a Timeout soon
	expect_error 'Timeout cannot be "soon"; use seconds, from 0 (no limit) to 86400'
	ends_with 2 $command set Post-Invoke/a Directory '~'
	expect_error 'Directory cannot be "~"; use a path that begins with /'
	ends_with 2 $command set Post-Invoke/a Operations install upgrades
	expect_error 'Operations cannot be "upgrades"; did you mean "upgrade"?'
	ends_with 2 $command set Post-Invoke/a Description what it does
	expect_error 'Description takes one value, but there are 3; put quotes around a value with spaces'
	ends_with 2 $command set Post-Invoke/b Timeout 8
	ends_with 2 $command set Post-Invoke/.hidden Timeout 8
	ends_with 2 $command set Post-Invoke/../Post-Invoke Timeout 8
	ends_with 2 $command set '' Timeout 8
	ends_with 2 $command set Post-Invoke/a Timeout
	expect_error 'an argument is missing; usage: apt-universal-hooks set SCRIPT SETTING VALUE…'
	ends_with 2 $command unset
	ends_with 2 $command unset --all Post-Invoke/a Timeout
	expect_error '--all is for all hooks: leave out Post-Invoke/a, or --all'
	ends_with 2 setpriv --reuid 65534 --clear-groups $command set Post-Invoke/a Timeout 8
	expect_error "only root can change $file"
}

test_a_user_or_a_directory_that_is_missing_is_told() {
	probe Post-Invoke/a
	ends_with 1 $command set Post-Invoke/a User nobdy
	expect_warning 'Post-Invoke/a: there is no user nobdy; it is not run until there is one'
	ends_with 1 $command set Post-Invoke/a Directory /nowhere
	expect_warning 'Post-Invoke/a: there is no directory /nowhere; it is not run until there is one'
	ends_with 0 $command set Post-Invoke/a User nobody
	ends_with 1 $command set Post-Invoke/a Requires nosuchpkg
	expect_warning 'Post-Invoke/a: nosuchpkg is not installed; it is not run until it is'
	probe Pre-Install-Pkgs/b
	ends_with 1 $command set b When success
	expect_warning 'Pre-Install-Pkgs/b: When has an effect only at Post-Invoke'
	ends_with 2 $command set Post-Invok Timeout 5
	expect_equal 'E: there is no hook Post-Invok; did you mean Post-Invoke?' "$(cat $errors)"
}

# check names the line, or the command for what set has written; run does not name enable in vain.
test_what_disables_all_hooks_or_is_set_for_none_is_told() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	ends_with 0 $command set Post-Invoke/b Timeout 5
	ends_with 0 $command set Post-Invoke/b Requires apt dpkg
	rm $hooks/Post-Invoke/b
	ends_with 1 $command check
	expect_equal 1 "$(grep -c 'apt-universal-hooks unset Post-Invoke/b$' $output)" 'commands'
	ends_with 0 $command unset Post-Invoke/b
	ends_with 0 $command check
	echo 'Universal-Hooks::Enabled "false";' >$conf_directory/20other
	ends_with 1 $command check
	has -F "warning: $conf_directory/20other:1: Universal-Hooks::Enabled \"false\": all hooks are disabled" $output ||
		fail "$(cat $output)"
	ends_with 1 $command run Post-Invoke --script a
	expect_warning "Post-Invoke/a is not run: it is disabled in $conf_directory/20other:1"
	ends_with 0 $command set a Enabled true
	ends_with 0 $command check
	rm $conf_directory/20other
	ends_with 0 $command disable a
	ends_with 1 $command run Post-Invoke --script a
	expect_warning 'it is disabled; to undo that: apt-universal-hooks enable Post-Invoke/a'
	ends_with 0 $command unset a
	ends_with 0 $command set --all Enabled false
	ends_with 1 $command check
	has 'apt-universal-hooks unset --all Enabled$' $output || fail "$(cat $output)"
	ends_with 2 $command run a
	expect_equal 'E: a is a hook, not a hook point; did you mean run Post-Invoke --script a?' "$(cat $errors)"
}

# Any bytes arrive as they are, whatever they mean to apt or to a terminal.
test_values_and_paths_of_any_bytes_arrive() {
	local path=$'Post-Invoke/a "b" {c}; #d%41\n' value=$'50% of {it}; // "x" \\ %41 \t\n\xc3\xbc \xff'
	probe "$path"
	ends_with 0 $command set "$path" Description "$value"
	apt-config dump --format '%v%n' 'Universal-Hooks::Scripts' >/dump
	has -F -e '50% of {it}; // "x" \ %41' /dump || fail "$(cat /dump)"
	ends_with 0 $command set "$path" Enabled false
	apt_succeeds install app
	expect_no_runs
	ends_with 0 $command enable "$path"
	apt_succeeds reinstall app
	expect_equal 1 "$(wc -l </runs)" 'hooks that ran'
	ends_with 0 $command unset "$path"
	[[ ! -e $file ]] || fail "$(cat $file)"
}

# They share one file: what one of them writes, the other undoes.
test_disable_and_set_enabled_are_the_same() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	ends_with 0 $command set Post-Invoke/a Enabled false
	ends_with 0 $command disable Post-Invoke/a
	expect_file $output <<<"Post-Invoke/a was already disabled: set in $file:3"
	ends_with 0 $command enable Post-Invoke/a
	[[ ! -e $file ]] || fail "$(cat $file)"
	ends_with 0 $command set Post-Invoke/a Enabled true
	ends_with 0 $command disable Post-Invoke/a
	ends_with 0 $command unset Post-Invoke/a Enabled
	expect_file $output <<<'Post-Invoke/a: Enabled is no longer set; the default applies'
	ends_with 0 $command set Post-Invoke Enabled no
	ends_with 1 $command enable b
	expect_warning 'Post-Invoke/b stays disabled, like all hooks in Post-Invoke' \
		'apt-universal-hooks unset Post-Invoke Enabled'
	ends_with 0 $command set b Enabled true
	apt_succeeds install app
	expect_runs <<<Post-Invoke/b
}

# A package sets its hook's Timeout; the administrator's value wins, until it is removed.
test_what_a_package_ships_is_overridden_and_comes_back() {
	probe $packaged_hooks/Post-Invoke/theirs
	mkdir -p $packaged_hooks/settings.d
	echo 'Universal-Hooks::Scripts::Post-Invoke/theirs::Timeout "9";' \
		>$packaged_hooks/settings.d/app.conf
	ends_with 1 $command unset theirs Timeout
	expect_warning "$packaged_hooks/settings.d/app.conf, of a package, sets it" 'apt-universal-hooks set'
	ends_with 0 $command set theirs Timeout 8
	ends_with 0 $command unset theirs Timeout
	expect_file $output <<<"Post-Invoke/theirs: Timeout is now \"9\", set in $packaged_hooks/settings.d/app.conf"
}

test_another_root_is_changed_and_this_one_is_not() {
	probe Post-Invoke/a
	mkdir /image
	cp -a --parents /etc/apt /var/lib/dpkg/status /etc/passwd /image
	ends_with 0 $command set --root /image Post-Invoke/a User nobody
	[[ -e /image$file && ! -e $file ]] || fail 'the wrong file was written'
	ends_with 0 $command unset --root /image Post-Invoke/a
	[[ ! -e /image$file ]] || fail "$(cat /image$file)"
}

# on_a_terminal COLUMNS COMMAND: prints what a person sees.
on_a_terminal() {
	LC_ALL=C.UTF-8 NO_COLOR=1 script -qec "stty cols $1; $2" /dev/null | sed -E 's/\r+$//; s/ in [0-9]+ ms$/ in 5 ms/'
}

test_show_is_one_screen_with_everything_of_a_hook() {
	then='exit 3' probe Post-Invoke/100-mail
	$command set 100-mail Description 'Mail the log to root' >/dev/null
	$command set Post-Invoke Requires dpkg apt >/dev/null
	apt_succeeds_but_warns install app
	on_a_terminal 80 "$command show mail" >/screen || true
	has -F 'there is no hook mail; did you mean Post-Invoke/100-mail?' /screen || fail "$(cat /screen)"
	local start
	start=$(sed -n 's/^Start-Date: \(.*\)  \(.*\)$/\1 \2/p' /var/log/apt/universal-hooks.log)
	on_a_terminal 80 "$command show 100-mail" >/screen
	expect_file /screen <<-EOF
		Post-Invoke/100-mail - Mail the log to root
		  path          $hooks/Post-Invoke/100-mail
		  runs          Post-Invoke, in every transaction
		  from          local
		  state         enabled

		Settings:
		  Enabled       true
		  On-Failure    warn
		  When          ran
		  Operations    install upgrade downgrade reinstall remove purge configure
		  Per-Package   false
		  Timeout       none
		  Directory     /
		  Input         terminal
		  Output        terminal
		  Requires      dpkg apt, set in
		                $file:4
		  Description   "Mail the log to root", set in
		                $file:5

		Last runs:
		  $start  exit 3 in 5 ms

		Its output is not kept; to keep it, use
		apt-universal-hooks set Post-Invoke/100-mail Output both
	EOF
	on_a_terminal 120 "$command show 100-mail" | has "\"Mail the log to root\", set in $file:5" || fail 'at 120 columns'
	ends_with 0 $command show Post-Invoke/100-mail
	has "^  Requires      dpkg apt, set in $file:4\$" $output || fail 'piped'
	then='echo sent' probe Post-Invoke/100-mail
	$command set 100-mail Output both >/dev/null
	apt_succeeds reinstall app
	$command show 100-mail | tail -n 2 >/tail
	expect_file /tail <<-'EOF'
		Its last output:
		  sent
	EOF
	# Not because of missing rights.
	mv /var/log/apt/universal-hooks-term.log /kept
	mkfifo /var/log/apt/universal-hooks-term.log
	ends_with 0 $command show 100-mail
	expect_warning /var/log/apt/universal-hooks-term.log 'the output of hooks is not shown: Invalid argument'
	! has 'Only root' $output || fail "$(cat $output)"
	mv /kept /var/log/apt/universal-hooks-term.log
	$command disable 100-mail >/dev/null
	$command show 100-mail | has '^  state         disabled$' || fail "$($command show 100-mail)"
	probe $packaged_hooks/Post-Invoke/theirs
	$command disable theirs >/dev/null
	$command show theirs | has "^  state         " || fail "$($command show theirs)"
	probe Pre-Invoke/new
	$command show new --json | tr -d ' \n' | has '"runs":\[\]' || fail 'it has not run'
	$command show 100-mail --json | tr -d ' \n' | has '"runs":\[{"start":"[^"]*","ended":"exit' ||
		fail "$($command show 100-mail --json)"
	on_a_terminal 80 "$command set 100-mail Timeout 80" >/screen
	expect_file /screen <<-EOF
		Post-Invoke/100-mail: Timeout is now "80", set in
		  $file:8
	EOF
	on_a_terminal 120 "$command set 100-mail Timeout 120" >/screen
	expect_file /screen <<<"Post-Invoke/100-mail: Timeout is now \"120\", set in $file:8"
}
