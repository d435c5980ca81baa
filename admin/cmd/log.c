/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks log: what has run, when, for which command, and how it ended. */
#include "cmd/cmd.h"
#include "kept_output.h"
#include "log_writer.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "model/output_reader.h"
#include "model/script_name.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/terminal.h"

#define LAST_LINES 10 /* of a failed hook, unasked */
#define OUTPUT_INDENT "        "
#define NEW_PATHS 1000 /* not worth sorting */

/* Which part of the log to show. */
struct log_query {
	size_t limit; /* how many transactions, 0 for all */
	bool is_last;
	bool is_failed;
	bool has_output;
	const char *script;
	const char *package;
	char *path; /* of the script, as the log has it; NULL for any */
};

static void log_query_done(struct log_query *query)
{
	free(query->path);
}

static bool is_of_script(const struct log_run *run, const char *path)
{
	return strcmp(run->path, path) == 0 ||
	       strcmp(log_path_in_tree(run->path), path) == 0;
}

/* A name without an architecture matches a wildcard for any architecture. */
static bool is_of_wildcard(const char *wildcard_name, const char *package)
{
	bool has_both =
		strchr(wildcard_name, ':') != NULL && strchr(package, ':') != NULL;
	const char *end = has_both ? "" : ":";
	owns_memory char *pattern = xstrndup(wildcard_name, strcspn(wildcard_name, end));
	owns_memory char *line = xformat("%.*s\n", (int)strcspn(package, end), package);
	struct wildcard *wildcard;
	bool is_match;

	if (xensure(wildcard_new(&wildcard, pattern, slice_of(line))) < 0)
		return false;
	is_match = wildcard_matches_any(wildcard) == 1;
	wildcard_free(wildcard);
	return is_match;
}

/* Whether the script is in pkgs/NAME, followed by end. */
static bool is_in_directory(const struct log_run *run, const char *name, const char *end)
{
	owns_memory char *directory = xformat("/pkgs/%s%s", name, end);

	return strstr(run->path, directory) != NULL;
}

/* pkgs/NAME is for all architectures, pkgs/NAME:ARCH for one. */
static bool is_of_name(const struct log_run *run, const char *package)
{
	struct slice architecture = slice_of(package);
	struct slice name = slice_cut(&architecture, ':');

	if (!slice_equals(name, run->match))
		return false;
	return architecture.size == 0 || !is_in_directory(run, run->match, ":") ||
	       is_in_directory(run, package, "/");
}

/*
 * Whether it ran because of the package, or may have: the log does not say which names a
 * wildcard matched.
 */
static bool is_of_package(const struct log_run *run, const char *package)
{
	switch (run->reason) {
	case REASON_ALWAYS:
		return false;
	case REASON_WILDCARD:
		return is_of_wildcard(run->match, package);
	case REASON_PACKAGE:
		return is_of_name(run, package);
	}
	return false;
}

static bool is_run_wanted(const struct log_query *query, const struct log_run *run)
{
	return (query->path == NULL || is_of_script(run, query->path)) &&
	       (query->package == NULL || is_of_package(run, query->package));
}

static bool is_transaction_wanted(
	const struct log_query *query, const struct log_transaction *transaction)
{
	if (query->path == NULL && query->package == NULL && !query->is_failed)
		return true;
	for (size_t i = 0; i < transaction->count; i++)
		if (is_run_wanted(query, &transaction->runs[i]) &&
			(!query->is_failed || transaction->not_reached != NULL ||
				log_has_failed(&transaction->runs[i])))
			return true;
	return false;
}

static void keep_wanted_runs(
	struct log_transaction *transaction, const struct log_query *query)
{
	size_t kept = 0;

	for (size_t i = 0; i < transaction->count; i++)
		if (is_run_wanted(query, &transaction->runs[i]))
			transaction->runs[kept++] = transaction->runs[i];
	transaction->count = kept;
}

/* A session and the transaction in front of it count as one. */
struct log_number {
	size_t count;
	bool is_transaction; /* the one in front was wanted, and is no session */
};

/* Counts the transaction if it is wanted, and returns that. */
static bool count_wanted(struct log_number *number, const struct log_query *query,
	const struct log_transaction *transaction)
{
	bool is_wanted = is_transaction_wanted(query, transaction);

	if (is_wanted && !(transaction->is_session && number->is_transaction))
		number->count++;
	number->is_transaction = is_wanted && !transaction->is_session;
	return is_wanted;
}

