/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/foreign.h"
#include "pattern.h"
#include "shell_word.h"
#include "ui/message.h"

/* What pacman calls by one name: the operations on packages, or on those with paths. */
static const struct {
	const char *word;
	unsigned of_packages;
	unsigned of_paths; /* an upgrade may bring a path, and take one away */
} alpm_operations[] = {
	{"Install", 1U << OPERATION_INSTALL,
		1U << OPERATION_INSTALL | 1U << OPERATION_UPGRADE |
			1U << OPERATION_DOWNGRADE},
	{"Upgrade", FOREIGN_CHANGED, FOREIGN_CHANGED},
	{"Remove", FOREIGN_REMOVED,
		1U << OPERATION_UPGRADE | 1U << OPERATION_DOWNGRADE | FOREIGN_REMOVED},
};

/* Those of one type and with the same operations are one. */
struct alpm_trigger {
	unsigned long line; /* of its first Target; 0: there is none */
	bool is_of_paths;
	unsigned operations; /* bits, by the index in alpm_operations */
	struct string_list targets;
};

struct alpm {
	struct alpm_trigger *triggers;
	size_t count;
	size_t capacity;
	enum uh_hook_point hook_point;
	struct slice exec;
	unsigned long exec_line;
	char *description;
	struct string_list depends;
	unsigned long depends_line;
	bool aborts, needs_targets;
};

static void alpm_done(struct alpm *alpm)
{
	for (size_t i = 0; i < alpm->count; i++)
		string_list_done(&alpm->triggers[i].targets);
	free(alpm->triggers);
	free(alpm->description);
	string_list_done(&alpm->depends);
}

/* "Key = Value"; without "=" the value is empty. */
static struct slice cut_value(struct slice *line)
{
	struct slice value = *line;
	struct slice key = slice_cut(&value, '=');

	*line = foreign_strip(key);
	return foreign_strip(value);
}

/* False if the key or its value is unknown. */
static bool read_trigger_key(struct alpm_trigger *trigger, unsigned long number,
	struct slice key, struct slice value)
{
	owns_memory char *text = xstrndup(value.data, value.size);

	if (slice_equals(key, "Target") && value.size > 0) {
		trigger->line = trigger->line > 0 ? trigger->line : number;
		xlist_add(&trigger->targets, text);
		return true;
	}
	if (slice_equals(key, "Type")) {
		/* File is the former name of Path. */
		trigger->is_of_paths = !slice_equals(value, "Package");
		return !trigger->is_of_paths || slice_equals(value, "Path") ||
		       slice_equals(value, "File");
	}
	for (size_t i = 0; i < COUNT_OF(alpm_operations); i++)
		if (slice_equals(key, "Operation") &&
			strcmp(text, alpm_operations[i].word) == 0) {
			trigger->operations |= 1U << i;
			return true;
		}
	return false;
}

static bool read_action_key(
	struct alpm *alpm, unsigned long number, struct slice key, struct slice value)
{
	if (slice_equals(key, "When")) {
		if (slice_equals(value, "PreTransaction"))
			alpm->hook_point = UH_PRE_INSTALL_PKGS;
		return slice_equals(value, "PreTransaction") ||
		       slice_equals(value, "PostTransaction");
	}
	if (slice_equals(key, "Exec")) {
		alpm->exec = value;
		alpm->exec_line = number;
	} else if (slice_equals(key, "Description")) {
		free(alpm->description);
		alpm->description = xstrndup(value.data, value.size);
	} else if (slice_equals(key, "Depends")) {
		owns_memory char *text = xstrndup(value.data, value.size);

		xlist_add(&alpm->depends, text);
		alpm->depends_line = number;
	} else if (slice_equals(key, "AbortOnFail")) {
		alpm->aborts = true;
	} else if (slice_equals(key, "NeedsTargets")) {
		alpm->needs_targets = true;
	} else {
		return false;
	}
	return true;
}

static void add_trigger(struct alpm *alpm)
{
	xgrow(&alpm->triggers, &alpm->capacity, alpm->count, sizeof(*alpm->triggers));
	alpm->triggers[alpm->count++] = (struct alpm_trigger){.line = 0};
}

static void parse_alpm(struct alpm *alpm, struct foreign_hooks *hooks, struct slice text)
{
	bool is_action = false;
	unsigned long number = 0;
	struct slice line;

	while (foreign_next_line(&text, &number, &line)) {
		struct slice whole = line;
		struct slice value = cut_value(&line);
		bool is_known = true;

		if (whole.size == 0 || whole.data[0] == '#')
			continue;
		if (slice_equals(whole, "[Trigger]")) {
			is_action = false;
			add_trigger(alpm);
		} else if (slice_equals(whole, "[Action]")) {
			is_action = true;
		} else if (is_action) {
			is_known = read_action_key(alpm, number, line, value);
		} else {
			is_known = alpm->count > 0 &&
				   read_trigger_key(&alpm->triggers[alpm->count - 1],
					   number, line, value);
		}
		if (!is_known)
			foreign_lose(hooks, number, FOREIGN_LOSS_KEY, whole);
	}
}

