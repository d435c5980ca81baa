/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check_foreign.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <sys/stat.h>

/* How much of a file is read. */
#define FOREIGN_SIZE 65536
#define BLANKS " \t\r"

/*
 * yum has pretrans and posttrans, dnf pre_transaction and transaction, dnf5 also
 * post_transaction, pacman PreTransaction and PostTransaction. At all of these the
 * packages are known. The others come before that; apt has nothing like them.
 */
static const struct {
	struct foreign_point point;
	const char *names[13]; /* their letters in lower case, NULL after them */
} foreign_points[] = {
	{{"yum", true, UH_PRE_INSTALL_PKGS}, {"pretrans"}},
	{{"yum", true, UH_POST_INVOKE}, {"posttrans"}},
	{{"dnf", true, UH_PRE_INSTALL_PKGS}, {"pretransaction"}},
	{{"dnf", true, UH_POST_INVOKE}, {"transaction", "posttransaction"}},
	{{"yum", false, 0},
		{"config", "postconfig", "init", "predownload", "postdownload",
			"prereposetup", "postreposetup", "exclude", "preresolve",
			"postresolve", "close", "clean"}},
	{{"dnf", false, 0},
		{"preconfig", "resolved", "sack", "prebasesetup", "postbasesetup",
			"reposconfigured", "reposloaded", "preaddcmdlinepackages",
			"postaddcmdlinepackages", "goalresolved"}},
};

const struct foreign_point *foreign_point_of(const char *word)
{
	owns_memory char *letters = letters_of(word);

	for (size_t i = 0; i < COUNT_OF(foreign_points); i++)
		for (const char *const *name = foreign_points[i].names; *name != NULL;
			name++)
			if (strcmp(letters, *name) == 0)
				return &foreign_points[i].point;
	return NULL;
}

const char *foreign_program(enum foreign_kind kind)
{
	return kind == FOREIGN_ALPM ? "pacman" : "dnf";
}

static struct slice strip_blanks(struct slice text)
{
	while (text.size > 0 && strchr(BLANKS, text.data[0]) != NULL) {
		text.data++;
		text.size--;
	}
	while (text.size > 0 && strchr(BLANKS, text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

/* Takes the next line, stripped, and counts it; false at the end. */
static bool next_line(struct slice *rest, unsigned long *number, struct slice *ret_line)
{
	if (rest->size == 0)
		return false;
	*ret_line = strip_blanks(slice_cut(rest, '\n'));
	(*number)++;
	return true;
}

/* NULL if the line is not an action. */
static const struct foreign_point *point_of_action(struct slice line)
{
	struct slice rest = line;
	struct slice word = slice_cut(&rest, ':');
	owns_memory char *name = NULL;

	if (word.size == line.size || line.data[0] == '#')
		return NULL;
	name = xstrndup(word.data, word.size);
	return foreign_point_of(name);
}

static bool is_section_of_alpm(struct slice line)
{
	return slice_equals(line, "[Trigger]") || slice_equals(line, "[Action]");
}

static bool is_action(struct slice line)
{
	return point_of_action(line) != NULL;
}

static bool has_line(struct slice text, bool (*is_wanted_line)(struct slice line))
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line))
		if (is_wanted_line(line))
			return true;
	return false;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t size = strlen(name), end = strlen(suffix);

	return size > end && strcmp(name + size - end, suffix) == 0;
}

/* "FILTER:STATE:COMMAND", in dnf's plugin post-transaction-actions. */
static bool is_old_action(struct slice line)
{
	struct slice rest = line;
	struct slice filter = slice_cut(&rest, ':');
	struct slice state = slice_cut(&rest, ':');

	return filter.size > 0 && filter.data[0] != '#' && rest.size > 0 &&
	       (slice_equals(state, "in") || slice_equals(state, "out") ||
		       slice_equals(state, "any"));
}

/* Whether the first line that is not a comment is one of apt.conf(5). */
static bool is_apt_conf(struct slice text)
{
	static const char *const beginnings[] = {"APT::", "APT {", "DPkg::", "DPkg {",
		"Acquire::", "Acquire {",
		"Dir::", "Universal-Hooks::", "Universal-Hooks {", "#clear ",
		"#include "};
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		for (size_t i = 0; i < COUNT_OF(beginnings); i++)
			if (slice_has_prefix_caseless(line, slice_of(beginnings[i])))
				return true;
		if (line.size > 0 && line.data[0] != '#' &&
			!slice_has_prefix(line, slice_of("//")))
			return false;
	}
	return false;
}

