/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"
#include "apt_text.h"

#include <ctype.h>
#include <errno.h>

#define REMOVAL "**REMOVE**"
/* Stands for the path of an archive when it is not known. */
#define NO_ARCHIVE '/'

/* The columns of a package line in protocol version 3. */
enum column {
	NAME,
	OLD_VERSION,
	OLD_ARCHITECTURE,
	OLD_MULTI_ARCH,
	DIRECTION,
	NEW_VERSION,
	NEW_ARCHITECTURE,
	NEW_MULTI_ARCH,
	ACTION
};

/* Bits of columns that version 2 does not have. */
static const unsigned new_in_3 = 1U << OLD_ARCHITECTURE | 1U << OLD_MULTI_ARCH |
				 1U << NEW_ARCHITECTURE | 1U << NEW_MULTI_ARCH;

/* The line with the highest rank determines a package's operation. */
enum rank { RANK_CONFIGURE, RANK_TEMPORARY_REMOVAL, RANK_REMOVAL, RANK_UNPACK };

/* A package line; the slices point into it. */
struct action {
	uint64_t prefix; /* the first bytes of name, as a number that sorts like them */
	struct slice name;
	struct slice architecture;
	struct slice old_version;
	struct slice new_version;
	struct slice archive; /* empty: none or unknown */
	enum rank rank;
	char direction;
};

struct action_list {
	struct action *items;
	size_t count;
	size_t capacity;
};

/*
 * Cuts off a word and the space after it: visible ASCII, without a slash because names
 * become part of paths.
 */
static bool take_word(struct slice *line, struct slice *ret_word)
{
	const char *data = line->data;
	size_t size = 0;

	while (size < line->size && data[size] > ' ' && data[size] < 0x7f &&
		data[size] != '/')
		size++;
	if (size == 0 || size == line->size || data[size] != ' ')
		return false;
	*ret_word = (struct slice){data, size};
	*line = (struct slice){data + size + 1, line->size - size - 1};
	return true;
}

/*
 * Debian Policy 5.6.7. Such a name cannot be ".." or an option of dpkg-query, and it has
 * no colon, which makes NAME:ARCHITECTURE unambiguous.
 */
static bool is_package_name(struct slice word)
{
	return isalnum((unsigned char)word.data[0]) &&
	       memchr(word.data, ':', word.size) == NULL;
}

static bool is_none(struct slice word)
{
	return slice_equals(word, "-");
}

static bool parse_rank(struct slice action, struct slice new_version, enum rank *ret_rank)
{
	if (slice_equals(action, "**CONFIGURE**"))
		*ret_rank = RANK_CONFIGURE;
	else if (slice_equals(action, REMOVAL))
		*ret_rank = is_none(new_version) ? RANK_REMOVAL : RANK_TEMPORARY_REMOVAL;
	else if (action.size > 0 &&
		 (action.data[0] == '/' || slice_equals(action, "**ERROR**")))
		*ret_rank = RANK_UNPACK;
	else
		return false;
	return true;
}

static uint64_t prefix_of(struct slice name)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < sizeof(prefix); i++)
		prefix = prefix << 8 | (i < name.size ? (unsigned char)name.data[i] : 0);
	return prefix;
}

static bool parse_action(struct action *action, struct slice line, unsigned protocol)
{
	unsigned absent = protocol == 3 ? 0 : new_in_3;
	struct slice columns[ACTION];

	columns[OLD_ARCHITECTURE] = columns[NEW_ARCHITECTURE] = slice_of("-");
	for (unsigned i = NAME; i < ACTION; i++)
		if ((absent & 1U << i) == 0 && !take_word(&line, &columns[i]))
			return false;
	/*
	 * The last column is the rest of the line: apt does not quote spaces in a path.
	 */
	if (!is_package_name(columns[NAME]) || columns[DIRECTION].size != 1 ||
		strchr("<>=", columns[DIRECTION].data[0]) == NULL ||
		!parse_rank(line, columns[NEW_VERSION], &action->rank) ||
		memchr(line.data, '\0', line.size) != NULL)
		return false;
	action->prefix = prefix_of(columns[NAME]);
	action->name = columns[NAME];
	action->architecture = columns[action->rank == RANK_REMOVAL ? OLD_ARCHITECTURE
								    : NEW_ARCHITECTURE];
	action->old_version = columns[OLD_VERSION];
	action->new_version = columns[NEW_VERSION];
	action->direction = columns[DIRECTION].data[0];
	action->archive = (struct slice){.size = 0};
	if (line.size > 1 && line.data[0] == '/')
		action->archive = line;
	return true;
}

static int compare_packages(const struct action *a, const struct action *b)
{
	int order = (a->prefix > b->prefix) - (a->prefix < b->prefix);

	if (order == 0)
		order = slice_compare(a->name, b->name);
	return order != 0 ? order : slice_compare(a->architecture, b->architecture);
}

