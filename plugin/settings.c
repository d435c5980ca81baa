/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"
#include "apt_text.h"
#include "dependency.h"
#include "nearest.h"
#include "pattern.h"
#include "transaction.h"
#include "variables.h"

#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#define SCOPE "Universal-Hooks"
#define SCRIPTS "Scripts::"
/*
 * Outside the scope, so apt never sends it. An encoded file name, a tab, and a setting
 * follow.
 */
#define OF_PACKAGE "Universal-Hooks-Package::"

static const struct word on_failure_words[] = {
	{"warn", ON_FAILURE_WARN},
	{"abort", ON_FAILURE_ABORT},
	{"abort-after", ON_FAILURE_ABORT_AFTER},
};
static const struct word input_words[] = {
	{"terminal", INPUT_TERMINAL},
	{"null", INPUT_NULL},
};
static const struct word output_words[] = {
	{"terminal", OUTPUT_TERMINAL},
	{"both", OUTPUT_BOTH},
	{"log", OUTPUT_LOG},
};
static const struct word when_words[] = {
	{"ran", WHEN_RAN},
	{"success", WHEN_SUCCESS},
	{"packages-success", WHEN_PACKAGES_SUCCESS},
	{"failure", WHEN_FAILURE},
	{"always", WHEN_ALWAYS},
};

#define FIELD(name) offsetof(struct script_settings, name)
#define WORDS(table) .words = (table), .word_count = COUNT_OF(table)

const struct setting_type setting_types[] = {
	{"Enabled", SETTING_BOOLEAN, FIELD(is_enabled), .default_number = true},
	{"On-Failure", SETTING_WORD, FIELD(on_failure), WORDS(on_failure_words),
		.is_guard = true, .bad_number = ON_FAILURE_ABORT},
	{"When", SETTING_WORD, FIELD(when), WORDS(when_words)},
	{"Operations", SETTING_OPERATIONS, FIELD(operations), .default_number = ~0U},
	{"Packages", SETTING_PATTERNS, FIELD(packages), .is_guard = true},
	{"Paths", SETTING_PATHS, FIELD(paths), .is_guard = true},
	{"Per-Package", SETTING_BOOLEAN, FIELD(is_per_package), .default_number = false},
	{"Timeout", SETTING_SECONDS, FIELD(timeout), .default_number = 0},
	{"User", SETTING_ACCOUNT, FIELD(user), .default_text = NULL},
	{"Directory", SETTING_DIRECTORY, FIELD(directory), .default_text = "/"},
	{"Environment", SETTING_VARIABLES, FIELD(environment), .is_guard = true},
	{"Arguments", SETTING_ARGUMENTS, FIELD(arguments), .is_guard = true},
	{"Input", SETTING_WORD, FIELD(input), WORDS(input_words)},
	{"Output", SETTING_WORD, FIELD(output), WORDS(output_words)},
	{"Requires", SETTING_DEPENDENCIES, FIELD(required), .is_guard = true},
	{"Renamed-From", SETTING_RENAME, 0, .default_text = NULL},
	{"Description", SETTING_TEXT, FIELD(description), .default_text = NULL},
	{.name = NULL},
};
#define TYPE_COUNT (COUNT_OF(setting_types) - 1)

/* Whether its field is a struct setting_items. */
static bool has_items(const struct setting_type *type)
{
	switch (type->kind) {
	case SETTING_DEPENDENCIES:
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
		return true;
	case SETTING_BOOLEAN:
	case SETTING_WORD:
	case SETTING_OPERATIONS:
	case SETTING_SECONDS:
	case SETTING_ACCOUNT:
	case SETTING_DIRECTORY:
	case SETTING_RENAME:
	case SETTING_TEXT:
		return false;
	}
	return false;
}

bool setting_type_is_list(const struct setting_type *type)
{
	return type->kind == SETTING_OPERATIONS || has_items(type);
}

