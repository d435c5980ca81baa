/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define owns_log __attribute__((cleanup(log_writer_done)))
#define owns_state __attribute__((cleanup(state_done)))

static const struct frontend self = {.pid = 4194301, .start_time = 1};
static const char kept[] = STATE "4194301-1." LOG_RUNS;
static const char later[] = STATE "log";

static struct state open_state(void)
{
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
	state_set_frontend(&state, &self);
	trust_done(&trust);
	return state;
}

static void note_end(struct log_writer *writer, enum uh_hook_point hook_point,
	const char *path, int status)
{
	const struct uh_event event = {.kind = UH_SCRIPT_ENDED,
		.path = path,
		.ending = {UH_EXITED, status},
		.milliseconds = 12};

	(void)log_writer_note(writer, hook_point, &event);
}

static void assert_time(struct slice text)
{
	owns_memory char *time = strndup(text.size > 0 ? text.data : "", text.size);
	struct tm parts;
	const char *end = strptime(time, "%Y-%m-%d  %H:%M:%S", &parts);

	ck_assert_msg(end != NULL && *end == '\0', "this is no time: %s", time);
}

/* The log with TIME in place of valid times, and without offsets. */
static void assert_log(const char *expected)
{
	owns_buffer struct buffer found = {0};
	owns_buffer struct buffer text = {0};
	struct slice rest;

	read_file(LOG_FILE, &found);
	for (rest = buffer_slice(&found); rest.size > 0;) {
		struct slice value = slice_cut(&rest, '\n');
		struct slice line = value;
		struct slice field = slice_cut(&value, ' ');

		if (slice_equals(field, "Start-Date:") ||
			slice_equals(field, "End-Date:")) {
			assert_time(value);
			buffer_append(&text, field);
			buffer_append_string(&text, " TIME\n");
		} else if (!slice_equals(field, "Start-Offset:") &&
			   !slice_equals(field, "End-Offset:")) {
			buffer_append(&text, line);
			buffer_append_string(&text, "\n");
		}
	}
	assert_text(&text, expected);
}

/* Whether what begins with first is a line, and the next one begins with second. */
static bool has_line_after(
	const struct buffer *text, const char *first, const char *second)
{
	const char *line = memmem(text->data, text->size, first, strlen(first));
	const char *next = line != NULL ? strchr(line + 1, '\n') : NULL;

	return next != NULL && strncmp(next + 1, second, strlen(second)) == 0;
}

