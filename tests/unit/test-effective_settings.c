/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/effective_settings.h"
#include "output.h"

#define owns_settings __attribute__((cleanup(settings_done)))
#define owns_script __attribute__((cleanup(script_settings_done)))

#define ALL_OPERATIONS                                                                   \
	"[\"install\",\"upgrade\",\"downgrade\",\"reinstall\",\"remove\",\"purge\","     \
	"\"configure\"]"

/* What lines of the configuration make of the script Post-Invoke/a. */
static void find(
	const char *lines, struct settings *settings, struct script_settings *ret_script)
{
	ck_assert_int_eq(settings_parse(settings, slice_of(lines)), 0);
	ck_assert_int_eq(settings_for(settings, "Post-Invoke/a", ret_script), 0);
}

static void assert_words(const char *lines, const char *expected)
{
	owns_settings struct settings settings;
	owns_script struct script_settings script;
	owns_buffer struct buffer text = {0};

	find(lines, &settings, &script);
	effective_settings_add(&text, &script);
	assert_text(&text, expected);
}

static json_t *to_json(const char *lines)
{
	owns_settings struct settings settings;
	owns_script struct script_settings script;

	find(lines, &settings, &script);
	return effective_settings_to_json(&script);
}

/* The keys of expected, in this order; a new setting may add more. */
static void assert_json(const char *lines, const char *expected)
{
	json_t *json = to_json(lines), *some = json_loads(expected, 0, NULL);
	owns_memory char *text = NULL;
	const char *key;
	json_t *value;
	void *next;

	ck_assert_ptr_nonnull(some);
	json_object_foreach_safe(json, next, key,
		value) if (json_object_get(some, key) == NULL) json_object_del(json, key);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	json_decref(some);
	ck_assert_str_eq(text, expected);
}

/* A line that sets it to something other than its default. */
static char *line_for(const struct setting_type *type)
{
	const char *values[] = {
		[SETTING_BOOLEAN] = type->default_number != 0 ? "false" : "true",
		[SETTING_WORD] = NULL,
		[SETTING_OPERATIONS] = "install",
		[SETTING_SECONDS] = "7",
		[SETTING_ACCOUNT] = "nobody",
		[SETTING_DIRECTORY] = "/srv",
		[SETTING_DEPENDENCIES] = "zsh",
		[SETTING_PATTERNS] = "zsh*",
		[SETTING_PATHS] = "/boot/*",
		[SETTING_VARIABLES] = "LEVEL=1",
		[SETTING_ARGUMENTS] = "--quick",
		[SETTING_TEXT] = "Dump the databases",
	};

	for (size_t i = 0; i < type->word_count; i++)
		if ((unsigned)type->words[i].value != type->default_number)
			values[SETTING_WORD] = type->words[i].word;
	ck_assert_ptr_nonnull(values[type->kind]);
	return string_format("Universal-Hooks::%s%s=%s\n", type->name,
		setting_type_is_list(type) ? "::" : "", values[type->kind]);
}

static void assert_is_shown(const struct setting_type *type, const json_t *defaults)
{
	owns_memory char *line = line_for(type);
	owns_settings struct settings settings;
	owns_script struct script_settings script;
	owns_buffer struct buffer text = {0};
	json_t *json = to_json(line), *value = json_object_get(json, type->name);

	find(line, &settings, &script);
	ck_assert_msg(!setting_is_default(type, &script), "%s has no effect", line);
	effective_settings_add(&text, &script);
	ck_assert_msg(slice_has_prefix(buffer_slice(&text), slice_of(type->name)),
		"%s is not printed", type->name);
	ck_assert_msg(value != NULL, "%s is not in JSON", type->name);
	ck_assert_msg(!json_equal(value, json_object_get(defaults, type->name)),
		"JSON has the default of %s for %s", type->name, line);
	json_decref(json);
}

/* But Renamed-From, which is shown as what masks or overrides the hook. */
START_TEST(every_setting_of_the_table_is_shown)
{
	json_t *defaults = to_json("");
	size_t count = 0;

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (type->kind != SETTING_RENAME) {
			assert_is_shown(type, defaults);
			count++;
		}
	ck_assert_uint_eq(json_object_size(defaults), count);
	json_decref(defaults);
}
END_TEST

START_TEST(defaults_are_not_printed)
{
	assert_words("", "");
	assert_words("Universal-Hooks::Enabled=true\nUniversal-Hooks::When=ran\n"
		     "Universal-Hooks::On-Failure=warn\nUniversal-Hooks::Timeout=0\n"
		     "Universal-Hooks::Directory=/\n",
		"");
}
END_TEST

