/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks run HOOK-POINT: runs hooks as apt's helper would. */
#include "cmd/cmd.h"
#include "model/hook_list.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "proc.h"
#include "process.h"
#include "report.h"
#include "runner.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/memory.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct run_options {
	enum uh_hook_point hook_point;
	struct string_list packages;
	const char *operation;
	const char *script; /* or NULL for all */
	const char *result_word;
	enum result result;
	bool is_dry;
	char *command_line;
};

static void run_options_done(struct run_options *options)
{
	string_list_done(&options->packages);
	free(options->command_line);
}

/* How the scripts ended. */
struct run_results {
	struct table table;
	bool has_failed;
};

static void add_result(struct table *table, const struct uh_event *event)
{
	owns_buffer struct buffer text = {0};
	char time[32];

	buffer_append_string(
		&text, process_succeeded(&event->ending) ? MARK_GOOD : MARK_BAD);
	buffer_append_format(
		&text, "%s %d", process_end_name(event->ending.end), event->ending.value);
	buffer_append(&text, (struct slice){MARK_END, sizeof(MARK_END)});
	(void)snprintf(time, sizeof(time), "%ld.%03ld s", event->milliseconds / 1000,
		event->milliseconds % 1000);
	table_add_name(table, event->path);
	table_add(table, text.error == 0 ? text.data : "");
	table_add(table, time);
}

/* The table has how a script ended; report_event() writes everything else. */
static void on_run_event(const struct uh_event *event, void *context)
{
	struct run_results *results = context;
	bool is_of_script = event->kind <= UH_REQUIREMENTS_UNKNOWN;

	report_event(event, NULL);
	if (event->kind == UH_SCRIPT_ENDED) {
		results->has_failed = results->has_failed || event->ending.value != 0;
		add_result(&results->table, event);
	} else if (is_of_script && event->path != NULL) {
		bool is_skip = event->kind == UH_SCRIPT_SKIPPED;

		results->has_failed = results->has_failed || !is_skip;
		table_add_name(&results->table, event->path);
		table_add(&results->table, is_skip ? _("skipped") : _("not run"));
		table_add(&results->table, "");
	}
}

/* Scripts at Post-Invoke read them in the transaction file. */
static void set_outcomes(struct transaction *transaction, enum result result)
{
	static const enum outcome outcomes[] = {[RESULT_UNKNOWN] = OUTCOME_PENDING,
		[RESULT_OK] = OUTCOME_DONE,
		[RESULT_FAILED] = OUTCOME_FAILED,
		[RESULT_ABORTED] = OUTCOME_PENDING};

	for (size_t i = 0; i < transaction->count; i++)
		transaction->packages[i].outcome = outcomes[result];
}

/* Scripts inherit the same as from the helper. */
static int prepare_process(void)
{
	(void)umask(022);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	return chdir("/") < 0 ? report_error(_("/ cannot be entered: %m")) : -1;
}

/* 0 without /proc; then others cannot see that our state files are in use. */
static unsigned long long own_start_time(void)
{
	struct proc process;

	return proc_read(getpid(), &process) == 0 ? process.start_time : 0;
}

static int execute_plan(const struct admin *admin, const struct run_options *options,
	struct preview *preview, struct run_results *results)
{
	bool is_before = options->hook_point == UH_PRE_INVOKE;
	bool is_after = options->hook_point == UH_POST_INVOKE;
	struct state state = {.fd = -1};
	struct unsafe_path unsafe = {.path = NULL};
	struct frontend frontend = {.pid = getpid(), .start_time = own_start_time()};
	struct uh_event veto;
	struct run_context run_context = {
		.hook_point = options->hook_point,
		.transaction = is_before ? &preview->nothing : &preview->transaction,
		.is_known = !is_before,
		.command_line = options->command_line,
		.result = is_after ? options->result : RESULT_UNKNOWN,
		.state = &state,
	};
	bool has_failed;
	int error;

	error = state_open(&state, admin->root, &preview->tree.trust, &unsafe);
	if (error < 0)
		report_warning(_("%s cannot be used: %s"),
			unsafe.path != NULL ? unsafe.path : state.path, strerror(-error));
	free(unsafe.path);
	state_set_frontend(&state, &frontend);
	(void)runner_run(&preview->plans[options->hook_point], &run_context, on_run_event,
		results, &has_failed, &veto);
	state_done(&state);
	return has_failed || results->has_failed ? STATUS_FINDINGS : STATUS_FINE;
}

static int run_plan(const struct admin *admin, const struct run_options *options,
	struct preview *preview)
{
	const char *const titles[] = {_("Script"), _("Status"), _("Time")};
	struct terminal terminal = apt_terminal(admin);
	struct run_results results = {.table = {.terminal = &terminal,
					      .titles = titles,
					      .columns = COUNT_OF(titles)}};
	int status;

