# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a chroot: takes the pictures of README.md, as files in the current directory. What they show
# is typed at a real terminal, and apt and the hooks are real.
. /tests/lib/packages.sh
. /tests/lib/expect.sh

columns=90

# picture NAME TITLE COMMAND: what COMMAND prints to a terminal, below the prompt.
picture() {
	local name=$1 title=$2
	printf 'printf "\\033[1m# %s\\033[0m\\n"\n%s || true\n' "$3" "$3" >/typed
	script -qec "stty cols $columns; TERM=xterm-256color bash /typed" /dev/null </dev/null >/written
	/tests/lib/terminal-svg $columns "$title" </written >"$name.svg"
}

# The three hooks of README.md.
make_hooks_of_README() {
	hook pkgs/fail2ban/Pre-Install-Pkgs/100-dump <<-'EOF'
		#!/bin/sh
		exit 0
	EOF
	hook Pre-Install-Pkgs/200-disk <<-'EOF'
		#!/bin/sh
		echo "only 412 MB are free on /var" >&2
		exit 1
	EOF
	hook multi_pkgs/Post-Invoke/php__WILDCARD__/300-restart <<-'EOF'
		#!/bin/sh
		exit 0
	EOF
	apt-universal-hooks set 100-dump On-Failure abort
	apt-universal-hooks set 200-disk On-Failure abort
	apt-universal-hooks set 300-restart When packages-success
} >/dev/null

package fail2ban 1.1
package php8.2-fpm 8.2
publish
make_hooks_of_README
picture plan 'which hooks an apt command would run, and why' \
	'apt-universal-hooks plan install fail2ban php8.2-fpm'
picture veto 'a hook stops apt' 'apt-get install php8.2-fpm'

rm /var/log/apt/universal-hooks.log # check would name the time of the veto
hook Post-Invoke/400-report <<<$'#!/bin/sh\r\nexit 0\r'
chmod a-x $hooks/multi_pkgs/Post-Invoke/php__WILDCARD__/300-restart
apt-universal-hooks set Post-Invoke/400-report When always >/dev/null
sed -i s/always/allways/ /etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf
picture check 'what is wrong with the hooks, and how to fix it' 'apt-universal-hooks check'
