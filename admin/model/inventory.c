/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/inventory.h"
#include "ui/message.h"

void inventory_done(struct inventory *inventory)
{
	last_runs_done(&inventory->last_runs);
	log_close(&inventory->log);
	owner_list_done(&inventory->owners);
	origins_done(&inventory->origins);
	settings_done(&inventory->settings);
	hook_list_done(&inventory->hooks);
}

static void start_search(struct owner_search *search, const struct inventory *inventory)
{
	owns_strings struct string_list paths = {0};
	size_t root_size = strlen(inventory->admin->root);

	for (size_t i = 0; i < inventory->hooks.count; i++)
		xlist_add(&paths, inventory->hooks.items[i].script.path + root_size);
	owner_search_start(search, inventory->admin, &paths);
}

static int read_last_runs(struct inventory *inventory)
{
	size_t root_size = strlen(inventory->admin->root);
	int status = log_open(&inventory->log, inventory->admin);

	if (status >= 0)
		return status;
	for (size_t i = 0; i < inventory->hooks.count; i++)
		last_runs_add(&inventory->last_runs,
			inventory->hooks.items[i].script.path + root_size);
	last_runs_read(&inventory->last_runs, &inventory->log);
	return log_end(&inventory->log);
}

int inventory_take(struct inventory *inventory)
{
	struct owner_search search;
	int status;

	hook_list_read(&inventory->hooks, inventory->admin);
	hook_list_warn_unreadable(&inventory->hooks);
	status =
		settings_ask(&inventory->settings, &inventory->origins, inventory->admin);
	if (status >= 0)
		return status;
	hook_list_apply_renames(&inventory->hooks, &inventory->settings);
	start_search(&search, inventory);
	status = read_last_runs(inventory);
	owner_search_end(&search, &inventory->owners);
	return status;
}

void item_done(struct item *item)
{
	free(item->fault);
	script_settings_done(&item->settings);
}

void item_make(
	struct item *item, const struct inventory *inventory, const struct hook *hook)
{
	const struct log_copy *last;

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
	last = last_runs_find(&inventory->last_runs, item->path);
	if (last != NULL) {
		item->last = &last->run;
		item->transaction = &last->transaction;
	}
	xensure(settings_for(
		&inventory->settings, hook->script.relative, &item->settings));
	if (hook->status == HOOK_EFFECTIVE && item->fault == NULL &&
		item->settings.faulty != NULL)
		item->fault = xstrdup(_("a setting is invalid"));
}

/* "pkgs/perl", "multi_pkgs/ea-__WILDCARD__", "always". */
void item_add_scope(struct buffer *text, const struct hook *hook)
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
void item_add_status(struct buffer *text, const struct hook *hook)
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

void item_add_last(struct buffer *text, const struct item *item)
{
	if (item->last == NULL)
		return;
	log_add_ending(text, item->last);
	if (item->transaction->start.local[0] != '\0')
		buffer_append_format(text, ", %s", item->transaction->start.local);
}

/* For people it is translated. */
const char *item_state(const struct item *item)
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

/* Where it is from: a package, or the administrator ("local"). */
const char *item_origin(const struct item *item)
{
	if (item->owner != NULL)
		return item->owner;
	return item->hook->place == PLACE_OF_ADMINISTRATOR ? _("local") : "";
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

json_t *item_to_json(const struct inventory *inventory, const struct hook *hook)
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
		"state", item_state(&item), "description",
		json_text(item.settings.description));
}
