/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included in every file that tests/mutate compiles. All mutants of a sample are in one
 * build; MUTANT(n) says whether mutant n is the one to run, and notes that the program
 * got there.
 */
#ifndef MUTANT_H
#define MUTANT_H

#ifdef MUTANT_ALONE
#define MUTANT(n) ((n) == MUTANT_ALONE)
#else
#define MUTANT(n) (mutants_reached[n] = 1, mutant_to_run == (n))
extern int mutant_to_run;
extern unsigned char *mutants_reached;
#endif

#endif
