/* SPDX-License-Identifier: BSD-2-Clause */
/* The log files in /var/log/apt, and how text gets into them. */
#ifndef LOG_FILE_H
#define LOG_FILE_H

#include "state.h"
#include "universal_hooks.h"

#define LOG_FILE "/var/log/apt/universal-hooks.log"

struct log_file_kind {
	const char *path;
	/* In the state directory, shared by all frontends: used while path is read-only. */
	const char *later;
	size_t later_max;
	unsigned mode;
	const char *group; /* of a new file; NULL: our own */
};
extern const struct log_file_kind log_of_runs; /* log_writer.h */

/* Appends text as one line (deb822(5)), with unprintable bytes as \ooo. */
void log_add_clean(struct buffer *buffer, const char *text);
/*
 * The local time as in apt's logs, which is ambiguous when summer time ends, and its offset
 * from UTC (RFC 3339). Both are "" for years that apt cannot write.
 */
struct log_now {
	char date[sizeof("2026-11-20  17:05:00")];
	char offset[sizeof("+01:00")];
};
struct log_now log_now(void);
/* Appends the date. */
void log_add_time(struct buffer *buffer);
/* Appends which script ran, and why: "Post-Invoke PATH [PACKAGE]"; matched may be NULL. */
void log_add_script(struct buffer *buffer, enum uh_hook_point hook_point,
	const char *path, const char *matched);

/*
 * Appends to the file below root, whole or not at all. On a read-only file system, the
 * bytes are kept in the state directory instead, for log_file_catch_up(). 0 or −errno.
 */
int log_file_append(const struct log_file_kind *kind, const struct state *state,
	const char *root, struct slice bytes);

/*
 * Appends what was kept in the state directory, for example because the root is writable
 * only while dpkg runs. 0 or −errno; after an error, it stays there.
 */
int log_file_catch_up(
	const struct log_file_kind *kind, const struct state *state, const char *root);

#endif
