/* Protobuf numbers: k8s.io/api {core,apps,policy,storage,discovery,coordination}/v1 and apimachinery meta/v1
 * generated.proto, v0.34.4; they never change. JSON names are the same everywhere. */
#include "api/kube/records/field_macros.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

/* ---- metadata ---- */

static bool keep_annotation(const char *key, size_t len)
{
	static const char *const prefixes[] = {"strimzi.io/",
					       "rabbitmq.com/",
					       "mqdeck",
					       "kubernetes.io/config.",
					       "kubectl.kubernetes.io/restartedAt",
					       "storageclass.kubernetes.io/",
					       "storageclass.beta.kubernetes.io/",
					       "volume.kubernetes.io/",
					       "k8s.io/initial-events-end"};
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t prefix = strlen(prefixes[i]);
		if (len >= prefix && memcmp(key, prefixes[i], prefix) == 0)
			return true;
	}
	return memmem(key, len, ".strimzi.io/", 12) != NULL;
}

STRUCT(owner, kube_owner, NULL, FIELD(STRING, kube_owner, 5, "apiVersion", api_version),
       FIELD(STRING, kube_owner, 1, "kind", kind), FIELD(STRING, kube_owner, 3, "name", name),
       FIELD(STRING, kube_owner, 4, "uid", uid), FIELD(BOOL, kube_owner, 6, "controller", controller));

#define META_FIELDS                                                                                                    \
	FIELD(STRING, kube_meta, 1, "name", name), FIELD(STRING, kube_meta, 3, "namespace", namespace),                \
		FIELD(STRING, kube_meta, 5, "uid", uid),                                                               \
		FIELD(STRING, kube_meta, 6, "resourceVersion", resource_version),                                      \
		FIELD(INT64, kube_meta, 7, "generation", generation),                                                  \
		FIELD(TIME, kube_meta, 8, "creationTimestamp", created_ms),                                            \
		FIELD(TIME, kube_meta, 9, "deletionTimestamp", deleted_ms),                                            \
		ARRAY(PAIRS, kube_meta, 11, "labels", labels, label_count),                                            \
		PAIRS_KEPT(kube_meta, 12, "annotations", annotations, annotation_count, keep_annotation),              \
		STRUCTS(kube_meta, 13, "ownerReferences", owners, owner_count, owner)

MEMBERS(meta, META_FIELDS);
MEMBERS(pod_meta, META_FIELDS, FIELD_INITIAL(INT64, kube_pod, 10, "deletionGracePeriodSeconds", grace_seconds, -1));

RECORD(kube_list_meta_table, kube_list_meta, NULL,
       FIELD(STRING, kube_list_meta, 2, "resourceVersion", resource_version),
       FIELD(STRING, kube_list_meta, 3, "continue", continue_token));

/* The same members in every condition; only the protobuf numbers differ between the two families. */
#define CONDITION(table_name, last_transition, reason_number, message_number)                                          \
	STRUCT(table_name, kube_condition, NULL, FIELD(STRING, kube_condition, 1, "type", type),                       \
	       FIELD(STRING, kube_condition, 2, "status", status),                                                     \
	       FIELD(TIME, kube_condition, last_transition, "lastTransitionTime", changed_ms),                         \
	       FIELD(STRING, kube_condition, reason_number, "reason", reason),                                         \
	       FIELD(STRING, kube_condition, message_number, "message", message))
CONDITION(condition, 4, 5, 6);

/* ---- pods ---- */

static bool finish_projection(void *base, struct arena *arena)
{
	const struct kube_projection *projection = base;
	return projection->secret_name || projection->config_map_name;
}

/* A plain secret or ConfigMap is a projection of one source. */
static bool finish_volume_source(void *base, struct arena *arena)
{
	struct kube_volume_source *volume = base;
	if (finish_projection(&volume->plain, arena)) {
		volume->projections = arena_alloc(arena, sizeof *volume->projections);
		*volume->projections = volume->plain;
		volume->projection_count = 1;
	}
	volume->plain = (struct kube_projection){0};
	return volume->claim_name || volume->ephemeral || volume->projection_count;
}

STRUCT(key_file, kube_key_file, NULL, FIELD(STRING, kube_key_file, 1, "key", key),
       FIELD(STRING, kube_key_file, 2, "path", path));
