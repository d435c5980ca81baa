# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The output of apt-universal-hooks list, plan, why and run: on a terminal, wide or narrow, with and
# without colour, and in a pipe.

command=apt-universal-hooks

# Creates a hook of each kind, with every setting that is shown.
make_hooks() {
	package app 2
	package app-data 1
	package app 1
	files=/shipped package owner 1
	apt_succeeds install app=1 owner
	package app 2 'Depends: app-data'
	publish
	hook Pre-Invoke/010-always <<<$'#!/bin/sh\nexit 0'
	hook pkgs/app/Post-Invoke/020-fails <<<$'#!/bin/sh\nexit 3'
	hook 'multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name' <<<$'#!/bin/sh\nexit 0'
	hook Post-Invoke/040-plain <<<$'#!/bin/sh'
	chmod a-x $hooks/Post-Invoke/040-plain
	ln -s /dev/null $hooks/Post-Invoke/050-shipped
	cat >/etc/apt/apt.conf.d/50hooks <<-'EOC'
		Universal-Hooks::Scripts::pkgs/app { Timeout "5"; User "nobody"; Operations { "upgrade"; }; };
	EOC
	cat >/var/log/apt/universal-hooks.log <<-'EOC'
		Start-Date: 2026-11-20  18:02:05
		Commandline: apt-get --yes install app
		Transaction: 93-433909
		Result: ok
		Hooks:
		 Post-Invoke /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails [app] exit 3 1250 ms
		 Post-Invoke /usr/lib/apt/universal-hooks/Post-Invoke/050-shipped [always] exit 0 12 ms
		End-Date: 2026-11-20  18:02:09
	EOC
}

mkdir -p /shipped$packaged_hooks/Post-Invoke
printf '#!/bin/sh\n' >/shipped$packaged_hooks/Post-Invoke/050-shipped
chmod 755 /shipped$packaged_hooks/Post-Invoke/050-shipped

# at COLUMNS ARGUMENT...: prints what remains on a terminal: a line begins again at a carriage return.
at() {
	local columns=$1
	shift
	script -qc "stty cols $columns; TERM=xterm NO_COLOR=${no_color-1} $command $*" /dev/null \
		</dev/null |
		sed 's/\r$//; s/.*\r//; s/[0-9.]* s$/TIME/' >/shown
}

expect_shown() {
	expect_file /shown
}

# Output that is not on a terminal.
piped() {
	publish
	{ "$command" "$@" 2>/dev/null || true; } | sed 's/[0-9.]* s$/TIME/' >/shown
}

test_a_list_is_a_tree_on_a_terminal() {
	make_hooks
	at 80 list --tree
	expect_shown <<-'EOF'
		Pre-Invoke
		└── always
		    └── /etc/apt/universal-hooks/Pre-Invoke/010-always
		Post-Invoke
		├── pkgs/app
		│   └── /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		│         settings: Operations upgrade, Timeout 5, User nobody
		│         set in: /etc/apt/apt.conf.d/50hooks (Operations, Timeout, User)
		│         last: exit 3 in 1.250 s, 2026-11-20 18:02:05
		├── multi_pkgs/app__WILDCARD__
		│   └── /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		└── always
		    ├── /etc/apt/universal-hooks/Post-Invoke/040-plain
		    │     not run: not executable
		    ├── /etc/apt/universal-hooks/Post-Invoke/050-shipped
		    │     a mask
		    └── /usr/lib/apt/universal-hooks/Post-Invoke/050-shipped
		          masked by /etc/apt/universal-hooks/Post-Invoke/050-shipped
		          package: owner
		          last: exit 0 in 12 ms, 2026-11-20 18:02:05
	EOF
}

