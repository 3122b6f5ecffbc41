/* One HTTP/1.1 request as it comes off the wire. A pure parser over a buffer, shared by the Kubernetes API and
 * RabbitMQ's management API inside the port-forward. RFC 9112. */
#ifndef MQDECK_DEMO_HTTP_HTTP_REQUEST_H
#define MQDECK_DEMO_HTTP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/buf.h"
#include "api/base/vec.h"

enum { DEMO_REQUEST_HEAD_MAX = 32 * 1024, DEMO_REQUEST_BODY_MAX = 4 * 1024 * 1024, DEMO_REQUEST_PAIRS_MAX = 100 };
/* What the buffer a request is read into should be capped at: chunk framing costs extra. */
enum { DEMO_REQUEST_BUFFER_MAX = DEMO_REQUEST_HEAD_MAX + 2 * DEMO_REQUEST_BODY_MAX };

struct demo_request_pair {
	char *name, *value;
};

struct demo_request {
	char *method;
	char *path; /* as sent, still escaped, without the query */
	VEC(struct demo_request_pair) headers;
	VEC(struct demo_request_pair) query; /* unescaped */
	char *body;                          /* NUL-terminated; "" when there is none */
	size_t body_len;
	bool keep_alive;
};

enum demo_request_progress { DEMO_REQUEST_MORE, DEMO_REQUEST_WHOLE, DEMO_REQUEST_BAD };

/* Takes one whole request off the front of `in`. WHOLE: *out is to be freed with demo_request_finish. BAD: *status
 * is the HTTP status to answer before closing. */
enum demo_request_progress demo_request_parse(struct buf *in, struct demo_request *out, int *status) MUST_USE;
void demo_request_finish(struct demo_request *request);

const char *demo_request_header(const struct demo_request *request, const char *name); /* NULL when absent; any case */
const char *demo_request_query(const struct demo_request *request, const char *name);  /* the first, NULL when absent */
bool demo_request_query_true(const struct demo_request *request, const char *name);

/* The path cut at '/', each segment unescaped; empty segments are left out. */
struct demo_request_path {
	char *segments[12];
	size_t count;
};
/* False when there are too many or an escape is bad. */
bool demo_request_split_path(const char *path, struct demo_request_path *out) MUST_USE;
void demo_request_path_finish(struct demo_request_path *path);

#endif