MEMBERS(projected_secret_name, FIELD(STRING, kube_projection, 1, "name", secret_name));
MEMBERS(projected_secret, INTO_NESTED(1, projected_secret_name),
	FIELD_ALIAS(STRING, kube_projection, 0, "name", secret_name),
	STRUCTS(kube_projection, 2, "items", files, file_count, key_file));
MEMBERS(projected_config_map_name, FIELD(STRING, kube_projection, 1, "name", config_map_name));
MEMBERS(projected_config_map, INTO_NESTED(1, projected_config_map_name),
	FIELD_ALIAS(STRING, kube_projection, 0, "name", config_map_name),
	STRUCTS_ALIAS(kube_projection, 2, "items", files, file_count, key_file));
STRUCT(projection, kube_projection, finish_projection, INTO(1, "secret", projected_secret),
       INTO(3, "configMap", projected_config_map));
MEMBERS(secret_source, FIELD(STRING, kube_volume_source, 1, "secretName", plain.secret_name),
	STRUCTS(kube_volume_source, 2, "items", plain.files, plain.file_count, key_file));
MEMBERS(config_map_name, FIELD(STRING, kube_volume_source, 1, "name", plain.config_map_name));
MEMBERS(config_map_source, INTO_NESTED(1, config_map_name),
	FIELD_ALIAS(STRING, kube_volume_source, 0, "name", plain.config_map_name),
	STRUCTS_ALIAS(kube_volume_source, 2, "items", plain.files, plain.file_count, key_file));
MEMBERS(projected_source, STRUCTS(kube_volume_source, 1, "sources", projections, projection_count, projection));

MEMBERS(claim_source, FIELD(STRING, kube_volume_source, 1, "claimName", claim_name));
MEMBERS(ephemeral_source, FIELD(PRESENT, kube_volume_source, 1, "volumeClaimTemplate", ephemeral));
MEMBERS(pod_volume_source, INTO(6, "secret", secret_source), INTO(10, "persistentVolumeClaim", claim_source),
	INTO(19, "configMap", config_map_source), INTO(26, "projected", projected_source),
	INTO(29, "ephemeral", ephemeral_source));
STRUCT(pod_volume, kube_volume_source, finish_volume_source, FIELD(STRING, kube_volume_source, 1, "name", name),
       INTO_NESTED(2, pod_volume_source), INTO_INLINE("secret", secret_source),
       INTO_INLINE("configMap", config_map_source), INTO_INLINE("projected", projected_source),
       INTO_INLINE("persistentVolumeClaim", claim_source), INTO_INLINE("ephemeral", ephemeral_source));

MEMBERS(pod_spec, STRUCTS(kube_pod, 1, "volumes", volumes, volume_count, pod_volume),
	STRUCTS(kube_pod, 2, "containers", containers, container_count, kube_container_table),
	STRUCTS(kube_pod, 20, "initContainers", init_containers, init_container_count, kube_container_table),
	FIELD(STRING, kube_pod, 10, "nodeName", node_name), FIELD(BOOL, kube_pod, 11, "hostNetwork", host_network),
	FIELD(STRING, kube_pod, 16, "hostname", hostname), FIELD(STRING, kube_pod, 17, "subdomain", subdomain));

MEMBERS(waiting, FIELD(STRING, kube_container_status, 1, "reason", waiting_reason),
	FIELD(STRING, kube_container_status, 2, "message", waiting_message));
MEMBERS(running, FIELD(TIME, kube_container_status, 1, "startedAt", running_since_ms));
MEMBERS(terminated, FIELD_INITIAL(INT32, kube_container_status, 1, "exitCode", terminated_exit_code, -1),
	FIELD(INT32, kube_container_status, 2, "signal", terminated_signal),
	FIELD(STRING, kube_container_status, 3, "reason", terminated_reason),
	FIELD(STRING, kube_container_status, 4, "message", terminated_message));
MEMBERS(container_state, INTO(1, "waiting", waiting), INTO(2, "running", running), INTO(3, "terminated", terminated));
MEMBERS(last_terminated, FIELD(INT32, kube_container_status, 1, "exitCode", last_exit_code),
	FIELD(STRING, kube_container_status, 3, "reason", last_terminated_reason),
	FIELD(STRING, kube_container_status, 4, "message", last_terminated_message),
	FIELD(TIME, kube_container_status, 6, "finishedAt", last_finished_ms));
