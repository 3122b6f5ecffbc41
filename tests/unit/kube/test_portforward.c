#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/portforward.h"
#include "tests/unit/hoard.h"
#include "tests/unit/kube/pod_server.h"

enum { DATA = 0, ERROR_TEXT = 1, PORT = 9092, BULK = 10 << 20, ROUNDS = 10000 };

struct fixture {
	struct pod_server pods;
	struct dial_opener *dialer;
	const char *error_text; /* the runtime's, instead of a connection */
	size_t flood;           /* bytes the pod sends at once */
	bool hangs_up;
	int opened, messages;
	size_t received; /* by the pod */
	bool damaged;
};

static unsigned char pattern(size_t at)
{
	return (unsigned char)(at * 7 + (at >> 11));
}

static void pod_side_opens(struct pod_server *pods, struct server_conn *conn)
{
	static const unsigned char port[2] = {PORT & 255, PORT >> 8};
	struct fixture *f = pods->data;
	f->opened++;
	pod_server_send(conn, DATA, port, 2);
	pod_server_send(conn, ERROR_TEXT, port, 2);
	if (f->error_text)
		pod_server_send(conn, ERROR_TEXT, f->error_text, strlen(f->error_text));
	unsigned char block[32768];
	for (size_t at = 0; at < f->flood; at += sizeof block) {
		for (size_t i = 0; i < sizeof block; i++)
			block[i] = pattern(at + i);
		pod_server_send(conn, DATA, block, sizeof block);
	}
	if (f->error_text || f->hangs_up)
		pod_server_close(conn);
}

/* An echo that also checks what it gets. */
static void pod_side_reads(struct pod_server *pods, struct server_conn *conn, const unsigned char *bytes, size_t len)
{
	struct fixture *f = pods->data;
	f->messages++;
	if (bytes[0] != DATA || len > 32768 + 1)
		f->damaged = true;
	for (size_t i = 1; i < len; i++)
		f->damaged = f->damaged || bytes[i] != pattern(f->received + i - 1);
	f->received += len - 1;
	pod_server_send(conn, DATA, bytes + 1, len - 1);
}

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	pod_server_start(&f->pods);
	f->pods.on_open = pod_side_opens;
	f->pods.on_message = pod_side_reads;
	f->pods.data = f;
	f->dialer = kube_portforward_dialer_create(f->pods.client);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	kube_portforward_dialer_destroy(f->dialer);
	pod_server_stop(&f->pods);
	free(f);
	return 0;
}

static struct dial *dial(struct fixture *f, int *fd)
{
	struct err err = {0};
	const struct dial_target target = {.namespace = "shop", .pod = "kafka-0", .port = PORT};
	struct dial *it = f->dialer->open(f->dialer, &target, fd, &err);
	if (!it)
		fail_msg("%s", err.text);
	return it;
}

/* Reads what there is; -1 = nothing now, 0 = EOF. */
static ssize_t read_some(struct fixture *f, int fd, unsigned char *bytes, size_t size)
{
	loop_step(f->pods.loop, 5);
	return read(fd, bytes, size);
}

static size_t read_to_end(struct fixture *f, int fd)
{
	unsigned char bytes[65536];
	size_t sum = 0;
	for (int quiet = 0; quiet < 1000;) {
		ssize_t got = read_some(f, fd, bytes, sizeof bytes);
		if (got == 0)
			return sum;
		quiet = got < 0 ? quiet + 1 : 0;
		for (ssize_t i = 0; i < got; i++)
			f->damaged = f->damaged || bytes[i] != pattern(sum + (size_t)i);
		sum += got > 0 ? (size_t)got : 0;
	}
	fail_msg("no end after %zu bytes", sum);
	return sum;
}

