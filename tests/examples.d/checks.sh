# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: nginx curl jq
# Checks that stop apt: with disks that are really full, and a real web server that works or fails.
. /tests/lib/examples.sh

package app 1

expect_not_installed() {
	! dpkg-query --status app >/dev/null 2>&1 || fail 'app should not be installed'
}

# web [NGINX-LINES]: starts a web server on port 80, whose root is /srv/www.
web() {
	mkdir -p /srv/www
	echo hello >/srv/www/index.html
	cat >/etc/nginx/nginx.conf <<-CONF
		events { }
		http { server { listen 80; root /srv/www; ${1-} } }
	CONF
	nginx
	wait_until curl --silent http://localhost/
}

frozen() {
	# shellcheck disable=SC2016 # expanded by nginx
	web 'location / { if ($http_authorization != "Bearer token") { return 403; } }'
	cat >/srv/www/frozen.json
	local_file frozen.curl <<-'CONF'
		url = "http://localhost/frozen.json"
		header = "Authorization: Bearer token"
	CONF
	use_example check-frozen
}

# Mounts a file system of SIZE on /boot, which is one of those that the example checks.
boot_of() {
	mkdir -p /boot
	mount -t tmpfs -o "size=$1" tmpfs /boot
	use_example check-disk-space
}

test_room_on_all_disks_lets_apt_go_on() {
	boot_of 400m
	apt_succeeds install app
}

test_a_disk_that_is_nearly_full_stops_apt() {
	boot_of 400m
	head -c 200M /dev/zero >/boot/initrd
	apt_is_stopped_by check-disk-space install app -- '/boot has 200 MiB left'
	expect_not_installed
	rm /boot/initrd
	apt_succeeds install app
}

test_a_disk_without_inodes_stops_apt() {
	local n
	boot_of 400m
	mount -o remount,nr_inodes=40 /boot
	for n in {1..30}; do
		: >"/boot/$n"
	done
	apt_is_stopped_by check-disk-space install app -- '/boot has 9 inodes left'
	expect_not_installed
}

# vfat, for /boot/efi, counts no inodes; btrfs neither.
test_a_disk_that_counts_no_inodes_is_not_without() {
	boot_of 400m
	mount -o remount,nr_inodes=0 /boot
	expect_equal 0 "$(df --output=itotal /boot | tail -n 1 | tr -d ' ')" inodes
	apt_succeeds install app
}

test_a_directory_that_is_not_there_is_named_and_stops_nothing() {
	use_example check-disk-space
	rmdir /boot
	apt_succeeds_but_warns install app
	grep -x '/boot: no such directory; it is not checked' "$errors"
	expect_equal 1 "$(version_of app)"
}

# df on a tmpfs that root cannot fill: 1 TiB is needed.
test_packages_that_will_not_fit_stop_apt() {
	boot_of 400m
	package huge 1 'Installed-Size: 1073741824'
	apt_is_stopped_by check-disk-space install huge app -- '/usr has ' 'left, less than 1048876'
	expect_not_installed
	# What an upgrade adds is what counts.
	package huge 1 'Installed-Size: 1'
	apt_succeeds install huge
	package huge 2 'Installed-Size: 1073741824'
	apt_is_stopped_by check-disk-space install huge -- 'left, less than 1048875'
}

test_packages_of_a_size_that_is_known_to_nobody_stop_nothing() {
	boot_of 400m
	publish
	mv "$repository/app_1_all.deb" /
	: >"$repository/Packages"
	apt-get -qq update
	apt_succeeds install /app_1_all.deb
}

test_packages_can_be_removed_to_make_room() {
	apt_succeeds install app
	boot_of 10m
	apt_succeeds remove app
	expect_not_installed
}

test_a_web_server_that_is_well_lets_apt_go_on() {
	web
	use_example check-http
	apt_succeeds install app
	grep -q 'GET / .* 200 .*curl' /var/log/nginx/access.log || fail 'there was no request'
}

test_a_web_server_that_is_down_stops_apt() {
	use_example check-http
	apt_is_stopped_by check-http install app -- 'curl: (7)'
	expect_not_installed
}

test_a_web_server_that_answers_with_an_error_stops_apt() {
	web 'location / { return 500; }'
	use_example check-http
	apt_is_stopped_by check-http install app -- '500'
	expect_not_installed
}

test_a_web_server_that_does_not_answer_stops_apt() {
	web
	# A stopped server still accepts connections, but does not answer.
	# shellcheck disable=SC2046 # split into words
	kill -STOP $(cat /run/nginx.pid) $(cat "/proc/$(cat /run/nginx.pid)/task"/*/children)
	use_example check-http
	apt_is_stopped_by check-http install app -- 'curl: (28)'
	expect_not_installed
}

test_a_proxy_does_not_answer_for_the_web_server() {
	web
	use_example check-http
	http_proxy=http://localhost:1 apt_succeeds -o Acquire::http::Proxy=false install app
}

test_a_person_sees_the_complaints_of_all_checks_at_once() {
	boot_of 10m
	use_example check-http
	apt_is_stopped_by check-disk-space install app -- 'MiB left' 'curl: (7)'
	expect_not_installed
}

test_a_package_that_is_frozen_stops_apt() {
	frozen <<-'JSON'
		{"frozen": [
			{"package": "ap", "reason": "not this one"},
			{"package": "app", "reason": "sale until \"Monday\""},
			{"package": "nginx", "reason": "not this one"}
		]}
	JSON
	apt_is_stopped_by check-frozen install app -- 'app is frozen: sale until "Monday"'
	! grep -q 'not this one' "$errors" || fail 'packages are named that are not in the transaction'
	expect_not_installed
}

test_other_packages_than_the_frozen_ones_may_change() {
	frozen <<<'{"frozen": [{"package": "apps", "reason": "x"}, {"package": "a.*", "reason": "x"}]}'
	apt_succeeds install app
}

test_a_list_that_cannot_be_had_stops_apt() {
	frozen <<<'{"frozen": []}'
	rm /srv/www/frozen.json
	apt_is_stopped_by check-frozen install app -- 404
	expect_not_installed
}

test_a_list_that_is_none_stops_apt() {
	frozen <<<'{"thawed": []}'
	apt_is_stopped_by check-frozen install app -- 'not a list of frozen packages'
	echo '<html>' >/srv/www/frozen.json
	apt_is_stopped_by check-frozen install app -- 'not a list of frozen packages'
	expect_not_installed
}

test_a_server_that_cannot_be_reached_stops_apt() {
	frozen <<<'{"frozen": []}'
	nginx -s stop
	apt_is_stopped_by check-frozen install app -- 'curl: (7)'
	expect_not_installed
}

test_an_empty_answer_stops_apt() {
	frozen </dev/null
	apt_is_stopped_by check-frozen install app -- 'not a list of frozen packages'
	expect_not_installed
}

test_an_entry_without_a_package_stops_apt() {
	frozen <<<'{"frozen": [{"name": "app", "reason": "sale"}]}'
	apt_is_stopped_by check-frozen install app -- 'an entry without a package'
	expect_not_installed
}
