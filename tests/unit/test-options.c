/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "output.h"
#include "ui/options.h"

#include <unistd.h>

#define GOES_ON (-1)

/* What the options of a subcommand were set to: one option of each kind. */
struct parsed {
	struct admin admin;
	bool is_quick;
	const char *script;
	size_t count;
	struct string_list packages;
	char *argv[16];
	int words;
};

static void parsed_done(struct parsed *parsed)
{
	free(parsed->admin.root);
	string_list_done(&parsed->packages);
	for (size_t i = 0; i < COUNT_OF(parsed->argv); i++)
		free(parsed->argv[i]);
}
#define owns_parsed __attribute__((cleanup(parsed_done)))

/* Allocates each word separately, so that AddressSanitizer sees an overrun. */
static int split(struct parsed *parsed, const char *line)
{
	struct slice rest = slice_of(line);
	int argc = 0;

	memset(parsed, 0, sizeof(*parsed));
	parsed->admin.root = strdup("");
	parsed->argv[argc++] = strdup("try");
	while (rest.size > 0) {
		struct slice word = slice_cut(&rest, '|');

		parsed->argv[argc++] = strndup(word.data, word.size);
	}
	return argc;
}

enum foreign { NO_FOREIGN, FOREIGN };

/* line is split at bars; one or two words must be left, or any number with FOREIGN. */
static int read_with(enum foreign foreign, struct parsed *parsed, const char *line)
{
	int argc = split(parsed, line);
	const struct option_row rows[] = {
		{OPTION_FLAG, &parsed->is_quick, "quick", 'q', NULL, "Be quick."},
		{OPTION_TEXT, &parsed->script, "script", '\0', "PATH", "Only this one."},
		{OPTION_LIST, &parsed->packages, "package", 'p', "NAME",
			"A package; more of them are more packages."},
		{OPTION_NUMBER, &parsed->count, "count", 'n', "N", "So many."},
	};
	const struct usage usage = {
		.synopsis = "try WORD [WORD]",
		.text = "Tries the options.",
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
		.words_min = foreign == FOREIGN ? 0 : 1,
		.words_max = foreign == FOREIGN ? -1 : 2,
		.has_foreign_options = foreign == FOREIGN,
	};

	return options_read(&parsed->admin, &usage, argc, parsed->argv, &parsed->words);
}

/* expected: the remaining words, joined with bars, then the options. */
static void assert_parsed(const struct parsed *parsed, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (int i = 1; i <= parsed->words; i++)
		buffer_append_format(&text, "%s%s", i > 1 ? "|" : "", parsed->argv[i]);
	if (parsed->is_quick)
		buffer_append_string(&text, " quick");
	if (parsed->admin.is_json)
		buffer_append_string(&text, " json");
	if (parsed->script != NULL)
		buffer_append_format(&text, " script=%s", parsed->script);
	if (parsed->count > 0)
		buffer_append_format(&text, " count=%zu", parsed->count);
	for (size_t i = 0; i < parsed->packages.count; i++)
		buffer_append_format(&text, " package=%s", parsed->packages.items[i]);
	assert_text(&text, expected);
	ck_assert_str_eq(parsed->argv[0], "try");
}

static void assert_read(const char *line, const char *expected)
{
	owns_parsed struct parsed parsed;

	output_begin();
	ck_assert_int_eq(read_with(NO_FOREIGN, &parsed, line), GOES_ON);
	assert_output("", "");
	assert_parsed(&parsed, expected);
}

static void assert_picked(const char *line, const char *expected)
{
	owns_parsed struct parsed parsed;

	output_begin();
	ck_assert_int_eq(read_with(FOREIGN, &parsed, line), GOES_ON);
	assert_output("", "");
	assert_parsed(&parsed, expected);
}

static void assert_trouble(enum foreign foreign, const char *line, const char *expected)
{
	owns_parsed struct parsed parsed;

	output_begin();
	ck_assert_int_eq(read_with(foreign, &parsed, line), STATUS_TROUBLE);
	assert_output("", expected);
}

