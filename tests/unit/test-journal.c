/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define owns_journal __attribute__((cleanup(journal_done)))

/* root() by a short name, since that of a socket has at most 107 bytes (unix(7)). */
static const char *short_root(void)
{
	static char path[64];

	if (path[0] == '\0')
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d",
			open(root(), O_PATH | O_DIRECTORY | O_CLOEXEC));
	return path;
}

/* A socket in place of the journal's. */
static int listen_as_journal(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	make_directory("/run/systemd/journal");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s%s", short_root(),
		JOURNAL_SOCKET);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* Appends the next entry; false if there is none. */
static bool receive(int fd, struct buffer *text)
{
	static char bytes[1 << 20];
	ssize_t size = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size < 0)
		return false;
	buffer_append(text, (struct slice){bytes, (size_t)size});
	return true;
}

static void send_event(const struct journal *journal, const struct uh_event *event,
	const char *command_line)
{
	struct journal_entry entry = {.hook_point = UH_POST_INVOKE,
		.event = event,
		.transaction = "93-433909",
		.command_line = command_line};

	ck_assert(log_class_of_event(event, &entry.class));
	journal_send(journal, &entry);
}

#define NAME "SYSLOG_IDENTIFIER=apt-universal-hooks\n"
#define HOOK                                                                             \
	NAME "APT_UNIVERSAL_HOOKS_HOOK=/a\n"                                             \
	     "APT_UNIVERSAL_HOOKS_HOOK_POINT=Post-Invoke\nAPT_UNIVERSAL_HOOKS_"
#define END                                                                              \
	"APT_UNIVERSAL_HOOKS_TRANSACTION=93-433909\n"                                    \
	"APT_UNIVERSAL_HOOKS_COMMAND_LINE=apt x\n"

static const struct {
	struct uh_event event;
	const char *entry;
} entries[] = {
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_EXITED, 0}, .milliseconds = 7},
		"MESSAGE=/a: exit 0 in 7 ms\nPRIORITY=6\n" HOOK "HOOK_RESULT=ok\n"
		"APT_UNIVERSAL_HOOKS_ENDED=exit 0\nAPT_UNIVERSAL_HOOKS_EXIT_STATUS=0\n"
		"APT_UNIVERSAL_HOOKS_DURATION_USEC=7000\n" END},
	{{.kind = UH_SCRIPT_ENDED,
		 .ending = {UH_EXITED, 3},
		 .milliseconds = 5000000000,
		 .is_copy = true,
		 .matched = "app"},
		"MESSAGE=/a: exit 3 in 5000000000 ms, from a copy\nPRIORITY=3\n" HOOK
		"HOOK_RESULT=failed\nAPT_UNIVERSAL_HOOKS_ENDED=exit 3\n"
		"APT_UNIVERSAL_HOOKS_EXIT_STATUS=3\n"
		"APT_UNIVERSAL_HOOKS_DURATION_USEC=5000000000000\n"
		"APT_UNIVERSAL_HOOKS_PACKAGE=app\n" END},
	{{.kind = UH_SCRIPT_ENDED,
		 .ending = {UH_SIGNALED, 9},
		 .matched = "a__WILDCARD__",
		 .is_wildcard = true},
		"MESSAGE=/a: signal 9 in 0 ms\nPRIORITY=3\n" HOOK "HOOK_RESULT=failed\n"
		"APT_UNIVERSAL_HOOKS_ENDED=signal 9\n"
		"APT_UNIVERSAL_HOOKS_DURATION_USEC=0\n"
		"APT_UNIVERSAL_HOOKS_WILDCARD=a__WILDCARD__\n" END},
	{{.kind = UH_SCRIPT_ENDED, .ending = {UH_EXITED, 77}, .milliseconds = 7},
		"MESSAGE=/a: skipped (77) in 7 ms\nPRIORITY=7\n" HOOK
		"HOOK_RESULT=skipped\n"
		"APT_UNIVERSAL_HOOKS_ENDED=skipped (77)\n"
		"APT_UNIVERSAL_HOOKS_EXIT_STATUS=77\n"
		"APT_UNIVERSAL_HOOKS_DURATION_USEC=7000\n" END},
	{{.kind = UH_SCRIPT_NOT_STARTED, .error = -ENOENT},
		"MESSAGE=/a: not-started (No such file or directory)\nPRIORITY=3\n" HOOK
		"HOOK_RESULT=failed\n"
		"APT_UNIVERSAL_HOOKS_ENDED=not-started (No such file or "
		"directory)\n" END},
	{{.kind = UH_SCRIPT_SKIPPED, .detail = "When"},
		"MESSAGE=/a: skipped (When)\nPRIORITY=7\n" HOOK "HOOK_RESULT=skipped\n"
		"APT_UNIVERSAL_HOOKS_ENDED=skipped (When)\n" END},
	{{.kind = UH_SCRIPT_NOT_EXECUTABLE},
		"MESSAGE=/a: skipped (not-executable)\nPRIORITY=4\n" HOOK
		"HOOK_RESULT=skipped\n"
		"APT_UNIVERSAL_HOOKS_ENDED=skipped (not-executable)\n" END},
	{{.kind = UH_SCRIPT_OPEN_TO_OTHERS},
		"MESSAGE=/a: skipped (open-to-others)\nPRIORITY=3\n" HOOK
		"HOOK_RESULT=failed\n"
		"APT_UNIVERSAL_HOOKS_ENDED=skipped (open-to-others)\n" END},
};

