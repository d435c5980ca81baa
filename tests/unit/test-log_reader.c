/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "log_writer.h"
#include "model/log_reader.h"
#include "ui/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define TREE "/etc/apt/universal-hooks/"
#define START "Start-Date: 2026-11-20  18:02:05\n"
#define END "End-Date: 2026-11-20  18:02:09\n\n"
#define RUN " Pre-Invoke " TREE "Pre-Invoke/a [always] exit 0 12 ms\n"

static struct log_faults faults;

/* All transactions of a log, the oldest first. */
struct logged {
	struct log_transaction *transactions;
	size_t count;
	size_t capacity;
	struct string_list texts;
	bool has_no_log;
};

static void logged_done(struct logged *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->transactions[i].runs);
	free(log->transactions);
	string_list_done(&log->texts);
}

#define owns_logged __attribute__((cleanup(logged_done)))

static const char *keep_text(struct logged *log, const char *text)
{
	if (text == NULL)
		return NULL;
	ck_assert_int_eq(string_list_add(&log->texts, text), 0);
	return log->texts.items[log->texts.count - 1];
}

static void keep_run(struct logged *log, struct log_run *run)
{
	run->path = keep_text(log, run->path);
	run->match = keep_text(log, run->match);
	run->why = keep_text(log, run->why);
}

static void keep_transaction(struct logged *log, const struct log_transaction *read)
{
	size_t size = read->count * sizeof(*read->runs);
	struct log_transaction *kept;

	ck_assert_int_eq(array_grow(&log->transactions, &log->capacity, log->count,
				 sizeof(*log->transactions)),
		0);
	kept = &log->transactions[log->count++];
	*kept = *read;
	kept->runs = malloc(size + 1);
	ck_assert_ptr_nonnull(kept->runs);
	if (size > 0)
		memcpy(kept->runs, read->runs, size);
	for (size_t i = 0; i < kept->count; i++)
		keep_run(log, &kept->runs[i]);
	kept->command_line = keep_text(log, read->command_line);
	kept->requester = keep_text(log, read->requester);
	kept->key = keep_text(log, read->key);
	kept->switched_off_by = keep_text(log, read->switched_off_by);
	kept->result = keep_text(log, read->result);
	kept->not_reached = keep_text(log, read->not_reached);
}

/* Takes the buffer. */
static void parse_buffer(struct logged *log, struct buffer *text)
{
	__attribute__((cleanup(log_parser_done))) struct log_parser parser = {.line = 0};
	const struct log_transaction *transaction;

	ck_assert_int_eq(buffer_reserve(text, 1), 0);
	log_parser_set(&parser, buffer_slice(text));
	while ((transaction = log_parser_next(&parser)) != NULL)
		keep_transaction(log, transaction);
	faults = parser.faults;
}

static void parse_bytes(struct logged *log, const char *bytes, size_t size)
{
	owns_buffer struct buffer text = {0};

	buffer_append(&text, (struct slice){bytes, size});
	parse_buffer(log, &text);
}

static void parse(struct logged *log, const char *text)
{
	parse_bytes(log, text, strlen(text));
}

/* Reads both files. A status or −1. */
static int read_logs(struct logged *ret_log, const struct admin *admin)
{
	owns_log struct log log = {.has_no_log = true};
	const struct log_transaction *transaction;
	int status = log_open(&log, admin);

	if (status >= 0)
		return status;
	ret_log->has_no_log = log.has_no_log;
	while ((transaction = log_next(&log)) != NULL)
		keep_transaction(ret_log, transaction);
	return log_end(&log);
}

static const char *or_none(const char *text)
{
	return text != NULL ? text : "-";
}

static void write_run(struct buffer *text, const struct log_run *run)
{
	static const char *const reasons[] = {[REASON_PACKAGE] = "package",
		[REASON_WILDCARD] = "wildcard",
		[REASON_ALWAYS] = "always"};

	buffer_append_format(text, " %s|%s|%s %s|", uh_hook_point_name(run->hook_point),
		run->path, reasons[run->reason], or_none(run->match));
	log_add_outcome(text, run);
	buffer_append_format(text, "|%lld%s\n", (long long)run->milliseconds,
		log_has_failed(run) ? "|failed" : "");
}

/* Compares the whole log as text. */
static void assert_log(const struct logged *log, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < log->count; i++) {
		const struct log_transaction *transaction = &log->transactions[i];

		buffer_append_format(&text, "%s|%s|%s|%s|%s|%s|%s\n",
			transaction->start.local, transaction->end.local,
			or_none(transaction->command_line),
			or_none(transaction->requester), or_none(transaction->key),
			or_none(transaction->result),
			transaction->is_whole ? "whole" : "cut");
		for (size_t j = 0; j < transaction->count; j++)
			write_run(&text, &transaction->runs[j]);
	}
	assert_text(&text, expected);
}

static void assert_faults(size_t lines, size_t first)
{
	ck_assert_uint_eq(faults.lines, lines);
	ck_assert_uint_eq(faults.first, first);
}

START_TEST(a_stanza_is_a_transaction)
{
	owns_logged struct logged log = {.count = 0};

	parse(&log, START "Commandline: apt-get install app\n"
			  "Requested-By: jane (1000)\n"
			  "Transaction: 93-433909\n"
			  "Result: ok\n"
			  "Hooks:\n" RUN END);
	assert_log(&log, "2026-11-20 18:02:05|2026-11-20 18:02:09|apt-get install app|"
			 "jane (1000)|93-433909|ok|whole\n"
			 " Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n");
	assert_faults(0, 0);
}
END_TEST

START_TEST(a_session_has_a_stanza_of_its_own)
{
	owns_logged struct logged log = {.count = 0};

	parse(&log,
		START "Transaction: 93-433909\nResult: ok\nHooks:\n" RUN END START
		      "Commandline: apt-get install app\n"
		      "Session: 93-433909-1\n"
		      "Runs: 10\n"
		      "Result: failed\n"
		      "Hooks:\n"
		      " Session-End " TREE "pkgs/a/Session-End/b [a] exit 0 1 ms\n" END);
	assert_log(&log,
		"2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|93-433909|ok|whole\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n"
		"2026-11-20 18:02:05|2026-11-20 18:02:09|apt-get install app|-|"
		"93-433909-1|failed|whole\n"
		" Session-End|" TREE "pkgs/a/Session-End/b|package a|exit 0|1\n");
	assert_faults(0, 0);
	ck_assert(!log.transactions[0].is_session);
	ck_assert_int_eq(log.transactions[0].dpkg_runs, -1);
	ck_assert(log.transactions[1].is_session);
	ck_assert_int_eq(log.transactions[1].dpkg_runs, 10);
}
END_TEST

