# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks new and edit: from no hook to its first run, and what is left if that fails.

package app 1
command=apt-universal-hooks
file=/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf

# Prints all of /etc/apt: names, modes, owners and contents of files.
everything() {
	find /etc/apt -printf '%P %y %m %U:%G %l\n' | sort
	find /etc/apt -type f -print0 | sort -z | xargs -0 sha256sum
}

# refused ERROR ARGUMENT...: new ends with this error and changes nothing.
refused() {
	local error=$1
	shift
	ends_with 2 $command new "$@"
	expect_equal "E: $error" "$(cat $errors)"
	everything | diff /before - || fail "new $* has changed something"
}

# editor COMMANDS: creates an editor that runs these commands on the file "$1".
editor() {
	printf '#!/bin/sh\n%s\n' "$1" >/editor
	chmod 755 /editor
	export EDITOR=/editor
	unset VISUAL
}

test_a_new_hook_explains_itself_passes_check_and_runs() {
	publish
	umask 077
	ends_with 0 $command new Post-Invoke/050-hello
	expect_file $output <<-'EOF'
		/etc/apt/universal-hooks/Post-Invoke/050-hello
		  edit    apt-universal-hooks edit Post-Invoke/050-hello
		  try     apt-universal-hooks run Post-Invoke --script Post-Invoke/050-hello
		  check   apt-universal-hooks check Post-Invoke/050-hello
	EOF
	# On a terminal as in a pipe: a command that is to be copied is not wrapped.
	local columns
	for columns in 40 80 120; do
		rm $hooks/Post-Invoke/050-hello
		script -qec "stty cols $columns; $command new Post-Invoke/050-hello" /dev/null </dev/null |
			sed -E 's/\r+$//' >/screen
		expect_file /screen <$output
	done
	expect_file $hooks/Post-Invoke/050-hello <<-'EOF'
		#!/bin/sh
		# What this hook is for: …
		#
		# When it runs: after dpkg, as root, even if dpkg has failed, in every
		#   transaction.
		# Variables: $APT_UNIVERSAL_HOOKS_RESULT, $APT_UNIVERSAL_HOOKS_TRANSACTION;
		#   apt-universal-hooks.conf(5) lists all of them.
		# If it fails, apt shows a warning and continues.
		# Input and output are those of apt, so people see what it prints.
		set -eu

		cut -f 1-3 "$APT_UNIVERSAL_HOOKS_TRANSACTION"
	EOF
	expect_equal '755 root:root' "$(stat --format='%a %U:%G' $hooks/Post-Invoke/050-hello)"
	ends_with 0 $command new Pre-Install-Pkgs/010-x --package app --description 'Stops "app" before'
	ends_with 0 $command new pkgs/app/Post-Invoke/010-y
	ends_with 0 $command new Post-Invoke/020-z --wildcard 'a*'
	ends_with 0 $command new Pre-Invoke/030-first
	ends_with 0 $command new $hooks/multi_pkgs/Pre-Install-Pkgs/'a*p'/z
	umask 022
	expect_equal '755' "$(stat --format='%a' $hooks/pkgs/app/Pre-Install-Pkgs)"
	expect_equal 'Universal-Hooks::Scripts::pkgs/app/Pre-Install-Pkgs/010-x::Description Stops%20%22app%22%20before;' \
		"$(tail -n 1 $file)"
	ends_with 0 $command check
	apt_succeeds install app
	has -x 'apt-get --yes install app' $output || fail 'Pre-Invoke'
	expect_equal 2 "$(grep -cx 'app: install' $output)" 'runs of pkgs/app'
	expect_equal 2 "$(grep -cx 'app' $output)" 'runs of multi_pkgs'
	expect_equal 1 "$(grep -cP '^app\tall\tinstall$' $output)" 'other runs'
	[[ -z $(find /etc/apt -name '.*') ]] || fail 'a temporary file is left'
}

