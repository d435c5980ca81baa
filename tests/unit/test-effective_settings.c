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

static void assert_json(const char *lines, const char *expected)
{
	owns_settings struct settings settings;
	owns_script struct script_settings script;
	owns_memory char *text = NULL;
	json_t *json;

	find(lines, &settings, &script);
	json = effective_settings_to_json(&script);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	ck_assert_str_eq(text, expected);
}

START_TEST(of_defaults_there_is_nothing_to_say)
{
	assert_words("", "");
	assert_words("Universal-Hooks::Enabled=true\nUniversal-Hooks::When=ran\n"
		     "Universal-Hooks::On-Failure=warn\nUniversal-Hooks::Timeout=0\n"
		     "Universal-Hooks::Directory=/\n",
		"");
}
END_TEST

START_TEST(each_setting_is_said_where_it_is_not_the_default)
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
}
END_TEST

START_TEST(several_are_said_one_behind_the_other)
{
	assert_words("Universal-Hooks::Requires::=zsh\nUniversal-Hooks::Requires::=vim\n"
		     "Universal-Hooks::Timeout=5\nUniversal-Hooks::Operations::=purge\n"
		     "Universal-Hooks::Operations::=install\n",
		"Operations install purge, Timeout 5, Requires zsh vim");
}
END_TEST

START_TEST(what_is_said_comes_behind_what_is_there)
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

START_TEST(values_that_anybody_made_up_cannot_speak_to_the_terminal)
{
	assert_words(
		"Universal-Hooks::User=a%1b[31m\nUniversal-Hooks::Directory=/%0a%ff\n",
		"User a\\033[31m, Directory /\\012\\377");
}
END_TEST

START_TEST(programs_read_all_settings)
{
	assert_json("", "{\"Enabled\":true,\"On-Failure\":\"warn\",\"When\":\"ran\","
			"\"Operations\":" ALL_OPERATIONS ",\"Timeout\":0,\"User\":null,"
			"\"Directory\":\"/\",\"Requires\":[]}");
	assert_json("Universal-Hooks::Enabled=no\nUniversal-Hooks::On-Failure=abort\n"
		    "Universal-Hooks::When=always\nUniversal-Hooks::Timeout=86400\n"
		    "Universal-Hooks::Operations::=remove\n"
		    "Universal-Hooks::Operations::=upgrade\n"
		    "Universal-Hooks::User=a%ffb\nUniversal-Hooks::Directory=/%22\n"
		    "Universal-Hooks::Requires::=zsh\nUniversal-Hooks::Requires::=vim\n",
		"{\"Enabled\":false,\"On-Failure\":\"abort\",\"When\":\"always\","
		"\"Operations\":[\"upgrade\",\"remove\"],\"Timeout\":86400,"
		"\"User\":\"a\\\\377b\",\"Directory\":\"/\\\"\","
		"\"Requires\":[\"zsh\",\"vim\"]}");
}
END_TEST

START_TEST(apt_is_asked_for_what_holds_now)
{
	const struct admin admin = {.root = (char *)""};
	owns_settings struct settings settings;
	owns_script struct script_settings script;

	configure_apt("Universal-Hooks { Timeout \"9\"; };\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::User \"me\";\n"
		      "Other::Universal-Hooks::User \"you\";\n");
	output_begin();
	ck_assert_int_eq(settings_ask(&settings, &admin), -1);
	assert_output("", "");
	ck_assert_uint_eq(settings.count, 2);
	ck_assert_int_eq(settings_for(&settings, "Post-Invoke/a", &script), 0);
	ck_assert_uint_eq(script.timeout, 9);
	ck_assert_str_eq(script.user, "me");
}
END_TEST

START_TEST(where_apt_cannot_say_it_is_trouble)
{
	const struct admin admin = {.root = (char *)""};
	owns_settings struct settings settings;
	owns_output struct output output;

	configure_apt("Universal-Hooks::Timeout \"9\n");
	output_begin();
	ck_assert_int_eq(settings_ask(&settings, &admin), STATUS_TROUBLE);
	output_end(&output);
	ck_assert_int_eq(strncmp(output.err.data, "E: ", 3), 0);
	ck_assert_str_eq(output.out.data, "");
	ck_assert_uint_eq(settings.count, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {of_defaults_there_is_nothing_to_say,
		each_setting_is_said_where_it_is_not_the_default,
		several_are_said_one_behind_the_other,
		what_is_said_comes_behind_what_is_there,
		values_that_anybody_made_up_cannot_speak_to_the_terminal,
		programs_read_all_settings, apt_is_asked_for_what_holds_now,
		where_apt_cannot_say_it_is_trouble};

	return run_tests("effective_settings", tests, COUNT_OF(tests));
}
