/* SPDX-License-Identifier: BSD-2-Clause */
#include "advice.h"
#include "shell_word.h"

/* Longer ones are not for copying. */
#define COMMAND_MAX 4000

static struct slice name_of_program(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slice_of(slash != NULL ? slash + 1 : path);
}

static bool takes_options(const char *program)
{
	static const char *const names[] = {"apt", "apt-get", "aptitude"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (slice_equals(name_of_program(program), names[i]))
			return true;
	return false;
}

/* In a shell that sudo(8) has started, one types no further sudo. */
static bool is_by_sudo(const char *sudo_command, const char *program)
{
	owns_memory char *path =
		sudo_command != NULL ? strndup(sudo_command, strcspn(sudo_command, " "))
				     : NULL;

	return path != NULL &&
	       slice_compare(name_of_program(path), name_of_program(program)) == 0;
}

static void add_to_advice(struct buffer *command, const char *word)
{
	if (command->size > 0)
		buffer_append_string(command, " ");
	shell_word_add(command, word);
}

/* An "=" or "::" in a name would end apt's key there. */
static bool add_option(struct buffer *command, const char *path)
{
	owns_memory char *option =
		string_join("Universal-Hooks::Scripts::", path, "::Enabled=false");

	if (option == NULL || strchr(path, '=') != NULL || strstr(path, "::") != NULL)
		return false;
	add_to_advice(command, "-o");
	add_to_advice(command, option);
	return true;
}

static bool add_options(struct buffer *command, const struct string_list *scripts)
{
	for (size_t i = 0; i < scripts->count; i++)
		if (!add_option(command, scripts->items[i]))
			return false;
	return true;
}

/* False if there is no such command. */
static bool add_command_line(struct buffer *command, const struct string_list *words,
	const struct string_list *scripts)
{
	if (words->count == 0 || !takes_options(words->items[0]))
		return false;
	for (size_t i = 0; i < words->count; i++) {
		if (!shell_word_is_printable(words->items[i]))
			return false;
		add_to_advice(command, words->items[i]);
		/* At once: behind "--", it would be no option. */
		if (i == 0 && !add_options(command, scripts))
			return false;
	}
	return command->size <= COMMAND_MAX;
}

char *advice_command(const struct command_line *command_line,
	const struct string_list *scripts, const char *sudo_command)
{
	const struct string_list *words = &command_line->words;
	const char *sudo = words->count > 0 && is_by_sudo(sudo_command, words->items[0])
				   ? "sudo"
				   : "";
	struct buffer command = {0};

	buffer_append_string(&command, sudo);
	if (!add_command_line(&command, words, scripts)) {
		buffer_done(&command);
		buffer_append_string(&command, sudo);
		add_to_advice(&command, "apt-universal-hooks");
		add_to_advice(&command, "disable");
		for (size_t i = 0; i < scripts->count; i++)
			add_to_advice(&command, scripts->items[i]);
	}
	buffer_append(&command, (struct slice){"", 1});
	if (command.error < 0)
		buffer_done(&command);
	return command.data;
}
