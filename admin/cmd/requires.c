/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks requires: the packages that hooks need, and how to get them. */
#include "cmd/cmd.h"
#include "model/effective_settings.h"
#include "model/needs.h"
#include "system/apt.h"
#include "ui/json.h"
#include "ui/memory.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define APT_GET "/usr/bin/apt-get"

/* What was asked for. */
struct wanted {
	bool is_missing_only;
	bool is_install;
};

static size_t count_missing(const struct needs *needs)
{
	size_t count = 0;

	for (size_t i = 0; i < needs->count; i++)
		count += !needs->items[i].is_installed;
	return count;
}

/* Where apt cannot be asked, it has said why, and the rest can be told all the same. */
static int ask_apt(const struct admin *admin, struct needs *needs)
{
	owns_strings struct string_list names = {0};
	owns_buffer struct buffer lines = {0};
	int error = 0;

	for (size_t i = 0; i < needs->count && error == 0; i++) {
		const char *package = needs->items[i].package;
		owns_memory char *name = strndup(package, strcspn(package, ":"));

		if (needs->items[i].is_installed)
			continue;
		error = name != NULL ? string_list_add(&names, name) : -ENOMEM;
	}
	if (error == 0)
		error = string_list_terminate(&names);
	if (error < 0)
		return report_no_memory();
	/* Without a name apt would tell of all. */
	if (names.count > 0 &&
		apt_packages(admin, (const char *const *)names.items, &lines) == 0)
		needs_learn(needs, buffer_slice(&lines));
	return -1;
}

static int ask_dpkg(const struct admin *admin, struct needs *needs)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *status_file = NULL;
	int error;

	if (apt_configuration(admin, "Dir", &lines) < 0)
		return STATUS_TROUBLE;
	status_file = configuration_status_file(admin, buffer_slice(&lines));
	if (status_file == NULL)
		return report_no_memory();
	error = needs_look_up(needs, status_file);
	if (error < 0)
		return report_error(
			_("dpkg-query does not tell what is installed (%s): %s"),
			status_file, strerror(-error));
	return -1;
}

/* Returns −1 to go on, or the status to end with, and that has been said. */
static int find_needs(const struct admin *admin, struct needs *needs)
{
	__attribute__((cleanup(hook_list_done))) struct hook_list hooks;
	__attribute__((cleanup(settings_done))) struct settings settings = {0};
	int error = hook_list_read(&hooks, admin);
	int status;

	if (error < 0)
		return report_no_memory();
	hook_list_warn_unreadable(&hooks);
	status = settings_ask(&settings, admin);
	if (status >= 0)
		return status;
	if (needs_find(needs, &hooks, &settings) < 0)
		return report_no_memory();
	status = ask_dpkg(admin, needs);
	return status < 0 ? ask_apt(admin, needs) : status;
}

static void write_name(const struct need *need)
{
	const char *hook = need->hooks.items[0];

	if (need_is_misread(need)) {
		report_warning(
			_("%s, which %s requires, is left out: apt has no such package, "
			  "and apt-get would take the name for something else"),
			need->package, hook);
		return;
	}
	if (need->knowledge == UNKNOWN_TO_APT)
		report_warning(
			_("apt has no package %s, which %s requires; perhaps after "
			  "apt-get update"),
			need->package, hook);
	(void)puts(need->package); /* main() looks at the end */
}

/* For "apt-get install $(apt-universal-hooks requires --missing)". */
static int write_missing(const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed)
			write_name(&needs->items[i]);
	return STATUS_FINE;
}

static void add_state(struct table *table, const struct need *need)
{
	owns_memory char *text =
		xformat("%s%s" MARK_END, need->is_installed ? MARK_GOOD : MARK_BAD,
			need->is_installed                  ? _("yes")
			: need->knowledge == UNKNOWN_TO_APT ? _("no, unknown to apt")
							    : _("no"));

	table_add(table, text);
}

static void add_row(struct table *table, const struct need *need)
{
	owns_buffer struct buffer hooks = {0};
	owns_memory char *cell = NULL;

	for (size_t i = 0; i < need->hooks.count; i++) {
		if (i > 0)
			buffer_append_string(&hooks, " ");
		text_add_name(&hooks, need->hooks.items[i]);
	}
	cell = xbuffer_steal(&hooks);
	table_add_name(table, need->package);
	add_state(table, need);
	table_add(table, cell);
}

static int write_table(const struct admin *admin, const struct needs *needs)
{
	const char *const titles[] = {_("Package"), _("Installed"), _("Hooks")};
	struct terminal terminal = apt_terminal(admin);
	struct table table = {
		.terminal = &terminal, .titles = titles, .columns = COUNT_OF(titles)};

	if (needs->count == 0)
		terminal_say(&terminal, "", _("No hook requires a package."));
	for (size_t i = 0; i < needs->count; i++)
		add_row(&table, &needs->items[i]);
	table_write(&table);
	table_done(&table);
	return count_missing(needs) > 0 ? STATUS_FINDINGS : STATUS_FINE;
}

