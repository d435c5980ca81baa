/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only C++: see apt_bridge.h. Names with capitals are libapt-pkg's. What apt does in
 * its own programs, and not in that library, is done here in the same order.
 */
#include "apt_bridge.h"

#include <apt-pkg/algorithms.h>
#include <apt-pkg/cachefile.h>
#include <apt-pkg/cachefilter.h>
#include <apt-pkg/cacheset.h>
#include <apt-pkg/cmndline.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/debversion.h>
#include <apt-pkg/dpkgpm.h>
#include <apt-pkg/error.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/init.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/policy.h>
#include <apt-pkg/progress.h>
#include <apt-pkg/sourcelist.h>
#include <apt-pkg/strutl.h>
#include <apt-pkg/upgrade.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using package_iterator = pkgCache::PkgIterator;
using texts = std::vector<std::string>;

/* ------------------------------- apt's configuration ------------------------------- */

static bool is_apt(const apt_question &question)
{
	return std::strcmp(question.program, "apt") == 0;
}

/*
 * What the programs set where nobody else has: what changes a transaction. Until 3.0
 * that is below Binary::apt, and so stronger than what apt.conf says in general.
 */
static void set_defaults_of_program(const apt_question &question)
{
	bool is_by_version = debVS.CmpVersion(pkgVersion, "3.1~") >= 0;
	std::string scope = is_by_version ? "" : "Binary::apt::";

	if (is_by_version)
		_config->CndSet("APT::Solver", "3.0");
	if (is_apt(question)) {
		_config->CndSet((scope + "APT::Color").c_str(), 1);
		_config->CndSet((scope + "APT::Get::Upgrade-Allow-New").c_str(), 1);
		_config->CndSet((scope + "APT::Keep-Downloaded-Packages").c_str(), 0);
		_config->CndSet((scope + "APT::Cmd::Pattern-Only").c_str(), 1);
		_config->CndSet((scope + "DPkg::Progress-Fancy").c_str(), 1);
	}
	/* Progress is without cursor movements where nobody watches. */
	if (!isatty(STDOUT_FILENO)) {
		_config->CndSet("quiet", 1);
		_config->CndSet("APT::Internal::OpProgress::Absolute", 0);
	}
	_config->CndSet("APT::Color", 0);
	_config->Set("Binary", question.program);
}

/* What is set for this program alone. */
static void apply_program(const apt_question &question)
{
	std::string scope = std::string("Binary::") + question.program;

	set_defaults_of_program(question);
	_config->MoveSubTree(scope.c_str(), nullptr);
}

static bool read_configuration(const apt_question &question)
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
	/* Of a file that is not there, it only warns. */
	if (!_error->PendingError())
		_error->Error("The configuration file %s cannot be read", file.c_str());
	return false;
}

static bool apply_question(const apt_question &question)
{
	bool is_applied = true;

	for (const char *const *file = question.files; *file != nullptr; file++)
		is_applied &= read_file(*file);
	for (const char *const *option = question.options; *option != nullptr; option++)
		is_applied &= set_option(*option);
	return is_applied;
}

/* Full tag and value, both %-encoded as in the info stream; no empty values. */
static void write_lines(
	Configuration &configuration, const char *scope, std::ostream &answer)
{
	configuration.Dump(answer, scope, "%F=%V\n", false);
}

/* Of these, a program is not named by a path, and is none. */
static bool is_built_in(const std::string &name)
{
	return name.empty() || name == "internal" || name == "3.0";
}

/*
 * The configuration of an image is its maker's: who only looks at the image runs no
 * program that it names, and writes no file where it says.
 */
static bool distrust_rootfs(const apt_question &question)
{
	if (*question.root == '\0')
		return true;
	for (const char *scope :
		{"Dir::Bin", "APT::Compressor", "DPkg::Chroot-Directory"})
		_config->Clear(scope);
	_config->Set("Dir::Bin::dpkg", "/usr/bin/dpkg");
	for (const char *file : {"Dir::Cache::pkgcache", "Dir::Cache::srcpkgcache"})
		_config->Set(file, "/dev/null");
	for (const char *setting : {"APT::Solver", "APT::Planner"}) {
		std::string program = _config->Find(setting);

		if (!is_built_in(program))
			return _error->Error(
				"%s names the program %s, which is not run for "
				"another root",
				setting, program.c_str());
	}
	/* Without a setting, libapt-pkg makes it of Dir later on. */
	std::string status = _config->FindFile("Dir::State::status");
	if (_config->Find("Dir::State::status").empty())
		status = _config->FindDir("Dir") + "var/lib/dpkg/status";
	bool is_file = RealFileExists(status), is_there = FileExists(status);
	if (is_file || !is_there)
		return true;
	return _error->Error("%s is no regular file", status.c_str());
}

static bool answer_configuration(const apt_question &question, std::ostream &answer)
{
	if (!read_configuration(question))
		return false;
	apply_program(question);
	if (!apply_question(question))
		return false;
	write_lines(*_config, question.scope, answer);
	return true;
}

/* ---------------------------- where the lines come from ---------------------------- */

