/* From the pieces of a list to the values of its items. An item's members come in the same order each time: where one is found, the
 * one that followed it last time is tried first. */
#include "api/rabbitmq/list_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"

enum { LIST_NO_PATH = RABBITMQ_PATHS_MAX };

static const double list_exact_max = 9007199254740992.0; /* 2^53 */

struct rabbitmq_list {
	const struct rabbitmq_list_kind *kind;
	void *data;
	struct json_list json;
	struct rabbitmq_page page;
	struct err err; /* what is wrong with it: nothing more is read then */
	bool has_page, has_page_count;
	int first;                               /* its first byte but white space, -1 = none yet */
	uint32_t seen;                           /* paths of this item that were */
	uint8_t last;                            /* the path found before, LIST_NO_PATH at the start of an item */
	uint8_t follows[RABBITMQ_PATHS_MAX + 1]; /* the path that was found after each */
};

/* ---- values ---- */

static bool list_is_number(struct json_reader *json)
{
	int first = json_peek(json);
	return first == '-' || (first >= '0' && first <= '9');
}

bool rabbitmq_read_rate(struct json_reader *json, double *out)
{
	double value = -1;
	*out = -1;
	if (!list_is_number(json))
		return json_check(json);
	if (!json_read_double(json, &value))
		return false;
	if (isfinite(value) && value >= 0)
		*out = value;
	return true;
}

bool rabbitmq_read_count(struct json_reader *json, int64_t *out)
{
	double value;
	bool read = rabbitmq_read_rate(json, &value);
	*out = value >= 0 && value < list_exact_max ? (int64_t)value : -1;
	return read;
}

bool rabbitmq_read_flag(struct json_reader *json, int *out)
{
	bool truth;
	int first = json_peek(json);
	*out = -1;
	if (first != 't' && first != 'f')
		return json_check(json);
	if (!json_read_bool(json, &truth))
		return false;
	*out = truth;
	return true;
}

bool rabbitmq_read_string(struct json_reader *json, struct buf *scratch, struct json_value *out)
{
	struct json_text text;
	*out = (struct json_value){0};
	if (json_peek(json) != '"')
		return json_check(json);
	if (!json_read_text(json, &text))
		return false;
	*out = (struct json_value){text.bytes, text.len};
	if (text.escaped) {
		buf_clear(scratch);
		char *plain = buf_reserve(scratch, text.len);
		if (!plain)
			return json_wrong(json, "a shorter string before this");
		*out = (struct json_value){plain, json_unescape(&text, plain)};
	}
	out->len = strnlen(out->bytes, out->len);
	return true;
}

/* ---- items ---- */

/* Is it the member `key` of what the first prefix_len bytes of `prefix` name, or on the way to a member of that? */
static bool list_leads_to(const struct rabbitmq_path *path, const char *prefix, size_t prefix_len,
			  const struct json_text *key)
{
	size_t end = prefix_len + key->len;
	return path->len >= end && memcmp(path->text + prefix_len, key->bytes, key->len) == 0 &&
	       (path->text[end] == '\0' || path->text[end] == '.') && memcmp(path->text, prefix, prefix_len) == 0 &&
	       !memchr(key->bytes, '.', key->len);
}

static size_t list_find_path(struct rabbitmq_list *list, const char *prefix, size_t prefix_len,
			     const struct json_text *key)
{
	const struct rabbitmq_list_kind *kind = list->kind;
	size_t found = list->follows[list->last];
	if (found >= kind->path_count || !list_leads_to(&kind->paths[found], prefix, prefix_len, key)) {
		found = 0;
		while (found < kind->path_count && !list_leads_to(&kind->paths[found], prefix, prefix_len, key))
			found++;
		if (found == kind->path_count)
			return LIST_NO_PATH;
		list->follows[list->last] = (uint8_t)found;
	}
	list->last = (uint8_t)found;
	return found;
}

/* Nothing at or below the first len bytes of this path is read again: the first counts. */
static void list_mark_seen(struct rabbitmq_list *list, const struct rabbitmq_path *path, size_t len)
{
	for (size_t i = 0; i < list->kind->path_count; i++) {
		const struct rabbitmq_path *other = &list->kind->paths[i];
		if (other->len >= len && memcmp(other->text, path->text, len) == 0 &&
		    (other->text[len] == '\0' || other->text[len] == '.'))
			list->seen |= UINT32_C(1) << i;
	}
}

