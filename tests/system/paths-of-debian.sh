# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: fonts-dejavu-core desktop-file-utils
# Paths, with packages of Debian: what dpkg lists of them is what the script gets.

test_packages_of_Debian_have_the_paths_that_dpkg_lists() {
	local point
	for point in Pre-Install-Pkgs Post-Invoke; do
		hook "$point/fonts" <<-SCRIPT
			#!/bin/sh
			cp "\$APT_UNIVERSAL_HOOKS_MATCHED_PATHS" /fonts-$point
			cat "\$APT_UNIVERSAL_HOOKS_MATCHED" >>/runs
		SCRIPT
	done
	probe Post-Invoke/applications MATCHED
	probe Post-Invoke/kernel MATCHED
	cat >/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Install-Pkgs/fonts::Paths { "/usr/share/fonts/*"; "/etc/fonts/*"; };
		    Post-Invoke/fonts::Paths { "/usr/share/fonts/*"; "/etc/fonts/*"; };
		    Post-Invoke/applications::Paths { "/bin/update-desktop-database"; };
		    Post-Invoke/kernel::Paths { "/boot/vmlinuz-*"; };
		};
	EOF
	dpkg-query --listfiles fonts-dejavu-core | grep -E '^/(usr/share|etc)/fonts/' | LC_ALL=C sort >/listed
	(($(wc -l </listed) > 5)) || fail 'that is no package of fonts'
	apt_succeeds remove fonts-dejavu-core desktop-file-utils
	expect_file /fonts-Pre-Install-Pkgs </listed
	expect_file /fonts-Post-Invoke </listed
	expect_runs <<-'EOF'
		fonts-dejavu-core
		Post-Invoke/applications MATCHED={desktop-file-utils}
		fonts-dejavu-core
	EOF
	# Its configuration files have stayed.
	apt_succeeds purge fonts-dejavu-core
	expect_runs <<-'EOF'
		fonts-dejavu-core
		fonts-dejavu-core
	EOF
	grep -q '^/etc/fonts/' /fonts-Post-Invoke || fail 'the configuration files are missing'
}
