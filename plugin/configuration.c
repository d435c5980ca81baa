/* SPDX-License-Identifier: BSD-2-Clause */
#include "configuration.h"
#include "bridge.h"

#include <errno.h>
#include <fcntl.h>

/* apt.conf(5). Only the file named by APT_CONFIG can set other paths. */
#define MAIN_FILE "/etc/apt/apt.conf"
#define PARTS "/etc/apt/apt.conf.d"

static int add_stamp(struct string_list *stamps, const char *path)
{
	owns_memory char *stamp = file_stamp(path);
	owns_memory char *line = NULL;

	if (stamp == NULL)
		return errno == ENOMEM ? -ENOMEM : 0;
	line = string_join(path, "=", stamp);
	return line != NULL ? string_list_add(stamps, line) : -ENOMEM;
}

static int add_stamps_of_parts(struct string_list *stamps, const char *directory)
{
	owns_fd int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names_in names = {.fd = fd};
	const char *name;
	int error = 0;

	while (fd >= 0 && error == 0 && (name = names_next(&names)) != NULL) {
		owns_memory char *path = string_join(directory, "/", name);

		error = path != NULL ? add_stamp(stamps, path) : -ENOMEM;
	}
	return error;
}

char *configuration_stamp(const char *root)
{
	owns_memory char *file = string_join(root, MAIN_FILE);
	owns_memory char *directory = string_join(root, PARTS);
	owns_strings struct string_list stamps = {0};

	if (file == NULL || directory == NULL || getenv("APT_CONFIG") != NULL)
		return NULL;
	if (add_stamp(&stamps, file) < 0 || add_stamps_of_parts(&stamps, directory) < 0)
		return NULL;
	string_list_sort_unique(&stamps);
	return strings_join((const char *const *)stamps.items, stamps.count);
}

bool configuration_has_changed(const struct transaction *transaction, const char *root)
{
	owns_memory char *stamp = configuration_stamp(root);

	return stamp == NULL || transaction->configuration_stamp == NULL ||
	       strcmp(stamp, transaction->configuration_stamp) != 0;
}

/* Programs that take all settings from files and options, which we can read, too. */
static bool has_no_own_settings(const struct command_line *command_line)
{
	static const char *const programs[] = {"apt", "apt-get", "aptitude"};
	const char *program, *slash;

	if (command_line->words.count == 0)
		return false;
	program = command_line->words.items[0];
	slash = strrchr(program, '/');
	for (size_t i = 0; i < COUNT_OF(programs); i++)
		if (strcmp(slash != NULL ? slash + 1 : program, programs[i]) == 0)
			return true;
	return false;
}

/* Fills list with the lines, or with their keys only; sorted. 0 or −ENOMEM. */
static int list_lines(struct string_list *list, struct slice lines, bool keys_only)
{
	int error = 0;

	while (lines.size > 0 && error == 0) {
		struct slice line = slice_cut(&lines, '\n'), value = line;
		struct slice part = keys_only ? slice_cut(&value, '=') : line;
		owns_memory char *copy = strndup(part.data, part.size);

		error = copy != NULL ? string_list_add(list, copy) : -ENOMEM;
	}
	string_list_sort_unique(list);
	return error;
}

/* Appends the lines that are not in others, or whose keys are not. */
static void append_others(
	struct buffer *result, struct slice lines, struct slice others, bool keys_only)
{
	owns_strings struct string_list list = {0};

	if (list_lines(&list, others, keys_only) < 0)
		result->error = -ENOMEM;
	while (lines.size > 0 && result->error == 0) {
		struct slice line = slice_cut(&lines, '\n'), value = line;
		struct slice part = keys_only ? slice_cut(&value, '=') : line;
		owns_memory char *copy = strndup(part.data, part.size);

		if (copy == NULL)
			result->error = -ENOMEM;
		else if (!string_list_has(&list, copy)) {
			buffer_append(result, line);
			buffer_append_string(result, "\n");
		}
	}
}

static void note_own_settings(
	struct transaction *transaction, const struct command_line *command_line)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	/* When in doubt, assume that the frontend has set all of them. */
	if (bridge_settings(command_line, &lines, &reason) < 0)
		lines.size = 0;
	append_others(&transaction->own_settings, buffer_slice(&transaction->settings),
		buffer_slice(&lines), false);
}

void configuration_note(struct transaction *transaction, const char *root,
	const struct command_line *command_line)
{
	transaction->configuration_stamp = configuration_stamp(root);
	if (transaction->settings.size > 0 && !has_no_own_settings(command_line))
		note_own_settings(transaction, command_line);
}

int configuration_read(const struct transaction *transaction,
	const struct command_line *command_line, struct buffer *lines, char **ret_reason)
{
	owns_buffer struct buffer on_disk = {0};
	bool is_complete =
		command_line->words.count > 0 || transaction->own_settings.size > 0;
	struct slice own = buffer_slice(
		is_complete ? &transaction->own_settings : &transaction->settings);
	int error = bridge_settings(command_line, &on_disk, ret_reason);

	if (error < 0)
		return error;
	append_others(lines, buffer_slice(&on_disk), own, true);
	buffer_append(lines, own);
	return lines->error;
}
