/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/foreign.h"
#include "ui/spelling.h"

#include <errno.h>

#define BLANKS " \t\r"

/*
 * pretrans and posttrans are yum's, pre_transaction and transaction dnf's, and with
 * post_transaction dnf5's; pacman writes PreTransaction. The packages are known at all
 * of them. The rest had no packages, and nothing of apt's own is near them.
 */
static const struct foreign_point foreign_points[] = {
	{"pretrans", "yum", true, UH_PRE_INSTALL_PKGS},
	{"posttrans", "yum", true, UH_POST_INVOKE},
	{"pretransaction", "dnf", true, UH_PRE_INSTALL_PKGS},
	{"transaction", "dnf", true, UH_POST_INVOKE},
	{"posttransaction", "dnf", true, UH_POST_INVOKE},
	{"config", "yum", false, UH_PRE_INVOKE},
	{"postconfig", "yum", false, UH_PRE_INVOKE},
	{"init", "yum", false, UH_PRE_INVOKE},
	{"predownload", "yum", false, UH_PRE_INVOKE},
	{"postdownload", "yum", false, UH_PRE_INVOKE},
	{"prereposetup", "yum", false, UH_PRE_INVOKE},
	{"postreposetup", "yum", false, UH_PRE_INVOKE},
	{"exclude", "yum", false, UH_PRE_INVOKE},
	{"preresolve", "yum", false, UH_PRE_INVOKE},
	{"postresolve", "yum", false, UH_PRE_INVOKE},
	{"close", "yum", false, UH_PRE_INVOKE},
	{"clean", "yum", false, UH_PRE_INVOKE},
	{"preconfig", "dnf", false, UH_PRE_INVOKE},
	{"resolved", "dnf", false, UH_PRE_INVOKE},
	{"sack", "dnf", false, UH_PRE_INVOKE},
	{"prebasesetup", "dnf", false, UH_PRE_INVOKE},
	{"postbasesetup", "dnf", false, UH_PRE_INVOKE},
	{"reposconfigured", "dnf", false, UH_PRE_INVOKE},
	{"reposloaded", "dnf", false, UH_PRE_INVOKE},
	{"preaddcmdlinepackages", "dnf", false, UH_PRE_INVOKE},
	{"postaddcmdlinepackages", "dnf", false, UH_PRE_INVOKE},
	{"goalresolved", "dnf", false, UH_PRE_INVOKE},
};

const struct foreign_point *foreign_point_of(const char *word)
{
	owns_memory char *letters = letters_of(word);

	for (size_t i = 0; letters != NULL && i < COUNT_OF(foreign_points); i++)
		if (strcmp(letters, foreign_points[i].letters) == 0)
			return &foreign_points[i];
	return NULL;
}

const char *foreign_program(enum foreign_kind kind)
{
	return kind == FOREIGN_ALPM ? "pacman" : "dnf";
}

static struct slice strip(struct slice text)
{
	while (text.size > 0 && strchr(BLANKS, text.data[0]) != NULL) {
		text.data++;
		text.size--;
	}
	while (text.size > 0 && strchr(BLANKS, text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

/* The next line of a file, stripped, and its number; false at the end. */
static bool next_line(struct slice *rest, unsigned long *number, struct slice *ret_line)
{
	if (rest->size == 0)
		return false;
	*ret_line = strip(slice_cut(rest, '\n'));
	(*number)++;
	return true;
}

static bool has_line(struct slice text, const char *wanted)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line))
		if (slice_equals(line, wanted))
			return true;
	return false;
}

/* NULL where the line is no action. */
static const struct foreign_point *point_of_action(struct slice line)
{
	struct slice rest = line;
	struct slice word = slice_cut(&rest, ':');
	owns_memory char *name = strndup(word.data, word.size);

	if (name == NULL || word.size == line.size || line.data[0] == '#')
		return NULL;
	return foreign_point_of(name);
}

static bool has_action(struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line))
		if (line.size > 0 && point_of_action(line) != NULL)
			return true;
	return false;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), end = strlen(ending);

	return size > end && strcmp(name + size - end, ending) == 0;
}

bool foreign_may_be(const char *name)
{
	return ends_with(name, ".hook") || ends_with(name, ".actions");
}

enum foreign_kind foreign_kind_of(const char *name, struct slice text)
{
	/* A script may hold such a text. */
	if (slice_has_prefix(text, slice_of("#!")))
		return FOREIGN_NONE;
	if (ends_with(name, ".hook") &&
		(has_line(text, "[Trigger]") || has_line(text, "[Action]")))
		return FOREIGN_ALPM;
	if (ends_with(name, ".actions") && has_action(text))
		return FOREIGN_ACTIONS;
	return FOREIGN_NONE;
}

