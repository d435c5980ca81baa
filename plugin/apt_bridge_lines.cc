/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which line of a file of apt's configuration does what. Only apt knows its syntax, so it
 * parses one line after the other, each in the blocks that are open before it. Marks behind
 * the line show which are open after it, and whether a statement or a comment is. Lines
 * that seem to be whole statements are parsed together, each in a block of its own, unless
 * the marks show that one of them is not.
 */
#include "apt_bridge.hh"

#include <apt-pkg/strutl.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <sys/mman.h>
#include <unistd.h>

/* Begins a tag that no configuration has. */
#define MARK "apt-universal-hooks-mark-"
/* Ends the tag of the block of a line. Its number is first, where apt compares first. */
#define OWN_BLOCK "-line-of-apt-universal-hooks"
/* How many lines are parsed together: apt looks for a block among all of them. */
#define TOGETHER_MAX 64
/* The value of a key that has one before apt reads a line. */
#define BEFORE "apt-universal-hooks-before"
/* After so many lines that do not end a statement, it is a syntax error. */
#define UNFINISHED_MAX 200

/* What would have a meaning in a tag. */
#define SPECIAL "\"'[]{};#/*\\="

/* Nothing if there is no memory. The errors were reported when apt read all the files. */
static void parse_text(Configuration &configuration, const std::string &text)
{
	int fd = memfd_create("apt.conf", MFD_CLOEXEC);

	if (fd < 0)
		return;
	_error->PushToStack();
	if (write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()))
		(void)ReadConfigFile(
			configuration, "/proc/self/fd/" + std::to_string(fd));
	_error->RevertToStack();
	(void)close(fd);
}

/* Begins these blocks, whose full tags are in the order in which they were begun. */
static std::string begin_blocks(const strings &blocks)
{
	std::string text;
	size_t above = 0;

	for (const std::string &block : blocks) {
		std::string tag = QuoteString(block.substr(above), SPECIAL);
		text += (tag.empty() ? "\"\"" : tag) + " { ";
		above = block.size() + 2;
	}
	return text;
}

/* Sets a mark, ends a block, sets the next mark there, and so on. */
static std::string marks(size_t count)
{
	std::string text;

	for (size_t i = 0; i < count; i++)
		text += MARK + std::to_string(i) + " set; } ";
	return text + '\n';
}

const Configuration::Item *next_item(
	const Configuration::Item *item, const Configuration::Item *top)
{
	if (item->Child != nullptr)
		return item->Child;
	while (item != top && item->Next == nullptr)
		item = item->Parent;
	return item != top ? item->Next : nullptr;
}

/* QuoteString() of what an answer must not contain; it makes a stream for each string. */
static std::string quoted(const std::string &text)
{
	bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
		return c > ' ' && c < 0x7F && c != '%' && c != '=' && c != '"';
	});

	return is_plain ? text : QuoteString(text, "=\"\n");
}

std::string setting_of(const Configuration::Item *item, const Configuration::Item *top)
{
	return quoted(item->FullTag(top)) + '=' + quoted(item->Value);
}

static bool is_mark(const Configuration::Item *item)
{
	return item->Tag.compare(0, strlen(MARK), MARK) == 0;
}

std::string lower(std::string text)
{
	std::transform(text.begin(), text.end(), text.begin(), tolower_ascii);
	return text;
}

/* Whether a part of the key is empty: then each value is one more item. */
static bool is_of_list(const std::string &key)
{
	std::string parts = "::" + key + "::";

	return parts.find("::::") != std::string::npos;
}

/* Whether these lines seem to be statements that leave the open blocks as they are. */
static bool seem_whole(const std::string &lines)
{
	size_t end = lines.find_last_not_of(" \t\r\n");
	std::string text = lower(lines);

	for (const char *word : {"/*", "*/", "#clear", "#include"})
		if (text.find(word) != std::string::npos)
			return false;
	return end != std::string::npos && lines[end] == ';' &&
	       std::count(lines.begin(), lines.end(), '{') ==
		       std::count(lines.begin(), lines.end(), '}');
}

