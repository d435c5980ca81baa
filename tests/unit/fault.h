/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call of the engine fails: the first that is made from a place, which is a chain of
 * callers, for each place in turn. The linker puts __wrap_NAME in the place of NAME for
 * our own objects, not for libc (CMakeLists.txt has the list of names).
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/* By what can become of a call. */
enum {
	MEMORY = 1,
	CALL = 2,
	PATH = 4,  /* what it names may be gone */
	WAITS = 8, /* a signal may come in between */
};

/* In main(), before all else; what is forked later shares it. False without memory. */
bool faults_start(void);

/* Whether calls may fail from here on, in this process; returns whether they could. */
bool faults_arm(bool shall_be_armed);

/*
 * Takes the step once to find all places of that kind of call, and once more for each
 * place, where the call fails with that errno. The step arms. Places that were tried in
 * earlier tests with the same errno are tried again here and there only.
 */
void faults_try(int kind, int error, void (*step)(void));

#endif