test_a_list_is_a_tree_on_a_narrow_terminal() {
	make_hooks
	at 40 list --tree Post-Invoke
	expect_shown <<-'EOF'
		Post-Invoke
		├── pkgs/app
		│   └── /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		│         settings: Operations upgrade,
		│           Timeout 5, User nobody
		│         set in:
		│           /etc/apt/apt.conf.d/50hooks
		│           (Operations, Timeout, User)
		│         last: exit 3 in 1.250 s,
		│           2026-11-20 18:02:05
		├── multi_pkgs/app__WILDCARD__
		│   └── /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		└── always
		    ├── /etc/apt/universal-hooks/Post-Invoke/040-plain
		    │     not run: not executable
		    ├── /etc/apt/universal-hooks/Post-Invoke/050-shipped
		    │     a mask
		    └── /usr/lib/apt/universal-hooks/Post-Invoke/050-shipped
		          masked by
		            /etc/apt/universal-hooks/Post-Invoke/050-shipped
		          package: owner
		          last: exit 0 in 12 ms,
		            2026-11-20 18:02:05
	EOF
}

test_a_list_that_is_piped_has_a_line_for_each_hook() {
	make_hooks
	piped list
	expect_shown <<-'EOF'
		HOOK	STATE	LAST	TIME	FROM	DESCRIPTION
		Pre-Invoke/010-always	enabled			local	
		pkgs/app/Post-Invoke/020-fails	enabled	exit 3	1.250 s	local	
		multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name	enabled			local	
		Post-Invoke/040-plain	faulty			local	
		Post-Invoke/050-shipped	mask			local	
		Post-Invoke/050-shipped	masked	exit 0	12 ms	owner	
	EOF
}

test_a_list_is_a_table_that_fits_the_terminal() {
	make_hooks
	cat >/etc/apt/apt.conf.d/51hooks <<-'EOC'
		Universal-Hooks::Scripts {
			Pre-Invoke { Enabled "no"; Description "漢字"; };
			pkgs/app::Description "Dumps the database before an upgrade, to go back to it";
		};
	EOC
	at 120 list
	expect_shown <<-'EOF'
		HOOK                                               STATE     LAST    TIME     FROM   DESCRIPTION
		Pre-Invoke/010-always                              disabled                   local  漢字
		pkgs/app/Post-Invoke/020-fails                     enabled   exit 3  1.250 s  local  Dumps the database before an upgra…
		multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name  enabled                    local
		Post-Invoke/040-plain                              faulty                     local
		Post-Invoke/050-shipped                            mask                       local
		Post-Invoke/050-shipped                            masked    exit 0  12 ms    owner
		1 hook cannot run; see apt-universal-hooks check.
	EOF
	at 80 list
	expect_shown <<-'EOF'
		HOOK                                               STATE     LAST    TIME
		Pre-Invoke/010-always                              disabled
		pkgs/app/Post-Invoke/020-fails                     enabled   exit 3  TIME
		multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name  enabled
		Post-Invoke/040-plain                              faulty
		Post-Invoke/050-shipped                            mask
		Post-Invoke/050-shipped                            masked    exit 0  12 ms
		1 hook cannot run; see apt-universal-hooks check.
	EOF
	rm -r $hooks/multi_pkgs/Post-Invoke
	at 80 list
	expect_shown <<-'EOF'
		HOOK                            STATE     LAST    TIME     DESCRIPTION
		Pre-Invoke/010-always           disabled                   漢字
		pkgs/app/Post-Invoke/020-fails  enabled   exit 3  1.250 s  Dumps the database b…
		Post-Invoke/040-plain           faulty
		Post-Invoke/050-shipped         mask
		Post-Invoke/050-shipped         masked    exit 0  12 ms
		1 hook cannot run; see apt-universal-hooks check.
	EOF
	no_color='' at 80 list
	grep -q $'^\e\\[2mPre-Invoke/010-always\e\\[0m ' /shown || fail "a disabled hook is not dim: $(cat -v /shown)"
	grep -q $'^\e\\[2mPost-Invoke/050-shipped\e\\[0m *\e\\[2mmasked' /shown || fail "a masked hook is not dim: $(cat -v /shown)"
	grep -q '^pkgs/app' /shown || fail "an enabled hook is dim: $(cat -v /shown)"
	"$command" list --json | python3 -c 'import json, sys
for hook in json.load(sys.stdin)["hooks"]: print(hook["state"], hook["description"])' >/shown
	expect_shown <<-'EOF'
		disabled 漢字
		enabled Dumps the database before an upgrade, to go back to it
		faulty None
		mask None
		masked None
	EOF
	piped list --tree
	has -F '          masked by /etc/apt/universal-hooks/Post-Invoke/050-shipped' </shown
	has -F '│         set in: /etc/apt/apt.conf.d/50hooks (Operations, Timeout, User), /etc/apt/apt.conf.d/51hooks (Description)' </shown
}

