/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/output_reader.h"
#include "kept_output.h"
#include "ui/message.h"
#include "ui/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EARLIER ".1" /* of logrotate(8) */
#define ESCAPE '\033'
#define BELL '\007'
#define TAB_WIDTH 8
#define BLOCK_SIZE ((size_t)64 << 10)
#define LINE_MAX_SIZE ((size_t)64 << 10) /* more than two paths, a key and a time */
#define FIRST_SIZE ((size_t)8 << 10)     /* enough for most outputs */

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

/* Two numbers, since a file of the largest size may have a million of them. */
struct output_place {
	uint32_t script; /* a hash of "KEY HOOK-POINT PATH [MATCH]" */
	uint32_t at;     /* OUTPUT_SIZE_MAX times the file, and where in it */
};

/* FNV-1a */
static uint32_t hash_of_script(struct slice text)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * 16777619;
	return hash;
}

static void index_line(struct outputs *outputs, struct slice line, size_t at)
{
	char time[OUTPUT_TIME_SIZE];

	if (!cut_prefix(&line, OUTPUT_STARTED) || !cut_time(&line, time))
		return;
	xgrow(&outputs->items, &outputs->capacity, outputs->count,
		sizeof(*outputs->items));
	outputs->items[outputs->count++] =
		(struct output_place){hash_of_script(line), (uint32_t)at};
}

/* Appends at most size bytes of the file; returns how many, 0 at its end, or −errno. */
static ssize_t append_part(
	struct buffer *text, const struct output_file *file, off_t at, size_t size)
{
	return xread_at(text, file->fd, at, file->end, size);
}

/*
 * Indexes the lines in text, which begins at this place, and returns the size of what is
 * done. A line too long to be the first one of a run counts as done before its end.
 */
static size_t index_text(struct outputs *outputs, struct slice text, size_t at,
	bool is_last, bool *is_inside)
{
	struct slice rest = text;

	while (rest.size > 0) {
		struct slice line, begin = rest;

		line = slice_cut(&rest, '\n');
		if (rest.size == 0 && text.data[text.size - 1] != '\n' && !is_last) {
			if (line.size < LINE_MAX_SIZE)
				return (size_t)(begin.data - text.data);
			*is_inside = true;
			return text.size;
		}
		if (!*is_inside)
			index_line(outputs, line, at + (size_t)(line.data - text.data));
		*is_inside = false;
	}
	return text.size;
}

static int index_file(struct outputs *outputs, size_t number)
{
	const struct output_file *file = &outputs->files[number];
	owns_buffer struct buffer text = {0};
	off_t at = file->start;
	bool is_inside = false;
	ssize_t got;

	do {
		size_t begin, done;

		got = append_part(&text, file, at, BLOCK_SIZE);
		if (got < 0)
			return (int)got;
		at += got;
		begin = number * OUTPUT_SIZE_MAX + (size_t)(at - file->start) - text.size;
		done = index_text(
			outputs, buffer_slice(&text), begin, got == 0, &is_inside);
		if (done > 0)
			memmove(text.data, text.data + done, text.size - done);
		text.size -= done;
	} while (got > 0);
	return 0;
}