static bool excludes(const char *target)
{
	return target[0] == '!';
}

static bool has_exclusion(const struct string_list *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		if (excludes(targets->items[i]))
			return true;
	return false;
}

static bool only_excludes(const struct string_list *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		if (!excludes(targets->items[i]))
			return false;
	return true;
}

/* The trigger before it that can have its targets as well; or itself. */
static struct alpm_trigger *trigger_to_join(struct alpm *alpm, size_t index)
{
	struct alpm_trigger *trigger = &alpm->triggers[index];

	for (size_t i = 0; i < index; i++) {
		struct alpm_trigger *other = &alpm->triggers[i];

		if (other->line > 0 && other->is_of_paths == trigger->is_of_paths &&
			other->operations == trigger->operations)
			return other;
	}
	return trigger;
}

/*
 * Joins triggers and leaves out those that never match. Since the last match counts, an
 * exclusion must not come after the targets of another trigger.
 */
static void join_triggers(struct alpm *alpm, struct foreign_hooks *hooks)
{
	for (size_t i = 0; i < alpm->count; i++) {
		struct alpm_trigger *trigger = &alpm->triggers[i], *other;

		if (trigger->line > 0 && only_excludes(&trigger->targets)) {
			foreign_lose(hooks, trigger->line, FOREIGN_LOSS_NEVER,
				slice_of(trigger->targets.items[0]));
			trigger->line = 0;
		}
		if (trigger->line == 0 || has_exclusion(&trigger->targets))
			continue;
		other = trigger_to_join(alpm, i);
		if (other == trigger)
			continue;
		for (size_t j = 0; j < trigger->targets.count; j++)
			xlist_add(&other->targets, trigger->targets.items[j]);
		trigger->line = 0;
	}
}

/* pacman's have no slash at the beginning, and those of directories one at the end. */
static char *path_of_target(const char *target)
{
	size_t size = strlen(target);

	while (size > 0 && target[size - 1] == '/')
		size--;
	return xformat("/%.*s", (int)size, target);
}

static void add_alpm_target(struct foreign_hooks *hooks, struct foreign_hook *hook,
	const struct alpm_trigger *trigger, const char *target)
{
	owns_memory char *path = NULL;
	struct pattern pattern;

	if (target[0] == '\\')
		target++;
	if (trigger->is_of_paths && excludes(target)) {
		foreign_lose(hooks, hook->line, FOREIGN_LOSS_EXCLUSION, slice_of(target));
	} else if (trigger->is_of_paths) {
		path = path_of_target(target);
		foreign_add_item(hook, "Paths", path);
	} else if (!pattern_parse(&pattern, target)) {
		foreign_lose(hooks, hook->line, FOREIGN_LOSS_TARGET, slice_of(target));
	} else {
		foreign_add_item(hook, "Packages", target);
	}
}

static void add_operations(struct foreign_hook *hook, const struct alpm_trigger *trigger)
{
	unsigned operations = 0;

	for (size_t i = 0; i < COUNT_OF(alpm_operations); i++)
		if ((trigger->operations & 1U << i) != 0)
			operations |= trigger->is_of_paths
					      ? alpm_operations[i].of_paths
					      : alpm_operations[i].of_packages;
	foreign_set_operations(hook, operations);
}

/* "<" and ">", which are "<<" and ">>" for dpkg. */
static bool is_strict(const char *sign, size_t size)
{
	return size == 1 && sign[0] != '=';
}

/* "foo>=2: why" of pacman is "foo (>= 2)" of dpkg. */
static void add_dependency(struct foreign_hook *hook, const char *depends)
{
	const char *why = strstr(depends, ": ");
	size_t size = why != NULL ? (size_t)(why - depends) : strlen(depends);
	size_t name = strcspn(depends, "<>= "), sign;
	const char *version = depends + name;
	owns_memory char *text = NULL;

	name = name < size ? name : size;
	sign = name < size ? strspn(version, "<>=") : 0;
	if (sign == 0)
		text = xformat("%.*s", (int)name, depends);
	else
		text = xformat("%.*s (%.*s%s %.*s)", (int)name, depends, (int)sign,
			version, is_strict(version, sign) ? (char[]){*version, '\0'} : "",
			(int)(size - name - sign), version + sign);
	if (text[0] != '\0')
		foreign_add_item(hook, "Requires", text);
}

static void add_alpm_action(struct foreign_hook *hook, const struct alpm *alpm)
{
	for (size_t i = 0; i < alpm->depends.count; i++)
		add_dependency(hook, alpm->depends.items[i]);
	if (alpm->hook_point == UH_POST_INVOKE)
		foreign_set(hook, "When", "packages-success");
	else if (alpm->aborts)
		foreign_set(hook, "On-Failure", "abort");
	if (!alpm->needs_targets)
		foreign_set(hook, "Input", "null");
	if (alpm->description != NULL && alpm->description[0] != '\0')
		foreign_set(hook, "Description", alpm->description);
}

