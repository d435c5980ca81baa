/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks check: what will not work as its author thinks. */
#include "check/checks.h"
#include "cmd/cmd.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static bool is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 &&
	       (path[size] == '\0' || path[size] == '/');
}

/*
 * A path without "//", "." and "..", of which the last takes back what stands before it;
 * the caller's, NULL without memory. No slash at its end.
 */
static char *normal_path(const char *word)
{
	owns_buffer struct buffer path = {0};
	struct slice rest = slice_of(word);

	while (rest.size > 0) {
		struct slice name = slice_cut(&rest, '/');

		if (name.size == 0 || slice_equals(name, "."))
			continue;
		if (slice_equals(name, "..")) {
			while (path.size > 0 && path.data[--path.size] != '/')
				continue;
			continue;
		}
		buffer_append_string(&path, "/");
		buffer_append(&path, name);
	}
	return path.error == 0 ? strndup(path.size > 0 ? path.data : "", path.size)
			       : NULL;
}

/* Adds the path if something is there. Returns whether there was, or −ENOMEM. */
static int add_limit(struct check *check, const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return 0;
	return string_list_add(&check->limits, path) < 0 ? -ENOMEM : 1;
}

static bool is_in_tree(const struct hook_tree *tree, const char *path)
{
	for (size_t place = 0; place < PLACE_COUNT; place++)
		if (is_below(path, tree->places[place]))
			return true;
	return false;
}

/* A full path, with the admin's root in front or without it. */
static int add_full_limit(struct check *check, const char *word)
{
	const char *root = check->admin->root;
	owns_memory char *path = normal_path(word);
	owns_memory char *full = NULL;

	if (path == NULL)
		return -ENOMEM;
	full = string_format("%s%s", is_below(path, root) ? "" : root, path);
	if (full == NULL)
		return -ENOMEM;
	return is_in_tree(&check->hooks.tree, full) ? add_limit(check, full) : 0;
}

/* In each place of the tree that has it. */
static int add_relative_limit(struct check *check, const char *word)
{
	int found = 0;

	for (size_t i = 0; i < PLACE_COUNT && found >= 0; i++) {
		const char *place = check->hooks.tree.places[i];
		owns_memory char *full = string_format("%s/%s", place, word);
		owns_memory char *path = full != NULL ? normal_path(full) : NULL;
		int added = -ENOMEM;

		if (path != NULL)
			added = is_below(path, place) ? add_limit(check, path) : 0;
		found = added < 0 ? added : found + added;
	}
	return found;
}

/* −1, or the status to end with. */
static int read_limit(struct check *check, const char *word)
{
	int found = 0;

	if (word[0] != '\0')
		found = word[0] == '/' ? add_full_limit(check, word)
				       : add_relative_limit(check, word);
	if (found < 0)
		return report_no_memory();
	return found > 0 ? -1 : hook_list_report_missing(&check->hooks, word);
}

static size_t count_hooks(const struct check *check)
{
	size_t count = 0;

	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (hook->status == HOOK_EFFECTIVE &&
			check_concerns(check, hook->script.path))
			count++;
	}
	return count;
}

static int show(struct check *check)
{
	struct terminal terminal;
	int status = STATUS_FINE;

	if (check->findings.has_failed)
		return report_no_memory();
	findings_sort(&check->findings);
	if (check->admin->is_json) {
		status = json_print(json_pack(
			"{s:o}", "findings", findings_to_json(&check->findings)));
	} else {
		terminal = apt_terminal(check->admin);
		findings_write(&terminal, &check->findings, count_hooks(check));
	}
	if (status == STATUS_FINE && check->findings.count > 0)
		status = STATUS_FINDINGS;
	return check->is_blind ? STATUS_TROUBLE : status;
}

static int check_words(struct check *check, char **words, int count)
{
	int status = -1;

	if (hook_list_read(&check->hooks, check->admin) < 0)
		return report_no_memory();
	for (int i = 0; i < count && status < 0; i++)
		status = read_limit(check, words[i]);
	if (status >= 0)
		return status;
	check_scripts(check);
	check_directories(check);
	check_settings(check);
	check_registration(check);
	check_packages(check);
	return show(check);
}

static void check_done(struct check *check)
{
	for (size_t i = 0; i < check->directory_count; i++)
		free(check->directories[i].path);
	free(check->directories);
	findings_done(&check->findings);
	string_list_done(&check->limits);
	hook_list_done(&check->hooks);
}

int admin_check(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "check [PATH…]",
		.text = _(
			"Finds what will not work as its author thinks, among the "
			"hooks, their directories, their settings and apt's way to them, "
			"and says how to fix it. With PATHs, which are scripts or "
			"directories of the tree, it looks at these only. Ends with 0 "
			"when all is well, 1 when something was found, and 2 when "
			"not everything could be looked at."),
		.has_json = true,
		.words_max = -1,
	};
	__attribute__((cleanup(check_done))) struct check check = {.admin = admin};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	return status >= 0 ? status : check_words(&check, argv + 1, words);
}
