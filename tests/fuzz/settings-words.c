/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the settings and their words in the form of libFuzzer's dictionaries. */
#include "settings.h"
#include "transaction.h"

#include <stdio.h>

int main(void)
{
	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		printf("\"%s%s=\"\n", type->name, setting_type_is_list(type) ? "::" : "");
		for (size_t i = 0; i < type->word_count; i++)
			printf("\"%s\\x0a\"\n", type->words[i].word);
	}
	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++)
		printf("\"%s\\x0a\"\n", operation_name((enum operation)i));
	return 0;
}