/* Every kind of event that is about a script, and its line. */
static const struct {
	struct uh_event event;
	const char *line;
} lines[] = {
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_EXITED, 0}, .milliseconds = 7},
		" Post-Invoke /a [always] exit 0 7 ms\n"},
	{{.kind = UH_SCRIPT_ENDED, .matched = "foo", .ending = {UH_EXITED, 3}},
		" Post-Invoke /a [foo] exit 3 0 ms\n"},
	{{.kind = UH_SCRIPT_ENDED,
		 .matched = "f__WILDCARD__",
		 .ending = {UH_SIGNALED, 9},
		 .milliseconds = 5000000000},
		" Post-Invoke /a [f__WILDCARD__] signal 9 5000000000 ms\n"},
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_TIMED_OUT, 5}, .milliseconds = 5001},
		" Post-Invoke /a [always] timeout 5 5001 ms\n"},
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_EXITED, 77}, .milliseconds = 8},
		" Post-Invoke /a [always] skipped (77) 8 ms\n"},
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_SIGNALED, 77}, .milliseconds = 8},
		" Post-Invoke /a [always] signal 77 8 ms\n"},
	{{.kind = UH_SCRIPT_STARTS}, " Post-Invoke /a [always] started\n"},
	{{.kind = UH_SCRIPT_NOT_STARTED, .error = -ENOENT},
		" Post-Invoke /a [always] not-started (No such file or directory)\n"},
	{{.kind = UH_SCRIPT_SKIPPED, .detail = "When"},
		" Post-Invoke /a [always] skipped (When)\n"},
	{{.kind = UH_SCRIPT_NOT_EXECUTABLE},
		" Post-Invoke /a [always] skipped (not-executable)\n"},
	{{.kind = UH_SCRIPT_NOT_A_FILE},
		" Post-Invoke /a [always] skipped (not-a-file)\n"},
	{{.kind = UH_SCRIPT_DANGLING, .error = -ENOENT},
		" Post-Invoke /a [always] skipped (dangling)\n"},
	{{.kind = UH_SCRIPT_OPEN_TO_OTHERS, .detail = "/etc"},
		" Post-Invoke /a [always] skipped (open-to-others)\n"},
	{{.kind = UH_SCRIPT_WITHOUT_LIST, .error = -ENOSPC},
		" Post-Invoke /a [always] skipped (no-list)\n"},
	{{.kind = UH_SCRIPT_LACKS_PACKAGE, .detail = "bar"},
		" Post-Invoke /a [always] skipped (Requires)\n"},
	{{.kind = UH_SCRIPT_WITHOUT_USER, .detail = "nobody-such"},
		" Post-Invoke /a [always] skipped (User)\n"},
	{{.kind = UH_SCRIPT_WITHOUT_RIGHTS, .detail = "root"},
		" Post-Invoke /a [always] skipped (User)\n"},
	{{.kind = UH_SCRIPT_WITHOUT_DIRECTORY, .detail = "/none", .error = -ENOENT},
		" Post-Invoke /a [always] skipped (Directory)\n"},
	{{.kind = UH_DIRECTORY_UNREADABLE, .error = -EIO}, ""},
	{{.kind = UH_VETO, .detail = "Post-Invoke/a"}, ""},
	{{.kind = UH_LATE_VETO, .detail = "Post-Invoke/a"}, ""},
	{{.kind = UH_RECORD_MISSING}, ""},
	{{.kind = UH_SETTING_UNKNOWN, .path = "/a"}, ""},
	{{.kind = UH_CLEAN_UP}, ""},
	{{.kind = UH_OUT_OF_MEMORY}, ""},
	{{.kind = UH_INTERRUPTED}, ""},
};

START_TEST(every_kind_of_run_has_its_line_and_nothing_else_has)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		owns_log struct log_writer writer = {.lines = {0}};
		struct uh_event event = lines[i].event;

		event.path = "/a";
		(void)log_writer_note(&writer, UH_POST_INVOKE, &event);
		assert_text(&writer.lines, lines[i].line);
	}
}
END_TEST

START_TEST(control_characters_are_escaped)
{
	owns_log struct log_writer writer = {.lines = {0}};
	const struct uh_event event = {.kind = UH_SCRIPT_ENDED,
		.path = "/a\nResult: ok\t\x1b\x7f\xc3\xbc\xc3\x9b\xc2\x9b"
			"1\x9b $(b)\xe2\x80\xae\xff",
		.matched = "\n\r"};

	(void)log_writer_note(&writer, UH_PRE_INSTALL_PKGS, &event);
	assert_text(&writer.lines, " Pre-Install-Pkgs /a\\012Result: "
				   "ok\\011\\033\\177\xc3\xbc\xc3\x9b\\302\\2331\\233 "
				   "$(b)\\342\\200\\256\\377 "
				   "[\\012\\015] exit 0 0 ms\n");
}
END_TEST

static void keep(
	struct log_writer *writer, const struct state *state, const char *command_line)
{
	ck_assert_int_eq(log_writer_keep(writer, state, command_line), 0);
	ck_assert_uint_eq(writer->lines.size, 0);
}

