/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/foreign.h"
#include "pattern.h"
#include "shell_word.h"
#include "ui/message.h"

/* Architectures of rpm, and what Debian calls them. */
static const struct {
	const char *rpm;
	const char *debian;
} architectures[] = {{"x86_64", "amd64"}, {"i386", "i386"}, {"i686", "i386"},
	{"aarch64", "arm64"}, {"armv7hl", "armhf"}, {"ppc64le", "ppc64el"},
	{"s390x", "s390x"}, {"riscv64", "riscv64"}, {"noarch", "all"}};

/* What "${…}" becomes in a script that runs for each package. */
static const struct {
	const char *name;
	const char *variable;
} package_variables[] = {{"pkg.name", "PACKAGE"}, {"pkg.arch", "ARCHITECTURE"},
	{"pkg.action", "OPERATION"}, {"pkg.evr", "NEW_VERSION"},
	{"pkg.version", "NEW_VERSION"}, {"pid", "ID"}};

/* "foo.x86_64" is "foo:amd64". The caller frees it. */
static char *package_filter(const char *filter)
{
	const char *dot = strrchr(filter, '.');

	for (size_t i = 0; dot != NULL && i < COUNT_OF(architectures); i++)
		if (strcmp(dot + 1, architectures[i].rpm) == 0)
			return xformat("%.*s:%s", (int)(dot - filter), filter,
				architectures[i].debian);
	return xstrndup(filter, strlen(filter));
}

/* "foo-2.0": a name of Debian's may be like that, but few are. */
static bool may_have_version(const char *filter)
{
	for (const char *at = filter; (at = strchr(at, '-')) != NULL; at++)
		if (at[1] >= '0' && at[1] <= '9' && strchr(at, '.') != NULL)
			return true;
	return false;
}

static void add_filter(
	struct foreign_hooks *hooks, struct foreign_hook *hook, struct slice filter)
{
	owns_memory char *text = xstrndup(filter.data, filter.size);
	owns_memory char *name = NULL;
	struct pattern pattern;

	if (text[0] == '\0')
		return;
	if (text[0] == '/' || (text[0] == '*' && strchr(text, '/') != NULL)) {
		foreign_add_item(hook, "Paths", text);
		return;
	}
	name = package_filter(text);
	if (!pattern_parse(&pattern, name) || pattern.excludes) {
		foreign_lose(hooks, hook->line, FOREIGN_LOSS_TARGET, filter);
		foreign_close_without(hook);
		return;
	}
	foreign_add_item(hook, "Packages", name);
	if (may_have_version(name))
		foreign_lose(hooks, hook->line, FOREIGN_LOSS_VERSION, filter);
}

static void add_direction(struct foreign_hook *hook, struct slice direction)
{
	if (slice_equals(direction, "in"))
		foreign_set_operations(hook, FOREIGN_IN);
	else if (slice_equals(direction, "out"))
		foreign_set_operations(hook, FOREIGN_OUT);
}

static void add_action_options(
	struct foreign_hooks *hooks, struct foreign_hook *hook, struct slice options)
{
	while (options.size > 0) {
		struct slice rest = slice_cut(&options, ',');

		while (rest.size > 0) {
			struct slice option = slice_cut(&rest, ' ');

			if (slice_equals(option, "raise_error=1"))
				foreign_set(hook, "On-Failure", "abort");
			else if (slice_equals(option, "enabled=0"))
				foreign_set(hook, "Enabled", "false");
			else if (option.size > 0 && !slice_equals(option, "enabled=1") &&
				 !slice_equals(option, "raise_error=0") &&
				 !slice_equals(option, "mode=plain"))
				foreign_lose(
					hooks, hook->line, FOREIGN_LOSS_OPTION, option);
		}
	}
}

/* Appends the variable instead of "${…}", or reports that there is none. */
static void add_package_variable(struct foreign_hooks *hooks,
	const struct foreign_hook *hook, struct slice name, bool goes_out,
	struct buffer *command)
{
	for (size_t i = 0; i < COUNT_OF(package_variables); i++) {
		const char *variable = package_variables[i].variable;

		if (!slice_equals(name, package_variables[i].name))
			continue;
		if (goes_out && strcmp(variable, "NEW_VERSION") == 0)
			variable = "OLD_VERSION";
		buffer_append_format(command, "\"$APT_UNIVERSAL_HOOKS_%s\"", variable);
		return;
	}
	buffer_append_string(command, "''");
	foreign_lose(hooks, hook->line, FOREIGN_LOSS_VARIABLE, name);
}

/* Appends what is before a variable, quoted, and empties it. */
static void add_literal(struct buffer *command, struct buffer *literal)
{
	owns_memory char *text = NULL;

	if (literal->size == 0)
		return;
	text = xbuffer_steal(literal);
	shell_word_add(command, text);
}

