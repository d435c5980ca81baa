/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks run HOOK-POINT: runs hooks by hand, as apt's helper would. */
#include "cmd/cmd.h"
#include "model/hook_list.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "proc.h"
#include "process.h"
#include "report.h"
#include "runner.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was asked for. */
struct wanted {
	enum uh_hook_point hook_point;
	struct string_list packages;
	const char *operation;
	const char *script;
	const char *result_word;
	enum result result;
	bool is_dry;
	char *command_line;
};

/* What scripts came to, while they run. */
struct tally {
	struct table table;
	bool has_failed;
};

/* The log's words, as the log subcommand shows them. */
static void tally_add_ending(struct buffer *text, const struct uh_event *event)
{
	buffer_append_string(
		text, process_succeeded(&event->ending) ? MARK_GOOD : MARK_BAD);
	buffer_append_format(
		text, "%s %d", process_end_name(event->ending.end), event->ending.value);
	buffer_append(text, (struct slice){MARK_END, sizeof(MARK_END)});
}

static void tally_ended(struct tally *tally, const struct uh_event *event)
{
	owns_buffer struct buffer ending = {0};
	char time[32];

	tally_add_ending(&ending, event);
	(void)snprintf(time, sizeof(time), "%ld.%03ld s", event->milliseconds / 1000,
		event->milliseconds % 1000);
	table_add_name(&tally->table, event->path);
	table_add(&tally->table, ending.error == 0 ? ending.data : "");
	table_add(&tally->table, time);
}

/* Everything else that can be said of a script, the report has words for. */
static void hear(const struct uh_event *event, void *context)
{
	struct tally *tally = context;
	bool is_of_script = event->kind <= UH_REQUIREMENTS_UNKNOWN;

	report_event(event, NULL);
	if (event->kind == UH_SCRIPT_ENDED) {
		tally->has_failed = tally->has_failed || event->ending.value != 0;
		tally_ended(tally, event);
	} else if (is_of_script && event->path != NULL) {
		bool is_skip = event->kind == UH_SCRIPT_SKIPPED;

		tally->has_failed = tally->has_failed || !is_skip;
		table_add_name(&tally->table, event->path);
		table_add(&tally->table, is_skip ? _("left out") : _("not run"));
		table_add(&tally->table, "");
	}
}

static void drop_run(struct planned_run *run)
{
	script_done(&run->script);
	script_settings_done(&run->settings);
}

/* Leaves only the script that was asked for; how many runs it has in the plan. */
static size_t keep_only(struct plan *plan, const struct admin *admin, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];

		if (script_is_named(&run->script, admin, path))
			plan->runs[kept++] = *run;
		else
			drop_run(run);
	}
	plan->count = kept;
	return kept;
}

/* What the transaction file says after dpkg. */
static void set_outcomes(struct transaction *transaction, enum result result)
{
	for (size_t i = 0; i < transaction->count; i++)
		transaction->packages[i].outcome = result == RESULT_OK ? OUTCOME_DONE
						   : result == RESULT_FAILED
							   ? OUTCOME_FAILED
							   : OUTCOME_PENDING;
}

/* As helper/main.c does for scripts that apt has run. */
static int prepare(void)
{
	(void)umask(022);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	return chdir("/") < 0 ? report_error(_("/ cannot be entered: %m")) : -1;
}

/* 0 without /proc; then nobody else can tell that our files have an owner. */
static unsigned long long own_start_time(void)
{
	struct proc process;

	return proc_read(getpid(), &process) == 0 ? process.start_time : 0;
}

static int execute(const struct admin *admin, const struct wanted *wanted,
	struct preview *preview, struct tally *tally)
{
	struct state state = {.fd = -1};
	struct unsafe_path unsafe = {.path = NULL};
	struct frontend frontend = {.pid = getpid()};
	struct uh_event veto;
	struct run_context run_context = {
		.hook_point = wanted->hook_point,
		.transaction = wanted->hook_point == UH_PRE_INVOKE
				       ? &preview->nothing
				       : &preview->transaction,
		.is_known = wanted->hook_point != UH_PRE_INVOKE,
		.command_line = wanted->command_line,
		.result = wanted->hook_point == UH_POST_INVOKE ? wanted->result
							       : RESULT_UNKNOWN,
		.state = &state,
	};
	bool has_failed;
	int error;

	frontend.start_time = own_start_time();
	error = state_open(&state, admin->root, &preview->tree.trust, &unsafe);
	if (error < 0)
		report_warning(_("%s cannot be used: %s"),
			unsafe.path != NULL ? unsafe.path : state.path, strerror(-error));
	free(unsafe.path);
	state_set_frontend(&state, &frontend);
	(void)runner_run(&preview->plans[wanted->hook_point], &run_context, hear, tally,
		&has_failed, &veto);
	state_done(&state);
	return has_failed || tally->has_failed ? STATUS_FINDINGS : STATUS_FINE;
}

static int run_plan(
	const struct admin *admin, const struct wanted *wanted, struct preview *preview)
{
	const char *const titles[] = {_("Script"), _("Status"), _("Time")};
	struct terminal terminal = apt_terminal(admin);
	struct tally tally = {.table = {.terminal = &terminal,
				      .titles = titles,
				      .columns = COUNT_OF(titles)}};
	int status = execute(admin, wanted, preview, &tally);

	table_write(&tally.table);
	table_done(&tally.table);
	return status;
}

