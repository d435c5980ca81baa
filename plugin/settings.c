/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"
#include "apt_text.h"
#include "transaction.h"

#include <ctype.h>
#include <errno.h>

#define SCOPE "Universal-Hooks"
#define SCRIPTS "Scripts::"

/* A day; whoever wants to wait longer wants no timeout. */
#define TIMEOUT_MAX 86400

enum name { ENABLED, ON_FAILURE, WHEN, OPERATIONS, TIMEOUT, USER, DIRECTORY, REQUIRES };

static const struct word on_failure_words[] = {
	{"warn", ON_FAILURE_WARN},
	{"abort", ON_FAILURE_ABORT},
	{"abort-after", ON_FAILURE_ABORT_AFTER},
};
static const struct word when_words[] = {
	{"ran", WHEN_RAN},
	{"success", WHEN_SUCCESS},
	{"failure", WHEN_FAILURE},
	{"always", WHEN_ALWAYS},
};

const char *on_failure_name(enum on_failure on_failure)
{
	return word_of(on_failure_words, COUNT_OF(on_failure_words), (int)on_failure);
}

const char *when_name(enum when when)
{
	return word_of(when_words, COUNT_OF(when_words), (int)when);
}

static bool read_word(
	const char *value, const struct word *words, size_t count, unsigned *ret_number)
{
	for (size_t i = 0; i < count; i++) {
		if (!slice_equals_caseless(slice_of(value), slice_of(words[i].word)))
			continue;
		*ret_number = (unsigned)words[i].value;
		return true;
	}
	return false;
}

static bool read_boolean(const char *value, unsigned *ret_number)
{
	int boolean = apt_boolean(slice_of(value));

	*ret_number = boolean == 1;
	return boolean >= 0;
}

static bool read_on_failure(const char *value, unsigned *ret_number)
{
	return read_word(value, on_failure_words, COUNT_OF(on_failure_words), ret_number);
}

static bool read_when(const char *value, unsigned *ret_number)
{
	return read_word(value, when_words, COUNT_OF(when_words), ret_number);
}

static bool read_operation(const char *value, unsigned *ret_number)
{
	enum operation operation;

	if (!operation_parse(value, &operation))
		return false;
	*ret_number = (unsigned)operation;
	return true;
}

static bool read_seconds(const char *value, unsigned *ret_number)
{
	unsigned long long seconds;
	bool is_number = slice_to_number(slice_of(value), &seconds);

	*ret_number = (unsigned)seconds;
	return is_number && seconds <= TIMEOUT_MAX;
}

static bool is_some(const char *value, unsigned *ret_number)
{
	*ret_number = 0;
	return value[0] != '\0';
}

static bool is_absolute(const char *value, unsigned *ret_number)
{
	*ret_number = 0;
	return value[0] == '/';
}

/*
 * Debian Policy 5.6.7, with an architecture behind it; never an option, never a
 * pattern.
 */
static bool is_package(const char *value, unsigned *ret_number)
{
	*ret_number = 0;
	return isalnum((unsigned char)value[0]) &&
	       value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789+.-:")] == '\0';
}

/* One row a setting, in the order of enum name. */
static const struct {
	const char *word;
	bool is_list;
	bool (*read)(const char *value, unsigned *ret_number);
} table[] = {
	[ENABLED] = {"Enabled", false, read_boolean},
	[ON_FAILURE] = {"On-Failure", false, read_on_failure},
	[WHEN] = {"When", false, read_when},
	[OPERATIONS] = {"Operations", true, read_operation},
	[TIMEOUT] = {"Timeout", false, read_seconds},
	[USER] = {"User", false, is_some},
	[DIRECTORY] = {"Directory", false, is_absolute},
	[REQUIRES] = {"Requires", true, is_package},
};

static bool skip_prefix(const char **text, const char *prefix)
{
	if (!slice_has_prefix_caseless(slice_of(*text), slice_of(prefix)))
		return false;
	*text += strlen(prefix);
	return true;
}

/* Takes what stands before the next "::" off text's front; false when there is none. */
static bool cut_at_colons(const char **text, struct slice *ret_head)
{
	const char *colons = strstr(*text, "::");

	if (colons == NULL)
		return false;
	*ret_head = (struct slice){*text, (size_t)(colons - *text)};
	*text = colons + 2;
	return true;
}

static int find_name(struct slice word)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (slice_equals_caseless(word, slice_of(table[i].word)))
			return (int)i;
	return -1;
}

/* [Scripts::PATH::]NAME, or [Scripts::PATH::]NAME::[ITEM] for one of a list. */
static void read_key(struct setting *setting, const char *key, struct slice *ret_path)
{
	struct slice word;
	bool is_item;

	*ret_path = (struct slice){"", 0};
	setting->name = -1;
	if (skip_prefix(&key, SCRIPTS) && !cut_at_colons(&key, ret_path))
		return;
	is_item = cut_at_colons(&key, &word);
	if (!is_item)
		word = slice_of(key);
	setting->name = find_name(word);
	/* A list that is given as a string, or the other way round. */
	if (setting->name >= 0 && table[setting->name].is_list != is_item)
		setting->is_value_bad = setting->is_form_bad = true;
}

