/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only libapt-pkg knows, in plain C types. apt-bridge.so is the one object that
 * links to it, and costs several times what all the rest does: it is loaded when it is
 * needed.
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

/* What can be asked. Every answer is lines of text. */
enum apt_question_kind {
	/*
	 * The configuration in scope (NULL: all of it): Key=Value, %-encoded, in the form
	 * and order of apt's info stream.
	 */
	APT_CONFIGURATION,
	/*
	 * Where the lines of scope come from: file, number of the line, and the line as
	 * above, tab-separated, the file %-encoded; files in the order in which apt reads
	 * them. Number 0 where the line cannot be told. A file that is not well-formed is
	 * told as far as apt has read it, with a message.
	 */
	APT_ORIGINS,
	/*
	 * What apt would do with words, the arguments of apt or apt-get ("install",
	 * "zsh"): its info stream, version 3, without lines of packages where there is
	 * nothing to do. Takes no lock, and like apt-get -s writes nothing but the caches
	 * that apt keeps for itself.
	 */
	APT_TRANSACTION,
	/*
	 * The packages called words (also NAME:ARCHITECTURE), or all of them when there
	 * are none: name, architecture, installed version and candidate version,
	 * tab-separated, "-" for none; when all are asked for, the candidate is always
	 * "-". Only those of which there is a version; in no order.
	 */
	APT_PACKAGES
};

/* Lists end with NULL. Nothing may be NULL unless said so. */
struct apt_question {
	enum apt_question_kind kind;
	const char *root;           /* "" for this machine, else apt's RootDir */
	const char *program;        /* whose defaults hold: "apt" or "apt-get" */
	const char *const *files;   /* like -c */
	const char *const *options; /* like -o, "KEY=VALUE" */
	const char *const *words;
	const char *scope; /* or NULL */
	bool has_progress; /* apt's own progress, on standard output */
};

/* Complaints are apt's own lines, "E: …" and "W: …". */
enum apt_part { APT_ANSWER, APT_COMPLAINT };
typedef void apt_listener(
	enum apt_part part, const char *bytes, size_t size, void *context);

/*
 * Reads apt's configuration as apt itself does (apt.conf(5): APT_CONFIG, apt.conf.d,
 * apt.conf), then files and options of the question, and answers. Returns 0, or −1 when
 * apt would refuse: then there is no answer, but a message. Never throws. To be called
 * once a process, since libapt-pkg keeps what it has read.
 */
__attribute__((visibility("default"))) int apt_bridge_answer(
	const struct apt_question *question, apt_listener *listener,
	void *context) APT_BRIDGE_NOEXCEPT;

/* Found by its name, with dlsym(3). */
#define APT_BRIDGE_ANSWER "apt_bridge_answer"
#ifndef __cplusplus
typedef __typeof__(apt_bridge_answer) apt_bridge_answer_function;
#endif

#ifdef __cplusplus
}
#endif

#endif
