/* Who of a RabbitMQ cluster hears whom, as each node says itself through its own pod. A node that is alive by its own
 * answer and is not heard by another that is alive is cut off from it by the network: no node's word about the rest is
 * taken for that alone, because the one that is cut off calls all the others down. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"

static bool names_broker(const struct join_cluster *cluster, const char *nodes, const struct join_broker *broker)
{
	for (const char *at = nodes; at && *at; at += strspn(at, ",")) {
		size_t len = strcspn(at, ",");
		CLEANUP(free) char *node = mem_strndup(at, len);
		int32_t index = join_rabbitmq_broker_of(cluster, node);
		if (index >= 0 && cluster->brokers.items[index] == &broker->pub)
			return true;
		at += len;
	}
	return false;
}

static bool is_deaf_to(const struct join_cluster *cluster, const struct join_broker *broker,
		       const struct join_broker *other)
{
	return names_broker(cluster, broker->unheard, other);
}

size_t join_hearing_missed_by(const struct join_cluster *cluster, const struct join_broker *broker)
{
	size_t count = 0;
	vec_each (&cluster->brokers, other)
		count += *other != &broker->pub && is_deaf_to(cluster, (struct join_broker *)*other, broker);
	return count;
}

static bool are_apart(const struct join_cluster *cluster, const struct join_broker *a, const struct join_broker *b)
{
	return is_deaf_to(cluster, a, b) || is_deaf_to(cluster, b, a);
}

/* The side of the first before it from which it is not apart; its own where there is none. */
static int16_t side_of(struct join_cluster *cluster, size_t index)
{
	const struct join_broker *broker = (struct join_broker *)cluster->brokers.items[index];
	for (size_t i = 0; i < index; i++) {
		const struct join_broker *other = (struct join_broker *)cluster->brokers.items[i];
		if (other->side >= 0 && !are_apart(cluster, other, broker))
			return other->side;
	}
	return cluster->side_count++;
}

void join_hearing(struct join_cluster *cluster)
{
	cluster->side_count = 0;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		struct join_broker *broker = (struct join_broker *)cluster->brokers.items[i];
		broker->side = broker->alive ? side_of(cluster, i) : -1;
	}
}
