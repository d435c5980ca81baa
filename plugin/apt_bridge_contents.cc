/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths in archives, which are not unpacked. */
#include "apt_bridge.hh"

#include <apt-pkg/debfile.h>
#include <apt-pkg/dirstream.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/strutl.h>

#include <algorithm>
#include <cstring>

#include <sys/stat.h>

/* Appends the path of each member as dpkg writes it to its database. */
class path_stream final : public pkgDirStream
{
	std::string &paths;

      public:
	explicit path_stream(std::string &paths) : paths(paths)
	{
	}

	/* Without a descriptor, libapt-pkg skips the contents. */
	bool DoItem(Item &item, int &) override
	{
		const char *name = item.Name;

		while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
			name++;
		size_t size = strlen(name);
		while (size > 0 && name[size - 1] == '/')
			size--;
		/* dpkg refuses a path with a newline. */
		if (size == 0 || (size == 1 && name[0] == '.') ||
			std::find(name, name + size, '\n') != name + size)
			return true;
		if (paths.size() + size > APT_CONTENTS_MAX)
			return _error->Error("Too many paths");
		paths.append(1, '/').append(name, size).append(1, '\n');
		return true;
	}
};

bool open_archive(const std::string &path, FileFd &file)
{
	struct stat status;

	if (stat(path.c_str(), &status) < 0)
		return _error->Errno("stat", "Could not open file %s", path.c_str());
	if (!S_ISREG(status.st_mode))
		return _error->Error("%s is not a regular file", path.c_str());
	return file.Open(path, FileFd::ReadOnly, FileFd::None);
}

static bool read_paths(const std::string &archive, std::string &paths)
{
	path_stream stream(paths);
	FileFd file;

	if (!open_archive(archive, file))
		return false;
	debDebFile deb(file);
	return !_error->PendingError() && deb.ExtractArchive(stream) &&
	       !_error->PendingError();
}

bool answer_contents(const apt_question &question, std::ostream &answer)
{
	std::string paths;

	for (const std::string &archive : strings_of(question.words)) {
		std::string message;

		paths.append("archive\t").append(QuoteString(archive, "")).append("\n");
		_error->PushToStack();
		bool is_read = read_paths(archive, paths);
		if (!is_read)
			message = first_error();
		_error->RevertToStack();
		if (!is_read)
			paths.append("error\t").append(QuoteString(message, "")) += '\n';
	}
	answer << paths;
	return true;
}
