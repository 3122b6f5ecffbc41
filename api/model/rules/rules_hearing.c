/* Rules about RabbitMQ nodes that do not hear each other: a network that is split, with its sides and what each of them
 * does then; nodes that wait for others, where it cannot be said yet for whom. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

static int64_t brokers_on(const struct join_cluster *cluster, int16_t side)
{
	int64_t count = 0;
	for (size_t i = 0; i < cluster->brokers.len; i++)
		count += ((const struct join_broker *)cluster->brokers.items[i])->side == side;
	return count;
}

/* The side that has more brokers than every other; -1 = none has. */
static int16_t largest_side(const struct join_cluster *cluster)
{
	int16_t largest = 0;
	bool alone = true;
	for (int16_t side = 1; side < cluster->side_count; side++) {
		int64_t more = brokers_on(cluster, side) - brokers_on(cluster, largest);
		alone = more > 0 || (alone && more < 0);
		largest = more > 0 ? side : largest;
	}
	return alone ? largest : -1;
}

bool rule_rabbitmq_is_cut_off(const struct join_broker *broker)
{
	const struct join_cluster *cluster = join_cluster_of(broker->pub.cluster);
	return broker->side >= 0 && cluster->side_count > 1 && broker->side != largest_side(cluster);
}

/* The brokers on that side, or those alive that are not. */
static const char *names_by_side(struct world *world, const struct join_cluster *cluster, int16_t side, bool on_it)
{
	VEC(const char *) names = {0};
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct join_broker *broker = (const struct join_broker *)cluster->brokers.items[i];
		if (broker->side >= 0 && (broker->side == side) == on_it)
			vec_push(&names, broker->name);
	}
	const char *text = rule_sentence_names(world, names.items, names.len);
	vec_finish(&names);
	return text;
}

const char *rule_rabbitmq_others(struct world *world, const struct join_cluster *cluster, int16_t side)
{
	return names_by_side(world, cluster, side, false);
}

static bool hearing_is_awaited(const struct join_broker *broker)
{
	return !broker->alive &&
	       (broker->silent || broker->stopped || !broker->pub.ready || broker->pub.reachable == 0);
}

const char *rule_rabbitmq_awaited(struct world *world, const struct join_cluster *cluster)
{
	return rule_sentence_brokers(world, cluster, hearing_is_awaited);
}

/* ---- a split network ---- */

/* From 4.3 there is no partition handling (its configuration is read and not used: rabbit.schema), Raft decides alone. */
bool rule_rabbitmq_never_pauses(const struct world_cluster *cluster)
{
	int major = 0, minor = 0;
	return cluster->version && sscanf(cluster->version, "%d.%d", &major, &minor) == 2 &&
	       (major > 4 || (major == 4 && minor >= 3));
}

/* A node that only hung stays apart for Mnesia, though the network is back: pause_minority finds a majority by then, and
 * only a restart ends it. */
static const char *say_what_ends_it(struct world *world, const struct join_cluster *cluster, int16_t largest)
{
	return rule_rabbitmq_never_pauses(&cluster->pub)
		       ? "this version has no partition handling, the rest joins again by itself"
		       : arena_printf(&world->frame,
				      "autoheal and Khepri do the rest; where the partition stays, restart %s",
				      largest >= 0 ? rule_rabbitmq_others(world, cluster, largest)
						   : "all but one side");
}

static const char *say_what_sides_do(struct world *world, const struct join_cluster *cluster, int16_t largest)
{
	bool majority = largest >= 0 && brokers_on(cluster, largest) * 2 > (int64_t)cluster->brokers.len;
	const char *quorum = majority ? arena_printf(&world->frame, "%s have the majority that quorum queues need",
						     names_by_side(world, cluster, largest, true))
				      : "no side has a majority: quorum queues stop";
	return arena_printf(&world->frame, "%s; restore the network between their nodes: %s", quorum,
			    say_what_ends_it(world, cluster, largest));
}

void rule_rabbitmq_partitioned(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	if (cluster->side_count < 2)
		return;
	int16_t largest = largest_side(cluster), told = largest < 0 ? 0 : largest;
	const char *text = "";
	for (int16_t side = 0; side < cluster->side_count; side++) {
		if (side == told)
			continue;
		text = arena_printf(&world->frame, "%s%s%s %s not hear %s", text, *text ? "; " : "",
				    names_by_side(world, cluster, side, true),
				    brokers_on(cluster, side) == 1 ? "does" : "do",
				    rule_rabbitmq_others(world, cluster, side));
	}
	rule_finding_add(findings, SEV_BAD, "brokers", NULL, arena_printf(&world->frame, "network partition: %s", text),
			 say_what_sides_do(world, cluster, largest));
}

/* ---- nodes that wait ---- */

static bool hearing_waits(const struct join_broker *broker)
{
	return broker->slow;
}

/* Each is fine by itself, and nobody is known to be at fault: to name one would be to guess. */
void rule_rabbitmq_waiting(struct rule_findings *findings)
{
	struct join_cluster *cluster = findings->cluster;
	struct world *world = findings->world;
	const char *names = rule_sentence_brokers(world, cluster, hearing_waits);
	if (!strchr(names, ' ') || cluster->side_count > 1 || *rule_rabbitmq_awaited(world, cluster))
		return;
	rule_finding_add(findings, SEV_WARN, "brokers", NULL,
			 arena_printf(&world->frame,
				      "%s wait for one another: each answers for itself, none for the cluster", names),
			 "the network between them, or they are merely slow; who does not hear whom is known once they "
			 "give each other up (net tick time, a minute by default); quorum is not known until then");
}
