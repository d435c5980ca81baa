/* SPDX-License-Identifier: BSD-2-Clause */
#include "base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Most files fit into the first read. For the others, malloc(3) maps the second size, which
 * realloc(3) then moves without a copy.
 */
#define FIRST_READ_SIZE ((size_t)2048)
#define NEXT_READ_SIZE ((size_t)256 << 10)

#define POPULATED_SIZE ((size_t)64 << 10) /* a full pipe (pipe(7)) */
#define PAGE_SIZE 4096
#ifndef MADV_POPULATE_WRITE /* glibc before 2.35 */
#define MADV_POPULATE_WRITE 23
#endif

bool slice_equals(struct slice slice, const char *string)
{
	return slice_compare(slice, slice_of(string)) == 0;
}

int slice_compare(struct slice a, struct slice b)
{
	size_t common = a.size < b.size ? a.size : b.size;
	int order = common > 0 ? memcmp(a.data, b.data, common) : 0;

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

bool slice_has_prefix(struct slice slice, struct slice prefix)
{
	if (slice.size < prefix.size)
		return false;
	slice.size = prefix.size;
	return slice_compare(slice, prefix) == 0;
}

static unsigned char to_lower(char character)
{
	unsigned char byte = (unsigned char)character;

	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool slice_has_prefix_caseless(struct slice slice, struct slice prefix)
{
	if (slice.size < prefix.size)
		return false;
	for (size_t i = 0; i < prefix.size; i++)
		if (to_lower(slice.data[i]) != to_lower(prefix.data[i]))
			return false;
	return true;
}

bool slice_equals_caseless(struct slice slice, struct slice other)
{
	return slice.size == other.size && slice_has_prefix_caseless(slice, other);
}

bool slice_to_number(
	struct slice digits, unsigned long long max, unsigned long long *ret_number)
{
	unsigned long long number = 0;

	*ret_number = 0;
	for (size_t i = 0; i < digits.size; i++) {
		unsigned long long digit = (unsigned char)digits.data[i] - '0';

		if (digit > 9 || digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return digits.size > 0;
}

struct slice slice_cut(struct slice *rest, char separator)
{
	const char *end =
		rest->size > 0 ? memchr(rest->data, separator, rest->size) : NULL;
	struct slice head = *rest;

	if (end == NULL) {
		*rest = (struct slice){NULL, 0};
		return head;
	}
	head.size = (size_t)(end - head.data);
	rest->data += head.size + 1;
	rest->size -= head.size + 1;
	return head;
}

int buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity > 0 ? buffer->capacity : 256;
	char *data;

	if (buffer->error < 0)
		return buffer->error;
	if (more > SIZE_MAX / 4 - buffer->size)
		return buffer->error = -ENOMEM;
	while (capacity < buffer->size + more)
		capacity *= 2;
	if (capacity == buffer->capacity)
		return 0;
	data = realloc(buffer->data, capacity);
	if (data == NULL)
		return buffer->error = -ENOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

void buffer_append(struct buffer *buffer, struct slice bytes)
{
	bool has_room = bytes.size <= buffer->capacity - buffer->size;

	if (bytes.size == 0 || buffer->error < 0 ||
		(!has_room && buffer_reserve(buffer, bytes.size) < 0))
		return;
	memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
	buffer->size += bytes.size;
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
	buffer_append(buffer, slice_of(string));
}

__attribute__((format(printf, 1, 0))) static char *format_arguments(
	const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) >= 0 ? text : NULL;
}

char *strings_join(const char *const *parts, size_t count)
{
	size_t size = 1;
	char *text, *at;

	for (size_t i = 0; i < count; i++)
		size += strlen(parts[i]);
	text = at = malloc(size);
	if (text == NULL)
		return NULL;
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		at = text_append(at, text + size, parts[i]);
	return text;
}

char *text_append(char *at, const char *end, const char *text)
{
	size_t room = (size_t)(end - at) - 1, size = strlen(text);

	if (size > room)
		size = room;
	memcpy(at, text, size);
	at[size] = '\0';
	return at + size;
}

const char *decimal(char text[DECIMAL_SIZE], unsigned long long number)
{
	char digits[DECIMAL_SIZE];
	char *digit = digits + sizeof(digits);

	*--digit = '\0';
	do
		*--digit = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return memcpy(text, digit, (size_t)(digits + sizeof(digits) - digit));
}

char *file_stamp(const char *path)
{
	char numbers[4][DECIMAL_SIZE];
	struct stat status;

	if (stat(path, &status) < 0)
		return NULL;
	return string_join(decimal(numbers[0], status.st_dev), ":",
		decimal(numbers[1], status.st_ino), ":",
		decimal(numbers[2], (unsigned long long)status.st_mtim.tv_sec), ".",
		decimal(numbers[3], (unsigned long long)status.st_mtim.tv_nsec));
}

char *string_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_arguments(format, arguments);
	va_end(arguments);
	return text;
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	owns_memory char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = format_arguments(format, arguments);
	va_end(arguments);
	if (text != NULL)
		buffer_append(buffer, slice_of(text));
	else
		buffer->error = -ENOMEM;
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

/*
 * Gives the memory that is read into next its pages, with one call instead of a fault for
 * each. Linux before 5.14 refuses that, as does a machine with larger pages (madvise(2)).
 */
static void populate(const struct buffer *buffer, size_t room)
{
	char *next = buffer->data + buffer->size;
	size_t size = room < POPULATED_SIZE ? room : POPULATED_SIZE;
	size_t of_page = (uintptr_t)next % PAGE_SIZE;

	(void)madvise(next - of_page, of_page + size, MADV_POPULATE_WRITE);
}

int buffer_read(struct buffer *buffer, int fd, size_t limit)
{
	size_t more = FIRST_READ_SIZE;
	size_t start = buffer->size;
	size_t populated = POPULATED_SIZE; /* little needs no more */

	for (;; more = NEXT_READ_SIZE) {
		size_t room = limit - (buffer->size - start);
		ssize_t got;

		/* One byte above the limit shows whether there is more. */
		if (buffer->error < 0 ||
			(buffer->size == buffer->capacity &&
				buffer_reserve(buffer, limit < more ? limit + 1 : more) <
					0))
			return buffer->error;
		if (room >= buffer->capacity - buffer->size)
			room = buffer->capacity - buffer->size;
		else
			room += 1;
		if (buffer->size - start >= populated) {
			populate(buffer, room);
			populated = buffer->size - start + POPULATED_SIZE;
		}
		got = read(fd, buffer->data + buffer->size, room);
		if (got < 0 && errno == EINTR)
			continue;
		/* An open file exists: −ENOENT would read as "no such file". */
		if (got < 0)
			return errno == ENOENT ? -EIO : -errno;
		if (got == 0)
			return 0;
		buffer->size += (size_t)got;
		if (buffer->size - start > limit) {
			buffer->size = start + limit;
			return -EFBIG;
		}
	}
}

const char *names_next(struct names_in *names)
{
	for (;;) {
		const struct dirent64 *entry;

		if (names->at == names->size) {
			names->at = 0;
			names->size = getdents64(
				names->fd, names->entries, sizeof(names->entries));
			if (names->size <= 0) {
				names->error = names->size < 0 ? -errno : 0;
				names->size = 0;
				return NULL;
			}
		}
		entry = (const struct dirent64 *)(names->entries + names->at);
		names->at += entry->d_reclen;
		if (entry->d_name[0] != '.')
			return entry->d_name;
	}
}

/* A line, and what it is sorted by. */
struct sorted_line {
	struct slice name, line;
};

static int compare_lines(const void *a, const void *b)
{
	const struct sorted_line *left = a, *right = b;
	int order = slice_compare(left->name, right->name);

	return order != 0 ? order
			  : (left->line.data > right->line.data) -
				    (left->line.data < right->line.data);
}

void lines_sort(struct buffer *lines)
{
	struct slice rest = buffer_slice(lines);
	struct buffer sorted = {.error = lines->error};
	owns_memory struct sorted_line *items = NULL;
	size_t count = 0, capacity = 0;

	while (rest.size > 0 && sorted.error == 0) {
		struct slice line = slice_cut(&rest, '\n'), after = line;

		sorted.error = array_grow(&items, &capacity, count, sizeof(*items));
		if (sorted.error == 0)
			items[count++] =
				(struct sorted_line){slice_cut(&after, '\t'), line};
	}
	if (count > 0)
		qsort(items, count, sizeof(*items), compare_lines);
	for (size_t i = 0; i < count; i++) {
		buffer_append(&sorted, items[i].line);
		buffer_append_string(&sorted, "\n");
	}
	buffer_done(lines);
	*lines = sorted;
}

/* Compares the name in the first of lines, which is cut off, with name. */
static int cut_and_compare(struct slice *lines, struct slice name)
{
	struct slice line = slice_cut(lines, '\n');

	return slice_compare(slice_cut(&line, '\t'), name);
}

struct slice lines_find(struct slice lines, struct slice name)
{
	size_t low = 0, high = lines.size;
	struct slice rest, found;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		while (middle > low && lines.data[middle - 1] != '\n')
			middle--;
		rest = (struct slice){lines.data + middle, lines.size - middle};
		if (cut_and_compare(&rest, name) < 0)
			low = lines.size - rest.size;
		else
			high = middle;
	}
	if (lines.size == 0)
		return lines;
	rest = found = (struct slice){lines.data + low, lines.size - low};
	found.size = 0;
	while (rest.size > 0 && cut_and_compare(&rest, name) == 0)
		found.size = lines.size - low - rest.size;
	return found;
}

/* Who shares our stdout or stderr may have set O_NONBLOCK for all. */
static bool can_write_again(int fd, int error)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return error == EINTR ||
	       (error == EAGAIN && (poll(&room, 1, -1) > 0 || errno == EINTR));
}

int write_all(int fd, struct slice bytes)
{
	while (bytes.size > 0) {
		ssize_t written = write(fd, bytes.data, bytes.size);

		if (written < 0 && can_write_again(fd, errno))
			continue;
		if (written < 0)
			return -errno;
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return 0;
}

int array_grow(void *array, size_t *capacity, size_t count, size_t element_size)
{
	size_t wanted = *capacity > 0 ? *capacity * 2 : 16;
	void *items;

	if (count < *capacity)
		return 0;
	/* memcpy, since strict aliasing forbids access through a void **. */
	memcpy(&items, array, sizeof(items));
	/* cppcheck-suppress memleakOnRealloc -- array still points to it */
	items = reallocarray(items, wanted, element_size);
	if (items == NULL)
		return -ENOMEM;
	memcpy(array, &items, sizeof(items));
	*capacity = wanted;
	return 0;
}

int string_list_terminate(struct string_list *list)
{
	if (array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)) <
		0)
		return -ENOMEM;
	list->items[list->count] = NULL;
	return 0;
}

