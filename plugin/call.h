/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one call at a hook point: the transaction, the plan, the results. The
 * functions are its steps, which engine.c calls. A step that fails emits an event, and
 * the others work with what is available.
 */
#ifndef CALL_H
#define CALL_H

#include "command_line.h"
#include "journal.h"
#include "log_writer.h"
#include "merge.h"
#include "paths.h"
#include "runner.h"
#include "stream.h"

enum reading { NOT_READ, READ, UNREADABLE };

/* Who runs the Post-Invoke hooks. */
enum closer {
	CLOSED_BY_APT,
	CLOSED_WITHOUT_APT,    /* apt never reaches Post-Invoke */
	CLOSED_WHILE_DPKG_RAN, /* the same, and dpkg outlived apt */
	CLOSED_AT_SESSION_END
};

struct call {
	enum uh_hook_point hook_point;
	const char *root;
	uh_listener *listener;
	void *context;
	enum closer closed_by;
	bool is_of_dpkg; /* called by dpkg's own hooks, without apt */

	struct hook_tree tree;
	enum { NOT_ASKED, POSSIBLE, IMPOSSIBLE } is_possible[UH_HOOK_POINT_COUNT];
	struct state state;
	int state_error; /* why state is not open; 0 once it has been reported */
	struct unsafe_path state_unsafe;
	struct frontend frontend;
	struct state session; /* that of the dpkg run; valid if has_session */
	bool has_session;
	int run_lock;      /* a descriptor: marks the call for session.h; or −errno */
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
	bool is_record_reported; /* that it is missing */
	bool is_known;           /* transaction has been read */
	char record[32];         /* the suffix of its file */
	struct merged_run *runs; /* at Session-End, what the transaction consists of */
	size_t run_count;
	unsigned asked_runs; /* their results are written, or were asked for in vain */
	size_t dpkg_runs;    /* of these, those that came about */
	unsigned timeout;    /* in seconds, of scripts that have none; 0: none */
	struct plan plan;
	struct settings settings;
	enum reading settings_reading;
	bool are_package_settings_read;
	bool are_settings_outdated; /* dpkg changed them, and they cannot be read */
	struct settings promised_settings; /* for copies of scripts (copies.h) */
	struct path_table paths;           /* what Paths asks about; empty: not read */
	enum result result;
	bool is_settled;            /* result and outcomes are known */
	bool has_failed_before;     /* a hook of an earlier hook point */
	struct string_list vetoers; /* paths below the tree */
	struct log_writer log;
	struct journal journal;
};

/* Opens the tree and the directory of the hook point's state. 0 or −ENOMEM. */
int call_init(struct call *call);
/* Sets the frontend, and thereby the names of its state files. */
void call_set_frontend(struct call *call, const struct frontend *frontend);
void call_done(struct call *call);

/* Whether there may be hooks at a hook point: plan_is_possible(), called once. */
bool call_is_possible(struct call *call, enum uh_hook_point hook_point);

/*
 * Passes an event to the log and to the listener: call_emit(call, UH_…, .path = …).
 */
#define call_emit(call, ...) call_on_event(&(struct uh_event){.kind = __VA_ARGS__}, call)
uh_listener call_on_event; /* context: the call */

/* Reports, once, that the state directory cannot be used. Call it if that matters. */
void call_report_state(struct call *call);

/*
 * Whether the hooks are switched off for this run of apt: in the environment, or, since
 * that does not survive sudo(8), by apt's option -o. Call it when the transaction is known.
 */
bool call_is_switched_off(struct call *call);
/*
 * Logs the scripts that are left out because of that, at all hook points, since one of
 * them may have vetoed. Call it once in each dpkg run, when apt's stream has been read.
 */
void call_log_switched_off(struct call *call);

/* Learns what is about to happen: reads apt's stream from fd, and closes fd. */
void call_read_stream(struct call *call, int fd);
/* Finds the packages, unless no hook can need them: dpkg-query is slow. */
void call_find_packages(struct call *call);
/* The same whether or not a hook at this point can need them. */
void call_find_all_packages(struct call *call);
/* Saves the transaction for Post-Invoke. */
void call_save_record(struct call *call);
/* Learns what has happened: reads the record, and whether a hook has failed. */
void call_read_record(struct call *call);
/* Reports what was wrong with the record. */
void call_report_record(struct call *call);
/* Reports, once, that there is none, so that the packages are not known. */
void call_report_missing_record(struct call *call);
/* Reports what dpkg-query answered, if that is an error. */
void call_emit_database(struct call *call, int error, struct uh_ending ending);

/* Reads the frontend's command line, once. */
void call_read_command_line(struct call *call);

/* Before dpkg runs without apt: notes its database. */
void call_note_database(struct call *call, const char *action);

void call_plan(struct call *call);

/* Runs the plan; see runner_run(). */
enum run_end call_run(struct call *call, struct uh_event *ret_veto);

/* Emits what call_run() has returned, with the command that goes on without it. */
void call_emit_veto(struct call *call, struct uh_event *veto);

/* Copies the plan's scripts for another process (copies.h) that uses state. */
void call_copy_scripts(
	struct call *call, const struct state *state, const struct plan *plan);

/* Keeps the results for the call that writes the log. */
void call_keep_log(struct call *call);
/* Appends earlier results, before hooks run: they may make the log read-only again. */
void call_catch_up_log(struct call *call);
/* Appends the results of all calls to the log. */
void call_write_log(struct call *call);

#endif
