/* The log: who keeps what, what a record looks like, what is masked, the ring, and a file that may be trusted. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"

struct log_world {
	char folder[64];
	struct clock clock;
};

static int log_world_make(void **state)
{
	struct log_world *world = mem_alloc(sizeof *world);
	strcpy(world->folder, "/tmp/mqdeck-log-XXXXXX");
	world->clock = clock_virtual(1767323045250);
	*state = world;
	return mkdtemp(world->folder) ? 0 : -1;
}

static int log_world_unmake(void **state)
{
	struct log_world *world = *state;
	static const char *const names[] = {"log", "link", "other", "fifo"};
	log_close();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CLEANUP(free) char *path = str_printf("%s/%s", world->folder, names[i]);
		unlink(path);
	}
	rmdir(world->folder);
	free(world);
	return 0;
}

static char *path_in(const struct log_world *world, const char *name)
{
	return str_printf("%s/%s", world->folder, name);
}

static char *text_of(const char *path)
{
	char bytes[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, bytes, sizeof bytes);
	close(fd);
	return mem_strndup(bytes, len < 0 ? 0 : (size_t)len);
}

static int evaluated(int *times)
{
	return ++*times;
}

static void what_nobody_keeps_is_not_even_evaluated(void **state)
{
	struct log_world *world = *state;
	int times = 0;
	uint64_t position = 0;
	struct log_record record;
	log_error(LOG_KUBE, "%d", evaluated(&times));
	assert_int_equal(times, 0);
	log_keep(LOG_INFO, 0);
	log_set_clock(&world->clock);
	log_trace(LOG_KUBE, "%d", evaluated(&times));
	assert_int_equal(times, 0);
	assert_false(log_read(&position, &record));
	log_debug(LOG_KUBE, "n=%d", evaluated(&times));
	assert_int_equal(times, 1);
	assert_true(log_read(&position, &record));
	char line[LOG_LINE_MAX];
	log_format(&record, line);
	assert_string_equal(line, "2026-01-02T03:04:05.250Z debug kube n=1");
	assert_false(log_read(&position, &record));
	assert_true(position == log_end_position());
}

static void trace_is_kept_of_the_layers_that_were_asked_for(void **state)
{
	uint32_t layers = 0;
	struct err err = {0};
	assert_true(log_parse_layers("kafka,views", &layers, &err));
	log_keep(LOG_TRACE, layers);
	assert_true(log_is_on(LOG_TRACE, LOG_KAFKA));
	assert_true(log_is_on(LOG_TRACE, LOG_VIEWS));
	assert_false(log_is_on(LOG_TRACE, LOG_KUBE));
	assert_true(log_is_on(LOG_DEBUG, LOG_KUBE)); /* the ring keeps that of all */
	assert_false(log_parse_layers("kafka,nonsense", &layers, &err));
	assert_non_null(strstr(err.text, "nonsense"));
	enum log_level level;
	assert_true(log_parse_level("trace", &level, &err));
	assert_int_equal(level, LOG_TRACE);
	assert_false(log_parse_level("loud", &level, &err));
}

static void a_file_takes_its_own_level_and_layers(void **state)
{
	struct log_world *world = *state;
	struct err err = {0};
	CLEANUP(free) char *path = path_in(world, "log");
	log_keep(LOG_WARN, 1U << LOG_NET);
	assert_true(log_open(path, LOG_WARN, 1U << LOG_NET, &err));
	log_set_clock(&world->clock);
	log_warn(LOG_NET, "one");
	log_info(LOG_NET, "two");
	log_error(LOG_KAFKA, "three");
	CLEANUP(free) char *text = text_of(path);
	assert_string_equal(text, "2026-01-02T03:04:05.250Z warn net one\n");
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void untrusted_text_is_cleaned_and_cut(void **state)
{
	static char text[3 * LOG_TEXT_MAX];
	struct log_record record;
	uint64_t position = 0;
	log_keep(LOG_INFO, 0);
	log_info(LOG_KUBE, "a\x1b[31m\nb\xff");
	assert_true(log_read(&position, &record));
	assert_string_equal(record.text, "a\\e[31m\\nb\\xFF");
	for (int byte = 'x'; byte >= 1; byte = byte == 'x' ? 1 : 0) {
		memset(text, byte, sizeof text - 1);
		log_info(LOG_KUBE, "%s", text);
		assert_true(log_read(&position, &record));
		assert_true(strlen(record.text) < LOG_TEXT_MAX);
		assert_true(str_has_suffix(record.text, "..."));
	}
}

static void what_looks_like_a_secret_is_masked(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"https://bob:hunter2@example/x?y=@", "https://***@example/x?y=@"},
		{"https://example/a@b", "https://example/a@b"},
		{"Authorization: Bearer abc.def", "Authorization: ***"},
		{"proxy-authorization:Basic Zm9v", "proxy-authorization:***"},
		{"sent Bearer abc.def twice", "sent Bearer *** twice"},
		{"GET /x?token=abc&y=1", "GET /x?token=***&y=1"},
		{"{\"password\": \"hunter2\",\"a\":1}", "{\"password\": \"***\",\"a\":1}"},
		{"PASSWORD=hunter2 rest", "PASSWORD=*** rest"},
		{"the secret orders-user is missing", "the secret orders-user is missing"},
		{"keytoken=5", "keytoken=5"},
		{"two: http://a:b@c and http://d:e@f", "two: http://***@c and http://***@f"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[128];
		log_redact(cases[i].text, out, sizeof out);
		assert_string_equal(out, cases[i].masked);
	}
	char small[8];
	log_redact("token=abcdef and more", small, sizeof small);
	assert_string_equal(small, "token=*");
	log_keep(LOG_INFO, 0);
	log_info(LOG_KUBE, "%s", "token=abc");
	struct log_record record;
	uint64_t position = 0;
	assert_true(log_read(&position, &record));
	assert_string_equal(record.text, "token=***");
}

