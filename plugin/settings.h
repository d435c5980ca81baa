/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings in apt.conf's scope Universal-Hooks (apt-universal-hooks.conf(5)). For a
 * script, the first of these applies: a setting for its own path, for the nearest
 * directory above it, for the whole scope; what its package ships (package_settings.h),
 * in the same order; the default. A setting for a former path of a script (Renamed-From)
 * comes right after one for its path.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "hook_tree.h"

#define TIMEOUT_MAX 86400 /* one day; to wait longer, set no timeout */

enum on_failure { ON_FAILURE_WARN, ON_FAILURE_ABORT, ON_FAILURE_ABORT_AFTER };
enum input_mode { INPUT_TERMINAL, INPUT_NULL };
enum output_mode { OUTPUT_TERMINAL, OUTPUT_BOTH, OUTPUT_LOG }; /* kept_output.h */
enum when {
	WHEN_RAN,
	WHEN_SUCCESS,
	WHEN_PACKAGES_SUCCESS, /* of the packages that the script runs for */
	WHEN_FAILURE,
	WHEN_ALWAYS
};

/* A list in the order of the configuration. The strings belong to the settings. */
struct setting_items {
	const char **items;
	size_t count;
	size_t capacity;
};

/*
 * The values that apply to one script. The strings belong to the settings;
 * script_settings_done() frees the lists.
 */
struct script_settings {
	bool is_enabled;
	enum on_failure on_failure;
	enum when when;
	unsigned operations; /* one bit per operation; all by default */
	unsigned timeout;    /* seconds; 0: none */
	bool is_per_package; /* run once for each package */
	enum input_mode input;
	enum output_mode output;
	const char *user;                 /* NULL: the user that runs apt */
	const char *directory;            /* "/" by default */
	struct setting_items required;    /* dependencies */
	struct setting_items packages;    /* globs: which packages it runs for */
	struct setting_items paths;       /* globs: a package must have a match */
	struct setting_items environment; /* NAME=VALUE */
	struct setting_items arguments;
	const char *description;      /* for people, may contain any bytes; NULL: none */
	const struct setting *faulty; /* an invalid guard: it may not run; NULL: none */
};

/* How a value is read, stored, shown and checked; and the type of its field. */
enum setting_kind {
	SETTING_BOOLEAN,    /* bool */
	SETTING_WORD,       /* unsigned or an enum: a word of the setting's own list */
	SETTING_OPERATIONS, /* unsigned: a list, one bit per operation */
	SETTING_SECONDS,    /* unsigned */
	SETTING_ACCOUNT,    /* const char *: the name of a user that must exist */
	SETTING_DIRECTORY,  /* const char *: an absolute path that must exist */
	/* struct setting_items: lists of */
	SETTING_DEPENDENCIES, /* packages that must be installed */
	SETTING_PATTERNS,     /* globs for packages (selection.h) */
	SETTING_PATHS,        /* globs for absolute paths */
	SETTING_VARIABLES,    /* NAME=VALUE */
	SETTING_ARGUMENTS,    /* any text */
	SETTING_RENAME,       /* no field: former paths of the script, a list or one */
	SETTING_TEXT          /* const char *: for people, may contain any bytes */
};

/* A row of the table. Parsing, printing, checks and fuzzing follow the table. */
struct setting_type {
	const char *name; /* in apt.conf and in JSON; NULL in the last row */
	enum setting_kind kind;
	size_t offset;            /* of the field in struct script_settings */
	const struct word *words; /* of SETTING_WORD */
	size_t word_count;
	unsigned default_number;
	const char *default_text;
	/*
	 * An invalid value is not ignored, since a guard that is misspelt must not open:
	 * it counts as bad_number, or with a list keeps the script from running.
	 */
	bool is_guard;
	unsigned bad_number;
};
extern const struct setting_type setting_types[];

/* Whether the setting is a list in apt.conf: NAME { "ITEM"; }. */
bool setting_type_is_list(const struct setting_type *type);
/* Whether it makes a script of any place one for some packages: Packages and the like. */
bool setting_type_chooses_packages(const struct setting_type *type);
/* The list of the script; NULL if the setting has no struct setting_items. */
const struct setting_items *setting_list(
	const struct setting_type *type, const struct script_settings *script);
/* The value that applies to the script; 0 or 1 for a SETTING_BOOLEAN. */
unsigned setting_number(
	const struct setting_type *type, const struct script_settings *script);
const char *setting_text(
	const struct setting_type *type, const struct script_settings *script);
/* The value of a SETTING_WORD. */
const char *setting_word(
	const struct setting_type *type, const struct script_settings *script);
bool setting_is_default(
	const struct setting_type *type, const struct script_settings *script);

