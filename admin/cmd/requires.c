/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks requires: the packages that hooks need, and how to get them. */
#include "cmd/cmd.h"
#include "model/candidate.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "requirement.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/table.h"

#include <stdio.h>
#include <unistd.h>

#define APT_GET "/usr/bin/apt-get"

/* Whether apt has a package that satisfies a dependency that is not satisfied. */
enum apt_answer { APT_NOT_ASKED, KNOWN_TO_APT, UNKNOWN_TO_APT };

/* A dependency of hooks, and which hooks. */
struct need {
	char *dependency; /* such as "NAME" or "NAME:ARCHITECTURE (>= 2) | NAME" */
	char *candidate;  /* the package to install (candidate.h); NULL: none */
	bool is_installed;
	enum apt_answer apt_answer;
	struct string_list hooks; /* paths, in the order in which they run */
};

struct needs {
	struct need *items; /* ascending by dependency */
	size_t count;
	size_t capacity;
};

static void needs_done(struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		free(needs->items[i].dependency);
		free(needs->items[i].candidate);
		string_list_done(&needs->items[i].hooks);
	}
	free(needs->items);
}

static struct need *find_need(struct needs *needs, struct slice dependency)
{
	for (size_t i = 0; i < needs->count; i++)
		if (slice_equals(dependency, needs->items[i].dependency))
			return &needs->items[i];
	xgrow(&needs->items, &needs->capacity, needs->count, sizeof(*needs->items));
	needs->items[needs->count] =
		(struct need){.dependency = xstrndup(dependency.data, dependency.size)};
	return &needs->items[needs->count++];
}

static void add_needs_of_list(struct needs *needs, const char *path, struct slice list)
{
	while (list.size > 0) {
		struct string_list *hooks =
			&find_need(needs, dependency_cut(&list))->hooks;

		/* A setting may name a package twice. */
		if (hooks->count == 0 ||
			strcmp(hooks->items[hooks->count - 1], path) != 0)
			xlist_add(hooks, path);
	}
}

/* A list with a fault keeps the hook from running, and is reported by check. */
static void add_needs_of(
	struct needs *needs, const struct hook *hook, const struct settings *settings)
{
	struct script_settings script;

	xensure(settings_for(settings, hook->script.relative, &script));
	for (size_t i = 0; script.is_enabled && i < script.required.count; i++) {
		struct slice list = slice_of(script.required.items[i]);

		if (dependency_find_fault(list) == RELATION_IS_FINE)
			add_needs_of_list(needs, hook->script.path, list);
	}
	script_settings_done(&script);
}

static int compare_needs(const void *left, const void *right)
{
	const struct need *a = left, *b = right;

	return strcmp(a->dependency, b->dependency);
}

/* Sets is_installed. */
static int find_installed(const struct admin *admin, struct needs *needs)
{
	owns_buffer struct buffer lines = {0};
	owns_installed struct installed installed = {.count = 0};
	owns_memory char *status_file = NULL;
	int error;

	if (apt_configuration(admin, "Dir", &lines) < 0)
		return STATUS_TROUBLE;
	status_file = configuration_status_file(admin, buffer_slice(&lines));
	error = xensure(installed_read(&installed, status_file));
	for (size_t i = 0; i < needs->count && error == 0; i++)
		error = xensure(installed_expect(&installed,
			(const char *const[]){needs->items[i].dependency}, 1));
	if (error == 0)
		(void)xensure(versions_compare(&installed.versions));
	for (size_t i = 0; i < needs->count && error == 0; i++) {
		int answer = xensure(installed_satisfies(
			&installed, slice_of(needs->items[i].dependency)));

		needs->items[i].is_installed = answer > 0;
		error = answer < 0 ? answer : 0;
	}
	if (error < 0)
		return report_unreadable_database(status_file, error);
	return -1;
}

/* Sets apt_answer. If apt cannot be asked, it has said why, and the rest is still shown. */
static void find_known_to_apt(const struct admin *admin, struct needs *needs)
{
	owns_strings struct string_list names = {0};
	owns_buffer struct buffer lines = {0};

	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed)
			candidate_add_names(&names, slice_of(needs->items[i].dependency));
	string_list_sort_unique(&names);
	xensure(string_list_terminate(&names));
	if (names.count == 0 ||
		apt_packages(admin, (const char *const *)names.items, &lines) < 0)
		return;
	for (size_t i = 0; i < needs->count; i++) {
		struct need *need = &needs->items[i];

		if (need->is_installed)
			continue;
		need->candidate =
			candidate_find(buffer_slice(&lines), slice_of(need->dependency));
		need->apt_answer =
			need->candidate != NULL ? KNOWN_TO_APT : UNKNOWN_TO_APT;
	}
}