static void assert_switch(const char *field, const char *word, const char *expected)
{
	owns_memory char *stanza =
		string_format(START "Session: 1-2-3\nRuns: 2\n%sResult: ok\nNot-Reached: "
				    "Post-Invoke\nHooks:\n" END,
			field);
	owns_logged struct logged log = {.count = 0};
	owns_buffer struct buffer text = {0};

	parse(&log, stanza);
	assert_faults(0, 0);
	ck_assert(log.transactions[0].is_whole);
	ck_assert_pstr_eq(log.transactions[0].switched_off_by, word);
	log_add_switch(&text, &log.transactions[0]);
	assert_text(&text, expected);
}

START_TEST(a_stanza_says_what_has_switched_all_hooks_off)
{
	assert_switch("", NULL, "");
	assert_switch("Switched-Off-By: environment\n", "environment",
		"; switched off by APT_UNIVERSAL_HOOKS=off in the environment");
	assert_switch("Switched-Off-By: option\n", "option",
		"; switched off by Universal-Hooks::Enabled on apt's command line");
	assert_switch("Switched-Off-By: configuration\n", "configuration",
		"; switched off by Universal-Hooks::Enabled in apt's configuration");
	assert_switch("Switched-Off-By: moon\n", "moon", "; switched off");
}
END_TEST

START_TEST(a_session_needs_a_number_of_runs)
{
	owns_logged struct logged log = {.count = 0};

	parse(&log, START "Session: 1-2-3\nRuns: many\nResult: ok\nHooks:\n" END);
	assert_faults(1, 3);
	ck_assert(log.transactions[0].is_session && !log.transactions[0].is_whole);
	ck_assert_int_eq(log.transactions[0].dpkg_runs, -1);
}
END_TEST

static void assert_running(const char *lines, const char *expected)
{
	owns_memory char *path = log_running_script(slice_of(lines));

	ck_assert_pstr_eq(path, expected);
}

START_TEST(the_script_that_has_only_started_is_running)
{
	static const char started[] =
		" Session-End " TREE "Session-End/a [always] started\n";
	static const char ended[] =
		" Session-End " TREE "Session-End/a [always] exit 0 1 ms\n";
	owns_memory char *both = string_join(started, ended);
	owns_memory char *again = string_join(ended, started);

	assert_running("", NULL);
	assert_running("Session: 1-2\n", NULL);
	assert_running(started, TREE "Session-End/a");
	assert_running(both, NULL);
	assert_running(again, TREE "Session-End/a");
	assert_running(" Session-End x [always] started\n", NULL);
}
END_TEST

START_TEST(unknown_fields_stay_empty)
{
	owns_logged struct logged log = {.count = 0};

	parse(&log, START "Transaction: unknown\nResult: unknown\nHooks:\n" END);
	assert_log(&log, "2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|unknown|unknown|"
			 "whole\n");
	assert_faults(0, 0);
}
END_TEST

