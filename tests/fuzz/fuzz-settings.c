/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of Universal-Hooks::, and the settings that apply to a script. */
#include "apt_text.h"
#include "dependency.h"
#include "harness.h"
#include "pattern.h"
#include "settings.h"

#include <ctype.h>
#include <strings.h>

static bool is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return size == 0 || strcmp(path, directory) == 0 ||
	       (strncmp(path, directory, size) == 0 && path[size] == '/');
}

static bool is_usable(
	const struct setting *setting, const struct setting_type *type, const char *path)
{
	return (setting->type == type
			       ? !setting->is_value_bad || type->is_guard
			       : setting->type == NULL && setting->guard == type) &&
	       is_below(path, setting->path);
}

/* The last of the nearest, NULL where there is none. */
static const struct setting *find_nearest(const struct settings *settings,
	const struct setting_type *type, const char *path)
{
	const struct setting *nearest = NULL;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];

		if (is_usable(setting, type, path) &&
			(nearest == NULL ||
				strlen(setting->path) >= strlen(nearest->path)))
			nearest = setting;
	}
	return nearest;
}

/* All items that are as near as the nearest, and no others. */
static void must_have_list(const struct settings *settings,
	const struct script_settings *script, const struct setting_type *type,
	const char *path)
{
	const struct setting *nearest = find_nearest(settings, type, path);
	const struct setting_items *list = setting_list(type, script);
	unsigned number = nearest != NULL ? 0 : type->default_number;
	size_t count = 0;
	bool has_fault = false;

	for (size_t i = 0; i < settings->count && nearest != NULL; i++) {
		const struct setting *setting = &settings->items[i];

		if (!is_usable(setting, type, path) ||
			strcmp(setting->path, nearest->path) != 0)
			continue;
		number |= setting->number;
		if (list == NULL)
			continue;
		must(count < list->count);
		must(harness_same_text(list->items[count++], setting->value));
		has_fault = has_fault || setting->type == NULL || setting->is_value_bad;
	}
	if (list != NULL)
		must(list->count == count && (!has_fault || script->faulty != NULL));
	else
		must(setting_number(type, script) == number);
}

static void must_have_value(const struct settings *settings,
	const struct script_settings *script, const struct setting_type *type,
	const char *path)
{
	const struct setting *nearest = find_nearest(settings, type, path);

	if (strcmp(type->name, "Enabled") == 0)
		must(settings_enabled_by(settings, path) == nearest);
	if (setting_type_is_list(type))
		must_have_list(settings, script, type, path);
	else if (type->kind == SETTING_ACCOUNT || type->kind == SETTING_DIRECTORY ||
		 type->kind == SETTING_TEXT)
		must(harness_same_text(setting_text(type, script),
			nearest != NULL ? nearest->value : type->default_text));
	else
		must(setting_number(type, script) ==
			(nearest != NULL ? nearest->number : type->default_number));
}

/* Then settings for other paths apply to the script as well. */
static bool is_renamed(const struct settings *settings, const char *path)
{
	for (size_t i = 0; i < settings->count; i++)
		if (setting_is_rename(&settings->items[i]) &&
			strcmp(settings->items[i].path, path) == 0)
			return true;
	return false;
}

static void must_be_same(
	const struct script_settings *one, const struct script_settings *other)
{
	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		const struct setting_items *list = setting_list(type, one);
		const struct setting_items *same = setting_list(type, other);

		must(list == NULL || list->count == same->count);
		for (size_t i = 0; list != NULL && i < list->count; i++)
			must(list->items[i] == same->items[i]);
	}
	must(one->is_enabled == other->is_enabled && one->when == other->when &&
		one->on_failure == other->on_failure && one->user == other->user &&
		one->operations == other->operations && one->timeout == other->timeout &&
		one->directory == other->directory && one->faulty == other->faulty);
}

/* Without the index, all settings are looked at. */
static void must_be_same_without_index(const struct settings *settings, const char *path,
	const struct script_settings *script)
{
	struct settings without = *settings;
	struct script_settings same;

	without.indexed_count = 0;
	must(settings_for(&without, path, &same) == 0);
	must_be_same(script, &same);
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		must(settings_source(settings, path, type) ==
			settings_source(&without, path, type));
	script_settings_done(&same);
}

static void look_at(const struct settings *settings, const char *path)
{
	struct script_settings script;

	must(settings_for(settings, path, &script) == 0);
	must_be_same_without_index(settings, path, &script);
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (type->kind != SETTING_RENAME && !is_renamed(settings, path))
			must_have_value(settings, &script, type, path);
	must(script.directory[0] == '/');
	must(script.user == NULL || script.user[0] != '\0');
	script_settings_done(&script);
}

/* Only digits, at most a day. */
static bool is_time(const char *value, unsigned *ret_seconds)
{
	unsigned long seconds = 0;

	for (size_t i = 0; value[i] != '\0'; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		seconds = seconds * 10 + (unsigned long)(value[i] - '0');
		if (seconds > 86400)
			return false;
	}
	*ret_seconds = (unsigned)seconds;
	return value[0] != '\0';
}

