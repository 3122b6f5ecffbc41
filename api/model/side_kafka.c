/* A Kafka cluster's connection: the admin client through port-forwards, and the poller that keeps the picture. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client.h"
#include "api/model/side.h"

enum { HOST_MAX = 256, DEFAULT_PORT = 9092 };

struct kafka_side {
	struct side *side;
	struct kafka_admin *admin;
	struct kafka_poller *poller;
	VEC(char *) pods; /* that the brokers can be reached in */
	char *targets;    /* what the admin client was told last */
	VEC(int32_t) ports;
	uint16_t port;
	char *user, *password; /* given by the operator: SASL; NULL = none */
};

/* ---- where to dial ---- */

static bool is_controller_port(const struct kube_port *port)
{
	return port->name && strstr(port->name, "controller");
}

/* The plain listener's port: by the names charts give it, else 9092, else the first that is no controller's. */
static uint16_t listener_port(const struct kube_container *container)
{
	static const char *const names[] = {"plaintext", "client",   "kafka",    "tcp-client",
					    "tcp-plain", "internal", "tcp-kafka"};
	const struct kube_port *best = NULL;
	for (size_t i = 0; container && i < container->port_count && !best; i++)
		for (size_t j = 0; j < ARRAY_LEN(names) && !best; j++)
			if (str_eq(container->ports[i].name, names[j]))
				best = &container->ports[i];
	for (size_t i = 0; container && i < container->port_count && !best; i++)
		if (container->ports[i].container_port == DEFAULT_PORT)
			best = &container->ports[i];
	for (size_t i = 0; container && i < container->port_count && !best; i++)
		if (!is_controller_port(&container->ports[i]))
			best = &container->ports[i];
	return best && best->container_port > 0 && best->container_port < 65536 ? (uint16_t)best->container_port
										: DEFAULT_PORT;
}

static bool is_container_port(const struct kafka_side *it, int32_t port)
{
	for (size_t i = 0; i < it->ports.len; i++)
		if (it->ports.items[i] == port)
			return true;
	return false;
}

static const char *pod_for(const struct kafka_side *it, int32_t node_id, const char *host)
{
	char label[HOST_MAX];
	snprintf(label, sizeof label, "%.*s", (int)strcspn(str_or(host, ""), "."), str_or(host, ""));
	for (size_t i = 0; i < it->pods.len; i++)
		if (str_eq(it->pods.items[i], label))
			return it->pods.items[i];
	for (size_t i = 0; i < it->pods.len; i++)
		if (discover_ordinal(it->pods.items[i]) == node_id)
			return it->pods.items[i];
	return NULL;
}

static bool resolve(void *data, int32_t node_id, const char *host, int32_t port, struct dial_target *target)
{
	const struct kafka_side *it = data;
	const char *pod = pod_for(it, node_id, host);
	if (!pod)
		return false;
	*target = (struct dial_target){
		.namespace = it->side->namespace,
		.pod = pod,
		.port = is_container_port(it, port) ? (uint16_t)port : it->port,
	};
	return true;
}

/* ---- the side ---- */

static void on_change(void *data)
{
	struct kafka_side *it = data;
	world_mark_polled(it->side->world);
}

static void learn_pods(struct kafka_side *it)
{
	vec_each (&it->pods, pod)
		free(*pod);
	vec_clear(&it->pods);
	vec_clear(&it->ports);
	for (size_t i = 0; i < it->side->pods.len; i++) {
		const struct kube_pod *pod = it->side->pods.items[i];
		const struct kube_container *container = pod_main_container(BROKER_KAFKA, pod);
		vec_push(&it->pods, mem_strdup(pod->meta.name));
		if (i == 0)
			it->port = listener_port(container);
		for (size_t j = 0; container && i == 0 && j < container->port_count; j++)
			vec_push(&it->ports, container->ports[j].container_port);
	}
}