namespace
{
class line_reader
{
      public:
	line_reader(file_lines &lines, const strings &keys) : lines(lines), keys(keys)
	{
	}
	/* False if apt does not get past this line. */
	bool read(const std::string &line, size_t number);
	/* Reads what has not been parsed yet. */
	bool end();

      private:
	/* Those up to one that may end a statement. */
	struct lines_read {
		std::string text;
		size_t number; /* of the last */
	};

	bool read_alone(const lines_read &last);
	bool parse_together(Configuration &configuration) const;
	void take_values(
		const Configuration &configuration, const std::string &at, size_t number);
	strings find_settings(
		const Configuration::Item *first, const Configuration::Item *top);
	void take_settings(const Configuration &configuration, size_t number);
	void note(const std::string &setting, size_t number);
	bool take_blocks(const Configuration &configuration);
	bool is_in_comment() const;
	std::string text_with(const std::string &end) const;

	file_lines &lines;
	const strings &keys;
	std::string gathered;             /* of these, those that were read already */
	std::vector<lines_read> together; /* that wait to be parsed */
	strings blocks;                   /* that are open before the text */
	std::string text;      /* since the last line that ended all statements */
	strings before;        /* what apt found in it before the last line, sorted */
	size_t mark_count = 4; /* enough for all blocks, and one more */
	size_t unfinished = 0;
	bool awaits_end_of_comment = false;
	std::map<std::string, std::string> values; /* of keys, in lower case */
};
} // namespace

std::string line_reader::text_with(const std::string &end) const
{
	return begin_blocks(blocks) + '\n' + text + end + marks(mark_count);
}

/* Sets the same value once: only the first line has an effect. */
void line_reader::note(const std::string &setting, size_t number)
{
	size_t equals = setting.find('=');
	std::string key = lower(setting.substr(0, equals));
	std::string value = setting.substr(equals + 1);

	if (is_of_list(key) || values[key] != value)
		lines.settings.push_back({number, setting});
	values[key] = value;
}

/* Sorted. */
strings line_reader::find_settings(
	const Configuration::Item *first, const Configuration::Item *top)
{
	strings settings;

	for (const Configuration::Item *item = first; item != nullptr;
		item = next_item(item, top)) {
		if (is_mark(item) || item->Value == BEFORE)
			continue;
		if (!item->Value.empty())
			settings.push_back(setting_of(item, top));
		else if (item->Child == nullptr)
			values.erase(lower(quoted(item->FullTag(top))));
	}
	std::sort(settings.begin(), settings.end());
	return settings;
}

void line_reader::take_settings(const Configuration &configuration, size_t number)
{
	strings settings = find_settings(configuration.Tree(nullptr), nullptr), added;

	std::set_difference(settings.begin(), settings.end(), before.begin(),
		before.end(), std::back_inserter(added));
	for (const std::string &setting : added)
		note(setting, number);
	before = settings;
}

/* Whether the keys, set before, have no value now. */
void line_reader::take_values(
	const Configuration &configuration, const std::string &at, size_t number)
{
	for (const std::string &key : keys) {
		std::string value = configuration.Find(at + key);
		size_t &line = lines.clearing[key];

		if (value.empty() && line == 0)
			line = number;
		else if (!value.empty() && value != BEFORE)
			line = 0;
	}
}

/*
 * Which blocks are open after the text, from the marks up to the one that is in none. False
 * if a statement or a comment is not finished, so that there is no first mark.
 */
bool line_reader::take_blocks(const Configuration &configuration)
{
	std::map<std::string, std::string> found;
	strings open;

	for (const Configuration::Item *item = configuration.Tree(nullptr);
		item != nullptr; item = next_item(item))
		if (is_mark(item))
			found[item->Tag.substr(strlen(MARK))] = item->Parent->FullTag();
	for (size_t i = 0; i < mark_count; i++) {
		auto mark = found.find(std::to_string(i));

		if (mark == found.end())
			return false;
		if (mark->second.empty()) {
			blocks = open;
			return true;
		}
		open.insert(open.begin(), mark->second);
	}
	mark_count *= 2;
	Configuration deeper;
	parse_text(deeper, text_with(""));
	return take_blocks(deeper);
}

