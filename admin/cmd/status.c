/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks status: whether apt calls the hooks, and how many there are. */
#include "check/checks.h"
#include "cmd/cmd.h"
#include "command_line.h"
#include "hook_point.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "model/session_list.h"
#include "model/targets.h"
#include "system/apt.h"
#include "system/dpkg_lines.h"
#include "system/registration.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/terminal.h"

#include <stdio.h>
#include <unistd.h>

/* What status shows. */
struct overview {
	const struct admin *admin;
	struct settings settings;
	struct origins origins; /* of the settings */
	struct hook_counts counts[UH_HOOK_POINT_COUNT];
	struct registration registration;
	struct dpkg_lines dpkg;
	struct session_list sessions;
	struct log_copy last_transaction;
	struct log_copy last_session;
	bool has_log; /* false if it could not be read, which has been reported */
	bool has_helper;
	bool is_off_here;          /* by the environment */
	const struct setting *off; /* the setting that disables all hooks, or NULL */
};

static void overview_done(struct overview *overview)
{
	settings_done(&overview->settings);
	origins_done(&overview->origins);
	registration_done(&overview->registration);
	session_list_done(&overview->sessions);
	log_copy_done(&overview->last_transaction);
	log_copy_done(&overview->last_session);
}

static void take_counts(struct overview *overview)
{
	owns_hook_list struct hook_list hooks;

	hook_list_read(&hooks, overview->admin);
	hook_list_apply_renames(&hooks, &overview->settings);
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		hook_counts_take(&overview->counts[i], &hooks, &overview->settings,
			(enum uh_hook_point)i);
	hook_list_warn_unreadable(&hooks);
}

static bool has_helper(const struct admin *admin)
{
	owns_memory char *path = xformat("%s%s", admin->root, UH_HELPER);

	return access(path, X_OK) == 0;
}

static bool take_dpkg_lines(struct overview *overview)
{
	owns_buffer struct buffer text = {0};
	int error = dpkg_lines_read(&overview->dpkg, &text, overview->admin);

	if (error < 0)
		(void)report_error(
			_("%s cannot be read: %s"), DPKG_LINES_FILE, strerror(-error));
	return error == 0;
}

static bool take_last_transactions(struct overview *overview)
{
	owns_log struct log log = {.has_no_log = true};

	if (log_open(&log, overview->admin) >= 0)
		return false;
	(void)log_find_last(&log, true, &overview->last_session);
	(void)log_find_last(&log, false, &overview->last_transaction);
	return log_end(&log) < 0;
}

static int overview_take(struct overview *overview)
{
	int status =
		settings_ask(&overview->settings, &overview->origins, overview->admin);

	if (status >= 0)
		return status;
	take_counts(overview);
	if (registration_take(&overview->registration, overview->admin) < 0)
		return STATUS_TROUBLE;
	if (!take_dpkg_lines(overview))
		return STATUS_TROUBLE;
	status = session_list_read(&overview->sessions, overview->admin);
	if (status >= 0)
		return status;
	overview->has_log = take_last_transactions(overview);
	overview->has_helper = has_helper(overview->admin);
	overview->is_off_here = environment_switches_off();
	overview->off = settings_enabled_by(&overview->settings, "");
	if (overview->off != NULL && overview->off->number != 0)
		overview->off = NULL;
	return -1;
}

/* Whether apt calls the helper at the hook point, and the helper exists. */
static bool is_called(const struct overview *overview, enum uh_hook_point hook_point)
{
	const struct registration_entry *entry =
		registration_at(&overview->registration, hook_point);

	return overview->has_helper &&
	       (!entry->is_call || entry->registered != REGISTERED_NOT);
}

static void write_line(
	const struct terminal *terminal, const char *key, const struct buffer *value)
{
	owns_buffer struct buffer line = {0};

	buffer_append_format(&line, MARK_NAME "%s:" MARK_END " ", key);
	buffer_append(&line, buffer_slice(value));
	terminal_write(terminal, "", "  ", &line);
}

static void add_marked(struct buffer *text, const char *mark, const char *words)
{
	buffer_append_format(text, "%s%s" MARK_END, mark, words);
}

static void write_switch(const struct terminal *terminal, const struct overview *overview)
{
	owns_buffer struct buffer text = {0};

	if (overview->off != NULL) {
		owns_memory char *place =
			setting_place(overview->off, &overview->origins);
		owns_memory char *name = xname(place);

		buffer_append_format(&text,
			overview->is_off_here
				? _("%sswitched off%s by APT_UNIVERSAL_HOOKS=off in the "
				    "environment, and by Universal-Hooks::Enabled in %s")
				: _("%sswitched off%s by Universal-Hooks::Enabled in %s"),
			MARK_WARNING, MARK_END, name);
	} else if (overview->is_off_here) {
		buffer_append_format(&text,
			_("%sswitched off%s by APT_UNIVERSAL_HOOKS=off in the "
			  "environment"),
			MARK_WARNING, MARK_END);
	} else {
		add_marked(&text, MARK_GOOD, _("switched on"));
	}
	write_line(terminal, _("Hooks"), &text);
}

