/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt-universal-hooks edit: opens a copy of a script in an editor, and puts it in place
 * when the editor exits, so that apt never runs a half-written script.
 */
#include "cmd/cmd.h"
#include "model/targets.h"
#include "process.h"
#include "system/owner.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPT_SIZE_MAX ((size_t)16 << 20)

/* VISUAL and EDITOR are command lines, as for git(1). See Debian Policy, 11.4. */
#define CHOOSE_EDITOR                                                                    \
	"# A command line, and the file in $1.\n"                                        \
	"editor=${VISUAL:-${EDITOR-}}\n"                                                 \
	"[ -n \"$editor\" ] || for editor in sensible-editor editor nano vi; do\n"       \
	"command -v $editor >/dev/null && break\n"                                       \
	"done\n"                                                                         \
	"eval \"exec $editor\" '\"$1\"'"

struct editing {
	const struct admin *admin;
	const char *relative;
	char *source; /* the script as it is */
	char *target; /* where it goes: the source, or its place in /etc */
	bool is_override;
	struct stat like;
	struct buffer before;
	char *directory; /* private; removed at the end, unless the copy must be kept */
	char *copy;      /* in it */
};

static void remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (directory == NULL)
		return;
	/* The copy, and backups that an editor leaves next to it. */
	while ((entry = readdir(directory)) != NULL)
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	(void)closedir(directory); /* only read */
	(void)rmdir(path);         /* harmless if it stays in /tmp */
}

static void editing_done(struct editing *editing)
{
	if (editing->directory != NULL)
		remove_directory(editing->directory);
	free(editing->source);
	free(editing->target);
	free(editing->directory);
	free(editing->copy);
	buffer_done(&editing->before);
}

/* 0 or −errno; ret_status may be NULL. */
static int read_script(const char *path, struct buffer *text, struct stat *ret_status)
{
	owns_fd int fd = -1;
	struct stat status;

	if (path == NULL) /* never: what is to be edited has been found */
		return -ENOENT;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (ret_status != NULL)
		*ret_status = status;
	return buffer_read(text, fd, SCRIPT_SIZE_MAX);
}

static int report_not_read(const char *path, int error)
{
	if (error == -EINVAL || error == -ELOOP)
		return report_error(_("%s is not a regular file"), path);
	return report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

/* Follows symlinks: changes the file that apt runs, and keeps the links. */
static int resolve_source(struct editing *editing, const char *path)
{
	editing->source = realpath(path, NULL);
	if (editing->source == NULL)
		return report_not_read(path, -errno);
	if (!path_is_within(editing->source, editing->admin->root))
		return report_error(
			_("%s is not changed: a symlink in its path leads out of %s"),
			path, editing->admin->root);
	return -1;
}

static int find_hook_to_edit(
	struct editing *editing, const struct snapshot *snapshot, const char *word)
{
	const struct hook *hook;
	const char *path;
	int status = hook_list_resolve(&snapshot->hooks, editing->admin, word, &hook);

	if (status >= 0)
		return status;
	editing->relative = hook->script.relative;
	if (hook->status == HOOK_IS_MASK || hook->status == HOOK_MASKED)
		return report_error(_("%s is masked; before you edit it, use "
				      "apt-universal-hooks enable %s"),
			editing->relative, editing->relative);
	path = hook->status == HOOK_OVERRIDDEN ? hook->overridden_by : hook->script.path;
	status = resolve_source(editing, path);
	if (status >= 0)
		return status;
	editing->is_override =
		hook->place == PLACE_OF_PACKAGES && hook->status == HOOK_EFFECTIVE;
	editing->target =
		editing->is_override
			? xformat("%s/%s",
				  snapshot->hooks.tree.places[PLACE_OF_ADMINISTRATOR],
				  editing->relative)
			: xstrdup(editing->source);
	return check_within_root(editing->admin, editing->target);
}

/* Check this first, before somebody edits what cannot be saved. */
static int check_rights(const struct editing *editing)
{
	owns_memory char *directory = xstrdup(editing->target);

	do {
		*strrchr(directory, '/') = '\0';
		if (access(directory[0] != '\0' ? directory : "/", W_OK) == 0)
			return -1;
	} while (errno == ENOENT && directory[0] != '\0');
	return report_unchanged(editing->target, -errno);
}

static int make_copy(struct editing *editing)
{
	const char *parent = getenv("TMPDIR");
	owns_memory char *directory = xformat("%s/apt-universal-hooks.XXXXXX",
		parent != NULL && parent[0] == '/' ? parent : "/tmp");
	int error;

	if (mkdtemp(directory) == NULL)
		return report_error(_("%s cannot be created: %m"), directory);
	editing->directory = xstrdup(directory);
	editing->copy = xformat("%s/%s", directory, strrchr(editing->target, '/') + 1);
	error = rootfs_create_file(editing->copy, buffer_slice(&editing->before), 0600);
	return error < 0 ? report_unchanged(editing->copy, error) : -1;
}

/* Do not lose what a person has written. */
static int keep_copy(struct editing *editing, int status)
{
	report_warning(_("your version is kept in %s"), editing->copy);
	free(editing->directory);
	editing->directory = NULL;
	return status;
}

/* An editor that fails has been told to, as with :cq; one that is killed has not. */
static int report_editor_failed(struct editing *editing, const struct uh_ending *ending)
{
	int status = report_error(_("the editor failed (%s %d); %s is unchanged"),
		process_end_name(ending->end), ending->value, editing->target);

	return ending->end == UH_EXITED ? status : keep_copy(editing, status);
}

static int run_editor(struct editing *editing)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)CHOOSE_EDITOR,
		(char *)"sh", editing->copy, NULL};
	const struct process_spec spec = {
		.path = "/bin/sh", .argv = argv, .envp = environ};
	struct uh_ending ending;
	struct interrupts interrupts;
	int error;

	interrupts_hold(&interrupts);
	error = process_run(&spec, &ending);
	interrupts_release(&interrupts);
	if (error < 0)
		return report_error(
			_("the editor cannot be started: %s; %s is unchanged"),
			strerror(-error), editing->target);
	return process_succeeded(&ending) ? -1 : report_editor_failed(editing, &ending);
}

