/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/effective_settings.h"
#include "system/apt.h"
#include "transaction.h"
#include "ui/message.h"
#include "ui/terminal.h"

static bool has_operation(unsigned operations, int operation)
{
	return (operations & 1U << operation) != 0;
}

int settings_ask(struct settings *settings, const struct admin *admin)
{
	owns_buffer struct buffer lines = {0};

	memset(settings, 0, sizeof(*settings));
	if (apt_configuration(admin, "Universal-Hooks", &lines) < 0)
		return STATUS_TROUBLE;
	return settings_parse(settings, buffer_slice(&lines)) < 0 ? report_no_memory()
								  : -1;
}

void operations_add(struct buffer *text, unsigned operations)
{
	const char *gap = "";

	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++) {
		if (!has_operation(operations, i))
			continue;
		buffer_append_format(
			text, "%s%s", gap, operation_name((enum operation)i));
		gap = " ";
	}
}

/* Begins the next one: its name, with a comma before it where it is not the first. */
static void begin(struct buffer *text, size_t start, const char *name)
{
	buffer_append_format(text, "%s%s ", text->size > start ? ", " : "", name);
}

void effective_settings_add(struct buffer *text, const struct script_settings *settings)
{
	const struct script_settings usual = script_settings_default();
	size_t start = text->size;

	if (!settings->is_enabled) {
		begin(text, start, "Enabled");
		buffer_append_string(text, "false");
	}
	if (settings->on_failure != usual.on_failure) {
		begin(text, start, "On-Failure");
		buffer_append_string(text, on_failure_name(settings->on_failure));
	}
	if (settings->when != usual.when) {
		begin(text, start, "When");
		buffer_append_string(text, when_name(settings->when));
	}
	if (settings->operations != usual.operations) {
		begin(text, start, "Operations");
		operations_add(text, settings->operations);
	}
	if (settings->timeout != usual.timeout) {
		begin(text, start, "Timeout");
		buffer_append_format(text, "%u", settings->timeout);
	}
	if (settings->user != NULL) {
		begin(text, start, "User");
		text_add_name(text, settings->user);
	}
	if (strcmp(settings->directory, usual.directory) != 0) {
		begin(text, start, "Directory");
		text_add_name(text, settings->directory);
	}
	for (size_t i = 0; i < settings->required_count; i++) {
		if (i == 0)
			begin(text, start, "Requires");
		buffer_append_format(
			text, "%s%s", i > 0 ? " " : "", settings->required[i]);
	}
}

static json_t *operations_to_json(unsigned operations)
{
	json_t *array = json_array();

	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++)
		if (has_operation(operations, i))
			(void)json_array_append_new(
				array, json_text(operation_name((enum operation)i)));
	return array;
}

static json_t *required_to_json(const struct script_settings *settings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < settings->required_count; i++)
		(void)json_array_append_new(array, json_text(settings->required[i]));
	return array;
}

json_t *effective_settings_to_json(const struct script_settings *settings)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "Enabled",
		settings->is_enabled, "On-Failure",
		json_text(on_failure_name(settings->on_failure)), "When",
		json_text(when_name(settings->when)), "Operations",
		operations_to_json(settings->operations), "Timeout",
		(json_int_t)settings->timeout, "User", json_text(settings->user),
		"Directory", json_text(settings->directory), "Requires",
		required_to_json(settings));
}