/* The part of a line behind the hook point, and how it is parsed; NULL for a fault. */
static const struct {
	const char *line;
	const char *run;
} lines[] = {
	{TREE "Post-Invoke/a [always] exit 0 12 ms",
		TREE "Post-Invoke/a|always -|exit 0|12"},
	{TREE "Post-Invoke/a [always] exit 3 0 ms",
		TREE "Post-Invoke/a|always -|exit 3|0|failed"},
	{TREE "Post-Invoke/a [always] signal 9 123456 ms",
		TREE "Post-Invoke/a|always -|signal 9|123456|failed"},
	{TREE "Post-Invoke/a [always] timeout 5 5001 ms",
		TREE "Post-Invoke/a|always -|timeout 5|5001|failed"},
	{TREE "Post-Invoke/a [always] not-started (No such file or directory)",
		TREE "Post-Invoke/a|always -|not-started (No such file or directory)|-1|"
		     "failed"},
	{TREE "Post-Invoke/a [always] skipped (When)",
		TREE "Post-Invoke/a|always -|skipped (When)|-1"},
	{TREE "Post-Invoke/a [always] skipped (77) 40 ms",
		TREE "Post-Invoke/a|always -|skipped (77)|40"},
	{TREE "Post-Invoke/a [always] skipped (77) 40 ms (from a copy)",
		TREE "Post-Invoke/a|always -|skipped (77)|40"},
	{TREE "Post-Invoke/a [always] skipped (not-executable)",
		TREE "Post-Invoke/a|always -|skipped (not-executable)|-1"},
	{TREE "Post-Invoke/a [always] skipped (Requires)",
		TREE "Post-Invoke/a|always -|skipped (Requires)|-1"},
	{TREE "Post-Invoke/a [always] skipped (open-to-others)",
		TREE "Post-Invoke/a|always -|skipped (open-to-others)|-1|failed"},
	{TREE "Post-Invoke/a [always] skipped (User)",
		TREE "Post-Invoke/a|always -|skipped (User)|-1|failed"},
	{TREE "Post-Invoke/a [always] skipped (Directory)",
		TREE "Post-Invoke/a|always -|skipped (Directory)|-1|failed"},
	{TREE "Post-Invoke/a [always] skipped (no-list)",
		TREE "Post-Invoke/a|always -|skipped (no-list)|-1|failed"},
	{TREE "Post-Invoke/a [always] skipped (no-settings)",
		TREE "Post-Invoke/a|always -|skipped (no-settings)|-1|failed"},
	{TREE "Post-Invoke/a [always] skipped (On-Failure)",
		TREE "Post-Invoke/a|always -|skipped (On-Failure)|-1"},
	{TREE "Post-Invoke/a [always] interrupted",
		TREE "Post-Invoke/a|always -|interrupted|-1|failed"},
	{TREE "Post-Invoke/a [always] exit 0 3 ms (from a copy)",
		TREE "Post-Invoke/a|always -|exit 0|3"},
	/* Each reason. */
	{TREE "pkgs/app/Post-Invoke/a [app] exit 0 1 ms",
		TREE "pkgs/app/Post-Invoke/a|package app|exit 0|1"},
	{TREE "pkgs/libc6:i386/Post-Invoke/a [libc6] exit 0 1 ms",
		TREE "pkgs/libc6:i386/Post-Invoke/a|package libc6|exit 0|1"},
	{TREE "pkgs/always/Post-Invoke/a [always] exit 0 1 ms",
		TREE "pkgs/always/Post-Invoke/a|package always|exit 0|1"},
	{TREE "multi_pkgs/Post-Invoke/g__WILDCARD__/a [g__WILDCARD__] exit 0 1 ms",
		TREE "multi_pkgs/Post-Invoke/g__WILDCARD__/a|wildcard g__WILDCARD__|"
		     "exit 0|1"},
	{TREE "multi_pkgs/Post-Invoke/Post-Invoke/a [Post-Invoke] exit 0 1 ms",
		TREE "multi_pkgs/Post-Invoke/Post-Invoke/a|wildcard Post-Invoke|exit 0|"
		     "1"},
	/* Names that contain the separators of columns. */
	{TREE "Post-Invoke/a b  c [always] exit 0 1 ms",
		TREE "Post-Invoke/a b  c|always -|exit 0|1"},
	{TREE "Post-Invoke/a [app] exit 0 5 ms [always] exit 3 7 ms",
		TREE "Post-Invoke/a [app] exit 0 5 ms|always -|exit 3|7|failed"},
	{TREE "Post-Invoke/a] [ [always] exit 0 1 ms",
		TREE "Post-Invoke/a] [|always -|exit 0|1"},
	{TREE "multi_pkgs/Post-Invoke/a [b/c [a [b] exit 0 1 ms",
		TREE "multi_pkgs/Post-Invoke/a [b/c|wildcard a [b|exit 0|1"},
	{TREE "multi_pkgs/Post-Invoke/a] exit 0 1 ms/c [a] exit 0 1 ms] exit 4 2 ms",
		TREE "multi_pkgs/Post-Invoke/a] exit 0 1 ms/c|wildcard a] exit 0 1 ms|"
		     "exit 4|2|failed"},
	{TREE "Post-Invoke/a\\012Result: x [always] exit 0 1 ms",
		TREE "Post-Invoke/a\\012Result: x|always -|exit 0|1"},
	{TREE "Post-Invoke/\xff\xc3 [always] exit 0 1 ms",
		TREE "Post-Invoke/\xff\xc3|always -|exit 0|1"},
	{TREE "Post-Invoke/a Start-Date: 2026-11-20  18:02:05 [always] exit 0 1 ms",
		TREE "Post-Invoke/a Start-Date: 2026-11-20  18:02:05|always -|exit 0|1"},
	{TREE "Post-Invoke/a [always] exit 2147483647 1000000000000 ms",
		TREE "Post-Invoke/a|always -|exit 2147483647|1000000000000|failed"},
	/* Never written by log_writer.c. */
	{"", NULL},
	{" ", NULL},
	{TREE "Post-Invoke/a", NULL},
	{TREE "Post-Invoke/a [always]", NULL},
	{TREE "Post-Invoke/a [always] ", NULL},
	{TREE "Post-Invoke/a [always] exit", NULL},
	{TREE "Post-Invoke/a [always] exit 0", NULL},
	{TREE "Post-Invoke/a [always] exit 0 12", NULL},
	{TREE "Post-Invoke/a [always] exit 0 12 m", NULL},
	{TREE "Post-Invoke/a [always] exit 0  ms", NULL},
	{TREE "Post-Invoke/a [always] exit 0 12 ms ", NULL},
	{TREE "Post-Invoke/a [always] exit -1 12 ms", NULL},
	{TREE "Post-Invoke/a [always] exit 0 -1 ms", NULL},
	{TREE "Post-Invoke/a [always] exit 2147483648 1 ms", NULL},
	{TREE "Post-Invoke/a [always] exit 0 1000000000001 ms", NULL},
	{TREE "Post-Invoke/a [always] exit 99999999999999999999 1 ms", NULL},
	{TREE "Post-Invoke/a [always] exited 0 12 ms", NULL},
	{TREE "Post-Invoke/a [always] skipped When", NULL},
	{TREE "Post-Invoke/a [always] skipped (77) 40", NULL},
	{TREE "Post-Invoke/a [always] skipped (When) 40 ms", NULL},
	{TREE "Post-Invoke/a [always] skipped (When", NULL},
	{TREE "Post-Invoke/a [app] exit 0 12 ms", NULL},
	{TREE "Post-Invoke/a[always] exit 0 12 ms", NULL},
	{TREE "Post-Invoke/a [always]exit 0 12 ms", NULL},
	{"/a] exit 0 12 ms", NULL},
	{TREE "Post-Invoke/ways] exit 0 12 ms", NULL},
	{TREE "pkgs/app/Post-Invoke/a [always] exit 0 12 ms", NULL},
	{"relative/Post-Invoke/a [always] exit 0 12 ms", NULL},
};

START_TEST(a_line_is_parsed_from_both_ends)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		owns_logged struct logged log = {.count = 0};
		owns_memory char *text =
			string_format(START "Hooks:\n Post-Invoke %s\n", lines[i].line);
		owns_memory char *expected =
			string_format("2026-11-20 18:02:05||-|-|-|-|cut\n%s%s%s",
				lines[i].run != NULL ? " Post-Invoke|" : "",
				lines[i].run != NULL ? lines[i].run : "",
				lines[i].run != NULL ? "\n" : "");

		parse(&log, text);
		assert_log(&log, expected);
		assert_faults(lines[i].run == NULL, lines[i].run == NULL ? 3 : 0);
	}
}
END_TEST

/* The reader understands what the writer notes, for every event about a script. */
START_TEST(the_reader_understands_the_writer)
{
	static const enum uh_event_kind kinds[] = {UH_SCRIPT_ENDED, UH_SCRIPT_NOT_STARTED,
		UH_SCRIPT_NOT_EXECUTABLE, UH_SCRIPT_NOT_A_FILE, UH_SCRIPT_DANGLING,
		UH_SCRIPT_OPEN_TO_OTHERS, UH_SCRIPT_WITHOUT_LIST, UH_SCRIPT_SKIPPED,
		UH_SCRIPT_LACKS_PACKAGE, UH_SCRIPT_WITHOUT_USER, UH_SCRIPT_WITHOUT_RIGHTS,
		UH_SCRIPT_WITHOUT_DIRECTORY, UH_REQUIREMENTS_UNKNOWN};
	struct state state = {.fd = -1, .key = "12-34"};
	struct log_writer writer = {.lines = {0}};
	owns_logged struct logged log = {.count = 0};
	const struct admin admin = {.root = (char *)root()};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		log_writer_note(&writer, UH_PRE_INSTALL_PKGS,
			&(const struct uh_event){.kind = kinds[i],
				.path = TREE "pkgs/a\nb/Pre-Install-Pkgs/] \x7f[",
				.matched = "a\nb",
				.detail = "Enabled",
				.error = -E2BIG,
				.ending = {UH_TIMED_OUT, 7},
				.milliseconds = 7001});
	ck_assert_int_eq(
		log_writer_write(&writer, &state, root(), "apt\tx", "aborted"), 0);
	ck_assert_int_eq(read_logs(&log, &admin), -1);
	ck_assert_uint_eq(log.count, 1);
	ck_assert(log.transactions[0].is_whole);
	ck_assert_str_eq(log.transactions[0].command_line, "apt\\011x");
	ck_assert_str_eq(log.transactions[0].key, "12-34");
	ck_assert_str_eq(log.transactions[0].result, "aborted");
	ck_assert_uint_eq(log.transactions[0].count, COUNT_OF(kinds));
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		ck_assert_str_eq(log.transactions[0].runs[i].path,
			TREE "pkgs/a\\012b/Pre-Install-Pkgs/] \\177[");
		ck_assert_str_eq(log.transactions[0].runs[i].match, "a\\012b");
	}
	ck_assert_int_eq(log.transactions[0].runs[0].value, 7);
	ck_assert_str_eq(log.transactions[0].runs[1].why, "Argument list too long");
}
END_TEST

