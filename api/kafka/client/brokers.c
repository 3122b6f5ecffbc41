/* The brokers of one cluster and the connections to them. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/admin_private.h"
#include "api/kafka/client/sasl.h"

enum { BACKOFF_MS = 500, BACKOFF_MAX_MS = 5000, DIAL_AT_ONCE = 3 };

static void node_free(struct kafka_node *node)
{
	kafka_connection_destroy(node->connection);
	free(node->host);
	free(node->rack);
	free(node->namespace);
	free(node->pod);
	free(node->label);
	free(node);
}

void kafka_nodes_finish(struct kafka_admin *admin)
{
	vec_each (&admin->brokers, node)
		node_free(*node);
	vec_each (&admin->bootstrap, node)
		node_free(*node);
	vec_finish(&admin->brokers);
	vec_finish(&admin->bootstrap);
}

struct kafka_node *kafka_node_find(const struct kafka_admin *admin, int32_t id)
{
	vec_each (&admin->brokers, node)
		if ((*node)->id == id)
			return *node;
	return NULL;
}

bool kafka_node_is_ready(const struct kafka_node *node)
{
	return node->connection && kafka_connection_is_ready(node->connection);
}

struct kafka_node *kafka_node_any(struct kafka_admin *admin)
{
	struct kafka_node *ready = NULL;
	for (size_t i = 0; i < admin->brokers.len && !ready; i++) {
		struct kafka_node *node = admin->brokers.items[(admin->turn + i) % admin->brokers.len];
		if (node->listed && kafka_node_is_ready(node))
			ready = node;
	}
	admin->turn++;
	for (size_t i = 0; i < admin->bootstrap.len && !ready; i++)
		if (kafka_node_is_ready(admin->bootstrap.items[i]))
			ready = admin->bootstrap.items[i];
	return ready;
}

bool kafka_admin_is_connected(const struct kafka_admin *admin)
{
	vec_each (&admin->brokers, node)
		if (kafka_node_is_ready(*node))
			return true;
	vec_each (&admin->bootstrap, node)
		if (kafka_node_is_ready(*node))
			return true;
	return false;
}

/* ---- dialling ---- */
static void brokers_tell(struct kafka_admin *admin)
{
	if (admin->on_nodes)
		admin->on_nodes(admin->on_nodes_data);
}

static void note_failure(struct kafka_node *node, const struct err *err)
{
	struct kafka_admin *admin = node->admin;
	int64_t delay = BACKOFF_MS << (node->failures < 4 ? node->failures : 4);
	if (delay > BACKOFF_MAX_MS)
		delay = BACKOFF_MAX_MS;
	node->failures++;
	node->err = *err;
	node->dial_at = loop_now_ms(admin->options.loop) + delay + loop_random(admin->options.loop) % (delay / 4);
	if (node->id < 0)
		admin->bootstrap_err = *err;
	log_debug(LOG_KAFKA, "broker not reached label=\"%s\" failures=%u again_ms=%lld error=\"%s\"", node->label,
		  node->failures, (long long)(node->dial_at - loop_now_ms(admin->options.loop)), log_error_text(err));
	brokers_tell(admin);
}

/* Bootstrap connections are for the way in only. */
static void drop_bootstrap_connections(struct kafka_admin *admin)
{
	vec_each (&admin->bootstrap, node) {
		struct kafka_connection *connection = (*node)->connection;
		if (!connection || kafka_connection_in_flight(connection) > 0)
			continue;
		(*node)->connection = NULL;
		kafka_connection_destroy(connection);
	}
}

static void brokers_on_ready(void *data)
{
	struct kafka_node *node = data;
	struct kafka_admin *admin = node->admin;
	log_debug(LOG_KAFKA, "broker reached label=\"%s\" bootstrap=%s", node->label, node->id < 0 ? "yes" : "no");
	node->failures = 0;
	node->switched = false;
	err_clear(&node->err);
	if (node->id < 0)
		err_clear(&admin->bootstrap_err);
	else
		drop_bootstrap_connections(admin);
	brokers_tell(admin);
	kafka_admin_kick(admin);
}

static void brokers_on_close(void *data, const struct err *err)
{
	struct kafka_node *node = data;
	struct kafka_connection *connection = node->connection;
	bool again = kafka_security_learn(node, connection, err);
	if (!again)
		note_failure(node, err);
	node->connection = NULL;
	kafka_connection_destroy(connection);
	kafka_admin_kick(node->admin);
}

