/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/counts.h"

static void count_reason(struct counts *counts, enum reason reason)
{
	switch (reason) {
	case REASON_PACKAGE:
		counts->by_package++;
		return;
	case REASON_WILDCARD:
		counts->by_wildcard++;
		return;
	case REASON_ALWAYS:
		counts->always++;
		return;
	}
}

static int count_able(
	struct counts *counts, const struct hook *hook, const struct settings *settings)
{
	struct script_settings script;
	int error = settings_for(settings, hook->script.relative, &script);

	if (error < 0)
		return error;
	if (!script.is_enabled)
		counts->disabled++;
	else if (hook->script.fault != SCRIPT_IS_FINE)
		counts->faulty++;
	script_settings_done(&script);
	return 0;
}

int counts_take(struct counts *counts, const struct hook_list *hooks,
	const struct settings *settings, enum uh_hook_point hook_point)
{
	int error = 0;

	memset(counts, 0, sizeof(*counts));
	for (size_t i = 0; i < hooks->count && error == 0; i++) {
		const struct hook *hook = &hooks->items[i];

		if (hook->hook_point != hook_point)
			continue;
		counts->masked += hook->status == HOOK_MASKED;
		counts->overridden += hook->status == HOOK_OVERRIDDEN;
		if (hook->status != HOOK_EFFECTIVE)
			continue;
		count_reason(counts, hook->reason);
		error = count_able(counts, hook, settings);
	}
	return error;
}

size_t counts_hooks(const struct counts *counts)
{
	return counts->always + counts->by_package + counts->by_wildcard;
}

size_t counts_able(const struct counts *counts)
{
	return counts_hooks(counts) - counts->disabled - counts->faulty;
}

/* "GAP3 masked", nothing for none. Returns the gap for the next one. */
static const char *add_count(
	struct buffer *text, const char *gap, size_t count, const char *word)
{
	if (count == 0)
		return gap;
	buffer_append_format(text, "%s%zu %s", gap, count, word);
	return ", ";
}

void counts_add(struct buffer *text, const struct counts *counts)
{
	size_t hooks = counts_hooks(counts);
	const char *gap = " (";

	if (hooks == 0) {
		buffer_append_string(text, _("no hooks"));
	} else {
		buffer_append_format(text,
			ngettext("%zu hook", "%zu hooks", (unsigned long)hooks), hooks);
		gap = add_count(text, gap, counts->by_package, _("by package"));
		gap = add_count(text, gap, counts->by_wildcard, _("by wildcard"));
		(void)add_count(text, gap, counts->always, _("always"));
		buffer_append_string(text, ")");
	}
	(void)add_count(text, ", ", counts->disabled, _("disabled"));
	(void)add_count(text, ", ", counts->faulty, _("faulty"));
	(void)add_count(text, ", ", counts->masked, _("masked"));
	(void)add_count(text, ", ", counts->overridden, _("overridden"));
}