START_TEST(all_hook_points_of_a_transaction_are_one_stanza)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer first = {.lines = {0}};
	owns_log struct log_writer second = {.lines = {0}};
	owns_log struct log_writer last = {.lines = {0}};

	ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
	note_end(&first, UH_PRE_INVOKE, "/a", 0);
	keep(&first, &state, "apt-get -y install foo\nbar");
	note_end(&second, UH_PRE_INSTALL_PKGS, "/b", 1);
	note_end(&second, UH_PRE_INSTALL_PKGS, "/c", 0);
	keep(&second, &state, "another");
	ck_assert(!is_there(LOG_FILE));
	note_end(&last, UH_POST_INVOKE, "/d", 2);
	ck_assert_int_eq(log_writer_write(&last, &state, root(), NULL, "ok"), 0);
	ck_assert(!is_there(kept));
	assert_log("Start-Date: TIME\n"
		   "Commandline: apt-get -y install foo\\012bar\n"
		   "Transaction: 4194301-1\n"
		   "Result: ok\n"
		   "Hooks:\n"
		   " Pre-Invoke /a [always] exit 0 12 ms\n"
		   " Pre-Install-Pkgs /b [always] exit 1 12 ms\n"
		   " Pre-Install-Pkgs /c [always] exit 0 12 ms\n"
		   " Post-Invoke /d [always] exit 2 12 ms\n"
		   "End-Date: TIME\n\n");
}
END_TEST

START_TEST(the_first_call_says_what_has_switched_all_hooks_off)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer first = {
		.switched_off_by = SWITCHED_OFF_BY_CONFIGURATION};
	owns_log struct log_writer last = {.lines = {0}};

	ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
	note_end(&first, UH_PRE_INVOKE, "/a", 0);
	keep(&first, &state, NULL);
	ck_assert_int_eq(log_writer_write(&last, &state, root(), NULL, NULL), 0);
	assert_log("Start-Date: TIME\n"
		   "Transaction: 4194301-1\n"
		   "Switched-Off-By: configuration\n"
		   "Result: unknown\n"
		   "Hooks:\n"
		   " Pre-Invoke /a [always] exit 0 12 ms\n"
		   "End-Date: TIME\n\n");
}
END_TEST

START_TEST(a_time_has_its_offset_from_UTC)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer writer = {.lines = {0}};
	owns_buffer struct buffer log = {0};

	/* In between, the time zone changes, as at the end of summer time. */
	ck_assert_int_eq(setenv("TZ", "IST-5:30", 1), 0);
	tzset();
	note_end(&writer, UH_PRE_INVOKE, "/a", 0);
	keep(&writer, &state, NULL);
	ck_assert_int_eq(setenv("TZ", "YYY+1", 1), 0);
	tzset();
	ck_assert_int_eq(log_writer_write(&writer, &state, root(), NULL, "ok"), 0);
	read_file(LOG_FILE, &log);
	ck_assert(has_line_after(&log, "Start-Date: ", "Start-Offset: +05:30\n"));
	ck_assert(has_line_after(&log, "\nEnd-Offset: -01:00", "End-Date: "));
}
END_TEST

static void note_start(
	struct log_writer *writer, enum uh_hook_point hook_point, const char *path)
{
	const struct uh_event event = {.kind = UH_SCRIPT_STARTS, .path = path};

	ck_assert(log_writer_note(writer, hook_point, &event));
}

START_TEST(a_start_without_a_result_was_interrupted)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer killed = {.lines = {0}};
	owns_log struct log_writer last = {.lines = {0}};

	ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
	note_start(&killed, UH_PRE_INVOKE, "/a");
	keep(&killed, &state, NULL);
	note_end(&killed, UH_PRE_INVOKE, "/a", 0);
	note_start(&killed, UH_PRE_INVOKE, "/b] started");
	keep(&killed, &state, NULL);
	/* The same path at another hook point; and one that is only started again. */
	note_start(&last, UH_POST_INVOKE, "/b] started");
	note_end(&last, UH_POST_INVOKE, "/c", 0);
	keep(&last, &state, NULL);
	note_start(&last, UH_POST_INVOKE, "/b] started");
	ck_assert_int_eq(log_writer_write(&last, &state, root(), NULL, "ok"), 0);
	assert_log("Start-Date: TIME\n"
		   "Transaction: 4194301-1\n"
		   "Result: ok\n"
		   "Hooks:\n"
		   " Pre-Invoke /a [always] exit 0 12 ms\n"
		   " Pre-Invoke /b] started [always] interrupted\n"
		   " Post-Invoke /c [always] exit 0 12 ms\n"
		   " Post-Invoke /b] started [always] interrupted\n"
		   "End-Date: TIME\n\n");
}
END_TEST