/* One word of an action's command: a backslash escapes. */
static void add_word(struct foreign_hooks *hooks, const struct foreign_hook *hook,
	struct slice word, bool goes_out, struct buffer *command)
{
	owns_buffer struct buffer literal = {0};

	while (word.size > 0) {
		const char *end = slice_has_prefix(word, slice_of("${"))
					  ? memchr(word.data, '}', word.size)
					  : NULL;
		size_t size = 1;

		if (end != NULL) {
			size = (size_t)(end - word.data) + 1;
			add_literal(command, &literal);
			add_package_variable(hooks, hook,
				(struct slice){word.data + 2, size - 3}, goes_out,
				command);
		} else {
			size_t escape = word.data[0] == '\\' && word.size > 1;

			buffer_append(&literal, (struct slice){word.data + escape, 1});
			size += escape;
		}
		word.data += size;
		word.size -= size;
	}
	add_literal(command, &literal);
}

/* Cuts at the next space that is not escaped. */
static struct slice cut_escaped_word(struct slice *rest)
{
	struct slice word = *rest;
	size_t size = 0;

	while (size < rest->size && rest->data[size] != ' ')
		size += rest->data[size] == '\\' && size + 1 < rest->size ? 2 : 1;
	word.size = size;
	rest->data += size;
	rest->size -= size;
	return word;
}

/* Without variables, the words as dnf passes them. */
static void list_words(struct slice command, struct string_list *words)
{
	while (command = foreign_strip(command), command.size > 0) {
		struct slice word = cut_escaped_word(&command);
		owns_buffer struct buffer plain = {0};
		owns_memory char *text = NULL;

		for (size_t i = 0; i < word.size; i++) {
			i += word.data[i] == '\\' && i + 1 < word.size;
			buffer_append(&plain, (struct slice){word.data + i, 1});
		}
		text = xbuffer_steal(&plain);
		xlist_add(words, text);
	}
}

static void add_command(struct foreign_hooks *hooks, struct foreign_hook *hook,
	struct slice command, bool goes_out)
{
	owns_strings struct string_list words = {0};
	owns_buffer struct buffer text = {0};

	if (command.size == 0 || memmem(command.data, command.size, "${", 2) == NULL) {
		list_words(command, &words);
		foreign_set_program(hook, &words);
		return;
	}
	if (memmem(command.data, command.size, "${pkg.", 6) != NULL)
		foreign_set(hook, "Per-Package", "true");
	buffer_append_string(&text, "exec");
	while (command = foreign_strip(command), command.size > 0) {
		buffer_append_string(&text, " ");
		add_word(hooks, hook, cut_escaped_word(&command), goes_out, &text);
	}
	hook->command = xbuffer_steal(&text);
}

static void add_hook_of_action(struct foreign_hooks *hooks, const char *name,
	unsigned long number, enum uh_hook_point hook_point, struct slice line)
{
	struct foreign_hook *hook = foreign_add(hooks, number, hook_point, name);
	struct slice direction;

	add_filter(hooks, hook, slice_cut(&line, ':'));
	direction = slice_cut(&line, ':');
	add_direction(hook, direction);
	add_action_options(hooks, hook, slice_cut(&line, ':'));
	foreign_set(hook, "Input", "null");
	add_command(hooks, hook, line, slice_equals(direction, "out"));
}

void foreign_read_actions(
	struct foreign_hooks *hooks, const char *name, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (foreign_next_line(&text, &number, &line)) {
		const struct foreign_point *point = foreign_point_of_action(line);
		struct slice word;

		if (point == NULL)
			continue;
		word = slice_cut(&line, ':');
		if (point->has_equivalent)
			add_hook_of_action(hooks, name, number, point->hook_point, line);
		else
			foreign_add_pointless(hooks, number, word);
	}
	foreign_number_paths(hooks);
}

/* A command of dnf 4 is for a shell, and has the names of packages as $name or ${name}. */
void foreign_read_old_actions(
	struct foreign_hooks *hooks, const char *name, struct slice text)
{
	unsigned long number = 0;
	struct slice line;

	while (foreign_next_line(&text, &number, &line)) {
		struct foreign_hook *hook;

		if (!foreign_is_old_action(line))
			continue;
		hook = foreign_add(hooks, number, UH_POST_INVOKE, name);
		add_filter(hooks, hook, slice_cut(&line, ':'));
		add_direction(hook, slice_cut(&line, ':'));
		foreign_set(hook, "When", "packages-success");
		if (memchr(line.data, '$', line.size) != NULL) {
			foreign_set(hook, "Per-Package", "true");
			foreign_lose(hooks, number, FOREIGN_LOSS_VARIABLE, line);
		}
		hook->command = xstrndup(line.data, line.size);
	}
	foreign_number_paths(hooks);
}
