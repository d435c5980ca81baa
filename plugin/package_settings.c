/* SPDX-License-Identifier: BSD-2-Clause */
#include "package_settings.h"
#include "apt_text.h"
#include "dpkg.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define CONF ".conf"
#define LOOK_MAX ((size_t)1 << 20)
/* Where packages install files for apt's configuration. */
#define APT_PARTS "/etc/apt/apt.conf.d/"

struct reading {
	struct settings *settings;
	struct hook_tree *tree;
	const char *status_file;
	uh_listener *listener;
	void *context;
	int error; /* −ENOMEM */
};

#define emit_for_file(reading, file, ...)                                                \
	emit_file_event(reading, file, (struct uh_event){.kind = __VA_ARGS__})
static void emit_file_event(
	const struct reading *reading, const char *file, struct uh_event event)
{
	event.path = file;
	reading->listener(&event, reading->context);
}

/* Adds the files of a package that are below the tree to lost_paths. */
static void add_lost_files(struct reading *reading, struct slice files)
{
	owns_memory char *place =
		string_join(reading->tree->places[PLACE_OF_PACKAGES], "/");

	if (place == NULL)
		reading->error = -ENOMEM;
	while (reading->error == 0 && files.size > 0) {
		struct slice file = slice_cut(&files, '\n');
		size_t size = strlen(place);
		owns_memory char *path = NULL;

		if (!slice_has_prefix(file, slice_of(place)))
			continue;
		path = strndup(file.data + size, file.size - size);
		reading->error =
			path != NULL
				? string_list_add(&reading->settings->lost_paths, path)
				: -ENOMEM;
	}
}

/*
 * The scripts of its package lose their settings; if the package is unknown, all scripts
 * do.
 */
static void lose_settings(struct reading *reading, const char *file)
{
	const char *slash = strrchr(file, '/');
	owns_buffer struct buffer files = {0};
	owns_memory char *package = NULL;
	int error = -ENOENT;

	if (slash != NULL)
		package = strndup(slash + 1, strlen(slash + 1) - strlen(CONF));
	/* In the database of another root, dpkg-query could hang on a FIFO. */
	if (package != NULL && reading->tree->trust.root[0] == '\0')
		error = dpkg_list_files(reading->status_file, package, &files);
	if (error < 0)
		reading->settings->is_lost_for_packages = true;
	else
		add_lost_files(reading, buffer_slice(&files));
}

static void lose_file(struct reading *reading, const char *file, int error)
{
	emit_for_file(reading, file, UH_SETTINGS_FILE_UNUSABLE, .error = error);
	lose_settings(reading, file);
}

/* Adds it to files, unless others can change it. */
static void add_file_if_safe(
	struct reading *reading, const char *file, struct string_list *files)
{
	struct unsafe_path unsafe = {.path = NULL};
	int error = trust_check(&reading->tree->trust, file, &unsafe);
	struct stat status;

	if (error == 0 && stat(file, &status) < 0)
		error = -errno;
	if (error == 0 && !S_ISREG(status.st_mode))
		error = -EINVAL;
	if (error == 0 && string_list_add(files, file) < 0)
		reading->error = -ENOMEM;
	if (error < 0 && unsafe.path != NULL) {
		emit_for_file(reading, file, UH_SETTINGS_FILE_OPEN_TO_OTHERS,
			.detail = unsafe.path, .unsafe = unsafe.kind, .id = unsafe.id);
		lose_settings(reading, file);
	} else if (error < 0) {
		lose_file(reading, file, error);
	}
	free(unsafe.path);
}

/* The full paths, sorted. 0 or −errno. */
static int list_files(const char *directory, struct string_list *files)
{
	owns_fd int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names_in names = {.fd = fd};
	const char *name;
	int error = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	while (error == 0 && (name = names_next(&names)) != NULL) {
		const char *end = strrchr(name, '.');
		owns_memory char *file = string_join(directory, "/", name);

		if (end != NULL && strcmp(end, CONF) == 0)
			error = file != NULL ? string_list_add(files, file) : -ENOMEM;
	}
	string_list_sort_unique(files);
	return error < 0 ? error : names.error;
}

/* FILE, KEY=VALUE and, if the file is malformed, a message (apt_bridge.h). */
static void take_line(struct reading *reading, struct slice line)
{
	struct slice message = line;
	struct slice encoded = slice_cut(&message, '\t');
	struct slice setting = slice_cut(&message, '\t');
	owns_memory char *file = percent_decode(encoded);
	owns_memory char *text = percent_decode(message);

	if (file == NULL || text == NULL) {
		reading->error = -ENOMEM;
	} else if (setting.size > 0) {
		reading->error =
			settings_add_of_package(reading->settings, file, setting);
	} else {
		emit_for_file(reading, file, UH_SETTINGS_FILE_UNUSABLE, .detail = text);
		lose_settings(reading, file);
	}
}

static void read_files(struct reading *reading, const struct string_list *files)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *message = NULL;
	struct slice rest;
	int error = bridge_files(files, &lines, &message);

	for (size_t i = 0; error < 0 && i < files->count; i++)
		lose_file(reading, files->items[i], error);
	rest = buffer_slice(&lines);
	while (error == 0 && rest.size > 0 && reading->error == 0)
		take_line(reading, slice_cut(&rest, '\n'));
}