/* −ENOENT if there is no such file. */
static int read_output_file(struct outputs *outputs, size_t number, const char *root)
{
	struct output_file *file = &outputs->files[number];
	owns_memory char *path =
		xformat("%s%s%s", root, OUTPUT_FILE, number == 0 ? EARLIER : "");
	struct stat status;

	file->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	file->is_open = file->fd >= 0;
	if (file->fd < 0 || fstat(file->fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	file->end = status.st_size;
	if (status.st_size > (off_t)OUTPUT_SIZE_MAX)
		file->start = status.st_size - (off_t)OUTPUT_SIZE_MAX;
	return index_file(outputs, number);
}

/* By script, the newest last. */
static int compare_places(const void *a, const void *b)
{
	const struct output_place *first = a, *second = b;

	if (first->script != second->script)
		return first->script < second->script ? -1 : 1;
	return first->at < second->at ? -1 : first->at > second->at;
}

int outputs_read(struct outputs *outputs, const struct admin *admin)
{
	int error = read_output_file(outputs, 0, admin->root);

	if (error == 0 || error == -ENOENT)
		error = read_output_file(outputs, 1, admin->root);
	if (outputs->count > 0)
		qsort(outputs->items, outputs->count, sizeof(*outputs->items),
			compare_places);
	return error == -ENOENT ? 0 : error;
}

void outputs_done(struct outputs *outputs)
{
	for (size_t i = 0; i < COUNT_OF(outputs->files); i++)
		if (outputs->files[i].is_open)
			cleanup_close(&outputs->files[i].fd);
	free(outputs->items);
	buffer_done(&outputs->text);
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

/* Takes the output out of text, which begins with its first line. True if that has all. */
static bool take_output(struct run_output *output, struct slice text)
{
	struct slice rest = text;

	memset(output, 0, sizeof(*output));
	(void)slice_cut(&rest, '\n');
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		bool is_cut = rest.size == 0 && text.data[text.size - 1] != '\n';
		char time[OUTPUT_TIME_SIZE];

		if (line.size > 0 && line.data[0] == '\t') {
			if (output->lines.data == NULL)
				output->lines.data = line.data;
			output->lines.size =
				(size_t)(line.data + line.size - output->lines.data) +
				(is_cut ? 0 : 1);
		} else if (cut_prefix(&line, OUTPUT_STARTED) && cut_time(&line, time)) {
			return true;
		} else if (cut_prefix(&line, OUTPUT_ENDED)) {
			output->dropped = parse_dropped(line);
			return !is_cut;
		}
	}
	return false;
}

/* Reads as much as is needed; what cannot be read is missing. */
static void read_found(struct outputs *outputs, const struct output_file *file, off_t at)
{
	struct buffer *text = &outputs->text;
	ssize_t got = 1;

	text->size = 0;
	for (size_t size = FIRST_SIZE; got > 0 && size <= OUTPUT_READ_MAX; size *= 8) {
		while (got > 0 && text->size < size)
			got = append_part(
				text, file, at + (off_t)text->size, size - text->size);
		if (take_output(&outputs->found, buffer_slice(text)))
			return;
	}
}

/* Whether the output at this place in the file is that of the script then. */
static bool is_output_of(struct outputs *outputs, const struct output_file *file,
	off_t at, const char *script, const struct log_transaction *transaction)
{
	struct buffer *text = &outputs->text;
	size_t size = strlen(OUTPUT_STARTED "2026-11-20  18:02:05 ") + strlen(script);
	char time[OUTPUT_TIME_SIZE];
	struct slice rest, line;

	text->size = 0;
	if (append_part(text, file, at, size + 1) < (ssize_t)size)
		return false;
	rest = buffer_slice(text);
	line = slice_cut(&rest, '\n');
	return cut_prefix(&line, OUTPUT_STARTED) && cut_time(&line, time) &&
	       slice_equals(line, script) && is_within(transaction, time);
}

/* Behind the last place with this hash. */
static size_t end_of_places(const struct outputs *outputs, uint32_t script)
{
	size_t low = 0, high = outputs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (outputs->items[middle].script <= script)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct run_output *outputs_find(struct outputs *outputs,
	const struct log_transaction *transaction, const struct log_run *run)
{
	owns_memory char *script = NULL;
	uint32_t hash;

	if (transaction->key == NULL)
		return NULL;
	script = xformat("%s %s %s [%s]", transaction->key,
		uh_hook_point_name(run->hook_point), run->path,
		run->match != NULL ? run->match : "always");
	hash = hash_of_script(slice_of(script));
	for (size_t i = end_of_places(outputs, hash);
		i-- > 0 && outputs->items[i].script == hash;) {
		size_t place = outputs->items[i].at;
		const struct output_file *file = &outputs->files[place / OUTPUT_SIZE_MAX];
		off_t at = file->start + (off_t)(place % OUTPUT_SIZE_MAX);

		if (is_output_of(outputs, file, at, script, transaction)) {
			read_found(outputs, file, at);
			return &outputs->found;
		}
	}
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
