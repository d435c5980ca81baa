/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of a subcommand, as one table that reads them and explains them. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "admin.h"

/* target is a bool, a const char *, a struct string_list, or a size_t above 0. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_NUMBER };
struct option_row {
	enum option_kind kind;
	void *target;
	const char *name;     /* the long one; none may be longer than 20 bytes */
	char letter;          /* the short one, '\0' for none */
	const char *argument; /* "DIR", NULL for a flag */
	const char *help;     /* one sentence, translated */
};

/* A subcommand as options_read() needs to know it. */
struct usage {
	const char *synopsis; /* "list [HOOK-POINT]" */
	const char *text;     /* what it does, a paragraph, translated */
	const struct option_row *rows;
	size_t row_count;
	bool has_json; /* whether --json is one of its options */
	int words_min; /* how many words may be left */
	int words_max; /* −1: any number */
};

/*
 * Takes the options, the usage's and those that every subcommand has, wherever they stand
 * before "--", out of argv: the other words are argv[1] to argv[*words]. An argument may
 * be joined (--root=DIR) or be the next word. Returns −1 to go on; otherwise the status
 * to end with: --help was asked for and given, or something is wrong, and that has been
 * said.
 */
int options_read(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int *words);

/*
 * The same for a subcommand whose words are another program's: options that are not ours
 * stay among the words, and so does "--".
 */
int options_pick(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int *words);

#endif
