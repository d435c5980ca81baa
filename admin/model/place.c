/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/place.h"
#include "hook_point.h"
#include "hook_tree.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "ui/text.h"

/* False if a component is empty. */
static bool split_place(struct string_list *components, const char *word)
{
	struct slice rest = slice_of(word);

	do {
		struct slice name = slice_cut(&rest, '/');
		owns_memory char *text =
			xstrndup(name.size > 0 ? name.data : "", name.size);

		xlist_add(components, text);
		if (name.size == 0)
			return false;
	} while (rest.data != NULL);
	return true;
}

static int report_no_place(const char *word)
{
	return report_error(
		_("%s is not a place for hooks; use HOOK-POINT/NAME, "
		  "pkgs/PACKAGE/HOOK-POINT/NAME or multi_pkgs/HOOK-POINT/WILDCARD/NAME"),
		word);
}

static bool is_hook_point(const char *word)
{
	enum uh_hook_point hook_point;

	return uh_hook_point_parse(word, &hook_point);
}

/* For "pkgs/Post-Invoke/nginx/010-x", where the hook point is in the wrong place. */
static int report_swapped(char *const *words)
{
	return report_error(_("%s/%s/%s/%s is not a place for hooks; use %s/%s/%s/%s"),
		words[0], words[1], words[2], words[3], words[0], words[2], words[1],
		words[3]);
}

static int check_name(const char *name, const char *word)
{
	owns_memory char *meant = NULL;

	if (!hook_tree_is_leftover(name))
		return -1;
	meant = leftover_meant(name);
	if (meant == NULL)
		return report_error(
			_("%s would be ignored because of its name; choose another"),
			word);
	return report_error(
		_("%s would be ignored because of its name; call it %s"), word, meant);
}

static char *to_wildcard(const char *name)
{
	char *meant = wildcard_meant(name);

	return meant != NULL ? meant : xstrdup(name);
}

static bool has_wildcard(const char *name)
{
	owns_memory char *meant = to_wildcard(name);

	return strstr(meant, "__WILDCARD__") != NULL;
}

static int place_of_package(struct place *place, const char *package, const char *name)
{
	const char *hook_point = uh_hook_point_name(place->hook_point);

	place->reason = REASON_PACKAGE;
	if (has_wildcard(package)) {
		owns_memory char *wildcard = to_wildcard(package);

		return report_error(_("%s is not a package name; for all packages that "
				      "match, use multi_pkgs/%s/%s/%s"),
			package, hook_point, wildcard, name);
	}
	place->match = xstrdup(package);
	place->relative = xformat("pkgs/%s/%s/%s", package, hook_point, name);
	return -1;
}

static int place_of_wildcard(struct place *place, const char *wildcard, const char *name)
{
	place->reason = REASON_WILDCARD;
	place->match = to_wildcard(wildcard);
	place->relative = xformat("multi_pkgs/%s/%s/%s",
		uh_hook_point_name(place->hook_point), place->match, name);
	return -1;
}

static int check_match(const struct place *place, const char *match)
{
	if (!hook_point_has_packages(place->hook_point))
		return report_error(_("at %s, the packages are not known yet; use "
				      "Pre-Install-Pkgs"),
			uh_hook_point_name(place->hook_point));
	if (match[0] == '\0' || match[0] == '.' || strchr(match, '/') != NULL)
		return report_error(_("\"%s\" is not a package name"), match);
	return -1;
}

bool hook_point_of_path(const char *relative, enum uh_hook_point *ret_hook_point)
{
	struct slice rest = slice_of(relative);

	while (rest.size > 0) {
		struct slice name = slice_cut(&rest, '/');
		owns_memory char *word = xstrndup(name.data, name.size);

		if (uh_hook_point_parse(word, ret_hook_point))
			return true;
	}
	return false;
}

