/* SPDX-License-Identifier: BSD-2-Clause */
/* What apt calls: helper HOOK-POINT. */
#include "report.h"
#include "universal_hooks.h"

#include <fcntl.h>
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

/* The descriptor that apt names in the environment (apt.conf(5), InfoFD); −1 for none. */
static int find_stream(void)
{
	const char *text = getenv("APT_HOOK_INFO_FD");
	char *end = NULL;
	long fd = text != NULL ? strtol(text, &end, 10) : -1;

	if (text == NULL || end == text || *end != '\0' || fd < 0 || fd > 65535)
		return -1;
	return fcntl((int)fd, F_GETFD) >= 0 ? (int)fd : -1;
}

/* What scripts inherit from this process (see universal_hooks.h). */
static void prepare(void)
{
	(void)umask(022);
	/* Without the right to enter "/" there is nothing that a script could do either.
	 */
	if (chdir("/") < 0)
		return;
	/* A stderr that nobody reads any more must not end us in the middle. */
	(void)signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	struct uh_request request = {.root = "", .stream_fd = -1};

	if (argc != 2 || !uh_hook_point_parse(argv[1], &request.hook_point) ||
		!uh_is_called_by_apt(request.hook_point))
		return usage();
	if (request.hook_point == UH_PRE_INSTALL_PKGS)
		request.stream_fd = find_stream();
	prepare();
	if (uh_run_hook_point(&request, report_event, NULL) == UH_STOP)
		return STATUS_STOP;
	return EXIT_SUCCESS;
}
