/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"
#include "printable.h"
#include "shell_word.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <stdarg.h>
#include <stdio.h>

enum severity { SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_COUNT };

/* Error: something does not run. Warning: it is probably not what was meant. */
static const struct {
	const char *word;
	enum severity severity;
} kinds[FINDING_KIND_COUNT] = {
	[FINDING_NOT_EXECUTABLE] = {"not-executable", SEVERITY_ERROR},
	[FINDING_DANGLING] = {"dangling-symlink", SEVERITY_ERROR},
	[FINDING_NOT_A_FILE] = {"not-a-file", SEVERITY_ERROR},
	[FINDING_OPEN_TO_OTHERS] = {"open-to-others", SEVERITY_ERROR},
	[FINDING_EMPTY] = {"empty-script", SEVERITY_WARNING},
	[FINDING_BINARY] = {"not-a-script", SEVERITY_ERROR},
	[FINDING_INTERPRETER_MISSING] = {"interpreter-missing", SEVERITY_ERROR},
	[FINDING_INTERPRETER_NOT_EXECUTABLE] = {"interpreter-not-executable",
		SEVERITY_ERROR},
	[FINDING_INTERPRETER_RELATIVE] = {"interpreter-relative", SEVERITY_ERROR},
	[FINDING_CRLF] = {"crlf-line-ends", SEVERITY_ERROR},
	[FINDING_BYTE_ORDER_MARK] = {"byte-order-mark", SEVERITY_ERROR},
	[FINDING_BASHISM] = {"bashism", SEVERITY_WARNING},
	[FINDING_SYNTAX_ERROR] = {"syntax-error", SEVERITY_ERROR},
	[FINDING_CALLS_APT] = {"calls-apt", SEVERITY_WARNING},
	[FINDING_LEFTOVER] = {"leftover", SEVERITY_WARNING},
	[FINDING_MASK_WITHOUT_PURPOSE] = {"mask-without-purpose", SEVERITY_WARNING},
	[FINDING_LINK_WITHIN_TREE] = {"link-within-tree", SEVERITY_WARNING},
	[FINDING_PACKAGE_REMOVED] = {"package-removed", SEVERITY_WARNING},
	[FINDING_CONFFILE_OBSOLETE] = {"conffile-obsolete", SEVERITY_WARNING},
	[FINDING_HOOK_FAILED] = {"hook-failed", SEVERITY_WARNING},
	[FINDING_HOOK_POINT_MISSPELT] = {"hook-point-misspelt", SEVERITY_ERROR},
	[FINDING_PACKAGES_NOT_KNOWN] = {"packages-not-known", SEVERITY_ERROR},
	[FINDING_DIRECTORY_UNKNOWN] = {"folder-unknown", SEVERITY_WARNING},
	[FINDING_DIRECTORY_NOT_READ] = {"folder-not-read", SEVERITY_WARNING},
	[FINDING_NOT_A_DIRECTORY] = {"not-a-folder", SEVERITY_ERROR},
	[FINDING_DIRECTORY_MISPLACED] = {"folder-misplaced", SEVERITY_ERROR},
	[FINDING_SCRIPT_MISPLACED] = {"script-misplaced", SEVERITY_ERROR},
	[FINDING_HOOK_POINT_FOREIGN] = {"hook-point-foreign", SEVERITY_ERROR},
	[FINDING_FILE_FOREIGN] = {"file-foreign", SEVERITY_ERROR},
	[FINDING_PACKAGE_UNKNOWN] = {"package-unknown", SEVERITY_WARNING},
	[FINDING_WILDCARD_WITHOUT_MATCH] = {"wildcard-without-match", SEVERITY_WARNING},
	[FINDING_PATH_WITHOUT_MATCH] = {"path-without-match", SEVERITY_WARNING},
	[FINDING_NO_PACKAGE_LISTS] = {"no-package-lists", SEVERITY_WARNING},
	[FINDING_CONFIGURATION_UNUSABLE] = {"configuration-unusable", SEVERITY_ERROR},
	[FINDING_SETTINGS_NOT_READ] = {"settings-not-read", SEVERITY_ERROR},
	[FINDING_SETTING_UNKNOWN] = {"setting-unknown", SEVERITY_WARNING},
	[FINDING_SETTING_UNUSABLE] = {"setting-unusable", SEVERITY_WARNING},
	[FINDING_GUARD_UNUSABLE] = {"guard-unusable", SEVERITY_ERROR},
	[FINDING_SETTING_NO_HOOK] = {"setting-without-hook", SEVERITY_WARNING},
	[FINDING_SETTING_MASKED] = {"setting-masked", SEVERITY_WARNING},
	[FINDING_SETTING_MISPLACED] = {"setting-misplaced", SEVERITY_WARNING},
	[FINDING_SETTING_TWICE] = {"setting-twice", SEVERITY_WARNING},
	[FINDING_SETTING_OF_REMOVED] = {"setting-of-removed-package", SEVERITY_WARNING},
	[FINDING_SETTINGS_FILE_UNUSABLE] = {"settings-file-unusable", SEVERITY_ERROR},
	[FINDING_ALL_DISABLED] = {"all-disabled", SEVERITY_WARNING},
	[FINDING_USER_MISSING] = {"user-missing", SEVERITY_ERROR},
	[FINDING_DIRECTORY_MISSING] = {"directory-missing", SEVERITY_ERROR},
	[FINDING_REQUIRES_MISSING] = {"requires-missing", SEVERITY_ERROR},
	[FINDING_REGISTRATION_MISSING] = {"registration-missing", SEVERITY_ERROR},
	[FINDING_REGISTRATION_EDITED] = {"registration-edited", SEVERITY_WARNING},
	[FINDING_REGISTRATION_NOT_FIRST] = {"registration-not-first", SEVERITY_WARNING},
	[FINDING_DPKG_LINE_EDITED] = {"dpkg-line-edited", SEVERITY_WARNING},
	[FINDING_DPKG_LINES_PARTLY_ON] = {"dpkg-lines-partly-on", SEVERITY_WARNING},
	[FINDING_DPKG_LINES_WITHOUT_HELPER] = {"dpkg-lines-without-helper",
		SEVERITY_ERROR},
	[FINDING_POST_INVOKE_NOT_REACHED] = {"post-invoke-not-reached", SEVERITY_WARNING},
};