static int read_setting(struct setting *setting, struct slice line)
{
	struct slice value = line;
	struct slice encoded_key = slice_cut(&value, '=');
	struct slice path;
	const char *key;

	setting->key = percent_decode(encoded_key);
	setting->value = percent_decode(value);
	if (setting->key == NULL || setting->value == NULL)
		return -ENOMEM;
	key = setting->key;
	/* settings_parse() has looked: what follows is nothing, or "::" and a name. */
	(void)skip_prefix(&key, SCOPE);
	(void)skip_prefix(&key, "::");
	read_key(setting, key, &path);
	while (path.size > 0 && path.data[path.size - 1] == '/')
		path.size--;
	setting->path = strndup(path.data, path.size);
	if (setting->path == NULL)
		return -ENOMEM;
	if (setting->name >= 0 && !setting->is_value_bad)
		setting->is_value_bad =
			!table[setting->name].read(setting->value, &setting->number);
	return 0;
}

static int read_lines(struct settings *settings, struct slice lines)
{
	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		struct slice rest = line;
		struct setting *setting;

		if (!apt_is_in_scope(slice_cut(&rest, '='), SCOPE))
			continue;
		if (array_grow(&settings->items, &settings->capacity, settings->count,
			    sizeof(*settings->items)) < 0)
			return -ENOMEM;
		setting = &settings->items[settings->count++];
		*setting = (struct setting){.name = -1};
		if (read_setting(setting, line) < 0)
			return -ENOMEM;
	}
	return 0;
}

int settings_parse(struct settings *settings, struct slice lines)
{
	int error;

	memset(settings, 0, sizeof(*settings));
	error = read_lines(settings, lines);
	/* Some of them may say the opposite of all. */
	if (error < 0)
		settings_done(settings);
	return error;
}

void settings_done(struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		free(settings->items[i].key);
		free(settings->items[i].value);
		free(settings->items[i].path);
	}
	free(settings->items);
	memset(settings, 0, sizeof(*settings));
}

/*
 * How near a setting is to path: the length of its own, 0 for the whole scope, −1 when it
 * is for something else.
 */
static ssize_t nearness(const struct setting *setting, const char *path)
{
	size_t size = strlen(setting->path);

	if (strncmp(setting->path, path, size) != 0)
		return -1;
	return size == 0 || path[size] == '\0' || path[size] == '/' ? (ssize_t)size : -1;
}

static void apply(struct script_settings *script, const struct setting *setting)
{
	switch ((enum name)setting->name) {
	case ENABLED:
		script->is_enabled = setting->number != 0;
		return;
	case ON_FAILURE:
		script->on_failure = (enum on_failure)setting->number;
		return;
	case WHEN:
		script->when = (enum when)setting->number;
		return;
	case OPERATIONS:
		script->operations |= 1U << setting->number;
		return;
	case TIMEOUT:
		script->timeout = setting->number;
		return;
	case USER:
		script->user = setting->value;
		return;
	case DIRECTORY:
		script->directory = setting->value;
		return;
	case REQUIRES:
		if (script->required != NULL)
			script->required[script->required_count++] = setting->value;
		return;
	}
}

struct script_settings script_settings_default(void)
{
	return (struct script_settings){
		.is_enabled = true, .operations = ~0U, .directory = "/"};
}

int settings_for(const struct settings *settings, const char *path,
	struct script_settings *ret_settings)
{
	ssize_t nearest[COUNT_OF(table)];
	struct script_settings script = script_settings_default();

	for (size_t i = 0; i < COUNT_OF(table); i++)
		nearest[i] = -1;
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];
		ssize_t near = setting->name >= 0 && !setting->is_value_bad
				       ? nearness(setting, path)
				       : -1;

		if (near >= 0 && near > nearest[setting->name])
			nearest[setting->name] = near;
	}
	script.required = calloc(settings->count + 1, sizeof(*script.required));
	if (nearest[OPERATIONS] >= 0)
		script.operations = 0;
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];

		if (setting->name >= 0 && !setting->is_value_bad &&
			nearest[setting->name] >= 0 &&
			nearness(setting, path) == nearest[setting->name])
			apply(&script, setting);
	}
	*ret_settings = script;
	return script.required != NULL ? 0 : -ENOMEM;
}

const struct setting *settings_enabled_by(
	const struct settings *settings, const char *path)
{
	const struct setting *found = NULL;
	ssize_t nearest = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];
		ssize_t near = nearness(setting, path);

		if (setting->name != ENABLED || setting->is_value_bad || near < nearest)
			continue;
		found = setting;
		nearest = near;
	}
	return found;
}

void script_settings_done(struct script_settings *settings)
{
	free(settings->required);
	settings->required = NULL;
}

bool setting_is_user(const struct setting *setting)
{
	return setting->name == USER;
}

const char *setting_word(int name)
{
	return (size_t)name < COUNT_OF(table) ? table[name].word : NULL;
}

bool setting_is_list(int name)
{
	return (size_t)name < COUNT_OF(table) && table[name].is_list;
}

enum setting_fault setting_judge(
	const struct setting *setting, bool has_user, struct hook_tree *tree)
{
	enum tree_node node = NODE_DIRECTORY;

	if (setting->name < 0)
		return SETTING_IS_UNKNOWN;
	if (setting->is_value_bad)
		return SETTING_IS_UNUSABLE;
	if (setting_is_user(setting) && !has_user)
		return SETTING_HAS_NO_USER;
	if (setting->path[0] != '\0')
		node = hook_tree_look(tree, setting->path);
	if (node == NODE_ABSENT)
		return SETTING_HAS_NO_SCRIPT;
	return node == NODE_MASK ? SETTING_IS_MASKED : SETTING_IS_FINE;
}

bool settings_mention_when(const struct settings *settings, enum when when)
{
	for (size_t i = 0; i < settings->count; i++)
		if (settings->items[i].name == WHEN && !settings->items[i].is_value_bad &&
			settings->items[i].number == (unsigned)when)
			return true;
	return false;
}
