/* One word for a broker, from its pod, its node and what its peers say; and the sentence behind the word. A dead
 * kubelet's pods stay "Running" and "ready" for 20 to 50 s: only the node's condition and the peers tell the truth, so
 * they are asked first. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/pod_words.h"
#include "api/model/records/record_facts.h"
#include "api/model/rules/rules.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

enum { CAUSES_MAX = 2 };

struct rule_broker_state {
	const char *word;
	enum severity severity;
	bool (*applies)(const struct join_broker *broker);
	/* What is wrong with it, as a sentence that begins with its name. NULL = "<name> is <word>". */
	const char *(*trouble)(struct world *world, const struct join_broker *broker);
};

static bool waits_with(const struct join_broker *broker, const char *const *reasons, size_t count)
{
	const struct kube_container_status *status = join_crash_status(broker);
	for (size_t i = 0; status && i < count; i++)
		if (str_eq(status->waiting_reason, reasons[i]))
			return true;
	return false;
}

static const struct world_volume *waiting_volume(const struct join_broker *broker)
{
	for (size_t i = 0; i < broker->pub.volume_count; i++)
		if (!str_eq(broker->pub.volumes[i]->claim->phase, "Bound"))
			return broker->pub.volumes[i];
	return NULL;
}

static const struct kube_condition *broker_unscheduled(const struct join_broker *broker)
{
	const struct kube_pod *pod = broker->pub.pod;
	const struct kube_condition *it =
		pod ? kube_condition(pod->conditions, pod->condition_count, "PodScheduled") : NULL;
	return it && str_eq(it->status, "False") ? it : NULL;
}

/* ---- when a state applies ---- */

static bool is_unread(const struct join_broker *broker)
{
	return !broker->pub.pod && !world_source_is_read(&broker->pub.cluster->parts[WORLD_PART_PODS]);
}

static bool broker_is_missing(const struct join_broker *broker)
{
	return !broker->pub.pod;
}

static bool is_on_unready_node(const struct join_broker *broker)
{
	const struct world_node *node = broker->pub.node;
	return node && node->ready_known && !node->ready;
}

static bool is_on_silent_node(const struct join_broker *broker)
{
	return is_on_unready_node(broker) && !broker->pub.node->reports;
}

static bool is_on_dead_node(const struct join_broker *broker)
{
	return is_on_silent_node(broker) && broker->pub.reachable != 1;
}

static bool is_away_on_unready_node(const struct join_broker *broker)
{
	return is_on_unready_node(broker) && broker->pub.reachable != 1;
}

static bool is_stopping(const struct join_broker *broker)
{
	return broker->pub.pod->meta.deleted_ms >= 0;
}

static bool is_waiting_for_volume(const struct join_broker *broker)
{
	return str_eq(broker->pub.pod->phase, "Pending") && !broker->pub.pod->node_name && waiting_volume(broker);
}

static bool is_unscheduled(const struct join_broker *broker)
{
	return broker_unscheduled(broker) != NULL;
}

static bool is_crashing(const struct join_broker *broker)
{
	static const char *const reasons[] = {"CrashLoopBackOff", "RunContainerError", "CreateContainerError"};
	return waits_with(broker, reasons, ARRAY_LEN(reasons));
}

static bool starts_after_crash(const struct join_broker *broker)
{
	return !broker->pub.ready && broker->crashed;
}

static bool is_without_image(const struct join_broker *broker)
{
	static const char *const reasons[] = {"ImagePullBackOff", "ErrImagePull", "InvalidImageName",
					      "ErrImageNeverPull"};
	return waits_with(broker, reasons, ARRAY_LEN(reasons));
}

static bool is_misconfigured(const struct join_broker *broker)
{
	static const char *const reasons[] = {"CreateContainerConfigError"};
	return waits_with(broker, reasons, ARRAY_LEN(reasons));
}

static bool is_failed(const struct join_broker *broker)
{
	return str_eq(broker->pub.pod->phase, "Failed");
}

