/* SPDX-License-Identifier: BSD-2-Clause */
#include "archive.h"
#include "fixture.h"

#define BLOCK 512

/* A header of tar(5) in the format ustar. */
static void add_tar_header(struct buffer *tar, const char *name)
{
	char header[BLOCK] = {0};
	unsigned sum = 0;

	ck_assert_uint_lt(strlen(name), 100);
	memcpy(header, name, strlen(name));
	memcpy(header + 100, "0000644", 7);
	memcpy(header + 108, "0000000", 7);
	memcpy(header + 116, "0000000", 7);
	memcpy(header + 124, "00000000000", 11);
	memcpy(header + 136, "00000000000", 11);
	memcpy(header + 148, "        ", 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	(void)snprintf(header + 148, 7, "%06o", sum);
	buffer_append(tar, (struct slice){header, BLOCK});
}

static void add_tar_end(struct buffer *tar)
{
	const char end[2 * BLOCK] = {0};

	buffer_append(tar, (struct slice){end, sizeof(end)});
}

/* A member of an ar(5) archive; its size is even. */
static void add_member(struct buffer *deb, const char *name, struct slice contents)
{
	buffer_append_format(deb, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0,
		"100644", contents.size);
	buffer_append(deb, contents);
}

void make_archive(const char *path, const char *const *names, size_t count)
{
	owns_buffer struct buffer deb = {0}, control = {0}, data = {0};
	FILE *file;

	add_tar_end(&control);
	for (size_t i = 0; i < count; i++)
		add_tar_header(&data, names[i]);
	add_tar_end(&data);
	buffer_append_string(&deb, "!<arch>\n");
	add_member(&deb, "debian-binary", slice_of("2.0\n"));
	add_member(&deb, "control.tar", buffer_slice(&control));
	add_member(&deb, "data.tar", buffer_slice(&data));
	ck_assert_int_eq(deb.error, 0);
	make_file(path, 0644, "");
	file = fopen(at(path), "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(deb.data, 1, deb.size, file), deb.size);
	ck_assert_int_eq(fclose(file), 0);
}
