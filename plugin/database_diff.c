/* SPDX-License-Identifier: BSD-2-Clause */
#include "database_diff.h"
#include "dpkg.h"
#include "record.h"
#include "stream.h"
#include "versions.h"

#include <errno.h>

#define NOTE_MAX ((size_t)33 << 20)

/* A line of dpkg_query_states(). */
struct package_state {
	struct slice name;
	struct slice architecture;
	struct slice want;
	struct slice status;
	struct slice version;
};

struct state_list {
	struct package_state *items;
	size_t count;
	size_t capacity;
};

/* Either may be NULL: dpkg does not know the package. */
struct change {
	const struct package_state *before;
	const struct package_state *after;
};

/* What is collected on the way through both databases. */
struct diff {
	const struct string_list *unpacked;
	struct versions versions; /* of the packages that have another one now */
	bool is_purge;
	bool is_configuring;
	struct buffer lines;  /* as in apt's stream */
	struct buffer states; /* of the same packages after dpkg, as from dpkg_query() */
	struct buffer purged; /* NAME:ARCHITECTURE lines */
	int error;            /* what could not be compared; 0 or −errno */
};

bool database_may_change(const char *action)
{
	static const char *const actions[] = {
		"install", "unpack", "configure", "triggers-only", "remove", "purge"};

	for (size_t i = 0; action != NULL && i < COUNT_OF(actions); i++)
		if (strcmp(action, actions[i]) == 0)
			return true;
	return false;
}

static bool is_unpacking(const char *action)
{
	return action != NULL &&
	       (strcmp(action, "install") == 0 || strcmp(action, "unpack") == 0);
}

/* If nothing has changed, dpkg has done nothing of it. */
static bool names_packages(const char *action)
{
	return is_unpacking(action) ||
	       (action != NULL &&
		       (strcmp(action, "remove") == 0 || strcmp(action, "purge") == 0));
}

static int compare_states(const void *a, const void *b)
{
	const struct package_state *one = a, *other = b;
	int order = slice_compare(one->name, other->name);

	return order != 0 ? order : slice_compare(one->architecture, other->architecture);
}

static int read_states(struct state_list *list, struct slice answer)
{
	int error = 0;

	while (answer.size > 0 && error == 0) {
		struct slice line = slice_cut(&answer, '\n');
		struct package_state state;

		state.name = slice_cut(&line, '\t');
		state.architecture = slice_cut(&line, '\t');
		state.want = slice_cut(&line, '\t');
		state.status = slice_cut(&line, '\t');
		state.version = line;
		if (state.name.size == 0 || state.architecture.size == 0)
			continue;
		error = array_grow(
			&list->items, &list->capacity, list->count, sizeof(*list->items));
		if (error == 0)
			list->items[list->count++] = state;
	}
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_states);
	return error;
}

static void state_list_done(struct state_list *list)
{
	free(list->items);
}

/* Whether the package's files are there, at least in part. */
static bool has_files(const struct package_state *state)
{
	return state->version.size > 0 && !slice_equals(state->status, "not-installed") &&
	       !slice_equals(state->status, "config-files");
}

static bool is_to_go(const struct package_state *state)
{
	return slice_equals(state->want, "deinstall") ||
	       slice_equals(state->want, "purge");
}

/* Like apt, take it that dpkg has tried to configure what is left over. */
static bool is_not_configured(const struct package_state *state)
{
	return slice_equals(state->status, "half-configured") ||
	       slice_equals(state->status, "unpacked");
}

/* Of the same version. */
static bool is_same_state(
	const struct package_state *one, const struct package_state *other)
{
	/* Triggers come and go without anybody asking for it. */
	return slice_compare(one->status, other->status) == 0 ||
	       (dpkg_is_installed(one->status) && dpkg_is_installed(other->status));
}

static bool was_unpacked(struct diff *diff, const struct package_state *state)
{
	owns_memory char *name = strndup(state->name.data, state->name.size);
	owns_memory char *full = name != NULL ? string_format("%s:%.*s", name,
							(int)state->architecture.size,
							state->architecture.data)
					      : NULL;

	if (full == NULL)
		diff->error = -ENOMEM;
	return full != NULL && (string_list_has(diff->unpacked, name) ||
				       string_list_has(diff->unpacked, full));
}

