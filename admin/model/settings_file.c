/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/settings_file.h"
#include "apt_text.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD                                                                             \
	"// Written by \"apt-universal-hooks set\" and \"disable\", a line for each "    \
	"setting; \"unset\" and\n// \"enable\" take it out again, and remove this file " \
	"with the last. Not to be edited.\n"
#define COMMENT "//"
#define SCOPE "Universal-Hooks::"
#define SCRIPTS SCOPE "Scripts::"
/* Precedes a list; otherwise, apt would add our items to those of other files. */
#define CLEAR "#clear "

/* debian/postrm removes it when the package is purged. */
#define LOCK ".99apt-universal-hooks-settings.lock"

/* Far more than hooks can need: a path has about a hundred bytes. */
#define SETTINGS_SIZE_MAX ((size_t)16 << 20)

static void own_setting_done(struct own_setting *setting)
{
	free(setting->path);
	free(setting->name);
	string_list_done(&setting->values);
}

void own_settings_done(struct own_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		own_setting_done(&settings->items[i]);
	free(settings->items);
	memset(settings, 0, sizeof(*settings));
}

struct own_setting *own_settings_add(struct own_settings *settings, const char *path,
	const char *name, const char *value)
{
	struct own_setting *setting;

	if (array_grow(&settings->items, &settings->capacity, settings->count,
		    sizeof(*settings->items)) < 0)
		return NULL;
	setting = &settings->items[settings->count];
	*setting = (struct own_setting){.path = strdup(path)};
	if (setting->path == NULL ||
		(name != NULL && (setting->name = strdup(name)) == NULL) ||
		(value != NULL && string_list_add(&setting->values, value) < 0)) {
		own_setting_done(setting);
		return NULL;
	}
	settings->count++;
	return setting;
}

const struct own_setting *own_settings_find(
	const struct own_settings *settings, const char *path, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->items[i].path, path) == 0 &&
			strcmp(settings->items[i].name, name) == 0)
			return &settings->items[i];
	return NULL;
}

bool settings_file_can_name(const char *path)
{
	size_t size = strlen(path);

	return strstr(path, "::") == NULL && size > 0 && path[size - 1] != ':';
}

/* Outside of quotes, every release of apt decodes %xx (ParseQuoteWord). */
static void add_encoded(struct buffer *text, const char *string)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+:~@,";
	const char *start = string; /* of what is written as it is */

	for (char before = '\0'; *string != '\0'; before = *string++) {
		bool is_comment = before == '/' && *string == '/';

		if (strchr(plain, *string) != NULL && !is_comment)
			continue;
		buffer_append(text, (struct slice){start, (size_t)(string - start)});
		buffer_append_format(text, "%%%02x", (unsigned char)*string);
		start = string + 1;
	}
	buffer_append_string(text, start);
}

/* Inside quotes, apt decodes nothing (ParseCWord), so a quote cannot be written. */
static bool can_be_quoted(const char *value)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < ' ' || strchr("\"\\\177", *value) != NULL)
			return false;
	return true;
}

static void add_quoted(struct buffer *text, const char *value)
{
	if (can_be_quoted(value))
		buffer_append_format(text, "\"%s\"", value);
	else
		add_encoded(text, value);
}

static void add_key(struct buffer *text, const struct own_setting *setting)
{
	buffer_append_string(text, setting->path[0] != '\0' ? SCRIPTS : SCOPE);
	if (setting->path[0] != '\0') {
		add_encoded(text, setting->path);
		buffer_append_string(text, "::");
	}
	add_encoded(text, setting->name);
}

static void add_assignment(struct buffer *text, const struct own_setting *setting)
{
	add_key(text, setting);
	buffer_append_string(text, setting->is_list ? " { " : " ");
	for (size_t i = 0; i < setting->values.count; i++) {
		add_quoted(text, setting->values.items[i]);
		buffer_append_string(text, setting->is_list ? "; " : "");
	}
	buffer_append_string(text, setting->is_list ? "};\n" : ";\n");
}

