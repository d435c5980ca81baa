/* SPDX-License-Identifier: BSD-2-Clause */
/* What dpkg's database, apt's marks and archives say about versions of packages. */
#include "apt_bridge.hh"

#include <apt-pkg/debfile.h>
#include <apt-pkg/depcache.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/init.h>
#include <apt-pkg/mmap.h>
#include <apt-pkg/pkgcachegen.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/strutl.h>
#include <apt-pkg/tagfile.h>

#include <cstring>

struct version_fields {
	std::string section = "-", source = "-", multi_arch = "-";
};

/* One of the question's words. */
struct asked_version {
	std::string name, architecture, version, archive;
};

static std::string cut(std::string &text, char separator)
{
	size_t end = text.find(separator);
	std::string head = text.substr(0, end);

	text.erase(0, end == std::string::npos ? end : end + 1);
	return head;
}

static asked_version parse_word(std::string word)
{
	std::string package = cut(word, '\t');
	std::string version = cut(word, '\t');
	std::string name = cut(package, ':');

	return {name, package, version, word};
}

/* After a removal, an entry may remain with the configuration files. */
static bool read_database(const pkgCache::PkgIterator &package,
	const asked_version &asked, version_fields &fields)
{
	for (auto one = package.VersionList(); !one.end(); ++one) {
		if (asked.version != one.VerStr())
			continue;
		if (one.Section() != nullptr)
			fields.section = one.Section();
		fields.source = one.SourcePkgName();
		fields.multi_arch = one.MultiArchType();
		if (fields.multi_arch == "none")
			fields.multi_arch = "no";
		return true;
	}
	return false;
}

/* An archive that cannot be read says nothing: whatever is wrong, dpkg will report it. */
static void read_archive(const asked_version &asked, version_fields &fields)
{
	if (asked.archive.compare(0, 1, "/") != 0)
		return;
	_error->PushToStack();
	FileFd file;
	bool is_open = open_archive(asked.archive, file);
	debDebFile archive(file);
	debDebFile::MemControlExtract control;
	if (is_open && control.Read(archive) && control.Section.FindS("Package") == asked.name &&
		control.Section.FindS("Version") == asked.version) {
		std::string source = control.Section.FindS("Source");

		fields.section = control.Section.FindS("Section");
		fields.source = source.empty() ? asked.name : cut(source, ' ');
		fields.multi_arch = control.Section.FindS("Multi-Arch");
		if (fields.section.empty())
			fields.section = "-";
		if (fields.multi_arch.empty())
			fields.multi_arch = "no";
	}
	_error->RevertToStack();
}

/* Of a package that is not installed, apt has no mark, or one that it will change. */
static const char *is_automatic(pkgDepCache &marks, const pkgCache::PkgIterator &package)
{
	if (package.end() || package.CurrentVer().end())
		return "-";
	return (marks[package].Flags & pkgCache::Flag::Auto) != 0 ? "yes" : "no";
}

static void write_fields(pkgCache &packages, pkgDepCache &marks,
	const asked_version &asked, std::ostream &answer)
{
	auto package = packages.FindPkg(asked.name, asked.architecture);
	version_fields fields;

	if (package.end() || !read_database(package, asked, fields))
		read_archive(asked, fields);
	answer << QuoteString(fields.section, "") << '\t'
	       << QuoteString(fields.source, "") << '\t'
	       << QuoteString(fields.multi_arch, "") << '\t'
	       << is_automatic(marks, package) << '\n';
}

bool answer_fields(const apt_question &question, std::ostream &answer)
{
	DynamicMMap *map = nullptr;
	OpProgress progress;

	if (!init_configuration(question) || !apply_question(question) ||
		!distrust_rootfs(question) || !pkgInitSystem(*_config, _system) ||
		!pkgCacheGenerator::MakeOnlyStatusCache(&progress, &map))
		return false;
	std::unique_ptr<DynamicMMap> owner(map);
	pkgCache packages(map);
	pkgDepCache marks(&packages);
	if (!marks.Init(&progress))
		return false;
	for (const std::string &word : strings_of(question.words))
		write_fields(packages, marks, parse_word(word), answer);
	return true;
}
