# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The hook tree: its two places, which files are scripts, their order, and which names match.

package app 1

test_both_trees_are_one_ordered_by_name() {
	probe "$packaged_hooks/Pre-Invoke/1-packaged"
	probe Pre-Invoke/2-local
	probe "$packaged_hooks/Pre-Invoke/3-packaged"
	probe "$packaged_hooks/pkgs/app/Post-Invoke/2-packaged"
	probe pkgs/app/Post-Invoke/1-local
	probe "$packaged_hooks/multi_pkgs/Post-Invoke/__WILDCARD__/2-packaged"
	probe multi_pkgs/Post-Invoke/__WILDCARD__/1-local
	probe multi_pkgs/Post-Invoke/app/1-local
	probe "$packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/1-packaged"
	apt_succeeds install app
	expect_runs <<-EOF
		$packaged_hooks/Pre-Invoke/1-packaged
		Pre-Invoke/2-local
		$packaged_hooks/Pre-Invoke/3-packaged
		pkgs/app/Post-Invoke/1-local
		$packaged_hooks/pkgs/app/Post-Invoke/2-packaged
		multi_pkgs/Post-Invoke/__WILDCARD__/1-local --pkg_list={app}
		$packaged_hooks/multi_pkgs/Post-Invoke/__WILDCARD__/2-packaged --pkg_list={app}
		$packaged_hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/1-packaged --pkg_list={app}
		multi_pkgs/Post-Invoke/app/1-local --pkg_list={app}
	EOF
}

test_the_administrator_overrides_a_packages_script_by_its_name() {
	probe "$packaged_hooks/Pre-Invoke/same"
	probe Pre-Invoke/same
	probe "$packaged_hooks/pkgs/app/Post-Invoke/same"
	probe pkgs/app/Post-Invoke/same
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/same
		pkgs/app/Post-Invoke/same
	EOF
}

test_a_link_to_dev_null_masks_a_packages_script_silently() {
	probe "$packaged_hooks/Pre-Invoke/masked"
	probe "$packaged_hooks/Pre-Invoke/other"
	mkdir -p "$hooks/Pre-Invoke"
	ln -s /dev/null "$hooks/Pre-Invoke/masked"
	apt_succeeds install app
	expect_runs <<-EOF
		$packaged_hooks/Pre-Invoke/other
	EOF
}

test_a_script_may_be_a_link() {
	probe /usr/local/sbin/script
	ln -s /usr/local/sbin/script "$hooks/Pre-Invoke/link"
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/link
	EOF
}

test_order_is_by_bytes() {
	local name
	for name in b B 10 9 _ a é z ~z; do
		probe "Pre-Invoke/$name"
	done
	apt_succeeds install app
	printf 'Pre-Invoke/%s\n' 10 9 B _ a b z '~z' é | expect_runs
}

test_leftovers_and_folders_are_passed_over_in_silence() {
	local name
	for name in .hidden backup~ a.bak a.disabled a.save a.orig a.dpkg-old a.dpkg-dist a.dpkg-new \
		a.ucf-old a.ucf-dist a.distUpgrade .a.swp; do
		probe "Pre-Invoke/$name"
	done
	probe Pre-Invoke/directory/script
	probe Pre-Invoke/real
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/real
	EOF
}

test_a_file_that_is_not_executable_is_warned_of() {
	probe Pre-Invoke/1-plain
	chmod -x "$hooks/Pre-Invoke/1-plain"
	probe Pre-Invoke/2-real
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/1-plain" executable
	form=N expect_warning '1 of 2 hooks cannot run; see apt-universal-hooks check'
	expect_equal 2 "$(wc -l <"$errors")" 'lines on stderr'
	expect_runs <<-'EOF'
		Pre-Invoke/2-real
	EOF
}

test_dangling_and_circular_links_are_warned_of() {
	ln -s /gone "$hooks/Pre-Invoke/1-dangling"
	ln -s 2-circle "$hooks/Pre-Invoke/2-circle"
	probe Pre-Invoke/3-real
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/1-dangling"
	expect_warning "$hooks/Pre-Invoke/2-circle"
	form=N expect_warning '2 of 3 hooks cannot run; see apt-universal-hooks check'
	expect_equal 3 "$(wc -l <"$errors")" 'lines on stderr'
	expect_runs <<-'EOF'
		Pre-Invoke/3-real
	EOF
}

