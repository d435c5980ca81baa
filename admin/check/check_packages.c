/* SPDX-License-Identifier: BSD-2-Clause */
/* The directories of pkgs/ and multi_pkgs/, compared with the packages that apt knows. */
#include "check/check_packages.h"
#include "check/checks.h"
#include "segments.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "wildcard.h"

#include <errno.h>
#include <sys/stat.h>

#define LISTS "/var/lib/apt/lists"

static void package_names_add(struct package_names *names, struct slice line)
{
	struct slice rest = line;
	struct slice name = slice_cut(&rest, '\t');
	struct slice architecture = slice_cut(&rest, '\t');
	struct slice installed = slice_cut(&rest, '\t');
	owns_memory char *qualified = NULL;

	if (name.size == 0 || architecture.size == 0)
		return;
	qualified = xformat("%.*s:%.*s", (int)name.size, name.data,
		(int)architecture.size, architecture.data);
	xlist_add(&names->qualified, qualified);
	qualified[name.size] = '\0';
	xlist_add(&names->plain, qualified);
	names->has_lists = names->has_lists || slice_equals(installed, "-");
}

static void sort_into_text(struct string_list *list, struct buffer *text)
{
	string_list_sort_unique(list);
	for (size_t i = 0; i < list->count; i++) {
		buffer_append_string(text, list->items[i]);
		buffer_append_string(text, "\n");
	}
	xensure(text->error);
}

void package_names_parse(struct package_names *names, struct slice lines)
{
	memset(names, 0, sizeof(*names));
	while (lines.size > 0)
		package_names_add(names, slice_cut(&lines, '\n'));
	sort_into_text(&names->plain, &names->text);
	sort_into_text(&names->qualified, &names->qualified_text);
}

void package_names_done(struct package_names *names)
{
	string_list_done(&names->plain);
	string_list_done(&names->qualified);
	buffer_done(&names->text);
	buffer_done(&names->qualified_text);
}

/* A directory with a colon in its name is for one architecture (plan.h). */
static bool has_architecture(const char *directory_name)
{
	return strchr(directory_name, ':') != NULL;
}

static const struct string_list *package_list_for(
	const struct package_names *names, const char *directory_name)
{
	return has_architecture(directory_name) ? &names->qualified : &names->plain;
}

bool package_names_has(const struct package_names *names, const char *directory_name)
{
	return string_list_has(package_list_for(names, directory_name), directory_name);
}

int package_names_matches(const struct package_names *names, const char *directory_name)
{
	const struct buffer *text =
		has_architecture(directory_name) ? &names->qualified_text : &names->text;
	struct wildcard *wildcard;
	int matches =
		xensure(wildcard_new(&wildcard, directory_name, buffer_slice(text)));

	if (matches < 0)
		return matches;
	matches = wildcard_matches_any(wildcard);
	wildcard_free(wildcard);
	return matches;
}

const char *package_names_nearest(
	const struct package_names *names, const char *directory_name)
{
	const struct string_list *list = package_list_for(names, directory_name);
	struct nearest nearest = nearest_to(directory_name);

	for (size_t i = 0; i < list->count; i++)
		nearest_try(&nearest, list->items[i]);
	return nearest.word;
}

/* Only if the name is free: where both directories exist, a person has to decide. */
static void fix_package_name(struct buffer *command,
	const struct package_directory *directory, const char *right)
{
	owns_memory char *target = xformat("%.*s%s",
		(int)(directory->name - directory->path), directory->path, right);
	struct stat status;

	if (lstat(target, &status) < 0 && errno == ENOENT)
		fix_words(command, "mv", "-nT", "--", directory->path, target);
}

/* meant is the right name, or NULL if none is known. */
static void find_unknown_package(struct check *check, enum finding_kind kind,
	const struct package_directory *directory, const char *meant)
{
	owns_buffer struct buffer command = {0};

	if (meant == NULL) {
		check_find(check, kind, directory->path, NULL,
			_("apt knows no package %s"), directory->name);
		return;
	}
	fix_package_name(&command, directory, meant);
	check_find(check, kind, directory->path, &command,
		_("apt knows no package %s; did you mean %s?"), directory->name, meant);
}

static void check_package_directory(struct check *check,
	const struct package_names *names, const struct package_directory *directory)
{
	bool is_pattern = segments_of(directory->name).is_pattern;
	enum finding_kind kind = directory->is_wildcard || is_pattern
					 ? FINDING_WILDCARD_WITHOUT_MATCH
					 : FINDING_PACKAGE_UNKNOWN;
	owns_memory char *meant = kind == FINDING_WILDCARD_WITHOUT_MATCH
					  ? wildcard_meant(directory->name)
					  : NULL;

	if (meant != NULL && package_names_matches(names, meant) == 1)
		find_unknown_package(check, kind, directory, meant);
	else if (meant != NULL || is_pattern)
		check_find(check, kind, directory->path, NULL,
			_("no package that apt knows matches %s"), directory->name);
	else
		find_unknown_package(check, kind, directory,
			package_names_nearest(names, directory->name));
}

static bool is_known_to_apt(
	const struct package_names *names, const struct package_directory *directory)
{
	/* If PCRE2 gives up on a wildcard, assume that it matches. */
	return directory->is_wildcard ? package_names_matches(names, directory->name) != 0
				      : package_names_has(names, directory->name);
}

/* One finding instead of one for each package that is not installed. */
static void find_no_lists(struct check *check, size_t count)
{
	const struct admin *admin = check->admin;
	owns_buffer struct buffer command = {0};
	owns_memory char *path = xformat("%s%s", admin->root, LISTS);

	if (admin->root[0] == '\0')
		fix_words(&command, "apt-get", "update");
	check_find(check, FINDING_NO_PACKAGE_LISTS, path, &command,
		ngettext("apt has no package lists; %zu name in the hook tree cannot be "
			 "checked",
			"apt has no package lists; %zu names in the hook tree cannot be "
			"checked",
			(unsigned long)count),
		count);
}

static void check_package_directories(
	struct check *check, const struct package_names *names)
{
	size_t unknown = 0;

	for (size_t i = 0; i < check->directory_count; i++) {
		const struct package_directory *directory = &check->directories[i];

		if (is_known_to_apt(names, directory))
			continue;
		unknown++;
		if (names->has_lists)
			check_package_directory(check, names, directory);
	}
	if (unknown > 0 && !names->has_lists)
		find_no_lists(check, unknown);
}

void check_packages(struct check *check)
{
	static const char *const all[] = {NULL};
	owns_package_names struct package_names names = {.has_lists = false};
	owns_buffer struct buffer lines = {0};

	if (check->directory_count == 0 || check->is_apt_unusable)
		return;
	if (apt_packages(check->admin, all, &lines) < 0) {
		check->is_incomplete = true;
		return;
	}
	package_names_parse(&names, buffer_slice(&lines));
	check_package_directories(check, &names);
}
