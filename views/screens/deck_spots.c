/* The places of the deck that can be chosen, as they were drawn last. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/deck_private.h"

void deck_select(const struct world_cluster *cluster, const struct world_broker *broker, struct selection *out)
{
	struct sheet_row row = {.cluster = cluster, .item.broker = broker};
	selection_of_row(broker ? &sheet_brokers : &sheet_clusters, &row, out);
}

void deck_add_spot(struct deck *deck, struct rect rect, const struct world_cluster *cluster,
		   const struct world_broker *broker)
{
	struct deck_spot spot = {.rect = rect};
	deck_select(cluster, broker, &spot.selection);
	vec_push(&deck->spots, spot);
}

bool deck_is_chosen(struct deck *deck, const struct world_cluster *cluster, const struct world_broker *broker)
{
	struct selection selection;
	deck_select(cluster, broker, &selection);
	if (!*deck->chosen)
		memcpy(deck->chosen, selection.key, sizeof deck->chosen);
	return str_eq(selection.key, deck->chosen);
}
