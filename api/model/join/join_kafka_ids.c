/* Which Kafka broker is which pod, by what is certain and in this order: what the broker in the pod said of itself on a
 * connection through that pod, the pod's DNS name, its address, the operator's own list. A number at the end of a pod's
 * name is no evidence: charts count from anywhere, and ids outlive pods. What stays unjoined is unknown, and said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"

enum { LABEL_MAX = 256, IDS_TOLD = 3 };

static const char *const evidence_words[] = {
	[JOIN_BY_NOTHING] = "nothing", [JOIN_BY_OWN_WORD] = "own-word", [JOIN_BY_NAME] = "dns-name",
	[JOIN_BY_ADDRESS] = "address", [JOIN_BY_OPERATOR] = "operator", [JOIN_BY_MEMORY] = "memory",
};

static int id_seat_compare(const void *a, const void *b)
{
	const struct join_seat *left = a, *right = b;
	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (left->at > right->at) - (left->at < right->at);
}

static const struct join_seat *find_seat(const struct join_cluster *cluster, int32_t id)
{
	size_t low = 0, high = cluster->seats.len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (cluster->seats.items[middle].id == id)
			return &cluster->seats.items[middle];
		if (cluster->seats.items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int16_t join_kafka_broker_of(const struct join_cluster *cluster, int32_t id)
{
	const struct join_seat *seat = id >= 0 ? find_seat(cluster, id) : NULL;
	return seat ? seat->at : -1;
}

/* ---- claims ---- */

typedef VEC(struct join_seat) seat_claims;

static struct join_broker *seat_broker(const struct join_cluster *cluster, int32_t at)
{
	return (struct join_broker *)cluster->brokers.items[at];
}

static bool is_free(const struct join_broker *broker)
{
	return broker->pub.id < 0 && !broker->foreign && !broker->disputed;
}

static void claim(seat_claims *claims, const struct join_cluster *cluster, int32_t id, int32_t at)
{
	if (id >= 0 && at >= 0 && is_free(seat_broker(cluster, at)) && !find_seat(cluster, id))
		vec_push(claims, (struct join_seat){.id = id, .at = (int16_t)at});
}

static size_t drop_repeated(seat_claims *claims)
{
	size_t kept = 0;
	for (size_t i = 0; i < claims->len; i++)
		if (i == 0 || id_seat_compare(&claims->items[i], &claims->items[kept - 1]) != 0)
			claims->items[kept++] = claims->items[i];
	return claims->len = kept;
}

/* Two pods that claim one id, or two ids that claim one pod, are both in doubt, and what comes after proves neither. */
static void settle_claims(struct join_cluster *cluster, seat_claims *claims, enum join_evidence by)
{
	if (claims->len > 1)
		qsort(claims->items, claims->len, sizeof *claims->items, id_seat_compare);
	size_t count = drop_repeated(claims);
	vec_each (&cluster->brokers, broker)
		((struct join_broker *)*broker)->claims = 0;
	vec_each (claims, it)
		seat_broker(cluster, it->at)->claims++;
	for (size_t i = 0; i < count; i++) {
		struct join_seat *it = &claims->items[i];
		struct join_broker *broker = seat_broker(cluster, it->at);
		bool twice = (i > 0 && it[-1].id == it->id) || (i + 1 < count && it[1].id == it->id);
		if (broker->claims > 1 || twice) {
			broker->disputed = true;
			broker->disputed_id = it->id;
		}
	}
	vec_each (claims, it) {
		struct join_broker *broker = seat_broker(cluster, it->at);
		if (!broker->disputed) {
			broker->pub.id = it->id;
			broker->by = by;
		}
		vec_push(&cluster->seats,
			 (struct join_seat){.id = it->id, .at = (int16_t)(broker->disputed ? -1 : it->at)});
	}
	if (claims->len && cluster->seats.len > 1)
		qsort(cluster->seats.items, cluster->seats.len, sizeof *cluster->seats.items, id_seat_compare);
	vec_clear(claims);
}

/* ---- what is certain ---- */

