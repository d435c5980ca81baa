/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg.h"
#include "proc.h"
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DPKG "/usr/bin/dpkg"
#define DPKG_QUERY "/usr/bin/dpkg-query"
#define FORMAT "${Package}\\t${Architecture}\\t${db:Status-Status}\\t${Version}"
#define STATES_FORMAT                                                                    \
	"${Package}\\t${Architecture}\\t${db:Status-Want}\\t${db:Status-Status}\\t"      \
	"${Version}\\n"
#define ANSWER_MAX ((size_t)32 << 20) /* 100,000 packages take about 6 MB */

char *dpkg_stamp(const char *status_file)
{
	if (status_file == NULL)
		errno = ENOENT;
	return status_file != NULL ? file_stamp(status_file) : NULL;
}

static bool find_admin_dir(const char *status_file, struct slice *ret_dir)
{
	const char *slash = status_file != NULL ? strrchr(status_file, '/') : NULL;

	if (slash == NULL || status_file[0] != '/' || strcmp(slash, "/status") != 0)
		return false;
	*ret_dir = (struct slice){status_file, (size_t)(slash - status_file)};
	return true;
}

/* The path of the status file that dpkg changes; the caller frees it. */
static char *find_changed(const char *admin_dir)
{
	const char *root = getenv("DPKG_ROOT");

	if (admin_dir == NULL)
		admin_dir = getenv("DPKG_ADMINDIR");
	return admin_dir != NULL ? string_join(admin_dir, "/status")
				 : string_join(root != NULL ? root : "", "/",
					   "var/lib/dpkg/status");
}