static const char *const severities[] = {
	[SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};

static void finding_done(struct finding *finding)
{
	free(finding->path);
	free(finding->message);
	free(finding->command);
	free(finding->script);
	free(finding->settings);
}

void findings_add(struct findings *findings, enum finding_kind kind, const char *path,
	unsigned long line, const struct buffer *command, const char *format, ...)
{
	struct finding finding = {.kind = kind, .path = xstrdup(path), .line = line};
	va_list arguments;

	va_start(arguments, format);
	finding.message = xvformat(format, arguments);
	va_end(arguments);
	if (command != NULL)
		xensure(command->error);
	if (command != NULL && command->size > 0)
		finding.command = xstrndup(command->data, command->size);
	xgrow(&findings->items, &findings->capacity, findings->count,
		sizeof(*findings->items));
	findings->items[findings->count++] = finding;
}

void findings_propose(
	struct findings *findings, const char *script, const struct buffer *settings)
{
	struct finding *finding = &findings->items[findings->count - 1];

	if (script != NULL)
		finding->script = xstrndup(script, strlen(script));
	finding->settings =
		xstrndup(settings->size > 0 ? settings->data : "", settings->size);
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		finding_done(&findings->items[i]);
	free(findings->items);
	memset(findings, 0, sizeof(*findings));
}

/* "/" sorts first, then the end of the path, so that a directory follows its entries. */
static unsigned rank_of(char byte)
{
	if (byte == '/')
		return 0;
	return byte == '\0' ? 1 : (unsigned char)byte + 1U;
}

static int compare_by_path(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return (rank_of(*a) > rank_of(*b)) - (rank_of(*a) < rank_of(*b));
}

static int compare_findings(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order = compare_by_path(a->path, b->path);

	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	if (order == 0)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	return order != 0 ? order : strcmp(a->message, b->message);
}

void findings_sort(struct findings *findings)
{
	size_t kept = 0;

	if (findings->count == 0)
		return;
	qsort(findings->items, findings->count, sizeof(*findings->items),
		compare_findings);
	for (size_t i = 1; i < findings->count; i++) {
		if (compare_findings(&findings->items[kept], &findings->items[i]) == 0)
			finding_done(&findings->items[i]);
		else
			findings->items[++kept] = findings->items[i];
	}
	findings->count = kept + 1;
}

static enum severity severity_of(const struct finding *finding)
{
	return kinds[finding->kind].severity;
}

/* The path in the administrator's tree; as it is for a package's file, or any other. */
static const char *path_for_people(const char *path, const char *tree)
{
	size_t size = strlen(tree);

	return path_is_within(path, tree) && path[size] == '/' ? path + size + 1 : path;
}

/* It is not wrapped, so that it can be copied: only the terminal breaks its line. */
static void write_fix(const struct terminal *terminal, const char *command)
{
	struct terminal endless = *terminal;

	endless.width = 0;
	terminal_say(&endless, "  ", MARK_GOOD "%s" MARK_END " %s", _("fix:"), command);
}

/* The same, for one line of what a finding proposes. */
static void write_proposed(
	const struct terminal *terminal, const char *label, struct slice line)
{
	struct terminal endless = *terminal;
	owns_memory char *string = xstrndup(line.data, line.size);
	owns_buffer struct buffer text = {0};

	endless.width = 0;
	buffer_append_format(&text, MARK_GOOD "%s" MARK_END " ", label);
	text_add_sentence(&text, string);
	xensure(text.error);
	terminal_write(&endless, "  ", "  ", &text);
}

static void write_proposal(const struct terminal *terminal, const struct finding *finding)
{
	struct slice rest = slice_of(finding->settings);

	if (finding->script != NULL)
		write_proposed(terminal, _("script:"), slice_of(finding->script));
	while (rest.size > 0)
		write_proposed(terminal, _("setting:"), slice_cut(&rest, '\n'));
}

static void write_finding(
	const struct terminal *terminal, const struct finding *finding, const char *tree)
{
	bool is_error = severity_of(finding) == SEVERITY_ERROR;
	owns_buffer struct buffer text = {0};

	buffer_append_format(&text, "%s%s%s ", is_error ? MARK_BAD : MARK_WARNING,
		is_error ? _("error:") : _("warning:"), MARK_END);
	buffer_append_string(&text, MARK_NAME);
	text_add_name(&text, path_for_people(finding->path, tree));
	if (finding->line > 0)
		buffer_append_format(&text, ":%lu", finding->line);
	buffer_append_string(&text, MARK_END ": ");
	text_add_sentence(&text, finding->message);
	terminal_write(terminal, "", "  ", &text);
	if (finding->command != NULL)
		write_fix(terminal, finding->command);
	if (finding->settings != NULL)
		write_proposal(terminal, finding);
	terminal_say(terminal, "", "%s", "");
}

static size_t count_of(const struct findings *findings, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += severity_of(&findings->items[i]) == severity;
	return count;
}

static size_t count_fixes(const struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->items[i].command != NULL;
	return count;
}

/* "3 errors, 2 warnings; 4 have a fix" */
static void write_summary(
	const struct terminal *terminal, const struct findings *findings)
{
	size_t errors = count_of(findings, SEVERITY_ERROR);
	size_t warnings = count_of(findings, SEVERITY_WARNING);
	size_t fixes = count_fixes(findings);
	owns_buffer struct buffer text = {0};

	if (errors > 0)
		buffer_append_format(&text,
			ngettext("%zu error", "%zu errors", (unsigned long)errors),
			errors);
	if (errors > 0 && warnings > 0)
		buffer_append_string(&text, ", ");
	if (warnings > 0)
		buffer_append_format(&text,
			ngettext("%zu warning", "%zu warnings", (unsigned long)warnings),
			warnings);
	if (fixes > 0)
		/* Translators: of the errors and warnings. */
		buffer_append_format(&text,
			ngettext("; %zu has a fix", "; %zu have a fix",
				(unsigned long)fixes),
			fixes);
	xensure(text.error);
	terminal_write(terminal, "", "  ", &text);
}

/* An error that has a command. */
struct fixed_error {
	const char *path;
	size_t i;
};

static int compare_fixed_errors(const void *a, const void *b)
{
	const struct fixed_error *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* Sorted, each path once, with its last error. The caller frees them. */
static struct fixed_error *list_fixed_errors(
	const struct findings *findings, size_t *ret_count)
{
	struct fixed_error *errors = xcheck(calloc(findings->count + 1, sizeof(*errors)));
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (severity_of(finding) != SEVERITY_ERROR || finding->command == NULL)
			continue;
		/* All of a path follow each other. */
		if (count > 0 && strcmp(errors[count - 1].path, finding->path) == 0)
			count--;
		errors[count++] = (struct fixed_error){finding->path, i};
	}
	qsort(errors, count, sizeof(*errors), compare_fixed_errors);
	*ret_count = count;
	return errors;
}

/*
 * Whether a finding is shown among the errors: also a warning whose command would no longer
 * work after that of an error, which may move the directory that it is in.
 */
static bool is_among_errors(const struct findings *findings, size_t i,
	const struct fixed_error *errors, size_t count)
{
	const struct finding *finding = &findings->items[i];
	owns_memory char *path = NULL;

	if (severity_of(finding) == SEVERITY_ERROR)
		return true;
	if (finding->command == NULL)
		return false;
	path = xstrdup(finding->path);
	for (char *end = path + strlen(path); end != NULL; end = strrchr(path, '/')) {
		const struct fixed_error wanted = {path, 0}, *found;

		*end = '\0';
		found = bsearch(
			&wanted, errors, count, sizeof(*errors), compare_fixed_errors);
		if (found != NULL && found->i > i)
			return true;
	}
	return false;
}

static void write_those(const struct terminal *terminal, const struct findings *findings,
	const char *tree, bool are_among_errors)
{
	size_t count;
	owns_memory struct fixed_error *errors = list_fixed_errors(findings, &count);

	for (size_t i = 0; i < findings->count; i++)
		if (is_among_errors(findings, i, errors, count) == are_among_errors)
			write_finding(terminal, &findings->items[i], tree);
}

void findings_write(const struct terminal *terminal, const struct findings *findings,
	const char *tree, size_t hook_count)
{
	write_those(terminal, findings, tree, true);
	write_those(terminal, findings, tree, false);
	if (findings->count > 0)
		write_summary(terminal, findings);
	else
		terminal_say(terminal, "",
			ngettext("%zu hook, no problems found",
				"%zu hooks, no problems found",
				(unsigned long)hook_count),
			hook_count);
}

/* A list of lines, or null. */
static json_t *settings_to_json(const char *settings)
{
	struct slice rest = slice_of(settings != NULL ? settings : "");
	json_t *array;

	if (settings == NULL)
		return json_null();
	array = json_array();
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *text = xstrndup(line.data, line.size);

		json_add(array, json_text(text));
	}
	return array;
}

