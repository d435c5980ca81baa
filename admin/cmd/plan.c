/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks plan APT-ARGUMENTS: which hooks an apt command would run. */
#include "cmd/cmd.h"
#include "model/plan_view.h"
#include "system/apt.h"
#include "ui/options.h"

#include <stdio.h>

static void write_transaction(
	const struct terminal *terminal, const struct transaction *transaction)
{
	owns_buffer struct buffer text = {0};

	buffer_append_format(&text,
		ngettext("%zu package:", "%zu packages:",
			(unsigned long)transaction->count),
		transaction->count);
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];

		buffer_append_format(&text, "%s %s %s", i > 0 ? "," : "",
			operation_name(package->operation), package->name);
	}
	terminal_write(terminal, "", "  ", &text);
}

static void write_plan(const struct terminal *terminal, const struct plan_view *view)
{
	if (view->transaction.count == 0) {
		terminal_say(
			terminal, "", _("apt has nothing to do, so it calls no hook."));
		return;
	}
	write_transaction(terminal, &view->transaction);
	if (view->is_switched_off) {
		terminal_say(terminal, "", _("Hooks are switched off for this run."));
		return;
	}
	plan_view_write(terminal, view);
}

static int show_plan(const struct admin *admin, const struct plan_view *view)
{
	struct terminal terminal;

	if (admin->is_json)
		return json_print(json_pack("{s:o, s:b, s:o}", "transaction",
			transaction_to_json(&view->transaction), "switched_off",
			view->is_switched_off, "hook_points", plan_view_to_json(view)));
	terminal = apt_terminal(admin);
	write_plan(&terminal, view);
	return STATUS_FINE;
}

/* Removes "apt" or "apt-get" from the front of words; the default is apt. */
static const char *take_program(char ***words)
{
	if (strcmp((*words)[0], "apt-get") != 0 && strcmp((*words)[0], "apt") != 0)
		return "apt";
	return *(*words)++;
}

int admin_plan(struct admin *admin, int argc, char **argv)
{
	owns_plan_view struct plan_view view = {.empty_transaction = {0}};
	owns_buffer struct buffer stream = {0};
	struct plan_view_request request = {.result = RESULT_OK};
	const struct usage usage = {
		.synopsis = "plan APT-ARGUMENT…",
		.text = _("Show which hooks would run, in which order and why, if apt "
			  "were called with these arguments. Nothing is locked, "
			  "downloaded or changed, and root is not needed. If the first "
			  "argument is \"apt-get\", show the plan for apt-get(8)."),
		.has_json = true,
		.words_min = 1,
		.words_max = -1,
		.has_foreign_options = true,
	};
	const char *program;
	char **apt_words = argv + 1;
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	argv[words + 1] = NULL;
	program = take_program(&apt_words);
	request.words = (const char *const *)apt_words;
	if (apt_transaction(admin, program, request.words, &stream) < 0)
		return STATUS_TROUBLE;
	request.stream = buffer_slice(&stream);
	status = plan_view_make(&view, admin, &request);
	return status >= 0 ? status : show_plan(admin, &view);
}
