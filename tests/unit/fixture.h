/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all tests share: a root of their own with real files in it, transactions, and the
 * engine's events as text. A step that fails here fails the test. Paths begin with a
 * slash and are looked for below the root.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "base.h"
#include "transaction.h"
#include "universal_hooks.h"

#include <check.h>
#include <stdio.h>
#include <sys/stat.h>

#define ETC "/etc/apt/universal-hooks/"
#define LIB "/usr/lib/apt/universal-hooks/"
#define STATE "/run/apt-universal-hooks/"

/*
 * Runs the tests, each in a process of its own in which the root is new, and where the
 * shell variable LOG names the file /log of it. The root of a test that failed stays in
 * the working directory to be looked at. Returns the exit status.
 */
int run_tests(const char *title, const TTest *const *tests, size_t count);

/* For a test that cannot be run here: says why and leaves it. */
#define skip_unless(condition, why)                                                      \
	do {                                                                             \
		if (!(condition)) {                                                      \
			printf("%s: skipped: %s\n", __func__, why);                      \
			return;                                                          \
		}                                                                        \
	} while (0)

const char *root(void);
/* The full path; good until the eighth call after this one. */
const char *at(const char *path);

/* Each makes the directories above it as well, which nobody but the caller may write to. */
void make_directory(const char *path);
void make_file(const char *path, mode_t mode, const char *text);
/* An executable for /bin/sh. */
void make_script(const char *path, const char *commands);
void make_link(const char *path, const char *target);
void make_node(const char *path, mode_t type);

void set_mode(const char *path, mode_t mode);
bool is_there(const char *path);
/* All of the file, behind what is in text; size does not count the NUL at its end. */
void read_file(const char *path, struct buffer *text);
void assert_file(const char *path, const char *text);

/* Of tests/data: all names in it that end like this, and what stands in one file. */
void list_data(const char *ending, struct string_list *names);
void read_data(const char *name, struct buffer *bytes);

/* A stream of these package lines alone, in version 3; for transaction_done(). */
void parse_packages(struct transaction *transaction, const char *lines);
/* The transaction as scripts get it, for buffer_done(). */
struct buffer table_of(const struct transaction *transaction);

/* A uh_listener that writes one line an event into the buffer that context points to. */
void write_event(const struct uh_event *event, void *context);
/* Compares with a NUL-terminated text; the buffer may hold anything. */
void assert_text(const struct buffer *buffer, const char *text);

/* The same numbers in every run, all over the world. */
uint32_t next_random(uint32_t *seed);

/* What the registration gets when apt shall stop. */
#define STOP 111

/*
 * One call of the engine, as many forks below the test as lie between apt and the helper.
 * Events are added to the file /events. Returns what the registration gets: 0 or STOP.
 */
int call_engine(int forks, enum uh_hook_point hook_point, int stream_fd);

/* A hook point, called as apt calls it: the test is apt. */
int call_hook_point(enum uh_hook_point hook_point, const char *stream);
/* At Pre-Install-Pkgs, for an upgrade of foo, with lines of apt's configuration. */
int call_pre_install_pkgs(const char *settings);
/* The stream of it; the caller's to free. */
char *make_stream(const char *settings);
/* What apt reads of its configuration at Pre-Invoke, and nothing of this machine's. */
void configure_apt(const char *lines);
/* dpkg's database with foo in a state, written anew as dpkg does. */
#define TEST_DATABASE "/var/lib/dpkg/status"
void set_database(const char *status);

/* A script that adds its place in the tree, and the text as the shell reads it, to /log. */
void make_recorder(const char *path, const char *text);
/* Like assert_file(), and the file is removed; "" also for one that is not there. */
void assert_taken_file(const char *path, const char *text);
/* The log's stanzas, of each "Result: …" and the lines of its runs without their time. */
void assert_stanzas(const char *expected);

#define owns_transaction __attribute__((cleanup(transaction_done)))

#endif