static bool find_target(struct kafka_node *node, struct dial_target *target, struct err *err)
{
	const struct kafka_admin_options *options = &node->admin->options;
	*target = (struct dial_target){
		.namespace = node->namespace, .pod = node->pod, .host = node->host, .port = (uint16_t)node->port};
	if (node->id < 0 || !options->resolve)
		return true;
	if (options->resolve(options->resolve_data, node->id, node->host, node->port, target))
		return true;
	return err_set(err, ERR_CONNECT, "%s: it advertises %s:%d, which is not the address of a reachable pod",
		       node->label, node->host, node->port);
}

static bool is_target(const struct kafka_node *node, const struct dial_target *target)
{
	return str_eq(node->namespace, target->namespace) && str_eq(node->pod, target->pod) &&
	       str_eq(node->host, target->host) && node->port == target->port;
}

/* A pod's host is its names for TLS and says nothing of where it is. */
static bool is_same_place(const struct kafka_node *node, const struct dial_target *target)
{
	return str_eq(node->namespace, target->namespace) && str_eq(node->pod, target->pod) &&
	       (node->pod || str_eq(node->host, target->host)) && node->port == target->port;
}

/* The way in often was a broker itself: its connection goes on as that broker's. Not with TLS, where the certificate
 * was held against another name. */
static void take_over_bootstrap(struct kafka_node *node)
{
	struct kafka_admin *admin = node->admin;
	struct dial_target target;
	struct err ignored = {0};
	if (node->connection || !node->listed || admin->options.tls.enabled || !find_target(node, &target, &ignored))
		return;
	for (size_t i = 0; i < admin->bootstrap.len && !node->connection; i++) {
		struct kafka_node *from = admin->bootstrap.items[i];
		if (!from->connection || !is_same_place(from, &target))
			continue;
		node->connection = from->connection;
		from->connection = NULL;
		node->failures = 0;
		err_clear(&node->err);
		kafka_connection_pass(node->connection, node->label, node->host, node);
	}
}

void kafka_node_dial(struct kafka_node *node)
{
	const struct kafka_admin_options *options = &node->admin->options;
	if (node->connection || node->dial_at > loop_now_ms(options->loop))
		return;
	struct err err = {0};
	struct kafka_connection_options connection = {
		.loop = options->loop,
		.dialer = options->dialer,
		.server_name = node->host,
		.label = node->label,
		.tls = options->tls,
		.sasl = options->sasl,
		.first = node->admin->mechanism,
		.ask_login = node->admin->ask_login,
		.read_only = options->read_only,
		.request_timeout_ms = options->request_timeout_ms,
		.on_ready = brokers_on_ready,
		.on_close = brokers_on_close,
		.data = node,
	};
	log_debug(LOG_KAFKA, "broker dialled label=\"%s\" host=%s port=%d tls=%s sasl=%s", node->label,
		  str_or(node->host, "-"), node->port, options->tls.enabled ? "yes" : "no",
		  kafka_sasl_name(options->sasl.mechanism));
	if (find_target(node, &connection.target, &err))
		node->connection = kafka_connection_open(&connection, &err);
	if (!node->connection) {
		note_failure(node, &err);
		kafka_admin_kick(node->admin);
	}
}

void kafka_nodes_dial_some(struct kafka_admin *admin)
{
	size_t open = 0;
	vec_each (&admin->brokers, node)
		if ((*node)->listed && open < DIAL_AT_ONCE) {
			kafka_node_dial(*node);
			open += (*node)->connection != NULL;
		}
	/* Known brokers first; the targets given are the way in, and the way back when all brokers have moved. */
	if (open > 0 && admin->have_brokers)
		return;
	for (size_t i = 0; i < admin->bootstrap.len && open < DIAL_AT_ONCE; i++) {
		struct kafka_node *node = admin->bootstrap.items[i];
		kafka_node_dial(node);
		open += node->connection != NULL;
	}
}

int64_t kafka_nodes_next_dial(const struct kafka_admin *admin)
{
	int64_t next = -1;
	vec_each (&admin->brokers, node)
		if (!(*node)->connection && (next < 0 || (*node)->dial_at < next))
			next = (*node)->dial_at;
	vec_each (&admin->bootstrap, node)
		if (!(*node)->connection && (next < 0 || (*node)->dial_at < next))
			next = (*node)->dial_at;
	return next;
}

/* ---- what metadata says ---- */
static void brokers_replace(char **slot, const char *text)
{
	if (str_eq(*slot, text))
		return;
	free(*slot);
	*slot = mem_strdup(text);
}