static bool is_less(struct diff *diff, struct slice version, struct slice other)
{
	const struct relation less = {"<<", other};
	int holds = versions_hold(&diff->versions, &less, version);

	if (holds < 0)
		diff->error = holds;
	return holds > 0;
}

static void append_version(struct buffer *line, const struct package_state *state)
{
	if (state != NULL && has_files(state))
		buffer_append_format(line, " %.*s %.*s none", (int)state->version.size,
			state->version.data, (int)state->architecture.size,
			state->architecture.data);
	else
		buffer_append_string(line, " - - none");
}

/* A line of apt's stream (stream.h), and the state that it led to. */
static void add_change(struct diff *diff, const struct package_state *old,
	const struct package_state *new, const struct package_state *after,
	const char *direction, const char *what)
{
	buffer_append(&diff->lines, old != NULL ? old->name : new->name);
	append_version(&diff->lines, old);
	buffer_append_format(&diff->lines, " %s", direction);
	append_version(&diff->lines, new);
	buffer_append_format(&diff->lines, " %s\n", what);
	if (after == NULL)
		return;
	buffer_append_format(&diff->states, "%.*s\t%.*s\t%.*s\t%.*s\n",
		(int)after->name.size, after->name.data, (int)after->architecture.size,
		after->architecture.data, (int)after->status.size, after->status.data,
		(int)after->version.size, after->version.data);
}

static void add_removal(struct diff *diff, const struct package_state *before,
	const struct package_state *after, bool is_purge)
{
	/* Of what is purged later, only the configuration files are there. */
	struct package_state old = *before;

	old.status = slice_of("installed");
	add_change(diff, &old, NULL, after, ">", "**REMOVE**");
	if (is_purge)
		buffer_append_format(&diff->purged, "%.*s:%.*s\n", (int)old.name.size,
			old.name.data, (int)old.architecture.size, old.architecture.data);
}

/* The package's files are there, before and after. */
static void compare_with_files(struct diff *diff, const struct package_state *old,
	const struct package_state *new)
{
	bool is_same = slice_compare(old->version, new->version) == 0;

	if (!is_same)
		add_change(diff, old, new, new,
			is_less(diff, old->version, new->version) ? "<" : ">",
			"**ERROR**");
	else if (was_unpacked(diff, new))
		add_change(diff, old, new, new, "=", "**ERROR**");
	else if (is_to_go(new) && (!is_to_go(old) || !is_same_state(old, new)))
		add_removal(diff, old, new, slice_equals(new->want, "purge"));
	else if (!is_same_state(old, new) ||
		 (diff->is_configuring && is_not_configured(new)))
		add_change(diff, old, new, new, "=", "**CONFIGURE**");
}

static bool has_configuration(const struct package_state *state)
{
	return slice_equals(state->status, "config-files");
}

/* Its files have gone before. */
static bool is_purged(
	const struct package_state *before, const struct package_state *after)
{
	if (!has_configuration(before))
		return false;
	if (after == NULL || !has_configuration(after))
		return true;
	return slice_equals(after->want, "purge") && !slice_equals(before->want, "purge");
}

/* So that dpkg need not be asked about each of them. */
static void note_versions(struct diff *diff, const struct change *change)
{
	const struct package_state *before = change->before, *after = change->after;
	int error = 0;

	if (before != NULL && after != NULL && has_files(before) && has_files(after))
		error = versions_add(&diff->versions,
			&(struct relation){"<<", after->version}, before->version);
	diff->error = error < 0 ? error : diff->error;
}

static void find_change(struct diff *diff, const struct change *change)
{
	const struct package_state *before = change->before, *after = change->after;
	bool had_files = before != NULL && has_files(before);
	bool has_now = after != NULL && has_files(after);

	if (had_files && has_now)
		compare_with_files(diff, before, after);
	else if (had_files)
		add_removal(diff, before, after, diff->is_purge);
	else if (has_now)
		add_change(diff, NULL, after, after, "<", "**ERROR**");
	else if (before != NULL && is_purged(before, after))
		add_removal(diff, before, after, true);
}

/* Both are sorted. */
static void walk_both(struct diff *diff, const struct state_list *before,
	const struct state_list *after,
	void (*visit)(struct diff *diff, const struct change *change))
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		struct change change = {NULL, NULL};
		int order = i == before->count ? 1 : -1;

		if (i < before->count && j < after->count)
			order = compare_states(&before->items[i], &after->items[j]);
		if (order <= 0)
			change.before = &before->items[i++];
		if (order >= 0)
			change.after = &after->items[j++];
		visit(diff, &change);
	}
}