enum foreign_kind foreign_kind_of(const char *name, struct slice text)
{
	/* A script may contain such lines. */
	if (slice_has_prefix(text, slice_of("#!")))
		return FOREIGN_NONE;
	if (has_suffix(name, ".hook") && has_line(text, is_section_of_alpm))
		return FOREIGN_ALPM;
	if (has_suffix(name, ".actions") && has_line(text, is_action))
		return FOREIGN_ACTIONS;
	if (has_suffix(name, ".action") && has_line(text, is_old_action))
		return FOREIGN_OLD_ACTIONS;
	return is_apt_conf(text) ? FOREIGN_APT_CONF : FOREIGN_NONE;
}

/*
 * The directory for a pattern; the caller frees it. NULL if there is none: for files,
 * exceptions, and wildcards other than "*".
 */
static char *directory_for(const char *pattern, enum uh_hook_point hook_point)
{
	const char *point = uh_hook_point_name(hook_point);
	owns_memory char *wildcard = NULL;

	if (strpbrk(pattern, "/?[]{}!\\") != NULL)
		return NULL;
	if (pattern[0] == '\0')
		return xstrdup(point);
	if (strchr(pattern, '*') == NULL)
		return xformat("pkgs/%s/%s", pattern, point);
	wildcard = xcheck(wildcard_meant(pattern));
	return xformat("multi_pkgs/%s/%s", point, wildcard);
}

/* The caller sets the directory. */
static struct foreign_hook *foreign_add(
	struct foreign_hooks *hooks, unsigned long line, struct slice word)
{
	struct foreign_hook *hook;

	xgrow(&hooks->items, &hooks->capacity, hooks->count, sizeof(*hooks->items));
	hook = &hooks->items[hooks->count++];
	*hook = (struct foreign_hook){
		.line = line, .word = xstrndup(word.data, word.size), .has_point = true};
	return hook;
}

/* Cuts "Key = Value" in two; without "=" the value is empty. */
static struct slice cut_value(struct slice *line)
{
	struct slice value = *line;
	struct slice key = slice_cut(&value, '=');

	*line = strip_blanks(key);
	return strip_blanks(value);
}

/* Read first, since When may follow the Targets. */
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

/* Type may follow the Targets too, so this is for the end of their section. */
static void set_directories(
	struct foreign_hooks *hooks, size_t first, enum uh_hook_point hook_point)
{
	for (size_t i = first; i < hooks->count; i++)
		hooks->items[i].directory =
			directory_for(hooks->items[i].word, hook_point);
}

static void read_alpm(struct foreign_hooks *hooks, struct slice text)
{
	enum uh_hook_point hook_point = point_of_alpm(text);
	unsigned long number = 0;
	size_t first = hooks->count;
	bool is_of_packages = true; /* paths may look like packages */
	struct slice line;

	while (next_line(&text, &number, &line)) {
		struct slice value = cut_value(&line);

		if (line.size > 0 && line.data[0] == '[') {
			if (is_of_packages)
				set_directories(hooks, first, hook_point);
			first = hooks->count;
			is_of_packages = true;
		} else if (slice_equals(line, "Type")) {
			is_of_packages = slice_equals(value, "Package");
		} else if (slice_equals(line, "Target") && value.size > 0) {
			(void)foreign_add(hooks, number, value);
		}
	}
	if (is_of_packages)
		set_directories(hooks, first, hook_point);
}

static void read_old_actions(struct foreign_hooks *hooks, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		struct foreign_hook *hook;

		if (!is_old_action(line))
			continue;
		hook = foreign_add(hooks, number, slice_cut(&line, ':'));
		hook->directory = directory_for(hook->word, UH_POST_INVOKE);
	}
}

static void read_dnf_actions(struct foreign_hooks *hooks, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		const struct foreign_point *point = point_of_action(line);
		struct foreign_hook *hook;
		struct slice word;

		if (point == NULL)
			continue;
		word = slice_cut(&line, ':');
		if (point->has_equivalent)
			word = slice_cut(&line, ':');
		hook = foreign_add(hooks, number, word);
		hook->has_point = point->has_equivalent;
		if (hook->has_point)
			hook->directory = directory_for(hook->word, point->hook_point);
	}
}

void foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, struct slice text)
{
	if (kind == FOREIGN_ALPM)
		read_alpm(hooks, text);
	else if (kind == FOREIGN_ACTIONS)
		read_dnf_actions(hooks, text);
	else if (kind == FOREIGN_OLD_ACTIONS)
		read_old_actions(hooks, text);
}

void foreign_hooks_done(struct foreign_hooks *hooks)
{
	for (size_t i = 0; i < hooks->count; i++) {
		free(hooks->items[i].word);
		free(hooks->items[i].directory);
	}
	free(hooks->items);
	memset(hooks, 0, sizeof(*hooks));
}

