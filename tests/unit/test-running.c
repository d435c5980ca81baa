/* SPDX-License-Identifier: BSD-2-Clause */
/* The line about a hook that takes long, on pseudo-terminals, and when it is omitted. */
#include "call.h"
#include "fixture.h"
#include "proc.h"
#include "record.h"
#include "report.h"
#include "running.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define HOOK ETC "Pre-Invoke/100-dump"
/* A newline, as the terminal gets it. */
#define END_OF_LINE "\r\n"

/* What was shown on the terminal of a child. */
struct screen {
	int master;
	pid_t child;
	struct buffer text;
};

/* Like forkpty(3): returns true in the child, which has the terminal as 0, 1 and 2. */
static bool open_screen(struct screen *screen, unsigned short columns)
{
	const struct winsize size = {.ws_row = 24, .ws_col = columns};

	*screen = (struct screen){.master = -1};
	ck_assert_int_eq(fflush(NULL), 0);
	screen->child = forkpty(&screen->master, NULL, NULL, &size);
	ck_assert_int_ge(screen->child, 0);
	return screen->child == 0;
}

/* Until text was shown. */
static void wait_for_text(struct screen *screen, const char *text)
{
	while (screen->text.size == 0 || memmem(screen->text.data, screen->text.size,
						 text, strlen(text)) == NULL) {
		char byte;

		ck_assert_msg(read(screen->master, &byte, 1) == 1,
			"\"%s\" is not shown, but %.*s", text, (int)screen->text.size,
			screen->text.size > 0 ? screen->text.data : "");
		buffer_append(&screen->text, (struct slice){&byte, 1});
	}
}

static bool shows_nothing_for(const struct screen *screen, int milliseconds)
{
	struct pollfd input = {.fd = screen->master, .events = POLLIN};

	return poll(&input, 1, milliseconds) == 0;
}

static void type(const struct screen *screen, const char *text)
{
	ck_assert_int_eq(write_all(screen->master, slice_of(text)), 0);
}

/* Compares everything that was shown; the child must exit with 0. */
static void close_screen(struct screen *screen, const char *expected)
{
	int status;

	/* pty(7): EIO when the other end has been closed. */
	ck_assert_int_eq(buffer_read(&screen->text, screen->master, 1 << 20), -EIO);
	assert_text(&screen->text, expected);
	buffer_done(&screen->text);
	ck_assert_int_eq(close(screen->master), 0);
	ck_assert_int_eq(waitpid(screen->child, &status, 0), screen->child);
	ck_assert_int_eq(status, 0);
}

static char *line_of(const char *text, size_t columns)
{
	return string_format("%*s\r%s" END_OF_LINE, (int)columns, "", text);
}

static void assert_line(unsigned short columns, const char *path, const char *description,
	const char *expected)
{
	struct uh_event event = {.kind = UH_SCRIPT_TAKES_LONG,
		.path = "/the/path",
		.detail = path,
		.value = description};
	owns_memory char *line =
		line_of(expected, columns >= 40 && columns <= 1000 ? columns : 80);
	struct screen screen;

	if (open_screen(&screen, columns)) {
		report_event(&event, NULL);
		_exit(0);
	}
	close_screen(&screen, line);
}

START_TEST(a_line_names_the_hook_and_what_it_is_for)
{
	assert_line(80, "Pre-Install-Pkgs/100-x", "Dump the databases",
		"Running hook Pre-Install-Pkgs/100-x: Dump the databases … (Ctrl-C stops "
		"it)");
	assert_line(80, "Post-Invoke/a", NULL,
		"Running hook Post-Invoke/a … (Ctrl-C stops it)");
	/* The terminal need not know its width, and may be wrong about it. */
	assert_line(0, "Post-Invoke/a", NULL,
		"Running hook Post-Invoke/a … (Ctrl-C stops it)");
	assert_line(2000, "Post-Invoke/a", NULL,
		"Running hook Post-Invoke/a … (Ctrl-C stops it)");
	assert_line(80, "Post-Invoke/\033[31m", "a\nb",
		"Running hook Post-Invoke/\\033[31m: a\\012b … (Ctrl-C stops it)");
}
END_TEST

