/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/simulated.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/spelling.h"

/* A package on the command line; what is not given is "". */
struct package_word {
	char *name;
	char *architecture;
	char *version;
};

/* The packages on the command line up to the first word that is none. */
struct package_words {
	struct package_word *items;
	size_t count;
};

/* What apt knows of a package. Points into apt's answer. */
struct apt_package {
	struct slice architecture;
	struct slice installed;
	struct slice candidate;
};

/* Also the word that is none. */
static void package_words_done(struct package_words *words)
{
	for (size_t i = 0; words->items != NULL && i <= words->count; i++) {
		free(words->items[i].name);
		free(words->items[i].architecture);
		free(words->items[i].version);
	}
	free(words->items);
}

static bool is_made_of(const char *word, const char *characters)
{
	return word[strspn(word, characters)] == '\0';
}

/*
 * Debian Policy 5.6.7 and 5.6.12, in any locale. Rejects whatever apt would take for an
 * option, and line ends.
 */
static bool is_package_word(const struct package_word *wanted)
{
#define LETTERS                                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"                           \
	"0123456789"
	return strspn(wanted->name, LETTERS) > 0 &&
	       is_made_of(wanted->name, LETTERS "+-.") &&
	       is_made_of(wanted->architecture, LETTERS "-") &&
	       is_made_of(wanted->version, LETTERS ".+-~:");
#undef LETTERS
}

static char *copy_of(struct slice text)
{
	return text.size > 0 ? xstrndup(text.data, text.size) : xstrdup("");
}

/* False if there is a separator with nothing behind it. */
static bool is_given_whole(struct slice behind)
{
	return behind.data == NULL || behind.size > 0;
}

static bool parse_package_word(struct package_word *wanted, const char *text)
{
	struct slice version = slice_of(text);
	struct slice architecture = slice_cut(&version, '=');
	struct slice name = slice_cut(&architecture, ':');

	wanted->name = copy_of(name);
	wanted->architecture = copy_of(architecture);
	wanted->version = copy_of(version);
	return is_given_whole(architecture) && is_given_whole(version) &&
	       is_package_word(wanted);
}

static void parse_package_words(
	struct package_words *words, const struct string_list *texts)
{
	words->items = xcheck(calloc(texts->count + 1, sizeof(*words->items)));
	while (words->count < texts->count &&
		parse_package_word(
			&words->items[words->count], texts->items[words->count]))
		words->count++;
}

static int report_unknown_package(
	const struct admin *admin, const struct package_word *wanted)
{
	static const char *const all[] = {NULL};
	const char *colon = wanted->architecture[0] != '\0' ? ":" : "";
	owns_buffer struct buffer lines = {0};
	owns_strings struct string_list names = {0};
	struct nearest nearest = nearest_to(wanted->name);
	struct slice rest;

	if (apt_packages(admin, all, &lines) < 0)
		return STATUS_TROUBLE;
	for (rest = buffer_slice(&lines); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *name = copy_of(slice_cut(&line, '\t'));

		xlist_add(&names, name);
	}
	for (size_t i = 0; i < names.count; i++)
		nearest_try(&nearest, names.items[i]);
	if (nearest.word != NULL)
		return report_error(_("unknown package %s%s%s; did you mean %s?"),
			wanted->name, colon, wanted->architecture, nearest.word);
	return report_error(
		_("unknown package %s%s%s"), wanted->name, colon, wanted->architecture);
}

static bool is_version(struct slice version)
{
	return version.size > 0 && !slice_equals(version, "-");
}

/*
 * Among the lines of its name, prefers the installed package, then the native one, then
 * the first.
 */
static bool find_apt_package(struct slice lines, const struct package_word *wanted,
	const char *native, struct apt_package *ret_package)
{
	int best = 0;

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		struct apt_package package;
		int fit;

		(void)slice_cut(&line, '\t'); /* the name */
		package.architecture = slice_cut(&line, '\t');
		package.installed = slice_cut(&line, '\t');
		package.candidate = line;
		if (wanted->architecture[0] != '\0' &&
			!slice_equals(package.architecture, wanted->architecture))
			continue;
		fit = 1 + (is_version(package.installed) ? 2 : 0) +
		      (slice_equals(package.architecture, native) ? 1 : 0);
		if (fit <= best)
			continue;
		best = fit;
		*ret_package = package;
	}
	return best > 0;
}

static struct slice first_version(struct slice a, struct slice b, struct slice c)
{
	if (is_version(a))
		return a;
	return is_version(b) ? b : c;
}

/* "VERSION ARCHITECTURE none " for the old or new side of an action. */
static void add_side(struct buffer *line, bool is_there, struct slice version,
	struct slice architecture)
{
	if (!is_there) {
		buffer_append_string(line, "- - none ");
		return;
	}
	buffer_append(line, version);
	buffer_append_string(line, " ");
	buffer_append(line, architecture);
	buffer_append_string(line, " none ");
}