int string_list_add(struct string_list *list, const char *string)
{
	char *copy = strdup(string);

	if (copy == NULL || string_list_terminate(list) < 0) {
		free(copy);
		return -ENOMEM;
	}
	list->items[list->count++] = copy;
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void string_list_sort_unique(struct string_list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare_strings);
	for (size_t i = 1; i < list->count; i++) {
		if (strcmp(list->items[kept], list->items[i]) == 0)
			free(list->items[i]);
		else
			list->items[++kept] = list->items[i];
	}
	list->count = kept + 1;
}

bool string_list_has(const struct string_list *list, const char *string)
{
	return list->count > 0 && bsearch(&string, list->items, list->count,
					  sizeof(*list->items), compare_strings) != NULL;
}

void string_list_done(struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd); /* releases fd even when it fails: close(2) */
	*fd = -1;
	errno = saved;
}

void fill_standard_descriptors(void)
{
	/* open(2) returns the lowest free descriptor. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int filled = fcntl(fd, F_GETFD) < 0 ? open("/dev/null", O_RDWR) : fd;

		if (filled < 0)
			return; /* without /dev/null there is no protection */
	}
}

const char *word_of(const struct word *table, size_t count, int value)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].value == value)
			return table[i].word;
	return NULL;
}

bool word_parse(const struct word *table, size_t count, const char *word, int *ret_value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].word, word) != 0)
			continue;
		*ret_value = table[i].value;
		return true;
	}
	return false;
}
