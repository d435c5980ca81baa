/* SPDX-License-Identifier: BSD-2-Clause */
/* Simulates a command of apt, up to the info stream that hooks would get. */
#include "apt_bridge.hh"

#include <apt-pkg/algorithms.h>
#include <apt-pkg/cachefile.h>
#include <apt-pkg/cachefilter.h>
#include <apt-pkg/cacheset.h>
#include <apt-pkg/dpkgpm.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/init.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/sourcelist.h>
#include <apt-pkg/strutl.h>
#include <apt-pkg/upgrade.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <utility>

using package_iterator = pkgCache::PkgIterator;
using version_iterator = pkgCache::VerIterator;

/* The only package whose candidate provides this one; end() for none or several. */
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
		/* Of several architectures, prefers the same, then the native one. */
		if (std::strcmp(found.Arch(), package.Arch()) != 0 &&
			(std::strcmp(owner.Arch(), package.Arch()) == 0 ||
				std::strcmp(owner.Arch(), native) == 0))
			found = owner;
	}
	return found;
}

/* Selects versions as apt does for words that name no package with a version. */
class version_selector : public APT::CacheSetHelper
{
      public:
	/* Selected by /RELEASE, which holds for their dependencies, too. */
	std::vector<std::pair<version_iterator, std::string>> of_release;

	void showVersionSelection(const package_iterator &,
		const version_iterator &version, VerSelector select,
		const std::string &pattern) override
	{
		if (select == RELEASE && pattern != version.VerStr())
			of_release.emplace_back(version, pattern);
	}

	version_iterator canNotGetVersion(VerSelector select, pkgCacheFile &cache,
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
		return version_iterator(cache, nullptr);
	}

	/* Removing a package without versions is no error. */
	void canNotFindVersion(VerSelector, APT::VersionContainerInterface *,
		pkgCacheFile &, const package_iterator &) override
	{
	}
};

/* Whether an option of apt-get is set, below APT::Get::. */
static bool is_set(const char *option, bool by_default = false)
{
	return _config->FindB(std::string("APT::Get::") + option, by_default);
}

static bool is_path(const std::string &word)
{
	return word.rfind('/', 0) == 0 || word.rfind("./", 0) == 0 ||
	       word.rfind("../", 0) == 0;
}

static bool refuse_file(const std::string &file)
{
	return _error->Error("Unsupported file %s given on commandline", file.c_str());
}

/* Moves the .deb files from the words to an index of their own. */
static bool take_debs(pkgCacheFile &cache, const CommandLine &line, strings &debs)
{
	const char **rest = line.FileList + 1;
	pkgSourceList *sources = cache.GetSourceList();

	if (sources == nullptr)
		return false;
	for (const char **word = rest; *word != nullptr; word++) {
		const std::string path = *word;

		if (!is_path(path))
			*rest++ = *word;
		else if (!FileExists(path) || !sources->AddVolatileFile(path, &debs))
			return refuse_file(path);
	}
	*rest = nullptr;
	return true;
}

static std::string why_unmet(pkgCacheFile &cache, const package_iterator &target)
{
	version_iterator version = cache[target].InstVerIter(cache);

	if (!version.end())
		return std::string(version.VerStr()) + " is to be installed";
	if (cache[target].CandidateVer != 0)
		return "it is not going to be installed";
	return target->ProvidesList != 0 ? "it is a virtual package"
					 : "it is not installable";
}

