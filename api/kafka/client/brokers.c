/* The brokers of one cluster and the connections to them. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/admin_private.h"
#include "api/kafka/client/sasl.h"

enum { IDLE_MS = 5 * 60 * 1000 };

static void node_forget_turn(struct kafka_node *node)
{
	if (!node->turn)
		return;
	node->admin->options.dialer->forget(node->turn);
	node->admin->waiting--;
	node->turn = NULL;
}

static void node_free(struct kafka_node *node)
{
	node_forget_turn(node);
	kafka_connection_destroy(node->connection);
	free(node->host);
	free(node->rack);
	free(node->namespace);
	free(node->pod);
	free(node->met.cluster_id);
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
	free(admin->cluster_id);
	admin->cluster_id = NULL;
}

static void brokers_replace(char **slot, const char *text)
{
	if (str_eq(*slot, text))
		return;
	free(*slot);
	*slot = mem_strdup(text);
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
	return node->connection && !node->asking && kafka_connection_is_ready(node->connection);
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
		if (kafka_node_is_ready(admin->bootstrap.items[i]) && !kafka_node_is_foreign(admin->bootstrap.items[i]))
			ready = admin->bootstrap.items[i];
	return ready;
}

bool kafka_admin_is_connected(const struct kafka_admin *admin)
{
	vec_each (&admin->brokers, node)
		if (kafka_node_is_ready(*node) || (*node)->rests)
			return true;
	vec_each (&admin->bootstrap, node)
		if (kafka_node_is_ready(*node))
			return true;
	return false;
}

/* ---- dialling ---- */
void kafka_nodes_tell(struct kafka_admin *admin)
{
	if (admin->on_nodes)
		admin->on_nodes(admin->on_nodes_data);
}

/* Bootstrap connections are for the way in only. */
static void drop_bootstrap_connections(struct kafka_admin *admin)
{
	vec_each (&admin->bootstrap, node) {
		struct kafka_connection *connection = (*node)->connection;
		if (!connection || (*node)->asking || kafka_connection_in_flight(connection) > 0)
			continue;
		(*node)->connection = NULL;
		kafka_connection_destroy(connection);
	}
}

static void brokers_on_ready(void *data)
{
	struct kafka_node *node = data;
	log_debug(LOG_KAFKA, "broker reached label=\"%s\" bootstrap=%s", node->label, node->id < 0 ? "yes" : "no");
	if (node->pod)
		kafka_place_ask(node);
	else
		kafka_node_was_asked(node);
}

/* Brokers end what is idle for ten minutes (connections.max.idle.ms), which says nothing of them. */
static bool was_idle(const struct kafka_node *node, const struct err *err)
{
	return node->sent_ms >= 0 && !node->asking && err->code == ERR_CONNECT &&
	       loop_now_ms(node->admin->options.loop) - node->sent_ms >= IDLE_MS;
}

static void brokers_on_close(void *data, const struct err *err)
{
	struct kafka_node *node = data;
	struct kafka_connection *connection = node->connection;
	node->rests = was_idle(node, err);
	bool again = node->rests || kafka_security_learn(node, connection, err);
	if (!again)
		kafka_node_failed(node, err);
	node->connection = NULL;
	kafka_connection_destroy(connection);
	kafka_admin_kick(node->admin);
}

