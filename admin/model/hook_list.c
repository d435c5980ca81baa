/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/hook_list.h"
#include "hook_point.h"
#include "model/script_name.h"
#include "renames.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

/* What the hooks of one directory have in common. */
struct hook_directory {
	const char *path; /* relative to the tree */
	enum uh_hook_point hook_point;
	enum reason reason;
	const char *match;
};

static void hook_done(struct hook *hook)
{
	script_done(&hook->script);
	free(hook->match);
	free(hook->overridden_by);
}

/* Finds the administrator's file that overrides or masks a package's hook. */
static void hook_find_status(
	struct hook_list *hooks, struct hook *hook, const char *relative)
{
	struct script other = {.path = NULL};
	enum tree_node node;

	if (hook->place == PLACE_OF_ADMINISTRATOR || hook->status == HOOK_IS_MASK)
		return;
	node = hook_tree_look_in(&hooks->tree, PLACE_OF_ADMINISTRATOR, relative, &other);
	script_done(&other);
	if (node != NODE_SCRIPT && node != NODE_MASK)
		return;
	hook->status = node == NODE_MASK ? HOOK_MASKED : HOOK_OVERRIDDEN;
	hook->overridden_by =
		xformat("%s/%s", hooks->tree.places[PLACE_OF_ADMINISTRATOR], relative);
}

static void hook_list_add(struct hook_list *hooks, const struct hook_directory *directory,
	size_t place, const char *name)
{
	owns_memory char *relative = xformat("%s/%s", directory->path, name);
	struct hook hook = {.place = place,
		.hook_point = directory->hook_point,
		.reason = directory->reason};
	enum tree_node node =
		hook_tree_look_in(&hooks->tree, place, relative, &hook.script);

	if (node == NODE_ABSENT || node == NODE_DIRECTORY)
		return;
	if (directory->match != NULL)
		hook.match = xstrdup(directory->match);
	if (node == NODE_MASK) {
		hook.status = HOOK_IS_MASK;
		hook.script.path = xformat("%s/%s", hooks->tree.places[place], relative);
		hook.script.relative =
			hook.script.path + strlen(hooks->tree.places[place]) + 1;
	}
	hook_find_status(hooks, &hook, relative);
	xgrow(&hooks->items, &hooks->capacity, hooks->count, sizeof(*hooks->items));
	hooks->items[hooks->count++] = hook;
}

/* By name; of one name the administrator's hook first. */
static void collect_directory(
	struct hook_list *hooks, const struct hook_directory *directory)
{
	owns_strings struct string_list names = {0};

	xensure(hook_tree_names(&hooks->tree, directory->path, &names, &hooks->faults));
	for (size_t i = 0; i < names.count; i++)
		if (!hook_tree_is_leftover(names.items[i]))
			for (size_t place = 0; place < PLACE_COUNT; place++)
				hook_list_add(hooks, directory, place, names.items[i]);
}

/* A file beside the directories is ignored, unless the other place has a directory. */
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
static void collect_directories(struct hook_list *hooks, enum uh_hook_point hook_point,
	enum reason reason, const char *parent, const char *below)
{
	owns_strings struct string_list names = {0};

	xensure(hook_tree_names(&hooks->tree, parent, &names, &hooks->faults));
	for (size_t i = 0; i < names.count; i++) {
		owns_memory char *match = xformat("%s/%s", parent, names.items[i]);
		owns_memory char *path = xformat("%s%s", match, below);
		const struct hook_directory directory = {
			path, hook_point, reason, names.items[i]};

		if (!is_only_file(hooks, match))
			collect_directory(hooks, &directory);
	}
}

static void collect_hook_point(struct hook_list *hooks, enum uh_hook_point hook_point)
{
	const char *name = uh_hook_point_name(hook_point);
	owns_memory char *below = xformat("/%s", name);
	owns_memory char *wildcards = xformat("multi_pkgs/%s", name);
	const struct hook_directory always = {name, hook_point, REASON_ALWAYS, NULL};

	/* check reports such directories of other hook points. */
	if (hook_point_has_packages(hook_point)) {
		collect_directories(hooks, hook_point, REASON_PACKAGE, "pkgs", below);
		collect_directories(hooks, hook_point, REASON_WILDCARD, wildcards, "");
	}
	collect_directory(hooks, &always);
}

const char *path_in_tree(
	const struct hook_tree *tree, const struct admin *admin, const char *path)
{
	size_t root_size = strlen(admin->root);
	const char *full = path_is_within(path, admin->root) ? path + root_size : path;

	for (size_t i = 0; i < PLACE_COUNT; i++) {
		const char *place = tree->places[i] + root_size;

		if (path_is_within(full, place) && full[strlen(place)] == '/')
			return full + strlen(place) + 1;
	}
	return path;
}

/*
 * Keeps one fault for each unreadable directory and all below it: several hook points may
 * have tried to read it.
 */
