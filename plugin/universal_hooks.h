/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public interface of the engine: one request, one call, events back. The engine
 * neither prints nor exits: it emits events, which the caller turns into messages.
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

/*
 * In the order in which they come: those in the middle for each dpkg run (apt.conf(5), "HOW
 * APT CALLS DPKG"), the others once for each session (session.h).
 */
enum uh_hook_point {
	UH_SESSION_START,
	UH_PRE_INVOKE,
	UH_PRE_INSTALL_PKGS,
	UH_POST_INVOKE,
	UH_SESSION_END
};
#define UH_HOOK_POINT_COUNT (UH_SESSION_END + 1)

/* How a program ended; value: its exit status, the signal, or its timeout in seconds. */
enum uh_end { UH_EXITED, UH_SIGNALED, UH_TIMED_OUT };
struct uh_ending {
	enum uh_end end;
	int value;
};

/* The comments name the fields that are set. error is −errno. */
enum uh_event_kind {
	/* About a script: path. */
	UH_SCRIPT_STARTS,      /* the next event about it says how it ended */
	UH_SCRIPT_ENDED,       /* ending, milliseconds; start_fault if it may be that */
	UH_SCRIPT_NOT_STARTED, /* error, start_fault */
	UH_SCRIPT_NOT_EXECUTABLE, /* no x bit */
	UH_SCRIPT_NOT_A_FILE,     /* a fifo, a socket, a device */
	UH_SCRIPT_DANGLING,       /* a broken symlink: error */
	UH_SCRIPT_OPEN_TO_OTHERS, /* detail: a path; unsafe, id: who can change it */
	UH_SCRIPT_WITHOUT_LIST,   /* --pkg_list or …_MATCHED was not written: error */
	UH_SCRIPT_SKIPPED,        /* detail: the setting responsible; no failure */
	UH_SCRIPT_LACKS_PACKAGE,  /* detail: the missing package, from Requires */
	UH_SCRIPT_WITHOUT_USER,   /* detail: User, which does not exist */
	UH_SCRIPT_WITHOUT_RIGHTS, /* detail: User, which only root can become */
	UH_SCRIPT_WITHOUT_DIRECTORY, /* detail: Directory; error */
	UH_SCRIPT_WITHOUT_SETTINGS,  /* its own cannot be read, so it may not run */
	/*
	 * variable: NAME=VALUE. error −EPERM: like UH_SCRIPT_OPEN_TO_OTHERS;
	 * −EINVAL: detail is no absolute path; or why it cannot be examined.
	 */
	UH_SCRIPT_WITH_UNSAFE_VARIABLE,
	UH_SCRIPT_WITH_FAULTY_SETTING, /* setting: a guard with an invalid value */
	UH_REQUIREMENTS_UNKNOWN,       /* dpkg-query failed: error or ending */
	/* It runs for a second, and stderr is a terminal that shows no question. */
	UH_SCRIPT_TAKES_LONG, /* detail: path below the tree; value: Description or NULL */
	/*
	 * On-Failure stops apt. cause: another event, whose fields are set; hook: path
	 * below the tree; value: a command for going on without it, or NULL.
	 */
	UH_VETO,
	UH_LATE_VETO,    /* at Post-Invoke, dpkg has finished: apt exits with an error */
	UH_VETO_UNKNOWN, /* a script failed, and On-Failure could not be read */
	/* About all scripts of a hook point, at its end: count, of total. */
	UH_HOOKS_FAILED,  /* is_for_check: "check" can name the cause of one of them */
	UH_HOOKS_NOT_RUN, /* none failed, but some are no executable files */
	/* About a directory of the tree: path. */
	UH_DIRECTORY_UNREADABLE, /* error */
	UH_WILDCARD_FAILED,      /* PCRE2 failed on the directory's name: error */
	/* About apt's info stream. */
	UH_STREAM_UNREADABLE,    /* error */
	UH_STREAM_TOO_LARGE,     /* the part that was read is used */
	UH_STREAM_TRUNCATED,     /* it ended inside a line, or before the packages */
	UH_STREAM_WITHOUT_NAMES, /* protocol version 1, or none */
	UH_STREAM_LINES_IGNORED, /* count; first: number of the first line, 0: unknown */
	/* About the transaction and its state: path names the file or directory. */
	UH_STATE_UNUSABLE,          /* error */
	UH_STATE_OPEN_TO_OTHERS,    /* like UH_SCRIPT_OPEN_TO_OTHERS */
	UH_RECORD_NOT_WRITTEN,      /* error */
	UH_RECORD_MISSING,          /* although hooks need it; no path */
	UH_RECORD_UNREADABLE,       /* error */
	UH_FAILURE_NOT_RECORDED,    /* Post-Invoke will not see a hook's failure: error */
	UH_RECORD_OF_OTHER_VERSION, /* of this package; no path */
	UH_TABLES_MISSING, /* scripts run without …_TRANSACTION and …_ARCHIVES: error */
	UH_DATA_MISSING,   /* scripts run without …_DATA: error */
	UH_DATABASE_UNREADABLE, /* dpkg-query failed: error or ending */
	/* About sessions: path names the directory. */
	UH_SESSIONS_UNUSABLE,       /* error */
	UH_SESSIONS_OPEN_TO_OTHERS, /* like UH_SCRIPT_OPEN_TO_OTHERS */
	UH_SESSION_STOPPED,         /* path: the hook of Session-Start that stopped it */
	UH_SESSION_CLOSED_LATE,     /* an earlier one; its hooks run now */
	UH_WAITER_NOT_STARTED,      /* so the next session closes this one: error */
	/* About a file of settings.d: path. The hooks of its package do not run. */
	UH_SETTINGS_FILE_OPEN_TO_OTHERS, /* like UH_SCRIPT_OPEN_TO_OTHERS */
	UH_SETTINGS_FILE_UNUSABLE,       /* detail: libapt-pkg's message, or error */
	/* path: an archive, or a package or directory of dpkg's lists; detail, or error */
	UH_PATHS_UNKNOWN,
	UH_PATHS_NOT_NOTED, /* path: a package; the record has no room for its old paths */
	/* About a setting: path, or NULL, and line of the file; or is_option. */
	UH_SETTING_OUT_OF_PLACE, /* only settings of scripts belong in settings.d */
	UH_SETTING_UNKNOWN,      /* no such name */
	UH_SETTING_UNUSABLE,     /* an invalid value, or an unexpected list */
	UH_GUARD_UNUSABLE,       /* the same, and it is not ignored */
	UH_SETTING_WITHOUT_USER, /* User does not exist; the script will not run */
	UH_SETTING_NO_SCRIPT,    /* there is no script at the path in key */
	UH_SETTING_MASKED,       /* the script at the path in key is masked */
	UH_SETTINGS_INCOMPLETE,  /* detail: libapt-pkg's message; no setting */
	UH_SETTINGS_OUTDATED,    /* they changed, and cannot be read: detail or error */
	UH_BRIDGE_UNUSABLE, /* settings cannot be read; detail: dlerror(3), or error */
	/* About the run as a whole. */
	UH_COMMAND_LINE_UNREADABLE, /* apt's: error */
	UH_CLEAN_UP,                /* dpkg did not finish: clean-up hooks run now */
	UH_COPY_NOT_MADE,           /* path: a script that a clean-up needs; error */
	UH_CLEAN_UP_LATER,          /* the guard or the next transaction runs them */
	UH_GUARD_NOT_STARTED,       /* so the next transaction runs them: error */
	UH_LOG_NOT_WRITTEN,         /* path, error */
	UH_OUTPUT_NOT_KEPT,         /* path: the first script of several; error */
	UH_OUT_OF_MEMORY,           /* so that some or all scripts do not run */
	UH_INTERRUPTED,             /* by Ctrl-C; path: the script that was running */
};

