# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Building the package from a copy of the checkout, so that the checkout stays clean.

# Copies the files that git does not ignore, committed or not.
copy_the_tree() {
	local copy=$1 file files=()
	mkdir -p "$copy"
	# Under sudo, the checkout belongs to another user, so git would refuse it.
	while IFS= read -r -d '' file; do
		if [[ -e $top/$file || -L $top/$file ]]; then
			files+=("$file")
		fi
	done < <(git -c safe.directory="$top" -C "$top" ls-files -z \
		--cached --others --exclude-standard)
	((${#files[@]} > 0)) || die "git lists no file in $top"
	printf '%s\0' "${files[@]}" |
		tar --create --directory="$top" --null --files-from=- --owner=root --group=root |
		tar --extract --directory="$copy" --no-same-permissions
}

# build_the_package DIRECTORY RELEASE: builds in DIRECTORY/source, and leaves the .deb, .changes and
# .buildinfo files in DIRECTORY.
build_the_package() {
	local directory=$1 release=$2
	copy_the_tree "$directory/source" || return
	if [[ $release == "$(release_of_this_machine)" ]]; then
		(cd "$directory/source" && quietly dpkg-buildpackage -us -uc -b)
	else
		build_in_a_chroot "$directory" "$release"
	fi
}

# The same with the compiler, debhelper and libraries of another release. The options are for
# bootstrap; with $host_architecture it is a cross build, whose tests run by emulation, if at all.
build_in_a_chroot() {
	local directory=$1 release=$2
	shift 2
	mkdir "$directory/built"
	# shellcheck disable=SC2016 # "$1" is for the shell that mmdebstrap starts
	host=${host_architecture-} bootstrap "$release" /dev/null --format=null "$@" \
		--customize-hook="copy-in '$directory/source' /var/tmp" \
		--customize-hook='chroot "$1" env --unset=TMPDIR sh -ec "
			cd /var/tmp/source
			apt-get build-dep --yes --no-install-recommends \
				${host:+--host-architecture $host} ./
			DEB_BUILD_OPTIONS=\"${DEB_BUILD_OPTIONS-}\" \
				dpkg-buildpackage -us -uc -b ${host:+--host-arch $host}
			case \"${host:-nocheck} ${DEB_BUILD_OPTIONS-}\" in
			*nocheck*) ;;
			*) tests/lib/emulated-ctest obj-* ;;
			esac
			rm -rf /var/tmp/source"' \
		--customize-hook="sync-out /var/tmp '$directory/built'" &&
		mv "$directory/built"/{apt-plugin,dh}-universal-hooks* "$directory"
}

# As build daemons do, with the packages of the release alone.
build_elsewhere() {
	local without_updates=yes
	build_in_a_chroot "$@"
}

# Whether the machine can run programs of this architecture without an emulator.
can_run() {
	arch-test -n "$1" >/dev/null 2>&1
}

can_emulate() {
	"$top/tests/lib/with-emulation" "$1" arch-test "$1" >/dev/null 2>&1
}

# emulating ARCHITECTURE FUNCTION [ARGUMENT]...: calls a function of this file or of chroot.sh where
# programs of this architecture can run.
emulating() {
	local architecture=$1
	shift
	# shellcheck disable=SC2016 # expanded by the shell that runs there
	"$top/tests/lib/with-emulation" "$architecture" bash -euo pipefail -c '
		for library in common chroot build; do
			. "$1/tests/lib/$library.sh"
		done
		shift
		"$@"' "$0" "$top" "$@"
}

# native_build DIRECTORY RELEASE ARCHITECTURE: with its tests, in a chroot of that architecture.
native_build() {
	local directory=$1 release=$2 architecture=$3
	copy_the_tree "$directory/source" &&
		DEB_BUILD_OPTIONS=parallel=$(nproc) \
			build_elsewhere "$directory" "$release" --architectures="$architecture" &&
		[[ $(the_deb_in "$directory") == *_"$architecture".deb ]]
}

# cross_build DIRECTORY RELEASE ARCHITECTURE [nocheck]: without nocheck, call it by "emulating".
cross_build() {
	local directory=$1 release=$2 host_architecture=$3 nocheck=${4-}
	copy_the_tree "$directory/source" &&
		DEB_BUILD_OPTIONS="$nocheck parallel=$(nproc)" \
			DEB_BUILD_PROFILES="cross $nocheck" \
			build_elsewhere "$directory" "$release" \
			--architectures="$(dpkg --print-architecture),$host_architecture" \
			--include="crossbuild-essential-$host_architecture" &&
		[[ $(the_deb_in "$directory") == *_"$host_architecture".deb ]]
}

the_deb_in() {
	local debs=("$1"/apt-plugin-universal-hooks_*.deb)
	[[ ${#debs[@]} == 1 && -f ${debs[0]} ]] || die "$1 does not contain exactly one .deb of ours"
	printf '%s\n' "${debs[0]}"
}

# read_release_and_deb USAGE ARGUMENT...: sets release and deb, which is empty without --deb.
read_release_and_deb() {
	local usage=$1
	release=$(release_of_this_machine) deb=
	shift
	while (($# > 0)); do
		case $1 in
		--release) release=${2-} ;;
		--deb) deb=$(realpath -e "${2-}") ;;
		-h | --help) "$usage" && exit ;;
		*) "$usage" >&2 && die "unknown option \"$1\"" ;;
		esac
		shift $(($# > 1 ? 2 : 1))
	done
	[[ -n $release ]] || die 'cannot detect the release of this machine; use --release'
}

# Sets deb, unless it is set, and creates a system without it in TESTS_WORK/plain.
need_package_and_plain_system() {
	if [[ -z $deb ]]; then
		DEB_BUILD_OPTIONS=nocheck build_the_package "$TESTS_WORK/first" "$release" ||
			die 'the package cannot be built'
		deb=$(the_deb_in "$TESTS_WORK/first")
	fi
	bootstrap "$release" "$TESTS_WORK/plain" || die "there is no chroot of $release"
}
