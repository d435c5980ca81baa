/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables on terminals of several widths, and in a pipe. */
#include "fixture.h"
#include "output.h"
#include "ui/table.h"

#include <locale.h>

#define owns_table __attribute__((cleanup(table_done)))

static const struct terminal piped = {.width = 0};

static struct terminal of_width(unsigned width)
{
	return (struct terminal){.is_terminal = true, .width = width};
}

/* A table of three columns. */
static struct table table_of_three(const struct terminal *terminal)
{
	static const char *const titles[] = {"Script", "Status", "Time"};

	return (struct table){.terminal = terminal, .titles = titles, .columns = 3};
}

static void add_row(struct table *table, const char *a, const char *b, const char *c)
{
	table_add_name(table, a);
	table_add(table, b);
	table_add(table, c);
}

static void assert_table(struct table *table, const char *expected)
{
	output_begin();
	table_write(table);
	assert_output(expected, "");
}

START_TEST(a_table_without_rows_is_not_written)
{
	const struct terminal wide = of_width(80);
	owns_table struct table on_terminal = table_of_three(&wide);
	owns_table struct table in_pipe = table_of_three(&piped);

	assert_table(&on_terminal, "");
	assert_table(&in_pipe, "");
}
END_TEST

START_TEST(columns_are_aligned_on_a_terminal)
{
	struct terminal terminal = of_width(24);
	owns_table struct table table = table_of_three(&terminal);

	add_row(&table, "/a", MARK_GOOD "fine" MARK_END, "1 ms");
	add_row(&table, "/b/long", "", "12345 s");
	assert_table(&table, "Script   Status  Time\n"
			     "/a       fine    1 ms\n"
			     "/b/long          12345 s\n");
	terminal.has_colour = true;
	assert_table(&table, "Script   Status  Time\n"
			     "/a       \033[32mfine\033[0m    1 ms\n"
			     "/b/long          12345 s\n");
}
END_TEST

START_TEST(a_table_that_is_too_wide_is_written_as_blocks)
{
	const struct terminal terminal = of_width(23);
	const struct terminal narrow = of_width(10);
	owns_table struct table table = table_of_three(&terminal);

	add_row(&table, "/a", "fine", "1 ms");
	add_row(&table, "/b/long", "", "12345 s");
	assert_table(&table, "/a\n"
			     "  Status: fine\n"
			     "  Time: 1 ms\n"
			     "/b/long\n"
			     "  Time: 12345 s\n");
	table.terminal = &narrow;
	assert_table(&table, "/a\n"
			     "  Status:\n"
			     "    fine\n"
			     "  Time: 1\n"
			     "    ms\n"
			     "/b/long\n"
			     "  Time:\n"
			     "    12345\n"
			     "    s\n");
}
END_TEST

/* The first two of four columns are needed, and the last one is a long text. */
static void assert_fits(unsigned width, bool has_utf8, const char *expected)
{
	static const char *const titles[] = {"Hook", "State", "Time", "Description"};
	struct terminal terminal = of_width(width);
	owns_table struct table table = {
		.terminal = &terminal, .titles = titles, .columns = 4, .needed = 2};

	terminal.has_utf8 = has_utf8;
	add_row(&table, "a/b c", "enabled", "1.250 s");
	table_add(&table, "Dumps the database before dpkg runs");
	add_row(&table, "d", "masked", "");
	table_add(&table, "");
	assert_table(&table, expected);
}

START_TEST(the_last_column_is_cut_on_a_narrow_terminal)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	assert_fits(60, true,
		"Hook   State    Time     Description\n"
		"a/b c  enabled  1.250 s  Dumps the database before dpkg runs\n"
		"d      masked\n");
	assert_fits(59, true,
		"Hook   State    Time     Description\n"
		"a/b c  enabled  1.250 s  Dumps the database before dpkg ru…\n"
		"d      masked\n");
	assert_fits(45, false,
		"Hook   State    Time     Description\n"
		"a/b c  enabled  1.250 s  Dumps the databas...\n"
		"d      masked\n");
}
END_TEST