test_a_plan_is_shown_on_a_terminal() {
	make_hooks
	at 80 plan full-upgrade
	expect_shown <<-'EOF'
		2 packages: upgrade app, install app-data
		Pre-Invoke
		  /etc/apt/universal-hooks/Pre-Invoke/010-always
		      in every transaction
		Pre-Install-Pkgs: no hooks
		Post-Invoke
		  /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		      app:all upgrade 1 -> 2
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		    --pkg_list=FILE
		      app__WILDCARD__ matches app app-data
		  /etc/apt/universal-hooks/Post-Invoke/040-plain
		      in every transaction
		      not run: not executable
	EOF
}

test_a_plan_is_shown_on_a_narrow_terminal() {
	make_hooks
	at 40 plan full-upgrade
	expect_shown <<-'EOF'
		2 packages: upgrade app, install
		  app-data
		Pre-Invoke
		  /etc/apt/universal-hooks/Pre-Invoke/010-always
		      in every transaction
		Pre-Install-Pkgs: no hooks
		Post-Invoke
		  /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		      app:all upgrade 1 -> 2
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		    --pkg_list=FILE
		      app__WILDCARD__ matches app
		        app-data
		  /etc/apt/universal-hooks/Post-Invoke/040-plain
		      in every transaction
		      not run: not executable
	EOF
}

test_a_plan_that_is_piped_has_no_end_to_its_lines() {
	make_hooks
	piped plan full-upgrade
	expect_shown <<-'EOF'
		2 packages: upgrade app, install app-data
		Pre-Invoke
		  /etc/apt/universal-hooks/Pre-Invoke/010-always
		      in every transaction
		Pre-Install-Pkgs: no hooks
		Post-Invoke
		  /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		      app:all upgrade 1 -> 2
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name --pkg_list=FILE
		      app__WILDCARD__ matches app app-data
		  /etc/apt/universal-hooks/Post-Invoke/040-plain
		      in every transaction
		      not run: not executable
	EOF
}

test_why_says_what_a_package_would_set_off() {
	make_hooks
	at 80 why app
	expect_shown <<-'EOF'
		Post-Invoke
		  /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		      app:all upgrade 1 -> 2
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		    --pkg_list=FILE
		      app__WILDCARD__ matches app
		and 2 hooks for every transaction (not run: 1); --all shows them
	EOF
	at 120 why app
	grep -qx '  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name --pkg_list=FILE' \
		/shown || fail 'a wide terminal has room for the argument'
	at 40 why --operation remove app
	expect_shown <<-'EOF'
		Post-Invoke
		  /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		      app:all remove 1
		      not run: its setting Operations is
		        only for upgrade
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		    --pkg_list=FILE
		      app__WILDCARD__ matches app
		and 2 hooks for every transaction (not
		run: 1); --all shows them
	EOF
	piped why app-data
	expect_shown <<-'EOF'
		Post-Invoke
		  /etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name --pkg_list=FILE
		      app__WILDCARD__ matches app-data
		and 2 hooks for every transaction (not run: 1); --all shows them
	EOF
	piped why --all app-data
	grep -qx '      in every transaction' /shown || fail '--all does not show all'
	APT_UNIVERSAL_HOOKS=off piped why app
	expect_shown <<<'Hooks are switched off for this run.'
	hook pkgs/Post-Invoke/x <<<$'#!/bin/sh'
	local subcommand
	for subcommand in list status 'why app'; do
		# shellcheck disable=SC2086 # a subcommand and its argument
		at 80 $subcommand
		tail -n 1 /shown | grep -qFx '1 directory holds scripts that never run; see apt-universal-hooks check.' ||
			fail "$subcommand says nothing of scripts that never run"
	done
	piped list
	! grep -q 'never run' /shown || fail 'the table is for programs, too'
}

