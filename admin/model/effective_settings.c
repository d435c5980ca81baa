/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/effective_settings.h"
#include "package_settings.h"
#include "report.h"
#include "transaction.h"
#include "ui/message.h"
#include "ui/terminal.h"

#define SCOPE "Universal-Hooks"

static bool has_operation(unsigned operations, int operation)
{
	return (operations & 1U << operation) != 0;
}

int settings_ask(
	struct settings *settings, struct origins *origins, const struct admin *admin)
{
	__attribute__((cleanup(hook_tree_done))) struct hook_tree tree;
	owns_buffer struct buffer lines = {0};
	int error;

	xensure(hook_tree_init(&tree, admin->root));
	memset(settings, 0, sizeof(*settings));
	error = origins != NULL ? origins_ask(origins, admin, SCOPE, NULL, &lines)
				: apt_configuration(admin, SCOPE, &lines);
	if (error < 0)
		return STATUS_TROUBLE;
	/* As for scripts: as root would see them, whoever asks. */
	tree.trust.user = 0;
	if (settings_parse(settings, buffer_slice(&lines)) < 0 ||
		package_settings_read(settings, &tree, NULL, report_event, NULL) < 0)
		return report_no_memory();
	return -1;
}

void operations_add(struct buffer *text, unsigned operations)
{
	const char *separator = "";

	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++) {
		if (!has_operation(operations, i))
			continue;
		buffer_append_format(
			text, "%s%s", separator, operation_name((enum operation)i));
		separator = " ";
	}
}

/* Items that may contain spaces are in quotes. */
static void add_items(struct buffer *text, const struct setting_items *list)
{
	for (size_t i = 0; i < list->count; i++) {
		bool is_plain = strpbrk(list->items[i], " \t\"'") == NULL;

		buffer_append_string(text, i > 0 ? " " : "");
		buffer_append_string(text, is_plain ? "" : "\"");
		text_add_sentence(text, list->items[i]);
		buffer_append_string(text, is_plain ? "" : "\"");
	}
}

void setting_value_add(struct buffer *text, const struct setting_type *type,
	const struct script_settings *settings)
{
	unsigned number;

	switch (type->kind) {
	case SETTING_BOOLEAN:
		number = setting_number(type, settings);
		buffer_append_string(text, number != 0 ? "true" : "false");
		return;
	case SETTING_WORD:
		buffer_append_format(text, "%s", setting_word(type, settings));
		return;
	case SETTING_OPERATIONS:
		operations_add(text, setting_number(type, settings));
		return;
	case SETTING_SECONDS:
		buffer_append_format(text, "%u", setting_number(type, settings));
		return;
	case SETTING_ACCOUNT:
	case SETTING_DIRECTORY:
		if (setting_text(type, settings) != NULL)
			text_add_name(text, setting_text(type, settings));
		return;
	case SETTING_TEXT:
		if (setting_text(type, settings) == NULL)
			return;
		buffer_append_string(text, "\"");
		text_add_sentence(text, setting_text(type, settings));
		buffer_append_string(text, "\"");
		return;
	case SETTING_RENAME: /* "masked by" and "overridden by" show its effect */
		return;
	case SETTING_DEPENDENCIES:
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
		add_items(text, setting_list(type, settings));
		return;
	}
}

void effective_settings_add(struct buffer *text, const struct script_settings *settings)
{
	const char *separator = "";

	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		if (setting_is_default(type, settings))
			continue;
		buffer_append_format(text, "%s%s ", separator, type->name);
		setting_value_add(text, type, settings);
		separator = ", ";
	}
}

static json_t *operations_to_json(unsigned operations)
{
	json_t *array = json_array();

	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++)
		if (has_operation(operations, i))
			json_add(array, json_text(operation_name((enum operation)i)));
	return array;
}

static json_t *value_to_json(
	const struct setting_type *type, const struct script_settings *settings)
{
	const struct setting_items *list;

	switch (type->kind) {
	case SETTING_BOOLEAN:
		return json_boolean(setting_number(type, settings) != 0);
	case SETTING_WORD:
		return json_text(setting_word(type, settings));
	case SETTING_OPERATIONS:
		return operations_to_json(setting_number(type, settings));
	case SETTING_SECONDS:
		return json_integer(setting_number(type, settings));
	case SETTING_ACCOUNT:
	case SETTING_DIRECTORY:
	case SETTING_TEXT:
		return json_text(setting_text(type, settings));
	case SETTING_DEPENDENCIES:
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
		list = setting_list(type, settings);
		return json_texts(list->items, list->count);
	case SETTING_RENAME:
		return NULL;
	}
	return NULL;
}

json_t *effective_settings_to_json(const struct script_settings *settings)
{
	json_t *object = json_object();

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (type->kind != SETTING_RENAME)
			json_set(object, type->name, value_to_json(type, settings));
	return object;
}

bool setting_sources_find(const struct setting_sources *sources,
	const struct setting_type *type, const char **ret_file, unsigned long *ret_line)
{
	const struct setting *setting =
		settings_source(sources->settings, sources->path, type);
	const struct origin *origin = NULL;

	*ret_line = 0;
	*ret_file = setting != NULL ? setting->file : NULL;
	if (setting != NULL && setting->file == NULL)
		origin = origins_find(sources->origins, setting->key, setting->value);
	if (origin != NULL) {
		*ret_file = origin->file;
		*ret_line = origin->line;
	}
	return *ret_file != NULL;
}

void setting_sources_add(struct buffer *text, const struct setting_sources *sources,
	const struct script_settings *script)
{
	const char *file, *before = NULL;
	unsigned long line;

	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		if (setting_is_default(type, script) ||
			!setting_sources_find(sources, type, &file, &line))
			continue;
		if (before != NULL && strcmp(file, before) == 0) {
			buffer_append_format(text, ", %s", type->name);
			continue;
		}
		buffer_append_string(text, before != NULL ? "), " : "");
		text_add_name(text, file);
		buffer_append_format(text, " (%s", type->name);
		before = file;
	}
	buffer_append_string(text, before != NULL ? ")" : "");
}

json_t *setting_sources_to_json(const struct setting_sources *sources)
{
	json_t *object = json_object();
	const char *file;
	unsigned long line;

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (setting_sources_find(sources, type, &file, &line))
			json_set(object, type->name,
				json_pack("{s:o, s:o}", "file", json_text(file), "line",
					line > 0 ? json_integer((json_int_t)line)
						 : json_null()));
	return object;
}
