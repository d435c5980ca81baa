/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the bridge that was just built, and checks its answers. */
#ifndef ASKER_H
#define ASKER_H

#include "bridge.h"

/* An empty list, and one with these words. */
extern const char *const no_words[];
#define WORDS(...)                                                                       \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

/* A question, and what the bridge answered. */
struct reply {
	int error;
	struct buffer answer;
	char *message;
};
#define owns_reply __attribute__((cleanup(reply_done)))

void reply_done(struct reply *reply);

/* Fills in what most questions have: apt-get, no root, empty lists. */
struct reply ask(struct apt_question question);

/* The answer, NUL-terminated; the test fails if there is none. */
const char *answer_of(struct reply *reply);
void assert_answer(const struct reply *reply, const char *expected);
/* apt must refuse with messages of its own only, one of which contains this. */
void assert_refusal(const struct reply *reply, const char *message);

/*
 * Builds an archive of what is in the directory, with this control file. Needs dpkg-deb(1).
 */
void build_archive(const char *directory, const char *archive, const char *control);

#endif
