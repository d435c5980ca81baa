/* SPDX-License-Identifier: BSD-2-Clause */
#include "apt.h"
#include "apt_text.h"
#include "bridge.h"

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
static void pass_on(const char *complaint)
{
	(void)fflush(stdout); /* main() looks at the end */
	if (complaint != NULL)
		(void)fputs(complaint, stderr); /* there is nobody to tell */
}

static int ask(const struct apt_question *question, struct buffer *lines)
{
	owns_memory char *complaint = NULL;
	int error = bridge_ask(question, lines, &complaint);

	switch (error) {
	case 0:
		if (question->kind == APT_TRANSACTION || question->kind == APT_PACKAGES)
			pass_on(complaint);
		return 0;
	case -EPROTO:
		pass_on(complaint);
		break;
	case -ENOMEM:
		(void)complain_of_memory();
		break;
	default:
		(void)complain(_("apt cannot be asked: %s"),
			complaint != NULL ? complaint : strerror(-error));
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
		struct slice name = slice_cut(&value, '=');

		if (value.data != NULL && name.size == strlen(key) &&
			strncasecmp(name.data, key, name.size) == 0)
			found = value;
	}
	return found.data != NULL ? percent_decode(found) : NULL;
}

bool apt_has_colour(const struct admin *admin)
{
	struct apt_question question = question_of(admin, APT_CONFIGURATION);
	owns_buffer struct buffer lines = {0};
	owns_memory char *complaint = NULL;
	owns_memory char *value = NULL;

	question.scope = "APT::Color";
	if (bridge_ask(&question, &lines, &complaint) < 0)
		return true;
	value = configuration_value(buffer_slice(&lines), "APT::Color");
	return value == NULL || apt_boolean(slice_of(value)) != 0;
}
