/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the helper's calls do for sessions (session.h): those for a dpkg run join or begin
 * one, note its packages and leave it; another process closes it (session_end.h).
 */
#ifndef SESSION_STEPS_H
#define SESSION_STEPS_H

#include "call.h"

/* False if there are neither hooks of sessions nor sessions. */
bool sessions_are_possible(struct call *call);

/*
 * At Pre-Invoke: starts a waiter for each earlier session that has none, or closes it here
 * if a waiter would not live long enough; then opens the dpkg run. True if a new session
 * begins, so that Session-Start is due; also if the directory of sessions cannot be used.
 */
bool sessions_enter(struct call *call);
/* The path of the hook of Session-Start that has stopped the session; NULL: none has. */
char *sessions_stopped_by(struct call *call);

/* At the other hook points: finds the session of this dpkg run. */
void sessions_find(struct call *call);
/* At Pre-Install-Pkgs: notes the packages, and copies hooks that dpkg could delete. */
void sessions_note(struct call *call);
/*
 * We are stopping apt, so the dpkg run does not come about. path: the hook of Session-Start
 * that stops the whole session, or NULL.
 */
void sessions_stop(struct call *call, const char *path);
/*
 * The last step of Post-Invoke: closes the dpkg run. If it was this dpkg run that has
 * installed the first hook of Session-End, a session begins here.
 */
void sessions_leave(struct call *call);

#endif
