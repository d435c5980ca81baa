/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks why PACKAGE: which hooks a transaction with it would fire. */
#include "cmd/cmd.h"
#include "model/plan_view.h"
#include "model/simulated.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/options.h"

static int show(const struct admin *admin, const struct preview *preview)
{
	struct terminal terminal;

	if (admin->is_json)
		return json_print(json_pack("{s:o, s:o}", "transaction",
			packages_to_json(&preview->transaction), "hook_points",
			plan_view_to_json(preview)));
	terminal = apt_terminal(admin);
	plan_view_write(&terminal, preview);
	return STATUS_FINE;
}

static int explain(const struct admin *admin, const struct string_list *packages,
	const char *operation)
{
	__attribute__((cleanup(simulated_done))) struct simulated simulated;
	__attribute__((cleanup(preview_done))) struct preview preview = {.nothing = {0}};
	owns_buffer struct buffer stream = {0};
	struct preview_request request = {.result = RESULT_OK};
	int status = simulated_make(&simulated, admin, packages, operation);

	if (status >= 0)
		return status;
	simulated_to_stream(&simulated, admin->root, &stream);
	if (stream.error < 0)
		return report_no_memory();
	request.stream = buffer_slice(&stream);
	status = preview_make(&preview, admin, &request);
	return status >= 0 ? status : show(admin, &preview);
}

int admin_why(struct admin *admin, int argc, char **argv)
{
	owns_strings struct string_list packages = {0};
	const char *operation = NULL;
	const struct option_row rows[] = {
		{OPTION_TEXT, &operation, "operation", '\0', "OPERATION",
			_("What happens to it: install, upgrade, downgrade, reinstall, "
			  "remove, purge or configure. Without it, what is not installed "
			  "is "
			  "installed, and what is, upgraded.")},
	};
	const struct usage usage = {
		.synopsis = "why PACKAGE[:ARCHITECTURE]…",
		.text = _("Shows which hooks would run, and why, in a transaction with "
			  "this "
			  "package and no other."),
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
	for (int i = 1; i <= words && status < 0; i++)
		if (string_list_add(&packages, argv[i]) < 0)
			status = report_no_memory();
	return status >= 0 ? status : explain(admin, &packages, operation);
}
