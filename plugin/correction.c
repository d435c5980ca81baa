/* SPDX-License-Identifier: BSD-2-Clause */
#include "correction.h"
#include "apt_text.h"
#include "dependency.h"
#include "nearest.h"
#include "transaction.h"

#include <ctype.h>
#include <strings.h>

#define SCOPE "Universal-Hooks"
#define SCRIPTS "Scripts"
#define PARTS_MAX 16
#define BLANKS " \t"

void correction_done(struct correction *correction)
{
	free(correction->wrong);
	free(correction->right);
	memset(correction, 0, sizeof(*correction));
}

/* Takes ownership of right; without memory, sets neither. */
static void correction_set(
	struct correction *correction, const char *wrong, char *right, bool is_certain)
{
	correction_done(correction);
	correction->wrong = strdup(wrong);
	correction->right = right;
	correction->is_certain = is_certain;
	if (correction->wrong == NULL || correction->right == NULL)
		correction_done(correction);
}

static char *steal_text(struct buffer *buffer)
{
	char *text = buffer->error == 0 ? strndup(buffer->data, buffer->size) : NULL;

	buffer_done(buffer);
	return text;
}

/* One letter differs, and the word is not so short that it could be another one. */
static bool is_certain_word(const struct nearest *nearest)
{
	return nearest->distance <= 1 && strlen(nearest->wanted) >= 4;
}

static void correct_to_nearest(struct correction *correction, struct nearest nearest)
{
	if (nearest.word != NULL)
		correction_set(correction, nearest.wanted, strdup(nearest.word),
			is_certain_word(&nearest));
}

static const char *const booleans[] = {"true", "false", "yes", "off", "no", "on"};

/* The i-th valid value, or NULL. */
static const char *valid_word(const struct setting_type *type, size_t i)
{
	if (type->kind == SETTING_BOOLEAN)
		return i < COUNT_OF(booleans) ? booleans[i] : NULL;
	if (type->kind == SETTING_OPERATIONS)
		return i <= OPERATION_CONFIGURE - OPERATION_INSTALL
			       ? operation_name((enum operation)(OPERATION_INSTALL + i))
			       : NULL;
	return i < type->word_count ? type->words[i].word : NULL;
}

bool setting_type_add_words(struct buffer *text, const struct setting_type *type)
{
	/* apt accepts more words for a boolean than anybody needs. */
	size_t count = type->kind == SETTING_BOOLEAN ? 2 : SIZE_MAX;
	const char *word;

	for (size_t i = 0; i < count && (word = valid_word(type, i)) != NULL; i++)
		buffer_append_format(text, "%s\"%s\"", i > 0 ? ", " : "", word);
	return valid_word(type, 0) != NULL;
}

static void correct_word(struct correction *correction, const struct setting *setting)
{
	struct nearest nearest = nearest_to(setting->value);
	const char *word;

	for (size_t i = 0; (word = valid_word(setting->type, i)) != NULL; i++)
		nearest_try(&nearest, word);
	correct_to_nearest(correction, nearest);
}

/* The seconds in a unit of time as in systemd.time(7); 0 for other words. */
static unsigned seconds_of_unit(const char *unit)
{
	static const struct word units[] = {{"s", 1}, {"sec", 1}, {"second", 1},
		{"seconds", 1}, {"m", 60}, {"min", 60}, {"minute", 60}, {"minutes", 60},
		{"h", 3600}, {"hr", 3600}, {"hour", 3600}, {"hours", 3600}, {"d", 86400},
		{"day", 86400}};
	int seconds;

	return word_parse(units, COUNT_OF(units), unit, &seconds) ? (unsigned)seconds : 0;
}

/* "5m" and "5 min" are 300. */
static void correct_seconds(struct correction *correction, const struct setting *setting)
{
	size_t digits = strspn(setting->value, "0123456789");
	const char *unit = setting->value + digits;
	unsigned long long number;
	char text[DECIMAL_SIZE];

	if (!slice_to_number(
		    (struct slice){setting->value, digits}, TIMEOUT_MAX, &number))
		return;
	number *= seconds_of_unit(unit + strspn(unit, BLANKS));
	if (number > 0 && number <= TIMEOUT_MAX)
		correction_set(
			correction, setting->value, strdup(decimal(text, number)), true);
}