static void add_line(struct buffer *text, const struct own_setting *setting)
{
	if (setting->is_list) {
		buffer_append_string(text, CLEAR);
		add_key(text, setting);
		buffer_append_string(text, ";\n");
	}
	add_assignment(text, setting);
}

void settings_file_format_for(
	struct buffer *text, const struct own_settings *settings, const char *path)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct own_setting setting = settings->items[i];

		setting.path = (char *)path;
		add_assignment(text, &setting);
	}
}

static int compare_own_settings(const void *a, const void *b)
{
	const struct own_setting *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	return order != 0 ? order : strcmp(one->name, other->name);
}

static void add_lines(struct buffer *text, struct own_settings *settings)
{
	if (settings->count > 0)
		qsort(settings->items, settings->count, sizeof(*settings->items),
			compare_own_settings);
	for (size_t i = 0; i < settings->count; i++)
		add_line(text, &settings->items[i]);
}

void settings_file_format(struct buffer *text, struct own_settings *settings)
{
	if (settings->count > 0)
		buffer_append_string(text, HEAD);
	add_lines(text, settings);
}

/* Cuts the first value from text, with what follows it. 0, −EBADMSG or −ENOMEM. */
static int cut_quoted(
	struct own_setting *setting, struct slice *text, const char *separator)
{
	bool is_quoted = slice_has_prefix(*text, slice_of("\""));
	owns_memory char *value = NULL;
	struct slice bytes;

	if (is_quoted) {
		(void)slice_cut(text, '"');
		bytes = slice_cut(text, '"');
		(void)slice_cut(text, ';');
		value = strndup(bytes.size > 0 ? bytes.data : "", bytes.size);
	} else {
		bytes = slice_cut(text, ';');
		value = percent_decode(bytes);
	}
	if (value == NULL)
		return -ENOMEM;
	if (!slice_has_prefix(*text, slice_of(separator)))
		return -EBADMSG;
	if (text->size > 0) {
		text->data += strlen(separator);
		text->size -= strlen(separator);
	}
	return string_list_add(&setting->values, value);
}

/* The values behind the key: '"A";', or '{ "A"; "B"; };'. */
static int parse_values(struct own_setting *setting, struct slice text)
{
	int error = 0;

	setting->is_list = slice_has_prefix(text, slice_of("{ "));
	if (!setting->is_list)
		return cut_quoted(setting, &text, "");
	text = (struct slice){text.data + 2, text.size - 2};
	while (text.size > 0 && *text.data != '}' && error == 0)
		error = cut_quoted(setting, &text, " ");
	return error;
}

/* Finds the path and the name in a key. 0, −EBADMSG or −ENOMEM. */
static int parse_own_key(struct slice key, char **ret_path, char **ret_name)
{
	const struct slice scripts = slice_of(SCRIPTS), scope = slice_of(SCOPE);
	bool has_path = slice_has_prefix(key, scripts);
	struct slice before = has_path ? scripts : scope;
	struct slice path = {"", 0};
	size_t at;

	if (!slice_has_prefix(key, before))
		return -EBADMSG;
	key = (struct slice){key.data + before.size, key.size - before.size};
	for (at = key.size; has_path && at > 1; at--)
		if (key.data[at - 1] == ':' && key.data[at - 2] == ':')
			break;
	if (has_path && at < 3)
		return -EBADMSG;
	if (has_path)
		path = (struct slice){key.data, at - 2};
	else
		at = 0;
	*ret_path = percent_decode(path);
	*ret_name = percent_decode((struct slice){key.data + at, key.size - at});
	return *ret_path != NULL && *ret_name != NULL ? 0 : -ENOMEM;
}

