/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hooks in /etc that are conffiles. dpkg keeps a conffile when its package is removed or no
 * longer ships it, so the hook still runs.
 */
#include "check/checks.h"
#include "dpkg.h"
#include "ui/message.h"

/* The hook at this path in /etc below the root, or NULL. */
static const struct hook *find_conffile(const struct check *check, const char *path)
{
	size_t root_size = strlen(check->admin->root);

	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (hook->place == PLACE_OF_ADMINISTRATOR &&
			hook->status == HOOK_EFFECTIVE &&
			strcmp(path, hook->script.path + root_size) == 0)
			return hook;
	}
	return NULL;
}

static bool overrides_package(struct check *check, const struct hook *hook)
{
	struct script script = {.path = NULL};
	enum tree_node node = hook_tree_look_in(
		&check->hooks.tree, PLACE_OF_PACKAGES, hook->script.relative, &script);

	script_done(&script);
	return node == NODE_SCRIPT;
}

static void report_obsolete(
	struct check *check, const struct hook *hook, const char *package)
{
	if (overrides_package(check, hook))
		check_find(check, FINDING_CONFFILE_OBSOLETE, hook->script.path, NULL,
			_("%s no longer ships this file, but it still overrides the hook "
			  "of the same name in /usr/lib; remove it unless you want that"),
			package);
	else
		check_find(check, FINDING_CONFFILE_OBSOLETE, hook->script.path, NULL,
			_("%s no longer ships this hook, but it still runs; remove it "
			  "unless you want that"),
			package);
}

static void check_conffile(struct check *check, const struct conffile *conffile)
{
	const struct hook *hook = conffile->is_removed || conffile->is_obsolete
					  ? find_conffile(check, conffile->path)
					  : NULL;

	if (hook == NULL || !check_concerns(check, hook->script.path))
		return;
	if (conffile->is_removed)
		check_find(check, FINDING_PACKAGE_REMOVED, hook->script.path, NULL,
			_("%s is removed but not purged, so its hook still runs; "
			  "\"apt-get purge %s\" removes it and the package's other "
			  "configuration"),
			conffile->package, conffile->package);
	else
		report_obsolete(check, hook, conffile->package);
}

void check_conffiles(struct check *check)
{
	__attribute__((cleanup(conffile_list_done))) struct conffile_list conffiles = {
		.items = NULL};
	owns_memory char *status_file = check_status_file(check);
	int error = 0;

	if (check->hooks.count > 0)
		error = xensure(dpkg_list_conffiles(status_file, &conffiles));
	if (error < 0) {
		check->is_incomplete = true;
		(void)report_error(_("dpkg's list of conffiles cannot be read, so hooks "
				     "left behind by packages are not found: %s"),
			strerror(-error));
	}
	for (size_t i = 0; i < conffiles.count; i++)
		check_conffile(check, &conffiles.items[i]);
}
