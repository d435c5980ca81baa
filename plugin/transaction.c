/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction.h"
#include "apt_text.h"

#include <ctype.h>
#include <errno.h>

#define RECORD_FORMAT "1"
#define REMOVAL "**REMOVE**"
#define OUR_SETTINGS "Universal-Hooks"
#define SIZE "Universal-Hooks-Record::Size"
#define PURGED "Universal-Hooks-Record::Purged::"

/* A package line's columns in the order of version 3; version 2 lacks some. */
enum column {
	NAME,
	OLD_VERSION,
	OLD_ARCHITECTURE,
	OLD_MULTI_ARCH,
	DIRECTION,
	NEW_VERSION,
	NEW_ARCHITECTURE,
	NEW_MULTI_ARCH,
	WHAT,
	COLUMNS
};

static const enum column columns_of_2[] = {
	NAME, OLD_VERSION, DIRECTION, NEW_VERSION, WHAT};
static const enum column columns_of_3[] = {NAME, OLD_VERSION, OLD_ARCHITECTURE,
	OLD_MULTI_ARCH, DIRECTION, NEW_VERSION, NEW_ARCHITECTURE, NEW_MULTI_ARCH, WHAT};

/*
 * What a line asks for; of several lines of one package the highest tells the operation.
 */
enum rank { RANK_CONFIGURE, RANK_TEMPORARY_REMOVAL, RANK_REMOVAL, RANK_UNPACK };

/* Slices of the line. */
struct action {
	uint64_t head; /* the name's first bytes, as a number that sorts like them */
	struct slice name;
	struct slice architecture;
	struct slice old_version;
	struct slice new_version;
	enum rank rank;
	char direction;
};

struct action_list {
	struct action *items;
	size_t count;
	size_t capacity;
};

/*
 * Where a configuration key (apt.conf(5): it has no case) goes: a string, or a boolean.
 */
struct key {
	struct slice name;
	size_t string_offset;
};
#define KEY(text)                                                                        \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

static const struct key keys_of_stream[] = {
	{KEY("CommandLine::AsString"), offsetof(struct transaction, command_line)},
	{KEY("APT::Architecture"), offsetof(struct transaction, native_architecture)},
	{KEY("Dir::State::status"), offsetof(struct transaction, status_file)},
};
static const struct key keys_of_record[] = {
	{KEY("CommandLine::AsString"), offsetof(struct transaction, command_line)},
	{KEY("Universal-Hooks-Record::Architecture"),
		offsetof(struct transaction, native_architecture)},
	{KEY("Universal-Hooks-Record::Status-File"),
		offsetof(struct transaction, status_file)},
	{KEY("Universal-Hooks-Record::Status-Stamp"),
		offsetof(struct transaction, status_stamp)},
};
static const struct slice key_of_format = KEY("Universal-Hooks-Record::Format");
static const struct slice key_of_size = KEY(SIZE);
static const struct slice key_of_purged = KEY(PURGED);

/* One kind of input: which keys count, and which one says that removals purge. */
struct dialect {
	const struct key *keys;
	size_t key_count;
	struct slice purge_key;
	bool is_record;
};

static const struct dialect stream_dialect = {
	keys_of_stream, COUNT_OF(keys_of_stream), KEY("APT::Get::Purge"), false};
static const struct dialect record_dialect = {keys_of_record, COUNT_OF(keys_of_record),
	KEY("Universal-Hooks-Record::Purge"), true};

static int read_setting(struct transaction *transaction, const struct dialect *dialect,
	struct slice line, struct transaction_faults *faults)
{
	struct slice value = line;
	struct slice key = slice_cut(&value, '=');

	if (apt_is_in_scope(key, OUR_SETTINGS)) {
		buffer_append(&transaction->settings, line);
		buffer_append_string(&transaction->settings, "\n");
		return transaction->settings.error;
	}
	if (slice_equals_caseless(key, dialect->purge_key))
		transaction->is_purging = apt_boolean(value) == 1;
	if (dialect->is_record && slice_equals_caseless(key, key_of_format))
		faults->is_of_other_version = !slice_equals(value, RECORD_FORMAT);
	if (dialect->is_record && slice_equals_caseless(key, key_of_size))
		(void)slice_to_number(value, &transaction->actions_size); /* 0 then */
	if (dialect->is_record && slice_equals_caseless(key, key_of_purged)) {
		buffer_append(&transaction->purged, value);
		buffer_append_string(&transaction->purged, "\n");
		return transaction->purged.error;
	}
	for (size_t i = 0; i < dialect->key_count; i++) {
		char **string =
			(char **)((char *)transaction + dialect->keys[i].string_offset);

		if (!slice_equals_caseless(key, dialect->keys[i].name))
			continue;
		free(*string);
		*string = percent_decode(value);
		return *string != NULL ? 0 : -ENOMEM;
	}
	return 0;
}

