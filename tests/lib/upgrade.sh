# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Creating a system of one release that can be upgraded to the next without a network.

next_release() {
	case $1 in
	bullseye) printf 'bookworm\n' ;;
	bookworm) printf 'trixie\n' ;;
	trixie) printf 'sid\n' ;;
	esac
}

# make_base_to_upgrade BASE FROM OLD_DEB TO NEW_DEB: creates a system of the release FROM where apt has
# installed OLD_DEB from an archive. Its sources are the release TO and an archive with NEW_DEB as a
# newer version, and it has downloaded all packages of the upgrade.
make_base_to_upgrade() {
	local base=$1 from=$2 old_deb=$3 to=$4 new_deb=$5 wares=$TESTS_WORK/wares
	mkdir "$wares" && cp "$old_deb" "$wares/old.deb" && cp "$new_deb" "$wares/new.deb" &&
		cp "$top"/tests/lib/{packages.sh,prepare-upgrade} "$wares" &&
		sources_of "$to" >"$wares/sources.list" || return
	# Merge /usr now, since the upgrade would install usrmerge, which fails on an overlay.
	# shellcheck disable=SC2016 # "$1" is for the shell that mmdebstrap starts
	bootstrap "$from" "$base" --skip=cleanup/apt \
		--setup-hook=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh \
		--customize-hook="copy-in '$wares' /" \
		--customize-hook='chroot "$1" env --unset=TMPDIR bash /wares/prepare-upgrade' &&
		rm -r "$wares" "$base/wares" &&
		# From here on nothing is downloaded, and the messages are those of a plain system.
		rm -f "$base"/etc/apt/apt.conf.d/{70debconf,99mmdebstrap} &&
		mkdir "$base/tests"
}
