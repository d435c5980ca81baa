/* SPDX-License-Identifier: BSD-2-Clause */
#include "copies.h"
#include "fixture.h"
#include "record.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPIES "/var/lib/apt-universal-hooks"
#define OWN COPIES "/4194301-1"

static const struct frontend self = {.pid = 4194301, .start_time = 1};

/* A tree with scripts that a clean-up may need, and the state of a transaction. */
struct promise {
	struct hook_tree tree;
	struct state state;
	struct settings settings;
	struct transaction transaction;
	struct plan plan;
};

static void promise_done(struct promise *promise)
{
	plan_done(&promise->plan);
	settings_done(&promise->settings);
	state_done(&promise->state);
	hook_tree_done(&promise->tree);
}
#define owns_promise __attribute__((cleanup(promise_done)))

static void plan_again(struct promise *promise)
{
	plan_done(&promise->plan);
	ck_assert_int_eq(plan_make(&promise->plan, &promise->tree, UH_POST_INVOKE,
				 &promise->transaction),
		0);
	plan_apply_settings(&promise->plan, &promise->tree, &promise->settings,
		&promise->transaction);
	plan_apply_when(&promise->plan, &promise->transaction, false, RESULT_ABORTED);
}

static void promise_make(struct promise *promise)
{
	struct unsafe_path unsafe;

	memset(promise, 0, sizeof(*promise));
	make_directory("/var/lib");
	ck_assert_int_eq(hook_tree_init(&promise->tree, root()), 0);
	ck_assert_int_eq(state_open(&promise->state, &state_of_runs, root(),
				 &promise->tree.trust, &unsafe),
		0);
	state_set_frontend(&promise->state, &self);
	ck_assert_int_eq(settings_parse(&promise->settings,
				 slice_of("Universal-Hooks::Scripts::Post-Invoke/a%3d%20b"
					  "::When=always\n"
					  "Universal-Hooks::Timeout=7\n")),
		0);
	make_file(ETC "Post-Invoke/a= b", 0750, "#!/bin/sh\n");
	make_file(ETC "Post-Invoke/ran", 0755, "");
	plan_again(promise);
}

static const struct script *promised_script(const struct promise *promise)
{
	for (size_t i = 0; i < promise->plan.count; i++)
		if (strcmp(promise->plan.runs[i].script.relative, "Post-Invoke/a= b") ==
			0)
			return &promise->plan.runs[i].script;
	ck_abort();
}

static int make_copy(struct promise *promise)
{
	int error = copies_prepare(
		&promise->state, root(), &promise->tree.trust, &promise->settings);

	return error < 0 ? error
			 : copies_add(&promise->state, root(), promised_script(promise));
}

static void copies_are_made(struct promise *promise)
{
	ck_assert_int_eq(make_copy(promise), 0);
}