static void start(struct kafka_side *it, const struct dial_target *targets, size_t count)
{
	const struct world_options *options = &it->side->world->options;
	CLEANUP(free) char *label = str_printf("kafka/%s", it->side->name);
	it->admin = kafka_admin_create(&(struct kafka_admin_options){
		.loop = options->loop,
		.dialer = options->dialer,
		.label = label,
		.bootstrap = targets,
		.bootstrap_count = count,
		.resolve = resolve,
		.resolve_data = it,
		.sasl = {.mechanism = it->user ? KAFKA_SASL_SCRAM_SHA_512 : KAFKA_SASL_NONE,
			 .user = it->user,
			 .password = it->password},
		.read_only = kube_client_read_only(options->client),
	});
	it->poller = kafka_poller_create(&(struct kafka_poller_options){
		.loop = options->loop,
		.admin = it->admin,
		.label = label,
		.intervals = {.metadata = options->broker_poll_ms,
			      .quorum = options->broker_poll_ms,
			      .groups = options->with_groups ? 0 : -1},
		.on_change = on_change,
		.data = it,
	});
}

static void dial(struct kafka_side *it)
{
	VEC(struct dial_target) targets = {0};
	CLEANUP(free) char *told = str_printf("%u", (unsigned)it->port);
	vec_each (&it->pods, pod) {
		char *longer = str_printf("%s %s", told, *pod);
		free(told);
		told = longer;
		vec_push(&targets,
			 (struct dial_target){.namespace = it->side->namespace, .pod = *pod, .port = it->port});
	}
	if (!it->admin)
		start(it, targets.items, targets.len);
	else if (!str_eq(told, it->targets))
		kafka_admin_set_bootstrap(it->admin, targets.items, targets.len);
	free(it->targets);
	it->targets = mem_strdup(told);
	vec_finish(&targets);
}

void kafka_side_follow(struct side *side, const struct found_cluster *found)
{
	if (!side->kafka) {
		side->kafka = mem_alloc(sizeof *side->kafka);
		side->kafka->side = side;
	}
	if (!side->pods.len && !side->kafka->admin)
		return;
	learn_pods(side->kafka);
	dial(side->kafka);
}

void kafka_side_destroy(struct side *side)
{
	struct kafka_side *it = side->kafka;
	if (!it)
		return;
	kafka_poller_destroy(it->poller);
	kafka_admin_destroy(it->admin);
	free(it->user);
	mem_free_secret(it->password);
	vec_each (&it->pods, pod)
		free(*pod);
	vec_finish(&it->pods);
	vec_finish(&it->ports);
	free(it->targets);
	free(it);
}

static bool is_read(const struct kafka_part *part)
{
	return part->updated_ms >= 0 || err_is_set(&part->err);
}

bool kafka_side_settled(const struct side *side)
{
	if (!side->kafka || !side->kafka->poller)
		return false;
	const struct kafka_snapshot *said = kafka_poller_snapshot(side->kafka->poller);
	if (!said->reachable && err_is_set(&said->err))
		return true;
	for (size_t i = 0; i < said->broker_count; i++)
		if (said->brokers[i].registered && !is_read(&said->brokers[i].dirs_part) &&
		    !err_is_set(&said->brokers[i].err))
			return false;
	return is_read(&said->metadata_part) && is_read(&said->config_part) && is_read(&said->quorum_part) &&
	       (!side->world->options.with_groups || is_read(&said->group_part));
}

int64_t kafka_side_updated(const struct side *side)
{
	return side->kafka && side->kafka->poller && side->pods.len
		       ? kafka_poller_snapshot(side->kafka->poller)->metadata_part.updated_ms
		       : -1;
}

static const struct kafka_snapshot *snapshot_of(void *data)
{
	struct kafka_side *it = data;
	return it->poller ? kafka_poller_snapshot(it->poller) : NULL;
}

void kafka_side_show(const struct side *side, struct cluster *cluster)
{
	cluster->kafka = side->kafka ? snapshot_of : NULL;
	cluster->kafka_data = side->kafka;
}

/* The connections start over with SCRAM-SHA-512, which both Strimzi and the charts set up. */
void kafka_side_set_credentials(struct side *side, const char *user, const char *password)
{
	struct kafka_side *it = side->kafka;
	if (!it)
		return;
	free(it->user);
	mem_free_secret(it->password);
	it->user = mem_strdup(user);
	it->password = mem_strdup(password);
	kafka_poller_destroy(it->poller);
	kafka_admin_destroy(it->admin);
	it->poller = NULL;
	it->admin = NULL;
	dial(it);
	world_mark_dirty(side->world);
}

struct kafka_admin *side_kafka_admin(const struct side *side)
{
	return side->kafka ? side->kafka->admin : NULL;
}

size_t kafka_side_in_flight(const struct side *side)
{
	return side->kafka && side->kafka->admin ? kafka_admin_in_flight(side->kafka->admin) : 0;
}
