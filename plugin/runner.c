/* SPDX-License-Identifier: BSD-2-Clause */
#include "runner.h"
#include "hook_point.h"
#include "kept_output.h"
#include "process.h"
#include "record.h"
#include "requirement.h"
#include "script_text.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* util-linux, an essential package: changes user and groups, then executes. */
#define SETPRIV "/usr/bin/setpriv"

struct walk {
	const struct plan *plan;
	const struct run_context *run_context;
	uh_listener *listener;
	void *context;
	struct script_files files;
	struct installed installed; /* once a script with Requires was due */
	bool is_watched;            /* by a person, on a terminal */
	size_t total;               /* scripts that are not skipped */
	size_t failed;              /* or should have run and could not */
	size_t faulty;              /* not run for what they are, which is no failure */
	bool is_for_check;
	bool is_stopped;      /* by On-Failure "abort" */
	bool is_output_lost;  /* has been reported */
	bool is_data_lost;    /* the same */
	struct uh_event veto; /* for the first failure that vetoes; path NULL: none */
	struct string_list *vetoers;
};

static const char *matched_by(const struct planned_run *run)
{
	if (run->reason == REASON_PACKAGE)
		return run->package->name;
	return run->directory; /* NULL with REASON_ALWAYS */
}

/* Of a copy, the path of the original. */
static const char *path_of(const struct planned_run *run)
{
	return run->script.original != NULL ? run->script.original : run->script.path;
}

#define emit_for_script(walk, run, ...)                                                  \
	emit_script_event(walk, run, (struct uh_event){.kind = __VA_ARGS__})
static void emit_script_event(
	struct walk *walk, const struct planned_run *run, struct uh_event event)
{
	event.path = path_of(run);
	event.is_copy = run->script.original != NULL;
	event.matched = matched_by(run);
	event.is_wildcard = run->reason == REASON_WILDCARD;
	walk->listener(&event, walk->context);
}

static struct uh_event make_veto(const struct walk *walk, const struct planned_run *run,
	const struct uh_event *failure)
{
	struct uh_event veto = *failure;

	veto.kind = hook_point_is_after_dpkg(walk->run_context->hook_point) ? UH_LATE_VETO
									    : UH_VETO;
	veto.cause = failure->kind;
	veto.has_veto = false;
	veto.path = path_of(run);
	veto.hook = run->script.relative;
	return veto;
}

/* A script that runs for several packages, one after the other, is there once. */
static void add_vetoer(struct walk *walk, const char *path)
{
	struct string_list *vetoers = walk->vetoers;

	if (vetoers->count > 0 && strcmp(vetoers->items[vetoers->count - 1], path) == 0)
		return;
	(void)string_list_add(vetoers, path); /* without memory, only advice is shorter */
}

/* Whether "apt-universal-hooks check" knows what is wrong with the script. */
static bool is_known_to_check(const struct uh_event *event)
{
	if (event->kind == UH_SCRIPT_ENDED)
		return event->start_fault != UH_START_UNKNOWN;
	return event->kind != UH_SCRIPT_WITHOUT_LIST;
}

/* For a script that failed, or that should have run and could not. */
#define emit_failure(walk, run, ...)                                                     \
	emit_failure_event(walk, run, (struct uh_event){.kind = __VA_ARGS__})
static void emit_failure_event(
	struct walk *walk, const struct planned_run *run, struct uh_event event)
{
	enum on_failure policy = run->settings.on_failure;

	event.has_veto = policy != ON_FAILURE_WARN && walk->veto.path == NULL &&
			 walk->run_context->can_veto;
	emit_script_event(walk, run, event);
	walk->failed++;
	walk->is_for_check = walk->is_for_check || is_known_to_check(&event);
	if (walk->run_context->are_settings_lost)
		emit_for_script(walk, run, UH_VETO_UNKNOWN);
	if (policy == ON_FAILURE_WARN)
		return;
	if (walk->veto.path == NULL)
		walk->veto = make_veto(walk, run, &event);
	add_vetoer(walk, run->script.relative);
	walk->veto.count = walk->vetoers->count;
	walk->is_stopped = walk->is_stopped || policy == ON_FAILURE_ABORT;
}

