/* A world built by hand and a Kubernetes API of one object, linked in place of api/model and api/kube: the operations
 * are tested alone, on a virtual clock, and each failure happens exactly when the test says. */
#ifndef MQDECK_TESTS_OPS_FAKE_H
#define MQDECK_TESTS_OPS_FAKE_H

#include "api/kafka/client/admin.h"
#include "api/kube/client/kube_client.h"
#include "api/model/world/world.h"
#include "api/ops/engine/ops.h"

enum { FAKE_BROKERS = 6, FAKE_NODES = 3, FAKE_REPLICATED = 8, FAKE_QUEUES = 5, FAKE_SCRIPT = 16, FAKE_EVENTS = 4 };

struct fake_cluster {
	struct world_cluster cluster; /* first */
	struct world_broker brokers[FAKE_BROKERS], *broker_list[FAKE_BROKERS];
	struct kube_pod pods[FAKE_BROKERS];
	char names[FAKE_BROKERS][32], members[FAKE_BROKERS][48];
	struct kube_stateful_set set;
	struct world_volume volumes[FAKE_BROKERS], *volume_list[FAKE_BROKERS];
	struct kube_claim claims[FAKE_BROKERS];
	struct world_voter voters[FAKE_BROKERS];
	struct world_replicated replicated[FAKE_REPLICATED];
	struct world_queue queues[FAKE_QUEUES];
	struct world_group groups[FAKE_QUEUES];
	struct kube_rabbitmq_cluster rabbitmq;
	struct kube_kafka kafka;
};

struct fake_world {
	struct world_view view;
	struct fake_cluster clusters[2];
	struct world_cluster *cluster_list[2];
	struct world_node nodes[FAKE_NODES], *node_list[FAKE_NODES];
	struct world_broker *on_node[FAKE_NODES][2 * FAKE_BROKERS];
	struct kube_event event_records[FAKE_EVENTS];
	struct world_event events[FAKE_EVENTS];
};

/* mq/orders/kafka and mq/events/rabbitmq, three brokers each on three nodes, all well and empty. */
void fake_world_init(struct fake_world *world);
enum { FAKE_KAFKA, FAKE_RABBITMQ };
/* One broker more, as the watch would show it: expected, without a pod until fake_broker_ready. */
void fake_add_broker(struct fake_world *world, int cluster);
void fake_broker_ready(struct fake_cluster *cluster, size_t index);
void fake_broker_joined(struct fake_cluster *cluster, size_t index);
/* A partition (or a quorum queue where partition < 0) with a replica on each of the brokers in `mask`, led by the
 * first, all in sync; min.insync.replicas is 2. */
void fake_add_replicated(struct fake_cluster *cluster, const char *name, int partition, unsigned mask);
/* The replica on that broker falls out of sync, or goes offline. */
void fake_out_of_sync(struct fake_cluster *cluster, const char *name, int partition, int broker);
void fake_add_event(struct fake_world *world, const char *kind, const char *name, const char *reason,
		    const char *message);

/* The one object behind the API: GET answers it, PATCH is guarded by UID and resourceVersion and changes replicas or
 * unschedulable. */
struct fake_api {
	struct loop *loop;
	struct kube_access access; /* who and where we are */
	bool read_only;
	const char *denied; /* verb the access review denies, NULL = none */
	bool review_fails;
	const char *uid;
	int version;
	int replicas;
	bool unschedulable;
	const char *served; /* API version that exists, NULL = any */
	/* What happens to the n-th request of a kind, 0 = it is served. `carried_out`: the change is made, the answer
	 * lost. */
	struct fake_fault {
		enum err_code code;
		bool carried_out;
	} get_faults[FAKE_SCRIPT], dry_faults[FAKE_SCRIPT], patch_faults[FAKE_SCRIPT];
	int gets, dry_runs, patches;
	/* Somebody else writes between our GET and our PATCH, so many times. */
	int foreign_writes;
	int64_t delay_ms;
	char last_path[256], last_patch[512];

	struct cJSON *leases; /* name → object; see fake_lease.h */
	int lease_version, lease_writes;
	enum err_code lease_fault; /* of every request about them, ERR_NONE = they are served */

	/* The other ways, played by the test: what a request does to its world. NULL = a request of that way fails the
	 * test. Each may answer an error instead of acting. */
	void *data;
	/* POST and DELETE; path is kube_url()'s of this fake. */
	const struct kube_status *status; /* of the refusals of `act` */
	const char *answer;               /* JSON that `act` is answered with, NULL = nothing */
	void (*act)(void *data, const char *method, const char *path, const char *body, struct err *err);
	/* Returns the exit code; what it prints goes to out. */
	int (*command)(void *data, const char *pod, const char *const *argv, struct buf *out, struct err *err);
	/* Returns the response, which must live on; NULL with err. */
	const void *(*kafka)(void *data, const struct kafka_call *call, struct err *err);
};

struct kube_client *fake_client(struct fake_api *api);
struct kafka_admin *fake_kafka(struct fake_api *api);

#endif
