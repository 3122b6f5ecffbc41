/* Why a broker does not come up, in one sentence: the first of these checks that knows something, from the volume
 * under it to the probe on top. */
#include "api/ops/parts/why_not_ready.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/model/records/pod_words.h"
#include "api/ops/plan/plan.h"

struct why {
	const struct world_view *view;
	const struct world_cluster *cluster;
	const struct world_broker *broker; /* NULL: not even expected yet */
	const struct kube_pod *pod;        /* NULL: none */
	const char *name;
	char *out;
	size_t size;
};

static bool PRINTF_LIKE(2, 3) why_because(const struct why *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why->out, why->size, format, args);
	va_end(args);
	return true;
}

/* The newest event of an object with one of the reasons; uid NULL = of any object of that name. */
static const struct kube_event *find_event(const struct why *why, const char *kind, const char *name, const char *uid,
					   const char *const *reasons)
{
	for (size_t i = 0; i < why->view->event_count; i++) {
		const struct kube_event *event = why->view->events[i].record;
		if (!str_eq(event->object_kind, kind) || !str_eq(event->object_name, name) ||
		    !str_eq(event->object_namespace, why->cluster->namespace) ||
		    (uid && event->object_uid && strcmp(uid, event->object_uid) != 0))
			continue;
		for (const char *const *reason = reasons; *reason; reason++)
			if (str_eq(event->reason, *reason))
				return event;
	}
	return NULL;
}

static bool no_pod_yet(const struct why *why)
{
	static const char *const reasons[] = {"FailedCreate", NULL};
	const struct kube_stateful_set *set = why->cluster->stateful_set;
	if (!set)
		return why_because(why, "%s has no pod yet: its operator has not created it", why->name);
	const struct kube_event *event = find_event(why, "StatefulSet", set->meta.name, NULL, reasons);
	if (event)
		return why_because(why, "%s cannot be created: %s", why->name, str_or(event->message, event->reason));
	for (size_t i = 0; i < why->cluster->broker_count; i++) {
		const struct world_broker *broker = why->cluster->brokers[i];
		if (broker != why->broker && broker->expected && !broker->ready &&
		    !str_eq(set->pod_management_policy, "Parallel"))
			return why_because(why, "the StatefulSet waits for %s to be ready before it creates %s",
					   broker->name, why->name);
	}
	return why_because(why, "%s has no pod yet", why->name);
}

/* A hook that waits for a quorum is right to wait: whoever forces the pod takes the quorum. */
static bool is_terminating(const struct why *why)
{
	static const char *const hooks[] = {
		[KUBE_PRE_STOP_NONE] = "",
		[KUBE_PRE_STOP] = ": its preStop hook may still be running",
		[KUBE_PRE_STOP_QUORUM] = ": its preStop hook waits until every quorum queue has a majority without it",
	};
	enum kube_pre_stop hook = KUBE_PRE_STOP_NONE;
	if (why->pod->meta.deleted_ms < 0)
		return false;
	for (size_t i = 0; i < why->pod->container_count; i++)
		if (why->pod->containers[i].pre_stop > hook)
			hook = why->pod->containers[i].pre_stop;
	return why_because(why, "%s is still terminating (grace period %lld s)%s", why->name,
			   (long long)why->pod->grace_seconds, hooks[hook]);
}

static bool claim_is_pending(const struct why *why)
{
	static const char *const reasons[] = {"ProvisioningFailed", "FailedBinding", NULL};
	for (size_t i = 0; i < why->cluster->volume_count; i++) {
		const struct kube_claim *claim = why->cluster->volumes[i]->claim;
		bool used = false;
		for (size_t j = 0; j < why->pod->volume_count; j++)
			used |= str_eq(why->pod->volumes[j].claim_name, claim->meta.name);
		if (!used || !str_eq(claim->phase, "Pending"))
			continue;
		const struct kube_event *event =
			find_event(why, "PersistentVolumeClaim", claim->meta.name, claim->meta.uid, reasons);
		const char *said = event ? event->message : NULL, *waits = why->cluster->volumes[i]->waits;
		return why_because(why, "its claim %s is Pending: %s", claim->meta.name,
				   str_or(waits, str_or(said, "no volume is bound to it")));
	}
	return false;
}

