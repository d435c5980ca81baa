/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a session begins and is closed: plugin/session.c, session_end.c, session_steps.c and waiter.c, whose
 * names are those of the files and functions here. Any process may be killed at any moment, or
 * all of them at once (a reboot). Each file of a session is an element of an array, whose index
 * is the session. A system call that the kernel makes at once is one step here; what is between
 * two of them is not.
 *
 * Shown, for all orders of all steps:
 *   1. a script of Session-End starts at most once
 *   2. and at the latest in the next session in which nobody is killed
 *   3. not while a dpkg run of its session is open, nor, except inside apt, while the session's
 *      owner still holds the lock as it did in the session
 *   4. Session-Start runs at most once while the owner holds the lock
 *   5. nobody waits for ever: a process that cannot go on is an error ("invalid end state")
 *
 * Left out: errors of system calls; Pre-Install-Pkgs, which does nothing that another process
 * reacts to; numbers, which are never used again here; a child between its marker (KEY.started.*)
 * and execve(2), for a script that is killed then counts as started; dpkg before it has its lock.
 */

#ifndef KILLS
#define KILLS 1
#endif
#ifndef SESSIONS
#define SESSIONS 3
#endif
#ifndef SCRIPTS
#define SCRIPTS 1 /* hooks of Session-End; 2 at most */
#endif

/* Processes. 0 is none. The frontends 1 and 2 come first, 3 is undisturbed, 4 and 5 are forks. */
#define LAST 3
#define FORK(run) (3 + (run))
#define FRONTENDS 5
#define HELPER(f) (5 + (f)) /* of frontend f; at other times it is dpkg */
#define WAITER(s) (10 + (s))
#define OTHER_WAITER(s) (10 + SESSIONS + (s)) /* or "apt-universal-hooks wait" */
#define SCRIPT(s) (10 + 2 * SESSIONS + (s))
#define PROCESSES (11 + 3 * SESSIONS)
#define SIZE (SESSIONS + 1)

bit alive[PROCESSES];
bit killed[PROCESSES]; /* and has not ended yet; its locks are free */
#define is_alive(p) (alive[p] && !killed[p])

/* What helper(f) does. */
#define PRE_INVOKE 1
#define DPKG 2
#define POST_INVOKE 3
byte call[FRONTENDS + 1];
bit stops[FRONTENDS + 1]; /* the helper has ended with 111 */

/* Locks, and who holds them. */
byte lock_frontend;     /* fcntl(2) on dpkg's lock-frontend */
byte lock_dpkg;         /* fcntl(2) on dpkg's lock */
byte lock_directory;    /* flock(2) on sessions/: held by whoever closes */
byte lock_session[SIZE]; /* flock(2) on KEY.session */
byte lock_open[SIZE];   /* flock(2) on KEY.open */
#define LOCK(lock, process) atomic { lock == 0 -> lock = process }
#define UNLOCK(lock) lock = 0

/* Files. */
#define NONE 0
#define OPEN 1
#define CLOSING 2
byte session[SIZE];   /* KEY.session: enum session_phase */
bit with_lock[SIZE];  /* SESSION_ENDS_WITH_LOCK */
byte owner[SIZE];     /* in KEY */
byte open[SIZE];      /* KEY.open: a frontend */
byte started[SIZE];   /* KEY.started.*: a bit for each */
byte last;            /* the highest number */

/* Only for what is to be shown. */
bit promised[SIZE];
byte starts[2 * SIZE];              /* of each hook of Session-End */
byte run_of[SIZE];                  /* the frontend with an open dpkg run */
bit busy[FRONTENDS + 1];            /* dpkg runs, or scripts of the helper */
byte hold[FRONTENDS + 1];           /* how many times it has taken the lock */
byte hold_of[SIZE];                 /* in which of them the last dpkg run began */
bit session_start[FRONTENDS + 1];   /* Session-Start has run since then */
bit left[SIZE];                     /* KEY.open, by a helper that was killed at Post-Invoke */
byte kills = KILLS;
bit is_calm, is_idle, is_over;

/*
 * waiter.c: find_obstacle()
 */