#define SECOND "Start-Date: 2026-11-21  00:00:00\n"

/* A stanza cut off anywhere, followed by the next one, on the same line or a new one. */
static const struct {
	const char *text;
	const char *log;
	size_t faults;
	size_t first;
} cuts[] = {
	{START "Commandline: a\nTransaction: 1-1\nResult: ok\nHooks:\n" RUN SECOND
	       "Result: failed\nHooks:\n" RUN END,
		"2026-11-20 18:02:05||a|-|1-1|ok|cut\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n"
		"2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|failed|whole\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n",
		0, 0},
	{START "Commandline: apt-get inst" SECOND "Commandline: b\nResult: ok\n" END,
		"2026-11-20 18:02:05||-|-|-|-|cut\n"
		"2026-11-21 00:00:00|2026-11-20 18:02:09|b|-|-|ok|whole\n",
		1, 2},
	{START "Result: ok\nHooks:\n Pre-Invoke " TREE "Pre-Inv" SECOND RUN
	       "Result: ok\n" END,
		"2026-11-20 18:02:05||-|-|-|ok|cut\n"
		"2026-11-21 00:00:00||-|-|-|-|cut\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n"
		"|2026-11-20 18:02:09|-|-|-|ok|cut\n",
		1, 4},
	{"Start-Date: 2026-11-20  18:" SECOND "Result: ok\n" END,
		"2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|ok|whole\n", 1, 1},
	{"Start-Da" SECOND "Result: ok\n" END,
		"2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|ok|whole\n", 1, 1},
	/* The head is missing. */
	{"ke/a [always] exit 0 1 ms\n" RUN END SECOND "Result: ok\n" END,
		"|2026-11-20 18:02:09|-|-|-|-|cut\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n"
		"2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|ok|whole\n",
		1, 1},
	{"Commandline: a\nResult: ok\n" END, "|2026-11-20 18:02:09|a|-|-|ok|cut\n", 0, 0},
	/* The next stanza has lost its Start-Date. */
	{START "Commandline: a\nCommandline: b\nResult: ok\n" END,
		"2026-11-20 18:02:05||a|-|-|-|cut\n"
		"|2026-11-20 18:02:09|b|-|-|ok|cut\n",
		0, 0},
	/* An empty line ends any stanza. */
	{START "Result: ok\n\n" RUN,
		"2026-11-20 18:02:05||-|-|-|ok|cut\n"
		"||-|-|-|-|cut\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n",
		0, 0},
	/* Lines of other programs. */
	{"Hello\n\n" START "Colour: red\nResult: ok\n" END "Log-Started\n",
		"2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|-|ok|cut\n", 3, 1},
	{START "Requested-By: jane\nTransaction: a b\nResult: \nHooks: none\n"
	       "End-Date: now\n",
		"2026-11-20 18:02:05||-|-|-|-|cut\n", 5, 2},
	{"start-date: 2026-11-20  18:02:05\nStart-Date: 2026-11-20 18:02:05\n"
	 "Start-Date: 2026-11-20  18:02:5x\nStart-Date:\n",
		"", 4, 1},
	{"", "", 0, 0},
	{"\n\n\n", "", 0, 0},
	{"no end of line", "", 1, 1},
	{START "Result: ok\nHooks:\n" RUN "End-Date: 2026-11-20  18:02:09",
		"2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|-|ok|whole\n"
		" Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n",
		0, 0},
	{START "Result: ok", "2026-11-20 18:02:05||-|-|-|ok|cut\n", 0, 0},
	{START END, "2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|-|-|cut\n", 0, 0},
	{START "Result: ok\nEnd-Date: 2026-11-20  18:02:09 \n",
		"2026-11-20 18:02:05||-|-|-|ok|cut\n", 1, 3},
};

START_TEST(a_cut_stanza_damages_no_other)
{
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		owns_logged struct logged log = {.count = 0};

		parse(&log, cuts[i].text);
		assert_log(&log, cuts[i].log);
		assert_faults(cuts[i].faults, cuts[i].first);
	}
}
END_TEST

START_TEST(zeros_left_by_a_crash_are_ignored)
{
	static const char text[] =
		START "Result: ok\nHooks:\n" RUN "\0\0\0\0\0" SECOND
		      "Commandline: a\0b\nResult: ok\nHooks:\n" RUN END;
	owns_logged struct logged log = {.count = 0};

	parse_bytes(&log, text, sizeof(text) - 1);
	assert_log(&log, "2026-11-20 18:02:05||-|-|-|ok|cut\n"
			 " Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n"
			 "2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|ok|cut\n"
			 " Pre-Invoke|" TREE "Pre-Invoke/a|always -|exit 0|12\n");
	assert_faults(2, 5);
}
END_TEST

/* All strings must end inside the text, which AddressSanitizer checks. */
START_TEST(arbitrary_bytes_do_no_harm)
{
	static const char whole[] =
		START "Commandline: a\nRequested-By: b (1)\nTransaction: 1-1\n"
		      "Result: ok\nHooks:\n" RUN " Post-Invoke " TREE
		      "multi_pkgs/Post-Invoke/a/b [a] skipped (When)\n" END;
	uint32_t seed = 1;

	for (size_t size = 0; size < sizeof(whole); size++) {
		owns_logged struct logged log = {.count = 0};

		parse_bytes(&log, whole, size);
		ck_assert_uint_le(log.count, 1);
		ck_assert(log.count == 0 ||
			  log.transactions[0].is_whole == (size >= sizeof(whole) - 3));
	}
	for (int round = 0; round < 20000; round++) {
		owns_logged struct logged log = {.count = 0};
		owns_buffer struct buffer text = {0};
		char bytes[sizeof(whole)];

		memcpy(bytes, whole, sizeof(whole));
		for (int i = 0; i < 4; i++)
			bytes[next_random(&seed) % sizeof(bytes)] =
				" \n[]/(0\0"[next_random(&seed) % 8];
		parse_bytes(&log, bytes, sizeof(bytes));
		for (size_t i = 0; i < log.count; i++)
			for (size_t j = 0; j < log.transactions[i].count; j++)
				write_run(&text, &log.transactions[i].runs[j]);
		ck_assert_int_eq(text.error, 0);
	}
}
END_TEST

