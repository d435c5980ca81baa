# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The body of a probe: it adds one line about its run to /runs. $0 and the arguments are those of the
# probe; "reports" names the variables to add.

line=$(printf '%q' "${0#/etc/apt/universal-hooks/}")

names_in() {
	local names=()
	mapfile -t names <"$1"
	local IFS=,
	printf '{%s}' "${names[*]}"
}

for argument; do
	case $argument in
	--pkg_list=*) line+=" --pkg_list=$(names_in "${argument#--pkg_list=}")" ;;
	*) line+=" $argument" ;;
	esac
done

for name in ${reports-}; do
	variable=APT_UNIVERSAL_HOOKS_$name
	if [[ -z ${!variable+set} ]]; then
		line+=" no-$name"
	elif [[ $name == MATCHED || $name == MATCHED_PATHS ]]; then
		line+=" $name=$(names_in "${!variable}")"
	elif [[ $name == TRANSACTION || $name == ARCHIVES ]]; then
		line+=$'\n'$(sed 's/^/  /; s/\t/|/g' "${!variable}")
	else
		line+=" $name=${!variable}"
	fi
done

printf '%s\n' "$line" >>/runs
