/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks requires: the packages that hooks need, and how to get them. */
#include "cmd/cmd.h"
#include "dpkg.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/table.h"

#include <stdio.h>
#include <unistd.h>

#define APT_GET "/usr/bin/apt-get"

/* Whether apt knows a package that is not installed. */
enum apt_answer { APT_NOT_ASKED, KNOWN_TO_APT, UNKNOWN_TO_APT };

/* A package that hooks require, and which hooks. */
struct need {
	char *package; /* NAME or NAME:ARCHITECTURE */
	bool is_installed;
	enum apt_answer apt_answer;
	struct string_list hooks; /* paths, in the order in which they run */
};

struct needs {
	struct need *items; /* ascending by package */
	size_t count;
	size_t capacity;
};

static void needs_done(struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		free(needs->items[i].package);
		string_list_done(&needs->items[i].hooks);
	}
	free(needs->items);
}

static struct need *find_need(struct needs *needs, const char *package)
{
	for (size_t i = 0; i < needs->count; i++)
		if (strcmp(needs->items[i].package, package) == 0)
			return &needs->items[i];
	xgrow(&needs->items, &needs->capacity, needs->count, sizeof(*needs->items));
	needs->items[needs->count] = (struct need){.package = xstrdup(package)};
	return &needs->items[needs->count++];
}

static void add_needs_of(
	struct needs *needs, const struct hook *hook, const struct settings *settings)
{
	const char *path = hook->script.path;
	struct script_settings script;

	xensure(settings_for(settings, hook->script.relative, &script));
	for (size_t i = 0; script.is_enabled && i < script.required_count; i++) {
		struct string_list *hooks = &find_need(needs, script.required[i])->hooks;

		/* A setting may name a package twice. */
		if (hooks->count == 0 ||
			strcmp(hooks->items[hooks->count - 1], path) != 0)
			xlist_add(hooks, path);
	}
	script_settings_done(&script);
}

static int compare_needs(const void *left, const void *right)
{
	const struct need *a = left, *b = right;

	return strcmp(a->package, b->package);
}

/* Sets is_installed. */
static int find_installed(const struct admin *admin, struct needs *needs)
{
	owns_memory const char **names = xcheck(calloc(needs->count + 1, sizeof(*names)));
	owns_buffer struct buffer lines = {0};
	owns_buffer struct buffer answer = {0};
	owns_memory char *status_file = NULL;
	struct uh_ending ending;
	int error;

	if (apt_configuration(admin, "Dir", &lines) < 0)
		return STATUS_TROUBLE;
	for (size_t i = 0; i < needs->count; i++)
		names[i] = needs->items[i].package;
	status_file = configuration_status_file(admin, buffer_slice(&lines));
	error = xensure(dpkg_query(status_file, names, &answer, &ending));
	if (error < 0)
		return report_error(
			_("dpkg-query failed on %s: %s"), status_file, strerror(-error));
	for (size_t i = 0; i < needs->count; i++)
		needs->items[i].is_installed =
			dpkg_has_installed(buffer_slice(&answer), names[i]);
	return -1;
}

/* Whether one of the lines of apt_packages() is about the package. */
static bool is_listed(struct slice lines, const char *package)
{
	struct slice architecture = slice_of(package);
	struct slice name = slice_cut(&architecture, ':');

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');

		if (slice_compare(slice_cut(&line, '\t'), name) == 0 &&
			(architecture.size == 0 ||
				slice_compare(slice_cut(&line, '\t'), architecture) == 0))
			return true;
	}
	return false;
}

/* Sets apt_answer. If apt cannot be asked, it has said why, and the rest is still shown. */
static void find_known_to_apt(const struct admin *admin, struct needs *needs)
{
	owns_strings struct string_list names = {0};
	owns_buffer struct buffer lines = {0};

	for (size_t i = 0; i < needs->count; i++) {
		const char *package = needs->items[i].package;
		owns_memory char *name = xstrndup(package, strcspn(package, ":"));

		if (!needs->items[i].is_installed)
			xlist_add(&names, name);
	}
	xensure(string_list_terminate(&names));
	if (names.count == 0 ||
		apt_packages(admin, (const char *const *)names.items, &lines) < 0)
		return;
	for (size_t i = 0; i < needs->count; i++) {
		struct need *need = &needs->items[i];

		if (!need->is_installed)
			need->apt_answer = is_listed(buffer_slice(&lines), need->package)
						   ? KNOWN_TO_APT
						   : UNKNOWN_TO_APT;
	}
}

static int find_needs(const struct admin *admin, struct needs *needs)
{
	owns_hook_list struct hook_list hooks;
	__attribute__((cleanup(settings_done))) struct settings settings = {0};
	int status;

	hook_list_read(&hooks, admin);
	hook_list_warn_unreadable(&hooks);
	status = settings_ask(&settings, admin);
	if (status >= 0)
		return status;
	for (size_t i = 0; i < hooks.count; i++)
		if (hooks.items[i].status == HOOK_EFFECTIVE)
			add_needs_of(needs, &hooks.items[i], &settings);
	/* Without names, dpkg-query and apt would list all packages. */
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

/*
 * Whether apt-get(8) would not take the name as that of a package: "foo-" removes foo,
 * and an unknown name with '.' or '+' is a regular expression.
 */
static bool is_misread(const struct need *need)
{
	if (need->apt_answer == KNOWN_TO_APT)
		return false;
	return need->package[strlen(need->package) - 1] == '-' ||
	       (need->apt_answer == UNKNOWN_TO_APT &&
		       strpbrk(need->package, ".+") != NULL);
}

static void write_name(const struct need *need)
{
	const char *hook = need->hooks.items[0];

	if (is_misread(need)) {
		report_warning(
			_("%s, required by %s, is left out: apt has no such package, and "
			  "apt-get would interpret the name differently"),
			need->package, hook);
		return;
	}
	if (need->apt_answer == UNKNOWN_TO_APT)
		report_warning(_("apt has no package %s, required by %s; apt-get update "
				 "may help"),
			need->package, hook);
	(void)puts(need->package); /* main() checks stdout */
}

/* For "apt-get install $(apt-universal-hooks requires --missing)". */
static int write_missing(const struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!needs->items[i].is_installed)
			write_name(&needs->items[i]);
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
	table_add_name(table, need->package);
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
	return json_pack("{s:o, s:b, s:o, s:o}", "package", json_text(need->package),
		"installed", need->is_installed, "known_to_apt",
		need->apt_answer == APT_NOT_ASKED
			? json_null()
			: json_boolean(need->apt_answer == KNOWN_TO_APT),
		"hooks",
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

		if (!need->is_installed &&
			(need->apt_answer == UNKNOWN_TO_APT || is_misread(need)))
			return report_error(
				_("apt has no package %s, required by %s, so nothing is "
				  "installed; apt-get update may help"),
				need->package, need->hooks.items[0]);
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
		if (!needs->items[i].is_installed)
			argv[count++] = needs->items[i].package;
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