MEMBERS(last_state, INTO(3, "terminated", last_terminated));
STRUCT(container_status, kube_container_status, NULL, FIELD(STRING, kube_container_status, 1, "name", name),
       INTO(2, "state", container_state), INTO(3, "lastState", last_state),
       FIELD(BOOL, kube_container_status, 4, "ready", ready),
       FIELD(INT32, kube_container_status, 5, "restartCount", restart_count),
       FIELD(BOOL, kube_container_status, 9, "started", started));

STRUCT(pod_ip, kube_pod_ip, NULL, FIELD(STRING, kube_pod_ip, 1, "ip", text));

MEMBERS(pod_status, FIELD(STRING, kube_pod, 1, "phase", phase),
	STRUCTS(kube_pod, 2, "conditions", conditions, condition_count, condition),
	FIELD(STRING, kube_pod, 3, "message", message), FIELD(STRING, kube_pod, 4, "reason", reason),
	FIELD(STRING, kube_pod, 5, "hostIP", host_ip), FIELD(STRING, kube_pod, 6, "podIP", pod_ip),
	FIELD(TIME, kube_pod, 7, "startTime", start_ms),
	STRUCTS(kube_pod, 8, "containerStatuses", statuses, status_count, container_status),
	STRUCTS(kube_pod, 10, "initContainerStatuses", init_statuses, init_status_count, container_status),
	STRUCTS(kube_pod, 12, "podIPs", ips, ip_count, pod_ip));

/* The claim of an ephemeral volume is named after the pod and the volume. */
static bool finish_pod(void *base, struct arena *arena)
{
	struct kube_pod *pod = base;
	for (size_t i = 0; i < pod->volume_count; i++)
		if (pod->volumes[i].ephemeral)
			pod->volumes[i].claim_name = arena_printf(arena, "%s-%s", str_or(pod->meta.name, ""),
								  str_or(pod->volumes[i].name, ""));
	return true;
}

RECORD(kube_pod_table, kube_pod, finish_pod, INTO(1, "metadata", pod_meta), INTO(2, "spec", pod_spec),
       INTO(3, "status", pod_status));

/* ---- services and endpoints ---- */

STRUCT(service_port, kube_port, NULL, FIELD(STRING, kube_port, 1, "name", name),
       FIELD(STRING, kube_port, 2, "protocol", protocol), FIELD(INT32, kube_port, 3, "port", port),
       FIELD(INT_OR_STRING, kube_port, 4, "targetPort", target_port),
       FIELD(INT32, kube_port, 5, "nodePort", node_port));
MEMBERS(service_spec, STRUCTS(kube_service, 1, "ports", ports, port_count, service_port),
	ARRAY(PAIRS, kube_service, 2, "selector", selector, selector_count),
	FIELD(STRING, kube_service, 3, "clusterIP", cluster_ip), FIELD(STRING, kube_service, 4, "type", type),
	FIELD(STRING, kube_service, 10, "externalName", external_name),
	FIELD(BOOL, kube_service, 13, "publishNotReadyAddresses", publish_not_ready));
RECORD(kube_service_table, kube_service, NULL, INTO(1, "metadata", meta), INTO(2, "spec", service_spec));

MEMBERS(endpoint_conditions, FIELD_INITIAL(BOOL, kube_endpoint, 1, "ready", ready, 1),
	FIELD_INITIAL(BOOL, kube_endpoint, 2, "serving", serving, 1),
	FIELD(BOOL, kube_endpoint, 3, "terminating", terminating));
MEMBERS(endpoint_target, FIELD(STRING, kube_endpoint, 1, "kind", target_kind),
	FIELD(STRING, kube_endpoint, 3, "name", target_name));
STRUCT(endpoint, kube_endpoint, NULL, ARRAY(STRINGS, kube_endpoint, 1, "addresses", addresses, address_count),
       INTO(2, "conditions", endpoint_conditions), FIELD(STRING, kube_endpoint, 3, "hostname", hostname),
       INTO(4, "targetRef", endpoint_target), FIELD(STRING, kube_endpoint, 6, "nodeName", node_name));
STRUCT(endpoint_port, kube_port, NULL, FIELD(STRING, kube_port, 1, "name", name),
       FIELD(STRING, kube_port, 2, "protocol", protocol), FIELD(INT32, kube_port, 3, "port", port));
RECORD(kube_endpoint_slice_table, kube_endpoint_slice, NULL, INTO(1, "metadata", meta),
       STRUCTS(kube_endpoint_slice, 2, "endpoints", endpoints, endpoint_count, endpoint),
       STRUCTS(kube_endpoint_slice, 3, "ports", ports, port_count, endpoint_port));

/* ---- storage ---- */