/* In apt's order: see pkgInitConfig() and ReadConfigDir(). */
static texts configuration_files(const apt_question &question)
{
	const char *variable = getenv("APT_CONFIG");
	std::string first = variable != nullptr ? variable : "";
	std::string directory = _config->FindDir("Dir::Etc::parts", "/dev/null");
	std::string last = _config->FindFile("Dir::Etc::main", "/dev/null");
	texts files;

	if (DirectoryExists(directory))
		files = GetListOfFilesInDir(directory, "conf", true, true);
	if (RealFileExists(first))
		files.insert(files.begin(), first);
	if (RealFileExists(last))
		files.push_back(last);
	for (const char *const *file = question.files; *file != nullptr; file++)
		files.push_back(*file);
	return files;
}

static texts lines_of_file(const std::string &path, const char *scope)
{
	Configuration configuration;
	std::stringstream text;
	texts lines;

	/* apt has complained already, when it read them all. */
	_error->PushToStack();
	(void)ReadConfigFile(configuration, path);
	_error->RevertToStack();
	write_lines(configuration, scope, text);
	for (std::string line; std::getline(text, line);)
		lines.push_back(line);
	return lines;
}

/* None where there is no such file system, or no memory. */
static texts lines_of_text(const std::string &text, const char *scope)
{
	int fd = memfd_create("apt.conf", MFD_CLOEXEC);
	texts lines;

	if (fd < 0)
		return lines;
	if (write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()))
		lines = lines_of_file("/proc/self/fd/" + std::to_string(fd), scope);
	(void)close(fd);
	return lines;
}

/*
 * Where apt's own parser, reading ever longer beginnings of a file, comes to know a line:
 * what stands before a brace that is still open, it takes as well.
 */
class beginnings
{
	const char *scope;
	std::string text;
	std::vector<size_t> ends = {0}; /* of each line */

	texts lines(size_t number) const
	{
		return lines_of_text(text.substr(0, ends[number]), scope);
	}

	void search(size_t first, texts before, size_t last, texts after)
	{
		texts more, middle;

		if (before == after)
			return;
		if (last - first > 1) {
			middle = lines((first + last) / 2);
			search(first, before, (first + last) / 2, middle);
			search((first + last) / 2, middle, last, after);
			return;
		}
		std::sort(before.begin(), before.end());
		std::sort(after.begin(), after.end());
		std::set_difference(after.begin(), after.end(), before.begin(),
			before.end(), std::back_inserter(more));
		for (const std::string &line : more)
			numbers[line].push_back(last);
	}

      public:
	/* NOLINTNEXTLINE(misc-non-private-member-variables-in-classes) the result */
	std::map<std::string, std::vector<size_t>> numbers;

	beginnings(const std::string &path, const char *of_scope) : scope(of_scope)
	{
		std::ifstream file(path);

		for (std::string line; std::getline(file, line);) {
			text += line + '\n';
			ends.push_back(text.size());
		}
		search(0, {}, ends.size() - 1, lines(ends.size() - 1));
	}
};

static void write_origins(
	const std::string &path, const char *scope, std::ostream &answer)
{
	texts lines = lines_of_file(path, scope);
	std::string place = QuoteString(path, "");

	if (lines.empty())
		return;
	beginnings parser(path, scope);
	/* Of a value that was set twice, or two items that are alike, the last counts. */
	for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
		std::vector<size_t> &numbers = parser.numbers[*line];
		size_t number = 0;

		if (!numbers.empty()) {
			number = numbers.back();
			numbers.pop_back();
		}
		line->insert(0, place + '\t' + std::to_string(number) + '\t');
	}
	for (const std::string &line : lines)
		answer << line << '\n';
}

/* A file that cannot be read to its end is complained of, and the others are told. */
static bool answer_origins(const apt_question &question, std::ostream &answer)
{
	texts files;

	(void)read_configuration(question);
	files = configuration_files(question);
	(void)apply_question(question);
	for (const std::string &file : files)
		write_origins(file, question.scope, answer);
	return true;
}

/* ----------------------------- the words of a transaction -------------------------- */

/* upgrade and dist-upgrade look at all packages, the others at those that are named. */
static const struct apt_command {
	const char *name;
	enum { INSTALLS, REMOVES, UPGRADES, UPGRADES_ALL } kind;
	const char *settings[2];
} commands[] = {
	{"install", apt_command::INSTALLS, {}},
	{"reinstall", apt_command::INSTALLS, {"APT::Get::ReInstall"}},
	{"remove", apt_command::REMOVES, {}},
	{"purge", apt_command::REMOVES, {"APT::Get::Purge"}},
	{"autoremove", apt_command::REMOVES, {"APT::Get::AutomaticRemove"}},
	{"auto-remove", apt_command::REMOVES, {"APT::Get::AutomaticRemove"}},
	{"autopurge", apt_command::REMOVES,
		{"APT::Get::AutomaticRemove", "APT::Get::Purge"}},
	{"upgrade", apt_command::UPGRADES, {}},
	{"full-upgrade", apt_command::UPGRADES_ALL, {}},
	{"dist-upgrade", apt_command::UPGRADES_ALL, {}},
};

