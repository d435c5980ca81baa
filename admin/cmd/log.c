/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks log: what has run, when, for which command, and how it ended. */
#include "cmd/cmd.h"
#include "log_writer.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "system/apt.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/terminal.h"

/* Both places of the tree end so. */
#define TREE "/apt/universal-hooks/"

/* What was asked for. */
struct wanted {
	size_t number; /* of transactions, 0 for all */
	bool is_last;
	bool is_failed;
	const char *script;
	const char *package;
	char *path; /* the script as the log has it, NULL for any */
};

static bool is_of_script(const struct log_run *run, const char *path)
{
	const char *tree = strstr(run->path, TREE);

	return strcmp(run->path, path) == 0 ||
	       (tree != NULL && strcmp(tree + strlen(TREE), path) == 0);
}

/*
 * A directory for the packages of one architecture holds for a name without one as well.
 */
static bool is_of_wildcard(const char *directory, struct slice name, const char *package)
{
	owns_memory char *pattern = NULL;
	owns_memory char *line = NULL;
	struct wildcard *wildcard;
	bool has_both = strchr(directory, ':') != NULL && strchr(package, ':') != NULL;
	bool is_match;

	pattern = has_both ? strdup(directory)
			   : strndup(directory, strcspn(directory, ":"));
	line = has_both ? string_format("%s\n", package)
			: string_format("%.*s\n", (int)name.size, name.data);
	if (pattern == NULL || line == NULL ||
		wildcard_new(&wildcard, pattern, slice_of(line)) < 0)
		return false;
	is_match = wildcard_matches_any(wildcard) == 1;
	wildcard_free(wildcard);
	return is_match;
}

/*
 * Whether it ran because of the package, or may have: which names matched is not logged.
 */
static bool is_of_package(const struct log_run *run, const char *package)
{
	struct slice rest = slice_of(package);
	struct slice name = slice_cut(&rest, ':');
	owns_memory char *directory = NULL;

	switch (run->reason) {
	case REASON_ALWAYS:
		return false;
	case REASON_WILDCARD:
		return is_of_wildcard(run->match, name, package);
	case REASON_PACKAGE:
		/* pkgs/NAME is for all architectures, pkgs/NAME:ARCH for one. */
		directory = string_format("/pkgs/%s:", run->match);
		if (!slice_equals(name, run->match) || directory == NULL)
			return false;
		if (rest.size == 0 || strstr(run->path, directory) == NULL)
			return true;
		free(directory);
		directory = string_format("/pkgs/%s/", package);
		return directory != NULL && strstr(run->path, directory) != NULL;
	}
	return false;
}

static bool is_run_wanted(const struct wanted *wanted, const struct log_run *run)
{
	return (wanted->path == NULL || is_of_script(run, wanted->path)) &&
	       (wanted->package == NULL || is_of_package(run, wanted->package));
}

/* A transaction is shown with all of its runs that are asked for, if there is one. */
static bool is_wanted(
	const struct wanted *wanted, const struct log_transaction *transaction)
{
	if (wanted->path == NULL && wanted->package == NULL && !wanted->is_failed)
		return true;
	for (size_t i = 0; i < transaction->count; i++)
		if (is_run_wanted(wanted, &transaction->runs[i]) &&
			(!wanted->is_failed || log_has_failed(&transaction->runs[i])))
			return true;
	return false;
}

/* Where the last ones that are asked for begin; the log's count when there is none. */
static size_t find_first(const struct wanted *wanted, const struct log *log)
{
	size_t first = log->count;
	size_t found = 0;

	for (size_t i = log->count; i-- > 0;) {
		if (!is_wanted(wanted, &log->transactions[i]))
			continue;
		first = i;
		if (++found == wanted->number)
			break;
	}
	return first;
}

