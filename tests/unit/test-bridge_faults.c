/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replaces the bridge by one that misbehaves, and makes the calls around it fail. The
 * linker replaces NAME by __wrap_NAME.
 */
#include "asker.h"
#include "fixture.h"
#include "package_settings.h"
#include "path_sources.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTING "Universal-Hooks::Timeout=5\n"
#define FAULTS_MAX 100

/* The number of the call of this kind that fails; 0: none. Each process counts its own. */
static enum kind { MEMORY, PIPE, FORK, WRITE, WAIT } kind;
static unsigned int countdown;

static bool fails(enum kind of)
{
	static const int errors[] = {[MEMORY] = ENOMEM,
		[PIPE] = EMFILE,
		[FORK] = EAGAIN,
		[WRITE] = EIO,
		[WAIT] = EINTR};

	if (of != kind || countdown == 0 || --countdown > 0)
		return false;
	errno = errors[of];
	return true;
}

#define WRAP(of, type, failure, name, parameters, arguments)                             \
	type __real_##name parameters;                                                   \
	type __wrap_##name parameters;                                                   \
	type __wrap_##name parameters                                                    \
	{                                                                                \
		return fails(of) ? (failure) : __real_##name arguments;                  \
	}

WRAP(MEMORY, void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(MEMORY, void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP(MEMORY, char *, NULL, strndup, (const char *text, size_t size), (text, size))
WRAP(MEMORY, int, -1, vasprintf, (char **text, const char *format, va_list arguments),
	(text, format, arguments))
/* What vasprintf(3) is with _FORTIFY_SOURCE, which packages are built with. */
WRAP(MEMORY, int, -1, __vasprintf_chk,
	(char **text, int level, const char *format, va_list arguments),
	(text, level, format, arguments))
WRAP(PIPE, int, -1, pipe2, (int *ends, int flags), (ends, flags))
WRAP(FORK, pid_t, -1, fork, (void), ())
WRAP(WRITE, ssize_t, -1, write, (int fd, const void *bytes, size_t size),
	(fd, bytes, size))
WRAP(WAIT, pid_t, -1, waitpid, (pid_t pid, int *status, int options),
	(pid, status, options))

/* The preset coverage writes its counters with these calls, which must not fail. */
static void disarm(void)
{
	countdown = 0;
}

static apt_bridge_answer_function *bridge;

void *__wrap_dlsym(void *object, const char *name);
void *__wrap_dlsym(void *object, const char *name)
{
	void *symbol = NULL;

	(void)object;
	(void)dlerror(); /* clears errors of earlier calls */
	ck_assert_str_eq(name, APT_BRIDGE_ANSWER);
	memcpy(&symbol, &bridge, sizeof(symbol));
	return symbol;
}

static int answer(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	(void)question;
	listener(APT_MESSAGE, "W: well\n", 8, context);
	listener(APT_ANSWER, SETTING, sizeof(SETTING) - 1, context);
	return 0;
}

static int answer_without_end(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	(void)question;
	for (size_t i = 0; i <= (size_t)1 << 15; i++) {
		char bytes[512] = {0};

		listener(APT_ANSWER, bytes, sizeof(bytes), context);
	}
	return 0;
}

static int leave(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	(void)question;
	(void)listener;
	(void)context;
	_exit(0);
}

/* The only pipe that there is. */
static int write_into_our_pipe(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	const size_t size = SIZE_MAX;

	(void)question;
	(void)listener;
	(void)context;
	for (int fd = STDERR_FILENO + 1; fd < 64; fd++) {
		struct stat status;

		if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) &&
			(fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
			(void)!write(fd, &size, sizeof(size));
	}
	_exit(0);
}

static void assert_no_answer(int error)
{
	owns_reply struct reply reply = ask((struct apt_question){.kind = APT_PACKAGES});

	ck_assert_int_eq(reply.error, error);
	ck_assert_uint_eq(reply.answer.size, 0);
	ck_assert_ptr_null(reply.message);
}

START_TEST(a_bridge_that_leaves_without_a_word_does_not_answer)
{
	bridge = leave;
	assert_no_answer(-EIO);
}
END_TEST

START_TEST(a_size_that_is_more_than_there_is_is_no_answer)
{
	bridge = write_into_our_pipe;
	assert_no_answer(-EIO);
}
END_TEST

START_TEST(an_answer_that_is_too_long_is_none)
{
	bridge = answer_without_end;
	assert_no_answer(-EFBIG);
}
END_TEST

static int answer_limit(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	struct rlimit limit;

	(void)question;
	if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur == limit.rlim_max &&
		limit.rlim_cur <= 600)
		listener(APT_ANSWER, "limited", 7, context);
	return 0;
}

/* libapt-pkg loops if a configuration file cannot be read, whatever it is asked. */
START_TEST(no_question_takes_processor_time_without_end)
{
	bridge = answer_limit;
	for (int i = APT_CONFIGURATION; i <= APT_CONFIGURATION_AND_ORIGINS; i++) {
		owns_reply struct reply reply =
			ask((struct apt_question){.kind = (enum apt_question_kind)i});

		assert_answer(&reply, "limited");
	}
}
END_TEST

START_TEST(a_library_that_is_no_bridge_is_told)
{
	owns_reply struct reply reply = {0};

	bridge = NULL;
	reply = ask((struct apt_question){.kind = APT_PACKAGES});
	ck_assert_int_eq(reply.error, -ELIBACC);
	ck_assert_str_eq(reply.message, bridge_file);
}
END_TEST

/* As if our parent had left SIGCHLD ignored. */
START_TEST(a_bridge_whose_end_nobody_can_tell_does_not_answer)
{
	bridge = answer;
	ck_assert_ptr_ne(signal(SIGCHLD, SIG_IGN), SIG_ERR);
	assert_no_answer(-EIO);
}
END_TEST

static void set_fault(enum kind of, unsigned int number)
{
	bridge = answer;
	kind = of;
	countdown = number;
}

START_TEST(what_the_way_to_the_bridge_lacks_is_told)
{
	set_fault(PIPE, 1);
	assert_no_answer(-EMFILE);
	set_fault(FORK, 1);
	assert_no_answer(-EAGAIN);
}
END_TEST

START_TEST(a_signal_is_no_end)
{
	owns_reply struct reply reply = {0};

	set_fault(WAIT, 1);
	reply = ask((struct apt_question){.kind = APT_PACKAGES});
	assert_answer(&reply, SETTING);
}
END_TEST

/* All of the settings, or none; returns the error. */
static int ask_for_settings(void)
{
	const struct command_line command_line = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	int error = bridge_settings(&command_line, &lines, &reason);

	countdown = 0;
	ck_assert_int_le(error, 0);
	if (error == 0)
		assert_text(&lines, SETTING);
	else
		ck_assert_uint_eq(lines.size, 0);
	return error;
}

START_TEST(settings_are_whole_or_an_error)
{
	const enum kind kinds[] = {MEMORY, PIPE, FORK, WRITE};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		unsigned int number = 1, errors = 0;
		bool is_left = true;

		for (; is_left; number++) {
			ck_assert_uint_lt(number, FAULTS_MAX);
			set_fault(kinds[i], number);
			if (ask_for_settings() < 0)
				errors++;
			else
				is_left = errors == 0 || number < errors + 10;
		}
		/* Otherwise the linker did not replace the calls. */
		ck_assert_uint_gt(errors, 0);
	}
}
END_TEST

