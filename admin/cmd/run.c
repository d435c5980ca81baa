/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks run HOOK-POINT: runs hooks as apt's helper would. */
#include "cmd/cmd.h"
#include "hook_point.h"
#include "log_writer.h"
#include "model/hook_list.h"
#include "model/left_out.h"
#include "model/place.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "model/targets.h"
#include "proc.h"
#include "process.h"
#include "report.h"
#include "runner.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"
#include "ui/table.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct run_options {
	enum uh_hook_point hook_point;
	struct string_list packages;
	const char *operation;
	const char *script; /* or NULL for all */
	const char *file;   /* a draft, to be run instead of hooks; or NULL */
	char *path;         /* of the script or the draft, without the root */
	struct place place; /* of the draft */
	const char *result_word;
	enum result result;
	bool is_dry;
	char *command_line;
};

static void run_options_done(struct run_options *options)
{
	string_list_done(&options->packages);
	free(options->path);
	place_done(&options->place);
	free(options->command_line);
}

/* One event for each script, in room made before the first starts. */
struct run_results {
	struct uh_event *events; /* with the path only */
	size_t count;
};

/* Must not end the program when out of memory: other hooks still have to run. */
static void on_run_event(const struct uh_event *event, void *context)
{
	struct run_results *results = context;
	bool is_of_script =
		event->kind != UH_SCRIPT_STARTS && event->kind < UH_SCRIPT_TAKES_LONG;

	/* Both are about the log, in which these runs are not. */
	if (event->kind != UH_HOOKS_FAILED && event->kind != UH_HOOKS_NOT_RUN)
		report_event(event, NULL);
	if (is_of_script && event->path != NULL)
		results->events[results->count++] = *event;
}

static bool has_event_failed(const struct uh_event *event)
{
	return event->kind == UH_SCRIPT_ENDED ? process_failed(&event->ending)
					      : event->kind != UH_SCRIPT_SKIPPED;
}

static const char *mark_of_event(const struct uh_event *event)
{
	if (process_had_nothing_to_do(&event->ending))
		return MARK_FAINT;
	return has_event_failed(event) ? MARK_BAD : MARK_GOOD;
}

static void add_result_row(struct table *table, const struct uh_event *event)
{
	bool is_skip = event->kind == UH_SCRIPT_SKIPPED;
	owns_buffer struct buffer status = {0};
	owns_memory char *time = NULL;

	table_add_name(table, event->path);
	if (event->kind != UH_SCRIPT_ENDED) {
		table_add(table, is_skip ? _("skipped") : _("not run"));
		table_add(table, "");
		return;
	}
	buffer_append_string(&status, mark_of_event(event));
	log_add_ended(&status, event);
	buffer_append_string(&status, MARK_END);
	buffer_append(&status, (struct slice){"", 1});
	xensure(status.error);
	time = xformat(
		"%lld.%03lld s", event->milliseconds / 1000, event->milliseconds % 1000);
	table_add(table, status.data);
	table_add(table, time);
}

/* It was the one that should run, or one of all. */
static void report_left_out(
	const struct run_options *options, const char *path, const char *why)
{
	if (options->path != NULL)
		report_warning(_("%s is not run: %s"), path, why);
	else
		report_notice(_("%s is not run: %s"), path, why);
}

/* Why a setting skips the run, for the caller to free; NULL if none does. */
static char *why_left_out(const struct admin *admin, const struct plan_view *view,
	const struct planned_run *run)
{
	const struct setting *setting =
		settings_enabled_by(&view->settings, run->script.relative);
	owns_origins struct origins origins = {.items = NULL};
	owns_buffer struct buffer lines = {0};
	owns_memory char *place = NULL;
	const char *inside;
	bool is_undone;

	if (run->skip != SKIP_ENABLED || setting == NULL)
		return left_out_by_setting(run, NULL);
	(void)origins_ask(
		&origins, admin, "Universal-Hooks", NULL, &lines); /* reports it */
	place = setting_place(setting, &origins);
	inside = place + (path_is_within(place, admin->root) ? strlen(admin->root) : 0);
	is_undone = strncmp(inside, SETTINGS_FILE, strlen(SETTINGS_FILE)) == 0 &&
		    strcmp(setting->path, run->script.relative) == 0;
	return left_out_by_setting(run, is_undone ? NULL : place);
}

