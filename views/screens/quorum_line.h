/* What holds a broker cluster together above its partitions and queues, in one line: KRaft's voters, and which
 * broker is critical to a quorum. */
#ifndef MQDECK_VIEWS_SCREENS_QUORUM_LINE_H
#define MQDECK_VIEWS_SCREENS_QUORUM_LINE_H

#include "api/base/severity.h"
#include "api/model/world/world.h"
#include "tui/draw/canvas.h"

enum { QUORUM_LINE_MAX = 512 };

/* "kafka orders   no broker is critical; quorum led by orders-0; voters orders-1 lag 0, orders-2 lag 0". */
enum severity quorum_line_text(const struct world_cluster *cluster, char out[static QUORUM_LINE_MAX]);
/* Those of the clusters of a scope (key; "" = all) from row y on, worst first, at most `rows`; returns how many. */
int quorum_line_draw(struct canvas *canvas, int y, int rows, const struct world_view *world, const char *cluster);
int quorum_line_rows(const struct world_view *world, const char *cluster); /* how many there would be */

#endif