MEMBERS(claim_requests, FIELD(QUANTITY, kube_claim, 0, "storage", requested));
MEMBERS(claim_resources, QUANTITIES(2, "requests", claim_requests));
MEMBERS(claim_spec, ARRAY(STRINGS, kube_claim, 1, "accessModes", access_modes, access_mode_count),
	INTO(2, "resources", claim_resources), FIELD(STRING, kube_claim, 3, "volumeName", volume_name),
	FIELD(STRING, kube_claim, 5, "storageClassName", storage_class),
	FIELD(STRING, kube_claim, 6, "volumeMode", volume_mode));
MEMBERS(claim_capacity, FIELD(QUANTITY, kube_claim, 0, "storage", capacity));
MEMBERS(claim_status, FIELD(STRING, kube_claim, 1, "phase", phase), QUANTITIES(3, "capacity", claim_capacity),
	STRUCTS(kube_claim, 4, "conditions", conditions, condition_count, condition));
RECORD(kube_claim_table, kube_claim, NULL, INTO(1, "metadata", meta), INTO(2, "spec", claim_spec),
       INTO(3, "status", claim_status));

/* The nodes a local volume can be reached from; the expressions themselves are not kept. */
static bool finish_volume(void *base, struct arena *arena)
{
	struct kube_volume *volume = base;
	size_t total = 0;
	for (size_t i = 0; i < volume->affinity_count; i++)
		if (str_eq(volume->affinity[i].key, "kubernetes.io/hostname"))
			total += volume->affinity[i].value_count;
	volume->node_names = total ? arena_alloc(arena, total * sizeof *volume->node_names) : NULL;
	for (size_t i = 0; i < volume->affinity_count; i++) {
		const struct kube_affinity *term = &volume->affinity[i];
		bool is_node = volume->node_names && str_eq(term->key, "kubernetes.io/hostname");
		for (size_t v = 0; is_node && v < term->value_count; v++)
			volume->node_names[volume->node_name_count++] = term->values[v];
	}
	volume->affinity = NULL;
	volume->affinity_count = 0;
	return true;
}

STRUCT(affinity, kube_affinity, NULL, FIELD(STRING, kube_affinity, 1, "key", key),
       ARRAY(STRINGS, kube_affinity, 3, "values", values, value_count));
MEMBERS(node_term, STRUCTS(kube_volume, 1, "matchExpressions", affinity, affinity_count, affinity));
MEMBERS(node_selector, INTO_EACH(1, "nodeSelectorTerms", node_term));
MEMBERS(node_affinity, INTO(1, "required", node_selector));
MEMBERS(csi_source, FIELD(STRING, kube_volume, 1, "driver", csi_driver));
MEMBERS(local_source, FIELD(STRING, kube_volume, 1, "path", local_path));
MEMBERS(host_path_source, FIELD_ALIAS(STRING, kube_volume, 1, "path", local_path));
MEMBERS(volume_source, INTO(3, "hostPath", host_path_source), INTO(20, "local", local_source),
	INTO(22, "csi", csi_source));
MEMBERS(volume_capacity, FIELD(QUANTITY, kube_volume, 0, "storage", capacity));
MEMBERS(claim_ref, FIELD(STRING, kube_volume, 2, "namespace", claim_namespace),
	FIELD(STRING, kube_volume, 3, "name", claim_name));
MEMBERS(volume_spec, QUANTITIES(1, "capacity", volume_capacity), INTO_NESTED(2, volume_source),
	INTO_INLINE("hostPath", host_path_source), INTO_INLINE("local", local_source), INTO_INLINE("csi", csi_source),
	ARRAY(STRINGS, kube_volume, 3, "accessModes", access_modes, access_mode_count), INTO(4, "claimRef", claim_ref),
	FIELD(STRING, kube_volume, 5, "persistentVolumeReclaimPolicy", reclaim_policy),
	FIELD(STRING, kube_volume, 6, "storageClassName", storage_class), INTO(9, "nodeAffinity", node_affinity));
MEMBERS(volume_status, FIELD(STRING, kube_volume, 1, "phase", phase));
RECORD(kube_volume_table, kube_volume, finish_volume, INTO(1, "metadata", meta), INTO(2, "spec", volume_spec),
       INTO(3, "status", volume_status), DERIVED(STRINGS, kube_volume, node_names, node_name_count));