static void learn_broker(struct kafka_admin *admin, const struct kafka_metadata_broker *broker)
{
	struct kafka_node *node = kafka_node_find(admin, broker->node_id);
	if (broker->node_id < 0 || broker->port <= 0 || broker->port > UINT16_MAX)
		return;
	if (!node) {
		node = mem_alloc(sizeof *node);
		node->admin = admin;
		node->id = broker->node_id;
		node->label = str_printf("%s broker %d", admin->options.label, node->id);
		vec_push(&admin->brokers, node);
	}
	node->listed = true;
	if (node->connection && (!str_eq(node->host, broker->host) || node->port != broker->port)) {
		/* It moved. What is under way there ends as it will; nothing new goes there. */
		if (kafka_connection_in_flight(node->connection) > 0)
			return;
		kafka_connection_destroy(node->connection);
		node->connection = NULL;
		node->dial_at = 0;
	}
	brokers_replace(&node->host, str_or(broker->host, ""));
	brokers_replace(&node->rack, broker->rack);
	node->port = broker->port;
}

static int brokers_compare(const void *a, const void *b)
{
	const struct kafka_node *const *left = a, *const *right = b;
	return ((*left)->id > (*right)->id) - ((*left)->id < (*right)->id);
}

void kafka_nodes_learn(struct kafka_admin *admin, const struct kafka_metadata_response *metadata)
{
	vec_each (&admin->brokers, node)
		(*node)->listed = false;
	vec_each (&metadata->brokers, broker)
		learn_broker(admin, broker);
	for (size_t i = admin->brokers.len; i-- > 0;) {
		struct kafka_node *node = admin->brokers.items[i];
		if (node->listed || (node->connection && kafka_connection_in_flight(node->connection) > 0))
			continue;
		vec_remove(&admin->brokers, i);
		node_free(node);
	}
	if (admin->brokers.len > 1)
		qsort(admin->brokers.items, admin->brokers.len, sizeof admin->brokers.items[0], brokers_compare);
	log_trace(LOG_KAFKA, "brokers learnt label=\"%s\" count=%zu controller=%d", admin->options.label,
		  admin->brokers.len, (int)metadata->controller_id);
	admin->have_brokers = admin->brokers.len > 0;
	admin->controller = metadata->controller_id;
	vec_each (&admin->brokers, node)
		take_over_bootstrap(*node);
	vec_each (&admin->brokers, node)
		if (kafka_node_is_ready(*node)) {
			drop_bootstrap_connections(admin);
			break;
		}
}

/* ---- bootstrap ---- */
static struct kafka_node *take_target(struct kafka_admin *admin, const struct dial_target *target)
{
	for (size_t i = 0; i < admin->bootstrap.len; i++)
		if (is_target(admin->bootstrap.items[i], target)) {
			struct kafka_node *node = admin->bootstrap.items[i];
			vec_remove(&admin->bootstrap, i);
			return node;
		}
	struct kafka_node *node = mem_alloc(sizeof *node);
	*node = (struct kafka_node){.admin = admin, .id = -1, .port = target->port};
	node->namespace = mem_strdup(target->namespace);
	node->pod = mem_strdup(target->pod);
	node->host = mem_strdup(target->host);
	node->label = str_printf("%s (%s)", admin->options.label, str_or(target->pod, str_or(target->host, "?")));
	return node;
}

void kafka_nodes_set_bootstrap(struct kafka_admin *admin, const struct dial_target *targets, size_t count)
{
	VEC(struct kafka_node *) fresh = {0};
	for (size_t i = 0; i < count; i++) {
		struct kafka_node *node = take_target(admin, &targets[i]);
		vec_push(&fresh, node);
	}
	vec_each (&admin->bootstrap, node)
		node_free(*node);
	vec_finish(&admin->bootstrap);
	admin->bootstrap.items = fresh.items;
	admin->bootstrap.len = fresh.len;
	admin->bootstrap.size = fresh.size;
}

/* ---- public ---- */
size_t kafka_admin_broker_count(const struct kafka_admin *admin)
{
	return admin->brokers.len;
}

void kafka_admin_broker(const struct kafka_admin *admin, size_t index, struct kafka_admin_broker *out)
{
	const struct kafka_node *node = admin->brokers.items[index];
	*out = (struct kafka_admin_broker){
		.id = node->id,
		.port = node->port,
		.host = node->host,
		.rack = node->rack,
		.connected = kafka_node_is_ready(node),
		.err = &node->err,
		.versions = node->connection ? kafka_connection_versions(node->connection) : NULL,
	};
}

void kafka_admin_watch(struct kafka_admin *admin, void (*on_nodes)(void *data), void *data)
{
	admin->on_nodes = on_nodes;
	admin->on_nodes_data = data;
}

const struct err *kafka_admin_bootstrap_error(const struct kafka_admin *admin)
{
	return &admin->bootstrap_err;
}
