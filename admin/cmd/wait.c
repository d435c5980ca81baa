/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks wait: waits until every session is closed. */
#include "cmd/cmd.h"
#include "log_writer.h"
#include "model/log_reader.h"
#include "model/session_list.h"
#include "report.h"
#include "session_end.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/options.h"

#include <unistd.h>

struct waiting {
	const struct admin *admin;
	struct string_list keys; /* of the sessions that have been closed */
	bool has_failed;         /* a hook that ran in this process */
};

static void on_event_of_session(const struct uh_event *event, void *context)
{
	struct waiting *waiting = context;
	enum log_class class;

	report_event(event, NULL);
	if (log_class_of_event(event, &class) && class == LOG_FAILED)
		waiting->has_failed = true;
}

static void say_what_for(const struct admin *admin, const struct listed_session *session)
{
	struct terminal terminal = apt_terminal(admin);
	owns_buffer struct buffer text = {0};

	if (!terminal.is_terminal)
		return;
	buffer_append_format(&text, _("Waiting for session %s: "), session->key);
	session_add_state(&text, session);
	terminal_write(&terminal, "", "  ", &text);
}

/* −1, or STATUS_TROUBLE. */
static int wait_for(struct waiting *waiting, const struct listed_session *session)
{
	if (session->waits_for_us)
		return report_error(_("session %s waits for this command to end; run it "
				      "again when apt has ended"),
			session->key);
	for (size_t i = 0; i < waiting->keys.count; i++)
		if (strcmp(waiting->keys.items[i], session->key) == 0)
			return report_error(_("%s: the files of session %s cannot be "
					      "deleted, although it is over"),
				state_of_sessions.directory, session->key);
	say_what_for(waiting->admin, session);
	if (!session_close_when_over(
		    waiting->admin->root, session->key, on_event_of_session, waiting))
		return STATUS_TROUBLE;
	xlist_add(&waiting->keys, session->key);
	return -1;
}

/* Others may begin meanwhile. */
static int wait_for_all(struct waiting *waiting)
{
	int status;
	bool is_any;

	do {
		owns_session_list struct session_list list;

		status = session_list_read(&list, waiting->admin);
		is_any = status < 0 && list.count > 0;
		if (is_any)
			status = wait_for(waiting, &list.items[0]);
	} while (is_any && status < 0);
	return status;
}

static bool is_waited_for(
	const struct waiting *waiting, const struct log_transaction *session)
{
	for (size_t i = 0; session->key != NULL && i < waiting->keys.count; i++)
		if (strcmp(waiting->keys.items[i], session->key) == 0)
			return session->is_session;
	return false;
}

/* Another process may have closed them; only the log knows what has failed there. */
static int status_of_closed(const struct waiting *waiting)
{
	owns_log struct log log = {.has_no_log = true};
	const struct log_transaction *transaction;
	struct log_counts counts = {.of = {0}};

	if (waiting->has_failed)
		return STATUS_FINDINGS;
	if (waiting->keys.count == 0)
		return STATUS_FINE;
	if (log_open(&log, waiting->admin) >= 0)
		return STATUS_TROUBLE;
	while ((transaction = log_next(&log)) != NULL)
		if (is_waited_for(waiting, transaction))
			log_count(&counts, transaction);
	if (log_end(&log) >= 0)
		return STATUS_TROUBLE;
	if (counts.of[LOG_FAILED] == 0)
		return STATUS_FINE;
	report_warning(ngettext("%zu hook of Session-End failed; see "
				"apt-universal-hooks log --failed",
			       "%zu hooks of Session-End failed; see "
			       "apt-universal-hooks log --failed",
			       (unsigned long)counts.of[LOG_FAILED]),
		counts.of[LOG_FAILED]);
	return STATUS_FINDINGS;
}

int admin_wait(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "wait",
		.text = _("Wait until every session is over and the hooks of Session-End "
			  "have run, and run those that no other process would run. Use "
			  "it as the last part of a RUN line with apt in a Dockerfile. "
			  "The exit status is 1 if a hook failed."),
	};
	struct waiting waiting = {.admin = admin};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0 && geteuid() != 0)
		status = report_error(
			_("only root can wait, since this may have to run hooks"));
	if (status < 0) {
		status = rootfs_enter_for_scripts(admin, false);
		admin->root[0] = '\0';
	}
	if (status < 0)
		status = wait_for_all(&waiting);
	if (status < 0)
		status = status_of_closed(&waiting);
	string_list_done(&waiting.keys);
	return status;
}