test_fifos_sockets_and_devices_are_neither_run_nor_opened() {
	mkfifo -m 755 "$hooks/Pre-Invoke/1-fifo"
	mknod -m 755 "$hooks/Pre-Invoke/2-device" c 1 5
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die' \
		"$hooks/Pre-Invoke/3-socket"
	probe Pre-Invoke/4-real
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/1-fifo"
	expect_warning "$hooks/Pre-Invoke/2-device"
	expect_warning "$hooks/Pre-Invoke/3-socket"
	expect_runs <<-'EOF'
		Pre-Invoke/4-real
	EOF
}

test_a_name_is_just_a_name() {
	local names=('a b' 'c;touch hit' 'd$(touch hit)' "e'" 'f"' $'g\nh' $'i\xff' '-j' '`touch hit`')
	local name
	for name in "${names[@]}"; do
		probe "Pre-Invoke/$name"
	done
	apt_succeeds install app
	mapfile -d '' -t names < <(printf '%s\0' "${names[@]}" | LC_ALL=C sort -z)
	for name in "${names[@]}"; do
		printf '%q\n' "Pre-Invoke/$name"
	done >/expected
	expect_runs </expected
	[[ -z $(find / -xdev -name hit) ]] || fail 'a name was taken for a command'
}

test_a_script_without_an_interpreter_line_is_run_by_the_shell() {
	printf 'echo "$0 $#" >>/runs\n' | hook Pre-Invoke/plain
	apt_succeeds install app
	expect_runs <<-EOF
		$hooks/Pre-Invoke/plain 0
	EOF
}

test_a_script_that_cannot_be_started_is_warned_of() {
	printf '#!/gone/interpreter\n' | hook Pre-Invoke/1-interpreter
	printf '\177ELFgarbage' | hook Pre-Invoke/2-binary
	probe Pre-Invoke/3-real
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/1-interpreter"
	expect_warning "$hooks/Pre-Invoke/2-binary"
	expect_runs <<-'EOF'
		Pre-Invoke/3-real
	EOF
}

test_wildcards_stand_for_anything_and_the_rest_for_itself() {
	local directory names=(ea-php g++-12 libfoo-devel libfoo++6 zperl zperl-base xfoo.bar foo-bar foo.bar)
	for directory in "${names[@]}"; do
		package "$directory" 1
	done
	for directory in 'ea-__WILDCARD__' 'g++-__WILDCARD__' '__WILDCARD__-devel' '__WILDCARD__perl__WILDCARD__' \
		'__WILDCARD__' 'l__WILDCARD__f__WILDCARD__l' 'libfoo++6' 'foo.bar' 'foo.__WILDCARD__' 'zperl' \
		'.__WILDCARD__' 'ea-' 'erl' 'zper' '__WILDCARD__o.b__WILDCARD__'; do
		probe "multi_pkgs/Post-Invoke/$directory/x" MATCHED
	done
	apt_succeeds install "${names[@]}"
	sed -i 's/ --pkg_list=[^ ]*//; s,^multi_pkgs/Post-Invoke/,,; s,/x MATCHED=, ,' /runs
	expect_runs <<-'EOF'
		__WILDCARD__ {ea-php,foo-bar,foo.bar,g++-12,libfoo++6,libfoo-devel,xfoo.bar,zperl,zperl-base}
		__WILDCARD__-devel {libfoo-devel}
		__WILDCARD__o.b__WILDCARD__ {foo.bar,xfoo.bar}
		__WILDCARD__perl__WILDCARD__ {zperl,zperl-base}
		ea-__WILDCARD__ {ea-php}
		foo.__WILDCARD__ {foo.bar}
		foo.bar {foo.bar}
		g++-__WILDCARD__ {g++-12}
		l__WILDCARD__f__WILDCARD__l {libfoo-devel}
		libfoo++6 {libfoo++6}
		zperl {zperl}
	EOF
}

test_a_wildcard_folder_needs_no_second_copy_in_the_other_tree() {
	mkdir -p "$hooks/multi_pkgs/Post-Invoke/app__WILDCARD__"
	probe "$packaged_hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/packaged"
	apt_succeeds install app
	expect_runs <<-EOF
		$packaged_hooks/multi_pkgs/Post-Invoke/app__WILDCARD__/packaged --pkg_list={app}
	EOF
}