START_TEST(options_may_stand_among_the_words)
{
	assert_read("a", "a");
	assert_read("a|b", "a|b");
	assert_read("--quick|a|--json|b", "a|b quick json");
	assert_read("a|b|-q", "a|b quick");
	assert_read("a||", "a|");
}
END_TEST

START_TEST(an_argument_is_joined_or_the_next_word)
{
	assert_read("a|--script=/x", "a script=/x");
	assert_read("a|--script|/x", "a script=/x");
	assert_read("a|--script=", "a script=");
	assert_read("a|--script=/x=y", "a script=/x=y");
	assert_read("a|-pfoo", "a package=foo");
	assert_read("a|-p|foo", "a package=foo");
	assert_read("a|-p=foo", "a package==foo");
	assert_read("a|--package||b", "a|b package=");
	/* Like getopt(3), even if it looks like an option. */
	assert_read("a|--script|--json", "a script=--json");
	assert_read("a|--script|--|b", "a|b script=--");
}
END_TEST

START_TEST(a_repeated_text_is_replaced_and_a_list_grows)
{
	assert_read("a|--script=x|--script=y", "a script=y");
	assert_read("-px|a|--package|y|--package=x", "a package=x package=y package=x");
}
END_TEST

START_TEST(after_two_dashes_everything_is_a_word)
{
	assert_read("--|--json", "--json");
	assert_read("a|-q|--|--quick", "a|--quick quick");
	assert_read("--|--|-x", "--|-x");
	assert_read("a|--", "a");
}
END_TEST

START_TEST(one_dash_is_a_word)
{
	assert_read("-|-q", "- quick");
}
END_TEST

START_TEST(an_unknown_option_is_an_error_that_suggests_the_nearest)
{
	assert_trouble(NO_FOREIGN, "a|--quik",
		"E: unknown option --quik; did you mean --quick?\n");
	assert_trouble(NO_FOREIGN, "a|--JSON=1",
		"E: unknown option --JSON; did you mean --json?\n");
	assert_trouble(NO_FOREIGN, "a|--verbose",
		"E: unknown option --verbose; usage: apt-universal-hooks try WORD "
		"[WORD]\n");
	assert_trouble(NO_FOREIGN, "a|-x",
		"E: unknown option -x; usage: apt-universal-hooks try WORD [WORD]\n");
	assert_trouble(NO_FOREIGN, "a|-s",
		"E: unknown option -s; usage: apt-universal-hooks try WORD [WORD]\n");
	assert_trouble(NO_FOREIGN, "a|-\n",
		"E: unknown option -\\012; usage: apt-universal-hooks try WORD [WORD]\n");
}
END_TEST

START_TEST(an_option_without_a_name_is_an_error)
{
	assert_trouble(NO_FOREIGN, "a|--=x",
		"E: unknown option --; usage: apt-universal-hooks try WORD [WORD]\n");
	assert_trouble(NO_FOREIGN, "a|-=",
		"E: unknown option -; usage: apt-universal-hooks try WORD [WORD]\n");
	assert_trouble(NO_FOREIGN, "a|-=x",
		"E: unknown option -; usage: apt-universal-hooks try WORD [WORD]\n");
}
END_TEST

START_TEST(names_cannot_be_abbreviated)
{
	assert_trouble(NO_FOREIGN, "a|--quic|--qui",
		"E: unknown option --quic; did you mean --quick?\n");
	assert_trouble(NO_FOREIGN, "a|--s",
		"E: unknown option --s; usage: apt-universal-hooks try WORD [WORD]\n");
}
END_TEST