/* One entry in the scope. */
struct setting {
	char *key;   /* decoded */
	char *value; /* decoded */
	char *path;  /* relative to the hook tree; "" for the whole scope */
	char *file;  /* of the package that ships it; NULL: of apt's configuration */
	const struct setting_type *type;  /* NULL: there is no setting of that name */
	const struct setting_type *guard; /* then: that with one other letter, or NULL */
	bool is_out_of_place;             /* a package may not set this */
	bool is_value_bad;
	bool is_form_bad; /* also bad: a string in place of a list, or the reverse */
	unsigned number;  /* the value of a boolean, a word, an operation or of seconds */
};

/* Whether it is a guard, perhaps with a misspelt name: if it is faulty, it still counts. */
bool setting_is_guard(const struct setting *setting);

/* A setting under its path; one that is a rename is also there under the former path. */
struct setting_entry {
	const char *path; /* the setting owns it */
	size_t index;
};

/* Empty when zero-initialised: every script has the defaults. */
struct settings {
	struct setting *items;
	size_t count;
	size_t capacity;
	struct setting_entry *by_path; /* sorted; those with an effect, if indexed */
	size_t by_path_count;
	size_t indexed_count; /* if not count, by_path is out of date */
	/* Settings of packages that could not be read (package_settings.h): */
	struct string_list lost_paths; /* the scripts that they are for; sorted */
	bool is_lost_for_packages;     /* they may be for any script of a package */
};

/*
 * Parses Key=Value lines, %-encoded as apt writes them, and skips those outside the
 * scope. A later line overrides an earlier one. settings is overwritten; the caller calls
 * settings_done(). Returns 0 or −ENOMEM, and then settings is empty.
 */
int settings_parse(struct settings *settings, struct slice lines);
void settings_done(struct settings *settings);
/* The reverse, including the settings of packages. The caller checks lines->error. */
void settings_format(const struct settings *settings, struct buffer *lines);
/*
 * Adds a KEY=VALUE line of a package's file. Only Universal-Hooks::Scripts::PATH belongs
 * there; anything else is marked as out of place. 0 or −ENOMEM.
 */
int settings_add_of_package(
	struct settings *settings, const char *file, struct slice line);
/*
 * Sorts the settings for what follows, as settings_parse() does. After settings have been
 * added, or without memory, each lookup looks at all of them.
 */
void settings_index(struct settings *settings);

/*
 * The next setting that is for exactly this path or renames a script from it, in the order
 * of the configuration, starting with *at 0; NULL after the last. Others may be among them.
 */
const struct setting *settings_next_at(
	const struct settings *settings, const char *path, size_t *at);

/*
 * Whether the settings that its package ships for the script at path could not be read.
 */
bool settings_are_lost_for(
	const struct settings *settings, const struct hook_tree *tree, const char *path);

/*
 * The values that apply to the script or directory at path (relative to the hook tree). 0,
 * or −ENOMEM with items missing; script_settings_done() in both cases.
 */
int settings_for(const struct settings *settings, const char *path,
	struct script_settings *ret_settings);
struct script_settings script_settings_default(void);
void script_settings_done(struct script_settings *settings);

/*
 * The setting that determines the value of type for the script at path, the last item of
 * a list; NULL for the default.
 */
const struct setting *settings_source(const struct settings *settings, const char *path,
	const struct setting_type *type);
/* The same for Enabled. */
const struct setting *settings_enabled_by(
	const struct settings *settings, const char *path);

/* Whether any entry sets When to this value. */
bool settings_mention_when(const struct settings *settings, enum when when);
/* The word for it in apt.conf. */
const char *when_name(enum when when);

/* Whether it is a usable Renamed-From: path was value before. */
bool setting_is_rename(const struct setting *setting);
/* The former paths of scripts, sorted; for string_list_done(). 0 or −ENOMEM. */
int settings_former_paths(const struct settings *settings, struct string_list *ret_paths);
/* Whether path is one of them or a directory above one. Takes few comparisons. */
bool former_paths_have(const struct string_list *paths, const char *path);

/* Whether the value is the name of an account, which may have been deleted. */
bool setting_is_user(const struct setting *setting);

/* What is wrong with a setting: the first fault that applies. */
enum setting_fault {
	SETTING_IS_FINE,
	SETTING_IS_OUT_OF_PLACE,
	SETTING_IS_UNKNOWN,
	SETTING_IS_UNUSABLE,
	SETTING_HAS_NO_USER, /* the script will not run */
	SETTING_HAS_NO_SCRIPT,
	SETTING_IS_MASKED
};
/* has_user: whether the account exists, if setting_is_user(). */
enum setting_fault setting_judge(
	const struct setting *setting, bool has_user, struct hook_tree *tree);

#endif
