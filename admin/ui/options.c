/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/options.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "ui/terminal.h"

#include <fcntl.h>
#include <stdio.h>

/* Where the explanation of an option begins. */
#define HELP_COLUMN 26

struct option_parser {
	struct admin *admin;
	const struct usage *usage;
	struct option_row common[3]; /* --json comes first: not every subcommand has it */
	const char *root;
	bool is_help;
};

static void option_parser_init(
	struct option_parser *parser, struct admin *admin, const struct usage *usage)
{
	*parser = (struct option_parser){.admin = admin,
		.usage = usage,
		.common = {{OPTION_FLAG, &admin->is_json, "json", '\0', NULL,
				   _("Print JSON, as described in "
				     "apt-universal-hooks(8).")},
			{OPTION_TEXT, &parser->root, "root", '\0', "DIR",
				_("Operate on the system in DIR instead of this one.")},
			{OPTION_FLAG, &parser->is_help, "help", 'h', NULL,
				_("Show this help and exit.")}}};
}

/* The rows of the usage, then the common ones, then NULL. */
static const struct option_row *row_at(const struct option_parser *parser, size_t i)
{
	const struct usage *usage = parser->usage;

	if (i < usage->row_count)
		return &usage->rows[i];
	i -= usage->row_count;
	i += usage->has_json ? 0 : 1;
	return i < COUNT_OF(parser->common) ? &parser->common[i] : NULL;
}

/* By its letter, or by its name if letter is '\0'. */
static const struct option_row *find_row(
	const struct option_parser *parser, char letter, struct slice name)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(parser, i)) != NULL; i++)
		if (letter != '\0' ? row->letter == letter
				   : slice_equals(name, row->name))
			return row;
	return NULL;
}

/* *ret_value is the value joined to word ("--root=DIR", "-pNAME"), or NULL. */
static const struct option_row *find_option(
	const struct option_parser *parser, const char *word, const char **ret_value)
{
	struct slice value = slice_of(word);
	struct slice name;

	if (word[1] != '-') {
		*ret_value = word[2] != '\0' ? word + 2 : NULL;
		return find_row(parser, word[1], slice_of(""));
	}
	name = slice_cut(&value, '=');
	*ret_value = value.data;
	return find_row(parser, '\0', (struct slice){name.data + 2, name.size - 2});
}

static int report_unknown_option(const struct option_parser *parser, const char *word)
{
	owns_memory char *name = xstrndup(word, strcspn(word, "="));
	bool is_long = word[1] == '-';
	struct nearest nearest = nearest_to(is_long ? name + 2 : "");
	const struct option_row *row;

	for (size_t i = 0; is_long && (row = row_at(parser, i)) != NULL; i++)
		nearest_try(&nearest, row->name);
	if (nearest.word != NULL)
		return report_error(
			_("unknown option %s; did you mean --%s?"), name, nearest.word);
	return report_error(_("unknown option %s; usage: apt-universal-hooks %s"), name,
		parser->usage->synopsis);
}

static int store_number(const struct option_row *row, const char *value)
{
	bool has_only_digits = value[strspn(value, "0123456789")] == '\0';
	unsigned long long number;

	/* More than fits is as many as possible. "" is 0. */
	if (!slice_to_number(slice_of(value), SIZE_MAX, &number) && has_only_digits &&
		value[0] != '\0')
		number = SIZE_MAX;
	if (number == 0)
		return report_error(
			_("--%s %s: not a positive number"), row->name, value);
	*(size_t *)row->target = (size_t)number;
	return -1;
}

static int store_argument(const struct option_row *row, const char *value)
{
	if (row->kind == OPTION_NUMBER)
		return store_number(row, value);
	if (row->kind == OPTION_LIST)
		xlist_add(row->target, value);
	else
		*(const char **)row->target = value;
	return -1;
}

/* Stores the option at argv[*at]; if its argument is the next word, advances *at. */
static int read_option(
	const struct option_row *row, const char *value, char **argv, int *at)
{
	const char *word = argv[*at];

	if (row->kind == OPTION_FLAG) {
		if (value != NULL)
			return report_error(
				_("%s: --%s takes no argument"), word, row->name);
		*(bool *)row->target = true;
		return -1;
	}
	if (value == NULL) {
		value = argv[*at + 1]; /* NULL behind the last (C17 5.1.2.2.1) */
		if (value == NULL)
			return report_error(
				_("%s needs an argument: %s"), word, row->argument);
		++*at;
	}
	return store_argument(row, value);
}

