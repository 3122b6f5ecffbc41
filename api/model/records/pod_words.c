/* kubectl's words for a pod. The server makes them for kubectl in its table answers; here they are made from the record,
 * by the same rules: init containers first and in their order, then the containers from the last to the first. */
#include "api/model/records/pod_words.h"

#include <stdio.h>

#include "api/base/str.h"

bool record_pod_is_sidecar(const struct kube_pod *pod, const char *init_container)
{
	for (size_t i = 0; i < pod->init_container_count; i++)
		if (str_eq(pod->init_containers[i].name, init_container))
			return str_eq(pod->init_containers[i].restart_policy, "Always");
	return false;
}

static bool container_has_ended(const struct kube_container_status *status)
{
	return status->running_since_ms < 0 && !status->waiting_reason && status->terminated_exit_code >= 0;
}

/* Nothing more is waited for from this init container. */
static bool init_is_over(const struct kube_pod *pod, const struct kube_container_status *status)
{
	return (container_has_ended(status) && status->terminated_exit_code == 0) ||
	       (status->started && record_pod_is_sidecar(pod, status->name));
}

const struct kube_container_status *record_pod_init_culprit(const struct kube_pod *pod)
{
	for (size_t i = 0; pod && i < pod->init_status_count; i++)
		if (!init_is_over(pod, &pod->init_statuses[i]))
			return &pod->init_statuses[i];
	return NULL;
}

static bool pod_is_true(const struct kube_pod *pod, const char *type)
{
	const struct kube_condition *it = kube_condition(pod->conditions, pod->condition_count, type);
	return it && str_eq(it->status, "True");
}

static void say_ended(const struct kube_container_status *status, const char *before, struct record_pod_words *out)
{
	if (!str_empty(status->terminated_reason))
		snprintf(out->status, sizeof out->status, "%s%s", before, status->terminated_reason);
	else if (status->terminated_signal)
		snprintf(out->status, sizeof out->status, "%sSignal:%d", before, (int)status->terminated_signal);
	else
		snprintf(out->status, sizeof out->status, "%sExitCode:%d", before, (int)status->terminated_exit_code);
}

static void say_init(const struct kube_pod *pod, const struct kube_container_status *status,
		     struct record_pod_words *out)
{
	if (container_has_ended(status))
		say_ended(status, "Init:", out);
	else if (!str_empty(status->waiting_reason) && !str_eq(status->waiting_reason, "PodInitializing"))
		snprintf(out->status, sizeof out->status, "Init:%s", status->waiting_reason);
	else
		snprintf(out->status, sizeof out->status, "Init:%d/%d", (int)(status - pod->init_statuses),
			 (int)pod->init_container_count);
}

/* Up to and with the one that is waited for; true when none is. */
static bool count_init(const struct kube_pod *pod, int64_t *sidecar_restarts, struct record_pod_words *out)
{
	const struct kube_container_status *culprit = record_pod_init_culprit(pod);
	for (size_t i = 0; i < pod->init_status_count; i++) {
		const struct kube_container_status *status = &pod->init_statuses[i];
		bool sidecar = record_pod_is_sidecar(pod, status->name);
		out->restarts += status->restart_count;
		*sidecar_restarts += sidecar ? status->restart_count : 0;
		if (status == culprit)
			break;
		out->ready += sidecar && !container_has_ended(status) && status->ready;
	}
	if (culprit)
		say_init(pod, culprit, out);
	return !culprit;
}

static void count_containers(const struct kube_pod *pod, struct record_pod_words *out)
{
	bool runs = false;
	for (size_t i = pod->status_count; i-- > 0;) {
		const struct kube_container_status *status = &pod->statuses[i];
		out->restarts += status->restart_count;
		if (!str_empty(status->waiting_reason)) {
			snprintf(out->status, sizeof out->status, "%s", status->waiting_reason);
		} else if (container_has_ended(status)) {
			say_ended(status, "", out);
		} else if (status->ready && status->running_since_ms >= 0) {
			runs = true;
			out->ready++;
		}
	}
	if (runs && str_eq(out->status, "Completed"))
		snprintf(out->status, sizeof out->status, "%s", pod_is_true(pod, "Ready") ? "Running" : "NotReady");
}

static void say_deletion(const struct kube_pod *pod, struct record_pod_words *out)
{
	bool over = str_eq(pod->phase, "Succeeded") || str_eq(pod->phase, "Failed");
	if (pod->meta.deleted_ms < 0)
		return;
	if (str_eq(pod->reason, "NodeLost"))
		snprintf(out->status, sizeof out->status, "Unknown");
	else if (!over)
		snprintf(out->status, sizeof out->status, "Terminating");
}

void record_pod_words(const struct kube_pod *pod, struct record_pod_words *out)
{
	const struct kube_condition *scheduled = kube_condition(pod->conditions, pod->condition_count, "PodScheduled");
	int64_t sidecar_restarts = 0;
	*out = (struct record_pod_words){.containers = (int32_t)pod->container_count};
	for (size_t i = 0; i < pod->init_container_count; i++)
		out->containers += str_eq(pod->init_containers[i].restart_policy, "Always");
	snprintf(out->status, sizeof out->status, "%s", str_empty(pod->reason) ? str_or(pod->phase, "") : pod->reason);
	if (scheduled && str_eq(scheduled->reason, "SchedulingGated"))
		snprintf(out->status, sizeof out->status, "SchedulingGated");
	if (count_init(pod, &sidecar_restarts, out) || pod_is_true(pod, "Initialized")) {
		out->restarts = sidecar_restarts;
		count_containers(pod, out);
	}
	say_deletion(pod, out);
}
