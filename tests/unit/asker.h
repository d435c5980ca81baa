/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the bridge that was just built, and what it says. */
#ifndef ASKER_H
#define ASKER_H

#include "bridge.h"

/* A list without anything in it, and one with these words. */
extern const char *const no_words[];
#define WORDS(...)                                                                       \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

/* What a bridge was asked, and said. */
struct reply {
	int error;
	struct buffer answer;
	char *message;
};
#define owns_reply __attribute__((cleanup(reply_done)))

void reply_done(struct reply *reply);

/* What the question leaves out is what most of them have: apt-get, no root, no lists. */
struct reply ask(struct apt_question question);

/* The answer, NUL-terminated; fails the test where there is none. */
const char *answer_of(struct reply *reply);
void assert_answer(const struct reply *reply, const char *expected);
/* apt refuses, has nothing else to say than lines of its own, and this among them. */
void assert_refusal(const struct reply *reply, const char *message);

#endif