/* The last string gets its NUL even if the text fills the buffer. */
START_TEST(the_last_line_needs_no_end)
{
	for (size_t size = 1; size < 600; size++) {
		owns_logged struct logged log = {.count = 0};
		owns_buffer struct buffer text = {0};

		buffer_append_string(&text, "Commandline: ");
		for (size_t i = 0; i < size; i++)
			buffer_append_string(&text, "x");
		parse_buffer(&log, &text);
		ck_assert_uint_eq(strlen(log.transactions[0].command_line), size);
	}
}
END_TEST

/* Other lines consist of a path and a few words. */
START_TEST(the_line_of_a_command_may_be_longer_than_others)
{
	static const size_t sizes[] = {60000, 3000000};

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		owns_memory char *filling = malloc(sizes[i] + 1);
		owns_memory char *text = NULL;
		owns_logged struct logged log = {.count = 0};

		ck_assert_ptr_nonnull(filling);
		memset(filling, 'x', sizes[i]);
		filling[sizes[i]] = '\0';
		text = string_format("Commandline: %s\n Pre-Invoke /%s [always] "
				     "interrupted\n",
			filling, filling);
		parse(&log, text);
		assert_faults(i, i > 0 ? 2 : 0);
		ck_assert_str_eq(log.transactions[0].command_line, filling);
	}
}
END_TEST

