/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands; each is in the file of its name. */
#ifndef CMD_H
#define CMD_H

#include "admin.h"

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

#endif
