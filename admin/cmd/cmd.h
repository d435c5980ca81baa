/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands, one per file. */
#ifndef CMD_H
#define CMD_H

#include "admin.h"

/* argv[0] is the subcommand's name. run() returns the exit status. */
struct subcommand {
	const char *name;
	const char *summary;
	int (*run)(struct admin *admin, int argc, char **argv);
};

int admin_list(struct admin *admin, int argc, char **argv);
int admin_plan(struct admin *admin, int argc, char **argv);
int admin_wait(struct admin *admin, int argc, char **argv);
int admin_why(struct admin *admin, int argc, char **argv);
int admin_run(struct admin *admin, int argc, char **argv);
int admin_check(struct admin *admin, int argc, char **argv);
int admin_log(struct admin *admin, int argc, char **argv);
int admin_blame(struct admin *admin, int argc, char **argv);
int admin_requires(struct admin *admin, int argc, char **argv);
int admin_disable(struct admin *admin, int argc, char **argv);
int admin_enable(struct admin *admin, int argc, char **argv);
int admin_show(struct admin *admin, int argc, char **argv);
int admin_new(struct admin *admin, int argc, char **argv);
int admin_edit(struct admin *admin, int argc, char **argv);
int admin_set(struct admin *admin, int argc, char **argv);
int admin_unset(struct admin *admin, int argc, char **argv);
int admin_transaction(struct admin *admin, int argc, char **argv);
int admin_dpkg(struct admin *admin, int argc, char **argv);
int admin_status(struct admin *admin, int argc, char **argv);

#endif