/* Appends the next word; false at the end, and *ret_is_broken if a quote is open. */
static bool next_exec_word(struct slice *rest, struct buffer *word, bool *ret_is_broken)
{
	char quote = '\0';

	*rest = foreign_strip(*rest);
	if (rest->size == 0)
		return false;
	buffer_append_string(word, "");
	for (; rest->size > 0; rest->data++, rest->size--) {
		char byte = rest->data[0];

		if (quote == '\0' && strchr(" \t\r", byte) != NULL)
			break;
		if (byte == '\\' && quote != '\'' && rest->size > 1 &&
			(quote == '\0' || strchr("\"\\", rest->data[1]) != NULL)) {
			rest->data++;
			rest->size--;
		} else if (byte == quote) {
			quote = '\0';
			continue;
		} else if (quote == '\0' && (byte == '\'' || byte == '"')) {
			quote = byte;
			continue;
		}
		buffer_append(word, (struct slice){rest->data, 1});
	}
	*ret_is_broken = quote != '\0';
	return true;
}

/* pacman splits Exec as a shell would, and expands nothing. False if it cannot. */
static bool split_exec(struct slice exec, struct string_list *words)
{
	bool is_broken = false;

	while (!is_broken) {
		owns_buffer struct buffer buffer = {0};
		owns_memory char *word = NULL;

		if (!next_exec_word(&exec, &buffer, &is_broken))
			return true;
		word = xbuffer_steal(&buffer);
		xlist_add(words, word);
	}
	return false;
}

/* Of several scripts for one hook, only the first that runs does anything. */
static char *once(const struct foreign_hook *hook)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, "mkdir \"${APT_UNIVERSAL_HOOKS_DATA:?}\"/");
	shell_word_add(&text, strchr(hook->path, '/') + 1);
	buffer_append_string(&text, " 2>/dev/null || exit 77; exec ");
	return xbuffer_steal(&text);
}

static void add_exec(struct foreign_hook *hook, const struct alpm *alpm,
	const struct alpm_trigger *trigger, const struct string_list *words, bool is_only)
{
	owns_memory char *before = NULL;

	if (alpm->needs_targets && trigger->is_of_paths) {
		foreign_set_command(hook,
			"sed 's|^/||' \"$APT_UNIVERSAL_HOOKS_MATCHED_PATHS\" | ", words,
			"");
	} else if (alpm->needs_targets) {
		foreign_set_command(
			hook, "exec ", words, " <\"$APT_UNIVERSAL_HOOKS_MATCHED\"");
	} else if (is_only) {
		foreign_set_program(hook, words);
	} else {
		before = once(hook);
		foreign_set_command(hook, before, words, "");
	}
}

static size_t count_triggers(const struct alpm *alpm)
{
	size_t count = 0;

	for (size_t i = 0; i < alpm->count; i++)
		count += alpm->triggers[i].line > 0;
	return count;
}

static void add_hook_of_trigger(struct foreign_hooks *hooks, const char *name,
	const struct alpm *alpm, const struct alpm_trigger *trigger,
	const struct string_list *words)
{
	struct foreign_hook *hook =
		foreign_add(hooks, trigger->line, alpm->hook_point, name);
	bool is_only = count_triggers(alpm) == 1;

	for (size_t i = 0; i < trigger->targets.count; i++)
		add_alpm_target(hooks, hook, trigger, trigger->targets.items[i]);
	foreign_close_without(hook);
	add_operations(hook, trigger);
	add_alpm_action(hook, alpm);
	add_exec(hook, alpm, trigger, words, is_only);
	if (alpm->needs_targets && !is_only)
		foreign_lose(hooks, trigger->line, FOREIGN_LOSS_ONCE, slice_of(""));
}

void foreign_read_alpm(struct foreign_hooks *hooks, const char *name, struct slice text)
{
	__attribute__((cleanup(alpm_done))) struct alpm alpm = {
		.hook_point = UH_POST_INVOKE};
	owns_strings struct string_list words = {0};

	parse_alpm(&alpm, hooks, text);
	join_triggers(&alpm, hooks);
	if (!split_exec(alpm.exec, &words)) {
		foreign_lose(hooks, alpm.exec_line, FOREIGN_LOSS_COMMAND, alpm.exec);
		string_list_done(&words);
	}
	for (size_t i = 0; i < alpm.count; i++)
		if (alpm.triggers[i].line > 0)
			add_hook_of_trigger(
				hooks, name, &alpm, &alpm.triggers[i], &words);
	if (hooks->count > 0 && alpm.depends.count > 0 && alpm.aborts &&
		alpm.hook_point == UH_PRE_INSTALL_PKGS)
		foreign_lose(hooks, alpm.depends_line, FOREIGN_LOSS_VETO,
			slice_of(alpm.depends.items[0]));
	foreign_number_paths(hooks);
}