static int show_or_run(
	const struct admin *admin, const struct wanted *wanted, struct preview *preview)
{
	struct plan *plan = &preview->plans[wanted->hook_point];
	struct terminal terminal;

	if (wanted->script != NULL && keep_only(plan, admin, wanted->script) == 0)
		return report_error(
			_("%s is no hook that runs at %s in this transaction"),
			wanted->script, uh_hook_point_name(wanted->hook_point));
	if (plan->count == 0 || preview->is_switched_off) {
		terminal = terminal_plain();
		terminal_say(&terminal, "",
			preview->is_switched_off ? _("Hooks are switched off.")
						 : _("There is no hook to run."));
		return STATUS_FINE;
	}
	if (wanted->is_dry) {
		terminal = apt_terminal(admin);
		plan_view_write_point(&terminal, preview, wanted->hook_point);
		return STATUS_FINE;
	}
	set_outcomes(&preview->transaction, wanted->result);
	return run_plan(admin, wanted, preview);
}

/* Like apt with RootDir: the hooks of another root run inside it. */
static int enter_root(struct admin *admin)
{
	if (admin->root[0] == '\0')
		return -1;
	if (chroot(admin->root) < 0 || chdir("/") < 0)
		return report_error(_("%s cannot be entered: %m"), admin->root);
	admin->root[0] = '\0';
	return -1;
}

static int run_hooks(struct admin *admin, const struct wanted *wanted)
{
	__attribute__((cleanup(simulated_done))) struct simulated simulated;
	__attribute__((cleanup(preview_done))) struct preview preview = {.nothing = {0}};
	owns_buffer struct buffer stream = {0};
	struct preview_request request = {.result = wanted->result, .is_certain = true};
	int status =
		simulated_make(&simulated, admin, &wanted->packages, wanted->operation);

	if (status < 0 && !wanted->is_dry)
		status = enter_root(admin);
	if (status < 0 && !wanted->is_dry)
		status = prepare();
	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	if (stream.error < 0)
		return report_no_memory();
	request.stream = buffer_slice(&stream);
	status = preview_make(&preview, admin, &request);
	return status >= 0 ? status : show_or_run(admin, wanted, &preview);
}

static int read_result(struct wanted *wanted)
{
	static const struct word words[] = {{"ok", RESULT_OK}, {"failed", RESULT_FAILED},
		{"aborted", RESULT_ABORTED}};

	wanted->result = RESULT_OK;
	if (wanted->result_word == NULL)
		return -1;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strcmp(words[i].word, wanted->result_word) != 0)
			continue;
		wanted->result = (enum result)words[i].value;
		return -1;
	}
	return report_error(_("there is no result \"%s\": ok, failed and aborted are"),
		wanted->result_word);
}

/* What scripts are told of the command that they run for. */
static char *join_words(int argc, char **argv)
{
	owns_buffer struct buffer line = {0};

	buffer_append_string(&line, "apt-universal-hooks");
	for (int i = 0; i < argc; i++)
		buffer_append_format(&line, " %s", argv[i]);
	return line.error < 0 ? NULL : strndup(line.data, line.size);
}

static int check_and_run(struct admin *admin, struct wanted *wanted, const char *word)
{
	int status = hook_point_read(word, &wanted->hook_point);

	if (status < 0)
		status = operation_check(wanted->operation);
	if (status < 0)
		status = read_result(wanted);
	if (status < 0 && !wanted->is_dry && geteuid() != 0)
		status = report_error(
			_("only root can run hooks, as apt does; --dry-run shows "
			  "what would run"));
	return status >= 0 ? status : run_hooks(admin, wanted);
}

int admin_run(struct admin *admin, int argc, char **argv)
{
	struct wanted wanted = {.command_line = join_words(argc, argv)};
	const struct option_row rows[] = {
		{OPTION_LIST, &wanted.packages, "package", 'p', "PACKAGE",
			_("Have NAME[:ARCHITECTURE][=VERSION] in the transaction; may be "
			  "given several times.")},
		{OPTION_TEXT, &wanted.operation, "operation", 'o', "OPERATION",
			_("What happens to the packages: install, upgrade, downgrade, "
			  "reinstall, remove, purge or configure. Without it, what is "
			  "not "
			  "installed is installed, and what is, upgraded.")},
		{OPTION_TEXT, &wanted.result_word, "result", 'r', "RESULT",
			_("How the transaction has ended, at Post-Invoke: ok, failed or "
			  "aborted; ok without it.")},
		{OPTION_TEXT, &wanted.script, "script", 's', "PATH",
			_("Run this script only.")},
		{OPTION_FLAG, &wanted.is_dry, "dry-run", 'n', NULL,
			_("Show what would run and run nothing.")},
	};
	const struct usage usage = {
		.synopsis = "run HOOK-POINT",
		.text = _(
			"Runs the hooks of Pre-Invoke, Pre-Install-Pkgs or Post-Invoke "
			"by "
			"hand, for a transaction that is made up, with the environment, "
			"the user and the timeout that apt's helper would give them. apt "
			"and dpkg do nothing meanwhile, and the log tells nothing of "
			"it."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.words_min = 1,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = wanted.command_line != NULL
				 ? check_and_run(admin, &wanted, argv[1])
				 : report_no_memory();
	string_list_done(&wanted.packages);
	free(wanted.command_line);
	return status;
}