static void errors_that_may_quote_credentials_are_told_by_their_code(void **state)
{
	struct err err = {0};
	assert_string_equal(log_error_text(&err), "");
	err_set(&err, ERR_CONNECT, "refused");
	assert_string_equal(log_error_text(&err), "refused");
	err_set(&err, ERR_UNAUTHORIZED, "the plugin said hunter2");
	assert_string_equal(log_error_text(&err), "unauthorized");
	err_set(&err, ERR_TIMEOUT, "the plugin said hunter2");
	err.is_private = true;
	err_prefix(&err, "kube");
	assert_string_equal(log_error_text(&err), "timeout");
	struct err outer;
	err_set(&outer, ERR_FORBIDDEN, "no listener: %s", err.text);
	err_quotes(&outer, &err);
	assert_string_equal(log_error_text(&outer), "forbidden");
	err_set(&err, ERR_TIMEOUT, "no answer");
	assert_string_equal(log_error_text(&err), "no answer");
}

static void the_ring_forgets_the_oldest_first(void **state)
{
	enum { RECORDS = 20000 };
	struct log_record record;
	uint64_t position = 0;
	log_keep(LOG_INFO, 0);
	for (int i = 0; i < RECORDS; i++)
		log_info(LOG_OPS, "%d %.*s", i, i % 97,
			 "-------------------------------------------------------------"
			 "-----------------------------------------");
	int first = -1, count = 0;
	while (log_read(&position, &record)) {
		int number = atoi(record.text);
		first = first < 0 ? number : first;
		assert_int_equal(number, first + count);
		count++;
	}
	assert_int_equal(first + count, RECORDS);
	assert_in_range(count, 2000, RECORDS / 2);
	assert_true(position == log_end_position());
}

static void what_is_no_plain_file_of_ours_is_refused(void **state)
{
	struct log_world *world = *state;
	struct err err = {0};
	CLEANUP(free)
	char *other = path_in(world, "other"), *link_path = path_in(world, "link"), *fifo = path_in(world, "fifo");
	close(open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	assert_int_equal(symlink(other, link_path), 0);
	assert_false(log_open(link_path, LOG_INFO, 0, &err));
	assert_non_null(strstr(err.text, "symbolic link"));
	unlink(link_path);
	assert_int_equal(link(other, link_path), 0);
	assert_false(log_open(link_path, LOG_INFO, 0, &err));
	assert_non_null(strstr(err.text, "second name"));
	unlink(link_path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_false(log_open(fifo, LOG_INFO, 0, &err));
	assert_non_null(strstr(err.text, "not a regular file"));
	int reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_false(log_open(fifo, LOG_INFO, 0, &err));
	assert_non_null(strstr(err.text, "not a regular file"));
	close(reader);
	assert_false(log_open("/dev/full", LOG_INFO, 0, &err));
	assert_true(log_open(other, LOG_INFO, 0, &err)); /* was 0644 */
	struct stat status;
	assert_int_equal(stat(other, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	if (geteuid() == 0) {
		assert_int_equal(chown(other, 1, 1), 0);
		assert_false(log_open(other, LOG_INFO, 0, &err));
		assert_non_null(strstr(err.text, "another user"));
	}
}

static void a_full_disk_costs_records_only(void **state)
{
	struct log_world *world = *state;
	struct err err = {0};
	struct rlimit old, small;
	CLEANUP(free) char *path = path_in(world, "log");
	signal(SIGXFSZ, SIG_IGN);
	assert_true(log_open(path, LOG_INFO, 0, &err));
	log_set_clock(&world->clock);
	log_info(LOG_OPS, "before");
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){.rlim_cur = 50, .rlim_max = old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	log_info(LOG_OPS, "lost");
	log_info(LOG_OPS, "lost too");
	setrlimit(RLIMIT_FSIZE, &old);
	log_info(LOG_OPS, "after");
	CLEANUP(free) char *text = text_of(path);
	assert_non_null(strstr(text, " before\n"));
	assert_non_null(strstr(text, "\n(2 records could not be written)\n2026-01-02T03:04:05.250Z info ops after\n"));
	assert_null(strstr(text, "lost"));
}

int main(void)
{
#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, log_world_make, log_world_unmake)
	const struct CMUnitTest tests[] = {
		LOG_TEST(what_nobody_keeps_is_not_even_evaluated),
		LOG_TEST(trace_is_kept_of_the_layers_that_were_asked_for),
		LOG_TEST(a_file_takes_its_own_level_and_layers),
		LOG_TEST(untrusted_text_is_cleaned_and_cut),
		LOG_TEST(what_looks_like_a_secret_is_masked),
		LOG_TEST(errors_that_may_quote_credentials_are_told_by_their_code),
		LOG_TEST(the_ring_forgets_the_oldest_first),
		LOG_TEST(what_is_no_plain_file_of_ours_is_refused),
		LOG_TEST(a_full_disk_costs_records_only),
	};
	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