/* Goes to where the log has enough transactions, and returns how many to leave out. */
static size_t go_to_first(struct log *log, const struct log_query *query)
{
	struct log_number number = {.count = 0};
	bool is_beginning = false;
	size_t size;

	if (query->limit == 0) {
		(void)log_rewind(log, SIZE_MAX);
		return 0;
	}
	for (size = LOG_SIZE_FIRST; number.count <= query->limit && !is_beginning;
		size = log_grow(size)) {
		const struct log_transaction *transaction;

		is_beginning = log_rewind(log, size);
		number = (struct log_number){.count = 0};
		while ((transaction = log_next(log)) != NULL)
			(void)count_wanted(&number, query, transaction);
	}
	log_rewind_again(log);
	return number.count > query->limit ? number.count - query->limit : 0;
}

static void write_heading(
	const struct terminal *terminal, const struct log_transaction *transaction)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, MARK_NAME);
	buffer_append_string(
		&text, transaction->start.local[0] != '\0' ? transaction->start.local
		       : transaction->end.local[0] != '\0' ? transaction->end.local
							   : _("(unknown time)"));
	buffer_append_string(&text, MARK_END " ");
	if (transaction->command_line != NULL)
		text_add_sentence(&text, transaction->command_line);
	else
		buffer_append_string(&text, _("(unknown command line)"));
	terminal_write(terminal, "", "  ", &text);
}

static void add_session_words(struct buffer *text, const struct log_transaction *session)
{
	if (session->dpkg_runs < 0) {
		buffer_append_string(text, _("session; "));
		return;
	}
	/* Translators: in front of "10 runs of dpkg". */
	buffer_append_string(text, _("session with "));
	log_add_dpkg_runs(text, session);
	buffer_append_string(text, "; ");
}

static void write_result(
	const struct terminal *terminal, const struct log_transaction *transaction)
{
	const char *result =
		transaction->result != NULL ? transaction->result : "unknown";
	owns_buffer struct buffer text = {0};
	struct log_counts counts = {.of = {0}};

	log_count(&counts, transaction);
	if (transaction->is_session)
		add_session_words(&text, transaction);
	/* Translators: the outer %s are a colour; the other is ok, failed, … */
	buffer_append_format(&text, _("result: %s%s%s"),
		strcmp(result, "ok") == 0        ? MARK_GOOD
		: strcmp(result, "unknown") == 0 ? MARK_WARNING
						 : MARK_BAD,
		result, MARK_END);
	buffer_append_string(&text, "; ");
	log_add_counts(&text, &counts);
	log_add_switch(&text, transaction);
	if (transaction->not_reached != NULL)
		/* Translators: the outer %s are a colour; the other, a hook point. */
		buffer_append_format(&text, _("; %sapt did not reach %s%s"), MARK_WARNING,
			transaction->not_reached, MARK_END);
	if (transaction->requester != NULL) {
		owns_memory char *requester = xsentence(transaction->requester);

		buffer_append_format(&text, _("; requested by %s"), requester);
	}
	if (!transaction->is_whole)
		/* Translators: both %s are a colour. */
		buffer_append_format(&text, _("; %sthis entry of the log is damaged%s"),
			MARK_WARNING, MARK_END);
	terminal_write(terminal, "  ", "    ", &text);
}

/* What the user wants to see of the output of hooks, and what there is. */
struct output_view {
	struct outputs outputs;
	bool is_wanted;           /* of all hooks, completely */
	bool is_wanted_of_failed; /* their last lines */
	bool is_readable;
	/* Hooks that failed, and whose output was not kept. */
	struct string_list missing;
};

static void output_view_done(struct output_view *view)
{
	outputs_done(&view->outputs);
	string_list_done(&view->missing);
}

/* −1, or the status to end with: only root and the group adm can read the output. */
static int read_output(struct output_view *view, const struct admin *admin)
{
	int error = 0;

	if (view->is_wanted || view->is_wanted_of_failed)
		error = outputs_read(&view->outputs, admin);
	view->is_readable = error == 0;
	if (error == 0)
		return -1;
	if (view->is_wanted)
		return report_error(_("%s%s cannot be read: %s"), admin->root,
			OUTPUT_FILE, strerror(-error));
	report_warning(_("%s%s cannot be read, so the output of hooks is not shown: %s"),
		admin->root, OUTPUT_FILE, strerror(-error));
	return -1;
}

