/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <strings.h>

void check_done(struct check *check)
{
	for (size_t i = 0; i < check->directory_count; i++)
		free(check->directories[i].path);
	free(check->directories);
	findings_done(&check->findings);
	buffer_done(&check->configuration);
	origins_done(&check->origins);
	settings_done(&check->settings);
	free(check->fixed_path);
	buffer_done(&check->fixed_text);
	free(check->fixed_lines);
	buffer_done(&check->packages);
	string_list_done(&check->moved_from);
	string_list_done(&check->moved_to);
	string_list_done(&check->limits);
	hook_list_done(&check->hooks);
}

bool key_is_in_scope(const char *key, const char *scope)
{
	size_t size = strlen(scope);

	return strncasecmp(key, scope, size) == 0 &&
	       (key[size] == '\0' || strncmp(key + size, "::", 2) == 0);
}

void check_add_scope(const struct check *check, const char *scope, struct buffer *lines)
{
	struct slice rest = buffer_slice(&check->configuration);

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n'), value = line;
		struct slice key = slice_cut(&value, '=');
		owns_memory char *name = xstrndup(key.data, key.size);

		if (!key_is_in_scope(name, scope))
			continue;
		buffer_append(lines, line);
		buffer_append_string(lines, "\n");
	}
	xensure(lines->error);
}

bool check_concerns(const struct check *check, const char *path)
{
	for (size_t i = 0; i < check->limits.count; i++)
		if (path_is_within(path, check->limits.items[i]))
			return true;
	return check->limits.count == 0;
}

int check_read(
	const struct check *check, const char *path, size_t limit, struct buffer *text)
{
	owns_fd int fd = rootfs_open(check->admin, path + strlen(check->admin->root));

	return xensure(fd < 0 ? fd : buffer_read(text, fd, limit));
}

bool check_claim(struct check *check, const char *from, const char *to)
{
	struct stat status;

	for (size_t i = 0; i < check->moved_to.count; i++)
		if (strcmp(check->moved_to.items[i], to) == 0)
			return false;
	if (lstat(to, &status) == 0)
		return false;
	xlist_add(&check->moved_from, from);
	xlist_add(&check->moved_to, to);
	return true;
}

void check_report_unreadable(struct check *check, const char *path, int error)
{
	check->is_incomplete = true;
	if (!check->is_quiet)
		(void)report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

/* Characters that match themselves in sed's s|||; "." is close enough. */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
#define SED_LITERALS NAME_LETTERS " \"{};:,+@"

static bool is_part_of_name(char byte)
{
	return byte != '\0' && strchr(NAME_LETTERS, byte) != NULL;
}

/* Whether the line has the word once, and not in a longer word: sed takes the first. */
static bool has_word_once(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	size_t size = strlen(word);

	if (at == NULL || strstr(at + 1, word) != NULL)
		return false;
	return !(at > line && is_part_of_name(at[-1]) && is_part_of_name(word[0])) &&
	       !(is_part_of_name(at[size]) && is_part_of_name(word[size - 1]));
}

/* How much of a file of apt's configuration is read. */
#define CONFIGURATION_SIZE ((size_t)1 << 20)

static void read_fixed_file(struct check *check, const char *path)
{
	size_t capacity = 0;
	struct slice rest;

	if (check->fixed_path != NULL && strcmp(check->fixed_path, path) == 0)
		return;
	free(check->fixed_path);
	check->fixed_path = xstrdup(path);
	buffer_done(&check->fixed_text);
	check->fixed_text = (struct buffer){0};
	check->fixed_count = 0;
	free(check->fixed_lines);
	check->fixed_lines = NULL;
	if (check_read(check, path, CONFIGURATION_SIZE, &check->fixed_text) < 0)
		return;
	for (rest = buffer_slice(&check->fixed_text); rest.size > 0;) {
		xgrow(&check->fixed_lines, &capacity, check->fixed_count,
			sizeof(*check->fixed_lines));
		check->fixed_lines[check->fixed_count++] =
			(size_t)(rest.data - check->fixed_text.data);
		(void)slice_cut(&rest, '\n');
	}
}

/* For the caller to free; "" if the file cannot be read or has no such line. */
static char *line_of_file(struct check *check, const char *path, unsigned long line)
{
	struct slice rest;

	read_fixed_file(check, path);
	if (line == 0 || line > check->fixed_count)
		return xstrdup("");
	rest = buffer_slice(&check->fixed_text);
	rest.data += check->fixed_lines[line - 1];
	rest.size -= check->fixed_lines[line - 1];
	rest = slice_cut(&rest, '\n');
	return xstrndup(rest.data, rest.size);
}

void check_fix_line(struct check *check, struct buffer *command, const char *path,
	unsigned long line, const char *wrong, const char *right)
{
	owns_memory char *expression = NULL;
	owns_memory char *found = NULL;

	if (wrong[0] == '\0' || wrong[strspn(wrong, SED_LITERALS)] != '\0' ||
		right[strspn(right, SED_LITERALS)] != '\0')
		return;
	found = line_of_file(check, path, line);
	if (!has_word_once(found, wrong))
		return;
	expression = xformat("%lus|%s|%s|", line, wrong, right);
	fix_words(command, "sed", "-i", "--follow-symlinks", expression, "--", path);
}

#define STATUS_FILE "var/lib/dpkg/status"

char *check_status_file(const struct check *check)
{
	const char *root = check->admin->root;

	return root[0] != '\0' ? xformat("%s/%s", root, STATUS_FILE) : NULL;
}
