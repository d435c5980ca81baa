/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text with marks, which a terminal shows as styles: MARK_… begins a style, MARK_END ends
 * it. Names and sentences from elsewhere are added with the functions below, so that they
 * cannot contain a mark.
 */
#ifndef TEXT_H
#define TEXT_H

#include "base.h"

#define MARK_GOOD "\001"  /* green */
#define MARK_BAD "\002"   /* red */
#define MARK_MIND "\003"  /* yellow */
#define MARK_NAME "\004"  /* bold: what a line is about */
#define MARK_FAINT "\005" /* what can be passed over */
#define MARK_END "\006"
#define MARK_SPACE "\007" /* a space within a name */

/*
 * What may hold anything: control characters and what is no UTF-8 as \ooo. A name is not
 * broken at its spaces, a sentence is.
 */
void text_add_name(struct buffer *text, const char *name);
void text_add_sentence(struct buffer *text, const char *sentence);

#endif
