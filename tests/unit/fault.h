/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes one call of the engine fail: the first from each place in turn, where a place is
 * a chain of callers. The linker replaces NAME by __wrap_NAME in our objects, but not in
 * libc; CMakeLists.txt lists the names.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/* Kinds of calls, by how they can fail. */
enum {
	MEMORY = 1,
	CALL = 2,
	PATH = 4,   /* the path may not exist */
	WAITS = 8,  /* a signal may interrupt it */
	START = 16, /* starts a process */
};

/* Call this first in main(); processes forked later share the state. False if it fails. */
bool faults_start(void);

/* Sets whether calls may fail from here on in this process; returns the old value. */
bool faults_arm(bool shall_be_armed);

/*
 * Runs the step once to find all places with this kind of call, and then once per place,
 * where the call fails with this errno. The step must call faults_arm(). Only some of the
 * places that earlier tests have tried are tried again.
 */
void faults_try(int kind, int error, void (*step)(void));

#endif
