/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run-case FILE: creates the tree of a case, plans its hook point, and compares the plan.
 *
 * A case shows one rule, which is in the first line after a '#'. Every other line is one
 * of these, with words separated by spaces. %xx in a path is the byte xx.
 *
 *   at HOOK-POINT
 *   executable PATH          a file with mode 0755
 *   plain PATH               a file that is not executable
 *   open PATH                an executable that everybody can write to
 *   fifo PATH, socket PATH, directory PATH
 *   symlink PATH TARGET
 *   apt LINE                 a package line from apt, in protocol version 3
 *   path NAME PATH           a path that the package has, or will have
 *   diverted PATH TARGET NAME   by this package, "-" for the administrator
 *   merged DIRECTORY         a symlink into /usr
 *   set PATH NAME VALUE      a setting; PATH is below the tree, VALUE the rest of the line,
 *                            and an item if the setting is a list
 *
 * and then the expected plan, in order; "nothing" is a plan without scripts:
 *
 *   package NAME:ARCHITECTURE OPERATION PATH
 *   wildcard DIRECTORY PATH --pkg_list=NAME,... matched=NAME,...
 *   always PATH [matched=NAME,...]
 *   skipped PATH SETTING     by a setting of the script
 *   warning PATH FAULT
 *   nothing
 *
 * PATH begins with etc/ for the administrator's tree, with lib/ for that of packages, and
 * with / for anything outside of both. The native architecture is amd64.
 */
#include "fixture.h"
#include "plan.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>

static const char *case_file;
static struct buffer case_text;

/* The contents of a case file. */
struct expectation {
	bool has_hook_point;
	enum uh_hook_point hook_point;
	struct buffer stream;
	struct buffer settings;   /* as apt sends them */
	struct buffer paths;      /* lines "NAME PATH" */
	struct buffer diversions; /* as in dpkg's file */
	struct buffer plan;
};

static void expectation_done(struct expectation *expectation)
{
	buffer_done(&expectation->stream);
	buffer_done(&expectation->settings);
	buffer_done(&expectation->paths);
	buffer_done(&expectation->diversions);
	buffer_done(&expectation->plan);
}

static const struct {
	const char *word;
	const char *directory;
} places[] = {{"etc/", ETC}, {"lib/", LIB}, {"/", "/"}};

/* Cuts off the next word; empty at the end of the line. */
static struct slice next_word(struct slice *line)
{
	struct slice word = {NULL, 0};

	while (line->size > 0 && word.size == 0)
		word = slice_cut(line, ' ');
	return word;
}

static char *decode(struct slice text)
{
	struct buffer decoded = {0};

	for (size_t i = 0; i < text.size; i++) {
		char hex[3] = {0};

		if (text.data[i] != '%') {
			buffer_append(&decoded, (struct slice){&text.data[i], 1});
			continue;
		}
		ck_assert_msg(i + 2 < text.size && isxdigit(text.data[i + 1]) &&
				      isxdigit(text.data[i + 2]),
			"%.*s: %% without two digits", (int)text.size, text.data);
		memcpy(hex, &text.data[i + 1], 2);
		buffer_append(&decoded,
			(struct slice){&(char){(char)strtol(hex, NULL, 16)}, 1});
		i += 2;
	}
	buffer_append(&decoded, (struct slice){"", 1});
	return decoded.data;
}

/* Returns the full path, which the caller frees. */
static char *read_path(struct slice *line)
{
	struct slice word = next_word(line);
	owns_memory char *name = decode(word);

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (slice_has_prefix(word, slice_of(places[i].word)))
			return string_format("%s%s", places[i].directory,
				name + strlen(places[i].word));
	ck_abort_msg("\"%s\" is not a path", name);
	return NULL;
}

