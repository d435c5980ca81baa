/* SPDX-License-Identifier: BSD-2-Clause */
/* The only C++: see apt_bridge.h. */
#include "apt_bridge.h"

#include <apt-pkg/configuration.h>
#include <apt-pkg/error.h>
#include <apt-pkg/init.h>

#include <cstring>
#include <sstream>
#include <string>

static bool read_configuration(const char *const *files, const char *const *options)
{
	if (!pkgInitConfig(*_config))
		return false;
	for (; *files != nullptr; files++)
		ReadConfigFile(*_config, *files);
	for (; *options != nullptr; options++) {
		const char *equals = std::strchr(*options, '=');

		if (equals != nullptr)
			_config->Set(
				std::string(*options, equals), std::string(equals + 1));
	}
	return true;
}

int apt_bridge_settings(const char *const *files, const char *const *options,
	void (*take)(const char *bytes, size_t size, void *context),
	void *context) noexcept
try {
	std::ostringstream lines;
	bool is_read = read_configuration(files, options);

	_error->Discard();
	if (!is_read)
		return -1;
	/* Full tag and value, both %-encoded as in the info stream; no empty values. */
	_config->Dump(lines, "Universal-Hooks", "%F=%V\n", false);
	take(lines.str().data(), lines.str().size(), context);
	return 0;
} catch (...) {
	return -1;
}
