/* SPDX-License-Identifier: BSD-2-Clause */
#include "census.h"
#include "nearest.h"

#include <errno.h>

/* What all hooks of one directory have in common. */
struct directory {
	const char *path; /* relative to the tree */
	enum uh_hook_point hook_point;
	enum reason reason;
	const char *subject;
};

static void hook_done(struct hook *hook)
{
	script_done(&hook->script);
	free(hook->subject);
	free(hook->by);
}

/* What overrides or masks a packages' hook, if anything does. */
static int find_standing(struct census *census, struct hook *hook, const char *relative)
{
	struct script other = {.path = NULL};
	enum tree_node node;

	if (hook->place == PLACE_OF_ADMINISTRATOR || hook->standing == STANDING_IS_MASK)
		return 0;
	node = hook_tree_look_in(&census->tree, PLACE_OF_ADMINISTRATOR, relative, &other);
	script_done(&other);
	if (node != NODE_SCRIPT && node != NODE_MASK)
		return 0;
	hook->standing = node == NODE_MASK ? STANDING_MASKED : STANDING_OVERRIDDEN;
	hook->by = string_format(
		"%s/%s", census->tree.places[PLACE_OF_ADMINISTRATOR], relative);
	return hook->by != NULL ? 0 : -ENOMEM;
}

static int add_hook(struct census *census, const struct directory *directory,
	size_t place, const char *name)
{
	owns_memory char *relative = string_format("%s/%s", directory->path, name);
	struct hook *hook;
	enum tree_node node;

	if (relative == NULL || array_grow(&census->hooks, &census->capacity,
					census->count, sizeof(*census->hooks)) < 0)
		return -ENOMEM;
	hook = &census->hooks[census->count];
	*hook = (struct hook){.place = place,
		.hook_point = directory->hook_point,
		.reason = directory->reason};
	node = hook_tree_look_in(&census->tree, place, relative, &hook->script);
	if (node == NODE_ABSENT || node == NODE_DIRECTORY)
		return 0;
	census->count++;
	if (directory->subject != NULL) {
		hook->subject = strdup(directory->subject);
		if (hook->subject == NULL)
			return -ENOMEM;
	}
	if (node == NODE_MASK) {
		hook->standing = STANDING_IS_MASK;
		hook->script.path =
			string_format("%s/%s", census->tree.places[place], relative);
		if (hook->script.path == NULL)
			return -ENOMEM;
		hook->script.relative =
			hook->script.path + strlen(census->tree.places[place]) + 1;
	}
	return find_standing(census, hook, relative);
}

/* By name, then the administrator's before the packages'. */
static int add_directory(struct census *census, const struct directory *directory)
{
	owns_strings struct string_list names = {0};
	int error =
		hook_tree_names(&census->tree, directory->path, &names, &census->faults);

	for (size_t i = 0; i < names.count; i++)
		for (size_t place = 0; place < PLACE_COUNT && error == 0; place++)
			if (!hook_tree_is_leftover(names.items[i]))
				error = add_hook(
					census, directory, place, names.items[i]);
	return error;
}

/*
 * A file beside the directories means nothing, unless the other place has a directory
 * there.
 */
static bool is_only_file(struct census *census, const char *path)
{
	bool is_file = false;

	for (size_t place = 0; place < PLACE_COUNT; place++) {
		struct script script;
		enum tree_node node =
			hook_tree_look_in(&census->tree, place, path, &script);

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
static int add_directories(struct census *census, enum uh_hook_point hook_point,
	enum reason reason, const char *parent, const char *below)
{
	owns_strings struct string_list names = {0};
	int error = hook_tree_names(&census->tree, parent, &names, &census->faults);

	for (size_t i = 0; i < names.count && error == 0; i++) {
		owns_memory char *subject =
			string_format("%s/%s", parent, names.items[i]);
		owns_memory char *path =
			string_format("%s/%s%s", parent, names.items[i], below);
		const struct directory directory = {
			path, hook_point, reason, names.items[i]};

		if (subject == NULL || path == NULL)
			error = -ENOMEM;
		else if (!is_only_file(census, subject))
			error = add_directory(census, &directory);
	}
	return error;
}

static int add_hook_point(struct census *census, enum uh_hook_point hook_point)
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
		error = add_directories(
			census, hook_point, REASON_PACKAGE, "pkgs", below);
	if (error == 0 && hook_point != UH_PRE_INVOKE)
		error = add_directories(
			census, hook_point, REASON_WILDCARD, wildcards, "");
	return error == 0 ? add_directory(census, &always) : error;
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

int census_take(struct census *census, const struct admin *admin)
{
	int error;

	memset(census, 0, sizeof(*census));
	error = hook_tree_init(&census->tree, admin->root);
	census->tree.trust.user = 0;
	for (int i = UH_PRE_INVOKE; i <= UH_POST_INVOKE && error == 0; i++)
		error = add_hook_point(census, (enum uh_hook_point)i);
	drop_repeated(&census->faults);
	return error;
}

void census_done(struct census *census)
{
	for (size_t i = 0; i < census->count; i++)
		hook_done(&census->hooks[i]);
	free(census->hooks);
	script_list_done(&census->faults);
	hook_tree_done(&census->tree);
}

bool script_is_named(
	const struct script *script, const struct admin *admin, const char *path)
{
	return strcmp(script->path, path) == 0 ||
	       strcmp(script->path + strlen(admin->root), path) == 0 ||
	       (script->relative != NULL && strcmp(script->relative, path) == 0);
}

const struct hook *census_find(
	const struct census *census, const struct admin *admin, const char *path)
{
	/* The administrator's, which counts, comes before that of a package. */
	for (size_t i = 0; i < census->count; i++)
		if (script_is_named(&census->hooks[i].script, admin, path))
			return &census->hooks[i];
	return NULL;
}

int census_complain(const struct census *census, const char *path)
{
	struct nearest nearest = nearest_to(path);

	for (size_t i = 0; i < census->count; i++) {
		nearest_try(&nearest, census->hooks[i].script.relative);
		nearest_try(&nearest, census->hooks[i].script.path);
	}
	if (nearest.word != NULL)
		return complain(
			_("there is no hook %s; did you mean %s?"), path, nearest.word);
	return complain(
		_("there is no hook %s: apt-universal-hooks list shows all"), path);
}

void census_warn(const struct census *census)
{
	for (size_t i = 0; i < census->faults.count; i++) {
		const struct script *fault = &census->faults.items[i];

		warn_of(_("%s cannot be read: %s"), fault->path, strerror(-fault->error));
	}
}
