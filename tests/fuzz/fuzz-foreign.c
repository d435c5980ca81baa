/* SPDX-License-Identifier: BSD-2-Clause */
/* Hooks of other package managers: any text is parsed as each kind. */
#include "check/check_foreign.h"
#include "harness.h"

/* The lines can be put into a file of apt.conf(5): one setting each, of this script. */
static void look_at_settings(const struct foreign_hook *hook)
{
	struct buffer text = {0};
	struct slice rest, line;

	settings_file_format_for(&text, &hook->settings, hook->path);
	must(text.error == 0);
	rest = buffer_slice(&text);
	while (rest.size > 0) {
		line = slice_cut(&rest, '\n');
		must(slice_has_prefix(line, slice_of("Universal-Hooks::Scripts::P")));
		must(line.data[line.size - 1] == ';');
		must(memchr(line.data, '\0', line.size) == NULL);
	}
	buffer_done(&text);
}

static void look_at(const struct foreign_hook *hook)
{
	must((hook->path == NULL) == (hook->word != NULL));
	must(hook->program == NULL || hook->command == NULL);
	if (hook->path == NULL) {
		must(hook->settings.count == 0 && hook->program == NULL);
		must(strchr(hook->word, '\n') == NULL);
		return;
	}
	must(hook->path[0] != '/' && settings_file_can_name(hook->path));
	must(hook->program == NULL || hook->program[0] == '/');
	look_at_settings(hook);
}

static void read_as(enum foreign_kind kind, struct slice text)
{
	struct foreign_hooks hooks = {.items = NULL};
	unsigned long lines = harness_count_lines(text) + 1;

	foreign_read(&hooks, kind, "a.hook", text);
	must(hooks.count <= lines);
	for (size_t i = 0; i < hooks.count; i++) {
		const struct foreign_hook *hook = &hooks.items[i];

		must(hook->line > 0 && hook->line <= lines);
		must(i == 0 || hooks.items[i - 1].line < hook->line);
		look_at(hook);
	}
	for (size_t i = 0; i < hooks.loss_count; i++)
		must(hooks.losses[i].line > 0 && hooks.losses[i].line <= lines);
	foreign_hooks_done(&hooks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = harness_input(data, size);

	read_as(FOREIGN_ALPM, text);
	read_as(FOREIGN_ACTIONS, text);
	read_as(FOREIGN_OLD_ACTIONS, text);
	must(foreign_kind_of("a.hook", text) != FOREIGN_ACTIONS);
	must(foreign_kind_of("a.actions", text) != FOREIGN_ALPM);
	must(foreign_kind_of("a", text) == FOREIGN_NONE ||
		foreign_kind_of("a", text) == FOREIGN_APT_CONF);
	return 0;
}
