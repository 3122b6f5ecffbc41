/* Selectors are told apart by their namespace and keys; those that agree in both are packed in the order of their text,
 * until a group is full. */
#include "api/model/sources/selector_groups.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"

enum {
	PAIRS_MAX = 16,
	COMMA_SIZE = 3, /* "%2C" */
	SET_SIZE = 21,  /* " in (" and "),", escaped */
};

struct source_group_place {
	char *namespace, *selector, *keys; /* keys NULL = not to be joined */
	struct source_group *group;        /* NULL = none yet */
	bool needed;
};

/* ---- reading selectors ---- */

struct pairs { /* of one selector, by key */
	char *text;
	struct {
		const char *key, *value;
	} items[PAIRS_MAX];
	size_t count;
};

static bool is_plain(const char *word, const char *allowed_too)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t len = 0;
	while (word[len] && (strchr(letters, word[len]) || strchr(allowed_too, word[len])))
		len++;
	return len > 0 && !word[len];
}

static void insert_pair(struct pairs *pairs, const char *key, const char *value)
{
	size_t at = pairs->count++;
	for (; at > 0 && strcmp(key, pairs->items[at - 1].key) < 0; at--)
		pairs->items[at] = pairs->items[at - 1];
	pairs->items[at].key = key;
	pairs->items[at].value = value;
}

/* False for what is not "key=value,…" with words as labels have them. */
static bool read_pairs(const char *selector, struct pairs *out)
{
	*out = (struct pairs){.text = mem_strdup(selector)};
	char *rest = out->text, *part;
	while ((part = strsep(&rest, ","))) {
		char *value = strchr(part, '=');
		if (!value || out->count == PAIRS_MAX)
			return false;
		*value++ = '\0';
		if (!is_plain(part, "/") || !is_plain(value, ""))
			return false;
		insert_pair(out, part, value);
	}
	return true;
}

static char *keys_of(const char *selector)
{
	struct pairs pairs;
	struct buf keys = BUF_INIT(SOURCE_GROUP_MAX);
	bool plain = read_pairs(selector, &pairs);
	for (size_t i = 0; plain && i < pairs.count; i++)
		buf_printf(&keys, "%s%s", i ? "," : "", pairs.items[i].key);
	free(pairs.text);
	char *text = plain && !keys.overflow ? buf_take(&keys) : NULL;
	buf_finish(&keys);
	return text;
}

/* ---- packing ---- */

struct packing { /* a group that is being filled */
	struct source_group *group;
	struct map values[PAIRS_MAX]; /* by key of the group */
};

static size_t size_of_keys(const char *keys)
{
	size_t size = 0;
	for (const char *at = keys; *at; at++)
		size += *at == '/' ? 3 : *at == ',' ? SET_SIZE : 1;
	return size + SET_SIZE;
}

static void group_begin(struct packing *packing, const struct source_group_place *first)
{
	*packing = (struct packing){.group = mem_alloc(sizeof(struct source_group))};
	packing->group->namespace = mem_strdup(first->namespace);
	packing->group->keys = mem_strdup(first->keys);
	packing->group->size = first->keys ? size_of_keys(first->keys) : SOURCE_GROUP_MAX;
	packing->group->holders = 1;
}