/* "libc6 (>= 2.36) but it is not installable", with "or" between alternatives. */
static std::string describe_unmet(pkgCacheFile &cache, pkgCache::DepIterator first,
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

static void report_unmet(pkgCacheFile &cache, const package_iterator &package)
{
	version_iterator version = cache[package].InstVerIter(cache);

	if (version.end())
		return;
	for (auto next = version.DependsList(); !next.end();) {
		pkgCache::DepIterator first, last;

		next.GlobOr(first, last);
		if ((cache[last] & pkgDepCache::DepGInstall) !=
				pkgDepCache::DepGInstall &&
			cache->IsImportantDep(last))
			_error->Error("%s : %s: %s", package.FullName(true).c_str(),
				first.DepType(),
				describe_unmet(cache, first, last).c_str());
	}
}

static bool fail_with_unmet(pkgCacheFile &cache, const char *reason)
{
	for (auto package = cache->PkgBegin(); !package.end(); ++package)
		if (cache[package].InstBroken())
			report_unmet(cache, package);
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

static bool has_dependent(pkgCacheFile &cache, const package_iterator &package)
{
	for (auto link = package.RevDependsList(); !link.end(); ++link) {
		version_iterator version = link.ParentVer();
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
	auto provided = cache[package].CandidateVerIter(cache).ProvidesList();

	if (has_dependent(cache, package))
		return true;
	for (; !provided.end(); ++provided)
		if (has_dependent(cache, provided.ParentPkg()))
			return true;
	return false;
}

/* Installs those dropped packages after all that the others turn out to need. */
static void take_back(pkgCacheFile &cache, std::vector<package_iterator> dropped)
{
	auto is_missed = [&](auto &package) { return is_needed(cache, package); };

	while (cache->BrokenCount() != 0 || cache->PolicyBrokenCount() != 0) {
		auto needed = std::find_if(dropped.begin(), dropped.end(), is_missed);
		if (needed == dropped.end())
			return;
		cache->MarkInstall(*needed, false, 0, false);
		dropped.erase(needed);
	}
}

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

static bool is_allowed(bool happens, const char *option, const char *what)
{
	if (!happens || is_set(option))
		return true;
	return _error->Error("%s and -y was used without --%s.", what, option);
}

/* With -y, apt refuses what it would otherwise ask about, unless an option allows it. */
static bool check_consent(pkgCacheFile &cache)
{
	bool is_essential = false, is_downgrade = false, is_hold = false;

	if ((_config->FindI("quiet", 0) < 2 && !is_set("Assume-Yes")) ||
		is_set("Force-Yes"))
		return true;
	for (auto package = cache->PkgBegin(); !package.end(); ++package) {
		const pkgDepCache::StateCache &state = cache[package];

		is_essential |= is_essential_lost(cache, package);
		is_downgrade |= state.Downgrade();
		is_hold |= package->SelectedState == pkgCache::State::Hold &&
			   state.InstallVer != package.CurrentVer();
	}
	return is_allowed(is_essential, "allow-remove-essential",
		       "Essential packages were removed") &&
	       is_allowed(is_downgrade, "allow-downgrades", "Packages were downgraded") &&
	       is_allowed(is_hold, "allow-change-held-packages",
		       "Held packages were changed");
}

static bool check_removals(bool has_removals)
{
	return !has_removals || is_set("Remove", true) ||
	       _error->Error("Packages need to be removed but remove is disabled.");
}

/* apt's own way to dpkg, up to where it would call the first hook. */
class stream_writer : public pkgDPkgPM
{
	const strings &debs;

	/* The file on the command line, or where apt keeps what it downloads. */
	std::string archive(const version_iterator &version) const
	{
		for (auto file = version.FileList(); !file.end(); ++file)
			if (std::find(debs.begin(), debs.end(), file.File().FileName()) !=
				debs.end())
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

      public:
	stream_writer(pkgCacheFile &cache, const strings &of_debs)
	    : pkgDPkgPM(cache), debs(of_debs)
	{
		/* Otherwise OrderInstall() asks for other media. */
		for (size_t i = 0; i < Cache.Head().PackageCount; i++)
			FileNames[i] = "archive";
	}

	bool order()
	{
		constexpr unsigned removed = 1U << Item::Remove | 1U << Item::Purge;
		constexpr unsigned installed = 1U << Item::Install;
		constexpr unsigned configured = 1U << Item::Configure;
		std::vector<unsigned> done(Cache.Head().PackageCount); /* by package */

		if (DoInstallPreFork() != Completed)
			return false;
		/* apt lists for the hooks what dpkg is going to do with --pending. */
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
		return true;
	}

	bool write_to(std::ostream &answer)
	{
		char *text = nullptr;
		size_t size = 0;
		FILE *stream = open_memstream(&text, &size);
		bool is_lost = stream == nullptr || !SendPkgsInfo(stream, 3);

		if (stream == nullptr || fclose(stream) != 0 || is_lost)
			return _error->Errno("open_memstream", "The info stream is lost");
		answer.write(text, static_cast<std::streamsize>(size));
		free(text);
		return true;
	}
};

/* The steps of apt install, remove and upgrade. */
struct simulation {
	const apt_command &command;
	const char **words;
	const strings &debs;
	pkgCacheFile &cache;
	OpProgress &progress;
	pkgDepCache::ActionGroup no_garbage_yet{cache}; /* apt looks for it once, later */
	pkgProblemResolver resolver{&*cache};
	version_selector selector{};
	APT::VersionSet installed{}, removed{};
	bool is_broken = false; /* before the command */
	/*
	 * Empty until the stream is written, so that libapt-pkg logs nothing. RootDir is one
	 * of them, as the log with an empty name would become the file RootDir.
	 */
	std::map<const char *, std::string> logs{};
	const bool is_purge = is_set("Purge");

	/* What an earlier run left behind; packages on the command line may solve it. */
	bool check_dependencies()
	{
		bool is_policy = is_set("Fix-Policy-Broken");

		if (!pkgApplyStatus(*cache))
			return false;
		if (is_policy && cache->PolicyBrokenCount() > 0)
			for (auto package = cache->PkgBegin(); !package.end(); ++package)
				if (cache[package].NowPolicyBroken())
					cache->MarkInstall(package, true, 0, false, true);
		is_broken = cache->BrokenCount() != 0;
		if (!is_broken ||
			(!command.is_upgrade() && (*words != nullptr || !debs.empty())))
			return true;
		if (!is_policy && !is_set("Fix-Broken"))
			return refuse_broken(cache);
		is_broken = !fix_broken(cache);
		return !is_broken;
	}

	/* A .deb is a package with its path as name, provided by the version in it. */
	bool select_debs()
	{
		for (const std::string &deb : debs) {
			package_iterator package = cache->FindPkg(deb);

			/* A source package. */
			if (package.end())
				return refuse_file(deb);
			for (auto provided = package.ProvidesList(); !provided.end();
				++provided) {
				cache->SetCandidateVersion(provided.OwnerVer());
				installed.insert(provided.OwnerVer());
			}
		}
		return true;
	}

	bool select_versions()
	{
		using Modifier = APT::VersionSet::Modifier;
		constexpr auto install = apt_command::INSTALL,
			       remove = apt_command::REMOVE;
		const std::list<Modifier> suffixes = {
			{install, "+", Modifier::POSTFIX, selector.CANDIDATE},
			{remove, "-", Modifier::POSTFIX, selector.NEWEST}};
		auto selected = APT::VersionSet::GroupedFromCommandLine(cache, words,
			suffixes, command.what == remove ? remove : install, selector);
		installed = selected[install];
		removed = selected[remove];
		return select_debs() && !_error->PendingError();
	}

	void mark_removal(package_iterator package)
	{
		bool is_gone =
			is_purge ? package->CurrentState == pkgCache::State::NotInstalled
				 : package->CurrentVer == 0;

		resolver.Clear(package);
		resolver.Protect(package);
		resolver.Remove(package);
		if (!is_gone)
			cache->MarkDelete(package, is_purge);
		else
			/* Keeps it from being installed as a dependency. */
			package->SelectedState = pkgCache::State::Hold;
	}

	static bool is_wanted(const package_iterator &package)
	{
		return package->CurrentVer != 0 ? is_set("upgrade", true)
						: !is_set("Only-Upgrade");
	}

	/* Without the dependencies, which are marked after all the packages. */
	void mark_install(const version_iterator &version)
	{
		package_iterator package = version.ParentPkg();
		pkgDepCache::StateCache &state = cache[package];
		bool is_again = is_set("ReInstall");

		cache->SetCandidateVersion(version);
		if (is_wanted(package)) {
			resolver.Clear(package);
			resolver.Protect(package);
			cache->MarkInstall(package, false);
			if (!state.Install() && is_again && package->CurrentVer != 0 &&
				package.CurrentVer().Downloadable())
				cache->SetReInstall(package, true);
		}
		if (!state.Install() && (state.Flags & pkgCache::Flag::Auto) != 0 &&
			!is_again && !is_set("Only-Upgrade") && !is_set("Download-Only"))
			cache->MarkAuto(package, false);
	}

	void mark_dependencies()
	{
		if (!is_set("AutoSolving", true))
			return;
		for (const auto &selected : selector.of_release)
			cache->SetCandidateVersion(selected.first);
		for (const auto &[version, release] : selector.of_release)
			(void)cache->SetCandidateRelease(version, release);
		if (is_broken)
			return;
		for (const version_iterator &version : installed)
			if (is_wanted(version.ParentPkg()))
				cache->MarkInstall(version.ParentPkg(), true);
	}

	int upgrade_mode() const
	{
		using namespace APT::Upgrade;

		if (command.what == apt_command::FULL_UPGRADE)
			return ALLOW_EVERYTHING;
		if (is_set("Upgrade-Allow-New"))
			return FORBID_REMOVE_PACKAGES;
		return FORBID_REMOVE_PACKAGES | FORBID_INSTALL_NEW_PACKAGES;
	}

	bool mark_all()
	{
		if (!select_versions())
			return false;
		for (const version_iterator &version : removed)
			mark_removal(version.ParentPkg());
		for (const version_iterator &version : installed)
			mark_install(version);
		mark_dependencies();
		if (is_broken && cache->BrokenCount() != 0)
			return refuse_broken(cache);
		bool is_resolved =
			command.is_upgrade()
				? APT::Upgrade::Upgrade(*cache, upgrade_mode(), &progress)
				: resolver.Resolve(true, &progress);
		if (cache->BrokenCount() != 0)
			return fail_with_unmet(cache, "Broken packages");
		return is_resolved;
	}

	/* apt, but not apt-get, removes old kernels at full-upgrade. */
	std::unique_ptr<APT::CacheFilter::Matcher> garbage_kernels() const
	{
		if (command.what == apt_command::FULL_UPGRADE &&
			_config->Find("Binary") == "apt")
			_config->CndSet("APT::Get::AutomaticRemove::Kernels",
				is_set("AutomaticRemove", true));
		if (!is_set("AutomaticRemove::Kernels"))
			return nullptr;
		return APT::KernelAutoRemoveHelper::GetProtectedKernelsFilter(
			&cache->GetCache(), true);
	}

	bool remove_garbage()
	{
		bool is_removed = is_set("AutomaticRemove");
		auto kernels = is_removed ? nullptr : garbage_kernels();
		std::vector<package_iterator> dropped;

		if (!check_removals(is_removed))
			return false;
		cache->MarkAndSweep();
		for (auto package = cache->PkgBegin(); !package.end(); ++package) {
			if (!cache[package].Garbage)
				continue;
			bool is_installed = package->CurrentVer != 0;
			if (is_removed || (kernels != nullptr && (*kernels)(package))) {
				if (is_installed)
					cache->MarkDelete(package, is_purge, 0, false);
				else
					cache->MarkKeep(package, false, false);
			} else if (cache[package].Install() && !is_installed) {
				/* For a package that is not installed in the end. */
				dropped.push_back(package);
				cache->MarkDelete(package, false, 0, false);
			}
		}
		take_back(cache, dropped);
		if (cache->BrokenCount() != 0)
			return fail_with_unmet(
				cache, "The automatic removal breaks packages");
		return true;
	}

	bool write_stream(std::ostream &answer)
	{
		bool has_work = cache->DelCount() != 0 || cache->InstCount() != 0 ||
				cache->BadCount() != 0;
		stream_writer writer(cache, debs);

		if (has_work && (!check_removals(cache->DelCount() != 0) ||
					!check_consent(cache) || !writer.order()))
			return false;
		for (const auto &[setting, value] : logs)
			_config->Set(setting, value);
		/* Nothing may look it up afterwards: it would get RootDir twice. */
		_config->Set(
			"Dir::State::status", _config->FindFile("Dir::State::status"));
		return writer.write_to(answer);
	}

	bool run(std::ostream &answer)
	{
		for (const char *setting :
			{"RootDir", "Dir::Log::Planner", "Dir::Log::Solver"}) {
			logs[setting] = _config->Find(setting);
			_config->Set(setting, "");
		}
		return check_dependencies() && mark_all() && remove_garbage() &&
		       write_stream(answer);
	}
};

bool answer_transaction(const apt_question &question, std::ostream &answer)
{
	CommandLine line(command_line_options, _config);
	const apt_command *command = read_command_line(question, line);
	pkgCacheFile cache;
	strings debs;

	if (command == nullptr || !distrust_rootfs(question) ||
		!pkgInitSystem(*_config, _system) || !take_debs(cache, line, debs))
		return false;
	auto progress = make_progress(question);
	if (!cache.Open(progress.get(), false))
		return false;
	simulation steps{*command, line.FileList + 1, debs, cache, *progress};
	return steps.run(answer);
}