/* Those of apt-get(8), of any release, that go with these commands. */
static CommandLine::Args options[] = {
	{'f', "fix-broken", "APT::Get::Fix-Broken", 0},
	{0, "fix-policy", "APT::Get::Fix-Policy-Broken", 0},
	{0, "purge", "APT::Get::Purge", 0},
	{0, "autoremove", "APT::Get::AutomaticRemove", 0},
	{0, "auto-remove", "APT::Get::AutomaticRemove", 0},
	{0, "reinstall", "APT::Get::ReInstall", 0},
	{0, "solver", "APT::Solver", CommandLine::HasArg},
	{0, "strict-pinning", "APT::Solver::Strict-Pinning", 0},
	{0, "planner", "APT::Planner", CommandLine::HasArg},
	{0, "new-pkgs", "APT::Get::Upgrade-Allow-New", CommandLine::Boolean},
	{'t', "target-release", "APT::Default-Release", CommandLine::HasArg},
	{'t', "default-release", "APT::Default-Release", CommandLine::HasArg},
	{'S', "snapshot", "APT::Snapshot", CommandLine::HasArg},
	{0, "with-source", "APT::Sources::With::", CommandLine::HasArg},
	{0, "install-recommends", "APT::Install-Recommends", CommandLine::Boolean},
	{0, "install-suggests", "APT::Install-Suggests", CommandLine::Boolean},
	{0, "ignore-hold", "APT::Ignore-Hold", 0},
	{0, "upgrade", "APT::Get::upgrade", 0},
	{0, "only-upgrade", "APT::Get::Only-Upgrade", 0},
	{0, "remove", "APT::Get::Remove", 0},
	{0, "allow-change-held-packages", "APT::Get::allow-change-held-packages", 0},
	{0, "allow-remove-essential", "APT::Get::allow-remove-essential", 0},
	{0, "allow-downgrades", "APT::Get::allow-downgrades", 0},
	{0, "force-yes", "APT::Get::force-yes", 0},
	{'y', "yes", "APT::Get::Assume-Yes", 0},
	{'y', "assume-yes", "APT::Get::Assume-Yes", 0},
	{'d', "download-only", "APT::Get::Download-Only", 0},
	{'q', "quiet", "quiet", CommandLine::IntLevel},
	{'q', "silent", "quiet", CommandLine::IntLevel},
	{'c', "config-file", nullptr, CommandLine::ConfigFile},
	{'o', "option", nullptr, CommandLine::ArbItem},
	/* From here on, they change nothing of what would be done. */
	{0, "allow-unauthenticated", "APT::Get::AllowUnauthenticated", 0},
	{0, "assume-no", "APT::Get::Assume-No", 0},
	{'m', "ignore-missing", "APT::Get::Fix-Missing", 0},
	{0, "fix-missing", "APT::Get::Fix-Missing", 0},
	{0, "download", "APT::Get::Download", 0},
	{0, "print-uris", "APT::Get::Print-URIs", 0},
	{0, "trivial-only", "APT::Get::Trivial-Only", 0},
	{0, "mark-auto", "APT::Get::Mark-Auto", 0},
	{'s', "simulate", "APT::Get::Simulate", 0},
	{'s', "just-print", "APT::Get::Simulate", 0},
	{'s', "recon", "APT::Get::Simulate", 0},
	{'s', "dry-run", "APT::Get::Simulate", 0},
	{'s', "no-act", "APT::Get::Simulate", 0},
	{'V', "verbose-versions", "APT::Get::Show-Versions", 0},
	{'u', "show-upgraded", "APT::Get::Show-Upgraded", 0},
	{0, "show-progress", "DpkgPM::Progress", 0},
	{0, "list-columns", "APT::Get::List-Columns", 0},
	{0, "comment", "APT::History::Comment", CommandLine::HasArg},
	{0, "audit", "APT::Audit", 0},
	{0, "color", "APT::Color", 0},
	{0, nullptr, nullptr, 0},
};

static const apt_command *find_command(const char *name)
{
	for (const apt_command &command : commands)
		if (name != nullptr && std::strcmp(name, command.name) == 0)
			return &command;
	return nullptr;
}

/* As above, with a message where there is none. */
static const apt_command *need_command(const char *name)
{
	const apt_command *command = find_command(name);
	std::string known;

	for (const apt_command &each : commands)
		known += std::string(" ") + each.name;
	if (name == nullptr)
		_error->Error("No command is given, only these can be:%s", known.c_str());
	else if (command == nullptr)
		_error->Error("The command %s is not known, only these are:%s", name,
			known.c_str());
	return command;
}

static bool is_upgrade(const apt_command &command)
{
	return command.kind == apt_command::UPGRADES ||
	       command.kind == apt_command::UPGRADES_ALL;
}

/* For upgrades, only the words count: they come after, and can set it again. */
static void forget_automatic_removal(const std::vector<const char *> &words)
{
	std::vector<CommandLine::Dispatch> names;
	const apt_command *command;

	for (const apt_command &known : commands)
		names.push_back({known.name, nullptr});
	names.push_back({nullptr, nullptr});
	command = find_command(
		CommandLine::GetCommand(names.data(), words.size(), words.data()));
	if (command != nullptr && is_upgrade(*command))
		_config->Set("APT::Get::AutomaticRemove", "");
}

/* Reads all configuration and the words, in apt's order; nullptr when apt refuses. */
static const apt_command *read_words(const apt_question &question, CommandLine &line)
{
	std::vector<const char *> words = {question.program};
	const apt_command *command;

	for (const char *const *word = question.words; *word != nullptr; word++)
		words.push_back(*word);
	if (!read_configuration(question))
		return nullptr;
	forget_automatic_removal(words);
	apply_program(question);
	if (!apply_question(question) ||
		!line.Parse(static_cast<int>(words.size()), words.data()))
		return nullptr;
	command = need_command(line.FileList[0]);
	if (command == nullptr)
		return nullptr;
	for (const char *setting : command->settings)
		if (setting != nullptr)
			_config->Set(setting, 1);
	std::string solver = _config->Find("APT::Solver", "internal");
	if (!_config->FindB("APT::Solver::Strict-Pinning", true) && solver == "internal")
		_config->Set("APT::Solver", "3.0");
	return command;
}

