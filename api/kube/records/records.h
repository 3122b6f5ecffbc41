/* What mqdeck keeps of each Kubernetes object: small records, one allocation each, decoded straight from protobuf or
 * JSON by the field tables in kube_kinds.c. Member names are the API's own.
 *
 * Every record begins with struct kube_meta. Strings are NUL-terminated UTF-8 as the server sent them: untrusted,
 * cleaned where they are drawn; NULL = absent. Times are Unix ms, -1 = absent. Quantities are in base units (bytes,
 * or thousandths for CPU), -1 = absent. Arrays have a count beside them. A record never changes after decoding; the
 * informer owns it and hands it out until its on_change says it was replaced or deleted. Strings are cut at 32 KiB. */
#ifndef MQDECK_KUBE_RECORDS_RECORDS_H
#define MQDECK_KUBE_RECORDS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kube_pair { /* a label, annotation, selector or data entry */
	const char *key, *value;
};

struct kube_owner {
	const char *api_version, *kind, *name, *uid;
	bool controller;
};

struct kube_meta {
	const char *name, *namespace, *uid, *resource_version;
	int64_t created_ms, deleted_ms;
	int64_t generation;
	struct kube_pair *labels;
	size_t label_count;
	struct kube_pair *annotations; /* only those in the allow-list of kube_kinds.c: brokers' and ours; never
					  last-applied */
	size_t annotation_count;
	struct kube_owner *owners;
	size_t owner_count;
};

const char *kube_label(const struct kube_meta *meta, const char *key);      /* NULL when absent */
const char *kube_annotation(const struct kube_meta *meta, const char *key); /* NULL when absent */
const struct kube_owner *kube_controller(const struct kube_meta *meta);     /* the controlling owner or NULL */

struct kube_condition {                               /* of pods, nodes, claims, custom resources */
	const char *type, *status, *reason, *message; /* status: "True" "False" "Unknown" */
	int64_t changed_ms;
};

const struct kube_condition *kube_condition(const struct kube_condition *conditions, size_t count, const char *type);

struct kube_port { /* of containers and services */
	const char *name, *protocol;
	int32_t container_port;  /* containers */
	int32_t port, node_port; /* services */
	const char *target_port; /* services: number or name, as text */
};

struct kube_env { /* of containers: what names credentials; plain values are kept only for names in the allow-list of
		     container_table.c */
	const char *name, *value;
	const char *secret_name, *config_map_name; /* where its value stands; both NULL = in value */
	const char *key;                           /* of that */
};

struct kube_env_from {                             /* of containers: what is the environment as a whole */
	const char *secret_name, *config_map_name; /* one of the two is NULL */
	const char *prefix;                        /* stands before every key of it; NULL or "" = nothing does */
};

struct kube_mount {
	const char *name, *mount_path;
};

/* What runs in a container before it is told to end. */
enum kube_pre_stop {
	KUBE_PRE_STOP_NONE,
	KUBE_PRE_STOP,
	KUBE_PRE_STOP_QUORUM, /* RabbitMQ's await_online_quorum_plus_one: waits while a queue needs this node */
};

/* What a command starts. Of all that a command says only this is kept: the rest may be secret. Bits. */
enum kube_program {
	KUBE_PROGRAM_RABBITMQ = 1 << 0, /* the server */
	KUBE_PROGRAM_RABBITMQ_TOOL = 1 << 1,
	KUBE_PROGRAM_KAFKA = 1 << 2,
	KUBE_PROGRAM_KAFKA_TOOL = 1 << 3,
	KUBE_PROGRAM_OTHER = 1 << 4, /* what the brokers' images bring beside them: Connect, consoles; or it sleeps */
};

struct kube_container {
	const char *name, *image;
	struct kube_port *ports;
	size_t port_count;
	struct kube_env *env;
	size_t env_count;
	struct kube_env_from *env_from;
	size_t env_from_count;
	struct kube_mount *mounts;
	size_t mount_count;
	int64_t memory_limit, cpu_limit_milli;
	const char **pre_stop_command; /* only while decoding: NULL in a record */
	size_t pre_stop_command_count;
	enum kube_pre_stop pre_stop;
	const char **command, **probe_command; /* only while decoding, as the one above */
	size_t command_count, probe_command_count;
	unsigned runs, probed_by;   /* of enum kube_program */
	const char *restart_policy; /* of init containers: "Always" = a sidecar that runs on; NULL else */
};

/* Of the variables that the container is given the first of these names; given twice, the later one counts, as it does for
 * Kubernetes. NULL when it is given none. */
const struct kube_env *kube_env(const struct kube_container *container, const char *const *names, size_t count);