/* Equal actions keep the order of apt's lines, so that the result is deterministic. */
static int compare_actions(const void *left, const void *right)
{
	const struct action *a = *(const struct action *const *)left;
	const struct action *b = *(const struct action *const *)right;
	int order = compare_packages(a, b);

	if (order == 0)
		order = (int)b->rank - (int)a->rank;
	return order != 0 ? order
			  : (a->name.data > b->name.data) - (a->name.data < b->name.data);
}

/*
 * Sorts pointers, which are faster to swap. The caller frees them; NULL: out of memory.
 */
static const struct action **sort_actions(const struct action_list *actions)
{
	const struct action **sorted = calloc(actions->count, sizeof(*sorted));

	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < actions->count; i++)
		sorted[i] = &actions->items[i];
	qsort(sorted, actions->count, sizeof(*sorted), compare_actions);
	return sorted;
}

static enum operation operation_of(const struct action *action, bool is_purging)
{
	if (action->rank == RANK_CONFIGURE)
		return OPERATION_CONFIGURE;
	if (action->rank == RANK_REMOVAL)
		return is_purging ? OPERATION_PURGE : OPERATION_REMOVE;
	if (is_none(action->old_version))
		return OPERATION_INSTALL;
	if (action->direction == '=')
		return OPERATION_REINSTALL;
	return action->direction == '<' ? OPERATION_UPGRADE : OPERATION_DOWNGRADE;
}

static const char *copy_word(char **end, struct slice word)
{
	char *copy = *end;

	memcpy(copy, word.data, word.size);
	copy[word.size] = '\0';
	*end += word.size + 1;
	return copy;
}

/* Merges all actions for a package into one entry, that of the highest rank. */
static int make_packages(
	struct transaction *transaction, const struct action_list *actions)
{
	owns_memory const struct action **sorted = NULL;
	char *end;

	if (transaction->package_lines.size == 0)
		return 0;
	sorted = sort_actions(actions);
	/* A line is at least as long as its strings, even with the "-" of version 2. */
	transaction->strings = end = malloc(transaction->package_lines.size);
	transaction->packages = calloc(actions->count, sizeof(*transaction->packages));
	if (sorted == NULL || end == NULL || transaction->packages == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < actions->count; i++) {
		const struct action *action = sorted[i];

		if (i > 0 && compare_packages(sorted[i - 1], action) == 0)
			continue;
		transaction->packages[transaction->count++] = (struct package){
			.name = copy_word(&end, action->name),
			.architecture = copy_word(&end, action->architecture),
			.old_version = copy_word(&end, action->old_version),
			.new_version = copy_word(&end, action->new_version),
			.archive = action->archive.size > 0
					   ? copy_word(&end, action->archive)
					   : NULL,
			.operation = operation_of(action, transaction->is_purging)};
	}
	return 0;
}

static void note_ignored(struct stream_faults *faults, size_t number)
{
	if (faults->ignored_lines++ == 0)
		faults->first_ignored_line = number;
}

/*
 * apt 2.2 does not quote a newline in a path. If the line after an archive is malformed,
 * it is the rest of such a path, so the path is wrong: drop it. end is the end of the
 * archive's line. Returns how much shorter the line becomes.
 */
static size_t drop_archive(const struct action_list *actions, char *end)
{
	struct action *last =
		actions->count > 0 ? &actions->items[actions->count - 1] : NULL;
	size_t size = last != NULL ? last->archive.size : 0;

	if (size == 0)
		return 0;
	last->archive.size = 0;
	end -= size;
	end[-1] = NO_ARCHIVE;
	end[0] = '\n';
	return size - 1;
}

/* Removes malformed lines from the text, so that they do not get into the record. */
static int parse_actions(struct transaction *transaction, struct action_list *actions,
	struct stream_faults *faults)
{
	struct slice rest = transaction->package_lines;
	char *kept = transaction->text.data + transaction->text.size - rest.size;
	size_t size = 0;

	for (size_t number = transaction->head_lines + 1; rest.size > 0; number++) {
		struct slice line = slice_cut(&rest, '\n');

		if (array_grow(&actions->items, &actions->capacity, actions->count,
			    sizeof(*actions->items)) < 0)
			return -ENOMEM;
		if (line.data != kept + size) {
			memmove(kept + size, line.data, line.size);
			kept[size + line.size] = '\n';
			line.data = kept + size;
		}
		if (line.size <= STREAM_LINE_MAX &&
			parse_action(&actions->items[actions->count], line,
				transaction->protocol)) {
			actions->count++;
			size += line.size + 1;
		} else {
			size -= drop_archive(actions, kept + size);
			note_ignored(faults, number);
		}
	}
	transaction->package_lines.size = size;
	return 0;
}

int stream_find_packages(struct transaction *transaction, struct stream_faults *faults)
{
	struct action_list actions = {0};
	int error = 0;

	if (transaction->package_lines.size > 0)
		error = parse_actions(transaction, &actions, faults);
	if (error == 0)
		error = make_packages(transaction, &actions);
	free(actions.items);
	return error;
}

