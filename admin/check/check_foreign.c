/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that pacman or dnf would read, and that somebody has brought along. */
#include "check/checks.h"
#include "check/foreign.h"
#include "system/rootfs.h"

/* The kind of the file, with what could be read of it. */
static enum foreign_kind look(
	const struct check *check, const char *path, struct buffer *text)
{
	const char *name = strrchr(path, '/') + 1;
	owns_fd int fd = -1;

	/* Most names tell already that it is none. */
	if (hook_tree_is_leftover(name) || !foreign_may_be(name))
		return FOREIGN_NONE;
	fd = rootfs_open(check->admin, path + strlen(check->admin->root));
	if (fd < 0)
		return FOREIGN_NONE;
	(void)buffer_read(text, fd, FOREIGN_SIZE); /* what there is, is judged */
	return text->size > 0 ? foreign_kind_of(name, buffer_slice(text)) : FOREIGN_NONE;
}

bool check_is_foreign(const struct check *check, const char *path)
{
	owns_buffer struct buffer text = {0};

	return look(check, path, &text) != FOREIGN_NONE;
}

static void find_hook(struct check *check, const char *path, const char *program,
	const struct foreign_hook *hook)
{
	if (hook->place != NULL)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("it is for %s, and no script; one that does the same belongs "
			  "in %s"),
			program, hook->place);
	else if (hook->has_point)
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("it is for %s, and no script; no directory here can match "
			  "\"%s\""),
			program, hook->word);
	else
		check_find_at(check, FINDING_FILE_FOREIGN, path, hook->line, NULL,
			_("it is for %s, and no script; apt has no hook point like "
			  "\"%s\""),
			program, hook->word);
}

bool check_foreign(struct check *check, const char *path)
{
	__attribute__((cleanup(foreign_hooks_done))) struct foreign_hooks hooks = {
		.items = NULL};
	owns_buffer struct buffer text = {0};
	enum foreign_kind kind = look(check, path, &text);

	if (kind == FOREIGN_NONE)
		return false;
	if (foreign_read(&hooks, kind, buffer_slice(&text)) < 0)
		check->findings.has_failed = true;
	for (size_t i = 0; i < hooks.count; i++)
		find_hook(check, path, foreign_program(kind), &hooks.items[i]);
	if (hooks.count == 0)
		check_find(check, FINDING_FILE_FOREIGN, path, NULL,
			_("it is for %s, and no script"), foreign_program(kind));
	return true;
}
