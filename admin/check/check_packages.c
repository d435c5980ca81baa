/* SPDX-License-Identifier: BSD-2-Clause */
/* The directories of pkgs/ and multi_pkgs/, compared with the packages that apt knows. */
#include "check/check_packages.h"
#include "check/checks.h"
#include "segments.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "wildcard.h"

#include <fnmatch.h>

#define LISTS "/var/lib/apt/lists"
/* From this length on, two letters of a name may be wrong, not one. */
#define LONG_NAME 8
/* How many packages of a source package are named. */
#define BINARIES_SHOWN 5

static void add_binary(struct package_names *names, struct slice source,
	const char *binary, bool is_installed)
{
	xgrow(&names->binaries, &names->binary_capacity, names->binary_count,
		sizeof(*names->binaries));
	names->binaries[names->binary_count++] =
		(struct binary_package){.source = xstrndup(source.data, source.size),
			.name = xstrdup(binary),
			.is_installed = is_installed};
}

static void package_names_add(struct package_names *names, struct slice line)
{
	struct slice rest = line;
	struct slice name = slice_cut(&rest, '\t');
	struct slice architecture = slice_cut(&rest, '\t');
	struct slice installed = slice_cut(&rest, '\t');
	owns_memory char *qualified = NULL;
	bool is_installed = !slice_equals(installed, "-");

	if (name.size == 0 || architecture.size == 0)
		return;
	qualified = xformat("%.*s:%.*s", (int)name.size, name.data,
		(int)architecture.size, architecture.data);
	xlist_add(&names->qualified, qualified);
	qualified[name.size] = '\0';
	xlist_add(&names->plain, qualified);
	names->has_lists = names->has_lists || !is_installed;
	(void)slice_cut(&rest, '\t'); /* the candidate */
	if (rest.size > 0)
		add_binary(names, rest, qualified, is_installed);
}

