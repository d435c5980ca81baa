/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction_rules.h"
#include "harness.h"
#include "record.h"

/* A package line of apt's stream. */
struct line {
	struct slice name;
	struct slice architecture;
	struct slice old_version;
	struct slice new_version;
	char direction;
	struct slice archive; /* "/" if it is unknown */
	int rank; /* 3 unpack, 2 removal, 1 temporary removal, 0 configuration */
};

struct lines {
	struct line *items;
	size_t count;
	size_t capacity;
};

static void lines_done(struct lines *lines)
{
	free(lines->items);
}

#define owns_lines __attribute__((cleanup(lines_done)))

static bool is_in(char byte, char first, char last)
{
	return byte >= first && byte <= last;
}

static bool is_word(struct slice word)
{
	for (size_t i = 0; i < word.size; i++)
		if (!is_in(word.data[i], '!', '~') || word.data[i] == '/')
			return false;
	return word.size > 0;
}

static bool is_name(struct slice word)
{
	return is_word(word) && memchr(word.data, ':', word.size) == NULL &&
	       (is_in(word.data[0], 'a', 'z') || is_in(word.data[0], 'A', 'Z') ||
		       is_in(word.data[0], '0', '9'));
}

/* −1 for a line without an action. */
static int rank_of(struct slice what, struct slice new_version)
{
	if (what.size == 0 || memchr(what.data, '\0', what.size) != NULL)
		return -1;
	if (slice_equals(what, "**REMOVE**"))
		return slice_equals(new_version, "-") ? 2 : 1;
	if (slice_equals(what, "**CONFIGURE**"))
		return 0;
	return what.data[0] == '/' || slice_equals(what, "**ERROR**") ? 3 : -1;
}

static bool read_line(struct line *line, struct slice text, unsigned protocol)
{
	struct slice words[8];
	size_t count = protocol == 3 ? 8 : 4;
	struct slice direction;

	if (text.size > STREAM_LINE_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		words[i] = slice_cut(&text, ' ');
		if (!is_word(words[i]))
			return false;
	}
	direction = words[protocol == 3 ? 4 : 2];
	line->name = words[0];
	line->old_version = words[1];
	line->new_version = words[protocol == 3 ? 5 : 3];
	line->direction = direction.data[0];
	line->rank = rank_of(text, line->new_version);
	line->archive = text;
	line->architecture = slice_of("-");
	if (protocol == 3)
		line->architecture = words[line->rank == 2 ? 2 : 6];
	return is_name(line->name) && direction.size == 1 && line->rank >= 0 &&
	       strchr("<=>", line->direction) != NULL;
}

/* The number of lines so far, and which of them are invalid. */
struct tally {
	size_t lines;
	size_t ignored;
	size_t first;
};

static struct slice next_line(struct slice *bytes, struct tally *tally)
{
	tally->lines++;
	return slice_cut(bytes, '\n');
}

static void ignore(struct tally *tally)
{
	if (tally->ignored++ == 0)
		tally->first = tally->lines;
}

/* Skips the header; counts its invalid lines. */
static struct slice skip_header(struct slice bytes, struct tally *tally)
{
	(void)next_line(&bytes, tally); /* the version */
	while (bytes.size > 0) {
		struct slice line = next_line(&bytes, tally);

		if (line.size == 0)
			return bytes;
		if (line.size > STREAM_LINE_MAX ||
			memchr(line.data, '\0', line.size) != NULL)
			ignore(tally);
	}
	return bytes;
}

/* The line after an archive is not valid: its path has a newline, so text gets "/". */
static void drop_path(struct lines *lines, struct buffer *text)
{
	struct line *last = lines->count > 0 ? &lines->items[lines->count - 1] : NULL;

	if (last == NULL || last->archive.data[0] != '/')
		return;
	must(text->error == 0);
	text->size -= last->archive.size + 1;
	last->archive = slice_of("/");
	buffer_append_string(text, "/\n");
}

/* Adds valid lines to lines and to text, where only paths with a newline change. */
static void read_lines(struct lines *lines, struct buffer *text, struct slice bytes,
	unsigned protocol, struct tally *tally)
{
	while (bytes.size > 0) {
		struct slice line = next_line(&bytes, tally);

		must(array_grow(&lines->items, &lines->capacity, lines->count,
			     sizeof(*lines->items)) == 0);
		if (!read_line(&lines->items[lines->count], line, protocol)) {
			ignore(tally);
			drop_path(lines, text);
			continue;
		}
		lines->count++;
		buffer_append(text, line);
		buffer_append_string(text, "\n");
	}
}