/* Why the event's script was skipped, for the caller to free. */
static char *why_skipped(const struct admin *admin, const struct plan_view *view,
	const struct plan *plan, const struct uh_event *event)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->runs[i].script.path, event->path) == 0 &&
			plan->runs[i].skip != SKIP_NONE)
			return why_left_out(admin, view, &plan->runs[i]);
	return xstrdup(_("an earlier hook failed whose On-Failure is \"abort\""));
}

/* report_event() has told the causes of everything else. */
static void report_skipped(const struct admin *admin, const struct run_options *options,
	const struct plan_view *view, const struct run_results *results)
{
	const struct plan *plan = &view->plans[options->hook_point];

	for (size_t i = 0; i < results->count; i++) {
		const struct uh_event *event = &results->events[i];
		owns_memory char *why = NULL;

		if (event->kind != UH_SCRIPT_SKIPPED)
			continue;
		why = why_skipped(admin, view, plan, event);
		report_left_out(options, event->path, why);
	}
}

static void write_results(const struct admin *admin, const struct run_results *results)
{
	const char *const titles[] = {_("Script"), _("Status"), _("Time")};
	struct terminal terminal = apt_terminal(admin);
	struct table table = {
		.terminal = &terminal, .titles = titles, .columns = COUNT_OF(titles)};

	for (size_t i = 0; i < results->count; i++)
		add_result_row(&table, &results->events[i]);
	table_write(&table);
	table_done(&table);
}

/* A script that was named should have run; of the others, none should have failed. */
static int status_of(const struct run_options *options, const struct run_results *results)
{
	bool has_run = false, has_failed = false;

	for (size_t i = 0; i < results->count; i++) {
		has_run = has_run || results->events[i].kind == UH_SCRIPT_ENDED;
		has_failed = has_failed || has_event_failed(&results->events[i]);
	}
	return has_failed || (options->path != NULL && !has_run) ? STATUS_FINDINGS
								 : STATUS_FINE;
}

/* 0 without /proc; then others cannot see that our state files are in use. */
static unsigned long long own_start_time(void)
{
	struct proc process;

	return proc_read(getpid(), &process) == 0 ? process.start_time : 0;
}

static void execute_plan(const struct admin *admin, const struct run_options *options,
	struct plan_view *view, struct run_results *results)
{
	bool is_before = !hook_point_has_packages(options->hook_point);
	bool is_after = hook_point_is_after_dpkg(options->hook_point);
	struct state state = {.fd = -1};
	struct unsafe_path unsafe = {.path = NULL};
	struct frontend frontend = {.pid = getpid(), .start_time = own_start_time()};
	struct uh_event veto; /* nothing is left for it to stop */
	struct run_context run_context = {
		.hook_point = options->hook_point,
		.transaction = is_before ? &view->empty_transaction : &view->transaction,
		.is_known = !is_before,
		.command_line = options->command_line,
		.result = is_after ? options->result : RESULT_UNKNOWN,
		.state = &state,
		.owner = &state,
		.dpkg_runs = options->result == RESULT_ABORTED ? 0 : 1,
	};
	owns_strings struct string_list vetoers = {0};
	bool has_failed;
	int error;

	error = state_open(
		&state, &state_of_runs, admin->root, &view->tree.trust, &unsafe);
	if (error < 0)
		report_warning(_("%s cannot be used: %s"),
			unsafe.path != NULL ? unsafe.path : state.path, strerror(-error));
	free(unsafe.path);
	state_set_frontend(&state, &frontend);
	(void)runner_run(&view->plans[options->hook_point], &run_context, on_run_event,
		results, &has_failed, &veto, &vetoers);
	if (state.fd >= 0)
		state_forget(&state);
	state_done(&state);
}

static int run_plan(const struct admin *admin, const struct run_options *options,
	struct plan_view *view)
{
	size_t count = view->plans[options->hook_point].count;
	owns_memory struct uh_event *events = xcheck(calloc(count, sizeof(*events)));
	struct run_results results = {.events = events};

	execute_plan(admin, options, view, &results);
	write_results(admin, &results);
	report_skipped(admin, options, view, &results);
	return status_of(options, &results);
}

struct only_script {
	size_t root_size;
	const char *path;
};

static bool is_only_script(const struct planned_run *run, const void *context)
{
	const struct only_script *only = context;

	return strcmp(run->script.path + only->root_size, only->path) == 0;
}

