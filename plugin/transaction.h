/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apt is about to do, out of its info stream or out of the record kept of it: one
 * entry a package and architecture. Parsing is pure: bytes in, value out.
 */
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

/* Strings belong to the transaction. "-" stands for none, as in apt's stream. */
struct package {
	const char *name;
	const char *architecture; /* the new one; of a removal the old one; "-" in version
				     2 */
	const char *old_version;
	const char *new_version;
	enum operation operation;
	enum outcome outcome;
};

struct transaction {
	struct package
		*packages; /* ascending by name, then by architecture; each pair once */
	size_t count;
	char *command_line; /* apt's, or NULL (aptitude and unattended-upgrade have none)
			     */
	char *native_architecture; /* or NULL */
	char *status_file;         /* of dpkg's database (Dir::State::status), or NULL */
	char *status_stamp;        /* what dpkg_stamp() said of it before dpkg, or NULL */
	bool is_purging;           /* apt's configuration says that removals purge */
	struct buffer
		settings;     /* the raw lines of Universal-Hooks::, as apt wrote them */
	struct buffer text;   /* what was read */
	size_t head_lines;    /* its lines before the package lines */
	struct slice actions; /* the package lines, raw, each with its newline; those that
				  are not understood go when the packages are found */
	unsigned protocol;    /* their version, 2 or 3; 0 when nothing was understood */
	unsigned long long actions_size; /* what a record says that they have */
	struct buffer purged; /* "name:architecture" lines of a record: they are purged */
	char *strings;        /* what packages point into */
};

/* What was not understood; the rest was used. */
struct transaction_faults {
	bool has_no_names; /* protocol version 1, or no VERSION line at all */
	bool is_cut; /* no final newline, no package part, or fewer lines than a record
				     says */
	bool is_of_other_version; /* a record in a format that is not ours */
	size_t ignored_lines;
	size_t first_ignored_line; /* counted from 1 */
};

/* Longest line that is looked at: a path has 4096 bytes, a setting may be long. */
#define TRANSACTION_LINE_MAX 65536
/* Longest stream: 100,000 packages come to some 30 MB. */
#define TRANSACTION_SIZE_MAX ((size_t)64 << 20)

/*
 * Reads apt's stream, protocol version 2 or 3 (APT-HOOK-CONTRACT §4). Up to three lines
 * of a package and architecture become one entry: an unpack counts before a removal, both
 * before a configuration; a removal with a new version is a temporary one and counts as
 * the unpack that follows. Never fails on bad input, see ret_faults. transaction is
 * overwritten and must be given to transaction_done(), also after an error. Returns 0 or
 * −ENOMEM.
 */
int transaction_parse_stream(struct transaction *transaction, struct slice bytes,
	struct transaction_faults *ret_faults);

/*
 * The two halves of it, for where nobody may want to know: all but the packages, which is
 * enough for the record, and then the packages. The first takes what is in bytes; faults
 * is what it has found, and the second adds to it.
 */
int transaction_read_stream(struct transaction *transaction, struct buffer *bytes,
	struct transaction_faults *ret_faults);
int transaction_find_packages(
	struct transaction *transaction, struct transaction_faults *faults);

/* False only when no package is removed; known before the packages are found. */
bool transaction_may_remove(const struct transaction *transaction);

/* The same for a record. */
int transaction_parse_record(struct transaction *transaction, struct slice bytes,
	struct transaction_faults *ret_faults);

/*
 * The record: version 3 again, or 2, with the package lines as apt wrote them. Of apt's
 * configuration it holds only what is ours and the command line, since the rest can hold
 * passwords. The caller looks at record->error.
 */
void transaction_to_record(const struct transaction *transaction, struct buffer *record);

/*
 * The entry that stands for a name: not a removal before a removal (crossgrade), then the
 * native architecture, then the first. first is the index of the name's first entry.
 */
const struct package *transaction_main_entry(
	const struct transaction *transaction, size_t first);

/* The index of the first entry whose name is not below name; count when there is none. */
size_t transaction_find(const struct transaction *transaction, struct slice name);

/* The entry of a name and architecture, NULL when there is none. */
struct package *transaction_find_package(
	struct transaction *transaction, struct slice name, struct slice architecture);

/* The index behind the last entry that has the name of the entry at first. */
size_t transaction_end_of_name(const struct transaction *transaction, size_t first);

/*
 * Appends the names, one a line, ascending, each once; with_architecture as
 * name:architecture. The caller looks at names->error.
 */
void transaction_names(const struct transaction *transaction, bool with_architecture,
	struct buffer *names);

/* Appends one line an entry, tab-separated, as scripts get it in …_TRANSACTION. */
void transaction_to_table(const struct transaction *transaction, struct buffer *table);

/* "install" and so on; the reverse is false for a word that is none. */
const char *operation_name(enum operation operation);
bool operation_parse(const char *word, enum operation *ret_operation);

void transaction_done(struct transaction *transaction);

#endif