bool kafka_node_target(const struct kafka_node *node, struct dial_target *target, struct err *err)
{
	const struct kafka_admin *admin = node->admin;
	const struct kafka_admin_options *options = &admin->options;
	const struct kafka_node *own = node->id < 0 ? node : kafka_place_of(admin, node->id);
	*target = (struct dial_target){.host = node->host, .port = (uint16_t)node->port};
	bool known = node->id >= 0 && (!options->resolve || options->resolve(options->resolve_data, node->id,
									     node->host, node->port, target));
	if (known && (!own || str_eq(own->pod, target->pod))) {
		const struct kafka_node *there = kafka_place_at(admin, target->namespace, target->pod);
		if (!there || there->met.id < 0 || there->met.id == node->id || kafka_node_is_foreign(there))
			return true;
		return err_set(err, ERR_CONNECT, "%s: it advertises %s:%d, where broker %d answers", node->label,
			       node->host, node->port, (int)there->met.id);
	}
	if (!own)
		return err_set(err, ERR_CONNECT, "%s: it advertises %s:%d, which is not the address of a reachable pod",
			       node->label, node->host, node->port);
	*target = (struct dial_target){
		.namespace = own->namespace, .pod = own->pod, .host = own->host, .port = (uint16_t)own->port};
	return true;
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

static void enter_pod(struct kafka_node *node, const struct dial_target *target)
{
	brokers_replace(&node->namespace, target->namespace);
	brokers_replace(&node->pod, target->pod);
	node->asking = false;
}

static bool may_be(const struct kafka_node *from, const struct kafka_node *node)
{
	if (from->asking || kafka_node_is_foreign(from))
		return false;
	return from->met.id >= 0 ? from->met.id == node->id : !kafka_place_checks(from);
}

/* The way in often was a broker itself: its connection goes on as that broker's. Not with TLS, where the certificate
 * was held against another name, nor where another connection would be checked. */
static void take_over_bootstrap(struct kafka_node *node)
{
	struct kafka_admin *admin = node->admin;
	struct dial_target target;
	struct err ignored = {0};
	if (node->connection || !node->listed || admin->options.tls.enabled ||
	    !kafka_node_target(node, &target, &ignored))
		return;
	for (size_t i = 0; i < admin->bootstrap.len && !node->connection; i++) {
		struct kafka_node *from = admin->bootstrap.items[i];
		if (!from->connection || !is_same_place(from, &target) || !may_be(from, node))
			continue;
		node->connection = from->connection;
		from->connection = NULL;
		enter_pod(node, &target);
		kafka_identity_copy(&node->met, &from->met);
		node->failures = 0;
		err_clear(&node->err);
		kafka_connection_pass(node->connection, node->label, node->host, node);
	}
}

/* The ways in whose brokers are known go on as theirs; the others end once a broker can be asked. */
static void settle_bootstrap(struct kafka_admin *admin)
{
	vec_each (&admin->brokers, node)
		take_over_bootstrap(*node);
	vec_each (&admin->brokers, node)
		if (kafka_node_is_ready(*node)) {
			drop_bootstrap_connections(admin);
			break;
		}
}

static bool is_somebody_else(const struct kafka_node *node, struct err *err)
{
	if (node->id >= 0 && kafka_node_is_foreign(node))
		err_set(err, ERR_CONNECT, "%s: %s, where its address leads, is a broker of another Kafka cluster",
			node->label, node->pod);
	else if (node->id >= 0 && node->met.id >= 0 && node->met.id != node->id)
		err_set(err, ERR_CONNECT, "%s: %s, where its address leads, is broker %d", node->label, node->pod,
			(int)node->met.id);
	else if (node->id >= 0 && node->met.id < 0 && node->refused)
		err_set(err, ERR_CONNECT, "%s: %s, where its address leads, says that it is another broker",
			node->label, node->pod);
	return err_is_set(err);
}

void kafka_node_was_asked(struct kafka_node *node)
{
	struct kafka_admin *admin = node->admin;
	struct err err = {0};
	if (!kafka_node_is_ready(node))
		return; /* it is ending */
	if (is_somebody_else(node, &err)) {
		kafka_node_failed(node, &err);
		kafka_connection_destroy(node->connection);
		node->connection = NULL;
	} else {
		node->failures = 0;
		node->switched = false;
		err_clear(&node->err);
		if (node->id < 0)
			err_clear(&admin->bootstrap_err);
		settle_bootstrap(admin);
		kafka_nodes_tell(admin);
	}
	kafka_admin_kick(admin);
}

static void node_open(struct kafka_node *node)
{
	node->rests = false;
	node->sent_ms = -1;
	const struct kafka_admin_options *options = &node->admin->options;
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
	if (kafka_node_target(node, &connection.target, &err)) {
		if (connection.target.host)
			connection.server_name = connection.target.host;
		enter_pod(node, &connection.target);
		node->connection = kafka_connection_open(&connection, &err);
	}
	if (!node->connection) {
		kafka_node_failed(node, &err);
		kafka_admin_kick(node->admin);
	}
}

/* Its connection may have come from elsewhere meanwhile (take_over_bootstrap). */
static void node_on_turn(void *data)
{
	struct kafka_node *node = data;
	node->turn = NULL;
	node->admin->waiting--;
	kafka_requests_renew(node->admin);
	if (!node->connection)
		node_open(node);
}

void kafka_node_dial(struct kafka_node *node)
{
	struct dial_opener *dialer = node->admin->options.dialer;
	if (kafka_node_is_on_its_way(node) || node->dial_at > loop_now_ms(node->admin->options.loop))
		return;
	if (!dialer->ask) {
		node_open(node);
		return;
	}
	node->turn = dialer->ask(dialer, node_on_turn, node);
	node->admin->waiting++;
}

void kafka_nodes_dial_some(struct kafka_admin *admin)
{
	size_t open = 0;
	vec_each (&admin->brokers, node)
		if ((*node)->listed && open < KAFKA_DIAL_AT_ONCE) {
			kafka_node_dial(*node);
			open += kafka_node_is_on_its_way(*node);
		}
	/* Known brokers first; the targets given are the way in, and the way back when all brokers have moved. */
	if (open > 0 && admin->have_brokers)
		return;
	for (size_t i = 0; i < admin->bootstrap.len && open < KAFKA_DIAL_AT_ONCE; i++) {
		struct kafka_node *node = admin->bootstrap.items[i];
		kafka_node_dial(node);
		open += kafka_node_is_on_its_way(node);
	}
}

/* ---- what metadata says ---- */
static void learn_broker(struct kafka_admin *admin, const struct kafka_metadata_broker *broker)
{
	struct kafka_node *node = kafka_node_find(admin, broker->node_id);
	if (broker->node_id < 0 || broker->port <= 0 || broker->port > UINT16_MAX)
		return;
	if (!node) {
		node = mem_alloc(sizeof *node);
		node->admin = admin;
		node->id = broker->node_id;
		node->met.id = -1;
		node->sent_ms = -1;
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
	if (metadata->cluster_id)
		brokers_replace(&admin->cluster_id, metadata->cluster_id);
	settle_bootstrap(admin);
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
	*node = (struct kafka_node){.admin = admin, .id = -1, .port = target->port, .met.id = -1, .sent_ms = -1};
	node->namespace = mem_strdup(target->namespace);
	node->pod = mem_strdup(target->pod);
	node->host = mem_strdup(target->host);
	node->label = str_printf("%s (%s)", admin->options.label, str_or(target->pod, str_or(target->host, "?")));
	vec_each (&admin->brokers, broker)
		if (kafka_node_is_ready(*broker) && node->pod && kafka_node_is_in(*broker, node))
			kafka_identity_copy(&node->met, &(*broker)->met);
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
		.connected = kafka_node_is_ready(node) || node->rests,
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
