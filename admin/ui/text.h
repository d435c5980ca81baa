/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text with marks: MARK_… begins a style on terminals, MARK_END ends it. The functions
 * below escape text from elsewhere, so that it cannot contain a mark.
 */
#ifndef TEXT_H
#define TEXT_H

#include "base.h"

#define MARK_GOOD "\001"    /* green */
#define MARK_BAD "\002"     /* red */
#define MARK_WARNING "\003" /* yellow */
#define MARK_NAME "\004"    /* bold: the subject of a line */
#define MARK_FAINT "\005"   /* details */
#define MARK_END "\006"
#define MARK_SPACE "\007" /* a space where a line must not break */

/*
 * Append text from elsewhere, with control characters and bytes that are not UTF-8 as
 * \ooo. Lines break at the spaces of a sentence, but not of a name.
 */
void text_add_name(struct buffer *text, const char *name);
void text_add_sentence(struct buffer *text, const char *sentence);

#endif