/* ------------------------------ packages and versions ------------------------------ */

static std::unique_ptr<OpProgress> make_progress(const apt_question &question)
{
	if (question.has_progress)
		return std::make_unique<OpTextProgress>(*_config);
	return std::make_unique<OpProgress>();
}

/* The one package whose candidate provides this one; end() for none or several. */
static package_iterator only_provider(
	pkgCacheFile &cache, const package_iterator &package)
{
	const char *native = cache->GetCache().NativeArch();
	package_iterator found;

	for (auto provided = package.ProvidesList(); !provided.end(); ++provided) {
		package_iterator owner = provided.OwnerPkg();

		if (cache[owner].CandidateVerIter(cache) != provided.OwnerVer())
			continue;
		if (found.end() || found == owner) {
			found = owner;
			continue;
		}
		if (found->Group != owner->Group)
			return package_iterator();
		/* One package of two architectures: its own, else the native one. */
		if (std::strcmp(found.Arch(), package.Arch()) != 0 &&
			(std::strcmp(owner.Arch(), package.Arch()) == 0 ||
				std::strcmp(owner.Arch(), native) == 0))
			found = owner;
	}
	return found;
}

/* What apt says and does where a word is no package with a version to install. */
class chooser : public APT::CacheSetHelper
{
      public:
	/* What was chosen by /RELEASE: its dependencies shall be of it, too. */
	/* NOLINTNEXTLINE(misc-non-private-member-variables-in-classes) the result */
	std::vector<std::pair<pkgCache::VerIterator, std::string>> of_release;

	void showVersionSelection(const package_iterator &,
		const pkgCache::VerIterator &version, VerSelector select,
		const std::string &pattern) override
	{
		if (select == RELEASE && pattern != version.VerStr())
			of_release.emplace_back(version, pattern);
	}

	pkgCache::VerIterator canNotGetVersion(VerSelector select, pkgCacheFile &cache,
		const package_iterator &package) override
	{
		package_iterator provider = only_provider(cache, package);

		if (select != CANDIDATE && select != NEWEST)
			return CacheSetHelper::canNotGetVersion(select, cache, package);
		if (!provider.end())
			return cache[provider].CandidateVerIter(cache);
		if (select == CANDIDATE && ShowError)
			_error->Error("Package '%s' has no installation candidate",
				package.FullName(true).c_str());
		return pkgCache::VerIterator(cache, nullptr);
	}

	/* A name without versions in removals: what is not there need not be removed. */
	void canNotFindVersion(VerSelector, APT::VersionContainerInterface *,
		pkgCacheFile &, const package_iterator &) override
	{
	}
};

static bool is_path(const char *word)
{
	return *word == '/' || std::strncmp(word, "./", 2) == 0 ||
	       std::strncmp(word, "../", 3) == 0;
}

static bool refuse_file(const char *file)
{
	return _error->Error("Unsupported file %s given on commandline", file);
}

/* Takes the .deb files out of the words, and makes them an index of their own. */
static bool add_files(pkgCacheFile &cache, CommandLine &line, texts &files)
{
	const char **rest = line.FileList + 1;
	pkgSourceList *sources = cache.GetSourceList();

	if (sources == nullptr)
		return false;
	for (const char **word = rest; *word != nullptr; word++) {
		std::string file = *word;
		bool is_there = FileExists(file);

		if (!is_path(*word))
			*rest++ = *word;
		else if (!is_there || !sources->AddVolatileFile(file, &files))
			return refuse_file(*word);
	}
	*rest = nullptr;
	return true;
}

/* ----------------------------- what apt would do, in steps ------------------------- */

/*
 * libapt-pkg writes down what it solved and ordered: not what was only asked. An empty
 * name is no file, unless there is a RootDir, which would become that file.
 */
class no_logs
{
	std::map<const char *, std::string> values = {
		{"RootDir", ""}, {"Dir::Log::Planner", ""}, {"Dir::Log::Solver", ""}};

      public:
	no_logs()
	{
		for (auto &setting : values) {
			setting.second = _config->Find(setting.first);
			_config->Set(setting.first, "");
		}
	}

	void undo() const
	{
		for (const auto &setting : values)
			_config->Set(setting.first, setting.second);
	}
};

struct transaction {
	const apt_command &command;
	const char **words;
	const texts &files; /* .debs, as they were called */
	pkgCacheFile &cache;
	OpProgress &progress;
	chooser &choice;
	APT::VersionSet &installed, &removed;
	const no_logs &logs;
	bool was_broken;
};

static std::string why_unmet(pkgCacheFile &cache, const package_iterator &target)
{
	pkgCache::VerIterator version = cache[target].InstVerIter(cache);

	if (!version.end())
		return std::string(version.VerStr()) + " is to be installed";
	if (cache[target].CandidateVer != 0)
		return "it is not going to be installed";
	return target->ProvidesList != 0 ? "it is a virtual package"
					 : "it is not installable";
}