/* For the caller to free. */
static char *why_not_planned(const struct admin *admin, const struct run_options *options,
	const struct plan_view *view)
{
	owns_hook_list struct hook_list hooks = {.count = 0};
	const struct hook draft = {.hook_point = options->place.hook_point,
		.reason = options->place.reason,
		.match = options->place.match};
	const struct hook *hook;
	char *why = NULL;

	if (options->file != NULL) {
		why = left_out_of_plan(&draft, options->hook_point);
		return why != NULL ? why : xstrdup(_("it is not a file"));
	}
	hook_list_read(&hooks, admin);
	hook_list_apply_renames(&hooks, &view->settings);
	hook = hook_list_find(&hooks, admin, options->path);
	if (hook != NULL)
		why = left_out_of_plan(hook, options->hook_point);
	return why != NULL ? why : xstrdup(_("it is not part of this transaction"));
}

/* Leaves only the named script in the plan. −1 if it is there, or the exit status. */
static int keep_only_script(const struct admin *admin, const struct run_options *options,
	struct plan_view *view)
{
	struct plan *plan = &view->plans[options->hook_point];
	const struct only_script only = {strlen(admin->root), options->path};
	owns_memory char *why = NULL;

	if (options->path == NULL)
		return -1;
	plan_keep(plan, is_only_script, &only);
	if (plan->count > 0)
		return -1;
	why = why_not_planned(admin, options, view);
	report_left_out(options, options->path, why);
	return STATUS_FINDINGS;
}

static int write_nothing_to_run(const struct run_options *options)
{
	struct terminal terminal = terminal_plain();

	if (hook_point_has_packages(options->hook_point) && options->packages.count == 0)
		terminal_say(&terminal, "",
			_("There is no hook to run in a transaction without packages; "
			  "add some with --package."));
	else
		terminal_say(&terminal, "", _("There is no hook to run."));
	return STATUS_FINE;
}

static int write_dry_run(const struct admin *admin, const struct run_options *options,
	const struct plan_view *view)
{
	const struct plan *plan = &view->plans[options->hook_point];
	struct terminal terminal = apt_terminal(admin);
	bool would_run = options->path == NULL;

	plan_view_write_point(&terminal, view, options->hook_point);
	for (size_t i = 0; i < plan->count && options->path != NULL; i++) {
		const struct planned_run *run = &plan->runs[i];
		owns_memory char *why = why_left_out(admin, view, run);

		if (why != NULL)
			report_left_out(options, run->script.path, why);
		would_run =
			would_run || plan_view_would_run(view, options->hook_point, run);
	}
	return would_run ? STATUS_FINE : STATUS_FINDINGS;
}

static int show_or_run(const struct admin *admin, const struct run_options *options,
	struct plan_view *view)
{
	int status;

	if (view->is_switched_off) {
		report_warning(_("hooks are switched off: APT_UNIVERSAL_HOOKS is off"));
		return options->path != NULL ? STATUS_FINDINGS : STATUS_FINE;
	}
	status = keep_only_script(admin, options, view);
	if (status >= 0)
		return status;
	if (view->plans[options->hook_point].count == 0)
		return write_nothing_to_run(options);
	return options->is_dry ? write_dry_run(admin, options, view)
			       : run_plan(admin, options, view);
}

/* Before the root is entered, since the path may have it in front. */
static int find_only_script(const struct admin *admin, struct run_options *options)
{
	owns_hook_list struct hook_list hooks;
	const struct hook *hook;
	int status;

	hook_list_read(&hooks, admin);
	status = hook_list_resolve(&hooks, admin, options->script, &hook);
	if (status < 0)
		options->path = xstrdup(hook->script.path + strlen(admin->root));
	return status;
}

/* Runs the hooks of another root inside it, as apt does with RootDir. */
static int enter_root(struct admin *admin, const struct run_options *options)
{
	int status =
		rootfs_enter_for_scripts(admin, options->hook_point != UH_SESSION_END);

	admin->root[0] = '\0';
	return status;
}

