/* Logs of one broker or of all brokers of a cluster, followed. */
#ifndef MQDECK_VIEWS_SCREENS_VIEW_LOGS_H
#define MQDECK_VIEWS_SCREENS_VIEW_LOGS_H

#include "views/app/view.h"

/* The container's log before its last restart, instead of the running one's. */
void view_logs_set_previous(struct view *view, bool previous);

#endif