static void write_head(
	const struct terminal *terminal, const struct log_transaction *transaction)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, MARK_NAME);
	buffer_append_string(&text, transaction->start[0] != '\0' ? transaction->start
				    : transaction->end[0] != '\0'
					    ? transaction->end
					    : _("(time not known)"));
	buffer_append_string(&text, MARK_END " ");
	if (transaction->command_line != NULL)
		text_add_sentence(&text, transaction->command_line);
	else
		buffer_append_string(&text, _("(command line not known)"));
	terminal_write(terminal, "", "  ", &text);
}

static void write_result(
	const struct terminal *terminal, const struct log_transaction *transaction)
{
	const char *result =
		transaction->result != NULL ? transaction->result : "unknown";
	owns_buffer struct buffer requester = {0};
	owns_buffer struct buffer text = {0};

	buffer_append_format(&text, _("result: %s%s%s"),
		strcmp(result, "ok") == 0        ? MARK_GOOD
		: strcmp(result, "unknown") == 0 ? MARK_MIND
						 : MARK_BAD,
		result, MARK_END);
	if (transaction->requester != NULL) {
		text_add_sentence(&requester, transaction->requester);
		buffer_append_format(&text, _(", requested by %.*s"), (int)requester.size,
			requester.data);
	}
	if (!transaction->is_whole)
		buffer_append_format(&text, _("; %sthis entry of the log is damaged%s"),
			MARK_MIND, MARK_END);
	terminal_write(terminal, "  ", "    ", &text);
}

static void write_run(const struct terminal *terminal, const struct log_run *run)
{
	owns_buffer struct buffer text = {0};
	bool has_failed = log_has_failed(run);

	text_add_name(&text, run->path);
	buffer_append_string(&text, ": ");
	buffer_append_string(&text, has_failed                       ? MARK_BAD
				    : run->outcome == LOGGED_SKIPPED ? MARK_FAINT
								     : MARK_GOOD);
	log_add_outcome(&text, run);
	buffer_append_string(&text, MARK_END);
	if (run->milliseconds >= 0) {
		buffer_append_string(&text, _(" in "));
		log_add_duration(&text, run->milliseconds);
	}
	terminal_write(terminal, has_failed ? "  ! " : "    ", "      ", &text);
}

static void write_log(const struct terminal *terminal, const struct wanted *wanted,
	const struct log *log)
{
	size_t first = find_first(wanted, log);

	for (size_t i = first; i < log->count; i++) {
		const struct log_transaction *transaction = &log->transactions[i];

		if (!is_wanted(wanted, transaction))
			continue;
		if (i > first)
			terminal_say(terminal, "", "%s", "");
		write_head(terminal, transaction);
		write_result(terminal, transaction);
		for (size_t j = 0; j < transaction->count; j++)
			if (is_run_wanted(wanted, &transaction->runs[j]))
				write_run(terminal, &transaction->runs[j]);
	}
}

static json_t *time_to_json(const char *time)
{
	return json_text(time[0] != '\0' ? time : NULL);
}

static json_t *run_to_json(const struct log_run *run)
{
	owns_buffer struct buffer outcome = {0};

	log_add_outcome(&outcome, run);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "hook_point",
		uh_hook_point_name(run->hook_point), "reason", reason_name(run->reason),
		"subject", json_text(run->match), "path", json_text(run->path), "ended",
		json_stringn(outcome.data, outcome.size), "milliseconds",
		run->milliseconds >= 0 ? json_integer(run->milliseconds) : json_null(),
		"failed", log_has_failed(run));
}

static json_t *transaction_to_json(
	const struct wanted *wanted, const struct log_transaction *transaction)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < transaction->count; i++)
		if (is_run_wanted(wanted, &transaction->runs[i]))
			(void)json_array_append_new(
				runs, run_to_json(&transaction->runs[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o}", "start",
		time_to_json(transaction->start), "end", time_to_json(transaction->end),
		"command_line", json_text(transaction->command_line), "requested_by",
		json_text(transaction->requester), "transaction",
		json_text(transaction->key), "result",
		transaction->result != NULL ? transaction->result : "unknown", "whole",
		transaction->is_whole, "hooks", runs);
}

