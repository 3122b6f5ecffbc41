/* Lists of partitions with their brokers: kept sorted, written as text and read back, from a person too. */
#include "api/ops/kafka/assignment.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

enum { TOPIC_MAX = 249, ID_MAX = INT32_MAX };

static const char topic_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

static bool is_topic(const char *name, size_t len)
{
	return len > 0 && len <= TOPIC_MAX && strspn(name, topic_letters) >= len;
}

/* The name of the item before, where it is the same one: names are most of the memory. */
static const char *own_name(struct ops_kafka_assignment *assignment, const char *name, size_t len)
{
	const char *last = assignment->items.len ? assignment->items.items[assignment->items.len - 1].topic : NULL;
	if (last && !strncmp(last, name, len) && !last[len])
		return last;
	return arena_strndup(&assignment->arena, name, len);
}

static bool assignment_append(struct ops_kafka_assignment *assignment, const char *topic, size_t topic_len,
			      int32_t partition, const int32_t *nodes, size_t count)
{
	if (!is_topic(topic, topic_len) || partition < 0 || count > OPS_KAFKA_ASSIGNMENT_NODES_MAX)
		return false;
	int32_t *own = count ? arena_alloc(&assignment->arena, count * sizeof *own) : NULL;
	if (own)
		memcpy(own, nodes, count * sizeof *own);
	const char *name = own_name(assignment, topic, topic_len);
	vec_push(&assignment->items,
		 (struct ops_kafka_assignment_item){
			 .topic = name, .nodes = own, .partition = partition, .count = (uint8_t)count});
	return true;
}

bool ops_kafka_assignment_add(struct ops_kafka_assignment *assignment, const char *topic, int32_t partition,
			      const int32_t *nodes, size_t count)
{
	return topic && assignment_append(assignment, topic, strlen(topic), partition, nodes, count);
}

static int assignment_compare_key(const char *topic, int32_t partition, const struct ops_kafka_assignment_item *item)
{
	int order = topic == item->topic ? 0 : strcmp(topic, item->topic);
	return order ? order : (partition > item->partition) - (partition < item->partition);
}

static int assignment_compare_items(const void *a, const void *b)
{
	const struct ops_kafka_assignment_item *item = a;
	return assignment_compare_key(item->topic, item->partition, b);
}

void ops_kafka_assignment_sort(struct ops_kafka_assignment *assignment)
{
	if (assignment->items.len > 1)
		qsort(assignment->items.items, assignment->items.len, sizeof *assignment->items.items,
		      assignment_compare_items);
}

const struct ops_kafka_assignment_item *ops_kafka_assignment_find(const struct ops_kafka_assignment *assignment,
								  const char *topic, int32_t partition, size_t *hint)
{
	const struct ops_kafka_assignment_item *items = assignment->items.items;
	size_t low = 0, high = assignment->items.len;
	if (*hint < high && assignment_compare_key(topic, partition, &items[*hint]) == 0)
		return &items[(*hint)++];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = assignment_compare_key(topic, partition, &items[middle]);
		if (order == 0) {
			*hint = middle + 1;
			return &items[middle];
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*hint = low;
	return NULL;
}

/* ---- text ---- */

static bool read_number(const char **at, int32_t *out)
{
	int64_t number = 0;
	const char *start = *at;
	for (; **at >= '0' && **at <= '9' && number <= ID_MAX; (*at)++)
		number = number * 10 + (**at - '0');
	*out = (int32_t)number;
	return *at > start && number <= ID_MAX;
}

static bool read_nodes(const char **at, int32_t nodes[static OPS_KAFKA_ASSIGNMENT_NODES_MAX], size_t *count)
{
	*count = 0;
	if (**at == '-') {
		(*at)++;
		return true;
	}
	for (;;) {
		if (*count == OPS_KAFKA_ASSIGNMENT_NODES_MAX || !read_number(at, &nodes[*count]))
			return false;
		for (size_t i = 0; i < *count; i++)
			if (nodes[i] == nodes[*count])
				return false;
		(*count)++;
		if (**at != ',')
			return true;
		(*at)++;
	}
}

/* One topic with its partitions, up to ';' or the end. */
static bool read_topic(struct ops_kafka_assignment *out, const char **at)
{
	const char *topic = *at;
	size_t len = strspn(topic, topic_letters);
	*at += len;
	if (**at != ' ')
		return false;
	while (**at == ' ') {
		int32_t partition, nodes[OPS_KAFKA_ASSIGNMENT_NODES_MAX];
		size_t count;
		(*at)++;
		if (!read_number(at, &partition) || **at != ':')
			return false;
		(*at)++;
		if (!read_nodes(at, nodes, &count) || !assignment_append(out, topic, len, partition, nodes, count))
			return false;
	}
	return true;
}

static bool has_twice(const struct ops_kafka_assignment *assignment)
{
	for (size_t i = 1; i < assignment->items.len; i++)
		if (assignment_compare_items(&assignment->items.items[i - 1], &assignment->items.items[i]) == 0)
			return true;
	return false;
}

bool ops_kafka_assignment_parse(struct ops_kafka_assignment *out, const char *text, struct err *err)
{
	*out = (struct ops_kafka_assignment){0};
	const char *at = text;
	bool good = true;
	while (good && *at) {
		good = read_topic(out, &at) && (*at == ';' || !*at);
		if (good && *at == ';')
			at++;
	}
	ops_kafka_assignment_sort(out);
	if (good && !has_twice(out))
		return true;
	ops_kafka_assignment_finish(out);
	if (good)
		return err_set(err, ERR_USAGE, "a partition appears twice in the assignment");
	return err_set(err, ERR_USAGE,
		       "cannot parse the assignment at \"%.20s\": expected TOPIC PARTITION:ID,ID …;TOPIC …", at);
}

void ops_kafka_assignment_write(const struct ops_kafka_assignment *assignment, struct buf *out)
{
	const char *topic = NULL;
	vec_each (&assignment->items, item) {
		if (!topic || strcmp(topic, item->topic) != 0)
			buf_printf(out, "%s%s", topic ? ";" : "", item->topic);
		topic = item->topic;
		buf_printf(out, " %d:%s", (int)item->partition, item->count ? "" : "-");
		for (size_t i = 0; i < item->count; i++)
			buf_printf(out, "%s%d", i ? "," : "", (int)item->nodes[i]);
	}
}

void ops_kafka_assignment_finish(struct ops_kafka_assignment *assignment)
{
	arena_finish(&assignment->arena);
	vec_finish(&assignment->items);
}
