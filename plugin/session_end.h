/* SPDX-License-Identifier: BSD-2-Clause */
/* Closes a session (session.h): merges its dpkg runs and runs the hooks of Session-End. */
#ifndef SESSION_END_H
#define SESSION_END_H

#include "call.h"

/*
 * Closes the session with this key: waits until it is over, then runs the hooks of
 * Session-End. If there is a waiter, waits for that instead. Events go to listener. False
 * if the session is still there, since it could not be closed.
 */
bool session_close_when_over(
	const char *root, const char *key, uh_listener *listener, void *context);

/*
 * Closes an earlier session in the midst of another one, so that dpkg's lock is not free.
 * 0; −EAGAIN if it is not over; −EWOULDBLOCK if another one is being closed; or another
 * −errno.
 */
int session_close_here(struct call *call, const struct state *session);

#endif
