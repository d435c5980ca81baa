/* SPDX-License-Identifier: BSD-2-Clause */
/* The program that apt calls: helper HOOK-POINT. */
#include "base.h"
#include "language.h"
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

/* The only status that apt.conf passes on to apt, which then stops. */
#define STATUS_STOP 111
#define STATUS_USAGE 2

static int refuse(void)
{
	struct language language;

	language_begin(&language);
	(void)fputs(_("Usage: helper Pre-Invoke|Pre-Install-Pkgs|Post-Invoke\n"
		      "Only apt runs this program, see "
		      "/etc/apt/apt.conf.d/apt-universal-hooks.conf.\n"
		      "Run by hand, it does nothing.\n"),
		stderr); /* if that fails, the status has to do */
	language_end(&language);
	return STATUS_USAGE;
}

/* If a caller closed 0, 1 or 2, files that we open must not get that number. */
static void fill_standard_descriptors(void)
{
	/* open(2) returns the lowest free descriptor. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int filled = fcntl(fd, F_GETFD) < 0 ? open("/dev/null", O_RDWR) : fd;

		if (filled < 0)
			return; /* without /dev/null there is no protection */
	}
}

/*
 * The descriptor in apt's environment (apt.conf(5), InfoFD), or −1. Moved out of the way
 * when InfoFD is one of 0 to 2, which belong to scripts.
 */
static int find_stream(void)
{
	const char *text = getenv("APT_HOOK_INFO_FD");
	unsigned long long fd;
	int moved;

	if (text == NULL || !slice_to_number(slice_of(text), INT_MAX, &fd))
		return -1;
	if (fd > STDERR_FILENO)
		return (int)fd;
	moved = fcntl((int)fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved >= 0) {
		(void)close((int)fd); /* only the copy is used */
		fill_standard_descriptors();
	}
	return moved;
}

/* Scripts inherit the umask and the working directory (see universal_hooks.h). */
static void set_up_process(void)
{
	(void)umask(022);
	/* If a caller left it ignored, waitpid(2) would find no child. */
	(void)signal(SIGCHLD, SIG_DFL);
	/* Writing to a closed stderr, or beyond RLIMIT_FSIZE, must only fail. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	if (chdir("/") < 0)
		return; /* each script will report it */
}

int main(int argc, char **argv)
{
	struct uh_request request = {.root = "", .stream_fd = -1};

	if (argc != 2 || !uh_hook_point_parse(argv[1], &request.hook_point) ||
		!uh_is_called_by_apt(request.hook_point))
		return refuse();
	fill_standard_descriptors();
	if (request.hook_point == UH_PRE_INSTALL_PKGS)
		request.stream_fd = find_stream();
	set_up_process();
	if (uh_run_hook_point(&request, report_event, NULL) == UH_STOP)
		return STATUS_STOP;
	return EXIT_SUCCESS;
}
