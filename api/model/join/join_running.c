/* Whether a RabbitMQ broker runs: by its own answer, by its peers', and by what its listeners do. */
#include "api/base/loop.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"
#include "api/model/records/record_facts.h"

enum {
	LAST_HEARD_MS = 10000,
	/* At the latest: the net tick time of 60 s and a quarter, where nothing ends a connection. */
	PEERS_NOTICE_MS = 90000,
};

/* What the command line said is half a minute old, and whoever is Ready may have come back since. */
bool join_rabbitmq_is_drained(const struct join_broker *broker)
{
	return broker->pub.draining == 1 ||
	       (broker->pub.draining < 0 && broker->drained && !record_pod_is_ready(broker->pub.pod));
}

static bool is_host_gone(const struct world_node *host)
{
	return host && host->ready_known && !host->ready;
}

/* 1 its peers see it run, 0 they do not, -1 nothing is known of now. */
static int seen_by_peers(const struct join_cluster *cluster, const struct rabbitmq_node *node)
{
	bool fresh = !join_cluster_is_stale(cluster, cluster->rabbitmq.nodes_part.updated_ms);
	return node && fresh ? node->running : -1;
}

/* What it says itself counts first, unless most of the cluster does not hear it. */
static int reachable_by_itself(const struct join_cluster *cluster, const struct join_broker *broker, int seen)
{
	size_t missed_by = join_hearing_missed_by(cluster, broker);
	if (missed_by * 2 > cluster->brokers.len)
		return 0;
	return seen == 0 && !missed_by ? -1 : 1; /* the others were not asked yet */
}

/* That it does not answer us proves little: its management may be off. That its peers do not see it does prove something;
 * that they still see it does not, neither where it does not answer nor once its node is gone: they notice after the net
 * tick time, a minute by default. */
int join_rabbitmq_reachable(const struct join_cluster *cluster, const struct join_broker *broker,
			    const struct rabbitmq_member *member, const struct rabbitmq_node *node)
{
	bool just_now = member && loop_now_ms(cluster->world->loop) - member->part.updated_ms < LAST_HEARD_MS;
	int seen = seen_by_peers(cluster, node);
	if (broker->alive && (!is_host_gone(broker->pub.node) || just_now))
		return reachable_by_itself(cluster, broker, seen);
	if (seen == 0 || broker->stopped)
		return 0;
	bool is_silent = member && member->answers == 0 && !(member->refuses && join_rabbitmq_is_drained(broker));
	return seen == 1 && !is_silent && !is_host_gone(broker->pub.node) ? 1 : -1;
}

/* It runs with closed listeners: in maintenance, or so its peers say that were asked well after it first refused. */
static bool runs_on(const struct join_cluster *cluster, const struct join_broker *broker,
		    const struct rabbitmq_member *member, const struct rabbitmq_node *node)
{
	bool later = cluster->rabbitmq.nodes_part.updated_ms - member->refused_ms > PEERS_NOTICE_MS;
	return join_rabbitmq_is_drained(broker) || (later && seen_by_peers(cluster, node) == 1);
}

/* Its container has run since before it was heard last, so it is not one that starts: RabbitMQ in it went. */
bool join_rabbitmq_has_stopped(const struct join_cluster *cluster, const struct join_broker *broker,
			       const struct rabbitmq_member *member, const struct rabbitmq_node *node)
{
	const struct kube_container_status *status = join_pod_main_status(WORLD_BROKER_RABBITMQ, broker->pub.pod);
	if (!member->refuses || member->part.updated_ms < 0 || !status || status->running_since_ms < 0)
		return false;
	if (runs_on(cluster, broker, member, node))
		return false;
	int64_t ago_ms = loop_now_ms(cluster->world->loop) - member->part.updated_ms;
	return status->running_since_ms < cluster->world->wall_ms - ago_ms;
}