static json_t *hooks_to_json(const struct string_list *hooks)
{
	json_t *array = json_array();

	for (size_t i = 0; i < hooks->count; i++)
		(void)json_array_append_new(array, json_text(hooks->items[i]));
	return array;
}

static json_t *need_to_json(const struct need *need)
{
	return json_pack("{s:o, s:b, s:o, s:o}", "package", json_text(need->package),
		"installed", need->is_installed, "known_to_apt",
		need->knowledge == KNOWLEDGE_NONE
			? json_null()
			: json_boolean(need->knowledge == KNOWN_TO_APT),
		"hooks", hooks_to_json(&need->hooks));
}

static int write_json(const struct needs *needs, bool is_missing_only)
{
	json_t *packages = json_array();
	int status;

	for (size_t i = 0; i < needs->count; i++)
		if (!is_missing_only || !needs->items[i].is_installed)
			(void)json_array_append_new(
				packages, need_to_json(&needs->items[i]));
	status = json_print(json_pack("{s:o}", "packages", packages));
	if (status == STATUS_FINE && !is_missing_only && count_missing(needs) > 0)
		return STATUS_FINDINGS;
	return status;
}

/* Nothing is installed while a name is there that apt-get would refuse or misread. */
static int check_names(const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		const struct need *need = &needs->items[i];

		if (need->is_installed)
			continue;
		if (need->knowledge == UNKNOWN_TO_APT || need_is_misread(need))
			return report_error(
				_("apt has no package %s, which %s requires, so nothing "
				  "is installed; perhaps after apt-get update"),
				need->package, need->hooks.items[0]);
	}
	return -1;
}

/*
 * What belongs to the image decides: its own apt, configuration and archives. With
 * RootDir, apt would follow this machine's configuration, and run dpkg in there anyway.
 */
static int enter_root(const struct admin *admin)
{
	if (admin->root[0] == '\0')
		return -1;
	if (chroot(admin->root) < 0 || chdir("/") < 0)
		return report_error(_("%s cannot be entered: %m"), admin->root);
	return -1;
}

/* Returns only when that did not work. */
static int start_apt_get(const struct admin *admin, const struct needs *needs)
{
	owns_memory const char **argv = calloc(needs->count + 4, sizeof(*argv));
	size_t count = 0;
	int status;

	if (argv == NULL)
		return report_no_memory();
	argv[count++] = "apt-get";
	argv[count++] = "install";
	argv[count++] = "--";
	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed)
			argv[count++] = needs->items[i].package;
	status = enter_root(admin);
	if (status >= 0)
		return status;
	(void)fflush(stdout); /* nothing waits in it */
	(void)execv(APT_GET, (char *const *)argv);
	return report_error(_("%s%s cannot be started: %m"), admin->root, APT_GET);
}

static int install(const struct admin *admin, const struct needs *needs)
{
	struct terminal terminal = terminal_plain();
	int status;

	if (count_missing(needs) == 0) {
		terminal_say(&terminal, "", "%s",
			needs->count == 0 ? _("No hook requires a package.")
					  : _("All that hooks require is installed."));
		return STATUS_FINE;
	}
	if (geteuid() != 0)
		return report_error(_("only root can install packages"));
	status = check_names(needs);
	return status >= 0 ? status : start_apt_get(admin, needs);
}

static int find_and_show(const struct admin *admin, const struct wanted *wanted)
{
	__attribute__((cleanup(needs_done))) struct needs needs = {0};
	int status = find_needs(admin, &needs);

	if (status >= 0)
		return status;
	if (wanted->is_install)
		return install(admin, &needs);
	if (admin->is_json)
		return write_json(&needs, wanted->is_missing_only);
	if (wanted->is_missing_only)
		return write_missing(&needs);
	return write_table(admin, &needs);
}

int admin_requires(struct admin *admin, int argc, char **argv)
{
	struct wanted wanted = {false, false};
	const struct option_row rows[] = {
		{OPTION_FLAG, &wanted.is_missing_only, "missing", 'm', NULL,
			_("Write only the names of packages that are not installed, one "
			  "a line.")},
		{OPTION_FLAG, &wanted.is_install, "install", 'i', NULL,
			_("Install what is missing with apt-get(8), which asks as it "
			  "always does, and whose exit status is returned.")},
	};
	const struct usage usage = {
		.synopsis = "requires",
		.text = _("Shows the packages that hooks need, according to their "
			  "setting Requires, by which hooks, and whether they are "
			  "installed. Hooks that are disabled need nothing. The exit "
			  "status is 1 when a package is missing."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	if (wanted.is_install && (wanted.is_missing_only || admin->is_json))
		return report_error(
			_("--install goes with neither --missing nor --json"));
	return find_and_show(admin, &wanted);
}
