/* Label selectors packed into few: "app=a" and "app=b" become "app in (a,b)", so that one list and watch serves many
 * clusters. Few stand alone: nothing is gained by it. What has several keys is joined key by key, which may match more than was asked for, never less. A selector as
 * it stands in a URL is at most SOURCE_GROUP_MAX long; then the next group is begun. A group never changes: what comes
 * later is put into a group of its own, and small groups are joined when there are several, so that one more cluster
 * leaves most lists alone. */
#ifndef MQDECK_MODEL_SOURCES_SELECTOR_GROUPS_H
#define MQDECK_MODEL_SOURCES_SELECTOR_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/map.h"
#include "api/base/vec.h"

enum {
	SOURCE_GROUP_MAX = 4096,   /* bytes; the usual proxy takes 8 KiB for the whole line */
	SOURCE_GROUPS_FEW = 6,     /* selectors up to which each is asked for as it stands */
	SOURCE_GROUPS_PARTIAL = 3, /* groups less than half full, of the same keys and namespace */
};

struct source_group {
	char *namespace;      /* NULL = all */
	char *labels;         /* what the API is asked for */
	char *keys;           /* "app,tier"; NULL = it stands alone, for nobody knows how to join it */
	struct map selectors; /* the keys of the map, as they were needed; its values say nothing */
	size_t size;          /* of labels in a URL, at most */
	size_t live;          /* of the selectors, those that are still needed */
	unsigned holders;
};

struct source_group_place;

struct source_groups {
	struct map places; /* of what is needed: "namespace selector" → struct source_group_place */
	VEC(struct source_group *)
	current; /* together they cover what was needed when source_groups_end() was called */
};

/* Between the two, all that is needed is told; what is not told is not needed any more. */
void source_groups_begin(struct source_groups *groups);
void source_groups_need(struct source_groups *groups, const char *namespace, const char *selector);
void source_groups_end(struct source_groups *groups);
void source_groups_finish(struct source_groups *groups);

/* Whoever watches a group holds it: it may not be current any more. */
struct source_group *source_group_hold(struct source_group *group);
void source_group_release(struct source_group *group); /* NULL is fine */
bool source_group_covers(const struct source_group *group, const char *selector);

#endif
