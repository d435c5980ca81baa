/* SPDX-License-Identifier: BSD-2-Clause */
/* apt's configuration, and which lines of which files it comes from. */
#include "apt_bridge.hh"

#include <apt-pkg/debversion.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/init.h>
#include <apt-pkg/strutl.h>

#include <sstream>

#include <unistd.h>

/*
 * The defaults of apt's programs that change a transaction. Before 3.1 those of apt(8) are
 * below Binary::apt, and so take precedence over apt.conf.
 */
static void set_program_defaults(const std::string &program)
{
	bool is_by_version = debVS.CmpVersion(pkgVersion, "3.1~") >= 0;
	std::string scope = is_by_version ? "" : "Binary::apt::";

	if (is_by_version)
		_config->CndSet("APT::Solver", "3.0");
	if (program == "apt") {
		for (const char *on : {"APT::Color", "APT::Get::Upgrade-Allow-New",
			     "APT::Cmd::Pattern-Only", "DPkg::Progress-Fancy"})
			_config->CndSet((scope + on).c_str(), 1);
		_config->CndSet((scope + "APT::Keep-Downloaded-Packages").c_str(), 0);
	}
	/* Progress without cursor movements, as for apt in a pipe. */
	if (!isatty(STDOUT_FILENO)) {
		_config->CndSet("quiet", 1);
		_config->CndSet("APT::Internal::OpProgress::Absolute", 0);
	}
	_config->CndSet("APT::Color", 0);
	_config->Set("Binary", program);
	_config->MoveSubTree(("Binary::" + program).c_str(), nullptr);
}

bool init_configuration(const apt_question &question)
{
	if (*question.root != '\0')
		_config->Set("RootDir", question.root);
	return pkgInitConfig(*_config);
}

static bool set_option(const std::string &option)
{
	size_t equals = option.find('=');

	if (equals == std::string::npos)
		return _error->Error("%s has no =", option.c_str());
	_config->Set(option.substr(0, equals), option.substr(equals + 1));
	return true;
}

static bool read_file(const std::string &file)
{
	if (ReadConfigFile(*_config, file))
		return true;
	/* It only warns about a missing file. */
	if (!_error->PendingError())
		_error->Error("The configuration file %s cannot be read", file.c_str());
	return false;
}

bool apply_question(const apt_question &question)
{
	bool is_applied = true;

	set_program_defaults(question.program);
	for (const std::string &file : strings_of(question.files))
		is_applied &= read_file(file);
	for (const std::string &option : strings_of(question.options))
		is_applied &= set_option(option);
	return is_applied;
}

bool distrust_rootfs(const apt_question &question)
{
	if (*question.root == '\0')
		return true;
	for (const char *all : {"Dir::Bin", "APT::Compressor", "DPkg::Chroot-Directory"})
		_config->Clear(all);
	_config->Set("Dir::Bin::dpkg", "/usr/bin/dpkg");
	for (const char *file : {"Dir::Cache::pkgcache", "Dir::Cache::srcpkgcache"})
		_config->Set(file, "/dev/null");
	for (const char *setting : {"APT::Solver", "APT::Planner"}) {
		std::string program = _config->Find(setting);

		/* These are part of libapt-pkg. */
		if (program.empty() || program == "internal" || program == "3.0")
			continue;
		return _error->Error("%s names the program %s, which is not run for "
				     "another root",
			setting, program.c_str());
	}
	/* If it is not set, libapt-pkg derives it from Dir later. */
	std::string status = _config->FindFile("Dir::State::status");
	if (_config->Find("Dir::State::status").empty())
		status = _config->FindDir("Dir") + "var/lib/dpkg/status";
	if (RealFileExists(status) || !FileExists(status))
		return true;
	return _error->Error("%s is not a regular file", status.c_str());
}

/* Those in the scope, or all if it is nullptr; no empty values. */
static void write_lines(
	const Configuration &configuration, const char *scope, std::ostream &answer)
{
	const Configuration::Item *first = configuration.Tree(scope);

	for (const Configuration::Item *item = first; item != nullptr;
		item = next_item(item, scope != nullptr ? first : nullptr))
		if (!item->Value.empty())
			answer << setting_of(item) << '\n';
}

bool answer_configuration(const apt_question &question, std::ostream &answer)
{
	if (!init_configuration(question) || !apply_question(question))
		return false;
	write_lines(*_config, question.scope, answer);
	return true;
}

/* In apt's order, see pkgInitConfig() and ReadConfigDir(). */
static strings configuration_files(const apt_question &question)
{
	const char *first = getenv("APT_CONFIG");
	std::string directory = _config->FindDir("Dir::Etc::parts", "/dev/null");
	std::string last = _config->FindFile("Dir::Etc::main", "/dev/null");
	strings files;

	if (DirectoryExists(directory))
		files = GetListOfFilesInDir(directory, "conf", true, true);
	if (first != nullptr && RealFileExists(first))
		files.insert(files.begin(), first);
	if (RealFileExists(last))
		files.push_back(last);
	strings named = strings_of(question.files);
	files.insert(files.end(), named.begin(), named.end());
	return files;
}

static bool is_in_scope(const std::string &setting, const std::string &scope)
{
	std::string key = setting.substr(0, setting.find('='));

	return scope.empty() || lower(key) == scope ||
	       lower(key.substr(0, scope.size() + 2)) == scope + "::";
}

static void write_setting_lines(const std::string &path, const std::string &scope,
	const file_lines &lines, std::ostream &answer)
{
	std::string file = QuoteString(path, "");

	for (const setting_line &line : lines.settings)
		if (is_in_scope(line.setting, scope))
			answer << file << '\t' << line.number << '\t' << line.setting
			       << '\n';
}

static void write_clearing_lines(const std::string &path, const strings &keys,
	const file_lines &lines, std::ostream &answer)
{
	for (const std::string &key : keys)
		if (size_t number = lines.clearing.at(key))
			answer << QuoteString(path, "") << '\t' << number << '\t'
			       << QuoteString(key, "=") << "=\n";
}

/* Errors in a file are reported, but do not hide what the other files say. */
bool answer_origins(const apt_question &question, std::ostream &answer)
{
	bool is_read = init_configuration(question);
	strings files = configuration_files(question), keys = strings_of(question.words);
	is_read &= apply_question(question) && !_error->PendingError();
	if (question.kind == APT_CONFIGURATION_AND_ORIGINS) {
		if (is_read)
			write_lines(*_config, question.scope, answer);
		answer << '\n';
	}
	std::string scope = lower(question.scope != nullptr ? question.scope : "");
	for (const std::string &file : files) {
		file_lines lines = find_lines(file, keys);
		write_setting_lines(file, scope, lines, answer);
		write_clearing_lines(file, keys, lines, answer);
	}
	return true;
}

static void write_file(const std::string &path, const char *scope, std::ostream &answer)
{
	Configuration configuration;
	std::stringstream text;
	std::string file = QuoteString(path, ""), message;

	_error->PushToStack();
	bool is_read = ReadConfigFile(configuration, path) && !_error->PendingError();
	message = first_error();
	_error->RevertToStack();
	if (!is_read) {
		answer << file << "\t\t" << QuoteString(message, "") << '\n';
		return;
	}
	write_lines(configuration, scope, text);
	for (std::string line; std::getline(text, line);)
		answer << file << '\t' << line << '\n';
}

bool answer_files(const apt_question &question, std::ostream &answer)
{
	for (const std::string &file : strings_of(question.files))
		write_file(file, question.scope, answer);
	return true;
}
