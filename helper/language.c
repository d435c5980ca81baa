/* SPDX-License-Identifier: BSD-2-Clause */
#include "language.h"

void language_bind(void)
{
	(void)bindtextdomain(UH_TEXT_DOMAIN, UH_LOCALE_DIR); /* if it fails: English */
	(void)textdomain(UH_TEXT_DOMAIN);
}

void language_begin(struct language *language)
{
	language_bind();
	language->locale = newlocale(LC_CTYPE_MASK | LC_MESSAGES_MASK, "", (locale_t)0);
	if (language->locale != (locale_t)0)
		language->saved_locale = uselocale(language->locale);
}

void language_end(struct language *language)
{
	if (language->locale == (locale_t)0)
		return;
	(void)uselocale(language->saved_locale);
	freelocale(language->locale);
}
