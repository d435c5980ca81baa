/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel and other programs answer. Any bytes are parsed as each kind, and what
 * was parsed, written again, must parse to the same.
 */
#include "apt_text.h"
#include "bridge.h"
#include "harness.h"
#include "origins.h"
#include "proc.h"
#include "system/dpkg_lines.h"
#include "system/owner.h"

#include <errno.h>
#include <limits.h>
#include <strings.h>

static void must_find(const struct origins *origins, const struct origin *origin)
{
	const struct origin *same = origins_find(origins, origin->key, origin->value);
	const struct origin *last = origins_find(origins, origin->key, NULL);
	const struct origin *clearing = origins_find_clearing(origins, origin->key);

	must(same >= origin && strcmp(same->value, origin->value) == 0);
	must(strcasecmp(same->key, origin->key) == 0);
	must(last >= same && strcasecmp(last->key, origin->key) == 0);
	must(clearing == NULL || (clearing == last && last->value[0] == '\0'));
}

static void write_origin(struct buffer *text, const struct origin *origin)
{
	percent_encode(text, origin->file);
	buffer_append_format(text, "\t%lu\t", origin->line);
	percent_encode(text, origin->key);
	buffer_append_string(text, "=");
	percent_encode(text, origin->value);
	buffer_append_string(text, "\n");
	must(text->error == 0);
}

/* What begins with NUL or contains "=" cannot be written as it was. */
static bool can_be_written(const struct origin *origin)
{
	return origin->file[0] != '\0' && origin->key[0] != '\0' &&
	       strchr(origin->key, '=') == NULL;
}

static void must_be_same_origin(const struct origin *one, const struct origin *other)
{
	must(strcmp(one->file, other->file) == 0 && one->line == other->line);
	must(strcmp(one->key, other->key) == 0);
	must(strcmp(one->value, other->value) == 0);
}

static void look_at_origins(struct slice text)
{
	owns_origins struct origins origins, again;
	owns_buffer struct buffer written = {0};
	size_t count = 0;

	must(origins_parse(&origins, text) == 0);
	must(origins.count <= harness_count_lines(text));
	for (size_t i = 0; i < origins.count; i++) {
		must_find(&origins, &origins.items[i]);
		if (can_be_written(&origins.items[i]))
			write_origin(&written, &origins.items[i]);
	}
	must(origins_parse(&again, buffer_slice(&written)) == 0);
	for (size_t i = 0; i < origins.count; i++)
		if (can_be_written(&origins.items[i]))
			must_be_same_origin(&origins.items[i], &again.items[count++]);
	must(again.count == count);
}

static void must_be_owner(const struct owner_list *list, size_t i)
{
	const struct owner *owner = &list->items[i];

	must(owner->path[0] == '/' && owner->packages[0] != '\0');
	must(i == 0 || strcmp(list->items[i - 1].path, owner->path) <= 0);
	for (const char *at = owner->packages; *at != '\0'; at++)
		must(*at > ' ' || (*at == ' ' && at > owner->packages && at[-1] == ','));
	must(owner_of(list, owner->path) != NULL);
}

static void look_at_owners(struct slice text)
{
	__attribute__((cleanup(owner_list_done))) struct owner_list list = {0},
								    again = {0};
	owns_buffer struct buffer written = {0};

	owner_list_add(&list, text);
	must(list.count <= harness_count_lines(text));
	for (size_t i = 0; i < list.count; i++) {
		must_be_owner(&list, i);
		buffer_append_format(
			&written, "%s: %s\n", list.items[i].packages, list.items[i].path);
	}
	must(written.error == 0);
	owner_list_add(&again, buffer_slice(&written));
	must(again.count == list.count);
	for (size_t i = 0; i < list.count; i++)
		must(strcmp(list.items[i].path, again.items[i].path) == 0);
}

static void look_at_process(struct slice text)
{
	const struct proc untouched = {.pid = -1, .parent = -1};
	struct proc proc = untouched, again;
	owns_buffer struct buffer written = {0};
	int error = proc_parse(text, 7, &proc);

	must(error == 0 || error == -EPROTO);
	if (error < 0) {
		must(proc.pid == untouched.pid && proc.parent == untouched.parent);
		return;
	}
	must(proc.pid == 7 && proc.parent >= 0);
	/* The most hostile name of the same kind. */
	buffer_append_format(&written,
		"7 (%s) %s %d 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 %llu 23",
		proc.is_shell ? "bash" : ") Z 1 (", proc.has_ended ? "Z" : "S",
		(int)proc.parent, proc.start_time);
	must(written.error == 0);
	must(proc_parse(buffer_slice(&written), 7, &again) == 0);
	must(again.parent == proc.parent && again.start_time == proc.start_time);
	must(again.is_shell == proc.is_shell && again.has_ended == proc.has_ended);
}

static void look_at_bridge(struct slice text)
{
	static const char before[] = "what was there";
	owns_buffer struct buffer answer = {0};
	owns_memory char *message = NULL;
	size_t start = sizeof(before), size, rest;
	int error;

	buffer_append(&answer, (struct slice){before, start});
	buffer_append(&answer, text);
	error = bridge_parse_output(&answer, start, &message);
	must(error == 0 || error == -EIO);
	must(answer.size >= start && memcmp(answer.data, before, start) == 0);
	if (error < 0) {
		must(answer.size == start && message == NULL);
		return;
	}
	rest = text.size - sizeof(size);
	memcpy(&size, text.data + rest, sizeof(size));
	must(answer.size == start + size);
	must(size == 0 || memcmp(answer.data + start, text.data, size) == 0);
	must((message != NULL) == (rest > size));
	must(message == NULL || strlen(message) <= rest - size);
}

/* The file of others is kept, and each state can be reached from each. */
static void look_at_dpkg_lines(struct slice text)
{
	owns_buffer struct buffer on = {0}, off = {0}, again = {0};
	struct dpkg_lines lines = dpkg_lines_of(text);

	for (int i = 0; i < DPKG_LINE_COUNT; i++) {
		must((lines.lines[i].number == 0) ==
			(lines.lines[i].state == DPKG_LINE_MISSING));
		must(lines.lines[i].number <= harness_count_lines(text));
	}
	dpkg_lines_switch(text, true, &on);
	lines = dpkg_lines_of(buffer_slice(&on));
	must(on.error == 0 && strcmp(dpkg_lines_word(&lines), "on") == 0);
	dpkg_lines_switch(buffer_slice(&on), true, &again);
	must(harness_equal(buffer_slice(&on), buffer_slice(&again)));
	dpkg_lines_switch(buffer_slice(&on), false, &off);
	lines = dpkg_lines_of(buffer_slice(&off));
	must(off.error == 0 && strcmp(dpkg_lines_word(&lines), "off") == 0);
	must(harness_count_lines(buffer_slice(&off)) ==
		harness_count_lines(buffer_slice(&on)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = harness_input(data, size);

	look_at_origins(text);
	look_at_owners(text);
	look_at_process(text);
	look_at_bridge(text);
	look_at_dpkg_lines(text);
	return 0;
}