/* HOOK-POINT/NAME of two words. */
static int place_of_two(struct place *place, char *const *words, const char *package,
	const char *wildcard)
{
	const char *match = package != NULL ? package : wildcard;
	int status = hook_point_read(words[0], &place->hook_point);

	if (status < 0 && match != NULL)
		status = check_match(place, match);
	if (status >= 0)
		return status;
	if (package != NULL)
		return place_of_package(place, package, words[1]);
	if (wildcard != NULL)
		return place_of_wildcard(place, wildcard, words[1]);
	place->reason = REASON_ALWAYS;
	place->relative = xformat("%s/%s", words[0], words[1]);
	return -1;
}

/* A path in pkgs/ or multi_pkgs/ of four words. */
static int place_of_four(struct place *place, char *const *words)
{
	bool is_package = strcmp(words[0], "pkgs") == 0;
	const char *match = words[is_package ? 1 : 2];
	const char *hook_point = words[is_package ? 2 : 1];
	int status;

	if (!is_hook_point(hook_point) && is_hook_point(match))
		return report_swapped(words);
	status = hook_point_read(hook_point, &place->hook_point);
	if (status < 0)
		status = check_match(place, match);
	if (status >= 0)
		return status;
	return is_package ? place_of_package(place, match, words[3])
			  : place_of_wildcard(place, match, words[3]);
}

/* pkgs or multi_pkgs, if the word is nearly but not exactly that; else NULL. */
static const char *parent_meant(const char *word)
{
	struct nearest nearest = nearest_to(word);

	nearest_try(&nearest, "pkgs");
	nearest_try(&nearest, "multi_pkgs");
	return nearest.word;
}

int place_parse(
	struct place *place, const char *word, const char *package, const char *wildcard)
{
	owns_strings struct string_list words = {0};
	const char *parent;
	int status;

	memset(place, 0, sizeof(*place));
	if (!split_place(&words, word))
		return report_no_place(word);
	parent = words.count == 4 ? parent_meant(words.items[0]) : NULL;
	if (words.count == 1 && is_hook_point(word))
		return report_error(
			_("%s is a directory; name the script: %s/NAME"), word, word);
	if (words.count == 4 && parent != NULL && strcmp(parent, words.items[0]) != 0)
		return report_error(
			_("%s is not a place for hooks; did you mean %s/%s/%s/%s?"), word,
			parent, words.items[1], words.items[2], words.items[3]);
	if (words.count == 4 && parent != NULL && package == NULL && wildcard == NULL)
		status = place_of_four(place, words.items);
	else if (words.count == 2)
		status = place_of_two(place, words.items, package, wildcard);
	else
		status = report_no_place(word);
	return status < 0 ? check_name(words.items[words.count - 1], word) : status;
}

void place_done(struct place *place)
{
	free(place->relative);
	free(place->match);
}

/* Wraps text after "# ", with the lines after the first indented by two columns. */
static void add_comment(struct buffer *script, const char *text)
{
	struct slice rest = slice_of(text);
	size_t column = 0;

	while (rest.size > 0) {
		struct slice word = slice_cut(&rest, ' ');

		if (column > 0 && column + 1 + word.size > 79) {
			buffer_append_string(script, "\n#  ");
			column = 3;
		} else if (column == 0) {
			buffer_append_string(script, "#");
			column = 1;
		}
		buffer_append_string(script, " ");
		buffer_append(script, word);
		column += 1 + word.size;
	}
	buffer_append_string(script, "\n");
}

static const char *when_of(enum uh_hook_point hook_point)
{
	switch (hook_point) {
	case UH_SESSION_START:
		return _("before the first run of dpkg, as root; the packages are not "
			 "known yet");
	case UH_PRE_INVOKE:
		return _("before dpkg, as root; the packages are not known yet");
	case UH_PRE_INSTALL_PKGS:
		return _("before dpkg, as root");
	case UH_POST_INVOKE:
		return _("after dpkg, as root, even if dpkg has failed");
	case UH_SESSION_END:
		return _("after the last run of dpkg, as root, even if dpkg has failed");
	}
	return "";
}

