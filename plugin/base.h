/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices, growing buffers, lists of strings, cleanup attributes. No policy. */
#ifndef BASE_H
#define BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that somebody else owns; may hold NUL, ends without one. */
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
/* Bytewise, like strcmp(3): a prefix comes before what it begins. */
int slice_compare(struct slice a, struct slice b);
bool slice_has_prefix(struct slice slice, struct slice prefix);
/* The same with ASCII's letters alike in both cases, whatever the locale. */
bool slice_equals_caseless(struct slice slice, struct slice other);
bool slice_has_prefix_caseless(struct slice slice, struct slice prefix);
/* Digits and nothing else; false also for what is too large. */
bool slice_to_number(struct slice digits, unsigned long long *ret_number);
/*
 * Takes what stands before the next separator (all, if there is none) off rest's front.
 */
struct slice slice_cut(struct slice *rest, char separator);

/*
 * Bytes of our own that grow. Zero-initialised is empty. A failed append is remembered in
 * error (−errno) and makes the later ones do nothing, so it is enough to look once, at
 * the end.
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
/* Makes room for at least more bytes behind size; 0 or −ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t more);
void buffer_done(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer)
{
	struct slice slice = {buffer->data, buffer->size};
	return slice;
}

/*
 * Reads fd to its end, at most limit bytes, behind what buffer holds. 0, −EFBIG when
 * there was more than that (the first limit bytes are there), or −errno (what came before
 * it is there).
 */
int buffer_read(struct buffer *buffer, int fd, size_t limit);

/* write(2) until all is written; 0 or −errno. */
int write_all(int fd, struct slice bytes);

/*
 * The strings as one, which is the caller's to free; NULL without memory. On the way
 * where there is nothing to run, printf(3) would cost as much as reading a directory.
 */
char *strings_join(const char *const *parts, size_t count);
#define string_join(...)                                                                 \
	strings_join((const char *const[]){__VA_ARGS__},                                 \
		COUNT_OF(((const char *const[]){__VA_ARGS__})))

/*
 * Copies text to at, as much of it as fits before end, with a NUL behind it; returns
 * where that stands, for what comes next.
 */
char *text_append(char *at, const char *end, const char *text);

/* The digits of number, in text, which is returned. */
#define DECIMAL_SIZE sizeof("18446744073709551615")
const char *decimal(char text[DECIMAL_SIZE], unsigned long long number);

/* asprintf(3) with the text as its result, the caller's to free; NULL without memory. */
char *string_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Strings of our own. Zero-initialised is empty. */
struct string_list {
	char **items;
	size_t count;
	size_t capacity;
};

/* Adds a copy; 0 or −ENOMEM. */
int string_list_add(struct string_list *list, const char *string);
/* strcmp(3) order, each string once. */
void string_list_sort_unique(struct string_list *list);
/* Whether string is in list, which is sorted. */
bool string_list_has(const struct string_list *list, const char *string);
/* Puts a NULL behind the items, as execve(2) wants it, not counted. 0 or −ENOMEM. */
int string_list_terminate(struct string_list *list);
void string_list_done(struct string_list *list);

/*
 * Room for one more element in a growing array; array is the address of the pointer to
 * it. Returns 0, with the array moved where needed, or −ENOMEM with everything as it was.
 */
int array_grow(void *array, size_t *capacity, size_t count, size_t element_size);

/* Like free(3) and close(2), for locals that own what they hold; −1 is no descriptor. */
static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}
void cleanup_close(int *fd);

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

/* The words that numbers stand for, in tables; NULL where there is none. */
struct word {
	const char *word;
	int value;
};
const char *word_of(const struct word *table, size_t count, int value);
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