static void drop_repeated_faults(struct script_list *faults)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++) {
		struct script *fault = &faults->items[i];
		size_t other = 0;

		while (other < kept &&
			!path_is_within(fault->path, faults->items[other].path))
			other++;
		if (other < kept)
			script_done(fault);
		else
			faults->items[kept++] = *fault;
	}
	faults->count = kept;
}

void hook_list_read(struct hook_list *hooks, const struct admin *admin)
{
	memset(hooks, 0, sizeof(*hooks));
	xensure(hook_tree_init(&hooks->tree, admin->root));
	hooks->tree.trust.user = 0;
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		collect_hook_point(hooks, (enum uh_hook_point)i);
	drop_repeated_faults(&hooks->faults);
}

void hook_list_apply_renames(struct hook_list *hooks, const struct settings *settings)
{
	for (size_t i = 0; i < hooks->count; i++) {
		struct hook *hook = &hooks->items[i];
		struct script other = {.path = NULL};
		const char *former = NULL;
		enum tree_node node;

		if (hook->place != PLACE_OF_PACKAGES || hook->status != HOOK_EFFECTIVE)
			continue;
		node = renames_look(
			settings, &hooks->tree, hook->script.relative, &former, &other);
		script_done(&other);
		if (node == NODE_ABSENT)
			continue;
		hook->status = node == NODE_MASK ? HOOK_MASKED : HOOK_OVERRIDDEN;
		hook->overridden_by = xformat(
			"%s/%s", hooks->tree.places[PLACE_OF_ADMINISTRATOR], former);
	}
}

void hook_list_done(struct hook_list *hooks)
{
	for (size_t i = 0; i < hooks->count; i++)
		hook_done(&hooks->items[i]);
	free(hooks->items);
	script_list_done(&hooks->faults);
	hook_tree_done(&hooks->tree);
}

static bool is_named(
	const struct script *script, const struct admin *admin, const char *path)
{
	return strcmp(script->path, path) == 0 ||
	       strcmp(script->path + strlen(admin->root), path) == 0 ||
	       strcmp(script->relative, path) == 0;
}

const struct hook *hook_list_find(
	const struct hook_list *hooks, const struct admin *admin, const char *path)
{
	/* Of one name, the administrator's hook stands first and is the effective one. */
	for (size_t i = 0; i < hooks->count; i++)
		if (is_named(&hooks->items[i].script, admin, path))
			return &hooks->items[i];
	return NULL;
}

void hook_list_add_paths(const struct hook_list *hooks, struct string_list *paths)
{
	for (size_t i = 0; i < hooks->count; i++)
		xlist_add(paths, hooks->items[i].script.relative);
}

int hook_list_resolve(const struct hook_list *hooks, const struct admin *admin,
	const char *word, const struct hook **ret_hook)
{
	owns_strings struct string_list paths = {0};
	const char *path;

	*ret_hook = hook_list_find(hooks, admin, word);
	if (*ret_hook != NULL)
		return -1;
	hook_list_add_paths(hooks, &paths);
	path = script_name_find(&paths, word);
	if (path != NULL)
		*ret_hook = hook_list_find(hooks, admin, path);
	if (*ret_hook != NULL)
		return -1;
	return script_name_report(&paths, word, path_in_tree(&hooks->tree, admin, word));
}

void hook_list_warn_unreadable(const struct hook_list *hooks)
{
	for (size_t i = 0; i < hooks->faults.count; i++) {
		const struct script *fault = &hooks->faults.items[i];

		report_warning(
			_("%s cannot be read: %s"), fault->path, strerror(-fault->error));
	}
}

const char *reason_name(enum reason reason)
{
	static const struct word names[] = {{"package", REASON_PACKAGE},
		{"wildcard", REASON_WILDCARD}, {"always", REASON_ALWAYS}};

	return word_of(names, COUNT_OF(names), (int)reason);
}

char *unsafe_text(const struct unsafe_path *unsafe)
{
	char id[DECIMAL_SIZE];
	const struct passwd *user;
	const struct group *group;

	(void)decimal(id, unsafe->id); /* for an id without a name */
	switch (unsafe->kind) {
	case UH_UNSAFE_OWNER:
		user = getpwuid(unsafe->id);
		return xformat(_("%s is owned by user %s"), unsafe->path,
			user != NULL ? user->pw_name : id);
	case UH_UNSAFE_GROUP:
		group = getgrgid(unsafe->id);
		return xformat(_("%s is writable by group %s"), unsafe->path,
			group != NULL ? group->gr_name : id);
	case UH_UNSAFE_WORLD:
		return xformat(_("%s is writable by everyone"), unsafe->path);
	}
	return NULL;
}

char *variable_fault_text(
	const char *variable, int error, const struct unsafe_path *unsafe)
{
	int size = (int)strcspn(variable, "=");
	owns_memory char *text = NULL;

	if (error == -EINVAL)
		return xformat(_("its variable %.*s contains \"%s\", which is not an "
				 "absolute path"),
			size, variable, unsafe->path);
	text = error == -EPERM ? unsafe_text(unsafe) : xstrdup(strerror(-error));
	return xformat(_("its variable %.*s: %s"), size, variable, text);
}

