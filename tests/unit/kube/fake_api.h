/* A scripted API server of one kind (pods) over HTTP/1.1 on loopback, in the test's own loop: it keeps the truth (the
 * oracle), serves lists and watches of it, and misbehaves as told. */
#ifndef MQDECK_TESTS_FAKE_API_H
#define MQDECK_TESTS_FAKE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/loop.h"

enum { FAKE_OBJECTS = 32, FAKE_EVENTS = 8192, FAKE_CONNECTIONS = 64 };

struct fake_connection {
	struct fake_api *fake;
	int fd;
	struct loop_fd *watch;
	struct buf in, out;
	bool watching, closing, reset;
	size_t sent_of_body; /* body bytes of the watch, for cuts */
	int64_t cut_at;      /* close after so many body bytes; -1 = never */
	long rv;             /* the watch has been sent everything up to here */
};

struct fake_api {
	struct loop *loop;
	int listen_fd;
	uint16_t port;
	struct loop_fd *accept_watch;
	struct fake_connection connections[FAKE_CONNECTIONS];

	bool protobuf, crlf, byte_by_byte;
	bool cuts_reset;            /* a cut is a reset, which may take with it what was sent before */
	long rv, compacted;         /* watches from before `compacted` are 410 */
	long objects[FAKE_OBJECTS]; /* resource version, 0 = there is none */
	struct {
		long rv;
		int object;
		char type; /* A M D */
	} events[FAKE_EVENTS];
	size_t event_count;

	/* The script: answers itself with the functions below and says true, or leaves it to the server. */
	bool (*script)(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path);
	void *script_data;
	/* Where a new watch is to be cut; NULL = nowhere. */
	int64_t (*cut)(struct fake_api *fake);

	size_t requests, lists, watches, cuts;
	char last_path[1024], last_head[4096];
	int64_t last_request_ms;
};

void fake_start(struct fake_api *fake, struct loop *loop);
void fake_stop(struct fake_api *fake);
void fake_refuse(struct fake_api *fake, bool refuse); /* no new connections, and none of the old */
/* Changes the truth and tells every watch. */
void fake_set(struct fake_api *fake, int object);
void fake_delete(struct fake_api *fake, int object);

void fake_answer(struct fake_connection *connection, int status, const char *headers, const char *body);
void fake_begin_watch(struct fake_connection *connection, bool protobuf); /* 200 and the head of a chunked body */
void fake_chunk(struct fake_connection *connection, const void *bytes, size_t len);
void fake_end_watch(struct fake_connection *connection); /* a clean end */
/* What a watch would send for one event. */
void fake_append_event(const struct fake_api *fake, size_t event, struct buf *out);

#endif