/*
 * Takes a word of apt's and the space behind it off line's front: visible ASCII, and no
 * slash, since a name may become part of a path.
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
 * Debian Policy 5.6.7: so a name is never an option of dpkg-query's, nor "..", and no
 * colon in it can be taken for the one of name:architecture.
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

/* The last column says what is done; a removal that has a new version is temporary. */
static bool read_rank(struct slice what, struct slice new_version, enum rank *ret_rank)
{
	if (slice_equals(what, "**CONFIGURE**"))
		*ret_rank = RANK_CONFIGURE;
	else if (slice_equals(what, REMOVAL))
		*ret_rank = is_none(new_version) ? RANK_REMOVAL : RANK_TEMPORARY_REMOVAL;
	else if (what.size > 0 &&
		 (what.data[0] == '/' || slice_equals(what, "**ERROR**")))
		*ret_rank = RANK_UNPACK;
	else
		return false;
	return true;
}

static uint64_t head_of(struct slice name)
{
	uint64_t head = 0;

	for (size_t i = 0; i < sizeof(head); i++)
		head = head << 8 | (i < name.size ? (unsigned char)name.data[i] : 0);
	return head;
}

/* name old oldarch oldma dir new newarch newma what, or less of it in version 2. */
static bool read_action(struct action *action, struct slice line, unsigned protocol)
{
	const enum column *present = protocol == 3 ? columns_of_3 : columns_of_2;
	size_t count = protocol == 3 ? COUNT_OF(columns_of_3) : COUNT_OF(columns_of_2);
	struct slice columns[COLUMNS];

	columns[OLD_ARCHITECTURE] = columns[NEW_ARCHITECTURE] = slice_of("-");
	for (size_t i = 0; i + 1 < count; i++)
		if (!take_word(&line, &columns[present[i]]))
			return false;
	/* What is left is the last one, since apt writes paths raw, spaces and all. */
	if (!is_package_name(columns[NAME]) || columns[DIRECTION].size != 1 ||
		strchr("<>=", columns[DIRECTION].data[0]) == NULL ||
		!read_rank(line, columns[NEW_VERSION], &action->rank) ||
		memchr(line.data, '\0', line.size) != NULL)
		return false;
	action->head = head_of(columns[NAME]);
	action->name = columns[NAME];
	action->architecture = columns[action->rank == RANK_REMOVAL ? OLD_ARCHITECTURE
								    : NEW_ARCHITECTURE];
	action->old_version = columns[OLD_VERSION];
	action->new_version = columns[NEW_VERSION];
	action->direction = columns[DIRECTION].data[0];
	return true;
}

/* Of pointers, which are moved about faster than actions. */
static int compare_actions(const void *left, const void *right)
{
	const struct action *a = *(const struct action *const *)left;
	const struct action *b = *(const struct action *const *)right;
	int order = (a->head > b->head) - (a->head < b->head);

	if (order == 0)
		order = slice_compare(a->name, b->name);
	if (order == 0)
		order = slice_compare(a->architecture, b->architecture);
	if (order == 0)
		order = (int)b->rank - (int)a->rank;
	/*
	 * apt's own order decides between equals, so that the result is always the same.
	 */
	if (order == 0)
		order = (a->name.data > b->name.data) - (a->name.data < b->name.data);
	return order;
}

static enum operation operation_of(const struct action *action, bool is_purging)
{
	switch (action->rank) {
	case RANK_CONFIGURE:
		return OPERATION_CONFIGURE;
	case RANK_REMOVAL:
		return is_purging ? OPERATION_PURGE : OPERATION_REMOVE;
	case RANK_TEMPORARY_REMOVAL:
	case RANK_UNPACK:
		break;
	}
	if (is_none(action->old_version))
		return OPERATION_INSTALL;
	switch (action->direction) {
	case '<':
		return OPERATION_UPGRADE;
	case '>':
		return OPERATION_DOWNGRADE;
	default:
		return OPERATION_REINSTALL;
	}
}

static const char *copy_word(char **end, struct slice word)
{
	char *copy = *end;

	memcpy(copy, word.data, word.size);
	copy[word.size] = '\0';
	*end += word.size + 1;
	return copy;
}

