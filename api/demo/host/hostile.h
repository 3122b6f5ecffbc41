/* What an attacker who may name things on a cluster would write: escape sequences that set the title, clear the
 * screen, fill the clipboard or colour what follows, C1 controls as bytes and as UTF-8, text that runs backwards or
 * has no width, bytes that are no UTF-8, and strings that do not end. It stands wherever text comes from a cluster:
 * names, labels, annotations, events, logs, queues, topics. A real API server refuses some of it, a forged one does
 * not. */
#ifndef MQDECK_DEMO_HOST_HOSTILE_H
#define MQDECK_DEMO_HOST_HOSTILE_H

#include "api/demo/base/demo_private.h"

/* Once, after everything else stands. */
void demo_hostile_install(struct demo *demo);

#endif
