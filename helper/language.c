/* SPDX-License-Identifier: BSD-2-Clause */
#include "language.h"

#include <stdbool.h>

void language_bind(void)
{
	(void)bindtextdomain(UH_TEXT_DOMAIN, UH_LOCALE_DIR); /* if it fails: English */
	(void)textdomain(UH_TEXT_DOMAIN);
}

/* Loaded with the first message, and kept: there may be thousands. */
static locale_t locale_of_environment(void)
{
	static locale_t locale;
	static bool is_loaded;

	if (!is_loaded) {
		is_loaded = true;
		language_bind();
		locale = newlocale(LC_CTYPE_MASK | LC_MESSAGES_MASK, "", (locale_t)0);
	}
	return locale;
}

void language_begin(struct language *language)
{
	/* Given nothing to use, it only returns what is used. */
	language->saved_locale = uselocale(locale_of_environment());
}

void language_end(struct language *language)
{
	(void)uselocale(language->saved_locale);
}