static void write_helper(const struct terminal *terminal, const struct overview *overview)
{
	owns_memory char *root = xname(overview->admin->root);
	owns_buffer struct buffer text = {0};

	if (overview->has_helper)
		return;
	buffer_append_format(&text, _("%smissing, so no hook runs:%s %s%s"), MARK_BAD,
		MARK_END, root, UH_HELPER);
	write_line(terminal, _("Helper"), &text);
}

static void add_location(struct buffer *text, const struct registration_entry *entry)
{
	if (entry->file == NULL)
		return;
	/* Translators: after "registered", before FILE:LINE. */
	buffer_append_string(text, _(" in "));
	text_add_name(text, entry->file);
	if (entry->line > 0)
		buffer_append_format(text, ":%lu", entry->line);
}

/* "registered in FILE:LINE"; names the key that is not as shipped. */
static void add_registration(struct buffer *text, const struct registration_entry *entry)
{
	switch (entry->registered) {
	case REGISTERED_AS_SHIPPED:
		add_marked(text, MARK_GOOD, _("registered"));
		break;
	case REGISTERED_EDITED:
		add_marked(text, MARK_WARNING, _("registered, but edited"));
		break;
	case REGISTERED_NOT:
		if (entry->is_call)
			add_marked(text, MARK_BAD, _("not registered"));
		else
			/* Translators: a key of apt.conf follows the space. */
			add_marked(text, MARK_WARNING, _("registered, but without "));
		break;
	}
	if (!entry->is_call && entry->registered != REGISTERED_AS_SHIPPED) {
		if (entry->registered == REGISTERED_EDITED)
			buffer_append_string(text, ": ");
		text_add_name(text, entry->key);
	}
	add_location(text, entry);
}

/* Most machines have no hooks of sessions. */
static bool is_point_shown(const struct overview *overview, enum uh_hook_point hook_point)
{
	const struct hook_counts *counts = &overview->counts[hook_point];

	return !hook_point_is_of_session(hook_point) || hook_counts_hooks(counts) > 0 ||
	       counts->masked > 0;
}

static void write_point(const struct terminal *terminal, const struct overview *overview,
	enum uh_hook_point hook_point)
{
	owns_buffer struct buffer text = {0};

	hook_counts_add(&text, &overview->counts[hook_point]);
	buffer_append_string(&text, "; ");
	add_registration(&text, registration_at(&overview->registration, hook_point));
	write_line(terminal, uh_hook_point_name(hook_point), &text);
}

/* Most machines leave it off, as shipped. */
static void write_dpkg(const struct terminal *terminal, const struct overview *overview)
{
	const char *word = dpkg_lines_word(&overview->dpkg);
	owns_buffer struct buffer text = {0};

	if (strcmp(word, "off") == 0)
		return;
	if (strcmp(word, "on") == 0)
		add_marked(&text, MARK_GOOD, _("runs hooks"));
	else
		add_marked(&text, MARK_WARNING,
			_("only one of pre-invoke and post-invoke is in force"));
	buffer_append_string(&text, " (");
	text_add_name(&text, overview->admin->root);
	text_add_name(&text, DPKG_LINES_FILE);
	buffer_append_string(&text, ")");
	write_line(terminal, _("dpkg without apt"), &text);
}

static void add_transaction(struct buffer *text, const struct log_copy *last)
{
	const struct log_transaction *transaction = &last->transaction;

	if (transaction->start.local[0] != '\0')
		buffer_append_format(text, "%s, ", transaction->start.local);
	if (transaction->command_line != NULL) {
		text_add_sentence(text, transaction->command_line);
		buffer_append_string(text, ", ");
	}
	if (transaction->dpkg_runs >= 0) {
		log_add_dpkg_runs(text, transaction);
		buffer_append_string(text, ", ");
	}
	/* Translators: %s is ok, failed, aborted or unknown, and stays. */
	buffer_append_format(text, _("result %s; "),
		transaction->result != NULL ? transaction->result : "unknown");
	log_add_counts(text, &last->counts);
	log_add_switch(text, transaction);
}

static void write_last(const struct terminal *terminal, const struct overview *overview)
{
	const struct log_copy *last = &overview->last_transaction;
	owns_buffer struct buffer text = {0};

	if (!overview->has_log)
		buffer_append_string(&text, _("unknown"));
	else if (!log_copy_holds(last))
		buffer_append_string(&text, _("none in the log"));
	else
		add_transaction(&text, last);
	write_line(terminal, _("Last transaction"), &text);
}

static void write_sessions(
	const struct terminal *terminal, const struct overview *overview)
{
	const struct log_copy *last = &overview->last_session;
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < overview->sessions.count; i++) {
		const struct listed_session *session = &overview->sessions.items[i];
		owns_buffer struct buffer state = {0};
		/* Translators: behind it, the key of a session and a colon. */
		owns_memory char *key = xformat(_("Session %s"), session->key);

		session_add_state(&state, session);
		write_line(terminal, key, &state);
	}
	if (!log_copy_holds(last))
		return;
	add_transaction(&text, last);
	write_line(terminal, _("Last session"), &text);
}