START_TEST(a_very_long_line_is_one_fault)
{
	static const struct {
		const char *head;
		char filling;
		const char *tail;
		size_t faults;
	} cases[] = {
		{"", 'x', "\n", 1},
		{"", ' ', "\n", 1},
		{"", '[', "\n", 1},
		{" Pre-Invoke /", '[', "\n", 1},
		{" Pre-Invoke /", ']', "\n", 1},
		{" Pre-Invoke ", '/', " [always] exit 0 1 ms\n", 1},
		{"Result: ", 'x', "\n", 1},
		{"Commandline: ", 'x', "\n", 1},
		{"", '\n', "", 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_logged struct logged log = {.count = 0};
		owns_buffer struct buffer text = {0};

		buffer_append_string(&text, cases[i].head);
		ck_assert_int_eq(buffer_reserve(&text, 4 << 20), 0);
		memset(text.data + text.size, cases[i].filling, 4 << 20);
		text.size += 4 << 20;
		buffer_append_string(&text, cases[i].tail);
		parse_buffer(&log, &text);
		ck_assert_uint_eq(faults.lines, cases[i].faults);
	}
}
END_TEST

START_TEST(the_earlier_log_comes_first)
{
	owns_logged struct logged log = {.count = 0};
	const struct admin admin = {.root = (char *)root()};

	make_file(LOG_FILE, 0644, SECOND "Result: ok\n" END);
	make_file(LOG_FILE ".1", 0644, START "Result: failed\n" END);
	make_file(LOG_FILE ".2.gz", 0644, START "Result: aborted\n" END);
	ck_assert_int_eq(read_logs(&log, &admin), -1);
	assert_log(&log, "2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|-|failed|whole\n"
			 "2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|ok|whole\n");
	ck_assert(!log.has_no_log);
}
END_TEST

START_TEST(one_log_is_enough_and_none_is_no_error)
{
	const struct admin admin = {.root = (char *)root()};
	owns_logged struct logged none = {.count = 0};
	owns_logged struct logged earlier = {.count = 0};
	owns_logged struct logged both = {.count = 0};

	ck_assert_int_eq(read_logs(&none, &admin), -1);
	ck_assert(none.has_no_log);
	ck_assert_uint_eq(none.count, 0);
	make_file(LOG_FILE ".1", 0644, START "Result: failed\n" END);
	ck_assert_int_eq(read_logs(&earlier, &admin), -1);
	ck_assert(!earlier.has_no_log);
	ck_assert_uint_eq(earlier.count, 1);
	/* As if logrotate(8) had renamed the log between the two open(2). */
	ck_assert_int_eq(link(at(LOG_FILE ".1"), at(LOG_FILE)), 0);
	ck_assert_int_eq(read_logs(&both, &admin), -1);
	ck_assert_uint_eq(both.count, 1);
}
END_TEST

/* Standard error goes to the file /errors of the root. */
static void catch_errors(void)
{
	owns_fd int fd = open(at("/errors"), O_WRONLY | O_CREAT | O_APPEND, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

static void assert_errors(const char *format, const char *path)
{
	owns_buffer struct buffer expected = {0};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buffer_append_format(&expected, format, at(path));
#pragma GCC diagnostic pop
	buffer_append(&expected, (struct slice){"", 1});
	assert_taken_file("/errors", expected.data);
	catch_errors();
}

START_TEST(an_unreadable_log_is_reported)
{
	const struct admin admin = {.root = (char *)root()};
	owns_logged struct logged log = {.count = 0};

	catch_errors();
	make_node(LOG_FILE, S_IFIFO);
	ck_assert_int_eq(read_logs(&log, &admin), STATUS_TROUBLE);
	assert_errors("E: %s is not a regular file\n", LOG_FILE);
	ck_assert_int_eq(remove(at(LOG_FILE)), 0);
	make_link(LOG_FILE, "/dev/null");
	ck_assert_int_eq(read_logs(&log, &admin), STATUS_TROUBLE);
	assert_errors(
		"E: %s cannot be read: Too many levels of symbolic links\n", LOG_FILE);
	ck_assert_int_eq(remove(at(LOG_FILE)), 0);
	make_directory(LOG_FILE ".1");
	ck_assert_int_eq(read_logs(&log, &admin), STATUS_TROUBLE);
	assert_errors("E: %s is not a regular file\n", LOG_FILE ".1");
	make_file(LOG_FILE, 0644, START "Result: ok\n" END);
	ck_assert_int_eq(read_logs(&log, &admin), -1);
	ck_assert_uint_eq(log.count, 1);
	assert_errors("W: %s cannot be read, so older runs are not known: "
		      "Invalid argument\n",
		LOG_FILE ".1");
}
END_TEST

START_TEST(faulty_lines_are_reported_once)
{
	const struct admin admin = {.root = (char *)root()};
	owns_logged struct logged first = {.count = 0};
	owns_logged struct logged second = {.count = 0};

	catch_errors();
	make_file(LOG_FILE, 0644, START "Result: ok\nHooks:\n x\n" END);
	ck_assert_int_eq(read_logs(&first, &admin), -1);
	assert_errors("W: %s: ignored 1 line that cannot be parsed: line 4\n", LOG_FILE);
	make_file(LOG_FILE, 0644, "x\n" START "Result: ok\nHooks:\n x\n" END);
	ck_assert_int_eq(read_logs(&second, &admin), -1);
	assert_errors("W: %s: ignored 2 lines that cannot be parsed; the first is "
		      "line 1\n",
		LOG_FILE);
	ck_assert_uint_eq(second.count, 1);
}
END_TEST

/* A sparse file: reading starts with the first stanza that begins near its end. */
START_TEST(of_a_large_log_the_end_is_read)
{
	static const char end[] =
		" Pre-Invoke /a [always] exit\n" START "Result: ok\n" END;
	const struct admin admin = {.root = (char *)root()};
	owns_logged struct logged log = {.count = 0};
	owns_fd int fd = -1;

	catch_errors();
	make_file(LOG_FILE, 0644, SECOND "Result: failed\n" END);
	make_file(LOG_FILE ".1", 0644, SECOND "Result: aborted\n" END);
	fd = open(at(LOG_FILE), O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(
		pwrite(fd, end, strlen(end), (off_t)8 << 30), (ssize_t)strlen(end));
	ck_assert_int_eq(read_logs(&log, &admin), -1);
	assert_log(&log, "2026-11-21 00:00:00|2026-11-20 18:02:09|-|-|-|aborted|whole\n"
			 "2026-11-20 18:02:05|2026-11-20 18:02:09|-|-|-|ok|whole\n");
	assert_errors("W: %s is large: only its end is read\n", LOG_FILE);
}
END_TEST

/* Lines of which a log is made, and what may damage it. */
static const char *const pieces[] = {"Start-Date: 2026-11-20  18:02:05\n",
	"Start-Date: 2026-11-21  00:00:00\n", "Start-Date: now\n",
	"Commandline: apt-get install app\n", "Commandline: ", "Transaction: 1-2\n",
	"Session: 1-2-3\n", "Session: a b\n", "Runs: 3\n", "Result: ok\n", "Hooks:\n",
	RUN, RUN, RUN, "End-Offset: +01:00\n", END, END, "\n", "\n\n\n", "x\n", "\0\n"};

static void add_pieces(struct buffer *text, size_t size)
{
	uint32_t seed = 19;

	while (text->size < size) {
		size_t i = next_random(&seed) % COUNT_OF(pieces);
		size_t length = strlen(pieces[i]);

		buffer_append(text, (struct slice){pieces[i], length > 0 ? length : 2});
	}
	ck_assert_int_eq(text->error, 0);
}

static void write_bytes(const char *path, struct slice bytes)
{
	owns_fd int fd = -1;

	make_file(path, 0644, "");
	fd = open(at(path), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, bytes), 0);
}

static void assert_same_run(const struct log_run *a, const struct log_run *b)
{
	ck_assert_str_eq(a->path, b->path);
	ck_assert_int_eq(a->outcome, b->outcome);
	ck_assert_int_eq(a->milliseconds, b->milliseconds);
}

static void assert_same(const struct log_transaction *a, const struct log_transaction *b)
{
	ck_assert_str_eq(a->start.zoned, b->start.zoned);
	ck_assert_str_eq(a->end.zoned, b->end.zoned);
	ck_assert_pstr_eq(a->command_line, b->command_line);
	ck_assert_pstr_eq(a->key, b->key);
	ck_assert_pstr_eq(a->result, b->result);
	ck_assert_int_eq(a->is_session, b->is_session);
	ck_assert_int_eq(a->is_whole, b->is_whole);
	ck_assert_uint_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_same_run(&a->runs[i], &b->runs[i]);
}

/* The last size bytes of the files hold the last transactions of the log. */
static size_t assert_tail(struct log *log, size_t size, const struct logged *whole)
{
	size_t count = 0, at = 0;
	const struct log_transaction *transaction;

	(void)log_rewind(log, size);
	while (log_next(log) != NULL)
		count++;
	ck_assert_uint_le(count, whole->count);
	log_rewind_again(log);
	for (at = whole->count - count; (transaction = log_next(log)) != NULL; at++)
		assert_same(transaction, &whole->transactions[at]);
	ck_assert_uint_eq(at, whole->count);
	return count;
}

/* Read in blocks, and from anywhere, both files say the same as if parsed at once. */
START_TEST(blocks_and_tails_say_the_same_as_the_whole)
{
	const struct admin admin = {.root = (char *)root()};
	owns_log struct log log = {.has_no_log = true};
	owns_logged struct logged whole = {.count = 0};
	owns_buffer struct buffer earlier = {0};
	owns_buffer struct buffer newer = {0};
	size_t last = 0;

	add_pieces(&earlier, 150000);
	add_pieces(&newer, 200000);
	write_bytes(LOG_FILE ".1", buffer_slice(&earlier));
	write_bytes(LOG_FILE, buffer_slice(&newer));
	parse_bytes(&whole, earlier.data, earlier.size);
	parse_bytes(&whole, newer.data, newer.size);
	ck_assert_int_eq(log_open(&log, &admin), -1);
	ck_assert(!log_rewind(&log, 1));
	for (size_t size = 1; size < 400000; size += size / 3 + 1) {
		size_t count = assert_tail(&log, size, &whole);

		ck_assert_uint_ge(count, last);
		last = count;
	}
	ck_assert(log_rewind(&log, 350000 + 400));
	ck_assert_uint_eq(assert_tail(&log, SIZE_MAX, &whole), whole.count);
}
END_TEST

/* How many bytes this process has read; 0 if the kernel does not say. */
static unsigned long long bytes_read(void)
{
	FILE *file = fopen("/proc/self/io", "re");
	unsigned long long bytes = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "rchar: %llu", &bytes) != 1)
		bytes = 0;
	(void)fclose(file);
	return bytes;
}

static void make_large_log(const char *last, size_t count)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, START "Session: 1-1-1\nRuns: 1\nResult: ok\n" END);
	for (size_t i = 0; i < count; i++)
		buffer_append_string(&text, START "Result: ok\nHooks:\n" RUN END);
	buffer_append_string(&text, last);
	ck_assert_int_eq(text.error, 0);
	write_bytes(LOG_FILE, buffer_slice(&text));
}

