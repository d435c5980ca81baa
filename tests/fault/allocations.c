/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into a helper with AddressSanitizer. Replaces malloc(3) and similar functions,
 * also for the libraries, and makes one call fail. FAULT_ALLOCATION in the environment is
 * "PROCESS N", see inject.c. If N is 0, none fails, and each process notes its number of
 * allocations.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory for dlsym(3) while it looks for the real functions. */
static char early[4096];
static size_t early_size;

static struct {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *old, size_t size);
	void (*free)(void *pointer);
	pid_t (*fork)(void);
	void (*exit)(int status);
} real;

static char process[64] = "helper";
static unsigned children;
static unsigned long seen;

static bool is_early(const void *pointer)
{
	return (const char *)pointer >= early &&
	       (const char *)pointer < early + sizeof(early);
}

static void *allocate_early(size_t size)
{
	void *memory = early + early_size;

	if (size > sizeof(early) - early_size - 16)
		_exit(99);
	early_size += (size + 15) & ~(size_t)15;
	return memory;
}

static void *look_up(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		_exit(99);
	return symbol;
}

/* False while dlsym(3) is running. */
static bool is_ready(void)
{
	static bool has_begun;
	void *symbols[6];

	if (real.exit != NULL)
		return true;
	if (has_begun)
		return false;
	has_begun = true;
	symbols[0] = look_up("malloc");
	symbols[1] = look_up("calloc");
	symbols[2] = look_up("realloc");
	symbols[3] = look_up("free");
	symbols[4] = look_up("fork");
	symbols[5] = look_up("_exit");
	memcpy(&real, symbols, sizeof(real));
	return true;
}

static void note(const char *kind, unsigned long number)
{
	char line[128];
	int size = snprintf(
		line, sizeof(line), "%s\t%s\tallocation\t%lu\n", kind, process, number);
	int fd = open("/notes", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, line, (size_t)size) != size)
		real.exit(99);
	(void)close(fd);
}

/* Whether this allocation is to fail. */
static bool fails(void)
{
	const char *text = getenv("FAULT_ALLOCATION");
	size_t size = strlen(process);

	seen++;
	if (text == NULL || strncmp(text, process, size) != 0 || text[size] != ' ' ||
		strtoul(text + size, NULL, 10) != seen)
		return false;
	note("hit", seen);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	if (!is_ready())
		return allocate_early(size);
	return fails() ? NULL : real.malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (!is_ready())
		return allocate_early(count * size);
	return fails() ? NULL : real.calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	if (!is_ready() || is_early(old))
		_exit(99);
	return fails() ? NULL : real.realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, total);
}

void free(void *pointer)
{
	if (pointer != NULL && !is_early(pointer) && is_ready())
		real.free(pointer);
}

/* The versions of the sanitizer would not call the malloc() of this file. */
char *strndup(const char *string, size_t size)
{
	size_t length = strnlen(string, size);
	char *copy = malloc(length + 1);

	if (copy != NULL) {
		memcpy(copy, string, length);
		copy[length] = '\0';
	}
	return copy;
}

char *strdup(const char *string)
{
	return strndup(string, strlen(string));
}

pid_t fork(void)
{
	char name[sizeof(process)];
	pid_t pid;

	(void)is_ready();
	(void)snprintf(name, sizeof(name), "%.50s.%u", process, ++children);
	pid = real.fork();
	if (pid == 0) {
		memcpy(process, name, sizeof(process));
		children = 0;
		seen = 0;
	}
	return pid;
}

static void note_count(void)
{
	const char *text = getenv("FAULT_ALLOCATION");

	if (text != NULL && strcmp(text, "- 0") == 0)
		note("allocations", seen);
}

__attribute__((destructor)) static void note_count_at_exit(void)
{
	note_count();
}

/* Forked processes end with _exit(). */
void _exit(int status)
{
	if (is_ready()) {
		if (strcmp(process, "helper") != 0)
			note_count();
		real.exit(status);
	}
	for (;;)
		abort();
}
