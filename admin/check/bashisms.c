/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/bashisms.h"

#include <ctype.h>

#define BLANKS " \t"
/* A word begins after one of these. */
#define WORD_ENDS " \t\n;&|()"

struct shell {
	struct slice rest; /* begins with the next byte */
	char before;       /* the byte before it; at first a newline */
	unsigned long line;
	char quote; /* ' or " if inside, else NUL */
	/* Of a here-document that begins on the next line. */
	struct slice delimiter;
	bool is_stripped; /* <<- */
};

static void shell_skip(struct shell *shell, size_t count)
{
	for (; count > 0 && shell->rest.size > 0; count--) {
		shell->before = *shell->rest.data++;
		shell->rest.size--;
		shell->line += shell->before == '\n';
	}
}

static char byte_at(const struct shell *shell, size_t i)
{
	if (i >= shell->rest.size)
		return '\0';
	return shell->rest.data[i];
}

static bool is_at_word(const struct shell *shell)
{
	return strchr(WORD_ENDS, shell->before) != NULL;
}

static bool shell_has(const struct shell *shell, const char *text)
{
	return slice_has_prefix(shell->rest, slice_of(text));
}

static size_t name_size(const struct shell *shell, size_t at)
{
	size_t size = 0;

	while (isalnum((unsigned char)byte_at(shell, at + size)) ||
		byte_at(shell, at + size) == '_')
		size++;
	return size;
}

static bool is_blank(char byte)
{
	return byte != '\0' && strchr(BLANKS, byte) != NULL;
}

/* "function NAME", followed by a brace, a parenthesis or the end of the line. */
static bool is_function_keyword(const struct shell *shell)
{
	size_t at = strlen("function"), size;

	if (!shell_has(shell, "function") || !is_blank(byte_at(shell, at)))
		return false;
	while (is_blank(byte_at(shell, at)))
		at++;
	size = name_size(shell, at);
	at += size;
	while (is_blank(byte_at(shell, at)))
		at++;
	return size > 0 && (byte_at(shell, at) == '{' || byte_at(shell, at) == '(' ||
				   byte_at(shell, at) == '\n');
}

static bool is_array_assignment(const struct shell *shell)
{
	size_t size = name_size(shell, 0);

	if (size == 0 || isdigit((unsigned char)byte_at(shell, 0)))
		return false;
	size += byte_at(shell, size) == '+';
	return byte_at(shell, size) == '=' && byte_at(shell, size + 1) == '(';
}

/* The bashism that begins here, or NULL. */
static const char *bashism_at(const struct shell *shell)
{
	if (shell_has(shell, "<<<"))
		return "<<<";
	if (!is_at_word(shell))
		return NULL;
	if (shell_has(shell, "[[") && is_blank(byte_at(shell, 2)))
		return "[[";
	if (shell_has(shell, "<("))
		return "<(";
	if (is_function_keyword(shell))
		return "function";
	return is_array_assignment(shell) ? "array" : NULL;
}

/* Stores the delimiter after "<<", and skips both. */
static void read_delimiter(struct shell *shell)
{
	size_t size = 0;

	shell_skip(shell, 2);
	shell->is_stripped = byte_at(shell, 0) == '-';
	shell_skip(shell, shell->is_stripped);
	while (is_blank(byte_at(shell, 0)))
		shell_skip(shell, 1);
	if (byte_at(shell, 0) == '\\')
		shell_skip(shell, 1);
	if (byte_at(shell, 0) == '\'' || byte_at(shell, 0) == '"') {
		char quote = byte_at(shell, 0);

		shell_skip(shell, 1);
		while (byte_at(shell, size) != quote && byte_at(shell, size) != '\0')
			size++;
		shell->delimiter = (struct slice){shell->rest.data, size};
		shell_skip(shell, size + 1);
		return;
	}
	while (byte_at(shell, size) != '\0' &&
		strchr(WORD_ENDS "<>", byte_at(shell, size)) == NULL)
		size++;
	shell->delimiter = (struct slice){shell->rest.data, size};
	shell_skip(shell, size);
}

