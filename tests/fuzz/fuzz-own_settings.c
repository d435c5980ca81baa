/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that "set" and "disable" write: what they take for their own, they must write
 * again in the same way; and what they write, whatever path and values are, they must read.
 */
#include "harness.h"
#include "model/settings_file.h"

#include <errno.h>

static void must_be_same_settings(
	const struct own_settings *one, const struct own_settings *other)
{
	must(one->count == other->count);
	for (size_t i = 0; i < one->count; i++) {
		const struct own_setting *a = &one->items[i], *b = &other->items[i];

		must(strcmp(a->path, b->path) == 0 && strcmp(a->name, b->name) == 0);
		must(a->is_list == b->is_list && a->values.count == b->values.count);
		for (size_t at = 0; at < a->values.count; at++)
			must(strcmp(a->values.items[at], b->values.items[at]) == 0);
	}
}

/* Sorts the settings. */
static void must_be_read_again(struct own_settings *settings)
{
	owns_own_settings struct own_settings again = {0};
	owns_buffer struct buffer text = {0}, second = {0};
	size_t line;

	settings_file_format(&text, settings);
	must(text.error == 0 && (text.size == 0) == (settings->count == 0));
	must(settings_file_parse(&again, buffer_slice(&text), &line) == 0);
	must_be_same_settings(settings, &again);
	settings_file_format(&second, &again);
	must(harness_equal(buffer_slice(&text), buffer_slice(&second)));
}

/* Behind the two lines of the head, those of a setting must be in the text. */
static void must_be_written_as_it_was(
	const struct own_settings *settings, struct slice text)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct own_settings one = {.items = &settings->items[i], .count = 1};
		owns_buffer struct buffer written = {0};
		struct slice lines;

		settings_file_format(&written, &one);
		must(written.error == 0);
		lines = buffer_slice(&written);
		(void)slice_cut(&lines, '\n');
		(void)slice_cut(&lines, '\n');
		harness_must_be_lines_of(lines, text);
	}
}

static void look_at_file(struct slice text)
{
	owns_own_settings struct own_settings settings = {0};
	size_t line, lines = harness_count_lines(text);
	int error = settings_file_parse(&settings, text, &line);

	must(error == 0 || error == -EBADMSG);
	must(line >= 1 && line <= lines + 1);
	if (error < 0)
		return;
	must(settings.count <= lines);
	for (size_t i = 0; i < settings.count; i++)
		must(own_settings_find(&settings, settings.items[i].path,
			     settings.items[i].name) != NULL);
	must_be_written_as_it_was(&settings, text);
	must_be_read_again(&settings);
}

static char *cut_text(struct slice *rest, char separator)
{
	struct slice part = slice_cut(rest, separator);
	char *text = strndup(part.size > 0 ? part.data : "", part.size);

	must(text != NULL);
	return text;
}

/* Records of a path and values, each of which ends with a form feed; a record, with NUL. */
static void look_at_values(struct slice rest)
{
	static const char *const names[] = {"Timeout", "Arguments", "On-Failure"};
	owns_own_settings struct own_settings settings = {0};

	while (rest.size > 0) {
		struct slice record = slice_cut(&rest, '\0');
		owns_memory char *path = cut_text(&record, '\f');
		struct own_setting *setting;

		if (path[0] != '\0' && !settings_file_can_name(path))
			continue;
		setting = own_settings_add(
			&settings, path, names[settings.count % COUNT_OF(names)], NULL);
		must(setting != NULL);
		do {
			owns_memory char *value = cut_text(&record, '\f');

			must(string_list_add(&setting->values, value) == 0);
		} while (record.size > 0);
		setting->is_list = setting->values.count > 1 || path[0] == 'l';
	}
	must_be_read_again(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = harness_input(data, size);

	look_at_file(text);
	look_at_values(text);
	return 0;
}