/* Why a script does not start. */
enum uh_start_fault {
	UH_START_UNKNOWN,
	UH_START_CRLF,
	UH_START_NO_INTERPRETER,
	UH_START_INTERPRETER_NOT_EXECUTABLE,
	UH_START_NOEXEC,             /* mount(8) */
	UH_START_NO_FIRST_LINE,      /* no "#!", which User needs */
	UH_START_OTHER_ARCHITECTURE, /* or without its dynamic loader */
	UH_START_NO_PROGRAM,         /* neither a program nor text */
};
/* Linux takes at most 255 bytes of a first line (execve(2)). */
#define UH_INTERPRETER_SIZE 256

enum uh_unsafe { UH_UNSAFE_OWNER, UH_UNSAFE_GROUP, UH_UNSAFE_WORLD };

struct setting;

/* Strings belong to the engine and are valid until the listener returns. */
struct uh_event {
	enum uh_event_kind kind;
	const char *path;
	const char *detail;
	const char *matched; /* the script's package or wildcard, or NULL */
	bool is_wildcard;    /* matched is one */
	const char *hook;    /* path below the tree */
	const char *value;
	const struct setting *setting;
	const char *variable;
	const char *near; /* than what the setting names: an account or a hook; or NULL */
	unsigned long line; /* of path; 0: unknown */
	bool is_option;     /* on apt's command line */
	int error;          /* 0 when ending is set instead */
	struct uh_ending ending;
	long long milliseconds;
	enum uh_event_kind cause; /* of a veto */
	bool has_veto; /* a veto with this as its cause will be emitted later */
	bool is_copy;  /* a copy of path has run, since dpkg had deleted it */
	enum uh_start_fault start_fault;
	char interpreter[UH_INTERPRETER_SIZE]; /* of start_fault */
	enum uh_unsafe unsafe;
	unsigned id; /* user or group */
	size_t count;
	size_t first;
	size_t total;
	bool is_for_check;
	bool is_of_dpkg; /* dpkg was called without apt */
};

typedef void uh_listener(const struct uh_event *event, void *context);

struct uh_request {
	enum uh_hook_point hook_point;
	/* The prefix of /etc, /usr, /run and /var; "" for the running system. */
	const char *root;
	/* apt's info stream at Pre-Install-Pkgs, −1 elsewhere. The engine closes it. */
	int stream_fd;
	const char *session; /* at Session-End, the key of the session; else NULL */
	bool is_of_dpkg;     /* dpkg's own hooks call, which may be without apt */
};

/* UH_STOP: the user (Ctrl-C) or a script wants apt to stop. */
enum uh_verdict { UH_GO_ON, UH_STOP };

/*
 * Does everything for one hook point. Calls listener, with context, for each event; errors
 * are events, too, and do not stop the rest. Scripts inherit the working directory and the
 * umask. SIGINT and SIGQUIT are blocked in the caller meanwhile; scripts get the default
 * action of these and of SIGCHLD.
 */
enum uh_verdict uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context);

/*
 * False only if apt certainly did not call this process at hook_point: Pre-Install-Pkgs
 * has APT_HOOK_INFO_FD in the environment; the others are called, possibly
 * through a shell, by a process that has loaded libapt-pkg.
 */
bool uh_is_called_by_apt(enum uh_hook_point hook_point);
/* Whether this process was started by dpkg's pre-invoke or post-invoke (dpkg(1)). */
bool uh_is_called_by_dpkg(void);

/* "Pre-Invoke" and so on; parsing returns false for any other word. */
const char *uh_hook_point_name(enum uh_hook_point hook_point);
bool uh_hook_point_parse(const char *word, enum uh_hook_point *ret_hook_point);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
