/* SPDX-License-Identifier: BSD-2-Clause */
/* Each script by itself: whether it can be executed, and by what. */
#include "check/bashisms.h"
#include "check/check_foreign.h"
#include "check/shell_syntax.h"
#include "model/place.h"
#include "renames.h"
#include "script_text.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of a shell script is read. */
#define SHELL_TEXT_SIZE ((size_t)1 << 20)
#define BLANKS " \t"

static bool is_executable_file(const struct stat *status)
{
	return S_ISREG(status->st_mode) &&
	       (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

/* The full path of a program in PATH, which the caller frees; NULL if there is none. */
static char *find_program(const struct admin *admin, const char *program)
{
	/* Root's PATH, regardless of the caller's. */
	static const char *const path[] = {"/usr/local/sbin", "/usr/local/bin",
		"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < COUNT_OF(path); i++) {
		char *full = xformat("%s/%s", path[i], program);
		struct stat status;

		if (rootfs_stat(admin, full, &status) == 0 && is_executable_file(&status))
			return full;
		free(full);
	}
	return NULL;
}

/* --follow-symlinks, so that a symlink to the script stays one. */
static void fix_text(struct buffer *command, const char *expression, const char *path)
{
	fix_words(command, "sed", "-i", "--follow-symlinks", expression, "--", path);
}

/* Whether the word matches itself in sed's regular expressions; "." is close enough. */
static bool is_sed_literal(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789/._+-")] == '\0';
}

/* If the program is elsewhere in PATH, puts that path into the #! line. */
static void fix_interpreter(struct buffer *command, const struct check *check,
	const char *path, const char *interpreter)
{
	const char *slash = strrchr(interpreter, '/');
	const char *program = slash != NULL ? slash + 1 : interpreter;
	owns_memory char *found = NULL;
	owns_memory char *expression = NULL;

	if (program[0] == '\0' || !is_sed_literal(interpreter))
		return;
	found = find_program(check->admin, program);
	if (found == NULL)
		return;
	expression = xformat("1s|^#![[:blank:]]*%s|#!%s|", interpreter, found);
	fix_text(command, expression, path);
}

static void check_command_of_env(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *found = NULL;

	if (text->command == NULL)
		return;
	if (strpbrk(text->command, BLANKS) != NULL) {
		/* Two hooks may be links to one file: do not edit it twice. */
		fix_text(&command,
			"1s|^\\(#![[:blank:]]*[^[:blank:]]*env\\)[[:blank:]]*"
			"\\([^-[:blank:]]\\)|\\1 -S \\2|",
			path);
		check_find(check, FINDING_INTERPRETER_MISSING, path, &command,
			_("%s takes \"%s\" as the name of one program; the script cannot "
			  "start"),
			text->interpreter, text->command);
		return;
	}
	if (strchr(text->command, '/') == NULL)
		found = find_program(check->admin, text->command);
	if (found == NULL && text->command[0] != '/')
		check_find(check, FINDING_INTERPRETER_MISSING, path, NULL,
			_("interpreter %s is not in PATH; the script cannot start"),
			text->command);
}

static void check_interpreter_file(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *full = xformat("%s%s", check->admin->root, text->interpreter);
	struct stat status;
	int error = xensure(rootfs_stat(check->admin, text->interpreter, &status));

	if (error == -EACCES) {
		check_report_unreadable(check, text->interpreter, error);
	} else if (error < 0) {
		fix_interpreter(&command, check, path, text->interpreter);
		check_find(check, FINDING_INTERPRETER_MISSING, path, &command,
			_("interpreter %s does not exist; the script cannot start"),
			text->interpreter);
	} else if (!is_executable_file(&status)) {
		if (S_ISREG(status.st_mode))
			fix_words(&command, "chmod", "a+x", "--", full);
		check_find(check, FINDING_INTERPRETER_NOT_EXECUTABLE, path, &command,
			_("interpreter %s is not executable; the script cannot start"),
			text->interpreter);
	} else {
		check_command_of_env(check, path, text);
	}
}

static void check_interpreter(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};

	if (text->interpreter[0] == '\0') {
		check_find(check, FINDING_INTERPRETER_MISSING, path, NULL,
			_("the #! line names no interpreter"));
		return;
	}
	if (text->interpreter[0] == '/') {
		check_interpreter_file(check, path, text);
		return;
	}
	fix_interpreter(&command, check, path, text->interpreter);
	check_find(check, FINDING_INTERPRETER_RELATIVE, path, &command,
		_("interpreter %s is not a full path; the script cannot start"),
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
			_("starts with a byte-order mark; the first line is not "
			  "recognized"));
	if (text->has_crlf)
		check_find(check, FINDING_CRLF, path, &uncrlf,
			_("has CRLF line endings; the script does not work"));
	switch (text->kind) {
	case TEXT_EMPTY:
		check_find(check, FINDING_EMPTY, path, NULL, _("empty; it does nothing"));
		return;
	case TEXT_BINARY:
		check_find(check, FINDING_BINARY, path, NULL,
			_("neither a program nor a script; it cannot start"));
		return;
	case TEXT_INTERPRETED:
		check_interpreter(check, path, text);
		return;
	case TEXT_PROGRAM:
	case TEXT_PLAIN:
		return;
	}
}

/* Only what is certainly meant to be executed: a README must not become a root script. */
static void check_mode(
	struct check *check, const char *path, const struct script_text *text)
{
	owns_buffer struct buffer command = {0};

	switch (text->kind) {
	case TEXT_PROGRAM:
	case TEXT_INTERPRETED:
		fix_words(&command, "chmod", "a+x", "--", path);
		check_find(check, FINDING_NOT_EXECUTABLE, path, &command,
			_("not executable; it is not run"));
		return;
	case TEXT_PLAIN:
		check_find(check, FINDING_BINARY, path, NULL,
			_("not executable and without a #! line, so it is not a script; "
			  "move it elsewhere"));
		return;
	case TEXT_EMPTY:
	case TEXT_BINARY: /* check_text() reports it */
		return;
	}
}

/* Whether sh is dash, which does not know the syntax of bash. */
static bool has_dash(const struct check *check)
{
	static const char dash[] = "dash";
	owns_memory char *link = xformat("%s/bin/sh", check->admin->root);
	char target[sizeof("/usr/bin/dash")] = "";
	ssize_t size = readlink(link, target, sizeof(target) - 1);

	return size >= (ssize_t)strlen(dash) &&
	       strcmp(target + size - strlen(dash), dash) == 0;
}

static bool is_for_sh(const struct script_text *text)
{
	if (text->kind == TEXT_PLAIN)
		return true;
	return text->kind == TEXT_INTERPRETED &&
	       (strcmp(text->interpreter, "/bin/sh") == 0 ||
		       strcmp(text->interpreter, "/usr/bin/sh") == 0 ||
		       (text->command != NULL && strcmp(text->command, "sh") == 0));
}

/*
 * Whether a bashism was found. Without a command: another interpreter may change more of
 * what the script does.
 */
static bool check_bashisms(struct check *check, const char *path)
{
	owns_buffer struct buffer text = {0};
	struct bashism bashism;

	if (!has_dash(check))
		return false;
	(void)check_read(check, path, SHELL_TEXT_SIZE, &text); /* its head was read */
	if (!bashism_find(&bashism, buffer_slice(&text)))
		return false;
	check_find_at(check, FINDING_BASHISM, path, bashism.line, NULL,
		_("\"%s\" is syntax of bash, but sh is dash here; begin the "
		  "script with #!/bin/bash"),
		bashism.what);
	return true;
}

/* Only these are known to parse with -n and to execute nothing. */
static const char *shell_that_parses(const struct script_text *text)
{
	static const char *const shells[] = {"/bin/sh", "/bin/dash", "/bin/bash"};
	const char *name = text->kind == TEXT_PLAIN ? "sh"
			   : text->command != NULL  ? text->command
						    : text->interpreter;

	if (strncmp(name, "/usr/bin/", strlen("/usr/bin/")) == 0)
		name += strlen("/usr");
	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (strcmp(name, shells[i]) == 0 ||
			strcmp(name, shells[i] + strlen("/bin/")) == 0)
			return shells[i];
	return NULL;
}

/* Not below another root, whose shells may be of another architecture. */
static void check_syntax(
	struct check *check, const char *path, const struct script_text *text)
{
	const char *shell = shell_that_parses(text);
	struct syntax_error error;

	if (check->admin->root[0] != '\0' || shell == NULL || text->has_crlf ||
		text->has_mark || !syntax_error_find(&error, shell, path))
		return;
	check_find_at(check, FINDING_SYNTAX_ERROR, path, error.line, NULL,
		_("the script fails here: %s"), error.message);
	free(error.message);
}

/* Of sh, and of shells with its syntax. */
static bool is_for_shell(const struct script_text *text)
{
	static const char *const shells[] = {"bash", "dash", "ksh", "zsh"};
	const char *program = text->command != NULL ? text->command : text->interpreter;
	const char *slash = program != NULL ? strrchr(program, '/') : NULL;

	if (slash != NULL)
		program = slash + 1;
	for (size_t i = 0; program != NULL && i < COUNT_OF(shells); i++)
		if (text->kind == TEXT_INTERPRETED && strcmp(program, shells[i]) == 0)
			return true;
	return is_for_sh(text);
}

/* The directory of the same packages at Session-End, for the caller to free. */
static char *directory_at_session_end(const char *relative)
{
	struct slice rest = slice_of(relative);
	struct slice first = slice_cut(&rest, '/');
	struct slice second = slice_cut(&rest, '/');
	struct slice third = slice_cut(&rest, '/');

	if (slice_equals(first, "pkgs"))
		return xformat("pkgs/%.*s/Session-End", (int)second.size, second.data);
	if (slice_equals(first, "multi_pkgs"))
		return xformat(
			"multi_pkgs/Session-End/%.*s", (int)third.size, third.data);
	return xstrdup("Session-End");
}

static void check_lock_calls(struct check *check, const struct script *script)
{
	owns_memory char *directory = directory_at_session_end(script->relative);
	owns_buffer struct buffer text = {0};
	enum uh_hook_point hook_point;
	struct bashism call;

	/* By then, the lock is free. */
	if (!hook_point_of_path(script->relative, &hook_point) ||
		hook_point == UH_SESSION_END)
		return;
	/* Its head was read. */
	(void)check_read(check, script->path, SHELL_TEXT_SIZE, &text);
	if (lock_call_find(&call, buffer_slice(&text)))
		check_find_at(check, FINDING_CALLS_APT, script->path, call.line, NULL,
			_("%s fails at %s, since apt holds its lock; move the script to "
			  "%s, where it may call apt"),
			call.what, uh_hook_point_name(hook_point), directory);
}

static void check_shell_script(
	struct check *check, const struct script *script, const struct script_text *text)
{
	if (!is_for_sh(text) || !check_bashisms(check, script->path))
		check_syntax(check, script->path, text);
	check_lock_calls(check, script);
}

static void check_content(
	struct check *check, const struct script *script, bool is_executable)
{
	const char *path = script->path;
	__attribute__((cleanup(script_text_done))) struct script_text text = {
		.interpreter = NULL};
	owns_buffer struct buffer head = {0};
	int error = check_read(check, path, SCRIPT_TEXT_SIZE, &head);

	if (error < 0 && error != -EFBIG) {
		check_report_unreadable(check, path, error);
		return;
	}
	xensure(script_text_read(&text, buffer_slice(&head)));
	if (!is_executable)
		check_mode(check, path, &text);
	if (is_executable || text.kind != TEXT_PLAIN)
		check_text(check, path, &text);
	if (is_for_shell(&text) && (is_executable || text.kind != TEXT_PLAIN))
		check_shell_script(check, script, &text);
}

/*
 * Fixes owner and mode together: with only one of them fixed, it would still be unsafe.
 */
static void fix_unsafe(struct buffer *command, const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return;
	if (status.st_uid != 0 && S_ISLNK(status.st_mode))
		fix_words(command, "chown", "-h", "root:root", "--", path);
	else if (status.st_uid != 0)
		fix_words(command, "chown", "root:root", "--", path);
	if (!S_ISLNK(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fix_words(command, "chmod", "go-w", "--", path);
}

/* Reported at the unsafe path, so that a directory is reported once for all scripts. */
static void find_unsafe(struct check *check, const struct unsafe_path *unsafe)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *fault = unsafe_text(unsafe);

	fix_unsafe(&command, unsafe->path);
	check_find(check, FINDING_OPEN_TO_OTHERS, unsafe->path, &command,
		_("hooks here are not run: %s"), fault);
}

void check_each_step(struct check *check, const char *path)
{
	const struct trust *trust = &check->hooks.tree.trust;

	for (size_t end = strlen(trust->root); path[end] != '\0';) {
		owns_memory char *step = NULL;
		struct unsafe_path unsafe = {.path = NULL};

		end += 1 + strcspn(path + end + 1, "/");
		step = xstrndup(path, end);
		if (xensure(trust_check_one(trust, step, &unsafe)) == -EPERM)
			find_unsafe(check, &unsafe);
		free(unsafe.path);
	}
}

static void check_unsafe(struct check *check, const struct script *script)
{
	owns_memory char *real = realpath(script->path, NULL);

	find_unsafe(check, &script->unsafe);
	check_each_step(check, script->path);
	if (real != NULL && path_is_within(real, check->admin->root))
		check_each_step(check, real);
}

static bool is_executable_at(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && is_executable_file(&status);
}

static void check_script(struct check *check, const struct script *script)
{
	const char *path = script->path;

	switch (script->fault) {
	case SCRIPT_IS_FINE:
	case SCRIPT_IS_NOT_EXECUTABLE:
		break;
	case SCRIPT_IS_NOT_A_FILE:
		check_find(check, FINDING_NOT_A_FILE, path, NULL,
			_("not a regular file; it is not run"));
		return;
	case SCRIPT_IS_DANGLING:
		check_find(check, FINDING_DANGLING, path, NULL,
			_("dangling symlink; it is not run: %s"),
			strerror(-script->error));
		return;
	case SCRIPT_IS_OPEN_TO_OTHERS:
		check_unsafe(check, script);
		break;
	case SCRIPT_CANNOT_START:
		check_report_unreadable(check, path, script->error);
		return;
	case SCRIPT_WITHOUT_SETTINGS:
	case SCRIPT_WITH_FAULTY_SETTING:
	case SCRIPT_WITH_UNSAFE_VARIABLE:
	case DIRECTORY_IS_UNREADABLE:
	case WILDCARD_HAS_FAILED:
		return;
	}
	check_content(check, script, is_executable_at(path));
}

void check_script_at(struct check *check, const char *path)
{
	struct hook_tree *tree = &check->hooks.tree;

	for (size_t place = 0; place < PLACE_COUNT; place++) {
		struct script script = {.path = NULL};

		if (path_is_within(path, tree->places[place]) &&
			hook_tree_look_in(tree, place,
				path + strlen(tree->places[place]) + 1,
				&script) == NODE_SCRIPT)
			check_script(check, &script);
		script_done(&script);
	}
}

/* Whether the mask is for the former path of a package's hook; without apt, any may be. */
static bool is_of_renamed(struct check *check, const struct hook *hook)
{
	return check->is_apt_unusable ||
	       renames_is_former(check_read_settings(check), &check->hooks.tree,
		       hook->script.relative);
}

/* Only a mask in /etc masks; there must be a script in /usr/lib. */
static void check_mask(struct check *check, const struct hook *hook)
{
	owns_buffer struct buffer command = {0};
	struct script masked = {.path = NULL};
	enum tree_node node = hook_tree_look_in(
		&check->hooks.tree, PLACE_OF_PACKAGES, hook->script.relative, &masked);

	script_done(&masked);
	if (hook->place == PLACE_OF_ADMINISTRATOR &&
		(node == NODE_SCRIPT || is_of_renamed(check, hook)))
		return;
	fix_words(&command, "rm", "--", hook->script.path);
	check_find(check, FINDING_MASK_WITHOUT_PURPOSE, hook->script.path, &command,
		_("masks no hook of a package; it has no effect"));
}

/* The part of real below the place of hooks that it is in; NULL if it is in none. */
static const char *link_target(const struct check *check, const char *real)
{
	for (size_t place = 0; place < PLACE_COUNT; place++) {
		const char *directory = check->hooks.tree.places[place];

		if (path_is_within(real, directory) && real[strlen(directory)] == '/')
			return real + strlen(directory) + 1;
	}
	return NULL;
}

static void check_link(struct check *check, const struct script *script)
{
	owns_memory char *real = realpath(script->path, NULL);
	const char *target = real != NULL ? link_target(check, real) : NULL;
	struct stat status;

	if (target == NULL || strcmp(target, script->relative) == 0 ||
		lstat(script->path, &status) < 0 || !S_ISLNK(status.st_mode))
		return;
	check_find(check, FINDING_LINK_WITHIN_TREE, script->path, NULL,
		_("a symlink to another hook, %s: one script may run twice, and neither "
		  "can be renamed alone"),
		target);
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
		if (hook->status == HOOK_EFFECTIVE)
			check_link(check, &hook->script);
	}
}
