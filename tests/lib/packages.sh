# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: creating packages in a local archive.

repository=/repository
archive_is_stale=
# Set while a file is read whose packages run-tests has created before.
are_packages_there=

# package NAME VERSION [FIELD: VALUE]...: creates a package, with architecture all by default.
# Variables in front of the call provide its maintainer scripts and its conffile:
#     postinst='exit 1' conffile=/etc/app.conf package app 1 'Depends: lib'
# The package ships the contents of the directory $files.
package() {
	local name=$1 version=$2 tree script field=
	[[ -z $are_packages_there ]] || return 0
	shift 2
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	mkdir "$tree/DEBIAN"
	if [[ $* != *Architecture:* ]]; then
		field='Architecture: all'
	fi
	printf '%s\n' "Package: $name" "Version: $version" "$@" ${field:+"$field"} \
		'Maintainer: Nobody <nobody@localhost>' 'Description: made for a test' \
		>"$tree/DEBIAN/control"
	for script in preinst postinst prerm postrm; do
		if [[ -n ${!script-} ]]; then
			printf '#!/bin/sh\n%s\n' "${!script}" >"$tree/DEBIAN/$script"
			chmod 755 "$tree/DEBIAN/$script"
		fi
	done
	if [[ -n ${conffile-} ]]; then
		mkdir -p "$tree/${conffile%/*}"
		printf '%s\n' "$version" >"$tree/$conffile"
		printf '%s\n' "$conffile" >"$tree/DEBIAN/conffiles"
	fi
	if [[ -n ${files-} ]]; then
		cp -a "$files/." "$tree"
	fi
	dpkg-deb -Znone --root-owner-group --build "$tree" "$repository" >/dev/null
	rm -r "$tree"
	archive_is_stale=yes
}

# Updates apt's package lists. apt_succeeds and similar functions do so themselves.
publish() {
	local deb
	[[ -n $archive_is_stale ]] || return 0
	for deb in "$repository"/*.deb; do
		dpkg-deb --field "$deb"
		printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" \
			"$(stat --format=%s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
	done >"$repository/Packages"
	apt-get -qq update
	archive_is_stale=
}

# unattended-upgrade upgrades only from archives with an allowed origin.
sign_the_archive() {
	publish
	printf 'Origin: Tests\nSuite: tests\nDate: %s\nSHA256:\n %s %s Packages\n' \
		"$(date --utc --rfc-email)" \
		"$(sha256sum "$repository/Packages" | cut -d ' ' -f 1)" \
		"$(stat --format=%s "$repository/Packages")" >"$repository/Release"
	apt-get -qq update
}

# Further settings come from stdin.
let_unattended-upgrade_take_ours() {
	printf '%s\n' '#clear Unattended-Upgrade::Origins-Pattern;' \
		'Unattended-Upgrade::Origins-Pattern:: "origin=Tests";' "$(cat)" \
		>/etc/apt/apt.conf.d/99unattended-upgrades-of-tests
}
