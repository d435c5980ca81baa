/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/simulated.h"
#include "system/apt.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <assert.h>

/* What somebody wants to happen to one package; what is not given is empty. */
struct wish {
	char *name;
	char *architecture;
	char *version;
};

/* What apt knows of it. Points into apt's answer. */
struct known {
	struct slice architecture;
	struct slice installed;
	struct slice candidate;
};

static void wish_done(struct wish *wish)
{
	free(wish->name);
	free(wish->architecture);
	free(wish->version);
}

static bool is_made_of(const char *word, const char *characters)
{
	return word[strspn(word, characters)] == '\0';
}

/*
 * Debian Policy 5.6.7 and 5.6.12, whatever the locale: never an option, and nothing that
 * ends a line.
 */
static bool wish_is_plain(const struct wish *wish)
{
#define LETTERS                                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"                           \
	"0123456789"
	return strspn(wish->name, LETTERS) > 0 && is_made_of(wish->name, LETTERS "+-.") &&
	       is_made_of(wish->architecture, LETTERS "-") &&
	       is_made_of(wish->version, LETTERS ".+-~:");
#undef LETTERS
}

static char *copy_of(struct slice text)
{
	return text.size > 0 ? strndup(text.data, text.size) : strdup("");
}

/* Something stands behind the separator, or there is none. */
static bool is_whole(struct slice behind)
{
	return behind.data == NULL || behind.size > 0;
}

static int wish_parse(struct wish *wish, const char *text)
{
	struct slice version = slice_of(text);
	struct slice architecture = slice_cut(&version, '=');
	struct slice name = slice_cut(&architecture, ':');

	wish->name = copy_of(name);
	wish->architecture = copy_of(architecture);
	wish->version = copy_of(version);
	if (wish->name == NULL || wish->architecture == NULL || wish->version == NULL)
		return report_no_memory();
	if (!is_whole(architecture) || !is_whole(version) || !wish_is_plain(wish))
		return report_error(_("\"%s\" is no package: NAME, NAME:ARCHITECTURE or "
				      "NAME=VERSION is needed"),
			text);
	return -1;
}

static int report_package(const struct admin *admin, const struct wish *wish)
{
	static const char *const all[] = {NULL};
	owns_buffer struct buffer lines = {0};
	owns_strings struct string_list names = {0};
	struct nearest nearest = nearest_to(wish->name);
	struct slice rest;

	if (apt_packages(admin, all, &lines) < 0)
		return STATUS_TROUBLE;
	for (rest = buffer_slice(&lines); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		struct slice field = slice_cut(&line, '\t');
		owns_memory char *name = strndup(field.data, field.size);

		if (name == NULL || string_list_add(&names, name) < 0)
			return report_no_memory();
	}
	string_list_sort_unique(&names);
	for (size_t i = 0; i < names.count; i++)
		nearest_try(&nearest, names.items[i]);
	if (nearest.word != NULL)
		return report_error(_("apt knows no package %s%s%s; did you mean %s?"),
			wish->name, wish->architecture[0] != '\0' ? ":" : "",
			wish->architecture, nearest.word);
	return report_error(_("apt knows no package %s%s%s"), wish->name,
		wish->architecture[0] != '\0' ? ":" : "", wish->architecture);
}

static bool is_some(struct slice version)
{
	return version.size > 0 && !slice_equals(version, "-");
}

/* The line that fits best: installed before not, then native, then the first. */
static bool find_known(struct slice lines, const struct wish *wish, const char *native,
	struct known *ret_known)
{
	int best = 0;

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		struct slice name = slice_cut(&line, '\t');
		struct known known = {.architecture = slice_cut(&line, '\t')};
		int fit;

		known.installed = slice_cut(&line, '\t');
		known.candidate = line;
		if (!slice_equals(name, wish->name) ||
			(wish->architecture[0] != '\0' &&
				!slice_equals(known.architecture, wish->architecture)))
			continue;
		fit = 1 + (is_some(known.installed) ? 2 : 0) +
		      (slice_equals(known.architecture, native) ? 1 : 0);
		if (fit <= best)
			continue;
		best = fit;
		*ret_known = known;
	}
	return best > 0;
}

static struct slice first_of(struct slice a, struct slice b, struct slice c)
{
	if (is_some(a))
		return a;
	return is_some(b) ? b : c;
}

static enum operation usual_operation(const struct known *known)
{
	return is_some(known->installed) ? OPERATION_UPGRADE : OPERATION_INSTALL;
}

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

