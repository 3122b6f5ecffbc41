/* A part of the world, for those parts of the deck that draw all that they are given. */
#include "views/screens/deck_private.h"

enum { PART_NODES_MAX = 16 /* more are no columns of tiles on any screen */ };

static bool part_has_cluster(struct world_cluster **clusters, size_t count, const struct world_cluster *cluster)
{
	for (size_t i = 0; i < count; i++)
		if (clusters[i] == cluster)
			return true;
	return false;
}

static bool part_has_node(const struct deck *deck, const struct world_node *node)
{
	vec_each (&deck->nodes, it)
		if (*it == node)
			return true;
	return false;
}

/* False when there are too many. */
static bool collect_nodes(struct deck *deck, struct world_cluster **clusters, size_t count)
{
	vec_clear(&deck->nodes);
	for (size_t i = 0; i < count; i++)
		for (size_t b = 0; b < clusters[i]->broker_count; b++) {
			struct world_node *node = clusters[i]->brokers[b]->node;
			if (!node || part_has_node(deck, node))
				continue;
			if (deck->nodes.len == PART_NODES_MAX)
				return false;
			vec_push(&deck->nodes, node);
		}
	return true;
}

static void part_sort_nodes(struct deck *deck, const struct world_view *world)
{
	size_t found = deck->nodes.len;
	for (size_t i = 0; i < world->node_count; i++)
		if (part_has_node(deck, world->nodes[i]))
			vec_push(&deck->nodes, world->nodes[i]);
	for (size_t i = found; i < deck->nodes.len; i++)
		deck->nodes.items[i - found] = deck->nodes.items[i];
	deck->nodes.len -= found;
}

struct world_view deck_part_of(struct deck *deck, const struct world_view *world, struct world_cluster **clusters,
			       size_t count)
{
	struct world_view part = *world;
	part.clusters = clusters;
	part.cluster_count = count;
	if (collect_nodes(deck, clusters, count)) {
		part_sort_nodes(deck, world);
		part.nodes = deck->nodes.items;
		part.node_count = deck->nodes.len;
	}
	vec_clear(&deck->services);
	for (size_t i = 0; i < count; i++)
		for (size_t s = 0; s < clusters[i]->service_count; s++)
			vec_push(&deck->services, clusters[i]->services[s]);
	part.services = deck->services.items;
	part.service_count = deck->services.len;
	vec_clear(&deck->events);
	for (size_t i = 0; i < world->event_count && deck->events.len < DECK_EVENTS; i++)
		if (part_has_cluster(clusters, count, world->events[i].cluster))
			vec_push(&deck->events, world->events[i]);
	part.events = deck->events.items;
	part.event_count = deck->events.len;
	return part;
}