char *fault_text(const struct script *script)
{
	static const struct word texts[] = {
		{N_("not executable"), SCRIPT_IS_NOT_EXECUTABLE},
		{N_("not a regular file"), SCRIPT_IS_NOT_A_FILE},
		{N_("leads nowhere"), SCRIPT_IS_DANGLING},
		{N_("its settings cannot be read"), SCRIPT_WITHOUT_SETTINGS},
		{N_("a setting is invalid"), SCRIPT_WITH_FAULTY_SETTING},
		{N_("a directory that cannot be read"), DIRECTORY_IS_UNREADABLE},
		{N_("a directory whose name cannot be matched"), WILDCARD_HAS_FAILED},
	};
	const char *text = word_of(texts, COUNT_OF(texts), (int)script->fault);

	if (script->fault == SCRIPT_IS_OPEN_TO_OTHERS)
		return unsafe_text(&script->unsafe);
	if (script->fault == SCRIPT_WITH_UNSAFE_VARIABLE)
		return variable_fault_text(
			script->variable, script->error, &script->unsafe);
	if (script->fault == SCRIPT_CANNOT_START)
		return xstrdup(strerror(-script->error));
	return text != NULL ? xstrdup(_(text)) : NULL;
}

void hook_counts_take(struct hook_counts *counts, const struct hook_list *hooks,
	const struct settings *settings, enum uh_hook_point hook_point)
{
	memset(counts, 0, sizeof(*counts));
	for (size_t i = 0; i < hooks->count; i++) {
		const struct hook *hook = &hooks->items[i];
		struct script_settings script;

		if (hook->hook_point != hook_point)
			continue;
		counts->masked += hook->status == HOOK_MASKED;
		counts->overridden += hook->status == HOOK_OVERRIDDEN;
		if (hook->status != HOOK_EFFECTIVE)
			continue;
		counts->always += hook->reason == REASON_ALWAYS;
		counts->by_package += hook->reason == REASON_PACKAGE;
		counts->by_wildcard += hook->reason == REASON_WILDCARD;
		xensure(settings_for(settings, hook->script.relative, &script));
		if (!script.is_enabled)
			counts->disabled++;
		else if (hook->script.fault != SCRIPT_IS_FINE)
			counts->faulty++;
		script_settings_done(&script);
	}
}

size_t hook_counts_hooks(const struct hook_counts *counts)
{
	return counts->always + counts->by_package + counts->by_wildcard;
}

size_t hook_counts_runnable(const struct hook_counts *counts)
{
	return hook_counts_hooks(counts) - counts->disabled - counts->faulty;
}

/* Appends gap and "3 masked", nothing for none. Returns the gap for the next one. */
static __attribute__((format(printf, 4, 5))) const char *add_count(
	struct buffer *text, const char *gap, size_t count, const char *format, ...)
{
	owns_memory char *phrase = NULL;
	va_list arguments;

	if (count == 0)
		return gap;
	va_start(arguments, format);
	phrase = xvformat(format, arguments);
	va_end(arguments);
	buffer_append_string(text, gap);
	buffer_append_string(text, phrase);
	return ", ";
}

/* " (1 by package, 2 always)" */
static void add_reasons(struct buffer *text, const struct hook_counts *counts)
{
	const char *gap = " (";

	gap = add_count(text, gap, counts->by_package,
		ngettext("%zu by package", "%zu by package", counts->by_package),
		counts->by_package);
	gap = add_count(text, gap, counts->by_wildcard,
		ngettext("%zu by wildcard", "%zu by wildcard", counts->by_wildcard),
		counts->by_wildcard);
	(void)add_count(text, gap, counts->always,
		ngettext("%zu always", "%zu always", counts->always), counts->always);
	buffer_append_string(text, ")");
}

void hook_counts_add(struct buffer *text, const struct hook_counts *counts)
{
	size_t hooks = hook_counts_hooks(counts);

	if (hooks == 0) {
		buffer_append_string(text, _("no hooks"));
	} else {
		buffer_append_format(text,
			ngettext("%zu hook", "%zu hooks", (unsigned long)hooks), hooks);
		add_reasons(text, counts);
	}
	(void)add_count(text, ", ", counts->disabled,
		ngettext("%zu disabled", "%zu disabled", counts->disabled),
		counts->disabled);
	(void)add_count(text, ", ", counts->faulty,
		ngettext("%zu faulty", "%zu faulty", counts->faulty), counts->faulty);
	(void)add_count(text, ", ", counts->masked,
		ngettext("%zu masked", "%zu masked", counts->masked), counts->masked);
	(void)add_count(text, ", ", counts->overridden,
		ngettext("%zu overridden", "%zu overridden", counts->overridden),
		counts->overridden);
}
