/* What changes in a RabbitMQ cluster when its tools are told to: members, maintenance, leaving. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

enum { ENTRIES_PER_MS = 2, LOG_ENTRIES = 20000 };

struct demo_rabbitmq_queue *demo_rabbitmq_find_queue(struct demo_rabbitmq *rabbit, const char *vhost, const char *name)
{
	vec_each (&rabbit->queues, queue)
		if (str_eq(queue->name, name) && str_eq(queue->vhost, vhost))
			return queue;
	return NULL;
}

static size_t queue_member_index(const struct demo_rabbitmq_queue *queue, int node)
{
	size_t at = 0;
	while (at < queue->member_count && queue->members[at] != node)
		at++;
	return at;
}

int64_t demo_rabbitmq_behind(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, int node)
{
	int64_t copied = (demo_time_ms(rabbit->demo) - queue->since_ms[node]) * ENTRIES_PER_MS;
	return copied < LOG_ENTRIES ? LOG_ENTRIES - copied : 0;
}

static bool has_quorum(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, struct buf *errors)
{
	if (queue->leader >= 0 && demo_rabbitmq_online_members(rabbit, queue) > queue->member_count / 2)
		return true;
	buf_append_str(errors, "Error:\n{:error, :cluster_change_not_permitted}\n");
	return false;
}

bool demo_rabbitmq_add_member(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue, int node,
			      struct buf *errors)
{
	if (queue_member_index(queue, node) < queue->member_count)
		return true;
	if (!has_quorum(rabbit, queue, errors))
		return false;
	if (!rabbit->nodes[node].up) {
		buf_append_str(errors, "Error:\n{:error, :node_not_running}\n");
		return false;
	}
	queue->members[queue->member_count++] = node;
	queue->since_ms[node] = demo_time_ms(rabbit->demo);
	return true;
}

bool demo_rabbitmq_remove_member(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue, int node,
				 struct buf *errors)
{
	size_t at = queue_member_index(queue, node);
	if (at == queue->member_count)
		return true;
	if (queue->member_count == 1) {
		buf_append_str(errors, "Error:\n{:error, :last_node}\n");
		return false;
	}
	if (!has_quorum(rabbit, queue, errors))
		return false;
	memmove(queue->members + at, queue->members + at + 1, (--queue->member_count - at) * sizeof *queue->members);
	if (queue->leader == node)
		queue->leader = -1;
	return true;
}

void demo_rabbitmq_drain(struct demo_rabbitmq *rabbit, int node, bool drain)
{
	if (rabbit->nodes[node].drained && !drain)
		vec_each (&rabbit->queues, queue)
			queue->since_ms[node] = demo_time_ms(rabbit->demo) - (LOG_ENTRIES - 4000) / ENTRIES_PER_MS;
	rabbit->nodes[node].drained = drain;
}

void demo_rabbitmq_stop_app(struct demo_rabbitmq *rabbit, int node, bool stop)
{
	rabbit->nodes[node].stopped = stop;
	demo_rabbitmq_tick(rabbit);
}

bool demo_rabbitmq_forget(struct demo_rabbitmq *rabbit, int node, struct buf *errors)
{
	char name[128];
	demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
	if (rabbit->nodes[node].up) {
		buf_printf(errors,
			   "Error:\nRabbitMQ on node %s must be stopped with 'rabbitmqctl -n %s stop_app' before it "
			   "can be removed\n",
			   name, name);
		return false;
	}
	for (size_t i = rabbit->queues.len; i-- > 0;) {
		struct demo_rabbitmq_queue *queue = &rabbit->queues.items[i];
		struct buf ignored = BUF_INIT(1024);
		if (queue->type != DEMO_RABBITMQ_QUEUE_CLASSIC)
			demo_rabbitmq_remove_member(rabbit, queue, node, &ignored);
		else if (queue->members[0] == node)
			vec_remove(&rabbit->queues, i);
		buf_finish(&ignored);
	}
	rabbit->nodes[node].joined = false;
	rabbit->nodes[node].forgotten = true;
	return true;
}

void demo_rabbitmq_rebalance(struct demo_rabbitmq *rabbit)
{
	int led[DEMO_CLUSTER_BROKERS_MAX] = {0};
	vec_each (&rabbit->queues, queue) {
		if (queue->type != DEMO_RABBITMQ_QUEUE_QUORUM || queue->leader < 0)
			continue;
		int best = queue->leader;
		for (size_t i = 0; i < queue->member_count; i++)
			if (demo_rabbitmq_is_online(rabbit, queue, queue->members[i]) &&
			    led[queue->members[i]] < led[best])
				best = queue->members[i];
		queue->leader = best;
		led[best]++;
	}
}