START_TEST(columns_that_are_not_needed_are_left_out)
{
	/* The last one stays as long as 20 columns of it do. */
	assert_fits(44, false,
		"Hook   State    Description\n"
		"a/b c  enabled  Dumps the database before...\n"
		"d      masked\n");
	assert_fits(36, false,
		"Hook   State    Description\n"
		"a/b c  enabled  Dumps the databas...\n"
		"d      masked\n");
	assert_fits(35, false,
		"Hook   State    Time\n"
		"a/b c  enabled  1.250 s\n"
		"d      masked\n");
	assert_fits(22, false,
		"Hook   State\n"
		"a/b c  enabled\n"
		"d      masked\n");
	assert_fits(14, false,
		"Hook   State\n"
		"a/b c  enabled\n"
		"d      masked\n");
	assert_fits(13, false,
		"a/b c\n"
		"  State:\n"
		"    enabled\n"
		"  Time: 1.250\n"
		"    s\n"
		"  Description:\n"
		"    Dumps the\n"
		"    database\n"
		"    before\n"
		"    dpkg runs\n"
		"d\n"
		"  State:\n"
		"    masked\n");
}
END_TEST

START_TEST(a_cut_cell_ends_its_style_and_breaks_no_character)
{
	static const char *const titles[] = {"A", "B"};
	struct terminal terminal = of_width(23);
	owns_table struct table table = {
		.terminal = &terminal, .titles = titles, .columns = 2, .needed = 1};

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	terminal.has_utf8 = true;
	terminal.has_colour = true;
	table_add(&table, "a");
	table_add(
		&table, MARK_FAINT "123456789012345678\xe6\xbc\xa2\xe6\xbc\xa2" MARK_END);
	assert_table(&table, "A  B\n"
			     "a  \033[2m123456789012345678…\033[0m\n");
	terminal.width = 24;
	assert_table(&table, "A  B\n"
			     "a  \033[2m123456789012345678\xe6\xbc\xa2…\033[0m\n");
	terminal.width = 25;
	assert_table(&table,
		"A  B\n"
		"a  \033[2m123456789012345678\xe6\xbc\xa2\xe6\xbc\xa2\033[0m\n");
}
END_TEST

START_TEST(a_piped_table_has_tabs_between_cells)
{
	owns_table struct table table = table_of_three(&piped);

	add_row(&table, "/a b\t\n\xff", MARK_BAD "failed" MARK_END, "");
	add_row(&table, "", "", "1 ms");
	assert_table(&table, "Script\tStatus\tTime\n"
			     "/a b\\011\\012\\377\tfailed\t\n"
			     "\t\t1 ms\n");
}
END_TEST

START_TEST(a_column_is_as_wide_as_its_visible_text)
{
	const struct terminal terminal = of_width(80);
	owns_table struct table table = table_of_three(&terminal);

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	add_row(&table, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "x", "y");
	add_row(&table, "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", "x", "y");
	assert_table(&table,
		"Script    Status  Time\n"
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9      x       y\n"
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2  x       y\n");
}
END_TEST

START_TEST(a_table_of_one_column_is_a_list)
{
	static const char *const titles[] = {"Package"};
	const struct terminal terminal = of_width(10);
	owns_table struct table table = {
		.terminal = &terminal, .titles = titles, .columns = 1};

	table_add(&table, "zsh");
	table_add(&table, "a-package-with-a-long-name");
	assert_table(&table, "zsh\na-package-with-a-long-name\n");
	table.terminal = &piped;
	assert_table(&table, "Package\nzsh\na-package-with-a-long-name\n");
}
END_TEST

START_TEST(a_pipe_gets_row_by_row)
{
	owns_table struct table table = table_of_three(&piped);

	output_begin();
	table_flush(&table);
	for (int i = 0; i < 3; i++) {
		add_row(&table, "a", "b", "c");
		table_flush(&table);
		ck_assert_uint_eq(table.cells.count, 0);
	}
	table_write(&table);
	assert_output("Script\tStatus\tTime\na\tb\tc\na\tb\tc\na\tb\tc\n", "");
}
END_TEST

START_TEST(a_terminal_gets_all_rows_at_the_end)
{
	const struct terminal wide = of_width(80);
	owns_table struct table table = table_of_three(&wide);

	add_row(&table, "a", "b", "c");
	table_flush(&table);
	ck_assert_uint_eq(table.cells.count, 3);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_pipe_gets_row_by_row,
		a_terminal_gets_all_rows_at_the_end, a_table_without_rows_is_not_written,
		columns_are_aligned_on_a_terminal,
		a_table_that_is_too_wide_is_written_as_blocks,
		the_last_column_is_cut_on_a_narrow_terminal,
		columns_that_are_not_needed_are_left_out,
		a_cut_cell_ends_its_style_and_breaks_no_character,
		a_piped_table_has_tabs_between_cells,
		a_column_is_as_wide_as_its_visible_text, a_table_of_one_column_is_a_list};

	return run_tests("table", tests, COUNT_OF(tests));
}