static void what_is_written_at_once_arrives(void **state)
{
	struct fixture *f = *state;
	int fd;
	struct dial *it = dial(f, &fd);
	unsigned char sent[100], got[100];
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = pattern(i);
	assert_int_equal(write(fd, sent, sizeof sent), sizeof sent);
	ssize_t len = -1;
	for (int i = 0; i < 1000 && len < 0; i++)
		len = read_some(f, fd, got, sizeof got);
	assert_int_equal(len, sizeof sent);
	assert_memory_equal(got, sent, sizeof sent);
	assert_false(f->damaged);
	assert_string_equal(f->pods.last_path, "/api/v1/namespaces/shop/pods/kafka-0/portforward?ports=9092");
	assert_int_equal(f->dialer->error(it)->code, ERR_NONE);
	close(fd);
	loop_run(f->pods.loop, 50, NULL);
	f->dialer->close(it);
}

static void ten_mebibytes_both_ways(void **state)
{
	struct fixture *f = *state;
	int fd;
	struct dial *it = dial(f, &fd);
	unsigned char out[32768], in[65536];
	size_t sent = 0, got = 0;
	for (int quiet = 0; got < BULK && quiet < 1000;) {
		for (size_t i = 0; i < sizeof out; i++)
			out[i] = pattern(sent + i);
		ssize_t put = sent < BULK ? write(fd, out, sizeof out) : 0;
		sent += put > 0 ? (size_t)put : 0;
		ssize_t len = read_some(f, fd, in, sizeof in);
		for (ssize_t i = 0; i < len; i++)
			f->damaged = f->damaged || in[i] != pattern(got + (size_t)i);
		got += len > 0 ? (size_t)len : 0;
		quiet = put > 0 || len > 0 ? 0 : quiet + 1;
	}
	assert_int_equal(got, sent);
	assert_true(got >= BULK);
	assert_int_equal(f->received, sent);
	assert_false(f->damaged);
	f->dialer->close(it);
	close(fd);
}

static void the_far_end_is_read_to_its_end(void **state)
{
	struct fixture *f = *state;
	int fd;
	f->flood = 3 << 20;
	f->hangs_up = true;
	struct dial *it = dial(f, &fd);
	assert_int_equal(read_to_end(f, fd), f->flood);
	assert_false(f->damaged);
	assert_int_equal(f->dialer->error(it)->code, ERR_NONE);
	f->dialer->close(it);
	close(fd);
}

static void h6_a_refused_port_is_told_within_two_seconds(void **state)
{
	struct fixture *f = *state;
	int fd;
	f->error_text =
		"error forwarding port 9092 to pod 1a2b, uid : failed to execute portforward in network namespace "
		"\"/var/run/netns/x\": failed to connect to localhost:9092 inside namespace \"1a2b\", IPv4: dial "
		"tcp4 "
		"127.0.0.1:9092: connect: connection refused";
	int64_t began = loop_now_ms(f->pods.loop);
	struct dial *it = dial(f, &fd);
	assert_int_equal(read_to_end(f, fd), 0);
	assert_in_range(loop_now_ms(f->pods.loop) - began, 0, 2000);
	assert_int_equal(f->dialer->error(it)->code, ERR_CONNECT);
	assert_string_equal(f->dialer->error(it)->text,
			    "connection refused by pod kafka-0 on port 9092: nothing is listening there");
	f->dialer->close(it);
	close(fd);
	f->error_text = "the sandbox is on fire\nsecond line";
	it = dial(f, &fd);
	read_to_end(f, fd);
	assert_string_equal(f->dialer->error(it)->text,
			    "port-forward to port 9092 of pod kafka-0 failed: the sandbox is on fire");
	f->dialer->close(it);
	close(fd);
}

static void a_forbidden_one_names_the_verb(void **state)
{
	struct fixture *f = *state;
	int fd;
	f->pods.answer = "HTTP/1.1 403 "
			 "Forbidden\r\n\r\n{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":"
			 "\"Failure\",\"message\":\"pods \\\"kafka-0\\\" is forbidden: User \\\"eve\\\" cannot "
			 "create resource "
			 "\\\"pods/portforward\\\" in API group \\\"\\\"\",\"reason\":\"Forbidden\",\"code\":403}";
	struct dial *it = dial(f, &fd);
	assert_int_equal(read_to_end(f, fd), 0);
	assert_int_equal(f->dialer->error(it)->code, ERR_FORBIDDEN);
	assert_non_null(strstr(f->dialer->error(it)->text, "cannot create resource \"pods/portforward\""));
	f->dialer->close(it);
	close(fd);
}

