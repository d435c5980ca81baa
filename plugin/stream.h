/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parses the stream that apt writes to hooks of DPkg::Pre-Install-Pkgs, protocol version 2
 * or 3 (apt.conf(5)): a VERSION line, apt's configuration, an empty line, package lines.
 */
#ifndef STREAM_H
#define STREAM_H

#include "transaction.h"

/* Longer lines are ignored. A path has at most 4096 bytes, but a setting may be long. */
#define STREAM_LINE_MAX 65536
/* 100,000 packages come to some 30 MB. */
#define STREAM_SIZE_MAX ((size_t)64 << 20)

/* What was malformed; the rest was used. */
struct stream_faults {
	bool has_no_names;        /* protocol version 1, or not a stream at all */
	bool is_cut;              /* it ends inside a line, or before the packages */
	bool is_of_other_version; /* a record in the format of another version */
	size_t ignored_lines;
	size_t first_ignored_line; /* counted from 1 */
};

/*
 * Reads a whole stream. A package has up to three lines for one architecture, which become
 * one entry: unpacking takes precedence over removal, and removal over configuration. A
 * removal with a new version is temporary and counts as the unpacking that follows it.
 *
 * Bad input is reported in ret_faults. Returns 0 or −ENOMEM; in both cases the caller
 * releases transaction with transaction_done().
 */
int stream_parse(struct transaction *transaction, struct slice bytes,
	struct stream_faults *ret_faults);

/*
 * stream_parse() in two steps, since the packages are not always needed. stream_read()
 * empties bytes and reads all but the packages, which is enough to write a record;
 * stream_find_packages() adds to the faults found so far.
 */
int stream_read(struct transaction *transaction, struct buffer *bytes,
	struct stream_faults *ret_faults);
int stream_find_packages(struct transaction *transaction, struct stream_faults *faults);

/*
 * stream_read() that also passes on other settings: on_setting gets each line of the
 * configuration part outside Universal-Hooks::, with value as apt encodes it, and returns
 * 0 or −ENOMEM.
 */
typedef int stream_on_setting(void *context, struct slice key, struct slice value);
int stream_read_head(struct transaction *transaction, struct buffer *bytes,
	stream_on_setting *on_setting, void *context, struct stream_faults *ret_faults);

/* False only if no package is removed; does not need stream_find_packages(). */
bool stream_may_remove(const struct transaction *transaction);

#endif
