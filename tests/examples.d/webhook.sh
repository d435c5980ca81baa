# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: curl jq python3-minimal libpython3-stdlib unattended-upgrades
# A web service that is notified of transactions: it accepts real requests and stores them.
. /tests/lib/examples.sh

# receiver [STATUS]: adds each message as a line to /messages, its headers as a line to /headers, and
# answers with STATUS.
receiver() {
	: >/messages
	cat >/receiver.py <<-'PYTHON'
		import http.server, sys

		class Receiver(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        self.send_response(200)
		        self.end_headers()

		    def do_POST(self):
		        body = self.rfile.read(int(self.headers["Content-Length"]))
		        with open("/messages", "ab") as messages:
		            messages.write(body.replace(b"\n", b"") + b"\n")
		        with open("/headers", "a") as headers:
		            headers.write(self.path + " " + self.headers["Content-Type"] + "\n")
		        self.send_response(int(sys.argv[1]))
		        self.end_headers()

		http.server.HTTPServer(("127.0.0.1", 8080), Receiver).serve_forever()
	PYTHON
	python3 /receiver.py "${1:-204}" 2>/receiver.log &
	receiver=$!
	wait_until curl --silent --fail http://127.0.0.1:8080/
	use_webhook
}

use_webhook() {
	use_example tell-webhook
	local_file webhook.curl <<<'url = "http://127.0.0.1:8080/hooks/secret"'
}

# Compares the only message with the JSON on stdin, except for time and host.
expect_message() {
	wait_for_sessions
	expect_equal 1 "$(wc -l </messages)" "messages: $(cat /messages)"
	jq --exit-status '(now - (.time | fromdate)) as $age | $age >= -1 and $age < 300' \
		/messages >/dev/null || fail "it has another time: $(cat /messages)"
	expect_equal "$(uname -n)" "$(jq --raw-output .host /messages)"
	expect_equal '/hooks/secret application/json' "$(cat /headers)"
	jq --sort-keys 'del(.time, .host)' /messages >/message
	jq --sort-keys . | expect_file /message
}

test_a_success_is_told_with_what_was_done() {
	receiver
	package old 1
	package app 1
	apt_succeeds install app old
	wait_for_sessions
	: >/messages
	: >/headers
	package app 1:2~rc1+b 'Depends: lib'
	package lib 3
	publish
	apt_succeeds install app old-
	expect_message <<-'JSON'
		{
			"command": "apt-get --yes install app old-",
			"result": "ok",
			"success": true,
			"runs": 1,
			"packages": [
				{"name": "app", "architecture": "all", "operation": "upgrade",
				 "old_version": "1", "new_version": "1:2~rc1+b", "outcome": "done"},
				{"name": "lib", "architecture": "all", "operation": "install",
				 "old_version": null, "new_version": "3", "outcome": "done"},
				{"name": "old", "architecture": "all", "operation": "remove",
				 "old_version": "1", "new_version": null, "outcome": "done"}
			]
		}
	JSON
}

test_a_failure_is_told_with_what_failed() {
	receiver
	package good 1
	postinst='exit 1' package bad 2
	apt_fails install good bad
	expect_message <<-'JSON'
		{
			"command": "apt-get --yes install good bad",
			"result": "failed",
			"success": false,
			"runs": 1,
			"packages": [
				{"name": "bad", "architecture": "all", "operation": "install",
				 "old_version": null, "new_version": "2", "outcome": "failed"},
				{"name": "good", "architecture": "all", "operation": "install",
				 "old_version": null, "new_version": "1", "outcome": "done"}
			]
		}
	JSON
}

test_several_runs_of_dpkg_are_told_once() {
	receiver
	failure=3 upgradable 3
	upgrade_in_steps 1 3
	jq --compact-output '[.result, .success, .runs, (.packages | length),
		([.packages[] | select(.outcome == "failed")] | length)]' /messages >/summary
	expect_file /summary <<<'["failed",false,3,3,1]'
}