bool line_reader::is_in_comment() const
{
	Configuration configuration;
	const Configuration::Item *item;

	parse_text(configuration, text_with("*/\n"));
	for (item = configuration.Tree(nullptr); item != nullptr; item = next_item(item))
		if (is_mark(item))
			return true;
	return false;
}

bool line_reader::read_alone(const lines_read &last)
{
	Configuration configuration;

	text += last.text;
	if (awaits_end_of_comment && last.text.find("*/") == std::string::npos)
		return true;
	awaits_end_of_comment = false;
	if (last.text.find("#clear") != std::string::npos)
		values.clear();
	for (const std::string &key : keys)
		configuration.Set(key, BEFORE);
	parse_text(configuration, text_with(""));
	take_settings(configuration, last.number);
	take_values(configuration, "", last.number);
	if (take_blocks(configuration)) {
		text.clear();
		before.clear();
		unfinished = 0;
		return true;
	}
	awaits_end_of_comment = is_in_comment();
	return awaits_end_of_comment || ++unfinished < UNFINISHED_MAX;
}

static std::string own_block(size_t i)
{
	return std::to_string(i) + OWN_BLOCK;
}

/*
 * Whether each of them is what it seems to be: behind it, the same blocks are open as before
 * it, so that its mark is there, and there only.
 */
bool line_reader::parse_together(Configuration &configuration) const
{
	std::string all, mark = (blocks.empty() ? "" : blocks.back() + "::") + MARK;

	for (size_t i = 0; i < together.size(); i++) {
		for (const std::string &key : keys)
			configuration.Set(own_block(i) + "::" + key, BEFORE);
		all += own_block(i) + " { " + begin_blocks(blocks) + '\n' +
		       together[i].text + MARK " set; " +
		       std::string(blocks.size() + 1, '}') + '\n';
	}
	parse_text(configuration, all);
	for (size_t i = 0; i < together.size(); i++)
		if (configuration.Find(own_block(i) + "::" + mark) != "set")
			return false;
	for (const Configuration::Item *item = configuration.Tree(nullptr);
		item != nullptr; item = item->Next)
		if (!APT::String::Endswith(item->Tag, OWN_BLOCK))
			return false;
	return true;
}

bool line_reader::end()
{
	Configuration configuration;
	std::vector<lines_read> all;
	bool are_whole = together.size() > 1 && parse_together(configuration);

	all.swap(together);
	for (size_t i = 0; i < all.size(); i++) {
		const Configuration::Item *top;

		if (!are_whole && !read_alone(all[i]))
			return false;
		if (!are_whole)
			continue;
		top = configuration.Tree(own_block(i).c_str());
		for (const std::string &setting : find_settings(top->Child, top))
			note(setting, all[i].number);
		take_values(configuration, own_block(i) + "::", all[i].number);
	}
	return true;
}

bool line_reader::read(const std::string &line, size_t number)
{
	gathered += line + '\n';
	if (line.find_first_of("{;}") == std::string::npos)
		return true;
	lines_read last = {std::move(gathered), number};
	gathered.clear();
	if (text.empty() && seem_whole(last.text)) {
		together.push_back(last);
		return together.size() < TOGETHER_MAX || end();
	}
	return end() && read_alone(last);
}

file_lines find_lines(const std::string &path, const strings &keys)
{
	std::ifstream file(path);
	file_lines lines;
	for (const std::string &key : keys)
		lines.clearing[key] = 0;
	line_reader reader(lines, keys);
	std::string line;

	for (size_t number = 1; std::getline(file, line); number++)
		if (!reader.read(line, number))
			return lines;
	(void)reader.end();
	return lines;
}