START_TEST(a_missing_or_unwanted_argument_is_an_error)
{
	assert_trouble(NO_FOREIGN, "a|--script", "E: --script needs an argument: PATH\n");
	assert_trouble(NO_FOREIGN, "a|-p", "E: -p needs an argument: NAME\n");
	assert_trouble(NO_FOREIGN, "a|--quick=yes",
		"E: --quick=yes: --quick takes no argument\n");
	assert_trouble(
		NO_FOREIGN, "a|--quick=", "E: --quick=: --quick takes no argument\n");
	assert_trouble(NO_FOREIGN, "a|-qp", "E: -qp: --quick takes no argument\n");
	assert_trouble(FOREIGN, "a|--root", "E: --root needs an argument: DIR\n");
}
END_TEST

START_TEST(a_number_is_decimal_and_above_0)
{
	static const char *const words[] = {
		"0", "00", "", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.5", "x"};
	owns_memory char *most = string_format("a count=%zu", SIZE_MAX);

	assert_read("a|--count=1", "a count=1");
	assert_read("a|-n|20", "a count=20");
	assert_read("a|-n0020", "a count=20");
	assert_read("a|-n1|-n2", "a count=2");
	/* More than fits is as many as possible. */
	assert_read("a|-n99999999999999999999999", most);
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		owns_memory char *line = string_format("a|--count=%s", words[i]);
		owns_memory char *message =
			string_format("E: --count %s: not a positive number\n", words[i]);

		assert_trouble(NO_FOREIGN, line, message);
	}
	assert_trouble(NO_FOREIGN, "a|-n", "E: -n needs an argument: N\n");
}
END_TEST

START_TEST(the_number_of_words_is_checked)
{
	assert_trouble(NO_FOREIGN, "",
		"E: an argument is missing; usage: apt-universal-hooks try WORD "
		"[WORD]\n");
	assert_trouble(NO_FOREIGN, "--quick",
		"E: an argument is missing; usage: apt-universal-hooks try WORD "
		"[WORD]\n");
	assert_trouble(NO_FOREIGN, "a|b|c",
		"E: unexpected argument \"c\"; usage: apt-universal-hooks try WORD "
		"[WORD]\n");
	assert_trouble(NO_FOREIGN, "a|b|c|d",
		"E: unexpected argument \"c\"; usage: apt-universal-hooks try WORD "
		"[WORD]\n");
}
END_TEST

START_TEST(unknown_options_may_be_words_for_another_program)
{
	assert_picked(
		"install|-o|A=b|--json|zsh-|-x|--", "install|-o|A=b|zsh-|-x|-- json");
	assert_picked(
		"--no-download|install|--|--json", "--no-download|install|--|--json");
	assert_picked("-|--quick|--unknown=1||", "-|--unknown=1| quick");
	assert_picked("", "");
	assert_picked("a|b|c", "a|b|c");
}
END_TEST

static void assert_help(enum foreign foreign, const char *line)
{
	owns_parsed struct parsed parsed;

	output_begin();
	ck_assert_int_eq(read_with(foreign, &parsed, line), STATUS_FINE);
	assert_output(
		"Usage: apt-universal-hooks try WORD [WORD]\n"
		"\n"
		"Tries the options.\n"
		"\n"
		"  -q, --quick             Be quick.\n"
		"  --script PATH           Only this one.\n"
		"  -p, --package NAME      A package; more of them are more packages.\n"
		"  -n, --count N           So many.\n"
		"  --json                  Print JSON, as described in "
		"apt-universal-hooks(8).\n"
		"  --root DIR              Operate on the system in DIR instead of "
		"this one.\n"
		"  -h, --help              Show this help and exit.\n",
		"");
}

START_TEST(help_is_printed_and_nothing_else_checked)
{
	assert_help(NO_FOREIGN, "--help");
	assert_help(NO_FOREIGN, "a|b|c|-h|--root=/no/such/directory");
	assert_help(FOREIGN, "install|--help|zsh");
}
END_TEST

