/* SPDX-License-Identifier: BSD-2-Clause */
/* What check has found, and the commands that fix it. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "ui/json.h"
#include "ui/terminal.h"

/* Their words and severities are in findings.c; apt-universal-hooks(8) lists them. */
enum finding_kind {
	/* A script. */
	FINDING_NOT_EXECUTABLE,
	FINDING_DANGLING,
	FINDING_NOT_A_FILE,
	FINDING_OPEN_TO_OTHERS,
	FINDING_EMPTY,
	FINDING_BINARY,
	/* Before findings about the #! line, whose commands expect it at the beginning. */
	FINDING_BYTE_ORDER_MARK,
	FINDING_CRLF,
	FINDING_INTERPRETER_MISSING,
	FINDING_INTERPRETER_NOT_EXECUTABLE,
	FINDING_INTERPRETER_RELATIVE,
	FINDING_BASHISM,
	FINDING_SYNTAX_ERROR,
	FINDING_CALLS_APT,
	FINDING_LEFTOVER,
	FINDING_MASK_WITHOUT_PURPOSE,
	FINDING_LINK_WITHIN_TREE,
	FINDING_PACKAGE_REMOVED,
	FINDING_CONFFILE_OBSOLETE,
	FINDING_HOOK_FAILED,
	/* A directory, or a script in the wrong one. */
	FINDING_HOOK_POINT_MISSPELT,
	FINDING_PACKAGES_NOT_KNOWN,
	FINDING_DIRECTORY_UNKNOWN,
	FINDING_DIRECTORY_NOT_READ,
	FINDING_NOT_A_DIRECTORY,
	FINDING_DIRECTORY_MISPLACED,
	FINDING_SCRIPT_MISPLACED,
	/* Something made for another package manager. */
	FINDING_HOOK_POINT_FOREIGN,
	FINDING_FILE_FOREIGN,
	/* A package. */
	FINDING_PACKAGE_UNKNOWN,
	FINDING_WILDCARD_WITHOUT_MATCH,
	FINDING_PATH_WITHOUT_MATCH,
	FINDING_NO_PACKAGE_LISTS,
	/* A setting. */
	FINDING_CONFIGURATION_UNUSABLE,
	FINDING_SETTINGS_NOT_READ,
	FINDING_SETTING_UNKNOWN,
	FINDING_SETTING_UNUSABLE,
	FINDING_GUARD_UNUSABLE,
	FINDING_SETTING_NO_HOOK,
	FINDING_SETTING_MASKED,
	FINDING_SETTING_MISPLACED,
	FINDING_SETTING_TWICE,
	FINDING_SETTING_OF_REMOVED,
	FINDING_SETTINGS_FILE_UNUSABLE,
	FINDING_ALL_DISABLED,
	FINDING_USER_MISSING,
	FINDING_DIRECTORY_MISSING,
	FINDING_REQUIRES_MISSING,
	/* The registration with apt. */
	FINDING_REGISTRATION_MISSING,
	FINDING_REGISTRATION_EDITED,
	FINDING_REGISTRATION_NOT_FIRST,
	FINDING_POST_INVOKE_NOT_REACHED,
	/* That with dpkg. */
	FINDING_DPKG_LINE_EDITED,
	FINDING_DPKG_LINES_PARTLY_ON,
	FINDING_DPKG_LINES_WITHOUT_HELPER,

	FINDING_KIND_COUNT
};

struct finding {
	enum finding_kind kind;
	char *path;
	unsigned long line; /* 0: none */
	char *message;
	char *command; /* that fixes it, or NULL */
	/* Instead of a file that is not for us, or NULL: */
	char *script;   /* what the script does */
	char *settings; /* lines for apt.conf(5) */
};

/* Empty when zero-initialised. */
struct findings {
	struct finding *items;
	size_t count;
	size_t capacity;
};

/*
 * Adds a finding; line is 0 and command, which is for a shell, is NULL or empty for none.
 * The message is like printf(3): a sentence that follows the path, so it begins with a
 * small letter and has no full stop.
 */
void findings_add(struct findings *findings, enum finding_kind kind, const char *path,
	unsigned long line, const struct buffer *command, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* To the last one: what a script does (or NULL), and settings for it, line by line. */
void findings_propose(
	struct findings *findings, const char *script, const struct buffer *settings);
void findings_done(struct findings *findings);

/*
 * Sorts by path, line and kind, and drops duplicates. A directory comes after what is in
 * it, since a command that renames it makes their paths wrong.
 */
void findings_sort(struct findings *findings);

/*
 * Writes all findings, errors before warnings as far as the commands can be run in this
 * order, and a last line that counts them, or the hooks if there are none. Paths below
 * tree are shown relative to it.
 */
void findings_write(const struct terminal *terminal, const struct findings *findings,
	const char *tree, size_t hook_count);
/* Returns a new reference. */
json_t *findings_to_json(const struct findings *findings);

/*
 * Appends a command of these words (with NULL behind them) to what a user can paste into
 * a shell, after " && " if there is a command already. The result is one printable line:
 * words with control characters or invalid UTF-8 are passed by printf(1) and xargs(1).
 */
void fix_add(struct buffer *command, const char *const *words);
#define fix_words(command, ...) fix_add(command, (const char *const[]){__VA_ARGS__, NULL})

#endif
