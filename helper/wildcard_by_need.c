/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wildcard.h for the helper, which has the rest of the engine in itself. A library costs
 * every start of a program, PCRE2 as much as all that the helper does where there is no
 * hook; so the engine's shared library, which needs PCRE2, is loaded for the first
 * directory whose scripts depend on its wildcard.
 */
#include "wildcard.h"

#include <dlfcn.h>
#include <errno.h>

/*
 * NULL where it cannot be loaded, or is of another version; the next directory tries
 * again. A library that is loaded stays.
 */
static const struct wildcard_functions *load(void)
{
	void *library = dlopen(UH_ENGINE, RTLD_NOW | RTLD_LOCAL);

	return library != NULL ? dlsym(library, WILDCARD_FUNCTIONS_SYMBOL) : NULL;
}

/* Whoever has a wildcard has it from the library. */
static const struct wildcard_functions *functions_of(const struct wildcard *wildcard)
{
	return *(const struct wildcard_functions *const *)wildcard;
}

int wildcard_new(
	struct wildcard **ret_wildcard, const char *directory_name, struct slice names)
{
	const struct wildcard_functions *found = load();

	return found != NULL ? found->create(ret_wildcard, directory_name, names)
			     : -ELIBACC;
}

int wildcard_matches_any(const struct wildcard *wildcard)
{
	return functions_of(wildcard)->matches_any(wildcard);
}

int wildcard_match(const struct wildcard *wildcard, struct buffer *matched)
{
	return functions_of(wildcard)->match(wildcard, matched);
}

void wildcard_free(struct wildcard *wildcard)
{
	if (wildcard != NULL)
		functions_of(wildcard)->destroy(wildcard);
}
