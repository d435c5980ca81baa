/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages in the language of the environment, see gettext(3). */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include <libintl.h>
#include <locale.h>

/* N_() marks text that is translated later. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) its name */
#define _(text) gettext(text)
#define N_(text) text

/* Tells gettext(3) where our catalogues are. Opens no file. */
void language_bind(void);

/*
 * Between language_begin() and language_end(), gettext(3), strerror(3) and strsignal(3)
 * use the locale of the environment, whose files are read at the first call. Otherwise,
 * the process stays in the locale "C", in which the engine compares names. If the locale
 * does not exist, messages are in English.
 */
struct language {
	locale_t saved_locale;
};

void language_begin(struct language *language);
void language_end(struct language *language);

#endif