static bool make_entry(const char *kind, struct slice *line)
{
	static const char *const kinds[] = {
		"executable", "plain", "open", "fifo", "socket", "directory", "symlink"};
	owns_memory char *path = NULL;
	size_t which = 0;

	while (which < COUNT_OF(kinds) && strcmp(kind, kinds[which]) != 0)
		which++;
	if (which == COUNT_OF(kinds))
		return false;
	path = read_path(line);
	ck_assert_msg(which == 5 || !is_there(path), "%s is there already", path);
	if (which <= 2)
		make_file(path, which == 1 ? 0644 : which == 2 ? 0777 : 0755, "");
	else if (which <= 4)
		make_node(path, which == 3 ? S_IFIFO : S_IFSOCK);
	else if (which == 5)
		make_directory(path);
	else {
		owns_memory char *target = decode(next_word(line));

		make_link(path, target);
	}
	return true;
}

/* Keeps a line of the plan with single spaces between its words. */
static bool keep_planned(
	struct expectation *expectation, const char *kind, struct slice *line)
{
	static const char *const kinds[] = {
		"package", "wildcard", "always", "skipped", "warning", "nothing"};
	struct slice word;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (strcmp(kind, kinds[i]) != 0)
			continue;
		buffer_append_string(&expectation->plan, kind);
		for (word = next_word(line); word.size > 0; word = next_word(line))
			buffer_append_format(
				&expectation->plan, " %.*s", (int)word.size, word.data);
		buffer_append_string(&expectation->plan, "\n");
		return true;
	}
	return false;
}

/* "PATH NAME VALUE" as apt writes it; the value is %-encoded as a whole. */
static void keep_setting(struct expectation *expectation, struct slice *line)
{
	struct slice path = next_word(line);
	struct slice name = next_word(line);
	const struct setting_type *type = setting_types;

	while (type->name != NULL && !slice_equals(name, type->name))
		type++;
	ck_assert_msg(
		type->name != NULL, "%.*s is no setting", (int)name.size, name.data);
	buffer_append_format(&expectation->settings,
		"Universal-Hooks::Scripts::%.*s::%s%s=", (int)path.size, path.data,
		type->name, setting_type_is_list(type) ? "::" : "");
	for (size_t i = 0; i < line->size; i++)
		buffer_append_format(
			&expectation->settings, "%%%02x", (unsigned char)line->data[i]);
	buffer_append_string(&expectation->settings, "\n");
	line->size = 0;
}

static void keep_diversion(struct expectation *expectation, struct slice *line)
{
	for (int i = 0; i < 3; i++) {
		struct slice word = next_word(line);

		buffer_append(&expectation->diversions,
			i == 2 && slice_equals(word, "-") ? slice_of(":") : word);
		buffer_append_string(&expectation->diversions, "\n");
	}
}

/* /DIRECTORY becomes a symlink into /usr. */
static void make_merged(struct slice *line)
{
	owns_memory char *name = decode(next_word(line));
	owns_memory char *path = string_join("/", name);
	owns_memory char *target = string_join("usr/", name);

	make_link(path, target);
}

static void read_line(struct expectation *expectation, struct slice line, int number)
{
	struct slice first = next_word(&line);
	owns_memory char *kind = NULL, *word = NULL;

	if (first.size == 0 || first.data[0] == '#')
		return;
	kind = strndup(first.data, first.size);
	if (strcmp(kind, "at") == 0) {
		word = decode(next_word(&line));
		expectation->has_hook_point =
			uh_hook_point_parse(word, &expectation->hook_point);
	} else if (strcmp(kind, "apt") == 0) {
		buffer_append(&expectation->stream, line);
		buffer_append_string(&expectation->stream, "\n");
		line.size = 0;
	} else if (strcmp(kind, "path") == 0) {
		buffer_append(&expectation->paths, line);
		buffer_append_string(&expectation->paths, "\n");
		line.size = 0;
	} else if (strcmp(kind, "diverted") == 0) {
		keep_diversion(expectation, &line);
	} else if (strcmp(kind, "merged") == 0) {
		make_merged(&line);
	} else if (strcmp(kind, "set") == 0) {
		keep_setting(expectation, &line);
	} else if (!make_entry(kind, &line) && !keep_planned(expectation, kind, &line)) {
		ck_abort_msg(
			"%s:%d: \"%s\" is no word of a case", case_file, number, kind);
	}
	ck_assert_msg(
		next_word(&line).size == 0, "%s:%d: too many words", case_file, number);
}

