/* SPDX-License-Identifier: BSD-2-Clause */
#include "path_sources.h"
#include "apt_text.h"
#include "bridge.h"
#include "dpkg.h"
#include "dpkg_lists.h"

#include <errno.h>
#include <sys/types.h>

#define emit_for_paths(reading, of_kind, ...)                                            \
	emit_paths_event(reading, (struct uh_event){.kind = (of_kind), __VA_ARGS__})
static void emit_paths_event(const struct path_reading *reading, struct uh_event event)
{
	reading->listener(&event, reading->context);
}

static bool is_wanted(const struct path_reading *reading, size_t index)
{
	return reading->is_wanted == NULL || reading->is_wanted[index];
}

/* 0 or −ENOMEM. */
static int add_list(const struct path_reading *reading, const struct dpkg_lists *lists,
	size_t index, struct buffer *text)
{
	const struct transaction *transaction = reading->table->transaction;
	const struct package *package = &transaction->packages[index];
	int error =
		dpkg_lists_read(lists, package, transaction->native_architecture, text);

	if (error == -ENOENT || error == -ENOMEM)
		return error == -ENOMEM ? error : 0;
	if (error < 0) {
		emit_for_paths(
			reading, UH_PATHS_UNKNOWN, .path = package->name, .error = error);
		return 0;
	}
	return path_table_add(
		reading->table, index, reading->globs, &lists->diversions, text);
}

int path_sources_add_installed(const struct path_reading *reading)
{
	const struct transaction *transaction = reading->table->transaction;
	struct dpkg_lists lists;
	owns_buffer struct buffer text = {0};
	int error = dpkg_lists_open(&lists, transaction->status_file);

	if (error < 0 && error != -ENOENT && error != -ENOMEM) {
		owns_memory char *directory = dpkg_admin_dir(transaction->status_file);

		emit_for_paths(
			reading, UH_PATHS_UNKNOWN, .path = directory, .error = error);
	}
	error = error == -ENOMEM ? error : 0;
	for (size_t i = 0; i < transaction->count && error == 0; i++)
		if (is_wanted(reading, i) &&
			(!reading->is_before_dpkg ||
				strcmp(transaction->packages[i].old_version, "-") != 0))
			error = add_list(reading, &lists, i, &text);
	dpkg_lists_done(&lists);
	return error;
}

ssize_t path_sources_parse_contents(
	struct slice answer, path_sources_on_archive *on_archive, void *context)
{
	size_t number = 0;

	while (answer.size > 0) {
		struct slice line = slice_cut(&answer, '\n');
		struct slice paths = {answer.data, 0}, message = {NULL, 0};
		int error;

		if (!slice_equals(slice_cut(&line, '\t'), "archive"))
			continue;
		while (answer.data != NULL && answer.size > 0 && answer.data[0] == '/') {
			line = slice_cut(&answer, '\n');
			/* The last one may have no newline. */
			paths.size = (size_t)(line.data + line.size - paths.data) +
				     (answer.data != NULL);
		}
		if (slice_has_prefix(answer, slice_of("error\t"))) {
			message = slice_cut(&answer, '\n');
			(void)slice_cut(&message, '\t');
		}
		error = on_archive(context, number++, paths, message);
		if (error < 0)
			return error;
	}
	return (ssize_t)number;
}

/* The archives of a question, and the packages that they are of. */
struct archives {
	const struct path_reading *reading;
	const struct diversions *diversions;
	const char **paths; /* ends with NULL */
	size_t *packages;
	size_t count;
};

static void archives_done(struct archives *archives)
{
	free(archives->paths);
	free(archives->packages);
}

static int find_archives(struct archives *archives)
{
	const struct transaction *transaction = archives->reading->table->transaction;

	archives->paths = calloc(transaction->count + 1, sizeof(*archives->paths));
	archives->packages = calloc(transaction->count + 1, sizeof(*archives->packages));
	if (archives->paths == NULL || archives->packages == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < transaction->count; i++) {
		const char *archive = transaction->packages[i].archive;

		if (archive == NULL || !is_wanted(archives->reading, i))
			continue;
		archives->paths[archives->count] = archive;
		archives->packages[archives->count++] = i;
	}
	return 0;
}

