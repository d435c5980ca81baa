/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/options.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "ui/terminal.h"

#include <assert.h>
#include <fcntl.h>

#define COMMON_MAX 3
/* Where the explanation of an option begins. */
#define HELP_COLUMN 26

enum unknown { UNKNOWN_IS_WRONG, UNKNOWN_STAYS };

/* A reading under way. */
struct reading {
	struct admin *admin;
	const struct usage *usage;
	struct option_row common[COMMON_MAX];
	size_t common_count;
	const char *root;
	bool is_help;
};

static void begin(struct reading *reading, struct admin *admin, const struct usage *usage)
{
	*reading = (struct reading){.admin = admin, .usage = usage};
	if (usage->has_json)
		reading->common[reading->common_count++] = (struct option_row){
			OPTION_FLAG, &admin->is_json, "json", '\0', NULL,
			_("Write JSON; its shape is in apt-universal-hooks(8).")};
	reading->common[reading->common_count++] =
		(struct option_row){OPTION_TEXT, &reading->root, "root", '\0', "DIR",
			_("Look at the system in DIR instead of this one.")};
	reading->common[reading->common_count++] = (struct option_row){OPTION_FLAG,
		&reading->is_help, "help", 'h', NULL, _("Explain this and do nothing.")};
}

static const struct option_row *row_at(const struct reading *reading, size_t i)
{
	const struct usage *usage = reading->usage;

	if (i < usage->row_count)
		return &usage->rows[i];
	i -= usage->row_count;
	return i < reading->common_count ? &reading->common[i] : NULL;
}

static const struct option_row *find_long(
	const struct reading *reading, struct slice name)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(reading, i)) != NULL; i++)
		if (slice_equals(name, row->name))
			return row;
	return NULL;
}

static const struct option_row *find_letter(const struct reading *reading, char letter)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(reading, i)) != NULL; i++)
		if (row->letter == letter && letter != '\0')
			return row;
	return NULL;
}

/*
 * Splits a word that looks like an option; *ret_value is what is joined to it, or NULL.
 */
static const struct option_row *find_option(
	const struct reading *reading, const char *word, const char **ret_value)
{
	struct slice rest = slice_of(word);
	struct slice name;

	*ret_value = NULL;
	if (word[1] != '-') {
		*ret_value = word[2] != '\0' ? word + 2 : NULL;
		return find_letter(reading, word[1]);
	}
	name = slice_cut(&rest, '=');
	if (name.size < strlen(word))
		*ret_value = word + name.size + 1;
	return find_long(reading, (struct slice){name.data + 2, name.size - 2});
}

static int report_unknown(const struct reading *reading, const char *word)
{
	owns_memory char *name = strndup(word, strcspn(word, "="));
	bool is_long = word[1] == '-' && name != NULL;
	struct nearest nearest = nearest_to(is_long ? name + 2 : "");
	const struct option_row *row;

	if (is_long)
		for (size_t i = 0; (row = row_at(reading, i)) != NULL; i++)
			nearest_try(&nearest, row->name);
	if (nearest.word != NULL)
		return report_error(_("there is no option %s; did you mean --%s?"), name,
			nearest.word);
	return report_error(_("there is no option %s: apt-universal-hooks %s"),
		name != NULL ? name : word, reading->usage->synopsis);
}

static int take_number(const struct option_row *row, const char *value)
{
	bool is_number = value[0] != '\0' && value[strspn(value, "0123456789")] == '\0';
	unsigned long number = is_number ? strtoul(value, NULL, 10) : 0;

	if (number == 0)
		return report_error(
			_("--%s %s: that is no number above 0"), row->name, value);
	*(size_t *)row->target = number;
	return -1;
}

/* Stores what an option says. −1, or the status to end with. */
static int take(const struct option_row *row, const char *word, const char *value)
{
	switch (row->kind) {
	case OPTION_FLAG:
		if (value != NULL)
			return report_error(
				_("%s: --%s takes no argument"), word, row->name);
		*(bool *)row->target = true;
		return -1;
	case OPTION_TEXT:
		*(const char **)row->target = value;
		return -1;
	case OPTION_LIST:
		return string_list_add(row->target, value) < 0 ? report_no_memory() : -1;
	case OPTION_NUMBER:
		assert(value != NULL);
		return take_number(row, value);
	}
	return -1;
}