bool setting_type_chooses_packages(const struct setting_type *type)
{
	return type->kind == SETTING_PATTERNS || type->kind == SETTING_PATHS ||
	       type->offset == FIELD(is_per_package);
}

const struct setting_items *setting_list(
	const struct setting_type *type, const struct script_settings *script)
{
	const void *field = (const char *)script + type->offset;

	return has_items(type) ? field : NULL;
}

unsigned setting_number(
	const struct setting_type *type, const struct script_settings *script)
{
	const void *field = (const char *)script + type->offset;

	return type->kind == SETTING_BOOLEAN ? *(const bool *)field
					     : *(const unsigned *)field;
}

const char *setting_text(
	const struct setting_type *type, const struct script_settings *script)
{
	return *(const char *const *)(const void *)((const char *)script + type->offset);
}

const char *setting_word(
	const struct setting_type *type, const struct script_settings *script)
{
	return word_of(type->words, type->word_count, (int)setting_number(type, script));
}

bool setting_is_default(
	const struct setting_type *type, const struct script_settings *script)
{
	const char *text, *default_text = type->default_text;

	if (type->kind == SETTING_RENAME)
		return true;
	if (has_items(type))
		return setting_list(type, script)->count == 0;
	if (type->kind != SETTING_ACCOUNT && type->kind != SETTING_DIRECTORY &&
		type->kind != SETTING_TEXT)
		return setting_number(type, script) == type->default_number;
	text = setting_text(type, script);
	return strcmp(text != NULL ? text : "",
		       default_text != NULL ? default_text : "") == 0;
}

static int add_item(struct setting_items *list, const char *text)
{
	if (array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)) <
		0)
		return -ENOMEM;
	list->items[list->count++] = text;
	return 0;
}

/* Adds to a list, but the first item of a nearer list replaces it. 0 or −ENOMEM. */
static int set_value(struct script_settings *script, const struct setting_type *type,
	unsigned number, const char *text, bool is_first)
{
	void *field = (char *)script + type->offset;

	switch (type->kind) {
	case SETTING_BOOLEAN:
		*(bool *)field = number != 0;
		break;
	case SETTING_WORD:
	case SETTING_SECONDS:
		*(unsigned *)field = number;
		break;
	case SETTING_OPERATIONS:
		*(unsigned *)field = number | (is_first ? 0 : *(unsigned *)field);
		break;
	case SETTING_ACCOUNT:
	case SETTING_DIRECTORY:
	case SETTING_TEXT:
		*(const char **)field = text;
		break;
	case SETTING_RENAME:
		break;
	case SETTING_DEPENDENCIES:
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
		if (is_first)
			((struct setting_items *)field)->count = 0;
		return add_item(field, text);
	}
	return 0;
}

const char *when_name(enum when when)
{
	return word_of(when_words, COUNT_OF(when_words), (int)when);
}

static bool read_boolean(const char *value, unsigned *ret_number)
{
	int boolean = apt_boolean(slice_of(value));

	*ret_number = boolean == 1;
	return boolean >= 0;
}

static bool read_word(
	const struct setting_type *type, const char *value, unsigned *ret_number)
{
	struct slice word = slice_of(value);

	for (size_t i = 0; i < type->word_count; i++)
		if (slice_equals_caseless(word, slice_of(type->words[i].word))) {
			*ret_number = (unsigned)type->words[i].value;
			return true;
		}
	return false;
}

static bool read_operation(const char *value, unsigned *ret_number)
{
	enum operation operation;

	if (!operation_parse(value, &operation))
		return false;
	*ret_number = 1U << operation;
	return true;
}

static bool read_seconds(const char *value, unsigned *ret_number)
{
	unsigned long long seconds;
	bool is_number = slice_to_number(slice_of(value), TIMEOUT_MAX, &seconds);

	*ret_number = (unsigned)seconds;
	return is_number;
}

/* Whether value is a relative path without "..". */
static bool is_path(const char *value)
{
	struct slice rest = slice_of(value);

	while (rest.size > 0) {
		struct slice name = slice_cut(&rest, '/');

		if (name.size == 0 || slice_equals(name, ".."))
			return false;
	}
	return value[0] != '\0';
}

