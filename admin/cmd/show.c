/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks show: everything about one hook, on one screen. */
#include "cmd/cmd.h"
#include "hook_point.h"
#include "kept_output.h"
#include "model/inventory.h"
#include "model/output_reader.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"

#include <errno.h>
#include <stdio.h>

/* The column of values, after their titles. */
#define DETAIL_COLUMN 16
#define RUN_COLUMN 23
#define RUNS_MAX 5
#define OUTPUT_LINES 10

struct details {
	struct inventory *inventory;
	struct item item;
	struct terminal terminal;
};

static void write_titled(const struct details *details, const char *title,
	const char *mark, struct buffer *text)
{
	owns_buffer struct buffer head = {0};
	owns_buffer struct buffer styled = {0};
	owns_memory char *line = NULL;

	if (text->size == 0)
		return;
	buffer_append_format(&head, "  %s", title);
	buffer_append_string(&styled, mark);
	buffer_append(&styled, buffer_slice(text));
	buffer_append_string(&styled, mark[0] != '\0' ? MARK_END : "");
	line = xbuffer_steal(&styled);
	terminal_item(&details->terminal, &head, DETAIL_COLUMN, line);
	text->size = 0;
}

/* "Post-Invoke, in every transaction", "Post-Invoke, pkgs/nginx". */
static void write_place(const struct details *details)
{
	const struct hook *hook = details->item.hook;
	owns_buffer struct buffer text = {0};

	text_add_name(&text, hook->script.path);
	write_titled(details, _("path"), "", &text);
	buffer_append_format(&text, "%s, ", uh_hook_point_name(hook->hook_point));
	if (hook->reason == REASON_ALWAYS)
		buffer_append_string(&text, hook_point_is_of_session(hook->hook_point)
						    ? _("in every session")
						    : _("in every transaction"));
	else
		item_add_scope(&text, hook);
	write_titled(details, _("runs"), "", &text);
	text_add_name(&text, item_origin(&details->item));
	write_titled(details, _("from"), "", &text);
}

static void write_state(const struct details *details)
{
	const struct item *item = &details->item;
	const char *mark = item->fault != NULL ? MARK_BAD : "";
	owns_buffer struct buffer text = {0};
	owns_buffer struct buffer status = {0};

	buffer_append_string(&text, _(item_state(item)));
	item_add_status(&status, item->hook);
	if (item->hook->overridden_by != NULL) {
		text.size = 0;
		buffer_append(&text, buffer_slice(&status));
	}
	if (item->fault != NULL) {
		buffer_append_string(&text, ": ");
		text_add_sentence(&text, item->fault);
	}
	write_titled(details, _("state"), mark, &text);
}

static void write_setting(const struct details *details, const struct setting_type *type)
{
	const struct item *item = &details->item;
	owns_buffer struct buffer text = {0};
	owns_memory char *place = NULL;
	owns_memory char *name = NULL;
	unsigned long line;
	const char *file;

	if (type->kind == SETTING_SECONDS && item->settings.timeout == 0)
		buffer_append_string(&text, _("none"));
	else
		setting_value_add(&text, type, &item->settings);
	if (!setting_sources_find(&item->sources, type, &file, &line)) {
		write_titled(details, type->name, MARK_FAINT, &text);
		return;
	}
	place = line > 0 ? xformat("%s:%lu", file, line) : xstrdup(file);
	name = xname(place);
	buffer_append_format(&text, _(", set in %s"), name);
	write_titled(details, type->name, "", &text);
}

static void write_settings(const struct details *details)
{
	terminal_say(&details->terminal, "", _("Settings:"));
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (type->kind != SETTING_RENAME)
			write_setting(details, type);
}

/* The newest runs of the hook, the newest first. */
struct newest_runs {
	struct log_copy items[RUNS_MAX];
	size_t count;
};

static void newest_runs_done(struct newest_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		log_copy_done(&runs->items[i]);
}

static void add_newest_run(struct newest_runs *runs,
	const struct log_transaction *transaction, const struct log_run *run)
{
	if (runs->count == RUNS_MAX)
		log_copy_done(&runs->items[--runs->count]);
	memmove(runs->items + 1, runs->items, runs->count * sizeof(*runs->items));
	memset(&runs->items[0], 0, sizeof(runs->items[0]));
	log_copy_take(&runs->items[0], transaction, run);
	runs->count++;
}

static void find_runs(struct newest_runs *runs, const struct details *details)
{
	struct log *log = &details->inventory->log;
	owns_memory char *path = log_path(details->item.path);
	const struct log_transaction *transaction;

	(void)log_rewind(log, SIZE_MAX);
	while ((transaction = log_next(log)) != NULL)
		for (size_t i = 0; i < transaction->count; i++)
			if (strcmp(transaction->runs[i].path, path) == 0)
				add_newest_run(runs, transaction, &transaction->runs[i]);
}