static bool is_of(const struct line *line, const struct package *package)
{
	return slice_equals(line->name, package->name) &&
	       slice_equals(line->architecture, package->architecture);
}

/* The first of the lines with the highest rank. */
static const struct line *find_best(
	const struct lines *lines, const struct package *package, size_t *used)
{
	const struct line *best = NULL;

	for (size_t i = 0; i < lines->count; i++) {
		if (!is_of(&lines->items[i], package))
			continue;
		(*used)++;
		if (best == NULL || lines->items[i].rank > best->rank)
			best = &lines->items[i];
	}
	must(best != NULL);
	return best;
}

static enum operation unpack_of(const struct line *line)
{
	if (slice_equals(line->old_version, "-"))
		return OPERATION_INSTALL;
	if (line->direction == '<')
		return OPERATION_UPGRADE;
	return line->direction == '>' ? OPERATION_DOWNGRADE : OPERATION_REINSTALL;
}

/* A removal may be a purge by the record's list of purged packages. */
static bool is_right_removal(
	const struct transaction *transaction, const struct package *package)
{
	return package->operation == OPERATION_PURGE ||
	       (package->operation == OPERATION_REMOVE && !transaction->is_purging);
}

static void must_be_right(const struct transaction *transaction,
	const struct package *package, const struct line *line)
{
	must(slice_equals(line->old_version, package->old_version));
	must(slice_equals(line->new_version, package->new_version));
	must(package->outcome == OUTCOME_PENDING);
	if (line->archive.data[0] != '/' || line->archive.size == 1)
		must(package->archive == NULL);
	else
		must(slice_equals(line->archive, package->archive));
	if (line->rank == 2)
		must(is_right_removal(transaction, package));
	else if (line->rank == 0)
		must(package->operation == OPERATION_CONFIGURE);
	else
		must(package->operation == unpack_of(line));
}

static void must_be_these(
	const struct transaction *transaction, const struct lines *lines)
{
	size_t used = 0;

	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];

		must_be_right(transaction, package, find_best(lines, package, &used));
	}
	must(used == lines->count);
}

static void must_be_in_order(const struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		int order;

		must(is_name(slice_of(package->name)));
		must(is_word(slice_of(package->architecture)));
		if (i == 0)
			continue;
		order = strcmp(package[-1].name, package->name);
		must(order < 0 || (order == 0 && strcmp(package[-1].architecture,
							 package->architecture) < 0));
	}
}

/* Each package must be found by its name, and what is found must have that name. */
static size_t must_be_found(const struct transaction *transaction)
{
	size_t names = 0;
	size_t end;

	for (size_t first = 0; first < transaction->count; first = end) {
		const struct package *package = &transaction->packages[first];
		const struct package *entry = transaction_main_entry(transaction, first);

		names++;
		end = transaction_end_of_name(transaction, first);
		must(end > first && end <= transaction->count);
		must(transaction_find(transaction, slice_of(package->name)) == first);
		must(entry >= package && entry < transaction->packages + end);
		must(end == transaction->count ||
			strcmp(transaction->packages[end].name, package->name) != 0);
	}
	return names;
}

static void must_have_names(const struct transaction *transaction, size_t count)
{
	owns_buffer struct buffer names = {0};
	owns_buffer struct buffer pairs = {0};
	struct slice rest;

	transaction_names(transaction, false, &names);
	transaction_names(transaction, true, &pairs);
	must(names.error == 0 && pairs.error == 0);
	harness_must_ascend(buffer_slice(&names));
	harness_must_ascend(buffer_slice(&pairs));
	must(harness_count_lines(buffer_slice(&names)) == count);
	must(harness_count_lines(buffer_slice(&pairs)) == transaction->count);
	for (rest = buffer_slice(&names); rest.size > 0;) {
		struct slice name = slice_cut(&rest, '\n');
		size_t found = transaction_find(transaction, name);

		must(found < transaction->count &&
			slice_equals(name, transaction->packages[found].name));
	}
}

