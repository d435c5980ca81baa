/* SPDX-License-Identifier: BSD-2-Clause */
#include "mutant.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A library of its own, so that --wrap of a test does not reach its calls. The directory
 * MUTANT_CONTROL belongs to one run of one test: "number" names the mutant, "reached" has
 * a byte for each. A program without them runs no mutant.
 */
static unsigned char nowhere[MUTANT_LIMIT];

int mutant_to_run;
unsigned char *mutants_reached = nowhere;

static void read_number(void)
{
	char text[16] = "";
	int fd = open(MUTANT_CONTROL "/number", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0)
		mutant_to_run = atoi(text);
	(void)close(fd);
}

static void map_reached(void)
{
	void *map;
	int fd = open(MUTANT_CONTROL "/reached", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	map = mmap(NULL, MUTANT_LIMIT, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (map != MAP_FAILED)
		mutants_reached = map;
}

__attribute__((constructor)) static void start(void)
{
	read_number();
	map_reached();
}