#ifdef MUTATION_DPKG_IGNORED
#define is_dpkg_over true
#else
#define is_dpkg_over (lock_dpkg == 0)
#endif
#ifdef MUTATION_HELPER_IGNORED
#define is_helper_over(s) true
#else
#define is_helper_over(s) (lock_open[s] == 0)
#endif
#define is_run_over(s) \
	(open[s] == 0 || (!is_alive(open[s]) && is_helper_over(s) && is_dpkg_over))
#define is_owner_over(s) (with_lock[s] || !is_alive(owner[s]))
#define is_lock_free(s) (lock_frontend == 0 && is_owner_over(s))

/*
 * Session-End
 */
#define is_really_open(s) (run_of[s] != 0 && (is_alive(run_of[s]) || busy[run_of[s]]))

inline start_script(inside)
{
	assert(!is_really_open(s));
	assert(inside || lock_frontend != owner[s] || hold[owner[s]] != hold_of[s]);
	starts[2 * s + n]++;
	assert(starts[2 * s + n] == 1);
	if
	:: n == 0 && !inside -> alive[SCRIPT(s)] = 1
	:: else
	fi
}

/* The first hook calls apt, and so waits for the lock. The second one does not take long. */
proctype script(byte s)
{
end:	do
	:: alive[SCRIPT(s)] ->
		{
			LOCK(lock_frontend, SCRIPT(s));
			UNLOCK(lock_frontend)
		} unless { killed[SCRIPT(s)] };
		atomic { alive[SCRIPT(s)] = 0; killed[SCRIPT(s)] = 0 }
	od
}

/* runner.c; the marker: process.c */
#ifdef MUTATION_MARKER_AFTER_START
#define MARKER_FIRST skip
#define MARKER_LAST started[s] = started[s] | (1 << n)
#else
#define MARKER_FIRST started[s] = started[s] | (1 << n)
#define MARKER_LAST skip
#endif

inline run_scripts(inside)
{
	do
	:: n < SCRIPTS ->
		if
		:: d_step {
				(started[s] & (1 << n)) == 0 ->
				MARKER_FIRST; start_script(inside)
			};
			atomic { inside || !is_alive(SCRIPT(s)) -> MARKER_LAST; n++ }
		:: atomic { (started[s] & (1 << n)) != 0 -> n++ }
		fi
	:: else -> break
	od
}

inline session_forget()
{
#ifdef MUTATION_MARK_LAST
	d_step { started[s] = 0; open[s] = 0 };
	d_step { session[s] = NONE; n = 0 }
#else
	session[s] = NONE;
	d_step { started[s] = 0; open[s] = 0; n = 0 }
#endif
}

inline close_claimed(inside)
{
	run_scripts(inside);
	session_forget()
}

/* session_end.c: wait_and_close(), with session_claim() */
proctype waiter(byte s, me)
{
	byte n;
end:	do
	:: alive[me] ->
		{
			do
			:: session[s] == NONE -> break
			:: session[s] != NONE && is_run_over(s) && is_lock_free(s) ->
#ifndef MUTATION_CLOSE_WITHOUT_DIRECTORY
				LOCK(lock_directory, me);
#endif
#ifndef MUTATION_CLAIM_WITHOUT_LOCK
				LOCK(lock_session[s], me);
#endif
				if
#ifndef MUTATION_MARK_NOT_CHECKED_AGAIN
				:: session[s] == NONE
#endif
#ifndef MUTATION_RUN_NOT_CHECKED_AGAIN
				:: session[s] != NONE && !is_run_over(s)
#endif
				:: else ->
					if
#ifndef MUTATION_LOCK_NOT_CHECKED_AGAIN
					:: !is_lock_free(s)
#endif
					:: else ->
						session[s] = CLOSING;
#ifndef MUTATION_MARK_LOCKED_WHILE_CLOSING
						UNLOCK(lock_session[s]);
#endif
						close_claimed(false)
					fi
				fi;
				atomic {
					if
					:: lock_session[s] == me -> UNLOCK(lock_session[s])
					:: else
					fi;
					if
					:: lock_directory == me -> UNLOCK(lock_directory)
					:: else
					fi
				}
			od
		} unless { killed[me] };
		atomic { alive[me] = 0; killed[me] = 0; n = 0 }
	od
}

/*
 * What the helper does (session_steps.c). f: its frontend, o: the owner, s: the session.
 */

