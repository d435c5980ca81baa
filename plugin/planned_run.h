/* SPDX-License-Identifier: BSD-2-Clause */
/* A script in a plan, and the packages of the transaction that it runs for. */
#ifndef PLANNED_RUN_H
#define PLANNED_RUN_H

#include "hook_tree.h"
#include "outcome.h"
#include "paths.h"
#include "settings.h"
#include "transaction.h"
#include "versions.h"
#include "wildcard.h"

/* Faults of directories have REASON_ALWAYS. */
enum reason { REASON_PACKAGE, REASON_WILDCARD, REASON_ALWAYS };

/* The setting that prevents a script from running. */
enum skip {
	SKIP_NONE,
	SKIP_ENABLED,
	/* These narrow the packages of the script, each what the former have left. */
	SKIP_OPERATIONS,
	SKIP_PACKAGES,
	SKIP_PATHS,
	SKIP_PER_PACKAGE, /* the packages are not known */
	SKIP_WHEN
};

/* A script of a plan. */
struct planned_run {
	struct script script;
	struct script_settings settings; /* the defaults until plan_apply_settings() */
	enum skip skip;
	bool is_masked; /* at a former path; plan_apply_settings() drops the run */
	enum reason reason;
	const struct package *package; /* of REASON_PACKAGE; the transaction owns it */
	bool is_of_entry;   /* package stands for itself, not for all of its name */
	int settings_error; /* why settings are not complete; 0 or −errno */
	const struct versions
		*versions;              /* that Packages asks about; the plan owns them */
	const struct path_table *paths; /* what Paths matches; NULL: it may match all */
	const struct wildcard *wildcard; /* of REASON_WILDCARD; the plan owns it */
	const char *directory; /* of REASON_WILDCARD: its name; the plan owns it */
	bool omits_failed; /* matched names without failed ones; by plan_apply_when() */
};

/* Whether the run is for a list of packages, which its settings or a wildcard make. */
bool planned_run_has_list(const struct planned_run *run);

/*
 * Appends the names of these packages (of a run of REASON_ALWAYS without such settings,
 * all), one per line, sorted, without architectures. ret_outcome, which may be NULL, is
 * failed if any of their packages failed. Returns 0, −ENOMEM or −EIO.
 */
int planned_run_names(const struct planned_run *run,
	const struct transaction *transaction, struct buffer *matched,
	enum outcome *ret_outcome);
/* The same outcome for a run of REASON_PACKAGE, which may be for several architectures. */
enum outcome planned_run_outcome(
	const struct planned_run *run, const struct transaction *transaction);

/*
 * package if the settings allow it, otherwise the first other entry of its name that they
 * allow, or NULL.
 */
const struct package *planned_run_entry(const struct planned_run *run,
	const struct transaction *transaction, const struct package *package);

/*
 * Sets the mark of each package that the run is for; of a name without an architecture,
 * all its entries. Returns 0, −ENOMEM or −EIO.
 */
int planned_run_mark(const struct planned_run *run, const struct transaction *transaction,
	bool *marks);

/*
 * Adds the paths of these packages that Paths matches, without those that failed if the
 * run omits them. Returns likewise.
 */
int planned_run_paths(const struct planned_run *run,
	const struct transaction *transaction, struct string_list *paths);

/*
 * Adds the versions that Packages asks about, so that all runs ask at once. 0 or −ENOMEM.
 */
int planned_run_expect(const struct planned_run *run,
	const struct transaction *transaction, struct versions *versions);
/* Whether it asks about any. */
bool planned_run_needs_versions(const struct planned_run *run);

/* Sets skip if the settings leave no package for the run. 0 or −ENOMEM. */
int planned_run_narrow(struct planned_run *run, const struct transaction *transaction);

/*
 * What Per-Package makes of a run that is not of REASON_PACKAGE: a run for each of its
 * packages, without script and settings. There is at least one if planned_run_narrow()
 * left any. The caller frees the array. Returns 0, −ENOMEM or −EIO.
 */
int planned_run_split(const struct planned_run *run,
	const struct transaction *transaction, struct planned_run **ret_runs,
	size_t *ret_count);

/*
 * Tells the run from all others of its hook point; the caller frees it. NULL: out of
 * memory.
 */
char *planned_run_id(const struct planned_run *run);

/* The name of the setting; NULL for SKIP_NONE. */
const char *skip_name(enum skip skip);

#endif
