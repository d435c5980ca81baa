/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks why PACKAGE: which hooks would run in a transaction with it. */
#include "cmd/cmd.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"

static int show_why(const struct admin *admin, const struct plan_view *view)
{
	struct terminal terminal;

	if (admin->is_json)
		return json_print(json_pack("{s:o, s:o}", "transaction",
			transaction_to_json(&view->transaction), "hook_points",
			plan_view_to_json(view)));
	terminal = apt_terminal(admin);
	plan_view_write(&terminal, view);
	return STATUS_FINE;
}

static int explain(const struct admin *admin, const struct string_list *packages,
	const char *operation)
{
	owns_simulated struct simulated simulated;
	owns_plan_view struct plan_view view = {.empty_transaction = {0}};
	owns_buffer struct buffer stream = {0};
	struct plan_view_request request = {.result = RESULT_OK};
	int status = simulated_make(&simulated, admin, packages, operation);

	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	request.stream = buffer_slice(&stream);
	status = plan_view_make(&view, admin, &request);
	return status >= 0 ? status : show_why(admin, &view);
}

int admin_why(struct admin *admin, int argc, char **argv)
{
	owns_strings struct string_list packages = {0};
	const char *operation = NULL;
	const struct option_row rows[] = {
		{OPTION_TEXT, &operation, "operation", '\0', "OPERATION",
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
		status = operation_check(operation);
	if (status >= 0)
		return status;
	for (int i = 1; i <= words; i++)
		xlist_add(&packages, argv[i]);
	return explain(admin, &packages, operation);
}
