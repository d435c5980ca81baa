/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks list: every hook, where it applies, and how it last ended. */
#include "cmd/cmd.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "system/apt.h"
#include "system/owner.h"
#include "ui/memory.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"
#include "ui/terminal.h"

/* What there is to know of all hooks. */
struct inventory {
	struct hook_list hooks;
	struct settings settings;
	struct owner_list owners;
	struct log log;
	const struct admin *admin;
	bool is_limited; /* to one hook point */
	enum uh_hook_point hook_point;
};

/* What there is to know of one. */
struct item {
	const struct hook *hook;
	const char *path; /* as seen from the root */
	const char *owner;
	struct script_settings settings;
	const struct log_run *last; /* or NULL */
	const struct log_transaction *transaction;
};

static void inventory_done(struct inventory *inventory)
{
	log_done(&inventory->log);
	owner_list_done(&inventory->owners);
	settings_done(&inventory->settings);
	hook_list_done(&inventory->hooks);
}

static int find_owners(struct inventory *inventory)
{
	owns_strings struct string_list paths = {0};
	size_t root_size = strlen(inventory->admin->root);

	for (size_t i = 0; i < inventory->hooks.count; i++)
		if (string_list_add(&paths,
			    inventory->hooks.items[i].script.path + root_size) < 0)
			return report_no_memory();
	return owner_list_ask(&inventory->owners, inventory->admin, &paths) < 0
		       ? report_no_memory()
		       : -1;
}

/* −1 to go on, or the status to end with. */
static int inventory_take(struct inventory *inventory)
{
	int status;

	if (hook_list_read(&inventory->hooks, inventory->admin) < 0)
		return report_no_memory();
	for (size_t i = 0; i < inventory->hooks.faults.count; i++) {
		const struct script *fault = &inventory->hooks.faults.items[i];

		report_warning(
			_("%s cannot be read: %s"), fault->path, strerror(-fault->error));
	}
	status = settings_ask(&inventory->settings, inventory->admin);
	if (status < 0)
		status = find_owners(inventory);
	return status < 0 ? log_read(&inventory->log, inventory->admin) : status;
}

static bool is_shown(const struct inventory *inventory, const struct hook *hook)
{
	return !inventory->is_limited || hook->hook_point == inventory->hook_point;
}

static void item_done(struct item *item)
{
	script_settings_done(&item->settings);
}

static int item_make(
	struct item *item, const struct inventory *inventory, const struct hook *hook)
{
	*item = (struct item){
		.hook = hook, .path = hook->script.path + strlen(inventory->admin->root)};
	item->owner = owner_of(&inventory->owners, item->path);
	item->last = log_last_run_of(&inventory->log, item->path, &item->transaction);
	return settings_for(
		       &inventory->settings, hook->script.relative, &item->settings) < 0
		       ? report_no_memory()
		       : -1;
}

/* "pkgs/perl", "multi_pkgs/ea-__WILDCARD__", "always". */
static void add_place(struct buffer *text, const struct hook *hook)
{
	switch (hook->reason) {
	case REASON_PACKAGE:
		buffer_append_string(text, "pkgs/");
		break;
	case REASON_WILDCARD:
		buffer_append_string(text, "multi_pkgs/");
		break;
	case REASON_ALWAYS:
		buffer_append_string(text, _("always"));
		return;
	}
	text_add_name(text, hook->match);
}

static void add_status(struct buffer *text, const struct hook *hook)
{
	owns_buffer struct buffer by = {0};

	text_add_name(&by, hook->by != NULL ? hook->by : "");
	switch (hook->status) {
	case HOOK_EFFECTIVE:
		return;
	case HOOK_OVERRIDDEN:
		buffer_append_format(
			text, _("overridden by %.*s"), (int)by.size, by.data);
		return;
	case HOOK_MASKED:
		buffer_append_format(text, _("masked by %.*s"), (int)by.size, by.data);
		return;
	case HOOK_IS_MASK:
		buffer_append_string(text, _("a mask"));
		return;
	}
}

static void add_last(struct buffer *text, const struct item *item)
{
	bool has_failed;

	if (item->last == NULL)
		return;
	has_failed = log_has_failed(item->last);
	buffer_append_string(text, has_failed ? MARK_BAD : MARK_GOOD);
	log_add_outcome(text, item->last);
	buffer_append_string(text, MARK_END);
	if (item->last->milliseconds >= 0) {
		buffer_append_string(text, _(" in "));
		log_add_duration(text, item->last->milliseconds);
	}
	if (item->transaction->start[0] != '\0')
		buffer_append_format(text, ", %s", item->transaction->start);
}

/*
 * A line below a hook: what it is about, and what there is to say; nothing for nothing.
 */
static void write_detail(const struct terminal *terminal, const char *indent,
	const char *title, const char *mark, const struct buffer *text)
{
	owns_buffer struct buffer line = {0};
	owns_memory char *deeper = string_format("%s  ", indent);

	if (text->size == 0 || deeper == NULL)
		return;
	buffer_append_string(&line, title);
	if (title[0] != '\0')
		buffer_append_string(&line, ": ");
	buffer_append_string(&line, mark);
	buffer_append(&line, buffer_slice(text));
	buffer_append_string(&line, mark[0] != '\0' ? MARK_END : "");
	terminal_write(terminal, indent, deeper, &line);
}

