#include "tests/unit/demo/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/base/str.h"

static const int64_t epoch_ms = 1767225600000; /* 2026-01-01T00:00:00Z */

void client_start(struct client *client, uint64_t seed, bool quiet)
{
	struct err err = {0};
	*client = (struct client){.clock = clock_virtual(epoch_ms)};
	client->loop = loop_create(&client->clock);
	client->demo = demo_start(client->loop, &(struct demo_options){.seed = seed, .quiet = quiet}, &err);
	assert_string_equal(err.text, "");
	client->http = http_create(client->loop,
				   &(struct http_options){.base_url = demo_url(client->demo), .proxy_url = ""}, &err);
	assert_non_null(client->http);
}

void client_finish(struct client *client)
{
	cJSON_Delete(client->json);
	free(client->body);
	http_destroy(client->http);
	demo_destroy(client->demo);
	loop_destroy(client->loop);
}

int client_setup(void **state)
{
	*state = mem_alloc(sizeof(struct client));
	client_start(*state, 1, true);
	return 0;
}

int client_teardown(void **state)
{
	client_finish(*state);
	free(*state);
	return 0;
}

static void on_done(void *data, const struct http_result *result)
{
	struct client *client = data;
	client->status = result->status;
	client->body = mem_strndup(result->body, result->body_len);
	client->json = demo_json_parse(result->body, result->body_len);
}

int client_send(struct client *client, const char *method, const char *path, const char *type, const char *body)
{
	char header[128];
	const char *headers[] = {header, NULL};
	struct err err = {0};
	snprintf(header, sizeof header, "Content-Type: %s", str_or(type, "application/json"));
	free(client->body);
	cJSON_Delete(client->json);
	client->body = NULL;
	client->json = NULL;
	client->status = 0;
	struct http_call call = {.method = method,
				 .path = path,
				 .headers = headers,
				 .body = body,
				 .body_len = body ? strlen(body) : 0,
				 .on_done = on_done,
				 .data = client};
	assert_non_null(http_send(client->http, &call, &err));
	for (int i = 0; i < 10000 && !client->body; i++)
		loop_step(client->loop, 1);
	assert_non_null(client->body);
	return client->status;
}

int client_get(struct client *client, const char *path)
{
	return client_send(client, "GET", path, NULL, NULL);
}

const char *client_text(const struct client *client, const char *path)
{
	return demo_json_text(client->json, path);
}

int client_items(const struct client *client)
{
	const cJSON *items = demo_json_at(client->json, "items");
	return items ? cJSON_GetArraySize(items) : -1;
}

static bool on_data(void *data, const char *bytes, size_t len)
{
	struct client_watch *watch = data;
	return buf_append(&watch->text, bytes, len);
}

static void on_watch_done(void *data, const struct http_result *result)
{
	struct client_watch *watch = data;
	watch->done = true;
	watch->request = NULL;
}

void client_watch_begin(struct client *client, struct client_watch *watch, const char *path)
{
	struct err err = {0};
	*watch = (struct client_watch){.text = BUF_INIT(64 << 20)};
	struct http_call call = {.method = "GET",
				 .path = path,
				 .is_watch = true,
				 .silence_ms = 3600 * 1000,
				 .on_data = on_data,
				 .on_done = on_watch_done,
				 .data = watch};
	watch->request = http_send(client->http, &call, &err);
	assert_non_null(watch->request);
	client_live(client, 100);
}

void client_watch_end(struct client_watch *watch)
{
	http_cancel(watch->request);
	buf_finish(&watch->text);
}

int client_watch_count(const struct client_watch *watch, const char *needle)
{
	int count = 0;
	for (const char *at = strstr(buf_str(&watch->text), needle); at; at = strstr(at + 1, needle))
		count++;
	return count;
}

void client_live(struct client *client, int64_t ms)
{
	loop_run(client->loop, ms, NULL);
}

char *client_raw(struct client *client, const void *bytes, size_t len)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const char *port = strrchr(demo_url(client->demo), ':');
	address.sin_port = htons((uint16_t)atoi(port + 1));
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	struct buf out = BUF_INIT(1 << 20);
	for (size_t sent = 0; sent < len;) {
		ssize_t got = send(fd, (const char *)bytes + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (got > 0)
			sent += (size_t)got;
		else if (errno != EAGAIN)
			break;
		client_live(client, 1);
	}
	for (int i = 0; i < 50; i++) {
		char piece[4096];
		client_live(client, 2);
		ssize_t got = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
		if (got > 0)
			buf_append(&out, piece, (size_t)got);
		if (got == 0)
			break;
	}
	close(fd);
	client_live(client, 10);
	return out.len ? buf_take(&out) : mem_strdup("");
}
