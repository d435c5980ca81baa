/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A script of the play: notes its path, its working directory and its input. "…-fails"
 * always fails; "…-veto" fails if the file /veto exists.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "none";
}

/* Reads a file, and replaces newlines by commas. */
static void read_file(const char *path, char text[256])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, text, 255) : -1;

	if (size < 0)
		size = snprintf(text, 256, "none");
	text[size] = '\0';
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\n' || *at == '\t')
			*at = *at == '\n' ? ',' : ' ';
	(void)close(fd);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text);

	return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

int main(int argc, char **argv)
{
	char line[2048], list[256], matched[256], transaction[256], directory[256];
	const char *argument = argc > 1 ? argv[1] : "";
	int fd = open("/notes", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	int size;

	read_file(argument + strcspn(argument, "/"), list);
	read_file(variable("APT_UNIVERSAL_HOOKS_MATCHED"), matched);
	read_file(variable("APT_UNIVERSAL_HOOKS_TRANSACTION"), transaction);
	if (getcwd(directory, sizeof(directory)) == NULL)
		directory[0] = '\0';
	size = snprintf(line, sizeof(line),
		"ran\t%s\t%s\tuser=%u in=%s list=%s matched=%s transaction=%s package=%s "
		"operation=%s result=%s success=%s runs=%s command=%s\n",
		variable("APT_UNIVERSAL_HOOKS_HOOK_POINT"), argv[0], getuid(), directory,
		list, matched, transaction, variable("APT_UNIVERSAL_HOOKS_PACKAGE"),
		variable("APT_UNIVERSAL_HOOKS_OPERATION"),
		variable("APT_UNIVERSAL_HOOKS_RESULT"),
		variable("APT_UNIVERSAL_HOOKS_SUCCESS"),
		variable("APT_UNIVERSAL_HOOKS_RUNS"),
		variable("APT_UNIVERSAL_HOOKS_COMMAND_LINE"));
	if (fd < 0 || write(fd, line, (size_t)size) != size)
		err(99, "/notes");
	if (ends_with(argv[0], "-fails"))
		return 1;
	return ends_with(argv[0], "-veto") && access("/veto", F_OK) == 0 ? 3 : 0;
}
