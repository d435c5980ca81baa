/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks list: every hook, where it applies, and how it last ended. */
#include "check/checks.h"
#include "cmd/cmd.h"
#include "model/inventory.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"
#include "ui/table.h"

/* What to show of them. */
struct listing {
	struct inventory inventory;
	bool is_tree;
	bool is_limited; /* to one hook point */
	enum uh_hook_point hook_point;
};

static bool is_shown(const struct listing *listing, const struct hook *hook)
{
	return !listing->is_limited || hook->hook_point == listing->hook_point;
}

/* Writes "TITLE: TEXT" below a hook, unless text is empty. */
static void write_detail(const struct terminal *terminal, const char *indent,
	const char *title, const char *mark, const struct buffer *text)
{
	owns_buffer struct buffer line = {0};
	owns_memory char *deeper = xformat("%s  ", indent);

	if (text->size == 0)
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
	owns_buffer struct buffer status = {0};
	owns_buffer struct buffer why_not = {0};
	owns_buffer struct buffer owner = {0};
	owns_buffer struct buffer settings = {0};
	owns_buffer struct buffer sources = {0};
	owns_buffer struct buffer last = {0};

	item_add_status(&status, item->hook);
	text_add_sentence(&why_not, item->fault != NULL ? item->fault : "");
	text_add_sentence(&owner, item->owner != NULL ? item->owner : "");
	if (item->hook->status == HOOK_EFFECTIVE) {
		effective_settings_add(&settings, &item->settings);
		setting_sources_add(&sources, &item->sources, &item->settings);
	}
	item_add_last(&last, item);
	write_detail(terminal, indent, "", MARK_FAINT, &status);
	write_detail(terminal, indent, _("not run"), MARK_BAD, &why_not);
	write_detail(terminal, indent, _("package"), "", &owner);
	write_detail(terminal, indent, _("settings"), "", &settings);
	write_detail(terminal, indent, _("set in"), MARK_FAINT, &sources);
	write_detail(terminal, indent, _("last"), "", &last);
}

/* What a tree is drawn with, in front of its lines. */
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

/* below precedes the lines of the group that the hook is in. */
static void write_hook(const struct terminal *terminal, const struct inventory *inventory,
	const struct hook *hook, const char *below, bool is_last)
{
	const struct branches *branches = branches_of(terminal);
	owns_item struct item item;
	owns_memory char *first =
		xformat("%s%s", below, is_last ? branches->last : branches->entry);
	owns_memory char *next = xformat(
		"%s%s  ", below, is_last ? branches->below_last : branches->below_entry);
	owns_buffer struct buffer text = {0};

	item_make(&item, inventory, hook);
	buffer_append_string(
		&text, hook->status == HOOK_EFFECTIVE ? MARK_NAME : MARK_FAINT);
	text_add_name(&text, hook->script.path);
	buffer_append_string(&text, MARK_END);
	terminal_write(terminal, first, next, &text);
	write_details(terminal, next, &item);
}

/* The hooks from first to end, which apply to the same packages at one hook point. */
static void write_group(const struct terminal *terminal,
	const struct inventory *inventory, size_t first, size_t end, bool is_last)
{
	const struct branches *branches = branches_of(terminal);
	const char *below = is_last ? branches->below_last : branches->below_entry;
	const struct hook *hooks = inventory->hooks.items;
	owns_buffer struct buffer scope = {0};

	item_add_scope(&scope, &hooks[first]);
	terminal_write(
		terminal, is_last ? branches->last : branches->entry, below, &scope);
	for (size_t i = first; i < end; i++)
		write_hook(terminal, inventory, &hooks[i], below, i + 1 == end);
}

static size_t end_of_group(const struct hook_list *hooks, size_t first)
{
	size_t end = first + 1;

	while (end < hooks->count &&
		is_one_group(&hooks->items[first], &hooks->items[end]))
		end++;
	return end;
}

static void write_nothing(const struct terminal *terminal)
{
	terminal_say(terminal, "", _("There are no hooks."));
}

static void write_tree(const struct terminal *terminal, const struct listing *listing)
{
	const struct inventory *inventory = &listing->inventory;
	const struct hook_list *hooks = &inventory->hooks;
	bool is_empty = true;
	size_t end;

	for (size_t first = 0; first < hooks->count; first = end) {
		const struct hook *hook = &hooks->items[first];

		end = end_of_group(hooks, first);
		if (!is_shown(listing, hook))
			continue;
		is_empty = false;
		if (first == 0 || hook[-1].hook_point != hook->hook_point)
			terminal_say(
				terminal, "", "%s", uh_hook_point_name(hook->hook_point));
		write_group(terminal, inventory, first, end,
			end == hooks->count ||
				hooks->items[end].hook_point != hook->hook_point);
	}
	if (is_empty)
		write_nothing(terminal);
}

