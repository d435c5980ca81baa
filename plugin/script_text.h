/* SPDX-License-Identifier: BSD-2-Clause */
/* What execve(2), or else /bin/sh, makes of a file, judging by its first bytes. */
#ifndef SCRIPT_TEXT_H
#define SCRIPT_TEXT_H

#include "base.h"
#include "universal_hooks.h"

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
	 * If the interpreter is env(1), the program that it looks for in PATH, else NULL.
	 * It contains a space if env gets several words as one argument.
	 */
	char *command;
};

/*
 * head is the first SCRIPT_TEXT_SIZE bytes; 0 or −ENOMEM. Call script_text_done()
 * afterwards.
 */
int script_text_read(struct script_text *text, struct slice head);
void script_text_done(struct script_text *text);

/*
 * Why the script at path could not be started or, if it was started, may have failed
 * immediately. Sets interpreter to the one at fault.
 */
enum uh_start_fault script_text_find_fault(const char *path, bool has_started,
	bool is_for_other_user, char interpreter[UH_INTERPRETER_SIZE]);

#endif
