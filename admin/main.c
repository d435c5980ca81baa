/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks(8): runs the subcommand. */
#include "cmd/cmd.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/spelling.h"
#include "ui/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

/* In the order in which a new user needs them. */
static const struct subcommand subcommands[] = {
	{"status", N_("show whether apt calls the hooks, and how many there are"),
		admin_status},
	{"list", N_("show all hooks, where they apply and how they last ended"),
		admin_list},
	{"show", N_("show everything about a hook"), admin_show},
	{"plan", N_("show which hooks an apt command would run"), admin_plan},
	{"why", N_("show which hooks would run for a package"), admin_why},
	{"run", N_("run hooks by hand for a simulated transaction"), admin_run},
	{"check", N_("find mistakes in hooks and settings"), admin_check},
	{"log", N_("show what has run"), admin_log},
	{"wait", N_("wait until every session is over, and its hooks have run"),
		admin_wait},
	{"transaction", N_("in a hook, show everything about its transaction"),
		admin_transaction},
	{"blame", N_("show which hooks take the most time"), admin_blame},
	{"requires", N_("show or install the packages that hooks need"), admin_requires},
	{"new", N_("make a new hook"), admin_new},
	{"edit", N_("edit a hook"), admin_edit},
	{"set", N_("change a setting of hooks"), admin_set},
	{"unset", N_("undo set"), admin_unset},
	{"disable", N_("disable hooks"), admin_disable},
	{"enable", N_("enable hooks again"), admin_enable},
	{"dpkg", N_("show or set whether dpkg runs hooks without apt"), admin_dpkg},
};

static int help(void)
{
	struct terminal terminal = terminal_plain();

	terminal_say(&terminal, "", _("Usage: apt-universal-hooks SUBCOMMAND [OPTION]…"));
	(void)putchar('\n');
	for (size_t i = 0; i < COUNT_OF(subcommands); i++) {
		owns_buffer struct buffer name = {0};

		buffer_append_format(&name, "  %s", subcommands[i].name);
		terminal_item(&terminal, &name, 15, gettext(subcommands[i].summary));
	}
	(void)putchar('\n');
	terminal_say(&terminal, "",
		_("\"apt-universal-hooks help SUBCOMMAND\" describes a subcommand and "
		  "its "
		  "options. --root DIR and --json may also stand before the subcommand. "
		  "See also apt-universal-hooks(8), and apt-universal-hooks.conf(5) for "
		  "the settings of hooks."));
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
		return report_error(_("unknown subcommand \"%s\"; did you mean \"%s\"?"),
			name, nearest.word);
	return report_error(
		_("unknown subcommand \"%s\"; see apt-universal-hooks --help"), name);
}

/* In Turkish, I and i are different letters; apt and the helper ignore case as C does. */
static void ignore_case_as_apt_does(void)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8"); /* every Debian has it */
}

/* "help", "help SUBCOMMAND": the latter is the same as "SUBCOMMAND --help". */
static int help_about(struct admin *admin, int argc, char **argv)
{
	char *words[] = {NULL, (char *)"--help", NULL};
	const struct subcommand *subcommand;

	if (argc > 3)
		return report_error(_("unexpected argument \"%s\"; usage: "
				      "apt-universal-hooks %s"),
			argv[3], "help [SUBCOMMAND]");
	if (argc < 3 || strcmp(argv[2], "help") == 0 || argv[2][0] == '-')
		return help();
	subcommand = find_subcommand(argv[2]);
	if (subcommand == NULL)
		return report_subcommand(argv[2]);
	words[0] = argv[2];
	return subcommand->run(admin, 2, words);
}

static int run_subcommand(struct admin *admin, int argc, char **argv)
{
	struct leading_options leading;
	const struct subcommand *subcommand;
	int status = options_read_leading(admin, argc, argv, &leading);

	if (status >= 0)
		return status;
	if (leading.is_version) {
		(void)puts("apt-universal-hooks " UH_VERSION);
		return STATUS_FINE;
	}
	if (leading.subcommand == NULL) {
		status = help();
		return leading.is_help ? status : STATUS_TROUBLE;
	}
	if (strcmp(leading.subcommand, "help") == 0)
		return help_about(admin, argc, argv);
	subcommand = find_subcommand(leading.subcommand);
	if (subcommand == NULL)
		return report_subcommand(leading.subcommand);
	return subcommand->run(admin, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	struct admin admin = {.root = NULL};
	int status;

	fill_standard_descriptors();
	(void)setlocale(LC_ALL, ""); /* if it fails, messages are English */
	ignore_case_as_apt_does();
	language_bind();
	admin.root = xstrdup("");
	status = run_subcommand(&admin, argc, argv);
	free(admin.root);
	return output_close(status);
}
