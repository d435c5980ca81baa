/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How Post-Invoke hooks run exactly once if apt does not call them: plugin/clean_up.c,
 * guard.c and record.c, whose names are those of the files and functions here. As in
 * session.pml, any process may be killed at any moment, or all of them (a reboot, which also
 * empties /run), and a step here is what the kernel does at once.
 *
 * Shown, for all orders of all steps:
 *   1. a script of Post-Invoke starts at most once for a dpkg run
 *   2. if a script has run before dpkg, at least once: at the latest in the next dpkg run in
 *      which nobody is killed; except after a reboot
 *   3. not while dpkg runs, nor before a script that runs before dpkg
 *   4. nobody waits for ever
 *
 * Left out: errors of system calls, and scripts that run on without their helper.
 */

#ifndef KILLS
#define KILLS 2
#endif
#ifndef RUNS
#define RUNS 1 /* dpkg runs of the first frontend; 2 at most */
#endif

/* Processes. 0 is none. The frontend 2 is undisturbed. */
#define FRONTENDS 2
#define LAST 2
#define HELPER(f) (2 + (f))                 /* of frontend f; at other times it is dpkg */
#define GUARD(number) (4 + (number)) /* of the dpkg run */
#define PROCESSES 8
#define SIZE (FRONTENDS + 1)
#define INODES 4

bit alive[PROCESSES];
bit killed[PROCESSES]; /* and has not ended yet; its locks are free */
#define is_alive(p) (alive[p] && !killed[p])

/* What helper(f) does. */
#define PRE_INVOKE 1
#define PRE_INSTALL_PKGS 2
#define DPKG 3
#define POST_INVOKE 4
byte call[SIZE];
bit stops[SIZE]; /* the helper has ended with 111 */

/* Locks, and who holds them. */
byte lock_dpkg;           /* fcntl(2) on dpkg's lock */
byte lock_clean_up[INODES + 1];    /* flock(2) on KEY.clean-up; the index is its inode */

/* Files. The index is the frontend in KEY. */
byte clean_up[SIZE];   /* KEY.clean-up: the mark, its inode */
byte inodes;           /* made so far */
byte watched[4];       /* by guards */
bit transaction[SIZE]; /* KEY.transaction: the record */
byte started[SIZE];    /* KEY.started.*: a bit for each */
bit runs[SIZE];        /* KEY.runs: a script has run before dpkg */

/* Only for what is to be shown. A run is 1 or 2 of the first frontend, or 3. */
byte now[SIZE];    /* the dpkg run of a frontend */
byte run_of[SIZE]; /* that of the mark */
byte starts[2 * 4];
bit promised[4];
byte kills = KILLS;
bit is_calm;

/*
 * Post-Invoke hooks
 */
inline start_script(k, number)
{
	assert(lock_dpkg != HELPER(k));
	starts[2 * number + n]++;
	assert(starts[2 * number + n] == 1)
}

#ifdef MUTATION_MARKER_AFTER_START
#define MARKER_FIRST(k) skip
#define MARKER_LAST(k) started[k] = started[k] | (1 << n)
#else
#define MARKER_FIRST(k) started[k] = started[k] | (1 << n)
#define MARKER_LAST(k) skip
#endif

/* is_due: runner.c: is_once */
inline close(k, is_due)
{
	n = 0;
	do
	:: n < 2 ->
		if
		:: d_step {
				is_due && (started[k] & (1 << n)) == 0 ->
				MARKER_FIRST(k); start_script(k, run_of[k])
			};
			atomic { MARKER_LAST(k); n++ }
		:: atomic { is_due && (started[k] & (1 << n)) != 0 -> n++ }
		:: d_step { !is_due -> start_script(k, now[k]); n++ }
		fi
	:: else -> n = 0; break
	od
}

inline record_forget(k)
{
#ifdef MUTATION_MARK_LAST
	d_step { started[k] = 0; runs[k] = 0; transaction[k] = 0 };
	clean_up[k] = 0
#else
	clean_up[k] = 0;
	transaction[k] = 0;
	d_step { started[k] = 0; runs[k] = 0 }
#endif
}

/* The caller holds the lock. */
inline clean_up_for(k)
{
	if
#ifdef MUTATION_MARK_NOT_CHECKED
	:: true ->
#else
	:: clean_up[k] != 0 ->
#endif
		lock_dpkg == 0; /* dpkg_wait_for_end() */
		close(k, true);
		record_forget(k)
	:: else
	fi
}

#define UNLOCK(lock) lock_clean_up[lock] = 0; lock = 0

/* state_lock(): opens the file, locks it, and looks whether it still has its name. */
inline state_lock(k, process)
{
	lock = clean_up[k];
	if
	:: lock != 0 -> atomic { lock_clean_up[lock] == 0 -> lock_clean_up[lock] = process }
	:: else
	fi;
	has_name(k)
}

