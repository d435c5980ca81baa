/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks new: creates a script to start from, completely or not at all. */
#include "check/check_packages.h"
#include "check/findings.h"
#include "cmd/cmd.h"
#include "model/place.h"
#include "model/targets.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Before the title of a next step, and after the longest title. */
#define STEP_INDENT 2
#define STEP_GAP 3
/* In the command of such a step. */
#define WORDS_MAX 10

struct new_hook {
	const struct admin *admin;
	struct place place;
	char *path;               /* full */
	const char *description;  /* or NULL */
	char *former_description; /* in our file, of a hook that is gone, or NULL */
};

static void new_hook_done(struct new_hook *hook)
{
	place_done(&hook->place);
	free(hook->path);
	free(hook->former_description);
}

/* Whether something is at the path, in either place of the tree. */
static int check_absent(struct new_hook *hook, struct hook_tree *tree)
{
	const char *relative = hook->place.relative;
	struct stat status;
	struct script script;
	enum tree_node node;

	if (lstat(hook->path, &status) == 0)
		return report_error(_("%s already exists; to change it, use "
				      "apt-universal-hooks edit %s"),
			hook->path, relative);
	node = hook_tree_look_in(tree, PLACE_OF_PACKAGES, relative, &script);
	script_done(&script);
	if (node == NODE_ABSENT)
		return check_within_root(hook->admin, hook->path);
	return report_error(_("%s would override the hook of a package; to do that, use "
			      "apt-universal-hooks edit %s"),
		hook->path, relative);
}

/* A status or −1. Without a description, takes it out. */
static int set_description(const struct new_hook *hook, const char *description)
{
	owns_own_settings struct own_settings changes = {0};

	if (hook->description == NULL)
		return -1;
	if (own_settings_add(
		    &changes, hook->place.relative, "Description", description) == NULL)
		return report_no_memory();
	return settings_file_change(&changes, hook->admin);
}

/* The script comes last: if we are killed before, the same command can be given again. */
static int create(struct new_hook *hook)
{
	owns_memory char *text = place_template(&hook->place, hook->description);
	size_t kept = rootfs_existing_size(hook->path);
	int error = rootfs_make_parents(hook->path);
	int status = error < 0 ? report_unchanged(hook->path, error)
			       : set_description(hook, hook->description);

	if (status < 0) {
		error = rootfs_create_file(hook->path, slice_of(text), 0755);
		if (error < 0) {
			status = report_unchanged(hook->path, error);
			(void)set_description(hook, hook->former_description);
		}
	}
	if (status >= 0)
		rootfs_remove_parents(hook->path, kept);
	return status;
}

/* A hook for a package that does not exist would never run. */
static void warn_unknown(const struct new_hook *hook)
{
	const char *const all[] = {NULL};
	const char *match = hook->place.match;
	owns_package_names struct package_names names = {.has_lists = false};
	owns_buffer struct buffer lines = {0};
	bool is_package = hook->place.reason == REASON_PACKAGE;
	const char *nearest;

	if (match == NULL || apt_packages(hook->admin, all, &lines) < 0)
		return;
	package_names_parse(&names, buffer_slice(&lines));
	if (is_package ? package_names_has(&names, match)
		       : package_names_matches(&names, match) != 0)
		return;
	nearest = package_names_nearest(&names, match);
	if (!is_package)
		report_warning(_("no known package matches %s; the hook does not run "
				 "until there is one"),
			match);
	else if (nearest != NULL)
		report_warning(_("unknown package %s, so the hook does not run; did you "
				 "mean %s?"),
			match, nearest);
	else
		report_warning(
			_("unknown package %s; the hook does not run until there is one"),
			match);
}

/* What to do next, and the command for it. */
struct step {
	const char *title;
	const char *words[WORDS_MAX + 1];
};

/* The command is not wrapped, so that it can be copied. */
static void say_step(
	const struct step *step, const struct new_hook *hook, unsigned column)
{
	const char *all[WORDS_MAX + 1] = {NULL};
	size_t count = 0;
	owns_buffer struct buffer head = {0};
	owns_buffer struct buffer command = {0};
	owns_memory char *text = NULL;
	const struct terminal endless = {.width = 0};

	for (size_t i = 0; step->words[i] != NULL && count + 2 < COUNT_OF(all); i++)
		all[count++] = step->words[i];
	if (hook->admin->root[0] != '\0') {
		all[count++] = "--root";
		all[count++] = hook->admin->root;
	}
	fix_add(&command, all);
	text = xbuffer_steal(&command);
	buffer_append_format(&head, "%*s%s", STEP_INDENT, "", step->title);
	terminal_item(&endless, &head, column, text);
}

