/* SPDX-License-Identifier: BSD-2-Clause */
/* What apt calls: helper HOOK-POINT. */
#include "base.h"
#include "report.h"
#include "universal_hooks.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The registration lets this one status through to apt, which then stops. */
#define STATUS_STOP 111
#define STATUS_USAGE 2

static int usage(void)
{
	static const char text[] =
		"Usage: helper Pre-Invoke|Pre-Install-Pkgs|Post-Invoke\n"
		"apt calls this program, see "
		"/etc/apt/apt.conf.d/apt-universal-hooks.conf;\n"
		"called by hand it runs nothing.\n";

	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return STATUS_USAGE; /* the status says it as well */
	return STATUS_USAGE;
}

/* A caller may have closed 0, 1 or 2; what we open must not end up there. */
static void fill_standard_descriptors(void)
{
	/* open(2) takes the lowest that is free. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int filled = fcntl(fd, F_GETFD) < 0 ? open("/dev/null", O_RDWR) : fd;

		if (filled < 0)
			return; /* what is opened later ends up there */
	}
}

/*
 * The descriptor that apt names in the environment (apt.conf(5), InfoFD); −1 for none.
 * With InfoFD 0 the pipe stands where scripts expect their stdin, so it moves.
 */
static int find_stream(void)
{
	const char *text = getenv("APT_HOOK_INFO_FD");
	unsigned long long fd;
	int moved;

	if (text == NULL || !slice_to_number(slice_of(text), &fd) || fd > INT_MAX)
		return -1;
	if (fd > STDERR_FILENO)
		return (int)fd;
	moved = fcntl((int)fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved >= 0) {
		(void)close((int)fd); /* its copy stays */
		fill_standard_descriptors();
	}
	return moved;
}

/* What scripts inherit from this process (see universal_hooks.h). */
static void prepare(void)
{
	(void)umask(022);
	/* A caller may have ignored it, and then no child could be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	/*
	 * A stderr that nobody reads any more, or a file that may not grow
	 * (setrlimit(2)).
	 */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	if (chdir("/") < 0)
		return; /* then scripts could not enter it either */
}

int main(int argc, char **argv)
{
	struct uh_request request = {.root = "", .stream_fd = -1};

	if (argc != 2 || !uh_hook_point_parse(argv[1], &request.hook_point) ||
		!uh_is_called_by_apt(request.hook_point))
		return usage();
	fill_standard_descriptors();
	if (request.hook_point == UH_PRE_INSTALL_PKGS)
		request.stream_fd = find_stream();
	prepare();
	if (uh_run_hook_point(&request, report_event, NULL) == UH_STOP)
		return STATUS_STOP;
	return EXIT_SUCCESS;
}
