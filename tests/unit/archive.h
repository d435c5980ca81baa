/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a .deb whose members have any names, which dpkg-deb(1) would not. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stddef.h>

/* The members are empty files; their names have 99 bytes at most. */
void make_archive(const char *path, const char *const *names, size_t count);

#endif
