/* What a list of 50,000 pods costs while it streams through an informer, as JSON (some 350 MB of text) and as protobuf:
 * the peak of this process, and what is kept. Only the records may grow with the list: neither its text nor a tree is
 * held, so the peak has to stay within BUDGET_MIB and an eighth above the records. The server is a process of its own.
 * Exit code 1 when it does not. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/kube/records/record_decode.h"
#include "api/kube/watch/informer.h"
#include "tests/bench/figures.h"
#include "tests/bench/pods.h"
#include "tests/unit/kube/wire.h"

enum { PODS = 50000, BUDGET_MIB = 16, PATIENCE_MS = 600 * 1000, BLOCK_MAX = 1 << 20 };

/* ---- the server: blocking, a process a connection ---- */

static void send_all(int fd, const struct buf *bytes)
{
	for (size_t at = 0; at < bytes->len;) {
		ssize_t sent = send(fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL);
		if (sent <= 0)
			_exit(0);
		at += (size_t)sent;
	}
}

static void append_pod(struct buf *out, int number, bool protobuf)
{
	if (protobuf) {
		pods_append_protobuf(out, number);
		return;
	}
	buf_append_str(out, number ? "," : "");
	pods_append_json(out, number);
}

/* Everything before the first pod; `pods_len` are the bytes of all pods. */
static void append_start(struct buf *out, bool protobuf, size_t pods_len)
{
	struct buf meta = BUF_INIT(1024), type = BUF_INIT(1024), start = BUF_INIT(4096);
	if (!protobuf) {
		buf_append_str(out, "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[");
		return;
	}
	wire_text(&meta, 2, "1");
	wire_message(&start, 1, &meta);
	buf_append(out, "k8s\0", 4);
	wire_text(&type, 1, "v1");
	wire_text(&type, 2, "PodList");
	wire_message(out, 1, &type);
	wire_varint(out, 2 << 3 | 2);
	wire_varint(out, start.len + pods_len);
	buf_append(out, start.data, start.len);
	buf_finish(&start);
}

static void send_list(int fd, bool protobuf)
{
	struct buf block = BUF_INIT(BLOCK_MAX), start = BUF_INIT(4096), head = BUF_INIT(4096);
	size_t pods_len = 0;
	for (int i = 0; i < PODS; i++) {
		buf_clear(&block);
		append_pod(&block, i, protobuf);
		pods_len += block.len;
	}
	append_start(&start, protobuf, pods_len);
	buf_printf(&head, "HTTP/1.1 200 OK\r\nContent-Type: application/%s\r\nContent-Length: %zu\r\n\r\n",
		   protobuf ? "vnd.kubernetes.protobuf" : "json", start.len + pods_len + (protobuf ? 0 : 2));
	send_all(fd, &head);
	send_all(fd, &start);
	for (int i = 0; i < PODS; i++) {
		buf_clear(&block);
		append_pod(&block, i, protobuf);
		send_all(fd, &block);
	}
	buf_clear(&block);
	buf_append_str(&block, protobuf ? "" : "]}");
	send_all(fd, &block);
	buf_finish(&block);
	buf_finish(&start);
	buf_finish(&head);
}

static void serve(int fd, bool protobuf)
{
	static const char version[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
				      "24\r\n\r\n{\"gitVersion\":\"v1.34.4\"} ";
	static const char watch[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
	struct buf request = BUF_INIT(BLOCK_MAX), answer = BUF_INIT(4096);
	char bytes[4096];
	for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;) {
		buf_append(&request, bytes, (size_t)got);
		if (!strstr(buf_str(&request), "\r\n\r\n"))
			continue;
		bool lists = strstr(request.data, "/pods?") && !strstr(request.data, "watch=1");
		buf_clear(&answer);
		buf_append_str(&answer, strstr(request.data, "watch=1") ? watch : version);
		if (lists)
			send_list(fd, protobuf);
		else
			send_all(fd, &answer);
		buf_clear(&request);
	}
	_exit(0);
}

static pid_t start_server(bool protobuf, uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	*port = ntohs(address.sin_port);
	pid_t pid = fork();
	if (pid != 0) {
		close(fd);
		return pid;
	}
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int connection = accept(fd, NULL, NULL);
		if (connection >= 0 && fork() == 0)
			serve(connection, protobuf);
		close(connection);
	}
}

/* ---- the client ---- */

static long status_kib(const char *field)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtol(line + strlen(field) + 1, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static void on_state(void *data, const struct kube_informer_state *state)
{
	*(bool *)data = state->synced && state->watching;
}

static int report(const struct kube_informer *pods, bool protobuf, long before_kib)
{
	size_t kept = 0;
	for (const void *pod = NULL; (pod = kube_informer_next(pods, pod));)
		kept += kube_record_size(pod);
	double kept_mib = (double)kept / (1 << 20), peak_mib = (double)(status_kib("VmHWM:") - before_kib) / 1024;
	double budget_mib = BUDGET_MIB + kept_mib * 9 / 8;
	const struct kube_informer_state *state = kube_informer_state(pods);
	const char *form = protobuf ? "protobuf" : "json";
	printf("%s: %zu pods, budget %.1f MiB: %s\n", form, state->count, budget_mib,
	       peak_mib <= budget_mib ? "kept" : "EXCEEDED");
	figure_print((double)state->bytes / 1e6, "MB", "%s/on-the-wire", form);
	figure_print(peak_mib, "MiB", "%s/peak-above-start", form);
	figure_print(kept_mib, "MiB", "%s/records", form);
	figure_print((double)kept / PODS, "B", "%s/kept-a-pod", form);
	figure_print(peak_mib / budget_mib, "x", "%s/peak-to-budget", form);
	return state->count == PODS && peak_mib <= budget_mib ? 0 : 1;
}

static int measure(bool protobuf)
{
	struct clock clock = clock_real();
	struct err err = {0};
	uint16_t port = 0;
	char url[64], no_proxy[1] = "";
	bool done = false;
	pid_t server = start_server(protobuf, &port);
	struct loop *loop = loop_create(&clock);
	long before_kib = status_kib("VmRSS:");
	snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
	struct kube_access access = {.server = url, .proxy_url = no_proxy};
	struct kube_client *client = kube_client_create(loop, &access, &(struct kube_client_options){0}, &err);
	struct kube_informer_options options = {.kind = KUBE_PODS, .on_state = on_state, .data = &done};
	struct kube_informer *pods = client ? kube_informer_start(client, &options, &err) : NULL;
	if (!pods)
		return fprintf(stderr, "%s\n", err.text), 1;
	loop_run(loop, PATIENCE_MS, &done);
	int failed = report(pods, protobuf, before_kib);
	if (failed)
		fprintf(stderr, "%s\n", kube_informer_state(pods)->err.text);
	kube_informer_stop(pods);
	kube_client_destroy(client);
	loop_destroy(loop);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return failed;
}

/* Each form in a process of its own: a peak is never forgotten. */
static int measure_apart(bool protobuf)
{
	int status = 1;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		exit(measure(protobuf));
	waitpid(pid, &status, 0);
	return status != 0;
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return measure_apart(false) | measure_apart(true);
}
