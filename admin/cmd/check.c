/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks check: what does not work as intended. */
#include "check/checks.h"
#include "cmd/cmd.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/options.h"

#include <sys/stat.h>

/*
 * The path without "//", "." and "..", and without a slash at its end; the caller frees
 * it. Symlinks are not resolved: ".." removes the name before it.
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
	return xbuffer_steal(&path);
}

/* Returns whether path is in the tree and exists. */
static bool add_limit(struct check *check, const char *path)
{
	const struct hook_tree *tree = &check->hooks.tree;
	struct stat status;
	size_t place = 0;

	while (place < PLACE_COUNT && !path_is_within(path, tree->places[place]))
		place++;
	if (place == PLACE_COUNT || lstat(path, &status) < 0)
		return false;
	xlist_add(&check->limits, path);
	return true;
}

/* A full path, with or without the admin's root in front. */
static bool add_full_limit(struct check *check, const char *word)
{
	const char *root = check->admin->root;
	owns_memory char *path = normal_path(word);
	owns_memory char *full =
		xformat("%s%s", path_is_within(path, root) ? "" : root, path);

	return add_limit(check, full);
}

/* A path relative to the tree, in each place that has it. */
static bool add_relative_limit(struct check *check, const char *word)
{
	bool is_found = false;

	for (size_t i = 0; i < PLACE_COUNT; i++) {
		const char *place = check->hooks.tree.places[i];
		owns_memory char *full = xformat("%s/%s", place, word);
		owns_memory char *path = normal_path(full);

		/* Not with ".." into the other place. */
		if (path_is_within(path, place) && add_limit(check, path))
			is_found = true;
	}
	return is_found;
}

static int read_limit(struct check *check, const char *word)
{
	const struct hook *hook;
	bool is_found = word[0] == '/'
				? add_full_limit(check, word)
				: word[0] != '\0' && add_relative_limit(check, word);
	int status =
		is_found ? -1
			 : hook_list_resolve(&check->hooks, check->admin, word, &hook);

	if (!is_found && status < 0)
		(void)add_relative_limit(check, hook->script.relative);
	return status;
}

static size_t count_checked_hooks(const struct check *check)
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

static int check_show(struct check *check)
{
	struct terminal terminal;
	int status = STATUS_FINE;

	findings_sort(&check->findings);
	if (check->admin->is_json) {
		status = json_print(json_pack(
			"{s:o}", "findings", findings_to_json(&check->findings)));
	} else {
		terminal = apt_terminal(check->admin);
		if (check->is_incomplete && check->findings.count == 0)
			terminal_say(&terminal, "",
				_("no problems found, but not everything could be "
				  "checked"));
		else
			findings_write(&terminal, &check->findings,
				check->hooks.tree.places[PLACE_OF_ADMINISTRATOR],
				count_checked_hooks(check));
	}
	if (status == STATUS_FINE && check->findings.count > 0)
		status = STATUS_FINDINGS;
	return check->is_incomplete ? STATUS_TROUBLE : status;
}

static int check_words(struct check *check, char **words, int count)
{
	int status = -1;

	hook_list_read(&check->hooks, check->admin);
	for (int i = 0; i < count && status < 0; i++)
		status = read_limit(check, words[i]);
	if (status >= 0)
		return status;
	check_configuration(check);
	check_scripts(check);
	check_conffiles(check);
	check_directories(check);
	check_settings(check);
	check_registration(check);
	check_log(check);
	check_packages(check);
	return check_show(check);
}

int admin_check(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "check [PATH…]",
		.text = _(
			"Find what does not work as intended in hooks, their "
			"directories, "
			"their settings and their registration with apt, and show how to "
			"fix it. With PATHs (scripts or directories of the hook tree), "
			"check only these. The exit status is 0 if nothing was found, 1 "
			"if something was, and 2 if not everything could be checked."),
		.has_json = true,
		.words_max = -1,
	};
	__attribute__((cleanup(check_done))) struct check check = {.admin = admin};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	return status >= 0 ? status : check_words(&check, argv + 1, words);
}