/* False when there is no room for it any more. One alone always has room. */
static bool group_add(struct packing *packing, struct source_group_place *place)
{
	struct source_group *group = packing->group;
	struct pairs pairs = {0};
	size_t more = 0;
	bool joins = place->keys && read_pairs(place->selector, &pairs);
	for (size_t i = 0; joins && i < pairs.count; i++)
		if (!map_find(&packing->values[i], pairs.items[i].value))
			more += strlen(pairs.items[i].value) + COMMA_SIZE;
	bool fits = !group->selectors.len || group->size + more <= SOURCE_GROUP_MAX;
	for (size_t i = 0; fits && joins && i < pairs.count; i++)
		map_set(&packing->values[i], pairs.items[i].value, NULL);
	free(pairs.text);
	if (!fits)
		return false;
	group->size += more;
	group->live++;
	map_set(&group->selectors, place->selector, NULL);
	place->group = group;
	return true;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_values(struct buf *out, const char *key, int len, const struct map *values)
{
	VEC(const char *) words = {0};
	for (struct map_entry *at = map_next(values, NULL); at; at = map_next(values, at))
		vec_push(&words, at->key);
	if (words.len)
		qsort(words.items, words.len, sizeof *words.items, compare_words);
	buf_printf(out, "%s%.*s%s", out->len ? "," : "", len, key, words.len == 1 ? "=" : " in (");
	vec_each (&words, word)
		buf_printf(out, "%s%s", word == words.items ? "" : ",", *word);
	buf_append_str(out, words.len == 1 ? "" : ")");
	vec_finish(&words);
}

static void group_end(struct source_groups *groups, struct packing *packing, const char *selector)
{
	struct source_group *group = packing->group;
	struct buf labels = BUF_INIT(4 * SOURCE_GROUP_MAX);
	const char *key = group->keys;
	for (size_t i = 0; key; i++) {
		size_t len = strcspn(key, ",");
		append_values(&labels, key, (int)len, &packing->values[i]);
		map_finish(&packing->values[i]);
		key = key[len] ? key + len + 1 : NULL;
	}
	group->labels = group->keys ? buf_take(&labels) : mem_strdup(selector);
	buf_finish(&labels);
	vec_push(&groups->current, group);
}

typedef VEC(struct source_group_place *) place_vec;

static bool are_few(const struct source_groups *groups)
{
	return groups->places.len <= SOURCE_GROUPS_FEW;
}

static bool belong_together(const struct source_group_place *a, const struct source_group_place *b)
{
	return a->keys && b->keys && str_eq(a->keys, b->keys) && str_eq(a->namespace, b->namespace);
}

/* Those that belong together stand together. */
static void pack(struct source_groups *groups, const place_vec *places)
{
	struct packing packing = {0};
	for (size_t i = 0; i < places->len; i++) {
		struct source_group_place *place = places->items[i], *before = i ? places->items[i - 1] : NULL;
		if (before && !are_few(groups) && belong_together(before, place) && group_add(&packing, place))
			continue;
		if (before)
			group_end(groups, &packing, before->selector);
		group_begin(&packing, place);
		(void)group_add(&packing, place);
	}
	if (places->len)
		group_end(groups, &packing, places->items[places->len - 1]->selector);
}

static int compare_group_places(const void *a, const void *b)
{
	const struct source_group_place *left = *(struct source_group_place *const *)a,
					*right = *(struct source_group_place *const *)b;
	int order = strcmp(str_or(left->namespace, ""), str_or(right->namespace, ""));
	order = order ? order : strcmp(str_or(left->keys, ""), str_or(right->keys, ""));
	return order ? order : strcmp(left->selector, right->selector);
}

/* What either holds; NULL and NULL = what no group holds yet. */
static void pack_those_of(struct source_groups *groups, const struct source_group *one,
			  const struct source_group *other)
{
	place_vec places = {0};
	for (struct map_entry *at = map_next(&groups->places, NULL); at; at = map_next(&groups->places, at)) {
		struct source_group_place *place = at->value;
		if (place->group == one || place->group == other)
			vec_push(&places, place);
	}
	if (places.len)
		qsort(places.items, places.len, sizeof *places.items, compare_group_places);
	pack(groups, &places);
	vec_finish(&places);
}

/* ---- keeping groups ---- */

static void drop_group(struct source_groups *groups, struct source_group *group)
{
	for (size_t i = 0; i < groups->current.len; i++)
		if (groups->current.items[i] == group) {
			vec_remove(&groups->current, i);
			break;
		}
	source_group_release(group);
}

static bool is_partial(const struct source_group *group)
{
	return group->keys && group->size < SOURCE_GROUP_MAX / 2;
}

static bool could_join(const struct source_group *a, const struct source_group *b)
{
	return is_partial(a) && is_partial(b) && str_eq(a->keys, b->keys) && str_eq(a->namespace, b->namespace);
}

/* One of several small ones that could be one; NULL when there are none. */
static const struct source_group *find_crowd(const struct source_groups *groups)
{
	const struct source_group *found = NULL;
	struct map counts = MAP_INIT;
	vec_each (&groups->current, group) {
		if (found || !is_partial(*group))
			continue;
		CLEANUP(free) char *key = str_printf("%s %s", str_or((*group)->namespace, ""), (*group)->keys);
		uintptr_t count = (uintptr_t)map_get(&counts, key) + 1;
		map_set(&counts, key, (void *)count);
		if (count > SOURCE_GROUPS_PARTIAL)
			found = *group;
	}
	map_finish(&counts);
	return found;
}

static void join_two_like(struct source_groups *groups, const struct source_group *it)
{
	struct source_group *first = NULL, *second = NULL;
	vec_each (&groups->current, other) {
		if (!could_join(it, *other))
			continue;
		if (!first || (*other)->size < first->size) {
			second = first;
			first = *other;
		} else if (!second || (*other)->size < second->size) {
			second = *other;
		}
	}
	pack_those_of(groups, first, second);
	drop_group(groups, first);
	drop_group(groups, second);
}

static void free_place(struct source_group_place *place)
{
	free(place->namespace);
	free(place->selector);
	free(place->keys);
	free(place);
}

void source_groups_begin(struct source_groups *groups)
{
	for (struct map_entry *at = map_next(&groups->places, NULL); at; at = map_next(&groups->places, at))
		((struct source_group_place *)at->value)->needed = false;
}

void source_groups_need(struct source_groups *groups, const char *namespace, const char *selector)
{
	CLEANUP(free) char *key = str_printf("%s %s", str_or(namespace, ""), selector);
	struct source_group_place *place = map_get(&groups->places, key);
	if (!place) {
		place = mem_alloc(sizeof *place);
		place->namespace = mem_strdup(namespace);
		place->selector = mem_strdup(selector);
		place->keys = keys_of(selector);
		map_set(&groups->places, key, place);
	}
	place->needed = true;
}

static void forget_places(struct source_groups *groups)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&groups->places, NULL); at; at = map_next(&groups->places, at))
		if (!((const struct source_group_place *)at->value)->needed)
			vec_push(&gone, mem_strdup(at->key));
	vec_each (&gone, key) {
		struct source_group_place *place = map_remove(&groups->places, *key);
		if (place->group)
			place->group->live--;
		free_place(place);
		free(*key);
	}
	vec_finish(&gone);
}

