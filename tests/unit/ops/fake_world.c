#include "tests/unit/ops/fake.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

static void add_broker(struct fake_cluster *fake, size_t index)
{
	struct world_cluster *cluster = &fake->cluster;
	struct world_broker *broker = &fake->brokers[index];
	snprintf(fake->names[index], sizeof fake->names[index], "%s-%zu", cluster->name, index);
	snprintf(fake->members[index], sizeof fake->members[index], "rabbit@%s-%zu", cluster->name, index);
	*broker = (struct world_broker){.cluster = cluster,
					.name = fake->names[index],
					.ordinal = (int32_t)index,
					.id = -1,
					.expected = true,
					.reachable = -1,
					.connections = -1,
					.state = "missing"};
	fake->pods[index] = (struct kube_pod){
		.meta = {.name = broker->name, .namespace = "mq", .uid = broker->name, .deleted_ms = -1},
		.grace_seconds = -1};
	fake->broker_list[index] = broker;
	cluster->brokers = fake->broker_list;
	cluster->broker_count = index + 1;
}

void fake_broker_ready(struct fake_cluster *fake, size_t index)
{
	fake->brokers[index].pod = &fake->pods[index];
	fake->brokers[index].ready = true;
	fake->brokers[index].state = "ready";
}

void fake_broker_joined(struct fake_cluster *fake, size_t index)
{
	fake->brokers[index].reachable = 1;
	if (fake->cluster.kind == WORLD_BROKER_KAFKA)
		fake->brokers[index].id = (int32_t)index;
	else
		fake->brokers[index].member_name = fake->members[index];
}

void fake_add_broker(struct fake_world *world, int cluster)
{
	struct fake_cluster *fake = &world->clusters[cluster];
	add_broker(fake, fake->cluster.broker_count);
	fake->cluster.desired = fake->set.replicas = (int32_t)fake->cluster.broker_count;
}

static void add_cluster(struct fake_world *world, int at, enum world_broker_kind kind, const char *name,
			const char *key)
{
	struct fake_cluster *fake = &world->clusters[at];
	struct world_cluster *cluster = &fake->cluster;
	*cluster = (struct world_cluster){.key = key,
					  .name = name,
					  .namespace = "mq",
					  .kind = kind,
					  .desired = 3,
					  .stateful_set = &fake->set,
					  .connections = -1,
					  .source = {.updated_ms = 1}};
	fake->set = (struct kube_stateful_set){.meta = {.name = name, .namespace = "mq", .deleted_ms = -1},
					       .replicas = 3,
					       .pod_management_policy = "Parallel",
					       .current_revision = "a",
					       .update_revision = "a"};
	for (size_t i = 0; i < 3; i++) {
		add_broker(fake, i);
		fake_broker_ready(fake, i);
		fake_broker_joined(fake, i);
		fake->brokers[i].node = &world->nodes[i];
		world->on_node[i][world->nodes[i].broker_count++] = &fake->brokers[i];
	}
	world->cluster_list[at] = cluster;
}

void fake_world_init(struct fake_world *world)
{
	static const char *const node_names[FAKE_NODES] = {"node-1", "node-2", "node-3"};
	*world = (struct fake_world){.view = {.link = WORLD_LIVE,
					      .clusters = world->cluster_list,
					      .cluster_count = 2,
					      .nodes = world->node_list,
					      .node_count = FAKE_NODES,
					      .events = world->events}};
	for (size_t i = 0; i < FAKE_NODES; i++) {
		world->nodes[i] = (struct world_node){
			.name = node_names[i], .ready = true, .ready_known = true, .brokers = world->on_node[i]};
		world->node_list[i] = &world->nodes[i];
	}
	add_cluster(world, FAKE_KAFKA, WORLD_BROKER_KAFKA, "orders", "mq/orders/kafka");
	add_cluster(world, FAKE_RABBITMQ, WORLD_BROKER_RABBITMQ, "events", "mq/events/rabbitmq");
}

void fake_add_replicated(struct fake_cluster *fake, const char *name, int partition, unsigned mask)
{
	struct world_replicated *it = &fake->replicated[fake->cluster.replicated_count++];
	*it = (struct world_replicated){.cluster = &fake->cluster, .name = name, .partition = partition, .leader = -1};
	for (int16_t i = 0; i < FAKE_BROKERS; i++) {
		if (mask & 1u << i) {
			it->leader = it->leader < 0 ? i : it->leader;
			it->in_sync[it->replica_count] = true;
			it->replicas[it->replica_count] = i;
			it->replica_ids[it->replica_count++] = i;
		}
	}
	it->in_sync_count = it->replica_count;
	it->min_in_sync = partition >= 0 ? 2 : it->replica_count / 2 + 1;
	it->state = WORLD_REPLICA_OK;
}

void fake_out_of_sync(struct fake_cluster *fake, const char *name, int partition, int broker)
{
	for (int64_t i = 0; i < fake->cluster.replicated_count; i++) {
		struct world_replicated *it = &fake->replicated[i];
		for (size_t at = 0; at < it->replica_count; at++) {
			if (!str_eq(it->name, name) || it->partition != partition || it->replicas[at] != broker ||
			    !it->in_sync[at])
				continue;
			it->in_sync[at] = false;
			it->in_sync_count--;
			it->state = WORLD_REPLICA_UNDER_REPLICATED;
		}
	}
}

void fake_add_event(struct fake_world *world, const char *kind, const char *name, const char *reason,
		    const char *message)
{
	size_t at = world->view.event_count++;
	world->event_records[at] = (struct kube_event){.object_kind = kind,
						       .object_namespace = "mq",
						       .object_name = name,
						       .reason = reason,
						       .message = message};
	world->events[at].record = &world->event_records[at];
}

/* ---- in place of api/model ---- */

struct world_cluster *world_find_cluster(const struct world_view *view, const char *key)
{
	for (size_t i = 0; i < view->cluster_count; i++)
		if (!strcmp(view->clusters[i]->key, key))
			return view->clusters[i];
	return NULL;
}

struct world_node *world_find_node(const struct world_view *view, const char *name)
{
	for (size_t i = 0; i < view->node_count; i++)
		if (!strcmp(view->nodes[i]->name, name))
			return view->nodes[i];
	return NULL;
}

void world_replicated_at(const struct world_cluster *cluster, int64_t index, struct world_replicated *out)
{
	*out = ((const struct fake_cluster *)cluster)->replicated[index];
	bool led = cluster->kind == WORLD_BROKER_KAFKA && out->leader >= 0;
	out->leader_id = led ? cluster->brokers[out->leader]->id : -1;
}

void world_queue_at(const struct world_cluster *cluster, int64_t index, struct world_queue *out)
{
	*out = ((const struct fake_cluster *)cluster)->queues[index];
}

void world_group_at(const struct world_cluster *cluster, int64_t index, struct world_group *out)
{
	*out = ((const struct fake_cluster *)cluster)->groups[index];
}

struct world_broker *world_find_broker(const struct world_view *view, const char *namespace, const char *pod)
{
	for (size_t i = 0; i < view->cluster_count; i++)
		for (size_t j = 0; j < view->clusters[i]->broker_count; j++)
			if (str_eq(view->clusters[i]->namespace, namespace) &&
			    str_eq(view->clusters[i]->brokers[j]->name, pod))
				return view->clusters[i]->brokers[j];
	return NULL;
}

struct world_broker *world_find_member(const struct world_view *view, const char *namespace, const char *pod)
{
	return world_find_broker(view, namespace, pod);
}
