# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The part of tests/demo that happens in the chroot.
set -euo pipefail
. /tests/lib/packages.sh

hooks=/etc/apt/universal-hooks

drop_sample_script() {
	mkdir -p "${1%/*}"
	cat >"$1" <<-'SCRIPT'
		#!/bin/sh
		# Logs its own path and the packages in its list, if it has one.
		case ${1-} in
		--pkg_list=*) echo "$0 --pkg_list=FILE   (FILE holds: $(xargs <"${1#--pkg_list=}"))" ;;
		*) echo "$0" ;;
		esac >>/fired
	SCRIPT
	chmod 755 "$1"
	echo "     $1"
}

# transaction APT-GET-ARGUMENT...: shows which scripts ran, and compares them with stdin.
transaction() {
	cat >/expected
	: >/fired
	printf '\n   # apt-get %s\n' "$*"
	if ! apt-get --yes "$@" >/apt.output 2>&1 </dev/null || grep '^[WE]: ' /apt.output; then
		cat /apt.output
		echo 'apt failed.'
		exit 1
	fi
	sed 's/^/     /' /fired
	diff --unified --label expected --label fired /expected /fired || {
		echo 'These are not the expected scripts.'
		exit 1
	}
	echo '     ^ as expected'
}

package demo-lib 1
package demo-app 1 'Depends: demo-lib'
publish

echo '3. Dropping a sample script into every kind of directory'
drop_sample_script $hooks/Pre-Invoke/010-sample
for point in Pre-Install-Pkgs Post-Invoke; do
	drop_sample_script "$hooks/pkgs/demo-app/$point/010-sample"
	drop_sample_script "$hooks/multi_pkgs/$point/demo-__WILDCARD__/010-sample"
	drop_sample_script "$hooks/$point/010-sample"
done
drop_sample_script /usr/lib/apt/universal-hooks/Post-Invoke/020-sample-of-a-package

echo '4. Running apt, and showing which scripts ran, in this order'

# apt installs the library that the application depends on: two packages, one transaction.
transaction install demo-app <<-EOF
	$hooks/Pre-Invoke/010-sample
	$hooks/pkgs/demo-app/Pre-Install-Pkgs/010-sample
	$hooks/multi_pkgs/Pre-Install-Pkgs/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-app demo-lib)
	$hooks/Pre-Install-Pkgs/010-sample
	$hooks/pkgs/demo-app/Post-Invoke/010-sample
	$hooks/multi_pkgs/Post-Invoke/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-app demo-lib)
	$hooks/Post-Invoke/010-sample
	/usr/lib/apt/universal-hooks/Post-Invoke/020-sample-of-a-package
EOF

# An upgrade of the library does not run the scripts of the application.
package demo-lib 2
publish
transaction upgrade <<-EOF
	$hooks/Pre-Invoke/010-sample
	$hooks/multi_pkgs/Pre-Install-Pkgs/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-lib)
	$hooks/Pre-Install-Pkgs/010-sample
	$hooks/multi_pkgs/Post-Invoke/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-lib)
	$hooks/Post-Invoke/010-sample
	/usr/lib/apt/universal-hooks/Post-Invoke/020-sample-of-a-package
EOF

transaction remove demo-app <<-EOF
	$hooks/Pre-Invoke/010-sample
	$hooks/pkgs/demo-app/Pre-Install-Pkgs/010-sample
	$hooks/multi_pkgs/Pre-Install-Pkgs/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-app)
	$hooks/Pre-Install-Pkgs/010-sample
	$hooks/pkgs/demo-app/Post-Invoke/010-sample
	$hooks/multi_pkgs/Post-Invoke/demo-__WILDCARD__/010-sample --pkg_list=FILE   (FILE holds: demo-app)
	$hooks/Post-Invoke/010-sample
	/usr/lib/apt/universal-hooks/Post-Invoke/020-sample-of-a-package
EOF

printf '\nAll scripts ran as expected.\n'