START_TEST(the_last_transaction_needs_only_the_end_of_the_log)
{
	const struct admin admin = {.root = (char *)root()};
	owns_log struct log log = {.has_no_log = true};
	owns_log_copy struct log_copy last = {.texts = NULL};
	unsigned long long before;

	make_large_log("x\n" START "Commandline: a b\nResult: failed\nHooks:\n" RUN
		       " Pre-Invoke /b [always] exit 1 2 ms\n" END,
		20000);
	catch_errors();
	ck_assert_int_eq(log_open(&log, &admin), -1);
	before = bytes_read();
	ck_assert(log_find_last(&log, false, &last));
	ck_assert_uint_lt(bytes_read() - before, 2 * LOG_SIZE_FIRST);
	ck_assert_str_eq(last.transaction.command_line, "a b");
	ck_assert_str_eq(last.transaction.result, "failed");
	ck_assert_uint_eq(last.counts.of[LOG_OK], 1);
	ck_assert_uint_eq(last.counts.of[LOG_FAILED], 1);
	ck_assert_int_eq(log_end(&log), -1);
	assert_errors("W: %s: ignored 1 line that cannot be parsed\n", LOG_FILE);
}
END_TEST

/* A session is found however long ago it was, or missing. */
START_TEST(the_last_session_may_be_long_ago)
{
	const struct admin admin = {.root = (char *)root()};
	static const char *const ends[] = {
		"", "Session: a b\n", START "Session: 2-2-2\n" START END};

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		owns_log struct log log = {.has_no_log = true};
		owns_log_copy struct log_copy last = {.texts = NULL};

		make_large_log(ends[i], 5000);
		ck_assert_int_eq(log_open(&log, &admin), -1);
		ck_assert(log_find_last(&log, true, &last));
		ck_assert_str_eq(last.transaction.key, i == 2 ? "2-2-2" : "1-1-1");
		ck_assert_ptr_null(last.transaction.runs);
	}
}
END_TEST

START_TEST(a_session_is_not_looked_for_in_all_of_a_large_log)
{
	const struct admin admin = {.root = (char *)root()};
	owns_log struct log log = {.has_no_log = true};
	owns_log_copy struct log_copy last = {.texts = NULL};
	unsigned long long before;

	make_large_log("", 50000);
	ck_assert_int_eq(log_open(&log, &admin), -1);
	before = bytes_read();
	ck_assert(!log_find_last(&log, true, &last));
	ck_assert_uint_lt(bytes_read() - before, LOG_SIZE_SEARCHED * 3 / 2);
}
END_TEST

START_TEST(without_sessions_there_is_no_last_one)
{
	const struct admin admin = {.root = (char *)root()};
	owns_log struct log log = {.has_no_log = true};
	owns_log_copy struct log_copy last = {.texts = NULL};

	make_file(LOG_FILE, 0644, START "Commandline: Session: 1-1-1\nResult: ok\n" END);
	ck_assert_int_eq(log_open(&log, &admin), -1);
	ck_assert(!log_find_last(&log, true, &last));
	ck_assert(!log_copy_holds(&last));
	ck_assert(log_find_last(&log, false, &last));
	ck_assert(log_copy_holds(&last));
}
END_TEST

#define RUN_OF(script, outcome)                                                          \
	" Post-Invoke " TREE "Post-Invoke/" script " [always] " outcome "\n"

/* The latest run of a script as "TIME OUTCOME". */
static void assert_last(
	const struct last_runs *runs, const char *name, const char *expected)
{
	owns_memory char *path = string_format(TREE "Post-Invoke/%s", name);
	owns_buffer struct buffer text = {0};
	const struct log_copy *last = last_runs_find(runs, path);

	if (last != NULL) {
		owns_memory char *logged = log_path(path);

		ck_assert_str_eq(last->run.path, logged);
		buffer_append_format(&text, "%s ", last->transaction.end.local + 11);
		log_add_outcome(&text, &last->run);
	}
	assert_text(&text, expected);
}

START_TEST(the_latest_run_of_a_script_is_found)
{
	static const char *const names[] = {
		"g", "f", "e", "d\n", "c", "b", "a", "a", "never", ""};
	const struct admin admin = {.root = (char *)root()};
	owns_log struct log log = {.has_no_log = true};
	owns_last_runs struct last_runs runs = {.count = 0};

	make_file(LOG_FILE, 0644,
		START RUN_OF("a", "exit 1 1 ms") RUN_OF("b", "skipped (When)") RUN_OF(
			"c", "exit 0 1 ms") RUN_OF("d\\012", "exit 0 1 ms") RUN_OF("e",
			"exit 0 1 ms") RUN_OF("f", "exit 0 1 ms") RUN_OF("g",
			"exit 0 1 ms") "End-Date: 2026-11-20  18:00:01\n" START
			RUN_OF("a", "exit 2 1 ms") RUN_OF(
				"b", "skipped (Enabled)") RUN_OF("c",
				"skipped (When)") RUN_OF("e",
				"skipped (User)") RUN_OF("f",
				"skipped (Operations)") RUN_OF("g",
				"skipped (Requires)") RUN_OF("a",
				"signal 9 1 ms") "End-Date: 2026-11-20  18:00:02\n");
	ck_assert_int_eq(log_open(&log, &admin), -1);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		owns_memory char *path = string_format(TREE "Post-Invoke/%s", names[i]);

		last_runs_add(&runs, path);
	}
	last_runs_read(&runs, &log);
	assert_last(&runs, "a", "18:00:02 signal 9");
	assert_last(&runs, "b", "18:00:02 skipped (Enabled)");
	assert_last(&runs, "c", "18:00:01 exit 0");
	assert_last(&runs, "d\n", "18:00:01 exit 0");
	assert_last(&runs, "e", "18:00:02 skipped (User)");
	assert_last(&runs, "f", "18:00:01 exit 0");
	assert_last(&runs, "g", "18:00:02 skipped (Requires)");
	assert_last(&runs, "never", "");
	assert_last(&runs, "", "");
	assert_last(&runs, "not-asked-for", "");
}
END_TEST

