/* SPDX-License-Identifier: BSD-2-Clause */
#include "bridge.h"
#include "dpkg.h"
#include "fixture.h"
#include "process.h"
#include "versions.h"

#include <errno.h>
#include <unistd.h>

static const char *const some[] = {"1", "1-0", "1-1", "1.0", "0:1", "00:1", "1:1", "1~",
	"1~~", "1~rc1-1", "1a", "1+b1", "1.+", "1.10", "1.9", "01", "1.", "9", "10",
	"2:0.1~", "1.2-3-4", "1.2-3.4", "0~", "1-1~bpo12+1", "1-1+deb12u1", "1:1~z+"};

/* How often dpkg was started, and libapt-pkg asked. */
static size_t starts, questions;
static int bridge_error;
static const char *bridge_answer; /* in place of the real one */
static size_t failing_start;

int __real_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending)
{
	starts++;
	return starts == failing_start ? -EIO : __real_process_run(spec, ret_ending);
}

int __real_bridge_versions(const struct string_list *pairs, struct buffer *lines);
int __wrap_bridge_versions(const struct string_list *pairs, struct buffer *lines);
int __wrap_bridge_versions(const struct string_list *pairs, struct buffer *lines)
{
	questions++;
	if (bridge_answer != NULL) {
		buffer_append_string(lines, bridge_answer);
		return 0;
	}
	return bridge_error < 0 ? bridge_error : __real_bridge_versions(pairs, lines);
}

static void add_all(struct versions *versions)
{
	for (size_t i = 0; i < COUNT_OF(some); i++)
		for (size_t j = 0; j < COUNT_OF(some); j++)
			ck_assert_int_eq(
				versions_add(versions,
					&(struct relation){">=", slice_of(some[i])},
					slice_of(some[j])),
				0);
}

START_TEST(libapt_pkg_has_the_order_of_dpkg)
{
	owns_versions struct versions versions = {.limit = 0};

	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	add_all(&versions);
	ck_assert_int_eq(versions_compare(&versions), 0);
	ck_assert_uint_eq(starts, 0);
	for (size_t i = 0; i < COUNT_OF(some); i++)
		for (size_t j = i; j < COUNT_OF(some); j++) {
			const struct relation less = {"<<", slice_of(some[j])};

			ck_assert_msg(
				versions_hold(&versions, &less, slice_of(some[i])) ==
					dpkg_is_less(some[i], some[j]),
				"%s << %s", some[i], some[j]);
		}
}
END_TEST

START_TEST(relations_hold_as_the_order_is)
{
	static const struct {
		const char *comparator, *less, *equal, *greater;
	} cases[] = {{"<<", "1", "0", "0"}, {"<=", "1", "1", "0"}, {"=", "0", "1", "0"},
		{">=", "0", "1", "1"}, {">>", "0", "0", "1"}};

	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_versions struct versions versions = {.limit = 0};
		const struct relation relation = {cases[i].comparator, slice_of("2")};
		const char *const of[] = {"1", "2", "2-0", "10"};
		const char *const expected[] = {
			cases[i].less, cases[i].equal, cases[i].equal, cases[i].greater};

		for (size_t j = 0; j < COUNT_OF(of); j++)
			ck_assert_int_eq(
				versions_add(&versions, &relation, slice_of(of[j])), 0);
		ck_assert_int_eq(versions_compare(&versions), 0);
		for (size_t j = 0; j < COUNT_OF(of); j++) {
			int holds = versions_hold(&versions, &relation, slice_of(of[j]));

			ck_assert_int_eq(holds, strcmp(expected[j], "1") == 0);
			ck_assert_int_eq(
				versions_hold(NULL, &relation, slice_of(of[j])), holds);
		}
	}
}
END_TEST

