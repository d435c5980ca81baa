/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of versions. */
#include "apt_bridge.hh"

#include <apt-pkg/debversion.h>

bool answer_versions(const apt_question &question, std::ostream &answer)
{
	for (const std::string &pair : strings_of(question.words)) {
		std::size_t tab = pair.find('\t');

		if (tab == std::string::npos)
			return _error->Error("%s is no pair of versions", pair.c_str());
		int order = debVS.CmpVersion(pair.substr(0, tab), pair.substr(tab + 1));
		answer << (order < 0 ? "<\n" : order > 0 ? ">\n" : "=\n");
	}
	return true;
}
