/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One hook point on its way down the road: what is known, what is planned, how it went.
 * Its functions are the steps, engine.c has their order. What a step cannot do it tells
 * the listener, and the next ones go on with what there is.
 */
#ifndef SESSION_H
#define SESSION_H

#include "command_line.h"
#include "log_writer.h"
#include "outcome.h"
#include "runner.h"

struct session {
	enum uh_hook_point hook_point;
	const char *root;
	uh_listener *listener;
	void *context;
	bool is_clean_up; /* Post-Invoke that apt will not call */
	bool is_cut_off;  /* apt was gone before dpkg was */

	struct hook_tree tree;
	enum possibility {
		NOT_ASKED,
		POSSIBLE,
		IMPOSSIBLE
	} possibilities[UH_POST_INVOKE + 1];
	struct state_dir state;
	int state_error; /* why state is not open, until it was told */
	struct unsafe_path state_unsafe;
	struct frontend frontend;
	char key[FRONTEND_KEY_SIZE];
	int clean_up_lock;      /* held while our scripts run, see record.h; −1: not */
	bool is_once;           /* a clean-up is due, so each script is started once */
	bool is_left_to_others; /* it is due, and cannot be done here */

	struct command_line command_line;
	bool has_command_line; /* it has been read, or could not be */
	struct transaction transaction;
	struct transaction_faults transaction_faults; /* until they are told */
	bool is_known; /* whether transaction says anything */
	struct plan plan;
	struct settings settings;
	bool has_settings;      /* they have been read, or could not be */
	bool are_settings_lost; /* they could not be */
	enum result result;
	bool has_failed_before; /* a hook of an earlier hook point */
	struct log_writer log;
};

/* Opens the tree and the state directory. 0 or −ENOMEM. */
int session_init(struct session *session);
/* Whose files in it are this transaction's. */
void session_set_frontend(struct session *session, const struct frontend *frontend);
void session_done(struct session *session);

/* Whether anything may stand at a hook point: plan_is_possible(), asked once. */
bool session_is_possible(struct session *session, enum uh_hook_point hook_point);

/* Notes the event for the log and hands it to the listener. */
void session_emit(struct session *session, struct uh_event event);

/* The options that apt was started with, once. */
void session_read_command_line(struct session *session);
/* Complains of the state directory once, and only where somebody will miss it. */
void session_explain_state(struct session *session);

/* What is about to happen: apt's stream out of fd, which is closed. */
void session_read_stream(struct session *session, int fd);
/*
 * Its packages, where a hook may ask for them: dpkg-query reads all of dpkg's database.
 */
void session_find_packages(struct session *session);
/* Keeps it for Post-Invoke. */
void session_save_record(struct session *session);
/* What has happened: the record, and whether a hook failed. */
void session_read_record(struct session *session);

/* What is to be done, whatever the settings. */
void session_plan(struct session *session);
/* The settings that apt sent; where it sent nothing, those that libapt-pkg reads. */
void session_read_settings(struct session *session);
/* Complains of settings that do nothing. */
void session_check_settings(struct session *session);
void session_apply_settings(struct session *session);
/* Takes out of the plan what was started before whoever ran it was killed. */
void session_drop_started(struct session *session);
/* Takes out what a clean-up runs, where others are to do it. */
void session_leave_clean_up(struct session *session);
/* At Post-Invoke: how dpkg's run ended, and which scripts want to know that. */
void session_settle_outcome(struct session *session);

/* Runs the plan; see runner_run(). */
enum run_end session_run(struct session *session, struct uh_event *ret_veto);

/* Keeps what ran for the log, or writes the log. */
void session_keep_log(struct session *session);
void session_write_log(struct session *session);

#endif