/* Moves the word at from to before the one at to. */
static void move_word(char **argv, int from, int to)
{
	char *word = argv[from];

	for (; from > to; from--)
		argv[from] = argv[from - 1];
	argv[to] = word;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* Returns −1 with the other words in argv[1] to argv[*ret_count], or the exit status. */
static int read_words(struct option_parser *parser, int argc, char **argv, int *ret_count)
{
	bool has_foreign = parser->usage->has_foreign_options;
	int kept = 1, at = 1, status = -1;

	for (; at < argc && strcmp(argv[at], "--") != 0 && status < 0; at++) {
		const struct option_row *row = NULL;
		const char *value;

		if (is_option(argv[at]))
			row = find_option(parser, argv[at], &value);
		if (row != NULL)
			status = read_option(row, value, argv, &at);
		else if (is_option(argv[at]) && !has_foreign)
			status = report_unknown_option(parser, argv[at]);
		else
			move_word(argv, at, kept++);
	}
	if (!has_foreign)
		at++; /* "--" */
	while (at < argc)
		move_word(argv, at++, kept++);
	*ret_count = kept - 1;
	return status;
}

static void print_row(const struct terminal *terminal, const struct option_row *row)
{
	owns_buffer struct buffer head = {0};

	buffer_append_string(&head, "  ");
	if (row->letter != '\0')
		buffer_append_format(&head, "-%c, ", row->letter);
	buffer_append_format(&head, "--%s", row->name);
	if (row->argument != NULL)
		buffer_append_format(&head, " %s", row->argument);
	terminal_item(terminal, &head, HELP_COLUMN, row->help);
}

static void print_help(const struct option_parser *parser)
{
	const struct usage *usage = parser->usage;
	struct terminal terminal = terminal_plain();
	const struct option_row *row;

	terminal_say(&terminal, "", _("Usage: apt-universal-hooks %s"), usage->synopsis);
	(void)putchar('\n');
	terminal_say(&terminal, "", "%s", usage->text);
	(void)putchar('\n');
	for (size_t i = 0; (row = row_at(parser, i)) != NULL; i++)
		print_row(&terminal, row);
}

/* realpath(3) of a directory; NULL with errno. */
static char *resolve_directory(const char *path)
{
	owns_fd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? realpath(path, NULL) : NULL;
}

static int set_root(struct admin *admin, const char *path)
{
	owns_memory char *root = resolve_directory(path);

	if (root == NULL)
		return report_error(_("--root %s cannot be used: %m"), path);
	free(admin->root);
	admin->root = xstrdup(strcmp(root, "/") != 0 ? root : "");
	return -1;
}

static int check_word_count(const struct usage *usage, char **argv, int count)
{
	if (count < usage->words_min)
		return report_error(
			_("an argument is missing; usage: apt-universal-hooks %s"),
			usage->synopsis);
	if (usage->words_max >= 0 && count > usage->words_max)
		return report_error(
			_("unexpected argument \"%s\"; usage: apt-universal-hooks %s"),
			argv[usage->words_max + 1], usage->synopsis);
	return -1;
}

int options_read(
	struct admin *admin, const struct usage *usage, int argc, char **argv, int *words)
{
	struct option_parser parser;
	int status;

	option_parser_init(&parser, admin, usage);
	status = read_words(&parser, argc, argv, words);
	if (status < 0 && parser.is_help) {
		print_help(&parser);
		return STATUS_FINE;
	}
	if (status < 0 && parser.root != NULL)
		status = set_root(admin, parser.root);
	return status < 0 ? check_word_count(usage, argv, *words) : status;
}

int options_read_leading(
	struct admin *admin, int argc, char **argv, struct leading_options *leading)
{
	const struct option_row version = {OPTION_FLAG, &leading->is_version, "version",
		'\0', NULL, _("Show the version and exit.")};
	const struct usage usage = {.synopsis = "SUBCOMMAND [OPTION]…",
		.rows = &version,
		.row_count = 1,
		.has_json = true};
	struct option_parser parser;
	int at = 1, status = -1;

	*leading = (struct leading_options){.subcommand = NULL};
	option_parser_init(&parser, admin, &usage);
	for (; at < argc && is_option(argv[at]) && status < 0; at++) {
		const char *value;
		const struct option_row *row = find_option(&parser, argv[at], &value);

		status = row != NULL ? read_option(row, value, argv, &at)
				     : report_unknown_option(&parser, argv[at]);
	}
	leading->is_help = parser.is_help;
	if (status >= 0 || at >= argc)
		return status;
	move_word(argv, at, 1);
	leading->subcommand = argv[1];
	return status;
}