/* Groups that match more of what is gone than of what is there. */
static void dissolve_groups(struct source_groups *groups)
{
	for (struct map_entry *at = map_next(&groups->places, NULL); at; at = map_next(&groups->places, at)) {
		struct source_group_place *place = at->value;
		if (place->group && place->group->live * 2 < place->group->selectors.len)
			place->group = NULL;
	}
	for (size_t i = groups->current.len; i-- > 0;) {
		struct source_group *group = groups->current.items[i];
		if (group->live * 2 < group->selectors.len)
			drop_group(groups, group);
	}
}

void source_groups_end(struct source_groups *groups)
{
	forget_places(groups);
	dissolve_groups(groups);
	pack_those_of(groups, NULL, NULL);
	for (const struct source_group *crowd; !are_few(groups) && (crowd = find_crowd(groups));)
		join_two_like(groups, crowd);
}

void source_groups_finish(struct source_groups *groups)
{
	source_groups_begin(groups);
	source_groups_end(groups);
	map_finish(&groups->places);
	vec_finish(&groups->current);
}

struct source_group *source_group_hold(struct source_group *group)
{
	group->holders++;
	return group;
}

void source_group_release(struct source_group *group)
{
	if (!group || --group->holders)
		return;
	map_finish(&group->selectors);
	free(group->namespace);
	free(group->labels);
	free(group->keys);
	free(group);
}

bool source_group_covers(const struct source_group *group, const char *selector)
{
	return map_find(&group->selectors, selector) != NULL;
}
