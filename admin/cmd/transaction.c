/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks transaction: in a hook, what is known about its transaction. */
#include "cmd/cmd.h"
#include "model/hook_transaction.h"
#include "system/apt.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/table.h"

/* The JSON keys of the fields, in their order. */
static const char *const field_keys[PACKAGE_FIELD_COUNT] = {
	[PACKAGE_NAME] = "package",
	[PACKAGE_ARCHITECTURE] = "architecture",
	[PACKAGE_OPERATION] = "operation",
	[PACKAGE_OLD_VERSION] = "old_version",
	[PACKAGE_NEW_VERSION] = "new_version",
	[PACKAGE_OUTCOME] = "outcome",
	[PACKAGE_AUTOMATIC] = "automatic",
	[PACKAGE_SECTION] = "section",
	[PACKAGE_MULTI_ARCH] = "multi_arch",
	[PACKAGE_ARCHIVE] = "archive",
	[PACKAGE_SOURCE] = "source",
};

static json_t *field_to_json(enum package_field field, const char *value)
{
	if (field == PACKAGE_AUTOMATIC && strcmp(value, "-") != 0)
		return json_boolean(strcmp(value, "yes") == 0);
	return json_version(value);
}

static json_t *hook_package_to_json(const struct hook_package *package)
{
	json_t *object = json_object();

	for (int i = 0; i < PACKAGE_FIELD_COUNT; i++)
		json_set(object, field_keys[i],
			field_to_json((enum package_field)i, package->fields[i]));
	return object;
}

static json_t *variable_to_json(const char *name)
{
	owns_memory char *full = xformat("APT_UNIVERSAL_HOOKS_%s", name);

	return json_text(getenv(full));
}

static json_t *hook_transaction_to_json(const struct hook_transaction *transaction)
{
	json_t *packages = json_array();

	for (size_t i = 0; i < transaction->count; i++)
		json_add(packages, hook_package_to_json(&transaction->packages[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "hook_point",
		variable_to_json("HOOK_POINT"), "id", variable_to_json("ID"),
		"command_line", variable_to_json("COMMAND_LINE"), "result",
		variable_to_json("RESULT"), "transaction", packages);
}

static const char *field_for_people(enum package_field field, const char *value)
{
	if (field != PACKAGE_AUTOMATIC || strcmp(value, "-") == 0)
		return value;
	return strcmp(value, "yes") == 0 ? _("yes") : _("no");
}

static void write_hook_transaction(
	const struct admin *admin, const struct hook_transaction *transaction)
{
	const char *const titles[PACKAGE_FIELD_COUNT] = {_("Package"), _("Architecture"),
		_("Operation"), _("Old"), _("New"), _("Outcome"),
		/* Translators: installed only since another package needs it. */
		_("Automatic"), _("Section"), _("Multi-Arch"), _("Archive"), _("Source")};
	struct terminal terminal = apt_terminal(admin);
	struct table table = {.terminal = &terminal,
		.titles = titles,
		.columns = PACKAGE_FIELD_COUNT,
		.needed = PACKAGE_OUTCOME};

	for (size_t i = 0; i < transaction->count; i++)
		for (int j = 0; j < PACKAGE_FIELD_COUNT; j++)
			table_add_name(
				&table, field_for_people((enum package_field)j,
						transaction->packages[i].fields[j]));
	table_write(&table);
	table_done(&table);
}

int admin_transaction(struct admin *admin, int argc, char **argv)
{
	owns_hook_transaction struct hook_transaction transaction = {.count = 0};
	const struct usage usage = {
		.synopsis = "transaction",
		.text = _("In a hook, show all that is known about the packages of its "
			  "transaction: the operation on each, its versions and its "
			  "outcome, its archive, whether it is automatically installed, "
			  "and its section, source package and Multi-Arch. \"-\" stands "
			  "for what is not known. Root is not needed, and nothing is "
			  "locked or changed."),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = hook_transaction_read(&transaction);
	if (status >= 0)
		return status;
	hook_transaction_ask(
		&transaction, admin, getenv("APT_UNIVERSAL_HOOKS_COMMAND_LINE"));
	if (admin->is_json)
		return json_print(hook_transaction_to_json(&transaction));
	write_hook_transaction(admin, &transaction);
	return STATUS_FINE;
}
