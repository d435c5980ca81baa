/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/apt.h"
#include "apt_text.h"
#include "bridge.h"
#include "dpkg.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

static const char *const nothing[] = {NULL};

static struct apt_question question_of(
	const struct admin *admin, enum apt_question_kind kind)
{
	return (struct apt_question){
		.kind = kind,
		.root = admin->root,
		.program = "apt",
		.files = nothing,
		.options = nothing,
		.words = nothing,
	};
}

/* apt's messages are lines that already begin with "E: " or "W: ". */
static void pass_on(const char *message)
{
	struct slice rest = slice_of(message != NULL ? message : "");

	output_flush();
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *text = xstrndup(line.data, line.size);
		owns_memory char *printable = xsentence(text);

		(void)fprintf(stderr, "%s\n", printable); /* nowhere else to say it */
	}
}

static int ask_apt(const struct apt_question *question, struct buffer *lines)
{
	owns_memory char *message = NULL;
	int error = xensure(bridge_ask(question, lines, &message));
	bool has_warnings = error == 0 && (question->kind == APT_TRANSACTION ||
						  question->kind == APT_PACKAGES);

	if (error == -EPROTO || has_warnings)
		pass_on(message);
	else if (error < 0)
		(void)report_error(_("cannot ask apt: %s"),
			message != NULL ? message : strerror(-error));
	return error;
}

int apt_configuration(const struct admin *admin, const char *scope, struct buffer *lines)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION);

	question.scope = scope;
	return ask_apt(&question, lines);
}

/* These read package lists, which takes long enough for a progress line. */
static int ask_packages(const struct admin *admin, enum apt_question_kind kind,
	const char *program, const char *const *words, struct buffer *lines)
{
	struct apt_question question = question_of(admin, kind);

	question.program = program;
	question.words = words;
	question.has_progress = !admin->is_json && isatty(STDOUT_FILENO) == 1;
	return ask_apt(&question, lines);
}

int apt_transaction(const struct admin *admin, const char *program,
	const char *const *words, struct buffer *lines)
{
	return ask_packages(admin, APT_TRANSACTION, program, words, lines);
}

int apt_packages(
	const struct admin *admin, const char *const *names, struct buffer *lines)
{
	int error = ask_packages(admin, APT_PACKAGES, "apt", names, lines);

	lines_sort(lines);
	xensure(lines->error);
	return error;
}

/* Quotes are not understood: apt drops those in a command line that it passes on. */
static void parse_options(struct command_line *parsed, const char *command_line)
{
	struct slice rest = slice_of(command_line != NULL ? command_line : "");

	while (rest.size > 0) {
		struct slice word = slice_cut(&rest, ' ');
		owns_memory char *copy = xstrndup(word.data, word.size);

		xlist_add(&parsed->words, copy);
	}
	xensure(command_line_parse(parsed));
}

int apt_fields(const struct admin *admin, const char *command_line,
	const char *const *words, struct buffer *lines)
{
	__attribute__((cleanup(command_line_done))) struct command_line parsed = {0};
	owns_memory char *message = NULL;
	int error;

	parse_options(&parsed, command_line);
	error = xensure(bridge_fields(&parsed, admin->root, words, lines, &message));
	if (error == 0)
		return 0;
	report_warning(
		_("apt does not answer, so less is known about the packages: %.*s"),
		message != NULL ? (int)strcspn(message, "\n") : INT_MAX,
		message != NULL ? message : strerror(-error));
	return error;
}

/* APT::Color; true if it is not set or apt does not answer. */
static bool wants_colour(const struct admin *admin)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION);
	owns_buffer struct buffer lines = {0};
	owns_memory char *message = NULL;
	owns_memory char *value = NULL;

	question.scope = "APT::Color";
	if (xensure(bridge_ask(&question, &lines, &message)) < 0)
		return true;
	value = configuration_value(buffer_slice(&lines), "APT::Color");
	return value == NULL || apt_boolean(slice_of(value)) != 0;
}

struct terminal apt_terminal(const struct admin *admin)
{
	struct terminal terminal = terminal_plain();

	terminal.has_colour = terminal_may_have_colour(&terminal) && wants_colour(admin);
	return terminal;
}

static char *decode(struct slice text)
{
	return xcheck(percent_decode(text));
}

char *configuration_value(struct slice lines, const char *key)
{
	struct slice found = {NULL, 0};

	while (lines.size > 0) {
		struct slice value = slice_cut(&lines, '\n');
		owns_memory char *name = decode(slice_cut(&value, '='));

		if (value.data != NULL && strcasecmp(name, key) == 0)
			found = value;
	}
	return found.data != NULL ? decode(found) : NULL;
}

char *configuration_status_file(const struct admin *admin, struct slice lines)
{
	owns_memory char *file = configuration_value(lines, "Dir::State::status");
	owns_memory char *directory = configuration_value(lines, "Dir");
	const char *slash;

	/* apt sets the option from Dir when it opens the database (debSystem). */
	if (file == NULL || file[0] != '/') {
		slash = directory != NULL && directory[0] == '/' ? directory : "/";
		return xformat("%s%s%svar/lib/dpkg/status", admin->root, slash,
			slash[strlen(slash) - 1] == '/' ? "" : "/");
	}
	return xformat(
		"%s%s", path_is_within(file, admin->root) ? "" : admin->root, file);
}

int report_unreadable_database(const char *status_file, int error)
{
	owns_memory char *directory = NULL;

	if (error != -EPROTO)
		return report_error(_("dpkg-query cannot read %s: %s"), status_file,
			strerror(-error));
	directory = xcheck(dpkg_admin_dir(status_file));
	return report_error(_("dpkg-query cannot read %s; to see why, run dpkg-query "
			      "--admindir=%s --list"),
		status_file, directory);
}

static bool has_error(const char *messages)
{
	struct slice rest = slice_of(messages != NULL ? messages : "");

	while (rest.size > 0)
		if (slice_has_prefix(slice_cut(&rest, '\n'), slice_of("E: ")))
			return true;
	return false;
}

int origins_try(struct origins *origins, const struct admin *admin, const char *scope,
	const char *const *keys, struct buffer *lines, char **ret_messages)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION_AND_ORIGINS);
	owns_buffer struct buffer answer = {0};
	struct slice rest;
	int error;

	question.scope = scope;
	if (keys != NULL)
		question.words = keys;
	error = xensure(bridge_ask(&question, &answer, ret_messages));
	if (error < 0 && error != -EPROTO)
		(void)report_error(_("cannot ask apt: %s"),
			*ret_messages != NULL ? *ret_messages : strerror(-error));
	rest = buffer_slice(&answer);
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.size == 0)
			break;
		buffer_append(lines, line);
		buffer_append_string(lines, "\n");
	}
	xensure(lines->error);
	xensure(origins_parse(origins, rest));
	return error == 0 && has_error(*ret_messages) ? -EPROTO : error;
}

int origins_ask(struct origins *origins, const struct admin *admin, const char *scope,
	const char *const *keys, struct buffer *lines)
{
	owns_memory char *messages = NULL;
	int error = origins_try(origins, admin, scope, keys, lines, &messages);

	if (error == -EPROTO)
		pass_on(messages);
	return error;
}
