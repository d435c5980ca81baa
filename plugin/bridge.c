/* SPDX-License-Identifier: BSD-2-Clause */
#include "bridge.h"
#include "apt_bridge.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)16 << 20)
/* Of CPU time. A few milliseconds are enough; with 10,000 settings, one or two seconds. */
#define CONFIGURATION_SECONDS 2
#define ORIGINS_SECONDS 6
/* A cache of all packages, built anew: a second or two, and far more on a slow machine. */
#define CACHE_SECONDS 120
/* dpkg will need more time and memory for the same archives. */
#define CONTENTS_SECONDS 600
#ifdef __SANITIZE_ADDRESS__
#define CONTENTS_MEMORY RLIM_INFINITY /* the preset asan reserves terabytes */
#else
#define CONTENTS_MEMORY ((rlim_t)1 << 30)
#endif

/* Weak, so that unit tests can use the one in the build directory. */
__attribute__((weak)) const char bridge_file[] = UH_APT_BRIDGE;

static void add_part(enum apt_part part, const char *bytes, size_t size, void *context)
{
	struct buffer *parts = context;

	buffer_append(&parts[part], (struct slice){bytes, size});
}

/* The exit status of the child. */
enum { BRIDGE_ANSWERED, BRIDGE_REFUSED, BRIDGE_NOT_LOADED, BRIDGE_FAILED };

/* If the bridge cannot be loaded, the reason is the message. */
static int load_and_ask(const struct apt_question *question, struct buffer *parts)
{
	apt_bridge_answer_function *answer = NULL;
	void *bridge = dlopen(bridge_file, RTLD_NOW | RTLD_LOCAL);
	void *symbol = bridge != NULL ? dlsym(bridge, APT_BRIDGE_ANSWER) : NULL;

	if (symbol == NULL) {
		const char *reason = dlerror();

		buffer_append_string(
			&parts[APT_MESSAGE], reason != NULL ? reason : bridge_file);
		return BRIDGE_NOT_LOADED;
	}
	/* ISO C has no cast from an object pointer to a function pointer. */
	memcpy(&answer, &symbol, sizeof(answer));
	return answer(question, add_part, parts) == 0 ? BRIDGE_ANSWERED : BRIDGE_REFUSED;
}

static rlim_t seconds_for(const struct apt_question *question)
{
	if (question->kind == APT_CONTENTS)
		return CONTENTS_SECONDS;
	if (question->is_hurried || question->kind == APT_CONFIGURATION ||
		question->kind == APT_FILES)
		return CONFIGURATION_SECONDS;
	if (question->kind == APT_ORIGINS ||
		question->kind == APT_CONFIGURATION_AND_ORIGINS)
		return ORIGINS_SECONDS;
	return CACHE_SECONDS;
}

/*
 * libapt-pkg loops forever if a configuration file cannot be read (EIO). With equal soft
 * and hard limits the child is killed without a core file (setrlimit(2)).
 */
static void limit_resources(const struct apt_question *question)
{
	const struct rlimit memory = {CONTENTS_MEMORY, CONTENTS_MEMORY};
	const rlim_t seconds = seconds_for(question);

	/* Without a limit it works, too. */
	(void)setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
	if (question->kind == APT_CONTENTS)
		(void)setrlimit(RLIMIT_DATA, &memory);
}

/* Writes the answer, the messages, and the size of the answer. */
static void answer_and_exit(const struct apt_question *question, int fd)
{
	struct buffer parts[] = {[APT_ANSWER] = {0}, [APT_MESSAGE] = {0}};
	size_t size;
	int end;

	limit_resources(question);
	end = load_and_ask(question, parts);
	if (end != BRIDGE_ANSWERED)
		parts[APT_ANSWER].size = 0;
	size = parts[APT_ANSWER].size;
	if (parts[APT_ANSWER].error < 0 || parts[APT_MESSAGE].error < 0 ||
		write_all(fd, buffer_slice(&parts[APT_ANSWER])) < 0 ||
		write_all(fd, buffer_slice(&parts[APT_MESSAGE])) < 0 ||
		write_all(fd, (struct slice){(const char *)&size, sizeof(size)}) < 0)
		end = BRIDGE_FAILED;
	/* Not exit(), which would run the handlers of the parent and of libapt-pkg. */
	_exit(end);
}

static int reap_bridge(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return BRIDGE_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : BRIDGE_FAILED;
}