#define LONG                                                                             \
	"Write all databases of this machine to the backup server, and wait until it "   \
	"has them"
#define E20 "éééééééééééééééééééé"

START_TEST(a_line_fits_the_terminal)
{
	assert_line(80, "Pre-Install-Pkgs/100-x", LONG,
		"Running hook Pre-Install-Pkgs/100-x: Write all databases o … (Ctrl-C "
		"stops it)");
	assert_line(120, "Pre-Install-Pkgs/100-x", LONG,
		"Running hook Pre-Install-Pkgs/100-x: Write all databases of this "
		"machine to the backup server, and … (Ctrl-C stops it)");
	/* Characters may be twice as wide. */
	assert_line(80, "Pre-Install-Pkgs/100-x", "データベースを保存する、待って下さい",
		"Running hook Pre-Install-Pkgs/100-x: データベースを保存す … (Ctrl-C "
		"stops it)");
	/* No room for a description, or even for the path. */
	assert_line(80, "pkgs/postgresql-common/Pre-Install-Pkgs/100", LONG,
		"Running hook pkgs/postgresql-common/Pre-Install-Pkgs/100 … (Ctrl-C "
		"stops it)");
	assert_line(80, "multi_pkgs/Pre-Install-Pkgs/linux-image-__WILDCARD__/100-x",
		LONG,
		"Running hook …-Install-Pkgs/linux-image-__WILDCARD__/100-x … (Ctrl-C "
		"stops "
		"it)");
	/* No character is cut in two. */
	assert_line(80, E20 E20 "ééééé/a", LONG,
		"Running hook …" E20 E20 "éé/a … (Ctrl-C stops it)");
	assert_line(120, "multi_pkgs/Pre-Install-Pkgs/linux-image-__WILDCARD__/100-x",
		LONG,
		"Running hook "
		"multi_pkgs/Pre-Install-Pkgs/linux-image-__WILDCARD__/100-x: "
		"Write all databases of th … (Ctrl-C stops it)");
}
END_TEST

START_TEST(a_description_of_blanks_says_nothing)
{
	owns_memory char *blanks = string_format("%*s", 200, "");
	owns_memory char *behind = string_join("Dump", blanks, "all");

	assert_line(80, "Post-Invoke/a", blanks,
		"Running hook Post-Invoke/a … (Ctrl-C stops it)");
	assert_line(80, "Post-Invoke/a", " ",
		"Running hook Post-Invoke/a … (Ctrl-C stops it)");
	assert_line(80, "Post-Invoke/a", behind,
		"Running hook Post-Invoke/a: Dump … (Ctrl-C stops it)");
}
END_TEST

static void wait_until_it_writes(pid_t pid)
{
	owns_memory char *path = string_format("/proc/%d/syscall", (int)pid);
	long call = -1;

	while (call != SYS_write) {
		FILE *file = fopen(path, "re");

		ck_assert_ptr_nonnull(file);
		/* "running" while it runs */
		if (fscanf(file, "%ld", &call) != 1)
			call = -1;
		(void)fclose(file);
		(void)sched_yield();
	}
}

START_TEST(ctrl_z_while_the_terminal_is_full_cuts_no_message_off)
{
	char path[16000];
	struct uh_event event = {.kind = UH_SCRIPT_NOT_EXECUTABLE, .path = path};
	owns_memory char *line = NULL;
	struct screen screen;
	int status;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	line = string_join("W: ", path, " is not executable; it is not run" END_OF_LINE);
	if (open_screen(&screen, 80)) {
		report_event(&event, NULL);
		_exit(0);
	}
	wait_until_it_writes(screen.child);
	ck_assert_int_eq(kill(screen.child, SIGSTOP), 0);
	ck_assert_int_eq(waitpid(screen.child, &status, WUNTRACED), screen.child);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(kill(screen.child, SIGCONT), 0);
	/* What differs would be too long for Check. */
	ck_assert_int_eq(buffer_read(&screen.text, screen.master, 1 << 20), -EIO);
	ck_assert_uint_eq(screen.text.size, strlen(line));
	close_screen(&screen, line);
}
END_TEST