/* With LOCK_NB. */
inline try_state_lock(k, process)
{
	lock = clean_up[k];
	d_step {
		if
		:: lock != 0 && lock_clean_up[lock] == 0 -> lock_clean_up[lock] = process
		:: lock != 0 && lock_clean_up[lock] != 0 -> lock = 0; is_locked = 1
		:: else
		fi
	};
	has_name(k)
}

inline has_name(k)
{
#ifdef MUTATION_MARK_NOT_CHECKED
	skip
#else
	d_step {
		if
		:: lock != clean_up[k] && lock != 0 -> UNLOCK(lock)
		:: else
		fi
	}
#endif
}

inline unlock()
{
	d_step {
		if
		:: lock != 0 -> UNLOCK(lock)
		:: else
		fi
	}
}

/* guard.c: it watches the file, not the name. */
proctype guard(byte f, number)
{
	byte n, lock;
end:	do
	:: alive[GUARD(number)] ->
		{
			if
			:: clean_up[f] == 0 || clean_up[f] != watched[number]
			:: clean_up[f] != 0 && clean_up[f] == watched[number] && !is_alive(f) ->
#ifdef MUTATION_GUARD_WITHOUT_LOCK
				lock = clean_up[f];
#else
				state_lock(f, GUARD(number));
#endif
				if
				:: lock != 0 -> clean_up_for(f)
				:: else
				fi;
				unlock()
			fi
		} unless { killed[GUARD(number)] };
		atomic { alive[GUARD(number)] = 0; killed[GUARD(number)] = 0; n = 0; lock = 0 }
	od
}

/*
 * What the helper does. f: its frontend, k: one in a KEY, lock: the file that it has locked.
 */
#define is_abandoned(k) (k == f || !is_alive(k))

inline clean_up_earlier()
{
	k = 1;
	do
	:: k <= FRONTENDS ->
		if
		:: is_abandoned(k) && clean_up[k] != 0 ->
			try_state_lock(k, HELPER(f));
			if
			:: lock != 0 -> clean_up_for(k)
			:: else
			fi;
			unlock()
		:: else
		fi;
		k++
	:: else -> k = 0; is_locked = 0; break
	od;
	state_sweep()
}

inline state_sweep()
{
	d_step {
		for (k : 1 .. FRONTENDS) {
			if
			:: is_abandoned(k) && clean_up[k] == 0 ->
				transaction[k] = 0; started[k] = 0; runs[k] = 0
			:: else
			fi
		};
		k = 0
	}
}

/*
 * n: whether scripts may run. While the frontend lives, nobody unlinks the mark: no mark, and
 * then a living frontend, means that nothing has been promised.
 */
inline record_want_clean_up()
{
	n = 1;
	if
	:: clean_up[f] != 0 -> is_new = 0
	:: clean_up[f] == 0 ->
#ifndef MUTATION_MARK_FOR_THE_DEAD
		n = is_alive(f);
#endif
		if
		:: n == 1 ->
			d_step {
				inodes++;
				assert(inodes <= INODES);
				clean_up[f] = inodes;
				run_of[f] = now[f];
				is_new = 1
			}
		:: else
		fi
	fi
}

inline guard_start()
{
	if
	:: is_new -> d_step { watched[now[f]] = clean_up[f]; alive[GUARD(now[f])] = 1 }
	:: else
	fi;
#ifdef MUTATION_GUARD_INHERITS_LOCK
	d_step { lock_clean_up[lock] = GUARD(now[f]); lock = 0 }
#endif
}

/* After the lock, either the process that cleans up waits for us, or the frontend is alive. */
inline promise_clean_up()
{
	has_run = runs[f];
	record_want_clean_up();
	if
	:: n == 1 ->
#ifdef MUTATION_ALIVE_BEFORE_LOCK
		n = is_alive(f);
#endif
		try_state_lock(f, HELPER(f));
#ifndef MUTATION_ALIVE_BEFORE_LOCK
		n = is_alive(f);
#endif
		if
		:: n == 0 && is_new && !has_run -> record_forget(f)
		:: n == 1 -> guard_start()
		:: else
		fi
	:: else
	fi
}

inline run_before_dpkg()
{
#ifdef MUTATION_PROMISE_AFTER_SCRIPTS
	d_step { promised[now[f]] = 1; runs[f] = 1 };
#endif
	promise_clean_up();
	if
	:: n == 0 -> stops[f] = 1
	:: n == 1 ->
		n = 0;
		d_step {
			assert(starts[2 * now[f]] == 0);
			promised[now[f]] = 1;
			runs[f] = 1
		};
		if
		:: skip
		:: stops[f] = 1; /* clean_up_now() */
			if
			:: lock != 0 -> clean_up_for(f)
			:: else
			fi
		fi
	fi;
	unlock()
}

