/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions (session.h) that are not closed. */
#ifndef SESSION_LIST_H
#define SESSION_LIST_H

#include "admin.h"
#include "session.h"
#include "ui/json.h"
#include "ui/terminal.h"

struct listed_session {
	char key[FRONTEND_KEY_SIZE];
	enum session_phase phase; /* SESSION_NONE: only root can read more than the key */
	bool has_owner;           /* the owner is alive */
	pid_t frontend;           /* of the dpkg run that is open; 0: none is */
	pid_t waiter;             /* 0: nobody waits for the end */
	char *unit;               /* of the waiter; NULL: it is in none of its own */
	char *hook;               /* the script that runs now, or NULL */
	bool waits_for_us;        /* it cannot end before this process */
};

/* Empty when zero-initialised. */
struct session_list {
	struct listed_session *items;
	size_t count;
	size_t capacity;
};

/*
 * Reads those below the admin's root, and warns if that is impossible. A status or −1
 * (admin.h); session_list_done() in any case.
 */
int session_list_read(struct session_list *list, const struct admin *admin);
void session_list_done(struct session_list *list);
#define owns_session_list __attribute__((cleanup(session_list_done)))

/* Appends a sentence about a session, without its key. */
void session_add_state(struct buffer *text, const struct listed_session *session);
/* Described in apt-universal-hooks(8); the caller owns the array. */
json_t *session_list_to_json(const struct session_list *list);

#endif
