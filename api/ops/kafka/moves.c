/* What moving replicas means before it is done: how much is copied to whom and how long that takes, whether there is
 * room, and what becomes of acks=all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/ops/kafka/placement.h"

enum { NEARLY_FULL = 85, RATE_MAX_GIB = 1024 };

struct moves {
	struct ops_kafka_placement after; /* places: who may receive */
	int64_t moved, copied_bytes, unknown_size;
	int64_t arriving[OPS_KAFKA_PLACES_MAX], arriving_bytes[OPS_KAFKA_PLACES_MAX], leaving[OPS_KAFKA_PLACES_MAX];
	struct ops_name_list foreign, leaderless, behind, at_min, below_min, shared, nowhere, cordoned;
};

static size_t moves_place_of(const struct ops_kafka_placement *it, int32_t id)
{
	for (size_t i = 0; i < it->count; i++)
		if (it->places[i].id == id)
			return i;
	return OPS_KAFKA_PLACES_MAX;
}

/* Being moved by somebody else: not to where this plan has it. */
static bool is_foreign(const struct world_replicated *now, const struct ops_kafka_assignment_item *item)
{
	int32_t target[WORLD_REPLICAS_MAX];
	size_t count = ops_kafka_target(now, target);
	return ops_kafka_is_moving(now) && item->count > 0 &&
	       (count != item->count || memcmp(target, item->nodes, count * sizeof *target) != 0);
}

static void count_replicas(struct moves *moves, const struct world_replicated *now,
			   const struct ops_kafka_assignment_item *item)
{
	int64_t bytes = now->size_bytes > 0 ? now->size_bytes : 0;
	for (size_t i = 0; i < item->count; i++) {
		int32_t id = item->nodes[i];
		if (ops_kafka_holds(now->replica_ids, now->replica_count, id) && ops_kafka_in_sync(now, id))
			continue;
		size_t at = moves_place_of(&moves->after, id);
		if (at == OPS_KAFKA_PLACES_MAX) {
			const struct world_broker *broker = ops_kafka_broker_of(now->cluster, id);
			bool cordoned = broker && broker->reachable == 1 && broker->takes_no_replicas;
			ops_name_list_add(cordoned ? &moves->cordoned : &moves->nowhere, "%d", (int)id);
			continue;
		}
		moves->arriving[at]++;
		moves->arriving_bytes[at] += bytes;
		moves->copied_bytes += bytes;
		moves->unknown_size += now->size_bytes < 0;
	}
	for (size_t i = 0; i < now->replica_count; i++) {
		size_t at = moves_place_of(&moves->after, now->replica_ids[i]);
		if (at < OPS_KAFKA_PLACES_MAX && !ops_kafka_holds(item->nodes, item->count, now->replica_ids[i]))
			moves->leaving[at]++;
	}
}

static void moves_judge(struct moves *moves, const struct world_replicated *now,
			const struct ops_kafka_assignment_item *item, size_t zones)
{
	int min = now->min_in_sync;
#define NAME(list) ops_name_list_add_partition(&moves->list, now->name, now->partition)
	if (is_foreign(now, item))
		NAME(foreign);
	if (now->leader_id < 0 && item->count > 0)
		NAME(leaderless);
	else if (now->in_sync_count < now->replica_count && !ops_kafka_is_moving(now))
		NAME(behind);
	if (item->count > 0 && item->count < now->replica_count && !ops_kafka_is_moving(now)) {
		if (item->count < min)
			NAME(below_min);
		else if (item->count == min)
			NAME(at_min);
	}
	size_t apart = item->count < zones ? item->count : zones;
	if (zones > 1 && ops_kafka_placement_shared_zones(now->cluster, item->nodes, item->count) > item->count - apart)
		NAME(shared);
#undef NAME
}

static void find_moves(const struct world_cluster *cluster, const struct ops_kafka_assignment *list, struct moves *out)
{
	*out = (struct moves){0};
	ops_kafka_placement_init(&out->after, cluster, NULL, 0);
	size_t zones = ops_kafka_placement_zones(&out->after);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, list); ops_kafka_walk_next(&walk);) {
		if (ops_kafka_is_at(&walk.now, walk.item))
			continue;
		out->moved++;
		count_replicas(out, &walk.now, walk.item);
		moves_judge(out, &walk.now, walk.item, zones);
	}
}

/* The bytes that have to be copied; those of replicas of unknown size are left out. */
static int64_t ops_kafka_bytes_to_copy(const struct world_cluster *cluster, const struct ops_kafka_assignment *list)
{
	struct moves moves;
	find_moves(cluster, list, &moves);
	return moves.copied_bytes;
}