/* The actions in order; the caller's to free, NULL without memory. */
static const struct action **sort(const struct action_list *actions)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) pointers are what it holds */
	const struct action **sorted = calloc(actions->count, sizeof(*sorted));

	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < actions->count; i++)
		sorted[i] = &actions->items[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) the same */
	qsort(sorted, actions->count, sizeof(*sorted), compare_actions);
	return sorted;
}

/* Of all actions with one name and architecture, keeps the first; returns how many. */
static size_t keep_first(const struct action **sorted, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct action *last = kept > 0 ? sorted[kept - 1] : NULL;

		if (last == NULL || slice_compare(last->name, sorted[i]->name) != 0 ||
			slice_compare(last->architecture, sorted[i]->architecture) != 0)
			sorted[kept++] = sorted[i];
	}
	return kept;
}

/* How long the strings of a package are, with their NULs. */
static size_t strings_size(const struct action *action)
{
	return action->name.size + action->architecture.size + action->old_version.size +
	       action->new_version.size + 4;
}

/* Makes one entry of all actions with one name and architecture: the highest rank's. */
static int fold(struct transaction *transaction, const struct action_list *actions)
{
	owns_memory const struct action **sorted = NULL;
	size_t kept, size;
	char *end;

	if (actions->count == 0)
		return 0;
	sorted = sort(actions);
	if (sorted == NULL)
		return -ENOMEM;
	kept = keep_first(sorted, actions->count);
	size = strings_size(sorted[0]);
	for (size_t i = 1; i < kept; i++)
		size += strings_size(sorted[i]);
	transaction->strings = end = malloc(size);
	transaction->packages = calloc(kept, sizeof(*transaction->packages));
	if (transaction->strings == NULL || transaction->packages == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++) {
		const struct action *action = sorted[i];
		struct package *package = &transaction->packages[i];

		package->name = copy_word(&end, action->name);
		package->architecture = copy_word(&end, action->architecture);
		package->old_version = copy_word(&end, action->old_version);
		package->new_version = copy_word(&end, action->new_version);
		package->operation = operation_of(action, transaction->is_purging);
	}
	transaction->count = kept;
	return 0;
}

static void note_ignored(struct transaction_faults *faults, size_t number)
{
	if (faults->ignored_lines++ == 0)
		faults->first_ignored_line = number;
}

/* "VERSION 3"; version 1 has no such line, and none above 3 is known to us. */
static unsigned read_version(struct slice line)
{
	if (slice_equals(line, "VERSION 2"))
		return 2;
	if (slice_equals(line, "VERSION 3"))
		return 3;
	return 0;
}

static void cleanup_actions(struct action_list *actions)
{
	free(actions->items);
}

static void mark_purged(struct transaction *transaction)
{
	struct slice rest = buffer_slice(&transaction->purged);

	while (rest.size > 0) {
		struct slice architecture = slice_cut(&rest, '\n');
		struct slice name = slice_cut(&architecture, ':');
		struct package *package =
			transaction_find_package(transaction, name, architecture);

		if (package != NULL && package->operation == OPERATION_REMOVE)
			package->operation = OPERATION_PURGE;
	}
}

/*
 * Reads all lines into actions; of lines that make no sense nothing stays, so what comes
 * behind them moves up.
 */
static int read_actions(struct transaction *transaction, struct action_list *actions,
	struct transaction_faults *faults)
{
	struct slice rest = transaction->actions;
	char *kept;
	size_t size = 0;

	if (rest.size == 0)
		return 0;
	kept = transaction->text.data + transaction->text.size - rest.size;
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
		if (line.size <= TRANSACTION_LINE_MAX &&
			read_action(&actions->items[actions->count], line,
				transaction->protocol)) {
			actions->count++;
			size += line.size + 1;
		} else {
			note_ignored(faults, number);
		}
	}
	transaction->actions.size = size;
	return 0;
}

bool transaction_may_remove(const struct transaction *transaction)
{
	return transaction->actions.size > 0 &&
	       memmem(transaction->actions.data, transaction->actions.size, REMOVAL,
		       strlen(REMOVAL)) != NULL;
}

int transaction_find_packages(
	struct transaction *transaction, struct transaction_faults *faults)
{
	__attribute__((cleanup(cleanup_actions))) struct action_list actions = {0};

	if (read_actions(transaction, &actions, faults) < 0 ||
		fold(transaction, &actions) < 0)
		return -ENOMEM;
	mark_purged(transaction);
	return 0;
}

