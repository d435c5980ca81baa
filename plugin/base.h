/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices, growing buffers, lists of strings, cleanup attributes. No policy. */
#ifndef BASE_H
#define BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Bytes that belong to somebody else. Not NUL-terminated; may contain NUL. */
struct slice {
	const char *data;
	size_t size;
};

static inline struct slice slice_of(const char *string)
{
	struct slice slice = {string, strlen(string)};
	return slice;
}

bool slice_equals(struct slice slice, const char *string);
/* Bytewise, like strcmp(3): a prefix sorts first. */
int slice_compare(struct slice a, struct slice b);
bool slice_has_prefix(struct slice slice, struct slice prefix);
/* These ignore the case of ASCII letters in any locale. */
bool slice_equals_caseless(struct slice slice, struct slice other);
bool slice_has_prefix_caseless(struct slice slice, struct slice prefix);
/*
 * Parses decimal digits; false for anything else, and for a number above max: pass the
 * maximum of the type that will hold the number. All decimal numbers are parsed here.
 */
bool slice_to_number(
	struct slice digits, unsigned long long max, unsigned long long *ret_number);
/* Cuts off and returns what comes before the next separator, or all of rest. */
struct slice slice_cut(struct slice *rest, char separator);

/*
 * A growing array of bytes. Empty when zero-initialised. The first failed append sets
 * error (−errno) and turns later ones into no-ops, so one check at the end is enough.
 */
struct buffer {
	char *data;
	size_t size;
	size_t capacity;
	int error;
};

void buffer_append(struct buffer *buffer, struct slice bytes);
void buffer_append_string(struct buffer *buffer, const char *string);
void buffer_append_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Makes room for at least that many more bytes; 0 or −ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t more);
void buffer_done(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer)
{
	struct slice slice = {buffer->data, buffer->size};
	return slice;
}

/*
 * Reads fd to its end and appends at most limit bytes. Returns 0, −EFBIG if there was
 * more, or −errno; what was read before the error stays in buffer.
 */
int buffer_read(struct buffer *buffer, int fd, size_t limit);

/*
 * Reads the names in a directory that are not hidden, in any order, as readdir(3) does, but
 * without the 32 KiB that opendir(3) allocates: for the directories that each run of apt
 * reads, page faults cost more than anything else. Zero-initialise it apart from fd, which
 * stays the caller's. The name is valid until the next call; NULL at the end, or with
 * error set (−errno).
 */
struct names_in {
	int fd;
	int error;
	ssize_t size, at;
	_Alignas(8) char entries
		[1024]; /* as struct dirent64; a name has up to 255 bytes */
};
const char *names_next(struct names_in *names);

/*
 * Sorts lines by what comes before the first tab; lines that are equal there keep their
 * order. Of lines sorted like that, lines_find() returns those that have name there.
 */
void lines_sort(struct buffer *lines);
struct slice lines_find(struct slice lines, struct slice name);

/*
 * Writes all bytes, with as many calls to write(2) as it takes, and waits for room even if
 * fd is non-blocking; 0 or −errno.
 */
int write_all(int fd, struct slice bytes);

/*
 * Concatenates strings; the caller frees the result, which is NULL when out of memory.
 * Does not use printf(3), which costs as much as reading a directory.
 */
char *strings_join(const char *const *parts, size_t count);
#define string_join(...)                                                                 \
	strings_join((const char *const[]){__VA_ARGS__},                                 \
		COUNT_OF(((const char *const[]){__VA_ARGS__})))

/*
 * Copies as much of text to at as fits before end, and adds a NUL. Returns the address of
 * the NUL, where the next text goes.
 */
char *text_append(char *at, const char *end, const char *text);

/* Writes the decimal digits of number to text; returns text. */
#define DECIMAL_SIZE sizeof("18446744073709551615")
const char *decimal(char text[DECIMAL_SIZE], unsigned long long number);

/*
 * Identifies a version of a file by device, inode and modification time. The caller frees
 * the result; NULL with errno set.
 */
char *file_stamp(const char *path);

/* asprintf(3) that returns the text, which the caller frees; NULL when out of memory. */
char *string_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A growing array that owns its strings. Empty when zero-initialised. */
struct string_list {
	char **items;
	size_t count;
	size_t capacity;
};

/* Adds a copy; 0 or −ENOMEM. */
int string_list_add(struct string_list *list, const char *string);
/* Sorts by strcmp(3) and drops duplicates. */
void string_list_sort_unique(struct string_list *list);
/* list must be sorted. */
bool string_list_has(const struct string_list *list, const char *string);
/* Appends an uncounted NULL, as execve(2) wants it. 0 or −ENOMEM. */
int string_list_terminate(struct string_list *list);
void string_list_done(struct string_list *list);

/*
 * Makes room for one more element; array is the address of the pointer to the first
 * element. Returns 0, or −ENOMEM and leaves the array unchanged.
 */
int array_grow(void *array, size_t *capacity, size_t count, size_t element_size);

/*
 * free(3) and close(2) for local variables that own what they hold; −1 is no descriptor.
 */
static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}
void cleanup_close(int *fd);

/*
 * If a caller closed 0, 1 or 2, files that we open must not get that number: opens
 * /dev/null in their place.
 */
void fill_standard_descriptors(void);

#define owns_memory __attribute__((cleanup(cleanup_free)))
#define owns_fd __attribute__((cleanup(cleanup_close)))
#define owns_buffer __attribute__((cleanup(buffer_done)))
#define owns_strings __attribute__((cleanup(string_list_done)))

static inline int steal_fd(int *fd)
{
	int stolen = *fd;
	*fd = -1;
	return stolen;
}

/*
 * A row of a table of words. word_of() finds the word for a value, or NULL; word_parse()
 * finds the value of a word, or returns false.
 */
struct word {
	const char *word;
	int value;
};
const char *word_of(const struct word *table, size_t count, int value);
bool word_parse(const struct word *table, size_t count, const char *word, int *ret_value);
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
