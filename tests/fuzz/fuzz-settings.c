/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of Universal-Hooks::, and which of them apply to a script. */
#include "apt_text.h"
#include "harness.h"
#include "settings.h"

#include <strings.h>

/* The names of the settings in their order, independent of settings.c. */
static const char *const words[] = {"Enabled", "On-Failure", "When", "Operations",
	"Timeout", "User", "Directory", "Requires"};
enum { ENABLED, ON_FAILURE, WHEN, OPERATIONS, TIMEOUT, USER, DIRECTORY, REQUIRES, ALL };

static bool is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return size == 0 || strcmp(path, directory) == 0 ||
	       (strncmp(path, directory, size) == 0 && path[size] == '/');
}

static bool is_usable(const struct setting *setting, int name, const char *path)
{
	return setting->name == name && !setting->is_value_bad &&
	       is_below(path, setting->path);
}

/* The last of the most specific ones, or NULL. */
static const struct setting *find_nearest(
	const struct settings *settings, int name, const char *path)
{
	const struct setting *nearest = NULL;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];

		if (is_usable(setting, name, path) &&
			(nearest == NULL ||
				strlen(setting->path) >= strlen(nearest->path)))
			nearest = setting;
	}
	return nearest;
}

static void must_have_lists(const struct settings *settings,
	const struct script_settings *script, const char *path)
{
	const struct setting *operation = find_nearest(settings, OPERATIONS, path);
	const struct setting *package = find_nearest(settings, REQUIRES, path);
	unsigned operations = 0;
	size_t count = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];

		if (operation != NULL && is_usable(setting, OPERATIONS, path) &&
			strcmp(setting->path, operation->path) == 0)
			operations |= 1U << setting->number;
		if (package == NULL || !is_usable(setting, REQUIRES, path) ||
			strcmp(setting->path, package->path) != 0)
			continue;
		must(count < script->required_count);
		must(harness_same_text(script->required[count++], setting->value));
	}
	must(script->operations == (operation != NULL ? operations : ~0U));
	must(script->required_count == count);
}

static void must_have_values(const struct settings *settings,
	const struct script_settings *script, const char *path)
{
	const struct setting *nearest[ALL];

	for (int name = 0; name < ALL; name++)
		nearest[name] = find_nearest(settings, name, path);
	must(settings_enabled_by(settings, path) == nearest[ENABLED]);
	must(script->is_enabled ==
		(nearest[ENABLED] == NULL || nearest[ENABLED]->number == 1));
	must((unsigned)script->on_failure ==
		(nearest[ON_FAILURE] != NULL ? nearest[ON_FAILURE]->number : 0));
	must((unsigned)script->when ==
		(nearest[WHEN] != NULL ? nearest[WHEN]->number : 0));
	must(script->timeout ==
		(nearest[TIMEOUT] != NULL ? nearest[TIMEOUT]->number : 0));
	must(harness_same_text(
		script->user, nearest[USER] != NULL ? nearest[USER]->value : NULL));
	must(harness_same_text(script->directory,
		nearest[DIRECTORY] != NULL ? nearest[DIRECTORY]->value : "/"));
}

static void look_at(const struct settings *settings, const char *path)
{
	struct script_settings script;

	must(settings_for(settings, path, &script) == 0);
	must_have_values(settings, &script, path);
	must_have_lists(settings, &script, path);
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

static bool is_package(const char *value)
{
	for (size_t i = 0; value[i] != '\0'; i++)
		if (strchr("/ \t\n*?[|;$&%'\"\\", value[i]) != NULL)
			return false;
	return value[0] != '\0' && strchr("-.+:_~", value[0]) == NULL;
}

/* Checks a value, if its meaning is simple enough. */
static void must_be_read_well(const struct setting *setting)
{
	unsigned timeout = 0;
	bool is_good = !setting->is_value_bad;

	must(!setting->is_form_bad || setting->is_value_bad);
	if (setting->name == TIMEOUT && is_good)
		must(is_time(setting->value, &timeout) && timeout == setting->number);
	if (setting->name == ENABLED && is_good)
		must(apt_boolean(slice_of(setting->value)) == (int)setting->number);
	if (setting->name == ON_FAILURE && is_good)
		must(on_failure_name((enum on_failure)setting->number) != NULL);
	if (setting->name == WHEN && is_good)
		must(when_name((enum when)setting->number) != NULL);
	if (setting->name == OPERATIONS && is_good)
		must(setting->number < 7);
	if (setting->name == REQUIRES && is_good)
		must(is_package(setting->value));
	if (setting->name == DIRECTORY)
		must(is_good == (setting->value[0] == '/') || setting->is_value_bad);
}

/* The key ends with the setting's word, or its word and an item. */
static void must_be_named_well(const struct setting *setting)
{
	const char *word = setting->name >= 0 ? words[setting->name] : "";
	size_t size = strlen(setting->path);

	must(setting->name >= -1 && setting->name < ALL);
	must(setting->name < 0 || strcmp(setting_word(setting->name), word) == 0);
	must(strncasecmp(setting->key, "Universal-Hooks", 15) == 0);
	must(strcasestr(setting->key, word) != NULL);
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