START_TEST(a_result_is_an_entry_with_fields)
{
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_journal struct journal journal = {.fd = 0};

	ck_assert(journal_open(&journal, short_root()));
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		struct uh_event event = entries[i].event;
		owns_buffer struct buffer text = {0};

		event.path = "/a";
		send_event(&journal, &event, "apt x");
		ck_assert(receive(fd, &text));
		assert_text(&text, entries[i].entry);
	}
}
END_TEST

START_TEST(what_is_no_result_is_no_entry)
{
	static const enum uh_event_kind kinds[] = {UH_SCRIPT_STARTS, UH_VETO,
		UH_INTERRUPTED, UH_CLEAN_UP, UH_LOG_NOT_WRITTEN};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		enum log_class class;

		ck_assert(!log_class_of_event(
			&(const struct uh_event){.kind = kinds[i]}, &class));
	}
}
END_TEST

/* As the protocol reads it: each line is a field, and "NAME" alone would be binary. */
static size_t count_fields(const struct buffer *text)
{
	struct slice rest = buffer_slice(text);
	size_t count = 0;

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');

		ck_assert(memchr(line.data, '=', line.size) != NULL);
		count++;
	}
	return count;
}

START_TEST(a_name_cannot_add_a_field)
{
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_journal struct journal journal = {.fd = 0};
	const struct uh_event event = {.kind = UH_SCRIPT_SKIPPED,
		.path = "/a\nPRIORITY=0",
		.matched = "b\n\nMESSAGE=c",
		.detail = "When"};
	owns_buffer struct buffer text = {0};

	ck_assert(journal_open(&journal, short_root()));
	send_event(&journal, &event, "apt\nMESSAGE\n\xff");
	ck_assert(receive(fd, &text));
	ck_assert_uint_eq(count_fields(&text), 10);
	buffer_append(&text, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(text.data, "HOOK=/a\\012PRIORITY=0\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "PACKAGE=b\\012\\012MESSAGE=c\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "LINE=apt\\012MESSAGE\\012\\377\n"));
}
END_TEST

START_TEST(an_entry_names_what_has_switched_all_hooks_off)
{
	const struct uh_event event = {
		.kind = UH_SCRIPT_SKIPPED, .path = "/a", .detail = "Enabled"};
	const struct journal_entry entry = {.hook_point = UH_POST_INVOKE,
		.event = &event,
		.class = LOG_SKIPPED,
		.switched_off_by = SWITCHED_OFF_BY_OPTION};
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_journal struct journal journal = {.fd = 0};
	owns_buffer struct buffer text = {0};

	ck_assert(journal_open(&journal, short_root()));
	journal_send(&journal, &entry);
	ck_assert(receive(fd, &text));
	assert_text(&text,
		"MESSAGE=/a: skipped (Enabled)\nPRIORITY=5\n" HOOK "HOOK_RESULT=skipped\n"
		"APT_UNIVERSAL_HOOKS_ENDED=skipped (Enabled)\n"
		"APT_UNIVERSAL_HOOKS_SWITCHED_OFF_BY=option\n");
}
END_TEST

START_TEST(a_very_long_command_line_is_left_out)
{
	static char line[JOURNAL_COMMAND_LINE_MAX + 2];
	const struct uh_event event = {
		.kind = UH_SCRIPT_SKIPPED, .path = "/a", .detail = "When"};
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_journal struct journal journal = {.fd = 0};

	ck_assert(journal_open(&journal, short_root()));
	/* At its longest: each byte becomes four. */
	memset(line, '\n', JOURNAL_COMMAND_LINE_MAX);
	for (size_t fields = 9; fields >= 8; fields--) {
		owns_buffer struct buffer text = {0};

		send_event(&journal, &event, line);
		ck_assert(receive(fd, &text));
		ck_assert_uint_eq(count_fields(&text), fields);
		line[JOURNAL_COMMAND_LINE_MAX] = '\n';
	}
}
END_TEST