struct kube_container_status {
	const char *name;
	bool ready, started;
	int32_t restart_count;
	const char *waiting_reason, *waiting_message;
	int64_t running_since_ms;
	const char *terminated_reason, *terminated_message;           /* current state */
	int32_t terminated_exit_code;                                 /* -1 = it has not ended */
	int32_t terminated_signal;                                    /* 0 = none */
	const char *last_terminated_reason, *last_terminated_message; /* lastState */
	int32_t last_exit_code;
	int64_t last_finished_ms;
};

struct kube_affinity { /* of volumes: one expression of a node selector term */
	const char *key;
	const char **values;
	size_t value_count;
};

struct kube_key_file { /* the file of a volume that a key of a secret or ConfigMap becomes */
	const char *key, *path;
};

struct kube_projection { /* what files of a volume are made of; one of the two names is NULL */
	const char *secret_name, *config_map_name;
	struct kube_key_file *files; /* none = each key becomes a file of its name */
	size_t file_count;
};

struct kube_volume_source { /* of a pod: only volumes that are claims, secrets or ConfigMaps */
	const char *name;
	const char *claim_name;              /* NULL = it is none */
	bool ephemeral;                      /* the claim was made for this pod alone and goes with it */
	struct kube_projection *projections; /* a plain secret or ConfigMap is one of them */
	size_t projection_count;
	struct kube_projection plain; /* only while decoding: zero in a record */
};

struct kube_pod_ip {
	const char *text;
};

struct kube_pod {
	struct kube_meta meta;
	const char *node_name, *hostname, *subdomain;
	const char *phase, *reason, *message, *pod_ip, *host_ip;
	int64_t start_ms;
	int64_t grace_seconds; /* deletionGracePeriodSeconds of the object, -1 = none */
	bool host_network;
	struct kube_container *containers, *init_containers;
	size_t container_count, init_container_count;
	struct kube_volume_source *volumes;
	size_t volume_count;
	struct kube_condition *conditions;
	size_t condition_count;
	struct kube_container_status *statuses, *init_statuses;
	size_t status_count, init_status_count;
	struct kube_pod_ip *ips; /* all of them, pod_ip among them: one of each family */
	size_t ip_count;
};

struct kube_service {
	struct kube_meta meta;
	const char *type, *cluster_ip, *external_name;
	struct kube_port *ports;
	size_t port_count;
	struct kube_pair *selector;
	size_t selector_count;
	bool publish_not_ready;
};

struct kube_endpoint {
	const char **addresses;
	size_t address_count;
	const char *target_kind, *target_name, *node_name, *hostname;
	bool ready, serving, terminating; /* an absent ready counts as true, as the API says */
};

struct kube_endpoint_slice {
	struct kube_meta meta;
	struct kube_endpoint *endpoints;
	size_t endpoint_count;
	struct kube_port *ports; /* name and port */
	size_t port_count;
};

struct kube_claim { /* PersistentVolumeClaim */
	struct kube_meta meta;
	const char *storage_class, *volume_name, *volume_mode, *phase;
	const char **access_modes;
	size_t access_mode_count;
	int64_t requested, capacity; /* bytes */
	struct kube_condition *conditions;
	size_t condition_count;
};

struct kube_volume { /* PersistentVolume */
	struct kube_meta meta;
	int64_t capacity;
	const char *storage_class, *reclaim_policy, *phase, *claim_namespace, *claim_name;
	const char *csi_driver; /* NULL when not CSI */
	const char **access_modes;
	size_t access_mode_count;
	const char *local_path;
	const char **node_names; /* from the node affinity's kubernetes.io/hostname terms */
	size_t node_name_count;
	struct kube_affinity *affinity; /* the decoder's scratch: NULL in a record */
	size_t affinity_count;
};

struct kube_storage_class {
	struct kube_meta meta;
	const char *provisioner, *reclaim_policy, *binding_mode;
	bool allow_volume_expansion;
};

struct kube_taint {
	const char *key, *value, *effect;
};

struct kube_address {
	const char *type, *address;
};

struct kube_node {
	struct kube_meta meta;
	bool unschedulable;
	struct kube_taint *taints;
	size_t taint_count;
	struct kube_condition *conditions;
	size_t condition_count;
	struct kube_address *addresses;
	size_t address_count;
	int64_t memory_capacity, memory_allocatable, cpu_allocatable_milli;
	const char *kubelet_version, *os_image, *runtime_version, *kernel_version;
};

struct kube_event { /* core/v1 */
	struct kube_meta meta;
	const char *type, *reason, *message, *component;
	const char *object_kind, *object_namespace, *object_name, *object_uid;
	int64_t first_ms, last_ms; /* of the series or event time where the old members are empty */
	int32_t count;
	/* The newer forms of component, times and count, already taken into account above. */
	const char *reporting_component;
	int64_t event_ms, series_last_ms;
	int32_t series_count;
};

struct kube_claim_template {
	const char *name, *storage_class;
	int64_t requested;
};