/* The same for the option at argv[*at], whose argument may be the next word. */
static int take_at(
	const struct option_row *row, const char *value, int argc, char **argv, int *at)
{
	const char *word = argv[*at];

	if (row->kind == OPTION_FLAG || value != NULL)
		return take(row, word, value);
	if (*at + 1 == argc)
		return report_error(_("%s needs an argument: %s"), word, row->argument);
	return take(row, word, argv[++*at]);
}

/* Puts the word at from before the one at to. */
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

/*
 * Takes the options out of the words, which leaves the others at argv[1] and behind it.
 * Returns −1 with their number in *count, or the status to end with.
 */
static int read_words(
	struct reading *reading, int argc, char **argv, enum unknown unknown, int *count)
{
	int kept = 1, at = 1, status = -1;

	for (; at < argc && strcmp(argv[at], "--") != 0 && status < 0; at++) {
		const struct option_row *row = NULL;
		const char *value;

		if (is_option(argv[at]))
			row = find_option(reading, argv[at], &value);
		if (row != NULL)
			status = take_at(row, value, argc, argv, &at);
		else if (is_option(argv[at]) && unknown == UNKNOWN_IS_WRONG)
			status = report_unknown(reading, argv[at]);
		else
			move_word(argv, at, kept++);
	}
	/* Behind "--", which is another program's as well, all are words. */
	if (unknown == UNKNOWN_IS_WRONG)
		at++;
	while (at < argc)
		move_word(argv, at++, kept++);
	*count = kept - 1;
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

static void print_help(const struct reading *reading)
{
	const struct usage *usage = reading->usage;
	struct terminal terminal = terminal_plain();
	const struct option_row *row;

	terminal_say(&terminal, "", _("Usage: apt-universal-hooks %s"), usage->synopsis);
	terminal_say(&terminal, "", "%s", "");
	terminal_say(&terminal, "", "%s", usage->text);
	terminal_say(&terminal, "", "%s", "");
	for (size_t i = 0; (row = row_at(reading, i)) != NULL; i++)
		print_row(&terminal, row);
}

/* realpath(3) of a directory; NULL with errno. */
static char *find_directory(const char *path)
{
	owns_fd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? realpath(path, NULL) : NULL;
}

static int take_root(const struct reading *reading)
{
	struct admin *admin = reading->admin;
	owns_memory char *root = NULL;

	if (reading->root == NULL)
		return -1;
	root = find_directory(reading->root);
	if (root == NULL)
		return report_error(_("--root %s cannot be used: %m"), reading->root);
	free(admin->root);
	admin->root = strdup(strcmp(root, "/") != 0 ? root : "");
	return admin->root != NULL ? -1 : report_no_memory();
}

/* What is common to both ways of reading, when the words have been read. */
static int end(const struct reading *reading)
{
	if (reading->is_help) {
		print_help(reading);
		return STATUS_FINE;
	}
	return take_root(reading);
}

int options_read(
	struct admin *admin, const struct usage *usage, int argc, char **argv, int *words)
{
	struct reading reading;
	int status;

	begin(&reading, admin, usage);
	status = read_words(&reading, argc, argv, UNKNOWN_IS_WRONG, words);
	if (status < 0)
		status = end(&reading);
	if (status >= 0)
		return status;
	if (*words < usage->words_min)
		return report_error(_("something is missing: apt-universal-hooks %s"),
			usage->synopsis);
	if (usage->words_max >= 0 && *words > usage->words_max)
		return report_error(_("\"%s\" is too much: apt-universal-hooks %s"),
			argv[usage->words_max + 1], usage->synopsis);
	return -1;
}

int options_pick(
	struct admin *admin, const struct usage *usage, int argc, char **argv, int *words)
{
	struct reading reading;
	int status;

	begin(&reading, admin, usage);
	status = read_words(&reading, argc, argv, UNKNOWN_STAYS, words);
	return status < 0 ? end(&reading) : status;
}