test_run_ends_with_a_table() {
	make_hooks
	at 80 run Post-Invoke --package app
	expect_shown <<-'EOF'
		W: /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails exited with status 3
		W: /etc/apt/universal-hooks/Post-Invoke/040-plain is not executable; it is not run
		/etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		  Status: exit 3
		  Time: TIME
		/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		  Status: exit 0
		  Time: TIME
		/etc/apt/universal-hooks/Post-Invoke/040-plain
		  Status: not run
	EOF
	at 40 run Post-Invoke --package app
	expect_shown <<-'EOF'
		W: /etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails exited with status 3
		W: /etc/apt/universal-hooks/Post-Invoke/040-plain is not executable; it is not run
		/etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails
		  Status: exit 3
		  Time: TIME
		/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name
		  Status: exit 0
		  Time: TIME
		/etc/apt/universal-hooks/Post-Invoke/040-plain
		  Status: not run
	EOF
	piped run Post-Invoke --package app
	expect_shown <<-'EOF'
		Script	Status	Time
		/etc/apt/universal-hooks/pkgs/app/Post-Invoke/020-fails	exit 3	TIME
		/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/030-a name	exit 0	TIME
		/etc/apt/universal-hooks/Post-Invoke/040-plain	not run	
	EOF
}

test_colour_is_there_only_where_it_is_wanted() {
	make_hooks
	no_color='' at 80 list --tree Post-Invoke
	grep -q $'\e\\[1m/etc/apt' /shown || fail 'there is no colour on a terminal'
	echo 'Binary::apt::APT::Color "0";' >/etc/apt/apt.conf.d/51colour
	no_color='' at 80 list Post-Invoke
	! grep -q $'\e' /shown || fail 'there is colour, although apt has none'
	rm /etc/apt/apt.conf.d/51colour
	piped list
	! grep -q $'\e' /shown || fail 'there is colour in a pipe'
}

# refuses TEXT ARGUMENT...: exit status 2, nothing on standard output, one line on standard error.
refuses() {
	local text=$1 status=0
	shift
	"$command" "$@" >"$output" 2>"$errors" </dev/null || status=$?
	apt_status=$status
	[[ $status == 2 && ! -s $output ]] || fail "$*: $status, $(<"$output")"
	[[ $(wc -l <"$errors") == 1 ]] || fail "$*: this is not one line"
	form=E expect_warning "$text"
}

test_bad_input_is_one_clear_error() {
	make_hooks
	refuses 'unknown subcommand "lst"; did you mean "list"?' lst
	refuses 'unknown option --jsn; did you mean --json?' list --jsn
	refuses 'unknown option --jsn; did you mean --json?' --jsn list
	refuses 'unknown option -x; usage: apt-universal-hooks SUBCOMMAND' -x list
	refuses '--root needs an argument: DIR' --root
	refuses 'unknown subcommand "lst"; did you mean "list"?' help lst
	refuses 'unexpected argument "plan"' help list plan
	refuses 'unknown option --json' --json run Post-Invoke
	refuses 'unknown hook point "post-invoke"; did you mean Post-Invoke?' list post-invoke
	refuses 'unknown hook point "Nothing"' run Nothing
	refuses 'unexpected argument' list Post-Invoke Pre-Invoke
	refuses 'an argument is missing' why
	refuses 'unknown package aap; did you mean app?' why aap
	refuses 'unknown operation "instal"; did you mean install?' why --operation instal app
	refuses 'unknown result "good"' run Post-Invoke --result good
	refuses 'there is no hook /no/such' run Post-Invoke --script /no/such
	refuses '"a b" is not a package' run Post-Invoke --package 'a b'
	refuses '--root /no/such cannot be used' list --root /no/such
	refuses '--package needs an argument' run Post-Invoke --package
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$command" run Post-Invoke \
		>"$output" 2>"$errors" && fail 'nobody may run hooks'
	form=E expect_warning 'only root can run hooks'
}

