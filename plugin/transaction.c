/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction.h"

size_t transaction_find(const struct transaction *transaction, struct slice name)
{
	size_t low = 0, high = transaction->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(slice_of(transaction->packages[middle].name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t transaction_end_of_name(const struct transaction *transaction, size_t first)
{
	size_t end = first + 1;

	while (end < transaction->count &&
		strcmp(transaction->packages[end].name,
			transaction->packages[first].name) == 0)
		end++;
	return end;
}

struct package *transaction_find_package(
	struct transaction *transaction, struct slice name, struct slice architecture)
{
	struct package *without_architecture = NULL;

	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		struct package *package = &transaction->packages[i];

		if (slice_equals(architecture, package->architecture))
			return package;
		if (strcmp(package->architecture, "-") == 0)
			without_architecture = package;
	}
	return without_architecture;
}

static int preference(
	const struct transaction *transaction, const struct package *package)
{
	bool stays = package->operation != OPERATION_REMOVE &&
		     package->operation != OPERATION_PURGE;
	bool is_native =
		transaction->native_architecture != NULL &&
		strcmp(package->architecture, transaction->native_architecture) == 0;

	return (stays ? 2 : 0) + (is_native ? 1 : 0);
}

void transaction_mark_purged(struct transaction *transaction, struct slice purged)
{
	while (purged.size > 0) {
		struct slice architecture = slice_cut(&purged, '\n');
		struct slice name = slice_cut(&architecture, ':');
		struct package *package =
			transaction_find_package(transaction, name, architecture);

		if (package != NULL && package->operation == OPERATION_REMOVE)
			package->operation = OPERATION_PURGE;
	}
}

const struct package *transaction_main_entry(
	const struct transaction *transaction, size_t first)
{
	size_t end = transaction_end_of_name(transaction, first);
	const struct package *best = &transaction->packages[first];

	for (const struct package *entry = best + 1; entry < transaction->packages + end;
		entry++)
		if (preference(transaction, entry) > preference(transaction, best))
			best = entry;
	return best;
}

void transaction_names(const struct transaction *transaction, bool with_architecture,
	struct buffer *names)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];

		if (!with_architecture && i > 0 &&
			strcmp(package->name, package[-1].name) == 0)
			continue;
		buffer_append_string(names, package->name);
		if (with_architecture) {
			buffer_append_string(names, ":");
			buffer_append_string(names, package->architecture);
		}
		buffer_append_string(names, "\n");
	}
	/* ':' comes after '+', '-' and '.', which names may contain. */
	if (with_architecture)
		lines_sort(names);
}

static const struct word operations[] = {
	{"install", OPERATION_INSTALL},
	{"upgrade", OPERATION_UPGRADE},
	{"downgrade", OPERATION_DOWNGRADE},
	{"reinstall", OPERATION_REINSTALL},
	{"remove", OPERATION_REMOVE},
	{"purge", OPERATION_PURGE},
	{"configure", OPERATION_CONFIGURE},
};

const char *operation_name(enum operation operation)
{
	return word_of(operations, COUNT_OF(operations), (int)operation);
}

bool operation_parse(const char *word, enum operation *ret_operation)
{
	int value;

	if (!word_parse(operations, COUNT_OF(operations), word, &value))
		return false;
	*ret_operation = (enum operation)value;
	return true;
}

static void add_columns(struct buffer *table, const char *const *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buffer_append_string(table, columns[i]);
		buffer_append_string(table, i + 1 < count ? "\t" : "\n");
	}
}

const char *outcome_name(enum outcome outcome)
{
	static const struct word names[] = {{"-", OUTCOME_PENDING},
		{"done", OUTCOME_DONE}, {"failed", OUTCOME_FAILED}};

	return word_of(names, COUNT_OF(names), (int)outcome);
}

void transaction_to_table(const struct transaction *transaction, struct buffer *table)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		const char *const columns[] = {package->name, package->architecture,
			operation_name(package->operation), package->old_version,
			package->new_version, outcome_name(package->outcome)};

		add_columns(table, columns, COUNT_OF(columns));
	}
}

bool package_is_unpacked(const struct package *package)
{
	return package->operation == OPERATION_INSTALL ||
	       package->operation == OPERATION_UPGRADE ||
	       package->operation == OPERATION_DOWNGRADE ||
	       package->operation == OPERATION_REINSTALL;
}

void transaction_archives(const struct transaction *transaction, struct buffer *table)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		const char *const columns[] = {package->name, package->architecture,
			package->archive != NULL ? package->archive : "-"};

		if (package_is_unpacked(package))
			add_columns(table, columns, COUNT_OF(columns));
	}
}

void transaction_done(struct transaction *transaction)
{
	free(transaction->packages);
	free(transaction->command_line);
	free(transaction->native_architecture);
	free(transaction->status_file);
	free(transaction->admin_dir);
	free(transaction->status_stamp);
	free(transaction->configuration_stamp);
	free(transaction->strings);
	buffer_done(&transaction->settings);
	buffer_done(&transaction->own_settings);
	buffer_done(&transaction->noted_paths);
	buffer_done(&transaction->text);
	memset(transaction, 0, sizeof(*transaction));
}
