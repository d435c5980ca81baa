# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# bash completion for apt-universal-hooks(8). The package bash-completion is not needed. Names are
# only compared; the shell never evaluates them.

# Splits the command line before the cursor into unquoted words, and sets cur to the word at the
# cursor, and quote to the quote that is open there. readline(3) replaces only what follows the last break character: head is the rest of cur.
_apt_universal_hooks_split() {
	local line=${COMP_LINE:0:COMP_POINT} word='' before_quote='' is_word='' char i
	words=() head='' quote=''
	for ((i = 0; i < ${#line}; i++)); do
		char=${line:i:1}
		if [[ $quote == "'" && $char != "'" ]]; then
			word+=$char
		elif [[ $char == \\ ]]; then
			((++i))
			word+=${line:i:1} is_word=yes
		elif [[ -n $quote && $char == "$quote" ]]; then
			quote=''
		elif [[ -n $quote ]]; then
			word+=$char
		elif [[ $char == [\'\"] ]]; then
			quote=$char before_quote=$word is_word=yes
		elif [[ $char == [[:space:]] ]]; then
			[[ -z $is_word ]] || words+=("$word")
			word='' is_word='' head=''
		else
			[[ $char != @ || $COMP_WORDBREAKS != *@* ]] || head=$word
			word+=$char is_word=yes
			[[ $char != [:=] || $COMP_WORDBREAKS != *"$char"* ]] || head=$word
		fi
	done
	[[ -z $quote ]] || head=$before_quote
	cur=$word
}

# Offers those arguments that begin with the word at the cursor.
_apt_universal_hooks_offer() {
	local candidate
	for candidate; do
		[[ $candidate != "$cur"* ]] || COMPREPLY+=("${candidate#"$head"}")
	done
}

# The same for arguments that may need quotes: readline itself quotes only names of existing files.
_apt_universal_hooks_offer_quoted() {
	local candidate
	for candidate; do
		[[ $candidate == "$cur"* ]] || continue
		candidate=${candidate#"$head"}
		case $quote in
		\')
			candidate=${candidate//\'/\'\\\'\'}
			;;
		\")
			candidate=${candidate//\\/\\\\} candidate=${candidate//\"/\\\"}
			candidate=${candidate//\$/\\\$} candidate=${candidate//\`/\\\`}
			;;
		*) printf -v candidate %q "$candidate" ;;
		esac
		COMPREPLY+=("$candidate")
	done
}

_apt_universal_hooks_packages() {
	local names
	mapfile -t names < <(apt-cache --no-generate ${root:+-o "RootDir=$root"} pkgnames \
		-- "$cur" 2>/dev/null)
	_apt_universal_hooks_offer "${names[@]}"
}

# Sets paths to those of all scripts, relative to the tree: the first column of list. Skips those that
# list has escaped: no file has that name.
_apt_universal_hooks_paths() {
	local path
	paths=()
	while IFS= read -r path; do
		[[ ! -e $root/etc/apt/universal-hooks/$path && ! -L $root/etc/apt/universal-hooks/$path &&
			! -e $root/usr/lib/apt/universal-hooks/$path ]] || paths+=("$path")
	done < <(command apt-universal-hooks list ${root:+--root "$root"} 2>/dev/null |
		tail -n +2 | cut -f 1 | sort -u)
}

# Offers paths relative to the tree; for other words full paths, or the names that only one script has.
_apt_universal_hooks_scripts() {
	local paths path place names
	_apt_universal_hooks_paths
	_apt_universal_hooks_offer_quoted "${paths[@]}"
	((${#COMPREPLY[@]} == 0 && ${#paths[@]} > 0)) || return
	if [[ $cur == /* ]]; then
		compopt -o filenames
		for place in "$root"/{etc,usr/lib}/apt/universal-hooks; do
			for path in "${paths[@]}"; do
				[[ ! -e $place/$path && ! -L $place/$path ]] ||
					_apt_universal_hooks_offer "$place/$path"
			done
		done
		return
	fi
	mapfile -t names < <(printf '%s\n' "${paths[@]##*/}" | sort | uniq -u)
	_apt_universal_hooks_offer_quoted "${names[@]}"
}

_apt_universal_hooks_debs() {
	local file
	compopt -o filenames
	for file in "$cur"*.deb "$cur"*/; do
		[[ ! -e $file ]] || _apt_universal_hooks_offer "${file%/}"
	done
}

# _apt_universal_hooks_kind SUBCOMMAND OPTION: sets kind to what the option takes, if anything.
_apt_universal_hooks_kind() {
	kind=
	case $1:$2 in
	*:--root) kind=directory ;;
	run:-f | run:--file) kind=file ;;
	run:-s | run:--script | log:-s | log:--script) kind=script ;;
	run:-p | run:--package | log:-p | log:--package | new:-p | new:--package) kind=package ;;
	new:-w | new:--wildcard | new:-d | new:--description) kind=other ;;
	run:-o | run:--operation | why:--operation) kind=operation ;;
	run:-r | run:--result) kind=result ;;
	log:-n | log:--number | blame:-n | blame:--number) kind=other ;;
	plan:-[otcS] | plan:--option | plan:--config-file | plan:--target-release) kind=other ;;
	esac
}

_apt_universal_hooks_argument() {
	case $1 in
	directory) compopt -o dirnames ;;
	file) compopt -o default ;;
	script) _apt_universal_hooks_scripts ;;
	package) _apt_universal_hooks_packages ;;
	operation)
		_apt_universal_hooks_offer install upgrade downgrade reinstall remove purge configure
		;;
	result) _apt_universal_hooks_offer ok failed aborted ;;
	esac
}

