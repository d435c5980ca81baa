/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/registration.h"
#include "system/apt.h"
#include "ui/message.h"

#include <assert.h>
#include <errno.h>

#define SCOPE "DPkg"

/* Made of conf/apt-universal-hooks.conf.in when the build is configured. */
static const struct {
	const char *key;
	const char *value;
} shipped[] = {
#include "shipped_entries.inc"
};

/* The options belong to the call that gets the list of packages. */
static enum uh_hook_point hook_point_of(const char *key, bool *ret_is_call)
{
	const char *word = key + strlen(SCOPE "::");
	owns_memory char *name = strndup(word, strcspn(word, ":"));
	enum uh_hook_point hook_point;

	*ret_is_call = name != NULL && uh_hook_point_parse(name, &hook_point);
	return *ret_is_call ? hook_point : UH_PRE_INSTALL_PKGS;
}

static int read_entry(struct registration_entry *entry, struct slice configuration,
	const struct origins *origins)
{
	const struct origin *origin;

	entry->value = configuration_value(configuration, entry->key);
	if (entry->value == NULL) {
		entry->registered = REGISTERED_NOT;
		return 0;
	}
	entry->registered = strcmp(entry->value, entry->shipped) == 0
				    ? REGISTERED_AS_SHIPPED
				    : REGISTERED_EDITED;
	origin = origins_find(origins, entry->key, entry->value);
	if (origin == NULL)
		return 0;
	entry->line = origin->line;
	entry->file = strdup(origin->file);
	return entry->file != NULL ? 0 : -ENOMEM;
}

int registration_of(struct registration *registration, struct slice configuration,
	const struct origins *origins)
{
	int error = 0;

	*registration = (struct registration){
		.entries = calloc(COUNT_OF(shipped), sizeof(*registration->entries))};
	if (registration->entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < COUNT_OF(shipped) && error == 0; i++) {
		struct registration_entry *entry = &registration->entries[i];

		entry->key = shipped[i].key;
		entry->shipped = shipped[i].value;
		entry->hook_point = hook_point_of(entry->key, &entry->is_call);
		error = read_entry(entry, configuration, origins);
		registration->count++;
	}
	return error;
}

int registration_take(struct registration *registration, const struct admin *admin)
{
	__attribute__((cleanup(origins_done))) struct origins origins = {.items = NULL};
	owns_buffer struct buffer configuration = {0};
	owns_buffer struct buffer lines = {0};
	int error;

	memset(registration, 0, sizeof(*registration));
	error = apt_configuration(admin, SCOPE, &configuration);
	if (error == 0)
		error = apt_origins(admin, SCOPE, &lines);
	if (error < 0)
		return error;
	error = origins_parse(&origins, buffer_slice(&lines));
	if (error == 0)
		error = registration_of(
			registration, buffer_slice(&configuration), &origins);
	if (error < 0)
		(void)report_no_memory();
	return error;
}

void registration_done(struct registration *registration)
{
	for (size_t i = 0; i < registration->count; i++) {
		free(registration->entries[i].value);
		free(registration->entries[i].file);
	}
	free(registration->entries);
	memset(registration, 0, sizeof(*registration));
}

const struct registration_entry *registration_at(
	const struct registration *registration, enum uh_hook_point hook_point)
{
	const struct registration_entry *call = NULL;
	const struct registration_entry *odd = NULL;

	for (size_t i = 0; i < registration->count; i++) {
		const struct registration_entry *entry = &registration->entries[i];

		if (entry->hook_point != hook_point)
			continue;
		if (entry->is_call)
			call = entry;
		if (odd == NULL && entry->registered != REGISTERED_AS_SHIPPED)
			odd = entry;
	}
	assert(call != NULL);
	return odd == NULL || call->registered == REGISTERED_NOT ? call : odd;
}
