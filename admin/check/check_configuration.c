/* SPDX-License-Identifier: BSD-2-Clause */
/* apt's configuration as a whole: what apt cannot parse, and files that it ignores. */
#include "apt_text.h"
#include "bridge.h"
#include "check/checks.h"
#include "nearest.h"
#include "package_settings.h"
#include "system/apt.h"
#include "system/registration.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <ctype.h>
#include <strings.h>
#include <sys/stat.h>

#define SCOPE "Universal-Hooks"
#define APT "/etc/apt"
#define PARTS APT "/apt.conf.d"
#define CONF ".conf"

/* Cuts "FILE:LINE:" out of a message of apt, whatever its language; false without one. */
static bool cut_place(
	const char **message, struct slice *ret_file, unsigned long *ret_line)
{
	const char *file = strchr(*message, '/');

	for (const char *at = file; at != NULL && (at = strchr(at, ':')) != NULL; at++) {
		size_t digits = strspn(at + 1, "0123456789");

		if (digits == 0 || at[1 + digits] != ':')
			continue;
		*ret_file = (struct slice){file, (size_t)(at - file)};
		*ret_line = strtoul(at + 1, NULL, 10);
		*message = at + 2 + digits + strspn(at + 2 + digits, " ");
		return true;
	}
	return false;
}

static void find_refused(struct check *check, const char *message)
{
	struct slice place = {"", 0};
	unsigned long line = 0;
	bool has_place = cut_place(&message, &place, &line);
	owns_memory char *file = has_place ? xstrndup(place.data, place.size)
					   : xformat("%s" PARTS, check->admin->root);
	/* apt reads on to the next ";". */
	bool is_open = strncmp(message, "Extra junk", strlen("Extra junk")) == 0;

	check_find_at(check, FINDING_CONFIGURATION_UNUSABLE, file, line, NULL,
		is_open ? _("apt cannot read this file, so every apt command fails and "
			    "no hook is run: %s; is a \";\" missing before?")
			: _("apt cannot read this file, so every apt command fails and "
			    "no hook is run: %s"),
		message);
}

/* Errors are findings; warnings, for example about an unreadable file, are passed on. */
static void read_messages(struct check *check, char *messages)
{
	struct slice rest = slice_of(messages);

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *message = xstrndup(line.data, line.size);

		if (strncmp(message, "E: ", 3) == 0) {
			find_refused(check, message + 3);
		} else if (strncmp(message, "W: ", 3) == 0) {
			check->is_incomplete = true;
			(void)report_error("%s", message + 3);
		}
	}
}

/* What a key begins with instead of our scope, or NULL. The caller frees it. */
static char *wrong_scope(const char *key)
{
	static const char scope[] = "::" SCOPE "::";
	owns_memory char *first = xstrndup(key, strcspn(key, ":"));
	const char *nested = strcasestr(key, scope);

	if (strcasecmp(first, SCOPE) == 0)
		return NULL;
	if (nested != NULL)
		return xstrndup(key, (size_t)(nested - key) + strlen(scope) - 2);
	if (word_distance(first, SCOPE, 4) < 4 || has_same_letters(first, SCOPE))
		return xstrdup(first);
	return NULL;
}

static void find_wrong_scope(
	struct check *check, const char *key, const char *value, const char *scope)
{
	const struct origin *origin = origins_find(&check->origins, key, value);
	owns_buffer struct buffer command = {0};

	if (origin != NULL && origin->line > 0)
		check_fix_line(check, &command, origin->file, origin->line, scope, SCOPE);
	check_find_at(check, FINDING_SETTING_UNKNOWN,
		origin != NULL ? origin->file : "apt.conf",
		origin != NULL ? origin->line : 0, &command,
		_("%s \"%s\": no setting of a hook, so it is ignored; did you mean "
		  "%s?"),
		key, value, SCOPE);
}

static void check_scopes(struct check *check, struct slice lines)
{
	while (lines.size > 0) {
		struct slice value = slice_cut(&lines, '\n');
		struct slice key = slice_cut(&value, '=');
		owns_memory char *name = xcheck(percent_decode(key));
		owns_memory char *text = xcheck(percent_decode(value));
		owns_memory char *scope = wrong_scope(name);

		if (scope != NULL && text[0] != '\0')
			find_wrong_scope(check, name, text, scope);
	}
}

/* As GetListOfFilesInDir() of libapt-pkg decides for apt.conf.d. */
static bool is_read_by_apt(const char *name)
{
	const char *end = strrchr(name, '.');

	for (const char *at = name; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr("_-:.", *at) == NULL)
			return false;
	return end == NULL || strcmp(end, CONF) == 0;
}

static bool has_ending(const char *name)
{
	const char *end = strrchr(name, '.');

	return end != NULL && strcmp(end, CONF) == 0;
}

static bool is_no_other_configuration(const char *name)
{
	return !has_ending(name) || strcmp(name, "apt.conf") == 0;
}

/* A directory in which the name of a file decides whether it is read. */
struct file_place {
	const char *path;
	bool (*is_read)(const char *name); /* NULL: none are read */
	bool is_of_apt;                    /* rather than for packages' settings */
};

/* What a file sets, cut from an answer of bridge_files(), which has the files in order. */
static void cut_what_it_sets(
	struct slice *lines, const char *file, bool *ret_has_ours, bool *ret_has_others)
{
	*ret_has_ours = *ret_has_others = false;
	while (lines->size > 0) {
		struct slice next = *lines;
		struct slice rest = slice_cut(&next, '\n');
		struct slice encoded = slice_cut(&rest, '\t');
		struct slice setting = slice_cut(&rest, '\t');
		struct slice key = slice_cut(&setting, '=');
		owns_memory char *name = xcheck(percent_decode(encoded));
		owns_memory char *text = xcheck(percent_decode(key));

		if (strcmp(name, file) != 0)
			return;
		*lines = next;
		if (strcasestr(text, "universal-hooks") != NULL ||
			strcasestr(text, "universal_hooks") != NULL)
			*ret_has_ours = true;
		else
			*ret_has_others = true;
	}
}