static json_t *finding_to_json(const struct finding *finding)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
		kinds[finding->kind].word, "severity", severities[severity_of(finding)],
		"path", json_text(finding->path), "line",
		finding->line > 0 ? json_integer((json_int_t)finding->line) : json_null(),
		"message", json_text(finding->message), "command",
		json_text(finding->command), "script", json_text(finding->script),
		"settings", settings_to_json(finding->settings));
}

json_t *findings_to_json(const struct findings *findings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < findings->count; i++)
		json_add(array, finding_to_json(&findings->items[i]));
	return array;
}

/* As printf(1)'s format, inside single quotes. */
static void add_format_of(struct buffer *command, const char *word)
{
	while (*word != '\0') {
		size_t size = printable_size(word);

		if (size == 0)
			buffer_append_format(command, "\\%03o", (unsigned char)*word);
		else if (*word == '\\' || *word == '%')
			buffer_append_format(command, "%c%c", *word, *word);
		else if (size == 1)
			shell_word_add_byte(command, *word);
		else
			buffer_append(command, (struct slice){word, size});
		word += size > 0 ? size : 1;
	}
}

void fix_add(struct buffer *command, const char *const *words)
{
	size_t plain = 0;

	while (words[plain] != NULL && shell_word_is_printable(words[plain]))
		plain++;
	if (command->size > 0)
		buffer_append_string(command, " && ");
	if (words[plain] != NULL) {
		buffer_append_string(command, "printf '");
		for (size_t i = plain; words[i] != NULL; i++) {
			add_format_of(command, words[i]);
			buffer_append_string(command, "\\000");
		}
		buffer_append_string(command, "' | xargs -0 ");
	}
	for (size_t i = 0; i < plain; i++) {
		if (i > 0)
			buffer_append_string(command, " ");
		shell_word_add(command, words[i]);
	}
}