/* "libc6 (>= 2.36) but it is not installable", or several of them. */
static std::string unmet(pkgCacheFile &cache, pkgCache::DepIterator first,
	const pkgCache::DepIterator &last)
{
	std::string text;

	for (;; ++first) {
		text += first.TargetPkg().FullName(true);
		if (first->Version != 0)
			text += std::string(" (") + first.CompType() + " " +
				first.TargetVer() + ")";
		text += " but " + why_unmet(cache, first.TargetPkg());
		if (first == last)
			return text;
		text += " or ";
	}
}

static void explain_broken(pkgCacheFile &cache, const package_iterator &package)
{
	pkgCache::VerIterator version = cache[package].InstVerIter(cache);

	if (version.end())
		return;
	for (auto next = version.DependsList(); !next.end();) {
		pkgCache::DepIterator first, last;

		next.GlobOr(first, last);
		if ((cache[last] & pkgDepCache::DepGInstall) ==
				pkgDepCache::DepGInstall ||
			!cache->IsImportantDep(last))
			continue;
		_error->Error("%s : %s: %s", package.FullName(true).c_str(),
			first.DepType(), unmet(cache, first, last).c_str());
	}
}

static bool fail_with_unmet(pkgCacheFile &cache, const char *reason)
{
	for (auto package = cache->PkgBegin(); !package.end(); ++package)
		if (cache[package].InstBroken())
			explain_broken(cache, package);
	return _error->Error("%s", reason);
}

static bool refuse_broken(pkgCacheFile &cache)
{
	return fail_with_unmet(cache,
		"Unmet dependencies. Try 'apt --fix-broken install' with no packages "
		"(or specify a solution).");
}

static bool fix_broken(pkgCacheFile &cache)
{
	if (!pkgFixBroken(*cache) || cache->BrokenCount() != 0)
		return fail_with_unmet(cache, "Unable to correct dependencies");
	if (!pkgMinimizeUpgrade(*cache))
		return _error->Error("Unable to minimize the upgrade set");
	return true;
}

/* Whatever an earlier run has left behind. With packages, they may be the solution. */
static bool check_dependencies(transaction &run)
{
	bool is_policy = _config->FindB("APT::Get::Fix-Policy-Broken", false);

	if (!pkgApplyStatus(*run.cache))
		return false;
	if (is_policy && run.cache->PolicyBrokenCount() > 0)
		for (auto package = run.cache->PkgBegin(); !package.end(); ++package)
			if (run.cache[package].NowPolicyBroken())
				run.cache->MarkInstall(package, true, 0, false, true);
	run.was_broken = run.cache->BrokenCount() != 0;
	if (!run.was_broken || (!is_upgrade(run.command) &&
				       (run.words[0] != nullptr || !run.files.empty())))
		return true;
	if (!is_policy && !_config->FindB("APT::Get::Fix-Broken", false))
		return refuse_broken(run.cache);
	if (!fix_broken(run.cache))
		return false;
	run.was_broken = false;
	return true;
}

/*
 * Each file is a package of the name of its path, which a version provides; but not those
 * of source packages.
 */
static bool choose_files(transaction &run)
{
	for (const std::string &file : run.files) {
		package_iterator package = run.cache->FindPkg(file);

		if (package.end())
			return refuse_file(file.c_str());
		for (auto provided = package.ProvidesList(); !provided.end();
			++provided) {
			run.cache->SetCandidateVersion(provided.OwnerVer());
			run.installed.insert(provided.OwnerVer());
		}
	}
	return true;
}

static bool choose_versions(transaction &run)
{
	enum { INSTALL, REMOVE };
	using Modifier = APT::VersionSet::Modifier;
	std::list<Modifier> suffixes;

	suffixes.emplace_back(
		INSTALL, "+", Modifier::POSTFIX, APT::CacheSetHelper::CANDIDATE);
	suffixes.emplace_back(
		REMOVE, "-", Modifier::POSTFIX, APT::CacheSetHelper::NEWEST);
	auto chosen = APT::VersionSet::GroupedFromCommandLine(run.cache, run.words,
		suffixes, run.command.kind == apt_command::REMOVES ? REMOVE : INSTALL,
		run.choice);

	run.installed = chosen[INSTALL];
	run.removed = chosen[REMOVE];
	return choose_files(run) && !_error->PendingError();
}

static void mark_removal(
	transaction &run, pkgProblemResolver &resolver, package_iterator package)
{
	bool is_purge = _config->FindB("APT::Get::Purge", false);
	bool is_gone = is_purge ? package->CurrentState == pkgCache::State::NotInstalled
				: package->CurrentVer == 0;

	resolver.Clear(package);
	resolver.Protect(package);
	resolver.Remove(package);
	if (!is_gone)
		run.cache->MarkDelete(package, is_purge);
	else
		/* Or it would be installed as the dependency of another. */
		package->SelectedState = pkgCache::State::Hold;
}

static bool is_asked_for(const package_iterator &package)
{
	if (package->CurrentVer != 0)
		return _config->FindB("APT::Get::upgrade", true);
	return !_config->FindB("APT::Get::Only-Upgrade", false);
}

/* The package itself; what it depends on comes later, when all are marked. */
static void mark_install(
	transaction &run, pkgProblemResolver &resolver, pkgCache::VerIterator version)
{
	package_iterator package = version.ParentPkg();
	pkgDepCache::StateCache &state = run.cache[package];
	bool is_again = _config->FindB("APT::Get::ReInstall", false);

	run.cache->SetCandidateVersion(version);
	if (is_asked_for(package)) {
		resolver.Clear(package);
		resolver.Protect(package);
		run.cache->MarkInstall(package, false);
		if (!state.Install() && is_again && package->CurrentVer != 0 &&
			package.CurrentVer().Downloadable())
			run.cache->SetReInstall(package, true);
	}
	if (!state.Install() && (state.Flags & pkgCache::Flag::Auto) != 0 && !is_again &&
		!_config->FindB("APT::Get::Only-Upgrade", false) &&
		!_config->FindB("APT::Get::Download-Only", false))
		run.cache->MarkAuto(package, false);
}