RECORD(kube_storage_class_table, kube_storage_class, NULL, INTO(1, "metadata", meta),
       FIELD(STRING, kube_storage_class, 2, "provisioner", provisioner),
       FIELD(STRING, kube_storage_class, 4, "reclaimPolicy", reclaim_policy),
       FIELD(BOOL, kube_storage_class, 6, "allowVolumeExpansion", allow_volume_expansion),
       FIELD(STRING, kube_storage_class, 7, "volumeBindingMode", binding_mode));

/* ---- nodes ---- */

STRUCT(taint, kube_taint, NULL, FIELD(STRING, kube_taint, 1, "key", key), FIELD(STRING, kube_taint, 2, "value", value),
       FIELD(STRING, kube_taint, 3, "effect", effect));
STRUCT(address, kube_address, NULL, FIELD(STRING, kube_address, 1, "type", type),
       FIELD(STRING, kube_address, 2, "address", address));
CONDITION(node_condition, 4, 5, 6);
MEMBERS(node_spec, FIELD(BOOL, kube_node, 4, "unschedulable", unschedulable),
	STRUCTS(kube_node, 5, "taints", taints, taint_count, taint));
MEMBERS(node_capacity, FIELD(QUANTITY, kube_node, 0, "memory", memory_capacity));
MEMBERS(node_allocatable, FIELD(QUANTITY, kube_node, 0, "memory", memory_allocatable),
	FIELD(MILLI, kube_node, 0, "cpu", cpu_allocatable_milli));
MEMBERS(node_info, FIELD(STRING, kube_node, 4, "kernelVersion", kernel_version),
	FIELD(STRING, kube_node, 5, "osImage", os_image),
	FIELD(STRING, kube_node, 6, "containerRuntimeVersion", runtime_version),
	FIELD(STRING, kube_node, 7, "kubeletVersion", kubelet_version));
MEMBERS(node_status, QUANTITIES(1, "capacity", node_capacity), QUANTITIES(2, "allocatable", node_allocatable),
	STRUCTS(kube_node, 4, "conditions", conditions, condition_count, node_condition),
	STRUCTS(kube_node, 5, "addresses", addresses, address_count, address), INTO(7, "nodeInfo", node_info));
RECORD(kube_node_table, kube_node, NULL, INTO(1, "metadata", meta), INTO(2, "spec", node_spec),
       INTO(3, "status", node_status));

/* ---- events ---- */

/* Events made by the newer API carry their time and count elsewhere. */
static bool finish_event(void *base, struct arena *arena)
{
	struct kube_event *event = base;
	if (event->first_ms < 0)
		event->first_ms = event->event_ms >= 0 ? event->event_ms : event->meta.created_ms;
	if (event->last_ms < 0)
		event->last_ms = event->series_last_ms >= 0 ? event->series_last_ms : event->first_ms;
	if (event->count == 0)
		event->count = event->series_count > 0 ? event->series_count : 1;
	if (!event->component) {
		event->component = event->reporting_component;
		event->reporting_component = NULL;
	}
	return true;
}

MEMBERS(involved, FIELD(STRING, kube_event, 1, "kind", object_kind),
	FIELD(STRING, kube_event, 2, "namespace", object_namespace), FIELD(STRING, kube_event, 3, "name", object_name),
	FIELD(STRING, kube_event, 4, "uid", object_uid));
MEMBERS(event_source, FIELD(STRING, kube_event, 1, "component", component));
MEMBERS(event_series, FIELD(INT32, kube_event, 1, "count", series_count),
	FIELD(TIME, kube_event, 2, "lastObservedTime", series_last_ms));
RECORD(kube_event_table, kube_event, finish_event, INTO(1, "metadata", meta), INTO(2, "involvedObject", involved),
       FIELD(STRING, kube_event, 3, "reason", reason), FIELD(STRING, kube_event, 4, "message", message),
       INTO(5, "source", event_source), FIELD(TIME, kube_event, 6, "firstTimestamp", first_ms),
       FIELD(TIME, kube_event, 7, "lastTimestamp", last_ms), FIELD(INT32, kube_event, 8, "count", count),
       FIELD(STRING, kube_event, 9, "type", type), FIELD(TIME, kube_event, 10, "eventTime", event_ms),
       INTO(11, "series", event_series), FIELD(STRING, kube_event, 14, "reportingComponent", reporting_component));

/* ---- workloads ---- */

