/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine's public face: one request, one call, events back.
 *
 * The engine never prints and never exits. What a person should hear of arrives as an
 * event, in the order in which it happened; the caller has the words.
 */
#ifndef UNIVERSAL_HOOKS_H
#define UNIVERSAL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* apt.conf(5), "HOW APT CALLS DPKG". */
enum uh_hook_point { UH_PRE_INVOKE, UH_PRE_INSTALL_PKGS, UH_POST_INVOKE };

/*
 * How a script ended: value is its exit status, the signal that killed it, or the seconds
 * that it was given and that were not enough.
 */
enum uh_end { UH_EXITED, UH_SIGNALED, UH_TIMED_OUT };
struct uh_ending {
	enum uh_end end;
	int value;
};

enum uh_event_kind {
	/* A script. path names it. */
	UH_SCRIPT_ENDED,          /* ending, milliseconds */
	UH_SCRIPT_NOT_STARTED,    /* error */
	UH_SCRIPT_NOT_EXECUTABLE, /* no x bit */
	UH_SCRIPT_NOT_A_FILE,     /* a fifo, a socket, a device */
	UH_SCRIPT_DANGLING,       /* a symlink without an end: error is ENOENT or ELOOP */
	UH_SCRIPT_OPEN_TO_OTHERS, /* detail names the open path, id to whom, unsafe how */
	UH_SCRIPT_WITHOUT_LIST, /* its --pkg_list or MATCHED file was not written: error */
	UH_SCRIPT_SKIPPED, /* by the setting that detail names; nothing to worry about */
	UH_SCRIPT_LACKS_PACKAGE, /* detail: a package of Requires that is not installed */
	UH_SCRIPT_WITHOUT_USER,  /* detail: the account of User that does not exist */
	UH_SCRIPT_WITHOUT_RIGHTS,    /* detail: the account of User, for root only */
	UH_SCRIPT_WITHOUT_DIRECTORY, /* detail: the directory of Directory: error */
	UH_REQUIREMENTS_UNKNOWN, /* dpkg-query did not tell of Requires: error or ending */
	/*
	 * On-Failure stops apt for a script that failed; detail: its path below the
	 * tree.
	 */
	UH_VETO,
	/* The same at Post-Invoke, where dpkg is done: apt's exit status will say so. */
	UH_LATE_VETO,
	/*
	 * It failed, and the settings that say whether that stops apt could not be read.
	 */
	UH_VETO_UNKNOWN,
	/* A directory of the tree. path names it. */
	UH_DIRECTORY_UNREADABLE, /* error */
	UH_WILDCARD_UNMATCHED,   /* PCRE2 gave up on the directory's name: error */
	/* apt's stream. */
	UH_STREAM_UNREADABLE,    /* error */
	UH_STREAM_TOO_LARGE,     /* what was read of it is used */
	UH_STREAM_CUT,           /* it ended inside a line, or before the packages */
	UH_STREAM_WITHOUT_NAMES, /* protocol version 1, or none */
	UH_STREAM_LINES_IGNORED, /* count lines, the first is number first; 0: unknown */
	/*
	 * The transaction's record and what goes with it. path names the file or
	 * directory.
	 */
	UH_STATE_UNUSABLE,           /* error */
	UH_STATE_OPEN_TO_OTHERS,     /* like UH_SCRIPT_OPEN_TO_OTHERS */
	UH_RECORD_NOT_WRITTEN,       /* error */
	UH_RECORD_MISSING,           /* and hooks would have needed it */
	UH_RECORD_UNREADABLE,        /* error */
	UH_FAILURE_NOT_NOTED,        /* that a script failed before dpkg: error */
	UH_RECORD_OF_OTHER_VERSION,  /* written by another version of this package */
	UH_TRANSACTION_FILE_MISSING, /* scripts run without …_TRANSACTION: error */
	UH_DATABASE_UNREADABLE,      /* dpkg-query did not answer: error or ending */
	/* Settings. key and value as in apt.conf. */
	UH_SETTING_UNKNOWN,      /* no such name */
	UH_SETTING_UNUSABLE,     /* the value makes no sense, or is a list, or is none */
	UH_SETTING_WITHOUT_USER, /* User names no account; the script will not run */
	UH_SETTING_NO_SCRIPT,    /* nothing stands at the path in key */
	UH_SETTING_MASKED,       /* a mask does */
	UH_SETTINGS_DOUBTFUL,    /* detail: what libapt-pkg complains of in them */
	UH_BRIDGE_UNUSABLE, /* apt's settings cannot be asked for; detail: dlerror(3) */
	/* The run as a whole. */
	UH_COMMAND_LINE_UNREADABLE, /* apt's own: error */
	UH_CLEAN_UP, /* dpkg did not run after our hooks did: the hooks that want to know */
	/* What is due cannot be looked up: the guard or the next transaction does it. */
	UH_CLEAN_UP_LATER,
	UH_GUARD_NOT_STARTED, /* nobody waits for apt's end: error */
	UH_LOG_NOT_WRITTEN,   /* path, error */
	UH_OUT_OF_MEMORY,     /* for the whole hook point */
	UH_INTERRUPTED,       /* Ctrl-C; path is the script that it met */
};

enum uh_unsafe { UH_UNSAFE_OWNER, UH_UNSAFE_GROUP, UH_UNSAFE_WORLD };

/*
 * One thing that happened. Only the fields named at the kind above have a meaning;
 * strings belong to the engine and last until the listener returns.
 */
struct uh_event {
	enum uh_event_kind kind;
	const char *path;
	const char *detail;
	const char *matched; /* of a script: its package or its wildcard, or NULL */
	const char *key;
	const char *value;
	int error; /* −errno, 0 where ending tells it */
	struct uh_ending ending;
	long milliseconds;
	enum uh_unsafe unsafe;
	unsigned id; /* user or group */
	size_t count;
	size_t first;
};

typedef void uh_listener(const struct uh_event *event, void *context);

struct uh_request {
	enum uh_hook_point hook_point;
	/* Where /etc, /usr, /run and /var are looked for: "" for this machine. */
	const char *root;
	/* apt's info stream at Pre-Install-Pkgs, −1 elsewhere. The engine closes it. */
	int stream_fd;
};

/*
 * What apt should do now. UH_STOP: the person or a script wants the transaction stopped.
 */
enum uh_verdict { UH_GO_ON, UH_STOP };

/*
 * Does all that is to be done at one hook point. listener hears of everything, context is
 * handed through. Whatever fails is an event and costs no more than itself.
 *
 * The caller has set the working directory and the umask that scripts shall inherit.
 * During the call SIGINT and SIGQUIT are blocked, and SIGCHLD, SIGINT and SIGQUIT have
 * their default action; the mask is put back before it returns.
 */
enum uh_verdict uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context);

/*
 * Whether this process was started by apt at hook_point, as far as that can be told:
 * false only where it certainly was not. Pre-Install-Pkgs has APT_HOOK_INFO_FD in the
 * environment; the others are called, shells aside, by a process that has libapt-pkg
 * loaded.
 */
bool uh_is_called_by_apt(enum uh_hook_point hook_point);

/* "Pre-Invoke" and so on; the reverse is false for a word that is none. */
const char *uh_hook_point_name(enum uh_hook_point hook_point);
bool uh_hook_point_parse(const char *word, enum uh_hook_point *ret_hook_point);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