START_TEST(the_last_call_that_knows_the_command_line_is_believed)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer first = {.lines = {0}};
	owns_log struct log_writer last = {.lines = {0}};

	ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
	note_end(&first, UH_PRE_INVOKE, "/a", 0);
	keep(&first, &state, "/usr/libexec/packagekitd");
	ck_assert_int_eq(log_writer_write(&last, &state, root(),
				 "packagekit role='install\n'", "ok"),
		0);
	assert_log("Start-Date: TIME\n"
		   "Commandline: packagekit role='install\\012'\n"
		   "Transaction: 4194301-1\n"
		   "Result: ok\n"
		   "Hooks:\n"
		   " Pre-Invoke /a [always] exit 0 12 ms\n"
		   "End-Date: TIME\n\n");
}
END_TEST

START_TEST(a_transaction_with_one_hook_point_needs_nothing_kept)
{
	owns_state struct state state = open_state();
	struct state closed = {.fd = -1, .key = "4194301-1"};
	owns_log struct log_writer writer = {.lines = {0}};
	static const char stanza[] = "Start-Date: TIME\n"
				     "Transaction: 4194301-1\n"
				     "Result: unknown\n"
				     "Hooks:\n"
				     " Post-Invoke /a [always] exit 0 12 ms\n"
				     "End-Date: TIME\n\n";
	owns_memory char *both = string_format("%s%s", stanza, stanza);

	ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	ck_assert_int_eq(log_writer_write(&writer, &state, root(), NULL, NULL), 0);
	assert_log(stanza);
	/* Without a state directory either; the log grows. */
	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	ck_assert_int_eq(log_writer_write(&writer, &closed, root(), NULL, NULL), 0);
	assert_log(both);
}
END_TEST

START_TEST(what_was_kept_for_a_read_only_log_is_appended_once)
{
	owns_state struct state state = open_state();
	static const char stanza[] = "Start-Date: 2026-11-20  18:02:05\n\n";
	static const char logged[] = "Start-Date: TIME\n\n";

	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), 0);
	ck_assert(!is_there(LOG_FILE));
	make_file(later, 0644, stanza);
	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), 0);
	assert_log(logged);
	ck_assert(!is_there(later));
	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), 0);
	assert_log(logged);
}
END_TEST

/* False if that cannot be done here. */
static bool make_log_read_only(void)
{
	make_directory("/var/log/apt");
	return unshare_mounts() &&
	       mount("none", at("/var/log/apt"), "tmpfs", MS_RDONLY, NULL) == 0;
}

static int write_stanza(const struct state *state)
{
	owns_log struct log_writer writer = {.lines = {0}};

	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	return log_writer_write(&writer, state, root(), NULL, "ok");
}

START_TEST(while_the_log_is_read_only_stanzas_are_kept_up_to_a_limit)
{
	static const char stanza[] = "Start-Date: TIME\nTransaction: 4194301-1\n"
				     "Result: ok\nHooks:\n"
				     " Post-Invoke /a [always] exit 0 12 ms\n"
				     "End-Date: TIME\n\n";
	owns_state struct state state = open_state();
	const struct state nowhere = {.fd = -1};

	skip_unless(make_log_read_only(), "only root can mount a file system");
	ck_assert_int_eq(write_stanza(&nowhere), -EROFS);
	ck_assert(!is_there(later));
	ck_assert_int_eq(write_stanza(&state), 0);
	ck_assert(is_there(later));
	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), -EROFS);
	ck_assert(is_there(later));
	ck_assert_int_eq(umount(at("/var/log/apt")), 0);
	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), 0);
	assert_log(stanza);
	ck_assert(!is_there(later));
	ck_assert_int_eq(mount("none", at("/var/log/apt"), "tmpfs", MS_RDONLY, NULL), 0);
	make_file(later, 0600, "");
	ck_assert_int_eq(write_stanza(&state), 0);
	ck_assert_int_eq(truncate(at(later), (off_t)1 << 30), 0);
	ck_assert_int_eq(write_stanza(&state), -EROFS);
	ck_assert_int_eq(umount(at("/var/log/apt")), 0);
}
END_TEST

