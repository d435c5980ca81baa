/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/hook_list.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <errno.h>

/* What all hooks of one directory have in common. */
struct directory {
	const char *path; /* relative to the tree */
	enum uh_hook_point hook_point;
	enum reason reason;
	const char *match;
};

static void hook_done(struct hook *hook)
{
	script_done(&hook->script);
	free(hook->match);
	free(hook->by);
}

/* What overrides or masks a packages' hook, if anything does. */
static int find_status(struct hook_list *hooks, struct hook *hook, const char *relative)
{
	struct script other = {.path = NULL};
	enum tree_node node;

	if (hook->place == PLACE_OF_ADMINISTRATOR || hook->status == HOOK_IS_MASK)
		return 0;
	node = hook_tree_look_in(&hooks->tree, PLACE_OF_ADMINISTRATOR, relative, &other);
	script_done(&other);
	if (node != NODE_SCRIPT && node != NODE_MASK)
		return 0;
	hook->status = node == NODE_MASK ? HOOK_MASKED : HOOK_OVERRIDDEN;
	hook->by = string_format(
		"%s/%s", hooks->tree.places[PLACE_OF_ADMINISTRATOR], relative);
	return hook->by != NULL ? 0 : -ENOMEM;
}

static int add_hook(struct hook_list *hooks, const struct directory *directory,
	size_t place, const char *name)
{
	owns_memory char *relative = string_format("%s/%s", directory->path, name);
	struct hook *hook;
	enum tree_node node;

	if (relative == NULL || array_grow(&hooks->items, &hooks->capacity, hooks->count,
					sizeof(*hooks->items)) < 0)
		return -ENOMEM;
	hook = &hooks->items[hooks->count];
	*hook = (struct hook){.place = place,
		.hook_point = directory->hook_point,
		.reason = directory->reason};
	node = hook_tree_look_in(&hooks->tree, place, relative, &hook->script);
	if (node == NODE_ABSENT || node == NODE_DIRECTORY)
		return 0;
	hooks->count++;
	if (directory->match != NULL) {
		hook->match = strdup(directory->match);
		if (hook->match == NULL)
			return -ENOMEM;
	}
	if (node == NODE_MASK) {
		hook->status = HOOK_IS_MASK;
		hook->script.path =
			string_format("%s/%s", hooks->tree.places[place], relative);
		if (hook->script.path == NULL)
			return -ENOMEM;
		hook->script.relative =
			hook->script.path + strlen(hooks->tree.places[place]) + 1;
	}
	return find_status(hooks, hook, relative);
}

/* By name, then the administrator's before the packages'. */
static int add_directory(struct hook_list *hooks, const struct directory *directory)
{
	owns_strings struct string_list names = {0};
	int error =
		hook_tree_names(&hooks->tree, directory->path, &names, &hooks->faults);

	for (size_t i = 0; i < names.count; i++)
		for (size_t place = 0; place < PLACE_COUNT && error == 0; place++)
			if (!hook_tree_is_leftover(names.items[i]))
				error = add_hook(hooks, directory, place, names.items[i]);
	return error;
}

/*
 * A file beside the directories means nothing, unless the other place has a directory
 * there.
 */
static bool is_only_file(struct hook_list *hooks, const char *path)
{
	bool is_file = false;

	for (size_t place = 0; place < PLACE_COUNT; place++) {
		struct script script;
		enum tree_node node =
			hook_tree_look_in(&hooks->tree, place, path, &script);

		if (node == NODE_SCRIPT && script.fault != SCRIPT_IS_DANGLING)
			is_file = true;
		script_done(&script);
		if (node == NODE_DIRECTORY)
			return false;
	}
	return is_file;
}

/*
 * The directories of one kind: PARENT/name/Post-Invoke, or multi_pkgs/Post-Invoke/name.
 */
static int add_directories(struct hook_list *hooks, enum uh_hook_point hook_point,
	enum reason reason, const char *parent, const char *below)
{
	owns_strings struct string_list names = {0};
	int error = hook_tree_names(&hooks->tree, parent, &names, &hooks->faults);

