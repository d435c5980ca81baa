/* SPDX-License-Identifier: BSD-2-Clause */
/* What apt is about to do: a table with one entry for each package and architecture. */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "base.h"

enum operation {
	OPERATION_INSTALL,
	OPERATION_UPGRADE,
	OPERATION_DOWNGRADE,
	OPERATION_REINSTALL,
	OPERATION_REMOVE,
	OPERATION_PURGE,
	OPERATION_CONFIGURE
};

enum outcome { OUTCOME_PENDING, OUTCOME_DONE, OUTCOME_FAILED };

/* The transaction owns the strings. As in apt's stream, "-" means none. */
struct package {
	const char *name;
	const char *architecture; /* of a removal the old one, otherwise the new one */
	const char *old_version;
	const char *new_version;
	const char *archive; /* the path of its .deb from apt; NULL: none or unknown */
	enum operation operation;
	enum outcome outcome;
};

/* Read by stream_parse() or record_parse(). */
struct transaction {
	struct package
		*packages; /* sorted by name, then by architecture; no duplicates */
	size_t count;
	char *strings;             /* those of packages */
	char *command_line;        /* or NULL, as with aptitude and unattended-upgrade */
	char *native_architecture; /* or NULL */
	char *status_file;         /* dpkg's (Dir::State::status), or NULL */
	char *admin_dir;    /* dpkg's, if an option in DPkg::Options names it, or NULL */
	char *status_stamp; /* its dpkg_stamp() before dpkg ran, or NULL */
	char *configuration_stamp; /* of apt's files before dpkg ran, or NULL */
	bool is_purging;           /* APT::Get::Purge: all removals purge */
	bool is_quiet;             /* quiet, as set by -qq: apt prints errors only */
	unsigned protocol;      /* version of apt's stream, 2 or 3; 0: not understood */
	struct buffer settings; /* the raw lines of Universal-Hooks:: */
	struct buffer own_settings; /* those that only the frontend itself sets */
	struct buffer noted_paths;  /* "NAME:ARCHITECTURE PATH" lines (path_sources.h) */
	struct buffer text;         /* all that was read */
	size_t head_lines;          /* number of lines before the package lines */
	struct slice
		package_lines; /* raw, in text; stream_find_packages() drops those that
				       it does not understand */
};

/* Whether it comes out of an archive. */
bool package_is_unpacked(const struct package *package);

/* The index of the first entry whose name is not less than name, or count. */
size_t transaction_find(const struct transaction *transaction, struct slice name);

/* The index after the last entry with the same name as the entry at first. */
size_t transaction_end_of_name(const struct transaction *transaction, size_t first);

/*
 * The entry for this name and architecture, or NULL. In protocol version 2, which has no
 * architectures, the entry for the name.
 */
struct package *transaction_find_package(
	struct transaction *transaction, struct slice name, struct slice architecture);

/* Makes a purge of each removal that a line NAME:ARCHITECTURE names. */
void transaction_mark_purged(struct transaction *transaction, struct slice purged);

/*
 * The entry that stands for a name, given the index of its first entry: preferably one
 * that is not a removal (crossgrade), then the native architecture, then the first.
 */
const struct package *transaction_main_entry(
	const struct transaction *transaction, size_t first);

/*
 * Appends the names (or NAME:ARCHITECTURE), sorted, one per line, without duplicates. The
 * caller checks names->error.
 */
void transaction_names(const struct transaction *transaction, bool with_architecture,
	struct buffer *names);

/* "done" or "failed"; "-" while it is pending. */
const char *outcome_name(enum outcome outcome);

/* Appends a tab-separated line for each entry: the transaction file of the scripts. */
void transaction_to_table(const struct transaction *transaction, struct buffer *table);

/*
 * Appends a tab-separated line for each package that apt unpacks: name, architecture and
 * archive ("-" if unknown). Only the archive may contain a tab.
 */
void transaction_archives(const struct transaction *transaction, struct buffer *table);

/* "install" and so on; operation_parse() is false for any other word. */
const char *operation_name(enum operation operation);
bool operation_parse(const char *word, enum operation *ret_operation);

void transaction_done(struct transaction *transaction);

#endif
