/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "system/registration.h"

#define HELPER "/usr/libexec/apt-universal-hooks/helper"
#define CALL(point)                                                                      \
	"[%20!%20-x%20" HELPER "%20]%20||%20" HELPER "%20" point                         \
	"%20||%20[%20$?%20-ne%20111%20]%20||%20exit%20111\n"
#define PRE_INVOKE "DPkg::Pre-Invoke::apt-universal-hooks=" CALL("Pre-Invoke")
#define PRE_INSTALL_PKGS                                                                 \
	"DPkg::Pre-Install-Pkgs::apt-universal-hooks=APT_UNIVERSAL_HOOKS=1%20" CALL(     \
		"Pre-Install-Pkgs")
#define POST_INVOKE "DPkg::Post-Invoke::apt-universal-hooks=" CALL("Post-Invoke")
#define VERSION "DPkg::Tools::Options::APT_UNIVERSAL_HOOKS%3d1::Version=3\n"
#define INFO_FD "DPkg::Tools::Options::APT_UNIVERSAL_HOOKS%3d1::InfoFD=20\n"

/* expected: for each hook point, the key, the state, and the file and line. */
static void assert_registered(
	const char *configuration, const char *places, const char *expected)
{
	__attribute__((cleanup(registration_done))) struct registration registration;
	__attribute__((cleanup(origins_done))) struct origins origins;
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(origins_parse(&origins, slice_of(places)), 0);
	registration_of(&registration, slice_of(configuration), &origins);
	ck_assert_uint_eq(registration.count, 5);
	for (int i = UH_PRE_INVOKE; i <= UH_POST_INVOKE; i++) {
		const struct registration_entry *entry =
			registration_at(&registration, (enum uh_hook_point)i);

		buffer_append_format(&text, "%s: %s%s%s:%lu\n", entry->key,
			entry->registered == REGISTERED_AS_SHIPPED ? "as shipped"
			: entry->registered == REGISTERED_EDITED   ? "edited"
								   : "not",
			entry->file != NULL ? " " : "",
			entry->file != NULL ? entry->file : "", entry->line);
	}
	assert_text(&text, expected);
}

START_TEST(unchanged_entries_are_as_shipped)
{
	assert_registered(PRE_INVOKE PRE_INSTALL_PKGS POST_INVOKE VERSION INFO_FD,
		"/shipped\t4\t" PRE_INVOKE "/shipped\t9\t" POST_INVOKE,
		"DPkg::Pre-Invoke::apt-universal-hooks: as shipped /shipped:4\n"
		"DPkg::Pre-Install-Pkgs::apt-universal-hooks: as shipped:0\n"
		"DPkg::Post-Invoke::apt-universal-hooks: as shipped /shipped:9\n");
}
END_TEST

START_TEST(missing_entries_are_not_registered)
{
	assert_registered("DPkg::Pre-Invoke::other=" CALL("Pre-Invoke"), "",
		"DPkg::Pre-Invoke::apt-universal-hooks: not:0\n"
		"DPkg::Pre-Install-Pkgs::apt-universal-hooks: not:0\n"
		"DPkg::Post-Invoke::apt-universal-hooks: not:0\n");
}
END_TEST

START_TEST(an_edited_entry_has_its_file)
{
	assert_registered("DPkg::Pre-Invoke::apt-universal-hooks=/bin/true\n" //
		PRE_INSTALL_PKGS POST_INVOKE VERSION INFO_FD,
		"/shipped\t4\t" PRE_INVOKE
		"/other\t2\tDPkg::Pre-Invoke::apt-universal-hooks=/bin/true\n",
		"DPkg::Pre-Invoke::apt-universal-hooks: edited /other:2\n"
		"DPkg::Pre-Install-Pkgs::apt-universal-hooks: as shipped:0\n"
		"DPkg::Post-Invoke::apt-universal-hooks: as shipped:0\n");
}
END_TEST

START_TEST(options_of_the_list_belong_to_pre_install_pkgs)
{
	assert_registered(PRE_INVOKE PRE_INSTALL_PKGS POST_INVOKE VERSION, "",
		"DPkg::Pre-Invoke::apt-universal-hooks: as shipped:0\n"
		"DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::InfoFD: not:0\n"
		"DPkg::Post-Invoke::apt-universal-hooks: as shipped:0\n");
	assert_registered(PRE_INVOKE POST_INVOKE VERSION INFO_FD, "",
		"DPkg::Pre-Invoke::apt-universal-hooks: as shipped:0\n"
		"DPkg::Pre-Install-Pkgs::apt-universal-hooks: not:0\n"
		"DPkg::Post-Invoke::apt-universal-hooks: as shipped:0\n");
}
END_TEST

START_TEST(registration_take_asks_apt)
{
	__attribute__((cleanup(registration_done))) struct registration registration;
	char no_root[] = "";
	struct admin admin = {.root = no_root};

	configure_apt("");
	make_file("/etc/apt/apt.conf.d/50hooks", 0644,
		"// a comment\nDPkg::Post-Invoke::apt-universal-hooks \"/bin/true\";\n");
	ck_assert_int_eq(registration_take(&registration, &admin), 0);
	ck_assert_int_eq(registration_at(&registration, UH_PRE_INVOKE)->registered,
		REGISTERED_NOT);
	ck_assert_int_eq(registration_at(&registration, UH_POST_INVOKE)->registered,
		REGISTERED_EDITED);
	ck_assert_str_eq(registration_at(&registration, UH_POST_INVOKE)->file,
		at("/etc/apt/apt.conf.d/50hooks"));
	ck_assert_uint_eq(registration_at(&registration, UH_POST_INVOKE)->line, 2);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {unchanged_entries_are_as_shipped,
		missing_entries_are_not_registered, an_edited_entry_has_its_file,
		options_of_the_list_belong_to_pre_install_pkgs,
		registration_take_asks_apt};

	return run_tests("registration", tests, COUNT_OF(tests));
}