static void claim_own_words(struct join_cluster *cluster, const struct kafka_snapshot *snapshot, seat_claims *claims)
{
	for (size_t i = 0; i < snapshot->place_count; i++) {
		const struct kafka_admin_place *place = &snapshot->places[i];
		int32_t at = str_eq(place->namespace, cluster->namespace)
				     ? join_cluster_broker_named(cluster, place->pod)
				     : -1;
		if (at < 0)
			continue;
		if (place->cluster_id && snapshot->cluster_id && !str_eq(place->cluster_id, snapshot->cluster_id))
			seat_broker(cluster, at)->foreign = arena_strdup(&cluster->world->frame, place->cluster_id);
		claim(claims, cluster, place->id, at);
	}
}

static int32_t broker_named(const struct join_cluster *cluster, const char *host)
{
	char label[LABEL_MAX];
	snprintf(label, sizeof label, "%.*s", (int)strcspn(host, "."), host);
	int32_t at = join_cluster_broker_named(cluster, label);
	struct source_pod_address address =
		at >= 0 ? join_cluster_address(cluster, cluster->brokers.items[at]) : (struct source_pod_address){0};
	return at >= 0 && source_pod_is_named(&address, host) ? at : -1;
}

static void claim_hosts(struct join_cluster *cluster, const struct kafka_snapshot *snapshot, seat_claims *claims,
			int32_t (*find)(const struct join_cluster *cluster, const char *host))
{
	for (size_t i = 0; i < snapshot->broker_count; i++)
		if (!str_empty(snapshot->brokers[i].host) && !find_seat(cluster, snapshot->brokers[i].id))
			claim(claims, cluster, snapshot->brokers[i].id, find(cluster, snapshot->brokers[i].host));
}

/* Strimzi gives each pod the id that its node pool's status lists: "CLUSTER-POOL-ID". */
static void claim_operators(struct join_cluster *cluster, seat_claims *claims)
{
	char name[LABEL_MAX];
	for (size_t i = 0; i < cluster->found.pool_count; i++) {
		const struct kube_kafka_node_pool *pool = cluster->found.pools[i];
		for (size_t j = 0; j < pool->node_id_count; j++) {
			snprintf(name, sizeof name, "%s-%s-%d", cluster->name, str_or(pool->meta.name, ""),
				 (int)pool->node_ids[j]);
			claim(claims, cluster, pool->node_ids[j], join_cluster_broker_named(cluster, name));
		}
	}
	/* Without pools its pods are "CLUSTER-kafka-ID". */
	for (size_t i = 0; cluster->found.manager == WORLD_MANAGED_BY_STRIMZI && !cluster->found.pool_count &&
			   i < cluster->brokers.len;
	     i++) {
		const struct world_broker *broker = cluster->brokers.items[i];
		snprintf(name, sizeof name, "%s-kafka-%d", cluster->name, (int)broker->ordinal);
		if (str_eq(name, broker->name))
			claim(claims, cluster, broker->ordinal, (int32_t)i);
	}
}

/* ---- what was certain ---- */

static void claim_memories(struct join_cluster *cluster, seat_claims *claims)
{
	for (size_t i = 0; i < cluster->brokers.len; i++)
		claim(claims, cluster, seat_broker(cluster, (int32_t)i)->known_id, (int32_t)i);
}

/* ---- what is not known ---- */

static bool were_pods_asked(const struct kafka_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->place_count; i++)
		if (!snapshot->places[i].asked)
			return false;
	return true;
}

static const char *why_unasked(const struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->place_count; i++) {
		const struct kafka_admin_place *place = &snapshot->places[i];
		int32_t at = join_cluster_broker_named(cluster, place->pod);
		if (at >= 0 && cluster->brokers.items[at]->id < 0 && err_is_set(&place->err))
			return place->err.text;
	}
	return NULL;
}

/* "3 (at lb.example:9094), 4 (…) and 2 more": ids of registered brokers without a pod. */
static const char *list_strangers(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct arena *frame = &cluster->world->frame;
	const char *text = "";
	size_t more = 0;
	for (size_t i = 0; i < snapshot->broker_count; i++) {
		const struct kafka_broker *broker = &snapshot->brokers[i];
		if (!broker->registered || join_kafka_broker_of(cluster, broker->id) >= 0)
			continue;
		if (cluster->strangers++ < IDS_TOLD)
			text = arena_printf(frame, "%s%s%d (at %.120s:%d)", text, *text ? ", " : "", (int)broker->id,
					    str_or(broker->host, "?"), (int)broker->port);
		else
			more++;
	}
	return more ? arena_printf(frame, "%s and %zu more", text, more) : text;
}

