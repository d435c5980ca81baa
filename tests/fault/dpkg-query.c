/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays dpkg-query; the status file says whether dpkg has run. */
#include <stdio.h>
#include <string.h>

int main(void)
{
	char when[16] = "";
	FILE *status = fopen("/var/lib/dpkg/status", "re");
	int is_later;

	if (status == NULL || fgets(when, sizeof(when), status) == NULL)
		return 2;
	is_later = strcmp(when, "later\n") == 0;
	return printf("bar\tamd64\t%s\t1.0-1\n"
		      "foo\tamd64\tinstalled\t%s\n"
		      "need\tamd64\tinstalled\t1.0-1\n",
		       is_later ? "config-files" : "installed",
		       is_later ? "2.0-1" : "1.0-1") < 0;
}
