/* SPDX-License-Identifier: BSD-2-Clause */
/* The program that apt and dpkg call: helper HOOK-POINT. */
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
		      "       helper dpkg-pre-invoke|dpkg-post-invoke\n"
		      "Only apt and dpkg run this program, see "
		      "/etc/apt/apt.conf.d/apt-universal-hooks.conf and\n"
		      "/etc/dpkg/dpkg.cfg.d/apt-universal-hooks.\n"
		      "Run by hand, it does nothing.\n"),
		stderr); /* if that fails, the status has to do */
	language_end(&language);
	return STATUS_USAGE;
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
	/* A file that we open could get the number of one that is closed. */
	if (fd > STDERR_FILENO)
		return fcntl((int)fd, F_GETFD) >= 0 ? (int)fd : -1;
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

/* dpkg's own hooks; false for another word, or if dpkg has not called us. */
static bool read_request_of_dpkg(const char *word, struct uh_request *request)
{
	request->is_of_dpkg = uh_is_called_by_dpkg();
	if (strcmp(word, "dpkg-pre-invoke") == 0)
		request->hook_point = UH_PRE_INVOKE;
	else if (strcmp(word, "dpkg-post-invoke") == 0)
		request->hook_point = UH_POST_INVOKE;
	else
		return false;
	return request->is_of_dpkg;
}

/* Session-Start runs in the call for Pre-Invoke, and Session-End in a process of ours. */
static bool read_request(int argc, char **argv, struct uh_request *request)
{
	if (argc == 2 && read_request_of_dpkg(argv[1], request))
		return true;
	request->is_of_dpkg = false;
	if (argc < 2 || argc > 3 || !uh_hook_point_parse(argv[1], &request->hook_point))
		return false;
	if (request->hook_point == UH_SESSION_END)
		request->session = argv[2];
	return request->hook_point == UH_SESSION_END
		       ? argc == 3
		       : argc == 2 && request->hook_point != UH_SESSION_START &&
				 uh_is_called_by_apt(request->hook_point);
}

int main(int argc, char **argv)
{
	struct uh_request request = {.root = "", .stream_fd = -1};

	if (!read_request(argc, argv, &request))
		return refuse();
	fill_standard_descriptors();
	if (request.hook_point == UH_PRE_INSTALL_PKGS)
		request.stream_fd = find_stream();
	set_up_process();
	if (uh_run_hook_point(&request, report_event, NULL) == UH_STOP)
		return STATUS_STOP;
	return EXIT_SUCCESS;
}