test_a_disk_that_is_full_is_told() {
	make_hooks
	local status=0
	"$command" list >/dev/full 2>"$errors" || status=$?
	expect_equal "$status" 2
	form=E expect_warning 'No space left on device'
}

test_closed_descriptors_are_filled_as_under_apt() {
	hook Post-Invoke/descriptors <<-'EOF'
		#!/bin/sh
		names=$(readlink /proc/$$/fd/[012])
		echo "$names" >/descriptors
	EOF
	publish
	"$command" run Post-Invoke --script Post-Invoke/descriptors <&- >&- 2>&-
	expect_file /descriptors <<-'EOF'
		/dev/null
		/dev/null
		/dev/null
	EOF
}

test_a_made_up_run_is_like_one_of_apts() {
	make_hooks
	rm $hooks/Post-Invoke/040-plain /etc/apt/apt.conf.d/50hooks
	probe pkgs/app/Post-Invoke/own PACKAGE OPERATION OLD_VERSION NEW_VERSION ARCHITECTURE RESULT SUCCESS
	probe Post-Invoke/failure RESULT SUCCESS TRANSACTION
	echo 'Universal-Hooks::Scripts::Post-Invoke/failure::When "failure";' >/etc/apt/apt.conf.d/50hooks
	local status=0
	"$command" run Post-Invoke --package app --operation remove >/dev/null 2>&1 || status=$?
	expect_equal "$status" 1 'since a hook fails'
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/own PACKAGE=app OPERATION=remove OLD_VERSION=1 NEW_VERSION=- ARCHITECTURE=all RESULT=ok SUCCESS=0
	EOF
	"$command" run Post-Invoke --package app=7 --result failed --script Post-Invoke/failure >/dev/null
	expect_runs <<-'EOF'
		Post-Invoke/failure RESULT=failed SUCCESS=0
		  app|all|upgrade|1|7|failed
	EOF
	"$command" run Post-Invoke --package app --dry-run >/shown
	expect_no_runs
	[[ -z $(ls -A /run/apt-universal-hooks) ]] || fail 'something is left in /run'
	[[ $(grep -c ^Start-Date /var/log/apt/universal-hooks.log) == 1 ]] || fail 'a test run is logged'
}

# left_out STATUS TEXT ARGUMENT...: run ends so, and says why on one line.
left_out() {
	local text=$2
	ends_as "$1" run "${@:3}" 2>"$errors"
	form=W expect_warning "$text"
}

ends_as() {
	local status=0
	"$command" "${@:2}" >"$output" || status=$?
	apt_status=$status
	expect_equal "$1" "$status" "exit status of ${*:2}"
}