MEMBERS(set_match_labels, ARRAY(PAIRS, kube_stateful_set, 1, "matchLabels", selector, selector_count));
MEMBERS(template_meta, ARRAY(PAIRS, kube_stateful_set, 11, "labels", template_labels, template_label_count));
MEMBERS(template_spec, STRUCTS(kube_stateful_set, 2, "containers", containers, container_count, kube_container_table));
MEMBERS(set_template, INTO(1, "metadata", template_meta), INTO(2, "spec", template_spec));
MEMBERS(template_requests, FIELD(QUANTITY, kube_claim_template, 0, "storage", requested));
MEMBERS(template_resources, QUANTITIES(2, "requests", template_requests));
MEMBERS(claim_template_meta, FIELD(STRING, kube_claim_template, 1, "name", name));
MEMBERS(claim_template_spec, INTO(2, "resources", template_resources),
	FIELD(STRING, kube_claim_template, 5, "storageClassName", storage_class));
STRUCT(claim_template, kube_claim_template, NULL, INTO(1, "metadata", claim_template_meta),
       INTO(2, "spec", claim_template_spec));
MEMBERS(rolling_update, FIELD(INT32, kube_stateful_set, 1, "partition", partition));
MEMBERS(update_strategy, FIELD(STRING, kube_stateful_set, 1, "type", update_strategy),
	INTO(2, "rollingUpdate", rolling_update));
MEMBERS(ordinals, FIELD(INT32, kube_stateful_set, 1, "start", ordinals_start));
MEMBERS(set_spec, FIELD_INITIAL(INT32, kube_stateful_set, 1, "replicas", replicas, 1),
	INTO(2, "selector", set_match_labels), INTO(3, "template", set_template),
	STRUCTS(kube_stateful_set, 4, "volumeClaimTemplates", claim_templates, claim_template_count, claim_template),
	FIELD(STRING, kube_stateful_set, 5, "serviceName", service_name),
	FIELD(STRING, kube_stateful_set, 6, "podManagementPolicy", pod_management_policy),
	INTO(7, "updateStrategy", update_strategy), INTO(11, "ordinals", ordinals));
MEMBERS(set_status, FIELD(INT64, kube_stateful_set, 1, "observedGeneration", observed_generation),
	FIELD(INT32, kube_stateful_set, 2, "replicas", status_replicas),
	FIELD(INT32, kube_stateful_set, 3, "readyReplicas", ready_replicas),
	FIELD(INT32, kube_stateful_set, 4, "currentReplicas", current_replicas),
	FIELD(INT32, kube_stateful_set, 5, "updatedReplicas", updated_replicas),
	FIELD(STRING, kube_stateful_set, 6, "currentRevision", current_revision),
	FIELD(STRING, kube_stateful_set, 7, "updateRevision", update_revision),
	FIELD(INT32, kube_stateful_set, 11, "availableReplicas", available_replicas));
RECORD(kube_stateful_set_table, kube_stateful_set, NULL, INTO(1, "metadata", meta), INTO(2, "spec", set_spec),
       INTO(3, "status", set_status));

MEMBERS(workload_match_labels, ARRAY(PAIRS, kube_workload, 1, "matchLabels", selector, selector_count));
MEMBERS(workload_template_meta, ARRAY(PAIRS, kube_workload, 11, "labels", template_labels, template_label_count));
MEMBERS(workload_template_spec,
	STRUCTS(kube_workload, 2, "containers", containers, container_count, kube_container_table));
MEMBERS(workload_template, INTO(1, "metadata", workload_template_meta), INTO(2, "spec", workload_template_spec));
MEMBERS(deployment_spec, FIELD_INITIAL(INT32, kube_workload, 1, "replicas", replicas, 1),
	INTO(2, "selector", workload_match_labels), INTO(3, "template", workload_template));
RECORD(kube_deployment_table, kube_workload, NULL, INTO(1, "metadata", meta), INTO(2, "spec", deployment_spec));
MEMBERS(daemon_set_spec, INTO(1, "selector", workload_match_labels), INTO(2, "template", workload_template));
MEMBERS(daemon_set_status, FIELD(INT32, kube_workload, 3, "desiredNumberScheduled", replicas));
RECORD(kube_daemon_set_table, kube_workload, NULL, INTO(1, "metadata", meta), INTO(2, "spec", daemon_set_spec),
       INTO(3, "status", daemon_set_status));

MEMBERS(budget_match_labels, ARRAY(PAIRS, kube_disruption_budget, 1, "matchLabels", selector, selector_count));
MEMBERS(budget_spec, FIELD(INT_OR_STRING, kube_disruption_budget, 1, "minAvailable", min_available),
	INTO(2, "selector", budget_match_labels),
	FIELD(INT_OR_STRING, kube_disruption_budget, 3, "maxUnavailable", max_unavailable));