START_TEST(what_was_kept_stays_while_the_log_cannot_be_written)
{
	owns_state struct state state = open_state();

	make_file(later, 0644, "Start-Date: TIME\n\n");
	make_directory(LOG_FILE);
	ck_assert_int_eq(log_file_catch_up(&log_of_runs, &state, root()), -EISDIR);
	ck_assert(is_there(later));
}
END_TEST

START_TEST(who_asked_is_named_as_in_apts_own_log)
{
	static const struct {
		const char *variable;
		const char *value;
		const char *field;
	} cases[] = {
		{"SUDO_UID", "0", "Requested-By: root (0)\n"},
		{"PKEXEC_UID", "0", "Requested-By: root (0)\n"},
		{"SUDO_UID", "", ""},
		{"SUDO_UID", "root", ""},
		{"SUDO_UID", "0x", ""},
		{"SUDO_UID", "4294967294", ""},
		{"SUDO_UID", "4294967296", ""},
		{"SUDO_UID", "-4294967296", ""},
		{"SUDO_UID", "99999999999999999999", ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_state struct state state = open_state();
		owns_log struct log_writer writer = {.lines = {0}};
		owns_memory char *expected =
			string_format("Start-Date: TIME\n%sTransaction: 4194301-1\n"
				      "Result: ok\nHooks:\n"
				      " Post-Invoke /a [always] exit 0 12 ms\n"
				      "End-Date: TIME\n\n",
				cases[i].field);

		ck_assert_int_eq(unsetenv("SUDO_UID") | unsetenv("PKEXEC_UID"), 0);
		ck_assert_int_eq(setenv(cases[i].variable, cases[i].value, 1), 0);
		note_end(&writer, UH_POST_INVOKE, "/a", 0);
		ck_assert_int_eq(
			log_writer_write(&writer, &state, root(), NULL, "ok"), 0);
		assert_log(expected);
		ck_assert_int_eq(remove(at(LOG_FILE)), 0);
	}
}
END_TEST

START_TEST(where_nothing_ran_nothing_is_written)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer writer = {.lines = {0}};

	keep(&writer, &state, "apt-get update");
	ck_assert(!is_there(kept));
	ck_assert_int_eq(
		log_writer_write(&writer, &state, root(), "apt-get update", "ok"), 0);
	ck_assert(!is_there(LOG_FILE));
}
END_TEST

START_TEST(what_is_kept_belongs_to_one_transaction)
{
	static const struct frontend other = {.pid = 4194302, .start_time = 2};
	owns_state struct state state = open_state();
	struct state others = state_of(&state, &other);
	owns_log struct log_writer writer = {.lines = {0}};

	note_end(&writer, UH_PRE_INVOKE, "/a", 0);
	keep(&writer, &state, NULL);
	ck_assert_int_eq(log_writer_write(&writer, &others, root(), NULL, "ok"), 0);
	ck_assert(!is_there(LOG_FILE));
	ck_assert(is_there(kept));
}
END_TEST

static int write_one(void)
{
	owns_state struct state state = open_state();
	owns_log struct log_writer writer = {.lines = {0}};

	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	return log_writer_write(&writer, &state, root(), NULL, "ok");
}

START_TEST(a_log_that_cannot_be_opened_says_why)
{
	make_link(LOG_FILE, at("/elsewhere"));
	ck_assert_int_eq(write_one(), -ELOOP);
	ck_assert(!is_there("/elsewhere"));
	ck_assert_int_eq(remove(at(LOG_FILE)), 0);
	make_directory(LOG_FILE);
	ck_assert_int_eq(write_one(), -EISDIR);
	ck_assert_int_eq(rmdir(at(LOG_FILE)), 0);
	ck_assert_int_eq(rmdir(at("/var/log/apt")), 0);
	ck_assert_int_eq(write_one(), -ENOENT);
}
END_TEST

START_TEST(a_full_disk_leaves_no_half_of_a_stanza)
{
	static const char before[] = "Start-Date: earlier\n\n";
	owns_state struct state state = open_state();
	owns_log struct log_writer writer = {.lines = {0}};
	struct rlimit limit;
	int error;

	make_file(LOG_FILE, 0644, before);
	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = sizeof(before) + 10;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	error = log_writer_write(&writer, &state, root(), NULL, "ok");
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(error, -EFBIG);
	assert_file(LOG_FILE, before);
}
END_TEST

