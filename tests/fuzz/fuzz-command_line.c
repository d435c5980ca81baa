/* SPDX-License-Identifier: BSD-2-Clause */
/* apt's NUL-terminated arguments, as in /proc/PID/cmdline. */
#include "command_line.h"
#include "harness.h"

#define PID 42
#define DIRECTORY "/proc/42/cwd/"

static void read_words(struct command_line *command_line, struct slice bytes)
{
	while (bytes.size > 0) {
		struct slice word = slice_cut(&bytes, '\0');
		owns_memory char *copy =
			strndup(word.size > 0 ? word.data : "", word.size);

		must(copy != NULL && string_list_add(&command_line->words, copy) == 0);
	}
}

/* The text must be the end of some argument after the first. */
static void must_be_an_argument(const struct command_line *command_line, const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 1; i < command_line->words.count; i++) {
		const char *word = command_line->words.items[i];

		if (strlen(word) >= size && strcmp(word + strlen(word) - size, text) == 0)
			return;
	}
	must(!"an option that nobody gave");
}

static void must_be_a_file(const struct command_line *command_line, const char *file)
{
	must(file[0] == '/');
	if (strncmp(file, DIRECTORY, strlen(DIRECTORY)) == 0)
		file += strlen(DIRECTORY);
	must_be_an_argument(command_line, file);
}

static void must_be_joined(const struct command_line *command_line)
{
	owns_memory char *line = command_line_join(command_line);
	size_t size = 0;

	must((line == NULL) == (command_line->words.count == 0));
	if (line == NULL)
		return;
	for (size_t i = 0; i < command_line->words.count; i++)
		size += strlen(command_line->words.items[i]) + strlen(" ''");
	must(strlen(line) < size && strpbrk(line, "\r\n\"") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_line command_line = {.pid = PID};

	read_words(&command_line, harness_input(data, size));
	must(command_line_parse(&command_line) == 0);
	must(command_line.options.count + command_line.files.count <=
		command_line.words.count);
	for (size_t i = 0; i < command_line.options.count; i++)
		must_be_an_argument(&command_line, command_line.options.items[i]);
	for (size_t i = 0; i < command_line.files.count; i++)
		must_be_a_file(&command_line, command_line.files.items[i]);
	must_be_joined(&command_line);
	must(!command_line_switches_off(&command_line) || command_line.options.count > 0);
	command_line_done(&command_line);
	return 0;
}
