/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output_reader.c: the earlier file, a form feed, and the file. What it finds must be what
 * a simple search from the end finds.
 */
#include "harness.h"
#include "kept_output.h"
#include "model/output_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "fuzz-output.root" /* in the working directory */
#define SCRIPT "7-9 Pre-Invoke /a [always]"
#define FIRST_LINE OUTPUT_STARTED "2026-11-20  18:02:05 " SCRIPT

static void write_file(const char *path, struct slice text)
{
	owns_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write_all(fd, text) == 0);
}

static void make_root(void)
{
	static const char *const directories[] = {
		ROOT, ROOT "/var", ROOT "/var/log", ROOT "/var/log/apt"};

	for (size_t i = 0; i < COUNT_OF(directories); i++)
		must(mkdir(directories[i], 0700) == 0 || errno == EEXIST);
}

/* "Log started: ", a time, a blank and, if given, the script. */
static bool is_first_line(struct slice line, const char *script)
{
	struct slice start = slice_of(OUTPUT_STARTED);
	size_t before = strlen(FIRST_LINE) - strlen(SCRIPT), date = start.size + 11;

	if (!slice_has_prefix(line, start) || line.size <= before ||
		line.data[date] != ' ' || line.data[before - 1] != ' ' ||
		memchr(line.data + start.size, '\0', before - start.size) != NULL)
		return false;
	line = (struct slice){line.data + before, line.size - before};
	return script == NULL || slice_equals(line, script);
}

/* The lines of the last output of the script that begin with a tab; −1: there is none. */
static int count_expected(struct slice text, size_t *ret_size)
{
	bool is_inside = false;
	int count = -1;

	while (text.size > 0) {
		struct slice line = slice_cut(&text, '\n');

		if (is_first_line(line, SCRIPT)) {
			is_inside = true;
			count = 0;
			*ret_size = 0;
		} else if (is_first_line(line, NULL) ||
			   slice_has_prefix(line, slice_of(OUTPUT_ENDED))) {
			is_inside = false;
		} else if (is_inside && line.size > 0 && line.data[0] == '\t') {
			count++;
			*ret_size += line.size;
		}
	}
	return count;
}

static void must_be_printable(struct slice text, size_t lines)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		must(byte >= ' ' || byte == '\n');
		must(byte != 0x7f);
		count += byte == '\n';
	}
	must(count == lines);
}

static void look_at_lines(const struct run_output *output)
{
	owns_buffer struct buffer all = {0}, last = {0};
	size_t lines = harness_count_lines(output->lines);

	output_add_lines(&all, output, "> ", 0);
	output_add_lines(&last, output, "> ", 2);
	must(all.error == 0 && last.error == 0);
	must_be_printable(buffer_slice(&all), lines);
	must_be_printable(buffer_slice(&last), lines < 2 ? lines : 2);
	must(last.size <= all.size);
	must(last.size == 0 ||
		memcmp(last.data, all.data + all.size - last.size, last.size) == 0);
}

static void must_be_expected(
	const struct run_output *output, struct slice earlier, struct slice text)
{
	size_t size = 0, found = 0;
	int count = count_expected(text, &size), lines = 0;
	struct slice rest;

	if (count < 0)
		count = count_expected(earlier, &size);
	must((output != NULL) == (count >= 0));
	if (output == NULL)
		return;
	for (rest = output->lines; rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.size == 0 || line.data[0] != '\t')
			continue;
		lines++;
		found += line.size;
	}
	must(lines == count && found == size);
	look_at_lines(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct admin admin = {.root = (char *)ROOT};
	const struct log_run run = {.hook_point = UH_PRE_INVOKE, .path = "/a"};
	const struct log_transaction transaction = {.key = "7-9"};
	owns_outputs struct outputs outputs = {.count = 0};
	struct slice text = harness_input(data, size), earlier = slice_cut(&text, '\f');
	const struct run_output raw = {.lines = earlier};

	make_root();
	write_file(ROOT OUTPUT_FILE ".1", earlier);
	write_file(ROOT OUTPUT_FILE, text);
	must(outputs_read(&outputs, &admin) == 0);
	must_be_expected(outputs_find(&outputs, &transaction, &run), earlier, text);
	look_at_lines(&raw);
	return 0;
}