static bool is_one_file(const char *path, const char *other)
{
	struct stat one, two;

	return stat(path, &one) == 0 && stat(other, &two) == 0 &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

bool dpkg_is_own(const char *status_file, const char *admin_dir)
{
	owns_memory char *own = find_changed(admin_dir);

	return status_file == NULL || (own != NULL && is_one_file(own, status_file));
}

char *dpkg_admin_dir(const char *status_file)
{
	struct slice dir;
	char *path, *slash;

	if (find_admin_dir(status_file, &dir))
		return strndup(dir.data, dir.size);
	path = find_changed(NULL);
	slash = path != NULL ? strrchr(path, '/') : NULL;
	if (slash != NULL)
		*slash = '\0';
	return path;
}

char *dpkg_path(const char *name)
{
	owns_memory char *directory = dpkg_admin_dir(NULL);

	return directory != NULL ? string_join(directory, "/", name) : NULL;
}

char *dpkg_database_stamp(const char *status_file)
{
	owns_memory char *directory = dpkg_admin_dir(status_file);
	owns_memory char *file =
		directory != NULL ? string_join(directory, "/status") : NULL;
	owns_memory char *updates =
		directory != NULL ? string_join(directory, "/updates") : NULL;
	owns_memory char *stamp = file != NULL ? file_stamp(file) : NULL;
	owns_memory char *other = updates != NULL ? file_stamp(updates) : NULL;

	return stamp != NULL && other != NULL ? string_join(stamp, " ", other) : NULL;
}

/* dpkg-query would hang on a FIFO or a device. The file may be missing. */
static int check_regular(int directory, const char *name)
{
	struct stat status;

	if (fstatat(directory, name, &status, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(status.st_mode) ? 0 : -ENOTSUP;
}

/* The files with changes that have not been merged into "status". */
static int check_updates(int directory)
{
	int fd = openat(directory, "updates", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL) {
		cleanup_close(&fd);
		return 0; /* dpkg-query reports it */
	}
	while (error == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			error = check_regular(dirfd(dir), entry->d_name);
	(void)closedir(dir); /* nothing was written to it */
	return error;
}

/* In another root, anything may be at the paths that dpkg-query reads. */
static int check_database(struct slice admin_dir)
{
	static const char *const files[] = {
		"status", "arch", "triggers/File", "triggers/Unincorp"};
	owns_memory char *path = strndup(admin_dir.data, admin_dir.size);
	owns_fd int directory = -1;
	int error = 0;

	if (path == NULL)
		return -ENOMEM;
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return 0; /* dpkg-query reports it */
	for (size_t i = 0; i < COUNT_OF(files) && error == 0; i++)
		error = check_regular(directory, files[i]);
	return error == 0 ? check_updates(directory) : error;
}

/* words: its arguments, followed by NULL. */
static int run_query(const char *status_file, const char *const *words,
	struct buffer *answer, struct uh_ending *ret_ending)
{
	owns_memory const char **argv = NULL;
	owns_memory char *option = NULL;
	struct process_spec spec = {.path = DPKG_QUERY, .envp = environ};
	struct slice admin_dir;
	size_t word_count = 0, count = 0;
	int error;

	while (words[word_count] != NULL)
		word_count++;
	argv = calloc(word_count + 3, sizeof(*argv));
	if (argv == NULL)
		return -ENOMEM;
	argv[count++] = "dpkg-query";
	if (find_admin_dir(status_file, &admin_dir)) {
		error = check_database(admin_dir);
		if (error < 0)
			return error;
		option = string_format(
			"--admindir=%.*s", (int)admin_dir.size, admin_dir.data);
		if (option == NULL)
			return -ENOMEM;
		argv[count++] = option;
	}
	for (size_t i = 0; i < word_count; i++)
		argv[count++] = words[i];
	spec.argv = (char *const *)argv;
	return process_capture(&spec, ANSWER_MAX, answer, ret_ending);
}

static int show_packages(const char *status_file, const char *format,
	const char *const *names, struct buffer *answer, struct uh_ending *ret_ending)
{
	owns_memory const char **words = NULL;
	size_t name_count = 0;
	int error;

	while (names[name_count] != NULL)
		name_count++;
	words = calloc(name_count + 3, sizeof(*words));
	if (words == NULL)
		return -ENOMEM;
	words[0] = format;
	words[1] = "--show";
	for (size_t i = 0; i < name_count; i++)
		words[2 + i] = names[i];
	error = run_query(status_file, words, answer, ret_ending);
	if (error < 0)
		return error;
	/* Exit status 1: some names are unknown, as after a removal. */
	return ret_ending->end == UH_EXITED && ret_ending->value <= 1 ? 0 : -EPROTO;
}

int dpkg_query_states(struct buffer *answer, struct uh_ending *ret_ending)
{
	const char *const words[] = {"--showformat=" STATES_FORMAT, "--show", NULL};
	int error = run_query(NULL, words, answer, ret_ending);

	if (error < 0)
		return error;
	/* Without any package, it fails. */
	return ret_ending->end == UH_EXITED && ret_ending->value <= 1 ? 0 : -EPROTO;
}

/* 1 if the file was made or renamed at this time or later, else 0; or −errno. */
static int is_as_new_as(int directory, const char *name, const struct timespec *since)
{
	struct stat status;

	if (fstatat(directory, name, &status, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	/* File timestamps are coarse: an equal one may be later. */
	return status.st_ctim.tv_sec > since->tv_sec ||
	       (status.st_ctim.tv_sec == since->tv_sec &&
		       status.st_ctim.tv_nsec >= since->tv_nsec);
}

int dpkg_list_unpacked(const struct timespec *since, struct string_list *names)
{
	static const char ending[] = ".md5sums";
	owns_memory char *path = dpkg_path("info");
	DIR *dir = path != NULL ? opendir(path) : NULL;
	const struct dirent *entry;
	int error = 0;

	if (path == NULL || dir == NULL)
		return path == NULL ? -ENOMEM : -errno;
	for (errno = 0; error == 0 && (entry = readdir(dir)) != NULL; errno = 0) {
		const char *dot = strrchr(entry->d_name, '.');
		owns_memory char *name = NULL;

		if (dot == NULL || strcmp(dot, ending) != 0)
			continue;
		error = is_as_new_as(dirfd(dir), entry->d_name, since);
		if (error <= 0)
			continue;
		name = strndup(entry->d_name, (size_t)(dot - entry->d_name));
		error = name != NULL ? string_list_add(names, name) : -ENOMEM;
	}
	if (error == 0)
		error = -errno;
	(void)closedir(dir); /* nothing was written to it */
	string_list_sort_unique(names);
	return error;
}

bool dpkg_is_on_this_system(void)
{
	const char *root = getenv("DPKG_ROOT"), *directory = getenv("DPKG_ADMINDIR");
	owns_memory char *own = string_join("/", "var/lib/dpkg");

	return (root == NULL || root[0] == '\0' || is_one_file(root, "/")) &&
	       (directory == NULL || (own != NULL && is_one_file(directory, own)));
}

int dpkg_query(const char *status_file, const char *const *names, struct buffer *answer,
	struct uh_ending *ret_ending)
{
	return show_packages(
		status_file, "--showformat=" FORMAT "\\n", names, answer, ret_ending);
}

int dpkg_query_provides(const char *status_file, const char *const *names,
	struct buffer *answer, struct uh_ending *ret_ending)
{
	return show_packages(status_file, "--showformat=" FORMAT "\\t${Provides}\\n",
		names, answer, ret_ending);
}

int dpkg_list_files(const char *status_file, const char *package, struct buffer *paths)
{
	const char *const words[] = {"--listfiles", "--", package, NULL};
	struct uh_ending ending;
	int error = run_query(status_file, words, paths, &ending);

	if (error < 0)
		return error;
	return process_succeeded(&ending) ? 0 : -EPROTO;
}

/* Removes " WORD" from the end of the line. Returns whether it was there. */
static bool cut_last_word(struct slice *line, const char *word)
{
	size_t size = strlen(word);

	if (line->size <= size || line->data[line->size - size - 1] != ' ' ||
		memcmp(line->data + line->size - size, word, size) != 0)
		return false;
	line->size -= size + 1;
	return true;
}

/* line is "PATH MD5[ FLAG]…"; a path may contain spaces. 0 or −ENOMEM. */
static int add_conffile(struct conffile_list *list, const char *package, bool is_removed,
	struct slice line)
{
	struct conffile conffile = {.is_removed = is_removed};
	bool is_flag = true;
	int error;

	while (is_flag) {
		bool is_obsolete = cut_last_word(&line, "obsolete");

		is_flag = is_obsolete || cut_last_word(&line, "remove-on-upgrade");
		conffile.is_obsolete |= is_obsolete;
	}
	while (line.size > 0 && line.data[--line.size] != ' ')
		continue; /* the MD5 */
	error = array_grow(
		&list->items, &list->capacity, list->count, sizeof(*list->items));
	if (error < 0)
		return error;
	conffile.path = strndup(line.data, line.size);
	conffile.package = strdup(package);
	list->items[list->count++] = conffile;
	return conffile.path != NULL && conffile.package != NULL ? 0 : -ENOMEM;
}

int dpkg_list_conffiles(const char *status_file, struct conffile_list *ret_conffiles)
{
	/* A line for each package, and for each conffile one that begins with a space. */
	const char *const words[] = {"--showformat=${db:Status-Status}\\t"
				     "${binary:Package}\\n${Conffiles}\\n",
		"--show", NULL};
	owns_buffer struct buffer answer = {0};
	owns_memory char *package = NULL;
	struct uh_ending ending;
	bool is_removed = false;
	struct slice rest;
	int error = run_query(status_file, words, &answer, &ending);

	memset(ret_conffiles, 0, sizeof(*ret_conffiles));
	if (error == 0 && !process_succeeded(&ending))
		error = -EPROTO;
	for (rest = buffer_slice(&answer); rest.size > 0 && error == 0;) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.size > 0 && line.data[0] != ' ') {
			is_removed = slice_equals(slice_cut(&line, '\t'), "config-files");
			free(package);
			package = strndup(line.data, line.size);
			error = package != NULL ? 0 : -ENOMEM;
		} else if (line.size > 0 && package != NULL) {
			(void)slice_cut(&line, ' ');
			error = add_conffile(ret_conffiles, package, is_removed, line);
		}
	}
	return error;
}

void conffile_list_done(struct conffile_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].package);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}

/* In another root, anyone who can read the lock file could hold its lock forever. */
static bool is_trusted_process(pid_t pid)
{
	owns_memory char *path = string_format("/proc/%d", (int)pid);
	struct stat status;

	return path != NULL && proc_check() == 0 && stat(path, &status) == 0 &&
	       (status.st_uid == 0 || status.st_uid == geteuid());
}

static int compare_versions(
	const char *version, const char *comparator, const char *other)
{
	const char *const argv[] = {
		"dpkg", "--compare-versions", version, comparator, other, NULL};
	const struct process_spec spec = {
		.path = DPKG, .argv = (char *const *)argv, .envp = environ};
	struct uh_ending ending;
	int error = process_run(&spec, &ending);

	if (error < 0)
		return error;
	if (ending.end != UH_EXITED || ending.value > 1)
		return -EIO;
	return ending.value == 0;
}

int dpkg_is_less(const char *version, const char *other)
{
	return compare_versions(version, "<<", other);
}

int dpkg_relation_holds(const struct relation *relation, const char *version)
{
	owns_memory char *other = NULL;

	if (relation->comparator == NULL)
		return 1;
	if (slice_equals(relation->version, version))
		return strchr(relation->comparator, '=') != NULL;
	other = strndup(relation->version.data, relation->version.size);
	return other != NULL ? compare_versions(version, relation->comparator, other)
			     : -ENOMEM;
}

pid_t dpkg_lock_holder(const char *path)
{
	owns_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return is_trusted_process(lock.l_pid) ? lock.l_pid : 0;
}

bool dpkg_wait_for_end(const char *status_file)
{
	owns_memory char *path = NULL;
	struct slice admin_dir;
	bool has_waited = false;
	pid_t holder;

	if (!find_admin_dir(status_file, &admin_dir))
		return false;
	path = string_format("%.*s/lock", (int)admin_dir.size, admin_dir.data);
	while (path != NULL && (holder = dpkg_lock_holder(path)) > 0) {
		has_waited = true;
		if (proc_wait_for_end(holder) < 0)
			break;
	}
	return has_waited;
}

/* See deb-triggers(5). */
bool dpkg_is_installed(struct slice status)
{
	return slice_equals(status, "installed") ||
	       slice_equals(status, "triggers-awaited") ||
	       slice_equals(status, "triggers-pending");
}
