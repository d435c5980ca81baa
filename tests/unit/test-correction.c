/* SPDX-License-Identifier: BSD-2-Clause */
#include "correction.h"
#include "fixture.h"

#define A "Scripts::Post-Invoke/a::"

/* What is found for a line below the scope: WRONG > RIGHT, and ! if it is certain. */
static void assert_correction(const char *line, const char *expected)
{
	__attribute__((cleanup(settings_done))) struct settings settings;
	__attribute__((cleanup(correction_done))) struct correction correction;
	owns_memory char *whole =
		string_format("Universal-Hooks%s%s\n", line[0] == '=' ? "" : "::", line);
	owns_memory char *found = NULL;

	ck_assert_int_eq(settings_parse(&settings, slice_of(whole)), 0);
	correction_find(&correction, settings.items);
	found = correction.right == NULL
			? strdup("none")
			: string_format("%s > %s%s", correction.wrong, correction.right,
				  correction.is_certain ? " !" : "");
	ck_assert_msg(strcmp(found, expected) == 0, "%s: %s", line, found);
}

START_TEST(a_value_is_corrected_to_the_nearest_valid_one)
{
	assert_correction("When=sucess", "sucess > success !");
	assert_correction("When=successful", "successful > success");
	assert_correction("When=never", "none");
	assert_correction("Enabled=flase", "flase > false !");
	assert_correction("Enabled=of", "of > off");
	assert_correction("On-Failure=abort_after", "abort_after > abort-after !");
	assert_correction("On-Failure=stop", "none");
	assert_correction("Operations::=Updgrade", "Updgrade > upgrade !");
	assert_correction("Operations::=Install", "Install > install !");
	assert_correction("When=success", "none");
}
END_TEST

START_TEST(a_time_with_a_unit_is_corrected_to_seconds)
{
	assert_correction("Timeout=5m", "5m > 300 !");
	assert_correction("Timeout=10%20s", "10 s > 10 !");
	assert_correction("Timeout=2h", "2h > 7200 !");
	assert_correction("Timeout=1day", "1day > 86400 !");
	assert_correction("Timeout=2d", "none");
	assert_correction("Timeout=-5", "none");
	assert_correction("Timeout=5x", "none");
	assert_correction("Timeout=soon", "none");
	assert_correction("Timeout=99999999999999999999m", "none");
}
END_TEST

START_TEST(a_list_is_corrected_to_a_list_and_one_value_to_one)
{
	assert_correction("Operations=install,upgrade",
		"Operations \"install,upgrade\" > "
		"Operations { \"install\"; \"upgrade\"; } !");
	assert_correction(
		"Requires=dpkg", "Requires \"dpkg\" > Requires { \"dpkg\"; } !");
	assert_correction("Requires=dpkg%20apt",
		"Requires \"dpkg apt\" > Requires { \"dpkg\"; \"apt\"; } !");
	assert_correction("Requires=dpkg%20(>%3d%201)%20|%20apt,%20bash",
		"Requires \"dpkg (>= 1) | apt, bash\" > "
		"Requires { \"dpkg (>= 1) | apt, bash\"; } !");
	assert_correction("Packages=dpkg%20(>%3d%201)",
		"Packages \"dpkg (>= 1)\" > Packages { \"dpkg (>= 1)\"; } !");
	assert_correction(
		"Arguments=a%20b", "Arguments \"a b\" > Arguments { \"a b\"; } !");
	assert_correction("When::=always", "When { \"always\"; } > When \"always\" !");
	assert_correction("Operations::=install%20upgrade",
		"Operations { \"install upgrade\"; } > "
		"Operations { \"install\"; \"upgrade\"; }");
}
END_TEST

