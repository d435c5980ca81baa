/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wildcard.h for the helper, which does not link PCRE2: loading it takes as long as the
 * helper's whole run without hooks. The engine's shared library, which links it, is loaded
 * for the first directory whose scripts depend on a wildcard.
 */
#include "wildcard.h"

#include <dlfcn.h>
#include <errno.h>

/* NULL if it cannot be loaded or has another version. The library stays loaded. */
static const struct wildcard_functions *load_functions(void)
{
	void *library = dlopen(UH_ENGINE, RTLD_NOW | RTLD_LOCAL);

	return library != NULL ? dlsym(library, WILDCARD_FUNCTIONS_SYMBOL) : NULL;
}

/* The library created the wildcard, see wildcard.h. */
static const struct wildcard_functions *functions_of(const struct wildcard *wildcard)
{
	return *(const struct wildcard_functions *const *)wildcard;
}

int wildcard_new(
	struct wildcard **ret_wildcard, const char *directory_name, struct slice names)
{
	const struct wildcard_functions *found = load_functions();

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