static void a_broken_connection_is_told(void **state)
{
	struct fixture *f = *state;
	int fd;
	struct dial *it = dial(f, &fd);
	pod_server_run(&f->pods, &f->opened, 1);
	for (struct server_conn *conn = f->pods.server.conns; conn; conn = conn->next)
		conn->reset_after = true;
	while (f->pods.server.conns)
		server_flush(f->pods.server.conns);
	assert_int_equal(read_to_end(f, fd), 0);
	assert_int_equal(f->dialer->error(it)->code, ERR_CONNECT);
	f->dialer->close(it);
	close(fd);
}

/* Of this process: another one that has its turn meanwhile does not count. */
static int64_t processor_ms(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

/* Neither a pod that reads nothing nor an owner that reads nothing holds up the others, or grows: no round of the loop takes
 * longer than a frame may. */
static void h6_who_never_reads_stalls_nobody(void **state)
{
	struct fixture *f = *state;
	int deaf_pod, deaf_owner, good;
	f->pods.deaf = true;
	struct dial *one = dial(f, &deaf_pod);
	pod_server_run(&f->pods, &f->opened, 1);
	static const char block[32768];
	size_t sent = 0;
	for (int quiet = 0; quiet < 50;) {
		ssize_t put = write(deaf_pod, block, sizeof block);
		quiet = put > 0 ? 0 : quiet + 1;
		sent += put > 0 ? (size_t)put : 0;
		loop_step(f->pods.loop, 1);
	}
	assert_in_range(sent, 256 << 10, 32 << 20);

	f->pods.deaf = false;
	f->flood = 20 << 20;
	struct dial *two = dial(f, &deaf_owner);
	pod_server_run(&f->pods, &f->opened, 2);
	loop_run(f->pods.loop, 200, NULL);
	f->flood = 0;

	struct dial *three = dial(f, &good);
	unsigned char bytes[4] = {pattern(0), pattern(1)};
	assert_int_equal(write(good, bytes, 2), 2);
	int64_t start = loop_now_ms(f->pods.loop);
	ssize_t got = -1;
	while (got < 0 && loop_now_ms(f->pods.loop) - start < 2000) {
		int64_t before = processor_ms();
		got = read_some(f, good, bytes, sizeof bytes);
		assert_in_range(processor_ms() - before, 0, 50);
	}
	assert_int_equal(got, 2);
	close(deaf_pod);
	close(deaf_owner);
	close(good);
	loop_run(f->pods.loop, 20, NULL);
	f->dialer->close(one);
	f->dialer->close(two);
	f->dialer->close(three);
}

static int entries_of(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void h6_ten_thousand_times_leave_nothing_behind(void **state)
{
	struct fixture *f = *state;
	int before = 0, threads = 0;
	for (int i = 0; i < ROUNDS; i++) {
		int fd, opened = f->opened;
		struct dial *it = dial(f, &fd);
		/* Closed before, while and after it opens. */
		if (i % 3)
			pod_server_run(&f->pods, &f->opened, opened + 1);
		if (i % 3 == 2)
			loop_step(f->pods.loop, 1);
		if (i & 1)
			close(fd);
		f->dialer->close(it);
		if (!(i & 1))
			close(fd);
		if (i == 20) {
			loop_run(f->pods.loop, 50, NULL);
			before = entries_of("/proc/self/fd");
			threads = entries_of("/proc/self/task");
		}
	}
	loop_run(f->pods.loop, 50, NULL);
	assert_in_range(entries_of("/proc/self/fd"), 0, before);
	assert_in_range(entries_of("/proc/self/task"), 0, threads);
}

/* How long it takes until a dial is tried again, asked all the time. */
static int64_t rest_ms(struct fixture *f)
{
	const struct dial_target target = {.namespace = "shop", .pod = "kafka-0", .port = PORT};
	int64_t began = loop_now_ms(f->pods.loop);
	int fd, opened = f->opened;
	struct dial *it;
	for (struct err err = {0}; !(it = f->dialer->open(f->dialer, &target, &fd, &err)); err_clear(&err)) {
		assert_int_equal(err.code, ERR_LIMIT);
		assert_true(err.no_descriptor);
		assert_non_null(strstr(err.text, "(ulimit -n)"));
		loop_run(f->pods.loop, 100, NULL);
	}
	int64_t took = loop_now_ms(f->pods.loop) - began;
	pod_server_run(&f->pods, &f->opened, opened + 1);
	loop_run(f->pods.loop, 50, NULL);
	f->dialer->close(it);
	close(fd);
	loop_run(f->pods.loop, 50, NULL);
	return took;
}

static void dial_in_vain(struct fixture *f, int64_t ms)
{
	const struct dial_target target = {.namespace = "shop", .pod = "kafka-0", .port = PORT};
	int fd;
	for (int64_t end = loop_now_ms(f->pods.loop) + ms; loop_now_ms(f->pods.loop) < end;) {
		assert_null(f->dialer->open(f->dialer, &target, &fd, NULL));
		loop_run(f->pods.loop, 100, NULL);
	}
}

static void without_descriptors_dials_rest_longer_each_time(void **state)
{
	struct fixture *f = *state;
	struct hoard hoard = {0};
	hoard_begin(&hoard, 128);
	assert_int_equal(rest_ms(f), 0);
	hoard_all(&hoard, DESCRIPTORS_FOR_BROKER);
	dial_in_vain(f, 100);
	hoard_let_go(&hoard);
	assert_in_range(rest_ms(f), 300, 500);
	hoard_all(&hoard, DESCRIPTORS_FOR_BROKER);
	dial_in_vain(f, 600000);
	hoard_let_go(&hoard);
	assert_in_range(rest_ms(f), 0, 30000);
	/* One that opens begins it anew. */
	hoard_all(&hoard, DESCRIPTORS_FOR_BROKER);
	dial_in_vain(f, 100);
	hoard_let_go(&hoard);
	assert_in_range(rest_ms(f), 300, 500);
	hoard_end(&hoard);
}

/* The second descriptor of the WebSocket's own, after its pair was there. */
static void a_dial_that_gets_half_of_what_it_needs_gives_it_back(void **state)
{
	struct fixture *f = *state;
	struct hoard hoard = {0};
	int before = 0;
	hoard_begin(&hoard, 128);
	for (int left = 0; left < 8; left++) {
		const struct dial_target target = {.namespace = "shop", .pod = "kafka-0", .port = PORT};
		int fd = -1;
		hoard_all(&hoard, DESCRIPTORS_FOR_BROKER);
		for (int i = 0; i < left; i++)
			close(hoard.fds[--hoard.count]);
		struct dial *it = f->dialer->open(f->dialer, &target, &fd, NULL);
		loop_run(f->pods.loop, 100, NULL);
		if (it) {
			f->dialer->close(it);
			close(fd);
		}
		loop_run(f->pods.loop, 40000, NULL);
		hoard_let_go(&hoard);
		int now = entries_of("/proc/self/fd");
		before = left == 0 ? now : before;
		assert_in_range(now, 0, before);
	}
	hoard_end(&hoard);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_at_once_arrives, setup, teardown),
		cmocka_unit_test_setup_teardown(ten_mebibytes_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(the_far_end_is_read_to_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(h6_a_refused_port_is_told_within_two_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(a_forbidden_one_names_the_verb, setup, teardown),
		cmocka_unit_test_setup_teardown(a_broken_connection_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(h6_who_never_reads_stalls_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(h6_ten_thousand_times_leave_nothing_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(without_descriptors_dials_rest_longer_each_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dial_that_gets_half_of_what_it_needs_gives_it_back, setup, teardown),
	};
	return cmocka_run_group_tests_name("kube/portforward", tests, NULL, NULL);
}
