/* SPDX-License-Identifier: BSD-2-Clause */
#include "variables.h"
#include "base.h"

#include <errno.h>

#define OURS "APT_UNIVERSAL_HOOKS"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

bool variable_is_ours(const char *variable)
{
	return slice_has_prefix(slice_of(variable), slice_of(OURS "_")) ||
	       slice_has_prefix(slice_of(variable), slice_of(OURS "="));
}

bool variable_is_valid(const char *variable)
{
	size_t size = strspn(variable, LETTERS "0123456789");

	return size > 0 && strchr("0123456789", variable[0]) == NULL &&
	       variable[size] == '=' && !variable_is_ours(variable);
}

/* Variables whose names do not end like PATH, but that name files with code. */
static const struct {
	const char *name;
	const char *separators;
	bool has_bare_names; /* that are looked up in the directories of the system */
} of_code[] = {
	{"LD_PRELOAD", ": \t\n", true},
	{"LD_AUDIT", ":", true},
	{"PERL5LIB", ":", false},
	{"PERLLIB", ":", false},
	{"PYTHONHOME", ":", false},
	{"RUBYLIB", ":", false},
	{"GEM_HOME", "", false},
	{"BASH_ENV", "", false},
	{"ENV", "", false},
	{"ZDOTDIR", "", false},
};

static bool ends_like_path(struct slice name)
{
	static const char path[] = "PATH";
	size_t size = strlen(path);

	return name.size >= size && memcmp(name.data + name.size - size, path, size) == 0;
}

/* The characters between its elements; NULL if no code is loaded from there. */
static const char *separators_of(struct slice name, bool *ret_has_bare_names)
{
	*ret_has_bare_names = false;
	for (size_t i = 0; i < COUNT_OF(of_code); i++)
		if (slice_equals(name, of_code[i].name)) {
			*ret_has_bare_names = of_code[i].has_bare_names;
			return of_code[i].separators;
		}
	/* ld.so(8) and LUA_PATH also take semicolons. */
	return ends_like_path(name) ? ":;" : NULL;
}

/* ld.so(8) and bash expand what begins with "$". */
static bool is_absolute(const char *element)
{
	return element[0] == '/' && strchr(element, '$') == NULL;
}

static int check_element(
	const char *element, struct trust *trust, struct unsafe_path *ret_unsafe)
{
	owns_memory char *path = string_join(trust->root, element);
	int error = -ENOMEM;

	if (path != NULL && !is_absolute(element))
		error = -EINVAL;
	else if (path != NULL)
		error = trust_check(trust, path, ret_unsafe);
	/* Only trusted users could create it. */
	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	if (error < 0 && ret_unsafe->path == NULL)
		ret_unsafe->path = strdup(element);
	return error;
}

int variable_check(
	const char *variable, struct trust *trust, struct unsafe_path *ret_unsafe)
{
	struct slice value = slice_of(variable);
	struct slice name = slice_cut(&value, '=');
	bool has_bare_names;
	const char *separators = separators_of(name, &has_bare_names);
	const char *at = value.data;
	int error = 0;

	memset(ret_unsafe, 0, sizeof(*ret_unsafe));
	while (separators != NULL && error == 0) {
		size_t size = strcspn(at, separators);
		owns_memory char *element = strndup(at, size);
		bool is_bare = has_bare_names &&
			       (element == NULL || strchr(element, '/') == NULL);

		if (element == NULL)
			return -ENOMEM;
		if (!is_bare)
			error = check_element(element, trust, ret_unsafe);
		if (at[size] == '\0')
			break;
		at += size + 1;
	}
	return error;
}