/* A line of version 3, see stream.c. No .deb is downloaded, so there is no path of one. */
static void add_action(struct buffer *actions, const struct package_word *wanted,
	const struct apt_package *package, enum operation operation)
{
	static const struct {
		bool has_old, has_new;
		const char *direction, *what;
	} shapes[] = {
		[OPERATION_INSTALL] = {false, true, "<", "**ERROR**"},
		[OPERATION_UPGRADE] = {true, true, "<", "**ERROR**"},
		[OPERATION_DOWNGRADE] = {true, true, ">", "**ERROR**"},
		[OPERATION_REINSTALL] = {true, true, "=", "**ERROR**"},
		[OPERATION_REMOVE] = {true, false, ">", "**REMOVE**"},
		[OPERATION_PURGE] = {true, false, ">", "**REMOVE**"},
		[OPERATION_CONFIGURE] = {true, true, "=", "**CONFIGURE**"},
	};
	struct slice given = slice_of(wanted->version);
	struct slice kept = first_version(given, package->installed, package->candidate);
	struct slice replaced =
		first_version(package->installed, given, package->candidate);
	struct slice added = first_version(given, package->candidate, package->installed);
	bool is_unchanged = shapes[operation].direction[0] == '=';
	bool is_removal = !shapes[operation].has_new;
	struct slice old = is_unchanged || is_removal ? kept : replaced;
	struct slice new = is_unchanged ? kept : added;

	buffer_append_format(actions, "%s ", wanted->name);
	add_side(actions, shapes[operation].has_old, old, package->architecture);
	buffer_append_format(actions, "%s ", shapes[operation].direction);
	add_side(actions, shapes[operation].has_new, new, package->architecture);
	buffer_append_format(actions, "%s\n", shapes[operation].what);
}

static int ask_for_packages(const struct admin *admin, const struct package_words *words,
	struct buffer *lines)
{
	owns_strings struct string_list names = {0};

	if (words->count == 0)
		return -1;
	for (size_t i = 0; i < words->count; i++)
		xlist_add(&names, words->items[i].name);
	string_list_sort_unique(&names);
	xensure(string_list_terminate(&names));
	if (apt_packages(admin, (const char *const *)names.items, lines) < 0)
		return STATUS_TROUBLE;
	return -1;
}

/* A package that apt does not know needs a version. */
static int add_package_word(struct simulated *simulated, const struct admin *admin,
	const struct package_word *wanted, struct slice lines, const char *native,
	const char *operation)
{
	struct apt_package package = {.architecture = {NULL, 0}};
	enum operation kind = OPERATION_INSTALL;

	lines = lines_find(lines, slice_of(wanted->name));
	if (!find_apt_package(lines, wanted, native, &package)) {
		if (wanted->version[0] == '\0')
			return report_unknown_package(admin, wanted);
		package.architecture = slice_of(
			wanted->architecture[0] != '\0' ? wanted->architecture : native);
	}
	if (operation != NULL)
		(void)operation_parse(
			operation, &kind); /* which the caller has checked */
	else if (is_version(package.installed))
		kind = OPERATION_UPGRADE;
	add_action(&simulated->actions, wanted, &package, kind);
	xensure(simulated->actions.error);
	return -1;
}

static int simulate_words(struct simulated *simulated, const struct admin *admin,
	const struct string_list *packages, const char *operation)
{
	__attribute__((cleanup(package_words_done))) struct package_words words = {
		.count = 0};
	owns_memory char *native = configuration_value(
		buffer_slice(&simulated->configuration), "APT::Architecture");
	owns_buffer struct buffer lines = {0};
	int status;

	parse_package_words(&words, packages);
	status = ask_for_packages(admin, &words, &lines);
	for (size_t i = 0; i < words.count && status < 0; i++)
		status = add_package_word(simulated, admin, &words.items[i],
			buffer_slice(&lines), native != NULL ? native : "all", operation);
	if (status < 0 && words.count < packages->count)
		status = report_error(_("\"%s\" is not a package; use NAME, "
					"NAME:ARCHITECTURE or NAME=VERSION"),
			packages->items[words.count]);
	return status;
}

int simulated_make(struct simulated *simulated, const struct admin *admin,
	const struct string_list *packages, const char *operation)
{
	owns_memory char *status_file = NULL;

	memset(simulated, 0, sizeof(*simulated));
	if (apt_configuration(admin, NULL, &simulated->configuration) < 0)
		return STATUS_TROUBLE;
	status_file =
		configuration_status_file(admin, buffer_slice(&simulated->configuration));
	simulated->status_file = xstrdup(status_file + strlen(admin->root));
	if (operation != NULL && strcmp(operation, "purge") == 0)
		buffer_append_string(&simulated->configuration, "APT::Get::Purge=true\n");
	return simulate_words(simulated, admin, packages, operation);
}

void simulated_done(struct simulated *simulated)
{
	buffer_done(&simulated->configuration);
	buffer_done(&simulated->actions);
	free(simulated->status_file);
}

int operation_check(const char *word)
{
	struct nearest nearest;
	enum operation operation;

	if (word == NULL || operation_parse(word, &operation))
		return -1;
	nearest = nearest_to(word);
	for (int i = OPERATION_INSTALL; i <= OPERATION_CONFIGURE; i++)
		nearest_try(&nearest, operation_name((enum operation)i));
	if (nearest.word != NULL)
		return report_error(_("unknown operation \"%s\"; did you mean %s?"), word,
			nearest.word);
	return report_error(_("unknown operation \"%s\"; use install, upgrade, "
			      "downgrade, reinstall, remove, purge or configure"),
		word);
}

void simulated_to_stream(
	const struct simulated *simulated, const char *root, struct buffer *stream)
{
	buffer_append_string(stream, "VERSION 3\n");
	buffer_append(stream, buffer_slice(&simulated->configuration));
	/* Of several values apt uses the last. */
	buffer_append_format(
		stream, "Dir::State::status=%s%s\n", root, simulated->status_file);
	buffer_append_string(stream, "\n");
	buffer_append(stream, buffer_slice(&simulated->actions));
	xensure(stream->error);
}
