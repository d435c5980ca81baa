/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "paths.h"

#define ITEMS(...)                                                                       \
	(struct setting_items)                                                           \
	{                                                                                \
		.items = (const char *[]){__VA_ARGS__},                                  \
		.count = COUNT_OF(((const char *[]){__VA_ARGS__}))                       \
	}

/* Those of the merged directories that make_merged_root() makes. */
static unsigned merged(void)
{
	make_link("/bin", "usr/bin");
	make_link("/lib", "/usr/lib");
	make_directory("/sbin");
	make_link("/lib64", "usr/lib32");
	make_link("/lib32", "opt/lib32");
	return paths_merged(root());
}

/* Fills a table with the lines, which belong to foo. */
static void fill(struct path_table *table, struct transaction *transaction, unsigned bits,
	const struct setting_items *items, const struct diversions *diversions,
	const char *lines)
{
	struct path_globs globs = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(path_table_init(table, transaction, bits), 0);
	ck_assert_int_eq(path_globs_add(&globs, items), 0);
	buffer_append_string(&text, lines);
	ck_assert_int_eq(path_table_add(table, 0, &globs, diversions, &text), 0);
	path_globs_done(&globs);
}

static void assert_diverted(const struct setting_items items, unsigned bits,
	const struct diversions *diversions, const char *lines, const char *expected)
{
	owns_transaction struct transaction transaction = {0};
	struct path_table table;
	owns_strings struct string_list paths = {0};
	owns_buffer struct buffer text = {0};

	parse_packages(&transaction, "foo - - none < 1 amd64 none /foo.deb\n");
	fill(&table, &transaction, bits, &items, diversions, lines);
	ck_assert_int_eq(
		path_table_matches(&table, &transaction.packages[0], &items, &paths), 0);
	ck_assert_int_eq(path_table_may_match(&table, &transaction.packages[0], &items),
		expected[0] != '\0');
	for (size_t i = 0; i < paths.count; i++)
		buffer_append_format(&text, "%s\n", paths.items[i]);
	assert_text(&text, expected);
	path_table_done(&table);
}

static void assert_matches(const struct setting_items items, unsigned bits,
	const char *lines, const char *expected)
{
	assert_diverted(items, bits, NULL, lines, expected);
}

START_TEST(a_glob_is_matched_against_the_whole_path_and_stars_cross_slashes)
{
	static const char lines[] = "/.\n/boot\n/boot/vmlinuz-6\n/usr\n/usr/share\n"
				    "/usr/share/fonts\n/usr/share/fonts/a/b.ttf\n"
				    "/usr/share/fonts/[x].ttf\n/usr/share/.hidden";

	assert_matches(ITEMS("/boot/vmlinuz-*"), 0, lines, "/boot/vmlinuz-6\n");
	assert_matches(ITEMS("/usr/share/fonts/*"), 0, lines,
		"/usr/share/fonts/a/b.ttf\n/usr/share/fonts/[x].ttf\n");
	assert_matches(ITEMS("*.ttf"), 0, lines,
		"/usr/share/fonts/a/b.ttf\n/usr/share/fonts/[x].ttf\n");
	assert_matches(ITEMS("/usr/*/b.tt?"), 0, lines, "/usr/share/fonts/a/b.ttf\n");
	assert_matches(ITEMS("/usr/share/fonts/\\[x].ttf"), 0, lines,
		"/usr/share/fonts/[x].ttf\n");
	assert_matches(ITEMS("/usr/share/fonts/[a-c]/*"), 0, lines,
		"/usr/share/fonts/a/b.ttf\n");
	assert_matches(ITEMS("/usr/share/[!f]*"), 0, lines, "/usr/share/.hidden\n");
	assert_matches(ITEMS("/usr/share/fonts"), 0, lines, "/usr/share/fonts\n");
	assert_matches(ITEMS("/boot/*", "/usr"), 0, lines, "/boot/vmlinuz-6\n/usr\n");
	assert_matches(ITEMS("/boo", "/boot/", "boot", "/BOOT"), 0, lines, "");
	assert_matches(ITEMS("/", "/.", "/*.ttf.gz"), 0, lines, "");
}
END_TEST

START_TEST(a_prefix_and_a_suffix_of_a_glob_do_not_overlap)
{
	assert_matches(ITEMS("/abc*bcd"), 0, "/abcd\n/abcbcd\n/abc/x/bcd\n",
		"/abcbcd\n/abc/x/bcd\n");
}
END_TEST

START_TEST(only_lines_with_an_absolute_path_count)
{
	assert_matches(ITEMS("*"), 0, "a\n\n./b\n/c\n", "/c\n");
	assert_matches(ITEMS("*"), 0, "", "");
}
END_TEST