static const char *say_foreign(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = seat_broker(cluster, (int32_t)i);
		if (broker->foreign)
			return arena_printf(
				&cluster->world->frame,
				"%s answers as a broker of another Kafka cluster (cluster ID %.64s instead of "
				"%.64s)",
				broker->name, broker->foreign, snapshot->cluster_id);
	}
	return NULL;
}

static const char *say_disputed(struct join_cluster *cluster)
{
	const struct join_broker *first = NULL;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = seat_broker(cluster, (int32_t)i);
		if (!broker->disputed)
			continue;
		if (first && first->disputed_id == broker->disputed_id)
			return arena_printf(&cluster->world->frame, "%s and %s both go by broker ID %d", first->name,
					    broker->name, (int)first->disputed_id);
		first = first ? first : broker;
	}
	return first ? arena_printf(&cluster->world->frame, "several broker IDs lead to %s", first->name) : NULL;
}

static void say_unjoined(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct world_cluster *it = &cluster->pub;
	struct arena *frame = &cluster->world->frame;
	const char *strangers = list_strangers(cluster, snapshot);
	const char *why = why_unasked(cluster, snapshot);
	it->unjoined = say_foreign(cluster, snapshot);
	if (!it->unjoined)
		it->unjoined = say_disputed(cluster);
	if (!it->unjoined && cluster->strangers)
		it->unjoined = arena_printf(frame, "no pod is known for broker%s %s",
					    cluster->strangers == 1 ? "" : "s", strangers);
	it->unjoined_advice =
		!it->unjoined ? NULL
		: why ? arena_printf(frame, "what these brokers hold is unknown until their pods tell who they are: %s",
				     why)
		      : "what these brokers hold is unknown: check advertised.listeners and which pods belong to the "
			"cluster";
	cluster->ids_settled = were_pods_asked(snapshot);
}

/* ---- the whole ---- */

/* Who was joined to what, when that changes. */
static void log_ids(const struct join_cluster *cluster)
{
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		struct join_broker *broker = seat_broker(cluster, (int32_t)i);
		if (broker->told_id == broker->pub.id && broker->told_by == broker->by)
			continue;
		broker->told_id = broker->pub.id;
		broker->told_by = broker->by;
		log_debug(LOG_MODEL, "broker joined cluster=%s pod=%s id=%d by=%s", cluster->pub.key, broker->pub.name,
			  (int)broker->pub.id, evidence_words[broker->by]);
	}
}

void join_kafka_ids(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	seat_claims claims = {0};
	vec_clear(&cluster->seats);
	cluster->strangers = 0;
	vec_each (&cluster->brokers, at) {
		struct join_broker *broker = (struct join_broker *)*at;
		broker->pub.id = -1;
		broker->by = JOIN_BY_NOTHING;
		broker->foreign = NULL;
		broker->disputed = false;
	}
	claim_own_words(cluster, snapshot, &claims);
	settle_claims(cluster, &claims, JOIN_BY_OWN_WORD);
	claim_hosts(cluster, snapshot, &claims, broker_named);
	settle_claims(cluster, &claims, JOIN_BY_NAME);
	claim_hosts(cluster, snapshot, &claims, join_cluster_broker_addressed);
	settle_claims(cluster, &claims, JOIN_BY_ADDRESS);
	claim_operators(cluster, &claims);
	settle_claims(cluster, &claims, JOIN_BY_OPERATOR);
	vec_each (&cluster->brokers, at)
		if ((*at)->id >= 0)
			((struct join_broker *)*at)->known_id = (*at)->id;
	claim_memories(cluster, &claims);
	settle_claims(cluster, &claims, JOIN_BY_MEMORY);
	vec_finish(&claims);
	say_unjoined(cluster, snapshot);
	if (log_is_on(LOG_DEBUG, LOG_MODEL))
		log_ids(cluster);
}