static void skip_line(struct shell *shell)
{
	while (shell->rest.size > 0 && byte_at(shell, 0) != '\n')
		shell_skip(shell, 1);
}

static void skip_document(struct shell *shell)
{
	struct slice delimiter = shell->delimiter;
	bool is_end = false;

	shell->delimiter = (struct slice){NULL, 0};
	while (!is_end && shell->rest.size > 0) {
		struct slice rest, line;

		while (shell->is_stripped && byte_at(shell, 0) == '\t')
			shell_skip(shell, 1);
		rest = shell->rest;
		line = slice_cut(&rest, '\n');
		is_end = slice_compare(line, delimiter) == 0;
		shell_skip(shell, line.size + 1);
	}
}

static void step_in_quotes(struct shell *shell)
{
	char byte = byte_at(shell, 0);

	if (byte == shell->quote)
		shell->quote = '\0';
	shell_skip(shell, byte == '\\' && shell->quote == '"' ? 2 : 1);
}

static void shell_step(struct shell *shell)
{
	char byte = byte_at(shell, 0);

	if (byte == '\\') {
		shell_skip(shell, 2);
		shell->before = 'x'; /* it is part of a word */
	} else if (byte == '\'' || byte == '"') {
		shell->quote = byte;
		shell_skip(shell, 1);
	} else if (byte == '#' && is_at_word(shell)) {
		skip_line(shell);
	} else if (shell_has(shell, "$((")) {
		/* Arithmetic: "<<" and "<(" are operators there. */
		while (shell->rest.size > 0 && !shell_has(shell, "))") &&
			byte_at(shell, 0) != '\n')
			shell_skip(shell, 1);
	} else if (shell_has(shell, "<<")) {
		read_delimiter(shell);
	} else {
		shell_skip(shell, 1);
		if (byte == '\n' && shell->delimiter.data != NULL)
			skip_document(shell);
	}
}

bool bashism_find(struct bashism *ret_bashism, struct slice text)
{
	struct shell shell = {.rest = text, .before = '\n', .line = 1};

	while (shell.rest.size > 0) {
		const char *what = shell.quote == '\0' ? bashism_at(&shell) : NULL;

		if (what != NULL) {
			*ret_bashism = (struct bashism){what, shell.line};
			return true;
		}
		if (shell.quote != '\0')
			step_in_quotes(&shell);
		else
			shell_step(&shell);
	}
	return false;
}

/* Words behind which another command begins. */
static bool is_before_command(struct slice word)
{
	static const char *const words[] = {"if", "then", "elif", "else", "while",
		"until", "do", "!", "{", "exec", "command", "sudo", "env", "nice",
		"ionice", "nohup", "setsid", "time", "eval"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (slice_equals(word, words[i]))
			return true;
	return word.data[0] == '-' || memchr(word.data, '=', word.size) != NULL;
}

static bool is_one_of(struct slice word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_equals(word, *words))
			return true;
	return false;
}

/* Cuts the next word off; empty at the end of the simple command. */
static struct slice next_word(struct slice *rest)
{
	struct slice word;

	while (rest->size > 0 && is_blank(rest->data[0]))
		*rest = (struct slice){rest->data + 1, rest->size - 1};
	word = (struct slice){rest->data, 0};
	while (word.size < rest->size &&
		strchr(WORD_ENDS "`#", rest->data[word.size]) == NULL)
		word.size++;
	*rest = (struct slice){rest->data + word.size, rest->size - word.size};
	return word;
}

