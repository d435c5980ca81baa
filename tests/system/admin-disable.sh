# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks disable and enable: what apt runs afterwards, and what they leave alone.

package app 1
command=apt-universal-hooks
conf_directory=/etc/apt/apt.conf.d
file=$conf_directory/99apt-universal-hooks-settings.conf

# Prints all of /etc/apt: names, modes, owners, targets of links and contents of files.
everything() {
	find /etc/apt -printf '%P %y %m %U:%G %l\n' | sort
	find /etc/apt -type f -print0 | sort -z | xargs -0 sha256sum
}

# Creates hooks in both trees; each runs once in a transaction with app.
hooks_of_both_places() {
	probe Post-Invoke/mine
	probe $packaged_hooks/Post-Invoke/theirs
	probe $packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/deep
	probe $packaged_hooks/Post-Invoke/both
	probe Post-Invoke/both
	publish
}

transaction() {
	apt_succeeds --reinstall install app
}

expect_all_to_run() {
	transaction
	expect_runs <<-EOF
		$packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/deep --pkg_list={app}
		Post-Invoke/both
		Post-Invoke/mine
		$packaged_hooks/Post-Invoke/theirs
	EOF
}

test_a_hook_of_the_administrator_gets_a_setting_and_no_longer_runs() {
	hooks_of_both_places
	ends_with 0 $command disable Post-Invoke/mine
	expect_file $output <<<"Post-Invoke/mine is disabled: set in $file:3"
	expect_file <(tail -n 1 $file) <<<'Universal-Hooks::Scripts::Post-Invoke/mine::Enabled "false";'
	head -n 1 $file | has '^// Written by "apt-universal-hooks set" and "disable"' || fail "$(cat $file)"
	expect_equal '644 root:root' "$(stat --format='%a %U:%G' $file)"
	transaction
	! grep -q mine /runs || fail "$(cat /runs)"
	: >/runs
	ends_with 0 $command enable Post-Invoke/mine
	expect_file $output <<<'Post-Invoke/mine is enabled'
	[[ ! -e $file ]] || fail 'an empty file should be removed'
	expect_all_to_run
}

