/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check_foreign.h"
#include "ui/message.h"

#include <sys/stat.h>

/* How much of a file is read. */
#define FOREIGN_SIZE 65536

static bool ends_with_suffix(const char *name, const char *suffix)
{
	size_t size = strlen(name), end = strlen(suffix);

	return size > end && strcmp(name + size - end, suffix) == 0;
}

void foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, const char *name,
	struct slice text)
{
	if (kind == FOREIGN_ALPM)
		foreign_read_alpm(hooks, name, text);
	else if (kind == FOREIGN_ACTIONS)
		foreign_read_actions(hooks, name, text);
	else if (kind == FOREIGN_OLD_ACTIONS)
		foreign_read_old_actions(hooks, name, text);
}

/* Do not open every script. */
static bool may_be_foreign(const char *path, const char *name)
{
	static const char *const suffixes[] = {".hook", ".actions", ".action", ".conf"};
	struct stat status;

	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (ends_with_suffix(name, suffixes[i]))
			return true;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0;
}

/* A file that is too long or cannot be read is judged by what was read. */
static enum foreign_kind read_foreign(
	const struct check *check, const char *path, struct buffer *text)
{
	const char *name = strrchr(path, '/') + 1;

	if (hook_tree_is_leftover(name) || !may_be_foreign(path, name))
		return FOREIGN_NONE;
	(void)check_read(check, path, FOREIGN_SIZE, text);
	return text->size > 0 ? foreign_kind_of(name, buffer_slice(text)) : FOREIGN_NONE;
}

bool check_is_foreign(const struct check *check, const char *path)
{
	owns_buffer struct buffer text = {0};

	return read_foreign(check, path, &text) != FOREIGN_NONE;
}

static void propose(struct check *check, const struct foreign_hook *hook)
{
	owns_buffer struct buffer lines = {0};

	settings_file_format_for(&lines, &hook->settings, hook->path);
	xensure(lines.error);
	findings_propose(&check->findings, hook->command, &lines);
}

static void find_foreign(struct check *check, const char *path, const char *program,
	const struct foreign_hook *hook)
{
	if (hook->path == NULL)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; apt has no hook point like "
			  "\"%s\""),
			program, hook->word);
	else if (hook->program != NULL)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; a symlink %s to %s does the "
			  "same"),
			program, hook->path, hook->program);
	else
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("a hook for %s, not a script; a script %s does the same"),
			program, hook->path);
	if (hook->path != NULL)
		propose(check, hook);
}

static char *message_of_loss(const struct foreign_lost *lost)
{
	const char *word = lost->word;

	switch (lost->loss) {
	case FOREIGN_LOSS_KEY:
		return xformat(_("\"%s\" is not known, so there is no equivalent"), word);
	case FOREIGN_LOSS_TARGET:
		return xformat(_("no package of Debian can match \"%s\""), word);
	case FOREIGN_LOSS_EXCLUSION:
		return xformat(
			_("Paths cannot exclude: let the script ignore what \"%s\" "
			  "matches in $APT_UNIVERSAL_HOOKS_MATCHED_PATHS"),
			word);
	case FOREIGN_LOSS_NEVER:
		return xformat(_("a trigger that only excludes, as \"%s\" does, never "
				 "matches, so there is no equivalent"),
			word);
	case FOREIGN_LOSS_ONCE:
		return xstrdup(
			_("the script of this trigger gets only its own targets, since "
			  "the hook becomes several scripts"));
	case FOREIGN_LOSS_VETO:
		return xformat(
			_("without \"%s\", pacman stops, but a script with Requires is "
			  "skipped: to stop apt, check for it in the script instead"),
			word);
	case FOREIGN_LOSS_COMMAND:
		return xformat(_("a quote is not closed, so the command is not known: "
				 "%s"),
			word);
	case FOREIGN_LOSS_VERSION:
		return xformat(_("\"%s\" is taken for a name; for a version, use "
				 "Packages { \"NAME (>= VERSION)\"; }"),
			word);
	case FOREIGN_LOSS_OPTION:
		return xformat(_("there is no equivalent of the option %s"), word);
	case FOREIGN_LOSS_VARIABLE:
		return xformat(_("there is no equivalent of the variables in \"%s\": "
				 "replace them in the "
				 "script"),
			word);
	}
	return NULL;
}

static void find_loss(
	struct check *check, const char *path, const struct foreign_lost *lost)
{
	owns_memory char *message = message_of_loss(lost);

	check_find_at(check, FINDING_FILE_FOREIGN, path, lost->line, NULL, "%s", message);
}

bool check_foreign(struct check *check, const char *path)
{
	__attribute__((cleanup(foreign_hooks_done))) struct foreign_hooks hooks = {
		.items = NULL};
	owns_buffer struct buffer text = {0};
	enum foreign_kind kind = read_foreign(check, path, &text);

	if (kind == FOREIGN_NONE)
		return false;
	if (kind == FOREIGN_APT_CONF) {
		check_find(check, FINDING_FILE_FOREIGN, path, NULL,
			_("settings for apt, not a script; they belong in a file in "
			  "/etc/apt/apt.conf.d"));
		return true;
	}
	foreign_read(&hooks, kind, strrchr(path, '/') + 1, buffer_slice(&text));
	for (size_t i = 0; i < hooks.count; i++)
		find_foreign(check, path, foreign_program(kind), &hooks.items[i]);
	for (size_t i = 0; i < hooks.loss_count; i++)
		find_loss(check, path, &hooks.losses[i]);
	if (hooks.count == 0)
		check_find(check, FINDING_FILE_FOREIGN, path, NULL,
			_("a hook for %s, not a script"), foreign_program(kind));
	return true;
}