static void read_case(struct expectation *expectation)
{
	struct slice rest = buffer_slice(&case_text);

	buffer_append_string(
		&expectation->stream, "VERSION 3\nAPT::Architecture=amd64\n\n");
	for (int number = 1; rest.size > 0; number++)
		read_line(expectation, slice_cut(&rest, '\n'), number);
	ck_assert_msg(expectation->has_hook_point, "%s has no hook point", case_file);
	ck_assert_msg(expectation->plan.size > 0, "%s has no plan", case_file);
}

static void write_path(struct buffer *text, const char *full)
{
	const char *path = full + strlen(root());

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (strncmp(path, places[i].directory, strlen(places[i].directory)) != 0)
			continue;
		buffer_append_string(text, places[i].word);
		path += strlen(places[i].directory);
		break;
	}
	for (; *path != '\0'; path++) {
		unsigned char byte = (unsigned char)*path;

		if (byte <= ' ' || byte >= 0x7f || byte == '%')
			buffer_append_format(text, "%%%02x", byte);
		else
			buffer_append(text, (struct slice){path, 1});
	}
}

/* Writes lines separated by commas. */
static void write_names(struct buffer *text, const char *what, const struct buffer *names)
{
	struct slice rest = buffer_slice(names);

	buffer_append_format(text, " %s=", what);
	for (const char *comma = ""; rest.size > 0; comma = ",") {
		struct slice name = slice_cut(&rest, '\n');

		buffer_append_format(text, "%s%.*s", comma, (int)name.size, name.data);
	}
}

static void write_run(struct buffer *text, const struct planned_run *run,
	const struct transaction *transaction)
{
	static const char *const faults[] = {
		[SCRIPT_IS_NOT_EXECUTABLE] = "not-executable",
		[SCRIPT_IS_NOT_A_FILE] = "not-a-file",
		[SCRIPT_IS_DANGLING] = "dangling",
		[SCRIPT_IS_OPEN_TO_OTHERS] = "open-to-others",
		[SCRIPT_CANNOT_START] = "cannot-start",
		[SCRIPT_WITHOUT_SETTINGS] = "without-settings",
		[SCRIPT_WITH_FAULTY_SETTING] = "faulty-setting",
		[SCRIPT_WITH_UNSAFE_VARIABLE] = "unsafe-variable",
		[DIRECTORY_IS_UNREADABLE] = "unreadable",
		[WILDCARD_HAS_FAILED] = "unmatched"};
	owns_buffer struct buffer names = {0}, matched = {0};

	if (run->script.fault != SCRIPT_IS_FINE) {
		buffer_append_string(text, "warning ");
		write_path(text, run->script.path);
		buffer_append_format(text, " %s", faults[run->script.fault]);
		return;
	}
	if (run->skip != SKIP_NONE) {
		buffer_append_string(text, "skipped ");
		write_path(text, run->script.path);
		buffer_append_format(text, " %s", skip_name(run->skip));
		return;
	}
	if (planned_run_has_list(run))
		ck_assert_int_eq(planned_run_names(run, transaction, &matched, NULL), 0);
	switch (run->reason) {
	case REASON_PACKAGE:
		buffer_append_format(text, "package %s:%s %s ", run->package->name,
			run->package->architecture,
			operation_name(run->package->operation));
		write_path(text, run->script.path);
		return;
	case REASON_WILDCARD:
		buffer_append_format(text, "wildcard %s ", run->directory);
		write_path(text, run->script.path);
		transaction_names(transaction, false, &names);
		write_names(text, "--pkg_list", &names);
		write_names(text, "matched", &matched);
		return;
	case REASON_ALWAYS:
		buffer_append_string(text, "always ");
		write_path(text, run->script.path);
		if (planned_run_has_list(run))
			write_names(text, "matched", &matched);
		return;
	}
}

static bool has_packages(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].reason != REASON_ALWAYS)
			return true;
	return false;
}