/* Returns the exit status of the child and appends its output, or returns −errno. */
static int run_child(const struct apt_question *question, struct buffer *output)
{
	/* To what it says of paths comes what it says of archives. */
	size_t limit =
		ANSWER_MAX + (question->kind == APT_CONTENTS ? APT_CONTENTS_MAX : 0);
	int ends[2], error, end;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* Otherwise the child, which prints progress, would write the buffer again. */
	if (question->has_progress)
		(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		answer_and_exit(question, ends[1]);
	error = pid < 0 ? -errno : 0;
	cleanup_close(&ends[1]);
	if (error == 0)
		error = buffer_read(output, ends[0], limit);
	cleanup_close(&ends[0]);
	if (pid < 0)
		return error;
	end = reap_bridge(pid);
	return error < 0 ? error : end;
}

int bridge_parse_output(struct buffer *output, size_t start, char **ret_message)
{
	size_t size, rest = output->size - start;
	const char *answer;

	output->size = start;
	if (rest < sizeof(size))
		return -EIO;
	answer = output->data + start;
	rest -= sizeof(size);
	memcpy(&size, answer + rest, sizeof(size));
	if (size > rest)
		return -EIO;
	if (size < rest) {
		*ret_message = strndup(answer + size, rest - size);
		if (*ret_message == NULL)
			return -ENOMEM;
	}
	output->size += size;
	return 0;
}

int bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message)
{
	size_t start = answer->size;
	int end = run_child(question, answer);
	int error;

	*ret_message = NULL;
	if (end < 0 || end == BRIDGE_FAILED) {
		answer->size = start;
		return end < 0 ? end : -EIO;
	}
	error = bridge_parse_output(answer, start, ret_message);
	if (error < 0)
		return error;
	if (end == BRIDGE_NOT_LOADED)
		return -ELIBACC;
	return end == BRIDGE_ANSWERED ? 0 : -EPROTO;
}

/*
 * The strings, or with is_usable only those for which it is true, followed by NULL. The
 * caller frees only the array.
 */
static const char **filter_strings(
	const struct string_list *list, bool (*is_usable)(const char *))
{
	const char **items = calloc(list->count + 1, sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; items != NULL && i < list->count; i++)
		if (is_usable == NULL || is_usable(list->items[i]))
			items[count++] = list->items[i];
	return items;
}

/* In our working directory, a relative path names another file than in apt's. */
static bool is_readable(const char *file)
{
	return access(file, R_OK) == 0;
}

static bool has_value(const char *option)
{
	return strchr(option, '=') != NULL;
}

static const char *const no_texts[] = {NULL};

/* Adds the files and options of the command line. Returns like bridge_ask(). */
static int ask_under(struct apt_question question,
	const struct command_line *command_line, struct buffer *lines, char **ret_message)
{
	owns_memory const char **files =
		filter_strings(&command_line->files, is_readable);
	owns_memory const char **options =
		filter_strings(&command_line->options, has_value);

	*ret_message = NULL;
	if (files == NULL || options == NULL)
		return -ENOMEM;
	question.program = "apt-get";
	question.files = files;
	question.options = options;
	return bridge_ask(&question, lines, ret_message);
}

/* Fills ret_message as bridge_ask() does. */
static int ask_about_settings(enum apt_question_kind kind,
	const struct command_line *command_line, struct buffer *lines, char **ret_message)
{
	const struct apt_question question = {.kind = kind,
		.root = "",
		.words = no_texts,
		.scope = "Universal-Hooks",
		.is_hurried = true};

	return ask_under(question, command_line, lines, ret_message);
}

int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason)
{
	owns_memory char *message = NULL;
	int error = ask_about_settings(APT_CONFIGURATION, command_line, lines, &message);

	*ret_reason = NULL;
	if (message != NULL && (error == -ELIBACC || error == -EPROTO || error == 0))
		*ret_reason = string_format("%.*s", (int)strcspn(message, "\n"), message);
	else if (error == -EPROTO || error == -EIO)
		*ret_reason = string_format("%s does not answer", bridge_file);
	return error == -EPROTO ? -EIO : error;
}

int bridge_origins(const struct command_line *command_line, struct buffer *lines)
{
	owns_memory char *message = NULL;

	return ask_about_settings(APT_ORIGINS, command_line, lines, &message);
}

int bridge_files(
	const struct string_list *files, struct buffer *lines, char **ret_message)
{
	owns_memory const char **paths = filter_strings(files, NULL);
	struct apt_question question = {.kind = APT_FILES,
		.root = "",
		.program = "apt-get",
		.files = paths,
		.options = no_texts,
		.words = no_texts};

	*ret_message = NULL;
	return paths != NULL ? bridge_ask(&question, lines, ret_message) : -ENOMEM;
}

int bridge_fields(const struct command_line *command_line, const char *root,
	const char *const *words, struct buffer *lines, char **ret_message)
{
	const struct apt_question question = {
		.kind = APT_FIELDS, .root = root, .words = words};

	return ask_under(question, command_line, lines, ret_message);
}

static int ask_about_versions(const char *const *words, struct buffer *lines)
{
	owns_memory char *message = NULL;
	struct apt_question question = {.kind = APT_VERSIONS,
		.root = "",
		.program = "apt-get",
		.files = no_texts,
		.options = no_texts,
		.words = words,
		.is_hurried = true};

	return bridge_ask(&question, lines, &message);
}

int bridge_versions(const struct string_list *pairs, struct buffer *lines)
{
	owns_memory const char **words = filter_strings(pairs, NULL);

	return words != NULL ? ask_about_versions(words, lines) : -ENOMEM;
}
