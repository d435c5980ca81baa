/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks list: every hook, where it applies, and how it last ended. */
#include "cmd/cmd.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "system/apt.h"
#include "system/owner.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"
#include "ui/table.h"

/* All hooks, and what else the list shows of them. */
struct inventory {
	struct hook_list hooks;
	struct settings settings;
	struct origins origins; /* of settings */
	struct owner_list owners;
	struct log log;
	const struct admin *admin;
	bool is_tree;
	bool is_limited; /* to one hook point */
	enum uh_hook_point hook_point;
};

struct item {
	const struct hook *hook;
	const char *path;  /* as seen from the root */
	const char *owner; /* or NULL */
	char *fault;       /* why an effective hook cannot run, or NULL; to be freed */
	struct script_settings settings;
	struct setting_sources sources;
	const struct log_run *last; /* or NULL */
	const struct log_transaction *transaction;
};
#define owns_item __attribute__((cleanup(item_done)))

static void inventory_done(struct inventory *inventory)
{
	log_done(&inventory->log);
	owner_list_done(&inventory->owners);
	origins_done(&inventory->origins);
	settings_done(&inventory->settings);
	hook_list_done(&inventory->hooks);
}

static void find_owners(struct inventory *inventory)
{
	owns_strings struct string_list paths = {0};
	size_t root_size = strlen(inventory->admin->root);

	for (size_t i = 0; i < inventory->hooks.count; i++)
		xlist_add(&paths, inventory->hooks.items[i].script.path + root_size);
	owner_list_ask(&inventory->owners, inventory->admin, &paths);
}

static int inventory_take(struct inventory *inventory)
{
	int status;

	hook_list_read(&inventory->hooks, inventory->admin);
	hook_list_warn_unreadable(&inventory->hooks);
	status = settings_ask(&inventory->settings, inventory->admin);
	if (status >= 0)
		return status;
	hook_list_apply_renames(&inventory->hooks, &inventory->settings);
	if (origins_ask(&inventory->origins, inventory->admin, "Universal-Hooks", NULL) <
		0)
		return STATUS_TROUBLE;
	find_owners(inventory);
	return log_read(&inventory->log, inventory->admin);
}

static bool is_shown(const struct inventory *inventory, const struct hook *hook)
{
	return !inventory->is_limited || hook->hook_point == inventory->hook_point;
}

static void item_done(struct item *item)
{
	free(item->fault);
	script_settings_done(&item->settings);
}

static void item_make(
	struct item *item, const struct inventory *inventory, const struct hook *hook)
{
	*item = (struct item){.hook = hook,
		.path = hook->script.path + strlen(inventory->admin->root),
		.sources = {&inventory->settings, &inventory->origins,
			hook->script.relative}};
	if (hook->status == HOOK_EFFECTIVE)
		item->fault = settings_are_lost_for(&inventory->settings,
				      &inventory->hooks.tree, hook->script.relative)
				      ? xstrdup(_("its settings cannot be read"))
				      : fault_text(&hook->script);
	item->owner = owner_of(&inventory->owners, item->path);
	item->last = log_last_run_of(&inventory->log, item->path, &item->transaction);
	xensure(settings_for(
		&inventory->settings, hook->script.relative, &item->settings));
}

/* "pkgs/perl", "multi_pkgs/ea-__WILDCARD__", "always". */
static void add_scope(struct buffer *text, const struct hook *hook)
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

/* Nothing for a hook that is effective. */
static void add_status(struct buffer *text, const struct hook *hook)
{
	owns_memory char *by =
		xname(hook->overridden_by != NULL ? hook->overridden_by : "");

	switch (hook->status) {
	case HOOK_EFFECTIVE:
		return;
	case HOOK_OVERRIDDEN:
		buffer_append_format(text, _("overridden by %s"), by);
		return;
	case HOOK_MASKED:
		buffer_append_format(text, _("masked by %s"), by);
		return;
	case HOOK_IS_MASK:
		buffer_append_string(text, _("a mask"));
		return;
	}
}