static int find_needs(const struct admin *admin, struct needs *needs)
{
	owns_hook_list struct hook_list hooks;
	__attribute__((cleanup(settings_done))) struct settings settings = {0};
	int status;

	hook_list_read(&hooks, admin);
	hook_list_warn_unreadable(&hooks);
	status = settings_ask(&settings, NULL, admin);
	if (status >= 0)
		return status;
	for (size_t i = 0; i < hooks.count; i++)
		if (hooks.items[i].status == HOOK_EFFECTIVE)
			add_needs_of(needs, &hooks.items[i], &settings);
	if (needs->count == 0)
		return -1;
	qsort(needs->items, needs->count, sizeof(*needs->items), compare_needs);
	status = find_installed(admin, needs);
	if (status < 0)
		find_known_to_apt(admin, needs);
	return status;
}

static size_t count_missing(const struct needs *needs)
{
	size_t count = 0;

	for (size_t i = 0; i < needs->count; i++)
		count += !needs->items[i].is_installed;
	return count;
}

/* Whether the dependency is NAME or NAME:ARCHITECTURE, as apt-get(8) takes it. */
static bool is_plain(const struct need *need)
{
	return strpbrk(need->dependency, " (|") == NULL;
}

/*
 * Whether apt-get(8) would not take the dependency as the name of a package: "foo-" removes
 * foo, and an unknown name with '.' or '+' is a regular expression.
 */
static bool is_misread(const struct need *need)
{
	const char *name = need->dependency;

	if (need->apt_answer == KNOWN_TO_APT)
		return false;
	return name[strlen(name) - 1] == '-' ||
	       (need->apt_answer == UNKNOWN_TO_APT && strpbrk(name, ".+") != NULL);
}

/* What apt-get(8) should install. Without an answer of apt, the name has to do. */
static const char *name_to_install(const struct need *need)
{
	return need->candidate != NULL ? need->candidate : need->dependency;
}

/* Two dependencies may need the same package. */
static bool is_named_before(const struct needs *needs, const struct need *end)
{
	for (const struct need *need = needs->items; need < end; need++)
		if (!need->is_installed &&
			strcmp(name_to_install(need), name_to_install(end)) == 0)
			return true;
	return false;
}

static void write_name(const struct needs *needs, const struct need *need)
{
	const char *hook = need->hooks.items[0];

	if (!is_plain(need) && need->candidate == NULL) {
		report_warning(_("%s, required by %s, is left out: apt has no package "
				 "that satisfies it; apt-get update may help"),
			need->dependency, hook);
		return;
	}
	if (is_misread(need)) {
		report_warning(
			_("%s, required by %s, is left out: apt has no such package, and "
			  "apt-get would interpret the name differently"),
			need->dependency, hook);
		return;
	}
	if (need->apt_answer == UNKNOWN_TO_APT)
		report_warning(_("apt has no package %s, required by %s; apt-get update "
				 "may help"),
			need->dependency, hook);
	if (!is_named_before(needs, need))
		(void)puts(name_to_install(need)); /* main() checks stdout */
}

/* For "apt-get install $(apt-universal-hooks requires --missing)". */
static int write_missing(const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed)
			write_name(needs, &needs->items[i]);
	return STATUS_FINE;
}

static void add_need_row(struct table *table, const struct need *need)
{
	owns_buffer struct buffer hooks = {0};
	owns_memory char *state =
		xformat("%s%s" MARK_END, need->is_installed ? MARK_GOOD : MARK_BAD,
			need->is_installed                   ? _("yes")
			: need->apt_answer == UNKNOWN_TO_APT ? _("no, unknown to apt")
							     : _("no"));

	for (size_t i = 0; i < need->hooks.count; i++) {
		buffer_append_string(&hooks, i > 0 ? " " : "");
		text_add_name(&hooks, need->hooks.items[i]);
	}
	table_add_name(table, need->dependency);
	table_add(table, state);
	table_move(table, &hooks);
}

static int write_need_table(const struct admin *admin, const struct needs *needs)
{
	const char *const titles[] = {_("Package"), _("Installed"), _("Hooks")};
	struct terminal terminal = apt_terminal(admin);
	struct table table = {
		.terminal = &terminal, .titles = titles, .columns = COUNT_OF(titles)};

	if (needs->count == 0)
		terminal_say(&terminal, "", _("No hook requires a package."));
	for (size_t i = 0; i < needs->count; i++)
		add_need_row(&table, &needs->items[i]);
	table_write(&table);
	table_done(&table);
	return count_missing(needs) > 0 ? STATUS_FINDINGS : STATUS_FINE;
}