	for (size_t i = 0; i < names.count && error == 0; i++) {
		owns_memory char *match = string_format("%s/%s", parent, names.items[i]);
		owns_memory char *path =
			string_format("%s/%s%s", parent, names.items[i], below);
		const struct directory directory = {
			path, hook_point, reason, names.items[i]};

		if (match == NULL || path == NULL)
			error = -ENOMEM;
		else if (!is_only_file(hooks, match))
			error = add_directory(hooks, &directory);
	}
	return error;
}

static int add_hook_point(struct hook_list *hooks, enum uh_hook_point hook_point)
{
	const char *name = uh_hook_point_name(hook_point);
	owns_memory char *below = string_format("/%s", name);
	owns_memory char *wildcards = string_format("multi_pkgs/%s", name);
	const struct directory always = {name, hook_point, REASON_ALWAYS, NULL};
	int error = 0;

	if (below == NULL || wildcards == NULL)
		return -ENOMEM;
	/* Packages are not known at Pre-Invoke; check tells of such directories. */
	if (hook_point != UH_PRE_INVOKE)
		error = add_directories(hooks, hook_point, REASON_PACKAGE, "pkgs", below);
	if (error == 0 && hook_point != UH_PRE_INVOKE)
		error = add_directories(
			hooks, hook_point, REASON_WILDCARD, wildcards, "");
	return error == 0 ? add_directory(hooks, &always) : error;
}

static bool is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 &&
	       (path[size] == '\0' || path[size] == '/');
}

/*
 * One fault stands for a directory, which may be read at several hook points, and all
 * below.
 */
static void drop_repeated(struct script_list *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++) {
		struct script *fault = &faults->items[i];
		size_t other = 0;

		while (other < kept && !is_below(fault->path, faults->items[other].path))
			other++;
		if (other < kept)
			script_done(fault);
		else
			faults->items[kept++] = *fault;
	}
	faults->count = kept;
}

int hook_list_read(struct hook_list *hooks, const struct admin *admin)
{
	int error;

	memset(hooks, 0, sizeof(*hooks));
	error = hook_tree_init(&hooks->tree, admin->root);
	hooks->tree.trust.user = 0;
	for (int i = UH_PRE_INVOKE; i <= UH_POST_INVOKE && error == 0; i++)
		error = add_hook_point(hooks, (enum uh_hook_point)i);
	drop_repeated(&hooks->faults);
	return error;
}

void hook_list_done(struct hook_list *hooks)
{
	for (size_t i = 0; i < hooks->count; i++)
		hook_done(&hooks->items[i]);
	free(hooks->items);
	script_list_done(&hooks->faults);
	hook_tree_done(&hooks->tree);
}

bool script_is_named(
	const struct script *script, const struct admin *admin, const char *path)
{
	return strcmp(script->path, path) == 0 ||
	       strcmp(script->path + strlen(admin->root), path) == 0 ||
	       (script->relative != NULL && strcmp(script->relative, path) == 0);
}

const struct hook *hook_list_find(
	const struct hook_list *hooks, const struct admin *admin, const char *path)
{
	/* The administrator's, which counts, comes before that of a package. */
	for (size_t i = 0; i < hooks->count; i++)
		if (script_is_named(&hooks->items[i].script, admin, path))
			return &hooks->items[i];
	return NULL;
}

int hook_list_report_missing(const struct hook_list *hooks, const char *path)
{
	struct nearest nearest = nearest_to(path);

	for (size_t i = 0; i < hooks->count; i++) {
		nearest_try(&nearest, hooks->items[i].script.relative);
		nearest_try(&nearest, hooks->items[i].script.path);
	}
	if (nearest.word != NULL)
		return report_error(
			_("there is no hook %s; did you mean %s?"), path, nearest.word);
	return report_error(
		_("there is no hook %s: apt-universal-hooks list shows all"), path);
}

void hook_list_warn_unreadable(const struct hook_list *hooks)
{
	for (size_t i = 0; i < hooks->faults.count; i++) {
		const struct script *fault = &hooks->faults.items[i];

		report_warning(
			_("%s cannot be read: %s"), fault->path, strerror(-fault->error));
	}
}