/* --simulate and the like, "-s" and "-qys". */
static bool is_harmless_option(struct slice word)
{
	static const char *const options[] = {"--simulate", "--dry-run", "--no-act",
		"--just-print", "--recon", "--print-uris", NULL};

	if (word.size < 2 || word.data[0] != '-' || word.data[1] == '-')
		return is_one_of(word, options);
	return strchr("oct", word.data[1]) == NULL &&
	       memchr(word.data, 's', word.size) != NULL;
}

/* Whether apt, apt-get or aptitude gets a subcommand that needs the lock. */
static bool is_locking_apt(struct slice arguments)
{
	static const char *const commands[] = {"install", "reinstall", "remove", "purge",
		"autoremove", "autopurge", "upgrade", "full-upgrade", "dist-upgrade",
		"safe-upgrade", "dselect-upgrade", "build-dep", "satisfy", "clean",
		"autoclean", NULL};
	static const char wait[] = "Lock::Timeout";
	bool is_locking = false, is_waiting = false;
	struct slice word;

	while ((word = next_word(&arguments)).size > 0) {
		if (is_harmless_option(word))
			return false;
		is_locking = is_locking || is_one_of(word, commands);
		is_waiting = is_waiting ||
			     memmem(word.data, word.size, wait, strlen(wait)) != NULL;
	}
	/* In the background it can wait for the lock, unless "&&" follows. */
	return is_locking && !(is_waiting && slice_has_prefix(arguments, slice_of("&")) &&
				     !slice_has_prefix(arguments, slice_of("&&")));
}

static bool is_locking_dpkg(struct slice arguments)
{
	static const char *const actions[] = {"-i", "--install", "-r", "--remove", "-P",
		"--purge", "--unpack", "--configure", "--set-selections", NULL};
	static const char *const simulated[] = {
		"--simulate", "--dry-run", "--no-act", NULL};
	bool is_locking = false;
	struct slice word;

	while ((word = next_word(&arguments)).size > 0) {
		if (is_one_of(word, simulated))
			return false;
		is_locking = is_locking || is_one_of(word, actions);
	}
	return is_locking;
}

/* The command that begins here, as it should be shown; NULL if it needs no lock. */
static const char *lock_call_at(const struct shell *shell, struct slice word)
{
	static const char *const apts[] = {"apt-get", "apt", "aptitude"};
	struct slice arguments = {word.data + word.size, shell->rest.size - word.size};

	while (memchr(word.data, '/', word.size) != NULL)
		(void)slice_cut(&word, '/');
	for (size_t i = 0; i < COUNT_OF(apts); i++)
		if (slice_equals(word, apts[i]))
			return is_locking_apt(arguments) ? apts[i] : NULL;
	if (slice_equals(word, "dpkg"))
		return is_locking_dpkg(arguments) ? "dpkg" : NULL;
	if (slice_equals(word, "unattended-upgrade") &&
		!is_one_of(next_word(&arguments),
			(const char *const[]){"--dry-run", "--help", NULL}))
		return "unattended-upgrade";
	return NULL;
}

bool lock_call_find(struct bashism *ret_call, struct slice text)
{
	struct shell shell = {.rest = text, .before = '\n', .line = 1};
	bool is_command = true;

	while (shell.rest.size > 0) {
		struct slice rest = shell.rest, word;

		if (shell.quote != '\0') {
			step_in_quotes(&shell);
			continue;
		}
		word = strchr(BLANKS WORD_ENDS "`#\\'\"", byte_at(&shell, 0)) == NULL
			       ? next_word(&rest)
			       : (struct slice){NULL, 0};
		if (word.size == 0) {
			is_command =
				is_command || strchr("\n;&|(`", rest.data[0]) != NULL;
			shell_step(&shell);
			continue;
		}
		if (is_command && !is_before_command(word)) {
			ret_call->what = lock_call_at(&shell, word);
			ret_call->line = shell.line;
			if (ret_call->what != NULL)
				return true;
			is_command = false;
		}
		while (shell.rest.data < word.data + word.size && shell.quote == '\0')
			shell_step(&shell);
	}
	return false;
}
