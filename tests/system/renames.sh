# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# A package renames its hook: a mask, an override or settings of the administrator's for the former path
# apply to the new path, starting with the upgrade that renames it.

place=$packaged_hooks/Post-Invoke
settings=/etc/apt/apt.conf.d/90settings
chmod a+w /runs

# own VERSION NUMBER [FORMER-NUMBER]...: a version of the package own with the hook NUMBER-own.
own() {
	local version=$1 number=$2 former
	shift 2
	then='id --user --name >>/runs' probe "/files$place/$number-own"
	mkdir "/files$packaged_hooks/settings.d"
	for former; do
		echo "Universal-Hooks::Scripts::Post-Invoke/$number-own::Renamed-From:: \"Post-Invoke/$former-own\";"
	done >"/files$packaged_hooks/settings.d/own.conf"
	files=/files package own "$version"
	rm -r /files
}

own 1 200
own 2 300 200
own 3 100 300 200
package other 1

the_hook_runs_once_in_each_transaction() {
	apt_succeeds install own=1
	expect_runs <<-EOF
		$place/200-own
		root
	EOF
}

test_a_hook_that_is_masked_stays_so_when_it_is_renamed() {
	the_hook_runs_once_in_each_transaction
	apt-universal-hooks disable Post-Invoke/200-own >/dev/null
	apt_succeeds install own=2
	expect_no_runs
	apt_succeeds install own=3
	expect_no_runs
	apt_succeeds install other
	expect_no_runs
	expect_equal "$hooks/Post-Invoke/200-own" "$(find $hooks/Post-Invoke -type l)" 'the masks'
}

test_without_a_mask_it_runs_at_its_new_path() {
	the_hook_runs_once_in_each_transaction
	apt_succeeds install own=2
	expect_runs <<-EOF
		$place/300-own
		root
	EOF
	apt_succeeds install own=3
	expect_runs <<-EOF
		$place/100-own
		root
	EOF
}

test_an_override_runs_in_its_place_and_only_there() {
	the_hook_runs_once_in_each_transaction
	probe Post-Invoke/200-own
	probe Post-Invoke/150-other
	apt_succeeds install own=2
	expect_runs <<-EOF
		Post-Invoke/150-other
		Post-Invoke/200-own
	EOF
	apt_succeeds install own=3
	expect_runs <<-EOF
		Post-Invoke/200-own
		Post-Invoke/150-other
	EOF
}

test_what_is_at_the_new_path_precedes_what_is_at_the_former_one() {
	the_hook_runs_once_in_each_transaction
	probe Post-Invoke/200-own
	probe Post-Invoke/300-own
	apt_succeeds install own=2
	expect_runs <<<Post-Invoke/300-own
	ln -sf /dev/null $hooks/Post-Invoke/300-own
	apt_succeeds install other
	expect_no_runs
	rm $hooks/Post-Invoke/300-own
	ln -sf /dev/null $hooks/Post-Invoke/200-own
	probe Post-Invoke/300-own
	apt_succeeds --reinstall install other
	expect_runs <<<Post-Invoke/300-own
}

test_settings_are_for_the_new_path_as_well() {
	the_hook_runs_once_in_each_transaction
	echo 'Universal-Hooks::Scripts::Post-Invoke/200-own::User "nobody";' >$settings
	apt_succeeds install own=2
	expect_runs <<-EOF
		$place/300-own
		nobody
	EOF
	apt_succeeds install other
	expect_runs <<-EOF
		$place/300-own
		nobody
	EOF
	echo 'Universal-Hooks::Scripts::Post-Invoke/300-own::User "daemon";' >>$settings
	apt_succeeds --reinstall install other
	expect_runs <<-EOF
		$place/300-own
		daemon
	EOF
	apt_succeeds install own=3
	expect_runs <<-EOF
		$place/100-own
		daemon
	EOF
}

test_a_former_path_at_which_a_package_ships_a_hook_again_is_that_hooks() {
	the_hook_runs_once_in_each_transaction
	apt_succeeds install own=2
	expect_runs <<-EOF
		$place/300-own
		root
	EOF
	probe "/files$place/200-own"
	files=/files package third 1
	ln -s /dev/null $hooks/Post-Invoke/200-own
	apt_succeeds install third
	expect_runs <<-EOF
		$place/300-own
		root
	EOF
}

test_the_administrator_can_declare_a_rename_with_one_string() {
	the_hook_runs_once_in_each_transaction
	mkdir -p "$hooks/pkgs/other/Post-Invoke"
	ln -s /dev/null "$hooks/pkgs/other/Post-Invoke/own"
	echo 'Universal-Hooks::Scripts::Post-Invoke/200-own::Renamed-From "pkgs/other/Post-Invoke/own";' >$settings
	apt_succeeds install other
	expect_no_runs
}

test_list_check_enable_and_disable_know_the_former_path() {
	the_hook_runs_once_in_each_transaction
	apt-universal-hooks disable Post-Invoke/200-own >/dev/null
	apt_succeeds install own=2
	expect_no_runs
	apt-universal-hooks list --tree | grep -A 1 -F "$place/300-own" >"$output"
	has -F "masked by $hooks/Post-Invoke/200-own" <"$output"
	apt-universal-hooks check >"$output" || fail 'check should have found nothing'
	expect_equal "Post-Invoke/300-own was already disabled: masked by $hooks/Post-Invoke/200-own" \
		"$(apt-universal-hooks disable Post-Invoke/300-own)"
	expect_equal 'Post-Invoke/300-own is enabled' "$(apt-universal-hooks enable Post-Invoke/300-own)"
	[[ ! -L $hooks/Post-Invoke/200-own ]] || fail 'the mask is still there'
	apt_succeeds install other
	expect_runs <<-EOF
		$place/300-own
		root
	EOF
	apt-universal-hooks disable Post-Invoke/300-own >/dev/null
	apt_succeeds --reinstall install other
	expect_no_runs
}

test_an_override_that_was_disabled_is_enabled_by_its_new_name() {
	the_hook_runs_once_in_each_transaction
	probe Post-Invoke/200-own
	apt-universal-hooks disable Post-Invoke/200-own >/dev/null
	apt_succeeds install own=2
	expect_no_runs
	expect_equal 'Post-Invoke/300-own is enabled' "$(apt-universal-hooks enable Post-Invoke/300-own)"
	apt_succeeds install other
	expect_runs <<<Post-Invoke/200-own
}