test_what_would_not_work_is_refused_and_nothing_is_made() {
	probe Post-Invoke/mine
	probe $packaged_hooks/pkgs/app/Post-Invoke/theirs
	mkdir /elsewhere
	publish
	everything >/before
	local places='use HOOK-POINT/NAME, pkgs/PACKAGE/HOOK-POINT/NAME or multi_pkgs/HOOK-POINT/WILDCARD/NAME'
	refused "/etc/apt/universal-hooks/Post-Invoke/mine already exists; to change it, use apt-universal-hooks edit Post-Invoke/mine" Post-Invoke/mine
	refused "/etc/apt/universal-hooks/pkgs/app/Post-Invoke/theirs would override the hook of a package; to do that, use apt-universal-hooks edit pkgs/app/Post-Invoke/theirs" \
		Post-Invoke/theirs -p app
	refused "$packaged_hooks/Post-Invoke/x is for the hooks of packages; use Post-Invoke/x" $packaged_hooks/Post-Invoke/x
	refused 'unknown hook point "Post-Invok"; did you mean Post-Invoke?' Post-Invok/x
	refused 'unknown hook point "post-invoke"; did you mean Post-Invoke?' pkgs/app/post-invoke/x
	refused 'Post-Invoke/x.bak would be ignored because of its name; call it x' Post-Invoke/x.bak
	refused 'Post-Invoke/.x would be ignored because of its name; call it x' Post-Invoke/.x
	refused "pkgs/Post-Invoke/app/x is not a place for hooks; use pkgs/app/Post-Invoke/x" pkgs/Post-Invoke/app/x
	refused "multi_pkgs/a*/Post-Invoke/x is not a place for hooks; use multi_pkgs/Post-Invoke/a*/x" 'multi_pkgs/a*/Post-Invoke/x'
	refused 'a* is not a package name; for all packages that match, use multi_pkgs/Post-Invoke/a__WILDCARD__/x' 'pkgs/a*/Post-Invoke/x'
	refused 'pkg/app/Post-Invoke/x is not a place for hooks; did you mean pkgs/app/Post-Invoke/x?' pkg/app/Post-Invoke/x
	refused 'at Pre-Invoke, the packages are not known yet; use Pre-Install-Pkgs' Pre-Invoke/x --package app
	refused 'Post-Invoke is a directory; name the script: Post-Invoke/NAME' Post-Invoke
	refused "050-hello is not a place for hooks; $places" 050-hello
	refused "/elsewhere/x is not a place for hooks; $places" /elsewhere/x
	refused "Post-Invoke//x is not a place for hooks; $places" Post-Invoke//x
	refused '".." is not a package name' Post-Invoke/x --package ..
	refused '--package cannot be used with --wildcard' Post-Invoke/x --package app --wildcard app
	refused '--description must not be empty' Post-Invoke/x --description ''
	refused 'apt.conf cannot name Post-Invoke/a::b, because "::" separates keys; rename the script or make it not executable' \
		Post-Invoke/a::b --description x
	refused 'at Session-Start, the packages are not known yet; use Pre-Install-Pkgs' pkgs/app/Session-Start/x
	ends_with 2 setpriv --reuid 65534 --clear-groups $command new pkgs/new/Post-Invoke/x
	expect_equal "E: only root can change $hooks/pkgs/new/Post-Invoke/x" "$(cat $errors)"
	# The script and its setting are created together or not at all.
	echo 'APT::Color "0";' >$file
	everything >/before
	ends_with 2 $command new pkgs/new/Post-Invoke/x --description y
	form=E expect_warning "$file:1 was not written by this command"
	everything | diff /before -
}

# The name may hold anything; none of it runs.
test_a_name_or_a_description_cannot_put_commands_into_the_script() {
	local name=$'Pre-Install-Pkgs/a\ntouch touched #' text=$'b\ntouch touched'
	publish
	ends_with 0 $command new "$name" --description "$text"
	apt_succeeds install app
	[[ ! -e /touched ]] || fail "$(cat "$hooks/$name")"
}

test_a_package_that_apt_does_not_know_is_told() {
	publish
	ends_with 0 $command new Post-Invoke/x --package ap
	expect_warning 'unknown package ap, so the hook does not run' 'did you mean app?'
	ends_with 0 $command new Post-Invoke/x --wildcard 'no-such-*'
	expect_warning 'no known package matches no-such-__WILDCARD__'
	[[ -x $hooks/multi_pkgs/Post-Invoke/no-such-__WILDCARD__/x ]] || fail 'it should be there'
	mkdir /image
	cp -a --parents /etc/apt /var/lib/dpkg/status /image
	ends_with 0 $command new Post-Invoke/only-there --root /image
	[[ -x /image$hooks/Post-Invoke/only-there && ! -e $hooks/Post-Invoke/only-there ]] || fail 'wrong root'
	has -F -- 'edit Post-Invoke/only-there --root /image' $output || fail 'the commands lack the root'
}

