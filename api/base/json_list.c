/* The outer structure of a list, byte by byte, down to where one value begins and ends. */
#include "api/base/json_list.h"

#include <string.h>

#include "api/base/mem.h"

enum json_list_place {
	LIST_OPEN,
	LIST_KEY_OR_END,
	LIST_KEY_START,
	LIST_KEY,
	LIST_COLON,
	LIST_VALUE_START,
	LIST_VALUE,
	LIST_COMMA_OR_END,
	LIST_ITEM_OR_END,
	LIST_ITEM_START,
	LIST_ITEM,
	LIST_ITEM_COMMA_OR_END,
	LIST_DONE,
};

/* ---- one value ---- */

void json_pieces_begin(struct json_pieces *pieces)
{
	pieces->scan = (struct json_scan){0};
	buf_clear(&pieces->pending);
}

bool json_pieces_take(struct json_pieces *pieces, const char *bytes, size_t len, size_t *taken, struct json_value *out,
		      struct err *err)
{
	*taken = json_scan(&pieces->scan, bytes, len, &pieces->whole);
	*out = (struct json_value){bytes, *taken};
	if (pieces->scan.depth > JSON_DEPTH_MAX)
		return json_too_deep(err);
	if (pieces->whole && !pieces->pending.len)
		return true;
	if (!buf_append(&pieces->pending, bytes, *taken))
		return err_set(err, ERR_LIMIT, "the server sent an object of more than %zu MiB",
			       pieces->pending.max >> 20);
	*out = (struct json_value){pieces->pending.data, pieces->pending.len};
	return true;
}

/* ---- the list ---- */

static bool list_is_in_value(const struct json_list *list)
{
	return list->place == LIST_KEY || list->place == LIST_VALUE || list->place == LIST_ITEM;
}

static bool list_begins_items(const struct json_list *list, char c)
{
	if (c != '[')
		return false;
	if (list->place == LIST_OPEN)
		return list->may_be_bare;
	return list->place == LIST_VALUE_START && !list->has_items && strcmp(list->key, "items") == 0;
}

/* A value begins with this byte: which of them is read from here on. LIST_DONE = none may. */
static unsigned list_begun_by(unsigned place, char c)
{
	static const struct {
		unsigned place;
		const char *without; /* what it cannot begin with; NULL = it is a string */
		unsigned begun;
	} starts[] = {
		{LIST_KEY_OR_END, NULL, LIST_KEY},      {LIST_KEY_START, NULL, LIST_KEY},
		{LIST_VALUE_START, "}],:", LIST_VALUE}, {LIST_ITEM_OR_END, "}],:", LIST_ITEM},
		{LIST_ITEM_START, "}],:", LIST_ITEM},
	};
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (starts[i].place == place && (starts[i].without ? !strchr(starts[i].without, c) : c == '"'))
			return starts[i].begun;
	return LIST_DONE;
}

static bool list_takes_step(struct json_list *list, char c)
{
	static const struct {
		unsigned place;
		char byte;
		unsigned next;
	} steps[] = {
		{LIST_OPEN, '{', LIST_KEY_OR_END},
		{LIST_KEY_OR_END, '}', LIST_DONE},
		{LIST_COLON, ':', LIST_VALUE_START},
		{LIST_COMMA_OR_END, ',', LIST_KEY_START},
		{LIST_COMMA_OR_END, '}', LIST_DONE},
		{LIST_ITEM_OR_END, ']', LIST_COMMA_OR_END},
		{LIST_ITEM_COMMA_OR_END, ',', LIST_ITEM_START},
		{LIST_ITEM_COMMA_OR_END, ']', LIST_COMMA_OR_END},
	};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].place != list->place || steps[i].byte != c)
			continue;
		list->place = c == ']' && list->is_bare ? LIST_DONE : steps[i].next;
		list->whole = list->place == LIST_DONE;
		return true;
	}
	return false;
}

/* One byte of the list's own structure; *taken = 0 when it belongs to the value that begins with it. */
static bool list_structure(struct json_list *list, char c, size_t *taken, struct err *err)
{
	*taken = 1;
	if (list_takes_step(list, c))
		return true;
	if (list_begins_items(list, c)) {
		list->has_items = true;
		list->is_bare = list->place == LIST_OPEN;
		list->place = LIST_ITEM_OR_END;
		return true;
	}
	*taken = 0;
	unsigned begun = list_begun_by(list->place, c);
	if (begun == LIST_DONE)
		return err_set(err, ERR_PARSE, "invalid JSON from the server: unexpected byte 0x%02x in a list",
			       (unsigned char)c);
	list->place = begun;
	json_pieces_begin(&list->pieces);
	return true;
}

static bool list_value(struct json_list *list, const struct json_value *value, struct err *err)
{
	unsigned place = list->place;
	list->place = place == LIST_ITEM ? LIST_ITEM_COMMA_OR_END : place == LIST_KEY ? LIST_COLON : LIST_COMMA_OR_END;
	if (place == LIST_ITEM)
		return list->hooks.on_item(list->hooks.data, value, err);
	if (place == LIST_VALUE)
		return list->hooks.on_member(list->hooks.data, list->key, value, err);
	size_t inside = value->len - 2 <= JSON_LIST_KEY_MAX ? value->len - 2 : 0;
	memcpy(list->key, value->bytes + 1, inside);
	list->key[inside] = '\0';
	return true;
}

static bool list_piece(struct json_list *list, const char *bytes, size_t len, size_t *taken, struct err *err)
{
	struct json_value value;
	return json_pieces_take(&list->pieces, bytes, len, taken, &value, err) &&
	       (!list->pieces.whole || list_value(list, &value, err));
}

bool json_list_feed(struct json_list *list, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		size_t taken = 1;
		bool good = true;
		if (list_is_in_value(list))
			good = list_piece(list, bytes, len, &taken, err);
		else if (!json_is_space(*bytes))
			good = list_structure(list, *bytes, &taken, err);
		if (!good)
			return false;
		bytes += taken;
		len -= taken;
	}
	return true;
}
