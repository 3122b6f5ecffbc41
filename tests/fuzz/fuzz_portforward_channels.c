/* A port of a pod whose server says anything on any channel: what came on the data channel behind its port number is what is
 * read, and nothing else. */
#include <string.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/kube/client/portforward.h"
#include "tests/fuzz/fuzz_tunnel.h"

enum { PORT_LEN = 2, READ_SIZE = 65536 };

static void read_all(int fd, struct buf *out)
{
	char *bytes = mem_alloc(READ_SIZE);
	for (ssize_t got = 1; got > 0;) {
		(void)loop_step(kube_client_loop(NULL), 0);
		got = read(fd, bytes, READ_SIZE);
		if (got > 0)
			buf_append(out, bytes, (size_t)got);
	}
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;
	const struct dial_target target = {.namespace = "shop", .pod = "orders-0", .port = 9092};
	struct dial_opener *dialer = kube_portforward_dialer_create(NULL);
	struct err err = {0};
	struct buf sent = BUF_INIT(size + 1), got = BUF_INIT(size + 1);
	int fd = -1;
	unsigned channel;
	size_t len;
	struct dial *dial = dialer->open(dialer, &target, &fd, &err);
	if (!dial)
		abort();
	fuzz_tunnel.call.on_open(fuzz_tunnel.call.data, "v4.channel.k8s.io");
	while (fuzz_tunnel_next(&at, end, &channel, &len))
		if (channel == 0)
			buf_append(&sent, at - len, len);
	read_all(fd, &got);
	size_t expected = sent.len > PORT_LEN ? sent.len - PORT_LEN : 0;
	if (got.len != expected || (expected && memcmp(got.data, sent.data + PORT_LEN, expected) != 0))
		abort();
	dialer->close(dial);
	close(fd);
	kube_portforward_dialer_destroy(dialer);
	buf_finish(&sent);
	buf_finish(&got);
	return 0;
}