/* Those of each package that the globs of all settings match. */
static void find_paths(struct path_table *table, struct expectation *expectation,
	const struct settings *settings, struct transaction *transaction)
{
	struct path_globs globs = {0};
	struct diversions diversions = {0};

	ck_assert_int_eq(path_globs_add_all(&globs, settings), 0);
	ck_assert_int_eq(diversions_parse(&diversions, &expectation->diversions), 0);
	ck_assert_int_eq(path_table_init(table, transaction, paths_merged(root())), 0);
	for (size_t i = 0; i < transaction->count; i++) {
		struct slice rest = buffer_slice(&expectation->paths);
		owns_buffer struct buffer text = {0};

		while (rest.size > 0) {
			struct slice line = slice_cut(&rest, '\n');
			struct slice name = next_word(&line);

			if (!slice_equals(name, transaction->packages[i].name))
				continue;
			buffer_append(&text, line);
			buffer_append_string(&text, "\n");
		}
		ck_assert_int_eq(path_table_add(table, i, &globs, &diversions, &text), 0);
	}
	diversions_done(&diversions);
	path_globs_done(&globs);
}

START_TEST(the_plan_is_the_expected_one)
{
	__attribute__((cleanup(expectation_done))) struct expectation expectation = {0};
	owns_transaction struct transaction transaction;
	owns_buffer struct buffer text = {0};
	struct stream_faults faults;
	struct settings settings;
	struct path_table table;
	struct hook_tree tree;
	struct plan plan;

	memset(&transaction, 0, sizeof(transaction));
	read_case(&expectation);
	ck_assert_int_eq(
		stream_parse(&transaction, buffer_slice(&expectation.stream), &faults),
		0);
	ck_assert_msg(
		faults.ignored_lines == 0, "%s: apt never sends such a line", case_file);
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		plan_make(&plan, &tree, expectation.hook_point, &transaction), 0);
	ck_assert_int_eq(
		settings_parse(&settings, buffer_slice(&expectation.settings)), 0);
	/* The quick checks must never prevent such a plan. */
	ck_assert(plan.count == 0 || plan_is_possible(&tree, expectation.hook_point));
	ck_assert(!has_packages(&plan) ||
		  plan_needs_packages(&tree, expectation.hook_point));
	find_paths(&table, &expectation, &settings, &transaction);
	plan_set_paths(&plan, &table);
	plan_apply_settings(&plan, &tree, &settings, &transaction);
	for (size_t i = 0; i < plan.count; i++) {
		write_run(&text, &plan.runs[i], &transaction);
		buffer_append_string(&text, "\n");
	}
	if (plan.count == 0)
		buffer_append_string(&text, "nothing\n");
	buffer_append(&expectation.plan, (struct slice){"", 1});
	assert_text(&text, expectation.plan.data);
	plan_done(&plan);
	path_table_done(&table);
	settings_done(&settings);
	hook_tree_done(&tree);
}
END_TEST

/* The rule of the case, which is the title of the test. */
static char *find_rule(void)
{
	struct slice rest = buffer_slice(&case_text);
	struct slice line = slice_cut(&rest, '\n');

	if (!slice_has_prefix(line, slice_of("# ")))
		return NULL;
	return strndup(line.data + 2, line.size - 2);
}

int main(int argc, char **argv)
{
	const TTest *const tests[] = {the_plan_is_the_expected_one};
	owns_memory char *rule = NULL;
	owns_fd int fd = -1;
	int status;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: run-case FILE\n");
		return 2;
	}
	case_file = argv[1];
	fd = open(case_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || buffer_read(&case_text, fd, 1 << 20) < 0) {
		(void)fprintf(stderr, "%s: %s\n", case_file, strerror(errno));
		return 2;
	}
	rule = find_rule();
	if (rule == NULL) {
		(void)fprintf(stderr, "%s does not begin with its rule\n", case_file);
		return 2;
	}
	status = run_tests(rule, tests, COUNT_OF(tests));
	buffer_done(&case_text);
	return status;
}