static void say_next_steps(const struct new_hook *hook)
{
	const char *path = hook->place.relative;
	bool is_package = hook->place.reason == REASON_PACKAGE;
	const struct step steps[] = {
		{_("edit"), {"apt-universal-hooks", "edit", path}},
		{_("try"), {"apt-universal-hooks", "run",
				   uh_hook_point_name(hook->place.hook_point), "--script",
				   path, is_package ? "--package" : NULL,
				   hook->place.match}},
		{_("check"), {"apt-universal-hooks", "check", path}},
	};
	struct terminal terminal = terminal_plain();
	owns_buffer struct buffer line = {0};
	unsigned longest = 0;

	text_add_name(&line, hook->path);
	terminal_write(&terminal, "", "", &line);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		unsigned width = terminal_width_of(slice_of(steps[i].title));

		longest = width > longest ? width : longest;
	}
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		say_step(&steps[i], hook, STEP_INDENT + longest + STEP_GAP);
}

/* Whether apt.conf can hold the description for this path. */
static int check_description(struct new_hook *hook)
{
	owns_snapshot struct snapshot snapshot = {.hooks = {.count = 0}};
	const struct own_setting *former;
	int status;

	if (hook->description == NULL)
		return -1;
	if (hook->description[0] == '\0')
		return report_error(_("--description must not be empty"));
	status = snapshot_take(&snapshot, hook->admin);
	if (status >= 0)
		return status;
	former = own_settings_find(&snapshot.own, hook->place.relative, "Description");
	if (former != NULL && former->values.count == 1)
		hook->former_description = xstrdup(former->values.items[0]);
	return snapshot_check_name(&snapshot, hook->place.relative);
}

/* Whether word is a full path in the place of packages, with or without the root. */
static bool is_of_packages(
	const struct hook_tree *tree, const struct admin *admin, const char *word)
{
	const char *place = tree->places[PLACE_OF_PACKAGES];

	return path_is_within(word, place) ||
	       path_is_within(word, place + strlen(admin->root));
}

static int make_new(struct new_hook *hook, const char *word, const char *package,
	const char *wildcard)
{
	__attribute__((cleanup(hook_tree_done))) struct hook_tree tree;
	const char *relative;
	int status;

	xensure(hook_tree_init(&tree, hook->admin->root));
	relative = path_in_tree(&tree, hook->admin, word);
	if (is_of_packages(&tree, hook->admin, word))
		return report_error(
			_("%s is for the hooks of packages; use %s"), word, relative);
	status = place_parse(&hook->place, relative, package, wildcard);
	if (status >= 0)
		return status;
	hook->path = xformat(
		"%s/%s", tree.places[PLACE_OF_ADMINISTRATOR], hook->place.relative);
	status = check_absent(hook, &tree);
	if (status < 0)
		status = check_description(hook);
	if (status < 0)
		status = create(hook);
	if (status >= 0)
		return status;
	say_next_steps(hook);
	warn_unknown(hook);
	return STATUS_FINE;
}

int admin_new(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(new_hook_done))) struct new_hook hook = {.admin = admin};
	const char *package = NULL, *wildcard = NULL;
	const struct option_row rows[] = {
		{OPTION_TEXT, &package, "package", 'p', "PACKAGE",
			_("Run it only if PACKAGE is part of the transaction.")},
		{OPTION_TEXT, &wildcard, "wildcard", 'w', "WILDCARD",
			_("Run it only if packages match WILDCARD, such as 'linux-*'.")},
		{OPTION_TEXT, &hook.description, "description", 'd', "TEXT",
			_("Say what the hook is for, in its setting Description.")},
	};
	const struct usage usage = {
		.synopsis = "new PLACE",
		.text = _("Create a new hook, a script that explains itself, and its "
			  "directory, and show what to do next. PLACE is HOOK-POINT/NAME "
			  "(Post-Invoke/050-hello), or a longer path below the hook "
			  "tree. Nothing is overwritten."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.words_min = 1,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	if (package != NULL && wildcard != NULL)
		return report_error(_("--package cannot be used with --wildcard"));
	return make_new(&hook, argv[1], package, wildcard);
}