static bool has_ended(const struct log_run *run)
{
	return run->outcome != LOGGED_SKIPPED && run->outcome != LOGGED_NOT_STARTED;
}

static void write_output(const struct terminal *terminal, struct output_view *view,
	const struct log_transaction *transaction, const struct log_run *run)
{
	bool is_failed = log_has_failed(run) && has_ended(run);
	const struct run_output *output;
	owns_buffer struct buffer text = {0};

	if (!view->is_readable ||
		!(view->is_wanted || (view->is_wanted_of_failed && is_failed)))
		return;
	output = outputs_find(&view->outputs, transaction, run);
	if (output == NULL) {
		if (is_failed)
			xlist_add(&view->missing, run->path);
		return;
	}
	output_add_lines(&text, output, OUTPUT_INDENT, view->is_wanted ? 0 : LAST_LINES);
	xensure(text.error);
	terminal_put(terminal, buffer_slice(&text));
	if (output->dropped > 0 && view->is_wanted)
		terminal_say(terminal, OUTPUT_INDENT,
			ngettext("(%zu more byte was not kept)",
				"(%zu more bytes were not kept)",
				(unsigned long)output->dropped),
			output->dropped);
}

static void write_logged_run(const struct admin *admin, const struct terminal *terminal,
	const struct log_run *run)
{
	owns_buffer struct buffer text = {0};

	text_add_name(&text, run->path);
	log_add_gone(&text, run->path, admin);
	buffer_append_string(&text, ": ");
	log_add_ending(&text, run);
	terminal_write(terminal, log_has_failed(run) ? "  ! " : "    ", "      ", &text);
}

/* Whether the hook exists, and its output is not kept. */
static bool is_not_kept(const struct hook_list *hooks, const struct settings *settings,
	const struct admin *admin, const char *path)
{
	const struct hook *hook = hook_list_find(hooks, admin, path);
	struct script_settings applied;
	bool is_terminal;

	if (hook == NULL || hook->hook_point == UH_SESSION_END)
		return false;
	xensure(settings_for(settings, hook->script.relative, &applied));
	is_terminal = applied.output == OUTPUT_TERMINAL;
	script_settings_done(&applied);
	return is_terminal;
}

/* Whether advice on Output would help with any of what was missing. */
static bool is_missing_from_now_on(
	const struct admin *admin, const struct output_view *view)
{
	__attribute__((cleanup(settings_done))) struct settings settings = {.count = 0};
	owns_hook_list struct hook_list hooks = {.count = 0};
	bool is_any = false;

	if (view->missing.count == 0 || settings_ask(&settings, NULL, admin) >= 0)
		return false;
	hook_list_read(&hooks, admin);
	hook_list_apply_renames(&hooks, &settings);
	for (size_t i = 0; i < view->missing.count && !is_any; i++)
		is_any = is_not_kept(&hooks, &settings, admin, view->missing.items[i]);
	return is_any;
}

static void write_logged(const struct admin *admin, const struct terminal *terminal,
	const struct log_transaction *transaction, struct output_view *view)
{
	write_heading(terminal, transaction);
	write_result(terminal, transaction);
	for (size_t i = 0; i < transaction->count; i++) {
		write_logged_run(admin, terminal, &transaction->runs[i]);
		write_output(terminal, view, transaction, &transaction->runs[i]);
	}
}

static void write_advice(const struct admin *admin, const struct terminal *terminal,
	const struct output_view *view)
{
	if (!is_missing_from_now_on(admin, view))
		return;
	terminal_say(terminal, "", "%s", "");
	terminal_say(terminal, "", "%s",
		_("The output of a failed hook was not kept. To keep the output of all "
		  "hooks from now on: apt-universal-hooks set --all Output both"));
}

/* As a person sees it, with a newline at the end of each line. */
static void output_to_json(json_t *object, const struct run_output *output)
{
	owns_buffer struct buffer text = {0};

	if (output != NULL)
		output_add_lines(&text, output, "", 0);
	xensure(text.error);
	json_set(object, "output",
		output == NULL ? json_null()
			       : json_stringn(text.size > 0 ? text.data : "", text.size));
	json_set(object, "output_dropped",
		output == NULL ? json_null() : json_integer((json_int_t)output->dropped));
}

