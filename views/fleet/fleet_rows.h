/* The broker clusters of a fleet as rows: those of the sheet of clusters, with the context of each, how that can be reached
 * and how old the row is. On the board a context that has something to say itself has a row of its own. */
#ifndef MQDECK_VIEWS_FLEET_FLEET_ROWS_H
#define MQDECK_VIEWS_FLEET_FLEET_ROWS_H

#include "api/base/vec.h"
#include "views/fleet/fleet_sessions.h"
#include "views/sheets/sheet.h"

/* Board: worst first, with rows of contexts. Listing, for scripts: by context, namespace and name, clusters alone. */
enum fleet_order { FLEET_BOARD, FLEET_LISTING };

struct fleet_rows {
	struct sheet sheet; /* names, columns */
	enum fleet_order order;
	struct sheet_column *columns; /* of the sheet; owned */
	const struct fleet *fleet;
	int64_t wall_ms, now_ms;
	VEC(struct fleet_position {
		uint32_t member;
		const struct world_cluster *cluster; /* NULL: the context itself */
		uint8_t rank;
	})
	positions;
};

/* One row while it is looked at. */
struct fleet_row {
	struct sheet_row row; /* first: cells of the sheet are handed it */
	const struct fleet_member *member;
	const struct fleet_rows *rows;
};

void fleet_rows_init(struct fleet_rows *rows, enum fleet_order order);
void fleet_rows_finish(struct fleet_rows *rows);
/* After fleet_update(), whose world the rows point into. */
void fleet_rows_collect(struct fleet_rows *rows, const struct fleet *fleet, int64_t wall_ms, int64_t now_ms);
void fleet_rows_fill(const struct fleet_rows *rows, size_t position, struct fleet_row *row);

/* "" where a context's own row has nothing to say in that column. */
struct cell fleet_rows_cell(struct fleet_row *row, size_t column);
enum severity fleet_rows_severity(const struct fleet_row *row);
/* Stable while it lives: context and cluster's key. */
void fleet_rows_key(const struct fleet_row *row, char *out, size_t size);

#endif