static bool read_value(
	const struct setting_type *type, const char *value, unsigned *ret_number)
{
	struct pattern pattern;

	switch (type->kind) {
	case SETTING_BOOLEAN:
		return read_boolean(value, ret_number);
	case SETTING_WORD:
		return read_word(type, value, ret_number);
	case SETTING_OPERATIONS:
		return read_operation(value, ret_number);
	case SETTING_SECONDS:
		return read_seconds(value, ret_number);
	case SETTING_ACCOUNT:
	case SETTING_TEXT:
		return value[0] != '\0';
	case SETTING_DIRECTORY:
		return value[0] == '/';
	case SETTING_DEPENDENCIES:
		return dependency_find_fault(slice_of(value)) == RELATION_IS_FINE;
	case SETTING_PATTERNS:
		return pattern_parse(&pattern, value);
	case SETTING_PATHS:
		return value[0] == '/' || value[0] == '*';
	case SETTING_VARIABLES:
		return variable_is_valid(value);
	case SETTING_ARGUMENTS:
		return true;
	case SETTING_RENAME:
		return is_path(value);
	}
	return false;
}

bool settings_are_lost_for(
	const struct settings *settings, const struct hook_tree *tree, const char *path)
{
	owns_memory char *shipped = NULL;

	if (settings->lost_paths.count > 0 &&
		string_list_has(&settings->lost_paths, path))
		return true;
	if (!settings->is_lost_for_packages)
		return false;
	shipped = string_join(tree->places[PLACE_OF_PACKAGES], "/", path);
	return shipped == NULL || access(shipped, F_OK) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

static bool skip_prefix(const char **text, const char *prefix)
{
	if (!slice_has_prefix_caseless(slice_of(*text), slice_of(prefix)))
		return false;
	*text += strlen(prefix);
	return true;
}

/* Moves the part before the next "::" from text to ret_head; false if there is none. */
static bool cut_at_colons(const char **text, struct slice *ret_head)
{
	const char *colons = strstr(*text, "::");

	if (colons == NULL)
		return false;
	*ret_head = (struct slice){*text, (size_t)(colons - *text)};
	*text = colons + 2;
	return true;
}

static const struct setting_type *find_type(struct slice name)
{
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (slice_equals_caseless(name, slice_of(type->name)))
			return type;
	return NULL;
}

/* A guard whose name differs by one letter from the unknown name. */
static const struct setting_type *find_guard(struct slice name)
{
	owns_memory char *word = strndup(name.data, name.size);

	for (const struct setting_type *type = setting_types;
		word != NULL && type->name != NULL; type++)
		if (type->is_guard && word_distance(word, type->name, 2) <= 1)
			return type;
	return NULL;
}

bool setting_is_guard(const struct setting *setting)
{
	return setting->type != NULL ? setting->type->is_guard : setting->guard != NULL;
}

/* [Scripts::PATH::]NAME, or [Scripts::PATH::]NAME::[ITEM] for an item of a list. */
static void read_key(struct setting *setting, const char *key, struct slice *ret_path)
{
	struct slice name;
	bool is_item;

	*ret_path = (struct slice){"", 0};
	if (skip_prefix(&key, SCRIPTS) && !cut_at_colons(&key, ret_path))
		return;
	is_item = cut_at_colons(&key, &name);
	if (!is_item)
		name = slice_of(key);
	setting->type = find_type(name);
	if (setting->type == NULL)
		setting->guard = find_guard(name);
	if (setting->type != NULL && setting->type->kind != SETTING_RENAME)
		setting->is_form_bad = setting_type_is_list(setting->type) != is_item;
}

static int read_setting_line(struct setting *setting, struct slice line)
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
	/* The key is in the scope, so only the scope itself is not followed by "::". */
	(void)skip_prefix(&key, SCOPE);
	(void)skip_prefix(&key, "::");
	read_key(setting, key, &path);
	while (path.size > 0 && path.data[path.size - 1] == '/')
		path.size--;
	setting->path = strndup(path.data, path.size);
	if (setting->path == NULL)
		return -ENOMEM;
	if (setting->guard != NULL)
		setting->number = setting->guard->bad_number;
	if (setting->type == NULL)
		return 0;
	setting->is_value_bad =
		setting->is_form_bad ||
		!read_value(setting->type, setting->value, &setting->number);
	if (setting->is_value_bad)
		setting->number = setting->type->bad_number;
	return 0;
}

