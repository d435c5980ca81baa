/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks why PACKAGE: which hooks would run in a transaction with it. */
#include "check/checks.h"
#include "cmd/cmd.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"

struct why_options {
	struct string_list packages;
	const char *operation;
	bool is_all;
};

static void why_options_done(struct why_options *options)
{
	string_list_done(&options->packages);
}

/* For the caller to free. */
static char *join_names(const struct string_list *names)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < names->count; i++)
		buffer_append_format(&text, "%s%s", i > 0 ? " " : "", names->items[i]);
	return xbuffer_steal(&text);
}

static int show_why(const struct admin *admin, const struct why_options *options,
	const struct plan_view *view)
{
	owns_memory char *packages = join_names(&options->packages);
	struct terminal terminal;

	if (admin->is_json)
		return json_print(json_pack("{s:o, s:b, s:o}", "transaction",
			transaction_to_json(&view->transaction), "switched_off",
			view->is_switched_off, "hook_points", plan_view_to_json(view)));
	terminal = apt_terminal(admin);
	if (view->is_switched_off)
		terminal_say(&terminal, "", _("Hooks are switched off for this run."));
	else if (options->is_all)
		plan_view_write(&terminal, view);
	else
		plan_view_write_own(&terminal, view, packages);
	if (terminal.is_terminal)
		check_write_never_run(&terminal, admin);
	return STATUS_FINE;
}

static int explain(const struct admin *admin, const struct why_options *options)
{
	owns_simulated struct simulated simulated;
	owns_plan_view struct plan_view view = {.empty_transaction = {0}};
	owns_buffer struct buffer stream = {0};
	struct plan_view_request request = {.result = RESULT_OK};
	int status =
		simulated_make(&simulated, admin, &options->packages, options->operation);

	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	request.stream = buffer_slice(&stream);
	status = plan_view_make(&view, admin, &request);
	return status >= 0 ? status : show_why(admin, options, &view);
}

int admin_why(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(why_options_done))) struct why_options options = {
		.operation = NULL};
	const struct option_row rows[] = {
		{OPTION_FLAG, &options.is_all, "all", 'a', NULL,
			_("Also show the hooks that run in every transaction.")},
		{OPTION_TEXT, &options.operation, "operation", '\0', "OPERATION",
			_("Assume this operation: install, upgrade, downgrade, "
			  "reinstall, remove, purge or configure. By default, packages "
			  "that are installed are upgraded, and others are installed.")},
	};
	const struct usage usage = {
		.synopsis = "why PACKAGE[:ARCHITECTURE]…",
		.text = _("Show which hooks would run, and why, in a transaction with "
			  "only these packages."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
		.words_min = 1,
		.words_max = -1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = operation_check(options.operation);
	if (status >= 0)
		return status;
	for (int i = 1; i <= words; i++)
		xlist_add(&options.packages, argv[i]);
	return explain(admin, &options);
}