_apt_universal_hooks_options() {
	_apt_universal_hooks_offer --root --help
	case $1 in
	'') _apt_universal_hooks_offer --json --version ;;
	list | show | why | check | log | blame | requires | status | plan | transaction | dpkg) _apt_universal_hooks_offer --json ;;
	esac
	case $1 in
	plan)
		_apt_universal_hooks_offer --allow-change-held-packages --allow-downgrades \
			--allow-remove-essential --auto-remove --fix-broken --ignore-hold \
			--install-recommends --install-suggests --no-install-recommends --no-remove \
			--no-upgrade --only-upgrade --option --purge --reinstall --target-release
		;;
	list) _apt_universal_hooks_offer --tree ;;
	why) _apt_universal_hooks_offer --all --operation ;;
	run) _apt_universal_hooks_offer --dry-run --file --operation --package --result --script ;;
	new) _apt_universal_hooks_offer --description --package --wildcard ;;
	set | unset) _apt_universal_hooks_offer --all ;;
	log) _apt_universal_hooks_offer --failed --last --number --output --package --script ;;
	blame) _apt_universal_hooks_offer --number ;;
	requires) _apt_universal_hooks_offer --install --missing --yes ;;
	esac
}

# plan [apt|apt-get] SUBCOMMAND [PACKAGE | ./FILE.deb]...
_apt_universal_hooks_apt_words() {
	local words=("$@")
	if [[ ${words[0]-} == apt || ${words[0]-} == apt-get ]]; then
		words=("${words[@]:1}")
	elif ((${#words[@]} == 0)); then
		_apt_universal_hooks_offer apt apt-get
	fi
	if ((${#words[@]} == 0)); then
		_apt_universal_hooks_offer install reinstall remove purge upgrade full-upgrade \
			dist-upgrade autoremove autopurge
	elif [[ $cur == */* ]]; then
		_apt_universal_hooks_debs
	else
		_apt_universal_hooks_packages
	fi
}

# Directories of the hook tree in which new can create a hook.
_apt_universal_hooks_places() {
	local place
	compopt -o nospace
	for place in {Session-Start,Pre-Invoke,Pre-Install-Pkgs,Post-Invoke,Session-End,pkgs,multi_pkgs}/; do
		_apt_universal_hooks_offer "$place"
	done
}

_apt_universal_hooks_settings() {
	_apt_universal_hooks_offer Enabled On-Failure When Operations Packages Paths Per-Package \
		Timeout User Directory Environment Arguments Input Requires Renamed-From \
		Description Output
}

# _apt_universal_hooks_values SETTING
_apt_universal_hooks_values() {
	case ${1,,} in
	enabled | per-package) _apt_universal_hooks_offer true false ;;
	on-failure) _apt_universal_hooks_offer warn abort abort-after ;;
	input) _apt_universal_hooks_offer terminal null ;;
	when) _apt_universal_hooks_offer ran success packages-success failure always ;;
	output) _apt_universal_hooks_offer terminal log both ;;
	operations) _apt_universal_hooks_argument operation ;;
	directory) _apt_universal_hooks_argument directory ;;
	requires) _apt_universal_hooks_packages ;;
	user)
		local names
		mapfile -t names < <(compgen -u -- "$cur")
		_apt_universal_hooks_offer "${names[@]}"
		;;
	esac
}

# _apt_universal_hooks_setting WORD...: offers what can follow these words of set.
_apt_universal_hooks_setting() {
	[[ -z $has_all ]] || set -- '' "$@"
	case $# in
	0) _apt_universal_hooks_scripts ;;
	1) _apt_universal_hooks_settings ;;
	*) _apt_universal_hooks_values "$2" ;;
	esac
}

_apt_universal_hooks_subcommands() {
	_apt_universal_hooks_offer status list show plan why run check log wait transaction blame requires \
		new edit set unset disable enable dpkg
}

# _apt_universal_hooks_word SUBCOMMAND WORD...: offers what can follow these words.
_apt_universal_hooks_word() {
	local subcommand=$1
	shift
	case $subcommand:$# in
	help:0) _apt_universal_hooks_subcommands ;;
	list:0 | run:0)
		_apt_universal_hooks_offer Session-Start Pre-Invoke Pre-Install-Pkgs Post-Invoke Session-End
		;;
	plan:*) _apt_universal_hooks_apt_words "$@" ;;
	why:*) _apt_universal_hooks_packages ;;
	disable:* | enable:* | edit:0 | show:0) _apt_universal_hooks_scripts ;;
	new:0) _apt_universal_hooks_places ;;
	dpkg:0) _apt_universal_hooks_offer on off ;;
	set:* | unset:0 | unset:1) _apt_universal_hooks_setting "$@" ;;
	check:*)
		compopt -o default
		_apt_universal_hooks_scripts
		;;
	esac
}

_apt_universal_hooks() {
	local words cur head quote kind='' root='' option='' word plain=() has_all=''
	COMPREPLY=()
	_apt_universal_hooks_split
	for word in "${words[@]:1}"; do
		if [[ -n $kind ]]; then
			[[ $option != --root ]] || root=$word
			kind=
		elif [[ $word == --root=* ]]; then
			root=${word#*=}
		elif [[ $word != -* ]]; then
			plain+=("$word")
		else
			option=$word
			[[ $word != --all && $word != -a ]] || has_all=yes
			_apt_universal_hooks_kind "${plain[0]-}" "$option"
		fi
	done
	if [[ -z $kind && $cur == --*=* ]]; then
		_apt_universal_hooks_kind "${plain[0]-}" "${cur%%=*}"
		cur=${cur#*=} head=${head#*=}
	fi
	if [[ -n $kind ]]; then
		_apt_universal_hooks_argument "$kind"
	elif [[ $cur == -* ]]; then
		_apt_universal_hooks_options "${plain[0]-}"
	elif ((${#plain[@]} == 0)); then
		_apt_universal_hooks_offer help
		_apt_universal_hooks_subcommands
	else
		_apt_universal_hooks_word "${plain[@]}"
	fi
}

complete -F _apt_universal_hooks apt-universal-hooks