test_run_says_why_a_hook_was_left_out_and_what_would_help() {
	package app 1
	publish
	probe Post-Invoke/failure
	probe Post-Invoke/off
	probe Post-Invoke/requires
	probe Post-Invoke/plain
	probe Post-Invoke/fine
	probe pkgs/app/Post-Invoke/removals
	probe "multi_pkgs/Post-Invoke/ap__WILDCARD__/all"
	probe "$packaged_hooks/Post-Invoke/masked"
	ln -s /dev/null "$hooks/Post-Invoke/masked"
	chmod a-x "$hooks/Post-Invoke/plain"
	cat >/etc/apt/apt.conf.d/50hooks <<-'EOF'
		Universal-Hooks::Scripts {
			Post-Invoke/failure { When "failure"; };
			Post-Invoke/off { Enabled "false"; };
			Post-Invoke/requires { Requires { "app"; }; };
			pkgs/app/Post-Invoke/removals { Operations { "remove"; }; };
		};
	EOF
	left_out 1 "$hooks/Post-Invoke/failure is not run: its setting When is \"failure\"; add --result failed" \
		Post-Invoke -s failure
	left_out 1 'is not run: it is disabled in /etc/apt/apt.conf.d/50hooks:3' \
		Post-Invoke -s off
	left_out 1 'is not run because it requires app, which is not installed' Post-Invoke -s requires
	left_out 1 'is not executable; it is not run' Post-Invoke -s plain
	left_out 1 'is not run: it is for transactions with app; add --package app' Post-Invoke -s removals
	left_out 1 'is not run: its setting Operations is only for remove; add --operation remove' \
		Post-Invoke -s removals --package app
	left_out 1 'transactions with a package that matches ap__WILDCARD__; add one with --package' \
		Post-Invoke -s all
	left_out 1 'is not run: it is masked; to undo that: apt-universal-hooks enable Post-Invoke/masked' \
		Post-Invoke -s masked
	left_out 1 'is not run: it is a hook of Post-Invoke; use run Post-Invoke' Pre-Invoke -s fine
	left_out 1 'add --result failed' Post-Invoke -s failure --dry-run
	left_out 1 'add --package app' Post-Invoke -s removals --dry-run
	APT_UNIVERSAL_HOOKS=off left_out 1 'hooks are switched off' Post-Invoke -s fine
	expect_no_runs
	# The option in the message works.
	ends_as 0 run Post-Invoke -s failure --result failed
	ends_as 0 run Post-Invoke -s removals --package app --operation remove
	# Without --script, a hook that a setting leaves out is no failure.
	rm "$hooks/Post-Invoke/plain" "$hooks/Post-Invoke/requires"
	ends_as 0 run Post-Invoke 2>"$errors"
	form=N expect_warning "$hooks/Post-Invoke/off is not run: it is disabled"
	expect_runs <<-'EOF'
		Post-Invoke/failure
		pkgs/app/Post-Invoke/removals
		Post-Invoke/fine
	EOF
}

test_run_tries_a_script_that_is_not_in_the_tree() {
	package app 1
	publish
	probe Post-Invoke/other
	probe /root/draft HOOK_POINT RESULT PACKAGE OPERATION ARCHIVE WILDCARD MATCHED
	cd /root
	ends_as 0 run --file ./draft Post-Invoke
	grep -q '^/root/draft.exit 0.' "$output" || fail "$(cat "$output")"
	ends_as 0 run --file draft pkgs/app/Post-Invoke
	ends_as 0 run --file /root/../root/draft pkgs/app/Post-Invoke/100-x -p app -o remove -r failed
	ends_as 0 run -f ./draft multi_pkgs/Pre-Install-Pkgs/ap__WILDCARD__ --package app
	expect_runs <<-'EOF'
		/root/draft HOOK_POINT=Post-Invoke RESULT=ok no-PACKAGE no-OPERATION no-ARCHIVE no-WILDCARD no-MATCHED
		/root/draft HOOK_POINT=Post-Invoke RESULT=ok PACKAGE=app OPERATION=install no-ARCHIVE no-WILDCARD no-MATCHED
		/root/../root/draft HOOK_POINT=Post-Invoke RESULT=failed PACKAGE=app OPERATION=remove no-ARCHIVE no-WILDCARD no-MATCHED
		/root/draft --pkg_list={app} HOOK_POINT=Pre-Install-Pkgs no-RESULT no-PACKAGE no-OPERATION no-ARCHIVE WILDCARD=ap__WILDCARD__ MATCHED={app}
	EOF
	# What the settings for its path say.
	cat >/etc/apt/apt.conf.d/50hooks <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/900-mail::When "failure";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::Operations { "remove"; };
	EOF
	left_out 1 '/root/draft is not run: its setting When is "failure"; add --result failed' \
		Post-Invoke/900-mail -f draft
	left_out 1 'is not run: its setting Operations is only for remove' pkgs/app/Post-Invoke -f draft
	left_out 1 'is not run: it is for transactions with app; add --package app' pkgs/app/Post-Invoke -f draft -p coreutils
	left_out 1 'a package that matches ap__WILDCARD__' multi_pkgs/Post-Invoke/ap__WILDCARD__ -f draft
	left_out 1 '/root is not run: it is not a file' Post-Invoke -f /root
	left_out 1 'add --result failed' Post-Invoke/900-mail -f draft --dry-run
	# Trust, as in the tree.
	chmod a-x draft
	left_out 1 '/root/draft is not executable; it is not run' Post-Invoke -f draft
	chmod 777 draft
	ends_as 1 run Post-Invoke -f draft 2>"$errors"
	form=E expect_warning /root/draft 'not run'
	chmod 755 draft
	install -d -o daemon /srv/daemon
	cp -p draft /srv/daemon
	ends_as 1 run Post-Invoke -f /srv/daemon/draft 2>"$errors"
	form=E expect_warning /srv/daemon/draft '/srv/daemon ' daemon
	ends_as 2 run Post-Invoke -f none 2>"$errors"
	form=E expect_warning 'none cannot be run: No such file or directory'
	ends_as 2 run Post-Invoke -f draft -s other 2>"$errors"
	form=E expect_warning '--file and --script cannot be used together'
	ends_as 2 run post-invoke -f draft 2>"$errors"
	form=E expect_warning 'did you mean'
	ends_as 2 run pkgs/Post-Invoke/app -f draft 2>"$errors"
	form=E expect_warning pkgs/app/Post-Invoke/draft
	expect_no_runs
}