# While the editor is open, apt runs the old version; afterwards the new one, and check looks at it.
test_an_edit_is_put_in_place_as_a_whole_and_checked() {
	probe Post-Invoke/100-a
	chmod 4750 $hooks/Post-Invoke/100-a
	chown root:daemon $hooks/Post-Invoke/100-a
	chmod 750 $hooks/Post-Invoke/100-a
	editor "[ \"\$(basename \$1)\" = 100-a ]; apt-get --yes install app >&2; printf '#!/bin/sh\necho new\n' >\$1; touch \$1~"
	ends_with 0 $command edit 100-a
	expect_runs <<<Post-Invoke/100-a
	has -x 'echo new' $hooks/Post-Invoke/100-a || fail 'it should have changed'
	expect_equal '750 root:daemon' "$(stat --format='%a %U:%G' $hooks/Post-Invoke/100-a)"
	grep -q '1 hook' $output || fail 'check should have run'
	[[ -z $(find /tmp /etc/apt -name '*universal-hooks.*' -newer /editor ! -name '*.conf') ]] || fail 'something is left'
	editor 'printf "#!/bin/bahs\n" >$1'
	ends_with 1 $command edit Post-Invoke/100-a
	has bahs $output || fail 'check should have found it'
	everything >/before
	editor 'exit 0'
	ends_with 0 $command edit 100-a
	expect_file $output <<<"$hooks/Post-Invoke/100-a is unchanged"
	editor 'echo x >$1; exit 3'
	ends_with 2 $command edit 100-a
	expect_equal "E: the editor failed (exit 3); $hooks/Post-Invoke/100-a is unchanged" "$(cat $errors)"
	editor ': >$1'
	ends_with 2 $command edit 100-a
	form=E expect_warning 'your version is empty' 'apt-universal-hooks disable Post-Invoke/100-a'
	everything | diff /before -
	editor "echo other >$hooks/Post-Invoke/100-a; echo mine >\$1"
	ends_with 2 $command edit 100-a
	form=E expect_warning 'has been changed in the meantime'
	local kept
	kept=$(sed -n 's/^W: your version is kept in //p' $errors)
	expect_file "$kept" <<<mine
	expect_file $hooks/Post-Invoke/100-a <<<other
	# An editor that is killed, and a version that cannot be read.
	editor 'echo mine >$1; kill -9 $$'
	ends_with 2 $command edit 100-a
	form=E expect_warning 'the editor failed (signal 9)'
	expect_file "$(sed -n 's/^W: your version is kept in //p' $errors)" <<<mine
	editor 'truncate -s 17M $1'
	ends_with 2 $command edit 100-a
	form=E expect_warning 'cannot be read'
	expect_equal 17825792 "$(stat --format=%s "$(sed -n 's/^W: your version is kept in //p' $errors)")"
	expect_file $hooks/Post-Invoke/100-a <<<other
}

# With room for directories, but not for the file.
test_an_override_that_cannot_be_made_leaves_no_directory() {
	probe $packaged_hooks/pkgs/app/Post-Invoke/theirs
	mount -t tmpfs -o mode=755,nr_inodes=4 tmpfs $hooks
	everything >/before
	editor 'echo mine >$1'
	ends_with 2 $command edit theirs
	form=E expect_warning "$hooks/pkgs/app/Post-Invoke/theirs" 'No space left'
	expect_file "$(sed -n 's/^W: your version is kept in //p' $errors)" <<<mine
	everything | diff /before -
}

test_a_hook_of_a_package_is_edited_as_an_override() {
	probe $packaged_hooks/pkgs/app/Post-Invoke/theirs
	probe $packaged_hooks/Post-Invoke/masked
	everything >/before
	editor 'exit 0'
	ends_with 0 $command edit theirs
	expect_file $output <<-EOF
		$packaged_hooks/pkgs/app/Post-Invoke/theirs belongs to a package: your version will be in $hooks/pkgs/app/Post-Invoke/theirs, and override it
		$packaged_hooks/pkgs/app/Post-Invoke/theirs is unchanged
	EOF
	local columns
	for columns in 80 120; do
		script -qec "stty cols $columns; $command edit theirs" /dev/null </dev/null | sed -E 's/\r+$//' >/screen-$columns
	done
	expect_file /screen-80 <<-EOF
		$packaged_hooks/pkgs/app/Post-Invoke/theirs belongs to a package:
		  your version will be in $hooks/pkgs/app/Post-Invoke/theirs,
		  and override it
		$packaged_hooks/pkgs/app/Post-Invoke/theirs is unchanged
	EOF
	expect_file /screen-120 <<-EOF
		$packaged_hooks/pkgs/app/Post-Invoke/theirs belongs to a package: your version will be in
		  $hooks/pkgs/app/Post-Invoke/theirs, and override it
		$packaged_hooks/pkgs/app/Post-Invoke/theirs is unchanged
	EOF
	everything | diff /before -
	editor 'sed -i "\$a echo ours >>/runs" $1'
	ends_with 0 $command edit theirs
	apt_succeeds install app
	expect_runs <<-EOF
		pkgs/app/Post-Invoke/theirs
		ours
		$packaged_hooks/Post-Invoke/masked
	EOF
	$command disable masked >/dev/null
	ends_with 2 $command edit masked
	expect_equal 'E: Post-Invoke/masked is masked; before you edit it, use apt-universal-hooks enable Post-Invoke/masked' \
		"$(cat $errors)"
	ends_with 2 setpriv --reuid 65534 --clear-groups $command edit theirs
	expect_equal "E: only root can change $hooks/pkgs/app/Post-Invoke/theirs" "$(cat $errors)"
	ends_with 2 $command edit their
	form=E expect_warning 'there is no hook their;' 'did you mean pkgs/app/Post-Invoke/theirs?'
}

# Many people keep their scripts elsewhere, for example in git.
test_the_file_behind_a_link_is_edited_and_the_link_stays() {
	publish
	printf '#!/bin/sh\necho old\n' >/mine
	chmod 755 /mine
	ln -s /mine $hooks/Post-Invoke/link
	editor 'echo "echo new" >>$1'
	ends_with 0 $command edit link
	[[ -L $hooks/Post-Invoke/link ]] || fail 'the link should have stayed'
	has -x 'echo new' /mine || fail 'the file should have changed'
}