/* Takes what is in bytes. */
static int read_head(struct transaction *transaction, const struct dialect *dialect,
	struct buffer *bytes, struct transaction_faults *faults)
{
	bool has_reached_packages = false, may_hold_nul;
	struct slice rest;

	memset(transaction, 0, sizeof(*transaction));
	memset(faults, 0, sizeof(*faults));
	faults->is_of_other_version = dialect->is_record;
	faults->is_cut = bytes->size > 0 && bytes->data[bytes->size - 1] != '\n';
	if (faults->is_cut)
		buffer_append_string(bytes, "\n");
	if (bytes->error < 0)
		return bytes->error;
	transaction->text = *bytes;
	*bytes = (struct buffer){.data = NULL};
	rest = buffer_slice(&transaction->text);
	may_hold_nul = rest.size > 0 && memchr(rest.data, '\0', rest.size) != NULL;
	transaction->protocol = read_version(slice_cut(&rest, '\n'));
	if (transaction->protocol == 0) {
		faults->has_no_names = true;
		return 0;
	}
	transaction->head_lines = 1;
	while (rest.size > 0 && !has_reached_packages) {
		struct slice line = slice_cut(&rest, '\n');

		transaction->head_lines++;
		if (line.size == 0)
			has_reached_packages = true;
		else if (line.size > TRANSACTION_LINE_MAX ||
			 (may_hold_nul && memchr(line.data, '\0', line.size) != NULL))
			note_ignored(faults, transaction->head_lines);
		else if (read_setting(transaction, dialect, line, faults) < 0)
			return -ENOMEM;
	}
	if (faults->is_of_other_version)
		return 0;
	transaction->actions = rest;
	faults->is_cut = faults->is_cut || !has_reached_packages ||
			 (dialect->is_record && transaction->actions_size != rest.size);
	return 0;
}

int transaction_read_stream(struct transaction *transaction, struct buffer *bytes,
	struct transaction_faults *ret_faults)
{
	return read_head(transaction, &stream_dialect, bytes, ret_faults);
}

static int parse(struct transaction *transaction, const struct dialect *dialect,
	struct slice bytes, struct transaction_faults *faults)
{
	owns_buffer struct buffer copy = {0};
	int error;

	buffer_append(&copy, bytes);
	error = read_head(transaction, dialect, &copy, faults);
	return error < 0 ? error : transaction_find_packages(transaction, faults);
}

int transaction_parse_stream(struct transaction *transaction, struct slice bytes,
	struct transaction_faults *ret_faults)
{
	return parse(transaction, &stream_dialect, bytes, ret_faults);
}

int transaction_parse_record(struct transaction *transaction, struct slice bytes,
	struct transaction_faults *ret_faults)
{
	return parse(transaction, &record_dialect, bytes, ret_faults);
}

void transaction_to_record(const struct transaction *transaction, struct buffer *record)
{
	char size[DECIMAL_SIZE];

	buffer_append_string(
		record, transaction->protocol == 3 ? "VERSION 3\n" : "VERSION 2\n");
	buffer_append_string(
		record, "Universal-Hooks-Record::Format=" RECORD_FORMAT "\n");
	if (transaction->is_purging)
		buffer_append_string(record, "Universal-Hooks-Record::Purge=true\n");
	for (size_t i = 0; i < COUNT_OF(keys_of_record); i++) {
		const char *string = *(char *const *)((const char *)transaction +
						      keys_of_record[i].string_offset);

		if (string == NULL)
			continue;
		buffer_append(record, keys_of_record[i].name);
		buffer_append_string(record, "=");
		percent_encode(record, string);
		buffer_append_string(record, "\n");
	}
	for (size_t i = 0; i < transaction->count && !transaction->is_purging; i++)
		if (transaction->packages[i].operation == OPERATION_PURGE)
			buffer_append_format(record, PURGED "=%s:%s\n",
				transaction->packages[i].name,
				transaction->packages[i].architecture);
	buffer_append(record, buffer_slice(&transaction->settings));
	buffer_append_string(record, SIZE "=");
	buffer_append_string(record, decimal(size, transaction->actions.size));
	buffer_append_string(record, "\n\n");
	buffer_append(record, transaction->actions);
}

size_t transaction_end_of_name(const struct transaction *transaction, size_t first)
{
	size_t end = first + 1;

	while (end < transaction->count &&
		strcmp(transaction->packages[end].name,
			transaction->packages[first].name) == 0)
		end++;
	return end;
}

