/* Inside the deck: what its drawing files share. */
#ifndef MQDECK_VIEWS_SCREENS_DECK_PRIVATE_H
#define MQDECK_VIEWS_SCREENS_DECK_PRIVATE_H

#include "views/app/app.h"

enum { DECK_EVENTS = 10 }; /* the newest; :events has them all */

struct deck_spot { /* a place that can be chosen, as drawn last */
	struct rect rect;
	struct selection selection;
};

struct deck {
	VEC(struct deck_spot) spots;
	char chosen[SELECTION_TEXT_MAX * 2]; /* key of the chosen spot */
	int name_width;
};

void deck_add_spot(struct deck *deck, struct rect rect, const struct world_cluster *cluster,
		   const struct world_broker *broker);
/* Nothing chosen yet: the first one asked for is. broker NULL = the cluster itself. */
bool deck_is_chosen(struct deck *deck, const struct world_cluster *cluster, const struct world_broker *broker);

/* Both draw the brokers and return the first free line. */
bool deck_tiles_fit(const struct world_view *world, struct rect rect);
int deck_draw_tiles(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world);
int deck_draw_lines(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world);

#endif
