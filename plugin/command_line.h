/* SPDX-License-Identifier: BSD-2-Clause */
/* The frontend's command line, as /proc shows it. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "base.h"
#include "frontend.h"

/*
 * Options are -o KEY=VALUE and -c FILE in all forms of apt-get(8). Empty when
 * zero-initialised.
 */
struct command_line {
	pid_t pid;
	struct string_list words;
	struct string_list options; /* "KEY=VALUE" */
	struct string_list files;
	unsigned quiet; /* level: -q, -qq, -q=2, --quiet, or "quiet" in an option */
};

/* 0, −ENOMEM, or −errno if it cannot be read; command_line_done() in every case. */
int command_line_read(struct command_line *command_line, const struct frontend *frontend);
/* The same without options: those of dpkg are others. */
int command_line_read_words(
	struct command_line *command_line, const struct frontend *frontend);
void command_line_done(struct command_line *command_line);

/* Sets options and files from words. 0 or −ENOMEM. */
int command_line_parse(struct command_line *command_line);

/*
 * Like apt's CommandLine::AsString, but without the interpreter of a script such as
 * unattended-upgrade. The caller frees it; NULL if there are no words, or when out of
 * memory.
 */
char *command_line_join(const struct command_line *command_line);

/* Whether the hooks are switched off: APT_UNIVERSAL_HOOKS=off, or -o …::Enabled=false. */
bool environment_switches_off(void);
bool command_line_switches_off(const struct command_line *command_line);

#endif
