/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of the packages that apt knows, to compare directories of the tree with. */
#ifndef CHECK_PACKAGES_H
#define CHECK_PACKAGES_H

#include "nearest.h"
#include "pattern.h"

/* A binary package whose source package has another name. */
struct binary_package {
	char *source;
	char *name;
	bool is_installed;
};

/* Empty when zero-initialised. */
struct package_names {
	struct string_list plain;      /* ascending, each once */
	struct string_list qualified;  /* NAME:ARCHITECTURE, likewise */
	struct word_outline *outlines; /* of plain */
	struct word_outline *qualified_outlines;
	struct buffer text; /* the names in wildcard.h's form */
	struct buffer qualified_text;
	/* Sorted by source, then the installed first. */
	struct binary_package *binaries;
	size_t binary_count;
	size_t binary_capacity;
	bool has_lists; /* apt also knows packages that are not installed */
};

/*
 * Parses the answer of apt_packages() for all packages. names is overwritten; call
 * package_names_done() afterwards.
 */
void package_names_parse(struct package_names *names, struct slice lines);
void package_names_done(struct package_names *names);
#define owns_package_names __attribute__((cleanup(package_names_done)))

/* Whether a directory of pkgs/ has the name of a package. */
bool package_names_has(const struct package_names *names, const char *directory_name);
/* Whether a directory of multi_pkgs/ matches any: 1, 0, or −errno as wildcard_new(). */
int package_names_matches(const struct package_names *names, const char *directory_name);
/* Whether a pattern of the setting Packages matches any, of whatever version. */
bool package_names_have_match(
	const struct package_names *names, const struct pattern *pattern);
/*
 * The name that the directory should have, if that is certain: only case, "_", the form
 * of a wildcard or "-devel" differ, and it is that of a package, or matches one. The
 * caller frees it; NULL if there is none.
 */
char *package_names_certain(
	const struct package_names *names, const char *directory_name, bool is_wildcard);
/* The most similar name, which names owns; NULL if none is similar. */
const char *package_names_nearest(
	const struct package_names *names, const char *directory_name);
/* "libc6, libc-bin and 2 more" for a source package. The caller frees it; NULL if none. */
char *package_names_of_source(const struct package_names *names, const char *source);

#endif