/* Unless there is one: KEY.waiter. */
inline start_waiter()
{
	atomic {
		if
		:: !alive[WAITER(s)] -> alive[WAITER(s)] = 1
		:: is_alive(WAITER(s))
#ifdef OTHER_WAITERS
		:: alive[WAITER(s)] && !alive[OTHER_WAITER(s)] -> alive[OTHER_WAITER(s)] = 1
		:: is_alive(OTHER_WAITER(s))
#endif
		fi
	}
}

inline close_here()
{
	if
	:: atomic { lock_directory == 0 -> lock_directory = HELPER(f) };
		LOCK(lock_session[s], HELPER(f));
		if
		:: session[s] != NONE && is_run_over(s) && is_owner_over(s) ->
			atomic { session[s] = CLOSING; UNLOCK(lock_session[s]); n = 0 };
			close_claimed(true)
		:: else -> UNLOCK(lock_session[s])
		fi;
		UNLOCK(lock_directory)
#ifndef MUTATION_CLOSE_HERE_WAITS
	:: lock_directory != 0
#endif
	fi;
	if
	:: session[s] != NONE -> start_waiter()
	:: else
	fi
}

#ifdef MUTATION_ONLY_DEAD_OWNERS
#define is_to_be_closed(s) (session[s] != NONE && !is_alive(owner[s]))
#else
#define is_to_be_closed(s) (session[s] != NONE)
#endif
/* What session_join() would join. */
#define is_ours(s) (session[s] == OPEN && owner[s] == o && holds)

inline find_next()
{
	do
	:: s <= SESSIONS && !is_to_be_closed(s) -> s++
	:: else -> break
	od
}

inline take_care_of_earlier()
{
	atomic { s = 1; find_next() };
	do
	:: s <= SESSIONS ->
#ifdef NO_INIT
		if
#ifndef MUTATION_CLOSE_HERE_OURS
		:: is_ours(s) -> start_waiter()
#endif
		:: else -> close_here()
		fi;
#else
		start_waiter();
#endif
		atomic { s++; find_next() }
	:: else -> break
	od
}

inline find_ours()
{
	s = SESSIONS;
	do
	:: s > 0 && !is_ours(s) -> s--
	:: else -> break
	od
}

/* From now on, what is to be shown takes the dpkg run as open. n: whether it has a session. */
inline note_run()
{
	run_of[s] = f; hold_of[s] = hold[o]; n = 1
}

inline session_join()
{
	LOCK(lock_session[s], HELPER(f));
	if
	:: session[s] == OPEN -> d_step { open[s] = f; note_run() }
	:: else
	fi;
	UNLOCK(lock_session[s])
}

/* The number of a helper that was killed before it made the mark is free: fewer states. */
#define is_free(s) \
	(!promised[s] && (open[s] == 0 || call[open[s]] != PRE_INVOKE || killed[HELPER(open[s])]))

inline take_number()
{
	if
	:: last > 0 && is_free(last)
	:: else -> last++
	fi;
	assert(last <= SESSIONS);
	s = last;
	owner[s] = o;
	with_lock[s] = holds
}

/* link(2) fails if another helper of this owner has made the mark: join that. */
inline make_mark()
{
	n = s;
	find_ours();
	if
	:: s == 0 -> s = n; session[s] = OPEN; promised[s] = 1; note_run()
	:: else -> s = n; open[s] = 0; n = 0
	fi
}

inline session_begin()
{
#ifdef MUTATION_OPEN_AFTER_MARK
	d_step { take_number(); make_mark() };
	if
	:: n == 1 -> start_waiter(); open[s] = f
	:: else
	fi
#else
	d_step { take_number(); open[s] = f };
	d_step { make_mark() }
#endif
}

/* is_new: Session-Start is due. */
inline join_or_begin()
{
	n = 0;
	do
	:: n == 0 ->
		d_step { find_ours() };
		if
		:: s > 0 -> session_join()
		:: else ->
			session_begin();
			is_new = n
		fi
	:: else -> break
	od
}

/*
 * After the lock, the frontend must be alive: either a waiter waits for our scripts, or we know
 * that it does not.
 */
inline session_lock_run()
{
#ifdef MUTATION_NOT_ALIVE_AFTER_LOCK
	atomic { lock_open[s] == 0 -> lock_open[s] = HELPER(f) };
	busy[f] = 1
#else
	atomic { lock_open[s] == 0 -> lock_open[s] = HELPER(f) };
	d_step { busy[f] = is_alive(f) }
#endif
}

