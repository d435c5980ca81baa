/* SPDX-License-Identifier: BSD-2-Clause */
/* Hooks of other package managers: any text is parsed as both kinds. */
#include "check/check_foreign.h"
#include "harness.h"

static void read_as(enum foreign_kind kind, struct slice text)
{
	struct foreign_hooks hooks = {.items = NULL};
	unsigned long lines = harness_count_lines(text) + 1;

	foreign_read(&hooks, kind, text);
	must(hooks.count <= lines);
	for (size_t i = 0; i < hooks.count; i++) {
		const struct foreign_hook *hook = &hooks.items[i];

		must(hook->line > 0 && hook->line <= lines);
		must(i == 0 || hooks.items[i - 1].line < hook->line);
		must(hook->directory == NULL || hook->has_point);
		must(hook->directory == NULL || hook->directory[0] != '/');
		must(hook->directory == NULL || strpbrk(hook->directory, "*\n") == NULL);
		must(strchr(hook->word, '\n') == NULL);
	}
	foreign_hooks_done(&hooks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = harness_input(data, size);

	read_as(FOREIGN_ALPM, text);
	read_as(FOREIGN_ACTIONS, text);
	must(foreign_kind_of("a.hook", text) != FOREIGN_ACTIONS);
	must(foreign_kind_of("a.actions", text) != FOREIGN_ALPM);
	must(foreign_kind_of("a", text) == FOREIGN_NONE ||
		foreign_kind_of("a", text) == FOREIGN_APT_CONF);
	return 0;
}