static void write_overview(const struct overview *overview)
{
	struct terminal terminal = apt_terminal(overview->admin);
	owns_buffer struct buffer version = {0};

	buffer_append_string(&version, UH_VERSION);
	write_line(&terminal, _("Version"), &version);
	write_switch(&terminal, overview);
	write_helper(&terminal, overview);
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		if (is_point_shown(overview, (enum uh_hook_point)i))
			write_point(&terminal, overview, (enum uh_hook_point)i);
	write_dpkg(&terminal, overview);
	write_last(&terminal, overview);
	write_sessions(&terminal, overview);
	if (terminal.is_terminal)
		check_write_never_run(&terminal, overview->admin);
}

static json_t *point_to_json(
	const struct overview *overview, enum uh_hook_point hook_point)
{
	static const char *const words[] = {
		[REGISTERED_AS_SHIPPED] = "as-shipped",
		[REGISTERED_EDITED] = "edited",
		[REGISTERED_NOT] = "missing",
	};
	const struct registration_entry *entry =
		registration_at(&overview->registration, hook_point);
	const struct hook_counts *counts = &overview->counts[hook_point];

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:I}",
		"hook_point", uh_hook_point_name(hook_point), "registered",
		words[entry->registered], "key", entry->key, "file",
		json_text(entry->file), "line",
		entry->line > 0 ? json_integer((json_int_t)entry->line) : json_null(),
		"called", is_called(overview, hook_point), "hooks",
		(json_int_t)hook_counts_hooks(counts), "by_package",
		(json_int_t)counts->by_package, "by_wildcard",
		(json_int_t)counts->by_wildcard, "always", (json_int_t)counts->always,
		"disabled", (json_int_t)counts->disabled, "faulty",
		(json_int_t)counts->faulty, "masked", (json_int_t)counts->masked,
		"overridden", (json_int_t)counts->overridden);
}

static json_t *last_to_json(const struct overview *overview, bool is_session)
{
	const struct log_copy *copy =
		is_session ? &overview->last_session : &overview->last_transaction;
	const struct log_transaction *last = &copy->transaction;
	json_t *object;

	if (!log_copy_holds(copy))
		return json_null();
	object = json_pack("{s:o, s:o, s:o, s:s, s:I}", "start",
		log_time_to_json(&last->start), "end", log_time_to_json(&last->end),
		"command_line", json_text(last->command_line), "result",
		last->result != NULL ? last->result : "unknown", "ran",
		(json_int_t)log_counts_ran(&copy->counts));
	json_merge(object, log_counts_to_json(&copy->counts));
	json_set(object, "switched_off_by", json_text(last->switched_off_by));
	if (is_session)
		json_set(object, "dpkg_runs", log_dpkg_runs_to_json(last));
	return object;
}

static json_t *switch_to_json(const struct overview *overview)
{
	json_t *array = json_array();

	if (overview->is_off_here)
		json_add(array, json_text("APT_UNIVERSAL_HOOKS"));
	if (overview->off != NULL)
		json_add(array, json_text("Universal-Hooks::Enabled"));
	return array;
}

static json_t *overview_to_json(const struct overview *overview)
{
	json_t *points = json_array();

	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		json_add(points, point_to_json(overview, (enum uh_hook_point)i));
	return json_pack("{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "version",
		UH_VERSION, "switched_off_by", switch_to_json(overview), "helper",
		overview->has_helper, "hook_points", points, "last_transaction",
		last_to_json(overview, false), "last_session",
		last_to_json(overview, true), "sessions",
		session_list_to_json(&overview->sessions), "dpkg",
		dpkg_lines_to_json(&overview->dpkg, DPKG_LINES_FILE));
}

static int exit_status_of(const struct overview *overview)
{
	if (!overview->has_log)
		return STATUS_TROUBLE;
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		if (hook_counts_runnable(&overview->counts[i]) > 0 &&
			!is_called(overview, (enum uh_hook_point)i))
			return STATUS_FINDINGS;
	return STATUS_FINE;
}

static int show_status(const struct overview *overview)
{
	int status = STATUS_FINE;

	if (overview->admin->is_json)
		status = json_print(overview_to_json(overview));
	else
		write_overview(overview);
	return status == STATUS_FINE ? exit_status_of(overview) : status;
}

int admin_status(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(overview_done))) struct overview overview = {
		.admin = admin};
	const struct usage usage = {
		.synopsis = "status",
		.text = _("Show for each hook point whether apt calls its hooks, which "
			  "file registers it, and how many hooks there are. Also show "
			  "whether hooks are switched off, the last transaction, and the "
			  "sessions that are not closed. The exit status is 1 if there "
			  "are hooks that apt does not call."),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = overview_take(&overview);
	return status < 0 ? show_status(&overview) : status;
}
