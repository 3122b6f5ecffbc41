/* One HTTP/1.1 request as it comes off the wire. A pure parser over a buffer, shared by the Kubernetes API and RabbitMQ's
 * management API inside the port-forward. RFC 9112. */
#ifndef MQDECK_DEMO_HTTP_HTTP_REQUEST_H
#define MQDECK_DEMO_HTTP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/buf.h"
#include "api/base/vec.h"

enum { REQUEST_HEAD_MAX = 32 * 1024, REQUEST_BODY_MAX = 4 * 1024 * 1024, REQUEST_PAIRS_MAX = 100 };
/* What the buffer a request is read into should be capped at: chunk framing costs extra. */
enum { REQUEST_BUFFER_MAX = REQUEST_HEAD_MAX + 2 * REQUEST_BODY_MAX };

struct request_pair {
	char *name, *value;
};

struct request {
	char *method;
	char *path; /* as sent, still escaped, without the query */
	VEC(struct request_pair) headers;
	VEC(struct request_pair) query; /* unescaped */
	char *body;                     /* NUL-terminated; "" when there is none */
	size_t body_len;
	bool keep_alive;
};

enum request_progress { REQUEST_MORE, REQUEST_WHOLE, REQUEST_BAD };

/* Takes one whole request off the front of `in`. WHOLE: *out is to be freed with request_finish. BAD: *status is the HTTP
 * status to answer before closing. */
enum request_progress request_parse(struct buf *in, struct request *out, int *status) MUST_USE;
void request_finish(struct request *request);

const char *request_header(const struct request *request, const char *name); /* NULL when absent; any case */
const char *request_query(const struct request *request, const char *name);  /* the first, NULL when absent */
bool request_query_true(const struct request *request, const char *name);

/* The path cut at '/', each segment unescaped; empty segments are left out. */
struct request_path {
	char *segments[12];
	size_t count;
};
/* False when there are too many or an escape is bad. */
bool request_split_path(const char *path, struct request_path *out) MUST_USE;
void request_path_finish(struct request_path *path);

#endif