static void add_last(struct buffer *text, const struct item *item)
{
	if (item->last == NULL)
		return;
	log_add_ending(text, item->last);
	if (item->transaction->start.local[0] != '\0')
		buffer_append_format(text, ", %s", item->transaction->start.local);
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

	add_status(&status, item->hook);
	text_add_sentence(&why_not, item->fault != NULL ? item->fault : "");
	text_add_sentence(&owner, item->owner != NULL ? item->owner : "");
	if (item->hook->status == HOOK_EFFECTIVE) {
		effective_settings_add(&settings, &item->settings);
		setting_sources_add(&sources, &item->sources, &item->settings);
	}
	add_last(&last, item);
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

	add_scope(&scope, &hooks[first]);
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

static void write_tree(const struct terminal *terminal, const struct inventory *inventory)
{
	const struct hook_list *hooks = &inventory->hooks;
	bool is_empty = true;
	size_t end;

	for (size_t first = 0; first < hooks->count; first = end) {
		const struct hook *hook = &hooks->items[first];

		end = end_of_group(hooks, first);
		if (!is_shown(inventory, hook))
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

/* For people it is translated. */
static const char *state_word_of(const struct item *item)
{
	switch (item->hook->status) {
	case HOOK_OVERRIDDEN:
		return N_("overridden");
	case HOOK_MASKED:
		return N_("masked");
	case HOOK_IS_MASK:
		return N_("mask");
	case HOOK_EFFECTIVE:
		break;
	}
	if (!item->settings.is_enabled)
		return N_("disabled");
	return item->fault != NULL ? N_("faulty") : N_("enabled");
}

/* Who has put it there: a package, or the administrator. */
static const char *origin_of(const struct item *item)
{
	if (item->owner != NULL)
		return item->owner;
	return item->hook->place == PLACE_OF_ADMINISTRATOR ? _("local") : "";
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
	buffer_append_string(&text, _(state_word_of(&item)));
	add_styled_cell(table, is_faulty ? MARK_BAD : mark, &text);
	if (item.last != NULL)
		log_add_result(&text, item.last);
	add_styled_cell(table, mark, &text);
	if (item.last != NULL && item.last->milliseconds >= 0) {
		owns_memory char *time = duration_text(item.last->milliseconds);

		buffer_append_string(&text, time);
	}
	add_styled_cell(table, mark, &text);
	text_add_name(&text, origin_of(&item));
	add_styled_cell(table, mark, &text);
	if (item.settings.description != NULL)
		text_add_sentence(&text, item.settings.description);
	add_styled_cell(table, mark, &text);
	return is_faulty;
}

static void write_hook_table(
	const struct terminal *terminal, const struct inventory *inventory)
{
	const char *const titles[] = {
		_("HOOK"), _("STATE"), _("LAST"), _("TIME"), _("FROM"), _("DESCRIPTION")};
	struct table table = {.terminal = terminal,
		.titles = titles,
		.columns = COUNT_OF(titles),
		.needed = 3};
	size_t faulty = 0;

	for (size_t i = 0; i < inventory->hooks.count; i++)
		if (is_shown(inventory, &inventory->hooks.items[i]))
			faulty += add_hook_row(
				&table, inventory, &inventory->hooks.items[i]);
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

static json_t *last_run_to_json(const struct item *item)
{
	json_t *object;

	if (item->last == NULL)
		return json_null();
	object = json_pack("{s:o}", "start", log_time_to_json(&item->transaction->start));
	json_merge(object, log_ending_to_json(item->last));
	return object;
}

static json_t *hook_to_json(const struct inventory *inventory, const struct hook *hook)
{
	static const char *const statuses[] = {
		[HOOK_EFFECTIVE] = "counts",
		[HOOK_OVERRIDDEN] = "overridden",
		[HOOK_MASKED] = "masked",
		[HOOK_IS_MASK] = "mask",
	};
	owns_item struct item item;

	item_make(&item, inventory, hook);
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:s, s:o}",
		"hook_point", uh_hook_point_name(hook->hook_point), "reason",
		reason_name(hook->reason), "subject", json_text(hook->match), "path",
		json_text(hook->script.path), "standing", statuses[hook->status], "by",
		json_text(hook->overridden_by), "not_run", json_text(item.fault),
		"package", json_text(item.owner), "settings",
		effective_settings_to_json(&item.settings), "last",
		last_run_to_json(&item), "set_in", setting_sources_to_json(&item.sources),
		"state", state_word_of(&item), "description",
		json_text(item.settings.description));
}

static json_t *hooks_to_json(const struct inventory *inventory)
{
	json_t *hooks = json_array();

	for (size_t i = 0; i < inventory->hooks.count; i++)
		if (is_shown(inventory, &inventory->hooks.items[i]))
			json_add(hooks,
				hook_to_json(inventory, &inventory->hooks.items[i]));
	return json_pack("{s:o}", "hooks", hooks);
}

static int show_list(const struct inventory *inventory)
{
	struct terminal terminal;

	if (inventory->admin->is_json)
		return json_print(hooks_to_json(inventory));
	terminal = apt_terminal(inventory->admin);
	if (inventory->is_tree)
		write_tree(&terminal, inventory);
	else
		write_hook_table(&terminal, inventory);
	return STATUS_FINE;
}

int admin_list(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(inventory_done))) struct inventory inventory = {
		.admin = admin};
	const struct option_row rows[] = {
		{OPTION_FLAG, &inventory.is_tree, "tree", '\0', NULL,
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

	inventory.is_limited = status < 0 && words == 1;
	if (inventory.is_limited)
		status = hook_point_read(argv[1], &inventory.hook_point);
	if (status < 0)
		status = inventory_take(&inventory);
	return status < 0 ? show_list(&inventory) : status;
}