START_TEST(help_is_wrapped_to_the_width)
{
	owns_parsed struct parsed parsed = {0};

	skip_unless(output_has_terminals(), "there is no /dev/pts");
	output_begin_terminal(40);
	ck_assert_int_eq(read_with(NO_FOREIGN, &parsed, "-h"), STATUS_FINE);
	assert_output("Usage: apt-universal-hooks try WORD\n"
		      "[WORD]\n"
		      "\n"
		      "Tries the options.\n"
		      "\n"
		      "  -q, --quick\n"
		      "      Be quick.\n"
		      "  --script PATH\n"
		      "      Only this one.\n"
		      "  -p, --package NAME\n"
		      "      A package; more of them are more\n"
		      "      packages.\n"
		      "  -n, --count N\n"
		      "      So many.\n"
		      "  --json\n"
		      "      Print JSON, as described in\n"
		      "      apt-universal-hooks(8).\n"
		      "  --root DIR\n"
		      "      Operate on the system in DIR\n"
		      "      instead of this one.\n"
		      "  -h, --help\n"
		      "      Show this help and exit.\n",
		"");
}
END_TEST

START_TEST(json_is_unknown_without_has_json)
{
	const struct usage usage = {.synopsis = "try", .text = "", .words_max = -1};
	struct admin admin = {.root = NULL};
	char *argv[] = {(char *)"try", (char *)"--json", NULL};
	int words;

	output_begin();
	ck_assert_int_eq(options_read(&admin, &usage, 2, argv, &words), STATUS_TROUBLE);
	assert_output("", "E: unknown option --json; usage: apt-universal-hooks try\n");
	ck_assert(!admin.is_json);
}
END_TEST

START_TEST(the_number_of_words_may_be_unlimited)
{
	const struct usage usage = {.synopsis = "try", .text = "", .words_max = -1};
	struct admin admin = {.root = NULL};
	char *argv[] = {
		(char *)"try", (char *)"a", (char *)"b", (char *)"c", (char *)"d", NULL};
	int words;

	ck_assert_int_eq(options_read(&admin, &usage, 1, argv, &words), GOES_ON);
	ck_assert_int_eq(words, 0);
	ck_assert_int_eq(options_read(&admin, &usage, 5, argv, &words), GOES_ON);
	ck_assert_int_eq(words, 4);
}
END_TEST

/* The root that "--root path" sets. */
static void assert_root(const char *path, const char *expected)
{
	owns_memory char *line = string_format("a|--root|%s", path);
	owns_parsed struct parsed parsed;

	output_begin();
	ck_assert_int_eq(read_with(NO_FOREIGN, &parsed, line), GOES_ON);
	assert_output("", "");
	ck_assert_str_eq(parsed.admin.root, expected);
	ck_assert_int_eq(parsed.words, 1);
}

START_TEST(the_root_is_a_real_path_without_a_trailing_slash)
{
	owns_memory char *image = NULL;

	make_directory("/a b/image");
	make_link("/link", "a b/image");
	image = realpath(at("/a b/image"), NULL);
	assert_root(at("/a b/image"), image);
	assert_root(at("/a b/image///"), image);
	assert_root(at("/a b/../link/."), image);
	assert_root("/", "");
	assert_root("//.", "");
	ck_assert_int_eq(chdir(at("/a b")), 0);
	assert_root("image", image);
	ck_assert_int_eq(chdir(root()), 0);
}
END_TEST

START_TEST(without_the_option_the_root_does_not_change)
{
	owns_parsed struct parsed parsed;

	ck_assert_int_eq(read_with(NO_FOREIGN, &parsed, "a"), GOES_ON);
	ck_assert_str_eq(parsed.admin.root, "");
}
END_TEST

