/* SPDX-License-Identifier: BSD-2-Clause */
/* The directories of pkgs/ and multi_pkgs/, held against the packages that apt knows. */
#include "check/checks.h"
#include "model/package_names.h"
#include "segments.h"
#include "system/apt.h"
#include "ui/spelling.h"

#include <errno.h>
#include <sys/stat.h>

#define LISTS "/var/lib/apt/lists"

/* Only to a name that is free: what both directories hold, a person has to look at. */
static void fix_name(struct buffer *command, const struct package_directory *directory,
	const char *right)
{
	owns_memory char *target = string_format("%.*s%s",
		(int)(directory->name - directory->path), directory->path, right);
	struct stat status;

	if (target != NULL && lstat(target, &status) < 0 && errno == ENOENT)
		fix_add(command, (const char *const[]){"mv", "-nT", "--", directory->path,
					 target, NULL});
}

static void check_name(struct check *check, const struct package_names *names,
	const struct package_directory *directory)
{
	owns_buffer struct buffer command = {0};
	enum finding_kind kind = directory->is_wildcard ? FINDING_WILDCARD_WITHOUT_MATCH
							: FINDING_PACKAGE_UNKNOWN;
	const char *nearest = package_names_nearest(names, directory->name);

	if (nearest == NULL) {
		check_find(check, kind, directory->path, NULL,
			_("apt knows no package %s"), directory->name);
		return;
	}
	fix_name(&command, directory, nearest);
	check_find(check, kind, directory->path, &command,
		_("apt knows no package %s; did you mean %s?"), directory->name, nearest);
}

static void check_wildcard(struct check *check, const struct package_names *names,
	const struct package_directory *directory)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *meant = wildcard_meant(directory->name);

	if (meant != NULL && package_names_matches(names, meant) == 1) {
		fix_name(&command, directory, meant);
		check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, directory->path,
			&command, _("apt knows no package %s; did you mean %s?"),
			directory->name, meant);
		return;
	}
	check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, directory->path, NULL,
		_("no package that apt knows matches %s"), directory->name);
}

static bool is_known(
	const struct package_names *names, const struct package_directory *directory)
{
	/* What PCRE2 gives up on, nobody can tell. */
	return directory->is_wildcard ? package_names_matches(names, directory->name) != 0
				      : package_names_has(names, directory->name);
}

static void check_package_directory(struct check *check,
	const struct package_names *names, const struct package_directory *directory)
{
	owns_memory char *meant =
		directory->is_wildcard ? wildcard_meant(directory->name) : NULL;

	if (segments_of(directory->name).is_pattern || meant != NULL)
		check_wildcard(check, names, directory);
	else
		check_name(check, names, directory);
}

/* Instead of a word about each name that is not installed. */
static void report_lists(struct check *check, size_t count)
{
	const struct admin *admin = check->admin;
	owns_buffer struct buffer command = {0};
	owns_memory char *path = string_format("%s%s", admin->root, LISTS);

	if (path == NULL) {
		check->findings.has_failed = true;
		return;
	}
	if (admin->root[0] == '\0')
		fix_add(&command, (const char *const[]){"apt-get", "update", NULL});
	check_find(check, FINDING_NO_PACKAGE_LISTS, path, &command,
		ngettext("apt has no lists of packages, so %zu name in the hook tree "
			 "cannot be judged",
			"apt has no lists of packages, so %zu names in the hook tree "
			"cannot be judged",
			(unsigned long)count),
		count);
}

static void check_package_directories(
	struct check *check, const struct package_names *names)
{
	size_t unknown = 0;

	for (size_t i = 0; i < check->directory_count; i++) {
		const struct package_directory *directory = &check->directories[i];

		if (is_known(names, directory))
			continue;
		unknown++;
		if (names->has_lists)
			check_package_directory(check, names, directory);
	}
	if (unknown > 0 && !names->has_lists)
		report_lists(check, unknown);
}

void check_packages(struct check *check)
{
	static const char *const all[] = {NULL};
	__attribute__((cleanup(package_names_done))) struct package_names names = {
		.has_lists = false};
	owns_buffer struct buffer lines = {0};

	if (check->directory_count == 0 || check->is_apt_mute)
		return;
	if (apt_packages(check->admin, all, &lines) < 0)
		check->is_blind = true;
	else if (package_names_parse(&names, buffer_slice(&lines)) < 0)
		check->findings.has_failed = true;
	else
		check_package_directories(check, &names);
}
