# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Disposable chroots, from the archive that the machine itself uses.

release_of_this_machine() {
	# shellcheck source=/dev/null
	(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME-}")
}

# Prints the lines of sources.list for a release: those of this machine, or, if it has none, one
# for that release in the archive of the machine's own release.
sources_of() {
	local release=$1 lines
	# shellcheck disable=SC2016 # apt-get expands these
	lines=$(apt-get indextargets \
		--format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(CODENAME)|$(RELEASE)|$(REPO_URI)' \
		'Created-By: Packages' |
		awk -F '|' -v release="$release" '
			$1 != "Debian" || $3 != "main" { next }
			$4 == release || $4 == release "-updates" || $4 == release "-security" {
				found[++count] = "deb " $6 " " $5 " main"
			}
			$2 == "Debian" && archive == "" { archive = $6 }
			END {
				if (count == 0 && archive != "")
					found[++count] = "deb " archive " " release " main"
				for (i = 1; i <= count; i++)
					print found[i]
			}' | sort -u)
	[[ -n $lines ]] ||
		die "apt knows no Debian archive with $release; run apt-get update"
	printf '%s\n' "$lines"
}

# Chooses the archive for bootstrap and put_upon_base; with $without_updates, the release alone.
# Others may be choosing the same.
choose_the_archive() {
	local release=$1 new
	export TESTS_ARCHIVE=$TESTS_WORK/archive-of-$1${without_updates:+-alone}
	[[ ! -d $TESTS_ARCHIVE ]] || return 0
	new=$(mktemp --directory "$TESTS_WORK/archive.XXXXXX")
	apt-config dump --no-empty |
		grep -E '^Acquire::(https?|ftp|Check-[A-Za-z-]+|Retries|ForceIPv4)\b' \
			>"$new/way-there" || true
	# The Release file of sid is valid for a week only, and a mirror may be older.
	[[ $release != sid ]] ||
		printf 'Acquire::Check-Valid-Until "false";\n' >>"$new/way-there"
	sources_of "$release" | grep "${without_updates:+ $release main$}" >"$new/sources.list" &&
		chmod 755 "$new" &&
		{ mv --no-target-directory "$new" "$TESTS_ARCHIVE" || [[ -d $TESTS_ARCHIVE ]]; }
}

# bootstrap RELEASE TARGET [OPTION]...: runs mmdebstrap with the machine's archive and proxies.
bootstrap() {
	local release=$1 target=$2
	shift 2
	choose_the_archive "$release" || return
	if grep -q '^deb https:' "$TESTS_ARCHIVE/sources.list"; then
		set -- --include=ca-certificates "$@"
	fi
	quietly mmdebstrap --mode=root --variant=apt \
		--aptopt="$TESTS_ARCHIVE/way-there" --aptopt='Acquire::Languages "none"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		"$@" "$release" "$target" "$TESTS_ARCHIVE/sources.list"
}

# make_base BASE RELEASE DEB [OPTION]...: creates a system where apt has installed DEB, with the
# addon of the same build in /. Afterwards its only archive is a local one, since tests create the
# packages that they install. The options are for bootstrap.
make_base() {
	local base=$1 release=$2 deb=$3 addon=("${3%/*}"/dh-universal-hooks_*.deb)
	shift 3
	[[ ${#addon[@]} == 1 && -f ${addon[0]} ]] || die "not exactly one addon beside $deb"
	# shellcheck disable=SC2016 # "$1" is for the shell that mmdebstrap starts
	bootstrap "$release" "$base" "$@" \
		--include=mount,bsdutils,aptitude,unattended-upgrades,bash-completion,zsh \
		--dpkgopt='path-include=/usr/share/man/man*/*universal-hooks*' \
		--customize-hook="upload '$deb' /apt-plugin-universal-hooks.deb" \
		--customize-hook="upload '${addon[0]}' /dh-universal-hooks.deb" \
		--customize-hook='chroot "$1" env --unset=TMPDIR apt-get install --yes /apt-plugin-universal-hooks.deb' &&
		cut_off_from_the_archive "$base"
}

cut_off_from_the_archive() {
	local base=$1
	# Without apt-utils, dpkg-preconfigure would print a message for each .deb.
	rm -f "$base"/etc/apt/apt.conf.d/{70debconf,99mmdebstrap} "$base"/etc/apt/sources.list.d/* &&
		printf 'deb [trusted=yes] file:/repository ./\n' >"$base/etc/apt/sources.list" &&
		mkdir "$base/repository" &&
		: >"$base/repository/Packages" &&
		quietly chroot "$base" apt-get update
}

# put_upon_base BASE ROOM PACKAGE...: installs packages from the archive that was chosen last, in an
# overlay on BASE: pass ROOM/upper:BASE to in_a_copy_of. "a|b" means the first that exists. ROOM must
# not exist; it becomes a tmpfs.
put_upon_base() {
	local base=$1 room=$2 archive=$2/upper/archive
	shift 2
	mkdir "$room" && mount -t tmpfs -o mode=755 tmpfs "$room" &&
		mkdir -p "$archive/lists/partial" &&
		cp -a "$TESTS_ARCHIVE/." "$archive" || return
	quietly unshare --mount --pid --fork --kill-child -- \
		"$top/tests/lib/in-overlay" "$base" "$room" sh -ec '
			export APT_CONFIG=/archive/way-there
			printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
			chmod 755 /usr/sbin/policy-rc.d
			from_archive() {
				apt-get -o Dir::Etc::SourceList=/archive/sources.list \
					-o Dir::State::Lists=/archive/lists "$@"
			}
			first_of() {
				for package; do
					! from_archive --simulate install "$package" >/dev/null 2>&1 ||
						{ echo "$package" && return; }
				done
				echo "the archive has none of $*" >&2
				return 1
			}
			[ -e /archive/lists/lock ] || from_archive update
			wanted=
			for choice; do
				case $choice in
				*"|"*) choice=$(first_of $(echo "$choice" | tr "|" " ")) ;;
				esac
				wanted="$wanted $choice"
			done
			from_archive install --yes --no-install-recommends $wanted
			apt-get clean' sh "$@" &&
		keep_lists "$archive/lists" && rm -r "$archive"
}

# So that the package lists of an archive are downloaded once. Others may be doing the same.
keep_lists() {
	local new
	[[ ! -d $TESTS_ARCHIVE/lists ]] || return 0
	new=$(mktemp --directory "$TESTS_WORK/lists.XXXXXX") && cp -a "$1/." "$new" &&
		{ mv --no-target-directory "$new" "$TESTS_ARCHIVE/lists" || [[ -d $TESTS_ARCHIVE/lists ]]; }
}

# in_a_copy_of BASE COMMAND...: runs a command in a disposable copy of BASE with its own mount and
# pid namespaces and terminals; with TESTS_OFFLINE also with a network that has only loopback.
# /tests is the directory of the tests. The command gets SIGKILL after $limit seconds (900). See
# in-overlay for other forms of BASE.
in_a_copy_of() {
	local base=$1 room status=0
	shift
	room=$(mktemp --directory "$TESTS_WORK/room.XXXXXX")
	in_a_room_upon "$base" "$room" "$@" || status=$?
	rmdir "$room"
	return "$status"
}

# in_a_room_upon BASE ROOM COMMAND...: the same; what changed is in ROOM/upper if ROOM is a mount point.
in_a_room_upon() {
	# unshare ignores all other signals.
	timeout --foreground --signal=KILL "${limit-900}" \
		unshare --mount --pid ${TESTS_OFFLINE:+--net} --fork --kill-child -- \
		"$top/tests/lib/in-overlay" "$@" </dev/null
}