/* Do not open every script. */
static bool may_be_foreign(const char *path, const char *name)
{
	static const char *const suffixes[] = {".hook", ".actions", ".action", ".conf"};
	struct stat status;

	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (has_suffix(name, suffixes[i]))
			return true;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0;
}

/* A file that is too long or cannot be read is judged by what was read. */
static enum foreign_kind read_foreign(
	const struct check *check, const char *path, struct buffer *text)
{
	const char *name = strrchr(path, '/') + 1;

	if (hook_tree_is_leftover(name) || !may_be_foreign(path, name))
		return FOREIGN_NONE;
	(void)check_read(check, path, FOREIGN_SIZE, text);
	return text->size > 0 ? foreign_kind_of(name, buffer_slice(text)) : FOREIGN_NONE;
}

bool check_is_foreign(const struct check *check, const char *path)
{
	owns_buffer struct buffer text = {0};

	return read_foreign(check, path, &text) != FOREIGN_NONE;
}

static void find_foreign(struct check *check, const char *path, const char *program,
	const struct foreign_hook *hook)
{
	if (hook->directory != NULL)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; an equivalent script belongs in "
			  "%s"),
			program, hook->directory);
	else if (hook->has_point)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; no directory can match \"%s\""),
			program, hook->word);
	else
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; apt has no hook point like "
			  "\"%s\""),
			program, hook->word);
}

/* A line of an alpm hook that a setting, or the script itself, replaces. */
static void find_alpm_setting(
	struct check *check, const char *path, unsigned long number, struct slice line)
{
	struct slice value = cut_value(&line);

	if (slice_equals(line, "AbortOnFail"))
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of AbortOnFail, use the setting On-Failure "
			  "\"abort\""));
	else if (slice_equals(line, "NeedsTargets"))
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of NeedsTargets, read the file "
			  "$APT_UNIVERSAL_HOOKS_MATCHED in the script, or in pkgs/ use "
			  "$APT_UNIVERSAL_HOOKS_PACKAGE"));
	else if (slice_equals(line, "Depends") && value.size > 0)
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of Depends, use the setting Requires { \"%.*s\"; }: "
			  "without the package, the script is skipped, but apt "
			  "continues"),
			(int)value.size, value.data);
}

/* The settings that replace the direction and the options of an action. */
static void find_action_settings(
	struct check *check, const char *path, unsigned long number, struct slice line)
{
	struct slice direction, options;

	if (!is_action(line))
		return;
	(void)slice_cut(&line, ':');
	(void)slice_cut(&line, ':');
	direction = slice_cut(&line, ':');
	options = slice_cut(&line, ':');
	if (slice_equals(direction, "in"))
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of direction in, use the setting Operations { "
			  "\"install\"; \"upgrade\"; \"downgrade\"; \"reinstall\"; }"));
	else if (slice_equals(direction, "out"))
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of direction out, use the setting Operations { "
			  "\"upgrade\"; \"downgrade\"; \"reinstall\"; \"remove\"; "
			  "\"purge\"; }"));
	if (options.size > 0 &&
		memmem(options.data, options.size, "raise_error=1", 13) != NULL)
		check_find_at(check, FINDING_FILE_FOREIGN, path, number, NULL,
			_("instead of raise_error=1, use the setting On-Failure "
			  "\"abort\""));
}

static void find_foreign_settings(
	struct check *check, const char *path, enum foreign_kind kind, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (next_line(&text, &number, &line)) {
		if (kind == FOREIGN_ALPM)
			find_alpm_setting(check, path, number, line);
		else if (kind == FOREIGN_ACTIONS)
			find_action_settings(check, path, number, line);
	}
}

bool check_foreign(struct check *check, const char *path)
{
	__attribute__((cleanup(foreign_hooks_done))) struct foreign_hooks hooks = {
		.items = NULL};
	owns_buffer struct buffer text = {0};
	enum foreign_kind kind = read_foreign(check, path, &text);

	if (kind == FOREIGN_NONE)
		return false;
	if (kind == FOREIGN_APT_CONF) {
		check_find(check, FINDING_FILE_FOREIGN, path, NULL,
			_("settings for apt, not a script; they belong in a file in "
			  "/etc/apt/apt.conf.d"));
		return true;
	}
	foreign_read(&hooks, kind, buffer_slice(&text));
	for (size_t i = 0; i < hooks.count; i++)
		find_foreign(check, path, foreign_program(kind), &hooks.items[i]);
	find_foreign_settings(check, path, kind, buffer_slice(&text));
	if (hooks.count == 0)
		check_find(check, FINDING_FILE_FOREIGN, path, NULL,
			_("a hook for %s, not a script"), foreign_program(kind));
	return true;
}