static int store_script(struct editing *editing, struct slice text)
{
	owns_buffer struct buffer now = {0};
	size_t kept;
	int error;

	if (read_script(editing->source, &now, NULL) < 0 ||
		slice_compare(buffer_slice(&now), buffer_slice(&editing->before)) != 0)
		return keep_copy(editing,
			report_error(_("%s has been changed in the meantime, so your "
				       "changes are not saved"),
				editing->source));
	kept = rootfs_existing_size(editing->target);
	error = editing->is_override ? rootfs_make_parents(editing->target) : 0;
	if (error == 0 && editing->is_override)
		error = rootfs_create_file(
			editing->target, text, editing->like.st_mode & 07777);
	else if (error == 0)
		error = rootfs_replace_file(editing->target, text, &editing->like);
	if (error == 0)
		return -1;
	rootfs_remove_parents(editing->target, kept);
	return keep_copy(editing, report_unchanged(editing->target, error));
}

/* The package that ships the source, or "a package"; the caller frees it. */
static char *owner_name(const struct editing *editing)
{
	__attribute__((cleanup(owner_list_done))) struct owner_list owners;
	owns_strings struct string_list paths = {0};
	const char *path = editing->source + strlen(editing->admin->root);
	const char *owner;

	xlist_add(&paths, path);
	owner_list_ask(&owners, editing->admin, &paths);
	owner = owner_of(&owners, path);
	return xstrdup(owner != NULL ? owner : _("a package"));
}

static void say_override(const struct editing *editing)
{
	owns_memory char *owner = owner_name(editing);

	targets_say(_("%s belongs to %s: your version will be in %s, and override it"),
		editing->source, owner, editing->target);
}

static int check_saved(const struct editing *editing)
{
	owns_memory char *path = xstrdup(editing->relative);
	char *argv[] = {(char *)"check", path, NULL};
	struct admin admin = *editing->admin;

	return admin_check(&admin, 2, argv);
}

static int edit_copy(struct editing *editing)
{
	owns_buffer struct buffer after = {0};
	int status = make_copy(editing);
	int error;

	if (status < 0 && editing->is_override)
		say_override(editing);
	if (status < 0)
		status = run_editor(editing);
	if (status >= 0)
		return status;
	error = read_script(editing->copy, &after, NULL);
	if (error < 0) {
		status = report_not_read(editing->copy, error);
		/* An editor may have deleted it. */
		return error == -ENOENT ? status : keep_copy(editing, status);
	}
	if (slice_compare(buffer_slice(&after), buffer_slice(&editing->before)) == 0) {
		targets_say(_("%s is unchanged"), editing->source);
		return STATUS_FINE;
	}
	if (after.size == 0)
		return report_error(
			_("%s is unchanged, because your version is empty; to "
			  "stop it from running, use apt-universal-hooks "
			  "disable %s"),
			editing->source, editing->relative);
	status = store_script(editing, buffer_slice(&after));
	return status < 0 ? check_saved(editing) : status;
}

static int edit(const struct admin *admin, const char *word)
{
	__attribute__((cleanup(editing_done))) struct editing editing = {.admin = admin};
	owns_snapshot struct snapshot snapshot;
	int status = snapshot_take(&snapshot, admin);
	int error;

	if (status < 0)
		status = find_hook_to_edit(&editing, &snapshot, word);
	if (status < 0)
		status = check_rights(&editing);
	if (status >= 0)
		return status;
	error = read_script(editing.source, &editing.before, &editing.like);
	if (error < 0)
		return report_not_read(editing.source, error);
	return edit_copy(&editing);
}

int admin_edit(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "edit SCRIPT",
		.text = _("Edit a hook with $VISUAL, $EDITOR or sensible-editor, and "
			  "check it afterwards. The hook of a package is copied to "
			  "/etc/apt/universal-hooks, where it overrides the package's. "
			  "apt runs the old version until the editor exits; mode and "
			  "owner stay as they are."),
		.words_min = 1,
		.words_max = 1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	return status < 0 ? edit(admin, argv[1]) : status;
}
