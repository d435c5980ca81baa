# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Names with shell code, newlines and control characters: nothing executes them, and they do not reach
# a terminal unescaped.
. /tests/lib/attacker.sh

clear=$'\033[2J' csi=$'\xc2\x9b31m' byte=$'\x9b31m' title=$'\033]0;owned\a' line=$'\nE: forged'
shell_text='a;touch $HOME$(touch\t-h\towned)`id`|&"'\'' b'

# Output for people must have no control characters but newlines and tabs.
expect_harmless() {
	local file
	for file; do
		! LC_ALL=C grep -a -n -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|(?<![\x80-\xff])[\x80-\x9f]' \
			"$file" >/seen || fail "control characters in $file: $(cat -v /seen)"
		! grep -a -n '^E: forged' "$file" || fail "a forged line in $file"
	done
}

# Creates scripts with such names that fail, are not executable, dangle, or are writable by all.
scripts_with_all_faults() {
	local point=$1 name
	for name in "1$clear" "2$csi" "3$byte" "4$title" "5$line" "6$shell_text"; do
		then='exit 3' probe "$point/${name}a"
		probe "$point/${name}b"
		chmod 644 "$hooks/$point/${name}b"
		ln -s "/nowhere$name" "$hooks/$point/${name}c"
		probe "$point/${name}d"
		chmod 666 "$hooks/$point/${name}d"
		mkfifo "$hooks/$point/${name}e"
	done
}

test_scripts_with_such_names_in_messages_and_the_log() {
	scripts_with_all_faults Post-Invoke
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	(($(grep -c '^[WE]: ' "$errors") >= 30)) || fail 'apt should have warned more'
	expect_harmless "$errors" "$log"
	[[ ! -e /root/touch && ! -e /root/owned && ! -e /owned.id ]] || fail 'a name was executed'
}

test_folders_with_such_names_in_messages_and_the_log() {
	local name
	for name in "$clear" "$csi" "$byte" "$title" "$line" "$shell_text"; do
		then='exit 3' probe "multi_pkgs/Post-Invoke/__WILDCARD__${name}/x"
		then='exit 3' probe "pkgs/${name}/Post-Invoke/x"
		mkdir -p "$hooks/multi_pkgs/Pre-Install-Pkgs"
		mkfifo "$hooks/multi_pkgs/Pre-Install-Pkgs/__WILDCARD__${name}"
	done
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_harmless "$errors"
	expect_no_runs
}

test_such_names_on_what_the_command_shows() {
	local command
	scripts_with_all_faults Post-Invoke
	publish
	run_apt apt-get --yes install app </dev/null
	for command in status list check 'plan install app' 'why app' log blame requires \
		'list --json' 'check --json' 'log --json' 'run --dry-run Post-Invoke -p app' \
		'run Post-Invoke -p app'; do
		# shellcheck disable=SC2086 # split into words
		timeout 60 apt-universal-hooks $command >/shown 2>&1 </dev/null || true
		[[ -s /shown ]] || fail "$command shows nothing"
		expect_harmless /shown
	done
}

test_such_words_on_the_command_line_of_apt() {
	probe Pre-Invoke/always
	publish
	run_apt apt-get --yes -o "Foo::Bar=$clear$csi$byte$line" \
		-o "Universal-Hooks::Nonsense$csi=$clear" install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_harmless "$errors" "$log"
	expect_equal 1 "$(grep -c '^Commandline' "$log")" 'lines of the command'
}

test_settings_with_such_values() {
	printf 'Universal-Hooks::Timeout "%s";\nUniversal-Hooks::Scripts::%s::User "%s";\n' \
		"$clear$csi" 'Post-Invoke/x' "$title$byte" >/etc/apt/apt.conf.d/90settings
	probe Post-Invoke/x
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	grep -q '^W: ' "$errors" || fail 'apt should have warned'
	expect_harmless "$errors" "$log"
}

test_packages_whose_names_lead_out_of_the_tree() {
	local name
	probe /opt/elsewhere/Pre-Install-Pkgs/x
	probe Pre-Install-Pkgs/always
	mkdir -p "$hooks/pkgs/app" "$hooks/pkgs/.."
	for name in ../../../../opt/elsewhere ../../../opt/elsewhere /opt/elsewhere app/../../../../../opt/elsewhere \
		.. . '' app/ '../pkgs'; do
		stream_of "$name" | call_helper 2>>/said || fail "the helper failed for $name"
	done
	! grep elsewhere /runs || fail 'a hook outside the tree was run'
	expect_equal 9 "$(grep -c always /runs)" 'runs of the other hook'
}

test_packages_with_such_names() {
	local name
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list
	for name in "$clear" "$csi" "$byte" '$(touch${IFS}/pwned)' ';id' '-rf' '--pkg_list=x' '%n%s'; do
		stream_of app "$name" | call_helper 2>>/said || fail "the helper failed for $name"
	done
	expect_harmless /said
	[[ ! -e /pwned ]] || fail 'a name was executed'
}

test_settings_whose_paths_lead_out_of_the_tree() {
	probe /opt/elsewhere
	cat >/etc/apt/apt.conf.d/90settings <<-'EOT'
		Universal-Hooks::Scripts::../../../opt/elsewhere::When "always";
		Universal-Hooks::Scripts::Post-Invoke/../../../../opt/elsewhere::Enabled "true";
	EOT
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_no_runs
	! apt-universal-hooks disable ../../../opt/elsewhere || fail 'disable left the tree'
	[[ ! -L /opt/elsewhere ]] || fail 'disable left the tree'
}
