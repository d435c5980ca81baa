/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the C++ files of apt-bridge.so, which answer the questions of apt_bridge.h.
 * What apt's programs do themselves, instead of libapt-pkg, is done here in their order.
 * Names with capitals are libapt-pkg's. As there, false means that _error says why.
 */
#ifndef APT_BRIDGE_HH
#define APT_BRIDGE_HH

#include "apt_bridge.h"

#include <apt-pkg/cmndline.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/error.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/progress.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using strings = std::vector<std::string>;
/* The strings of a list that ends with NULL. */
strings strings_of(const char *const *list);

/* Reads apt's own configuration files. */
bool init_configuration(const apt_question &question);
/* Then applies the program's defaults, and the files and options of the question. */
bool apply_question(const apt_question &question);
/*
 * Whoever made another root also made its configuration: keeps it from naming programs to
 * run and files to write. Does nothing for this machine's root.
 */
bool distrust_rootfs(const apt_question &question);
std::unique_ptr<OpProgress> make_progress(const apt_question &question);

/* upgrade and full-upgrade look at all packages, the others at those that are named. */
struct apt_command {
	enum kind { INSTALL, REMOVE, UPGRADE, FULL_UPGRADE };

	const char *name;
	kind what;
	const char *settings[2]; /* that it turns on */

	bool is_upgrade() const
	{
		return what == UPGRADE || what == FULL_UPGRADE;
	}
};

/* Those of apt-get(8), of any release, for these commands. */
extern CommandLine::Args command_line_options[];
/*
 * Reads the configuration and parses the words into line, in apt's order; nullptr if apt
 * would refuse.
 */
const apt_command *read_command_line(const apt_question &question, CommandLine &line);

/* Opens an archive to read it, but only a regular file: opening a FIFO would wait. */
bool open_archive(const std::string &path, FileFd &file);

/* With its letters in lower case, as apt compares keys. */
std::string lower(std::string text);
/* The next of the items below top; nullptr: of all. */
const Configuration::Item *next_item(
	const Configuration::Item *item, const Configuration::Item *top = nullptr);
/*
 * KEY=VALUE, both encoded as in the info stream: like %F=%V of Configuration::Dump(), which
 * takes much longer.
 */
std::string setting_of(
	const Configuration::Item *item, const Configuration::Item *top = nullptr);
struct setting_line {
	size_t number;
	std::string setting; /* as setting_of() has it */
};
struct file_lines {
	/* In the order of the lines, without those that change nothing. */
	std::vector<setting_line> settings;
	/* For each of the keys: the line that clears it, or sets it to "", unless a later
	 * one sets it again; 0: none. */
	std::map<std::string, size_t> clearing;
};
/*
 * Which lines of a file of apt's configuration set what, and which clear keys. Nothing of
 * what follows a syntax error, or if there is no memory.
 */
file_lines find_lines(const std::string &path, const strings &keys);

bool answer_configuration(const apt_question &question, std::ostream &answer);
bool answer_origins(const apt_question &question, std::ostream &answer);
bool answer_files(const apt_question &question, std::ostream &answer);
bool answer_transaction(const apt_question &question, std::ostream &answer);
bool answer_packages(const apt_question &question, std::ostream &answer);
bool answer_fields(const apt_question &question, std::ostream &answer);
bool answer_contents(const apt_question &question, std::ostream &answer);
bool answer_versions(const apt_question &question, std::ostream &answer);
/* The first error that was reported, and forgets it; "" if there is none. */
std::string first_error();

#endif