size_t transaction_find(const struct transaction *transaction, struct slice name)
{
	size_t low = 0, high = transaction->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(slice_of(transaction->packages[middle].name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct package *transaction_find_package(
	struct transaction *transaction, struct slice name, struct slice architecture)
{
	struct package *unknown = NULL;

	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		struct package *package = &transaction->packages[i];

		if (slice_equals(architecture, package->architecture))
			return package;
		/* Version 2 of the protocol does not tell the architecture. */
		if (strcmp(package->architecture, "-") == 0)
			unknown = package;
	}
	return unknown;
}

static int weight(const struct transaction *transaction, const struct package *package)
{
	bool stays = package->operation != OPERATION_REMOVE &&
		     package->operation != OPERATION_PURGE;
	bool is_native =
		transaction->native_architecture != NULL &&
		strcmp(package->architecture, transaction->native_architecture) == 0;

	return (stays ? 2 : 0) + (is_native ? 1 : 0);
}

const struct package *transaction_main_entry(
	const struct transaction *transaction, size_t first)
{
	size_t end = transaction_end_of_name(transaction, first);
	const struct package *best = &transaction->packages[first];

	for (size_t i = first + 1; i < end; i++)
		if (weight(transaction, &transaction->packages[i]) >
			weight(transaction, best))
			best = &transaction->packages[i];
	return best;
}

static int compare_lines(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/*
 * name:architecture in bytewise order is not the packages' order: ':' comes behind '+',
 * '-' and '.', which names are made of.
 */
static void sort_lines(struct buffer *text)
{
	struct slice rest = buffer_slice(text);
	struct buffer sorted = {0};
	struct slice *lines = NULL;
	size_t count = 0, capacity = 0;

	while (rest.size > 0) {
		if (array_grow(&lines, &capacity, count, sizeof(*lines)) < 0) {
			text->error = -ENOMEM;
			break;
		}
		lines[count++] = slice_cut(&rest, '\n');
	}
	if (count > 0)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		buffer_append(&sorted, lines[i]);
		buffer_append_string(&sorted, "\n");
	}
	sorted.error = sorted.error < 0 ? sorted.error : text->error;
	free(lines);
	buffer_done(text);
	*text = sorted;
}

void transaction_names(const struct transaction *transaction, bool with_architecture,
	struct buffer *names)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];

		if (with_architecture) {
			buffer_append_string(names, package->name);
			buffer_append_string(names, ":");
			buffer_append_string(names, package->architecture);
		} else if (i > 0 && strcmp(package->name, package[-1].name) == 0) {
			continue;
		} else {
			buffer_append_string(names, package->name);
		}
		buffer_append_string(names, "\n");
	}
	if (with_architecture)
		sort_lines(names);
}

static const struct word operations[] = {
	{"install", OPERATION_INSTALL},
	{"upgrade", OPERATION_UPGRADE},
	{"downgrade", OPERATION_DOWNGRADE},
	{"reinstall", OPERATION_REINSTALL},
	{"remove", OPERATION_REMOVE},
	{"purge", OPERATION_PURGE},
	{"configure", OPERATION_CONFIGURE},
};

const char *operation_name(enum operation operation)
{
	return word_of(operations, COUNT_OF(operations), (int)operation);
}

bool operation_parse(const char *word, enum operation *ret_operation)
{
	for (size_t i = 0; i < COUNT_OF(operations); i++) {
		if (strcmp(operations[i].word, word) != 0)
			continue;
		*ret_operation = (enum operation)operations[i].value;
		return true;
	}
	return false;
}

void transaction_to_table(const struct transaction *transaction, struct buffer *table)
{
	static const struct word outcomes[] = {{"-", OUTCOME_PENDING},
		{"done", OUTCOME_DONE}, {"failed", OUTCOME_FAILED}};

	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];
		const char *columns[] = {package->name, package->architecture,
			operation_name(package->operation), package->old_version,
			package->new_version,
			word_of(outcomes, COUNT_OF(outcomes), (int)package->outcome)};

		for (size_t c = 0; c < COUNT_OF(columns); c++) {
			buffer_append_string(table, columns[c]);
			buffer_append_string(
				table, c + 1 < COUNT_OF(columns) ? "\t" : "\n");
		}
	}
}

void transaction_done(struct transaction *transaction)
{
	free(transaction->packages);
	free(transaction->command_line);
	free(transaction->native_architecture);
	free(transaction->status_file);
	free(transaction->status_stamp);
	free(transaction->strings);
	buffer_done(&transaction->settings);
	buffer_done(&transaction->text);
	buffer_done(&transaction->purged);
	memset(transaction, 0, sizeof(*transaction));
}
