/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks dpkg: whether dpkg without apt runs hooks; switches that. */
#include "cmd/cmd.h"
#include "model/targets.h"
#include "system/dpkg_lines.h"
#include "system/rootfs.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"

#include <errno.h>

static bool is_word(const struct dpkg_lines *lines, const char *word)
{
	return strcmp(dpkg_lines_word(lines), word) == 0;
}

static void say_state(const struct dpkg_lines *lines, const char *file)
{
	if (is_word(lines, "on"))
		targets_say(
			_("on: dpkg runs hooks also when it is called without apt (%s)"),
			file);
	else if (is_word(lines, "off"))
		targets_say(_("off: dpkg runs hooks only when apt calls it (%s)"), file);
	else
		targets_say(
			_("partly on: only one of pre-invoke and post-invoke is in force "
			  "(%s); use \"apt-universal-hooks dpkg on\" or \"off\""),
			file);
	for (int i = 0; i < DPKG_LINE_COUNT; i++)
		if (lines->lines[i].state == DPKG_LINE_EDITED)
			report_notice(_("%s:%lu: this line is not as shipped"), file,
				lines->lines[i].number);
}

static int show_state(
	const struct admin *admin, const struct dpkg_lines *lines, const char *file)
{
	int status = STATUS_FINE;

	if (admin->is_json)
		status = json_print(dpkg_lines_to_json(lines, file));
	else
		say_state(lines, file);
	return status == STATUS_FINE && is_word(lines, "partly") ? STATUS_FINDINGS
								 : status;
}

/* −1, or a status. */
static int replace_lines(const struct admin *admin, const char *file, struct slice text,
	const struct buffer *result)
{
	const struct stat like = {
		.st_mode = 0644, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	struct stat status;
	int error = rootfs_stat(admin, DPKG_LINES_FILE, &status);
	bool is_there = error == 0; /* perhaps no longer, although it has been read */

	xensure(result->error);
	if (slice_compare(text, buffer_slice(result)) == 0)
		return -1;
	if (check_within_root(admin, file) >= 0)
		return STATUS_TROUBLE;
	if (error == -ENOENT)
		error = rootfs_make_parents(file);
	else if (error == 0 && !S_ISREG(status.st_mode))
		error = -EINVAL;
	if (error == 0)
		error = rootfs_replace_file(
			file, buffer_slice(result), is_there ? &status : &like);
	return error < 0 ? report_unchanged(file, error) : -1;
}

static int switch_lines(
	const struct admin *admin, const char *file, bool is_on, struct slice text)
{
	owns_buffer struct buffer result = {0};
	struct dpkg_lines lines;
	int status;

	dpkg_lines_switch(text, is_on, &result);
	status = replace_lines(admin, file, text, &result);
	if (status >= 0)
		return status;
	lines = dpkg_lines_of(buffer_slice(&result));
	return show_state(admin, &lines, file);
}

int admin_dpkg(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "dpkg [on|off]",
		.text = _(
			"Show whether dpkg runs hooks also when it is called without "
			"apt, "
			"as in \"dpkg -i\", or switch that on or off. This takes the # "
			"away "
			"from the lines of /etc/dpkg/dpkg.cfg.d/apt-universal-hooks, or "
			"puts it back. The exit status is 1 if only one line is in "
			"force."),
		.has_json = true,
		.words_max = 1,
	};
	owns_memory char *file = NULL;
	owns_buffer struct buffer text = {0};
	struct dpkg_lines lines;
	int words, error;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	if (words == 1 && strcmp(argv[1], "on") != 0 && strcmp(argv[1], "off") != 0)
		return report_error(_("%s: the word must be on or off"), argv[1]);
	file = xformat("%s" DPKG_LINES_FILE, admin->root);
	error = dpkg_lines_read(&lines, &text, admin);
	if (error < 0)
		return report_error(
			_("%s cannot be read: %s"), file, strerror(-xensure(error)));
	return words == 0 ? show_state(admin, &lines, file)
			  : switch_lines(admin, file, strcmp(argv[1], "on") == 0,
				    buffer_slice(&text));
}
