/* SPDX-License-Identifier: BSD-2-Clause */
/* Each script by itself: whether it could be executed, and by what. */
#include "check/check_foreign.h"
#include "check/script_text.h"
#include "model/preview.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <sys/stat.h>

/* Where root's apt will look, whoever started it. */
static const char *const search_path[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};

static bool is_executable_file(const struct stat *status)
{
	return S_ISREG(status->st_mode) &&
	       (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

/* The full path of a program that is in PATH, the caller's; NULL when there is none. */
static char *search(const struct admin *admin, const char *program)
{
	for (size_t i = 0; i < COUNT_OF(search_path); i++) {
		char *path = string_format("%s/%s", search_path[i], program);
		struct stat status;

		if (path != NULL && rootfs_stat(admin, path, &status) == 0 &&
			is_executable_file(&status))
			return path;
		free(path);
	}
	return NULL;
}

/* sed(1) for a script's text, through a symlink to it. */
static void fix_text(struct buffer *command, const char *expression, const char *path)
{
	const char *const words[] = {
		"sed", "-i", "--follow-symlinks", expression, "--", path, NULL};

	fix_add(command, words);
}

/* Whether a word is none that sed would take for anything but itself, "." aside. */
static bool is_plain(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789/._+-")] == '\0';
}

/* If the program is elsewhere, the #! line can be made to say so. */
static void fix_interpreter(struct buffer *command, const struct check *check,
	const char *path, const char *interpreter)
{
	const char *slash = strrchr(interpreter, '/');
	const char *program = slash != NULL ? slash + 1 : interpreter;
	owns_memory char *found = NULL;
	owns_memory char *expression = NULL;

	if (program[0] == '\0' || !is_plain(interpreter))
		return;
	found = search(check->admin, program);
	if (found == NULL)
		return;
	expression = string_format("1s|^#![[:blank:]]*%s|#!%s|", interpreter, found);
	if (expression != NULL)
		fix_text(command, expression, path);
}

static void check_command(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *found = NULL;

	if (text->command == NULL)
		return;
	if (strpbrk(text->command, " \t") != NULL) {
		fix_text(&command, "1s|env|env -S|", path);
		check_find(check, FINDING_INTERPRETER_MISSING, path, &command,
			_("%s gets \"%s\" as one word and finds no such program"),
			text->interpreter, text->command);
		return;
	}
	if (strchr(text->command, '/') == NULL)
		found = search(check->admin, text->command);
	if (found == NULL && text->command[0] != '/')
		check_find(check, FINDING_INTERPRETER_MISSING, path, NULL,
			_("its interpreter %s is not in PATH, so it cannot be started"),
			text->command);
}

static void check_interpreter_file(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *full =
		string_format("%s%s", check->admin->root, text->interpreter);
	const char *const words[] = {"chmod", "a+x", "--", full, NULL};
	struct stat status;
	int error = rootfs_stat(check->admin, text->interpreter, &status);

	if (error == -EACCES) {
		check->is_blind = true;
		(void)report_error(_("%s cannot be looked at: %s"), text->interpreter,
			strerror(EACCES));
	} else if (error < 0) {
		fix_interpreter(&command, check, path, text->interpreter);
		check_find(check, FINDING_INTERPRETER_MISSING, path, &command,
			_("its interpreter %s does not exist, so it cannot be started"),
			text->interpreter);
	} else if (!is_executable_file(&status)) {
		if (S_ISREG(status.st_mode) && full != NULL)
			fix_add(&command, words);
		check_find(check, FINDING_INTERPRETER_NOT_EXECUTABLE, path, &command,
			_("its interpreter %s is not executable, so it cannot be "
			  "started"),
			text->interpreter);
	} else {
		check_command(check, path, text);
	}
}

static void check_interpreter(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};

	if (text->interpreter[0] == '\0') {
		check_find(check, FINDING_INTERPRETER_MISSING, path, NULL,
			_("its first line, #!, names no interpreter"));
		return;
	}
	if (text->interpreter[0] == '/') {
		check_interpreter_file(check, path, text);
		return;
	}
	fix_interpreter(&command, check, path, text->interpreter);
	check_find(check, FINDING_INTERPRETER_RELATIVE, path, &command,
		_("its interpreter %s is no full path, so it cannot be started"),
		text->interpreter);
}

static void check_text(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer unmark = {0};
	owns_buffer struct buffer uncrlf = {0};

	fix_text(&unmark, "1s/^\\xef\\xbb\\xbf//", path);
	fix_text(&uncrlf, "s/\\r$//", path);
	if (text->has_mark)
		check_find(check, FINDING_BYTE_ORDER_MARK, path, &unmark,
			_("it begins with a byte-order mark, so its first line is not "
			  "understood"));
	if (text->has_crlf)
		check_find(check, FINDING_CRLF, path, &uncrlf,
			_("its lines end with CR LF, as on DOS, so they are not "
			  "understood"));
	switch (text->kind) {
	case TEXT_EMPTY:
		check_find(check, FINDING_EMPTY, path, NULL,
			_("it is empty, so it does nothing"));
		return;
	case TEXT_BINARY:
		check_find(check, FINDING_BINARY, path, NULL,
			_("it is neither a program nor a script, so it cannot be "
			  "started"));
		return;
	case TEXT_INTERPRETED:
		check_interpreter(check, path, text);
		return;
	case TEXT_PROGRAM:
	case TEXT_PLAIN:
		return;
	}
}

/* Like script_text_read(), −errno also when the file cannot be read. */
static int read_text(
	const struct check *check, const char *path, struct script_text *ret_text)
{
	owns_buffer struct buffer head = {0};
	owns_fd int fd = -1;
	int error = rootfs_open(check->admin, path + strlen(check->admin->root));

	if (error < 0)
		return error;
	fd = error;
	error = buffer_read(&head, fd, SCRIPT_TEXT_SIZE);
	if (error < 0 && error != -EFBIG)
		return error;
	return script_text_read(ret_text, buffer_slice(&head));
}

static void look_into(struct check *check, const char *path)
{
	__attribute__((cleanup(script_text_done))) struct script_text text = {
		.interpreter = NULL};
	int error = read_text(check, path, &text);

	if (error == 0) {
		check_text(check, path, &text);
		return;
	}
	check->is_blind = true;
	(void)report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

/* Owner and mode are both put right, since after one the other would still be wrong. */
static void fix_unsafe(struct buffer *command, const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return;
	if (status.st_uid != 0 && S_ISLNK(status.st_mode))
		fix_add(command, (const char *const[]){
					 "chown", "-h", "root:root", "--", path, NULL});
	else if (status.st_uid != 0)
		fix_add(command,
			(const char *const[]){"chown", "root:root", "--", path, NULL});
	if (!S_ISLNK(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fix_add(command,
			(const char *const[]){"chmod", "go-w", "--", path, NULL});
}

/* At the path that is open, so that it is found once, however many scripts are below. */
static void check_unsafe(struct check *check, const struct script *script)
{
	const struct unsafe_path *unsafe = &script->unsafe;
	owns_buffer struct buffer command = {0};
	owns_memory char *fault = fault_text(script);

	if (fault == NULL) {
		check->findings.has_failed = true;
		return;
	}
	fix_unsafe(&command, unsafe->path);
	check_find(check, FINDING_OPEN_TO_OTHERS, unsafe->path, &command,
		_("hooks are not run, for %s"), fault);
}

static void check_script(struct check *check, const struct script *script)
{
	owns_buffer struct buffer command = {0};
	const char *path = script->path;

	switch (script->fault) {
	case SCRIPT_IS_FINE:
		break;
	case SCRIPT_IS_NOT_EXECUTABLE:
		fix_add(&command,
			(const char *const[]){"chmod", "a+x", "--", path, NULL});
		check_find(check, FINDING_NOT_EXECUTABLE, path, &command,
			_("it is not executable, so it is not run"));
		break;
	case SCRIPT_IS_NOT_A_FILE:
		check_find(check, FINDING_NOT_A_FILE, path, NULL,
			_("it is not a regular file, so it is not run"));
		return;
	case SCRIPT_IS_DANGLING:
		check_find(check, FINDING_DANGLING, path, NULL,
			_("the symlink leads nowhere: %s"), strerror(-script->error));
		return;
	case SCRIPT_IS_OPEN_TO_OTHERS:
		check_unsafe(check, script);
		break;
	case SCRIPT_CANNOT_START:
		(void)report_error(
			_("%s cannot be read: %s"), path, strerror(-script->error));
		check->is_blind = true;
		return;
	case DIRECTORY_IS_UNREADABLE:
	case DIRECTORY_IS_UNMATCHED:
		return;
	}
	look_into(check, path);
}

/* A mask in the place of packages is as idle as one that has nothing below it. */
static void check_mask(struct check *check, const struct hook *hook)
{
	const char *path = hook->script.path;
	const char *const words[] = {"rm", "--", path, NULL};
	owns_buffer struct buffer command = {0};
	struct script other = {.path = NULL};
	enum tree_node node = hook_tree_look_in(
		&check->hooks.tree, PLACE_OF_PACKAGES, hook->script.relative, &other);

	script_done(&other);
	if (node == NODE_SCRIPT && hook->place == PLACE_OF_ADMINISTRATOR)
		return;
	fix_add(&command, words);
	check_find(check, FINDING_MASK_WITHOUT_PURPOSE, path, &command,
		_("this mask has no packages' hook to mask"));
}

void check_scripts(struct check *check)
{
	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (!check_concerns(check, hook->script.path))
			continue;
		if (hook->status == HOOK_IS_MASK)
			check_mask(check, hook);
		else if (hook->status == HOOK_EFFECTIVE &&
			 !check_is_foreign(check, hook->script.path))
			check_script(check, &hook->script);
	}
}
