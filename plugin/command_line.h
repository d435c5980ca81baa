/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of the process that drives the run, out of /proc. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "base.h"
#include "frontend.h"

/*
 * What apt's own options say of its configuration: -o KEY=VALUE and -c FILE in all the
 * ways that apt-get(8) takes them. Zero-initialised is empty.
 */
struct command_line {
	pid_t pid;
	struct string_list words;
	struct string_list options; /* "KEY=VALUE" */
	struct string_list files;
};

/* 0, −ENOMEM, or −errno where they cannot be read; command_line_done() in every case. */
int command_line_read(struct command_line *command_line, const struct frontend *frontend);
void command_line_done(struct command_line *command_line);

/* Sets options and files from words. 0 or −ENOMEM. */
int command_line_parse(struct command_line *command_line);

/*
 * The words joined like apt's CommandLine::AsString, which cannot be taken apart again.
 * The caller's to free; NULL when there are none.
 */
char *command_line_join(const struct command_line *command_line);

/* Whether -o switches this package off for the run: Universal-Hooks::Enabled=false. */
bool command_line_switches_off(const struct command_line *command_line);

#endif