MEMBERS(budget_status, FIELD(INT32, kube_disruption_budget, 3, "disruptionsAllowed", disruptions_allowed),
	FIELD(INT32, kube_disruption_budget, 4, "currentHealthy", current_healthy),
	FIELD(INT32, kube_disruption_budget, 5, "desiredHealthy", desired_healthy),
	FIELD(INT32, kube_disruption_budget, 6, "expectedPods", expected_pods));
RECORD(kube_disruption_budget_table, kube_disruption_budget, NULL, INTO(1, "metadata", meta),
       INTO(2, "spec", budget_spec), INTO(3, "status", budget_status));

MEMBERS(lease_spec, FIELD(STRING, kube_lease, 1, "holderIdentity", holder),
	FIELD(INT32, kube_lease, 2, "leaseDurationSeconds", duration_s),
	FIELD(TIME, kube_lease, 3, "acquireTime", acquired_ms), FIELD(TIME, kube_lease, 4, "renewTime", renewed_ms));
RECORD(kube_lease_table, kube_lease, NULL, INTO(1, "metadata", meta), INTO(2, "spec", lease_spec));

RECORD(kube_secret_table, kube_secret, NULL, INTO(1, "metadata", meta),
       ARRAY(SECRET_PAIRS, kube_secret, 2, "data", data, data_count));

RECORD(kube_config_map_table, kube_secret, NULL, INTO(1, "metadata", meta),
       ARRAY(PAIRS, kube_secret, 2, "data", data, data_count));

/* ---- custom resources: no protobuf ---- */

MEMBERS(rabbitmq_secret_keys, FIELD(STRING, kube_rabbitmq_cluster, 0, "username", secret_user_key),
	FIELD(STRING, kube_rabbitmq_cluster, 0, "password", secret_password_key));
MEMBERS(rabbitmq_secret, FIELD(STRING, kube_rabbitmq_cluster, 0, "name", secret_name),
	INTO(0, "keys", rabbitmq_secret_keys));
MEMBERS(rabbitmq_service, FIELD(STRING, kube_rabbitmq_cluster, 0, "name", service_name));
MEMBERS(rabbitmq_user, INTO(0, "secretReference", rabbitmq_secret), INTO(0, "serviceReference", rabbitmq_service));
MEMBERS(rabbitmq_persistence, FIELD(INT_OR_STRING, kube_rabbitmq_cluster, 0, "storage", storage));
MEMBERS(rabbitmq_tls, FIELD(STRING, kube_rabbitmq_cluster, 0, "secretName", tls_secret),
	FIELD(STRING, kube_rabbitmq_cluster, 0, "caSecretName", tls_ca_secret),
	FIELD(BOOL, kube_rabbitmq_cluster, 0, "disableNonTLSListeners", tls_only));
MEMBERS(rabbitmq_spec, FIELD_INITIAL(INT32, kube_rabbitmq_cluster, 0, "replicas", replicas, 1),
	FIELD(STRING, kube_rabbitmq_cluster, 0, "image", image), INTO(0, "persistence", rabbitmq_persistence),
	INTO(0, "tls", rabbitmq_tls));
MEMBERS(rabbitmq_status, INTO(0, "defaultUser", rabbitmq_user),
	STRUCTS(kube_rabbitmq_cluster, 0, "conditions", conditions, condition_count, condition));
RECORD(kube_rabbitmq_cluster_table, kube_rabbitmq_cluster, NULL, INTO(1, "metadata", meta),
       INTO(0, "spec", rabbitmq_spec), INTO(0, "status", rabbitmq_status));

MEMBERS(listener_auth, FIELD(STRING, kube_listener, 0, "type", authentication));
MEMBERS(listener_certificate, FIELD(STRING, kube_listener, 0, "secretName", own_certificate));
MEMBERS(listener_configuration, INTO(0, "brokerCertChainAndKey", listener_certificate));
STRUCT(listener, kube_listener, NULL, FIELD(STRING, kube_listener, 0, "name", name),
       FIELD(STRING, kube_listener, 0, "type", type), FIELD(INT32, kube_listener, 0, "port", port),
       FIELD(BOOL, kube_listener, 0, "tls", tls), INTO(0, "authentication", listener_auth),
       INTO(0, "configuration", listener_configuration));
