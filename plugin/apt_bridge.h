/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interface of apt-bridge.so, the one object that is linked to libapt-pkg. Loading it
 * takes several times as long as all the rest, so that happens only when it is needed.
 */
#ifndef APT_BRIDGE_H
#define APT_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
#define APT_BRIDGE_NOEXCEPT noexcept
extern "C" {
#else
#define APT_BRIDGE_NOEXCEPT
#endif

/* An answer is lines of text. Encoded: as apt_text.h decodes it. */
enum apt_question_kind {
	/* The configuration in scope (NULL: all), encoded, as in apt's info stream. */
	APT_CONFIGURATION,
	/*
	 * Where the settings in scope come from, in the order in which apt reads the lines:
	 * encoded file, line number and KEY=VALUE as above, tab-separated; also those that
	 * a later line sets to something else or clears. Of a malformed file, what apt
	 * read of it, with a message. If a file clears a key in words, or sets it to "",
	 * also that line, with an empty value, after all others of the file.
	 */
	APT_ORIGINS,
	/*
	 * What each of files sets, on its own: encoded file and KEY=VALUE as above. Of a
	 * malformed file: encoded file, nothing, and an encoded message.
	 */
	APT_FILES,
	/*
	 * What apt would do with words as its arguments ("install", "zsh"), as its info
	 * stream, version 3. Like apt-get -s, takes no lock and writes only apt's caches.
	 */
	APT_TRANSACTION,
	/*
	 * The packages named in words (NAME or NAME:ARCHITECTURE), or all without words:
	 * name, architecture, installed version and candidate, and the source package if it
	 * has another name; tab-separated, unsorted. "-" stands for no version, and for
	 * each candidate when all are asked for. Packages that have no version are left
	 * out.
	 */
	APT_PACKAGES,
	/*
	 * For each of words, in this order, a line about one version of a package:
	 * tab-separated section, source package, Multi-Arch and whether the package is
	 * automatically installed ("yes" or "no"), each encoded, or "-" if unknown. A word
	 * is NAME:ARCHITECTURE, VERSION and the path of its archive ("-": none),
	 * tab-separated; only the path may contain tabs. The first three come from dpkg's
	 * database, or else out of the archive. Takes no lock, reads no package lists, and
	 * writes nothing.
	 */
	APT_FIELDS,
	/*
	 * The paths in the archives that words are the paths of: for each archive, in that
	 * order, "archive", a tab and its encoded path; a line for each path in it, as in
	 * dpkg's lists (absolute, without a slash at the end); and if it is broken,
	 * "error", a tab and an encoded message. Does not read apt's configuration. When
	 * the answer has APT_CONTENTS_MAX bytes, the rest counts as broken.
	 */
	APT_CONTENTS,
	/*
	 * The order of two versions: for each of words, VERSION and OTHER, tab-separated, a
	 * line "<", "=" or ">". Does not read apt's configuration.
	 */
	APT_VERSIONS,
	/*
	 * The configuration, unless apt would refuse it, an empty line, and then the
	 * answer of APT_ORIGINS: apt reads its files once.
	 */
	APT_CONFIGURATION_AND_ORIGINS
};
#define APT_CONTENTS_MAX ((size_t)64 << 20) /* of a million paths, most are shorter */

/* Lists end with NULL. Nothing may be NULL unless noted. */
struct apt_question {
	enum apt_question_kind kind;
	const char *root;           /* "" for this machine, or apt's RootDir */
	const char *program;        /* whose defaults to use: "apt" or "apt-get" */
	const char *const *files;   /* like -c */
	const char *const *options; /* like -o: "KEY=VALUE" */
	const char *const *words;
	const char *scope; /* or NULL */
	bool is_hurried;   /* rather no answer than a late one */
	bool has_progress; /* show apt's progress on standard output */
};

/* Messages are apt's: lines with "E: …" or "W: …". */
enum apt_part { APT_ANSWER, APT_MESSAGE };
typedef void apt_listener(
	enum apt_part part, const char *bytes, size_t size, void *context);

/*
 * Reads the configuration like apt (apt.conf(5): APT_CONFIG, apt.conf.d, apt.conf), then
 * files and options, and answers the question. Returns 0, or −1 if apt would refuse: then
 * there are messages, and any part of an answer must be ignored. Call it only once per
 * process, as libapt-pkg keeps global state.
 */
__attribute__((visibility("default"))) int apt_bridge_answer(
	const struct apt_question *question, apt_listener *listener,
	void *context) APT_BRIDGE_NOEXCEPT;

/* The name for dlsym(3). */
#define APT_BRIDGE_ANSWER "apt_bridge_answer"
#ifndef __cplusplus
typedef __typeof__(apt_bridge_answer) apt_bridge_answer_function;
#endif

#ifdef __cplusplus
}
#endif

#endif