/*
 * Hooks may run dpkg: an answer counts for as long as its database is unchanged. Without
 * memory for the versions, or if they cannot be compared at once, each is asked about when
 * it matters. 0 or −errno.
 */
static int read_installed(struct walk *walk)
{
	struct installed *installed = &walk->installed;
	int error =
		installed_read(installed, walk->run_context->transaction->status_file);

	if (error < 0 || installed->versions.is_compared)
		return error;
	for (size_t i = 0; i < walk->plan->count; i++) {
		const struct planned_run *run = &walk->plan->runs[i];

		if (run->skip == SKIP_NONE)
			(void)installed_expect(installed, run->settings.required.items,
				run->settings.required.count);
	}
	(void)versions_compare(&installed->versions);
	return 0;
}

static bool has_required_packages(struct walk *walk, const struct planned_run *run)
{
	const struct script_settings *settings = &run->settings;
	owns_memory char *text = NULL;
	struct slice missing;
	int error;

	if (settings->required.count == 0)
		return true;
	error = read_installed(walk);
	if (error == 0)
		error = installed_find_missing(&walk->installed, settings->required.items,
			settings->required.count, &missing);
	if (error == 0 && missing.data == NULL)
		return true;
	if (error == 0)
		text = strndup(missing.data, missing.size);
	if (text == NULL)
		emit_for_script(walk, run, UH_REQUIREMENTS_UNKNOWN,
			.error = error == -EPROTO ? 0
				 : error < 0      ? error
						  : -ENOMEM,
			.ending = walk->installed.ending);
	else
		emit_for_script(walk, run, UH_SCRIPT_LACKS_PACKAGE, .detail = text);
	return false;
}

/* ret_account is NULL for a script without User. */
static bool find_account(struct walk *walk, const struct planned_run *run,
	const struct passwd **ret_account)
{
	const char *user = run->settings.user;

	*ret_account = user != NULL ? getpwnam(user) : NULL;
	if (user == NULL || (*ret_account != NULL && geteuid() == 0))
		return true;
	emit_failure(walk, run,
		*ret_account == NULL ? UH_SCRIPT_WITHOUT_USER : UH_SCRIPT_WITHOUT_RIGHTS,
		.detail = user);
	return false;
}

static bool has_working_directory(struct walk *walk, const struct planned_run *run)
{
	const char *directory = run->settings.directory;
	struct stat status;
	int error = stat(directory, &status) == 0 ? 0 : -errno;

	if (error == 0 && S_ISDIR(status.st_mode))
		return true;
	emit_failure(walk, run, UH_SCRIPT_WITHOUT_DIRECTORY, .detail = directory,
		.error = error < 0 ? error : -ENOTDIR);
	return false;
}

static bool has_lists(struct walk *walk, const struct planned_run *run)
{
	int error = 0;

	if (planned_run_has_list(run))
		error = script_files_write_lists(&walk->files, walk->run_context, run);
	if (error == 0 && run->settings.paths.count > 0)
		error = script_files_write_paths(&walk->files, walk->run_context, run);
	if (error < 0)
		emit_failure(walk, run, UH_SCRIPT_WITHOUT_LIST, .error = error);
	return error == 0;
}

/* The program and its arguments: the script, or setpriv(1) that becomes the script. */
struct command {
	const char **argv;
	char *uid;
	char *gid;
	char *argument;
};
#define COMMAND_WORDS 9 /* besides the arguments of the settings, with the NULL */

static void command_done(struct command *command)
{
	free(command->argv);
	free(command->uid);
	free(command->gid);
	free(command->argument);
}