static json_t *log_to_json(const struct wanted *wanted, const struct log *log)
{
	json_t *transactions = json_array();

	for (size_t i = find_first(wanted, log); i < log->count; i++)
		if (is_wanted(wanted, &log->transactions[i]))
			(void)json_array_append_new(transactions,
				transaction_to_json(wanted, &log->transactions[i]));
	return json_pack("{s:o}", "transactions", transactions);
}

/* A script that is gone may still be in the log; one in neither is a slip. */
static int report_script(const struct admin *admin, const char *path)
{
	struct hook_list hooks;
	int status = hook_list_read(&hooks, admin) < 0 ? report_no_memory() : -1;

	if (status < 0 && hook_list_find(&hooks, admin, path) == NULL)
		status = hook_list_report_missing(&hooks, path);
	hook_list_done(&hooks);
	return status;
}

static int show(
	const struct admin *admin, const struct wanted *wanted, const struct log *log)
{
	struct terminal terminal;

	if (find_first(wanted, log) == log->count && wanted->script != NULL) {
		int status = report_script(admin, wanted->script);

		if (status >= 0)
			return status;
	}
	if (admin->is_json)
		return json_print(log_to_json(wanted, log));
	terminal = apt_terminal(admin);
	if (log->has_no_log)
		terminal_say(&terminal, "", _("No hook has run yet: there is no %s%s."),
			admin->root, LOG_FILE);
	else if (find_first(wanted, log) == log->count)
		terminal_say(&terminal, "", _("Nothing of that kind is in the log."));
	else
		write_log(&terminal, wanted, log);
	return STATUS_FINE;
}

/* As the log has the path: without the admin's root, and clean. */
static int make_path(struct wanted *wanted, const struct admin *admin)
{
	const char *path = wanted->script;
	size_t size = strlen(admin->root);

	if (path == NULL)
		return -1;
	if (size > 0 && strncmp(path, admin->root, size) == 0 && path[size] == '/')
		path += size;
	wanted->path = log_path(path);
	return wanted->path != NULL ? -1 : report_no_memory();
}

static int read_and_show(const struct admin *admin, struct wanted *wanted)
{
	__attribute__((cleanup(log_done))) struct log log = {.count = 0};
	int status;

	if (wanted->is_last && wanted->number > 1)
		return report_error(
			_("--last and -n %zu cannot both be done"), wanted->number);
	if (wanted->is_last)
		wanted->number = 1;
	status = make_path(wanted, admin);
	if (status < 0)
		status = log_read(&log, admin);
	return status >= 0 ? status : show(admin, wanted, &log);
}

int admin_log(struct admin *admin, int argc, char **argv)
{
	struct wanted wanted = {.number = 0};
	const struct option_row rows[] = {
		{OPTION_FLAG, &wanted.is_last, "last", 'l', NULL,
			_("Show the last transaction only.")},
		{OPTION_NUMBER, &wanted.number, "number", 'n', "N",
			_("Show the last N transactions only.")},
		{OPTION_FLAG, &wanted.is_failed, "failed", 'f', NULL,
			_("Show the transactions in which a hook failed.")},
		{OPTION_TEXT, &wanted.script, "script", 's', "PATH",
			_("Show the runs of this script only: its full path, or that "
			  "below the hook tree.")},
		{OPTION_TEXT, &wanted.package, "package", 'p', "PACKAGE",
			_("Show the runs of hooks for this package only, those of "
			  "wildcards that match its name included.")},
	};
	const struct usage usage = {
		.synopsis = "log",
		.text = _("Shows what has run, the newest at the end: when and for which "
			  "command, how the transaction ended, and how each script did; "
			  "one that failed is marked with \"!\". The log before this one "
			  "is read as well, until it is compressed."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = read_and_show(admin, &wanted);
	free(wanted.path);
	return status;
}