static bool broker_pod_is_finished(const struct join_broker *broker)
{
	return str_eq(broker->pub.pod->phase, "Succeeded");
}

static bool is_cut_off(const struct join_broker *broker)
{
	return broker->pub.ready && broker->pub.reachable == 0;
}

static bool is_silent(const struct join_broker *broker)
{
	return broker->pub.ready && broker->silent;
}

static bool is_slow(const struct join_broker *broker)
{
	return broker->pub.ready && broker->slow;
}

static bool is_partitioned(const struct join_broker *broker)
{
	return rule_rabbitmq_is_cut_off(broker);
}

/* Its listeners are closed, so that Kubernetes calls it not ready: that is what maintenance is. */
static bool is_in_maintenance(const struct join_broker *broker)
{
	return join_rabbitmq_is_drained(broker) && broker->pub.reachable == 1;
}

static bool has_stopped_inside(const struct join_broker *broker)
{
	return broker->stopped;
}

static bool is_starting(const struct join_broker *broker)
{
	const struct kube_container_status *status = join_crash_status(broker);
	return !broker->pub.ready && (!str_eq(broker->pub.pod->phase, "Running") || !status || !status->started);
}

static bool is_not_ready(const struct join_broker *broker)
{
	return !broker->pub.ready;
}

static bool is_unheard(const struct join_broker *broker)
{
	return broker->pub.reachable < 0;
}

static bool is_ready(const struct join_broker *broker)
{
	return broker->pub.ready;
}

/* ---- what to say ---- */

static const char *say_missing(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s has no pod", broker->name);
}

static const char *say_node(struct world *world, const struct join_broker *broker)
{
	const struct world_node *node = broker->pub.node;
	const char *between = broker->pub.reachable == 1                   ? "answers, but its node"
			      : broker->pub.reachable < 0 && node->reports ? "may be down, its node"
									   : "is down,";
	return arena_printf(&world->frame, "%s %s %s", broker->name, between, rule_sentence_node(world, node));
}

static const char *say_waiting(struct world *world, const struct join_broker *broker)
{
	const struct world_volume *volume = waiting_volume(broker);
	const struct kube_condition *condition = broker_unscheduled(broker);
	const char *why = volume->waits ? volume->waits : condition ? condition->message : NULL;
	return arena_printf(&world->frame, "%s is waiting for its volume %s (%s%s%s)", broker->name,
			    volume->claim->meta.name, str_or(volume->claim->phase, "unknown"), why ? ": " : "",
			    rule_sentence_cut(world, why));
}

static const char *say_unscheduled(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s cannot be scheduled: %s", broker->name,
			    rule_sentence_cut(world, str_or(broker_unscheduled(broker)->message, "no reason given")));
}

static const char *say_waiting_reason(struct world *world, const struct join_broker *broker)
{
	const struct kube_container_status *status = join_crash_status(broker);
	return arena_printf(&world->frame, "%s cannot start%s: %s", broker->name,
			    rule_crash_container(world, broker, status),
			    rule_sentence_cut(world, str_or(status->waiting_message, status->waiting_reason)));
}

static const char *say_failed(struct world *world, const struct join_broker *broker)
{
	const struct kube_pod *pod = broker->pub.pod;
	return arena_printf(&world->frame, "%s failed: %s", broker->name,
			    rule_sentence_cut(world, str_or(pod->message, str_or(pod->reason, "no reason given"))));
}

static const char *say_cut_off(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s is Ready in Kubernetes, but the other brokers do not see it",
			    broker->name);
}

static const char *say_silent(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s does not answer, but other brokers do", broker->name);
}

/* It waits for whoever the rest of the picture says is gone; without that there is nobody to blame. */
static const char *say_slow(struct world *world, const struct join_broker *broker)
{
	const char *names = rule_rabbitmq_awaited(world, join_cluster_of(broker->pub.cluster));
	return *names ? arena_printf(&world->frame, "%s answers slowly: it is waiting for %s", broker->name, names)
		      : arena_printf(&world->frame,
				     "%s answers for itself, but not in time for what it asks the other nodes",
				     broker->name);
}