static bool why_is_unschedulable(const struct why *why)
{
	const struct kube_condition *scheduled =
		kube_condition(why->pod->conditions, why->pod->condition_count, "PodScheduled");
	if (!scheduled || !str_eq(scheduled->status, "False"))
		return false;
	return why_because(why, "%s cannot be scheduled: %s", why->name,
			   str_or(scheduled->message, str_or(scheduled->reason, "?")));
}

/* A claim that waits for its first consumer is Pending because the pod has no node, not the other way round. */
static bool is_unscheduled_or_pending(const struct why *why)
{
	char claim[ERR_TEXT_MAX];
	struct why inner = *why;
	inner.out = claim;
	inner.size = sizeof claim;
	bool pending = claim_is_pending(&inner);
	if (why_is_unschedulable(why)) {
		size_t len = strlen(why->out);
		if (pending)
			snprintf(why->out + len, why->size - len, "; %s", claim);
		return true;
	}
	return pending && why_because(why, "%s", claim);
}

static bool node_is_down(const struct why *why)
{
	const struct world_node *node = why->broker ? why->broker->node : NULL;
	return node && node->ready_known && !node->ready && why_because(why, "its node %s is not ready", node->name);
}

static bool this_container_waits(const struct why *why, const char *what, const struct kube_container_status *status)
{
	if (str_empty(status->waiting_reason) || !strcmp(status->waiting_reason, "ContainerCreating") ||
	    !strcmp(status->waiting_reason, "PodInitializing"))
		return false;
	if (status->last_terminated_reason)
		return why_because(why, "%s %s of %s: %s, last ended with %s, exit code %d", what, status->name,
				   why->name, status->waiting_reason, status->last_terminated_reason,
				   (int)status->last_exit_code);
	return why_because(why, "%s %s of %s: %s%s%s", what, status->name, why->name, status->waiting_reason,
			   str_empty(status->waiting_message) ? "" : ": ", str_or(status->waiting_message, ""));
}

static bool has_crashed(const struct why *why)
{
	const char *reason = why->broker ? why->broker->crash : NULL;
	return reason && why_because(why, "%s crashed: %s", why->name, reason);
}

/* What waits for an init container says only that it is initializing. */
static bool container_waits(const struct why *why)
{
	const struct kube_container_status *init = record_pod_init_culprit(why->pod);
	if (init && this_container_waits(why, "init container", init))
		return true;
	for (size_t i = 0; i < why->pod->status_count; i++)
		if (this_container_waits(why, "container", &why->pod->statuses[i]))
			return true;
	return false;
}

static bool is_being_set_up(const struct why *why)
{
	static const char *const reasons[] = {"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", NULL};
	bool creating = false;
	for (size_t i = 0; i < why->pod->status_count; i++)
		creating |= !str_empty(why->pod->statuses[i].waiting_reason);
	const struct kube_event *event =
		creating ? find_event(why, "Pod", why->name, why->pod->meta.uid, reasons) : NULL;
	return event && why_because(why, "%s: %s", why->name, str_or(event->message, event->reason));
}

static bool probe_fails(const struct why *why)
{
	static const char *const reasons[] = {"Unhealthy", NULL};
	const struct kube_condition *ready = kube_condition(why->pod->conditions, why->pod->condition_count, "Ready");
	if (!ready || str_eq(ready->status, "True"))
		return false;
	const struct kube_event *event = find_event(why, "Pod", why->name, why->pod->meta.uid, reasons);
	if (event)
		return why_because(why, "%s: %s", why->name, str_or(event->message, event->reason));
	return why_because(why, "%s is running but not ready%s%s", why->name, str_empty(ready->message) ? "" : ": ",
			   str_or(ready->message, ""));
}

bool ops_why_not_ready(const struct world_view *view, const struct world_cluster *cluster, const char *name, char *out,
		       size_t size)
{
	static bool (*const checks[])(const struct why *why) = {
		is_terminating,  is_unscheduled_or_pending, node_is_down, has_crashed,
		container_waits, is_being_set_up,           probe_fails,
	};
	struct why why = {.view = view, .cluster = cluster, .name = name, .out = out, .size = size};
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (str_eq(cluster->brokers[i]->name, name))
			why.broker = cluster->brokers[i];
	why.pod = why.broker ? why.broker->pod : NULL;
	if (!why.pod)
		return no_pod_yet(&why);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (checks[i](&why))
			return true;
	return false;
}
