/* SPDX-License-Identifier: BSD-2-Clause */
/* How execve(2), or else /bin/sh, will take a file, by its first bytes. */
#ifndef CHECK_SCRIPTS_H
#define CHECK_SCRIPTS_H

#include "base.h"

/* How much of a file is read. */
#define SCRIPT_TEXT_SIZE 4096

enum text_kind {
	TEXT_EMPTY,
	TEXT_PROGRAM,     /* ELF */
	TEXT_INTERPRETED, /* has a #! line */
	TEXT_PLAIN,       /* for /bin/sh */
	TEXT_BINARY       /* none of these: /bin/sh cannot read it */
};

struct script_text {
	enum text_kind kind;
	bool has_mark;     /* starts with a byte-order mark of UTF-8 */
	bool has_crlf;     /* the first line ends with CR LF */
	char *interpreter; /* of TEXT_INTERPRETED; "" if the line names none */
	/*
	 * What env(1) as the interpreter looks for in PATH, else NULL. It contains a
	 * space if env gets several words as one.
	 */
	char *command;
};

/* head is the first SCRIPT_TEXT_SIZE bytes; call script_text_done() afterwards. */
void script_text_read(struct script_text *text, struct slice head);
void script_text_done(struct script_text *text);

#endif
