/* The pods that are asked: they come and go, and what is known of those that stay is kept. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/monitor_private.h"
#include "api/rabbitmq/rabbitmq_decode.h"

void rabbitmq_peer_destroy(struct rabbitmq_peer *peer)
{
	for (size_t i = 0; i < RABBITMQ_LANES; i++) {
		rabbitmq_link_destroy(peer->lanes[i].link);
		rabbitmq_list_destroy(peer->lanes[i].list);
	}
	free(peer);
}

const char *rabbitmq_peer_pod(const struct rabbitmq_peer *peer)
{
	return rabbitmq_link_target(peer->lanes[RABBITMQ_LANE_CLUSTER].link)->pod;
}

static struct rabbitmq_peer *peer_for(struct rabbitmq_monitor *monitor, const struct rabbitmq_target *target,
				      struct rabbitmq_member *member)
{
	for (size_t i = 0; i < monitor->peers.len; i++) {
		struct rabbitmq_peer *peer = monitor->peers.items[i];
		const struct rabbitmq_target *its = rabbitmq_link_target(peer->lanes[RABBITMQ_LANE_CLUSTER].link);
		if (!str_eq(its->pod, target->pod) || !str_eq(its->namespace, target->namespace) || peer->wanted)
			continue;
		*member = monitor->members.items[i];
		monitor->members.items[i].unheard = monitor->members.items[i].node = NULL; /* they go along */
		if (peer->state != target->state)
			peer->not_before_ms = 0;
		peer->state = target->state;
		return peer;
	}
	struct rabbitmq_peer *peer = mem_alloc(sizeof *peer);
	peer->monitor = monitor;
	peer->silent_ms = -1;
	peer->state = target->state;
	for (size_t i = 0; i < RABBITMQ_LANES; i++) {
		peer->lanes[i].peer = peer;
		peer->lanes[i].link = rabbitmq_link_create(&monitor->options, &monitor->tls, target);
	}
	*member = (struct rabbitmq_member){.answers = -1,
					   .quorum_critical = -1,
					   .critical_queues = -1,
					   .alarm = -1,
					   .part.updated_ms = -1,
					   .check.updated_ms = -1};
	return peer;
}

void rabbitmq_monitor_set_targets(struct rabbitmq_monitor *monitor, const struct rabbitmq_target *targets, size_t count)
{
	__typeof__(monitor->peers) peers = {0};
	__typeof__(monitor->members) members = {0};
	bool broken = false;
	vec_each (&monitor->peers, peer)
		(*peer)->wanted = false;
	for (size_t i = 0; i < count; i++) {
		struct rabbitmq_member member;
		struct rabbitmq_peer *peer = peer_for(monitor, &targets[i], &member);
		peer->wanted = true;
		member.pod = rabbitmq_peer_pod(peer);
		vec_push(&peers, peer);
		vec_push(&members, member);
	}
	vec_each (&monitor->peers, at) {
		struct rabbitmq_peer *peer = *at;
		if (peer->wanted)
			continue;
		broken |= monitor->in_round && rabbitmq_serves_round(peer);
		rabbitmq_peer_destroy(peer);
	}
	vec_each (&monitor->members, gone)
		rabbitmq_member_finish(gone);
	vec_finish(&monitor->peers);
	vec_finish(&monitor->members);
	memcpy(&monitor->peers, &peers, sizeof peers);
	memcpy(&monitor->members, &members, sizeof members);
	monitor->chosen = 0;
	for (size_t i = 0; i < peers.len; i++)
		if (monitor->in_round && rabbitmq_serves_round(peers.items[i]))
			monitor->chosen = i;
	if (broken) {
		monitor->in_round = false;
		monitor->round_ms = -1;
		monitor->epoch++;
	}
	monitor->snapshot.members = monitor->members.items;
	monitor->snapshot.member_count = monitor->members.len;
	rabbitmq_schedule(monitor);
}
