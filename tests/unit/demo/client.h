/* For the tests of the embedded cluster: a cluster on a virtual clock, and an HTTP client of it on the same loop. */
#ifndef MQDECK_TESTS_DEMO_CLIENT_H
#define MQDECK_TESTS_DEMO_CLIENT_H

#include "tests/unit/unit.h"

#include "api/base/loop.h"
#include "api/demo/host/demo.h"
#include "api/demo/http/json_tree.h"
#include "api/net/http.h"

struct client {
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct http *http;
	int status;  /* of the last answer */
	cJSON *json; /* of the last answer; NULL when it was none. Owned by the client */
	char *body;
};

/* cmocka's setup and teardown: *state is a struct client with a quiet cluster of seed 1. */
int client_setup(void **state);
int client_teardown(void **state);
void client_start(struct client *client, uint64_t seed, bool quiet);
void client_finish(struct client *client);

/* One request, waited for. type is the body's content type; both may be NULL. Returns the status. */
int client_send(struct client *client, const char *method, const char *path, const char *type, const char *body);
int client_get(struct client *client, const char *path);
/* What a path of the last answer says, "" when absent. */
const char *client_text(const struct client *client, const char *path);
int client_items(const struct client *client); /* -1 = no list */

/* A watch, whose events pile up as text. */
struct client_watch {
	struct buf text;
	bool done;
	struct http_request *request;
};
void client_watch_begin(struct client *client, struct client_watch *watch, const char *path);
void client_watch_end(struct client_watch *watch);
/* How often `needle` stands in what has come. */
int client_watch_count(const struct client_watch *watch, const char *needle);

/* Lets the cluster live for so long. */
void client_live(struct client *client, int64_t ms);

/* Raw bytes to the server's port, and what it answers until it closes or a second has passed. free() it. */
char *client_raw(struct client *client, const void *bytes, size_t len);

#endif