/* The output of the newest run, if it was kept. */
static void write_last_output(
	const struct details *details, const struct newest_runs *runs)
{
	owns_outputs struct outputs outputs = {.items = NULL};
	const struct run_output *output = NULL;
	owns_buffer struct buffer text = {0};
	int error = outputs_read(&outputs, details->inventory->admin);

	if (error == -EACCES)
		terminal_say(&details->terminal, "", _("Only root can see its output."));
	else if (error < 0)
		report_warning(_("%s%s cannot be read, so the output of hooks is not "
				 "shown: %s"),
			details->inventory->admin->root, OUTPUT_FILE, strerror(-error));
	if (error < 0)
		return;
	for (size_t i = 0; i < runs->count && output == NULL; i++)
		output = outputs_find(
			&outputs, &runs->items[i].transaction, &runs->items[i].run);
	if (output != NULL) {
		terminal_say(&details->terminal, "", _("Its last output:"));
		output_add_lines(&text, output, "  ", OUTPUT_LINES);
		xensure(text.error);
		terminal_put(&details->terminal, buffer_slice(&text));
	} else if (details->item.settings.output == OUTPUT_TERMINAL &&
		   details->item.hook->hook_point != UH_SESSION_END) {
		owns_memory char *path = xname(details->item.hook->script.relative);

		terminal_say(&details->terminal, "",
			_("Its output is not kept; to keep it, use "
			  "apt-universal-hooks set %s Output both"),
			path);
	}
}

static void write_runs(const struct details *details)
{
	__attribute__((cleanup(newest_runs_done))) struct newest_runs runs = {.count = 0};

	find_runs(&runs, details);
	terminal_say(&details->terminal, "",
		runs.count > 0 ? _("Last runs:") : _("It has not run yet."));
	for (size_t i = 0; i < runs.count; i++) {
		owns_buffer struct buffer head = {0};
		owns_buffer struct buffer text = {0};
		owns_memory char *line = NULL;

		buffer_append_format(
			&head, "  %s", runs.items[i].transaction.start.local);
		log_add_ending(&text, &runs.items[i].run);
		line = xbuffer_steal(&text);
		terminal_item(&details->terminal, &head, RUN_COLUMN, line);
	}
	if (runs.count > 0) {
		(void)putchar('\n');
		write_last_output(details, &runs);
	}
}

static int write_hook_details(const struct details *details)
{
	const struct item *item = &details->item;
	const char *path = item->hook->script.relative;
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, MARK_NAME);
	text_add_name(&text, path);
	buffer_append_string(&text, MARK_END);
	if (item->settings.description != NULL) {
		buffer_append_string(&text, " - ");
		text_add_sentence(&text, item->settings.description);
	}
	terminal_write(&details->terminal, "", "  ", &text);
	write_place(details);
	write_state(details);
	(void)putchar('\n');
	write_settings(details);
	(void)putchar('\n');
	write_runs(details);
	return STATUS_FINE;
}

static json_t *details_to_json(const struct details *details)
{
	__attribute__((cleanup(newest_runs_done))) struct newest_runs runs = {.count = 0};
	json_t *object = item_to_json(details->inventory, details->item.hook);
	json_t *array = json_array();

	find_runs(&runs, details);
	for (size_t i = 0; i < runs.count; i++) {
		json_t *run = json_pack("{s:o}", "start",
			log_time_to_json(&runs.items[i].transaction.start));

		json_merge(run, log_ending_to_json(&runs.items[i].run));
		json_add(array, run);
	}
	json_set(object, "runs", array);
	return object;
}

static void details_done(struct details *details)
{
	item_done(&details->item);
}

static int show(struct inventory *inventory, const char *word)
{
	__attribute__((cleanup(details_done))) struct details details = {
		.inventory = inventory};
	const struct hook *hook;
	int status = hook_list_resolve(&inventory->hooks, inventory->admin, word, &hook);

	if (status >= 0)
		return status;
	item_make(&details.item, inventory, hook);
	if (inventory->admin->is_json)
		return json_print(details_to_json(&details));
	details.terminal = apt_terminal(inventory->admin);
	return write_hook_details(&details);
}

int admin_show(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(inventory_done))) struct inventory inventory = {
		.admin = admin};
	const struct usage usage = {
		.synopsis = "show SCRIPT",
		.text = _("Show everything about a hook: where it is and where it "
			  "applies, what it is for, its settings and the files that set "
			  "them, and its last runs."),
		.has_json = true,
		.words_min = 1,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = inventory_take(&inventory);
	return status < 0 ? show(&inventory, argv[1]) : status;
}
