# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The settings Packages and Per-Package, which aim a script of any place at packages.

package linux-image-1 1
package linux-doc-1 1
package nvidia-driver 1
package nvidia-driver 2
package zsh-like 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

test_one_script_for_either_of_two_families_runs_once() {
	probe Pre-Install-Pkgs/a MATCHED
	probe Post-Invoke/a MATCHED WILDCARD OUTCOME
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Install-Pkgs/a::Packages { "linux-*"; "nvidia-*"; "!linux-doc*"; };
		Universal-Hooks::Scripts::Post-Invoke/a::Packages { "linux-*"; "nvidia-*"; "!linux-doc*"; };
	EOF
	apt_succeeds install nvidia-driver=1 linux-image-1 linux-doc-1
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a MATCHED={linux-image-1,nvidia-driver}
		Post-Invoke/a MATCHED={linux-image-1,nvidia-driver} no-WILDCARD OUTCOME=done
	EOF
	apt_succeeds remove linux-doc-1
	expect_no_runs
	apt_succeeds purge nvidia-driver
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a MATCHED={nvidia-driver}
		Post-Invoke/a MATCHED={nvidia-driver} no-WILDCARD OUTCOME=done
	EOF
	grep -q '^ Post-Invoke .*/Post-Invoke/a \[always\] skipped (Packages)$' \
		/var/log/apt/universal-hooks.log || fail 'the log does not name the setting'
}

test_a_version_that_comes_is_compared_as_dpkg_does() {
	probe Post-Invoke/new MATCHED
	settings <<<'Universal-Hooks::Scripts::Post-Invoke/new::Packages { "nvidia-driver (>= 1.1~)"; };'
	apt_succeeds install nvidia-driver=1
	expect_no_runs
	apt_succeeds install nvidia-driver
	expect_runs <<<'Post-Invoke/new MATCHED={nvidia-driver}'
	apt_succeeds remove nvidia-driver
	expect_no_runs
}

test_Per-Package_runs_a_script_for_each_with_its_variables() {
	probe multi_pkgs/Post-Invoke/linux-__WILDCARD__/each PACKAGE OPERATION NEW_VERSION OUTCOME WILDCARD
	probe Post-Invoke/all PACKAGE OPERATION
	settings <<-'EOF'
		Universal-Hooks::Scripts {
		    multi_pkgs::Per-Package "true";
		    Post-Invoke/all::Per-Package "true";
		    Post-Invoke/all::Operations { "install"; };
		};
	EOF
	apt_succeeds install zsh-like
	expect_runs <<<'Post-Invoke/all PACKAGE=zsh-like OPERATION=install'
	apt_succeeds install linux-image-1 linux-doc-1 zsh-like-
	expect_runs <<-'EOF'
		multi_pkgs/Post-Invoke/linux-__WILDCARD__/each PACKAGE=linux-doc-1 OPERATION=install NEW_VERSION=1 OUTCOME=done no-WILDCARD
		multi_pkgs/Post-Invoke/linux-__WILDCARD__/each PACKAGE=linux-image-1 OPERATION=install NEW_VERSION=1 OUTCOME=done no-WILDCARD
		Post-Invoke/all PACKAGE=linux-doc-1 OPERATION=install
		Post-Invoke/all PACKAGE=linux-image-1 OPERATION=install
	EOF
}

test_plan_shows_the_packages_that_a_script_is_for() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/a::Packages { "linux-*"; "!*-doc-*"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Packages { "zsh-like"; };
	EOF
	publish
	apt-universal-hooks plan install linux-image-1 linux-doc-1 >/plan
	grep -A1 "Post-Invoke/a$" /plan | grep -qx ' *for linux-image-1' || fail 'the packages are missing'
	grep -A1 "Post-Invoke/b$" /plan | grep -q 'not run: .*Packages' || fail 'the reason is missing'
}

test_a_veto_can_be_for_some_packages_only() {
	then='exit 1' probe Pre-Install-Pkgs/veto
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Install-Pkgs/veto {
		    On-Failure "abort";
		    Packages { "linux-image-*"; };
		};
	EOF
	apt_succeeds install zsh-like
	apt_fails install linux-image-1
	form=E expect_warning Pre-Install-Pkgs/veto 'apt stops'
	expect_runs <<<'Pre-Install-Pkgs/veto'
}

test_without_a_record_a_script_for_packages_is_missed() {
	probe Post-Invoke/a
	probe Post-Invoke/b
	settings <<<'Universal-Hooks::Scripts::Post-Invoke/a::Packages { "*"; };'
	apt_succeeds_but_warns -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= install zsh-like
	expect_equal 1 "$(grep -c '^W: ' "$errors")" warnings
	expect_runs <<<'Post-Invoke/b'
}

test_check_finds_a_script_that_is_aimed_at_nothing() {
	probe Pre-Invoke/a
	probe Post-Invoke/b
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/a::Packages { "zsh-like"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Packages {
		    "zsh-like"; "zhs-like"; "!bash-like";
		};
		Universal-Hooks::Scripts::Post-Invoke/b::Rquires { "zsh-like"; };
		Universal-Hooks::Scripts::Post-Invoke/b::Paths { "usr/*"; };
	EOF
	publish
	apt-get update >/dev/null
	ends_with 1 apt-universal-hooks check
	sed -n 's,^[a-z]*: /etc/apt/apt.conf.d/90settings:,,p' "$output" >/found
	expect_file /found <<-'EOF'
		1: Universal-Hooks::Scripts::Pre-Invoke/a::Packages:: "zsh-like": packages are not known before Pre-Install-Pkgs, so the hook never runs
		5: Universal-Hooks::Scripts::Post-Invoke/b::Rquires:: "zsh-like": there is no such setting, so the hook is not run; did you mean Requires?
		6: Universal-Hooks::Scripts::Post-Invoke/b::Paths:: "usr/*": the value is invalid, so the hook is not run; valid values: absolute paths, or globs for them
		3: Universal-Hooks::Scripts::Post-Invoke/b::Packages:: "zhs-like": no known package matches
	EOF
	apt-universal-hooks list | grep -q $'^Post-Invoke/b\tfaulty\t' || fail 'list says nothing'
	ends_with 1 apt-universal-hooks set Pre-Invoke/a Packages zsh-like
	grep -q 'with Packages it never runs at Pre-Invoke' "$errors" || fail 'set does not say so'
}