static bool is_open_below(const char *directory)
{
	owns_journal struct journal journal = {.fd = 0};

	return journal_open(&journal, directory);
}

START_TEST(where_there_is_no_journal_nothing_happens)
{
	owns_memory char *long_path = calloc(1, 200);
	owns_fd int stream = -1;

	ck_assert(!is_open_below(short_root()));
	memset(long_path, '/', 199);
	ck_assert(!is_open_below(long_path));
	make_file(JOURNAL_SOCKET, 0666, "");
	ck_assert(!is_open_below(short_root()));
	ck_assert_int_eq(unlink(at(JOURNAL_SOCKET)), 0);
	make_link(JOURNAL_SOCKET, "socket");
	ck_assert(!is_open_below(short_root()));
	ck_assert_int_eq(unlink(at(JOURNAL_SOCKET)), 0);
	stream = listen_as_journal(SOCK_STREAM);
	ck_assert(!is_open_below(short_root()));
	ck_assert_int_eq(unlink(at(JOURNAL_SOCKET)), 0);
	/* Nobody reads from it. */
	ck_assert_int_eq(close(listen_as_journal(SOCK_DGRAM)), 0);
	ck_assert(!is_open_below(short_root()));
}
END_TEST

START_TEST(a_journal_that_does_not_read_is_not_waited_for)
{
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_journal struct journal journal = {.fd = 0};
	const struct uh_event event = {
		.kind = UH_SCRIPT_SKIPPED, .path = "/a", .detail = "When"};
	owns_buffer struct buffer text = {0};
	size_t received = 0;

	ck_assert(journal_open(&journal, short_root()));
	/* More than net.unix.max_dgram_qlen can be on any machine that runs tests. */
	for (int i = 0; i < 20000; i++)
		send_event(&journal, &event, NULL);
	while (receive(fd, &text))
		received++;
	ck_assert_uint_lt(received, 20000);
	send_event(&journal, &event, NULL);
	ck_assert(receive(fd, &text));
	/* It went away while we were connected. */
	cleanup_close(&fd);
	send_event(&journal, &event, NULL);
}
END_TEST

START_TEST(a_hook_point_sends_what_it_logs)
{
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);
	owns_buffer struct buffer text = {0};

	skip_unless(strlen(at(JOURNAL_SOCKET)) < sizeof(struct sockaddr_un) - 2,
		"the name of this directory is too long for a socket in it");
	configure_apt("");
	make_script(ETC "Pre-Invoke/a", "exit 3");
	make_script(ETC "Pre-Invoke/b", "");
	make_file(ETC "Pre-Invoke/c", 0644, "");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	for (int i = 0; i < 3; i++)
		ck_assert(receive(fd, &text));
	ck_assert(!receive(fd, &text));
	buffer_append(&text, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(text.data, "/Pre-Invoke/a: exit 3 in "));
	ck_assert_ptr_nonnull(strstr(text.data, "/Pre-Invoke/b: exit 0 in "));
	ck_assert_ptr_nonnull(
		strstr(text.data, "/Pre-Invoke/c: skipped (not-executable)\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "_TRANSACTION="));
}
END_TEST

START_TEST(a_journal_that_cannot_be_reached_is_none)
{
	owns_journal struct journal far = {.is_open = false};
	owns_journal struct journal without = {.is_open = false};
	owns_memory char *path = string_format("/%0*d", 200, 0);
	struct rlimit before, none;
	owns_fd int fd = listen_as_journal(SOCK_DGRAM);

	ck_assert(!journal_open(&far, path));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert(!journal_open(&without, short_root()));
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_result_is_an_entry_with_fields,
		what_is_no_result_is_no_entry, a_name_cannot_add_a_field,
		an_entry_names_what_has_switched_all_hooks_off,
		a_very_long_command_line_is_left_out,
		where_there_is_no_journal_nothing_happens,
		a_journal_that_does_not_read_is_not_waited_for,
		a_hook_point_sends_what_it_logs,
		a_journal_that_cannot_be_reached_is_none};

	return run_tests("journal", tests, COUNT_OF(tests));
}