static void find_changes(struct diff *diff, const struct state_list *before,
	const struct state_list *after)
{
	walk_both(diff, before, after, note_versions);
	/* If that fails, dpkg is asked about each. */
	(void)versions_compare(&diff->versions);
	walk_both(diff, before, after, find_change);
}

/* That of dpkg itself. */
static struct slice find_native_architecture(const struct state_list *states)
{
	for (size_t i = 0; i < states->count; i++)
		if (slice_equals(states->items[i].name, "dpkg") &&
			has_files(&states->items[i]))
			return states->items[i].architecture;
	return slice_of("");
}

static int make_transaction(struct transaction *transaction, const struct diff *diff,
	struct slice native, enum result *ret_result)
{
	owns_buffer struct buffer text = {0};
	struct stream_faults faults;
	int error;

	buffer_append_format(&text, "VERSION 3\nAPT::Architecture=%.*s\n\n",
		(int)native.size, native.data);
	buffer_append(&text, buffer_slice(&diff->lines));
	error = text.error < 0 ? text.error : diff->error;
	if (error == 0)
		error = diff->lines.error;
	if (error == 0)
		error = diff->states.error < 0 ? diff->states.error : diff->purged.error;
	if (error == 0)
		error = stream_read(transaction, &text, &faults);
	if (error == 0)
		error = stream_find_packages(transaction, &faults);
	if (error < 0)
		return error;
	transaction_mark_purged(transaction, buffer_slice(&diff->purged));
	*ret_result = outcome_compare(transaction, buffer_slice(&diff->states));
	return 0;
}

int database_diff(struct transaction *transaction, enum result *ret_result,
	struct slice before, struct slice after, const struct string_list *unpacked,
	const char *action)
{
	__attribute__((cleanup(state_list_done))) struct state_list old = {0}, new = {0};
	struct diff diff = {.unpacked = unpacked,
		.is_purge = action != NULL && strcmp(action, "purge") == 0,
		.is_configuring = action != NULL && strcmp(action, "configure") == 0};
	int error = read_states(&old, before);

	memset(transaction, 0, sizeof(*transaction));
	*ret_result = RESULT_UNKNOWN;
	if (error == 0)
		error = read_states(&new, after);
	if (error == 0) {
		find_changes(&diff, &old, &new);
		error = make_transaction(
			transaction, &diff, find_native_architecture(&new), ret_result);
	}
	if (error == 0 && transaction->count == 0 && names_packages(action))
		*ret_result = RESULT_ABORTED;
	buffer_done(&diff.lines);
	buffer_done(&diff.states);
	buffer_done(&diff.purged);
	versions_done(&diff.versions);
	return error;
}

int database_note(
	const struct state *state, const char *action, struct uh_ending *ret_ending)
{
	owns_buffer struct buffer note = {0};
	int error;

	buffer_append_format(&note, "%s\n", action);
	error = note.error;
	if (error == 0)
		error = dpkg_query_states(&note, ret_ending);
	return error < 0 ? error
			 : state_write(state, RECORD_DATABASE, buffer_slice(&note));
}

int database_settle(const struct state *state, struct transaction *transaction,
	enum result *ret_result, struct uh_ending *ret_ending)
{
	owns_buffer struct buffer note = {0}, now = {0};
	owns_strings struct string_list unpacked = {0};
	owns_memory char *action = NULL;
	struct slice before, first;
	struct timespec since;
	int error = record_time(state, RECORD_DATABASE, &since);

	memset(transaction, 0, sizeof(*transaction));
	if (error == 0)
		error = state_read(state, RECORD_DATABASE, NOTE_MAX, &note);
	if (error == 0)
		error = dpkg_query_states(&now, ret_ending);
	if (error < 0)
		return error;
	before = buffer_slice(&note);
	first = slice_cut(&before, '\n');
	action = strndup(first.data, first.size);
	if (action == NULL)
		return -ENOMEM;
	if (is_unpacking(action)) /* without the list, nothing is a reinstallation */
		(void)dpkg_list_unpacked(&since, &unpacked);
	return database_diff(
		transaction, ret_result, before, buffer_slice(&now), &unpacked, action);
}
