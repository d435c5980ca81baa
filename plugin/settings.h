/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The apt.conf scope Universal-Hooks::, and what of it holds for one script: the nearest
 * of its own path, the directories above it, and the whole scope (apt-universal-
 * hooks.conf(5)).
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "hook_tree.h"

enum on_failure { ON_FAILURE_WARN, ON_FAILURE_ABORT, ON_FAILURE_ABORT_AFTER };
enum when { WHEN_RAN, WHEN_SUCCESS, WHEN_FAILURE, WHEN_ALWAYS };

/* One line of the scope. */
struct setting {
	char *key;   /* as apt writes it, decoded */
	char *value; /* decoded */
	char *path;  /* relative to the hook tree; "" for the whole scope */
	int name; /* which setting, an index of the table in settings.c; −1 when unusable */
	bool is_value_bad;
	bool is_form_bad; /* also bad: a list given as a string, or the other way round */
	unsigned number;  /* the value of a boolean, a word or a count of seconds */
};

/* Zero-initialised is empty: the defaults hold for every script. */
struct settings {
	struct setting *items;
	size_t count;
	size_t capacity;
};

/* What holds for one script. Strings belong to the settings. */
struct script_settings {
	bool is_enabled;
	enum on_failure on_failure;
	enum when when;
	unsigned operations;   /* one bit an operation; all of them by default */
	unsigned timeout;      /* seconds; 0: none */
	const char *user;      /* NULL: as apt runs */
	const char *directory; /* "/" by default */
	const char *
		*required; /* packages; the caller's to free, script_settings_done() */
	size_t required_count;
};

/*
 * Reads Key=Value lines as apt writes them (APT-HOOK-CONTRACT §4), %-encoded; what comes
 * later counts. Lines outside the scope are passed over. settings is overwritten and must
 * be given to settings_done(). 0 or −ENOMEM, and then there are none.
 */
int settings_parse(struct settings *settings, struct slice lines);
void settings_done(struct settings *settings);

/*
 * What holds for the script or directory at path (relative to the hook tree). 0, or
 * −ENOMEM, and then what it requires is not there. For script_settings_done() in both
 * cases.
 */
int settings_for(const struct settings *settings, const char *path,
	struct script_settings *ret_settings);
/* What holds where nothing is set. */
struct script_settings script_settings_default(void);
void script_settings_done(struct script_settings *settings);

/*
 * The setting that decides whether the script at path is enabled; NULL where none does,
 * so that it is. The settings'.
 */
const struct setting *settings_enabled_by(
	const struct settings *settings, const char *path);

/* "abort-after", "always" and so on, as they stand in apt.conf. */
const char *on_failure_name(enum on_failure on_failure);
const char *when_name(enum when when);

/* Whether this is User, whose accounts come and go. */
bool setting_is_user(const struct setting *setting);

/*
 * The words of the settings by their number, NULL behind the last; and which are lists.
 */
const char *setting_word(int name);
bool setting_is_list(int name);

/* Why a line of the scope does nothing; of several reasons the first. */
enum setting_fault {
	SETTING_IS_FINE,
	SETTING_IS_UNKNOWN,
	SETTING_IS_UNUSABLE,
	SETTING_HAS_NO_USER, /* the script will not run */
	SETTING_HAS_NO_SCRIPT,
	SETTING_IS_MASKED
};
/* has_user says whether the account exists, where the setting is User. */
enum setting_fault setting_judge(
	const struct setting *setting, bool has_user, struct hook_tree *tree);

/* Whether any script could have this When. */
bool settings_mention_when(const struct settings *settings, enum when when);

#endif
