/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/apt.h"
#include "apt_text.h"
#include "bridge.h"
#include "ui/message.h"

#include <errno.h>
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

/* apt's lines already have their "E: " and "W: ". */
static void pass_on(const char *message)
{
	(void)fflush(stdout); /* main() looks at the end */
	if (message != NULL)
		(void)fputs(message, stderr); /* there is nobody to tell */
}

static int ask(const struct apt_question *question, struct buffer *lines)
{
	owns_memory char *message = NULL;
	int error = bridge_ask(question, lines, &message);

	switch (error) {
	case 0:
		if (question->kind == APT_TRANSACTION || question->kind == APT_PACKAGES)
			pass_on(message);
		return 0;
	case -EPROTO:
		pass_on(message);
		break;
	case -ENOMEM:
		(void)report_no_memory();
		break;
	default:
		(void)report_error(_("apt cannot be asked: %s"),
			message != NULL ? message : strerror(-error));
		break;
	}
	return error;
}

int apt_configuration(const struct admin *admin, const char *scope, struct buffer *lines)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION);

	question.scope = scope;
	return ask(&question, lines);
}

int apt_origins(const struct admin *admin, const char *scope, struct buffer *lines)
{
	struct apt_question question = question_of(admin, APT_ORIGINS);

	question.scope = scope;
	return ask(&question, lines);
}

static bool wants_progress(const struct admin *admin)
{
	return !admin->is_json && isatty(STDOUT_FILENO) == 1;
}

int apt_transaction(const struct admin *admin, const char *program,
	const char *const *words, struct buffer *lines)
{
	struct apt_question question = question_of(admin, APT_TRANSACTION);

	question.program = program;
	question.words = words;
	question.has_progress = wants_progress(admin);
	return ask(&question, lines);
}

int apt_packages(
	const struct admin *admin, const char *const *names, struct buffer *lines)
{
	struct apt_question question = question_of(admin, APT_PACKAGES);

	question.words = names;
	question.has_progress = wants_progress(admin);
	return ask(&question, lines);
}

char *configuration_value(struct slice lines, const char *key)
{
	struct slice found = {NULL, 0};

	while (lines.size > 0) {
		struct slice value = slice_cut(&lines, '\n');
		owns_memory char *name = percent_decode(slice_cut(&value, '='));

		if (value.data != NULL && name != NULL && strcasecmp(name, key) == 0)
			found = value;
	}
	return found.data != NULL ? percent_decode(found) : NULL;
}

char *configuration_status_file(const struct admin *admin, struct slice lines)
{
	owns_memory char *file = configuration_value(lines, "Dir::State::status");
	owns_memory char *directory = configuration_value(lines, "Dir");
	size_t root_size = strlen(admin->root);
	const char *slash;

	/* apt makes it out of Dir when it opens the database (debSystem::Initialize). */
	if (file == NULL || file[0] != '/') {
		slash = directory != NULL && directory[0] == '/' ? directory : "/";
		return string_format("%s%s%svar/lib/dpkg/status", admin->root, slash,
			slash[strlen(slash) - 1] == '/' ? "" : "/");
	}
	if (root_size > 0 && strncmp(file, admin->root, root_size) == 0 &&
		file[root_size] == '/')
		return strdup(file);
	return string_format("%s%s", admin->root, file);
}

/* APT::Color; true where nothing is set, or apt does not answer. */
static bool wants_colour(const struct admin *admin)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION);
	owns_buffer struct buffer lines = {0};
	owns_memory char *message = NULL;
	owns_memory char *value = NULL;

	question.scope = "APT::Color";
	if (bridge_ask(&question, &lines, &message) < 0)
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

static void origin_done(struct origin *origin)
{
	free(origin->file);
	free(origin->key);
	free(origin->value);
}

static unsigned long read_number(struct slice text)
{
	unsigned long number = 0;

	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || number > UINT32_MAX)
			return 0;
		number = number * 10 + (unsigned long)(text.data[i] - '0');
	}
	return number;
}

static int add_origin(struct origins *origins, struct slice line)
{
	struct slice value = line;
	struct slice file = slice_cut(&value, '\t');
	struct slice number = slice_cut(&value, '\t');
	struct slice key = slice_cut(&value, '=');
	struct origin *origin;

	if (file.size == 0 || key.size == 0)
		return 0;
	if (array_grow(&origins->items, &origins->capacity, origins->count,
		    sizeof(*origins->items)) < 0)
		return -ENOMEM;
	origin = &origins->items[origins->count++];
	*origin = (struct origin){.file = percent_decode(file),
		.line = read_number(number),
		.key = percent_decode(key),
		.value = percent_decode(value)};
	return origin->file != NULL && origin->key != NULL && origin->value != NULL
		       ? 0
		       : -ENOMEM;
}

int origins_parse(struct origins *origins, struct slice lines)
{
	int error = 0;

	memset(origins, 0, sizeof(*origins));
	while (lines.size > 0 && error == 0)
		error = add_origin(origins, slice_cut(&lines, '\n'));
	return error;
}

void origins_done(struct origins *origins)
{
	for (size_t i = 0; i < origins->count; i++)
		origin_done(&origins->items[i]);
	free(origins->items);
	memset(origins, 0, sizeof(*origins));
}

const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value)
{
	for (size_t i = origins->count; i-- > 0;) {
		const struct origin *origin = &origins->items[i];

		if (strcasecmp(origin->key, key) == 0 &&
			(value == NULL || strcmp(origin->value, value) == 0))
			return origin;
	}
	return NULL;
}