static void mark_dependencies(transaction &run)
{
	if (!_config->FindB("APT::Get::AutoSolving", true))
		return;
	for (const auto &chosen : run.choice.of_release)
		run.cache->SetCandidateVersion(chosen.first);
	for (const auto &chosen : run.choice.of_release)
		(void)run.cache->SetCandidateRelease(chosen.first, chosen.second);
	if (run.was_broken)
		return;
	for (const pkgCache::VerIterator &version : run.installed)
		if (is_asked_for(version.ParentPkg()))
			run.cache->MarkInstall(version.ParentPkg(), true);
}

static int upgrade_mode(const apt_command &command)
{
	if (command.kind == apt_command::UPGRADES_ALL)
		return APT::Upgrade::ALLOW_EVERYTHING;
	if (_config->FindB("APT::Get::Upgrade-Allow-New", false))
		return APT::Upgrade::FORBID_REMOVE_PACKAGES;
	return APT::Upgrade::FORBID_REMOVE_PACKAGES |
	       APT::Upgrade::FORBID_INSTALL_NEW_PACKAGES;
}

static bool resolve(transaction &run, pkgProblemResolver &resolver)
{
	bool is_resolved = is_upgrade(run.command)
				   ? APT::Upgrade::Upgrade(*run.cache,
					     upgrade_mode(run.command), &run.progress)
				   : resolver.Resolve(true, &run.progress);

	if (run.cache->BrokenCount() != 0)
		return fail_with_unmet(run.cache, "Broken packages");
	return is_resolved;
}

static bool mark_all(transaction &run)
{
	pkgProblemResolver resolver(&*run.cache);

	if (!choose_versions(run))
		return false;
	for (const pkgCache::VerIterator &version : run.removed)
		mark_removal(run, resolver, version.ParentPkg());
	for (const pkgCache::VerIterator &version : run.installed)
		mark_install(run, resolver, version);
	mark_dependencies(run);
	if (run.was_broken && run.cache->BrokenCount() != 0)
		return refuse_broken(run.cache);
	return resolve(run, resolver);
}

/* ------------------------------- automatic removal --------------------------------- */

/* apt, but not apt-get, removes old kernels when it upgrades all. */
static std::unique_ptr<APT::CacheFilter::Matcher> garbage_kernels(const transaction &run)
{
	bool is_all = _config->FindB("APT::Get::AutomaticRemove", true);
	std::string program = _config->Find("Binary");

	if (run.command.kind == apt_command::UPGRADES_ALL && program == "apt")
		_config->CndSet("APT::Get::AutomaticRemove::Kernels", is_all);
	if (!_config->FindB("APT::Get::AutomaticRemove::Kernels", false))
		return nullptr;
	return APT::KernelAutoRemoveHelper::GetProtectedKernelsFilter(
		&run.cache->GetCache(), true);
}

static bool has_user(pkgCacheFile &cache, const package_iterator &package)
{
	for (auto link = package.RevDependsList(); !link.end(); ++link) {
		pkgCache::VerIterator version = link.ParentVer();
		package_iterator user = version.ParentPkg();
		pkgDepCache::StateCache &state = cache[user];

		if (link.IsNegative() || !cache->IsImportantDep(link))
			continue;
		if (user.CurrentVer() == version ? state.Keep()
						 : state.InstVerIter(cache) == version)
			return true;
	}
	return false;
}

static bool is_needed(pkgCacheFile &cache, const package_iterator &package)
{
	pkgCache::VerIterator version = cache[package].CandidateVerIter(cache);

	if (has_user(cache, package))
		return true;
	for (auto provided = version.ProvidesList(); !provided.end(); ++provided)
		if (has_user(cache, provided.ParentPkg()))
			return true;
	return false;
}

/* Of what was dropped, what something that stays depends on, and so on. */
static void take_back(pkgCacheFile &cache, std::vector<package_iterator> dropped)
{
	auto needed = dropped.begin();

	while (cache->BrokenCount() != 0 || cache->PolicyBrokenCount() != 0) {
		needed = std::find_if(dropped.begin(), dropped.end(),
			[&](const package_iterator &package) {
				return is_needed(cache, package);
			});
		if (needed == dropped.end())
			return;
		cache->MarkInstall(*needed, false, 0, false);
		dropped.erase(needed);
	}
}

static bool drop_garbage(transaction &run)
{
	bool is_removed = _config->FindB("APT::Get::AutomaticRemove", false);
	bool is_purge = _config->FindB("APT::Get::Purge", false);
	auto kernels = is_removed ? nullptr : garbage_kernels(run);
	std::vector<package_iterator> dropped;

	if (is_removed && !_config->FindB("APT::Get::Remove", true))
		return _error->Error(
			"Packages need to be removed but remove is disabled.");
	run.cache->MarkAndSweep();
	for (auto package = run.cache->PkgBegin(); !package.end(); ++package) {
		const pkgDepCache::StateCache &state = run.cache[package];

		if (!state.Garbage)
			continue;
		if (!is_removed && (kernels == nullptr || !(*kernels)(package))) {
			/* Newly installed for something that is not: never mind. */
			if (!state.Install() || package->CurrentVer != 0)
				continue;
			dropped.push_back(package);
			run.cache->MarkDelete(package, false, 0, false);
		} else if (package->CurrentVer != 0) {
			run.cache->MarkDelete(package, is_purge, 0, false);
		} else {
			run.cache->MarkKeep(package, false, false);
		}
	}
	take_back(run.cache, dropped);
	if (run.cache->BrokenCount() != 0)
		return fail_with_unmet(
			run.cache, "The automatic removal breaks packages");
	return true;
}