static void write_details(
	const struct terminal *terminal, const char *indent, const struct item *item)
{
	bool counts = item->hook->status == HOOK_EFFECTIVE;
	owns_memory char *fault = counts ? fault_text(&item->hook->script) : NULL;
	owns_buffer struct buffer status = {0};
	owns_buffer struct buffer why_not = {0};
	owns_buffer struct buffer owner = {0};
	owns_buffer struct buffer settings = {0};
	owns_buffer struct buffer last = {0};

	add_status(&status, item->hook);
	text_add_sentence(&why_not, fault != NULL ? fault : "");
	text_add_sentence(&owner, item->owner != NULL ? item->owner : "");
	if (counts)
		effective_settings_add(&settings, &item->settings);
	add_last(&last, item);
	write_detail(terminal, indent, "", MARK_FAINT, &status);
	write_detail(terminal, indent, _("not run"), MARK_BAD, &why_not);
	write_detail(terminal, indent, _("package"), "", &owner);
	write_detail(terminal, indent, _("settings"), "", &settings);
	write_detail(terminal, indent, _("last"), "", &last);
}

/* What a tree is drawn with: before an entry, before the last, and below either. */
struct branches {
	const char *entry, *last, *below_entry, *below_last;
};

static const struct branches *branches_of(const struct terminal *terminal)
{
	static const struct branches ascii = {"|-- ", "`-- ", "|   ", "    "};
	static const struct branches lines = {"├── ", "└── ", "│   ", "    "};

	return terminal->has_utf8 ? &lines : &ascii;
}

static bool is_one_group(const struct hook *a, const struct hook *b)
{
	return a->hook_point == b->hook_point && a->reason == b->reason &&
	       (a->match == NULL || strcmp(a->match, b->match) == 0);
}

/* A hook and what there is to say of it, in a group whose lines begin with below. */
static int write_hook(const struct terminal *terminal, const struct inventory *inventory,
	const struct hook *hook, const char *below, bool is_last)
{
	const struct branches *branches = branches_of(terminal);
	__attribute__((cleanup(item_done))) struct item item;
	owns_memory char *first =
		string_format("%s%s", below, is_last ? branches->last : branches->entry);
	owns_memory char *next = string_format(
		"%s%s  ", below, is_last ? branches->below_last : branches->below_entry);
	owns_buffer struct buffer text = {0};
	int status = item_make(&item, inventory, hook);

	if (status >= 0)
		return status;
	if (first == NULL || next == NULL)
		return report_no_memory();
	buffer_append_string(
		&text, hook->status == HOOK_EFFECTIVE ? MARK_NAME : MARK_FAINT);
	text_add_name(&text, hook->script.path);
	buffer_append_string(&text, MARK_END);
	terminal_write(terminal, first, next, &text);
	write_details(terminal, next, &item);
	return -1;
}

/* The hooks from first to end, which stand at one place of one hook point. */
static int write_group(const struct terminal *terminal, const struct inventory *inventory,
	size_t first, size_t end, bool is_last)
{
	const struct branches *branches = branches_of(terminal);
	const struct hook *hooks = inventory->hooks.items;
	owns_buffer struct buffer place = {0};
	int status = -1;

	add_place(&place, &hooks[first]);
	terminal_write(terminal, is_last ? branches->last : branches->entry,
		is_last ? branches->below_last : branches->below_entry, &place);
	for (size_t i = first; i < end && status < 0; i++)
		status = write_hook(terminal, inventory, &hooks[i],
			is_last ? branches->below_last : branches->below_entry,
			i + 1 == end);
	return status;
}

static size_t end_of_group(const struct hook_list *hooks, size_t first)
{
	size_t end = first + 1;

	while (end < hooks->count &&
		is_one_group(&hooks->items[first], &hooks->items[end]))
		end++;
	return end;
}

static int write_tree(const struct terminal *terminal, const struct inventory *inventory)
{
	const struct hook_list *hooks = &inventory->hooks;
	bool is_empty = true;
	size_t end;
	int status = -1;

	for (size_t first = 0; first < hooks->count && status < 0; first = end) {
		const struct hook *hook = &hooks->items[first];

		end = end_of_group(hooks, first);
		if (!is_shown(inventory, hook))
			continue;
		is_empty = false;
		if (first == 0 || hook[-1].hook_point != hook->hook_point)
			terminal_say(
				terminal, "", "%s", uh_hook_point_name(hook->hook_point));
		status = write_group(terminal, inventory, first, end,
			end == hooks->count ||
				hooks->items[end].hook_point != hook->hook_point);
	}
	if (is_empty)
		terminal_say(terminal, "", _("There are no hooks."));
	return status;
}

