/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "log_writer.h"
#include "settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Instead of the installed one. */
extern const char bridge_file[];
const char bridge_file[] = TEST_BRIDGE;

/* In seconds. It only bounds tests that hang: build machines can be very slow. */
#define TIMEOUT 1200

static char root_path[PATH_MAX / 2];

const char *root(void)
{
	return root_path;
}

const char *at(const char *path)
{
	static char paths[8][PATH_MAX];
	static size_t next;
	char *full = paths[next++ % COUNT_OF(paths)];

	ck_assert_msg(path[0] == '/', "the path %s has no root", path);
	ck_assert_int_lt(snprintf(full, PATH_MAX, "%s%s", root_path, path), PATH_MAX);
	return full;
}

bool unshare_mounts(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool can_unshare_mounts(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare_mounts() ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/*
 * In memory, and seen by nobody else; where that is not possible, on the disk of the
 * build. Tried in a child: once in a namespace of our own, /proc/self/exe would not be a
 * path in our chroot.
 */
static void mount_roots(void)
{
	if (can_unshare_mounts() && unshare_mounts())
		(void)mount("none", TEST_ROOTS, "tmpfs", 0, "mode=755");
}

static void make_root(void)
{
	(void)snprintf(root_path, sizeof(root_path), "%s/root.XXXXXX", TEST_ROOTS);
	ck_assert_msg(mkdtemp(root_path) != NULL, "%s: %s", root_path, strerror(errno));
	make_directory("/var/log/apt");
	ck_assert_int_eq(setenv("LOG", at("/log"), 1), 0);
	make_directory("/run");
}

static int remove_one(
	const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static void remove_root(void)
{
	ck_assert_msg(nftw(root_path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0,
		"%s cannot be removed: %s", root_path, strerror(errno));
}

int run_tests(const char *title, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(title);
	SRunner *runner = srunner_create(suite);
	int failed;

	mount_roots();
	/* A case each, so that CK_RUN_CASE chooses a test by its name. */
	for (size_t i = 0; i < count; i++) {
		TCase *test_case = tcase_create(tests[i]->name);

		tcase_set_timeout(test_case, TIMEOUT);
		tcase_add_checked_fixture(test_case, make_root, remove_root);
		tcase_add_test(test_case, tests[i]);
		suite_add_tcase(suite, test_case);
	}
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void make_parents(const char *full)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s", full);
	for (char *slash = path + strlen(root_path) + 1;
		(slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		/* Not by mkdir(2), which would apply the caller's umask. */
		if (mkdir(path, 0755) == 0)
			ck_assert_int_eq(chmod(path, 0755), 0);
		else
			ck_assert_msg(errno == EEXIST, "%s: %s", path, strerror(errno));
		*slash = '/';
	}
}

void make_directory(const char *path)
{
	owns_memory char *inside = string_format("%s/", at(path));

	make_parents(inside);
}

void make_file(const char *path, mode_t mode, const char *text)
{
	const char *full = at(path);
	owns_fd int fd = -1;

	make_parents(full);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_msg(fd >= 0, "%s: %s", full, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
}

void make_script(const char *path, const char *commands)
{
	owns_memory char *text = string_format("#!/bin/sh\n%s\n", commands);

	make_file(path, 0755, text);
}

void make_link(const char *path, const char *target)
{
	const char *full = at(path);

	make_parents(full);
	ck_assert_msg(symlink(target, full) == 0, "%s: %s", full, strerror(errno));
}

void make_node(const char *path, mode_t type)
{
	const char *full = at(path);

	make_parents(full);
	ck_assert_msg(mknod(full, type | 0755, 0) == 0, "%s: %s", full, strerror(errno));
}

void set_mode(const char *path, mode_t mode)
{
	ck_assert_msg(chmod(at(path), mode) == 0, "%s: %s", path, strerror(errno));
}

bool is_there(const char *path)
{
	struct stat status;

	return lstat(at(path), &status) == 0;
}

static void read_all(const char *full, struct buffer *text)
{
	owns_fd int fd = open(full, O_RDONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s: %s", full, strerror(errno));
	ck_assert_int_eq(buffer_read(text, fd, SIZE_MAX / 8), 0);
	ck_assert_int_eq(buffer_reserve(text, 1), 0);
	text->data[text->size] = '\0';
}

void read_file(const char *path, struct buffer *text)
{
	read_all(at(path), text);
}

void assert_file(const char *path, const char *text)
{
	owns_buffer struct buffer found = {0};

	read_file(path, &found);
	assert_text(&found, text);
}

void assert_text(const struct buffer *buffer, const char *text)
{
	owns_memory char *found =
		strndup(buffer->size > 0 ? buffer->data : "", buffer->size);

	ck_assert_int_eq(buffer->error, 0);
	ck_assert_str_eq(found, text);
	ck_assert_uint_eq(buffer->size, strlen(text));
}

void list_data(const char *ending, struct string_list *names)
{
	DIR *dir = opendir(TEST_DATA);
	const struct dirent *entry;

	ck_assert_msg(dir != NULL, "%s: %s", TEST_DATA, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot != NULL && strcmp(dot, ending) == 0)
			ck_assert_int_eq(string_list_add(names, entry->d_name), 0);
	}
	(void)closedir(dir);
	string_list_sort_unique(names);
	ck_assert_msg(names->count > 0, "%s has no file *%s", TEST_DATA, ending);
}

void read_data(const char *name, struct buffer *bytes)
{
	owns_memory char *full = string_format("%s/%s", TEST_DATA, name);

	read_all(full, bytes);
}

void parse_packages(struct transaction *transaction, const char *lines)
{
	owns_memory char *stream = string_format("VERSION 3\n\n%s", lines);
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(transaction, slice_of(stream), &faults), 0);
	ck_assert_uint_eq(faults.ignored_lines, 0);
	ck_assert(!faults.is_cut && !faults.has_no_names);
}

struct buffer table_of(const struct transaction *transaction)
{
	struct buffer table = {0};

	transaction_to_table(transaction, &table);
	return table;
}

#define KIND(name) [UH_##name] = #name
static const char *const kinds[] = {
	KIND(SCRIPT_ENDED),
	KIND(SCRIPT_NOT_STARTED),
	KIND(SCRIPT_NOT_EXECUTABLE),
	KIND(SCRIPT_NOT_A_FILE),
	KIND(SCRIPT_DANGLING),
	KIND(SCRIPT_OPEN_TO_OTHERS),
	KIND(SCRIPT_WITHOUT_LIST),
	KIND(SCRIPT_SKIPPED),
	KIND(SCRIPT_LACKS_PACKAGE),
	KIND(SCRIPT_WITHOUT_USER),
	KIND(SCRIPT_WITHOUT_RIGHTS),
	KIND(SCRIPT_WITHOUT_DIRECTORY),
	KIND(SCRIPT_WITHOUT_SETTINGS),
	KIND(SCRIPT_WITH_FAULTY_SETTING),
	KIND(SCRIPT_WITH_UNSAFE_VARIABLE),
	KIND(SETTINGS_OUTDATED),
	KIND(SETTINGS_FILE_OPEN_TO_OTHERS),
	KIND(SETTINGS_FILE_UNUSABLE),
	KIND(PATHS_UNKNOWN),
	KIND(PATHS_NOT_NOTED),
	KIND(SETTING_OUT_OF_PLACE),
	KIND(REQUIREMENTS_UNKNOWN),
	KIND(VETO),
	KIND(LATE_VETO),
	KIND(DIRECTORY_UNREADABLE),
	KIND(WILDCARD_FAILED),
	KIND(STREAM_UNREADABLE),
	KIND(STREAM_TOO_LARGE),
	KIND(STREAM_TRUNCATED),
	KIND(STREAM_WITHOUT_NAMES),
	KIND(STREAM_LINES_IGNORED),
	KIND(STATE_UNUSABLE),
	KIND(STATE_OPEN_TO_OTHERS),
	KIND(RECORD_NOT_WRITTEN),
	KIND(RECORD_MISSING),
	KIND(FAILURE_NOT_RECORDED),
	KIND(GUARD_NOT_STARTED),
	KIND(SESSIONS_UNUSABLE),
	KIND(SESSIONS_OPEN_TO_OTHERS),
	KIND(SESSION_STOPPED),
	KIND(SESSION_CLOSED_LATE),
	KIND(WAITER_NOT_STARTED),
	KIND(VETO_UNKNOWN),
	KIND(COPY_NOT_MADE),
	KIND(CLEAN_UP_LATER),
	KIND(SETTINGS_INCOMPLETE),
	KIND(COMMAND_LINE_UNREADABLE),
	KIND(RECORD_UNREADABLE),
	KIND(RECORD_OF_OTHER_VERSION),
	KIND(TABLES_MISSING),
	KIND(DATA_MISSING),
	KIND(DATABASE_UNREADABLE),
	KIND(SETTING_UNKNOWN),
	KIND(SETTING_UNUSABLE),
	KIND(GUARD_UNUSABLE),
	KIND(SETTING_WITHOUT_USER),
	KIND(SETTING_NO_SCRIPT),
	KIND(SETTING_MASKED),
	KIND(BRIDGE_UNUSABLE),
	KIND(CLEAN_UP),
	KIND(LOG_NOT_WRITTEN),
	KIND(OUTPUT_NOT_KEPT),
	KIND(OUT_OF_MEMORY),
	KIND(INTERRUPTED),
};

/* Relative to the root, so that it is the same in every run. */
static const char *short_path(const char *path)
{
	size_t size = strlen(root_path);

	return size > 0 && strncmp(path, root_path, size) == 0 ? path + size : path;
}

static void write_ending(struct buffer *text, struct uh_ending ending)
{
	static const char *const ends[] = {[UH_EXITED] = "exited",
		[UH_SIGNALED] = "signalled",
		[UH_TIMED_OUT] = "timed out"};

	buffer_append_format(text, " %s %d", ends[ending.end], ending.value);
}

void write_event(const struct uh_event *event, void *context)
{
	static const char *const kinds_of_unsafe[] = {[UH_UNSAFE_OWNER] = "owner",
		[UH_UNSAFE_GROUP] = "group",
		[UH_UNSAFE_WORLD] = "world"};
	struct buffer *text = context;

	/*
	 * How it ended tells that it was started. The others are notices, which depend on
	 * the terminal, or count what was written.
	 */
	if (event->kind == UH_SCRIPT_STARTS || event->kind == UH_SCRIPT_TAKES_LONG ||
		event->kind == UH_HOOKS_FAILED || event->kind == UH_HOOKS_NOT_RUN)
		return;
	ck_assert_uint_lt((size_t)event->kind, COUNT_OF(kinds));
	ck_assert_ptr_nonnull(kinds[event->kind]);
	buffer_append_string(text, kinds[event->kind]);
	if (event->path != NULL)
		buffer_append_format(text, " %s", short_path(event->path));
	if (event->kind == UH_SCRIPT_ENDED ||
		((event->kind == UH_DATABASE_UNREADABLE ||
			 event->kind == UH_REQUIREMENTS_UNKNOWN) &&
			event->error == 0))
		write_ending(text, event->ending);
	if (event->error < 0)
		buffer_append_format(text, " (%s)", strerror(-event->error));
	if (event->kind == UH_SCRIPT_OPEN_TO_OTHERS ||
		event->kind == UH_STATE_OPEN_TO_OTHERS ||
		event->kind == UH_SETTINGS_FILE_OPEN_TO_OTHERS)
		buffer_append_format(text, " %s %s", short_path(event->detail),
			kinds_of_unsafe[event->unsafe]);
	else if (event->detail != NULL && event->kind != UH_BRIDGE_UNUSABLE)
		buffer_append_format(text, " %s", event->detail);
	if (event->kind == UH_VETO || event->kind == UH_LATE_VETO)
		buffer_append_format(text, " %s %s", kinds[event->cause], event->hook);
	if (event->setting != NULL)
		buffer_append_format(
			text, " %s=%s", event->setting->key, event->setting->value);
	if (event->kind == UH_STREAM_LINES_IGNORED)
		buffer_append_format(text, " %zu from %zu", event->count, event->first);
	buffer_append_string(text, "\n");
}

uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static int call_here(enum uh_hook_point hook_point, int stream)
{
	const struct uh_request request = {.hook_point = hook_point,
		.root = root(),
		.stream_fd = stream,
		.is_of_dpkg = uh_is_called_by_dpkg()};
	struct buffer events = {0};
	enum uh_verdict verdict = uh_run_hook_point(&request, write_event, &events);
	FILE *file = fopen(at("/events"), "ae");

	ck_assert_ptr_nonnull(file);
	if (events.size > 0)
		ck_assert_uint_eq(fwrite(events.data, events.size, 1, file), 1);
	ck_assert_int_eq(fclose(file), 0);
	buffer_done(&events);
	return verdict == UH_STOP ? STOP : 0;
}

int call_engine(int forks, enum uh_hook_point hook_point, int stream_fd)
{
	int status;
	pid_t pid;

	if (forks == 0)
		return call_here(hook_point, stream_fd);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	/* exit(3) rather than _exit(2), so that LeakSanitizer checks the child as well. */
	if (pid == 0)
		exit(call_engine(forks - 1, hook_point, stream_fd));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "the helper died: status %d", status);
	return WEXITSTATUS(status);
}

int call_hook_point(enum uh_hook_point hook_point, const char *stream)
{
	int ends[2];
	int status;

	if (hook_point != UH_PRE_INSTALL_PKGS)
		return call_engine(2, hook_point, -1);
	ck_assert_int_eq(pipe(ends), 0);
	/* Nobody reads yet: fail rather than block if the stream does not fit. */
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(write(ends[1], stream, strlen(stream)), (ssize_t)strlen(stream));
	(void)close(ends[1]);
	status = call_engine(1, hook_point, ends[0]);
	(void)close(ends[0]);
	return status;
}

char *make_stream(const char *settings)
{
	return string_format("VERSION 3\nDir::State::status=%s\n"
			     "CommandLine::AsString=apt-get%%20install%%20foo\n%s\n"
			     "foo 1 amd64 none < 2 amd64 none /foo.deb\n"
			     "foo 1 amd64 none < 2 amd64 none **CONFIGURE**\n",
		at(TEST_DATABASE), settings);
}

int call_pre_install_pkgs(const char *settings)
{
	owns_memory char *stream = make_stream(settings);

	return call_hook_point(UH_PRE_INSTALL_PKGS, stream);
}

void configure_apt(const char *lines)
{
	owns_memory char *text = string_format("Dir \"%s/\";\n%s", root(), lines);

	/* apt warns if it is missing. */
	make_directory("/etc/apt/apt.conf.d");
	make_file("/apt.conf", 0644, text);
	ck_assert_int_eq(setenv("APT_CONFIG", at("/apt.conf"), 1), 0);
}

void set_database(const char *status)
{
	owns_memory char *stanza =
		string_format("Package: foo\nStatus: install ok %s\nMaintainer: nobody\n"
			      "Architecture: amd64\nVersion: 2\nDescription: a test\n\n",
			status);

	make_directory("/var/lib/dpkg/updates");
	make_directory("/var/lib/dpkg/info");
	if (is_there(TEST_DATABASE))
		ck_assert_int_eq(rename(at(TEST_DATABASE), at(TEST_DATABASE "-old")), 0);
	make_file(TEST_DATABASE, 0644, stanza);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/var/lib/dpkg"), 1), 0);
}

void make_recorder(const char *path, const char *text)
{
	const char *relative = strstr(path, "hooks/");
	owns_memory char *commands = NULL;

	ck_assert_msg(relative != NULL, "%s is not in a tree", path);
	commands = string_format("printf '%%s %%s\\n' '%s' \"%s\" >>\"$LOG\"",
		relative + strlen("hooks/"), text);
	make_script(path, commands);
}

bool is_in_poll(pid_t pid)
{
	owns_memory char *path = string_format("/proc/%d/syscall", (int)pid);
	FILE *file = fopen(path, "re");
	long call = -1;

	ck_assert_ptr_nonnull(file);
	/* "running" while it runs */
	if (fscanf(file, "%ld", &call) != 1)
		call = -1;
	(void)fclose(file);
	(void)sched_yield();
#ifdef SYS_poll
	if (call == SYS_poll)
		return true;
#endif
	return call == SYS_ppoll;
}

void assert_taken_file(const char *path, const char *text)
{
	if (*text == '\0' && !is_there(path))
		return;
	assert_file(path, text);
	ck_assert_int_eq(remove(at(path)), 0);
}

/* Appends a run without the root of this test and the milliseconds at its end. */
static void append_run(struct buffer *text, struct slice line)
{
	owns_memory char *run = strndup(line.data, line.size);
	char *path = strstr(run, root());
	char *end = strrchr(run, ' ');

	if (end != NULL && strcmp(end, " ms") == 0) {
		*end = '\0';
		*strrchr(run, ' ') = '\0';
	}
	if (path != NULL) {
		buffer_append(text, (struct slice){run, (size_t)(path - run)});
		path += strlen(root());
	}
	buffer_append_format(text, "%s\n", path != NULL ? path : run);
}

void assert_stanzas(const char *expected)
{
	owns_buffer struct buffer log = {0};
	owns_buffer struct buffer text = {0};
	struct slice rest = {NULL, 0};

	if (is_there(LOG_FILE)) {
		read_file(LOG_FILE, &log);
		rest = buffer_slice(&log);
	}
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (slice_has_prefix(line, slice_of(" ")))
			append_run(&text, line);
		else if (slice_has_prefix(line, slice_of("Result: ")))
			buffer_append_format(&text, "%.*s\n", (int)line.size, line.data);
	}
	assert_text(&text, expected);
}