/* session_owner(), asked once. */
inline session_owner()
{
	o = (parent != 0 && lock_frontend == parent -> parent : f);
	holds = lock_frontend == o
}

inline run_session_start()
{
	if
	:: is_new -> assert(!session_start[o] || !is_alive(f) || !is_alive(o)); session_start[o] = 1
	:: else
	fi
}

inline sessions_enter()
{
	if
	:: d_step { is_alive(f) -> session_owner() };
		take_care_of_earlier();
		join_or_begin();
		session_lock_run();
		start_waiter();
#ifdef MUTATION_WAITER_INHERITS_LOCK
		lock_open[s] = WAITER(s);
#endif
		if
		:: busy[f] -> d_step { run_session_start() };
			if
			:: skip
			:: d_step { stops[f] = 1; open[s] = 0; run_of[s] = 0 }
			fi
		:: else
		fi;
		d_step {
			busy[f] = 0;
			if
			:: lock_open[s] == HELPER(f) -> UNLOCK(lock_open[s])
			:: else
			fi
		}
	:: !is_alive(f)
	fi
}

inline sessions_leave()
{
	d_step {
		s = SESSIONS;
		do
		:: s > 0 && !(open[s] == f && session[s] != NONE) -> s--
		:: else -> break
		od
	};
	if
	:: s > 0 ->
		session_lock_run();
#ifdef MUTATION_OPEN_UNLINKED_FIRST
		open[s] = 0;
#endif
		/* The scripts of Post-Invoke run here. */
		d_step {
			if
			:: busy[f] -> open[s] = 0; run_of[s] = 0; busy[f] = 0
			:: else
			fi;
			UNLOCK(lock_open[s])
		}
	:: else
	fi
}

proctype helper(byte f, parent)
{
	byte s, o, n;
	bit holds, is_new;
end:	do
	:: alive[HELPER(f)] ->
		{
			if
			:: call[f] == PRE_INVOKE -> sessions_enter()
			:: call[f] == DPKG -> d_step { lock_dpkg = 0; busy[f] = 0 }
			:: call[f] == POST_INVOKE -> sessions_leave()
			fi
		} unless { killed[HELPER(f)] };
		atomic {
			alive[HELPER(f)] = 0; killed[HELPER(f)] = 0; call[f] = 0;
			s = 0; o = 0; n = 0; holds = 0; is_new = 0
		}
	od
}

/*
 * Frontends: not ours. A helper that is killed does not stop them.
 */
inline start_helper(what)
{
	alive[HELPER(f)] = 1; call[f] = what
}

inline end_run()
{
	stops[f] = 0;
	for (s : 1 .. SESSIONS) {
		if
		:: run_of[s] == f -> run_of[s] = 0
		:: else
		fi;
		if
		:: open[s] == f -> left[s] = 1
		:: else
		fi
	};
	s = 0
}

inline dpkg_run()
{
	d_step { start_helper(PRE_INVOKE) };
	if
	:: d_step { !alive[HELPER(f)] && !stops[f] && lock_dpkg == 0 ->
			start_helper(DPKG); lock_dpkg = HELPER(f); busy[f] = 1 };
		d_step { !alive[HELPER(f)] -> start_helper(POST_INVOKE) }
	:: !alive[HELPER(f)] && stops[f]
	fi;
	d_step { !alive[HELPER(f)] -> end_run() }
}

/* apt; or one that lives on after its commits. The first of two commits has one dpkg run. */
proctype frontend(byte f, commits, runs; bit locks, lives_on)
{
	byte c, r, s;
	{
		do
		:: c < commits ->
			atomic {
				if
				:: locks -> lock_frontend == 0; lock_frontend = f
				:: else
				fi;
				hold[f]++; session_start[f] = 0; r = 0
			};
			do
			:: r < runs && (r == 0 || c > 0 || commits == 1) -> dpkg_run(); r++
			:: else -> break
			od;
			atomic {
				if
				:: locks -> UNLOCK(lock_frontend)
				:: else
				fi;
				c++
			}
		:: else -> break
		od;
		if
		:: lives_on -> is_idle = 1; is_over
		:: else
		fi
	} unless { killed[f] };
	atomic {
		alive[f] = 0; killed[f] = 0; c = 0; r = 0; s = 0;
		if
		:: f == 1 -> is_idle = 1
		:: else
		fi
	}
}

