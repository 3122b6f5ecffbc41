/* What the embedded cluster is made of. Each part has its own header; this one only says where they hang. */
#ifndef MQDECK_DEMO_BASE_DEMO_PRIVATE_H
#define MQDECK_DEMO_BASE_DEMO_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/loop.h"
#include "api/base/vec.h"
#include "api/demo/base/cluster_spec.h"

struct demo {
	struct loop *loop;
	uint64_t random;       /* state of demo_random() */
	int64_t start_ms;      /* loop time */
	int64_t start_wall_ms; /* Unix time */
	bool quiet;
	char *token, *url, *kubeconfig;
	struct demo_http_server *server;
	struct demo_kube_store *store;
	struct demo_kube_logs *logs;
	struct demo_kube_kubelet *kubelet;
	struct demo_kube_controller *controller;
	struct demo_cluster_specs specs; /* what the broker clusters are */
	struct demo_fleet *fleet;        /* … and the brokers in them, in the same order */
	const struct demo_kube_pod_streams *pod_streams;
	int64_t scripted_ms; /* what the script has played up to, demo time */
	struct loop_timer *tick;
	VEC(struct demo_pod_stream *) streams; /* open port-forwards, execs and followed logs */
};

/* Milliseconds since the start. */
static inline int64_t demo_time_ms(const struct demo *demo)
{
	return loop_now_ms(demo->loop) - demo->start_ms;
}

/* The next pseudo-random number (splitmix64): for uids and what must look random but be the same each run. */
static inline uint64_t demo_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline int64_t demo_wall_ms(const struct demo *demo)
{
	return demo->start_wall_ms + demo_time_ms(demo);
}

#endif
