/* SPDX-License-Identifier: BSD-2-Clause */
/* What all subcommands share: who asks for what, how they end, how they complain. */
#ifndef ADMIN_H
#define ADMIN_H

#include "base.h"

#include <libintl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* gettext(3); N_() marks what is looked up later. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) its name */
#define _(text) gettext(text)
#define N_(text) text

/* Exit statuses, see apt-universal-hooks(8). */
enum {
	STATUS_FINE,
	STATUS_FINDINGS, /* check found something, a hook of run failed, … */
	STATUS_TROUBLE   /* what was asked for could not be done at all */
};

/* The options that every subcommand takes. */
struct admin {
	char *root; /* --root, without a slash at its end; "" for this machine */
	bool is_json;
};

/* One subcommand, with the words behind the program's name: argv[0] is its own. */
struct subcommand {
	const char *name;
	const char *summary;
	int (*run)(struct admin *admin, int argc, char **argv);
};

int admin_list(struct admin *admin, int argc, char **argv);
int admin_plan(struct admin *admin, int argc, char **argv);
int admin_why(struct admin *admin, int argc, char **argv);
int admin_run(struct admin *admin, int argc, char **argv);
int admin_check(struct admin *admin, int argc, char **argv);
int admin_log(struct admin *admin, int argc, char **argv);
int admin_blame(struct admin *admin, int argc, char **argv);
int admin_requires(struct admin *admin, int argc, char **argv);
int admin_disable(struct admin *admin, int argc, char **argv);
int admin_enable(struct admin *admin, int argc, char **argv);
int admin_status(struct admin *admin, int argc, char **argv);

/*
 * Writes "E: …" or "W: …" and a line end to standard error; control characters of names
 * in it as \ooo. report_error() returns STATUS_TROUBLE.
 */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Out of memory. */
int report_no_memory(void);

#ifdef __cplusplus
}
#endif

#endif