START_TEST(the_first_copy_is_kept)
{
	owns_promise struct promise promise;
	owns_buffer struct buffer text = {0};
	struct stat status;

	promise_make(&promise);
	copies_are_made(&promise);
	ck_assert_int_eq(stat(at(OWN ETC "Post-Invoke/a= b"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0750);
	read_file(OWN ETC "Post-Invoke/a= b", &text);
	assert_text(&text, "#!/bin/sh\n");
	ck_assert(!is_there(OWN ETC "Post-Invoke/.new"));
	/* The first copy stays, even if the script changes later. */
	make_file(ETC "Post-Invoke/a= b", 0750, "changed");
	copies_are_made(&promise);
	buffer_done(&text);
	read_file(OWN ETC "Post-Invoke/a= b", &text);
	assert_text(&text, "#!/bin/sh\n");
	copies_forget(&promise.state, root());
	ck_assert(!is_there(COPIES));
}
END_TEST

START_TEST(a_copy_is_planned_only_where_there_is_nothing_else)
{
	owns_promise struct promise promise;
	const struct script *script;

	promise_make(&promise);
	copies_are_made(&promise);
	ck_assert_int_eq(copies_add_to(&promise.tree, &promise.state, root()), 0);
	plan_again(&promise);
	ck_assert(!plan_has_copies(&promise.plan));
	ck_assert_int_eq(remove(at(ETC "Post-Invoke/a= b")), 0);
	plan_again(&promise);
	ck_assert(plan_has_copies(&promise.plan));
	ck_assert_uint_eq(promise.plan.count, 2);
	script = &promise.plan.runs[0].script;
	ck_assert_str_eq(script->path, at(OWN ETC "Post-Invoke/a= b"));
	ck_assert_str_eq(script->relative, "Post-Invoke/a= b");
	ck_assert_str_eq(script->original, ETC "Post-Invoke/a= b");
	make_link(ETC "Post-Invoke/a= b", "/dev/null");
	plan_again(&promise);
	ck_assert(!plan_has_copies(&promise.plan));
}
END_TEST

static bool has_name(const struct script *script, const void *name)
{
	return strcmp(script->relative, name) == 0;
}

START_TEST(a_copy_runs_for_a_script_without_its_settings)
{
	owns_promise struct promise promise;

	promise_make(&promise);
	copies_are_made(&promise);
	plan_withhold(&promise.plan, has_name, "Post-Invoke/a= b");
	plan_prefer_copies(&promise.plan, &promise.tree);
	ck_assert(!plan_has_copies(&promise.plan));
	ck_assert_int_eq(copies_add_to(&promise.tree, &promise.state, root()), 0);
	plan_prefer_copies(&promise.plan, &promise.tree);
	ck_assert(plan_has_copies(&promise.plan));
	for (int i = 0; i < 2; i++)
		plan_withhold(&promise.plan, has_name, "Post-Invoke/ran");
	plan_prefer_copies(&promise.plan, &promise.tree);
	ck_assert_int_eq(promise.plan.runs[1].script.fault, SCRIPT_WITHOUT_SETTINGS);
}
END_TEST

START_TEST(copies_have_the_settings_that_were_promised)
{
	owns_promise struct promise promise;
	struct settings promised;
	const struct planned_run *run;

	promise_make(&promise);
	copies_are_made(&promise);
	ck_assert_int_eq(remove(at(ETC "Post-Invoke/a= b")), 0);
	ck_assert_int_eq(copies_add_to(&promise.tree, &promise.state, root()), 0);
	settings_done(&promise.settings);
	plan_again(&promise);
	ck_assert_int_eq(copies_read_settings(&promise.state, &promised), 0);
	plan_apply_promised_settings(
		&promise.plan, &promise.tree, &promised, &promise.transaction);
	run = &promise.plan.runs[0];
	ck_assert_int_eq(run->settings.when, WHEN_ALWAYS);
	ck_assert_uint_eq(run->settings.timeout, 7);
	ck_assert_uint_eq(promise.plan.runs[1].settings.timeout, 0);
	settings_done(&promised);
	ck_assert_int_eq(state_remove(&promise.state, "settings"), 0);
	ck_assert_int_eq(copies_read_settings(&promise.state, &promised), -ENOENT);
	settings_done(&promised);
}
END_TEST

static void assert_not_copied(struct promise *promise, int error)
{
	ck_assert_int_eq(make_copy(promise), error);
	ck_assert(!is_there(OWN ETC "Post-Invoke/a= b"));
}

START_TEST(what_cannot_be_copied_is_an_error)
{
	owns_promise struct promise promise;

	promise_make(&promise);
	make_file(COPIES, 0644, "");
	assert_not_copied(&promise, -ENOTDIR);
	ck_assert_int_eq(remove(at(COPIES)), 0);
	make_directory(COPIES);
	ck_assert_int_eq(chmod(at(COPIES), 0777), 0);
	assert_not_copied(&promise, -EPERM);
	ck_assert_int_eq(chmod(at(COPIES), 0755), 0);
	make_directory(OWN ETC "Post-Invoke/.new");
	assert_not_copied(&promise, -EISDIR);
	ck_assert_int_eq(remove(at(ETC "Post-Invoke/a= b")), 0);
	assert_not_copied(&promise, -ENOENT);
}
END_TEST

START_TEST(copies_stay_while_a_clean_up_is_due)
{
	owns_promise struct promise promise;

	promise_make(&promise);
	copies_are_made(&promise);
	make_directory(COPIES "/not-ours");
	make_directory(COPIES "/4194302-1/etc");
	ck_assert_int_eq(record_want_clean_up(&promise.state), 1);
	copies_sweep(&promise.state, root());
	ck_assert(is_there(OWN));
	ck_assert(!is_there(COPIES "/4194302-1"));
	record_forget(&promise.state);
	copies_sweep(&promise.state, root());
	ck_assert(!is_there(OWN));
	ck_assert(is_there(COPIES "/not-ours"));
	copies_sweep(&promise.state, "/nowhere");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_first_copy_is_kept,
		a_copy_is_planned_only_where_there_is_nothing_else,
		a_copy_runs_for_a_script_without_its_settings,
		copies_have_the_settings_that_were_promised,
		what_cannot_be_copied_is_an_error, copies_stay_while_a_clean_up_is_due};

	return run_tests("copies", tests, COUNT_OF(tests));
}