#define OF_HOOK "Universal-Hooks::Scripts::Post-Invoke/a::Timeout=5\n"

static int answer_for_file(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	static const char line[] = "/file\t" OF_HOOK;

	(void)question;
	listener(APT_ANSWER, line, sizeof(line) - 1, context);
	return 0;
}

START_TEST(without_an_answer_the_settings_of_packages_are_lost)
{
	owns_buffer struct buffer events = {0};
	struct settings settings = {.count = 0};
	struct hook_tree tree;

	bridge = leave;
	make_script(LIB "Post-Invoke/a", "");
	make_file(LIB "settings.d/own.conf", 0644, OF_HOOK);
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		package_settings_read(&settings, &tree, NULL, write_event, &events), 0);
	assert_text(&events, "SETTINGS_FILE_UNUSABLE " LIB
			     "settings.d/own.conf (Input/output error)\n");
	ck_assert_uint_eq(settings.count, 0);
	ck_assert(settings_are_lost_for(&settings, &tree, "Post-Invoke/a"));
	settings_done(&settings);
	hook_tree_done(&tree);
}
END_TEST

START_TEST(only_what_a_conffile_of_a_removed_package_says_is_of_it)
{
	struct settings settings;
	int error = -ENOMEM;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	bridge = answer_for_file;
	set_database("installed");
	make_file("/var/lib/dpkg/updates/0001", 0644,
		"Package: gone\nStatus: deinstall ok config-files\n"
		"Maintainer: nobody\nArchitecture: all\nVersion: 1\n"
		"Config-Version: 1\nDescription: a test\nConffiles:\n"
		" /etc/apt/apt.conf.d/50gone 900150983cd24fb0d6963f7d28e17f72\n"
		" /etc/gone 900150983cd24fb0d6963f7d28e17f72\n");
	ck_assert_int_eq(
		settings_parse(&settings,
			slice_of(SETTING OF_HOOK
				"Universal-Hooks::Scripts::Post-Invoke/a::Timeout=6\n")),
		0);
	kind = MEMORY;
	for (unsigned int i = 1; i < FAULTS_MAX && error < 0; i++) {
		bool is_of_removed[3] = {false};

		countdown = i;
		error = package_settings_of_removed(
			&settings, at(TEST_DATABASE), is_of_removed);
		countdown = 0;
		ck_assert(error == -ENOMEM || error == -EIO ||
			  (error == 0 && is_of_removed[1]));
		ck_assert(!is_of_removed[0] && !is_of_removed[2]);
	}
	ck_assert_int_eq(error, 0);
	settings_done(&settings);
}
END_TEST

