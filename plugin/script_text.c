/* SPDX-License-Identifier: BSD-2-Clause */
#include "script_text.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS " \t"

/* The control characters that occur in text. */
#define TEXT_CONTROLS "\a\b\t\n\v\f\r\033"

static bool is_text(struct slice bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		if (byte == '\0' || byte == 0x7f ||
			(byte < 0x20 && strchr(TEXT_CONTROLS, byte) == NULL))
			return false;
	}
	return true;
}

static void cut_bytes(struct slice *text, size_t count)
{
	text->data += count;
	text->size -= count;
}

static bool is_blank_at(struct slice text, size_t i)
{
	return strchr(BLANKS, text.data[i]) != NULL;
}

/* Removes the next word, and the blanks around it, from the front of rest. */
static struct slice cut_word(struct slice *rest)
{
	struct slice word;

	while (rest->size > 0 && is_blank_at(*rest, 0))
		cut_bytes(rest, 1);
	word = (struct slice){rest->data, 0};
	while (word.size < rest->size && !is_blank_at(*rest, word.size))
		word.size++;
	cut_bytes(rest, word.size);
	while (rest->size > 0 && is_blank_at(*rest, 0))
		cut_bytes(rest, 1);
	return word;
}

static bool is_env(struct slice interpreter)
{
	return slice_equals(interpreter, "/usr/bin/env") ||
	       slice_equals(interpreter, "/bin/env");
}

/*
 * What env looks for, given its one argument (execve(2)); empty if it has options or sets
 * variables.
 */
static struct slice command_of_env(struct slice argument)
{
	static const struct slice nothing = {"", 0};

	if (slice_has_prefix(argument, slice_of("-S"))) {
		cut_bytes(&argument, 2);
		argument = cut_word(&argument);
	}
	if (argument.size == 0 || argument.data[0] == '-' ||
		memchr(argument.data, '=', argument.size) != NULL)
		return nothing;
	return argument;
}

/* line is what follows "#!". */
static int read_interpreter(struct script_text *text, struct slice line)
{
	struct slice interpreter, command;

	while (line.size > 0 && is_blank_at(line, line.size - 1))
		line.size--;
	interpreter = cut_word(&line);
	text->interpreter = strndup(interpreter.data, interpreter.size);
	if (text->interpreter == NULL)
		return -ENOMEM;
	command = command_of_env(line);
	if (!is_env(interpreter) || command.size == 0)
		return 0;
	text->command = strndup(command.data, command.size);
	return text->command != NULL ? 0 : -ENOMEM;
}

int script_text_read(struct script_text *text, struct slice head)
{
	struct slice line;
	struct slice rest = head;

	*text = (struct script_text){.kind = head.size == 0 ? TEXT_EMPTY : TEXT_PLAIN};
	if (slice_has_prefix(head, (struct slice){ELFMAG, SELFMAG})) {
		text->kind = head.size >= sizeof(Elf32_Ehdr) ? TEXT_PROGRAM : TEXT_BINARY;
		return 0;
	}
	text->has_mark = slice_has_prefix(head, slice_of(BYTE_ORDER_MARK));
	if (text->has_mark)
		cut_bytes(&rest, strlen(BYTE_ORDER_MARK));
	line = slice_cut(&rest, '\n');
	text->has_crlf = line.size > 0 && line.data[line.size - 1] == '\r' &&
			 line.data + line.size < head.data + head.size;
	if (text->has_crlf)
		line.size--;
	if (slice_has_prefix(line, slice_of("#!"))) {
		text->kind = TEXT_INTERPRETED;
		cut_bytes(&line, 2);
		return read_interpreter(text, line);
	}
	if (!is_text(head))
		text->kind = TEXT_BINARY;
	return 0;
}

void script_text_done(struct script_text *text)
{
	free(text->interpreter);
	free(text->command);
	memset(text, 0, sizeof(*text));
}

static bool is_executable_by_anybody(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

/* Whether env(1) finds the program. */
static bool is_in_path(const char *program)
{
	const char *path = getenv("PATH");
	struct slice rest =
		slice_of(path != NULL ? path : "/usr/sbin:/usr/bin:/sbin:/bin");

	if (strchr(program, '/') != NULL)
		return is_executable_by_anybody(program);
	while (rest.size > 0) {
		struct slice part = slice_cut(&rest, ':');
		owns_memory char *directory = strndup(part.data, part.size);
		owns_memory char *full =
			directory != NULL ? string_join(directory, "/", program) : NULL;

		if (full == NULL || is_executable_by_anybody(full))
			return true;
	}
	return false;
}

static enum uh_start_fault find_interpreter_fault(
	const struct script_text *text, const char **ret_interpreter)
{
	*ret_interpreter = text->interpreter;
	if (text->interpreter[0] != '\0' && access(text->interpreter, F_OK) < 0)
		return UH_START_NO_INTERPRETER;
	if (text->interpreter[0] != '\0' && !is_executable_by_anybody(text->interpreter))
		return UH_START_INTERPRETER_NOT_EXECUTABLE;
	*ret_interpreter = text->command;
	if (text->command != NULL && !is_in_path(text->command))
		return UH_START_NO_INTERPRETER;
	return UH_START_UNKNOWN;
}

static enum uh_start_fault find_text_fault(const struct script_text *text,
	bool has_started, bool is_for_other_user, const char **ret_interpreter)
{
	if (text->has_crlf)
		return UH_START_CRLF;
	switch (text->kind) {
	case TEXT_INTERPRETED:
		return find_interpreter_fault(text, ret_interpreter);
	case TEXT_EMPTY:
	case TEXT_PLAIN:
		return is_for_other_user ? UH_START_NO_FIRST_LINE : UH_START_UNKNOWN;
	case TEXT_PROGRAM:
		return has_started ? UH_START_UNKNOWN : UH_START_OTHER_ARCHITECTURE;
	case TEXT_BINARY:
		return has_started ? UH_START_UNKNOWN : UH_START_NO_PROGRAM;
	}
	return UH_START_UNKNOWN;
}

enum uh_start_fault script_text_find_fault(const char *path, bool has_started,
	bool is_for_other_user, char interpreter[UH_INTERPRETER_SIZE])
{
	__attribute__((cleanup(script_text_done))) struct script_text text = {
		.interpreter = NULL};
	owns_buffer struct buffer head = {0};
	owns_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct statvfs file_system;
	const char *found = NULL;
	enum uh_start_fault fault;
	int error = fd >= 0 ? buffer_read(&head, fd, SCRIPT_TEXT_SIZE) : -errno;

	if ((error < 0 && error != -EFBIG) ||
		script_text_read(&text, buffer_slice(&head)) < 0)
		return UH_START_UNKNOWN;
	if (fstatvfs(fd, &file_system) == 0 && (file_system.f_flag & ST_NOEXEC) != 0)
		return UH_START_NOEXEC;
	fault = find_text_fault(&text, has_started, is_for_other_user, &found);
	(void)text_append(interpreter, interpreter + UH_INTERPRETER_SIZE,
		found != NULL ? found : "");
	return fault;
}
