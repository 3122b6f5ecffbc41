#include "tests/unit/kube/fake_api.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/kube/wire.h"

enum { BODY_MAX = 64 << 20 };

static void close_connection(struct fake_connection *connection)
{
	if (connection->fd < 0)
		return;
	if (connection->reset)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	loop_fd_remove(connection->watch);
	close(connection->fd);
	connection->fd = -1;
	buf_finish(&connection->in);
	buf_finish(&connection->out);
}

static void flush(struct fake_connection *connection)
{
	while (connection->fd >= 0 && connection->out.len > 0) {
		size_t len = connection->fake->byte_by_byte ? 1 : connection->out.len;
		ssize_t count = send(connection->fd, connection->out.data, len, MSG_NOSIGNAL);
		if (count < 0 && errno == EAGAIN) {
			loop_fd_set(connection->watch, LOOP_READ | LOOP_WRITE);
			return;
		}
		if (count < 0) {
			close_connection(connection);
			return;
		}
		buf_consume(&connection->out, (size_t)count);
		if (connection->fake->byte_by_byte && connection->out.len > 0) {
			loop_fd_set(connection->watch, LOOP_READ | LOOP_WRITE);
			return;
		}
	}
	if (connection->fd >= 0)
		loop_fd_set(connection->watch, LOOP_READ);
	if (connection->closing)
		close_connection(connection);
}

void fake_answer(struct fake_connection *connection, int status, const char *headers, const char *body)
{
	buf_printf(&connection->out,
		   "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s", status,
		   headers, strlen(body), body);
	flush(connection);
}