START_TEST(symlinks_to_the_directory_of_the_same_name_below_usr_are_merged)
{
	ck_assert_uint_eq(paths_merged(root()), 0);
	ck_assert_uint_eq(merged(), 1U << 0 | 1U << 2);
}
END_TEST

START_TEST(where_bin_is_a_link_both_names_are_one)
{
	static const char lines[] =
		"/bin/a\n/usr/bin/b\n/sbin/c\n/usr/sbin/d\n/lib/e\n/binary/f\n/bin\n";
	unsigned bits = merged();

	assert_matches(ITEMS("/bin/*"), bits, lines, "/usr/bin/a\n/usr/bin/b\n");
	assert_matches(ITEMS("/usr/bin/*"), bits, lines, "/usr/bin/a\n/usr/bin/b\n");
	assert_matches(ITEMS("/bin/?"), bits, lines, "/usr/bin/a\n/usr/bin/b\n");
	assert_matches(ITEMS("/sbin/*"), bits, lines, "/sbin/c\n");
	assert_matches(ITEMS("/lib*/e"), bits, lines, "/usr/lib/e\n");
	assert_matches(ITEMS("/bin"), bits, lines, "/bin\n");
	assert_matches(ITEMS("/bin/*"), 0, lines, "/bin/a\n");
	assert_matches(ITEMS("/*/?"), bits, "/la/g\n/ba/h\n/sa/i\n/xi/j\n/sb/k\n",
		"/la/g\n/ba/h\n/sa/i\n/xi/j\n/sb/k\n");
}
END_TEST

static void parse_diversions(struct diversions *diversions, const char *lines)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, lines);
	ck_assert_int_eq(diversions_parse(diversions, &text), 0);
}

START_TEST(a_path_that_another_package_diverts_counts_where_the_file_is)
{
	__attribute__((cleanup(diversions_done))) struct diversions diversions;

	parse_diversions(&diversions, "/usr/bin/z\n/usr/bin/z.local\n:\n"
				      "/bin/a\n/bin/a.real\nbar\n"
				      "/usr/bin/b\n/usr/bin/b.real\nfoo\n"
				      "/usr/bin/c\nrelative\nbar\n/cut");
	ck_assert_uint_eq(diversions.count, 4);
	assert_diverted(ITEMS("*"), merged(), &diversions,
		"/bin/a\n/usr/bin/b\n/usr/bin/c\n/usr/bin/d\n/usr/bin/z\n",
		"/usr/bin/a.real\n/usr/bin/b\n/usr/bin/c\n/usr/bin/d\n/usr/bin/"
		"z.local\n");
}
END_TEST

START_TEST(no_diversions_divert_nothing)
{
	__attribute__((cleanup(diversions_done))) struct diversions diversions;

	parse_diversions(&diversions, "");
	ck_assert_str_eq(diversions_find(&diversions, "/a", "foo"), "/a");
	diversions_done(&diversions);
	parse_diversions(&diversions, "\n\n\n");
	ck_assert_str_eq(diversions_find(&diversions, "", "foo"), "");
}
END_TEST

START_TEST(a_path_that_no_file_can_have_is_left_out)
{
	owns_memory char *path = calloc(1, 5000);
	owns_memory char *line = NULL;

	memset(path, 'x', 4096);
	path[0] = '/';
	assert_matches(ITEMS("*"), 0, path, "");
	memcpy(path, "/bin/", 5);
	path[4095] = '\0';
	line = string_format("/usr%s\n", path);
	assert_matches(ITEMS("*"), merged(), path, line);
}
END_TEST

START_TEST(what_is_not_known_may_match)
{
	owns_transaction struct transaction transaction = {0};
	struct path_table table = {.transaction = NULL};
	const struct setting_items items = ITEMS("/b");
	owns_strings struct string_list paths = {0};

	parse_packages(&transaction, "foo - - none < 1 amd64 none /foo.deb\n");
	ck_assert(path_table_may_match(&table, &transaction.packages[0], &items));
	fill(&table, &transaction, 0, &items, NULL, "/a\n");
	ck_assert(!path_table_may_match(&table, &transaction.packages[0], &items));
	table.items[0].is_incomplete = true;
	ck_assert(path_table_may_match(&table, &transaction.packages[0], &items));
	ck_assert_int_eq(
		path_table_matches(&table, &transaction.packages[0], &items, &paths), 0);
	ck_assert_uint_eq(paths.count, 0);
	path_table_done(&table);
}
END_TEST