static struct setting *add_setting(struct settings *settings)
{
	struct setting *setting;

	if (array_grow(&settings->items, &settings->capacity, settings->count,
		    sizeof(*settings->items)) < 0)
		return NULL;
	setting = &settings->items[settings->count++];
	memset(setting, 0, sizeof(*setting));
	return setting;
}

/* On failure, the caller discards what was read: a part may mean the opposite. */
int settings_add_of_package(
	struct settings *settings, const char *file, struct slice line)
{
	struct setting *setting = add_setting(settings);

	if (setting == NULL)
		return -ENOMEM;
	if (read_setting_line(setting, line) < 0)
		return -ENOMEM;
	setting->file = strdup(file);
	setting->is_out_of_place = setting->path[0] == '\0' ||
				   !slice_has_prefix_caseless(slice_of(setting->key),
					   slice_of(SCOPE "::" SCRIPTS));
	return setting->file != NULL ? 0 : -ENOMEM;
}

/* A line of settings_format(). */
static int read_line_of_package(struct settings *settings, struct slice line)
{
	struct slice setting = {
		line.data + strlen(OF_PACKAGE), line.size - strlen(OF_PACKAGE)};
	owns_memory char *file = percent_decode(slice_cut(&setting, '\t'));

	return file != NULL ? settings_add_of_package(settings, file, setting) : -ENOMEM;
}

static int read_lines(struct settings *settings, struct slice lines)
{
	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		struct slice rest = line;
		struct setting *setting;

		if (slice_has_prefix(line, slice_of(OF_PACKAGE))) {
			if (read_line_of_package(settings, line) < 0)
				return -ENOMEM;
			continue;
		}
		if (!apt_is_in_scope(slice_cut(&rest, '='), SCOPE))
			continue;
		setting = add_setting(settings);
		if (setting == NULL || read_setting_line(setting, line) < 0)
			return -ENOMEM;
	}
	return 0;
}

int settings_parse(struct settings *settings, struct slice lines)
{
	int error;

	memset(settings, 0, sizeof(*settings));
	error = read_lines(settings, lines);
	/* A part of the settings may mean the opposite of the whole. */
	if (error < 0)
		settings_done(settings);
	settings_index(settings);
	return error;
}

void settings_format(const struct settings *settings, struct buffer *lines)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct slice rest = slice_of(settings->items[i].key);

		if (settings->items[i].file != NULL) {
			buffer_append_string(lines, OF_PACKAGE);
			percent_encode(lines, settings->items[i].file);
			buffer_append_string(lines, "\t");
		}
		/* In a key, apt also encodes "=". */
		while (rest.size > 0) {
			struct slice part = slice_cut(&rest, '=');
			owns_memory char *text = strndup(part.data, part.size);

			if (text == NULL)
				lines->error = -ENOMEM;
			else
				percent_encode(lines, text);
			if (part.data[part.size] == '=')
				buffer_append_string(lines, "%3d");
		}
		buffer_append_string(lines, "=");
		percent_encode(lines, settings->items[i].value);
		buffer_append_string(lines, "\n");
	}
}

void settings_done(struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		free(settings->items[i].key);
		free(settings->items[i].value);
		free(settings->items[i].path);
		free(settings->items[i].file);
	}
	free(settings->items);
	free(settings->by_path);
	string_list_done(&settings->lost_paths);
	memset(settings, 0, sizeof(*settings));
}

