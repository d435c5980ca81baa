/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/plan_view.h"
#include "model/effective_settings.h"

#include <stdio.h>

/* Stands for a file that does not exist before the hooks really run. */
#define LIST_ARGUMENT "--pkg_list=FILE"

/* The names that a run's wildcard matched, in one line each; empty for other runs. */
static void add_matched(const struct preview *preview, const struct planned_run *run,
	struct buffer *names)
{
	if (run->reason == REASON_WILDCARD)
		(void)plan_matched_names(run, &preview->transaction, names); /* or none */
}

static void add_versions(struct buffer *text, const struct package *package)
{
	bool has_old = strcmp(package->old_version, "-") != 0;
	bool has_new = strcmp(package->new_version, "-") != 0;

	buffer_append_format(text, "%s:%s %s", package->name, package->architecture,
		operation_name(package->operation));
	if (has_old && has_new && strcmp(package->old_version, package->new_version) != 0)
		buffer_append_format(
			text, " %s -> %s", package->old_version, package->new_version);
	else if (has_old || has_new)
		buffer_append_format(text, " %s",
			has_new ? package->new_version : package->old_version);
}

/* The same, with a space between them. */
static void add_matched_names(
	const struct preview *preview, const struct planned_run *run, struct buffer *text)
{
	owns_buffer struct buffer names = {0};
	struct slice rest;

	add_matched(preview, run, &names);
	for (rest = buffer_slice(&names); rest.size > 0;) {
		buffer_append_string(text, text->size > 0 ? " " : "");
		buffer_append(text, slice_cut(&rest, '\n'));
	}
}

static void add_reason(
	const struct preview *preview, const struct planned_run *run, struct buffer *text)
{
	owns_buffer struct buffer directory = {0};
	owns_buffer struct buffer names = {0};

	switch (run->reason) {
	case REASON_ALWAYS:
		buffer_append_string(text, _("in every transaction"));
		return;
	case REASON_PACKAGE:
		add_versions(text, run->package);
		return;
	case REASON_WILDCARD:
		text_add_name(&directory, run->directory);
		add_matched_names(preview, run, &names);
		if (names.size == 0)
			buffer_append_format(text, _("%.*s matches"), (int)directory.size,
				directory.data);
		else
			buffer_append_format(text, _("%.*s matches %.*s"),
				(int)directory.size, directory.data, (int)names.size,
				names.data);
		return;
	}
}

/* What the setting that leaves it out waits for. The caller's, NULL when it runs. */
static char *skip_text(const struct planned_run *run)
{
	owns_buffer struct buffer words = {0};

	switch (run->skip) {
	case SKIP_NOT:
		return NULL;
	case SKIP_ENABLED:
		return strdup(_("its setting Enabled is false"));
	case SKIP_WHEN:
		return string_format(
			_("its setting When is \"%s\""), when_name(run->settings.when));
	case SKIP_OPERATIONS:
		operations_add(&words, run->settings.operations);
		return string_format(_("its setting Operations is only for %.*s"),
			(int)words.size, words.data);
	}
	return NULL;
}

/* Why it is planned and yet not run. The caller's, NULL when it is run. */
static char *obstacle(const struct planned_run *run, const char *lacks)
{
	if (run->skip != SKIP_NOT)
		return skip_text(run);
	if (run->script.fault != SCRIPT_IS_FINE)
		return fault_text(&run->script);
	if (lacks != NULL)
		return string_format(
			_("it requires %s, which is not going to be installed"), lacks);
	return NULL;
}

/* A directory that stands for scripts nobody could see is not there for any reason. */
static bool has_reason(const struct planned_run *run)
{
	return run->reason != REASON_ALWAYS ||
	       (run->script.fault != DIRECTORY_IS_UNREADABLE &&
		       run->script.fault != DIRECTORY_IS_UNMATCHED);
}