static json_t *logged_run_to_json(const struct admin *admin,
	const struct log_transaction *transaction, const struct log_run *run,
	struct output_view *view)
{
	json_t *object = json_pack("{s:s, s:s, s:o, s:o, s:b, s:b}", "hook_point",
		uh_hook_point_name(run->hook_point), "reason", reason_name(run->reason),
		"subject", json_text(run->match), "path", json_text(run->path), "gone",
		log_is_gone(run->path, admin), "copy", run->is_copy);

	json_merge(object, log_ending_to_json(run));
	if (view->is_wanted)
		output_to_json(object, outputs_find(&view->outputs, transaction, run));
	return object;
}

/* All but the runs. */
static json_t *logged_transaction_to_json(const struct log_transaction *transaction)
{
	struct log_counts counts = {.of = {0}};
	json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:b}",
		"start", log_time_to_json(&transaction->start), "end",
		log_time_to_json(&transaction->end), "command_line",
		json_text(transaction->command_line), "requested_by",
		json_text(transaction->requester), "transaction",
		json_text(transaction->is_session ? NULL : transaction->key), "session",
		json_text(transaction->is_session ? transaction->key : NULL), "dpkg_runs",
		log_dpkg_runs_to_json(transaction), "result",
		transaction->result != NULL ? transaction->result : "unknown",
		"not_reached", json_text(transaction->not_reached), "whole",
		transaction->is_whole);

	log_count(&counts, transaction);
	json_merge(object, log_counts_to_json(&counts));
	json_set(object, "switched_off_by", json_text(transaction->switched_off_by));
	return object;
}

static void print_logged(const struct admin *admin, struct json_list *transactions,
	const struct log_transaction *transaction, struct output_view *view)
{
	struct json_list hooks;

	json_list_begin(
		&hooks, transactions, logged_transaction_to_json(transaction), "hooks");
	for (size_t i = 0; i < transaction->count; i++)
		json_list_add(&hooks, logged_run_to_json(admin, transaction,
					      &transaction->runs[i], view));
	json_list_end(&hooks);
}

/* The scripts in the tree, as the log writes them. */
static void add_hook_paths(struct string_list *paths, const struct hook_list *hooks)
{
	for (size_t i = 0; i < hooks->count; i++) {
		owns_memory char *path = log_path(hooks->items[i].script.relative);

		xlist_add(paths, path);
	}
}

/*
 * The scripts in the log, which may be gone. Returns whether one of them is at path. Drops
 * duplicates whenever there may be as many of them as of others.
 */
static bool add_logged_paths(struct string_list *paths, struct log *log, const char *path)
{
	const struct log_transaction *transaction;
	size_t limit = paths->count + NEW_PATHS;
	bool is_found = false;

	while ((transaction = log_next(log)) != NULL)
		for (size_t i = 0; i < transaction->count; i++) {
			const char *logged = transaction->runs[i].path;

			is_found = is_found || strcmp(logged, path) == 0;
			xlist_add(paths, log_path_in_tree(logged));
			if (paths->count < limit)
				continue;
			string_list_sort_unique(paths);
			limit = 2 * paths->count + NEW_PATHS;
		}
	string_list_sort_unique(paths);
	return is_found;
}

/* Sets the path to look for in the log: a full one as it is, or relative to the tree. */
static int find_logged_script(
	struct log_query *query, const struct admin *admin, struct log *log)
{
	bool is_below_root = path_is_within(query->script, admin->root);
	owns_memory char *wanted =
		log_path(query->script + (is_below_root ? strlen(admin->root) : 0));
	owns_hook_list struct hook_list hooks;
	owns_strings struct string_list paths = {0};
	bool is_logged;
	const char *path;
	int status;

	hook_list_read(&hooks, admin);
	add_hook_paths(&paths, &hooks);
	is_logged = add_logged_paths(&paths, log, wanted);
	status = log_end(log);
	if (status >= 0)
		return status;
	path = script_name_find(&paths, wanted);
	if (path == NULL &&
		(is_logged || hook_list_find(&hooks, admin, query->script) != NULL))
		path = wanted;
	if (path == NULL)
		return script_name_report(
			&paths, query->script, log_path_in_tree(wanted));
	query->path = xstrdup(path);
	return -1;
}

