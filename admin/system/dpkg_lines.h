/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether dpkg calls the helper when it runs without apt: the lines of the conffile
 * conf/apt-universal-hooks.in, which are comments as shipped.
 */
#ifndef DPKG_LINES_H
#define DPKG_LINES_H

#include "admin.h"
#include "ui/json.h"

/* Below the admin's root. */
#define DPKG_LINES_FILE "/etc/dpkg/dpkg.cfg.d/apt-universal-hooks"

/* Edited: it calls the helper, but not as the shipped line does. */
enum dpkg_line_state { DPKG_LINE_MISSING, DPKG_LINE_OFF, DPKG_LINE_ON, DPKG_LINE_EDITED };
struct dpkg_line {
	const char *option; /* "pre-invoke" or "post-invoke" */
	enum dpkg_line_state state;
	unsigned long number; /* 0: missing */
};
#define DPKG_LINE_COUNT 2
struct dpkg_lines {
	struct dpkg_line lines[DPKG_LINE_COUNT];
};

struct dpkg_lines dpkg_lines_of(struct slice text);
/* Reads the file, which may be missing, and its text. 0 or −errno. */
int dpkg_lines_read(
	struct dpkg_lines *lines, struct buffer *text, const struct admin *admin);

/* "on" or "off"; "partly" if only one line is in force. */
const char *dpkg_lines_word(const struct dpkg_lines *lines);
/* "missing", "off", "on" or "edited". */
const char *dpkg_line_word(const struct dpkg_line *line);

/* dpkg_lines_word() and each dpkg_line_word(), as an object. */
json_t *dpkg_lines_to_json(const struct dpkg_lines *lines, const char *file);

/*
 * Appends the text with both lines in force, or with none: takes the # away or puts it
 * there, adds a line that is missing, and keeps everything else, such as a line in force
 * that is edited.
 */
void dpkg_lines_switch(struct slice text, bool is_on, struct buffer *result);

#endif
