/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/foreign.h"
#include "shell_word.h"
#include "ui/message.h"
#include "ui/spelling.h"

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

struct slice foreign_strip(struct slice text)
{
	while (text.size > 0 && strchr(BLANKS, text.data[0]) != NULL) {
		text.data++;
		text.size--;
	}
	while (text.size > 0 && strchr(BLANKS, text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

bool foreign_next_line(struct slice *rest, unsigned long *number, struct slice *ret_line)
{
	if (rest->size == 0)
		return false;
	*ret_line = foreign_strip(slice_cut(rest, '\n'));
	(*number)++;
	return true;
}

const struct foreign_point *foreign_point_of_action(struct slice line)
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
	return foreign_point_of_action(line) != NULL;
}

static bool has_line(struct slice text, bool (*is_wanted_line)(struct slice line))
{
	unsigned long number = 0;
	struct slice line;

	while (foreign_next_line(&text, &number, &line))
		if (is_wanted_line(line))
			return true;
	return false;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t size = strlen(name), end = strlen(suffix);

	return size > end && strcmp(name + size - end, suffix) == 0;
}

bool foreign_is_old_action(struct slice line)
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

	while (foreign_next_line(&text, &number, &line)) {
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
	if (has_suffix(name, ".action") && has_line(text, foreign_is_old_action))
		return FOREIGN_OLD_ACTIONS;
	return is_apt_conf(text) ? FOREIGN_APT_CONF : FOREIGN_NONE;
}

static struct foreign_hook *grow_hooks(struct foreign_hooks *hooks, unsigned long line)
{
	struct foreign_hook *hook;

	xgrow(&hooks->items, &hooks->capacity, hooks->count, sizeof(*hooks->items));
	hook = &hooks->items[hooks->count++];
	*hook = (struct foreign_hook){.line = line};
	return hook;
}

/* apt.conf(5) cannot express "::" within a key. */
static void replace_colons(char *path)
{
	for (char *at = path; (at = strchr(at, ':')) != NULL;)
		*at = '_';
}

struct foreign_hook *foreign_add(struct foreign_hooks *hooks, unsigned long line,
	enum uh_hook_point hook_point, const char *name)
{
	struct foreign_hook *hook = grow_hooks(hooks, line);
	const char *suffix = strrchr(name, '.');
	size_t size = suffix != NULL ? (size_t)(suffix - name) : strlen(name);

	hook->path = xformat("%s/%.*s", uh_hook_point_name(hook_point), (int)size, name);
	replace_colons(hook->path);
	return hook;
}

void foreign_add_pointless(
	struct foreign_hooks *hooks, unsigned long line, struct slice word)
{
	grow_hooks(hooks, line)->word = xstrndup(word.data, word.size);
}

void foreign_number_paths(struct foreign_hooks *hooks)
{
	size_t count = 0;

	for (size_t i = 0; i < hooks->count; i++)
		count += hooks->items[i].path != NULL;
	for (size_t i = 0; count > 1 && i < hooks->count; i++) {
		struct foreign_hook *hook = &hooks->items[i];
		owns_memory char *path = hook->path;

		if (path != NULL)
			hook->path = xformat("%s-%03lu", path, hook->line);
	}
}

void foreign_set(struct foreign_hook *hook, const char *name, const char *value)
{
	(void)xcheck(own_settings_add(&hook->settings, "", name, value));
}

void foreign_add_item(struct foreign_hook *hook, const char *name, const char *value)
{
	const struct own_setting *found = own_settings_find(&hook->settings, "", name);
	struct own_setting *setting;

	if (found != NULL) {
		xlist_add(&hook->settings.items[found - hook->settings.items].values,
			value);
		return;
	}
	setting = xcheck(own_settings_add(&hook->settings, "", name, value));
	setting->is_list = true;
}

void foreign_close_without(struct foreign_hook *hook)
{
	if (own_settings_find(&hook->settings, "", "Packages") == NULL &&
		own_settings_find(&hook->settings, "", "Paths") == NULL)
		foreign_set(hook, "Enabled", "false");
}

void foreign_set_operations(struct foreign_hook *hook, unsigned operations)
{
	static const enum operation all[] = {OPERATION_INSTALL, OPERATION_UPGRADE,
		OPERATION_DOWNGRADE, OPERATION_REINSTALL, OPERATION_REMOVE,
		OPERATION_PURGE};

	if (operations == 0 || operations == FOREIGN_ALL)
		return;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if ((operations & 1U << all[i]) != 0)
			foreign_add_item(hook, "Operations", operation_name(all[i]));
}

/* The target of a symlink is a whole path; an empty item of a list counts as unset. */
static bool can_be_linked(const struct string_list *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (words->items[i][0] == '\0')
			return false;
	return words->count > 0 && words->items[0][0] == '/';
}

void foreign_set_command(struct foreign_hook *hook, const char *before,
	const struct string_list *words, const char *after)
{
	owns_buffer struct buffer command = {0};

	if (words->count == 0)
		return;
	buffer_append_string(&command, before);
	for (size_t i = 0; i < words->count; i++) {
		if (i > 0)
			buffer_append_string(&command, " ");
		shell_word_add(&command, words->items[i]);
	}
	buffer_append_string(&command, after);
	hook->command = xbuffer_steal(&command);
}

void foreign_set_program(struct foreign_hook *hook, const struct string_list *words)
{
	if (!can_be_linked(words)) {
		foreign_set_command(hook, "exec ", words, "");
		return;
	}
	hook->program = xstrndup(words->items[0], strlen(words->items[0]));
	for (size_t i = 1; i < words->count; i++)
		foreign_add_item(hook, "Arguments", words->items[i]);
}

void foreign_lose(struct foreign_hooks *hooks, unsigned long line, enum foreign_loss loss,
	struct slice word)
{
	struct foreign_lost *lost;

	xgrow(&hooks->losses, &hooks->loss_capacity, hooks->loss_count,
		sizeof(*hooks->losses));
	lost = &hooks->losses[hooks->loss_count++];
	*lost = (struct foreign_lost){
		.line = line, .loss = loss, .word = xstrndup(word.data, word.size)};
}

void foreign_hooks_done(struct foreign_hooks *hooks)
{
	for (size_t i = 0; i < hooks->count; i++) {
		free(hooks->items[i].path);
		free(hooks->items[i].word);
		free(hooks->items[i].program);
		free(hooks->items[i].command);
		own_settings_done(&hooks->items[i].settings);
	}
	for (size_t i = 0; i < hooks->loss_count; i++)
		free(hooks->losses[i].word);
	free(hooks->items);
	free(hooks->losses);
	memset(hooks, 0, sizeof(*hooks));
}