static int compare_binaries(const void *left, const void *right)
{
	const struct binary_package *a = left, *b = right;
	int order = strcmp(a->source, b->source);

	if (order == 0)
		order = b->is_installed - a->is_installed;
	return order != 0 ? order : strcmp(a->name, b->name);
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

/* The caller frees them. */
static struct word_outline *outline_all(const struct string_list *list)
{
	struct word_outline *outlines =
		xcheck(calloc(list->count + 1, sizeof(*outlines)));

	for (size_t i = 0; i < list->count; i++)
		outlines[i] = word_outline(list->items[i]);
	return outlines;
}

void package_names_parse(struct package_names *names, struct slice lines)
{
	memset(names, 0, sizeof(*names));
	while (lines.size > 0)
		package_names_add(names, slice_cut(&lines, '\n'));
	sort_into_text(&names->plain, &names->text);
	sort_into_text(&names->qualified, &names->qualified_text);
	names->outlines = outline_all(&names->plain);
	names->qualified_outlines = outline_all(&names->qualified);
	if (names->binary_count > 0)
		qsort(names->binaries, names->binary_count, sizeof(*names->binaries),
			compare_binaries);
}

void package_names_done(struct package_names *names)
{
	string_list_done(&names->plain);
	string_list_done(&names->qualified);
	buffer_done(&names->text);
	buffer_done(&names->qualified_text);
	free(names->outlines);
	free(names->qualified_outlines);
	for (size_t i = 0; i < names->binary_count; i++) {
		free(names->binaries[i].source);
		free(names->binaries[i].name);
	}
	free(names->binaries);
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

bool package_names_have_match(
	const struct package_names *names, const struct pattern *pattern)
{
	owns_memory char *glob = xstrndup(pattern->glob.data, pattern->glob.size);
	const struct string_list *list = package_list_for(names, glob);

	if (strpbrk(glob, "*?[") == NULL)
		return package_names_has(names, glob);
	for (size_t i = 0; i < list->count; i++)
		if (fnmatch(glob, list->items[i], 0) == 0)
			return true;
	return false;
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

	/* nearest_to() allows more, but in a long list almost any word then has a match. */
	nearest.distance = strlen(directory_name) < LONG_NAME ? 2 : 3;
	nearest_try_all(&nearest, list->items,
		list == &names->plain ? names->outlines : names->qualified_outlines,
		list->count);
	return nearest.word;
}

static bool is_name_of_any(
	const struct package_names *names, const char *name, bool is_wildcard)
{
	return is_wildcard ? package_names_matches(names, name) == 1
			   : package_names_has(names, name);
}

char *package_names_certain(
	const struct package_names *names, const char *directory_name, bool is_wildcard)
{
	owns_memory char *plain = package_name_meant(directory_name);
	char *candidates[] = {
		wildcard_meant(directory_name), xstrdup(plain), dev_package_meant(plain)};
	char *certain = NULL;

	for (size_t i = 0; i < COUNT_OF(candidates); i++) {
		if (certain == NULL && candidates[i] != NULL &&
			is_name_of_any(names, candidates[i], is_wildcard))
			certain = candidates[i];
		else
			free(candidates[i]);
	}
	return certain;
}

/* The first of the binary packages of this source package, or of the next. */
static size_t find_source(const struct package_names *names, const char *source)
{
	size_t low = 0, high = names->binary_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->binaries[middle].source, source) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

char *package_names_of_source(const struct package_names *names, const char *source)
{
	owns_buffer struct buffer text = {0};
	const char *last = NULL;
	size_t count = 0;

	for (size_t i = find_source(names, source); i < names->binary_count; i++) {
		const struct binary_package *binary = &names->binaries[i];

		if (strcmp(binary->source, source) != 0)
			break;
		/* The same package of several architectures. */
		if (last != NULL && strcmp(last, binary->name) == 0)
			continue;
		last = binary->name;
		if (++count <= BINARIES_SHOWN)
			buffer_append_format(
				&text, "%s%s", count > 1 ? ", " : "", binary->name);
	}
	if (count > BINARIES_SHOWN)
		/* Translators: after the names of some packages. */
		buffer_append_format(&text, _(" and %zu more"), count - BINARIES_SHOWN);
	return count > 0 ? xbuffer_steal(&text) : NULL;
}

/* Only if the name is free: where both directories exist, a person has to decide. */
static void fix_package_name(struct check *check, struct buffer *command,
	const struct package_directory *directory, const char *right)
{
	owns_memory char *target = xformat("%.*s%s",
		(int)(directory->name - directory->path), directory->path, right);

	if (check_claim(check, directory->path, target))
		fix_words(command, "mv", "-nT", "--", directory->path, target);
}

/* Only a certain name gets a command; a guess is a question. */
static void find_unknown_package(struct check *check, const struct package_names *names,
	enum finding_kind kind, const struct package_directory *directory)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *certain = package_names_certain(
		names, directory->name, kind == FINDING_WILDCARD_WITHOUT_MATCH);
	owns_memory char *binaries = package_names_of_source(names, directory->name);
	const char *nearest = certain == NULL && binaries == NULL
				      ? package_names_nearest(names, directory->name)
				      : NULL;

	if (certain != NULL) {
		fix_package_name(check, &command, directory, certain);
		check_find(check, kind, directory->path, &command,
			_("unknown package %s; did you mean %s?"), directory->name,
			certain);
	} else if (binaries != NULL) {
		check_find(check, kind, directory->path, NULL,
			_("%s is a source package; its binary packages are %s"),
			directory->name, binaries);
	} else if (nearest != NULL) {
		check_find(check, kind, directory->path, NULL,
			_("unknown package %s; did you mean %s, or is a repository "
			  "missing?"),
			directory->name, nearest);
	} else {
		check_find(check, kind, directory->path, NULL,
			_("unknown package %s; is a repository missing?"),
			directory->name);
	}
}

/* Package names are not suggestions for a pattern. */
static void find_pattern(struct check *check, const struct package_names *names,
	const struct package_directory *directory)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *certain =
		package_names_certain(names, directory->name, directory->is_wildcard);

	if (certain == NULL) {
		check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, directory->path, NULL,
			_("no known package matches %s"), directory->name);
		return;
	}
	fix_package_name(check, &command, directory, certain);
	check_find(check, FINDING_WILDCARD_WITHOUT_MATCH, directory->path, &command,
		_("no known package matches %s; did you mean %s?"), directory->name,
		certain);
}

static void check_package_directory(struct check *check,
	const struct package_names *names, const struct package_directory *directory)
{
	owns_memory char *wildcard = wildcard_meant(directory->name);

	if (segments_of(directory->name).is_pattern ||
		(directory->is_wildcard && wildcard != NULL))
		find_pattern(check, names, directory);
	else
		find_unknown_package(check, names,
			directory->is_wildcard ? FINDING_WILDCARD_WITHOUT_MATCH
					       : FINDING_PACKAGE_UNKNOWN,
			directory);
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

bool check_known_packages(struct check *check, struct package_names *ret_names)
{
	static const char *const all[] = {NULL};

	memset(ret_names, 0, sizeof(*ret_names));
	if (check->is_apt_unusable || check->are_packages_unusable)
		return false;
	if (check->packages.size == 0 &&
		apt_packages(check->admin, all, &check->packages) < 0) {
		check->is_incomplete = check->are_packages_unusable = true;
		return false;
	}
	package_names_parse(ret_names, buffer_slice(&check->packages));
	return true;
}

void check_packages(struct check *check)
{
	owns_package_names struct package_names names = {.has_lists = false};

	if (check->directory_count > 0 && check_known_packages(check, &names))
		check_package_directories(check, &names);
}
