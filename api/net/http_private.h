/* A request, between http.c, which sends and ends it, http_turns.c, which says when, and http_incoming.c, which takes what
 * libcurl brings. */
#ifndef MQDECK_NET_HTTP_PRIVATE_H
#define MQDECK_NET_HTTP_PRIVATE_H

#include <curl/curl.h>

#include "api/base/buf.h"
#include "api/net/http.h"
#include "api/net/http_head.h"
#include "api/net/multi.h"
#include "api/net/peer.h"

/* How many requests are under way at once is limited: the others wait in order. */
enum http_turn { HTTP_TURN_NONE, HTTP_TURN_WAITS, HTTP_TURN_TAKEN };

struct http_request {
	struct http *http;
	struct http_request *prev, *next; /* of those that wait, or of those that have begun */
	enum http_turn turn;
	CURL *easy;
	struct curl_slist *headers;
	struct loop_timer *timer;
	struct http_call call; /* strings not valid after http_send() */
	char *body;            /* being sent; libcurl reads it */
	char *what;            /* "GET /path", for the log: without the query */
	struct buf in;
	char errbuf[CURL_ERROR_SIZE];
	struct http_head head;
	enum http_foreign foreign; /* is what comes what was asked for? */
	struct err err;            /* what we ended it for */
	size_t header_bytes;
	uint64_t body_bytes;
	int64_t started_ms, first_byte_ms, last_byte_ms; /* first_byte_ms -1 = none yet */
	bool added;                                      /* to the multi */
	bool cancelled;                                  /* inside libcurl: reaped when it is left */
	bool body_cut;                                   /* an error body beyond what is kept: enough was read */
	bool connected;
	bool is_connecting; /* it has begun and has no connection yet */
};

struct http {
	struct peer peer;
	struct multi *multi;
	struct http_request *begun;
	struct http_request *waiting, *last_waiting;
	size_t turns_taken, connecting;
	bool speaks_2; /* the last answer came over HTTP/2 */
	size_t in_flight;
	int64_t last_byte_ms;
	bool closing;
	bool has_leftovers; /* requests to add or to reap when libcurl is left */
};

/* ---- http_turns.c ---- */

void http_turn_wait(struct http_request *request);
void http_turn_begin(struct http_request *request); /* now, and not counted */
/* It lets the next one go, though it may itself go on. */
void http_turn_give(struct http_request *request);
/* It has its connection, or has looked for one long enough: the next may look. */
void http_turn_end_connecting(struct http_request *request);
void http_turn_unlink(struct http_request *request);  /* out of the lists */
void http_turn_to_reap(struct http_request *request); /* from those that wait to those that have begun */

/* ---- http.c ---- */

void http_request_add(struct http_request *request);
void http_arm(struct http_request *request);

/* ---- http_incoming.c ---- */

/* libcurl's callbacks; data is the request. */
size_t http_on_header(char *line, size_t size, size_t count, void *data);
size_t http_on_body(char *bytes, size_t size, size_t count, void *data);
int http_on_ready(void *data, char *to_address, char *from_address, int to_port, int from_port);

#endif