bool stream_may_remove(const struct transaction *transaction)
{
	struct slice lines = transaction->package_lines;

	return lines.size > 0 &&
	       memmem(lines.data, lines.size, REMOVAL, strlen(REMOVAL)) != NULL;
}

/* Protocol version 1 has no such line. */
static unsigned parse_version(struct slice line)
{
	if (slice_equals(line, "VERSION 2"))
		return 2;
	return slice_equals(line, "VERSION 3") ? 3 : 0;
}

static int read_head_line(struct transaction *transaction, struct slice line,
	stream_on_setting *on_setting, void *context)
{
	struct slice value = line;
	struct slice key = slice_cut(&value, '=');

	if (!apt_is_in_scope(key, "Universal-Hooks"))
		return on_setting(context, key, value);
	buffer_append(&transaction->settings, line);
	buffer_append_string(&transaction->settings, "\n");
	return transaction->settings.error;
}

int stream_read_head(struct transaction *transaction, struct buffer *bytes,
	stream_on_setting *on_setting, void *context, struct stream_faults *ret_faults)
{
	struct slice rest, line;

	memset(transaction, 0, sizeof(*transaction));
	memset(ret_faults, 0, sizeof(*ret_faults));
	ret_faults->is_cut = bytes->size > 0 && bytes->data[bytes->size - 1] != '\n';
	if (ret_faults->is_cut)
		buffer_append_string(bytes, "\n");
	if (bytes->error < 0)
		return bytes->error;
	transaction->text = *bytes;
	memset(bytes, 0, sizeof(*bytes));
	rest = buffer_slice(&transaction->text);
	transaction->protocol = parse_version(slice_cut(&rest, '\n'));
	ret_faults->has_no_names = transaction->protocol == 0;
	if (ret_faults->has_no_names)
		return 0;
	for (transaction->head_lines = 2; rest.size > 0; transaction->head_lines++) {
		line = slice_cut(&rest, '\n');
		if (line.size == 0) {
			transaction->package_lines = rest;
			return 0;
		}
		if (line.size > STREAM_LINE_MAX ||
			memchr(line.data, '\0', line.size) != NULL)
			note_ignored(ret_faults, transaction->head_lines);
		else if (read_head_line(transaction, line, on_setting, context) < 0)
			return -ENOMEM;
	}
	ret_faults->is_cut = true;
	return 0;
}

/*
 * The last option that selects dpkg's database (dpkg(1)). If its value is a separate item
 * of the list, we only know that it is another database.
 */
static int keep_admin_dir(struct transaction *transaction, struct slice value)
{
	owns_memory char *option = percent_decode(value);
	const char *directory = NULL;
	char *admin_dir;

	if (option == NULL)
		return -ENOMEM;
	if (strncmp(option, "--root", strlen("--root")) == 0)
		directory = option + strlen("--root");
	else if (strncmp(option, "--admindir", strlen("--admindir")) == 0)
		directory = option + strlen("--admindir");
	if (directory == NULL || (*directory != '\0' && *directory != '='))
		return 0;
	directory += *directory == '=';
	admin_dir = option[2] == 'r' && *directory != '\0'
			    ? string_join(directory, "/", "var/lib/dpkg")
			    : strdup(directory);
	free(transaction->admin_dir);
	transaction->admin_dir = admin_dir;
	return admin_dir != NULL ? 0 : -ENOMEM;
}

/* apt's keys are case-insensitive (apt.conf(5)). */
static int keep_apt_setting(void *context, struct slice key, struct slice value)
{
	struct transaction *transaction = context;

	if (slice_equals_caseless(key, slice_of("CommandLine::AsString")))
		return percent_decode_to(&transaction->command_line, value);
	if (slice_equals_caseless(key, slice_of("APT::Architecture")))
		return percent_decode_to(&transaction->native_architecture, value);
	if (slice_equals_caseless(key, slice_of("Dir::State::status")))
		return percent_decode_to(&transaction->status_file, value);
	if (apt_is_in_scope(key, "DPkg::Options"))
		return keep_admin_dir(transaction, value);
	if (slice_equals_caseless(key, slice_of("APT::Get::Purge")))
		transaction->is_purging = apt_boolean(value) == 1;
	else if (slice_equals_caseless(key, slice_of("quiet")))
		transaction->is_quiet = apt_is_quiet(value);
	return 0;
}

int stream_read(struct transaction *transaction, struct buffer *bytes,
	struct stream_faults *ret_faults)
{
	return stream_read_head(
		transaction, bytes, keep_apt_setting, transaction, ret_faults);
}

int stream_parse(struct transaction *transaction, struct slice bytes,
	struct stream_faults *ret_faults)
{
	owns_buffer struct buffer copy = {0};
	int error;

	buffer_append(&copy, bytes);
	error = stream_read(transaction, &copy, ret_faults);
	return error < 0 ? error : stream_find_packages(transaction, ret_faults);
}