/* Whoever can read the log can lock it forever. */
START_TEST(a_log_that_somebody_has_locked_is_written_all_the_same)
{
	owns_log struct log_writer writer = {.lines = {.data = NULL}};
	owns_state struct state state = open_state();
	owns_fd int reader = -1;

	make_file(LOG_FILE, 0644, "");
	reader = open(at(LOG_FILE), O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(reader, 0);
	ck_assert_int_eq(flock(reader, LOCK_EX), 0);
	note_end(&writer, UH_POST_INVOKE, "/a", 0);
	ck_assert_int_eq(log_writer_write(&writer, &state, root(), NULL, "ok"), 0);
	assert_log("Start-Date: TIME\nTransaction: 4194301-1\nResult: ok\nHooks:\n"
		   " Post-Invoke /a [always] exit 0 12 ms\nEnd-Date: TIME\n\n");
}
END_TEST

START_TEST(what_was_kept_and_is_no_text_of_ours_does_no_harm)
{
	static const char *const texts[] = {
		"", "\n", "no end of line", " \n", "\x01\xff\n"};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		owns_state struct state state = open_state();
		owns_log struct log_writer writer = {.lines = {0}};

		make_file(kept, 0600, texts[i]);
		note_end(&writer, UH_POST_INVOKE, "/a", 0);
		ck_assert_int_eq(
			log_writer_write(&writer, &state, root(), NULL, "ok"), 0);
		ck_assert(is_there(LOG_FILE));
		ck_assert(!is_there(kept));
	}
}
END_TEST

START_TEST(an_unknown_reason_is_one_to_skip)
{
	ck_assert_int_eq(log_class_of_skip("Directory"), LOG_FAILED);
	ck_assert_int_eq(log_class_of_skip("Unknown"), LOG_SKIPPED);
}
END_TEST

START_TEST(in_doubt_a_script_has_run)
{
	owns_state struct state state = open_state();

	ck_assert(!log_writer_has_run(&state));
	make_directory(kept);
	ck_assert(log_writer_has_run(&state));
}
END_TEST

START_TEST(a_log_that_is_no_file_is_not_written_to)
{
	struct log_writer writer = {.lines = {.data = NULL}};
	const struct state state = {.fd = -1};
	int error;

	skip_unless(mknod(at(LOG_FILE), S_IFCHR | 0644, makedev(1, 3)) == 0,
		"no device can be made here");
	buffer_append_string(&writer.lines, " a\n");
	error = log_writer_write(&writer, &state, root(), NULL, NULL);
	log_writer_done(&writer);
	ck_assert_int_eq(error, -EINVAL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {every_kind_of_run_has_its_line_and_nothing_else_has,
		control_characters_are_escaped,
		all_hook_points_of_a_transaction_are_one_stanza,
		the_first_call_says_what_has_switched_all_hooks_off,
		a_time_has_its_offset_from_UTC, a_start_without_a_result_was_interrupted,
		the_last_call_that_knows_the_command_line_is_believed,
		a_transaction_with_one_hook_point_needs_nothing_kept,
		what_was_kept_for_a_read_only_log_is_appended_once,
		while_the_log_is_read_only_stanzas_are_kept_up_to_a_limit,
		what_was_kept_stays_while_the_log_cannot_be_written,
		who_asked_is_named_as_in_apts_own_log,
		where_nothing_ran_nothing_is_written,
		what_is_kept_belongs_to_one_transaction,
		a_log_that_cannot_be_opened_says_why,
		a_full_disk_leaves_no_half_of_a_stanza,
		a_log_that_somebody_has_locked_is_written_all_the_same,
		what_was_kept_and_is_no_text_of_ours_does_no_harm,
		an_unknown_reason_is_one_to_skip, in_doubt_a_script_has_run,
		a_log_that_is_no_file_is_not_written_to};

	return run_tests("log_writer", tests, COUNT_OF(tests));
}
