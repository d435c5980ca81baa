/* SPDX-License-Identifier: BSD-2-Clause */
/* What check has found, and how it is shown. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "ui/json.h"
#include "ui/terminal.h"

/* The words for them are in findings.c, and in apt-universal-hooks(8). */
enum finding_kind {
	/* A script. */
	FINDING_NOT_EXECUTABLE,
	FINDING_DANGLING,
	FINDING_NOT_A_FILE,
	FINDING_OPEN_TO_OTHERS,
	FINDING_EMPTY,
	FINDING_BINARY,
	FINDING_INTERPRETER_MISSING,
	FINDING_INTERPRETER_NOT_EXECUTABLE,
	FINDING_INTERPRETER_RELATIVE,
	FINDING_CRLF,
	FINDING_BYTE_ORDER_MARK,
	FINDING_LEFTOVER,
	FINDING_MASK_WITHOUT_PURPOSE,
	/* A directory, or a script in the wrong one. */
	FINDING_HOOK_POINT_MISSPELT,
	FINDING_PACKAGES_NOT_KNOWN,
	FINDING_DIRECTORY_UNKNOWN,
	FINDING_DIRECTORY_NOT_READ,
	FINDING_NOT_A_DIRECTORY,
	FINDING_SCRIPT_MISPLACED,
	/* Made for another package manager. */
	FINDING_HOOK_POINT_FOREIGN,
	FINDING_FILE_FOREIGN,
	/* A package. */
	FINDING_PACKAGE_UNKNOWN,
	FINDING_WILDCARD_WITHOUT_MATCH,
	FINDING_NO_PACKAGE_LISTS,
	/* A setting. */
	FINDING_SETTING_UNKNOWN,
	FINDING_SETTING_UNUSABLE,
	FINDING_SETTING_NO_HOOK,
	FINDING_SETTING_MASKED,
	FINDING_USER_MISSING,
	FINDING_DIRECTORY_MISSING,
	FINDING_REQUIRES_MISSING,
	/* apt's way to the hooks. */
	FINDING_REGISTRATION_MISSING,
	FINDING_REGISTRATION_EDITED
};

struct finding {
	enum finding_kind kind;
	char *path;
	unsigned long line; /* 0: none */
	char *message;
	char *command; /* that fixes it, or NULL */
};

/* Zero-initialised is empty. */
struct findings {
	struct finding *items;
	size_t count;
	size_t capacity;
	bool has_failed; /* there was no memory for one */
};

/* Takes nothing over; command is a shell's, and empty where there is none. */
void findings_add(struct findings *findings, enum finding_kind kind, const char *path,
	unsigned long line, const struct buffer *command, const char *message);
void findings_done(struct findings *findings);

/* By path, line and kind, each once. */
void findings_sort(struct findings *findings);

/* Each in some lines, and all in a last one, which also says among how many hooks. */
void findings_write(const struct terminal *terminal, const struct findings *findings,
	size_t hook_count);
/* The caller's; NULL without memory. */
json_t *findings_to_json(const struct findings *findings);

#endif