static const char *say_partitioned(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s is cut off from %s", broker->name,
			    rule_rabbitmq_others(world, join_cluster_of(broker->pub.cluster), broker->side));
}

static const char *say_stopped(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s no longer listens, though its container runs on: RabbitMQ in it %s",
			    broker->name,
			    rule_rabbitmq_never_pauses(broker->pub.cluster)
				    ? "was stopped or failed"
				    : "has paused, as pause_minority does without a majority, was stopped, or is in "
				      "maintenance");
}

static const char *say_maintenance(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s is in maintenance: it takes no clients and leads no quorum queues",
			    broker->name);
}

static const char *say_starting(struct world *world, const struct join_broker *broker)
{
	const struct kube_container_status *status = record_pod_init_culprit(broker->pub.pod);
	struct record_pod_words words;
	record_pod_words(broker->pub.pod, &words);
	return status ? arena_printf(&world->frame, "%s is starting%s is not done (%s, %d restarts)", broker->name,
				     rule_crash_container(world, broker, status), words.status,
				     (int)status->restart_count)
		      : arena_printf(&world->frame, "%s is starting", broker->name);
}

/* The broker may be well and a container beside it keep the pod from being Ready. */
static const struct kube_container_status *unready_sidecar(const struct join_broker *broker)
{
	const struct kube_pod *pod = broker->pub.pod;
	const struct kube_container_status *own = join_pod_main_status(broker->pub.cluster->kind, pod);
	for (size_t i = 0; own && own->ready && i < pod->status_count; i++)
		if (!pod->statuses[i].ready)
			return &pod->statuses[i];
	return NULL;
}

static const char *say_not_ready(struct world *world, const struct join_broker *broker)
{
	const struct kube_container_status *beside = unready_sidecar(broker);
	if (beside)
		return arena_printf(&world->frame, "%s is not ready%s is not (%s, %d restarts)", broker->name,
				    rule_crash_container(world, broker, beside),
				    str_or(beside->waiting_reason, str_or(beside->terminated_reason, "running")),
				    (int)beside->restart_count);
	return arena_printf(&world->frame, "%s is not ready%s", broker->name,
			    broker->silent ? " and does not answer" : "");
}

/* The first that applies; every one below the first two may rely on there being a pod. */
static const struct rule_broker_state states[] = {
	{"unknown", SEV_INFO, is_unread, NULL},
	{"missing", SEV_BAD, broker_is_missing, say_missing},
	{"node down", SEV_BAD, is_on_dead_node, say_node},
	{"node silent", SEV_WARN, is_on_silent_node, say_node},
	{"node not ready", SEV_BAD, is_away_on_unready_node, say_node},
	{"node not ready", SEV_WARN, is_on_unready_node, say_node},
	{"stopping", SEV_WARN, is_stopping, NULL},
	{"waiting for volume", SEV_BAD, is_waiting_for_volume, say_waiting},
	{"unscheduled", SEV_BAD, is_unscheduled, say_unscheduled},
	{"crash loop", SEV_BAD, is_crashing, rule_crash_loop},
	{"no image", SEV_BAD, is_without_image, say_waiting_reason},
	{"misconfigured", SEV_BAD, is_misconfigured, say_waiting_reason},
	{"failed", SEV_BAD, is_failed, say_failed},
	{"finished", SEV_BAD, broker_pod_is_finished, NULL},
	{"stopped", SEV_BAD, has_stopped_inside, say_stopped},
	{"partitioned", SEV_BAD, is_partitioned, say_partitioned},
	{"in maintenance", SEV_WARN, is_in_maintenance, say_maintenance},
	{"restarting", SEV_BAD, starts_after_crash, rule_crash_once},
	{"starting", SEV_WARN, is_starting, say_starting},
	{"not ready", SEV_BAD, is_not_ready, say_not_ready},
	{"not answering", SEV_BAD, is_cut_off, say_cut_off},
	{"not answering", SEV_WARN, is_silent, say_silent},
	{"slow", SEV_WARN, is_slow, say_slow},
	{"ready", SEV_INFO, is_unheard, NULL}, /* Kubernetes says so; the broker was not heard yet */
	{"ready", SEV_OK, is_ready, NULL},
};