bool setting_is_rename(const struct setting *setting)
{
	return setting->type != NULL && setting->type->kind == SETTING_RENAME &&
	       !setting->is_value_bad && !setting->is_out_of_place;
}

/* Whether it applies to any script. */
static bool has_effect(const struct setting *setting)
{
	return !setting->is_out_of_place &&
	       ((setting->type != NULL && !setting->is_value_bad) ||
		       setting_is_guard(setting));
}

static int compare_setting_entries(const void *a, const void *b)
{
	const struct setting_entry *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	return order != 0 ? order
			  : (one->index > other->index) - (one->index < other->index);
}

static void add_setting_entries(struct settings *settings, size_t index)
{
	const struct setting *setting = &settings->items[index];
	struct setting_entry *entry = &settings->by_path[settings->by_path_count];

	if (!has_effect(setting))
		return;
	*entry++ = (struct setting_entry){setting->path, index};
	if (setting_is_rename(setting) && strcmp(setting->path, setting->value) != 0)
		*entry++ = (struct setting_entry){setting->value, index};
	settings->by_path_count = (size_t)(entry - settings->by_path);
}

void settings_index(struct settings *settings)
{
	if (settings->indexed_count == settings->count)
		return;
	free(settings->by_path);
	settings->by_path = calloc(settings->count, 2 * sizeof(*settings->by_path));
	settings->by_path_count = settings->indexed_count = 0;
	if (settings->by_path == NULL)
		return;
	for (size_t i = 0; i < settings->count; i++)
		add_setting_entries(settings, i);
	qsort(settings->by_path, settings->by_path_count, sizeof(*settings->by_path),
		compare_setting_entries);
	settings->indexed_count = settings->count;
}

