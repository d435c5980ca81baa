/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks(8): finds the subcommand. */
#include "cmd/cmd.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "ui/terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

/* In the order in which somebody gets to know them. */
static const struct subcommand subcommands[] = {
	{"status", N_("say whether apt calls the hooks, and how many there are"),
		admin_status},
	{"list", N_("show every hook, where it applies and how it last ended"),
		admin_list},
	{"plan", N_("show which hooks an apt command would run"), admin_plan},
	{"why", N_("show which hooks a package would set off"), admin_why},
	{"run", N_("run hooks by hand on a made-up transaction"), admin_run},
	{"check", N_("find what will not work as its author thinks"), admin_check},
	{"log", N_("show what has run"), admin_log},
	{"blame", N_("show which hooks take the most time"), admin_blame},
	{"requires", N_("show or install the packages that hooks need"), admin_requires},
	{"disable", N_("switch a hook off"), admin_disable},
	{"enable", N_("switch a hook on again"), admin_enable},
};

static int help(void)
{
	struct terminal terminal = terminal_plain();

	terminal_say(&terminal, "", _("Usage: apt-universal-hooks SUBCOMMAND [OPTION]…"));
	terminal_say(&terminal, "", "%s", "");
	for (size_t i = 0; i < COUNT_OF(subcommands); i++) {
		owns_buffer struct buffer name = {0};

		buffer_append_format(&name, "  %s", subcommands[i].name);
		terminal_item(&terminal, &name, 12, gettext(subcommands[i].summary));
	}
	terminal_say(&terminal, "", "%s", "");
	terminal_say(&terminal, "",
		_("Each has --help. The manual is apt-universal-hooks(8), the settings "
		  "of "
		  "hooks are in apt-universal-hooks.conf(5)."));
	return STATUS_FINE;
}

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int report_subcommand(const char *name)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		nearest_try(&nearest, subcommands[i].name);
	if (nearest.word != NULL)
		return report_error(
			_("there is no subcommand \"%s\"; did you mean \"%s\"?"), name,
			nearest.word);
	return report_error(
		_("there is no subcommand \"%s\": apt-universal-hooks --help"), name);
}

/* A full disk behind a pipe is an error like any other; a reader that left is none. */
static int close_output(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	return errno == EPIPE ? status : report_error(_("standard output: %m"));
}

/*
 * apt knows no language in which I is not the large i, as in Turkish: with its letters,
 * settings would not be what they are for the helper.
 */
static void use_letters_of_apt(void)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8"); /* every Debian has it */
}

int main(int argc, char **argv)
{
	struct admin admin = {.root = NULL};
	const struct subcommand *subcommand;
	int status;

	(void)setlocale(LC_ALL, ""); /* without it, the messages are English */
	use_letters_of_apt();
	(void)bindtextdomain(UH_TEXT_DOMAIN, UH_LOCALE_DIR);
	(void)textdomain(UH_TEXT_DOMAIN);
	if (argc < 2)
		return report_error(_("what shall be done? apt-universal-hooks --help"));
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0)
		return close_output(help());
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("apt-universal-hooks " UH_VERSION);
		return close_output(STATUS_FINE);
	}
	subcommand = find_subcommand(argv[1]);
	if (subcommand == NULL)
		return report_subcommand(argv[1]);
	admin.root = strdup("");
	if (admin.root == NULL)
		return report_no_memory();
	status = subcommand->run(&admin, argc - 1, argv + 1);
	free(admin.root);
	return close_output(status);
}
