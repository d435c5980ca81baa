/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends the results of scripts to systemd's journal, if there is one, by its native
 * protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). Since the log has them as well,
 * we never wait, and an entry that cannot be sent is dropped without an error.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "log_writer.h"

/* Below the root; absent without systemd, and usually in a chroot. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* A longer command line is left out of the entry, which must fit into the socket. */
#define JOURNAL_COMMAND_LINE_MAX ((size_t)32 << 10)

/* Zero-initialised is not open. */
struct journal {
	int fd; /* −1 if there is no journal */
	bool is_open;
};

struct journal_entry {
	enum uh_hook_point hook_point;
	const struct uh_event *event; /* the result of a script */
	enum log_class class;         /* of the event */
	enum log_switch switched_off_by;
	const char *transaction;  /* its key, as in the log; or NULL */
	const char *command_line; /* or NULL */
};

/* Looks once for a journal below root; returns whether there is one. */
bool journal_open(struct journal *journal, const char *root);
/* The journal must be open. */
void journal_send(const struct journal *journal, const struct journal_entry *entry);
void journal_done(struct journal *journal);

#endif
