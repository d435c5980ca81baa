# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Messages of the command and of the helper in another language, from a catalogue that the test creates.

catalogue=/usr/share/locale/xx/LC_MESSAGES/apt-plugin-universal-hooks.mo

# A copy of C.UTF-8 under another name, since gettext does not translate for C.UTF-8.
make_locale() {
	local directory
	for directory in /usr/lib/locale/C.{utf8,UTF-8}; do
		[[ ! -d $directory ]] || cp -r "$directory" /usr/lib/locale/xx_XX.UTF-8
	done
	[[ -d /usr/lib/locale/xx_XX.UTF-8 ]] || fail 'there is no locale to copy'
}

# make_catalogue MESSAGE TRANSLATION...: writes gettext's binary format. \0 separates the plural forms
# of a message.
make_catalogue() {
	mkdir -p "${catalogue%/*}"
	python3 - "$catalogue" "$@" <<-'EOF'
		import struct, sys
		words = [word.replace("\\0", "\0").encode() for word in sys.argv[2:]]
		header = b"Content-Type: text/plain; charset=UTF-8\n" \
		    b"Plural-Forms: nplurals=2; plural=n != 1;\n"
		pairs = sorted([(b"", header), *zip(words[::2], words[1::2])])
		count = len(pairs)
		at = 28 + 16 * count
		tables, texts = [b"", b""], b""
		for column in 0, 1:
		    for pair in pairs:
		        text = pair[column]
		        tables[column] += struct.pack("<II", len(text), at + len(texts))
		        texts += text + b"\0"
		with open(sys.argv[1], "wb") as file:
		    file.write(struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, at))
		    file.write(b"".join(tables) + texts)
	EOF
}

# summary_of_log LOCALE
summary_of_log() {
	LC_ALL=$1 apt-universal-hooks --help 2>&1 | sed -n 's/^  log  *//p'
}

test_messages_come_out_translated() {
	make_locale
	make_catalogue 'There are no hooks.' 'Ci sono zero ganci, è così.' \
		'unknown subcommand "%s"; see apt-universal-hooks --help' '«%s»?' \
		'show what has run' 'mostra il passato' \
		'%zu disabled\0%zu disabled' '%zu spento\0%zu spenti' \
		check esaminare \
		'%zu package:\0%zu packages:' '%zu pacchetto:\0%zu pacchetti:' \
		'{path} exited with status {status}' '{status}, così è finito {path}'
	package app 1
	package other 1
	publish
	export LC_ALL=xx_XX.UTF-8
	script -qec 'apt-universal-hooks list' /dev/null >/list
	expect_equal $'Ci sono zero ganci, è così.\r' "$(cat /list)" list
	expect_equal 'E: «zzzzzz»?' "$(apt-universal-hooks zzzzzz 2>&1 || true)" message
	expect_equal 'mostra il passato' "$(summary_of_log xx_XX.UTF-8)" summary
	expect_equal '1 pacchetto: install app' "$(apt-universal-hooks plan install app | head -n 1)"
	expect_equal '2 pacchetti: install app, install other' \
		"$(apt-universal-hooks plan install app other | head -n 1)"
	then='exit 3' probe Post-Invoke/fails
	apt_succeeds_but_warns install app
	expect_equal "W: 3, così è finito $hooks/Post-Invoke/fails" "$(grep fails "$errors")"
	LC_ALL=C apt_succeeds_but_warns remove app
	expect_equal "W: $hooks/Post-Invoke/fails exited with status 3" "$(grep fails "$errors")"
	local name
	for name in a b; do
		probe Post-Invoke/$name
		apt-universal-hooks disable $name >/dev/null
		apt-universal-hooks status | sed -n 's/^Post-Invoke: .*), \([^;]*\);.*/\1/p' >>/disabled
	done
	expect_file /disabled <<<$'1 spento\n2 spenti'
	apt-universal-hooks new Post-Invoke/050-hello >/steps
	expect_file /steps <<-'EOF'
		/etc/apt/universal-hooks/Post-Invoke/050-hello
		  edit        apt-universal-hooks edit Post-Invoke/050-hello
		  try         apt-universal-hooks run Post-Invoke --script Post-Invoke/050-hello
		  esaminare   apt-universal-hooks check Post-Invoke/050-hello
	EOF
}

test_a_language_without_catalogue_and_a_locale_that_is_not_there_get_English() {
	make_locale
	local locale
	for locale in xx_XX.UTF-8 not_THERE.UTF-8; do
		expect_equal 'show what has run' "$(summary_of_log "$locale")" "$locale"
	done
	make_catalogue 'show what has run' 'mostra il passato'
	expect_equal 'mostra il passato' "$(summary_of_log xx_XX.UTF-8)" xx_XX.UTF-8
	for locale in C.UTF-8 not_THERE.UTF-8; do
		expect_equal 'show what has run' "$(summary_of_log "$locale")" "$locale"
	done
}