START_TEST(every_run_is_counted_once)
{
	static const struct {
		const char *runs;
		const char *text;
	} cases[] = {
		{"", "0 hooks"},
		{RUN_OF("a", "exit 0 1 ms"), "1 hook: 1 ok"},
		{RUN_OF("a", "skipped (When)") RUN_OF("b", "skipped (dangling)"),
			"2 hooks: 2 skipped"},
		{RUN_OF("a", "exit 0 1 ms (from a copy)") RUN_OF("b", "exit 1 1 ms")
				RUN_OF("c", "interrupted") RUN_OF("d", "signal 2 1 ms")
					RUN_OF("e", "not-started (No such file)")
						RUN_OF("f", "timeout 1 1 ms")
							RUN_OF("g", "skipped (User)")
								RUN_OF("h", "skipped "
									    "(On-"
									    "Failure"
									    ")"),
			"8 hooks: 1 ok, " MARK_BAD "6 failed" MARK_END ", 1 skipped"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_logged struct logged log = {.count = 0};
		owns_memory char *text =
			string_format(START "Result: ok\nHooks:\n%s" END, cases[i].runs);
		owns_buffer struct buffer words = {0};
		struct log_counts counts = {.of = {0}};

		parse(&log, text);
		log_count(&counts, &log.transactions[0]);
		ck_assert_uint_eq(log_counts_ran(&counts) + counts.of[LOG_SKIPPED],
			log.transactions[0].count);
		log_add_counts(&words, &counts);
		assert_text(&words, cases[i].text);
	}
}
END_TEST

/* Central Europe, without the need for tzdata. */
#define ZONE "CET-1CEST,M3.5.0,M10.5.0/3"

/* The fields, and the times that are read from them. */
static const struct {
	const char *fields;
	const char *times;
} times[] = {
	/* Written in another zone. */
	{"Start-Date: 2026-11-20  18:02:05\nStart-Offset: -05:30\n"
	 "End-Offset: +00:00\nEnd-Date: 2026-11-20  23:33:00\n",
		"2026-11-21 00:32:05 2026-11-20T18:02:05-05:30 "
		"2026-11-21 00:33:00 2026-11-20T23:33:00+00:00"},
	/* The hour that comes twice. */
	{"Start-Date: 2026-10-25  02:59:59\nStart-Offset: +02:00\n"
	 "End-Offset: +01:00\nEnd-Date: 2026-10-25  02:00:05\n",
		"2026-10-25 02:59:59 2026-10-25T02:59:59+02:00 "
		"2026-10-25 02:00:05 2026-10-25T02:00:05+01:00"},
	/* Without offsets, as of earlier versions: in winter, and in summer. */
	{"Start-Date: 2026-11-20  18:02:05\nEnd-Date: 2026-07-20  18:02:09\n",
		"2026-11-20 18:02:05 2026-11-20T18:02:05+01:00 "
		"2026-07-20 18:02:09 2026-07-20T18:02:09+02:00"},
	/* Not times, and not offsets. */
	{"Start-Date: 2026-13-20  18:02:05\nEnd-Date: 2026-11-20  24:02:09\n", "   "},
	{"Start-Date: 2026-11-20  18:02:05\nStart-Offset: 01:00\n"
	 "Start-Offset: +0100\nStart-Offset: +01:60\nStart-Offset: +99:00\n"
	 "End-Offset: \n",
		"2026-11-20 18:02:05 2026-11-20T18:02:05+01:00  "},
};

START_TEST(a_time_is_shown_where_we_are_and_kept_where_it_was)
{
	ck_assert_int_eq(setenv("TZ", ZONE, 1), 0);
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		owns_logged struct logged log = {.count = 0};
		owns_memory char *text =
			string_format("%s\n" START "\n", times[i].fields);
		owns_buffer struct buffer found = {0};
		static const struct log_transaction none;
		const struct log_transaction *read;

		parse(&log, text);
		read = log.count == 2 ? &log.transactions[0] : &none;
		buffer_append_format(&found, "%s %s %s %s ", read->start.local,
			read->start.zoned, read->end.local,
			read->end.local[0] != '\0' ? read->end.zoned : "");
		found.size--;
		assert_text(&found, times[i].times);
	}
}
END_TEST

START_TEST(a_script_that_has_been_deleted_is_gone)
{
	owns_logged struct logged log = {.count = 0};
	const struct admin admin = {.root = (char *)root()};

	make_file(TREE "Post-Invoke/a", 0755, "");
	make_file(TREE "Post-Invoke/b\n\377", 0755, "");
	make_file(TREE "Post-Invoke/c\\012", 0755, "");
	make_link(TREE "Post-Invoke/masked", "/dev/null");
	parse(&log,
		START RUN_OF("a", "exit 0 1 ms") RUN_OF("b\\012\\377", "exit 0 1 ms")
			RUN_OF("c\\012", "exit 0 1 ms") RUN_OF("masked", "exit 0 1 ms")
				RUN_OF("d", "exit 0 1 ms") RUN_OF("a/b", "exit 0 1 ms"));
	ck_assert_uint_eq(log.transactions[0].count, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(
			log_is_gone(log.transactions[0].runs[i].path, &admin), i >= 4);
}
END_TEST

START_TEST(durations_are_easy_to_read)
{
	static const struct {
		int64_t milliseconds;
		const char *text;
	} cases[] = {{0, "0 ms"}, {999, "999 ms"}, {1000, "1.000 s"}, {1234, "1.234 s"},
		{59999, "59.999 s"}, {60000, "1 min 0.000 s"},
		{3723004, "62 min 3.004 s"}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_memory char *text = duration_text(cases[i].milliseconds);

		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_stanza_is_a_transaction,
		a_stanza_says_what_has_switched_all_hooks_off,
		a_session_has_a_stanza_of_its_own, a_session_needs_a_number_of_runs,
		the_script_that_has_only_started_is_running, unknown_fields_stay_empty,
		a_line_is_parsed_from_both_ends, the_reader_understands_the_writer,
		a_cut_stanza_damages_no_other, zeros_left_by_a_crash_are_ignored,
		arbitrary_bytes_do_no_harm, the_last_line_needs_no_end,
		the_line_of_a_command_may_be_longer_than_others,
		a_very_long_line_is_one_fault, the_earlier_log_comes_first,
		one_log_is_enough_and_none_is_no_error, an_unreadable_log_is_reported,
		faulty_lines_are_reported_once, of_a_large_log_the_end_is_read,
		blocks_and_tails_say_the_same_as_the_whole,
		the_last_transaction_needs_only_the_end_of_the_log,
		the_last_session_may_be_long_ago,
		a_session_is_not_looked_for_in_all_of_a_large_log,
		without_sessions_there_is_no_last_one,
		the_latest_run_of_a_script_is_found, every_run_is_counted_once,
		a_time_is_shown_where_we_are_and_kept_where_it_was,
		a_script_that_has_been_deleted_is_gone, durations_are_easy_to_read};

	return run_tests("log_reader", tests, COUNT_OF(tests));
}
