/* SPDX-License-Identifier: BSD-2-Clause */
/* The only C++: see apt_bridge.h. */
#include "apt_bridge.h"

#include <apt-pkg/configuration.h>
#include <apt-pkg/error.h>
#include <apt-pkg/init.h>

#include <cstring>
#include <exception>
#include <sstream>
#include <string>

static bool read_configuration(const apt_question &question)
{
	if (*question.root != '\0')
		_config->Set("RootDir", question.root);
	if (!pkgInitConfig(*_config))
		return false;
	for (const char *const *file = question.files; *file != nullptr; file++)
		if (!ReadConfigFile(*_config, *file))
			return false;
	for (const char *const *option = question.options; *option != nullptr; option++) {
		const char *equals = std::strchr(*option, '=');

		if (equals == nullptr)
			return _error->Error("%s has no =", *option);
		_config->Set(std::string(*option, equals), std::string(equals + 1));
	}
	return true;
}

/* Full tag and value, both %-encoded as in the info stream; no empty values. */
static bool answer_configuration(const apt_question &question, std::ostream &answer)
{
	_config->Dump(answer, question.scope, "%F=%V\n", false);
	return true;
}

static bool answer_question(const apt_question &question, std::ostream &answer)
{
	if (!read_configuration(question))
		return false;
	switch (question.kind) {
	case APT_CONFIGURATION:
		return answer_configuration(question, answer);
	case APT_ORIGINS:
	case APT_TRANSACTION:
	case APT_PACKAGES:
		break;
	}
	return _error->Error("The bridge does not answer this question");
}

static void complain(apt_listener *listener, void *context, bool has_answer)
{
	while (!_error->empty(has_answer ? GlobalError::WARNING : GlobalError::NOTICE)) {
		std::string text;
		bool is_error = _error->PopMessage(text);
		std::string line = (is_error ? "E: " : "W: ") + text + "\n";

		listener(APT_COMPLAINT, line.data(), line.size(), context);
	}
}

int apt_bridge_answer(
	const apt_question *question, apt_listener *listener, void *context) noexcept
try {
	std::ostringstream answer;
	bool has_answer = answer_question(*question, answer) && !_error->PendingError();
	std::string lines = answer.str();

	complain(listener, context, has_answer);
	if (!has_answer)
		return -1;
	listener(APT_ANSWER, lines.data(), lines.size(), context);
	return 0;
} catch (const std::exception &problem) {
	std::string line = std::string("E: ") + problem.what() + "\n";

	listener(APT_COMPLAINT, line.data(), line.size(), context);
	return -1;
} catch (...) {
	return -1;
}
