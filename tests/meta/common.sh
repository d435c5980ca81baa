# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Shared by the meta tests. Each counts what it looks at, reports faults, and ends with verdict.
set -euo pipefail

top=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
cd "$top"

looked_at=0
faults=0

look_at() {
	looked_at=$((looked_at + 1))
}

fault() {
	printf '%s\n' "$*" >&2
	faults=$((faults + 1))
}

# none_may_match GREP-ARGUMENT...: reports each matching line as a fault.
none_may_match() {
	local line
	while IFS= read -r line; do
		fault "$line"
	done < <(grep -nHE "$@" || true)
}

c_files() {
	local directory
	for directory in plugin helper admin tests; do
		[[ ! -d $directory ]] || find "$directory" -name '*.[ch]' -type f
	done
}

# The C files of what is installed.
installed_c_files() {
	find plugin helper admin -name '*.[ch]' -type f
}

# functions FILE…: prints FILE LINE LENGTH STORAGE NAME of each function that they define. LENGTH
# counts the lines between the braces, which clang-format puts in column 0; STORAGE is static or
# extern.
functions() {
	awk '
		FNR == 1 { head = ""; open = 0 }
		/^[A-Za-z_]/ { head = ""; line = FNR }
		/^[A-Za-z_\t]/ && !open { head = head $0 }
		/^\{$/ && head ~ /\)$/ {
			open = FNR
			storage = head ~ /(^|[ \t])static[ \t]/ ? "static" : "extern"
			gsub(/__attribute__\(\([^()]*(\([^()]*\))?\)\)/, "", head)
			sub(/\(.*/, "", head)
			sub(/.*[^A-Za-z0-9_]/, "", head)
		}
		/^\}$/ && open {
			print FILENAME, line, FNR - open - 1, storage, head
			open = 0
		}' "$@"
}

# objects_of TARGET DIRECTORY: prints the modules of a library in the order of its list.
objects_of() {
	sed -n "/^add_library($1 OBJECT/,/)/p" "$2/CMakeLists.txt" |
		grep -oE '[a-z_/]+\.c\>' | sed 's/\.c$//'
}

# Prints the modules of plugin/ in the order in which they may include one another.
modules() {
	objects_of engine-objects plugin
}

verdict() {
	((looked_at > 0)) || fault 'nothing was checked'
	printf '%d checked, %d faults\n' "$looked_at" "$faults"
	((faults == 0))
}
