# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The room for the benchmarks: a root directory with the package, built with Debian's flags, and the
# libraries that it needs. The machine's own /etc, /usr and /run are not touched.

helper=/usr/libexec/apt-universal-hooks/helper
tree=/etc/apt/universal-hooks
state=/run/apt-universal-hooks

build_with_debian_flags() {
	build=$TESTS_WORK/bench-build
	eval "$(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --export=sh)"
	# Like debhelper, since cmake ignores CPPFLAGS.
	CFLAGS="$CFLAGS $CPPFLAGS" quietly cmake -S "$top" -B "$build" \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_SYSCONFDIR=/etc \
		-DCMAKE_INSTALL_LIBDIR="lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)"
	quietly cmake --build "$build" --parallel "$(nproc)" --target translations \
		universal-hooks helper admin apt-bridge contest empty empty-static spawn-loop match-all
}

furnish_room() {
	local programs=("$build"/tests/bench/{contest,empty,empty-static,spawn-loop,match-all}
		/bin/{true,sh,rm,ln,touch,cat,tar,run-parts} /usr/bin/{wc,dpkg-query,dpkg-deb})
	room=$TESTS_WORK/room
	mkdir -p "$room"/usr/{bin,lib,lib64} "$room"/{proc,run,tmp,dev} \
		"$room"/var/{log/apt,lib/dpkg/{info,updates}}
	ln -s usr/bin usr/lib usr/lib64 "$room"
	DESTDIR=$room quietly cmake --install "$build" --strip
	cp -L "${programs[@]}" "$room/usr/bin"
	bring_libraries_of "${programs[@]}" "$room$helper" \
		"$room"/usr/lib/*/apt-plugin-universal-hooks/*.so*
	mknod -m 666 "$room/dev/null" c 1 3
	mount -t proc proc "$room/proc"
	# A tmpfs, as on any Debian system: a rename on a disk takes longer than the whole helper.
	mount -t tmpfs -o mode=755 tmpfs "$room/run"
}

bring_libraries_of() {
	local library
	ldd "$@" | grep -o '/[^ ]* (0x' | sort --unique | while read -r library _; do
		cp -L --parents "$library" "$room"
	done
	ldconfig -r "$room"
}

# in_room PROGRAM [ARGUMENT]...: runs it with the environment of apt's hooks.
in_room() {
	env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DPKG_FRONTEND_LOCKED=true APT_HOOK_INFO_FD=20 chroot "$room" "$@"
}

# Restores the trees as the package ships them.
clear_trees() {
	rm -rf "${room:?}${tree:?}" "${room:?}${state:?}"
	cp -a "$TESTS_WORK/empty-tree" "$room$tree"
}

# script PATH [FILE]: copies a file, by default a static program that does nothing, into the tree.
script() {
	install -D --mode=755 "${2-$room/usr/bin/empty-static}" "$room$tree/$1"
}

# names COUNT: prints real package names, sorted, evenly chosen from those that apt knows.
names() {
	local count=$1
	awk -v count="$count" -v all="$(wc -l <"$TESTS_WORK/pkgnames")" \
		'int(NR * count / all) > int((NR - 1) * count / all)' "$TESTS_WORK/pkgnames"
}

# wildcards COUNT: prints wildcard directories of five shapes, made of parts of package names. Some
# match nothing.
wildcards() {
	shuf --random-source="$TESTS_WORK/pkgnames" "$TESTS_WORK/pkgnames" |
		awk -F - -v W=__WILDCARD__ -v each="$(($1 / 5))" '
			function add(directory) {
				if (!(directory in seen) && count[shape] < each) {
					seen[directory] = 1
					count[shape]++
					print directory
				}
				shape++
			}
			NF >= 3 {
				shape = 0
				add($1 "-" W)
				add(W "-" $NF)
				add(W $2 W)
				add(substr($1, 1, 3) W "-" $2 W $NF)
				add(W substr($1, 2) W $2 W $NF)
			}' | sort
}

# Prints the stream that apt would send for installing the packages on stdin, with this machine's
# configuration and in an order that is not sorted.
stream() {
	printf 'VERSION 3\n'
	apt-config dump --no-empty --format '%F=%v%n'
	shuf --random-source="$TESTS_WORK/pkgnames" | awk -v directory=/var/cache/apt/archives '
		BEGIN { print "" }
		{
			line[NR] = $1 " - - none < 1.0-1 amd64 none "
			print line[NR] directory "/" $1 "_1.0-1_amd64.deb"
		}
		END {
			for (i = 1; i <= NR; i++)
				print line[i] "**CONFIGURE**"
		}'
}
