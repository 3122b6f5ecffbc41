/* The broker's long lists, GET /api/queues and /api/connections in pages or what rabbitmqctl prints, decoded while they arrive:
 * neither their text nor a tree of it is held. Of each item the members that a table names are handed on, the rest is checked and
 * dropped. Private to the decoders. */
#ifndef MQDECK_RABBITMQ_LIST_READ_H
#define MQDECK_RABBITMQ_LIST_READ_H

#include "api/base/json_list.h"
#include "api/rabbitmq/rabbitmq_decode.h"

struct rabbitmq_path { /* in an item, members joined by '.' */
	const char *text;
	size_t len;
};

#define RABBITMQ_PATH(text) {(text), sizeof(text) - 1}

enum { RABBITMQ_PATHS_MAX = 32, RABBITMQ_ITEM_MAX = 1 << 20 /* bytes of one item */ };

struct rabbitmq_list_kind {
	const char *what; /* "queues" */
	const struct rabbitmq_path *paths;
	size_t path_count; /* up to RABBITMQ_PATHS_MAX */
	void (*begin)(void *data);
	/* The value at a path: takes it from json, whatever it is. Of several at one path it is given the first. */
	bool (*value)(void *data, size_t path, struct json_reader *json);
	void (*end)(void *data);    /* the item is whole; what is no object had no values */
	void (*finish)(void *data); /* once, with the list; frees data */
};

/* Owns data from here on. */
struct rabbitmq_list *rabbitmq_list_create(const struct rabbitmq_list_kind *kind, void *data);

/* The types of values. Each takes whatever comes: of another type, or out of range, it is as if nothing had been said. False with
 * err for what is no JSON. */
bool rabbitmq_read_count(struct json_reader *json, int64_t *out) MUST_USE; /* whole, from 0 to 2^53; -1 */
bool rabbitmq_read_rate(struct json_reader *json, double *out) MUST_USE;   /* finite, from 0 on; -1 */
bool rabbitmq_read_flag(struct json_reader *json, int *out) MUST_USE;      /* 1, 0; -1 */
/* A string without its escapes, up to its first NUL: in `scratch` or in the text itself; bytes NULL = no string. */
bool rabbitmq_read_string(struct json_reader *json, struct buf *scratch, struct json_value *out) MUST_USE;

#endif
