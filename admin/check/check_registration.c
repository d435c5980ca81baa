/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether apt calls the helper, and as it was shipped. */
#include "check/checks.h"
#include "system/registration.h"

#include <sys/stat.h>

/*
 * dpkg would take the file out of the package, which no archive may have, so we do out of
 * our own copy; apt passes over the backup, whose name ends with "~".
 */
static void fix_file(struct buffer *command, const struct check *check, const char *file)
{
	owns_memory char *copy =
		string_format("%s%s", check->admin->root, UH_SHIPPED_CONF);

	if (copy != NULL)
		fix_add(command, (const char *const[]){"install", "--backup", "-m", "644",
					 "--", copy, file, NULL});
}

static void check_entry(struct check *check, const struct registration_entry *entry,
	const char *shipped_file)
{
	owns_buffer struct buffer command = {0};
	const char *file = entry->file != NULL ? entry->file : shipped_file;

	/* What another file says would count all the same. */
	if (strcmp(file, shipped_file) == 0)
		fix_file(&command, check, shipped_file);
	switch (entry->registered) {
	case REGISTERED_AS_SHIPPED:
		return;
	case REGISTERED_EDITED:
		check_find_at(check, FINDING_REGISTRATION_EDITED, file, entry->line,
			&command, _("%s is not as it was shipped: \"%s\""), entry->key,
			entry->value);
		return;
	case REGISTERED_NOT:
		if (entry->is_call)
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing, so no hook is run at %s"), entry->key,
				uh_hook_point_name(entry->hook_point));
		else
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing, so hooks do not learn the packages"),
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

static void check_entries(
	struct check *check, const struct registration *registration, const char *file)
{
	owns_buffer struct buffer command = {0};
	struct stat status;

	if (is_all_missing(registration) && lstat(file, &status) < 0) {
		fix_file(&command, check, file);
		check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
			_("the file is missing, so apt runs no hook at all"));
		return;
	}
	for (size_t i = 0; i < registration->count; i++)
		check_entry(check, &registration->entries[i], file);
}

void check_registration(struct check *check)
{
	__attribute__((cleanup(registration_done))) struct registration registration = {
		.count = 0};
	owns_memory char *file =
		string_format("%s%s", check->admin->root, REGISTRATION_FILE);
	int error;

	/* It is about no hook alone. */
	if (check->limits.count > 0 || check->is_apt_mute)
		return;
	error = registration_take(&registration, check->admin);
	if (error < 0)
		check->is_blind = true;
	else if (file == NULL)
		check->findings.has_failed = true;
	else
		check_entries(check, &registration, file);
}
