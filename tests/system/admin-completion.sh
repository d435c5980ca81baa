# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Completion in interactive shells on a terminal: the tests type keys, and compare the arguments that
# the command gets. Escape * inserts all completions.

all='\e*' tab='\t'
bash_file=/usr/share/bash-completion/completions/apt-universal-hooks

# Replaces the command by one that records its arguments.
the_command_is_a_recorder() {
	cat <<-'EOF'
		apt-universal-hooks() {
			local word
			for word; do
				printf '<%s>' "$word"
			done >>/typed
			echo >>/typed
		}
		cd /directory
	EOF
}

start_files() {
	mkdir -p /directory /zsh
	{
		the_command_is_a_recorder
		echo ". $bash_file"
	} >/bashrc-without-package
	{
		the_command_is_a_recorder
		echo '. /usr/share/bash-completion/bash_completion'
	} >/bashrc-with-package
	{
		the_command_is_a_recorder
		# shellcheck disable=SC2016 # expanded by zsh
		printf '%s\n' 'autoload -U compinit' 'compinit -D' \
			'insert_all() { _main_complete; compstate[insert]=all }' \
			'zle -C insert-all complete-word insert_all' "bindkey '\\e*' insert-all"
	} >/zsh/.zshrc
}

# on_a_terminal SHELL KEYS: types the keys and Return.
on_a_terminal() {
	: >/typed
	printf '%b\nexit\n' "$2" |
		timeout 60 script -qec "$1" /dev/null >/terminal 2>&1 || true
	[[ -s /typed ]] || fail "the command was not called: $(cat -v /terminal)"
}

# typed KEYS: compares the resulting arguments with stdin, one per line, in any order; in bash with and
# without the package bash-completion, and in zsh.
typed() {
	local expected rc
	expected=$(LC_ALL=C sort)
	for rc in without with; do
		on_a_terminal "bash --rcfile /bashrc-$rc-package -i" "apt-universal-hooks $1"
		expect_words "bash $rc the package bash-completion" "$1" "$expected"
	done
	on_a_terminal 'env ZDOTDIR=/zsh zsh -d -i' "apt-universal-hooks $1"
	expect_words zsh "$1" "$expected"
}

# zsh removes the slash after a directory if nothing follows.
expect_words() {
	local words
	words=$(sed 's/^<//; s/>$//; s/></\n/g' /typed | sed 's,/$,,' | LC_ALL=C sort)
	expect_equal "$3" "$words" "$1, keys $2"
}