START_TEST(without_a_table_no_path_is_listed)
{
	owns_transaction struct transaction transaction = {0};
	const struct path_table table = {.transaction = NULL};
	const struct setting_items items = ITEMS("*");
	owns_strings struct string_list paths = {0};

	parse_packages(&transaction, "foo - - none < 1 amd64 none /foo.deb\n");
	ck_assert_int_eq(
		path_table_matches(&table, &transaction.packages[0], &items, &paths), 0);
	ck_assert_uint_eq(paths.count, 0);
}
END_TEST

START_TEST(a_line_with_a_nul_is_no_path)
{
	static const char lines[] = "/a\0b\n/c\n";
	owns_transaction struct transaction transaction = {0};
	struct path_table table;
	struct path_globs globs = {0};
	const struct setting_items items = ITEMS("*");
	owns_buffer struct buffer text = {0};

	parse_packages(&transaction, "foo - - none < 1 amd64 none /foo.deb\n");
	ck_assert_int_eq(path_table_init(&table, &transaction, 0), 0);
	ck_assert_int_eq(path_globs_add(&globs, &items), 0);
	buffer_append(&text, (struct slice){lines, sizeof(lines) - 1});
	ck_assert_int_eq(path_table_add(&table, 0, &globs, NULL, &text), 0);
	ck_assert_uint_eq(table.items[0].paths.size, sizeof("/c"));
	ck_assert_str_eq(table.items[0].paths.data, "/c");
	path_globs_done(&globs);
	path_table_done(&table);
}
END_TEST

START_TEST(globs_that_match_anything_are_marked)
{
	struct path_globs globs = {0};
	const struct setting_items items =
		ITEMS("/usr/bin/*", "/none", "/usr/bin/*", "/bin/b");
	owns_buffer struct buffer text = {0};
	bool marks[3] = {false};

	ck_assert_uint_eq(path_globs_find(&globs, "/none"), 0);
	ck_assert_int_eq(path_globs_add(&globs, &items), 0);
	ck_assert_int_eq(path_globs_add(&globs, &items), 0);
	ck_assert_uint_eq(globs.count, 3);
	buffer_append_string(&text, "/usr/bin/a\n/bin/b\n/usr/bin/c\n");
	ck_assert_int_eq(path_globs_mark(&globs, merged(), NULL, "foo", &text, marks), 0);
	ck_assert(marks[path_globs_find(&globs, "/usr/bin/*")]);
	ck_assert(!marks[path_globs_find(&globs, "/none")]);
	ck_assert(marks[path_globs_find(&globs, "/bin/b")]);
	ck_assert_uint_eq(path_globs_find(&globs, "/bin"), 3);
	path_globs_done(&globs);
}
END_TEST

START_TEST(the_globs_of_all_settings_are_those_that_are_valid)
{
	struct settings settings;
	struct path_globs globs = {0};

	ck_assert_int_eq(settings_parse(&settings,
				 slice_of("Universal-Hooks::Paths::=/a\n"
					  "Universal-Hooks::Scripts::b::Paths::=*b\n"
					  "Universal-Hooks::Scripts::c::Paths::=/a\n"
					  "Universal-Hooks::Scripts::c::Paths::=c\n"
					  "Universal-Hooks::Scripts::c::Paths=/d\n"
					  "Universal-Hooks::Unknown::=/e\n"
					  "Universal-Hooks::Timeout=1\n")),
		0);
	/* A package may not set it for all scripts. */
	ck_assert_int_eq(settings_add_of_package(&settings, "/file",
				 slice_of("Universal-Hooks::Paths::=/f")),
		0);
	ck_assert_int_eq(path_globs_add_all(&globs, &settings), 0);
	ck_assert_uint_eq(globs.count, 2);
	ck_assert_str_eq(globs.items[0].text, "*b");
	ck_assert_str_eq(globs.items[1].text, "/a");
	path_globs_done(&globs);
	settings_done(&settings);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_glob_is_matched_against_the_whole_path_and_stars_cross_slashes,
		a_prefix_and_a_suffix_of_a_glob_do_not_overlap,
		only_lines_with_an_absolute_path_count,
		symlinks_to_the_directory_of_the_same_name_below_usr_are_merged,
		where_bin_is_a_link_both_names_are_one,
		a_path_that_another_package_diverts_counts_where_the_file_is,
		no_diversions_divert_nothing, a_path_that_no_file_can_have_is_left_out,
		what_is_not_known_may_match, without_a_table_no_path_is_listed,
		a_line_with_a_nul_is_no_path, globs_that_match_anything_are_marked,
		the_globs_of_all_settings_are_those_that_are_valid};

	return run_tests("paths", tests, COUNT_OF(tests));
}
