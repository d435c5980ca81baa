/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/candidate.h"
#include "dependency.h"
#include "dpkg.h"
#include "ui/message.h"

void candidate_add_names(struct string_list *names, struct slice dependency)
{
	while (dependency.size > 0) {
		struct alternative one;
		owns_memory char *name = NULL;

		if (alternative_cut(&dependency, &one) != RELATION_IS_FINE)
			continue;
		name = xstrndup(one.name.data, one.name.size);
		xlist_add(names, name);
	}
}

static bool names_architecture(const struct alternative *wanted)
{
	return wanted->architecture.size > 0 &&
	       !slice_equals(wanted->architecture, "any");
}

static bool has_candidate(struct slice lines, const struct alternative *wanted)
{
	lines = lines_find(lines, wanted->name);
	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		struct slice architecture;
		owns_memory char *version = NULL;

		(void)slice_cut(&line, '\t'); /* the name */
		architecture = slice_cut(&line, '\t');
		(void)slice_cut(&line, '\t'); /* the installed one */
		line = slice_cut(&line, '\t');
		if (slice_equals(line, "-") ||
			(names_architecture(wanted) &&
				slice_compare(architecture, wanted->architecture) != 0))
			continue;
		version = xstrndup(line.data, line.size);
		if (dpkg_relation_holds(&wanted->relation, version) > 0)
			return true;
	}
	return false;
}

char *candidate_find(struct slice lines, struct slice dependency)
{
	while (dependency.size > 0) {
		struct alternative one;

		if (alternative_cut(&dependency, &one) != RELATION_IS_FINE ||
			!has_candidate(lines, &one))
			continue;
		return xformat("%.*s%s%.*s", (int)one.name.size, one.name.data,
			names_architecture(&one) ? ":" : "",
			names_architecture(&one) ? (int)one.architecture.size : 0,
			names_architecture(&one) ? one.architecture.data : "");
	}
	return NULL;
}
