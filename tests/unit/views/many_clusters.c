/* Builds the world of many_clusters.h. */
#include "tests/unit/views/many_clusters.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static const char *const many_zones[] = {"a", "b", "c"};

static void make_nodes(struct many_clusters *many)
{
	many->view.nodes = arena_alloc(&many->arena, MANY_NODES * sizeof *many->view.nodes);
	many->view.node_count = MANY_NODES;
	for (size_t i = 0; i < MANY_NODES; i++) {
		struct world_node *node = arena_alloc(&many->arena, sizeof *node);
		node->name = arena_printf(&many->arena, "node-%zu", i + 1);
		node->zone = many_zones[i * ARRAY_LEN(many_zones) / MANY_NODES];
		node->ready = node->ready_known = true;
		many->view.nodes[i] = node;
	}
}

static struct world_broker *make_broker(struct many_clusters *many, struct world_cluster *cluster, size_t ordinal,
					struct world_node *node)
{
	struct world_broker *broker = arena_alloc(&many->arena, sizeof *broker);
	broker->cluster = cluster;
	broker->name = arena_printf(&many->arena, "%s-%zu", cluster->name, ordinal);
	broker->node = node;
	broker->ready = broker->expected = true;
	broker->reachable = 1;
	broker->severity = SEV_OK;
	broker->state = "ready";
	broker->leaders = 4;
	broker->in_sync = broker->replicas = 12;
	broker->disk_used_bytes = (int64_t)5 << 30;
	broker->disk_total_bytes = (int64_t)20 << 30;
	broker->memory_used_bytes = -1;
	broker->in_rate = broker->out_rate = -1;
	broker->alarms = "";
	node->broker_count++;
	return broker;
}

static struct world_cluster *make_cluster(struct many_clusters *many, size_t i)
{
	struct world_cluster *cluster = arena_alloc(&many->arena, sizeof *cluster);
	bool kafka = i % 2 == 0;
	cluster->kind = kafka ? WORLD_BROKER_KAFKA : WORLD_BROKER_RABBITMQ;
	cluster->namespace = arena_printf(&many->arena, "team-%02zu", i / MANY_IN_NAMESPACE);
	cluster->name = arena_printf(&many->arena, "%s-%03zu", kafka ? "kafka" : "rabbit", i);
	cluster->key =
		arena_printf(&many->arena, "%s/%s/%s", cluster->namespace, cluster->name, kafka ? "kafka" : "rabbitmq");
	cluster->desired = MANY_BROKERS;
	cluster->version = "4.1.0";
	cluster->brokers = arena_alloc(&many->arena, MANY_BROKERS * sizeof *cluster->brokers);
	cluster->broker_count = MANY_BROKERS;
	for (size_t b = 0; b < MANY_BROKERS; b++)
		cluster->brokers[b] = make_broker(many, cluster, b, many->view.nodes[(i + b) % MANY_NODES]);
	many_clusters_say(many, cluster, SEV_OK, "3 of 3 brokers ready, 12 partitions all in sync");
	return cluster;
}

void many_clusters_start(struct many_clusters *many, size_t count)
{
	*many = (struct many_clusters){.clock = clock_virtual(1000000)};
	many->view.link = WORLD_LIVE;
	make_nodes(many);
	many->view.clusters = arena_alloc(&many->arena, count * sizeof *many->view.clusters);
	many->view.cluster_count = count;
	for (size_t i = 0; i < count; i++)
		many->view.clusters[i] = make_cluster(many, i);
	many_clusters_sort(many);
	many->app.loop = loop_create(&many->clock);
	many->app.world = &many->view;
}

void many_clusters_finish(struct many_clusters *many)
{
	loop_destroy(many->app.loop);
	arena_finish(&many->arena);
}

struct world_cluster *many_clusters_named(struct many_clusters *many, const char *name)
{
	for (size_t i = 0; i < many->view.cluster_count; i++) {
		struct world_cluster *cluster = many->view.clusters[i];
		size_t len = strlen(cluster->namespace);
		if (str_has_prefix(name, cluster->namespace) && name[len] == '/' &&
		    str_eq(name + len + 1, cluster->name))
			return cluster;
	}
	return NULL;
}

void many_clusters_say(struct many_clusters *many, struct world_cluster *cluster, enum severity severity,
		       const char *headline)
{
	bool read = severity != SEV_INFO;
	cluster->severity = severity;
	cluster->headline = arena_strdup(&many->arena, headline);
	cluster->replicated_count = read ? 12 : -1;
	cluster->under_replicated = !read ? -1 : severity > SEV_INFO ? 2 : 0;
}

static int compare(const void *a, const void *b)
{
	const struct world_cluster *left = *(struct world_cluster *const *)a,
				   *right = *(struct world_cluster *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return strcmp(left->key, right->key);
}

void many_clusters_sort(struct many_clusters *many)
{
	if (many->view.cluster_count)
		qsort(many->view.clusters, many->view.cluster_count, sizeof *many->view.clusters, compare);
}
