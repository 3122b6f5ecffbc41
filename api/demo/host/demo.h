/* The embedded cluster: a Kubernetes API on loopback with two RabbitMQ and two Kafka clusters behind the real
 * protocols, all inside the process and on the caller's loop. mqdeck talks to it with the same code as to any cluster;
 * `mqdeck demo-server` runs it alone for other clients.
 *
 * It serves plain HTTP/1.1. Kubernetes clients send a token only over TLS, and a dozen handshakes would be most of the
 * time to the first screen, so the token is the first segment of the server's path (https would add nothing on
 * loopback): "http://127.0.0.1:PORT/TOKEN". "Authorization: Bearer TOKEN" is taken too; everything else is answered
 * 401.
 *
 * Names, uids, addresses, figures and the life of its own follow from the seed and the loop's clock: the same seed
 * under a virtual clock gives the same bytes each run. Time from the start, when not quiet (repeats every 300 s):
 *   0     everything runs; the volume of orders-1 is 86% full, two partitions of staging/logs are under-replicated
 *   60 s  node-3 fails: its brokers are gone at once, Kubernetes notices after the grace of 20 s
 *   120 s node-3 is back; brokers start, replicas catch up over about 15 s
 *   180 s the queue payments.capture of prod/events has no leader for 10 s
 *   210 s the container of jobs-server-1 is killed and restarted
 *   240 s the consumers of group billing stop for 40 s: lag grows, then falls
 *
 * Beside the Kubernetes paths: POST /demo/nodes/NAME/fail, /demo/nodes/NAME/heal, /demo/pods/NAMESPACE/NAME/kill. */
#ifndef MQDECK_DEMO_HOST_DEMO_H
#define MQDECK_DEMO_HOST_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/base/mem.h"

struct demo;

enum { DEMO_MORE_CLUSTERS_MAX = 500 };

struct demo_options {
	uint64_t seed;        /* 0 = 1 */
	const char *host;     /* address to listen on; NULL = 127.0.0.1 */
	uint16_t port;        /* 0 = any free one */
	const char *token;    /* letters and digits; NULL = made up: from the seed under a virtual clock, else random */
	bool quiet;           /* no life of its own: things change only when they are asked to */
	size_t more_clusters; /* beside the four, of three brokers each, ten to a namespace; at most so many */
	bool contexts;        /* the kubeconfig has several: see demo_kubeconfig */
	bool hostile;         /* names and texts that would harm a terminal (hostile.h), to see that they do not */
};

/* The loop and its clock outlive it. options may be NULL. */
struct demo *demo_start(struct loop *loop, const struct demo_options *options, struct err *err) MUST_USE;
void demo_destroy(struct demo *demo); /* NULL is fine; open connections are closed */
DEFINE_CLEANUP(struct demo *, demo_destroy);

const char *demo_url(const struct demo *demo); /* with the token, no trailing slash */
/* YAML; context "demo", owned by the demo. With `contexts` also "demo-prod" and "demo-staging", one namespace each,
 * "demo-gone", where nobody listens, and "demo-sign-in", whose credentials need somebody. */
const char *demo_kubeconfig(const struct demo *demo);

/* For tests and tapes. Unknown names give false. */
bool demo_fail_node(struct demo *demo, const char *name); /* as if its power was cut */
bool demo_heal_node(struct demo *demo, const char *name);
bool demo_kill_pod(struct demo *demo, const char *namespace,
		   const char *name);  /* the container dies and is restarted */
void demo_stop_api(struct demo *demo); /* closes the listener and every connection; the cluster lives on */
bool demo_start_api(struct demo *demo, struct err *err) MUST_USE; /* on the same port */

/* Everything the API would list, one JSON object a line in the order of kinds and names. free() it. */
char *demo_dump(const struct demo *demo);

#endif
