/* SPDX-License-Identifier: BSD-2-Clause */
#include "asker.h"
#include "fixture.h"
#include "process.h"

#include <errno.h>
#include <unistd.h>

const char *const no_words[] = {NULL};

void reply_done(struct reply *reply)
{
	buffer_done(&reply->answer);
	free(reply->message);
}

struct reply ask(struct apt_question question)
{
	struct reply reply = {0};

	if (question.root == NULL)
		question.root = "";
	if (question.program == NULL)
		question.program = "apt-get";
	if (question.files == NULL)
		question.files = no_words;
	if (question.options == NULL)
		question.options = no_words;
	if (question.words == NULL)
		question.words = no_words;
	reply.error = bridge_ask(&question, &reply.answer, &reply.message);
	return reply;
}

static void assert_answered(const struct reply *reply)
{
	ck_assert_msg(reply->error == 0, "the bridge: %s, %s", strerror(-reply->error),
		reply->message != NULL ? reply->message : "no message");
}

const char *answer_of(struct reply *reply)
{
	assert_answered(reply);
	buffer_append(&reply->answer, (struct slice){"", 1});
	ck_assert_int_eq(reply->answer.error, 0);
	return reply->answer.data;
}

void assert_answer(const struct reply *reply, const char *expected)
{
	assert_answered(reply);
	assert_text(&reply->answer, expected);
}

void assert_refusal(const struct reply *reply, const char *message)
{
	struct slice rest;

	ck_assert_int_eq(reply->error, -EPROTO);
	ck_assert_uint_eq(reply->answer.size, 0);
	ck_assert_ptr_nonnull(reply->message);
	ck_assert_msg(strstr(reply->message, message) != NULL, "\"%s\" is not in: %s",
		message, reply->message);
	rest = slice_of(reply->message);
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');

		ck_assert_msg(line.size > 3 && strchr("EWN", line.data[0]) != NULL &&
				      line.data[1] == ':',
			"not a line of its own: %s", reply->message);
	}
}

void build_archive(const char *directory, const char *archive, const char *control)
{
	owns_memory char *path = string_join(directory, "/DEBIAN/control");
	const char *const argv[] = {"dpkg-deb", "--root-owner-group", "--build",
		at(directory), at(archive), NULL};
	const struct process_spec spec = {.path = "/usr/bin/dpkg-deb",
		.argv = (char *const *)argv,
		.envp = environ};
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;

	make_file(path, 0644, control);
	ck_assert_int_eq(process_capture(&spec, 1000, &output, &ending), 0);
	ck_assert(process_succeeded(&ending));
}
