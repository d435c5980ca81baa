/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages that apt knows. */
#include "apt_bridge.hh"

#include <apt-pkg/cachefile.h>
#include <apt-pkg/init.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/policy.h>

#include <cstring>

static void write_package(pkgCacheFile &cache, const pkgCache::PkgIterator &package,
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
	       << (!has_candidate || candidate.end() ? "-" : candidate.VerStr());
	if (strcmp(any.SourcePkgName(), package.Name()) != 0)
		answer << '\t' << any.SourcePkgName();
	answer << '\n';
}

static void write_named(
	pkgCacheFile &cache, const std::string &name, std::ostream &answer)
{
	pkgCache &packages = *cache.GetPkgCache();

	if (name.find(':') != std::string::npos) {
		auto package = packages.FindPkg(name);

		if (!package.end())
			write_package(cache, package, true, answer);
		return;
	}
	auto group = packages.FindGrp(name);
	if (group.end())
		return;
	for (auto one = group.PackageList(); !one.end(); one = group.NextPkg(one))
		write_package(cache, one, true, answer);
}

bool answer_packages(const apt_question &question, std::ostream &answer)
{
	strings names = strings_of(question.words);
	pkgCacheFile cache;

	if (!init_configuration(question) || !apply_question(question) ||
		!distrust_rootfs(question) || !pkgInitSystem(*_config, _system))
		return false;
	auto progress = make_progress(question);
	if (!cache.BuildCaches(progress.get(), false))
		return false;
	for (const std::string &name : names)
		write_named(cache, name, answer);
	if (!names.empty())
		return cache.GetPolicy() != nullptr;
	for (auto one = cache.GetPkgCache()->PkgBegin(); !one.end(); ++one)
		write_package(cache, one, false, answer);
	return true;
}