static void write_run(const struct terminal *terminal, const struct preview *preview,
	const struct planned_run *run, const char *lacks)
{
	owns_buffer struct buffer head = {0};
	owns_buffer struct buffer reason = {0};
	owns_memory char *why_not = obstacle(run, lacks);

	buffer_append_string(&head, why_not == NULL ? MARK_NAME : MARK_FAINT);
	text_add_name(&head, run->script.path);
	buffer_append_string(&head, MARK_END);
	if (run->reason == REASON_WILDCARD && why_not == NULL)
		buffer_append_string(&head, " " LIST_ARGUMENT);
	terminal_write(terminal, "  ", "    ", &head);
	if (has_reason(run)) {
		add_reason(preview, run, &reason);
		terminal_write(terminal, "      ", "        ", &reason);
	}
	if (why_not != NULL) {
		owns_buffer struct buffer words = {0};
		owns_buffer struct buffer text = {0};

		text_add_sentence(&words, why_not);
		buffer_append_string(&text, MARK_MIND);
		buffer_append_format(
			&text, _("not run: %.*s"), (int)words.size, words.data);
		buffer_append_string(&text, MARK_END);
		terminal_write(terminal, "      ", "        ", &text);
	}
}

void plan_view_write_point(const struct terminal *terminal, const struct preview *preview,
	enum uh_hook_point hook_point)
{
	const struct plan *plan = &preview->plans[hook_point];

	if (plan->count > 0)
		terminal_say(terminal, "", "%s", uh_hook_point_name(hook_point));
	else
		terminal_say(
			terminal, "", _("%s: no hooks"), uh_hook_point_name(hook_point));
	for (size_t i = 0; i < plan->count; i++)
		write_run(terminal, preview, &plan->runs[i],
			preview_lacks(preview, hook_point, &plan->runs[i]));
}

void plan_view_write(const struct terminal *terminal, const struct preview *preview)
{
	for (int i = 0; i < HOOK_POINT_COUNT; i++)
		plan_view_write_point(terminal, preview, (enum uh_hook_point)i);
}

static json_t *lines_to_json(struct slice lines)
{
	json_t *array = json_array();

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');

		(void)json_array_append_new(array, json_stringn(line.data, line.size));
	}
	return array;
}

static json_t *package_to_json(const struct package *package)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "package", json_text(package->name),
		"architecture", json_version(package->architecture), "operation",
		operation_name(package->operation), "old_version",
		json_version(package->old_version), "new_version",
		json_version(package->new_version));
}

json_t *packages_to_json(const struct transaction *transaction)
{
	json_t *array = json_array();

	for (size_t i = 0; i < transaction->count; i++)
		(void)json_array_append_new(
			array, package_to_json(&transaction->packages[i]));
	return array;
}

static json_t *run_to_json(
	const struct preview *preview, const struct planned_run *run, const char *lacks)
{
	owns_buffer struct buffer names = {0};
	owns_memory char *why_not = obstacle(run, lacks);
	bool is_wildcard = run->reason == REASON_WILDCARD;
	json_t *object = json_pack("{s:o, s:o, s:s, s:o}", "path",
		json_text(run->script.path), "arguments",
		is_wildcard ? json_pack("[s]", LIST_ARGUMENT) : json_array(), "reason",
		reason_name(run->reason), "not_run", json_text(why_not));

	add_matched(preview, run, &names);
	if (run->reason == REASON_PACKAGE)
		(void)json_object_update_new(object, package_to_json(run->package));
	if (is_wildcard) {
		(void)json_object_set_new(object, "wildcard", json_text(run->directory));
		(void)json_object_set_new(
			object, "matched", lines_to_json(buffer_slice(&names)));
	}
	return object;
}

json_t *plan_view_to_json(const struct preview *preview)
{
	json_t *points = json_array();

	for (size_t point = 0; point < HOOK_POINT_COUNT; point++) {
		const struct plan *plan = &preview->plans[point];
		enum uh_hook_point hook_point = (enum uh_hook_point)point;
		json_t *runs = json_array();

		for (size_t i = 0; i < plan->count; i++)
			(void)json_array_append_new(
				runs, run_to_json(preview, &plan->runs[i],
					      preview_lacks(preview, hook_point,
						      &plan->runs[i])));
		(void)json_array_append_new(
			points, json_pack("{s:s, s:o}", "hook_point",
					uh_hook_point_name(hook_point), "hooks", runs));
	}
	return points;
}
