/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/registration.h"
#include "apt_text.h"
#include "hook_point.h"
#include "system/apt.h"
#include "ui/message.h"

#include <assert.h>
#include <strings.h>

#define SCOPE "DPkg"
#define POST_INVOKE SCOPE "::Post-Invoke::"

/* Generated from conf/apt-universal-hooks.conf.in by cmake. */
static const struct {
	const char *key;
	const char *value;
} shipped[] = {
#include "shipped_entries.inc"
};

/* The entries that are no calls configure how Pre-Install-Pkgs gets its list. */
static enum uh_hook_point hook_point_of(const char *key, bool *ret_is_call)
{
	const char *word = key + strlen(SCOPE "::");
	owns_memory char *name = xstrndup(word, strcspn(word, ":"));
	enum uh_hook_point hook_point = UH_PRE_INSTALL_PKGS;

	*ret_is_call = uh_hook_point_parse(name, &hook_point);
	return hook_point;
}

static void set_registered(struct registration_entry *entry, struct slice configuration,
	const struct origins *origins)
{
	const struct origin *origin;

	entry->registered = REGISTERED_NOT;
	entry->value = configuration_value(configuration, entry->key);
	if (entry->value != NULL) {
		entry->registered = strcmp(entry->value, entry->shipped) == 0
					    ? REGISTERED_AS_SHIPPED
					    : REGISTERED_EDITED;
		origin = origins_find(origins, entry->key, entry->value);
	} else {
		origin = origins_find_clearing(origins, entry->key);
	}
	if (origin == NULL)
		return;
	entry->line = origin->line;
	entry->file = xstrdup(origin->file);
}

/* apt calls the commands in the order of its configuration. */
static void find_command_before(struct registration *registration,
	struct slice configuration, const struct origins *origins)
{
	static const char ours[] = POST_INVOKE "apt-universal-hooks";

	while (configuration.size > 0) {
		struct slice value = slice_cut(&configuration, '\n');
		struct slice key = slice_cut(&value, '=');
		owns_memory char *name = xcheck(percent_decode(key));
		owns_memory char *command = xcheck(percent_decode(value));
		const struct origin *origin;

		if (strncasecmp(name, POST_INVOKE, strlen(POST_INVOKE)) != 0)
			continue;
		if (strcasecmp(name, ours) == 0)
			return;
		origin = origins_find(origins, name, command);
		registration->before = xcheck(calloc(1, sizeof(*registration->before)));
		registration->before->key = xstrdup(name);
		registration->before->value = xstrdup(command);
		registration->before->file =
			xstrdup(origin != NULL ? origin->file : REGISTRATION_FILE);
		registration->before->line = origin != NULL ? origin->line : 0;
		return;
	}
}

void registration_of(struct registration *registration, struct slice configuration,
	const struct origins *origins)
{
	*registration = (struct registration){.entries = xcheck(calloc(COUNT_OF(shipped),
						      sizeof(*registration->entries))),
		.count = COUNT_OF(shipped)};
	for (size_t i = 0; i < COUNT_OF(shipped); i++) {
		struct registration_entry *entry = &registration->entries[i];

		entry->key = shipped[i].key;
		entry->shipped = shipped[i].value;
		entry->hook_point = hook_point_of(entry->key, &entry->is_call);
		set_registered(entry, configuration, origins);
	}
	if (registration_at(registration, UH_POST_INVOKE)->registered != REGISTERED_NOT)
		find_command_before(registration, configuration, origins);
}

void registration_add_keys(struct string_list *keys)
{
	for (size_t i = 0; i < COUNT_OF(shipped); i++)
		xlist_add(keys, shipped[i].key);
}

int registration_take(struct registration *registration, const struct admin *admin)
{
	owns_origins struct origins origins = {.items = NULL};
	owns_buffer struct buffer configuration = {0};
	owns_strings struct string_list keys = {0};
	int error;

	memset(registration, 0, sizeof(*registration));
	registration_add_keys(&keys);
	xensure(string_list_terminate(&keys));
	error = origins_ask(
		&origins, admin, SCOPE, (const char *const *)keys.items, &configuration);
	if (error == 0)
		registration_of(registration, buffer_slice(&configuration), &origins);
	return error;
}

void registration_done(struct registration *registration)
{
	for (size_t i = 0; i < registration->count; i++) {
		free(registration->entries[i].value);
		free(registration->entries[i].file);
	}
	free(registration->entries);
	if (registration->before != NULL) {
		free(registration->before->file);
		free(registration->before->key);
		free(registration->before->value);
	}
	free(registration->before);
	memset(registration, 0, sizeof(*registration));
}

const struct registration_entry *registration_at(
	const struct registration *registration, enum uh_hook_point hook_point)
{
	const struct registration_entry *call = NULL;
	const struct registration_entry *changed = NULL;

	for (size_t i = 0; i < registration->count; i++) {
		const struct registration_entry *entry = &registration->entries[i];

		if (entry->hook_point != hook_point_called_by_apt(hook_point))
			continue;
		if (entry->is_call)
			call = entry;
		if (changed == NULL && entry->registered != REGISTERED_AS_SHIPPED)
			changed = entry;
	}
	assert(call != NULL);
	return changed == NULL || call->registered == REGISTERED_NOT ? call : changed;
}