static int command_make(struct command *command, const struct walk *walk,
	const struct planned_run *run, const struct passwd *account)
{
	const struct setting_items *arguments = &run->settings.arguments;
	const char **next = calloc(COMMAND_WORDS + arguments->count, sizeof(*next));

	command->argv = next;
	if (next == NULL)
		return -ENOMEM;
	if (account != NULL) {
		command->uid = string_format("--reuid=%u", account->pw_uid);
		command->gid = string_format("--regid=%u", account->pw_gid);
		if (command->uid == NULL || command->gid == NULL)
			return -ENOMEM;
		*next++ = SETPRIV;
		*next++ = command->uid;
		*next++ = command->gid;
		*next++ = "--init-groups";
		*next++ = "--inh-caps=-all";
		*next++ = "--";
	}
	*next++ = run->script.path;
	if (run->reason == REASON_WILDCARD) {
		command->argument = string_join("--pkg_list=", walk->files.pkg_list);
		if (command->argument == NULL)
			return -ENOMEM;
		*next++ = command->argument;
	}
	for (size_t i = 0; i < arguments->count; i++)
		*next++ = arguments->items[i];
	return 0;
}

static long long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (long long)(now.tv_sec - start->tv_sec) * 1000 +
	       (now.tv_nsec - start->tv_nsec) / 1000000;
}

struct wait {
	struct walk *walk;
	const struct planned_run *run;
};

/* Once for each script; not while it has the terminal to itself. */
static bool on_wait(void *context)
{
	const struct wait *wait = context;

	if (!tty_is_free())
		return true;
	emit_for_script(wait->walk, wait->run, UH_SCRIPT_TAKES_LONG,
		.detail = wait->run->script.relative,
		.value = wait->run->settings.description);
	return false;
}

static void emit_lost_output(struct walk *walk, const struct planned_run *run, int error)
{
	if (error < 0 && !walk->is_output_lost)
		emit_for_script(walk, run, UH_OUTPUT_NOT_KEPT, .error = error);
	walk->is_output_lost = walk->is_output_lost || error < 0;
}

/* Runs the program, and keeps its output if that is wanted. 0 or −errno. */
static int run_program(struct walk *walk, const struct planned_run *run,
	struct process_spec *spec, uid_t owner, struct uh_ending *ret_ending)
{
	const struct run_context *run_context = walk->run_context;
	const struct kept_script script = {
		run_context->hook_point, path_of(run), matched_by(run), owner};
	enum output_mode mode = run->settings.output;
	owns_memory char *text = NULL;
	struct kept_output kept;
	int error;

	/* At Session-End there is no terminal of apt, but perhaps the journal. */
	if (mode == OUTPUT_TERMINAL && run_context->hook_point == UH_SESSION_END)
		mode = OUTPUT_BOTH;
	if (mode == OUTPUT_TERMINAL || run_context->root == NULL)
		return process_run(spec, ret_ending);
	emit_lost_output(walk, run,
		kept_output_start(&kept, mode, &script, run_context->state,
			run_context->root, &spec->output, &spec->error_output));
	error = process_run(spec, ret_ending);
	text = error < 0 ? string_format("not-started (%s)", strerror(-error))
			 : string_format("%s %d", process_end_name(ret_ending->end),
				   ret_ending->value);
	emit_lost_output(
		walk, run, kept_output_finish(&kept, text != NULL ? text : "unknown"));
	return error;
}

static void provide_data(struct walk *walk, const struct passwd *account)
{
	struct uh_event event = {.kind = UH_DATA_MISSING};

	event.error = script_files_make_data(&walk->files, walk->run_context, account);
	/* Without the state directory, this has been reported. */
	if (event.error < 0 && !walk->is_data_lost && walk->run_context->owner->fd >= 0)
		walk->listener(&event, walk->context);
	walk->is_data_lost = walk->is_data_lost || event.error < 0;
}

