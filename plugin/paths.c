/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <unistd.h>

#define USR "/usr"

static const char *const mergeable[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

unsigned paths_merged(const char *root)
{
	unsigned merged = 0;

	for (size_t i = 0; i < COUNT_OF(mergeable); i++) {
		owns_memory char *path = string_join(root, "/", mergeable[i]);
		char target[sizeof("/usr/libx32")];
		const char *name = target;
		ssize_t size = -1;

		if (path != NULL)
			size = readlink(path, target, sizeof(target) - 1);
		if (size < 0)
			continue;
		target[size] = '\0';
		name += *name == '/';
		if (strncmp(name, "usr/", 4) == 0 && strcmp(name + 4, mergeable[i]) == 0)
			merged |= 1U << i;
	}
	return merged;
}

/* Whether path is below one of the merged directories. Most are ruled out at once. */
static bool is_below_merged(const char *path, unsigned merged)
{
	if (merged == 0 || !((path[1] == 'l' && path[2] == 'i') ||
				   (path[1] == 'b' && path[2] == 'i') ||
				   (path[1] == 's' && path[2] == 'b')))
		return false;
	for (size_t i = 0; i < COUNT_OF(mergeable); i++) {
		size_t size = strlen(mergeable[i]);

		if ((merged & 1U << i) != 0 &&
			strncmp(path + 1, mergeable[i], size) == 0 &&
			path[1 + size] == '/')
			return true;
	}
	return false;
}

/* A path, and the same one without /usr, if both are one. */
struct path_names {
	const char *path;
	size_t size;
	const char *shorter; /* or NULL */
};

static struct path_names names_of(const char *path, size_t size, unsigned merged)
{
	struct path_names names = {path, size, NULL};

	if (size > sizeof(USR) && memcmp(path, USR "/", sizeof(USR "/") - 1) == 0 &&
		is_below_merged(path + sizeof(USR) - 1, merged))
		names.shorter = path + sizeof(USR) - 1;
	return names;
}

static int compare_diversions(const void *a, const void *b)
{
	const struct diversion *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* The line, which becomes a string; NULL if there is none. */
static char *cut_line(char **rest, const char *end)
{
	char *line = *rest;
	char *newline;

	if (line >= end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(end - line));
	if (newline == NULL)
		return NULL;
	*newline = '\0';
	*rest = newline + 1;
	return line;
}

int diversions_parse(struct diversions *diversions, struct buffer *text)
{
	char *rest, *end;

	memset(diversions, 0, sizeof(*diversions));
	buffer_append_string(text, "\n"); /* the last line may be without */
	if (text->error < 0)
		return text->error;
	diversions->text = *text;
	*text = (struct buffer){0};
	rest = diversions->text.data;
	end = rest + diversions->text.size;
	for (;;) {
		struct diversion diversion = {cut_line(&rest, end), NULL, NULL};

		diversion.target = cut_line(&rest, end);
		diversion.package = cut_line(&rest, end);
		if (diversion.package == NULL)
			break;
		if (array_grow(&diversions->items, &diversions->capacity,
			    diversions->count, sizeof(*diversions->items)) < 0)
			return -ENOMEM;
		diversions->items[diversions->count++] = diversion;
	}
	if (diversions->count > 0)
		qsort(diversions->items, diversions->count, sizeof(*diversions->items),
			compare_diversions);
	return 0;
}

const char *diversions_find(
	const struct diversions *diversions, const char *path, const char *package)
{
	const struct diversion wanted = {.path = path};
	const struct diversion *found = NULL;

	if (diversions->count > 0)
		found = bsearch(&wanted, diversions->items, diversions->count,
			sizeof(wanted), compare_diversions);
	if (found == NULL || strcmp(found->package, package) == 0 ||
		found->target[0] != '/')
		return path;
	return found->target;
}

void diversions_done(struct diversions *diversions)
{
	buffer_done(&diversions->text);
	free(diversions->items);
	memset(diversions, 0, sizeof(*diversions));
}

#define SPECIAL "*?[\\"

static struct path_glob path_glob_of(const char *text)
{
	struct path_glob glob = {.text = text, .literal_size = strcspn(text, SPECIAL)};
	const char *rest = text + glob.literal_size;

	if (*rest == '*' && rest[1 + strcspn(rest + 1, SPECIAL)] == '\0') {
		glob.suffix = rest + 1;
		glob.suffix_size = strlen(glob.suffix);
	}
	return glob;
}

static int add_glob(struct path_globs *globs, const char *text)
{
	if (array_grow(&globs->items, &globs->capacity, globs->count,
		    sizeof(*globs->items)) < 0)
		return -ENOMEM;
	globs->items[globs->count++] = path_glob_of(text);
	return 0;
}

static int compare_globs(const void *a, const void *b)
{
	const struct path_glob *one = a, *other = b;

	return strcmp(one->text, other->text);
}

static void sort_globs(struct path_globs *globs)
{
	size_t kept = 0;

	if (globs->count == 0)
		return;
	qsort(globs->items, globs->count, sizeof(*globs->items), compare_globs);
	for (size_t i = 1; i < globs->count; i++)
		if (strcmp(globs->items[i].text, globs->items[kept].text) != 0)
			globs->items[++kept] = globs->items[i];
	globs->count = kept + 1;
}
int path_globs_add(struct path_globs *globs, const struct setting_items *items)
{
	int error = 0;

	for (size_t i = 0; i < items->count && error == 0; i++)
		error = add_glob(globs, items->items[i]);
	sort_globs(globs);
	return error;
}

static bool asks_for_paths(const struct setting *setting)
{
	return setting->type != NULL && setting->type->kind == SETTING_PATHS &&
	       !setting->is_value_bad && !setting->is_out_of_place;
}

int path_globs_add_all(struct path_globs *globs, const struct settings *settings)
{
	int error = 0;

	for (size_t i = 0; i < settings->count && error == 0; i++)
		if (asks_for_paths(&settings->items[i]))
			error = add_glob(globs, settings->items[i].value);
	sort_globs(globs);
	return error;
}

bool settings_ask_for_paths(const struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		if (asks_for_paths(&settings->items[i]))
			return true;
	return false;
}

size_t path_globs_find(const struct path_globs *globs, const char *text)
{
	const struct path_glob wanted = {.text = text};
	const struct path_glob *found = NULL;

	if (globs->count > 0)
		found = bsearch(&wanted, globs->items, globs->count, sizeof(wanted),
			compare_globs);
	return found != NULL ? (size_t)(found - globs->items) : globs->count;
}

void path_globs_done(struct path_globs *globs)
{
	free(globs->items);
	memset(globs, 0, sizeof(*globs));
}

/*
 * fnmatch(3) is slow, and most paths differ from most globs in their literal parts, and at
 * the end of these: paths have few beginnings.
 */
static bool glob_matches(const struct path_glob *glob, const char *path, size_t size)
{
	size_t literal = glob->literal_size;

	if (size < literal ||
		(literal > 0 && path[literal - 1] != glob->text[literal - 1]) ||
		memcmp(path, glob->text, literal) != 0)
		return false;
	if (glob->suffix == NULL)
		return fnmatch(glob->text + literal, path + literal, 0) == 0;
	return size - literal >= glob->suffix_size &&
	       memcmp(path + size - glob->suffix_size, glob->suffix, glob->suffix_size) ==
		       0;
}

static bool glob_matches_any(const struct path_glob *glob, const struct path_names *names)
{
	return glob_matches(glob, names->path, names->size) ||
	       (names->shorter != NULL &&
		       glob_matches(glob, names->shorter, names->size - sizeof(USR) + 1));
}

static bool globs_match(const struct path_globs *globs, const struct path_names *names)
{
	for (size_t i = 0; i < globs->count; i++)
		if (glob_matches_any(&globs->items[i], names))
			return true;
	return false;
}

int path_table_init(
	struct path_table *table, struct transaction *transaction, unsigned merged)
{
	*table = (struct path_table){.transaction = transaction, .merged = merged};
	table->items = calloc(transaction->count + 1, sizeof(*table->items));
	return table->items != NULL ? 0 : -ENOMEM;
}

void path_table_done(struct path_table *table)
{
	for (size_t i = 0; table->items != NULL && i < table->transaction->count; i++)
		buffer_done(&table->items[i].paths);
	free(table->items);
	memset(table, 0, sizeof(*table));
}

#define LONGEST (PATH_MAX + sizeof(USR))

/* The names of the file, in buffer if they differ; false: no file can have this path. */
static bool find_names(const char *path, size_t size, unsigned merged,
	char buffer[LONGEST], struct path_names *ret_names)
{
	if (size >= PATH_MAX)
		return false;
	if (is_below_merged(path, merged)) {
		memcpy(buffer, USR, sizeof(USR) - 1);
		memcpy(buffer + sizeof(USR) - 1, path, size + 1);
		path = buffer;
		size += sizeof(USR) - 1;
	}
	*ret_names = names_of(path, size, merged);
	return true;
}

/*
 * Calls on_path with the names of each file that a package has. text has a path a line,
 * which this overwrites. 0 or −ENOMEM.
 */
static int visit_lines(struct buffer *text, const struct diversions *diversions,
	const char *package, unsigned merged,
	void (*on_path)(void *context, const struct path_names *names), void *context)
{
	char *rest, *end, *line;

	buffer_append_string(text, "\n"); /* the last line may be without */
	if (text->error < 0)
		return text->error;
	rest = text->data;
	end = rest + text->size;
	while ((line = cut_line(&rest, end)) != NULL) {
		size_t size = (size_t)(rest - line) - 1;
		struct path_names names;
		char longer[LONGEST];
		const char *path = line;

		if (line[0] != '/' || strcmp(line, "/.") == 0)
			continue;
		if (diversions != NULL && diversions->count > 0) {
			path = diversions_find(diversions, line, package);
			size = strlen(path);
		}
		if (find_names(path, size, merged, longer, &names))
			on_path(context, &names);
	}
	return 0;
}

struct adding {
	const struct path_globs *globs;
	struct buffer *paths;
};

/* A line with a NUL is no path. */
static void add_path(void *context, const struct path_names *names)
{
	const struct adding *adding = context;

	if (globs_match(adding->globs, names) &&
		memchr(names->path, '\0', names->size) == NULL)
		buffer_append(
			adding->paths, (struct slice){names->path, names->size + 1});
}

int path_table_add(struct path_table *table, size_t index, const struct path_globs *globs,
	const struct diversions *diversions, struct buffer *text)
{
	struct adding adding = {globs, &table->items[index].paths};
	int error =
		visit_lines(text, diversions, table->transaction->packages[index].name,
			table->merged, add_path, &adding);

	return error < 0 ? error : adding.paths->error;
}

struct marking {
	const struct path_globs *globs;
	bool *marks;
};

static void mark_globs(void *context, const struct path_names *names)
{
	const struct marking *marking = context;

	for (size_t i = 0; i < marking->globs->count; i++)
		if (!marking->marks[i] &&
			glob_matches_any(&marking->globs->items[i], names))
			marking->marks[i] = true;
}

int path_globs_mark(const struct path_globs *globs, unsigned merged,
	const struct diversions *diversions, const char *package, struct buffer *text,
	bool *marks)
{
	struct marking marking = {globs, marks};

	return visit_lines(text, diversions, package, merged, mark_globs, &marking);
}

/* Calls on_path for each path that an item matches until it returns non-zero. */
static int visit_matches(const struct path_table *table, const struct package *package,
	const struct setting_items *items,
	int (*on_path)(void *context, const char *path), void *context)
{
	struct path_globs globs = {0};
	const struct buffer *paths;
	int result = 0;

	if (table->items == NULL)
		return 0;
	paths = &table->items[package - table->transaction->packages].paths;
	if (paths->size > 0)
		result = path_globs_add(&globs, items);
	for (size_t at = 0; at < paths->size && result == 0;
		at += strlen(paths->data + at) + 1) {
		struct path_names names = names_of(
			paths->data + at, strlen(paths->data + at), table->merged);

		if (globs_match(&globs, &names))
			result = on_path(context, names.path);
	}
	path_globs_done(&globs);
	return result;
}

static int stop_at_path(void *context, const char *path)
{
	(void)context;
	(void)path;
	return 1;
}

bool path_table_may_match(const struct path_table *table, const struct package *package,
	const struct setting_items *items)
{
	if (table->items == NULL ||
		table->items[package - table->transaction->packages].is_incomplete)
		return true;
	/* Without memory, rather let the script run. */
	return visit_matches(table, package, items, stop_at_path, NULL) != 0;
}

static int take_path(void *context, const char *path)
{
	return string_list_add(context, path);
}

int path_table_matches(const struct path_table *table, const struct package *package,
	const struct setting_items *items, struct string_list *paths)
{
	return visit_matches(table, package, items, take_path, paths);
}