/* A child that waits for input on the terminal; returns when it does. */
static pid_t start_reader(const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/bash", "bash", "-c", command, NULL);
		_exit(127);
	}
	while (!proc_descendant_asks() && waitpid(pid, NULL, WNOHANG) == 0)
		(void)sched_yield();
	return pid;
}

static void end_reader(pid_t pid)
{
	(void)kill(pid, SIGKILL); /* if it has ended, the next call says so */
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void set_modes(tcflag_t modes)
{
	struct termios terminal;

	ck_assert_int_eq(tcgetattr(STDERR_FILENO, &terminal), 0);
	terminal.c_lflag = modes;
	ck_assert_int_eq(tcsetattr(STDERR_FILENO, TCSANOW, &terminal), 0);
}

/* In the foreground of a terminal; a failed assertion ends it with 1. */
static void check_who_has_the_terminal(void)
{
	pid_t reader, idler = fork();

	if (idler == 0)
		for (;;)
			(void)pause();
	ck_assert(tty_is_watched());
	ck_assert(tty_is_free());
	set_modes(ICANON); /* for a password */
	ck_assert(!tty_is_free());
	set_modes(ECHO); /* for a full screen */
	ck_assert(!tty_is_free());
	set_modes(ICANON | ECHO);
	ck_assert(tty_is_free());
	reader = start_reader("read answer");
	ck_assert(!tty_is_free());
	end_reader(reader);
	reader = start_reader("read -t 1000 answer");
	ck_assert(!tty_is_free());
	end_reader(reader);
	reader = start_reader("read answer </dev/tty");
	ck_assert(!tty_is_free());
	end_reader(reader);
	ck_assert(tty_is_free());
	end_reader(idler);
}

START_TEST(nobody_is_disturbed_who_has_the_terminal_to_himself)
{
	struct screen screen;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	if (open_screen(&screen, 80)) {
		check_who_has_the_terminal();
		_exit(0);
	}
	close_screen(&screen, "");
}
END_TEST

START_TEST(without_a_terminal_nobody_watches)
{
	owns_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	owns_fd int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	ck_assert(!tty_is_watched());
	ck_assert(!tty_is_free());
	ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
}
END_TEST

/* As many forks below the caller as the helper is below apt. */
static void call_pre_invoke(int forks)
{
	const struct uh_request request = {UH_PRE_INVOKE, root(), -1, NULL, false};
	pid_t pid = forks > 0 ? fork() : 0;
	int status;

	if (pid > 0)
		_exit(waitpid(pid, &status, 0) == pid ? status : 1);
	if (forks > 0)
		call_pre_invoke(forks - 1);
	else
		(void)uh_run_hook_point(&request, report_event, NULL);
}

static void open_hook_point(struct screen *screen)
{
	if (!open_screen(screen, 80))
		return;
	call_pre_invoke(2);
	_exit(0);
}

/* Lets the script go on. */
static void open_gate(void)
{
	owns_fd int gate = open(at("/gate"), O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(gate, 0);
}

/* A script that waits for open_gate(), and what it does before. */
static void make_slow_script(const char *path, const char *before)
{
	owns_memory char *commands = string_format(
		"%s\nread nothing <%s\nprintf 'done\\n'", before, at("/gate"));

	make_script(path, commands);
}

START_TEST(a_hook_that_takes_long_is_named_once)
{
	owns_memory char *line = line_of(
		"Running hook Pre-Invoke/100-dump: Dump it … (Ctrl-C stops it)", 80);
	owns_memory char *shown =
		string_format("begun, %sdone" END_OF_LINE "fast" END_OF_LINE, line);
	struct screen screen;

	configure_apt("Universal-Hooks::Scripts::Pre-Invoke/100-dump::Description "
		      "\"Dump it\";\n");
	make_node("/gate", S_IFIFO);
	make_slow_script(HOOK, "printf 'begun, '");
	make_script(ETC "Pre-Invoke/200-fast", "echo fast");
	open_hook_point(&screen);
	wait_for_text(&screen, line);
	open_gate();
	close_screen(&screen, shown);
}
END_TEST

static void count_event(const struct uh_event *event, void *context)
{
	(void)event;
	buffer_append_string(context, "!");
}

/* What the engine does with it. */
static bool is_shown(const struct transaction *transaction, const char *words)
{
	owns_buffer struct buffer events = {0};
	struct slice rest = slice_of(words);
	struct call call = {.hook_point = UH_POST_INVOKE,
		.listener = count_event,
		.context = &events,
		.command_line_reading = READ,
		.is_known = transaction != NULL};

	if (transaction != NULL)
		call.transaction = *transaction;
	while (rest.size > 0) {
		struct slice part = slice_cut(&rest, ' ');
		owns_memory char *word = strndup(part.data, part.size);

		ck_assert_int_eq(string_list_add(&call.command_line.words, word), 0);
	}
	ck_assert_int_eq(command_line_parse(&call.command_line), 0);
	call_on_event(
		&(struct uh_event){.kind = UH_SCRIPT_TAKES_LONG, .path = "/a"}, &call);
	command_line_done(&call.command_line);
	return events.size > 0;
}

static struct transaction transaction_of(const char *settings)
{
	owns_memory char *stream = string_format("VERSION 3\n%s\n", settings);
	struct transaction transaction;
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	return transaction;
}

START_TEST(a_quiet_apt_has_no_line)
{
	static const char *const quiet[] = {"apt-get -qq install a", "apt-get -q -q",
		"apt-get -yqq", "apt-get -q=2", "apt-get -q2", "apt-get --quiet=2",
		"apt-get --quiet --silent", "apt-get -o quiet=2", "apt-get -o=Quiet=3",
		"apt-get --option quiet=2", "aptitude -q=2 -y install a"};
	static const char *const loud[] = {"apt-get -q install a", "apt-get --quiet",
		"apt-get -qq -q=1", "apt-get -oA=qq", "apt-get -o quiet=1",
		"apt-get -t qq", "apt-get -- -qq", "apt-get install qq",
		"apt-get --quietqq --quietest"};
	owns_transaction struct transaction one = transaction_of("quiet=1\n");
	owns_transaction struct transaction two = transaction_of("Quiet=2\n");
	owns_transaction struct transaction again = {.packages = NULL};
	owns_buffer struct buffer record = {0};
	struct stream_faults faults;

	for (size_t i = 0; i < COUNT_OF(quiet); i++)
		ck_assert_msg(!is_shown(NULL, quiet[i]), "%s", quiet[i]);
	for (size_t i = 0; i < COUNT_OF(loud); i++)
		ck_assert_msg(is_shown(NULL, loud[i]), "%s", loud[i]);
	/* apt's configuration tells more than its command line. */
	ck_assert(is_shown(&one, "apt-get -qq"));
	ck_assert(!is_shown(&two, "apt-get"));
	record_format(&two, &record);
	ck_assert_int_eq(record_parse(&again, &record, &faults), 0);
	ck_assert(!is_shown(&again, "apt-get"));
}
END_TEST

START_TEST(a_hook_that_asks_is_named_after_the_answer)
{
	owns_memory char *line =
		line_of("Running hook Pre-Invoke/100-dump … (Ctrl-C stops it)", 80);
	owns_memory char *shown =
		string_format("Continue? yes" END_OF_LINE "%sdone" END_OF_LINE, line);
	struct screen screen;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	configure_apt("");
	make_node("/gate", S_IFIFO);
	make_slow_script(HOOK, "printf 'Continue? '; read answer");
	open_hook_point(&screen);
	wait_for_text(&screen, "Continue? ");
	ck_assert(shows_nothing_for(&screen, 1500));
	type(&screen, "yes\n");
	wait_for_text(&screen, line);
	open_gate();
	close_screen(&screen, shown);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_line_names_the_hook_and_what_it_is_for,
		a_line_fits_the_terminal, a_description_of_blanks_says_nothing,
		ctrl_z_while_the_terminal_is_full_cuts_no_message_off,
		nobody_is_disturbed_who_has_the_terminal_to_himself,
		without_a_terminal_nobody_watches, a_hook_that_takes_long_is_named_once,
		a_quiet_apt_has_no_line, a_hook_that_asks_is_named_after_the_answer};

	return run_tests("running", tests, COUNT_OF(tests));
}