subcommands() {
	apt-universal-hooks --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

# Prints the options in the --help of a subcommand.
options_of() {
	apt-universal-hooks "$1" --help | sed -n 's/^  .*\(--[a-z-]*\).*/\1/p'
}

start_files

test_subcommands_are_those_that_help_tells() {
	typed "$all" <<<$'help\n'"$(subcommands)"
	typed "disa$tab" <<<disable
	typed "help $all" <<<$'help\n'"$(subcommands)"
	typed "help disa$tab" <<<$'help\ndisable'
	typed "--$all" <<-'EOF'
		--help
		--json
		--root
		--version
	EOF
	typed "--json lis$tab" <<<$'--json\nlist'
	typed "--root /directory list Post$tab" <<<$'--root\n/directory\nlist\nPost-Invoke'
}

test_options_are_those_that_help_tells() {
	local subcommand
	for subcommand in $(subcommands); do
		[[ $subcommand == plan ]] ||
			typed "$subcommand --$all" <<<"$subcommand"$'\n'"$(options_of "$subcommand")"
	done
	typed "plan --json --ro$tab" <<<$'plan\n--json\n--root'
	typed "plan --fix-b$tab" <<<$'plan\n--fix-broken'
}

test_without_hooks_no_word_is_completed() {
	typed "show $tab" <<<show
}

test_hook_points_are_completed_once() {
	typed "list $all" <<<$'list\nSession-Start\nPre-Invoke\nPre-Install-Pkgs\nPost-Invoke\nSession-End'
	typed "run Pre-In$all" <<<$'run\nPre-Invoke\nPre-Install-Pkgs'
	typed "run Post-Invoke x$tab" <<<$'run\nPost-Invoke\nx'
}

test_words_behind_options_are_completed() {
	typed "run Pre-Invoke --operation re$all" <<<$'run\nPre-Invoke\n--operation\nreinstall\nremove'
	typed "run Pre-Invoke --operation=pur$tab" <<<$'run\nPre-Invoke\n--operation=purge'
	typed "run -r ab$tab" <<<$'run\n-r\naborted'
	typed "why --operation dow$tab" <<<$'why\n--operation\ndowngrade'
	mkdir "/directory/an image" /directory/another
	typed "list --root /directory/an\\\\ i$tab" <<<$'list\n--root\n/directory/an image'
	typed "list --root=/directory/ano$tab" <<<$'list\n--root=/directory/another'
}

test_settings_and_their_values_are_completed() {
	typed "set x On-$tab" <<<$'set\nx\nOn-Failure'
	typed "unset x Renam$tab" <<<$'unset\nx\nRenamed-From'
	typed "set --all When $all" <<<$'set\n--all\nWhen\nran\nsuccess\npackages-success\nfailure\nalways'
	typed "set x Operations install re$all" <<<$'set\nx\nOperations\ninstall\nreinstall\nremove'
	typed "set x User nobo$tab" <<<$'set\nx\nUser\nnobody'
	typed "new Pre-In$all" <<<$'new\nPre-Install-Pkgs\nPre-Invoke'
}

test_packages_are_those_that_apt_knows() {
	package libcompleted++6 1
	package libcompleted-dev 1
	package completed 1
	publish
	typed "why libcompleted$all" <<<$'why\nlibcompleted++6\nlibcompleted-dev'
	typed "why a libcompleted-$tab" <<<$'why\na\nlibcompleted-dev'
	typed "run -p comp$tab" <<<$'run\n-p\ncompleted'
	typed "plan install comp$tab" <<<$'plan\ninstall\ncompleted'
	typed "plan apt-get -y remove libcompleted+$tab" <<<$'plan\napt-get\n-y\nremove\nlibcompleted++6'
}

test_plan_completes_words_of_apt() {
	typed "plan apt$all" <<<$'plan\napt\napt-get'
	typed "plan re$all" <<<$'plan\nreinstall\nremove'
	typed "plan apt-get ful$tab" <<<$'plan\napt-get\nfull-upgrade'
	mkdir /directory/packages
	touch '/directory/packages/a b.deb' /directory/packages/c.deb /directory/packages/other
	typed "plan install ./packages/a$tab" <<<$'plan\ninstall\n./packages/a b.deb'
	typed "plan install ./packages/$all" <<<$'plan\ninstall\n./packages/a b.deb\n./packages/c.deb'
	typed "plan install ./pack$tab" <<<$'plan\ninstall\n./packages'
}

# Creates hooks with names that contain each special character of shells.
hooks_with_hard_names() {
	local name
	# shellcheck disable=SC2016 # must not be expanded
	for name in 'a b' "it's" 'say "x"' 'c$(touch evaluated)' 'd`touch evaluated`' 'e;touch evaluated' \
		'f*' 'g\h' 'i:j' 'k=l' 'm@n' '~o' '#p' 'q&' '{r,s}' '!t' 'ü'; do
		probe "Post-Invoke/$name"
	done
	probe $'Post-Invoke/line\nend'
	ln -s /dev/null "$hooks/Post-Invoke/masked"
	ln -s /nowhere "$hooks/Post-Invoke/nowhere"
}

# Each name is completed to one argument, except the one that is not printable.
test_scripts_are_completed_and_quoted_whatever_their_names() {
	hooks_with_hard_names
	local paths
	paths=$(find "$hooks" \( -type f ! -name line\* -o -type l \) -printf '%P\n')
	typed "disable $all" <<<"disable"$'\n'"$paths"
	typed "enable Post-Invoke/mas$tab" <<<$'enable\nPost-Invoke/masked'
	typed "run Post-Invoke -s Post-Invoke/c$tab" <<<$'run\nPost-Invoke\n-s\nPost-Invoke/c$(touch evaluated)'
	typed "enable mas$tab" <<<$'enable\nmasked'
	typed "enable c$tab" <<<$'enable\nc$(touch evaluated)'
	typed "enable $hooks/Post-Invoke/mas$tab" <<<"enable"$'\n'"$hooks/Post-Invoke/masked"
	typed "run Post-Invoke --script $hooks/Post-Invoke/c$tab" \
		<<<$'run\nPost-Invoke\n--script\n'"$hooks/Post-Invoke/c\$(touch evaluated)"
	[[ ! -e /directory/evaluated ]] || fail 'a name was evaluated'
}

test_quotes_that_were_begun_are_ended() {
	hooks_with_hard_names
	typed "disable \"$hooks/Post-Invoke/a $tab" <<<$'disable\n'"$hooks/Post-Invoke/a b"
	typed "disable \"Post-Invoke/c$tab" <<<$'disable\nPost-Invoke/c$(touch evaluated)'
	typed "disable 'Post-Invoke/it$tab" <<<$'disable\nPost-Invoke/it\'s'
	typed "run -s \"Post-Invoke/e$tab" <<<$'run\n-s\nPost-Invoke/e;touch evaluated'
	typed "disable Post-Invoke/i:$tab" <<<$'disable\nPost-Invoke/i:j'
	typed "disable '$hooks/Post-Invoke/d$tab" <<<$'disable\n'"$hooks/Post-Invoke/d\`touch evaluated\`"
	typed "disable $hooks/\"Post-Invoke/a $tab" <<<$'disable\n'"$hooks/Post-Invoke/a b"
	typed "run -r ok --script=\"$hooks/Post-Invoke/a $tab" \
		<<<$'run\n-r\nok\n--script='"$hooks/Post-Invoke/a b"
	typed "disable $hooks/Post-Invoke/i:$tab" <<<$'disable\n'"$hooks/Post-Invoke/i:j"
	typed "disable $hooks/Post-Invoke/k=$tab" <<<$'disable\n'"$hooks/Post-Invoke/k=l"
	typed "disable $hooks/Post-Invoke/m@$tab" <<<$'disable\n'"$hooks/Post-Invoke/m@n"
	[[ ! -e /directory/evaluated ]] || fail 'a name was evaluated'
}

test_scripts_of_another_root_are_completed() {
	mkdir -p /image/etc/apt/universal-hooks/Post-Invoke /image/var/lib/dpkg /image/etc/apt/apt.conf.d
	: >/image/var/lib/dpkg/status
	hook /image/etc/apt/universal-hooks/Post-Invoke/there <<<'#!/bin/sh'
	typed "run --root /image -s $tab" <<<$'run\n--root\n/image\n-s\nPost-Invoke/there'
	typed "--root=/image run -s $tab" <<<$'--root=/image\nrun\n-s\nPost-Invoke/there'
	typed "run --root /image -s /image/etc/$tab" \
		<<<$'run\n--root\n/image\n-s\n/image/etc/apt/universal-hooks/Post-Invoke/there'
}

# The log and some settings cannot be read.
test_completion_is_silent_whoever_asks() {
	local shell nobody='setpriv --reuid=nobody --regid=nogroup --clear-groups'
	probe Post-Invoke/only
	touch /typed
	chmod 666 /typed
	chmod 600 /etc/apt/apt.conf.d/*
	for shell in "$nobody bash --rcfile /bashrc-without-package -i" "$nobody env ZDOTDIR=/zsh zsh -d -i"; do
		on_a_terminal "$shell" "apt-universal-hooks disable on$tab"
		expect_words "$shell" "disable on$tab" $'disable\nonly'
		! grep -q '[EW]: ' /terminal || fail "$shell: $(cat -v /terminal)"
	done
}
