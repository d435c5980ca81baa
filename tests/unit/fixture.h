/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by all unit tests: a private root with real files, transactions, and the
 * engine's events as text. If a function here fails, so does the test. Paths begin with a
 * slash and are relative to the root.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "base.h"
#include "stream.h"
#include "universal_hooks.h"

#include <check.h>
#include <stdio.h>
#include <sys/stat.h>

#define ETC "/etc/apt/universal-hooks/"
#define LIB "/usr/lib/apt/universal-hooks/"
#define STATE "/run/apt-universal-hooks/"

/*
 * Runs each test in its own process with a new root; the environment variable LOG names
 * the file /log in it. If a test fails, its root stays in the build directory. Returns
 * the exit status.
 */
int run_tests(const char *title, const TTest *const *tests, size_t count);

/* Ends a test that cannot run here, and prints the reason. */
#define skip_unless(condition, why)                                                      \
	do {                                                                             \
		if (!(condition)) {                                                      \
			printf("%s: skipped: %s\n", __func__, why);                      \
			return;                                                          \
		}                                                                        \
	} while (0)

const char *root(void);
/* The full path; valid until the eighth call after this one. */
const char *at(const char *path);

/*
 * Lets this process mount what nobody else sees. False if it may not, as without
 * privileges, or in a chroot that is no mount point.
 */
bool unshare_mounts(void);

/* These also create the parent directories, writable only by the caller. */
void make_directory(const char *path);
void make_file(const char *path, mode_t mode, const char *text);
/* Creates an executable shell script. */
void make_script(const char *path, const char *commands);
void make_link(const char *path, const char *target);
void make_node(const char *path, mode_t type);

void set_mode(const char *path, mode_t mode);
bool is_there(const char *path);
/* Appends the whole file to text; size does not count the NUL at the end. */
void read_file(const char *path, struct buffer *text);
void assert_file(const char *path, const char *text);

/* The names in tests/data with this suffix, and the contents of one file. */
void list_data(const char *ending, struct string_list *names);
void read_data(const char *name, struct buffer *bytes);

/* Parses a stream of version 3 with only these package lines; for transaction_done(). */
void parse_packages(struct transaction *transaction, const char *lines);
/* The transaction file as scripts get it; for buffer_done(). */
struct buffer table_of(const struct transaction *transaction);

/* A uh_listener that appends one line per event to the struct buffer in context. */
void write_event(const struct uh_event *event, void *context);
/* Compares the buffer, which may contain any bytes, with a NUL-terminated text. */
void assert_text(const struct buffer *buffer, const char *text);

/* Pseudo-random numbers that are the same in every run, on every machine. */
uint32_t next_random(uint32_t *seed);

/* The helper's exit status that stops apt. */
#define STOP 111

/*
 * Calls the engine, as many forks below the test as the helper is below apt. Appends the
 * events to the file /events. Returns the helper's exit status: 0 or STOP.
 */
int call_engine(int forks, enum uh_hook_point hook_point, int stream_fd);

/* Calls a hook point as apt does, with the test as apt. */
int call_hook_point(enum uh_hook_point hook_point, const char *stream);
/* Calls Pre-Install-Pkgs for an upgrade of foo, with these lines of apt's configuration. */
int call_pre_install_pkgs(const char *settings);
/* Returns the stream for it, which the caller frees. */
char *make_stream(const char *settings);
/* The configuration that apt reads at Pre-Invoke, with nothing of this machine's. */
void configure_apt(const char *lines);
/* Replaces dpkg's database, as dpkg does, by one with foo in this state. */
#define TEST_DATABASE "/var/lib/dpkg/status"
void set_database(const char *status);

/* A script that appends its path in the tree and the text, as sh expands it, to /log. */
void make_recorder(const char *path, const char *text);
/* Like assert_file(), but removes the file; a missing file counts as "". */
void assert_taken_file(const char *path, const char *text);
/*
 * Whether a process waits in poll(2); else the caller lets others run before it asks
 * again. Skip the test where /proc/self/syscall cannot be read.
 */
bool is_in_poll(pid_t pid);
/* Compares the stanzas of the log: "Result: …" and the lines of the runs without times. */
void assert_stanzas(const char *expected);

#define owns_transaction __attribute__((cleanup(transaction_done)))

#endif