/* A line of version 3, see transaction.h; apt would give the path of a .deb. */
static void add_action(struct buffer *actions, const struct wish *wish,
	const struct known *known, enum operation operation)
{
	static const struct {
		bool has_old, has_new;
		const char *direction, *what;
	} shapes[] = {
		[OPERATION_INSTALL] = {false, true, "<", "/made-up.deb"},
		[OPERATION_UPGRADE] = {true, true, "<", "/made-up.deb"},
		[OPERATION_DOWNGRADE] = {true, true, ">", "/made-up.deb"},
		[OPERATION_REINSTALL] = {true, true, "=", "/made-up.deb"},
		[OPERATION_REMOVE] = {true, false, ">", "**REMOVE**"},
		[OPERATION_PURGE] = {true, false, ">", "**REMOVE**"},
		[OPERATION_CONFIGURE] = {true, true, "=", "**CONFIGURE**"},
	};
	struct slice given = slice_of(wish->version);
	struct slice stays = first_of(given, known->installed, known->candidate);
	struct slice goes = first_of(known->installed, given, known->candidate);
	struct slice comes = first_of(given, known->candidate, known->installed);
	bool is_same = shapes[operation].direction[0] == '=';
	bool is_removal = !shapes[operation].has_new;
	struct slice old = is_same || is_removal ? stays : goes;
	struct slice new = is_same ? stays : comes;

	buffer_append_format(actions, "%s ", wish->name);
	add_side(actions, shapes[operation].has_old, old, known->architecture);
	buffer_append_format(actions, "%s ", shapes[operation].direction);
	add_side(actions, shapes[operation].has_new, new, known->architecture);
	buffer_append_format(actions, "%s\n", shapes[operation].what);
}

/* Of names that apt knows it tells; others are not in its answer. */
static int ask_packages(
	const struct admin *admin, const struct wish *wish, struct buffer *lines)
{
	const char *const names[] = {wish->name, NULL};

	return apt_packages(admin, names, lines) < 0 ? STATUS_TROUBLE : -1;
}

static int add_wish(struct simulated *simulated, const struct admin *admin,
	const char *text, const char *operation)
{
	__attribute__((cleanup(wish_done))) struct wish wish = {.name = NULL};
	owns_memory char *native = NULL;
	owns_buffer struct buffer lines = {0};
	struct known known = {.architecture = {NULL, 0}};
	enum operation kind = OPERATION_INSTALL;
	int status = wish_parse(&wish, text);

	if (status >= 0)
		return status;
	assert(wish.name != NULL && wish.architecture != NULL && wish.version != NULL);
	status = ask_packages(admin, &wish, &lines);
	if (status >= 0)
		return status;
	native = configuration_value(
		buffer_slice(&simulated->configuration), "APT::Architecture");
	if (!find_known(buffer_slice(&lines), &wish, native != NULL ? native : "all",
		    &known)) {
		if (wish.version[0] == '\0')
			return report_package(admin, &wish);
		known.architecture =
			slice_of(wish.architecture[0] != '\0' ? wish.architecture
				 : native != NULL             ? native
							      : "all");
	}
	if (operation == NULL)
		kind = usual_operation(&known);
	else
		(void)operation_parse(operation, &kind); /* the caller has tried */
	add_action(&simulated->actions, &wish, &known, kind);
	return simulated->actions.error < 0 ? report_no_memory() : -1;
}

static char *find_status_file(const struct admin *admin, struct slice configuration)
{
	owns_memory char *path = configuration_status_file(admin, configuration);

	return path != NULL ? strdup(path + strlen(admin->root)) : NULL;
}

int simulated_make(struct simulated *simulated, const struct admin *admin,
	const struct string_list *packages, const char *operation)
{
	int status = -1;

	memset(simulated, 0, sizeof(*simulated));
	if (apt_configuration(admin, NULL, &simulated->configuration) < 0)
		return STATUS_TROUBLE;
	simulated->status_file =
		find_status_file(admin, buffer_slice(&simulated->configuration));
	if (simulated->status_file == NULL)
		return report_no_memory();
	if (operation != NULL && strcmp(operation, "purge") == 0)
		buffer_append_string(&simulated->configuration, "APT::Get::Purge=true\n");
	for (size_t i = 0; i < packages->count && status < 0; i++)
		status = add_wish(simulated, admin, packages->items[i], operation);
	return status;
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
		return report_error(_("there is no operation \"%s\"; did you mean %s?"),
			word, nearest.word);
	return report_error(
		_("there is no operation \"%s\": install, upgrade, downgrade, "
		  "reinstall, remove, purge and configure are"),
		word);
}

void simulated_to_stream(
	const struct simulated *simulated, const char *root, struct buffer *stream)
{
	buffer_append_string(stream, "VERSION 3\n");
	buffer_append(stream, buffer_slice(&simulated->configuration));
	/* The last one counts. */
	buffer_append_format(
		stream, "Dir::State::status=%s%s\n", root, simulated->status_file);
	buffer_append_string(stream, "\n");
	buffer_append(stream, buffer_slice(&simulated->actions));
}
