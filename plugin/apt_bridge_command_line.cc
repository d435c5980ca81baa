/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of apt and apt-get, as far as it changes packages. */
#include "apt_bridge.hh"

#include <cstring>

static const apt_command commands[] = {
	{"install", apt_command::INSTALL, {}},
	{"reinstall", apt_command::INSTALL, {"APT::Get::ReInstall"}},
	{"remove", apt_command::REMOVE, {}},
	{"purge", apt_command::REMOVE, {"APT::Get::Purge"}},
	{"autoremove", apt_command::REMOVE, {"APT::Get::AutomaticRemove"}},
	{"auto-remove", apt_command::REMOVE, {"APT::Get::AutomaticRemove"}},
	{"autopurge", apt_command::REMOVE,
		{"APT::Get::AutomaticRemove", "APT::Get::Purge"}},
	{"upgrade", apt_command::UPGRADE, {}},
	{"full-upgrade", apt_command::FULL_UPGRADE, {}},
	{"dist-upgrade", apt_command::FULL_UPGRADE, {}},
};

CommandLine::Args command_line_options[] = {
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
	/* The others do not change which packages apt would change. */
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

static const apt_command *find_apt_command(const char *name)
{
	for (const apt_command &command : commands)
		if (name != nullptr && std::strcmp(name, command.name) == 0)
			return &command;
	return nullptr;
}

/* For upgrades, only options turn it on: the configuration does not count. */
static void forget_automatic_removal(const std::vector<const char *> &words)
{
	std::vector<CommandLine::Dispatch> names;

	for (const apt_command &each : commands)
		names.push_back({each.name, nullptr});
	names.push_back({nullptr, nullptr});
	const apt_command *command = find_apt_command(
		CommandLine::GetCommand(names.data(), words.size(), words.data()));
	if (command != nullptr && command->is_upgrade())
		_config->Set("APT::Get::AutomaticRemove", "");
}

static const apt_command *require_command(const char *name)
{
	const apt_command *command = find_apt_command(name);
	std::string supported;

	for (const apt_command &each : commands)
		supported += std::string(" ") + each.name;
	if (name == nullptr)
		_error->Error(
			"No command given; supported commands are:%s", supported.c_str());
	else if (command == nullptr)
		_error->Error("Unsupported command %s; supported commands are:%s", name,
			supported.c_str());
	return command;
}

const apt_command *read_command_line(const apt_question &question, CommandLine &line)
{
	std::vector<const char *> words = {question.program};

	for (const char *const *word = question.words; *word != nullptr; word++)
		words.push_back(*word);
	if (!init_configuration(question))
		return nullptr;
	forget_automatic_removal(words);
	if (!apply_question(question) ||
		!line.Parse(static_cast<int>(words.size()), words.data()))
		return nullptr;
	const apt_command *command = require_command(line.FileList[0]);
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