void fake_begin_watch(struct fake_connection *connection, bool protobuf)
{
	connection->watching = true;
	connection->sent_of_body = 0;
	buf_printf(&connection->out, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n",
		   protobuf ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/json;stream=watch");
	flush(connection);
}

void fake_chunk(struct fake_connection *connection, const void *bytes, size_t len)
{
	if (connection->fd < 0 || len == 0)
		return;
	bool cut = connection->cut_at >= 0 && connection->sent_of_body + len >= (size_t)connection->cut_at;
	size_t part = cut ? (size_t)connection->cut_at - connection->sent_of_body : len;
	buf_printf(&connection->out, "%zx\r\n", len);
	buf_append(&connection->out, bytes, part);
	if (!cut)
		buf_append_str(&connection->out, "\r\n");
	connection->sent_of_body += part;
	connection->closing = cut;
	connection->reset = connection->fake->cuts_reset;
	connection->fake->cuts += cut;
	flush(connection);
}

void fake_end_watch(struct fake_connection *connection)
{
	buf_append_str(&connection->out, "0\r\n\r\n");
	connection->watching = false;
	flush(connection);
}

/* ---- objects ---- */

static void append_object(const struct fake_api *fake, int object, long rv, struct buf *out)
{
	char name[16], version[24];
	snprintf(name, sizeof name, "pod-%d", object);
	snprintf(version, sizeof version, "%ld", rv);
	if (!fake->protobuf) {
		buf_printf(out,
			   "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"mq\",\"uid\":\"u%d\",\"resourceVersion\":"
			   "\"%s\"}}",
			   name, object, version);
		return;
	}
	struct buf meta = BUF_INIT(1024);
	wire_text(&meta, 1, name);
	wire_text(&meta, 3, "mq");
	wire_text(&meta, 5, "u");
	wire_text(&meta, 6, version);
	wire_message(out, 1, &meta);
}

void fake_append_event(const struct fake_api *fake, size_t event, struct buf *out)
{
	char type = fake->events[event].type;
	const char *word = type == 'A' ? "ADDED" : type == 'M' ? "MODIFIED" : "DELETED";
	struct buf object = BUF_INIT(4096);
	append_object(fake, fake->events[event].object, fake->events[event].rv, &object);
	if (fake->protobuf) {
		wire_event(out, word, "Pod", &object);
		return;
	}
	buf_printf(out, "{\"type\":\"%s\",\"object\":%s}%s", word, buf_str(&object), fake->crlf ? "\r\n" : "\n");
	buf_finish(&object);
}

static void serve_events(struct fake_connection *connection)
{
	struct fake_api *fake = connection->fake;
	for (size_t i = 0; i < fake->event_count && connection->fd >= 0 && !connection->closing; i++) {
		if (fake->events[i].rv <= connection->rv)
			continue;
		struct buf event = BUF_INIT(BODY_MAX);
		fake_append_event(fake, i, &event);
		connection->rv = fake->events[i].rv;
		fake_chunk(connection, event.data, event.len);
		buf_finish(&event);
	}
}

static void record(struct fake_api *fake, int object, char type)
{
	fake->rv++;
	fake->objects[object] = type == 'D' ? 0 : fake->rv;
	fake->events[fake->event_count].rv = fake->rv;
	fake->events[fake->event_count].object = object;
	fake->events[fake->event_count++].type = type;
	if (fake->event_count == FAKE_EVENTS)
		abort();
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		if (fake->connections[i].fd >= 0 && fake->connections[i].watching)
			serve_events(&fake->connections[i]);
}

void fake_set(struct fake_api *fake, int object)
{
	record(fake, object, fake->objects[object] ? 'M' : 'A');
}

void fake_delete(struct fake_api *fake, int object)
{
	if (fake->objects[object])
		record(fake, object, 'D');
}

/* ---- requests ---- */

static void serve_list(struct fake_connection *connection)
{
	const struct fake_api *fake = connection->fake;
	struct buf body = BUF_INIT(BODY_MAX), list = BUF_INIT(BODY_MAX), item = BUF_INIT(4096);
	char version[24];
	snprintf(version, sizeof version, "%ld", fake->rv);
	bool first = true;
	if (fake->protobuf) {
		wire_text(&item, 2, version);
		wire_message(&list, 1, &item);
	} else {
		buf_printf(&body, "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"%s\"},\"items\":[",
			   version);
	}
	for (int i = 0; i < FAKE_OBJECTS; i++) {
		if (!fake->objects[i])
			continue;
		append_object(fake, i, fake->objects[i], &item);
		if (fake->protobuf)
			wire_message(&list, 2, &item);
		else
			buf_printf(&body, "%s%s", first ? "" : ",", buf_str(&item));
		first = false;
		buf_finish(&item);
	}
	if (fake->protobuf)
		wire_unknown(&body, "PodList", &list);
	else
		buf_append_str(&body, "]}");
	buf_printf(&connection->out, "HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: %zu\r\n\r\n", body.len);
	buf_append(&connection->out, body.data, body.len);
	buf_finish(&body);
	flush(connection);
}

static void serve_watch(struct fake_connection *connection, const char *path)
{
	struct fake_api *fake = connection->fake;
	const char *version = strstr(path, "resourceVersion=");
	connection->rv = version ? atol(version + 16) : 0;
	if (connection->rv < fake->compacted) {
		fake_answer(connection, 410, "",
			    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}");
		return;
	}
	connection->cut_at = fake->cut ? fake->cut(fake) : -1;
	fake_begin_watch(connection, fake->protobuf);
	if (connection->fd >= 0)
		serve_events(connection);
}

static void serve(struct fake_connection *connection, const char *method, const char *path)
{
	struct fake_api *fake = connection->fake;
	bool is_watch = strstr(path, "watch=1"), is_version = strcmp(path, "/version") == 0;
	if (!is_version) {
		fake->requests++;
		fake->lists += !is_watch;
		fake->watches += is_watch;
		snprintf(fake->last_path, sizeof fake->last_path, "%s", path);
		fake->last_request_ms = loop_now_ms(fake->loop);
	}
	if (fake->script && fake->script(fake, connection, method, path))
		return;
	if (is_version)
		fake_answer(connection, 200, "", "{\"gitVersion\":\"v1.34.4\"}");
	else if (is_watch)
		serve_watch(connection, path);
	else
		serve_list(connection);
}

static void on_ready(void *data, unsigned ready)
{
	struct fake_connection *connection = data;
	char bytes[16384];
	if (ready & LOOP_WRITE)
		flush(connection);
	if (connection->fd < 0 || !(ready & (LOOP_READ | LOOP_HANGUP)))
		return;
	ssize_t count = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (count == 0 || (count < 0 && errno != EAGAIN)) {
		close_connection(connection);
		return;
	}
	if (count > 0)
		buf_append(&connection->in, bytes, (size_t)count);
	char *end = connection->in.len ? strstr(connection->in.data, "\r\n\r\n") : NULL, method[16], path[2048];
	if (!end || sscanf(connection->in.data, "%15s %2047s", method, path) != 2)
		return;
	const char *length = strstr(connection->in.data, "Content-Length: ");
	size_t head = (size_t)(end + 4 - connection->in.data),
	       body = length && length < end ? (size_t)atol(length + 16) : 0;
	if (connection->in.len < head + body)
		return;
	snprintf(connection->fake->last_head, sizeof connection->fake->last_head, "%s", connection->in.data);
	buf_consume(&connection->in, head + body);
	serve(connection, method, path);
}

static void on_accept(void *data, unsigned ready)
{
	struct fake_api *fake = data;
	int fd = accept4(fake->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++) {
		struct fake_connection *connection = &fake->connections[i];
		if (connection->fd >= 0)
			continue;
		*connection = (struct fake_connection){
			.fake = fake, .fd = fd, .in = BUF_INIT(1 << 20), .out = BUF_INIT(BODY_MAX), .cut_at = -1};
		connection->watch = loop_fd_add(fake->loop, fd, LOOP_READ, on_ready, connection);
		return;
	}
	abort();
}

static void listen_on(struct fake_api *fake)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(fake->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	fake->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fake->listen_fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(fake->listen_fd, (struct sockaddr *)&address, size) < 0 || listen(fake->listen_fd, 64) < 0 ||
	    getsockname(fake->listen_fd, (struct sockaddr *)&address, &size) < 0)
		abort();
	fake->port = ntohs(address.sin_port);
	fake->accept_watch = loop_fd_add(fake->loop, fake->listen_fd, LOOP_READ, on_accept, fake);
}

void fake_refuse(struct fake_api *fake, bool refuse)
{
	if (!refuse) {
		listen_on(fake);
		return;
	}
	loop_fd_remove(fake->accept_watch);
	close(fake->listen_fd);
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		close_connection(&fake->connections[i]);
}

void fake_start(struct fake_api *fake, struct loop *loop)
{
	*fake = (struct fake_api){.loop = loop, .rv = 100};
	for (size_t i = 0; i < FAKE_CONNECTIONS; i++)
		fake->connections[i].fd = -1;
	listen_on(fake);
}

void fake_stop(struct fake_api *fake)
{
	fake_refuse(fake, true);
}
