/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transaction of a hook that is running: what the files of its environment say
 * (apt-universal-hooks.conf(5), FILES FOR SCRIPTS), and what apt and dpkg add to that.
 */
#ifndef HOOK_TRANSACTION_H
#define HOOK_TRANSACTION_H

#include "admin.h"

/* The first six are the columns of …_TRANSACTION, in their order. */
enum package_field {
	PACKAGE_NAME,
	PACKAGE_ARCHITECTURE,
	PACKAGE_OPERATION,
	PACKAGE_OLD_VERSION,
	PACKAGE_NEW_VERSION,
	PACKAGE_OUTCOME,
	PACKAGE_AUTOMATIC, /* "yes" or "no" */
	PACKAGE_SECTION,
	PACKAGE_MULTI_ARCH,
	PACKAGE_ARCHIVE,
	PACKAGE_SOURCE
};
#define PACKAGE_FIELD_COUNT (PACKAGE_SOURCE + 1)

/* "-" stands for what there is none of, or what is not known. */
struct hook_package {
	char *fields[PACKAGE_FIELD_COUNT];
};

struct hook_transaction {
	struct hook_package *packages; /* sorted as in the file */
	size_t count;
	size_t capacity;
};

/*
 * Parses the contents of …_TRANSACTION and …_ARCHIVES. Returns 0, or the number of the
 * first line of table that is none of such a file; hook_transaction_done() in any case.
 */
size_t hook_transaction_parse(
	struct hook_transaction *transaction, struct slice table, struct slice archives);
/*
 * Reads the files that the environment names. A status or −1 (admin.h), after reporting
 * why: not in a hook, or in one that knows no packages; hook_transaction_done() in any
 * case.
 */
int hook_transaction_read(struct hook_transaction *transaction);
/*
 * Asks libapt-pkg for the rest, with the options in command_line (…_COMMAND_LINE, or NULL).
 * If there is no answer, warns and leaves it unknown.
 */
void hook_transaction_ask(struct hook_transaction *transaction, const struct admin *admin,
	const char *command_line);
void hook_transaction_done(struct hook_transaction *transaction);
#define owns_hook_transaction __attribute__((cleanup(hook_transaction_done)))

#endif
