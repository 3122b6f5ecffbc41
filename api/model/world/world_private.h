/* How the world comes to be outdated: for what fills it, which is its sources, or a test by hand. */
#ifndef MQDECK_MODEL_WORLD_WORLD_PRIVATE_H
#define MQDECK_MODEL_WORLD_WORLD_PRIVATE_H

struct world;

/* Something changed: the next world_update() joins again. Tells the owner once. */
void world_mark_dirty(struct world *world);
/* A broker was asked and answered. They are asked every few seconds, each on its own: what they say is told
 * together, within WORLD_POLLED_MS, because a join and a paint for each answer would be most of what an idle console
 * costs. */
void world_mark_polled(struct world *world);

#endif
