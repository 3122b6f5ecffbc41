/* One connection to one Kubernetes cluster and the world seen through it: kubeconfig → credentials → client →
 * port-forward → world → operations. The console has one at a time, `get` has one for its life; switching the
 * context makes a new one. */
#ifndef MQDECK_VIEWS_SESSION_SESSION_H
#define MQDECK_VIEWS_SESSION_SESSION_H

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/config/config.h"
#include "api/demo/host/demo.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/config/exec_trust.h"
#include "api/kube/config/kubeconfig.h"
#include "api/model/world/world.h"
#include "api/ops/engine/ops.h"

struct session_events {
	void (*on_change)(void *data); /* the world, the connection or an access answer changed */
	/* An exec plugin wants the terminal, or gives it back. NULL = such plugins fail. */
	void (*on_terminal)(void *data, bool wanted, const char *command);
	/* The exec plugin waits for session_answer_trust(). Never from inside session_open. NULL = there is nobody
	 * to ask, and a session whose plugin nobody has agreed to is not opened. */
	void (*on_trust)(void *data, const struct kube_access *access);
	void *data;
};

/* Whether the exec plugin of the kubeconfig may run. */
enum session_trust { SESSION_TRUST_UNKNOWN, SESSION_TRUST_GIVEN, SESSION_TRUST_ASKED, SESSION_TRUST_REFUSED };

/* Where the cluster is and who we are, read from the files once. */
struct session_place {
	struct kubeconfig *kubeconfig;
	struct kube_access *access;
	bool shared;    /* the kubeconfig is somebody else's, and outlives this */
	bool demo;      /* the embedded cluster: its plans end with it */
	bool read_only; /* also when the options do not say so */
	/* One of many that are looked at together: read-only, without operations and questions about rights, its
	 * brokers are asked seldom, and a server that does not answer the more seldom the longer it does not. */
	bool one_of_many;
};

/* By the options; demo NULL = a real cluster. */
struct kubeconfig *session_kubeconfig_load(const struct config *config, const struct demo *demo,
					   struct err *err) MUST_USE;
/* The place is shared's context. */
bool session_place_resolve(struct session_place *place, const struct config *config, struct kubeconfig *shared,
			   const char *context, struct err *err) MUST_USE;

/* context NULL = the one of the options or the files. demo NULL = a real cluster. */
bool session_place_read(struct session_place *place, const struct config *config, struct demo *demo,
			const char *context, struct err *err) MUST_USE;
void session_place_finish(struct session_place *place);
static inline void cleanup_session_place_finish(struct session_place *place)
{
	session_place_finish(place);
}

struct session {
	struct loop *loop;
	const struct config *config; /* borrowed */
	struct session_place place;
	struct kube_client *client;
	struct kube_access_cache *rights; /* NULL of one_of_many, as ops */
	struct dial_opener *dialer;
	struct world *world;
	struct world
		*plan_world; /* what operations look at: `world`, or the one from before the namespace was changed */
	struct ops *ops;
	char *namespace;     /* NULL = all */
	char *plans_dir;     /* journals of plans, NULL when there is no place for them */
	bool plans_are_kept; /* false: in a folder that goes with the session */
	enum session_trust trust;
	char plugin_digest[KUBE_EXEC_DIGEST_SIZE]; /* of what was asked about */
	struct session_events events;
};

/* The place is taken over, also on failure. Never waits for the network. */
struct session *session_open(struct loop *loop, const struct config *config, struct session_place *place,
			     const struct session_events *events, struct err *err) MUST_USE;
void session_close(struct session *session); /* NULL is fine */
DEFINE_CLEANUP(struct session *, session_close);

/* For as long as the session lives, or for good: then false when it cannot be remembered, and it runs all the same. */
bool session_answer_trust(struct session *session, bool run, bool always, struct err *err) MUST_USE;

/* NULL = all namespaces. The world that is shown is recreated; plans that are running stay in the one they were
 * made in, whose gates would shut for ever without the clusters they watch. */
void session_set_namespace(struct session *session, const char *namespace);
/* No plan is running: operations look at what is shown from now on. */
void session_plans_over(struct session *session);

/* What the header line says of the connection. */
const char *session_context(const struct session *session);
const char *session_user(const struct session *session);

#endif
