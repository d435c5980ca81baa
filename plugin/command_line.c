/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_line.h"
#include "apt_text.h"
#include "proc.h"

#include <errno.h>
#include <limits.h>

/* execve(2) limits an argument to 128 KiB, and all arguments to a few MiB. */
#define SIZE_LIMIT ((size_t)2 << 20)

int command_line_read_words(
	struct command_line *command_line, const struct frontend *frontend)
{
	owns_buffer struct buffer bytes = {0};
	struct slice rest;
	int error;

	memset(command_line, 0, sizeof(*command_line));
	command_line->pid = frontend->pid;
	if (frontend->pid == 0)
		return -ESRCH;
	error = proc_read_file(frontend->pid, "cmdline", SIZE_LIMIT, &bytes);
	if (error < 0)
		return error;
	for (rest = buffer_slice(&bytes); rest.size > 0 && error == 0;) {
		struct slice word = slice_cut(&rest, '\0');
		owns_memory char *copy = strndup(word.data, word.size);

		error = copy != NULL ? string_list_add(&command_line->words, copy)
				     : -ENOMEM;
	}
	return error;
}

int command_line_read(struct command_line *command_line, const struct frontend *frontend)
{
	int error = command_line_read_words(command_line, frontend);

	return error < 0 ? error : command_line_parse(command_line);
}

void command_line_done(struct command_line *command_line)
{
	string_list_done(&command_line->words);
	string_list_done(&command_line->options);
	string_list_done(&command_line->files);
}

/* A relative path is relative to apt's working directory, not to ours. */
static int add_file(struct command_line *command_line, const char *file)
{
	owns_memory char *path = file[0] == '/' ? strdup(file)
						: string_format("/proc/%d/cwd/%s",
							  (int)command_line->pid, file);

	return path != NULL ? string_list_add(&command_line->files, path) : -ENOMEM;
}

/* The level in rest, as in "-q=2" and "--quiet=2"; otherwise one more than before. */
static void take_quiet(struct command_line *command_line, struct slice rest)
{
	unsigned long long level;

	if (rest.size > 0 && rest.data[0] == '=')
		(void)slice_cut(&rest, '=');
	if (slice_to_number(rest, UINT_MAX, &level))
		command_line->quiet = (unsigned)level;
	else
		command_line->quiet++;
}

static int take_option(struct command_line *command_line, const char *option)
{
	static const char quiet[] = "quiet=";

	if (slice_has_prefix_caseless(slice_of(option), slice_of(quiet)))
		take_quiet(command_line, slice_of(option + strlen(quiet)));
	return string_list_add(&command_line->options, option);
}

static int take_value(struct command_line *command_line, int option, const char *value)
{
	if (option == 'o')
		return take_option(command_line, value);
	return option == 'c' ? add_file(command_line, value) : 0;
}

/*
 * Reads a word of short options: "-yo", "-oKEY=VALUE" or "-o=KEY=VALUE". The value of an
 * option is the rest of the word, or else the next word; then returns 1. Otherwise 0 or
 * −ENOMEM.
 */
static int read_short(
	struct command_line *command_line, const char *word, const char *next)
{
	size_t at = 1 + strcspn(word + 1, "octa");
	char option = word[at];
	const char *value;
	int error;

	for (const char *q = word; (q = strchr(q, 'q')) != NULL && q < word + at; q++)
		take_quiet(command_line, slice_of(q + 1));
	if (option == '\0' || memchr(word, '=', at) != NULL)
		return 0;
	value = word + at + 1;
	if (*value == '=')
		value++;
	if (*value != '\0')
		return take_value(command_line, option, value);
	if (next == NULL)
		return 0;
	error = take_value(command_line, option, next);
	return error < 0 ? error : 1;
}

/* Reads --option and --config-file, with "=" or the next word; see read_short(). */
static int read_long(
	struct command_line *command_line, const char *word, const char *next)
{
	static const struct word names[] = {{"--option", 'o'}, {"--config-file", 'c'},
		{"--quiet", 'q'}, {"--silent", 'q'}};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t size = strlen(names[i].word);
		int error;