test_a_hook_of_a_package_is_masked_and_no_longer_runs() {
	hooks_of_both_places
	umask 077
	ends_with 0 $command disable $packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/deep \
		Post-Invoke/theirs
	umask 022
	local mask=$hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/deep
	expect_equal /dev/null "$(readlink "$mask")"
	expect_equal '755 root:root' "$(stat --format='%a %U:%G' "${mask%/*}")"
	expect_equal /dev/null "$(readlink $hooks/Post-Invoke/theirs)"
	[[ ! -e $file ]] || fail 'a mask needs no setting'
	transaction
	expect_runs <<-'EOF'
		Post-Invoke/both
		Post-Invoke/mine
	EOF
	ends_with 0 $command enable multi_pkgs/Post-Invoke/a__WILDCARD__/deep Post-Invoke/theirs
	[[ -z $(find $hooks -type l) ]] || fail 'the masks should be gone'
	expect_all_to_run
}

# A mask would have to replace the administrator's script.
test_an_override_is_disabled_by_a_setting_and_so_is_what_it_overrides() {
	hooks_of_both_places
	ends_with 0 $command disable $packaged_hooks/Post-Invoke/both
	[[ -f $hooks/Post-Invoke/both && ! -L $hooks/Post-Invoke/both ]] || fail 'it is untouched'
	transaction
	! grep -q both /runs || fail "$(cat /runs)"
	: >/runs
	ends_with 0 $command enable $hooks/Post-Invoke/both
	expect_all_to_run
}

test_twice_is_once() {
	hooks_of_both_places
	everything >/before
	ends_with 0 $command enable Post-Invoke/mine Post-Invoke/theirs
	expect_file $output <<-'EOF'
		Post-Invoke/mine was already enabled
		Post-Invoke/theirs was already enabled
	EOF
	everything | diff /before -
	ends_with 0 $command disable Post-Invoke/mine Post-Invoke/theirs Post-Invoke/mine
	everything >/disabled
	ends_with 0 $command disable Post-Invoke/theirs Post-Invoke/mine
	expect_file $output <<-EOF
		Post-Invoke/theirs was already disabled: masked by $hooks/Post-Invoke/theirs
		Post-Invoke/mine was already disabled: set in $file:3
	EOF
	everything | diff /disabled -
	ends_with 0 $command enable Post-Invoke/theirs Post-Invoke/mine
	everything | diff /before -
}

test_the_lines_of_others_stay_and_are_in_order() {
	probe Post-Invoke/c
	probe Pre-Invoke/a
	probe pkgs/app/Post-Invoke/b
	ends_with 0 $command disable pkgs/app/Post-Invoke/b
	ends_with 0 $command disable Pre-Invoke/a Post-Invoke/c
	expect_file <(grep -v '^//' $file) <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/c::Enabled "false";
		Universal-Hooks::Scripts::Pre-Invoke/a::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/b::Enabled "false";
	EOF
	ends_with 0 $command enable Pre-Invoke/a
	expect_file <(grep -v '^//' $file) <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/c::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/b::Enabled "false";
	EOF
}

test_names_of_any_bytes_are_disabled_and_no_other() {
	local name names=(
		'a b' 'q"u' $'n\nl' $'t\001\tb' '50%41' 'x[y' 'x]{y}' 'a;b' '#c' '*d' "e'f" 'g=h'
		$'\xff' 'ü' 'one:colon' '$(touch touched)' '`touch touched`' '-n' '\'
	)
	for name in "${names[@]}"; do
		probe "Post-Invoke/$name"
	done
	probe Post-Invoke/A
	ends_with 0 $command disable "${names[@]/#/Post-Invoke/}"
	transaction
	expect_runs <<<'Post-Invoke/A'
	[[ ! -e /touched ]] || fail 'a name was run'
	ends_with 0 $command enable "${names[@]/#/Post-Invoke/}"
	[[ ! -e $file ]] || fail "$(cat $file)"
	transaction
	expect_equal "$((${#names[@]} + 1))" "$(wc -l </runs)" 'hooks that ran'
}

test_what_apt_conf_cannot_name_is_refused_and_nothing_is_done() {
	probe Post-Invoke/mine
	probe Post-Invoke/a::b
	probe Post-Invoke/end:
	probe Post-Invoke/Case
	probe Post-Invoke/case
	probe $packaged_hooks/Post-Invoke/c::d
	everything >/before
	ends_with 2 $command disable Post-Invoke/mine Post-Invoke/a::b
	form=E expect_warning Post-Invoke/a::b 'apt.conf'
	ends_with 2 $command disable Post-Invoke/end:
	ends_with 2 $command disable Post-Invoke/Case Post-Invoke/case
	form=E expect_warning Post-Invoke/Case Post-Invoke/case 'cannot tell'
	everything | diff /before -
	ends_with 0 $command disable Post-Invoke/case
	ends_with 2 $command disable Post-Invoke/Case
	# A mask can have such a name.
	ends_with 0 $command disable Post-Invoke/c::d
	transaction
	expect_runs <<-'EOF'
		Post-Invoke/Case
		Post-Invoke/a::b
		Post-Invoke/end:
		Post-Invoke/mine
	EOF
}

test_of_several_one_unknown_stops_all() {
	hooks_of_both_places
	everything >/before
	ends_with 2 $command disable Post-Invoke/mine Post-Invoke/theris Post-Invoke/theirs
	expect_equal 'E: there is no hook Post-Invoke/theris; did you mean Post-Invoke/theirs?' \
		"$(cat $errors)"
	ends_with 2 $command disable Post-Invoke/mine Post-Invoke
	form=E expect_warning 'Post-Invoke is a directory' 'apt-universal-hooks set Post-Invoke Enabled false'
	ends_with 2 $command disable --all
	form=E expect_warning 'to disable all hooks: apt-universal-hooks set --all Enabled false'
	ends_with 2 $command enable --all
	form=E expect_warning 'to enable all hooks again: apt-universal-hooks unset --all Enabled'
	ends_with 2 $command disable Post-Invoke/mine ../universal-hooks/Post-Invoke/mine
	ends_with 2 $command enable Post-Invoke/mine nothing
	ends_with 2 $command disable
	[[ ! -s $output ]] || fail 'nothing should be on standard output'
	everything | diff /before -
}

test_when_one_mask_cannot_be_made_none_stays() {
	hooks_of_both_places
	probe $packaged_hooks/pkgs/app/Post-Invoke/deep
	touch $hooks/pkgs/app
	everything >/before
	ends_with 2 $command disable Post-Invoke/mine Post-Invoke/theirs pkgs/app/Post-Invoke/deep
	form=E expect_warning pkgs/app/Post-Invoke/deep 'Not a directory'
	everything | diff /before -
}

test_without_rights_it_is_one_clear_error() {
	hooks_of_both_places
	everything >/before
	ends_with 2 setpriv --reuid 65534 --clear-groups $command disable Post-Invoke/mine
	expect_equal "E: only root can change $file" "$(cat $errors)"
	ends_with 2 setpriv --reuid 65534 --clear-groups $command disable Post-Invoke/theirs
	expect_equal "E: only root can change $hooks/Post-Invoke/theirs" "$(cat $errors)"
	everything | diff /before -
	$command disable Post-Invoke/theirs >/dev/null
	ends_with 2 setpriv --reuid 65534 --clear-groups $command enable Post-Invoke/theirs
	expect_equal "E: only root can change $hooks/Post-Invoke/theirs" "$(cat $errors)"
	ends_with 0 setpriv --reuid 65534 --clear-groups $command disable Post-Invoke/theirs
}

test_what_others_have_disabled_is_named_and_left_alone() {
	hooks_of_both_places
	printf '%s\n' '// mine' 'Universal-Hooks::Scripts {' '  Post-Invoke/mine::Enabled "no";' '};' \
		>$conf_directory/20other
	everything >/before
	ends_with 0 $command disable Post-Invoke/mine
	expect_file $output <<<"Post-Invoke/mine was already disabled: set in $conf_directory/20other:3"
	ends_with 1 $command enable Post-Invoke/mine
	expect_warning 'Post-Invoke/mine stays disabled' "$conf_directory/20other:3"
	everything | diff /before -
	echo 'Universal-Hooks::Enabled "false";' >$conf_directory/20other
	ends_with 1 $command enable Post-Invoke/theirs
	expect_warning "$conf_directory/20other:1" 'Universal-Hooks::Enabled'
}

# A file that apt reads later can say the opposite, which has precedence and is reported.
test_an_effect_that_does_not_come_is_told() {
	probe Post-Invoke/mine
	echo 'Universal-Hooks::Scripts::Post-Invoke/mine::Enabled "true";' >$conf_directory/zz-other
	ends_with 1 $command disable Post-Invoke/mine
	expect_warning 'Post-Invoke/mine still runs' "$conf_directory/zz-other:1"
	transaction
	expect_runs <<<Post-Invoke/mine
	rm $conf_directory/zz-other
	transaction
	expect_no_runs
}

test_one_hook_stays_disabled_when_all_are_enabled_again() {
	hooks_of_both_places
	echo 'Universal-Hooks::Enabled "false";' >$conf_directory/20other
	ends_with 0 $command disable Post-Invoke/mine
	rm $conf_directory/20other
	transaction
	! grep -q mine /runs || fail "$(cat /runs)"
}

test_a_file_that_somebody_has_edited_is_left_as_it_is() {
	probe Post-Invoke/mine
	probe Post-Invoke/other
	$command disable Post-Invoke/mine >/dev/null
	echo 'APT::Get::Show-Versions "true";' >>$file
	everything >/before
	ends_with 2 $command enable Post-Invoke/mine
	form=E expect_warning "$file:4"
	ends_with 2 $command disable Post-Invoke/other
	everything | diff /before -
	rm $file
	: >/elsewhere
	ln -s /elsewhere $file
	ends_with 2 $command disable Post-Invoke/mine
	form=E expect_warning "$file" 'not a regular file'
	[[ -L $file ]] || fail 'the link should have stayed'
}

test_a_line_for_a_script_that_is_gone_can_be_taken_out() {
	probe Post-Invoke/mine
	$command disable Post-Invoke/mine >/dev/null
	rm $hooks/Post-Invoke/mine
	ends_with 2 $command disable Post-Invoke/mine
	ends_with 0 $command enable $hooks/Post-Invoke/mine
	[[ ! -e $file ]] || fail "$(cat $file)"
}

test_a_mask_without_a_packages_hook_is_taken_away() {
	ln -s /dev/null $hooks/Post-Invoke/gone
	ends_with 0 $command enable Post-Invoke/gone
	[[ ! -L $hooks/Post-Invoke/gone ]] || fail 'the mask should be gone'
}

test_the_directories_that_disable_made_go_with_the_mask() {
	probe $packaged_hooks/pkgs/app/Post-Invoke/deep
	probe $packaged_hooks/pkgs/app/Post-Invoke/deeper
	probe $packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/deep
	probe $packaged_hooks/Pre-Invoke/theirs
	probe $packaged_hooks/pkgs/kept/Post-Invoke/deep
	local files=/files
	mkdir -p $files$hooks/pkgs/owned/Post-Invoke
	files=$files package owner 1
	unset files
	apt_succeeds install owner
	probe $packaged_hooks/pkgs/owned/Post-Invoke/deep
	mkdir $hooks/pkgs/kept
	touch $hooks/pkgs/kept/notes
	everything >/before
	ends_with 0 $command disable pkgs/app/Post-Invoke/deep pkgs/app/Post-Invoke/deeper \
		multi_pkgs/Post-Invoke/a__WILDCARD__/deep Pre-Invoke/theirs pkgs/owned/Post-Invoke/deep \
		pkgs/kept/Post-Invoke/deep
	ends_with 0 $command enable pkgs/app/Post-Invoke/deep
	[[ -L $hooks/pkgs/app/Post-Invoke/deeper ]] || fail 'the other one has gone'
	ends_with 0 $command enable pkgs/app/Post-Invoke/deeper \
		multi_pkgs/Post-Invoke/a__WILDCARD__/deep Pre-Invoke/theirs pkgs/owned/Post-Invoke/deep \
		pkgs/kept/Post-Invoke/deep
	everything | diff /before -
	# One of several cannot be created.
	touch $hooks/pkgs/notes
	probe $packaged_hooks/pkgs/notes/Post-Invoke/deep
	everything >/before
	ends_with 2 $command disable pkgs/app/Post-Invoke/deep pkgs/notes/Post-Invoke/deep
	everything | diff /before -
}

test_a_mask_by_another_link_is_not_ours() {
	hooks_of_both_places
	ln -s /dev/null /nothing
	ln -s /nothing $hooks/Post-Invoke/theirs
	ends_with 1 $command enable Post-Invoke/theirs
	expect_warning "$hooks/Post-Invoke/theirs" 'another link'
	[[ -L $hooks/Post-Invoke/theirs ]] || fail 'the link should have stayed'
}

test_many_at_a_time_lose_nothing() {
	local i
	for i in {10..29}; do
		hook "Post-Invoke/$i" <<<'#!/bin/sh'
	done
	publish
	for i in {10..29}; do
		$command disable "Post-Invoke/$i" >/dev/null &
	done
	wait
	expect_equal 20 "$(grep -c '"false";$' $file)" 'lines'
	for i in {10..28}; do
		$command enable "Post-Invoke/$i" >/dev/null &
	done
	wait
	expect_file <(grep -v '^//' $file) <<<'Universal-Hooks::Scripts::Post-Invoke/29::Enabled "false";'
	[[ -z $(find $conf_directory -name '.99*') ]] || fail 'a temporary file is left'
}

# If there is no room for the new file, the old one is kept, and no temporary file remains.
test_on_a_full_disk_the_old_file_stays() {
	probe Post-Invoke/mine
	probe Post-Invoke/other
	probe $packaged_hooks/Post-Invoke/theirs
	mount -t tmpfs -o mode=755,size=16k tmpfs $conf_directory
	$command disable Post-Invoke/mine >/dev/null
	sha256sum $file >/sum
	dd if=/dev/zero of=$conf_directory/.full bs=4k count=99 2>/dev/null && fail 'the disk is not full'
	ends_with 2 $command disable Post-Invoke/theirs Post-Invoke/other
	form=E expect_warning "$file" 'No space left'
	[[ ! -L $hooks/Post-Invoke/theirs ]] || fail 'without the setting, no mask may stay'
	sha256sum --quiet --check /sum
	expect_equal 1 "$(find $conf_directory -name '*99*' | wc -l)" 'files of ours'
}

test_another_root_is_changed_and_this_one_is_not() {
	hooks_of_both_places
	mkdir /image
	cp -a --parents /etc/apt /usr/lib/apt/universal-hooks /var/lib/dpkg/status /image
	everything >/before
	ends_with 0 $command disable --root /image Post-Invoke/mine
	ends_with 0 $command disable --root /image /usr/lib/apt/universal-hooks/Post-Invoke/theirs
	[[ -e /image$file && -L /image$hooks/Post-Invoke/theirs ]] || fail 'the image is unchanged'
	everything | diff /before -
	ends_with 0 $command enable --root /image Post-Invoke/mine /image$hooks/Post-Invoke/theirs
	[[ ! -e /image$file && ! -L /image$hooks/Post-Invoke/theirs ]] || fail 'still disabled'
}

test_a_link_out_of_the_other_root_is_not_followed() {
	hooks_of_both_places
	mkdir /image
	cp -a --parents /etc/apt /usr/lib/apt/universal-hooks /image
	rm -r /image$conf_directory /image$hooks/Post-Invoke
	ln -s $conf_directory /image$conf_directory
	ln -s $hooks/Post-Invoke /image$hooks/Post-Invoke
	everything >/before
	ends_with 2 $command disable --root /image Post-Invoke/both
	form=E expect_warning 'leads out of /image'
	ends_with 2 $command disable --root /image Post-Invoke/theirs
	form=E expect_warning 'leads out of /image'
	everything | diff /before -
}