static int run_hooks(struct admin *admin, const struct run_options *options)
{
	owns_simulated struct simulated simulated;
	owns_plan_view struct plan_view view = {.empty_transaction = {0}};
	owns_buffer struct buffer stream = {0};
	owns_memory char *path = NULL;
	struct draft draft = {.relative = options->place.relative};
	struct plan_view_request request = {.is_certain = true};
	int status =
		simulated_make(&simulated, admin, &options->packages, options->operation);

	if (status < 0 && !options->is_dry)
		status = enter_root(admin, options);
	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	request.stream = buffer_slice(&stream);
	if (options->file != NULL) {
		path = xformat("%s%s", admin->root, options->path);
		draft.path = path;
		request.draft = &draft;
	}
	if (hook_point_is_after_dpkg(options->hook_point))
		request.result = options->result;
	status = plan_view_make(&view, admin, &request);
	return status >= 0 ? status : show_or_run(admin, options, &view);
}

static int read_hook_point(
	const struct admin *admin, struct run_options *options, const char *word)
{
	owns_hook_list struct hook_list hooks = {.count = 0};
	int status;

	if (uh_hook_point_parse(word, &options->hook_point))
		return -1;
	hook_list_read(&hooks, admin);
	status = report_hook_for_point(&hooks, admin, word);
	return status < 0 ? hook_point_read(word, &options->hook_point) : status;
}

/* Its place in the tree: a directory, in which it would have the name of the file. */
static int read_draft_place(struct run_options *options, const char *word)
{
	const char *slash = strrchr(options->file, '/');
	const char *name = slash != NULL ? slash + 1 : options->file;
	size_t components = 1;
	owns_memory char *path = NULL;

	for (const char *at = word; (at = strchr(at, '/')) != NULL; at++)
		components++;
	path = components % 2 == 1 ? xformat("%s/%s", word, name) : xstrdup(word);
	return place_parse(&options->place, path, NULL, NULL);
}

/* Before the root is entered. */
static int find_draft(const struct admin *admin, struct run_options *options)
{
	owns_memory char *directory = options->file[0] != '/' ? getcwd(NULL, 0) : NULL;
	const char *name = options->file + (strncmp(options->file, "./", 2) == 0 ? 2 : 0);
	owns_memory char *path = NULL;
	struct stat status;

	if (options->file[0] == '/')
		path = xstrdup(options->file);
	else if (directory != NULL)
		path = xformat(
			"%s/%s", strcmp(directory, "/") == 0 ? "" : directory, name);
	if (path == NULL || lstat(path, &status) < 0)
		return report_error(_("%s cannot be run: %m"), options->file);
	if (!path_is_within(path, admin->root))
		return report_error(
			_("%s is not in %s, where it would run"), path, admin->root);
	options->path = xstrdup(path + strlen(admin->root));
	if (options->place.reason == REASON_PACKAGE && options->packages.count == 0)
		xlist_add(&options->packages, options->place.match);
	return -1;
}

static int check_options(
	const struct admin *admin, struct run_options *options, const char *hook_point)
{
	int status;

	if (options->file != NULL && options->script != NULL)
		return report_error(_("--file and --script cannot be used together"));
	if (options->file == NULL) {
		status = read_hook_point(admin, options, hook_point);
	} else {
		status = read_draft_place(options, hook_point);
		options->hook_point = options->place.hook_point;
	}
	if (status < 0)
		status = operation_check(options->operation);
	if (status >= 0)
		return status;
	options->result = RESULT_OK;
	if (options->result_word != NULL &&
		!result_parse(options->result_word, &options->result))
		return report_error(_("unknown result \"%s\"; use ok, failed or aborted"),
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
			_("Set the result of the transaction, after dpkg: ok (the "
			  "default), failed or aborted.")},
		{OPTION_TEXT, &options.script, "script", 's', "PATH",
			_("Run only this script; exit with 1 if it does not run.")},
		{OPTION_TEXT, &options.file, "file", 'f', "FILE",
			_("Run this file instead of hooks, as if it were in the hook "
			  "tree: "
			  "HOOK-POINT is then its place there, for example "
			  "pkgs/nginx/Post-Invoke.")},
		{OPTION_FLAG, &options.is_dry, "dry-run", 'n', NULL,
			_("Show what would run, but run nothing.")},
	};
	const struct usage usage = {
		.synopsis = "run HOOK-POINT",
		.text = _("Run the hooks of HOOK-POINT by hand, for a simulated "
			  "transaction, in the environment, as "
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
		status = check_options(admin, &options, argv[1]);
	if (status < 0 && options.script != NULL)
		status = find_only_script(admin, &options);
	if (status < 0 && options.file != NULL)
		status = find_draft(admin, &options);
	return status < 0 ? run_hooks(admin, &options) : status;
}