/* n: 0 nothing, 1 run hooks, 2 run them as a clean-up */
inline clean_up_claim()
{
	if
	:: lock != 0 && clean_up[f] != 0 -> n = 2
#ifdef MUTATION_RECORD_MEANS_ALIVE
	:: !(lock != 0 && clean_up[f] != 0) && !is_locked && has_record -> n = 1
	:: !(lock != 0 && clean_up[f] != 0) && !(!is_locked && has_record) -> n = is_alive(f)
#else
	:: else -> n = is_alive(f)
#endif
	fi
}

inline post_invoke()
{
	try_state_lock(f, HELPER(f));
	has_record = transaction[f];
	clean_up_claim();
	if
	:: n == 0
	:: n == 1 -> close(f, false); record_forget(f)
	:: n == 2 -> close(f, true); record_forget(f)
	fi;
	unlock()
}

proctype helper(byte f)
{
	byte k, n, lock;
	bit is_new, has_run, is_locked, has_record;
end:	do
	:: alive[HELPER(f)] ->
		{
			if
			:: call[f] == PRE_INVOKE && is_alive(f) ->
				clean_up_earlier();
				run_before_dpkg()
			:: call[f] == PRE_INSTALL_PKGS && is_alive(f) ->
				transaction[f] = 1;
				run_before_dpkg()
			:: call[f] == DPKG -> lock_dpkg = 0
			:: call[f] == POST_INVOKE -> post_invoke()
			:: (call[f] == PRE_INVOKE || call[f] == PRE_INSTALL_PKGS) && !is_alive(f)
			fi
		} unless { killed[HELPER(f)] };
		atomic {
			alive[HELPER(f)] = 0; killed[HELPER(f)] = 0; call[f] = 0;
			k = 0; n = 0; lock = 0; is_new = 0; has_run = 0; is_locked = 0;
			has_record = 0
		}
	od
}

/*
 * apt, or a frontend that lives on. A helper that is killed does not stop it.
 */
inline start_helper(what)
{
	alive[HELPER(f)] = 1; call[f] = what
}

proctype frontend(byte f, count)
{
	byte r;
	{
		do
		:: r < count ->
			d_step { now[f] = (f == LAST -> 3 : now[f] + 1); start_helper(PRE_INVOKE) };
			if
			:: d_step { !alive[HELPER(f)] && !stops[f] -> start_helper(PRE_INSTALL_PKGS) };
				if
				:: d_step { !alive[HELPER(f)] && !stops[f] && lock_dpkg == 0 ->
						start_helper(DPKG); lock_dpkg = HELPER(f) };
					d_step { !alive[HELPER(f)] -> start_helper(POST_INVOKE) }
				:: !alive[HELPER(f)] && stops[f]
				fi
			:: !alive[HELPER(f)] && stops[f]
			fi;
			d_step { !alive[HELPER(f)] -> stops[f] = 0; r++ }
		:: else -> break
		od
	} unless { killed[f] };
	atomic { alive[f] = 0; killed[f] = 0; r = 0 }
}

inline kill(p)
{
	killed[p] = 1;
	if :: lock_dpkg == p -> lock_dpkg = 0 :: else fi;
	for (i : 1 .. INODES) {
		if :: lock_clean_up[i] == p -> lock_clean_up[i] = 0 :: else fi
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
	:: kills > 0 -> /* a reboot */
		d_step {
			for (p : 1 .. PROCESSES - 1) {
				if
				:: is_alive(p) -> kill(p)
				:: else
				fi
			};
			for (p : 1 .. FRONTENDS) {
				clean_up[p] = 0; transaction[p] = 0; started[p] = 0; runs[p] = 0
			};
			for (p : 1 .. 3) { promised[p] = 0 };
			kills = 0; p = 0
		}
	:: break
	od;
	is_calm = 1
}

init
{
	byte number;
	atomic {
		run guard(1, 1);
		run guard(1, 2);
		run guard(LAST, 3);
		run helper(1);
		run helper(LAST);
		alive[1] = 1;
		run frontend(1, RUNS);
		run killer()
	};
	/*
	 * The next dpkg run. While a helper of the killed one still runs scripts, it leaves the
	 * clean-up to the guard; if that was killed, too, to the dpkg run after it.
	 */
	d_step { is_calm && !alive[1] && !alive[HELPER(1)] -> alive[LAST] = 1 };
	run frontend(LAST, 1);
	timeout;
	d_step {
		assert(!alive[LAST]);
		for (number : 1 .. 3) {
			assert(!promised[number] || (starts[2 * number] == 1 &&
				starts[2 * number + 1] == 1))
		}
	}
}