/* The next that the query asks for, with the runs that it asks for. */
static struct log_transaction *next_wanted(struct log *log, struct log_number *number,
	const struct log_query *query, size_t left_out)
{
	struct log_transaction *transaction;

	while ((transaction = log_next(log)) != NULL)
		if (count_wanted(number, query, transaction) && number->count > left_out)
			break;
	if (transaction != NULL)
		keep_wanted_runs(transaction, query);
	return transaction;
}

/* Unless it has been reported, with the scripts that the log knows. */
static int end_log(struct log *log, const struct log_query *query)
{
	return query->script == NULL ? log_end(log) : -1;
}

static int write_log(const struct admin *admin, struct log *log,
	const struct log_query *query, struct output_view *view)
{
	struct terminal terminal = apt_terminal(admin);
	size_t left_out = go_to_first(log, query);
	struct log_number number = {.count = 0};
	struct log_transaction *transaction;
	bool is_any = false;
	int status;

	while ((transaction = next_wanted(log, &number, query, left_out)) != NULL) {
		if (is_any)
			terminal_say(&terminal, "", "%s", "");
		is_any = true;
		write_logged(admin, &terminal, transaction, view);
	}
	status = end_log(log, query);
	if (status >= 0)
		return status;
	if (log->has_no_log)
		terminal_say(&terminal, "", _("No hook has run yet: there is no %s%s."),
			admin->root, LOG_FILE);
	else if (!is_any)
		terminal_say(&terminal, "", _("No transaction in the log matches."));
	else
		write_advice(admin, &terminal, view);
	return -1;
}

static int print_log(const struct admin *admin, struct log *log,
	const struct log_query *query, struct output_view *view)
{
	size_t left_out = go_to_first(log, query);
	struct log_number number = {.count = 0};
	struct log_transaction *transaction;
	struct json_list transactions;

	json_list_begin(&transactions, NULL, NULL, "transactions");
	while ((transaction = next_wanted(log, &number, query, left_out)) != NULL)
		print_logged(admin, &transactions, transaction, view);
	json_list_end(&transactions);
	return end_log(log, query);
}

static int complete_query(struct log_query *query)
{
	if (query->is_last && query->limit > 1)
		return report_error(
			_("--last and -n %zu cannot be used together"), query->limit);
	if (query->is_last)
		query->limit = 1;
	return -1;
}

int admin_log(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(log_query_done))) struct log_query query = {.limit = 0};
	__attribute__((cleanup(output_view_done))) struct output_view view = {
		.is_wanted = false};
	owns_log struct log log = {.has_no_log = true};
	const struct option_row rows[] = {
		{OPTION_FLAG, &query.is_last, "last", 'l', NULL,
			_("Show only the last transaction, and its session if that is "
			  "closed.")},
		{OPTION_NUMBER, &query.limit, "number", 'n', "N",
			_("Show only the last N transactions.")},
		{OPTION_FLAG, &query.is_failed, "failed", 'f', NULL,
			_("Show only transactions in which a hook failed, or apt did not "
			  "reach Post-Invoke although dpkg had finished.")},
		{OPTION_TEXT, &query.script, "script", 's', "PATH",
			_("Show only the runs of this script, which need not exist any "
			  "more.")},
		{OPTION_TEXT, &query.package, "package", 'p', "PACKAGE",
			_("Show only the runs of hooks for this package, including those "
			  "of wildcards that match its name.")},
		{OPTION_FLAG, &query.has_output, "output", 'o', NULL,
			_("Show what each script printed, if its Output was both or "
			  "log.")},
	};
	const struct usage usage = {
		.synopsis = "log",
		.text = _(
			"Show the transactions in the log, the newest last: when and by "
			"which command each started, how it ended, and how each script "
			"ended. A script that failed is marked with \"!\"; with "
			"--failed, the last lines of its output follow, if they were "
			"kept. A script that has been deleted since is marked with "
			"\"(gone)\". Times are local. "
			"The previous log is included until it is compressed."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = complete_query(&query);
	if (status < 0)
		status = log_open(&log, admin);
	if (status < 0 && query.script != NULL)
		status = find_logged_script(&query, admin, &log);
	view.is_wanted = query.has_output;
	view.is_wanted_of_failed = query.is_failed && !admin->is_json;
	if (status < 0)
		status = read_output(&view, admin);
	if (status >= 0)
		return status;
	status = admin->is_json ? print_log(admin, &log, &query, &view)
				: write_log(admin, &log, &query, &view);
	return status >= 0 ? status : STATUS_FINE;
}
