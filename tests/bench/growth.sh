# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2016 # variables of room.sh; texts for shells in the room
# The group growth of tests/bench/run: what the work of the helper and of the command costs on a big
# system: 5,000 installed packages, up to 10,000 hooks and settings, and a log of a million stanzas. All
# of it is generated in the room, in /sizes, and "use" puts what a run needs in its place.

settings=/etc/apt/apt.conf.d/50-sizes.conf
command=/usr/bin/apt-universal-hooks

bench_growth() {
	furnish_room_for_apt
	install_5000_packages
	names 10 | stream >"$room/sizes/stream-plain"
	growth_of_requirements
	growth_of_results
	growth_of_hooks
	growth_of_settings
	growth_of_disabled
	growth_of_unknown_packages
	growth_of_transactions
	growth_of_logs
	growth_of_nothing
	rm -rf "$room/sizes" "${room:?}$settings" "$room/var/lib/dpkg/status"
	clear_trees
}

# grow KEY LIMIT TITLE ...: like contest, in few rounds, since slow programs tell apart without many.
grow() {
	local key=$1 limit=$2 title=$3
	shift 3
	contest "growth/$key" "$limit" "$title" --rounds 21 --seconds 2 "$@"
}

# exponent KEY TITLE SIZES [OPTION]... -- PROGRAM...: a row with the exponent, for work that must be linear.
exponent() {
	local key=$1 title=$2 sizes=$3
	shift 3
	grow "$key" 1.2 "$title: exponent" --sizes "0,$sizes" "$@"
}

# peak_of_helper KEY TITLE ..., peak_of_command KEY TITLE ...: a row with the peak of memory, in MiB.
peak_of_helper() { peak 16 --memory "$@"; }
peak_of_command() { peak 64 --memory-of-all "$@"; } # it asks libapt-pkg in a child
peak() {
	local limit=$1 option=$2 key=$3 title=$4
	shift 4
	contest "growth/memory/$key" "$limit" "Peak memory of $title: MiB" --rounds 1 "$option" "$@"
}

# prove COUNT REGEX COMMAND...: dies unless the command, run in the room, prints as many lines that match.
prove() {
	local count=$1 regex=$2 found
	shift 2
	in_room "$@" >"$TESTS_WORK/printed" 2>&1 || true # check ends with 1 if it finds something
	found=$(grep -cE -- "$regex" "$TESTS_WORK/printed" || true)
	((found == count)) || {
		head -n 20 "$TESTS_WORK/printed" >&2
		die "\"${*:1:5}\" printed $found lines with \"$regex\" instead of $count"
	}
}

