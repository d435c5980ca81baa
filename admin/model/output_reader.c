/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/output_reader.h"
#include "kept_output.h"
#include "ui/message.h"
#include "ui/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EARLIER ".1" /* of logrotate(8) */
#define ESCAPE '\033'
#define BELL '\007'
#define TAB_WIDTH 8

static bool cut_prefix(struct slice *line, const char *prefix)
{
	size_t size = strlen(prefix);

	if (!slice_has_prefix(*line, slice_of(prefix)))
		return false;
	*line = (struct slice){line->data + size, line->size - size};
	return true;
}

/* "2026-11-20  18:02:05 ", which becomes "2026-11-20T18:02:05". */
static bool cut_time(struct slice *line, char ret_time[OUTPUT_TIME_SIZE])
{
	const size_t date = strlen("2026-11-20 "), size = strlen("2026-11-20  18:02:05 ");

	if (line->size <= size || line->data[date] != ' ' ||
		line->data[size - 1] != ' ' || memchr(line->data, '\0', size) != NULL)
		return false;
	memcpy(ret_time, line->data, date);
	ret_time[date - 1] = 'T';
	memcpy(ret_time + date, line->data + date + 1, size - date - 2);
	ret_time[OUTPUT_TIME_SIZE - 1] = '\0';
	*line = (struct slice){line->data + size, line->size - size};
	return true;
}

/* "exit 3, 12 bytes not kept". */
static size_t parse_dropped(struct slice ending)
{
	const size_t end = strlen(OUTPUT_DROPPED);
	const char *comma = memrchr(ending.data, ',', ending.size);
	struct slice digits = ending;
	unsigned long long number;

	if (comma == NULL)
		return 0;
	digits.data = comma + 1;
	digits.size = (size_t)(ending.data + ending.size - digits.data);
	if (!cut_prefix(&digits, " ") || digits.size <= end)
		return 0;
	digits.size -= end;
	return slice_to_number(digits, SIZE_MAX, &number) ? (size_t)number : 0;
}

static struct run_output *add_output(struct outputs *outputs)
{
	struct run_output *output;

	xgrow(&outputs->items, &outputs->capacity, outputs->count,
		sizeof(*outputs->items));
	output = &outputs->items[outputs->count++];
	memset(output, 0, sizeof(*output));
	return output;
}

void outputs_parse(struct outputs *outputs, struct buffer *text)
{
	struct buffer *kept = &outputs->texts[outputs->text_count];
	struct run_output *open = NULL;
	struct slice rest;

	assert(outputs->text_count < COUNT_OF(outputs->texts));
	outputs->text_count++;
	*kept = *text;
	memset(text, 0, sizeof(*text));
	for (rest = buffer_slice(kept); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		char time[OUTPUT_TIME_SIZE];

		if (line.size > 0 && line.data[0] == '\t') {
			if (open != NULL && open->lines.data == NULL)
				open->lines.data = line.data;
			if (open != NULL)
				open->lines.size = (size_t)(rest.data - open->lines.data);
		} else if (cut_prefix(&line, OUTPUT_STARTED) && cut_time(&line, time)) {
			open = add_output(outputs);
			memcpy(open->time, time, sizeof(time));
			open->script = line;
		} else if (open != NULL && cut_prefix(&line, OUTPUT_ENDED)) {
			open->dropped = parse_dropped(line);
			open = NULL;
		}
	}
}

/* −ENOENT if there is no such file. */
static int read_output_file(struct outputs *outputs, const char *root, const char *suffix)
{
	owns_memory char *path = xformat("%s%s%s", root, OUTPUT_FILE, suffix);
	owns_fd int fd =
		open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	owns_buffer struct buffer text = {0};
	struct stat status;
	off_t skip;
	int error;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	skip = status.st_size - (off_t)OUTPUT_SIZE_MAX;
	if (skip > 0 && lseek(fd, skip, SEEK_SET) < 0)
		return -errno;
	error = xensure(buffer_read(&text, fd, OUTPUT_SIZE_MAX));
	if (error < 0 && error != -EFBIG)
		return error;
	outputs_parse(outputs, &text);
	return 0;
}

int outputs_read(struct outputs *outputs, const struct admin *admin)
{
	int error = read_output_file(outputs, admin->root, EARLIER);

	if (error == 0 || error == -ENOENT)
		error = read_output_file(outputs, admin->root, "");
	return error == -ENOENT ? 0 : error;
}

