/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hooks in /etc that are conffiles. dpkg keeps a conffile when its package is removed or no
 * longer ships it, so the hook still runs.
 */
#include "check/checks.h"
#include "process.h"
#include "ui/message.h"

#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
/* dpkg-query would wait for a FIFO in the database of another root. */
#define TIMEOUT "/usr/bin/timeout"
#define SECONDS "10"
/* A line "STATUS\tPACKAGE", and a line " PATH MD5[ FLAG]…" for each conffile. */
#define FORMAT "--showformat=${db:Status-Status}\\t${binary:Package}\\n${Conffiles}\\n"
#define ANSWER_MAX ((size_t)64 << 20)

static int ask_conffiles(const struct admin *admin, struct buffer *answer)
{
	owns_memory char *directory = xformat("--admindir=%s/var/lib/dpkg", admin->root);
	const char *const words[] = {"timeout", "--signal=KILL", SECONDS, DPKG_QUERY,
		directory, FORMAT, "--show", NULL};
	struct process_spec spec = {
		.path = TIMEOUT, .argv = (char *const *)words, .envp = environ};
	struct uh_ending ending;

	return xensure(process_capture(&spec, ANSWER_MAX, answer, &ending));
}

/* The hook at this path in /etc below the root, or NULL. */
static const struct hook *find_conffile(const struct check *check, struct slice path)
{
	size_t root_size = strlen(check->admin->root);

	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (hook->place == PLACE_OF_ADMINISTRATOR &&
			hook->status == HOOK_EFFECTIVE &&
			slice_equals(path, hook->script.path + root_size))
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

/* line is that of a conffile, without the space in front. */
static void check_conffile(
	struct check *check, const char *package, bool is_removed, struct slice line)
{
	static const char obsolete[] = " obsolete";
	struct slice path = line;
	const struct hook *hook;
	bool is_obsolete =
		memmem(line.data, line.size, obsolete, strlen(obsolete)) != NULL;

	/* The path may contain spaces; the sum and the flags do not. */
	for (int words = is_obsolete ? 2 : 1; words > 0 && path.size > 0; words--)
		while (path.size > 0 && path.data[--path.size] != ' ')
			continue;
	hook = is_removed || is_obsolete ? find_conffile(check, path) : NULL;
	if (hook == NULL || !check_concerns(check, hook->script.path))
		return;
	if (is_removed)
		check_find(check, FINDING_PACKAGE_REMOVED, hook->script.path, NULL,
			_("%s is removed but not purged, so its hook still runs; "
			  "\"apt-get purge %s\" removes it and the package's other "
			  "configuration"),
			package, package);
	else
		report_obsolete(check, hook, package);
}

void check_conffiles(struct check *check)
{
	owns_buffer struct buffer answer = {0};
	owns_memory char *package = NULL;
	bool is_removed = false;
	struct slice rest;

	if (check->hooks.count == 0 || ask_conffiles(check->admin, &answer) < 0)
		return;
	for (rest = buffer_slice(&answer); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.size > 0 && line.data[0] == ' ') {
			line.data++;
			line.size--;
			if (package != NULL)
				check_conffile(check, package, is_removed, line);
		} else if (line.size > 0) {
			is_removed = slice_equals(slice_cut(&line, '\t'), "config-files");
			free(package);
			package = xstrndup(line.data, line.size);
		}
	}
}