		if (!slice_has_prefix_caseless(slice_of(word), slice_of(names[i].word)))
			continue;
		if (names[i].value == 'q') {
			if (word[size] == '\0' || word[size] == '=')
				take_quiet(command_line, slice_of(word + size));
			continue;
		}
		if (word[size] == '=')
			return take_value(command_line, names[i].value, word + size + 1);
		if (word[size] != '\0' || next == NULL)
			continue;
		error = take_value(command_line, names[i].value, next);
		return error < 0 ? error : 1;
	}
	return 0;
}

int command_line_parse(struct command_line *command_line)
{
	const struct string_list *words = &command_line->words;

	for (size_t i = 1; i < words->count; i++) {
		const char *word = words->items[i];
		const char *next = i + 1 < words->count ? words->items[i + 1] : NULL;
		int used = 0;

		if (strcmp(word, "--") == 0)
			return 0;
		if (strncmp(word, "--", 2) == 0)
			used = read_long(command_line, word, next);
		else if (word[0] == '-')
			used = read_short(command_line, word, next);
		if (used < 0)
			return used;
		i += (size_t)used;
	}
	return 0;
}

/* Like apt, quotes a value that has a space, and drops other quotes and newlines. */
static void append_word(struct buffer *line, const char *word)
{
	const char *equals = strchr(word, '=');
	const char *quote = equals != NULL && strchr(equals, ' ') != NULL ? "'" : "";

	for (const char *at = word; *at != '\0'; at++) {
		if (strchr("\"'\r\n", *at) == NULL)
			buffer_append(line, (struct slice){at, 1});
		if (at == equals)
			buffer_append_string(line, quote);
	}
	buffer_append_string(line, quote);
}

/* python3.11 and the like, with any directory in front. */
static bool is_interpreter(const char *word)
{
	static const char *const names[] = {"python", "perl"};
	const char *slash = strrchr(word, '/');
	const char *name = slash != NULL ? slash + 1 : word;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t size = strlen(names[i]);

		if (strncmp(name, names[i], size) == 0 &&
			name[size + strspn(name + size, "0123456789.")] == '\0')
			return true;
	}
	return false;
}

/* The index of the program's name; of a script, the index after its interpreter. */
static size_t find_script(const struct string_list *words)
{
	size_t i = 1;

	if (!is_interpreter(words->items[0]))
		return 0;
	/* -c, -e and -m are not followed by a script. */
	while (i < words->count && words->items[i][0] == '-' &&
		strpbrk(words->items[i], "cem") == NULL)
		i++;
	return i < words->count && words->items[i][0] != '-' ? i : 0;
}

char *command_line_join(const struct command_line *command_line)
{
	struct buffer line = {0};
	size_t first;

	if (command_line->words.count == 0)
		return NULL;
	first = find_script(&command_line->words);
	for (size_t i = first; i < command_line->words.count; i++) {
		buffer_append_string(&line, i > first ? " " : "");
		append_word(&line, command_line->words.items[i]);
	}
	buffer_append(&line, (struct slice){"", 1});
	if (line.error < 0)
		buffer_done(&line);
	return line.data;
}

bool environment_switches_off(void)
{
	const char *value = getenv("APT_UNIVERSAL_HOOKS");

	return value != NULL && strcmp(value, "off") == 0;
}

bool command_line_switches_off(const struct command_line *command_line)
{
	static const char key[] = "Universal-Hooks::Enabled=";
	bool is_off = false;

	for (size_t i = 0; i < command_line->options.count; i++) {
		const char *option = command_line->options.items[i];

		if (slice_has_prefix_caseless(slice_of(option), slice_of(key)))
			is_off = apt_boolean(slice_of(option + strlen(key))) == 0;
	}
	return is_off;
}
