/* SPDX-License-Identifier: BSD-2-Clause */
/* The directories of pkgs/ and multi_pkgs/, held against the packages that apt knows. */
#include "apt.h"
#include "checks.h"
#include "fix.h"
#include "package_names.h"
#include "segments.h"
#include "spelling.h"

#include <errno.h>
#include <sys/stat.h>

#define LISTS "/var/lib/apt/lists"

/* Only to a name that is free: what both directories hold, a person has to look at. */
static void fix_name(
	struct buffer *command, const struct subject *subject, const char *right)
{
	owns_memory char *target = string_format(
		"%.*s%s", (int)(subject->name - subject->path), subject->path, right);
	struct stat status;

	if (target != NULL && lstat(target, &status) < 0 && errno == ENOENT)
		fix_add(command, (const char *const[]){
					 "mv", "-nT", "--", subject->path, target, NULL});
}

static void check_name(struct check *check, const struct package_names *names,
	const struct subject *subject)
{
	owns_buffer struct buffer command = {0};
	enum finding_kind kind = subject->is_wildcard ? FINDING_WILDCARD_WITHOUT_MATCH
						      : FINDING_PACKAGE_UNKNOWN;
	const char *nearest = package_names_nearest(names, subject->name);

	if (nearest == NULL) {
		check_find(check, kind, subject->path, NULL, _("apt knows no package %s"),
			subject->name);
		return;
	}
	fix_name(&command, subject, nearest);
	check_find(check, kind, subject->path, &command,
		_("apt knows no package %s; did you mean %s?"), subject->name, nearest);
}

static void check_wildcard(struct check *check, const struct package_names *names,
	const struct subject *subject)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *meant = wildcard_meant(subject->name);

	if (meant != NULL && package_names_matches(names, meant) == 1) {
		fix_name(&command, subject, meant);
		check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, subject->path, &command,
			_("apt knows no package %s; did you mean %s?"), subject->name,
			meant);
		return;
	}
	check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, subject->path, NULL,
		_("no package that apt knows matches %s"), subject->name);
}

static bool is_known(const struct package_names *names, const struct subject *subject)
{
	/* What PCRE2 gives up on, nobody can tell. */
	return subject->is_wildcard ? package_names_matches(names, subject->name) != 0
				    : package_names_has(names, subject->name);
}

static void check_subject(struct check *check, const struct package_names *names,
	const struct subject *subject)
{
	owns_memory char *meant =
		subject->is_wildcard ? wildcard_meant(subject->name) : NULL;

	if (segments_of(subject->name).is_pattern || meant != NULL)
		check_wildcard(check, names, subject);
	else
		check_name(check, names, subject);
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

static void check_subjects(struct check *check, const struct package_names *names)
{
	size_t unknown = 0;

	for (size_t i = 0; i < check->subject_count; i++) {
		const struct subject *subject = &check->subjects[i];

		if (is_known(names, subject))
			continue;
		unknown++;
		if (names->has_lists)
			check_subject(check, names, subject);
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

	if (check->subject_count == 0 || check->is_apt_mute)
		return;
	if (apt_packages(check->admin, all, &lines) < 0)
		check->is_blind = true;
	else if (package_names_parse(&names, buffer_slice(&lines)) < 0)
		check->findings.has_failed = true;
	else
		check_subjects(check, &names);
}
