/* SPDX-License-Identifier: BSD-2-Clause */
#include "setting_text.h"
#include "correction.h"
#include "dependency.h"
#include "language.h"
#include "variables.h"

static void add_question(struct buffer *text, const char *meant, bool is_quoted)
{
	const char *quote = is_quoted ? "\"" : "";
	owns_memory char *word = NULL;

	if (meant == NULL)
		return;
	word = string_join(quote, meant, quote);
	/* Translators: %s is what was probably meant; a part of a sentence. */
	if (word != NULL)
		buffer_append_format(text, _("; did you mean %s?"), word);
}

/* What a value may be, as a part of a sentence; NULL if setting_type_add_words() has it. */
static const char *values_of(const struct setting_type *type)
{
	switch (type->kind) {
	case SETTING_SECONDS:
		return _("; valid values: seconds from 0 to 86400");
	case SETTING_DIRECTORY:
		return _("; valid values: absolute paths");
	case SETTING_DEPENDENCIES:
		/* Translators: the example is not translated. */
		return _("; valid values: packages as in Depends, like \"foo (>= 2) | "
			 "bar\"");
	case SETTING_PATTERNS:
		return _("; valid values: \"GLOB\", \"!GLOB\", \"GLOB (>= VERSION)\"");
	case SETTING_PATHS:
		return _("; valid values: absolute paths, or globs for them");
	case SETTING_VARIABLES:
		return _("; valid values: \"NAME=VALUE\"");
	case SETTING_RENAME:
		return _("; valid values: paths below the hook tree");
	case SETTING_BOOLEAN:
	case SETTING_WORD:
	case SETTING_OPERATIONS:
	case SETTING_ARGUMENTS:
	case SETTING_ACCOUNT:
	case SETTING_TEXT:
		return NULL;
	}
	return NULL;
}

/* What is wrong with a relation to a version, and so more helpful than all the values. */
static const char *relation_text(enum relation_fault fault)
{
	switch (fault) {
	case RELATION_IS_OBSOLETE:
		return _("; use \"<<\", \"<=\", \">=\" or \">>\" instead of \"<\" or "
			 "\">\"");
	case RELATION_HAS_NO_COMPARATOR:
		return _("; use \"<<\", \"<=\", \"=\", \">=\" or \">>\" before the "
			 "version");
	case RELATION_HAS_NO_VERSION:
		return _("; the version is missing");
	case RELATION_HAS_BAD_VERSION:
		return _("; the version is malformed");
	case RELATION_IS_BROKEN:
		return _("; the parentheses do not match, or are not at the end");
	case DEPENDENCY_HAS_NO_NAME:
		return _("; the name of a package is missing");
	case RELATION_IS_FINE:
	case DEPENDENCY_HAS_BAD_NAME:
		return NULL;
	}
	return NULL;
}

static enum relation_fault relation_fault_of(const struct setting *setting)
{
	struct slice text = slice_of(setting->value);
	struct relation relation;

	if (setting->type->kind == SETTING_DEPENDENCIES)
		return dependency_find_fault(text);
	if (setting->type->kind == SETTING_PATTERNS)
		return relation_cut(&text, &relation);
	return RELATION_IS_FINE;
}

static void add_values(struct buffer *text, const struct setting *setting)
{
	const struct setting_type *type = setting->type;
	owns_buffer struct buffer words = {0};
	const char *values = relation_text(relation_fault_of(setting));

	if (values == NULL)
		values = values_of(type);

	if (values != NULL)
		buffer_append_string(text, values);
	else if (setting_type_add_words(&words, type) && words.error == 0)
		/* Translators: %s is a list like "warn", "abort". */
		buffer_append_format(
			text, _("; valid values: %.*s"), (int)words.size, words.data);
}

static const char *effect_of_invalid(const struct setting_type *type)
{
	if (!type->is_guard)
		return _("the value is invalid, so the setting is ignored");
	if (setting_type_is_list(type))
		return _("the value is invalid, so the hook is not run");
	/* Translators: this value of On-Failure is not translated. */
	return _("the value is invalid, so it counts as \"abort\"");
}

/* guard: what the unknown name is taken for, or NULL. */
static const char *effect_of_unknown(const struct setting_type *guard)
{
	if (guard == NULL)
		return _("there is no such setting, so it is ignored");
	if (setting_type_is_list(guard))
		return _("there is no such setting, so the hook is not run");
	/* Translators: On-Failure and its value are not translated. */
	return _("there is no such setting, so it counts as On-Failure \"abort\"");
}

static const char *effect_of_form(const struct setting_type *type)
{
	if (!type->is_guard)
		return setting_type_is_list(type)
			       ? _("ignored because this setting is a list")
			       : _("ignored because this setting is not a list");
	if (setting_type_is_list(type))
		return _("the hook is not run because this setting is a list");
	return _("this setting is not a list, so it counts as \"abort\"");
}

/* The form of NAME "VALUE" is in the correction, so there is no question. */
static void add_unusable(struct buffer *text, const struct setting *setting,
	const struct correction *correction)
{
	if (setting->is_form_bad) {
		buffer_append_string(text, effect_of_form(setting->type));
		if (correction->right != NULL)
			buffer_append_format(text, ": %s", correction->right);
		return;
	}
	if (setting->type->kind == SETTING_VARIABLES &&
		variable_is_ours(setting->value)) {
		buffer_append_string(
			text, _("the hook is not run, since variables that begin with "
				"APT_UNIVERSAL_HOOKS are not for settings"));
		return;
	}
	buffer_append_string(text, effect_of_invalid(setting->type));
	add_values(text, setting);
	add_question(text, correction->right,
		strchr(correction->right != NULL ? correction->right : "", '"') == NULL);
}

void setting_text_add(struct buffer *text, const struct setting *setting,
	enum setting_fault fault, const char *near)
{
	__attribute__((cleanup(correction_done))) struct correction correction;

	correction_find(&correction, setting);
	switch (fault) {
	case SETTING_IS_FINE:
		return;
	case SETTING_IS_OUT_OF_PLACE:
		buffer_append_string(text, _("ignored because a package may set only "
					     "Universal-Hooks::Scripts::PATH"));
		return;
	case SETTING_IS_UNKNOWN:
		buffer_append_string(text, effect_of_unknown(setting->guard));
		add_question(text, correction.right, false);
		return;
	case SETTING_IS_UNUSABLE:
		add_unusable(text, setting, &correction);
		return;
	case SETTING_HAS_NO_USER:
		buffer_append_string(
			text, _("there is no such user, so the hook is not run"));
		add_question(text, near, false);
		return;
	case SETTING_HAS_NO_SCRIPT:
		buffer_append_string(text, _("there is no hook at this path"));
		add_question(text, near, false);
		return;
	case SETTING_IS_MASKED:
		buffer_append_string(
			text, _("the hook is masked, so this has no effect"));
		return;
	}
}