furnish_room_for_apt() {
	local programs=(/usr/bin/{apt-cache,apt-config,apt-get,dpkg,env,find,tail,timeout} /bin/{cp,sleep})
	cp -L "${programs[@]}" "$room/usr/bin"
	bring_libraries_of "${programs[@]}" "$room$command"
	mkdir -p "$room"/etc/apt/{preferences.d,sources.list.d,trusted.gpg.d} "$room/sizes" \
		"$room/var/lib/apt/lists/partial" "$room/var/cache/apt/archives/partial" "$room/usr/lib/locale"
	[[ ! -d /usr/lib/locale/C.utf8 ]] || cp -a /usr/lib/locale/C.utf8 "$room/usr/lib/locale"
	cp /etc/passwd /etc/group "$room/etc"
	cp -a --parents /usr/share/dpkg "$room"
	rm -r "${room:?}${tree:?}" # now a symlink
	program use <<-EOF
		for what; do
			case \$what in
			tree-*) ln -sfn "/sizes/\$what" $tree ;;
			settings-*) cp "/sizes/\$what" $settings ;;
			log-*) ln -f "/sizes/\$what" /var/log/apt/universal-hooks.log ;;
			esac
		done
	EOF
	program helper-at <<-EOF
		APT_HOOK_INFO_FD=3 exec $helper "\$1" 3<"/sizes/\$2"
	EOF
	program results-at <<-EOF
		rm -rf $state
		helper-at "\$@" 2>/dev/null
		cat $state/*.runs
	EOF
	program helper-and-dpkg-query <<-EOF
		APT_HOOK_INFO_FD=3 $helper "\$1" 3<"/sizes/\$2"
		exec dpkg-query --show
	EOF
}

# program NAME: a shell script in the room, whose text is on stdin.
program() {
	{ printf '#!/bin/sh\n' && cat; } >"$room/usr/bin/$1"
	chmod 755 "$room/usr/bin/$1"
}

# A database of dpkg in which all is configured, with lists of files. Packages of Debian have 900 bytes
# and five relations on average, too; these have no Depends, so that each can be removed alone.
install_5000_packages() {
	{ names 5000 | awk '$1 != "dpkg" && count++ < 4999' && printf 'dpkg\n'; } |
		sort >"$TESTS_WORK/installed"
	rm -f "$room"/var/lib/dpkg/info/*
	awk -v info="$room/var/lib/dpkg/info" '{
		printf "Package: %s\nStatus: install ok installed\nPriority: optional\nSection: misc\n", $1
		printf "Installed-Size: %d\nMaintainer: Nobody <nobody@localhost>\n", NR
		printf "Architecture: amd64\nVersion: 1.0-1\nReplaces: %s-old (<< 1.0)\nSuggests: ", $1
		for (i = 1; i <= 3; i++)
			printf "%s-%d (>= 1.%d), ", $1, i, i
		printf "none\nDescription: package %d\n", NR
		for (i = 0; i < 7; i++)
			printf " A line of a description as long as most are, the %dth of this package.\n", i
		printf "\n"
		list = info "/" $1 ".list"
		printf "/.\n/usr\n/usr/share\n/usr/share/doc\n" >list
		printf "/usr/share/doc/%s\n/usr/share/doc/%s/copyright\n", $1, $1 >list
		close(list)
	}' "$TESTS_WORK/installed" >"$room/var/lib/dpkg/status"
	prove 5000 '.' dpkg-query --show
	know_the_other_packages
}

# Package lists with all names that apt knows on this machine but 1,000.
know_the_other_packages() {
	names 10000 | comm -23 - "$TESTS_WORK/installed" |
		awk 'NR % 4 == 1 && count++ < 1000' >"$TESTS_WORK/unknown"
	printf 'deb [trusted=yes] file:/archive ./\n' >"$room/etc/apt/sources.list"
	comm -23 "$TESTS_WORK/pkgnames" "$TESTS_WORK/unknown" | awk '{
		printf "Package: %s\nVersion: 1.0-2\nArchitecture: amd64\n", $1
		printf "Filename: ./%s.deb\nSize: 1\nSHA256: %064d\nDescription: package\n\n", $1, NR
	}' >"$room/var/lib/apt/lists/_archive_._Packages"
	prove "$(wc -l <"$TESTS_WORK/installed")" 'Candidate: 1.0-2' sh -c \
		'apt-cache policy $(dpkg-query --show --showformat="\${Package} ")'
}

# installed COUNT: names of installed packages, evenly chosen, sorted.
installed() {
	awk -v count="$1" 'int(NR * count / 5000) > int((NR - 1) * count / 5000)' "$TESTS_WORK/installed"
}

# scripts DIRECTORY COUNT: that many static programs that do nothing.
scripts() {
	mkdir -p "$1"
	(($2 > 0)) || return 0
	cp "$room/usr/bin/empty-static" "$1/00001"
	perl -e 'for (2 .. $ARGV[1]) { link "$ARGV[0]/00001", sprintf "%s/%05d", $ARGV[0], $_ or die $! }' \
		"$1" "$2"
}

# new_tree NAME: makes an empty tree in /sizes, and prints where it is.
new_tree() {
	cp -a "$TESTS_WORK/empty-tree" "$room/sizes/tree-$1"
	printf '%s\n' "$room/sizes/tree-$1"
}

# setting FIRST LAST TEXT: a line of apt.conf for each number, with its five digits for each %05d in TEXT.
setting() {
	seq -f %05g "$1" "$2" | awk -v text="Universal-Hooks::$3;" '{
		line = text
		gsub(/%05d/, $1, line)
		print line
	}'
}

# with_settings FILE: puts the settings in the file into a stream, as apt passes them.
with_settings() {
	sed 's/ "\(.*\)";$/=\1/' "$1" >"$TESTS_WORK/lines"
	sed "1r $TESTS_WORK/lines"
}

in_the_plan=Universal-Hooks::Scripts::Pre-Install-Pkgs

# Rows 1 and 6: 100 scripts, each with a package that it requires.
growth_of_requirements() {
	local count words
	scripts "$(new_tree requires)/Pre-Install-Pkgs" 100
	for count in 1 100; do
		installed 100 | awk -v key="$in_the_plan" -v count="$count" 'NR <= count {
			printf "%s/%05d::Requires:: \"%s (>= 1.0)\";\n", key, NR, $1
		}' >"$room/sizes/settings-installed-$count"
		setting 1 "$count" 'Scripts::Pre-Install-Pkgs/%05d::Requires:: "no-such-%05d"' \
			>"$room/sizes/settings-missing-$count"
	done
	with_settings "$room/sizes/settings-installed-100" \
		<"$room/sizes/stream-plain" >"$room/sizes/stream-versions"
	sed '/Requires/s/ (>= 1.0)//' "$room/sizes/stream-versions" >"$room/sizes/stream-installed"
	with_settings "$room/sizes/settings-missing-100" \
		<"$room/sizes/stream-plain" >"$room/sizes/stream-missing"
	in_room use tree-requires
	for count in plain installed versions; do
		prove 100 'exit 0' results-at Pre-Install-Pkgs "stream-$count"
	done
	prove 100 'skipped .Requires' results-at Pre-Install-Pkgs stream-missing
	grow requires/helper 1.5 '100 scripts with Requires, over those without and dpkg-query' \
		--clear "$state" \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-installed \
		-- /usr/bin/helper-and-dpkg-query Pre-Install-Pkgs stream-plain
	grow requires/versions 1.5 '... that name versions' \
		--clear "$state" \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-versions \
		-- /usr/bin/helper-and-dpkg-query Pre-Install-Pkgs stream-plain
	in_room use settings-missing-100
	prove 100 'no-such-' "$command" check
	for words in 'plan apt-get remove dpkg' 'why --all dpkg'; do
		# shellcheck disable=SC2086 # split into words
		prove 100 'no-such-' "$command" $words
	done
	requirements missing 1 check
	requirements missing 0 plan apt-get remove dpkg
	requirements missing 0 why --all dpkg
	requirements installed 0 check
	requirements installed 0 plan apt-get remove dpkg
	requirements installed 0 why --all dpkg
	rm "$room$settings"
}

requirements() {
	local kind=$1 status=$2
	shift 2
	grow "requires/$kind/$1" 1.5 "$1 of 100 Requires that are $kind, over one" --status "$status" \
		--before "use settings-$kind-\$SIZE" -- SIZE=100 "$command" "$@" -- SIZE=1 "$command" "$@"
}

# Row 5: the packages of the transaction, whose outcome a script of Post-Invoke asks for.
growth_of_results() {
	local count fields='${Package}\t${Architecture}\t${db:Status-Status}\t${Version}\n'
	scripts "$(new_tree results)/Post-Invoke" 1
	in_room use tree-results
	program result <<-EOF
		printf 'RESULT=%s\n' "\$APT_UNIVERSAL_HOOKS_RESULT"
	EOF
	installed 100 | stream >"$room/sizes/stream-100"
	cp "$room/usr/bin/result" "$room/sizes/tree-results/Post-Invoke/00002"
	prove 1 'RESULT=ok' sh -c "APT_HOOK_INFO_FD=0 $helper Pre-Install-Pkgs </sizes/stream-100
		touch /var/lib/dpkg/status; $helper Post-Invoke"
	rm "$room/sizes/tree-results/Post-Invoke/00002"
	for count in 100 300 1000 3000; do
		installed "$count" | stream >"$room/sizes/stream-$count"
		grow "result/$count" 1.15 "RESULT of $count packages, over dpkg-query of all 5,000" --together \
			--before "APT_HOOK_INFO_FD=0 $helper Pre-Install-Pkgs </sizes/stream-$count
				touch /var/lib/dpkg/status" \
			-- "$helper" Post-Invoke -- /usr/bin/dpkg-query --show --showformat="$fields"
	done
}

# Hooks alone: a setting of their directory leaves them out, since to run them takes longer.
growth_of_hooks() {
	local count
	for count in 0 1000 3000 10000; do
		scripts "$(new_tree "hooks-$count")/Pre-Install-Pkgs" "$count"
	done
	setting 1 1 'Scripts::Pre-Install-Pkgs::Enabled "false"' >"$room/sizes/settings-hooks"
	with_settings "$room/sizes/settings-hooks" <"$room/sizes/stream-plain" >"$room/sizes/stream-hooks"
	in_room use tree-hooks-10000
	prove 10000 'skipped .Enabled' results-at Pre-Install-Pkgs stream-hooks
	prove 10000 'Pre-Install-Pkgs/[0-9]+.*enabled' "$command" list
	exponent hooks/helper 'Pre-Install-Pkgs with 10,000 hooks' 1000,3000,10000 \
		--clear "$state" --before 'use tree-hooks-$SIZE' \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-hooks
	exponent hooks/list 'list of 10,000 hooks' 1000,3000,10000 \
		--before 'use tree-hooks-$SIZE' -- "$command" list
	exponent hooks/check 'check of 10,000 hooks' 1000,3000,10000 \
		--before 'use tree-hooks-$SIZE' -- "$command" check
	in_room use tree-hooks-10000
	peak_of_helper hooks 'Pre-Install-Pkgs with 10,000 hooks' --clear "$state" \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-hooks
	peak_of_command list 'list of 10,000 hooks' -- "$command" list
	peak_of_command check 'check of 10,000 hooks' -- "$command" check
}

# Rows 2 and 11: settings of a few hooks in one file, and a setting for each of many hooks.
growth_of_settings() {
	local count root
	scripts "$(new_tree few)/Pre-Install-Pkgs" 100
	printf '' >"$room/sizes/settings-0"
	for count in 1000 1600 3000 10000; do
		seq 1 "$count" | awk -v key="$in_the_plan" \
			'{ printf "%s/%05d::Arguments:: \"word-%d\";\n", key, ($1 - 1) % 100 + 1, $1 }' \
			>"$room/sizes/settings-$count"
	done
	in_room use tree-few settings-1600
	prove 1600 'Arguments:: ' apt-config dump
	prove 1 '100 hooks, no problems found' "$command" check
	program check-and-dump <<-EOF
		$command check
		export APT_CONFIG=/sizes/settings-1600
		apt-config dump
		apt-config dump
		exec apt-config dump
	EOF
	grow settings/check 1 'check of 1,600 settings, over one of none and 3 apt-config dump' \
		--before 'use settings-$SIZE' -- SIZE=1600 "$command" check -- SIZE=0 /usr/bin/check-and-dump
	exponent settings/check-growth 'check of 10,000 settings' 1000,3000,10000 \
		--before 'use settings-$SIZE' -- "$command" check
	rm "$room$settings"

	for count in 0 1000 3000 10000; do
		setting 1 "$count" 'Scripts::Pre-Install-Pkgs/%05d::Enabled "false"' >"$TESTS_WORK/each"
		with_settings "$TESTS_WORK/each" <"$room/sizes/stream-plain" >"$room/sizes/stream-settings-$count"
	done
	in_room use tree-hooks-10000
	prove 10000 'skipped .Enabled' results-at Pre-Install-Pkgs stream-settings-10000
	exponent settings/each '10,000 hooks with a setting each' 1000,3000,10000 \
		--clear "$state" --before 'use tree-hooks-$SIZE' \
		-- /bin/sh -c 'exec helper-at Pre-Install-Pkgs stream-settings-$SIZE'
	peak_of_helper settings '10,000 hooks with a setting each' --clear "$state" \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-settings-10000

	root=$(new_tree others)
	scripts "$root/Post-Invoke" 10000
	scripts "$root/Pre-Install-Pkgs" 100
	for count in 0 1000 3000 10000; do
		sed 's/Pre-Install-Pkgs/Post-Invoke/' \
			"$room/sizes/stream-settings-$count" >"$room/sizes/stream-others-$count"
	done
	in_room use tree-others
	prove 100 'exit 0' results-at Pre-Install-Pkgs stream-others-10000
	exponent settings/others '100 hooks, 10,000 settings for others' 1000,3000,10000 \
		--clear "$state" -- /bin/sh -c 'exec helper-at Pre-Install-Pkgs stream-others-$SIZE'
}

# Row 3.
growth_of_disabled() {
	local own=/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf hooks
	scripts "$(new_tree disabled)/Pre-Install-Pkgs" 1001
	mapfile -t hooks < <(seq -f 'Pre-Install-Pkgs/%05g' 1 1000)
	in_room use tree-disabled
	prove 100 ' is disabled' "$command" disable "${hooks[@]:0:100}"
	prove 100 'Enabled "false"' cat "$own"
	rm "$room$own"
	grow disable/many 1 'disable of 1,000 hooks: seconds' --before "rm -f $own" \
		-- "$command" disable "${hooks[@]}"
	in_room "$command" disable "${hooks[@]}" >/dev/null
	mv "$room$own" "$room/sizes/1000-disabled"
	grow disable/one 2 'disable of one hook with 1,000 disabled, over none' \
		--before "rm -f $own; [ \$SIZE = 0 ] || cp /sizes/1000-disabled $own" \
		-- SIZE=1000 "$command" disable Pre-Install-Pkgs/01001 \
		-- SIZE=0 "$command" disable Pre-Install-Pkgs/01001
	rm -f "$room$own"
}

# Row 4: hooks for packages that apt does not know, under names of real ones.
growth_of_unknown_packages() {
	local count root
	for count in 10 1000; do
		root=$(new_tree "unknown-$count")
		sed "${count}q" "$TESTS_WORK/unknown" | while read -r name; do
			printf '%s\n' "$root/pkgs/$name/Post-Invoke"
		done | xargs mkdir -p
		find "$root/pkgs" -name Post-Invoke -exec cp "$room/usr/bin/empty-static" {}/010-script \;
	done
	in_room use tree-unknown-10
	prove 10 'unknown package' "$command" check
	grow unknown 5 'check of 1,000 packages that apt does not know, over 10' \
		--status 1 --before 'use tree-unknown-$SIZE' \
		-- SIZE=1000 "$command" check -- SIZE=10 "$command" check
}

# Row 7, and the packages of a transaction.
growth_of_transactions() {
	local names count root
	mapfile -t names < <(installed 100)
	in_room use tree-few
	prove 100 '"package":' "$command" why --json "${names[@]}"
	grow why 3 'why with 100 packages, over apt-cache policy' \
		-- "$command" why "${names[@]}" -- /usr/bin/apt-cache policy "${names[@]}"
	program why <<-EOF
		exec $command why \$(cat "/sizes/names-\$SIZE")
	EOF
	program plan-removal <<-EOF
		exec $command plan apt-get remove \$(cat "/sizes/names-\$SIZE")
	EOF
	printf 'dpkg\n' >"$room/sizes/names-0"
	for count in 100 300 1000; do
		installed "$count" >"$room/sizes/names-$count"
	done
	prove 1 '^1000 packages: remove' env SIZE=1000 plan-removal
	exponent packages/why 'why with 1,000 packages' 100,300,1000 -- /usr/bin/why
	exponent packages/plan 'plan to remove 1,000 packages' 100,300,1000 -- /usr/bin/plan-removal

	root=$(new_tree transaction)
	scripts "$root/Pre-Install-Pkgs" 1
	scripts "$root/multi_pkgs/Pre-Install-Pkgs/lib__WILDCARD__" 1
	for count in 0 1000 3000 10000; do
		names "$count" | stream >"$room/sizes/stream-names-$count"
	done
	in_room use tree-transaction
	prove 2 'exit 0' results-at Pre-Install-Pkgs stream-names-10000
	exponent packages/helper 'Pre-Install-Pkgs with 10,000 packages, two hooks' 1000,3000,10000 \
		--clear "$state" -- /bin/sh -c 'exec helper-at Pre-Install-Pkgs stream-names-$SIZE'
	peak_of_helper packages 'Pre-Install-Pkgs with 10,000 packages' --clear "$state" \
		-- /usr/bin/helper-at Pre-Install-Pkgs stream-names-10000
}

# Rows 8 to 10: as many transactions, with one of 100 hooks each.
growth_of_logs() {
	local count log=/var/log/apt/universal-hooks.log words
	: >"$room/sizes/log-0"
	transactions 1000000 >"$room/sizes/log-1000000"
	for count in 1000 10000 30000; do
		tail -n "$((count * 10))" "$room/sizes/log-1000000" >"$room/sizes/log-$count"
	done
	program tail-and-start <<-EOF
		tail -n 50 $log
		exec $command --version
	EOF
	in_room use tree-hooks-1000 log-1000
	prove 1000 'apt-get install app' "$command" log
	prove 100 'pkgs/app' "$command" blame
	in_room use log-1000000
	prove 1 'apt-get install app-1000000' "$command" log --last
	prove 50 'apt-get install app' "$command" log -n 50
	prove 1 'Last transaction: 20' "$command" status
	# dpkg-query reads the lists of all packages meanwhile, to tell who owns a hook.
	grow list 2 'list of 1,000 hooks, over blame of the log' \
		-- "$command" list -- "$command" blame
	for words in 'log --last' 'log -n 50'; do
		# shellcheck disable=SC2086 # split into words
		grow "log/${words// /}" 3 "$words of 1,000,000 transactions, over tail" \
			-- "$command" $words -- /usr/bin/tail-and-start
	done
	for words in 'log --last' 'log -n 50' status; do
		# shellcheck disable=SC2086 # split into words
		grow "log/size/${words// /}" 1.2 "$words of 1,000,000 transactions, over 1,000" \
			--before 'use log-$SIZE' -- SIZE=1000000 "$command" $words -- SIZE=1000 "$command" $words
	done
	in_room use log-1000000
	for words in 'log --last' 'log -n 50' 'log --json' log status list blame; do
		# shellcheck disable=SC2086 # split into words
		peak_of_command "${words// /}" "$words of 1,000,000 transactions" -- "$command" $words
	done
	exponent log/json 'log --json of 30,000 transactions' 1000,10000,30000 \
		--before 'use log-$SIZE' -- "$command" log --json
	exponent log/blame 'blame of 30,000 transactions' 1000,10000,30000 \
		--before 'use log-$SIZE' -- "$command" blame

	# It grows by a transaction in each round.
	in_room use tree-results
	exponent log/helper 'Post-Invoke with a log of 1,000,000 transactions' 1000,30000,1000000 \
		--before "use log-\$SIZE; APT_HOOK_INFO_FD=0 $helper Pre-Install-Pkgs </stream-10" \
		-- "$helper" Post-Invoke
	prove 1 "Last transaction: $(date +%Y)" "$command" status
	peak_of_helper log 'Post-Invoke with a log of 1,000,000 transactions' \
		--before "APT_HOOK_INFO_FD=0 $helper Pre-Install-Pkgs </stream-10" -- "$helper" Post-Invoke
	rm -f "$room$log"
}

# transactions COUNT: prints a log.
transactions() {
	awk -v count="$1" 'BEGIN {
		for (i = 1; i <= count; i++) {
			date = sprintf("%d-%02d-%02d  %02d:%02d:%02d", 2000 + i / 40320, i / 3360 % 12 + 1,
				i / 120 % 28 + 1, i / 5 % 24, i % 5 * 12, 7)
			printf "Start-Date: %s\nStart-Offset: +00:00\n", date
			printf "Commandline: apt-get install app-%d\nTransaction: %d-%d\nResult: ok\n", \
				i, i % 30000 + 300, i
			printf "Hooks:\n Post-Invoke /etc/apt/universal-hooks/pkgs/app-%d/Post-Invoke/010-start", \
				i % 100
			printf " [app-%d] exit 0 12 ms\nEnd-Offset: +00:00\nEnd-Date: %s\n\n", i % 100, date
		}
	}'
}

# Rows 12 and 13: what decides for each name whether an editor has left it behind; an empty tree.
growth_of_nothing() {
	local line point
	in_room use tree-hooks-10000
	# Processor times, since most of it is the kernel's work.
	grow leftovers 1.1 'list of 10,000 hooks, in a UTF-8 locale over C' --together \
		-- LC_ALL=C.UTF-8 "$command" list -- LC_ALL=C "$command" list
	in_room use tree-hooks-0
	for point in Pre-Invoke Post-Invoke; do
		line=$(in_room apt-config dump "DPkg::$point" |
			sed -n 's/^DPkg::[^ ]*apt-universal-hooks "\(.*\)";$/\1/p')
		[[ $line == *"$helper"* ]] || die "there is no registration of $point: $line"
		grow "empty/${point,,}" 3 "$point registered, an empty tree, over an empty shell" \
			-- /bin/sh -c "$line" -- /bin/sh -c :
	done
}
