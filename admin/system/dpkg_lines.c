/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/dpkg_lines.h"
#include "system/rootfs.h"

#include <errno.h>

#define FILE_MAX ((size_t)1 << 20)

/* Generated from conf/apt-universal-hooks.in by cmake. */
static const struct {
	const char *option;
	const char *line;
} shipped_lines[DPKG_LINE_COUNT] = {
#include "shipped_dpkg_lines.inc"
};

static void skip_blanks(struct slice *text)
{
	while (text->size > 0 && strchr(" \t", *text->data) != NULL) {
		text->data++;
		text->size--;
	}
}

/* The line without "#"; whether it was there. */
static struct slice uncomment(struct slice line, bool *ret_is_comment)
{
	skip_blanks(&line);
	*ret_is_comment = false;
	while (line.size > 0 && *line.data == '#') {
		*ret_is_comment = true;
		(void)slice_cut(&line, '#');
		skip_blanks(&line);
	}
	return line;
}

/* The index of the shipped line that does the same as this one, or −1. */
static int find_shipped_line(struct slice line, bool *ret_is_comment)
{
	struct slice code = uncomment(line, ret_is_comment);

	for (int i = 0; i < DPKG_LINE_COUNT; i++) {
		size_t size = strlen(shipped_lines[i].option);

		if (slice_has_prefix(code, slice_of(shipped_lines[i].option)) &&
			code.size > size && strchr("= \t", code.data[size]) != NULL &&
			memmem(code.data, code.size, UH_HELPER, strlen(UH_HELPER)) !=
				NULL)
			return i;
	}
	return -1;
}

struct dpkg_lines dpkg_lines_of(struct slice text)
{
	struct dpkg_lines lines = {.lines = {{.state = DPKG_LINE_MISSING}}};
	unsigned long number = 0;

	for (int i = 0; i < DPKG_LINE_COUNT; i++)
		lines.lines[i].option = shipped_lines[i].option;
	while (text.size > 0) {
		struct slice line = slice_cut(&text, '\n');
		bool is_comment;
		int i = find_shipped_line(line, &is_comment);
		enum dpkg_line_state state = DPKG_LINE_OFF;

		number++;
		if (i < 0)
			continue;
		if (!is_comment)
			state = slice_equals(line, shipped_lines[i].line)
					? DPKG_LINE_ON
					: DPKG_LINE_EDITED;
		/* A line in force counts more than a comment, an edited one even more. */
		if (state <= lines.lines[i].state)
			continue;
		lines.lines[i].state = state;
		lines.lines[i].number = number;
	}
	return lines;
}

int dpkg_lines_read(
	struct dpkg_lines *lines, struct buffer *text, const struct admin *admin)
{
	owns_fd int fd = rootfs_open(admin, DPKG_LINES_FILE);
	int error = fd;

	if (fd >= 0)
		error = buffer_read(text, fd, FILE_MAX);
	*lines = dpkg_lines_of(buffer_slice(text));
	return error == -ENOENT ? 0 : error;
}

static bool is_switched_on(const struct dpkg_line *line)
{
	return line->state == DPKG_LINE_ON || line->state == DPKG_LINE_EDITED;
}

const char *dpkg_lines_word(const struct dpkg_lines *lines)
{
	int count = 0;

	for (int i = 0; i < DPKG_LINE_COUNT; i++)
		count += is_switched_on(&lines->lines[i]);
	if (count == 0)
		return "off";
	return count == DPKG_LINE_COUNT ? "on" : "partly";
}

const char *dpkg_line_word(const struct dpkg_line *line)
{
	static const char *const words[] = {[DPKG_LINE_MISSING] = "missing",
		[DPKG_LINE_OFF] = "off",
		[DPKG_LINE_ON] = "on",
		[DPKG_LINE_EDITED] = "edited"};

	return words[line->state];
}

json_t *dpkg_lines_to_json(const struct dpkg_lines *lines, const char *file)
{
	json_t *object = json_pack(
		"{s:s, s:o}", "state", dpkg_lines_word(lines), "file", json_text(file));

	for (int i = 0; i < DPKG_LINE_COUNT; i++)
		json_set(object, i == 0 ? "pre_invoke" : "post_invoke",
			json_text(dpkg_line_word(&lines->lines[i])));
	return object;
}

static void append_text_line(struct buffer *result, const char *prefix, struct slice line)
{
	buffer_append_string(result, prefix);
	buffer_append(result, line);
	buffer_append_string(result, "\n");
}

void dpkg_lines_switch(struct slice text, bool is_on, struct buffer *result)
{
	struct dpkg_lines lines = dpkg_lines_of(text);
	unsigned long number = 0;

	while (text.size > 0) {
		struct slice line = slice_cut(&text, '\n');
		bool is_comment;
		int i = find_shipped_line(line, &is_comment);

		number++;
		/* Of several comments, the first becomes the line. */
		if (i >= 0 && is_on && lines.lines[i].state == DPKG_LINE_OFF &&
			lines.lines[i].number == number)
			append_text_line(result, "", uncomment(line, &is_comment));
		else
			append_text_line(
				result, i >= 0 && !is_on && !is_comment ? "#" : "", line);
	}
	for (int i = 0; i < DPKG_LINE_COUNT && is_on; i++)
		if (lines.lines[i].state == DPKG_LINE_MISSING)
			append_text_line(result, "", slice_of(shipped_lines[i].line));
}
