/* SPDX-License-Identifier: BSD-2-Clause */
#include "setting_text.h"
#include "correction.h"
#include "language.h"

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
	case SETTING_PACKAGES:
		return _("; valid values: names of packages");
	case SETTING_RENAME:
		return _("; valid values: paths below the hook tree");
	case SETTING_BOOLEAN:
	case SETTING_WORD:
	case SETTING_OPERATIONS:
	case SETTING_ACCOUNT:
	case SETTING_TEXT:
		return NULL;
	}
	return NULL;
}

static void add_values(struct buffer *text, const struct setting_type *type)
{
	owns_buffer struct buffer words = {0};
	const char *values = values_of(type);

	if (values != NULL)
		buffer_append_string(text, values);
	else if (setting_type_add_words(&words, type) && words.error == 0)
		/* Translators: %s is a list like "warn", "abort". */
		buffer_append_format(
			text, _("; valid values: %.*s"), (int)words.size, words.data);
}

/* The form of NAME "VALUE" is in the correction, so there is no question. */
static void add_unusable(struct buffer *text, const struct setting *setting,
	const struct correction *correction)
{
	if (setting->is_form_bad) {
		buffer_append_string(
			text, setting_type_is_list(setting->type)
				      ? _("ignored because this setting is a list")
				      : _("ignored because this setting is not a list"));
		if (correction->right != NULL)
			buffer_append_format(text, ": %s", correction->right);
		return;
	}
	buffer_append_string(text, _("the value is invalid, so the setting is ignored"));
	add_values(text, setting->type);
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
		buffer_append_string(
			text, _("there is no such setting, so it is ignored"));
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