static int take_contents(
	void *context, size_t number, struct slice lines, struct slice message)
{
	const struct archives *archives = context;
	const struct path_reading *reading = archives->reading;
	owns_buffer struct buffer text = {0};

	if (number >= archives->count)
		return 0;
	if (message.size > 0) {
		owns_memory char *detail = percent_decode(message);

		emit_for_paths(reading, UH_PATHS_UNKNOWN, .path = archives->paths[number],
			.detail = detail, .error = -EIO);
	}
	buffer_append(&text, lines);
	return path_table_add(reading->table, archives->packages[number], reading->globs,
		archives->diversions, &text);
}

static int ask_for_archives(struct archives *archives)
{
	const char *const none[] = {NULL};
	const struct apt_question question = {.kind = APT_CONTENTS,
		.root = "",
		.program = "apt-get",
		.files = none,
		.options = none,
		.words = archives->paths};
	owns_buffer struct buffer answer = {0};
	owns_memory char *message = NULL;
	int error = bridge_ask(&question, &answer, &message);
	ssize_t read = 0;

	if (error == 0)
		read = path_sources_parse_contents(
			buffer_slice(&answer), take_contents, archives);
	if (read < 0 || error == -ENOMEM)
		return -ENOMEM;
	for (size_t i = (size_t)read; i < archives->count; i++)
		emit_for_paths(archives->reading, UH_PATHS_UNKNOWN,
			.path = archives->paths[i], .detail = message,
			.error = error < 0 ? error : -EIO);
	return 0;
}

int path_sources_add_archives(const struct path_reading *reading)
{
	const struct transaction *transaction = reading->table->transaction;
	__attribute__((cleanup(archives_done))) struct archives archives = {
		.reading = reading};
	struct dpkg_lists lists;
	int error = find_archives(&archives);

	if (error < 0 || archives.count == 0)
		return error;
	/*
	 * Without diversions, a path is where the archive has it. If they cannot be read,
	 * path_sources_add_installed() has said so.
	 */
	error = dpkg_lists_open(&lists, transaction->status_file);
	archives.diversions = &lists.diversions;
	if (error != -ENOMEM)
		error = ask_for_archives(&archives);
	dpkg_lists_done(&lists);
	return error;
}

static int add_noted_line(const struct path_reading *reading, struct slice line)
{
	struct path_table *table = reading->table;
	struct slice architecture = slice_cut(&line, ' ');
	struct slice name = slice_cut(&architecture, ':');
	const struct package *package =
		transaction_find_package(table->transaction, name, architecture);
	owns_buffer struct buffer text = {0};
	size_t index;

	if (package == NULL)
		return 0;
	index = (size_t)(package - table->transaction->packages);
	if (!is_wanted(reading, index))
		return 0;
	buffer_append(&text, line);
	/* It has been noted where diversions of that time put it. */
	return path_table_add(table, index, reading->globs, NULL, &text);
}

int path_sources_add_noted(const struct path_reading *reading)
{
	struct slice rest = buffer_slice(&reading->table->transaction->noted_paths);
	int error = 0;

	while (rest.size > 0 && error == 0)
		error = add_noted_line(reading, slice_cut(&rest, '\n'));
	return error;
}

/* "NAME:ARCHITECTURE PATH" lines. */
static void add_notes(
	struct buffer *noted, const struct package *package, const struct buffer *paths)
{
	for (size_t at = 0; at < paths->size; at += strlen(paths->data + at) + 1)
		buffer_append_format(noted, "%s:%s %s\n", package->name,
			package->architecture, paths->data + at);
}

int path_sources_note(const struct path_reading *reading)
{
	struct transaction *transaction = reading->table->transaction;
	struct buffer *noted = &transaction->noted_paths;

	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		size_t before = noted->size;

		add_notes(noted, package, &reading->table->items[i].paths);
		if (noted->size <= NOTED_PATHS_MAX)
			continue;
		noted->size = before;
		emit_for_paths(reading, UH_PATHS_NOT_NOTED, .path = package->name);
	}
	return noted->error;
}