int package_settings_read(struct settings *settings, struct hook_tree *tree,
	const char *status_file, uh_listener *listener, void *context)
{
	struct reading reading = {.settings = settings,
		.tree = tree,
		.status_file = status_file,
		.listener = listener,
		.context = context};
	owns_strings struct string_list files = {0}, safe = {0};
	owns_memory char *directory =
		string_join(tree->places[PLACE_OF_PACKAGES], "/" PACKAGE_SETTINGS);
	int error = directory != NULL ? list_files(directory, &files) : -ENOMEM;

	if (error < 0 && error != -ENOMEM) {
		emit_for_file(
			&reading, directory, UH_SETTINGS_FILE_UNUSABLE, .error = error);
		settings->is_lost_for_packages = true;
	}
	for (size_t i = 0; i < files.count && reading.error == 0; i++)
		add_file_if_safe(&reading, files.items[i], &safe);
	if (safe.count > 0 && reading.error == 0)
		read_files(&reading, &safe);
	settings_index(settings);
	string_list_sort_unique(&settings->lost_paths);
	if (reading.error < 0 || error == -ENOMEM)
		settings->is_lost_for_packages = true;
	return error == -ENOMEM ? error : reading.error;
}

static bool has_word(struct slice text, const char *word)
{
	struct slice wanted = slice_of(word);

	for (; text.size >= wanted.size; text.data++, text.size--)
		if (slice_has_prefix_caseless(text, wanted))
			return true;
	return false;
}

/* Also true of a file that includes another, or that cannot be read. */
static bool may_set_paths(const char *file)
{
	owns_fd int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	owns_buffer struct buffer text = {0};

	return fd < 0 || buffer_read(&text, fd, LOOK_MAX) < 0 ||
	       has_word(buffer_slice(&text), "Paths") ||
	       has_word(buffer_slice(&text), "#include");
}

bool package_settings_mention_paths(const struct hook_tree *tree)
{
	owns_strings struct string_list files = {0};
	owns_memory char *directory =
		string_join(tree->places[PLACE_OF_PACKAGES], "/" PACKAGE_SETTINGS);

	if (directory == NULL || list_files(directory, &files) < 0)
		return true;
	for (size_t i = 0; i < files.count; i++)
		if (may_set_paths(files.items[i]))
			return true;
	return false;
}

/* The conffiles below apt.conf.d that only a purge would delete. */
static int list_removed(const char *status_file, struct string_list *files)
{
	__attribute__((cleanup(conffile_list_done))) struct conffile_list conffiles;
	int error = dpkg_list_conffiles(status_file, &conffiles);

	for (size_t i = 0; error == 0 && i < conffiles.count; i++) {
		const struct conffile *conffile = &conffiles.items[i];

		if (conffile->is_removed &&
			slice_has_prefix(slice_of(conffile->path), slice_of(APT_PARTS)))
			error = string_list_add(files, conffile->path);
	}
	return error;
}

/* The same for two settings if these are the same; apt ignores the case of keys. */
static char *setting_identity(const char *key, const char *value)
{
	char size[DECIMAL_SIZE];
	char *text = string_join(decimal(size, strlen(key)), ":", key, value);

	for (char *at = text; at != NULL && at < text + strlen(size) + 1 + strlen(key);
		at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return text;
}

/* A line is FILE, KEY=VALUE and perhaps a message. */
static int add_identity(struct string_list *identities, struct slice line)
{
	struct slice key, value = line;
	owns_memory char *name = NULL;
	owns_memory char *text = NULL;
	owns_memory char *identity = NULL;

	(void)slice_cut(&value, '\t');
	value = slice_cut(&value, '\t');
	key = slice_cut(&value, '=');
	name = percent_decode(key);
	text = percent_decode(value);
	if (name != NULL && text != NULL)
		identity = setting_identity(name, text);
	return identity != NULL ? string_list_add(identities, identity) : -ENOMEM;
}

static int mark_removed(const struct settings *settings,
	const struct string_list *identities, bool *ret_is_of_removed)
{
	for (size_t i = 0; i < settings->count && identities->count > 0; i++) {
		owns_memory char *identity = setting_identity(
			settings->items[i].key, settings->items[i].value);

		if (identity == NULL)
			return -ENOMEM;
		ret_is_of_removed[i] = string_list_has(identities, identity);
	}
	return 0;
}

int package_settings_of_removed(
	const struct settings *settings, const char *status_file, bool *ret_is_of_removed)
{
	owns_strings struct string_list files = {0}, identities = {0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *message = NULL;
	struct slice rest;
	int error = list_removed(status_file, &files);

	if (error == 0 && files.count > 0)
		error = bridge_files(&files, &lines, &message);
	rest = buffer_slice(&lines);
	while (error == 0 && rest.size > 0)
		error = add_identity(&identities, slice_cut(&rest, '\n'));
	string_list_sort_unique(&identities);
	return error == 0 ? mark_removed(settings, &identities, ret_is_of_removed)
			  : error;
}
