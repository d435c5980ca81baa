/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether apt calls the helper, and as it was shipped. */
#include "check/checks.h"
#include "system/registration.h"
#include "ui/message.h"

#include <sys/stat.h>

/*
 * Installs our own copy, since dpkg could restore it only from an archive, which may not
 * be there. apt ignores the backup, whose name ends with "~".
 */
static void fix_registration(
	struct buffer *command, const struct check *check, const char *file)
{
	owns_memory char *copy = xformat("%s%s", check->admin->root, UH_SHIPPED_CONF);

	fix_words(command, "install", "--backup", "-m", "644", "--", copy, file);
}

static void check_registered(struct check *check, const struct registration_entry *entry,
	const char *shipped_file)
{
	owns_buffer struct buffer command = {0};
	const char *file = entry->file != NULL ? entry->file : shipped_file;

	/* An entry in another file would still override the installed copy. */
	if (strcmp(file, shipped_file) == 0)
		fix_registration(&command, check, shipped_file);
	switch (entry->registered) {
	case REGISTERED_AS_SHIPPED:
		return;
	case REGISTERED_EDITED:
		check_find_at(check, FINDING_REGISTRATION_EDITED, file, entry->line,
			&command, _("%s differs from the shipped value: \"%s\""),
			entry->key, entry->value);
		return;
	case REGISTERED_NOT:
		if (entry->is_call)
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing; no hook is run at %s"), entry->key,
				uh_hook_point_name(entry->hook_point));
		else
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing; hooks are not told the packages"),
				entry->key);
		return;
	}
}

static bool is_all_missing(const struct registration *registration)
{
	for (size_t i = 0; i < registration->count; i++)
		if (registration->entries[i].registered != REGISTERED_NOT)
			return false;
	return true;
}

void check_registration(struct check *check)
{
	owns_registration struct registration registration = {.count = 0};
	owns_memory char *file = xformat("%s%s", check->admin->root, REGISTRATION_FILE);
	owns_buffer struct buffer command = {0};
	struct stat status;

	/* It belongs to no hook in particular. */
	if (check->limits.count > 0 || check->is_apt_unusable)
		return;
	if (registration_take(&registration, check->admin) < 0) {
		check->is_incomplete = true;
		return;
	}
	if (is_all_missing(&registration) && lstat(file, &status) < 0) {
		fix_registration(&command, check, file);
		check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
			_("the file is missing; apt runs no hooks"));
		return;
	}
	for (size_t i = 0; i < registration.count; i++)
		check_registered(check, &registration.entries[i], file);
}