/* Adds the text as a cell in this style, which may be "", and leaves the buffer empty. */
static void add_styled_cell(struct table *table, const char *mark, struct buffer *text)
{
	owns_buffer struct buffer cell = {0};
	bool is_styled = text->size > 0 && mark[0] != '\0';

	xensure(text->error);
	buffer_append_string(&cell, is_styled ? mark : "");
	buffer_append(&cell, buffer_slice(text));
	buffer_append_string(&cell, is_styled ? MARK_END : "");
	text->size = 0;
	table_move(table, &cell);
}

/* Returns whether something is wrong with the hook. */
static bool add_hook_row(
	struct table *table, const struct inventory *inventory, const struct hook *hook)
{
	owns_item struct item item;
	owns_buffer struct buffer text = {0};
	const char *mark;
	bool is_faulty;

	item_make(&item, inventory, hook);
	is_faulty = item.fault != NULL && item.settings.is_enabled;
	mark = hook->status == HOOK_EFFECTIVE && item.settings.is_enabled ? ""
									  : MARK_FAINT;
	text_add_name(&text, hook->script.relative);
	add_styled_cell(table, mark, &text);
	buffer_append_string(&text, _(item_state(&item)));
	add_styled_cell(table, is_faulty ? MARK_BAD : mark, &text);
	if (item.last != NULL)
		log_add_result(&text, item.last);
	add_styled_cell(table, mark, &text);
	if (item.last != NULL && item.last->milliseconds >= 0) {
		owns_memory char *time = duration_text(item.last->milliseconds);

		buffer_append_string(&text, time);
	}
	add_styled_cell(table, mark, &text);
	text_add_name(&text, item_origin(&item));
	add_styled_cell(table, mark, &text);
	if (item.settings.description != NULL)
		text_add_sentence(&text, item.settings.description);
	add_styled_cell(table, mark, &text);
	return is_faulty;
}

static void write_hook_table(
	const struct terminal *terminal, const struct listing *listing)
{
	const struct inventory *inventory = &listing->inventory;
	const char *const titles[] = {
		_("HOOK"), _("STATE"), _("LAST"), _("TIME"), _("FROM"), _("DESCRIPTION")};
	struct table table = {.terminal = terminal,
		.titles = titles,
		.columns = COUNT_OF(titles),
		.needed = 3};
	size_t faulty = 0;

	for (size_t i = 0; i < inventory->hooks.count; i++) {
		if (is_shown(listing, &inventory->hooks.items[i]))
			faulty += add_hook_row(
				&table, inventory, &inventory->hooks.items[i]);
		table_flush(&table);
	}
	if (table.cells.count == 0 && terminal->is_terminal)
		write_nothing(terminal);
	table_write(&table);
	table_done(&table);
	if (faulty > 0 && terminal->is_terminal)
		terminal_say(terminal, "",
			ngettext("%zu hook cannot run; see apt-universal-hooks check.",
				"%zu hooks cannot run; see apt-universal-hooks check.",
				(unsigned long)faulty),
			faulty);
}

static void print_hooks(const struct listing *listing)
{
	const struct inventory *inventory = &listing->inventory;
	struct json_list hooks;

	json_list_begin(&hooks, NULL, NULL, "hooks");
	for (size_t i = 0; i < inventory->hooks.count; i++)
		if (is_shown(listing, &inventory->hooks.items[i]))
			json_list_add(&hooks,
				item_to_json(inventory, &inventory->hooks.items[i]));
	json_list_end(&hooks);
}

static int show_list(const struct listing *listing)
{
	const struct admin *admin = listing->inventory.admin;
	struct terminal terminal;

	if (admin->is_json) {
		print_hooks(listing);
		return STATUS_FINE;
	}
	terminal = apt_terminal(admin);
	if (listing->is_tree)
		write_tree(&terminal, listing);
	else
		write_hook_table(&terminal, listing);
	if (terminal.is_terminal)
		check_write_never_run(&terminal, admin);
	return STATUS_FINE;
}

static void listing_done(struct listing *listing)
{
	inventory_done(&listing->inventory);
}

int admin_list(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(listing_done))) struct listing listing = {
		.inventory = {.admin = admin}};
	const struct option_row rows[] = {
		{OPTION_FLAG, &listing.is_tree, "tree", '\0', NULL,
			_("Show a tree, by hook point and by where hooks apply, with all "
			  "details.")},
	};
	const struct usage usage = {
		.synopsis = "list [HOOK-POINT]",
		.text = _("Show all hooks, or those of HOOK-POINT, in the order in which "
			  "they run: whether they are enabled, how they last ended, how "
			  "long that took, which package they are from, and what they "
			  "are for. A narrow terminal cuts what they are for and leaves "
			  "columns out. If standard output is not a terminal, print tabs "
			  "between columns, and all of them."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	listing.is_limited = status < 0 && words == 1;
	if (listing.is_limited)
		status = hook_point_read(argv[1], &listing.hook_point);
	if (status < 0)
		status = inventory_take(&listing.inventory);
	return status < 0 ? show_list(&listing) : status;
}
