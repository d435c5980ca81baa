/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/session_list.h"
#include "log_writer.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "proc.h"
#include "ui/message.h"
#include "ui/text.h"
#include "waiter.h"

#include <errno.h>
#include <unistd.h>

#define LINES_MAX ((size_t)16 << 20)
#define CGROUP_MAX ((size_t)1 << 16)

void session_list_done(struct session_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].unit);
		free(list->items[i].hook);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}

/* The unit of a waiter that systemd has started, for the caller to free; or NULL. */
static char *find_unit(const struct state *session, pid_t waiter)
{
	owns_memory char *unit = xformat(WAITER_UNIT "%s.service", session->key);
	owns_buffer struct buffer groups = {0};

	if (waiter == 0 || proc_read_file(waiter, "cgroup", CGROUP_MAX, &groups) < 0 ||
		memmem(groups.data, groups.size, unit, strlen(unit)) == NULL)
		return NULL;
	return xstrdup(unit);
}

static char *find_running_hook(const struct state *session)
{
	owns_buffer struct buffer lines = {0};

	if (state_read(session, LOG_RUNS, LINES_MAX, &lines) < 0)
		return NULL;
	return log_running_script(buffer_slice(&lines));
}

static bool is_above_us(pid_t pid)
{
	return pid > 0 && proc_is_within(getpid(), pid);
}

static void add_session(struct session_list *list, const struct state *state,
	const struct frontend *owner)
{
	struct state session = state_of(state, owner);
	struct session_mark mark = session_read_mark(&session);
	struct frontend frontend, waiter;
	struct listed_session *item;

	xgrow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	item = &list->items[list->count++];
	*item = (struct listed_session){.phase = mark.phase,
		.has_owner = mark.is_of_this_boot && owner->pid != 0 &&
			     frontend_is_alive(owner)};
	memcpy(item->key, session.key, sizeof(item->key));
	if (session_open_run(&session, &frontend) && mark.is_of_this_boot &&
		frontend.pid != 0 && frontend_is_alive(&frontend))
		item->frontend = frontend.pid;
	if (session_find_waiter(&session, &waiter))
		item->waiter = waiter.pid;
	item->unit = find_unit(&session, item->waiter);
	if (mark.phase == SESSION_CLOSING && item->waiter != 0)
		item->hook = find_running_hook(&session);
	item->waits_for_us =
		is_above_us(item->frontend) || is_above_us(item->waiter) ||
		(mark.phase == SESSION_OPEN && is_above_us(waiter_find_owner(&session)));
}

static int report_sessions_unusable(
	const struct state *state, const struct unsafe_path *unsafe, int error)
{
	owns_memory char *why =
		unsafe->path != NULL ? unsafe_text(unsafe) : xstrdup(strerror(-error));

	return report_error(_("%s cannot be used: %s"), state->path, why);
}

int session_list_read(struct session_list *list, const struct admin *admin)
{
	__attribute__((cleanup(hook_tree_done))) struct hook_tree tree;
	struct state state = {.fd = -1};
	struct unsafe_path unsafe = {.path = NULL};
	struct frontend owner;
	int status = -1;
	int error;

	memset(list, 0, sizeof(*list));
	xensure(hook_tree_init(&tree, admin->root));
	if (state_is_absent(&state_of_sessions, admin->root))
		return -1;
	error = xensure(state_open(
		&state, &state_of_sessions, admin->root, &tree.trust, &unsafe));
	/* Whoever can read the directory, can keep sessions from being closed. */
	if (error == -EACCES)
		report_warning(_("only root can see which sessions are not closed"));
	else if (error < 0)
		status = report_sessions_unusable(&state, &unsafe, error);
	for (size_t i = 0; error == 0 && state_find(&state, state.kind->mark, i, &owner);
		i++)
		add_session(list, &state, &owner);
	free(unsafe.path);
	state_done(&state);
	return status;
}

static void add_waiter(struct buffer *text, const struct listed_session *session)
{
	if (session->unit != NULL)
		buffer_append_format(text, _(" in unit %s"), session->unit);
	else
		buffer_append_format(text, _(" in process %d"), (int)session->waiter);
}

void session_add_state(struct buffer *text, const struct listed_session *session)
{
	if (session->phase == SESSION_NONE) {
		buffer_append_string(text, _("not closed; only root can see more"));
	} else if (session->waiter == 0 && !session->has_owner) {
		buffer_append_format(text,
			_("%snot closed%s, and nobody waits for its end; "
			  "\"apt-universal-hooks wait\" or the next transaction closes "
			  "it"),
			MARK_WARNING, MARK_END);
	} else if (session->phase == SESSION_CLOSING) {
		/* Translators: " in process 123" or " in unit UNIT" follows. */
		buffer_append_string(text, _("Session-End hooks are running"));
		add_waiter(text, session);
		if (session->hook != NULL) {
			/* Translators: the path of a hook follows. */
			buffer_append_string(text, _("; now "));
			text_add_sentence(text, session->hook);
		}
	} else if (session->frontend != 0) {
		buffer_append_format(
			text, _("open; process %d runs dpkg"), (int)session->frontend);
	} else {
		buffer_append_string(text, _("open"));
	}
}

static json_t *session_to_json(const struct listed_session *session)
{
	static const char *const phases[] = {[SESSION_NONE] = NULL,
		[SESSION_OPEN] = "open",
		[SESSION_CLOSING] = "closing"};

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "session", session->key,
		"state", json_text(phases[session->phase]), "frontend",
		session->frontend != 0 ? json_integer(session->frontend) : json_null(),
		"waiter",
		session->waiter != 0 ? json_integer(session->waiter) : json_null(),
		"unit", json_text(session->unit), "hook", json_text(session->hook));
}

json_t *session_list_to_json(const struct session_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_add(array, session_to_json(&list->items[i]));
	return array;
}
