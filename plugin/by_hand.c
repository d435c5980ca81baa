/* SPDX-License-Identifier: BSD-2-Clause */
#include "by_hand.h"
#include "database_diff.h"
#include "dpkg.h"
#include "proc.h"
#include "record.h"

#include <unistd.h>

/* A bound in case /proc is corrupt. */
#define ANCESTORS_MAX 1024

static const char *find_action(void)
{
	return getenv("DPKG_HOOK_ACTION");
}

/* Those of Session-End run when nothing else does. */
static bool is_in_hook(void)
{
	const char *hook_point = getenv("APT_UNIVERSAL_HOOKS_HOOK_POINT");

	return hook_point != NULL &&
	       strcmp(hook_point, uh_hook_point_name(UH_SESSION_END)) != 0;
}

bool by_hand_is_possible(void)
{
	return database_may_change(find_action()) &&
	       getenv("DPKG_FRONTEND_LOCKED") == NULL && geteuid() == 0 &&
	       !is_in_hook() && dpkg_is_on_this_system();
}

static bool has_called_us(struct call *call, const struct proc *process)
{
	const struct frontend frontend = {
		.pid = process->pid, .start_time = process->start_time};
	struct state files = state_of(&call->state, &frontend);

	return state_has(&files, RECORD_TRANSACTION) ||
	       state_has(&files, RECORD_DATABASE);
}

static bool has_ancestor_that_called_us(struct call *call, pid_t dpkg)
{
	struct proc process;
	pid_t pid = dpkg;

	for (int i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		if (proc_read(pid, &process) < 0)
			return false;
		if (pid != dpkg && has_called_us(call, &process))
			return true;
		pid = process.parent;
	}
	return false;
}

/* Until version 1.22, dpkg calls its hooks even then. */
static bool is_only_pretending(const struct string_list *words)
{
	static const char *const options[] = {"--no-act", "--dry-run", "--simulate"};

	for (size_t i = 1; i < words->count && strcmp(words->items[i], "--") != 0; i++)
		for (size_t j = 0; j < COUNT_OF(options); j++)
			if (strcmp(words->items[i], options[j]) == 0)
				return true;
	return false;
}

bool by_hand_is_meant(struct call *call, const struct frontend *dpkg)
{
	if (dpkg->pid == 0 ||
		(call->state.fd >= 0 && has_ancestor_that_called_us(call, dpkg->pid)))
		return false;
	call->frontend = *dpkg;
	call_read_command_line(call);
	return !is_only_pretending(&call->command_line.words);
}

void by_hand_note(struct call *call)
{
	call_note_database(call, find_action());
}