/* Adds the text as a cell and empties it for the next. */
static void add_cell(struct table *table, struct buffer *text)
{
	owns_memory char *cell = xbuffer_steal(text);

	table_add(table, cell);
}

/* What the tree says of a hook, in one row. */
static int add_row(
	struct table *table, const struct inventory *inventory, const struct hook *hook)
{
	__attribute__((cleanup(item_done))) struct item item;
	owns_memory char *fault = NULL;
	owns_buffer struct buffer text = {0};
	int status = item_make(&item, inventory, hook);

	if (status >= 0)
		return status;
	table_add(table, uh_hook_point_name(hook->hook_point));
	add_place(&text, hook);
	add_cell(table, &text);
	table_add_name(table, hook->script.path);
	add_status(&text, hook);
	if (hook->status == HOOK_EFFECTIVE)
		fault = fault_text(&hook->script);
	text_add_sentence(&text, fault != NULL ? fault : "");
	add_cell(table, &text);
	table_add_name(table, item.owner != NULL ? item.owner : "");
	effective_settings_add(&text, &item.settings);
	add_cell(table, &text);
	add_last(&text, &item);
	add_cell(table, &text);
	return -1;
}

static int write_table(const struct terminal *terminal, const struct inventory *inventory)
{
	const char *const titles[] = {_("Hook point"), _("Applies to"), _("Script"),
		_("Remark"), _("Package"), _("Settings"), _("Last")};
	struct table table = {
		.terminal = terminal, .titles = titles, .columns = COUNT_OF(titles)};
	int status = -1;

	for (size_t i = 0; i < inventory->hooks.count && status < 0; i++)
		if (is_shown(inventory, &inventory->hooks.items[i]))
			status = add_row(&table, inventory, &inventory->hooks.items[i]);
	if (status < 0)
		table_write(&table);
	table_done(&table);
	return status;
}

static json_t *last_to_json(const struct item *item)
{
	owns_buffer struct buffer outcome = {0};

	if (item->last == NULL)
		return json_null();
	log_add_outcome(&outcome, item->last);
	buffer_append(&outcome, (struct slice){"", 1});
	return json_pack("{s:o, s:o, s:o, s:b}", "start",
		json_text(item->transaction->start[0] != '\0' ? item->transaction->start
							      : NULL),
		"ended", json_text(outcome.error == 0 ? outcome.data : NULL),
		"milliseconds",
		item->last->milliseconds >= 0 ? json_integer(item->last->milliseconds)
					      : json_null(),
		"failed", log_has_failed(item->last));
}

static json_t *hook_to_json(const struct inventory *inventory, const struct hook *hook)
{
	static const char *const statuses[] = {
		[HOOK_EFFECTIVE] = "counts",
		[HOOK_OVERRIDDEN] = "overridden",
		[HOOK_MASKED] = "masked",
		[HOOK_IS_MASK] = "mask",
	};
	__attribute__((cleanup(item_done))) struct item item;
	owns_memory char *fault = NULL;

	if (item_make(&item, inventory, hook) >= 0)
		return NULL;
	if (hook->status == HOOK_EFFECTIVE)
		fault = fault_text(&hook->script);
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}",
		"hook_point", uh_hook_point_name(hook->hook_point), "reason",
		reason_name(hook->reason), "subject", json_text(hook->match), "path",
		json_text(hook->script.path), "standing", statuses[hook->status], "by",
		json_text(hook->by), "not_run", json_text(fault), "package",
		json_text(item.owner), "settings",
		effective_settings_to_json(&item.settings), "last", last_to_json(&item));
}

static int print_json(const struct inventory *inventory)
{
	json_t *hooks = json_array();

	for (size_t i = 0; i < inventory->hooks.count; i++)
		if (is_shown(inventory, &inventory->hooks.items[i]))
			(void)json_array_append_new(hooks,
				hook_to_json(inventory, &inventory->hooks.items[i]));
	return json_print(json_pack("{s:o}", "hooks", hooks));
}

static int show(const struct inventory *inventory)
{
	struct terminal terminal;
	int status;

	if (inventory->admin->is_json)
		return print_json(inventory);
	terminal = apt_terminal(inventory->admin);
	if (!terminal.is_terminal)
		status = write_table(&terminal, inventory);
	else
		status = write_tree(&terminal, inventory);
	return status < 0 ? STATUS_FINE : status;
}

int admin_list(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(inventory_done))) struct inventory inventory = {
		.admin = admin};
	const struct usage usage = {
		.synopsis = "list [HOOK-POINT]",
		.text = _("Shows every hook of /etc/apt/universal-hooks and "
			  "/usr/lib/apt/universal-hooks in the order in which they run: "
			  "where it applies, the package that it came with, the settings "
			  "that are not the default, what overrides or masks it, and how "
			  "it "
			  "last ended."),
		.has_json = true,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	inventory.is_limited = status < 0 && words == 1;
	if (inventory.is_limited)
		status = hook_point_read(argv[1], &inventory.hook_point);
	if (status < 0)
		status = inventory_take(&inventory);
	return status < 0 ? show(&inventory) : status;
}
