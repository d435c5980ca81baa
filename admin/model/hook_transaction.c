/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/hook_transaction.h"
#include "apt_text.h"
#include "system/apt.h"
#include "ui/message.h"

#include <errno.h>
#include <fcntl.h>

#define OURS "APT_UNIVERSAL_HOOKS_"

/* Of either file; a transaction with all packages of Debian is smaller. */
#define FILE_SIZE_MAX ((size_t)64 << 20)

#define TABLE_COLUMN_COUNT (PACKAGE_OUTCOME + 1)

static void set_package_field(
	struct hook_package *package, enum package_field field, struct slice value)
{
	free(package->fields[field]);
	package->fields[field] =
		value.size > 0 ? xstrndup(value.data, value.size) : xstrdup("-");
}

static struct hook_package *add_hook_package(struct hook_transaction *transaction)
{
	struct hook_package *package;

	xgrow(&transaction->packages, &transaction->capacity, transaction->count,
		sizeof(*transaction->packages));
	package = &transaction->packages[transaction->count++];
	memset(package, 0, sizeof(*package));
	for (int i = 0; i < PACKAGE_FIELD_COUNT; i++)
		set_package_field(package, (enum package_field)i, slice_of("-"));
	return package;
}

static size_t count_tabs(struct slice line)
{
	size_t tabs = 0;

	for (size_t i = 0; i < line.size; i++)
		tabs += line.data[i] == '\t';
	return tabs;
}

/* Takes the first of archives if it is this package's: both files have one order. */
static void take_archive(struct hook_package *package, struct slice *archives)
{
	struct slice rest = *archives;
	struct slice path = slice_cut(&rest, '\n');
	struct slice name = slice_cut(&path, '\t');
	struct slice architecture = slice_cut(&path, '\t');

	if (!slice_equals(name, package->fields[PACKAGE_NAME]) ||
		!slice_equals(architecture, package->fields[PACKAGE_ARCHITECTURE]))
		return;
	set_package_field(package, PACKAGE_ARCHIVE, path);
	*archives = rest;
}

size_t hook_transaction_parse(
	struct hook_transaction *transaction, struct slice table, struct slice archives)
{
	memset(transaction, 0, sizeof(*transaction));
	while (table.size > 0) {
		struct slice line = slice_cut(&table, '\n');
		struct hook_package *package;

		if (count_tabs(line) != TABLE_COLUMN_COUNT - 1)
			return transaction->count + 1;
		package = add_hook_package(transaction);
		for (int i = 0; i < TABLE_COLUMN_COUNT; i++)
			set_package_field(
				package, (enum package_field)i, slice_cut(&line, '\t'));
		take_archive(package, &archives);
	}
	return 0;
}

/* A status or −1. */
static int read_named_file(const char *path, struct buffer *text)
{
	owns_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = fd >= 0 ? xensure(buffer_read(text, fd, FILE_SIZE_MAX)) : -errno;

	return error < 0
		       ? report_error(_("%s cannot be read: %s"), path, strerror(-error))
		       : -1;
}

static int report_no_transaction(void)
{
	const char *hook_point = getenv(OURS "HOOK_POINT");

	if (hook_point == NULL)
		return report_error(_("there is no transaction: this must be called in a "
				      "hook"));
	return report_error(
		_("the packages of the transaction are not known at %s"), hook_point);
}

int hook_transaction_read(struct hook_transaction *transaction)
{
	const char *path = getenv(OURS "TRANSACTION");
	const char *archives_path = getenv(OURS "ARCHIVES");
	owns_buffer struct buffer table = {0}, archives = {0};
	int status =
		path != NULL ? read_named_file(path, &table) : report_no_transaction();
	size_t line;

	memset(transaction, 0, sizeof(*transaction));
	if (status < 0 && archives_path != NULL)
		status = read_named_file(archives_path, &archives);
	if (status >= 0)
		return status;
	line = hook_transaction_parse(
		transaction, buffer_slice(&table), buffer_slice(&archives));
	return line == 0 ? -1
			 : report_error(
				   _("%s: line %zu is not about a package"), path, line);
}

static void add_asked_version(
	struct string_list *words, const struct hook_package *package)
{
	const char *version = package->fields[PACKAGE_NEW_VERSION];
	owns_memory char *word = NULL;

	if (strcmp(version, "-") == 0)
		version = package->fields[PACKAGE_OLD_VERSION];
	word = xformat("%s:%s\t%s\t%s", package->fields[PACKAGE_NAME],
		package->fields[PACKAGE_ARCHITECTURE], version,
		package->fields[PACKAGE_ARCHIVE]);
	xlist_add(words, word);
}

/* The columns of a line of APT_FIELDS. */
static void take_answer(struct hook_package *package, struct slice line)
{
	static const enum package_field columns[] = {
		PACKAGE_SECTION, PACKAGE_SOURCE, PACKAGE_MULTI_ARCH, PACKAGE_AUTOMATIC};

	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		owns_memory char *value = xcheck(percent_decode(slice_cut(&line, '\t')));

		set_package_field(package, columns[i], slice_of(value));
	}
}

void hook_transaction_ask(struct hook_transaction *transaction, const struct admin *admin,
	const char *command_line)
{
	owns_strings struct string_list words = {0};
	owns_buffer struct buffer lines = {0};
	struct slice rest;

	for (size_t i = 0; i < transaction->count; i++)
		add_asked_version(&words, &transaction->packages[i]);
	if (words.count == 0)
		return;
	xensure(string_list_terminate(&words));
	if (apt_fields(admin, command_line, (const char *const *)words.items, &lines) < 0)
		return;
	rest = buffer_slice(&lines);
	for (size_t i = 0; i < transaction->count && rest.size > 0; i++)
		take_answer(&transaction->packages[i], slice_cut(&rest, '\n'));
}

void hook_transaction_done(struct hook_transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++)
		for (int j = 0; j < PACKAGE_FIELD_COUNT; j++)
			free(transaction->packages[i].fields[j]);
	free(transaction->packages);
	memset(transaction, 0, sizeof(*transaction));
}