static json_t *need_to_json(const struct need *need)
{
	return json_pack("{s:o, s:b, s:o, s:o, s:o}", "package",
		json_text(need->dependency), "installed", need->is_installed,
		"known_to_apt",
		need->apt_answer == APT_NOT_ASKED
			? json_null()
			: json_boolean(need->apt_answer == KNOWN_TO_APT),
		"candidate", json_text(need->candidate), "hooks",
		json_texts((const char *const *)need->hooks.items, need->hooks.count));
}

static int print_needs(const struct needs *needs, bool is_missing_only)
{
	json_t *packages = json_array();
	int status;

	for (size_t i = 0; i < needs->count; i++)
		if (!is_missing_only || !needs->items[i].is_installed)
			json_add(packages, need_to_json(&needs->items[i]));
	status = json_print(json_pack("{s:o}", "packages", packages));
	if (status == STATUS_FINE && !is_missing_only && count_missing(needs) > 0)
		return STATUS_FINDINGS;
	return status;
}

/* apt-get gets all names or none. */
static int check_names(const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		const struct need *need = &needs->items[i];

		if (!need->is_installed && need->candidate == NULL &&
			(need->apt_answer == UNKNOWN_TO_APT || !is_plain(need) ||
				is_misread(need)))
			return report_error(
				_("apt has no package %s, required by %s, so nothing is "
				  "installed; apt-get update may help"),
				need->dependency, need->hooks.items[0]);
	}
	return -1;
}

/*
 * Returns only on failure. chroot(2) rather than apt's RootDir: with that, apt would read
 * this machine's configuration.
 */
static int start_apt_get(
	const struct admin *admin, const struct needs *needs, bool is_yes)
{
	owns_memory const char **argv = xcheck(calloc(needs->count + 5, sizeof(*argv)));
	size_t count = 0;
	int status = rootfs_enter(admin);

	if (status >= 0)
		return status;
	argv[count++] = "apt-get";
	argv[count++] = "install";
	if (is_yes)
		argv[count++] = "--yes";
	argv[count++] = "--";
	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed &&
			!is_named_before(needs, &needs->items[i]))
			argv[count++] = name_to_install(&needs->items[i]);
	(void)fflush(stdout); /* it is empty */
	(void)execv(APT_GET, (char *const *)argv);
	return report_error(_("%s%s cannot be started: %m"), admin->root, APT_GET);
}

static int install(const struct admin *admin, const struct needs *needs, bool is_yes)
{
	struct terminal terminal = terminal_plain();
	int status;

	if (count_missing(needs) == 0) {
		terminal_say(&terminal, "", "%s",
			needs->count == 0
				? _("No hook requires a package.")
				: _("All packages that hooks require are installed."));
		return STATUS_FINE;
	}
	if (geteuid() != 0)
		return report_error(_("only root can install packages"));
	status = check_names(needs);
	return status >= 0 ? status : start_apt_get(admin, needs, is_yes);
}

int admin_requires(struct admin *admin, int argc, char **argv)
{
	__attribute__((cleanup(needs_done))) struct needs needs = {.items = NULL};
	bool is_missing_only = false, is_install = false, is_yes = false;
	const struct option_row rows[] = {
		{OPTION_FLAG, &is_missing_only, "missing", 'm', NULL,
			_("Print only the names of packages that are not installed, one "
			  "per line.")},
		{OPTION_FLAG, &is_install, "install", 'i', NULL,
			_("Install the missing packages with apt-get(8), which asks as "
			  "usual, and exit with its status.")},
		{OPTION_FLAG, &is_yes, "yes", 'y', NULL,
			_("Let apt-get(8) install without asking.")},
	};
	const struct usage usage = {
		.synopsis = "requires",
		.text = _("Show the packages that hooks need according to their setting "
			  "Requires, which hooks need them, and whether they are "
			  "installed. Disabled hooks are left out. The exit status is 1 "
			  "if a package is missing."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0 && is_install && (is_missing_only || admin->is_json))
		status = report_error(
			_("--install cannot be used with --missing or --json"));
	if (status < 0 && is_yes && !is_install)
		status = report_error(_("--yes can only be used with --install"));
	if (status < 0)
		status = find_needs(admin, &needs);
	if (status >= 0)
		return status;
	if (is_install)
		return install(admin, &needs, is_yes);
	if (admin->is_json)
		return print_needs(&needs, is_missing_only);
	return is_missing_only ? write_missing(&needs) : write_need_table(admin, &needs);
}
