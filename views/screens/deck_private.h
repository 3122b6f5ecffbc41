/* Inside the deck: what its files share. While all clusters fit they stand in sentences above the map of their brokers;
 * where there are more, in a list that is folded and scrolls, above what is known of the one under the cursor. */
#ifndef MQDECK_VIEWS_SCREENS_DECK_PRIVATE_H
#define MQDECK_VIEWS_SCREENS_DECK_PRIVATE_H

#include "api/base/map.h"
#include "tui/widgets/pattern.h"
#include "views/app/app.h"

enum { DECK_EVENTS = 10 /* the newest; :events has them all */, DECK_KEY_MAX = SELECTION_TEXT_MAX * 2 };

struct deck_spot { /* a place that can be chosen, as drawn last */
	struct rect rect;
	struct selection selection;
};

enum deck_row_kind { DECK_ROW_PROBLEM, DECK_ROW_CLUSTER, DECK_ROW_FOLD };

struct deck_row { /* a line of the list; all pointers are of this update */
	enum deck_row_kind kind;
	bool inside; /* a cluster below the fold that it belongs to */
	const struct world_problem *problem;
	struct world_cluster *cluster;
	size_t fold; /* index into folds */
};

enum deck_class { DECK_OWN_LINE, DECK_UNREAD, DECK_WELL };

struct deck_brief { /* of a cluster what the list is made by: ten thousand are gone through several times */
	const char *namespace;
	size_t brokers;
	enum deck_class class;
};

/* Clusters of one namespace in one line: those that are well, or those of which nothing was read yet. */
struct deck_fold {
	const char *namespace;
	enum deck_class class;
	size_t first, end;            /* they are those of that class here, in `shown` */
	size_t clusters, brokers, of; /* of: all clusters of that namespace */
	bool open;
};

struct deck_sums { /* of what is shown */
	size_t brokers, unwell, unknown;
	int64_t under_replicated; /* -1 = of none is it known */
	bool more;                /* … and of some it is not */
	enum severity worst;
};

struct deck {
	VEC(struct deck_spot) spots;
	char chosen[DECK_KEY_MAX]; /* key of the chosen spot or row */
	bool placed;               /* somebody chose it: until then it is the first, whatever that is */

	struct pattern *pattern; /* NULL = all */
	char filter[PATTERN_TEXT_MAX];
	VEC(struct world_cluster *) shown; /* that match, in the order of the world */
	VEC(struct deck_brief) briefs;     /* in step with shown */
	bool one_of_many; /* without the filter they would not fit: they are named with their namespaces */

	struct deck_sums sums;
	VEC(struct deck_row) rows;
	VEC(struct deck_fold) folds;
	struct map open;  /* keys of the folds that somebody unfolded */
	bool holds;       /* a row is there for the sake of the cursor alone */
	size_t at, top;   /* the row under the cursor, and the first that is drawn */
	int name_width;   /* of the widest name in the list */
	bool listed;      /* the list is what was drawn last, */
	struct rect list; /* … there */

	VEC(struct world_node *) nodes; /* of the part of the world that is looked at */
	VEC(struct world_service *) services;
	VEC(struct world_event) events;
};

/* ---- what can be chosen (deck_spots.c) ---- */
void deck_add_spot(struct deck *deck, struct rect rect, const struct world_cluster *cluster,
		   const struct world_broker *broker);
/* Nothing chosen yet: the first one asked for is. broker NULL = the cluster itself. */
bool deck_is_chosen(struct deck *deck, const struct world_cluster *cluster, const struct world_broker *broker);
/* As rows of their sheets, so that other views find them by the same key. */
void deck_select(const struct world_cluster *cluster, const struct world_broker *broker, struct selection *out);

/* ---- the list (deck_rows.c) ---- */
/* At each update, and when the filter changes; world NULL = there is none. */
void deck_rows_build(struct deck *deck, const struct world_view *world);
void deck_rows_choose(struct deck *deck, const struct world_view *world, size_t at); /* held within the rows */
/* The fold under the cursor, or the one around it: open 1, close 0, the other way round -1. False when there is none. */
bool deck_rows_fold(struct deck *deck, const struct world_view *world, int open);
enum deck_class deck_class_of(const struct world_cluster *cluster);
void deck_rows_finish(struct deck *deck);

/* ---- drawing: what returns a line returns the first free one ---- */
/* Whether all of them have room in the rect. */
bool deck_sentences_fit(const struct deck *deck, const struct world_view *world, struct rect rect);
int deck_draw_sentences(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world);
bool deck_tiles_fit(const struct world_view *world, struct rect rect);
int deck_draw_tiles(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world);
int deck_draw_lines(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world);
/* Brokers, services and events, as far as the rect goes. */
void deck_draw_map(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
		   int64_t wall_ms);
void deck_draw_list(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
		    int64_t wall_ms);
/* The world with these clusters and with their nodes, services and events alone; valid until the next call. */
struct world_view deck_part_of(struct deck *deck, const struct world_view *world, struct world_cluster **clusters,
			       size_t count);

#endif