	set_outcomes(&preview->transaction, options->result);
	status = execute_plan(admin, options, preview, &results);
	table_write(&results.table);
	table_done(&results.table);
	return status;
}

struct only_script {
	const struct admin *admin;
	const char *path;
};

static bool is_only_script(const struct planned_run *run, const void *context)
{
	const struct only_script *only = context;

	return script_is_named(&run->script, only->admin, only->path);
}

static int show_or_run(const struct admin *admin, const struct run_options *options,
	struct preview *preview)
{
	struct plan *plan = &preview->plans[options->hook_point];
	const struct only_script only = {admin, options->script};
	struct terminal terminal;

	if (options->script != NULL) {
		plan_keep(plan, is_only_script, &only);
		if (plan->count == 0)
			return report_error(
				_("%s is not a hook that runs at %s in this transaction"),
				options->script, uh_hook_point_name(options->hook_point));
	}
	if (plan->count == 0 || preview->is_switched_off) {
		terminal = terminal_plain();
		terminal_say(&terminal, "",
			preview->is_switched_off ? _("Hooks are switched off.")
						 : _("There is no hook to run."));
		return STATUS_FINE;
	}
	if (!options->is_dry)
		return run_plan(admin, options, preview);
	terminal = apt_terminal(admin);
	plan_view_write_point(&terminal, preview, options->hook_point);
	return STATUS_FINE;
}

/* Runs the hooks of another root inside it, as apt does with RootDir. */
static int enter_root(struct admin *admin)
{
	int status = rootfs_enter(admin);

	admin->root[0] = '\0';
	return status < 0 ? prepare_process() : status;
}

static int run_hooks(struct admin *admin, const struct run_options *options)
{
	__attribute__((cleanup(simulated_done))) struct simulated simulated;
	__attribute__((cleanup(preview_done))) struct preview preview = {.nothing = {0}};
	owns_buffer struct buffer stream = {0};
	struct preview_request request = {.result = options->result, .is_certain = true};
	int status =
		simulated_make(&simulated, admin, &options->packages, options->operation);

	if (status < 0 && !options->is_dry)
		status = enter_root(admin);
	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	xensure(stream.error);
	request.stream = buffer_slice(&stream);
	status = preview_make(&preview, admin, &request);
	return status >= 0 ? status : show_or_run(admin, options, &preview);
}

/* −1 to go on, or the status to end with. */
static int check_options(struct run_options *options, const char *hook_point)
{
	int status = hook_point_read(hook_point, &options->hook_point);

	if (status < 0)
		status = operation_check(options->operation);
	if (status >= 0)
		return status;
	options->result = RESULT_OK;
	if (options->result_word != NULL &&
		!result_parse(options->result_word, &options->result))
		return report_error(
			_("there is no result \"%s\": it is ok, failed or aborted"),
			options->result_word);
	if (!options->is_dry && geteuid() != 0)
		return report_error(_("only root can run hooks, as apt does; --dry-run "
				      "shows what would run"));
	return -1;
}

/* The scripts' APT_UNIVERSAL_HOOKS_COMMAND_LINE. */
static char *join_words(int argc, char **argv)
{
	owns_buffer struct buffer line = {0};

	buffer_append_string(&line, "apt-universal-hooks");
	for (int i = 0; i < argc; i++)
		buffer_append_format(&line, " %s", argv[i]);
	return xbuffer_steal(&line);
}

int admin_run(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(run_options_done))) struct run_options options = {
		.command_line = join_words(argc, argv)};
	const struct option_row rows[] = {
		{OPTION_LIST, &options.packages, "package", 'p', "PACKAGE",
			_("Include NAME[:ARCHITECTURE][=VERSION] in the transaction; can "
			  "be given several times.")},
		{OPTION_TEXT, &options.operation, "operation", 'o', "OPERATION",
			_("Set the operation on the packages: install, upgrade, "
			  "downgrade, reinstall, remove, purge or configure. By default, "
			  "packages that are installed are upgraded, and others are "
			  "installed.")},
		{OPTION_TEXT, &options.result_word, "result", 'r', "RESULT",
			_("Set the result of the transaction, at Post-Invoke: ok (the "
			  "default), failed or aborted.")},
		{OPTION_TEXT, &options.script, "script", 's', "PATH",
			_("Run only this script.")},
		{OPTION_FLAG, &options.is_dry, "dry-run", 'n', NULL,
			_("Show what would run, and run nothing.")},
	};
	const struct usage usage = {
		.synopsis = "run HOOK-POINT",
		.text = _("Run the hooks of Pre-Invoke, Pre-Install-Pkgs or Post-Invoke "
			  "by hand, for a simulated transaction, in the environment, as "
			  "the user and with the timeout that they would have under apt. "
			  "apt and dpkg do not run, and nothing is logged."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.words_min = 1,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = check_options(&options, argv[1]);
	return status < 0 ? run_hooks(admin, &options) : status;
}