STRUCT(listener_status, kube_listener_status, NULL, FIELD(STRING, kube_listener_status, 0, "name", name),
       FIELD(STRING, kube_listener_status, 0, "bootstrapServers", bootstrap),
       ARRAY(STRINGS, kube_listener_status, 0, "certificates", certificates, certificate_count));

static bool finish_kafka(void *base, struct arena *arena)
{
	struct kube_kafka *kafka = base;
	kafka->version = kafka->version ? kafka->version : kafka->status_version;
	kafka->metadata_version = kafka->metadata_version ? kafka->metadata_version : kafka->status_metadata_version;
	kafka->status_version = kafka->status_metadata_version = NULL;
	return true;
}

MEMBERS(kafka_authorization, ARRAY(STRINGS, kube_kafka, 0, "superUsers", super_users, super_user_count));
MEMBERS(kafka_kafka, FIELD_INITIAL(INT32, kube_kafka, 0, "replicas", replicas, -1),
	FIELD(STRING, kube_kafka, 0, "version", version),
	FIELD(STRING, kube_kafka, 0, "metadataVersion", metadata_version),
	STRUCTS(kube_kafka, 0, "listeners", listeners, listener_count, listener),
	INTO(0, "authorization", kafka_authorization));
MEMBERS(kafka_spec, INTO(0, "kafka", kafka_kafka));
MEMBERS(kafka_status, FIELD(STRING, kube_kafka, 0, "kafkaVersion", status_version),
	FIELD(STRING, kube_kafka, 0, "kafkaMetadataVersion", status_metadata_version),
	STRUCTS(kube_kafka, 0, "listeners", listener_statuses, listener_status_count, listener_status),
	STRUCTS(kube_kafka, 0, "conditions", conditions, condition_count, condition));
RECORD(kube_kafka_table, kube_kafka, finish_kafka, FIELD(STRING, kube_kafka, 0, "apiVersion", api_version),
       INTO(1, "metadata", meta), INTO(0, "spec", kafka_spec), INTO(0, "status", kafka_status));

MEMBERS(pool_spec, FIELD(INT32, kube_kafka_node_pool, 0, "replicas", replicas),
	ARRAY(STRINGS, kube_kafka_node_pool, 0, "roles", roles, role_count));
MEMBERS(pool_status, ARRAY(INTS, kube_kafka_node_pool, 0, "nodeIds", node_ids, node_id_count));
RECORD(kube_kafka_node_pool_table, kube_kafka_node_pool, NULL, INTO(1, "metadata", meta), INTO(0, "spec", pool_spec),
       INTO(0, "status", pool_status));

MEMBERS(user_auth, FIELD(STRING, kube_kafka_user, 0, "type", authentication));
MEMBERS(user_spec, INTO(0, "authentication", user_auth));
MEMBERS(user_status, FIELD(STRING, kube_kafka_user, 0, "username", username),
	FIELD(STRING, kube_kafka_user, 0, "secret", secret));
RECORD(kube_kafka_user_table, kube_kafka_user, NULL, INTO(1, "metadata", meta), INTO(0, "spec", user_spec),
       INTO(0, "status", user_status));

MEMBERS(pod_set_status, FIELD(INT32, kube_pod_set, 0, "pods", pods),
	FIELD(INT32, kube_pod_set, 0, "readyPods", ready_pods),
	FIELD(INT32, kube_pod_set, 0, "currentPods", current_pods));
RECORD(kube_pod_set_table, kube_pod_set, NULL, INTO(1, "metadata", meta), INTO(0, "status", pod_set_status));

/* ---- Status ---- */

STRUCT(cause, kube_cause, NULL, FIELD(STRING, kube_cause, 1, "reason", reason),
       FIELD(STRING, kube_cause, 2, "message", message), FIELD(STRING, kube_cause, 3, "field", field));
MEMBERS(status_details, FIELD(STRING, kube_status, 1, "name", name), FIELD(STRING, kube_status, 3, "kind", kind),
	STRUCTS(kube_status, 4, "causes", causes, cause_count, cause),
	FIELD(INT32, kube_status, 5, "retryAfterSeconds", retry_after_s));
RECORD(kube_status_table, kube_status, NULL, FIELD(STRING, kube_status, 2, "status", status),
       FIELD(STRING, kube_status, 3, "message", message), FIELD(STRING, kube_status, 4, "reason", reason),
       INTO(5, "details", status_details), FIELD(INT32, kube_status, 6, "code", code));