/* ---- sentences ---- */

static void PRINTF_LIKE(4, 5) say_names(struct ops_plan *plan, enum ops_sentence_kind kind, struct ops_name_list *names,
					const char *format, ...)
{
	char text[460], what[400];
	if (names->count == 0)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	ops_note(plan, kind, "%" PRId64 " partition%s %s: %s", names->count, ops_plural(names->count), what,
		 ops_kafka_names_text(names, text));
}

static void say_broker(struct ops_plan *plan, const struct moves *moves, size_t at)
{
	const struct ops_kafka_place *place = &moves->after.places[at];
	int64_t bytes = moves->arriving_bytes[at];
	char text[16], room[16];
	cell_human_bytes(bytes, text);
	if (moves->arriving[at] == 0)
		return;
	ops_note(plan, OPS_MEANS, "%s copies %" PRId64 " replica%s, %s", place->broker->name, moves->arriving[at],
		 ops_plural(moves->arriving[at]), text);
	if (place->free_bytes < 0) {
		ops_note(plan, OPS_DANGER, "the free disk space of %s is unknown: a full disk stops a broker",
			 place->broker->name);
		return;
	}
	cell_human_bytes(place->free_bytes, room);
	int64_t total = place->broker->disk_total_bytes, used = total - place->free_bytes + bytes;
	if (bytes >= place->free_bytes)
		ops_note(plan, OPS_BLOCKS, "%s has %s free and would receive %s: a full disk stops a broker",
			 place->broker->name, room, text);
	else if (used > total / 100 * NEARLY_FULL)
		ops_note(plan, OPS_CAUTION, "%s would be %d%% full", place->broker->name,
			 (int)(used / (total / 100 + 1)));
}

static int64_t most_bytes(const struct moves *moves)
{
	int64_t most = 0;
	for (size_t i = 0; i < moves->after.count; i++)
		most = moves->arriving_bytes[i] > most ? moves->arriving_bytes[i] : most;
	return most;
}

static void say_throttle(struct ops_plan *plan, const struct world_cluster *cluster, const char *key,
			 const struct moves *moves)
{
	const char *text = ops_kafka_fact(plan, "throttle", key);
	int64_t rate = 0;
	double grown = 0;
	char human[16], age[16];
	if (moves->copied_bytes == 0)
		return;
	if (!text || !str_to_i64(text, &rate) || rate <= 0) {
		ops_note(plan, OPS_CAUTION,
			 "without a throttle, copying uses all available network and disk bandwidth: client latency "
			 "rises meanwhile");
		return;
	}
	cell_human_bytes(rate, human);
	cell_human_age(most_bytes(moves) / rate + 1, age);
	ops_note(plan, OPS_MEANS,
		 "each broker copies at most %s/s, for at least %s; the throttle is removed when all replicas have "
		 "moved",
		 human, age);
	for (size_t i = 0; i < cluster->broker_count; i++)
		grown += cluster->brokers[i]->in_rate > 0 ? cluster->brokers[i]->in_rate : 0;
	if (grown >= (double)rate)
		ops_note(plan, OPS_CAUTION,
			 "producers write faster than the throttle allows: the copies may never catch up (raise "
			 "throttle=)");
}

static void say_forbidden(struct ops_plan *plan, const struct world_cluster *cluster, struct moves *moves)
{
	char text[460];
	/* A rollback replaces what its plan began. */
	say_names(plan, ops_fact(plan, "assignment") ? OPS_CAUTION : OPS_BLOCKS, &moves->foreign,
		  "%s already being reassigned", moves->foreign.count == 1 ? "is" : "are");
	say_names(plan, OPS_BLOCKS, &moves->leaderless, "%s no leader to copy from",
		  moves->leaderless.count == 1 ? "has" : "have");
	if (moves->nowhere.count > 0)
		ops_note(plan, OPS_BLOCKS, "replicas would move to brokers of %s that do not answer or are unknown: %s",
			 cluster->name, ops_kafka_names_text(&moves->nowhere, text));
	if (moves->cordoned.count > 0)
		ops_note(plan, OPS_BLOCKS,
			 "replicas would move to brokers of %s whose log directories are cordoned and take none: %s",
			 cluster->name, ops_kafka_names_text(&moves->cordoned, text));
	say_names(plan, OPS_DANGER, &moves->below_min,
		  "would have fewer replicas than min.insync.replicas: acks=all writes would always be refused");
	say_names(plan, OPS_DANGER, &moves->at_min,
		  "would have exactly min.insync.replicas: acks=all writes are refused whenever one broker restarts");
	say_names(plan, OPS_CAUTION, &moves->shared, "would have two replicas in one zone");
	say_names(plan, OPS_CAUTION, &moves->behind, "%s not fully in sync now",
		  moves->behind.count == 1 ? "is" : "are");
}