START_TEST(a_relation_to_a_version_is_corrected_to_dpkgs_syntax)
{
	assert_correction("Requires::=dpkg%20(>%201)", "dpkg (> 1) > dpkg (>= 1)");
	assert_correction("Requires::=dpkg%20(<1)", "dpkg (<1) > dpkg (<= 1)");
	assert_correction("Requires::=dpkg%20(%3d%3d%201)", "dpkg (== 1) > dpkg (= 1)");
	assert_correction("Requires::=dpkg%20(1:2-3)", "dpkg (1:2-3) > dpkg (= 1:2-3)");
	assert_correction("Requires::=dpkg:i386>%3d1", "dpkg:i386>=1 > dpkg:i386 (>= 1)");
	assert_correction("Requires::=dpkg%20>>%201", "dpkg >> 1 > dpkg (>> 1)");
	assert_correction("Requires::=dpkg%20(>%3d%201", "dpkg (>= 1 > dpkg (>= 1)");
	assert_correction("Requires::=dpkg%20apt",
		"Requires { \"dpkg apt\"; } > Requires { \"dpkg\"; \"apt\"; }");
	assert_correction("Requires::=dpkg%20(><%201)", "none");
	assert_correction("Requires::=dpkg%20(>%3d%20x)", "none");
	assert_correction("Requires::=(>%3d%201)", "none");
	assert_correction("Requires::=*", "none");
}
END_TEST

START_TEST(a_path_is_absolute)
{
	assert_correction("Directory=var/lib", "var/lib > /var/lib");
	assert_correction("Directory=~/a", "none");
	assert_correction("Renamed-From::=/a", "none");
	assert_correction("User=", "none");
	assert_correction("Description=", "none");
}
END_TEST

START_TEST(a_name_is_corrected_to_the_nearest_setting)
{
	assert_correction("Timeouts=5", "Timeouts > Timeout !");
	assert_correction(A "OnFailure=abort", "OnFailure > On-Failure !");
	assert_correction("Operation::=install", "Operation > Operations !");
	assert_correction("Nothing-Such=1", "none");
	assert_correction("Script::Post-Invoke/a::Timeout=5", "Script > Scripts !");
	assert_correction("Scirpt::Post-Invoke/a::Timeout=5", "Scirpt > Scripts");
}
END_TEST

START_TEST(a_key_of_another_structure_is_corrected_as_a_whole)
{
	static const char right[] = " > Universal-Hooks::Scripts::Post-Invoke/a::Timeout";
	static const char *const keys[] = {"Post-Invoke/a::Timeout",
		"Scripts::Post-Invoke::a::Timeout", "Post-Invoke::a::Timeout",
		"Script::Post-Invoke::a::Timeouts",
		"/etc/apt/universal-hooks/Post-Invoke/a::Timeout"};

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		owns_memory char *line = string_format("%s=5", keys[i]);
		owns_memory char *expected =
			string_format("Universal-Hooks::%s%s", keys[i], right);

		assert_correction(line, expected);
	}
	assert_correction("A::B::C=5", "none");
	assert_correction("Scripts::a::::Timeouts=5", "Timeouts > Timeout !");
	assert_correction(
		"1::2::3::4::5::6::7::8::9::10::11::12::13::14::15::16::Timeout=5",
		"none");
	assert_correction("Script=5", "none");
}
END_TEST

START_TEST(a_setting_without_a_name_is_Enabled_if_its_value_is_a_boolean)
{
	assert_correction("=false", "Universal-Hooks > Universal-Hooks::Enabled");
	assert_correction("Scripts::Post-Invoke/a=off",
		"Universal-Hooks::Scripts::Post-Invoke/a > "
		"Universal-Hooks::Scripts::Post-Invoke/a::Enabled");
	assert_correction("Scripts::Post-Invoke/a=5", "none");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_value_is_corrected_to_the_nearest_valid_one,
		a_time_with_a_unit_is_corrected_to_seconds,
		a_list_is_corrected_to_a_list_and_one_value_to_one, a_path_is_absolute,
		a_relation_to_a_version_is_corrected_to_dpkgs_syntax,
		a_name_is_corrected_to_the_nearest_setting,
		a_key_of_another_structure_is_corrected_as_a_whole,
		a_setting_without_a_name_is_Enabled_if_its_value_is_a_boolean};

	return run_tests("correction", tests, COUNT_OF(tests));
}
