/* SPDX-License-Identifier: BSD-2-Clause */
/* What the beginning of a file tells of how execve(2), or else /bin/sh, will take it. */
#ifndef SCRIPT_TEXT_H
#define SCRIPT_TEXT_H

#include "base.h"

/* As much of a file as needs to be read. */
#define SCRIPT_TEXT_SIZE 4096

enum text_kind {
	TEXT_EMPTY,
	TEXT_PROGRAM,     /* ELF */
	TEXT_INTERPRETED, /* has a #! line */
	TEXT_PLAIN,       /* for /bin/sh */
	TEXT_BINARY       /* neither, so /bin/sh would get rubbish */
};

struct script_text {
	enum text_kind kind;
	bool has_mark;     /* a byte-order mark of UTF-8 at the front */
	bool has_crlf;     /* the first line ends as on DOS */
	char *interpreter; /* of TEXT_INTERPRETED; "" where it names none */
	/*
	 * What env(1) as the interpreter would look for in PATH, else NULL. It holds a
	 * space where env gets several words as one.
	 */
	char *command;
};

/* head is the first SCRIPT_TEXT_SIZE bytes. 0 or −ENOMEM; script_text_done() in both. */
int script_text_read(struct script_text *text, struct slice head);
void script_text_done(struct script_text *text);

#endif
