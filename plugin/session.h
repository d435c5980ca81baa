/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one call at a hook point: the transaction, the plan, the results. The
 * functions are its steps, which engine.c calls. A step that fails emits an event, and
 * the others work with what is available.
 */
#ifndef SESSION_H
#define SESSION_H

#include "command_line.h"
#include "journal.h"
#include "log_writer.h"
#include "outcome.h"
#include "runner.h"
#include "stream.h"

enum reading { NOT_READ, READ, UNREADABLE };

/* Who runs the Post-Invoke hooks. */
enum closer {
	CLOSED_BY_APT,
	CLOSED_WITHOUT_APT,    /* apt never reaches Post-Invoke */
	CLOSED_WHILE_DPKG_RAN, /* the same, and dpkg outlived apt */
};

struct session {
	enum uh_hook_point hook_point;
	const char *root;
	uh_listener *listener;
	void *context;
	enum closer closed_by;

	struct hook_tree tree;
	enum { NOT_ASKED, POSSIBLE, IMPOSSIBLE } is_possible[UH_HOOK_POINT_COUNT];
	struct state state;
	int state_error; /* why state is not open; 0 once it has been reported */
	struct unsafe_path state_unsafe;
	struct frontend frontend;
	int clean_up_lock; /* a descriptor, held while scripts run (record.h); or −errno */
	enum {
		CLEAN_UP_NOT_DUE,
		CLEAN_UP_DUE,      /* each start is recorded, so that none is repeated */
		CLEAN_UP_BY_OTHERS /* due, but the state directory is not open */
	} clean_up;

	struct command_line command_line;
	enum reading command_line_reading;
	char *joined_command_line;
	struct transaction transaction;
	struct stream_faults stream_faults;
	int record_error;
	bool is_known; /* transaction has been read */
	struct plan plan;
	struct settings settings;
	enum reading settings_reading;
	bool are_package_settings_read;
	bool are_settings_outdated; /* dpkg changed them, and they cannot be read */
	struct settings promised_settings; /* for copies of scripts (copies.h) */
	enum result result;
	bool has_failed_before;     /* a hook of an earlier hook point */
	struct string_list vetoers; /* paths below the tree */
	struct log_writer log;
	struct journal journal;
};

/* Opens the tree and the state directory. 0 or −ENOMEM. */
int session_init(struct session *session);
/* Sets the frontend, and thereby the names of its state files. */
void session_set_frontend(struct session *session, const struct frontend *frontend);
void session_done(struct session *session);

/* Whether there may be hooks at a hook point: plan_is_possible(), called once. */
bool session_is_possible(struct session *session, enum uh_hook_point hook_point);

/*
 * Passes an event to the log and to the listener: session_emit(session, UH_…, .path = …).
 */
#define session_emit(session, ...)                                                       \
	session_on_event(&(struct uh_event){.kind = __VA_ARGS__}, session)
uh_listener session_on_event; /* context: the session */

/* Reports, once, that the state directory cannot be used. Call it if that matters. */
void session_report_state(struct session *session);

/*
 * Whether the hooks are switched off for this run of apt: in the environment, or, since
 * that does not survive sudo(8), by apt's option -o. Call it when the transaction is known.
 */
bool session_is_switched_off(struct session *session);

/* Learns what is about to happen: reads apt's stream from fd, and closes fd. */
void session_read_stream(struct session *session, int fd);
/* Finds the packages, unless no hook can need them: dpkg-query is slow. */
void session_find_packages(struct session *session);
/* Saves the transaction for Post-Invoke. */
void session_save_record(struct session *session);
/* Learns what has happened: reads the record, and whether a hook has failed. */
void session_read_record(struct session *session);
/* Reports what was wrong with the record. */
void session_report_record(struct session *session);

void session_plan(struct session *session);
/*
 * Takes the settings that apt sent, or asks libapt-pkg if it sent none or they have
 * changed.
 */
void session_read_settings(struct session *session);
/* Reports settings that have no effect. */
void session_check_settings(struct session *session);
void session_apply_settings(struct session *session);
/* Drops clean-up scripts from the plan if another process will run them. */
void session_drop_clean_up(struct session *session);

/* Runs the plan; see runner_run(). */
enum run_end session_run(struct session *session, struct uh_event *ret_veto);

/* Emits what session_run() has returned, with the command that goes on without it. */
void session_emit_veto(struct session *session, struct uh_event *veto);

/* Keeps the results for the call that writes the log. */
void session_keep_log(struct session *session);
/* Appends the results of all calls to the log. */
void session_write_log(struct session *session);
/*
 * The same for a transaction that nobody has closed: finds its result, but runs nothing.
 */
void session_close_log(struct session *session);

/* All steps after reading the record, whether or not dpkg has run (engine.c). */
enum uh_verdict session_close(struct session *session);

#endif