/* The first entry for path or for one that sorts after it. */
static size_t first_setting_entry(const struct settings *settings, struct slice path)
{
	size_t low = 0, high = settings->by_path_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(settings->by_path[middle].path, path.data, path.size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_setting_entry_at(
	const struct settings *settings, size_t i, struct slice path)
{
	return i < settings->by_path_count &&
	       slice_equals(path, settings->by_path[i].path);
}

const struct setting *settings_next_at(
	const struct settings *settings, const char *path, size_t *at)
{
	if (settings->indexed_count < settings->count)
		return *at < settings->count ? &settings->items[(*at)++] : NULL;
	if (*at == 0)
		*at = first_setting_entry(settings, slice_of(path)) + 1;
	if (!is_setting_entry_at(settings, *at - 1, slice_of(path)))
		return NULL;
	return &settings->items[settings->by_path[(*at)++ - 1].index];
}

/* Whether path is, or is below, the path that a setting is for. */
static bool applies_to(const struct setting *setting, const char *path)
{
	size_t size = strlen(setting->path);

	return strncmp(setting->path, path, size) == 0 &&
	       (size == 0 || path[size] == '\0' || path[size] == '/');
}

int settings_former_paths(const struct settings *settings, struct string_list *ret_paths)
{
	int error = 0;

	memset(ret_paths, 0, sizeof(*ret_paths));
	for (size_t i = 0; i < settings->count && error == 0; i++)
		if (setting_is_rename(&settings->items[i]))
			error = string_list_add(ret_paths, settings->items[i].value);
	string_list_sort_unique(ret_paths);
	return error;
}

/* Whether item sorts before all paths below the directory path. */
static bool precedes_contents(const char *item, const char *path, size_t path_size)
{
	int order = strncmp(item, path, path_size);

	return order != 0 ? order < 0 : (unsigned char)item[path_size] < '/';
}

bool former_paths_have(const struct string_list *paths, const char *path)
{
	size_t size = strlen(path), low = 0, high = paths->count;

	if (string_list_has(paths, path))
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (precedes_contents(paths->items[middle], path, size))
			low = middle + 1;
		else
			high = middle;
	}
	return low < paths->count && strncmp(paths->items[low], path, size) == 0 &&
	       paths->items[low][size] == '/';
}

#define FORMER_MAX 16 /* more than anybody renames a hook */

/* A script's path, then its former ones. */
struct known_paths {
	const char *items[1 + FORMER_MAX];
	size_t count;
};

static struct known_paths known_paths_of(
	const struct settings *settings, const char *path)
{
	struct known_paths paths = {.items = {path}, .count = 1};
	const struct setting *setting;
	size_t at = 0;

	while ((setting = settings_next_at(settings, path, &at)) != NULL)
		if (setting_is_rename(setting) && strcmp(setting->path, path) == 0 &&
			paths.count < COUNT_OF(paths.items))
			paths.items[paths.count++] = setting->value;
	return paths;
}

/* What may apply to a script, in the order of the configuration. */
struct contenders {
	const struct settings *settings;
	size_t *indices; /* NULL: all settings */
	size_t count;
	size_t capacity;
};

static void contenders_done(struct contenders *contenders)
{
	free(contenders->indices);
}
#define owns_contenders __attribute__((cleanup(contenders_done)))

static int add_contenders_at(struct contenders *contenders, struct slice path)
{
	const struct settings *settings = contenders->settings;

	for (size_t i = first_setting_entry(settings, path);
		is_setting_entry_at(settings, i, path); i++) {
		if (array_grow(&contenders->indices, &contenders->capacity,
			    contenders->count, sizeof(*contenders->indices)) < 0)
			return -ENOMEM;
		contenders->indices[contenders->count++] = settings->by_path[i].index;
	}
	return 0;
}

/* Those for the path, for each directory above it, and for the whole scope. */
static int add_contenders_above(struct contenders *contenders, const char *path)
{
	int error = add_contenders_at(contenders, (struct slice){path, 0});

	for (size_t size = 1; path[0] != '\0' && error == 0; size++) {
		if (path[size] == '/' || path[size] == '\0')
			error = add_contenders_at(contenders, (struct slice){path, size});
		if (path[size] == '\0')
			break;
	}
	return error;
}

static int compare_indices(const void *a, const void *b)
{
	const size_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Paths have directories in common, so some settings have been found twice. */
static void sort_contenders(struct contenders *contenders)
{
	size_t kept = 0;

	if (contenders->count == 0)
		return;
	qsort(contenders->indices, contenders->count, sizeof(*contenders->indices),
		compare_indices);
	for (size_t i = 1; i < contenders->count; i++)
		if (contenders->indices[i] != contenders->indices[kept])
			contenders->indices[++kept] = contenders->indices[i];
	contenders->count = kept + 1;
}

/* Without memory, these are all settings. */
static void find_contenders(struct contenders *contenders,
	const struct settings *settings, const struct known_paths *paths)
{
	bool is_complete = settings->indexed_count == settings->count;

	*contenders = (struct contenders){.settings = settings};
	for (size_t i = 0; i < paths->count && is_complete; i++)
		is_complete = add_contenders_above(contenders, paths->items[i]) == 0;
	if (is_complete) {
		sort_contenders(contenders);
		return;
	}
	contenders_done(contenders);
	contenders->indices = NULL;
	contenders->count = settings->count;
}

static const struct setting *contender_at(const struct contenders *contenders, size_t i)
{
	size_t index = contenders->indices != NULL ? contenders->indices[i] : i;

	return &contenders->settings->items[index];
}

/*
 * Larger than the length of any path, so that apt's configuration precedes what packages
 * ship.
 */
#define RANK_OF_APT ((int64_t)1 << 40)

/*
 * The setting with the highest rank applies to a script; the last one, if several have
 * it. Within apt's configuration, and within packages' settings, the longest path wins (0
 * for the whole scope); a former path of the script counts as its own. Of equals, the
 * script's own path precedes former ones. −1 if the setting does not apply.
 */
static int64_t setting_rank(
	const struct setting *setting, const struct known_paths *paths)
{
	size_t size = strlen(setting->path), at = 0;

	if (!has_effect(setting))
		return -1;
	while (at < paths->count && !applies_to(setting, paths->items[at]))
		at++;
	if (at == paths->count)
		return -1;
	if (strcmp(setting->path, paths->items[at]) == 0)
		size = strlen(paths->items[0]);
	return (int64_t)(size * COUNT_OF(paths->items) + paths->count - at) +
	       (setting->file == NULL ? RANK_OF_APT : 0);
}

struct script_settings script_settings_default(void)
{
	struct script_settings script = {.is_enabled = true};

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (!has_items(type))
			(void)set_value(&script, type, type->default_number,
				type->default_text, true); /* allocates only for lists */
	return script;
}

static const struct setting_type *type_in_effect(const struct setting *setting)
{
	return setting->type != NULL ? setting->type : setting->guard;
}

int settings_for(const struct settings *settings, const char *path,
	struct script_settings *ret_settings)
{
	const struct known_paths paths = known_paths_of(settings, path);
	owns_contenders struct contenders contenders;
	int64_t highest[TYPE_COUNT];
	const struct setting *faulty[TYPE_COUNT] = {NULL};
	struct script_settings script = script_settings_default();
	int error = 0;

	memset(highest, -1, sizeof(highest));
	find_contenders(&contenders, settings, &paths);
	for (size_t i = 0; i < contenders.count && error == 0; i++) {
		const struct setting *setting = contender_at(&contenders, i);
		int64_t rank = setting_rank(setting, &paths);
		bool is_faulty = setting->type == NULL || setting->is_value_bad;
		size_t type =
			rank >= 0 ? (size_t)(type_in_effect(setting) - setting_types) : 0;

		if (rank < 0 || rank < highest[type])
			continue;
		if (rank > highest[type] || is_faulty)
			faulty[type] = is_faulty ? setting : NULL;
		error = set_value(&script, &setting_types[type], setting->number,
			setting->value, rank > highest[type]);
		highest[type] = rank;
	}
	for (size_t type = 0; type < TYPE_COUNT; type++)
		if (faulty[type] != NULL && has_items(&setting_types[type]))
			script.faulty = faulty[type];
	*ret_settings = script;
	return error;
}

void script_settings_done(struct script_settings *settings)
{
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (has_items(type)) {
			struct setting_items *list =
				(void *)((char *)settings + type->offset);

			free(list->items);
			memset(list, 0, sizeof(*list));
		}
}

static bool sets_field(const struct setting *setting, size_t offset)
{
	return setting->type != NULL && setting->type->offset == offset;
}

const struct setting *settings_source(const struct settings *settings, const char *path,
	const struct setting_type *type)
{
	const struct known_paths paths = known_paths_of(settings, path);
	owns_contenders struct contenders contenders;
	const struct setting *found = NULL;
	int64_t highest = 0;

	find_contenders(&contenders, settings, &paths);
	for (size_t i = 0; i < contenders.count; i++) {
		const struct setting *setting = contender_at(&contenders, i);
		int64_t rank = setting_rank(setting, &paths);

		if (setting->type != type || rank < highest)
			continue;
		found = setting;
		highest = rank;
	}
	return found;
}

const struct setting *settings_enabled_by(
	const struct settings *settings, const char *path)
{
	const struct setting_type *type = setting_types;

	while (type->offset != FIELD(is_enabled))
		type++;
	return settings_source(settings, path, type);
}

bool setting_is_user(const struct setting *setting)
{
	return setting->type != NULL && setting->type->kind == SETTING_ACCOUNT;
}

enum setting_fault setting_judge(
	const struct setting *setting, bool has_user, struct hook_tree *tree)
{
	enum tree_node node = NODE_DIRECTORY;

	if (setting->is_out_of_place)
		return SETTING_IS_OUT_OF_PLACE;
	if (setting->type == NULL)
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
		if (sets_field(&settings->items[i], FIELD(when)) &&
			!settings->items[i].is_value_bad &&
			!settings->items[i].is_out_of_place &&
			settings->items[i].number == (unsigned)when)
			return true;
	return false;
}
