/* SPDX-License-Identifier: BSD-2-Clause */
/* What a script gets: environment variables, and the files that they name. */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "outcome.h"
#include "plan.h"
#include "state.h"
#include "universal_hooks.h"

#include <pwd.h>

/* What all scripts of a hook point have in common. The caller owns what it points to. */
struct run_context {
	enum uh_hook_point hook_point;
	const struct transaction *transaction;
	bool is_known; /* false at Pre-Invoke: transaction is empty and not passed on */
	const char *command_line; /* NULL: unknown */
	enum result result;       /* at Post-Invoke */
	bool has_failed_before;   /* a hook failed at an earlier hook point */
	bool are_settings_lost;   /* so whether On-Failure is set is unknown */
	const struct state *state;
	const char *session; /* its key, at Session-Start and Session-End; NULL: none */
	/* Of …_ID and …_DATA: state, or that of the session; NULL: there is none. */
	const struct state *owner;
	const char *root; /* of the file in which output is kept; NULL: it is not kept */
	bool can_veto;    /* apt is there to be stopped; the caller emits ret_veto */
	size_t dpkg_runs; /* at Session-End */
	unsigned timeout; /* in seconds, of scripts that have none; 0: none */
	bool is_once;     /* record which scripts have started: record_started_path() */
};

/* Paths of the files for scripts, NULL until they are written. */
struct script_files {
	char *transaction;
	char *archives;
	char *pkg_list;
	char *matched;
	char *matched_paths;
	char *data;           /* a directory, which is not discarded */
	enum outcome outcome; /* of the packages that matched */
};

/*
 * Writes the files of …_TRANSACTION and …_ARCHIVES, which all scripts share. Returns 0,
 * or −errno and writes neither.
 */
int script_files_write_tables(
	struct script_files *files, const struct run_context *run_context);
/*
 * Writes the files for a script that is for several packages: --pkg_list once, …_MATCHED
 * for each script, since it depends on the script's settings. 0 or −errno.
 */
int script_files_write_lists(struct script_files *files,
	const struct run_context *run_context, const struct planned_run *run);
/* Writes the file of …_MATCHED_PATHS, for a script with Paths. 0 or −errno. */
int script_files_write_paths(struct script_files *files,
	const struct run_context *run_context, const struct planned_run *run);
/*
 * Provides the directory of …_DATA, of this account, or of our own user if that is NULL. 0
 * or −errno.
 */
int script_files_make_data(struct script_files *files,
	const struct run_context *run_context, const struct passwd *account);
/* Whether there is that of our own user. */
bool script_files_have_data(const struct state *state);
void script_files_discard(struct script_files *files); /* unlinks them */

/*
 * Fills environment, for execve(2), with ours and the variables for the script (see
 * universal-hooks(5)). account is that of User, or NULL; is_success becomes …_SUCCESS at
 * Post-Invoke. 0 or −ENOMEM; string_list_done() also after an error.
 */
int environment_make(struct string_list *environment,
	const struct run_context *run_context, const struct planned_run *run,
	const struct script_files *files, const struct passwd *account, bool is_success);

#endif
