/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only libapt-pkg knows, in C types. apt-bridge.so is the one object that is linked to
 * libapt-pkg. Loading it takes several times as long as all the rest, so that happens only
 * when it is needed.
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

/* All answers are lines of text. Encoded strings are as percent_decode() expects them. */
enum apt_question_kind {
	/*
	 * The configuration in scope (NULL: all of it): KEY=VALUE, encoded, in the format
	 * and order of apt's info stream.
	 */
	APT_CONFIGURATION,
	/*
	 * Where the settings in scope come from: encoded file, line number, KEY=VALUE as
	 * above, tab-separated. The files are in the order in which apt reads them. The
	 * number is 0 if it could not be found. Of a malformed file, what apt read of it,
	 * with a message.
	 */
	APT_ORIGINS,
	/*
	 * What apt would do with words as its arguments ("install", "zsh"): its info
	 * stream, version 3, without package lines if there is nothing to do. Like
	 * apt-get -s it takes no lock and writes only apt's caches.
	 */
	APT_TRANSACTION,
	/*
	 * The packages named in words (NAME or NAME:ARCHITECTURE), or all if there are
	 * none: name, architecture, installed version, candidate version, tab-separated.
	 * "-" stands for no version, and for the candidate when all are asked for.
	 * Unsorted, and without packages that have no version.
	 */
	APT_PACKAGES
};

/* Lists end with NULL. Nothing may be NULL unless noted. */
struct apt_question {
	enum apt_question_kind kind;
	const char *root;           /* "" for this machine, or apt's RootDir */
	const char *program;        /* whose defaults to use: "apt" or "apt-get" */
	const char *const *files;   /* like -c */
	const char *const *options; /* like -o: "KEY=VALUE" */
	const char *const *words;
	const char *scope; /* or NULL */
	bool has_progress; /* show apt's progress on standard output */
};

/* Messages are apt's: lines with "E: …" or "W: …". */
enum apt_part { APT_ANSWER, APT_MESSAGE };
typedef void apt_listener(
	enum apt_part part, const char *bytes, size_t size, void *context);

/*
 * Reads the configuration like apt (apt.conf(5): APT_CONFIG, apt.conf.d, apt.conf), then
 * files and options, and answers the question. Returns 0, or −1 if apt would refuse: then
 * there are messages, but no answer. Call it only once per process, as libapt-pkg keeps
 * global state.
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