/*
 * The directory for a pattern of theirs, the caller's. *ret_place is NULL where there is
 * none: files, exceptions, and wildcards other than "*". 0 or −ENOMEM.
 */
static int find_place(
	const char *pattern, enum uh_hook_point hook_point, char **ret_place)
{
	const char *point = uh_hook_point_name(hook_point);
	owns_memory char *wildcard = NULL;

	*ret_place = NULL;
	if (strpbrk(pattern, "/?[]{}!\\") != NULL)
		return 0;
	if (strchr(pattern, '*') != NULL) {
		wildcard = wildcard_meant(pattern);
		if (wildcard == NULL)
			return -ENOMEM;
		*ret_place = string_format("multi_pkgs/%s/%s", point, wildcard);
	} else if (pattern[0] != '\0') {
		*ret_place = string_format("pkgs/%s/%s", pattern, point);
	} else {
		*ret_place = strdup(point);
	}
	return *ret_place != NULL ? 0 : -ENOMEM;
}

static int add(struct foreign_hooks *hooks, unsigned long line, struct slice word,
	bool has_point, enum uh_hook_point hook_point)
{
	struct foreign_hook hook = {.line = line,
		.word = strndup(word.data, word.size),
		.has_point = has_point};

	if (hook.word == NULL ||
		(has_point && find_place(hook.word, hook_point, &hook.place) < 0) ||
		array_grow(&hooks->items, &hooks->capacity, hooks->count,
			sizeof(*hooks->items)) < 0) {
		free(hook.word);
		free(hook.place);
		return -ENOMEM;
	}
	hooks->items[hooks->count++] = hook;
	return 0;
}

/* Cuts "Key = Value" in two; the value is empty where there is none. */
static struct slice cut_value(struct slice *line)
{
	struct slice value = *line;
	struct slice key = slice_cut(&value, '=');

	*line = strip(key);
	return strip(value);
}

/* When may stand behind the Targets that it holds for. */
static enum uh_hook_point point_of_alpm(struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		struct slice value = cut_value(&line);

		if (slice_equals(line, "When") && slice_equals(value, "PreTransaction"))
			return UH_PRE_INSTALL_PKGS;
	}
	return UH_POST_INVOKE;
}

/* Paths may look like names. */
static void take_places(struct foreign_hooks *hooks, size_t first)
{
	for (size_t i = first; i < hooks->count; i++) {
		free(hooks->items[i].place);
		hooks->items[i].place = NULL;
	}
}

static int read_alpm(struct foreign_hooks *hooks, struct slice text)
{
	enum uh_hook_point hook_point = point_of_alpm(text);
	unsigned long number = 0;
	size_t first = hooks->count;
	bool is_of_paths = false;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		struct slice value = cut_value(&line);

		if (line.size > 0 && line.data[0] == '[') {
			if (is_of_paths)
				take_places(hooks, first);
			first = hooks->count;
			is_of_paths = false;
		} else if (slice_equals(line, "Type")) {
			is_of_paths = !slice_equals(value, "Package");
		} else if (slice_equals(line, "Target") && value.size > 0 &&
			   add(hooks, number, value, true, hook_point) < 0) {
			return -ENOMEM;
		}
	}
	if (is_of_paths)
		take_places(hooks, first);
	return 0;
}

static int read_actions(struct foreign_hooks *hooks, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		const struct foreign_point *point =
			line.size > 0 ? point_of_action(line) : NULL;
		struct slice word;

		if (point == NULL)
			continue;
		word = slice_cut(&line, ':');
		if (point->has_equal)
			word = slice_cut(&line, ':');
		if (add(hooks, number, word, point->has_equal, point->hook_point) < 0)
			return -ENOMEM;
	}
	return 0;
}

int foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, struct slice text)
{
	switch (kind) {
	case FOREIGN_NONE:
		return 0;
	case FOREIGN_ALPM:
		return read_alpm(hooks, text);
	case FOREIGN_ACTIONS:
		return read_actions(hooks, text);
	}
	return 0;
}

void foreign_hooks_done(struct foreign_hooks *hooks)
{
	for (size_t i = 0; i < hooks->count; i++) {
		free(hooks->items[i].word);
		free(hooks->items[i].place);
	}
	free(hooks->items);
	memset(hooks, 0, sizeof(*hooks));
}