START_TEST(a_root_that_is_not_a_directory_is_an_error)
{
	owns_memory char *absent = NULL;
	owns_memory char *file = NULL;

	make_file("/file", 0644, "");
	absent = string_format("a|--root|%s", at("/absent"));
	file = string_format("E: --root %s cannot be used: No such file or directory\n",
		at("/absent"));
	assert_trouble(NO_FOREIGN, absent, file);
	free(absent);
	free(file);
	absent = string_format("a|--root|%s", at("/file"));
	file = string_format(
		"E: --root %s cannot be used: Not a directory\n", at("/file"));
	assert_trouble(NO_FOREIGN, absent, file);
	assert_trouble(NO_FOREIGN,
		"a|--root=", "E: --root  cannot be used: No such file or directory\n");
}
END_TEST

/* Parses what stands before the subcommand; expected: all words behind it. */
static void assert_leading(const char *line, const char *expected)
{
	owns_parsed struct parsed parsed;
	struct leading_options leading;
	owns_buffer struct buffer text = {0};
	int argc = split(&parsed, line);

	output_begin();
	ck_assert_int_eq(options_read_leading(&parsed.admin, argc, parsed.argv, &leading),
		GOES_ON);
	assert_output("", "");
	for (int i = 1; i < argc; i++)
		buffer_append_format(&text, "%s%s", i > 1 ? "|" : "", parsed.argv[i]);
	if (leading.subcommand == NULL)
		buffer_append_string(&text, " none");
	else
		ck_assert_str_eq(leading.subcommand, parsed.argv[1]);
	buffer_append_string(&text, leading.is_help ? " help" : "");
	buffer_append_string(&text, leading.is_version ? " version" : "");
	assert_text(&text, expected);
}

START_TEST(options_before_the_subcommand_are_moved_behind_it)
{
	assert_leading("list|--json", "list|--json");
	assert_leading("--json|list|-x", "list|--json|-x");
	assert_leading("--root|/x|--json|list", "list|--root|/x|--json");
	assert_leading("--root=/x|plan|--|a", "plan|--root=/x|--|a");
	assert_leading("--help|list", "list|--help help");
	assert_leading("-h", "-h none help");
	assert_leading("--version|list", "list|--version version");
	assert_leading("--root|/x", "--root|/x none");
	assert_leading("-|list", "-|list");
}
END_TEST

static void assert_leading_trouble(const char *line, const char *message)
{
	owns_parsed struct parsed parsed;
	struct leading_options leading;
	int argc = split(&parsed, line);

	output_begin();
	ck_assert_int_eq(options_read_leading(&parsed.admin, argc, parsed.argv, &leading),
		STATUS_TROUBLE);
	assert_output("", message);
}

START_TEST(other_options_before_the_subcommand_are_errors)
{
	assert_leading_trouble(
		"--jsn|list", "E: unknown option --jsn; did you mean --json?\n");
	assert_leading_trouble("-x|list", "E: unknown option -x; usage: "
					  "apt-universal-hooks SUBCOMMAND [OPTION]…\n");
	assert_leading_trouble("--root", "E: --root needs an argument: DIR\n");
	assert_leading_trouble("--json=1", "E: --json=1: --json takes no argument\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {options_before_the_subcommand_are_moved_behind_it,
		other_options_before_the_subcommand_are_errors,
		options_may_stand_among_the_words, an_argument_is_joined_or_the_next_word,
		a_repeated_text_is_replaced_and_a_list_grows,
		after_two_dashes_everything_is_a_word, one_dash_is_a_word,
		an_unknown_option_is_an_error_that_suggests_the_nearest,
		an_option_without_a_name_is_an_error, names_cannot_be_abbreviated,
		a_missing_or_unwanted_argument_is_an_error,
		a_number_is_decimal_and_above_0, the_number_of_words_is_checked,
		unknown_options_may_be_words_for_another_program,
		help_is_printed_and_nothing_else_checked, help_is_wrapped_to_the_width,
		json_is_unknown_without_has_json, the_number_of_words_may_be_unlimited,
		the_root_is_a_real_path_without_a_trailing_slash,
		without_the_option_the_root_does_not_change,
		a_root_that_is_not_a_directory_is_an_error};

	return run_tests("options", tests, COUNT_OF(tests));
}
