/* WebSockets into pods: port-forward (v4.channel.k8s.io) and exec (v5 and v4). */
#ifndef MQDECK_DEMO_STREAM_H
#define MQDECK_DEMO_STREAM_H

#include "api/demo/parts.h"

/* Ends the streams whose pod has died. */
void stream_tick(struct demo *demo);

#endif