/* A descriptor, 0 for our own stdin, or −errno. */
static int open_input(const struct planned_run *run)
{
	int fd;

	if (run->settings.input == INPUT_TERMINAL)
		return STDIN_FILENO;
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

static void close_input(const int *fd)
{
	if (*fd > STDIN_FILENO)
		(void)close(*fd); /* nothing was written to it */
}
#define owns_input __attribute__((cleanup(close_input)))

/* Fills event's error, ending and milliseconds. */
static void execute_script(struct walk *walk, const struct planned_run *run,
	const struct passwd *account, struct uh_event *event)
{
	const struct run_context *run_context = walk->run_context;
	__attribute__((cleanup(command_done))) struct command command = {.uid = NULL};
	owns_input int input = open_input(run);
	owns_strings struct string_list environment = {0};
	owns_memory char *marker = NULL;
	bool is_success = run_context->result == RESULT_OK &&
			  !run_context->has_failed_before && walk->failed == 0;
	struct process_spec spec = {.directory = run->settings.directory,
		.timeout = run->settings.timeout > 0 ? run->settings.timeout
						     : run_context->timeout,
		.is_for_other_user = account != NULL,
		.input = input,
		.on_wait = walk->is_watched ? on_wait : NULL,
		.context = &(struct wait){walk, run}};
	struct timespec start;

	provide_data(walk, account);
	event->error = input < 0 ? input
				 : environment_make(&environment, run_context, run,
					   &walk->files, account, is_success);
	if (event->error == 0)
		event->error = command_make(&command, walk, run, account);
	if (event->error != 0)
		return;
	if (run_context->is_once) {
		owns_memory char *id = planned_run_id(run);

		if (id != NULL)
			marker = record_started_path(run_context->state, id);
	}
	spec.marker = marker;
	spec.path = command.argv[0];
	spec.argv = (char *const *)command.argv;
	spec.envp = environment.items;
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	event->error = run_program(walk, run, &spec,
		account != NULL ? account->pw_uid : (uid_t)-1, &event->ending);
	event->milliseconds = milliseconds_since(&start);
}

/* env(1), and setpriv(1) for User, end with 126 or 127 if there is nothing to execute. */
static void find_start_fault(const struct planned_run *run, struct uh_event *event)
{
	bool has_started = event->error == 0 && run->settings.user == NULL;
	bool is_like_env =
		event->error < 0 ||
		(event->ending.end == UH_EXITED &&
			(event->ending.value == 126 || event->ending.value == 127));
	enum uh_start_fault fault;

	/* For want of memory or processes; or a status of its own. */
	if (event->error < 0 && event->error != -ENOENT && event->error != -EACCES &&
		event->error != -ENOEXEC)
		return;
	fault = script_text_find_fault(run->script.path, has_started,
		run->settings.user != NULL, event->interpreter);
	if (is_like_env || fault == UH_START_CRLF)
		event->start_fault = fault;
}

static void run_script(struct walk *walk, const struct planned_run *run)
{
	struct uh_event event = {.kind = UH_SCRIPT_ENDED};
	const struct passwd *account;

	if (!has_required_packages(walk, run) || !find_account(walk, run, &account) ||
		!has_working_directory(walk, run) || !has_lists(walk, run))
		return;
	emit_for_script(walk, run, UH_SCRIPT_STARTS);
	execute_script(walk, run, account, &event);
	if (event.error < 0)
		event.kind = UH_SCRIPT_NOT_STARTED;
	if (event.error < 0 || process_failed(&event.ending)) {
		find_start_fault(run, &event);
		emit_failure_event(walk, run, event);
	} else {
		emit_script_event(walk, run, event);
	}
}

/* An unsafe script, or one that could not be examined, counts as a failure. */
static void emit_fault(struct walk *walk, const struct planned_run *run)
{
	static const enum uh_event_kind kinds[] = {
		[SCRIPT_CANNOT_START] = UH_SCRIPT_NOT_STARTED,
		[SCRIPT_WITHOUT_SETTINGS] = UH_SCRIPT_WITHOUT_SETTINGS,
		[SCRIPT_WITH_FAULTY_SETTING] = UH_SCRIPT_WITH_FAULTY_SETTING,
		[SCRIPT_WITH_UNSAFE_VARIABLE] = UH_SCRIPT_WITH_UNSAFE_VARIABLE,
		[SCRIPT_IS_NOT_EXECUTABLE] = UH_SCRIPT_NOT_EXECUTABLE,
		[SCRIPT_IS_NOT_A_FILE] = UH_SCRIPT_NOT_A_FILE,
		[SCRIPT_IS_DANGLING] = UH_SCRIPT_DANGLING,
		[SCRIPT_IS_OPEN_TO_OTHERS] = UH_SCRIPT_OPEN_TO_OTHERS,
		[DIRECTORY_IS_UNREADABLE] = UH_DIRECTORY_UNREADABLE,
		[WILDCARD_HAS_FAILED] = UH_WILDCARD_FAILED,
	};
	const struct script *script = &run->script;
	struct uh_event event = {
		.kind = kinds[script->fault],
		.error = script->error,
		.detail = script->unsafe.path,
		.unsafe = script->unsafe.kind,
		.id = script->unsafe.id,
		.setting = run->settings.faulty,
		.variable = script->variable,
	};

	if (script->fault == SCRIPT_IS_OPEN_TO_OTHERS ||
		script->fault == SCRIPT_CANNOT_START ||
		script->fault == SCRIPT_WITHOUT_SETTINGS ||
		script->fault == SCRIPT_WITH_FAULTY_SETTING ||
		script->fault == SCRIPT_WITH_UNSAFE_VARIABLE)
		emit_failure_event(walk, run, event);
	else {
		emit_script_event(walk, run, event);
		walk->faulty++;
	}
}

static void run_or_skip(struct walk *walk, const struct planned_run *run)
{
	const char *setting = walk->is_stopped ? "On-Failure" : skip_name(run->skip);

	walk->total += setting == NULL;
	if (setting != NULL)
		emit_for_script(walk, run, UH_SCRIPT_SKIPPED, .detail = setting);
	else if (run->script.fault != SCRIPT_IS_FINE)
		emit_fault(walk, run);
	else
		run_script(walk, run);
}

static void provide_tables(struct walk *walk)
{
	struct uh_event event = {.kind = UH_TABLES_MISSING};

	event.error = script_files_write_tables(&walk->files, walk->run_context);
	/* Without the state directory, this has been reported. */
	if (event.error < 0 && walk->run_context->state->fd >= 0)
		walk->listener(&event, walk->context);
}

/* The message of a single veto has all that helps. */
static void emit_summary(const struct walk *walk)
{
	bool is_only_veto = walk->failed == 1 && walk->veto.path != NULL &&
			    walk->run_context->can_veto;
	struct uh_event event = {.kind = UH_HOOKS_FAILED,
		.count = walk->failed,
		.total = walk->total,
		.is_for_check = walk->is_for_check || walk->faulty > 0};

	if (walk->failed == 0) {
		event.kind = UH_HOOKS_NOT_RUN;
		event.count = walk->faulty;
	}
	if (event.count > 0 && !is_only_veto)
		walk->listener(&event, walk->context);
}

enum run_end runner_run(const struct plan *plan, const struct run_context *run_context,
	uh_listener *listener, void *context, bool *ret_has_failed,
	struct uh_event *ret_veto, struct string_list *ret_vetoers)
{
	struct walk walk = {.plan = plan,
		.run_context = run_context,
		.listener = listener,
		.context = context,
		.is_watched = tty_is_watched(),
		.vetoers = ret_vetoers};
	struct interrupts interrupts;
	bool is_interrupted = false;

	interrupts_hold(&interrupts);
	if (run_context->is_known && plan_has_work(plan))
		provide_tables(&walk);
	for (size_t i = 0; i < plan->count && !is_interrupted; i++) {
		run_or_skip(&walk, &plan->runs[i]);
		is_interrupted = interrupts_are_pending();
		if (is_interrupted)
			emit_for_script(&walk, &plan->runs[i], UH_INTERRUPTED);
	}
	interrupts_release(&interrupts);
	script_files_discard(&walk.files);
	installed_done(&walk.installed);
	*ret_has_failed = walk.failed > 0;
	if (!is_interrupted)
		emit_summary(&walk);
	/* Ctrl-C after a failure that vetoes: its message is still to come. */
	if (is_interrupted && walk.veto.path == NULL)
		return RUN_INTERRUPTED;
	if (walk.veto.path == NULL)
		return RUN_COMPLETE;
	*ret_veto = walk.veto;
	return RUN_VETOED;
}