static int answer_for_no_archive(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	(void)question;
	listener(APT_ANSWER, "nothing\n", 8, context);
	return 0;
}

static int answer_for_two_archives(
	const struct apt_question *question, apt_listener *listener, void *context)
{
	static const char lines[] = "archive\t/foo.deb\n/a\narchive\t/b.deb\n/b\n";

	(void)question;
	listener(APT_ANSWER, lines, sizeof(lines) - 1, context);
	return 0;
}

/* What is read of the archive of foo, in which all paths are wanted. */
static void assert_read(
	apt_bridge_answer_function *function, const char *paths, const char *events)
{
	const char *glob = "*";
	const struct setting_items items = {.items = &glob, .count = 1};
	owns_transaction struct transaction transaction = {0};
	owns_buffer struct buffer text = {0};
	struct path_globs globs = {0};
	struct path_table table;

	bridge = function;
	parse_packages(&transaction, "foo - - none < 1 all none /foo.deb\n");
	transaction.status_file = strdup(at(TEST_DATABASE));
	ck_assert_int_eq(path_table_init(&table, &transaction, 0), 0);
	ck_assert_int_eq(path_globs_add(&globs, &items), 0);
	ck_assert_int_eq(path_sources_add_archives(&(struct path_reading){.table = &table,
				 .globs = &globs,
				 .listener = write_event,
				 .context = &text}),
		0);
	assert_text(&text, events);
	ck_assert_uint_eq(
		table.items[0].paths.size, paths != NULL ? strlen(paths) + 1 : 0);
	if (paths != NULL)
		ck_assert_str_eq(table.items[0].paths.data, paths);
	path_globs_done(&globs);
	path_table_done(&table);
}

START_TEST(an_archive_that_the_bridge_does_not_answer_for_is_unknown)
{
	assert_read(answer_for_no_archive, NULL,
		"PATHS_UNKNOWN /foo.deb (Input/output error)\n");
	assert_read(leave, NULL, "PATHS_UNKNOWN /foo.deb (Input/output error)\n");
	assert_read(answer_for_two_archives, "/a", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_bridge_that_leaves_without_a_word_does_not_answer,
		a_size_that_is_more_than_there_is_is_no_answer,
		an_answer_that_is_too_long_is_none,
		no_question_takes_processor_time_without_end,
		a_library_that_is_no_bridge_is_told,
		a_bridge_whose_end_nobody_can_tell_does_not_answer,
		what_the_way_to_the_bridge_lacks_is_told, a_signal_is_no_end,
		settings_are_whole_or_an_error,
		without_an_answer_the_settings_of_packages_are_lost,
		an_archive_that_the_bridge_does_not_answer_for_is_unknown,
		only_what_a_conffile_of_a_removed_package_says_is_of_it};

	if (at_quick_exit(disarm) != 0)
		return EXIT_FAILURE;
	return run_tests("bridge_faults", tests, COUNT_OF(tests));
}