test_a_veto_is_told() {
	receiver
	hook Pre-Install-Pkgs/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/800-veto::On-Failure "abort";' >>$settings
	package app 1
	apt_fails install app
	expect_message <<-'JSON'
		{
			"command": "apt-get --yes install app",
			"result": "aborted",
			"success": false,
			"runs": 0,
			"packages": [
				{"name": "app", "architecture": "all", "operation": "install",
				 "old_version": null, "new_version": "1", "outcome": null}
			]
		}
	JSON
}

test_a_veto_before_the_packages_are_known_is_told() {
	receiver
	hook Session-Start/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Session-Start/800-veto::On-Failure "abort";' >>$settings
	package app 1
	apt_fails install app
	expect_message <<-'JSON'
		{
			"command": "unknown",
			"result": "aborted",
			"success": false,
			"runs": 0,
			"packages": []
		}
	JSON
}

test_the_address_is_on_no_command_line() {
	local line
	receiver
	mv /usr/bin/curl /usr/bin/curl.real
	hook /usr/bin/curl <<-'SCRIPT'
		#!/bin/sh
		printf '%s\n' "$*" >>/command-lines
		exec /usr/bin/curl.real "$@"
	SCRIPT
	package app 1
	apt_succeeds install app
	wait_for_sessions
	line=$(cat /command-lines)
	[[ $line == *--config* && $line != *secret* ]] || fail "it is: $line"
	expect_equal 1 "$(wc -l </messages)"
}

test_a_service_that_is_not_there_is_in_the_log() {
	use_webhook
	package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end tell-webhook 'curl: (7)'
	# As the header says.
	apt-universal-hooks log --failed | has -F "$(header_of tell-webhook Place)" ||
		fail "$(apt-universal-hooks log --failed)"
}

test_a_service_that_does_not_take_it_is_in_the_log() {
	receiver 403
	package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end tell-webhook 403
}

as_text() {
	sed -i 's/^format=json .*/format=text/' "$(header_of tell-webhook Place)"
}

# Compares the text of the only message, which must have nothing else, with stdin.
expect_text() {
	wait_for_sessions
	expect_equal 1 "$(wc -l </messages)" "messages: $(cat /messages)"
	expect_equal text "$(jq --raw-output 'keys[]' /messages)"
	jq --raw-output .text /messages | sed "s/^$(uname -n): /HOST: /" >/text
	expect_file /text
}

test_a_channel_gets_a_text() {
	receiver
	as_text
	package old 1
	package app 1
	package lib 1
	apt_succeeds install app old lib
	wait_for_sessions
	: >/messages
	package app 2
	postinst='exit 1' package lib 2
	publish
	apt_fails install app lib old-
	expect_text <<-'TEXT'
		HOST: failed: apt-get --yes install app lib old-
		upgrade of app 1 → 2
		upgrade of lib 1 → 2: failed
		remove of old 1
	TEXT
}

# Slack would call everybody in the channel, and JSON would end at the quote.
test_a_channel_gets_special_characters_as_they_are() {
	receiver
	as_text
	package app 1
	# shellcheck disable=SC1003 # a backslash
	apt_succeeds -o 'My::Option=<!channel> & "\' install app
	expect_text <<-'TEXT'
		HOST: ok: apt-get --yes -o My::Option='&lt;!channel&gt; &amp; \' install app
		install of app 1
	TEXT
}

test_a_channel_is_not_flooded() {
	local n
	receiver
	as_text
	for n in {01..33}; do
		package "app$n" 1
	done
	apt_succeeds install app{01..33}
	wait_for_sessions
	expect_equal 32 "$(jq --raw-output .text /messages | wc -l)" lines
	expect_equal 'and 3 more' "$(jq --raw-output .text /messages | tail -n 1)"
}

test_a_service_that_does_not_answer_does_not_delay_apt() {
	receiver
	kill -STOP $receiver
	package app 1
	apt_succeeds install app
	[[ ! -e /var/log/apt/universal-hooks-term.log ]] ||
		! grep -q 'curl: (28)' /var/log/apt/universal-hooks-term.log || fail 'apt has waited'
	wait_for_sessions
	expect_failure_at_the_end tell-webhook 'curl: (28)'
}