START_TEST(each_setting_is_printed_if_it_is_not_the_default)
{
	assert_words("Universal-Hooks::Enabled=false\n", "Enabled false");
	assert_words("Universal-Hooks::On-Failure=abort\n", "On-Failure abort");
	assert_words(
		"Universal-Hooks::On-Failure=abort-after\n", "On-Failure abort-after");
	assert_words("Universal-Hooks::When=failure\n", "When failure");
	assert_words("Universal-Hooks::Operations::=remove\n", "Operations remove");
	assert_words("Universal-Hooks::Timeout=86400\n", "Timeout 86400");
	assert_words("Universal-Hooks::User=nobody\n", "User nobody");
	assert_words("Universal-Hooks::Directory=/tmp\n", "Directory /tmp");
	assert_words("Universal-Hooks::Requires::=zsh:amd64\n", "Requires zsh:amd64");
	assert_words("Universal-Hooks::Requires::=zsh%20(>%3d%205)%20|%20vim\n"
		     "Universal-Hooks::Requires::=bash\n",
		"Requires \"zsh (>= 5) | vim\" bash");
	assert_words("Universal-Hooks::Description=Dump%20it%1b\n",
		"Description \"Dump it\\033\"");
}
END_TEST

START_TEST(several_settings_are_separated_by_commas)
{
	assert_words("Universal-Hooks::Requires::=zsh\nUniversal-Hooks::Requires::=vim\n"
		     "Universal-Hooks::Timeout=5\nUniversal-Hooks::Operations::=purge\n"
		     "Universal-Hooks::Operations::=install\n",
		"Operations install purge, Timeout 5, Requires zsh vim");
}
END_TEST

START_TEST(text_is_appended)
{
	const struct script_settings usual = script_settings_default();
	struct script_settings script = usual;
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, "[");
	effective_settings_add(&text, &usual);
	script.timeout = 1;
	effective_settings_add(&text, &script);
	operations_add(&text, 1U << OPERATION_CONFIGURE | 1U << OPERATION_UPGRADE);
	operations_add(&text, 0);
	assert_text(&text, "[Timeout 1upgrade configure");
}
END_TEST

START_TEST(control_characters_in_values_are_escaped)
{
	assert_words(
		"Universal-Hooks::User=a%1b[31m\nUniversal-Hooks::Directory=/%0a%ff\n",
		"User a\\033[31m, Directory /\\012\\377");
}
END_TEST

START_TEST(json_has_all_settings)
{
	assert_json("",
		"{\"Enabled\":true,\"On-Failure\":\"warn\",\"When\":\"ran\","
		"\"Operations\":" ALL_OPERATIONS ",\"Timeout\":0,\"User\":null,"
		"\"Directory\":\"/"
		"\",\"Output\":\"terminal\",\"Requires\":[],\"Description\":null}");
	assert_json("Universal-Hooks::Enabled=no\nUniversal-Hooks::On-Failure=abort\n"
		    "Universal-Hooks::When=always\nUniversal-Hooks::Timeout=86400\n"
		    "Universal-Hooks::Operations::=remove\n"
		    "Universal-Hooks::Operations::=upgrade\n"
		    "Universal-Hooks::User=a%ffb\nUniversal-Hooks::Directory=/%22\n"
		    "Universal-Hooks::Output=both\n"
		    "Universal-Hooks::Requires::=zsh\nUniversal-Hooks::Requires::=vim\n"
		    "Universal-Hooks::Description=Dump%20it\n",
		"{\"Enabled\":false,\"On-Failure\":\"abort\",\"When\":\"always\","
		"\"Operations\":[\"upgrade\",\"remove\"],\"Timeout\":86400,"
		"\"User\":\"a\\\\377b\",\"Directory\":\"/\\\"\",\"Output\":\"both\","
		"\"Requires\":[\"zsh\",\"vim\"],\"Description\":\"Dump it\"}");
}
END_TEST

START_TEST(settings_are_read_from_apt)
{
	const struct admin admin = {.root = (char *)""};
	owns_settings struct settings settings;
	owns_script struct script_settings script;

	configure_apt("Universal-Hooks { Timeout \"9\"; };\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::User \"me\";\n"
		      "Other::Universal-Hooks::User \"you\";\n");
	output_begin();
	ck_assert_int_eq(settings_ask(&settings, NULL, &admin), -1);
	assert_output("", "");
	ck_assert_uint_eq(settings.count, 2);
	ck_assert_int_eq(settings_for(&settings, "Post-Invoke/a", &script), 0);
	ck_assert_uint_eq(script.timeout, 9);
	ck_assert_str_eq(script.user, "me");
}
END_TEST

START_TEST(without_an_answer_from_apt_it_is_trouble)
{
	const struct admin admin = {.root = (char *)""};
	owns_settings struct settings settings;
	owns_output struct output output;

	configure_apt("Universal-Hooks::Timeout \"9\n");
	output_begin();
	ck_assert_int_eq(settings_ask(&settings, NULL, &admin), STATUS_TROUBLE);
	output_end(&output);
	ck_assert_int_eq(strncmp(output.err.data, "E: ", 3), 0);
	ck_assert_str_eq(output.out.data, "");
	ck_assert_uint_eq(settings.count, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {defaults_are_not_printed,
		each_setting_is_printed_if_it_is_not_the_default,
		several_settings_are_separated_by_commas, text_is_appended,
		control_characters_in_values_are_escaped, json_has_all_settings,
		every_setting_of_the_table_is_shown, settings_are_read_from_apt,
		without_an_answer_from_apt_it_is_trouble};

	return run_tests("effective_settings", tests, COUNT_OF(tests));
}
