/* SPDX-License-Identifier: BSD-2-Clause */
/* How the helper loads the engine's shared library, and what if that fails. */
#include "fixture.h"
#include "wildcard.h"

#include <dlfcn.h>
#include <errno.h>

/* The linker replaces NAME by __wrap_NAME. */
static enum { NOTHING, LIBRARY, FUNCTIONS } missing;

void *__real_dlopen(const char *file, int mode);
void *__wrap_dlopen(const char *file, int mode);
void *__wrap_dlopen(const char *file, int mode)
{
	return missing == LIBRARY ? NULL : __real_dlopen(file, mode);
}

void *__real_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name)
{
	return missing == FUNCTIONS ? NULL : __real_dlsym(library, name);
}

static const char names[] = "ea-php81\nea-php82\nperl\n";

static int match(const char *directory, struct buffer *matched)
{
	struct wildcard *wildcard = NULL;
	int error = wildcard_new(&wildcard, directory, slice_of(names));

	if (error == 0 && wildcard_matches_any(wildcard) == 1)
		error = wildcard_match(wildcard, matched);
	wildcard_free(wildcard);
	return error;
}

START_TEST(the_library_matches)
{
	owns_buffer struct buffer matched = {0};

	ck_assert_int_eq(match("__WILDCARD__php82", &matched), 0);
	ck_assert_int_eq(match("no-__WILDCARD__", &matched), 0);
	ck_assert_int_eq(match("p__WILDCARD__l", &matched), 0);
	assert_text(&matched, "ea-php82\nperl\n");
}
END_TEST

START_TEST(without_the_library_nothing_can_be_matched)
{
	owns_buffer struct buffer matched = {0};

	missing = LIBRARY;
	ck_assert_int_eq(match("p__WILDCARD__l", &matched), -ELIBACC);
	ck_assert_uint_eq(matched.size, 0);
}
END_TEST

START_TEST(with_a_library_of_another_version_nothing_can_be_matched)
{
	owns_buffer struct buffer matched = {0};

	missing = FUNCTIONS;
	ck_assert_int_eq(match("p__WILDCARD__l", &matched), -ELIBACC);
	ck_assert_uint_eq(matched.size, 0);
}
END_TEST

START_TEST(a_failed_load_is_tried_again)
{
	owns_buffer struct buffer matched = {0};

	missing = LIBRARY;
	ck_assert_int_eq(match("p__WILDCARD__l", &matched), -ELIBACC);
	missing = NOTHING;
	ck_assert_int_eq(match("p__WILDCARD__l", &matched), 0);
	assert_text(&matched, "perl\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_library_matches,
		without_the_library_nothing_can_be_matched,
		with_a_library_of_another_version_nothing_can_be_matched,
		a_failed_load_is_tried_again};

	return run_tests("wildcard_by_need", tests, COUNT_OF(tests));
}