/* A name that apt reads: 90a.conf for "90a.conf.txt", "90a.cfg" and "90a.". */
static char *name_for_apt(const char *name)
{
	const char *middle = strcasestr(name, CONF);
	const char *end = strrchr(name, '.');
	char *right;

	if (middle == NULL)
		middle = end != NULL ? end : name + strlen(name);
	right = xformat("%.*s%s", (int)(middle - name), name, CONF);
	for (char *at = right; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr("_-:.", *at) == NULL)
			*at = '-';
	return right;
}

static void find_copy(struct check *check, const char *path, const char *meant)
{
	owns_memory char *original =
		xformat("%.*s%s", (int)(strrchr(path, '/') + 1 - path), path, meant);
	struct stat status;

	/* If the original is there as well, this is just a backup. */
	if (lstat(original, &status) < 0)
		check_find(check, FINDING_LEFTOVER, path, NULL,
			_("looks like a leftover of %s; apt does not read it, so its "
			  "settings do nothing"),
			meant);
}

static void find_unread(struct check *check, const struct file_place *place,
	const char *path, bool has_others)
{
	const char *name = strrchr(path, '/') + 1;
	owns_buffer struct buffer command = {0};
	owns_memory char *right = name_for_apt(name);
	owns_memory char *target = xformat("%s" PARTS "/%s", check->admin->root, right);

	/* Renaming it would activate its other settings, too. */
	if (place->is_of_apt && !has_others && check_claim(check, path, target))
		fix_words(&command, "mv", "-nT", "--", path, target);
	if (!place->is_of_apt)
		check_find(check, FINDING_SETTINGS_NOT_READ, path, NULL,
			_("not read, because its name does not end with .conf; its "
			  "settings do nothing"));
	else if (place->is_read == is_read_by_apt)
		check_find(check, FINDING_SETTINGS_NOT_READ, path, &command,
			_("apt does not read a file of this name, so its settings do "
			  "nothing; a name has letters, digits, \"-\" and \"_\", and "
			  "ends with .conf"));
	else
		check_find(check, FINDING_SETTINGS_NOT_READ, path, &command,
			_("apt does not read this file, so its settings do nothing; it "
			  "belongs in /etc/apt/apt.conf.d"));
}

static void find_in_files(struct check *check, const struct file_place *place,
	const struct string_list *files)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *message = NULL;
	struct slice rest;

	if (xensure(bridge_files(files, &lines, &message)) < 0)
		return;
	rest = buffer_slice(&lines);
	for (size_t i = 0; i < files->count; i++) {
		const char *path = files->items[i];
		const char *name = strrchr(path, '/') + 1;
		owns_memory char *meant =
			hook_tree_is_leftover(name) ? leftover_meant(name) : NULL;
		bool has_ours, has_others;

		cut_what_it_sets(&rest, path, &has_ours, &has_others);
		if (has_ours && meant != NULL)
			find_copy(check, path, meant);
		else if (has_ours)
			find_unread(check, place, path, has_others);
	}
}

static void check_file_place(struct check *check, const struct file_place *place)
{
	static const char off[] = ".disabled";
	owns_strings struct string_list names = {0}, files = {0};

	if (check_read_names(place->path, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		owns_memory char *path = xformat("%s/%s", place->path, name);
		size_t size = strlen(name);
		struct stat status;

		/* Hidden, or deliberately switched off. */
		if (name[0] == '.' ||
			(size > strlen(off) &&
				strcmp(name + size - strlen(off), off) == 0) ||
			stat(path, &status) < 0)
			continue;
		if (S_ISREG(status.st_mode) &&
			(place->is_read == NULL || !place->is_read(name)))
			xlist_add(&files, path);
		else if (S_ISDIR(status.st_mode) && place->is_read == is_read_by_apt)
			check_file_place(check,
				&(struct file_place){.path = path, .is_of_apt = true});
	}
	if (files.count > 0)
		find_in_files(check, place, &files);
}

static void check_unread_files(struct check *check)
{
	owns_memory char *apt = xformat("%s" APT, check->admin->root);
	owns_memory char *parts = xformat("%s" PARTS, check->admin->root);
	owns_memory char *shipped = xformat(
		"%s/%s", check->hooks.tree.places[PLACE_OF_PACKAGES], PACKAGE_SETTINGS);
	const struct file_place places[] = {{parts, is_read_by_apt, true},
		{apt, is_no_other_configuration, true}, {shipped, has_ending, false}};

	for (size_t i = 0; i < COUNT_OF(places); i++)
		check_file_place(check, &places[i]);
}

void check_configuration(struct check *check)
{
	owns_strings struct string_list keys = {0};
	owns_memory char *messages = NULL;
	int error;

	registration_add_keys(&keys);
	xensure(string_list_terminate(&keys));
	error = origins_try(&check->origins, check->admin, NULL,
		(const char *const *)keys.items, &check->configuration, &messages);
	if (error < 0)
		check->is_incomplete = check->is_apt_unusable = true;
	if (messages != NULL)
		read_messages(check, messages);
	/* The rest is not about single hooks. */
	if (check->limits.count > 0)
		return;
	check_scopes(check, buffer_slice(&check->configuration));
	check_unread_files(check);
}
