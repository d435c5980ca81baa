/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/spelling.h"
#include "hook_tree.h"
#include "ui/message.h"

#include <ctype.h>
#include <strings.h>

#define WILDCARD "__WILDCARD__"

/* Letters only, so that hyphens, underscores and case make no difference. */
static const struct word hook_point_words[] = {
	{"sessionstart", UH_SESSION_START},
	{"preinvoke", UH_PRE_INVOKE},
	{"preinstallpkgs", UH_PRE_INSTALL_PKGS},
	{"preinstallpackages", UH_PRE_INSTALL_PKGS},
	{"postinvoke", UH_POST_INVOKE},
	{"sessionend", UH_SESSION_END},
};

char *letters_of(const char *word)
{
	char *letters = xstrdup(word);
	char *end = letters;

	for (; *word != '\0'; word++)
		if (isalpha((unsigned char)*word))
			*end++ = (char)tolower((unsigned char)*word);
	*end = '\0';
	return letters;
}

bool has_same_letters(const char *a, const char *b)
{
	owns_memory char *a_letters = letters_of(a);
	owns_memory char *b_letters = letters_of(b);

	return strcmp(a_letters, b_letters) == 0;
}

bool hook_point_meant(
	const char *word, enum uh_hook_point *ret_hook_point, bool *ret_is_certain)
{
	owns_memory char *letters = letters_of(word);
	struct nearest nearest = nearest_to(letters);

	for (size_t i = 0; i < COUNT_OF(hook_point_words); i++) {
		nearest_try(&nearest, hook_point_words[i].word);
		if (nearest.word == hook_point_words[i].word)
			*ret_hook_point = (enum uh_hook_point)hook_point_words[i].value;
	}
	*ret_is_certain = nearest.word != NULL && strcmp(nearest.word, letters) == 0;
	return nearest.word != NULL;
}

int hook_point_read(const char *word, enum uh_hook_point *ret_hook_point)
{
	enum uh_hook_point meant;
	bool is_certain;

	if (uh_hook_point_parse(word, ret_hook_point))
		return -1;
	if (hook_point_meant(word, &meant, &is_certain))
		return report_error(_("unknown hook point \"%s\"; did you mean %s?"),
			word, uh_hook_point_name(meant));
	return report_error(_("unknown hook point \"%s\"; use Session-Start, "
			      "Pre-Invoke, Pre-Install-Pkgs, Post-Invoke or "
			      "Session-End"),
		word);
}

char *leftover_meant(const char *name)
{
	size_t size = strlen(name);
	bool is_autosave = size > 2 && name[0] == '#' && name[size - 1] == '#';
	char *meant = is_autosave ? xstrndup(name + 1, size - 2)
				  : xstrdup(name + strspn(name, "."));
	const char *ending;

	while ((ending = hook_tree_leftover_ending(meant)) != NULL)
		meant[ending - meant] = '\0';
	if (meant[0] != '\0')
		return meant;
	free(meant);
	return NULL;
}

/* The length of a form of the wildcard at the beginning of name, or 0. */
static size_t wildcard_size(const char *name)
{
	static const char word[] = "WILDCARD";
	size_t before = strspn(name, "_");
	size_t size = before + strlen(word);

	if (name[0] == '*')
		return strspn(name, "*");
	if (before == 0 || strncasecmp(name + before, word, strlen(word)) != 0)
		return 0;
	return size + strspn(name + size, "_");
}

char *wildcard_meant(const char *name)
{
	owns_buffer struct buffer meant = {0};
	bool is_other = false;

	while (*name != '\0') {
		size_t size = wildcard_size(name);
		struct slice here = {name, size > 0 ? size : 1};

		is_other = is_other || (size > 0 && !slice_equals(here, WILDCARD));
		buffer_append(&meant, size > 0 ? slice_of(WILDCARD) : here);
		name += here.size;
	}
	return is_other ? xbuffer_steal(&meant) : NULL;
}

char *package_name_meant(const char *name)
{
	char *meant = wildcard_meant(name);

	if (meant == NULL)
		meant = xstrdup(name);
	for (char *at = meant; *at != '\0'; at++) {
		if (strncmp(at, WILDCARD, strlen(WILDCARD)) == 0)
			at += strlen(WILDCARD) - 1;
		else if (*at == '_')
			*at = '-';
		else
			*at = (char)tolower((unsigned char)*at);
	}
	return meant;
}

char *dev_package_meant(const char *name)
{
	static const char ending[] = "-devel";
	size_t size = strcspn(name, ":");
	size_t before = size - strlen(ending);

	if (size <= strlen(ending) || strncmp(name + before, ending, strlen(ending)) != 0)
		return NULL;
	return xformat("%.*s-dev%s", (int)before, name, name + size);
}
