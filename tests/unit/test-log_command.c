/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that the command needs for a log of any size, whatever is in it. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEAK_MAX 12000L /* in KiB, most of it for the program and its libraries */
#define LOG "/var/log/apt/universal-hooks.log"
#define START "Start-Date: 2026-11-20  18:02:05\nResult: ok\nHooks:\n"
#define RUN " Pre-Invoke /etc/apt/universal-hooks/Pre-Invoke/a [always] exit 0 12 ms\n"
#define END "End-Date: 2026-11-20  18:02:09\n\n"

/* The log is its head, and so many times the rest. */
static const struct {
	const char *head;
	const char *rest;
} logs[] = {
	{"", START RUN END}, /* as it should be */
	{START, RUN},        /* one stanza */
	{"", "Hooks:\n"},    /* many without an end */
};

static const char *const commands[][4] = {
	{"log"}, {"log", "--json"}, {"log", "--last"}, {"blame"}};

static void make_log(size_t i, size_t size)
{
	size_t length = strlen(logs[i].rest);
	owns_buffer struct buffer text = {0};
	owns_fd int fd = -1;

	buffer_append_string(&text, logs[i].head);
	while (text.size + length <= size)
		buffer_append(&text, (struct slice){logs[i].rest, length});
	ck_assert_int_eq(text.error, 0);
	make_file(LOG, 0644, "");
	fd = open(at(LOG), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, buffer_slice(&text)), 0);
}

static void become_command(const char *const *words)
{
	const char *argv[COUNT_OF(commands[0]) + 4] = {TEST_COMMAND, "--root", root()};
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; words[i] != NULL; i++)
		argv[i + 3] = words[i];
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* In KiB. The status does not matter: a log may know no such script. */
static long peak_of(const char *const *words)
{
	struct rusage usage;
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become_command(words);
	ck_assert_int_eq(wait4(pid, &status, 0, &usage), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 127);
	return usage.ru_maxrss;
}

/* Of the memory that sanitizers need we know nothing. */
#ifdef __SANITIZE_ADDRESS__
#define HAS_SANITIZER true
#else
#define HAS_SANITIZER false
#endif

START_TEST(memory_is_needed_for_one_stanza_only)
{
	skip_unless(!HAS_SANITIZER, "a sanitizer needs more memory");
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		make_log(i, (size_t)1 << 20);
		for (size_t j = 0; j < COUNT_OF(commands); j++)
			ck_assert_int_lt(peak_of(commands[j]), PEAK_MAX);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {memory_is_needed_for_one_stanza_only};

	return run_tests("log_command", tests, COUNT_OF(tests));
}
