/* Lists in JSON, taken apart while their bytes arrive: of the list's own structure nothing is kept, and each value is handed on
 * the moment its last byte is in. Memory is bounded by the largest value. */
#ifndef MQDECK_BASE_JSON_LIST_H
#define MQDECK_BASE_JSON_LIST_H

#include "api/base/buf.h"
#include "api/base/json_pull.h"

struct json_value { /* the bytes of one value, borrowed */
	const char *bytes;
	size_t len;
};

/* One value that comes in pieces. `pending.max` is its cap; the owner finishes `pending`. */
struct json_pieces {
	struct json_scan scan;
	struct buf pending;
	bool whole; /* its last byte was taken */
};

void json_pieces_begin(struct json_pieces *pieces);
/* Takes what belongs to the value, *taken bytes. Once pieces->whole, `out` has all of it until the next call: in place where one
 * piece held it all. False with ERR_LIMIT. */
bool json_pieces_take(struct json_pieces *pieces, const char *bytes, size_t len, size_t *taken, struct json_value *out,
		      struct err *err) MUST_USE;

/* Each gives false with err for what is wrong, without to stop. That a value is one is for them to find out: only its end was
 * looked for. */
struct json_list_hooks {
	/* Of the object that holds the list, each member but the items; a key of more than JSON_LIST_KEY_MAX bytes is "". */
	bool (*on_member)(void *data, const char *key, const struct json_value *value, struct err *err);
	bool (*on_item)(void *data, const struct json_value *value, struct err *err);
	void *data;
};

enum { JSON_LIST_KEY_MAX = 23 };

/* {"items":[…],…}, of several `items` the first; where `may_be_bare`, […] as well. Set it up with hooks and pieces.pending.max;
 * the owner finishes pieces.pending. */
struct json_list {
	struct json_list_hooks hooks;
	struct json_pieces pieces;
	bool may_be_bare;
	bool has_items; /* an array of them began */
	bool whole;     /* the list's last byte was seen */

	bool is_bare;
	unsigned place;
	char key[JSON_LIST_KEY_MAX + 1];
};

bool json_list_feed(struct json_list *list, const char *bytes, size_t len, struct err *err) MUST_USE;

#endif