static bool list_read_members(struct rabbitmq_list *list, struct json_reader *json, const char *prefix,
			      size_t prefix_len)
{
	struct json_walk walk = {.first = true};
	struct json_text key;
	json->at++; /* its brace */
	while (json_next_key(json, &walk, &key)) {
		size_t found = list_find_path(list, prefix, prefix_len, &key);
		bool read;
		if (found == LIST_NO_PATH || list->seen & UINT32_C(1) << found) {
			read = json_check(json);
		} else if (list->kind->paths[found].len == prefix_len + key.len) {
			list->seen |= UINT32_C(1) << found;
			read = list->kind->value(list->data, found, json);
		} else {
			const struct rabbitmq_path *path = &list->kind->paths[found];
			read = json_peek(json) == '{'
				       ? list_read_members(list, json, path->text, prefix_len + key.len + 1)
				       : json_check(json);
			list_mark_seen(list, path, prefix_len + key.len);
		}
		if (!read)
			return false;
	}
	return !walk.wrong;
}

static struct json_reader list_reader(const struct json_value *value, struct err *err)
{
	return (struct json_reader){
		.start = value->bytes, .at = value->bytes, .end = value->bytes + value->len, .err = err};
}

static bool list_on_item(void *data, const struct json_value *value, struct err *err)
{
	struct rabbitmq_list *list = data;
	struct json_reader json = list_reader(value, err);
	bool is_object = json_peek(&json) == '{';
	list->seen = 0;
	list->last = LIST_NO_PATH;
	list->kind->begin(list->data);
	if (!(is_object ? list_read_members(list, &json, "", 0) : json_check(&json)))
		return false;
	list->kind->end(list->data);
	return true;
}

/* ---- the list ---- */

static bool list_no_array(const struct rabbitmq_list *list, struct err *err)
{
	return err_set(err, ERR_PARSE, "RabbitMQ's list of %s is not an array", list->kind->what);
}

static bool list_on_member(void *data, const char *key, const struct json_value *value, struct err *err)
{
	struct rabbitmq_list *list = data;
	struct json_reader json = list_reader(value, err);
	if (strcmp(key, "items") == 0 && !list->json.has_items)
		return json_check(&json) && list_no_array(list, &list->err);
	if (strcmp(key, "page") == 0 && !list->has_page) {
		list->has_page = true;
		return rabbitmq_read_count(&json, &list->page.page);
	}
	if (strcmp(key, "page_count") == 0 && !list->has_page_count) {
		list->has_page_count = true;
		return rabbitmq_read_count(&json, &list->page.page_count);
	}
	return json_check(&json);
}

struct rabbitmq_list *rabbitmq_list_create(const struct rabbitmq_list_kind *kind, void *data)
{
	struct rabbitmq_list *list = mem_alloc(sizeof *list);
	*list = (struct rabbitmq_list){
		.kind = kind,
		.data = data,
		.json = {.hooks = {.on_member = list_on_member, .on_item = list_on_item, .data = list},
			 .pieces.pending = BUF_INIT(RABBITMQ_ITEM_MAX),
			 .may_be_bare = true},
		.page = {.page = -1, .page_count = -1},
		.first = -1,
	};
	return list;
}

void rabbitmq_list_destroy(struct rabbitmq_list *list)
{
	if (!list)
		return;
	buf_finish(&list->json.pieces.pending);
	list->kind->finish(list->data);
	free(list);
}

static void list_note_first(struct rabbitmq_list *list, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && list->first < 0; i++)
		if (!json_is_space(bytes[i]))
			list->first = (unsigned char)bytes[i];
}

/* A number or a word is JSON as well. */
static void list_explain(struct rabbitmq_list *list, const struct err *err)
{
	if (err_is_set(&list->err))
		return;
	if (err->code == ERR_LIMIT)
		err_set(&list->err, ERR_LIMIT, "RabbitMQ's response (%s): %s", list->kind->what, err->text);
	else if (list->first > 0 && strchr("\"-0123456789tfn", list->first))
		list_no_array(list, &list->err);
	else
		err_set(&list->err, ERR_PARSE, "RabbitMQ's response (%s) is not JSON", list->kind->what);
}

void rabbitmq_list_feed(struct rabbitmq_list *list, const char *bytes, size_t len)
{
	struct err err = {0};
	if (err_is_set(&list->err) || list->json.whole)
		return;
	list_note_first(list, bytes, len);
	/* What comes behind the list is not of it. */
	if (!json_list_feed(&list->json, bytes, len, &err) && !list->json.whole)
		list_explain(list, &err);
}

bool rabbitmq_list_end(struct rabbitmq_list *list, struct rabbitmq_page *page, struct err *err)
{
	if (!list->json.whole)
		list_explain(list, &(struct err){0});
	else if (!list->json.has_items)
		list_no_array(list, &list->err);
	*page = list->json.is_bare ? (struct rabbitmq_page){.page = 1, .page_count = 1} : list->page;
	if (!err_is_set(&list->err))
		return true;
	if (err)
		*err = list->err;
	return false;
}

bool rabbitmq_list_take(struct rabbitmq_list *list, const char *json, size_t len, struct rabbitmq_page *page,
			struct err *err)
{
	rabbitmq_list_feed(list, json, len);
	bool read = rabbitmq_list_end(list, page, err);
	rabbitmq_list_destroy(list);
	return read;
}