/* NAME "VALUE", or as a list. */
static char *setting_as(const struct setting_type *type, const char *value, bool is_list)
{
	struct buffer text = {0};
	const char *end = is_list ? BLANKS ",;|" : "";

	buffer_append_format(&text, "%s%s", type->name, is_list ? " {" : "");
	while (*(value += strspn(value, end)) != '\0') {
		size_t size = is_list ? strcspn(value, end) : strlen(value);

		buffer_append_format(
			&text, " \"%.*s\"%s", (int)size, value, is_list ? ";" : "");
		value += size;
	}
	buffer_append_string(&text, is_list ? " }" : "");
	return steal_text(&text);
}

/* Whether it is an item of a list as it stands, rather than several. */
static bool is_one_item(const struct setting *setting)
{
	const struct setting_type *type = setting->type;

	if (type->kind == SETTING_DEPENDENCIES)
		return dependency_find_fault(slice_of(setting->value)) ==
		       RELATION_IS_FINE;
	if (type->kind == SETTING_PATTERNS)
		return strchr(setting->value, '(') != NULL;
	return setting_type_is_list(type) && type->kind != SETTING_OPERATIONS;
}

/* A list for a single value, or the reverse. */
static void correct_form(struct correction *correction, const struct setting *setting)
{
	owns_memory char *item =
		string_format("%s { \"%s\"; }", setting->type->name, setting->value);
	owns_memory char *text = setting_as(setting->type, setting->value, false);

	if (item == NULL || text == NULL)
		return;
	if (!setting_type_is_list(setting->type))
		correction_set(correction, item, strdup(text), true);
	else
		correction_set(correction, text,
			is_one_item(setting)
				? strdup(item)
				: setting_as(setting->type, setting->value, true),
			true);
}

/* "install upgrade" as one item. */
static void correct_items(struct correction *correction, const struct setting *setting)
{
	owns_memory char *list = setting_as(setting->type, setting->value, true);
	owns_memory char *one =
		string_format("%s { \"%s\"; }", setting->type->name, setting->value);

	if (list != NULL && one != NULL && strcmp(list, one) != 0) {
		correction_set(correction, one, list, false);
		list = NULL;
	}
}

/* The comparator of deb-control(5) that was meant; NULL for other words. */
static const char *meant_comparator(struct slice word)
{
	static const struct {
		char word[3], meant[3];
	} comparators[] = {{"", "="}, {"=", "="}, {"==", "="}, {"<", "<="}, {"<=", "<="},
		{"=<", "<="}, {"<<", "<<"}, {">", ">="}, {">=", ">="}, {"=>", ">="},
		{">>", ">>"}};

	for (size_t i = 0; i < COUNT_OF(comparators); i++)
		if (slice_equals(word, comparators[i].word))
			return comparators[i].meant;
	return NULL;
}

/* "foo>2", "foo = 2" and "foo (2)"; "<" and ">" as dpkg understands them. */
static void correct_relation(struct correction *correction, const struct setting *setting)
{
	const char *at = setting->value;
	struct slice name = {at, strcspn(at, BLANKS "(<=>")};
	struct slice word, version;
	owns_memory char *right = NULL;
	const char *comparator;

	at += name.size + strspn(at + name.size, BLANKS "(");
	word = (struct slice){at, strspn(at, "<=>")};
	at += word.size + strspn(at + word.size, BLANKS);
	version = (struct slice){at, strcspn(at, BLANKS ")")};
	at += version.size + strspn(at + version.size, BLANKS ")");
	comparator = meant_comparator(word);
	if (comparator == NULL || version.size == 0 || *at != '\0')
		return;
	right = string_format("%.*s (%s %.*s)", (int)name.size, name.data, comparator,
		(int)version.size, version.data);
	if (right == NULL || dependency_find_fault(slice_of(right)) != RELATION_IS_FINE)
		return;
	correction_set(correction, setting->value, right, false);
	right = NULL;
}