# same_as WORDS WORDS: both print the same and end with 0.
same_as() {
	local words
	for words; do
		# shellcheck disable=SC2086 # words
		ends_as 0 $words
		mv "$output" "/output-${#words}"
	done
	cmp "/output-${#1}" "/output-${#2}" || fail "$1 is not $2"
}

test_help_and_global_options_stand_where_git_has_them() {
	make_hooks
	same_as 'help' '--help'
	same_as 'help plan' 'plan --help'
	same_as '--help plan' 'plan --help'
	same_as '--json list' 'list --json'
	same_as '--root / --json list' 'list --json'
	same_as '--root=/ list Post-Invoke' 'list Post-Invoke'
	same_as '--json plan upgrade' 'plan upgrade --json'
	ends_as 0 --version
	grep -qx 'apt-universal-hooks [0-9.]*' "$output" || fail 'this is no version'
	# Without a subcommand the usage is shown, but nothing was done.
	ends_as 2
	"$command" help | cmp - "$output" || fail 'the usage is not shown'
	ends_as 2 --root /
}

test_run_tries_the_hooks_of_a_session() {
	probe Session-Start/a HOOK_POINT RESULT RUNS
	# shellcheck disable=SC2016 # expanded by the hook
	then='readlink /proc/$$/fd/0 >>/runs; echo "${LEAK-clean} $DEBIAN_FRONTEND" >>/runs' \
		probe pkgs/app/Session-End/b RESULT RUNS OPERATION
	package app 1
	ends_with 0 env LEAK=yes apt-universal-hooks run Session-Start
	ends_with 0 env LEAK=yes apt-universal-hooks run Session-End --package app
	apt-universal-hooks set pkgs/app/Session-End/b When always >/said
	ends_with 0 env LEAK=yes apt-universal-hooks run Session-End --package app --result aborted
	expect_runs <<-'EOF'
		Session-Start/a HOOK_POINT=Session-Start no-RESULT no-RUNS
		pkgs/app/Session-End/b RESULT=ok RUNS=1 OPERATION=install
		/dev/null
		clean noninteractive
		pkgs/app/Session-End/b RESULT=aborted RUNS=0 OPERATION=install
		/dev/null
		clean noninteractive
	EOF
	[[ ! -e /var/lib/apt-universal-hooks/sessions ]] || fail 'there should be no session'
}
