/* A coordination.k8s.io/v1 Lease: who changes a broker cluster now. One plan at a time has it, across all machines.
 *
 * Somebody else's is taken over only after it has stood unchanged for its whole duration on our own monotonic clock:
 * the clocks of two machines are never compared. Ours is renewed in good time and given back at the end; when it could
 * not be renewed, nothing may be changed until it is held again. */
#ifndef MQDECK_OPS_ENGINE_LEASE_H
#define MQDECK_OPS_ENGINE_LEASE_H

#include "api/kube/client/kube_client.h"

struct ops_lease;

enum ops_lease_state {
	OPS_LEASE_FREE,   /* not asked for, looked at, or given back: see ops_lease_seen */
	OPS_LEASE_ASKING, /* on its way; err: what it waits for, ERR_NONE = only an answer */
	OPS_LEASE_HELD,
	OPS_LEASE_OVERDUE, /* was held and could not be renewed in time; is asked for again; err says why */
	OPS_LEASE_LOST,    /* somebody else has it; err says who */
	OPS_LEASE_DENIED,  /* we may not; err says what is missing */
};

struct ops_lease_options { /* text is copied */
	struct loop *loop;
	struct kube_client *client;
	const char *namespace, *name;
	const char *who;     /* "user@host" */
	const char *plan_id; /* holderIdentity is "who/plan_id"; a lease of that plan is ours, whoever took it */
	const char *operation, *title; /* for others to read */
	void (*on_change)(void *data); /* never from inside a call; may destroy the lease */
	void *data;
};

struct ops_lease *ops_lease_create(const struct ops_lease_options *options);
/* Whatever is under way is dropped; a lease that is held runs out by itself. NULL is fine. */
void ops_lease_destroy(struct ops_lease *lease);

void ops_lease_look(struct ops_lease *lease); /* reads who has it; one on_change, then FREE, LOST or DENIED */
void ops_lease_take(struct ops_lease *lease); /* and keeps it */
void ops_lease_give(struct ops_lease *lease); /* if it is ours; one on_change, then FREE; err when it may stand still */

enum ops_lease_state ops_lease_state(const struct ops_lease *lease);
const struct err *ops_lease_err(const struct ops_lease *lease);
/* Of LOST after a look: its holder has not renewed it for longer than it lasts, as far as clocks can be compared. */
bool ops_lease_seems_dead(const struct ops_lease *lease);

#endif