static void add_when(struct buffer *script, const struct place *place)
{
	const char *when = when_of(place->hook_point);
	owns_memory char *match = xname(place->match != NULL ? place->match : "");
	owns_memory char *text = NULL;
	bool is_of_session = hook_point_is_of_session(place->hook_point);

	if (place->reason == REASON_PACKAGE)
		text = xformat(
			is_of_session
				? _("When it runs: %s, if %s is part of the session.")
				: _("When it runs: %s, if %s is part of the "
				    "transaction."),
			when, match);
	else if (place->reason == REASON_WILDCARD)
		text = xformat(
			_("When it runs: %s, once, if packages match %s."), when, match);
	else
		text = xformat(is_of_session
				       ? _("When it runs: once in every session, %s.")
				       : _("When it runs: %s, in every transaction."),
			when);
	add_comment(script, text);
}

#define OURS "$APT_UNIVERSAL_HOOKS_"

static void add_variables(struct buffer *script, const struct place *place)
{
	owns_buffer struct buffer names = {0};
	owns_memory char *text = NULL;
	owns_memory char *line = NULL;

	if (place->reason == REASON_PACKAGE)
		buffer_append_string(&names, OURS "PACKAGE, " OURS "OPERATION, ");
	if (place->reason == REASON_WILDCARD)
		buffer_append_string(&names, OURS "MATCHED, ");
	if (hook_point_is_after_dpkg(place->hook_point))
		buffer_append_string(&names, OURS "RESULT, ");
	buffer_append_string(&names, hook_point_has_packages(place->hook_point)
					     ? OURS "TRANSACTION"
					     : OURS "COMMAND_LINE");
	text = xbuffer_steal(&names);
	line = xformat(
		_("Variables: %s; apt-universal-hooks.conf(5) lists all of them."), text);
	add_comment(script, line);
}

static void add_failure(struct buffer *script, const struct place *place)
{
	owns_memory char *path = xname(place->relative);
	owns_memory char *text = NULL;

	if (place->hook_point == UH_POST_INVOKE)
		add_comment(script, _("If it fails, apt shows a warning and continues."));
	else if (place->hook_point == UH_SESSION_END)
		add_comment(script,
			_("If it fails, apt-universal-hooks log --failed shows it."));
	else
		text = xformat(
			_("If it fails, apt shows a warning and continues; to stop apt "
			  "instead: apt-universal-hooks set %s On-Failure abort"),
			path);
	if (text != NULL)
		add_comment(script, text);
}

/* At Session-End, there is no apt that could show it. */
static void add_about_output(struct buffer *script, const struct place *place)
{
	if (place->hook_point != UH_SESSION_END) {
		add_comment(script, _("Input and output are those of apt, so people see "
				      "what it prints."));
		return;
	}
	add_comment(script, _("What it prints is kept: apt-universal-hooks log --output "
			      "shows it."));
	add_comment(script, _("It can call apt: apt-get -o DPkg::Lock::Timeout=600 …"));
}

static const char *command_of(const struct place *place)
{
	switch (place->reason) {
	case REASON_PACKAGE:
		return "echo \"" OURS "PACKAGE: " OURS "OPERATION\"\n";
	case REASON_WILDCARD:
		return "cat \"" OURS "MATCHED\"\n";
	case REASON_ALWAYS:
		break;
	}
	return hook_point_has_packages(place->hook_point)
		       ? "cut -f 1-3 \"" OURS "TRANSACTION\"\n"
		       : "echo \"" OURS "COMMAND_LINE\"\n";
}

char *place_template(const struct place *place, const char *description)
{
	struct buffer script = {0};
	owns_memory char *first = xsentence(
		description != NULL ? description : _("What this hook is for: …"));

	buffer_append_string(&script, "#!/bin/sh\n");
	add_comment(&script, first);
	buffer_append_string(&script, "#\n");
	add_when(&script, place);
	add_variables(&script, place);
	add_failure(&script, place);
	add_about_output(&script, place);
	buffer_append_string(&script, "set -eu\n\n");
	buffer_append_string(&script, command_of(place));
	return xbuffer_steal(&script);
}
