/* WebSockets into pods: port-forward (v4.channel.k8s.io) and exec (v5 and v4). */
#ifndef MQDECK_DEMO_HOST_POD_STREAMS_H
#define MQDECK_DEMO_HOST_POD_STREAMS_H

#include "api/demo/base/demo_private.h"
#include "api/demo/kube/api_server.h"

extern const struct demo_kube_pod_streams demo_pod_streams;

/* Ends the streams whose pod has died. */
void demo_pod_streams_tick(struct demo *demo);

#endif