/* unattended-upgrade holds the lock, and a fork of it calls dpkg. */
proctype fork(byte f)
{
	byte s;
end:	alive[f];
	{ dpkg_run() } unless { killed[f] };
	atomic { alive[f] = 0; killed[f] = 0; s = 0 }
}

proctype unattended_upgrade(byte f)
{
	{
		atomic { lock_frontend == 0 -> lock_frontend = f; hold[f]++ };
		alive[FORK(1)] = 1;
		!alive[FORK(1)];
		alive[FORK(2)] = 1;
		!alive[FORK(2)];
		UNLOCK(lock_frontend)
	} unless { killed[f] };
	atomic { alive[f] = 0; killed[f] = 0; is_idle = 1 }
}

/*
 * SIGKILL frees all locks of a process, and a reboot is SIGKILL for all. KEY.open of the former
 * boot counts as that of a dead frontend.
 */
inline kill(p)
{
	killed[p] = 1;
	if :: lock_frontend == p -> UNLOCK(lock_frontend) :: else fi;
	if :: lock_dpkg == p -> UNLOCK(lock_dpkg) :: else fi;
	if :: lock_directory == p -> UNLOCK(lock_directory) :: else fi;
	for (i : 1 .. SESSIONS) {
		if :: lock_session[i] == p -> UNLOCK(lock_session[i]) :: else fi;
		if :: lock_open[i] == p -> UNLOCK(lock_open[i]) :: else fi
	};
	for (i : 1 .. FRONTENDS) {
		if :: p == HELPER(i) -> busy[i] = 0 :: else fi
	};
	i = 0
}

proctype killer()
{
	byte p, i;
	do
	:: kills > 0 ->
		atomic {
			p = 1;
			do
			:: p < PROCESSES -> p++
			:: p < PROCESSES && is_alive(p) -> break
			:: p == PROCESSES -> break
			od;
			d_step {
				if
				:: p < PROCESSES -> kill(p)
				:: else
				fi;
				kills--; p = 0
			}
		}
	:: kills > 0 ->
		d_step {
			for (p : 1 .. PROCESSES - 1) {
				if
				:: is_alive(p) -> kill(p)
				:: else
				fi
			};
			kills = 0; p = 0
		}
	:: break
	od;
	is_calm = 1
}

init
{
	byte s;
	atomic {
		for (s : 1 .. SESSIONS) {
			run waiter(s, WAITER(s));
#ifdef OTHER_WAITERS
			run waiter(s, OTHER_WAITER(s));
#endif
			run script(s)
		};
		run helper(1, 0);
		run helper(LAST, 0);
		alive[1] = 1;
#if defined UNATTENDED_UPGRADE
		run helper(FORK(1), 1); run fork(FORK(1));
		run helper(FORK(2), 1); run fork(FORK(2));
		run unattended_upgrade(1);
#elif defined PACKAGEKIT
		run frontend(1, 2, PACKAGEKIT, 1, 1);
#elif defined APTITUDE
		run frontend(1, 2, 1, 0, 1);
#else
		run frontend(1, 1, 2, 1, 0);
#endif
#ifdef OTHER_APT
		alive[2] = 1;
		run helper(2, 0);
		run frontend(2, 1, 1, 1, 0);
#endif
		run killer();
		s = 0
	};
	/* The next session. It does not wait for the waiters. */
	d_step { is_calm && is_idle && !alive[2] -> alive[LAST] = 1 };
	run frontend(LAST, 1, 1, 1, 0);
	/* When nobody can do anything more, all sessions must be closed, */
	timeout;
	d_step {
		assert(!alive[LAST]);
		for (s : 1 .. SESSIONS) {
			/* except those that end with a process, which may have left KEY.open */
			assert(session[s] == NONE || left[s] || (!with_lock[s] && is_alive(owner[s])))
		};
		is_over = 1
	};
	/* and these when it has ended. */
	timeout;
	d_step {
		for (s : 1 .. SESSIONS) {
			assert(session[s] == NONE);
			assert(!promised[s] || starts[2 * s] == 1);
			assert(!promised[s] || SCRIPTS == 1 || starts[2 * s + 1] == 1)
		}
	}
}
