/* The life of its own: what happens when (see demo.h). */
#ifndef MQDECK_DEMO_HOST_INCIDENTS_H
#define MQDECK_DEMO_HOST_INCIDENTS_H

#include "api/demo/base/demo_private.h"

enum { DEMO_INCIDENTS_PERIOD_MS = 300 * 1000 };

void demo_incidents_tick(struct demo *demo);

#endif
