# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Under each frontend, a session is as long as the frontend keeps other programs out; docs/frontends.md
# says how long. PackageKit is in frontends.sh, with what it needs.
# Quick: all

# Session-End also calls apt, which no frontend may notice.
watch_sessions() {
	package extra 1
	probe Session-Start/start
	probe Pre-Invoke/pre
	probe Post-Invoke/post
	then='apt-get --quiet=2 --yes install extra >/extra.output 2>&1
		echo "extra: $?" >>/runs' probe Session-End/end RUNS RESULT SUCCESS TRANSACTION
}

the_session_ends() {
	apt-universal-hooks wait || fail "apt-universal-hooks wait exited with status $?"
	! has '^extra: [^0]' </runs || fail "apt failed in Session-End: $(cat /extra.output)"
}

# expect_session RUNS: stdin is the merged transaction, sorted. Only the first Session-End has
# something to install.
expect_session() {
	local runs=$1 run
	{
		echo Session-Start/start
		for ((run = 0; run < runs; ++run)); do
			printf '%s\n' Pre-Invoke/pre Post-Invoke/post
		done
		echo "Session-End/end RUNS=$runs RESULT=ok SUCCESS=1"
		sed 's/^/  /'
		[[ -n ${extra_is_there-} ]] || printf '%s\n' Pre-Invoke/pre Post-Invoke/post
		echo 'extra: 0'
	} >/expected.runs
	extra_is_there=yes
	{
		sed '/^Session-End/q' /runs
		sed -n '/^  /p' /runs | sort
		sed '1,/^Session-End/d; /^  /d' /runs
	} >/sorted.runs
	mv /sorted.runs /runs
	expect_runs </expected.runs
}

test_apt_and_apt-get_have_a_session_for_each_call() {
	package app 1 'Depends: lib'
	package lib 1
	watch_sessions
	apt_succeeds install app
	the_session_ends
	expect_session 1 <<-'EOF'
		app|all|install|-|1|done
		lib|all|install|-|1|done
	EOF
	apt --yes remove app >/apt.output 2>/apt.errors || fail "apt exited with status $?"
	the_session_ends
	expect_session 1 <<-'EOF'
		app|all|remove|1|-|done
	EOF
}

test_unattended-upgrade_has_one_session_for_ten_dpkg_runs() {
	local number
	for number in {0..9}; do
		package "app$number" 1
	done
	let_unattended-upgrade_take_ours <<<'Unattended-Upgrade::MinimalSteps "true";'
	apt_succeeds install app{0..9}
	for number in {0..9}; do
		package "app$number" 2
	done
	watch_sessions
	sign_the_archive
	silently unattended-upgrade </dev/null
	the_session_ends
	expect_session 10 < <(printf 'app%s|all|upgrade|1|2|done\n' {0..9})
}

test_python3-apt_has_a_session_for_each_commit() {
	package app 1
	package other 1
	watch_sessions
	publish
	cat >/commits <<-'PYTHON'
		import apt, os, subprocess
		cache = apt.Cache()
		for name in "app", "other":
		    cache[name].mark_install()
		    cache.commit()
		    subprocess.run(["apt-universal-hooks", "wait"], check=True)
		    os.rename("/runs", f"/runs.{name}")
		    open("/runs", "w").close()
		    cache.open()
	PYTHON
	silently python3 /commits </dev/null
	for name in app other; do
		mv "/runs.$name" /runs
		expect_session 1 <<<"$name|all|install|-|1|done"
	done
}

# The second commit may begin before anyone has noticed the end of the first session.
test_two_commits_in_a_row_are_in_one_session_each_or_in_one_for_both() {
	package app 1
	package other 1
	probe Session-Start/start
	probe Session-End/end TRANSACTION
	publish
	cat >/commits <<-'PYTHON'
		import apt
		cache = apt.Cache()
		for name in "app", "other":
		    cache[name].mark_install()
		    cache.commit()
		    cache.open()
	PYTHON
	silently python3 /commits </dev/null
	the_session_ends
	expect_equal "$(grep -c Session-Start /runs)" "$(grep -c Session-End /runs)"
	sed -n '/^  /p' /runs | sort >/runs.packages
	mv /runs.packages /runs
	expect_runs <<-'EOF'
		  app|all|install|-|1|done
		  other|all|install|-|1|done
	EOF
}

# If apt had the lock by then, aptitude would fail when it takes it back after its hooks.
test_aptitude_has_a_session_until_it_exits() {
	package app 1
	watch_sessions
	silently aptitude --assume-yes install app </dev/null
	the_session_ends
	expect_session 1 <<<'app|all|install|-|1|done'
}

# Each commit has a session, but the screen holds the lock until the next one.
test_the_screen_of_aptitude_has_a_session_for_each_commit() {
	package app 1
	package other 1
	watch_sessions
	publish
	/tests/lib/at-terminal 24 80 aptitude >/screen <<-'LINES' || fail "$(cat /screen)"
		await Not Installed Packages
		type /~n^app$\r
		type +g
		await to be installed
		type g
		await Return to continue
		type \r
		await Not Installed Packages
		type /~n^other$\r
		type +g
		await to be installed
		type g
		await Return to continue
		sh ! grep Session-End /runs
		type \r
		await Not Installed Packages
		type Q
		await Really quit
		type y
	LINES
	the_session_ends
	# The sessions end at the same time, in any order.
	sort /runs >/sorted.runs
	mv /sorted.runs /runs
	expect_runs <<-'EOF'
		  app|all|install|-|1|done
		  other|all|install|-|1|done
		Post-Invoke/post
		Post-Invoke/post
		Post-Invoke/post
		Pre-Invoke/pre
		Pre-Invoke/pre
		Pre-Invoke/pre
		Session-End/end RUNS=1 RESULT=ok SUCCESS=1
		Session-End/end RUNS=1 RESULT=ok SUCCESS=1
		Session-Start/start
		Session-Start/start
		extra: 0
		extra: 0
	EOF
}
