# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: sqlite3 postgresql-common mariadb-client curl jq git btrfs-progs lvm2 rclone systemd
# Needs: bsdutils redis-tools prometheus-node-exporter
# All examples installed together: their headers are complete, and as correct as can be checked without
# servers. The other files here test what they do.
. /tests/lib/examples.sh

all() {
	grep -l '^#!' $examples/* | sed 's|.*/||' | sort
}

test_every_header_says_all() {
	local name field
	for name in $(all); do
		for field in What Place Needs Fails Settings; do
			[[ -n $(header_of "$name" $field) ]] || fail "$name has no $field"
		done
		[[ -n $(settings_of "$name") ]] || fail "$name has no settings"
		# A script that hangs must not block apt forever.
		settings_of "$name" | has Timeout || fail "$name has no Timeout"
		sed -n '/^[^#]/{p;q}' "$examples/$name" | has -x 'set -eu' ||
			fail "$name does not begin with set -eu"
	done
	[[ $(all | wc -l) == 25 ]] || fail "there are $(all | wc -l) examples"
}

test_settings_are_for_the_place_and_for_nothing_else() {
	local name place places path
	for name in $(all); do
		places=$(header_of "$name" Place)
		while read -r place; do
			settings_of "$name" | has -F "Universal-Hooks::Scripts::${place#"$hooks"/}" ||
				fail "$name has no settings for $place"
			[[ $place =~ ^$hooks/.*/[0-9]{3}-$name$ ]] || fail "$name has another name at $place"
		done <<<"$places"
		while read -r path; do
			grep -qxF "$hooks/$path" <<<"$places" || fail "$name has settings for $path"
		done < <(settings_of "$name" | sed -nE 's/^Universal-Hooks::Scripts::([^ :]+).*/\1/p')
	done
}

# A script without a package that it Requires is skipped, which is no failure, so it cannot stop apt.
test_those_that_stop_apt_do_so_without_their_packages_too() {
	local name
	for name in $(all); do
		! settings_of "$name" | has On-Failure || ! settings_of "$name" | has Requires ||
			fail "$name would be ignored"
	done
}

test_every_package_that_is_needed_has_that_name() {
	local name
	for name in $(all); do
		use_example "$name"
	done
}

test_all_of_them_together_are_without_findings() {
	local name
	for name in $(all); do
		use_example "$name"
	done
	# check reports package names that are not in any archive.
	for name in "$hooks"/pkgs/* "$hooks"/multi_pkgs/*/*; do
		name=${name##*/}
		package "${name/__WILDCARD__/x}" 1
	done
	publish
	apt-universal-hooks check >/findings 2>&1 || fail "$(cat /findings)"
	expect_equal 33 "$(find "$hooks" -type f | wc -l)" scripts
}

test_apt_has_nothing_against_the_settings() {
	local name
	for name in $(all); do
		use_example "$name"
	done
	# The scripts need servers that are not installed here, but the settings do not.
	find "$hooks" -type f -exec sh -c 'echo "#!/bin/true" >"$1"' sh {} \;
	package app 1
	apt_succeeds install app
}

test_the_table_of_the_readme_has_each_with_its_places_and_settings() {
	local name row place setting
	for name in $(all); do
		row=$(grep -F "| \`$name\` |" $examples/README.md) || fail "$name has no row"
		while read -r place; do
			place=${place#"$hooks"/}
			has -F "\`${place%/*}/\`" <<<"$row" || fail "$name: no $place in its row"
		done < <(header_of "$name" Place)
		for setting in On-Failure When Operations Timeout User Requires; do
			expect_equal "$(settings_of "$name" | grep -cw -e "$setting" | sed 's/^[1-9].*/1/')" \
				"$(grep -cF "\`$setting\`" <<<"$row" || true)" "$name: $setting"
		done
	done
	expect_equal "$(all | wc -l)" "$(grep -c '^| `' $examples/README.md)" rows
}