static const struct rule_broker_state *broker_state_of(const struct join_broker *broker)
{
	for (size_t i = 0; i < ARRAY_LEN(states) - 1; i++)
		if (states[i].applies(broker))
			return &states[i];
	return &states[ARRAY_LEN(states) - 1];
}

const char *rule_broker_trouble(struct world *world, const struct join_broker *broker)
{
	const struct rule_broker_state *state = broker_state_of(broker);
	if (state->severity < SEV_WARN)
		return NULL;
	return state->trouble ? state->trouble(world, broker)
			      : arena_printf(&world->frame, "%s is %s", broker->name, state->word);
}

int64_t rule_broker_unready_since(const struct join_broker *broker)
{
	const struct kube_pod *pod = broker->pub.pod;
	const struct kube_condition *ready =
		pod && !broker->pub.ready ? kube_condition(pod->conditions, pod->condition_count, "Ready") : NULL;
	return ready ? ready->changed_ms : pod && !broker->pub.ready ? pod->meta.created_ms : -1;
}

bool rule_broker_is_stuck(const struct join_broker *broker)
{
	static bool (*const cases[])(const struct join_broker *) = {
		is_waiting_for_volume, is_unscheduled, is_crashing, is_without_image, is_misconfigured, is_failed,
	};
	for (size_t i = 0; broker->pub.pod && i < ARRAY_LEN(cases); i++)
		if (cases[i](broker))
			return true;
	return false;
}

static const struct join_broker *worst_after(const struct join_cluster *cluster, const struct join_broker *after)
{
	const struct join_broker *worst = NULL;
	bool passed = after == NULL;
	for (int round = SEV_BAD; round >= SEV_WARN && !worst; round--) {
		for (size_t i = 0; i < cluster->brokers.len && !worst; i++) {
			const struct join_broker *broker = (const struct join_broker *)cluster->brokers.items[i];
			if (broker->pub.severity != (enum severity)round)
				continue;
			if (passed)
				worst = broker;
			passed |= broker == after;
		}
	}
	return worst;
}

const char *rule_broker_causes(struct world *world, const struct join_cluster *cluster)
{
	const char *text = "";
	const struct join_broker *broker = NULL;
	int told = 0;
	while (told < CAUSES_MAX && (broker = worst_after(cluster, broker))) {
		const char *trouble = rule_broker_trouble(world, broker);
		if (trouble)
			text = arena_printf(&world->frame, "%s%s%s", text, told++ ? "; " : ": ", trouble);
	}
	return text;
}

static void set_state(struct world *world, struct world_broker *broker)
{
	const struct world_node *node = broker->node;
	broker->ready = record_pod_is_ready(broker->pod) && !(node && node->ready_known && !node->ready);
	const struct rule_broker_state *state = broker_state_of((struct join_broker *)broker);
	broker->state = rule_crash_word(world, (struct join_broker *)broker, state->word);
	broker->severity = state->severity;
	if (broker->severity < SEV_WARN && broker->in_sync >= 0 && broker->in_sync < broker->replicas) {
		broker->severity = SEV_WARN;
		broker->state = "lagging";
	}
	if (broker->severity <= SEV_WARN && !str_empty(broker->alarms))
		broker->severity = SEV_BAD;
}

void rule_broker_states(struct join_cluster *cluster)
{
	for (size_t i = 0; i < cluster->pub.member_count; i++)
		set_state(cluster->world, cluster->pub.members[i]);
}