static void must_have_table(const struct transaction *transaction)
{
	owns_buffer struct buffer table = {0};
	struct slice rest;

	transaction_to_table(transaction, &table);
	must(table.error == 0);
	rest = buffer_slice(&table);
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		struct slice line = slice_cut(&rest, '\n');

		must(slice_equals(slice_cut(&line, '\t'), package->name));
		must(slice_equals(slice_cut(&line, '\t'), package->architecture));
		must(slice_equals(
			slice_cut(&line, '\t'), operation_name(package->operation)));
		must(slice_equals(slice_cut(&line, '\t'), package->old_version));
		must(slice_equals(slice_cut(&line, '\t'), package->new_version));
		must(slice_equals(line, "-"));
	}
	must(rest.size == 0);
}

/* One line for each package that is unpacked. */
static void must_have_archives(const struct transaction *transaction)
{
	owns_buffer struct buffer table = {0};
	struct slice rest;

	transaction_archives(transaction, &table);
	must(table.error == 0);
	rest = buffer_slice(&table);
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		struct slice line;

		if (package->operation == OPERATION_REMOVE ||
			package->operation == OPERATION_PURGE ||
			package->operation == OPERATION_CONFIGURE) {
			must(package->archive == NULL);
			continue;
		}
		line = slice_cut(&rest, '\n');
		must(slice_equals(slice_cut(&line, '\t'), package->name));
		must(slice_equals(slice_cut(&line, '\t'), package->architecture));
		must(slice_equals(
			line, package->archive != NULL ? package->archive : "-"));
	}
	must(rest.size == 0);
}

void transaction_must_follow(const struct transaction *transaction,
	const struct stream_faults *faults, struct slice bytes)
{
	owns_lines struct lines lines = {0};
	owns_buffer struct buffer text = {0};
	struct tally tally = {.lines = 0};

	must(faults->has_no_names == (transaction->protocol == 0));
	must((faults->ignored_lines > 0) == (faults->first_ignored_line > 0));
	must(faults->first_ignored_line <= harness_count_lines(bytes));
	harness_must_be_lines_of(buffer_slice(&transaction->settings), bytes);
	if (faults->has_no_names || faults->is_of_other_version) {
		must(transaction->count == 0 && transaction->package_lines.size == 0);
		return;
	}
	bytes = skip_header(bytes, &tally);
	read_lines(&lines, &text, bytes, transaction->protocol, &tally);
	must(text.error == 0 && faults->ignored_lines == tally.ignored);
	must(faults->first_ignored_line == tally.first);
	must(harness_equal(buffer_slice(&text), transaction->package_lines));
	must_be_these(transaction, &lines);
	must_be_in_order(transaction);
	must_have_names(transaction, must_be_found(transaction));
	must_have_table(transaction);
	must_have_archives(transaction);
}

static void must_be_alike(const struct transaction *a, const struct transaction *b)
{
	owns_buffer struct buffer one = {0};
	owns_buffer struct buffer other = {0};

	transaction_to_table(a, &one);
	transaction_to_table(b, &other);
	transaction_archives(a, &one);
	transaction_archives(b, &other);
	must(one.error == 0 && other.error == 0);
	must(harness_equal(buffer_slice(&one), buffer_slice(&other)));
	must(harness_equal(a->package_lines, b->package_lines));
	must(harness_equal(buffer_slice(&a->settings), buffer_slice(&b->settings)));
	must(a->protocol == b->protocol && a->is_purging == b->is_purging &&
		a->is_quiet == b->is_quiet);
	must(harness_same_text(a->command_line, b->command_line));
	must(harness_same_text(a->native_architecture, b->native_architecture));
	must(harness_same_text(a->status_file, b->status_file));
	must(harness_same_text(a->status_stamp, b->status_stamp));
}

void transaction_must_survive(const struct transaction *transaction)
{
	owns_buffer struct buffer record = {0};
	struct transaction copy;
	struct stream_faults faults;

	if (transaction->protocol == 0)
		return;
	record_format(transaction, &record);
	must(record.error == 0);
	must(record_parse(&copy, &record, &faults) == 0);
	must(!faults.is_of_other_version && !faults.has_no_names && !faults.is_cut);
	must(faults.ignored_lines == 0);
	must_be_alike(transaction, &copy);
	transaction_done(&copy);
}