static int parse_own_line(struct own_settings *settings, struct slice line)
{
	owns_memory char *path = NULL;
	owns_memory char *name = NULL;
	struct own_setting *setting;
	struct slice values = line;
	struct slice key = slice_cut(&values, ' ');
	int error = parse_own_key(key, &path, &name);

	if (error < 0)
		return error;
	setting = own_settings_add(settings, path, name, NULL);
	return setting != NULL ? parse_values(setting, values) : -ENOMEM;
}

/* Whether we would write the setting exactly so. 0, −EBADMSG or −ENOMEM. */
static int check_as_written(
	const struct own_setting *setting, struct slice clear, struct slice line)
{
	bool has_path = setting->path[0] != '\0';
	owns_buffer struct buffer text = {0};
	struct slice rest, clearing = {"", 0};

	add_line(&text, setting);
	if (text.error < 0)
		return text.error;
	rest = buffer_slice(&text);
	if (setting->is_list)
		clearing = slice_cut(&rest, '\n');
	if (slice_compare(clearing, clear) != 0 ||
		slice_compare(slice_cut(&rest, '\n'), line) != 0)
		return -EBADMSG;
	return settings_file_can_name(has_path ? setting->path : setting->name)
		       ? 0
		       : -EBADMSG;
}

int settings_file_parse(
	struct own_settings *settings, struct slice text, size_t *ret_line)
{
	struct slice clear = {"", 0};
	bool is_head = true; /* the comment, perhaps of another version */
	int error = 0;

	for (*ret_line = 1; text.size > 0; ++*ret_line) {
		struct slice line = slice_cut(&text, '\n');

		is_head = is_head && slice_has_prefix(line, slice_of(COMMENT));
		if (is_head || line.size == 0)
			continue;
		if (clear.size == 0 && slice_has_prefix(line, slice_of(CLEAR))) {
			clear = line;
			continue;
		}
		error = parse_own_line(settings, line);
		if (error == 0)
			error = check_as_written(
				&settings->items[settings->count - 1], clear, line);
		if (error < 0)
			return error;
		clear = slice_of("");
	}
	return clear.size == 0 ? 0 : -EBADMSG;
}

/* Does not follow a symlink: its target is not our file. */
static int read_settings_file(const char *path, struct buffer *text)
{
	owns_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	return S_ISREG(status.st_mode) ? buffer_read(text, fd, SETTINGS_SIZE_MAX)
				       : -EINVAL;
}

