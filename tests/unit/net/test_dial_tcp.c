#include "tests/unit/unit.h"

#include <signal.h>
#include <unistd.h>

#include "api/base/mem.h"
#include "api/net/dial.h"
#include "tests/unit/net/server.h"

enum { BULK = 4 << 20 };

/* No label is that long: resolvers refuse it without asking anybody. */
#define IMPOSSIBLE_NAME "a-name-that-cannot-be-because-no-label-of-the-domain-name-system-is-that-long.invalid"

struct fixture {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct dial_opener *dialer;
};

static void echo(struct server_conn *conn, void *data)
{
	buf_append(&conn->out, conn->in.data, conn->in.len);
	conn->close_after = conn->in.len == 1 && conn->in.data[0] == 'q';
	buf_clear(&conn->in);
}

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	f->clock = clock_real();
	f->loop = loop_create(&f->clock);
	f->server = (struct server){.loop = f->loop, .script = echo};
	server_start(&f->server);
	f->dialer = dial_tcp_create(f->loop);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	dial_tcp_destroy(f->dialer);
	server_stop(&f->server);
	loop_destroy(f->loop);
	free(f);
	return 0;
}

static struct dial *dial(struct fixture *f, const char *host, int *fd)
{
	struct err err = {0};
	struct dial *it =
		f->dialer->open(f->dialer, &(struct dial_target){.host = host, .port = f->server.port}, fd, &err);
	if (!it)
		fail_msg("%s", err.text);
	return it;
}

static ssize_t wait_for_bytes(struct fixture *f, int fd, char *bytes, size_t size)
{
	ssize_t got = -1;
	for (int i = 0; i < 6000 && got < 0; i++) {
		loop_step(f->loop, 10);
		got = read(fd, bytes, size);
	}
	return got;
}

static void carries_both_ways_until_the_far_end_closes(void **state)
{
	struct fixture *f = *state;
	static const char *const hosts[] = {"127.0.0.1", "localhost"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		int fd;
		char bytes[16];
		struct dial *it = dial(f, hosts[i], &fd);
		assert_int_equal(write(fd, "early", 5), 5);
		assert_int_equal(wait_for_bytes(f, fd, bytes, sizeof bytes), 5);
		assert_memory_equal(bytes, "early", 5);
		assert_int_equal(write(fd, "q", 1), 1);
		assert_int_equal(wait_for_bytes(f, fd, bytes, sizeof bytes), 1);
		assert_int_equal(wait_for_bytes(f, fd, bytes, sizeof bytes), 0);
		assert_int_equal(f->dialer->error(it)->code, ERR_NONE);
		f->dialer->close(it);
		close(fd);
	}
}

static void bulk_comes_back_whole(void **state)
{
	struct fixture *f = *state;
	int fd;
	struct dial *it = dial(f, "127.0.0.1", &fd);
	char out[32768], in[65536];
	size_t sent = 0, got = 0;
	for (int quiet = 0; got < BULK && quiet < 10000;) {
		for (size_t i = 0; i < sizeof out; i++)
			out[i] = (char)((sent + i) * 13 >> 3);
		ssize_t put = sent < BULK ? write(fd, out, sizeof out) : 0;
		sent += put > 0 ? (size_t)put : 0;
		loop_step(f->loop, 5);
		ssize_t len = read(fd, in, sizeof in);
		for (ssize_t i = 0; i < len; i++)
			assert_int_equal(in[i], (char)((got + (size_t)i) * 13 >> 3));
		got += len > 0 ? (size_t)len : 0;
		quiet = put > 0 || len > 0 ? 0 : quiet + 1;
	}
	assert_int_equal(got, sent);
	close(fd);
	for (int i = 0; i < 6000 && f->server.open > 0; i++)
		loop_step(f->loop, 10);
	assert_int_equal(f->server.open, 0);
	f->dialer->close(it);
}

static void failures_are_told(void **state)
{
	struct fixture *f = *state;
	int fd;
	char byte;
	server_stop(&f->server);
	struct dial *it = dial(f, "127.0.0.1", &fd);
	assert_int_equal(wait_for_bytes(f, fd, &byte, 1), 0);
	assert_int_equal(f->dialer->error(it)->code, ERR_CONNECT);
	assert_non_null(strstr(f->dialer->error(it)->text, "connection refused"));
	f->dialer->close(it);
	close(fd);
	it = dial(f, IMPOSSIBLE_NAME, &fd);
	assert_int_equal(wait_for_bytes(f, fd, &byte, 1), 0);
	assert_int_equal(f->dialer->error(it)->code, ERR_CONNECT);
	f->dialer->close(it);
	close(fd);
	struct err err = {0};
	assert_null(f->dialer->open(f->dialer, &(struct dial_target){.pod = "x"}, &fd, &err));
	assert_int_equal(err.code, ERR_USAGE);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(carries_both_ways_until_the_far_end_closes, setup, teardown),
		cmocka_unit_test_setup_teardown(bulk_comes_back_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(failures_are_told, setup, teardown),
	};
	return cmocka_run_group_tests_name("net/dial_tcp", tests, NULL, NULL);
}