START_TEST(where_libapt_pkg_answers_nonsense_dpkg_is_asked_whose_errors_count)
{
	static const char *const answers[] = {"", "x\n", "==\n"};
	const struct relation early = {"<=", slice_of("2")};

	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		owns_versions struct versions versions = {.limit = 0};

		bridge_answer = answers[i];
		starts = 0;
		failing_start = i;
		ck_assert_int_eq(versions_add(&versions, &early, slice_of("3")), 0);
		ck_assert_int_eq(versions_compare(&versions), i == 0 ? 0 : -EIO);
		ck_assert_uint_eq(starts, i == 0 ? 2 : i);
	}
	bridge_answer = NULL;
	failing_start = 0;
}
END_TEST

START_TEST(many_pairs_are_one_question)
{
	owns_versions struct versions versions = {.limit = 0};
	const struct relation newer = {">=", slice_of("5")};

	for (int i = 0; i < 20000; i++) {
		owns_memory char *version = string_format("1.%d", i % 3000);

		ck_assert_int_eq(versions_add(&versions, &newer, slice_of(version)), 0);
		ck_assert_uint_le(versions.pairs.count, 7000);
	}
	ck_assert_int_eq(versions_compare(&versions), 0);
	ck_assert_uint_eq(versions.pairs.count, 3000);
	for (int i = 0; i < 3000; i++) {
		owns_memory char *version = string_format("1.%d", i);

		ck_assert_int_eq(versions_hold(&versions, &newer, slice_of(version)), 0);
	}
	ck_assert_uint_eq(questions, 1);
	ck_assert_uint_eq(starts, 0);
}
END_TEST

START_TEST(what_needs_no_order_asks_nobody)
{
	owns_versions struct versions versions = {.limit = 0};
	const struct relation any = {NULL, {"", 0}}, same = {"<=", {"1", 1}},
			      other = {">>", {"1", 1}};

	ck_assert_int_eq(versions_add(&versions, &any, slice_of("1")), 0);
	ck_assert_int_eq(versions_add(&versions, &same, slice_of("1")), 0);
	ck_assert_int_eq(versions_add(&versions, &other, slice_of("1")), 0);
	ck_assert_int_eq(versions_compare(&versions), 0);
	ck_assert_int_eq(versions_hold(&versions, &any, slice_of("1")), 1);
	ck_assert_int_eq(versions_hold(&versions, &same, slice_of("1")), 1);
	ck_assert_int_eq(versions_hold(&versions, &other, slice_of("1")), 0);
	ck_assert_uint_eq(questions + starts, 0);
}
END_TEST

START_TEST(where_libapt_pkg_does_not_answer_dpkg_does)
{
	static const int errors[] = {-ELIBACC, -EIO, -EPROTO, -ENOMEM};

	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		owns_versions struct versions versions = {.limit = 0};
		const struct relation newer = {">=", slice_of("9")};

		bridge_error = errors[i];
		ck_assert_int_eq(versions_add(&versions, &newer, slice_of("10")), 0);
		ck_assert_int_eq(versions_add(&versions, &newer, slice_of("9-0")), 0);
		ck_assert_int_eq(versions_add(&versions, &newer, slice_of("8")), 0);
		ck_assert_int_eq(versions_compare(&versions), 0);
		starts = 0;
		ck_assert_int_eq(versions_hold(&versions, &newer, slice_of("10")), 1);
		ck_assert_int_eq(versions_hold(&versions, &newer, slice_of("9-0")), 1);
		ck_assert_int_eq(versions_hold(&versions, &newer, slice_of("8")), 0);
		ck_assert_uint_eq(starts, 0);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {libapt_pkg_has_the_order_of_dpkg,
		relations_hold_as_the_order_is,
		where_libapt_pkg_answers_nonsense_dpkg_is_asked_whose_errors_count,
		many_pairs_are_one_question, what_needs_no_order_asks_nobody,
		where_libapt_pkg_does_not_answer_dpkg_does};

	return run_tests("versions", tests, COUNT_OF(tests));
}