void ops_kafka_check_moves(struct ops_plan *plan, const struct ops_context *context,
			   const struct world_cluster *cluster, const char *key)
{
	struct moves moves;
	char bytes[16];
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", key, &list);
	find_moves(cluster, &list, &moves);
	if (moves.moved == 0)
		return;
	cell_human_bytes(moves.copied_bytes, bytes);
	ops_note(plan, OPS_MEANS, "%" PRId64 " partition%s of %s %s replicas: %s copied%s", moves.moved,
		 ops_plural(moves.moved), cluster->name, moves.moved == 1 ? "changes" : "change", bytes,
		 moves.unknown_size > 0 ? ", plus replicas of unknown size" : "");
	for (size_t i = 0; i < moves.after.count; i++)
		say_broker(plan, &moves, i);
	say_throttle(plan, cluster, key, &moves);
	say_forbidden(plan, cluster, &moves);
}

/* ---- steps ---- */

int64_t ops_kafka_read_throttle(struct ops_plan *plan, const char *text)
{
	static const char units[] = "KMGkmg";
	char *end;
	if (str_empty(text))
		return 0;
	double number = strtod(text, &end);
	const char *unit = *end ? strchr(units, *end) : NULL;
	for (int i = unit ? (int)((unit - units) % 3) + 1 : 0; i > 0; i--)
		number *= 1024;
	end += unit != NULL;
	bool good = end > text && *text != '-' && number >= 0 && number < RATE_MAX_GIB * 1073741824.0;
	bool tail = !*end || !strcmp(end, "B") || !strcmp(end, "iB") || !strcmp(end, "B/s") || !strcmp(end, "iB/s");
	if (!good || !tail) {
		ops_note(plan, OPS_BLOCKS, "throttle must be bytes per second (52428800, 50M), not \"%s\"", text);
		return 0;
	}
	return (int64_t)number;
}

/* Every broker that answers takes part: it may lead what is copied. */
static void set_throttle_facts(struct ops_plan *plan, const struct world_cluster *cluster, const char *key)
{
	char fact[OPS_KAFKA_FACT_MAX];
	struct buf ids = BUF_INIT(4096);
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (cluster->brokers[i]->id >= 0 && cluster->brokers[i]->reachable == 1)
			buf_printf(&ids, "%s%d", ids.len ? "," : "", (int)cluster->brokers[i]->id);
	ops_set_fact(plan, ops_kafka_fact_name(fact, "throttle.brokers", key), "%s", buf_str(&ids));
	buf_finish(&ids);
}

void ops_kafka_add_moves(struct ops_plan *plan, const struct world_cluster *cluster, const char *key, const char *title)
{
	char fact[OPS_KAFKA_FACT_MAX], human[16];
	const char *text = ops_kafka_fact(plan, "throttle", key);
	int64_t rate = 0;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", key, &list);
	int64_t bytes = ops_kafka_bytes_to_copy(cluster, &list);
	bool known = ops_kafka_fact(plan, "throttle.known", key) != NULL;
	bool throttled = text && str_to_i64(text, &rate) && rate > 0 && (bytes > 0 || known);
	ops_set_fact(plan, ops_kafka_fact_name(fact, "bytes", key), "%" PRId64, bytes);
	if (throttled) {
		cell_human_bytes(rate, human);
		set_throttle_facts(plan, cluster, key);
		ops_add_step_on(plan, &ops_step_kafka_throttle, NULL, key, "throttle replication of %s to %s/s",
				cluster->name, human);
	}
	ops_add_step_on(plan, &ops_step_kafka_reassign, NULL, key, "%s", title);
	if (throttled)
		ops_add_step_on(plan, &ops_step_kafka_unthrottle, NULL, key, "remove the throttle of %s",
				cluster->name);
}

void ops_kafka_add_unthrottle(struct ops_plan *plan, const struct world_cluster *cluster, const char *key)
{
	char fact[OPS_KAFKA_FACT_MAX];
	set_throttle_facts(plan, cluster, key);
	ops_set_fact(plan, ops_kafka_fact_name(fact, "throttle.known", key), "1");
	ops_add_step_on(plan, &ops_step_kafka_unthrottle, NULL, key, "remove the throttles of %s", cluster->name);
}