void outputs_done(struct outputs *outputs)
{
	free(outputs->items);
	for (size_t i = 0; i < COUNT_OF(outputs->texts); i++)
		buffer_done(&outputs->texts[i]);
	memset(outputs, 0, sizeof(*outputs));
}

/*
 * All transactions of a frontend have the same key; without /proc, those of all frontends
 * do. Hence compare the time, unless the end precedes the start, as when summer time ends.
 */
static bool is_within(const struct log_transaction *transaction, const char *time)
{
	const char *start = transaction->start.zoned, *end = transaction->end.zoned;
	size_t size = strlen(time);

	if (start[0] == '\0' || end[0] == '\0' || strncmp(end, start, size) < 0)
		return true;
	return strncmp(time, start, size) >= 0 && strncmp(time, end, size) <= 0;
}

const struct run_output *outputs_find(const struct outputs *outputs,
	const struct log_transaction *transaction, const struct log_run *run)
{
	owns_memory char *script = NULL;

	if (transaction->key == NULL)
		return NULL;
	script = xformat("%s %s %s [%s]", transaction->key,
		uh_hook_point_name(run->hook_point), run->path,
		run->match != NULL ? run->match : "always");
	for (size_t i = outputs->count; i-- > 0;)
		if (slice_equals(outputs->items[i].script, script) &&
			is_within(transaction, outputs->items[i].time))
			return &outputs->items[i];
	return NULL;
}

/* The size of the escape sequence at the beginning of text (ECMA-48). */
static size_t escape_size(struct slice text)
{
	int kind = text.size > 1 ? text.data[1] : '\0';
	size_t size = kind == '[' || kind == ']' ? 2 : 1;

	if (kind == ']') { /* a title, up to BEL or ESC \ */
		while (size < text.size && text.data[size] != BELL &&
			text.data[size] != ESCAPE)
			size++;
		if (size + 1 < text.size && text.data[size] == ESCAPE)
			size++;
	} else if (kind == '[') {
		while (size < text.size && text.data[size] >= ' ' &&
			text.data[size] < '@')
			size++;
	} else {
		while (size < text.size && text.data[size] >= ' ' &&
			text.data[size] < '0')
			size++;
	}
	return size < text.size ? size + 1 : text.size;
}

/* The part of a line that remains visible: "\r" starts it anew, as in progress bars. */
static struct slice visible_part(struct slice line)
{
	const char *start;

	while (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	start = line.size > 0 ? memrchr(line.data, '\r', line.size) : NULL;
	if (start == NULL)
		return line;
	start++;
	return (struct slice){start, (size_t)(line.data + line.size - start)};
}

static void add_visible(struct buffer *text, struct slice line)
{
	owns_buffer struct buffer plain = {0};
	struct slice rest = visible_part(line);

	while (rest.size > 0) {
		size_t size = rest.data[0] == ESCAPE ? escape_size(rest) : 1;

		if (rest.data[0] == '\t')
			buffer_append(
				&plain, (struct slice){"        ",
						TAB_WIDTH - plain.size % TAB_WIDTH});
		else if (rest.data[0] == '\0')
			buffer_append_string(&plain, "\\000");
		else if (rest.data[0] != ESCAPE)
			buffer_append(&plain, (struct slice){rest.data, 1});
		rest = (struct slice){rest.data + size, rest.size - size};
	}
	buffer_append(&plain, (struct slice){"", 1});
	xensure(plain.error);
	text_add_sentence(text, plain.data);
}

static size_t count_lines(struct slice lines)
{
	size_t count = 0;

	for (; lines.size > 0; count++)
		(void)slice_cut(&lines, '\n');
	return count;
}

void output_add_lines(struct buffer *text, const struct run_output *output,
	const char *indent, size_t last)
{
	size_t count = count_lines(output->lines), at = 0;
	struct slice rest = output->lines;

	for (; rest.size > 0; at++) {
		struct slice line = slice_cut(&rest, '\n');

		if (last > 0 && at + last < count)
			continue;
		(void)cut_prefix(&line, "\t");
		buffer_append_string(text, indent);
		add_visible(text, line);
		buffer_append_string(text, "\n");
	}
}