struct kube_stateful_set {
	struct kube_meta meta;
	int32_t replicas, ready_replicas, current_replicas, updated_replicas, available_replicas, status_replicas;
	int64_t observed_generation;
	const char *service_name, *pod_management_policy, *update_strategy, *current_revision, *update_revision;
	int32_t partition, ordinals_start;
	struct kube_pair *selector;
	size_t selector_count;
	struct kube_pair *template_labels;
	size_t template_label_count;
	struct kube_container *containers;
	size_t container_count;
	struct kube_claim_template *claim_templates;
	size_t claim_template_count;
};

struct kube_workload { /* Deployment or DaemonSet: its pods have no names of their own */
	struct kube_meta meta;
	int32_t replicas; /* wanted */
	struct kube_pair *selector;
	size_t selector_count;
	struct kube_pair *template_labels;
	size_t template_label_count;
	struct kube_container *containers;
	size_t container_count;
};

struct kube_disruption_budget {
	struct kube_meta meta;
	const char *min_available, *max_unavailable; /* number or percentage, as text */
	struct kube_pair *selector;
	size_t selector_count;
	int32_t disruptions_allowed, current_healthy, desired_healthy, expected_pods;
};

struct kube_lease { /* coordination.k8s.io/v1 */
	struct kube_meta meta;
	const char *holder; /* NULL = nobody's */
	int32_t duration_s;
	int64_t acquired_ms, renewed_ms;
};

struct kube_secret { /* and a ConfigMap; asked for one at a time, never watched; freed with kube_record_free_secret */
	struct kube_meta meta;
	struct kube_pair *data; /* values decoded from base64, NUL-terminated */
	size_t data_count;
};

/* ---- custom resources, JSON only ---- */

struct kube_rabbitmq_cluster { /* rabbitmq.com/v1beta1 RabbitmqCluster */
	struct kube_meta meta;
	int32_t replicas;
	const char *image, *secret_name, *secret_user_key,
		*secret_password_key;           /* status.defaultUser.secretReference */
	const char *service_name;               /* status.defaultUser.serviceReference.name */
	const char *storage;                    /* spec.persistence.storage */
	const char *tls_secret, *tls_ca_secret; /* spec.tls.secretName, caSecretName */
	bool tls_only;                          /* spec.tls.disableNonTLSListeners */
	struct kube_condition *conditions;
	size_t condition_count;
};

struct kube_listener {
	const char *name, *type;
	int32_t port;
	bool tls;
	const char *authentication; /* NULL, "tls", "scram-sha-512" … */
	const char
		*own_certificate; /* configuration.brokerCertChainAndKey.secretName: not signed by the cluster's CA */
};

struct kube_listener_status {         /* of status.listeners */
	const char *name, *bootstrap; /* "orders-kafka-bootstrap.prod.svc:9093" */
	const char **certificates;    /* PEM: what verifies the brokers there */
	size_t certificate_count;
};

struct kube_kafka { /* kafka.strimzi.io v1 or v1beta2 Kafka */
	struct kube_meta meta;
	const char *api_version;                              /* "kafka.strimzi.io/v1"; NULL = not told */
	int32_t replicas;                                     /* spec.kafka.replicas, -1 with node pools */
	const char *version, *metadata_version;               /* as asked for, else as the operator reports */
	const char *status_version, *status_metadata_version; /* the decoder's scratch: NULL in a record */
	struct kube_listener *listeners;
	size_t listener_count;
	struct kube_listener_status *listener_statuses;
	size_t listener_status_count;
	const char **super_users; /* spec.kafka.authorization.superUsers: "CN=admin", "admin" */
	size_t super_user_count;
	struct kube_condition *conditions;
	size_t condition_count;
};

struct kube_kafka_user { /* Strimzi's KafkaUser */
	struct kube_meta meta;
	const char *authentication;    /* "scram-sha-512", "tls", "tls-external"; NULL = none */
	const char *username, *secret; /* status: as Kafka sees it ("CN=app"), and where the credentials are; NULL =
					  not made yet */
};

struct kube_kafka_node_pool {
	struct kube_meta meta;
	int32_t replicas;
	const char **roles;
	size_t role_count;
	int32_t *node_ids;
	size_t node_id_count;
};

struct kube_pod_set { /* StrimziPodSet */
	struct kube_meta meta;
	int32_t pods, ready_pods, current_pods;
};

/* The server's answer where it is no object: why it refused, or how a command ended. */
struct kube_cause {
	const char *reason, *message, *field; /* "FieldManagerConflict", "DisruptionBudget", "ExitCode", … */
};

struct kube_status {
	struct kube_meta meta;                 /* continue tokens and the like are not kept */
	const char *status, *message, *reason; /* "Failure"; text; "Forbidden" … */
	const char *kind, *name;               /* of details */
	struct kube_cause *causes;
	size_t cause_count;
	int32_t code, retry_after_s; /* 0 = not said */
};

#endif