static void correct_value(struct correction *correction, const struct setting *setting)
{
	switch (setting->type->kind) {
	case SETTING_BOOLEAN:
	case SETTING_WORD:
		correct_word(correction, setting);
		return;
	case SETTING_OPERATIONS:
		correct_word(correction, setting);
		if (correction->right == NULL)
			correct_items(correction, setting);
		return;
	case SETTING_SECONDS:
		correct_seconds(correction, setting);
		return;
	case SETTING_DEPENDENCIES:
		correct_relation(correction, setting);
		if (correction->right == NULL && strpbrk(setting->value, "()|") == NULL)
			correct_items(correction, setting);
		return;
	case SETTING_DIRECTORY:
		if (isalnum((unsigned char)setting->value[0]))
			correction_set(correction, setting->value,
				string_join("/", setting->value), false);
		return;
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
	case SETTING_ACCOUNT:
	case SETTING_RENAME:
	case SETTING_TEXT:
		return;
	}
}

/* The parts of a key between "::", without the scope and without an empty end. */
struct key_parts {
	struct slice items[PARTS_MAX];
	size_t count;
};

static struct key_parts split_key(const char *key)
{
	struct key_parts parts = {.count = 0};
	bool is_scope = true;

	while (*key != '\0' && parts.count < PARTS_MAX) {
		const char *colons = strstr(key, "::");
		size_t size = colons != NULL ? (size_t)(colons - key) : strlen(key);

		if (!is_scope && size > 0)
			parts.items[parts.count++] = (struct slice){key, size};
		is_scope = false;
		key += size + (colons != NULL ? 2 : 0);
	}
	return parts;
}

static struct nearest nearest_type(const char *name)
{
	struct nearest nearest = nearest_to(name);

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		nearest_try(&nearest, type->name);
	return nearest;
}

/* Universal-Hooks::Scripts::PATH::NAME; PATH is from part first to the last but one. */
static char *whole_key(const struct key_parts *parts, size_t first, const char *name)
{
	static const char *const trees[] = {
		"/etc/apt/universal-hooks/", "/usr/lib/apt/universal-hooks/"};
	struct buffer path = {0};
	owns_memory char *text = NULL;
	const char *relative;

	for (size_t i = first; i + 1 < parts->count; i++) {
		buffer_append_string(&path, i > first ? "/" : "");
		buffer_append(&path, parts->items[i]);
	}
	text = steal_text(&path);
	if (text == NULL)
		return NULL;
	relative = text;
	for (size_t i = 0; i < COUNT_OF(trees); i++)
		if (slice_has_prefix(slice_of(relative), slice_of(trees[i])))
			relative += strlen(trees[i]);
	relative += strspn(relative, "/");
	return string_join(SCOPE "::" SCRIPTS "::", relative, "::", name);
}

/* Universal-Hooks "false", or the same at a path. */
static void correct_missing_name(
	struct correction *correction, const struct setting *setting)
{
	if (apt_boolean(slice_of(setting->value)) >= 0)
		correction_set(correction, setting->key,
			string_join(setting->key, "::Enabled"), false);
}

static void correct_key(struct correction *correction, const struct setting *setting)
{
	struct key_parts parts = split_key(setting->key);
	owns_memory char *first = NULL;
	owns_memory char *last = NULL;
	struct nearest name, scripts;
	bool is_for_script, is_split;

	if (parts.count == 0) {
		correct_missing_name(correction, setting);
		return;
	}
	first = strndup(parts.items[0].data, parts.items[0].size);
	last = strndup(
		parts.items[parts.count - 1].data, parts.items[parts.count - 1].size);
	if (first == NULL || last == NULL)
		return;
	name = nearest_type(last);
	scripts = nearest_to(first);
	nearest_try(&scripts, SCRIPTS);
	is_for_script = strcasecmp(first, SCRIPTS) == 0;
	is_split = parts.count > (scripts.word != NULL ? 3U : 1U);
	if (is_for_script && parts.count <= 2)
		correct_missing_name(correction, setting);
	else if (is_split && name.word != NULL)
		correction_set(correction, setting->key,
			whole_key(&parts, scripts.word != NULL, name.word), false);
	else if (scripts.word != NULL && !is_for_script && parts.count > 1)
		correct_to_nearest(correction, scripts);
	else
		correct_to_nearest(correction, name);
}

void correction_find(struct correction *correction, const struct setting *setting)
{
	memset(correction, 0, sizeof(*correction));
	if (setting->type == NULL)
		correct_key(correction, setting);
	else if (setting->is_form_bad)
		correct_form(correction, setting);
	else if (setting->is_value_bad)
		correct_value(correction, setting);
}