int settings_file_read(struct own_settings *settings, const struct admin *admin)
{
	owns_memory char *path = string_format("%s%s", admin->root, SETTINGS_FILE);
	owns_buffer struct buffer text = {0};
	size_t line = 0;
	int error = path != NULL ? read_settings_file(path, &text) : -ENOMEM;

	if (error == 0)
		error = settings_file_parse(settings, buffer_slice(&text), &line);
	if (error == 0)
		return -1;
	if (error == -ENOMEM)
		return report_no_memory();
	if (error == -EBADMSG)
		return report_error(
			_("%s:%zu was not written by this command, so the file is not "
			  "changed; move the line to another file"),
			path, line);
	if (error == -ELOOP || error == -EINVAL)
		return report_error(
			_("%s is not a regular file, so it is not changed"), path);
	return report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

static int store_settings(int directory_fd, const char *path, struct slice text)
{
	const struct stat like = {
		.st_mode = 0644, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	int error;

	if (text.size == 0)
		error = unlink(path) < 0 ? -errno : 0;
	else
		error = rootfs_replace_file(path, text, &like);
	if (error < 0)
		return error;
	(void)fsync(directory_fd); /* matters only after a crash */
	return 0;
}

/* Whether the change is about this setting of the file. */
static bool is_changed_by(
	const struct own_setting *setting, const struct own_setting *change)
{
	return strcmp(setting->path, change->path) == 0 &&
	       (change->name == NULL || strcmp(setting->name, change->name) == 0);
}

static void take_out(struct own_settings *settings, const struct own_setting *change)
{
	size_t kept = 0;

	for (size_t i = 0; i < settings->count; i++) {
		struct own_setting *setting = &settings->items[i];

		if (is_changed_by(setting, change))
			own_setting_done(setting);
		else
			settings->items[kept++] = *setting;
	}
	settings->count = kept;
}

/* 0 or −ENOMEM. */
static int apply_change(struct own_settings *settings, const struct own_setting *change)
{
	struct own_setting *setting;

	take_out(settings, change);
	if (change->values.count == 0)
		return 0;
	setting = own_settings_add(settings, change->path, change->name, NULL);
	if (setting == NULL)
		return -ENOMEM;
	setting->is_list = change->is_list;
	for (size_t i = 0; i < change->values.count; i++)
		if (string_list_add(&setting->values, change->values.items[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* Under the lock, so that nobody else writes between our reading and writing. */
static int change_locked(const struct own_settings *changes, const struct admin *admin,
	const char *path, int directory_fd)
{
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer before = {0};
	owns_buffer struct buffer after = {0};
	int status = settings_file_read(&settings, admin);
	int error = 0;

	if (status >= 0)
		return status;
	settings_file_format(&before, &settings);
	for (size_t i = 0; i < changes->count && error == 0; i++)
		error = apply_change(&settings, &changes->items[i]);
	settings_file_format(&after, &settings);
	if (error < 0 || before.error < 0 || after.error < 0)
		return report_no_memory();
	if (slice_compare(buffer_slice(&before), buffer_slice(&after)) != 0)
		error = store_settings(directory_fd, path, buffer_slice(&after));
	return error < 0 ? report_unchanged(path, error) : -1;
}

/* 1 if the lock file is ours and still linked, 0 if it was unlinked, or −errno. */
static int check_settings_lock(int directory_fd, int lock)
{
	struct stat opened, there;

	if (fstat(lock, &opened) < 0)
		return -errno;
	if (!S_ISREG(opened.st_mode) || opened.st_uid != geteuid() ||
		(opened.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return -EINVAL;
	if (fstatat(directory_fd, LOCK, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

/*
 * Locks a file of mode 0600, since whoever can open a file can lock it forever (flock(2)).
 * Returns the descriptor, which the caller closes, or −errno.
 */
static int lock_settings(int directory_fd)
{
	for (;;) {
		owns_fd int lock = openat(directory_fd, LOCK,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		int is_ours =
			lock >= 0 ? check_settings_lock(directory_fd, lock) : -errno;

		if (is_ours < 0)
			return is_ours;
		if (flock(lock, LOCK_EX) < 0)
			return -errno;
		/* The holder unlinks it: retry if we locked an unlinked inode. */
		is_ours = check_settings_lock(directory_fd, lock);
		if (is_ours != 0)
			return is_ours < 0 ? is_ours : steal_fd(&lock);
	}
}

static bool adds_any(const struct own_settings *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i].values.count > 0)
			return true;
	return false;
}

int settings_file_change(const struct own_settings *changes, const struct admin *admin)
{
	owns_memory char *path = string_format("%s%s", admin->root, SETTINGS_FILE);
	owns_memory char *directory =
		path != NULL ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
	bool is_adding = adds_any(changes);
	owns_fd int fd = -1;
	owns_fd int lock = -1;
	int status, error;

	if (directory == NULL)
		return report_no_memory();
	status = check_within_root(admin, path);
	if (status >= 0)
		return status;
	error = is_adding ? rootfs_make_parents(path) : 0;
	if (error < 0)
		return report_unchanged(path, error);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !is_adding)
		return -1;
	lock = fd < 0 ? -errno : lock_settings(fd);
	if (lock < 0)
		return report_unchanged(path, lock);
	status = change_locked(changes, admin, path, fd);
	(void)unlinkat(fd, LOCK, 0); /* harmless if it stays */
	return status;
}
