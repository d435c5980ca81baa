# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: curl jq nginx prometheus-alertmanager sqlite3
# Fetches content from a real web server, exports the state of a real Alertmanager, filters a log, and
# deletes dumps afterwards.
. /tests/lib/examples.sh

content=/var/lib/local-hooks/content

# web [NGINX-LINES]: starts a web server on port 80, whose root is /srv/www.
web() {
	mkdir -p /srv/www
	echo 'new content' >/srv/www/content
	cat >/etc/nginx/nginx.conf <<-CONF
		events { }
		http { server { listen 80; root /srv/www; ${1-} } }
	CONF
	nginx
	wait_until curl --silent http://localhost/
}

a_fetch() {
	mkdir -p "${content%/*}"
	echo 'old content' >$content
	local_file fetch-content.curl <<<'url = "http://localhost/content"'
	use_example fetch-content
	package mediawiki 1
}

# expect_old_content WORD...: apt went on without new content, and the messages contain the words.
expect_old_content() {
	local word
	apt_succeeds_but_warns install mediawiki
	expect_a_warning_about fetch-content
	for word; do
		grep -F -e "$word" "$errors" >/dev/null || fail "no message contains: $word"
	done
	expect_equal 1 "$(version_of mediawiki)"
	expect_file $content <<<'old content'
	expect_equal content "$(ls "${content%/*}")"
}

test_content_is_fetched_before_dpkg_starts() {
	web
	a_fetch
	postinst="cp $content /content.before" package mediawiki 1
	apt_succeeds install mediawiki
	expect_file /content.before <<<'new content'
	expect_equal 644 "$(stat --format=%a $content)"
}

test_a_server_that_is_down_leaves_the_old_content() {
	a_fetch
	expect_old_content 'Failed to connect'
}

test_an_error_page_is_no_content() {
	web
	a_fetch
	rm /srv/www/content
	expect_old_content 404
}

test_an_empty_file_is_no_content() {
	web
	a_fetch
	: >/srv/www/content
	expect_old_content 'sent an empty file'
}

test_a_part_is_no_content() {
	# shellcheck disable=SC2016 # expanded by nginx
	web 'location /content { alias /srv/www/content; limit_rate 10; }'
	a_fetch
	head -c 10000 /dev/zero >/srv/www/content
	change fetch-content 's/--max-time 120/--max-time 2/'
	expect_old_content 'timed out'
}

test_a_full_disk_leaves_the_old_content() {
	web
	mkdir -p "${content%/*}"
	mount -t tmpfs -o size=100k tmpfs "${content%/*}"
	a_fetch
	head -c 1000000 /dev/zero >/srv/www/content
	expect_old_content
}

test_no_tool_leaves_the_old_content() {
	a_fetch
	rm /usr/bin/curl
	expect_old_content 'not found'
}

test_content_with_the_right_checksum_replaces_the_old_and_another_does_not() {
	local checksum
	web
	a_fetch
	change fetch-content "s/^checksum=''/checksum=1234/"
	expect_old_content 'one with the checksum'
	checksum=$(sha256sum </srv/www/content)
	change fetch-content "s/^checksum=1234/checksum=${checksum%% *}/"
	package mediawiki 2
	apt_succeeds install mediawiki
	expect_file $content <<<'new content'
}

test_who_wants_nothing_installed_without_content_gets_that() {
	a_fetch
	run_apt apt-get --yes -o "$(instead fetch-content On-Failure)=abort" install mediawiki </dev/null
	expect_veto fetch-content
}

# an_alertmanager [PATH]: the real one, with one silence.
an_alertmanager() {
	echo '{"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}' >/alertmanager.yml
	mkdir "/alertmanager.data$1"
	prometheus-alertmanager --config.file=/alertmanager.yml --storage.path="/alertmanager.data$1" \
		--web.listen-address=127.0.0.1:909"$1" --cluster.listen-address= >/alertmanager.log 2>&1 &
	wait_until curl --silent --fail "http://127.0.0.1:909$1/-/ready"
}

an_export() {
	local_file alertmanager.curl <<<'url = "http://127.0.0.1:9093/api/v2/silences"'
	use_example export-state
	upgrade_of prometheus-alertmanager
}

silences() {
	amtool --alertmanager.url="http://127.0.0.1:909$1" silence query --output=json |
		jq -c '[.[] | .matchers, .comment]'
}

no_upgrade_after() {
	local before
	before=$(version_of prometheus-alertmanager)
	apt_is_stopped_by export-state install prometheus-alertmanager -- "$@"
	expect_equal "$before" "$(version_of prometheus-alertmanager)"
	expect_dumps alertmanager 7
}

test_state_is_exported_and_can_be_imported() {
	an_alertmanager 3
	amtool --alertmanager.url=http://127.0.0.1:9093 silence add --author me \
		--comment 'it is "known"' alertname=Disk >/dev/null
	an_export
	old_dumps alertmanager .json
	apt_goes_through install prometheus-alertmanager
	expect_equal "$(cat /upgraded)" "$(version_of prometheus-alertmanager)"
	expect_old_dumps_to_have_gone alertmanager .json
	an_alertmanager 4
	amtool --alertmanager.url=http://127.0.0.1:9094 silence import "$(dump_in alertmanager)" >/imported
	silences 3 | has Disk
	expect_equal "$(silences 3)" "$(silences 4)"
}

test_an_application_that_is_down_is_not_upgraded() {
	an_export
	old_dumps alertmanager .json
	no_upgrade_after 'Failed to connect'
}

test_what_is_not_json_is_no_state() {
	web
	an_export
	local_file alertmanager.curl <<<'url = "http://localhost/content"'
	old_dumps alertmanager .json
	echo '[{"id": 1},' >/srv/www/content
	no_upgrade_after 'is not complete JSON'
	: >/srv/www/content
	no_upgrade_after 'is not complete JSON'
	rm /srv/www/content
	no_upgrade_after 404
}

test_no_room_for_the_state_so_no_upgrade() {
	web
	an_export
	local_file alertmanager.curl <<<'url = "http://localhost/content"'
	a_small_disk
	old_dumps alertmanager .json
	jq --null-input '[range(500000)]' >/srv/www/content
	no_upgrade_after
}

test_an_old_state_that_cannot_be_deleted_stops_nothing() {
	an_alertmanager 3
	an_export
	old_dumps alertmanager .json
	an_undeletable_dump alertmanager .json
	apt_goes_through install prometheus-alertmanager
	grep -qF 'old files cannot be deleted' "$errors"
}

log=/var/log/caddy/caddy.log

# errors_after SHELL-CODE: upgrades the package of a program that logs with this code.
errors_after() {
	use_example check-log
	[[ -z ${filter-} ]] || change check-log "s/^filter=.*/filter='$filter'/"
	mkdir -p ${log%/*}
	echo '{"level": "error", "msg": "long ago"}' >>$log
	postinst="$1" package caddy 1
	run_apt apt-get --yes install caddy </dev/null
	apt_must_end_with 0
	[[ -z $(find /run/check-log -type f) ]] || fail 'there is a file left'
}

test_errors_that_a_program_logged_during_the_upgrade_are_printed() {
	errors_after "cat >>$log <<'LOG'
{\"level\": \"info\", \"msg\": \"fine\"}
no JSON
5
{\"level\": \"error\", \"msg\": \"cannot \\u001b[31m listen\"}
LOG"
	expect_a_warning_about check-log
	grep -qxF '{"level":"error","msg":"cannot \u001b[31m listen"}' "$errors"
	! grep -E 'long ago|fine|no JSON' "$errors" || fail 'these are no new errors'
}

test_no_new_errors_are_no_warning() {
	errors_after "echo '{\"level\": \"info\"}' >>$log"
	expect_no_warning
}

test_a_filter_that_does_not_work_is_no_log_without_errors() {
	filter='select(' errors_after "echo '{\"level\": \"error\"}' >>$log"
	expect_a_warning_about check-log
}

test_a_log_that_was_rotated_is_read_from_its_beginning() {
	errors_after "mv $log $log.1; echo '{\"level\": \"error\", \"msg\": \"in the new log\"}' >$log"
	expect_a_warning_about check-log
	grep -qF 'in the new log' "$errors"
}

test_a_log_that_does_not_exist_yet_is_no_warning() {
	use_example check-log
	package caddy 1
	apt_succeeds install caddy
}

database=/var/lib/fail2ban/fail2ban.sqlite3
copies=sqlite$database

dumps_to_delete() {
	mkdir -p ${database%/*}
	sqlite3 $database 'create table bans (ip)'
	package fail2ban 1
	apt_succeeds install fail2ban
	use_example dump-sqlite
	use_example delete-dumps
	old_dumps "$copies" .sqlite3
	change dump-sqlite 's/^keep=5/keep=10/'
}

test_dumps_are_deleted_after_success_and_older_ones_stay() {
	dumps_to_delete
	echo 'not a dump' >"$dumps/$copies/a note"
	postinst="cp -r $dumps /dumps.before" package fail2ban 2
	apt_succeeds install fail2ban
	expect_equal 9 "$(find /dumps.before -type f | wc -l)"
	[[ -e "$dumps/$copies/a note" ]] || fail 'a file of somebody is gone'
	rm "$dumps/$copies/a note"
	expect_dumps sqlite 7
	[[ ! -e /run/delete-dumps.start ]]
}

test_dumps_of_a_run_that_failed_stay_for_good() {
	dumps_to_delete
	postinst='exit 1' package fail2ban 2
	apt_fails install fail2ban
	expect_dumps sqlite 8
	package fail2ban 3
	apt_succeeds install fail2ban
	expect_dumps sqlite 8
	expect_equal 3 "$(version_of fail2ban)"
}

test_without_a_note_of_the_beginning_nothing_is_deleted() {
	dumps_to_delete
	package fail2ban 2
	run_apt apt-get --yes -o "$(instead delete-dumps Enabled)=false" install fail2ban </dev/null
	apt_must_end_with 0
	expect_dumps sqlite 8
}
