/* SPDX-License-Identifier: BSD-2-Clause */
#include "outcome.h"
#include "process.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
#define FORMAT "${Package}\\t${Architecture}\\t${db:Status-Status}\\t${Version}\\n"

/* Above so many names it is as quick to ask for all that dpkg knows. */
#define NAMES_MAX 1000
/* 100,000 installed packages come to some 6 MB. */
#define ANSWER_MAX ((size_t)32 << 20)

const char *result_name(enum result result)
{
	static const struct word names[] = {{"ok", RESULT_OK}, {"failed", RESULT_FAILED},
		{"aborted", RESULT_ABORTED}};

	return word_of(names, COUNT_OF(names), (int)result);
}

char *outcome_stamp(const struct transaction *transaction)
{
	struct stat status;

	if (transaction->status_file == NULL ||
		stat(transaction->status_file, &status) < 0)
		return NULL;
	return string_format("%llu:%llu:%lld.%09ld", (unsigned long long)status.st_dev,
		(unsigned long long)status.st_ino, (long long)status.st_mtim.tv_sec,
		status.st_mtim.tv_nsec);
}

/* dpkg was not called at all, as with Debug::pkgDPkgPM or a dpkg that cannot be started.
 */
static bool is_untouched(const struct transaction *transaction)
{
	owns_memory char *stamp = outcome_stamp(transaction);

	return stamp != NULL && transaction->status_stamp != NULL &&
	       strcmp(stamp, transaction->status_stamp) == 0;
}

/* The database's folder, which apt may have elsewhere (Dir), is the status file's. */
static bool find_admin_dir(const struct transaction *transaction, struct slice *ret_dir)
{
	const char *file = transaction->status_file;
	const char *slash = file != NULL && file[0] == '/' ? strrchr(file, '/') : NULL;

	if (slash == NULL || strcmp(slash, "/status") != 0)
		return false;
	*ret_dir = (struct slice){file, (size_t)(slash - file)};
	return true;
}

static int query(const struct transaction *transaction, struct buffer *answer,
	struct uh_ending *ret_ending)
{
	owns_memory const char **argv = calloc(transaction->count + 5, sizeof(*argv));
	owns_memory char *option = NULL;
	struct process_spec spec = {.path = DPKG_QUERY, .envp = environ};
	struct slice admin_dir;
	size_t count = 0;

	if (argv == NULL)
		return -ENOMEM;
	argv[count++] = "dpkg-query";
	if (find_admin_dir(transaction, &admin_dir)) {
		option = string_format(
			"--admindir=%.*s", (int)admin_dir.size, admin_dir.data);
		if (option == NULL)
			return -ENOMEM;
		argv[count++] = option;
	}
	argv[count++] = "--showformat=" FORMAT;
	argv[count++] = "--show";
	for (size_t i = 0; transaction->count <= NAMES_MAX && i < transaction->count;
		i = transaction_end_of_name(transaction, i))
		argv[count++] = transaction->packages[i].name;
	spec.argv = (char *const *)argv;
	return process_capture(&spec, ANSWER_MAX, answer, ret_ending);
}

int outcome_settle(struct transaction *transaction, enum result *ret_result,
	struct uh_ending *ret_ending)
{
	owns_buffer struct buffer answer = {0};
	int error;

	*ret_result = RESULT_UNKNOWN;
	if (is_untouched(transaction)) {
		*ret_result = RESULT_ABORTED;
		return 0;
	}
	if (transaction->count == 0)
		return 0;
	error = query(transaction, &answer, ret_ending);
	if (error < 0)
		return error;
	/* dpkg-query(1): 1 says that some of the names are not there, as after a removal.
	 */
	if (ret_ending->end != UH_EXITED || ret_ending->value > 1)
		return -EPROTO;
	*ret_result = outcome_compare(transaction, buffer_slice(&answer));
	return 0;
}

static bool is_removal(const struct package *package)
{
	return package->operation == OPERATION_REMOVE ||
	       package->operation == OPERATION_PURGE;
}

/* A package whose triggers are still to run is configured (deb-triggers(5)). */
static bool is_installed(struct slice status)
{
	return slice_equals(status, "installed") ||
	       slice_equals(status, "triggers-awaited") ||
	       slice_equals(status, "triggers-pending");
}

static bool has_reached(
	const struct package *package, struct slice status, struct slice version)
{
	if (package->operation == OPERATION_PURGE)
		return slice_equals(status, "not-installed");
	if (package->operation == OPERATION_REMOVE)
		return slice_equals(status, "not-installed") ||
		       slice_equals(status, "config-files");
	return is_installed(status) && slice_equals(version, package->new_version);
}

/* The index of the first entry whose name is not below name. */
static size_t find_name(const struct transaction *transaction, struct slice name)
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

static void compare_line(struct transaction *transaction, struct slice line)
{
	struct slice name = slice_cut(&line, '\t');
	struct slice architecture = slice_cut(&line, '\t');
	struct slice status = slice_cut(&line, '\t');

	for (size_t i = find_name(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		struct package *package = &transaction->packages[i];

		/* Version 2 of the protocol does not tell the architecture. */
		if (!slice_equals(architecture, package->architecture) &&
			strcmp(package->architecture, "-") != 0)
			continue;
		package->outcome = has_reached(package, status, line) ? OUTCOME_DONE
								      : OUTCOME_FAILED;
	}
}

enum result outcome_compare(struct transaction *transaction, struct slice answer)
{
	enum result result = RESULT_OK;

	/* What dpkg does not know is not installed. */
	for (size_t i = 0; i < transaction->count; i++)
		transaction->packages[i].outcome = is_removal(&transaction->packages[i])
							   ? OUTCOME_DONE
							   : OUTCOME_FAILED;
	while (answer.size > 0)
		compare_line(transaction, slice_cut(&answer, '\n'));
	for (size_t i = 0; i < transaction->count; i++)
		if (transaction->packages[i].outcome == OUTCOME_FAILED)
			result = RESULT_FAILED;
	return result;
}
