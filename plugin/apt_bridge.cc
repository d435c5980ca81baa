/* SPDX-License-Identifier: BSD-2-Clause */
#include "apt_bridge.hh"

#include <exception>
#include <sstream>
#include <streambuf>

strings strings_of(const char *const *list)
{
	strings result;

	while (*list != nullptr)
		result.emplace_back(*list++);
	return result;
}

/* Like OpTextProgress, but on one line, which is empty again in the end. */
class vanishing_progress final : public OpProgress
{
	size_t size = 0; /* of what the line shows */

	void show(const std::string &text)
	{
		std::string padding(size > text.size() ? size - text.size() : 0, ' ');

		std::cout << text << padding << '\r' << std::flush;
		size = text.size();
	}

	void Update() override
	{
		if (CheckChange())
			show(Op + "... " + std::to_string(static_cast<int>(Percent)) +
				"%");
	}

      public:
	void Done() override
	{
		if (size > 0)
			show("");
	}

	~vanishing_progress() override
	{
		Done();
	}
};

std::unique_ptr<OpProgress> make_progress(const apt_question &question)
{
	if (question.has_progress && _config->FindI("quiet") == 0)
		return std::make_unique<vanishing_progress>();
	return std::make_unique<OpProgress>();
}

std::string first_error()
{
	std::string message;

	while (_error->PendingError() && message.empty())
		if (!_error->PopMessage(message))
			message.clear();
	return message;
}

static bool answer_question(const apt_question &question, std::ostream &answer)
{
	switch (question.kind) {
	case APT_CONFIGURATION:
		return answer_configuration(question, answer);
	case APT_ORIGINS:
	case APT_CONFIGURATION_AND_ORIGINS:
		return answer_origins(question, answer);
	case APT_FILES:
		return answer_files(question, answer);
	case APT_TRANSACTION:
		return answer_transaction(question, answer);
	case APT_PACKAGES:
		return answer_packages(question, answer);
	case APT_FIELDS:
		return answer_fields(question, answer);
	case APT_CONTENTS:
		return answer_contents(question, answer);
	case APT_VERSIONS:
		return answer_versions(question, answer);
	}
	return false;
}

/* apt indents the other lines of a message: turns them into messages of the same kind. */
static void report_messages(apt_listener *listener, void *context, bool has_answer)
{
	std::stringstream text;
	std::string kind = "E: ";

	_config->Set("APT::Color", 0); /* the caller may colour the lines */
	_error->DumpErrors(text, has_answer ? GlobalError::WARNING : GlobalError::NOTICE);
	for (std::string line; std::getline(text, line);) {
		if (line.find(": ") == 1)
			kind = line.substr(0, 3);
		else
			line.insert(0, kind);
		line += '\n';
		listener(APT_MESSAGE, line.data(), line.size(), context);
	}
}

namespace
{
/* Passes on what is written to it, without a copy of a large answer. */
class listener_buffer : public std::streambuf
{
      public:
	listener_buffer(apt_listener *listener, void *context)
	    : listener(listener), context(context)
	{
	}

      protected:
	std::streamsize xsputn(const char *text, std::streamsize size) override
	{
		listener(APT_ANSWER, text, static_cast<size_t>(size), context);
		return size;
	}
	int_type overflow(int_type character) override
	{
		char byte = traits_type::to_char_type(character);

		listener(APT_ANSWER, &byte, 1, context);
		return traits_type::not_eof(character);
	}

      private:
	apt_listener *listener;
	void *context;
};
} // namespace

int apt_bridge_answer(
	const apt_question *question, apt_listener *listener, void *context) noexcept
try {
	listener_buffer buffer(listener, context);
	std::ostream answer(&buffer);
	/* Origins are also told of files with errors. */
	bool is_of_errors = question->kind == APT_ORIGINS ||
			    question->kind == APT_CONFIGURATION_AND_ORIGINS;
	bool has_answer = answer_question(*question, answer) &&
			  (is_of_errors || !_error->PendingError());

	if (!has_answer && !_error->PendingError())
		_error->Error("There is no answer, and nothing says why");
	report_messages(listener, context, has_answer);
	return has_answer ? 0 : -1;
} catch (const std::exception &problem) {
	std::string line = std::string("E: ") + problem.what() + "\n";

	listener(APT_MESSAGE, line.data(), line.size(), context);
	return -1;
} catch (...) {
	return -1;
}