/* --------------------------------- the info stream --------------------------------- */

static bool is_essential_lost(pkgCacheFile &cache, const package_iterator &package)
{
	constexpr unsigned vital = pkgCache::Flag::Essential | pkgCache::Flag::Important;
	pkgCache::GrpIterator group = package.Group();

	if (!cache[package].Delete() || package->CurrentVer == 0 ||
		(package->Flags & vital) == 0)
		return false;
	for (auto other = group.PackageList(); !other.end(); other = group.NextPkg(other))
		if (cache[other].Install())
			return false;
	return true;
}

static bool may_be(bool is_so, const char *option, const char *what)
{
	std::string setting = std::string("APT::Get::") + option;

	if (!is_so || _config->FindB(setting, false))
		return true;
	return _error->Error("%s and -y was used without --%s.", what, option);
}

/* What apt does only when a person says yes to it, or an option. */
static bool check_consent(pkgCacheFile &cache)
{
	bool is_essential = false, is_downgrade = false, is_hold = false;

	if ((_config->FindI("quiet", 0) < 2 &&
		    !_config->FindB("APT::Get::Assume-Yes", false)) ||
		_config->FindB("APT::Get::Force-Yes", false))
		return true;
	for (auto package = cache->PkgBegin(); !package.end(); ++package) {
		const pkgDepCache::StateCache &state = cache[package];

		is_essential |= is_essential_lost(cache, package);
		is_downgrade |= state.Downgrade();
		is_hold |= package->SelectedState == pkgCache::State::Hold &&
			   state.InstallVer != package.CurrentVer();
	}
	return may_be(is_essential, "allow-remove-essential",
		       "Essential packages were removed") &&
	       may_be(is_downgrade, "allow-downgrades", "Packages were downgraded") &&
	       may_be(is_hold, "allow-change-held-packages",
		       "Held packages were changed");
}

static bool check_removals(pkgCacheFile &cache)
{
	if (cache->DelCount() != 0 && !_config->FindB("APT::Get::Remove", true))
		return _error->Error(
			"Packages need to be removed but remove is disabled.");
	return true;
}

/* apt's own way to dpkg, up to where it would call the first hook. */
class preview : public pkgDPkgPM
{
	const texts &files;

	/* Where apt keeps what it downloads; or the file that somebody named. */
	std::string archive(const pkgCache::VerIterator &version) const
	{
		for (auto file = version.FileList(); !file.end(); ++file)
			if (std::find(files.begin(), files.end(),
				    file.File().FileName()) != files.end())
				return file.File().FileName();
		return _config->FindDir("Dir::Cache::Archives") +
		       QuoteString(version.ParentPkg().Name(), "_:") + '_' +
		       QuoteString(version.VerStr(), "_:") + '_' +
		       QuoteString(version.Arch(), "_:.") + ".deb";
	}

	bool Install(PkgIterator package, std::string) override
	{
		return pkgDPkgPM::Install(
			package, archive(Cache[package].InstVerIter(Cache)));
	}

	/* What dpkg does with --pending, apt tells the hooks one by one. */
	void add_pending()
	{
		/* For each package, one bit an operation. */
		std::vector<unsigned> done(Cache.Head().PackageCount);
		constexpr unsigned removed = 1U << Item::Remove | 1U << Item::Purge;
		constexpr unsigned installed = 1U << Item::Install;
		constexpr unsigned configured = 1U << Item::Configure;

		for (const Item &item : List)
			done[item.Pkg->ID] |= 1U << item.Op;
		for (auto package = Cache.PkgBegin(); !package.end(); ++package)
			if (Cache[package].Delete() && (done[package->ID] & removed) == 0)
				List.emplace_back(Item::Remove, package);
		for (auto package = Cache.PkgBegin(); !package.end(); ++package) {
			bool is_left = package.State() == PkgIterator::NeedsConfigure &&
				       !Cache[package].Delete();

			if ((done[package->ID] & configured) == 0 &&
				(is_left || (done[package->ID] & installed) != 0))
				List.emplace_back(Item::Configure, package);
		}
	}

      public:
	preview(pkgCacheFile &cache, const texts &local) : pkgDPkgPM(cache), files(local)
	{
		/* Or OrderInstall() asks for other media. */
		for (size_t i = 0; i < Cache.Head().PackageCount; i++)
			FileNames[i] = "archive";
	}

	bool order()
	{
		if (DoInstallPreFork() != Completed)
			return false;
		add_pending();
		return true;
	}

	bool write_to(std::ostream &answer)
	{
		char *text = nullptr;
		size_t size = 0;
		FILE *stream = open_memstream(&text, &size);
		bool is_lost = stream == nullptr || !SendPkgsInfo(stream, 3);

		is_lost |= stream == nullptr || fclose(stream) != 0;
		if (is_lost)
			return _error->Errno("open_memstream", "The info stream is lost");
		answer.write(text, static_cast<std::streamsize>(size));
		free(text);
		return true;
	}
};