/* Each alternative has a name that is neither an option nor a pattern. */
static bool is_list_of_dependencies(const char *value)
{
	struct slice list = slice_of(value);
	size_t count = 0;

	while (list.size > 0) {
		struct slice dependency = dependency_cut(&list);

		while (dependency.size > 0) {
			struct alternative one;

			if (alternative_cut(&dependency, &one) != RELATION_IS_FINE ||
				one.name.size == 0 ||
				memchr("-.+:_~", one.name.data[0], 6) != NULL)
				return false;
			for (size_t i = 0; i < one.name.size; i++)
				if (strchr("/ \t\n*?[|;$&%'\"\\(),", one.name.data[i]))
					return false;
			if ((one.relation.comparator != NULL) !=
				(one.relation.version.size > 0))
				return false;
			count++;
		}
	}
	return count > 0;
}

static bool is_word(const struct setting *setting)
{
	const struct setting_type *type = setting->type;
	const char *word = word_of(type->words, type->word_count, (int)setting->number);

	return word != NULL && strcasecmp(word, setting->value) == 0;
}

/* Whether a value that was accepted is good, and its number right. */
static bool is_read_well(const struct setting *setting)
{
	const char *value = setting->value;
	struct pattern pattern;
	unsigned seconds = 0;

	switch (setting->type->kind) {
	case SETTING_BOOLEAN:
		return apt_boolean(slice_of(value)) == (int)setting->number;
	case SETTING_WORD:
		return is_word(setting);
	case SETTING_OPERATIONS:
		return setting->number < 1U << 7 &&
		       (setting->number & (setting->number - 1)) == 0;
	case SETTING_SECONDS:
		return is_time(value, &seconds) && seconds == setting->number;
	case SETTING_ACCOUNT:
	case SETTING_TEXT:
		return value[0] != '\0';
	case SETTING_DIRECTORY:
		return value[0] == '/';
	case SETTING_DEPENDENCIES:
		return is_list_of_dependencies(value);
	case SETTING_PATTERNS:
		return pattern_parse(&pattern, value) && pattern.glob.size > 0 &&
		       memchr(pattern.glob.data, ' ', pattern.glob.size) == NULL;
	case SETTING_PATHS:
		return value[0] == '/' || value[0] == '*';
	case SETTING_VARIABLES:
		return strchr(value, '=') != NULL && value[0] != '=' &&
		       !isdigit((unsigned char)value[0]) &&
		       strncmp(value, "APT_UNIVERSAL_HOOKS_", 20) != 0 &&
		       strncmp(value, "APT_UNIVERSAL_HOOKS=", 20) != 0;
	case SETTING_ARGUMENTS:
		return true;
	case SETTING_RENAME:
		return value[0] != '/' && value[0] != '\0';
	}
	return false;
}

static void must_be_read_well(const struct setting *setting)
{
	must(!setting->is_form_bad || setting->is_value_bad);
	if (setting->type != NULL && !setting->is_value_bad)
		must(is_read_well(setting));
	if (setting->type != NULL && setting->type->kind == SETTING_DIRECTORY &&
		setting->value[0] == '/')
		must(setting->is_value_bad == setting->is_form_bad);
}

/* The key ends with the setting's name, or its name and an item. */
static void must_be_named_well(const struct setting *setting)
{
	const char *name = setting->type != NULL ? setting->type->name : "";
	size_t size = strlen(setting->path);

	/* Of a package's file; it is only reported. */
	if (setting->is_out_of_place)
		return;
	must(strncasecmp(setting->key, "Universal-Hooks", 15) == 0);
	must(strcasestr(setting->key, name) != NULL);
	must(strstr(setting->key, setting->path) != NULL);
	must(size == 0 || setting->path[size - 1] != '/');
	must(strstr(setting->path, "::") == NULL);
	must(size == 0 ||
		strncasecmp(setting->key, "Universal-Hooks::Scripts::", 26) == 0);
}

/* At the path of the setting, above, below and next to it. */
static void look_around(const struct settings *settings, const char *path)
{
	static const char *const endings[] = {"", "/", "/x", "x", "//"};

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		owns_memory char *place = string_format("%s%s", path, endings[i]);

		must(place != NULL);
		look_at(settings, place);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = harness_input(data, size);
	struct settings settings;

	must(settings_parse(&settings, bytes) == 0);
	must(settings.count <= harness_count_lines(bytes));
	for (size_t i = 0; i < settings.count; i++) {
		must_be_named_well(&settings.items[i]);
		must_be_read_well(&settings.items[i]);
	}
	look_at(&settings, "Pre-Invoke/010-a");
	look_at(&settings, "multi_pkgs/Post-Invoke/ea-__WILDCARD__/010-a");
	for (size_t i = 0; i < settings.count && i < 3; i++)
		look_around(&settings, settings.items[i].path);
	for (int when = WHEN_RAN; when <= WHEN_ALWAYS; when++)
		(void)settings_mention_when(&settings, (enum when)when);
	settings_done(&settings);
	return 0;
}
