/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of a subcommand: one table for parsing and for --help. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "admin.h"

/* target is a bool, a const char *, a struct string_list, or a size_t above 0. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_NUMBER };
struct option_row {
	enum option_kind kind;
	void *target;
	const char *name;     /* without the dashes; at most 20 bytes */
	char letter;          /* of the short form; '\0' for none */
	const char *argument; /* "DIR"; NULL for a flag */
	const char *help;     /* one sentence, translated */
};

/* The arguments of a subcommand. */
struct usage {
	const char *synopsis; /* "list [HOOK-POINT]" */
	const char *text;     /* what it does: a paragraph, translated */
	const struct option_row *rows;
	size_t row_count;
	bool has_json; /* whether --json is one of its options */
	int words_min; /* number of words that are not options */
	int words_max; /* −1: any number */
	/* Unknown options and "--" are words for another program. */
	bool has_foreign_options;
};

/* What stands before the subcommand. */
struct leading_options {
	const char *subcommand; /* NULL if there is none */
	bool is_help;
	bool is_version;
};

/*
 * Parses --root, --json, --help and --version before the subcommand, and moves the
 * subcommand to argv[1], so that options_read() sees them again behind it. A status or −1.
 */
int options_read_leading(
	struct admin *admin, int argc, char **argv, struct leading_options *leading);

/*
 * Parses the options of the usage, --json, --root and --help, which may stand anywhere
 * before "--"; an argument may be joined (--root=DIR) or be the next word. Moves the
 * other words to argv[1] to argv[*words]. A status (also after --help) or −1 (admin.h).
 */
int options_read(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int *words);

#endif