static bool write_stream(transaction &run, std::ostream &answer)
{
	bool has_work = run.cache->DelCount() != 0 || run.cache->InstCount() != 0 ||
			run.cache->BadCount() != 0;
	preview manager(run.cache, run.files);

	if (has_work && !check_removals(run.cache))
		return false;
	if (has_work && !check_consent(run.cache))
		return false;
	if (has_work && !manager.order())
		return false;
	run.logs.undo();
	/*
	 * After this, nothing may look for it again: RootDir would come in front twice.
	 */
	_config->Set("Dir::State::status", _config->FindFile("Dir::State::status"));
	return manager.write_to(answer);
}

static bool answer_transaction(const apt_question &question, std::ostream &answer)
{
	CommandLine line(options, _config);
	const apt_command *command = read_words(question, line);
	pkgCacheFile cache;
	texts files;

	if (command == nullptr || !distrust_rootfs(question) ||
		!pkgInitSystem(*_config, _system) || !add_files(cache, line, files))
		return false;
	auto progress = make_progress(question);
	if (!cache.Open(progress.get(), false))
		return false;
	/* Garbage is looked for where apt does it, and not after each step. */
	pkgDepCache::ActionGroup group(cache);
	chooser choice;
	APT::VersionSet installed, removed;
	no_logs logs;
	transaction run = {*command, line.FileList + 1, files, cache, *progress, choice,
		installed, removed, logs, false};
	return check_dependencies(run) && mark_all(run) && drop_garbage(run) &&
	       write_stream(run, answer);
}

/* ------------------------------------- packages ------------------------------------ */

static void write_package(pkgCacheFile &cache, const package_iterator &package,
	bool has_candidate, std::ostream &answer)
{
	pkgCache::VerIterator current = package.CurrentVer();
	pkgCache::VerIterator candidate = package.VersionList(), any = candidate;

	if (any.end())
		return;
	if (has_candidate)
		candidate = cache.GetPolicy()->GetCandidateVer(package);
	if (!current.end())
		any = current;
	else if (has_candidate && !candidate.end())
		any = candidate;
	answer << package.Name() << '\t' << any.Arch() << '\t'
	       << (current.end() ? "-" : current.VerStr()) << '\t'
	       << (!has_candidate || candidate.end() ? "-" : candidate.VerStr()) << '\n';
}

static void write_named(pkgCacheFile &cache, const char *name, std::ostream &answer)
{
	pkgCache &packages = *cache.GetPkgCache();
	pkgCache::GrpIterator group = packages.FindGrp(name);

	if (std::strchr(name, ':') != nullptr) {
		package_iterator package = packages.FindPkg(name);

		if (!package.end())
			write_package(cache, package, true, answer);
		return;
	}
	if (group.end())
		return;
	for (auto one = group.PackageList(); !one.end(); one = group.NextPkg(one))
		write_package(cache, one, true, answer);
}

static bool answer_packages(const apt_question &question, std::ostream &answer)
{
	pkgCacheFile cache;

	if (!read_configuration(question))
		return false;
	apply_program(question);
	if (!apply_question(question) || !distrust_rootfs(question) ||
		!pkgInitSystem(*_config, _system))
		return false;
	auto progress = make_progress(question);
	if (!cache.BuildCaches(progress.get(), false))
		return false;
	for (const char *const *word = question.words; *word != nullptr; word++)
		write_named(cache, *word, answer);
	if (*question.words != nullptr)
		return cache.GetPolicy() != nullptr;
	for (auto one = cache.GetPkgCache()->PkgBegin(); !one.end(); ++one)
		write_package(cache, one, false, answer);
	return true;
}

/* ------------------------------- questions and answers ----------------------------- */

static bool answer_question(const apt_question &question, std::ostream &answer)
{
	bool is_answered = false;

	switch (question.kind) {
	case APT_CONFIGURATION:
		is_answered = answer_configuration(question, answer);
		break;
	case APT_ORIGINS:
		return answer_origins(question, answer);
	case APT_TRANSACTION:
		is_answered = answer_transaction(question, answer);
		break;
	case APT_PACKAGES:
		is_answered = answer_packages(question, answer);
		break;
	}
	return is_answered && !_error->PendingError();
}

/*
 * What apt breaks into several lines is several messages of one kind: all but the first
 * begin with spaces.
 */
static void report_error(apt_listener *listener, void *context, bool has_answer)
{
	std::stringstream text;
	std::string kind = "E: ";

	_config->Set("APT::Color", 0); /* lines are for the caller to colour */
	_error->DumpErrors(text, has_answer ? GlobalError::WARNING : GlobalError::NOTICE);
	for (std::string line; std::getline(text, line);) {
		if (line.find(": ") == 1)
			kind = line.substr(0, 3);
		else
			line.insert(0, kind);
		line += '\n';
		listener(APT_COMPLAINT, line.data(), line.size(), context);
	}
}

int apt_bridge_answer(
	const apt_question *question, apt_listener *listener, void *context) noexcept
try {
	std::ostringstream answer;
	bool has_answer = answer_question(*question, answer);
	std::string lines = answer.str();

	if (!has_answer && !_error->PendingError())
		_error->Error("There is no answer, and nothing says why");
	report_error(listener, context, has_answer);
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
