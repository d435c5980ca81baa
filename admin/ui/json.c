/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/json.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <stdio.h>

json_t *json_text(const char *text)
{
	owns_buffer struct buffer printable = {0};

	if (text == NULL)
		return json_null();
	text_add_sentence(&printable, text);
	return printable.error < 0
		       ? NULL
		       : json_stringn(printable.size > 0 ? printable.data : "",
				 printable.size);
}

json_t *json_version(const char *version)
{
	return json_text(version != NULL && strcmp(version, "-") != 0 ? version : NULL);
}

int json_print(json_t *value)
{
	/* main() looks at the end whether all could be written. */
	bool lacks_memory =
		value == NULL ||
		(json_dumpf(value, stdout, JSON_INDENT(2)) < 0 && ferror(stdout) == 0);

	json_decref(value);
	if (lacks_memory)
		return report_no_memory();
	(void)putchar('\n'); /* see above */
	return STATUS_FINE;
}
