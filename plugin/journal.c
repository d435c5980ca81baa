/* SPDX-License-Identifier: BSD-2-Clause */
#include "journal.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#define FIELD "APT_UNIVERSAL_HOOKS_"

/* A descriptor, or −1. */
static int connect_to(const char *root)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int size = snprintf(
		address.sun_path, sizeof(address.sun_path), "%s%s", root, JOURNAL_SOCKET);
	owns_fd int fd = -1;

	if (size < 0 || (size_t)size >= sizeof(address.sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return steal_fd(&fd);
}

bool journal_open(struct journal *journal, const char *root)
{
	if (!journal->is_open) {
		journal->fd = connect_to(root);
		journal->is_open = true;
	}
	return journal->fd >= 0;
}

void journal_done(struct journal *journal)
{
	if (journal->is_open)
		cleanup_close(&journal->fd);
	journal->is_open = false;
}

/* Writes the value as one line, so that no name can add a field. */
static void add_journal_field(struct buffer *text, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_append_format(text, FIELD "%s=", name);
	log_add_clean(text, value);
	buffer_append_string(text, "\n");
}

/*
 * As on stderr: a script that could not run is a warning, one that was left out is not. If
 * all are left out, one of them may have been there to stop apt.
 */
static int priority_of(const struct journal_entry *entry)
{
	switch (entry->class) {
	case LOG_OK:
		return LOG_INFO;
	case LOG_FAILED:
		return LOG_ERR;
	case LOG_SKIPPED:
		if (entry->event->kind == UH_SCRIPT_SKIPPED &&
			entry->switched_off_by != SWITCHED_ON)
			return LOG_NOTICE;
		/* UH_SCRIPT_ENDED: it had nothing to do. */
		return entry->event->kind == UH_SCRIPT_SKIPPED ||
				       entry->event->kind == UH_SCRIPT_ENDED
			       ? LOG_DEBUG
			       : LOG_WARNING;
	}
	return LOG_ERR;
}

/* "PATH: exit 3 in 40 ms" */
static void add_journal_message(struct buffer *text, const struct uh_event *event)
{
	buffer_append_string(text, "MESSAGE=");
	log_add_clean(text, event->path);
	buffer_append_string(text, ": ");
	log_add_ended(text, event);
	if (event->kind == UH_SCRIPT_ENDED)
		buffer_append_format(text, " in %lld ms%s", event->milliseconds,
			event->is_copy ? ", from a copy" : "");
	buffer_append_string(text, "\n");
}

static void add_journal_ending(struct buffer *text, const struct uh_event *event)
{
	owns_buffer struct buffer ended = {0};

	log_add_ended(&ended, event);
	buffer_append_format(text, FIELD "ENDED=%.*s\n", (int)ended.size, ended.data);
	if (event->kind != UH_SCRIPT_ENDED)
		return;
	if (event->ending.end == UH_EXITED)
		buffer_append_format(text, FIELD "EXIT_STATUS=%d\n", event->ending.value);
	buffer_append_format(
		text, FIELD "DURATION_USEC=%lld\n", event->milliseconds * 1000);
}

void journal_send(const struct journal *journal, const struct journal_entry *entry)
{
	const struct uh_event *event = entry->event;
	owns_buffer struct buffer text = {0};

	add_journal_message(&text, event);
	buffer_append_format(&text,
		"PRIORITY=%d\nSYSLOG_IDENTIFIER=apt-universal-hooks\n",
		priority_of(entry));
	add_journal_field(&text, "HOOK", event->path);
	add_journal_field(&text, "HOOK_POINT", uh_hook_point_name(entry->hook_point));
	add_journal_field(&text, "HOOK_RESULT", log_class_name(entry->class));
	add_journal_ending(&text, event);
	add_journal_field(
		&text, event->is_wildcard ? "WILDCARD" : "PACKAGE", event->matched);
	add_journal_field(
		&text, "SWITCHED_OFF_BY", log_switch_name(entry->switched_off_by));
	add_journal_field(&text, "TRANSACTION", entry->transaction);
	if (entry->command_line != NULL &&
		strlen(entry->command_line) <= JOURNAL_COMMAND_LINE_MAX)
		add_journal_field(&text, "COMMAND_LINE", entry->command_line);
	if (text.error == 0)
		(void)send(
			journal->fd, text.data, text.size, MSG_DONTWAIT | MSG_NOSIGNAL);
}
