/* The candidates for a Kafka cluster's way in, in the order in which they are worth trying. Where nothing can be opened
 * the best listener's reason is kept: that is what the operator has to mend. */
#include "api/model/sources/kafka_candidates.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { DEFAULT_PORT = 9092, PORT_MAX = 65535 };

struct source_kafka_search {
	const struct source_kafka_question *question;
	struct arena *arena;
	struct source_kafka_candidates *candidates;
	const struct kube_kafka_user *users[SOURCE_KAFKA_USERS_MAX]; /* of one kind of authentication, best first */
	size_t user_count;
};

static struct source_kafka_candidate *candidates_push(struct source_kafka_search *it,
						      const struct source_kafka_candidate *candidate)
{
	struct source_kafka_candidates *candidates = it->candidates;
	if (candidates->count == SOURCE_KAFKA_CANDIDATES_MAX)
		return NULL;
	candidates->items[candidates->count] = *candidate;
	return &candidates->items[candidates->count++];
}

static void set_configured(struct source_kafka_search *it, struct source_kafka_candidate *candidate)
{
	const char *configured = it->question->configured, *slash = strchr(configured, '/');
	candidate->namespace = slash ? arena_strndup(it->arena, configured, (size_t)(slash - configured))
				     : arena_strdup(it->arena, it->question->found->namespace);
	candidate->secret = arena_strdup(it->arena, slash ? slash + 1 : configured);
}

/* ---- Strimzi ---- */

/* Worst last. What has another authentication (OAuth, custom) is not spoken here. */
static const struct source_kafka_grade {
	bool tls;
	const char *authentication; /* as the resource has it; NULL = none */
	enum source_kafka_auth auth;
} grades[] = {
	{true, "tls", SOURCE_KAFKA_AUTH_CERTIFICATE}, {true, "scram-sha-512", SOURCE_KAFKA_AUTH_SCRAM},
	{true, NULL, SOURCE_KAFKA_AUTH_NONE},         {false, "scram-sha-512", SOURCE_KAFKA_AUTH_SCRAM},
	{false, NULL, SOURCE_KAFKA_AUTH_NONE},
};

static bool is_super_user(const struct kube_kafka *kafka, const struct kube_kafka_user *user)
{
	for (size_t i = 0; i < kafka->super_user_count; i++)
		if (str_eq(kafka->super_users[i], str_or(user->username, user->meta.name)))
			return true;
	return false;
}

static int rank_of(const struct kube_kafka *kafka, const struct kube_kafka_user *user)
{
	if (str_eq(user->meta.name, "mqdeck"))
		return 0;
	return is_super_user(kafka, user) ? 1 : 2;
}

static bool is_better(const struct kube_kafka *kafka, const struct kube_kafka_user *a, const struct kube_kafka_user *b)
{
	int left = rank_of(kafka, a), right = rank_of(kafka, b);
	return left != right ? left < right : strcmp(a->meta.name, b->meta.name) < 0;
}

static void take_user(struct source_kafka_search *it, const struct kube_kafka *kafka,
		      const struct kube_kafka_user *user)
{
	size_t at = it->user_count;
	while (at > 0 && is_better(kafka, user, it->users[at - 1]))
		at--;
	if (at == SOURCE_KAFKA_USERS_MAX)
		return;
	if (it->user_count < SOURCE_KAFKA_USERS_MAX)
		it->user_count++;
	memmove(&it->users[at + 1], &it->users[at], (it->user_count - at - 1) * sizeof *it->users);
	it->users[at] = user;
}

static void find_users(struct source_kafka_search *it, const char *authentication)
{
	const struct source_found_cluster *found = it->question->found;
	const struct kube_kafka_user *user;
	struct map_entry *at = NULL;
	it->user_count = 0;
	while ((user = record_store_next(it->question->store, KUBE_KAFKA_USERS, &at)))
		if (user->meta.name && str_eq(user->meta.namespace, found->namespace) &&
		    str_eq(kube_label(&user->meta, "strimzi.io/cluster"), found->name) &&
		    str_eq(user->authentication, authentication))
			take_user(it, found->kafka, user);
}

static const struct kube_listener_status *candidates_status_of(const struct kube_kafka *kafka, const char *listener)
{
	for (size_t i = 0; i < kafka->listener_status_count; i++)
		if (str_eq(kafka->listener_statuses[i].name, listener))
			return &kafka->listener_statuses[i];
	return NULL;
}

static const char *join_certificates(struct arena *arena, const struct kube_listener_status *status)
{
	const char *all = NULL;
	for (size_t i = 0; status && i < status->certificate_count; i++)
		all = arena_printf(arena, "%s%s\n", str_or(all, ""), status->certificates[i]);
	return all;
}

static void set_authority(struct source_kafka_search *it, const struct kube_listener *listener,
			  struct source_kafka_candidate *candidate)
{
	const struct kube_listener_status *status = candidates_status_of(it->question->found->kafka, listener->name);
	if (!listener->tls)
		return;
	candidate->ca_pem = join_certificates(it->arena, status);
	if (!listener->own_certificate)
		candidate->ca_secret = arena_printf(it->arena, "%s-cluster-ca-cert", it->question->found->name);
	/* A certificate of the operator's own choice is for the name that clients use. */
	else if (status && status->bootstrap)
		candidate->server_name = arena_strndup(it->arena, status->bootstrap, strcspn(status->bootstrap, ":,"));
}

static void explain_missing(struct source_kafka_search *it, const struct kube_listener *listener,
			    const struct source_kafka_grade *grade)
{
	const struct source_kafka_question *question = it->question;
	const char *keys = grade->auth == SOURCE_KAFKA_AUTH_CERTIFICATE ? "user.crt and user.key" : "password";
	if (err_is_set(&it->candidates->why))
		return;
	if (err_is_set(question->users_err)) {
		err_set(&it->candidates->why, ERR_FORBIDDEN,
			"listener %s (%d) requires %s, and KafkaUsers cannot be listed (%.160s): grant list on "
			"kafkausers, or name a secret with %s in the configuration",
			listener->name, listener->port, listener->authentication, question->users_err->text, keys);
		err_quotes(&it->candidates->why, question->users_err);
	} else {
		err_set(&it->candidates->why, ERR_UNAUTHORIZED,
			"listener %s (%d) requires %s, and no KafkaUser of %s uses it: create one, or name a secret "
			"with %s in the configuration",
			listener->name, listener->port, listener->authentication, question->found->name, keys);
	}
}

static void push_users(struct source_kafka_search *it, const struct kube_listener *listener,
		       const struct source_kafka_grade *grade, struct source_kafka_candidate candidate)
{
	if (it->question->configured) {
		struct source_kafka_candidate own = candidate;
		set_configured(it, &own);
		candidates_push(it, &own);
	}
	find_users(it, grade->authentication);
	for (size_t i = 0; i < it->user_count; i++) {
		const struct kube_kafka_user *user = it->users[i];
		candidate.namespace = arena_strdup(it->arena, user->meta.namespace);
		candidate.secret = arena_strdup(it->arena, str_or(user->secret, user->meta.name));
		candidate.user = arena_strdup(it->arena, user->meta.name);
		candidates_push(it, &candidate);
	}
	if (!it->user_count && !it->question->configured)
		explain_missing(it, listener, grade);
}

static void push_listener(struct source_kafka_search *it, const struct kube_listener *listener,
			  const struct source_kafka_grade *grade)
{
	struct source_kafka_candidate candidate = {.listener = arena_strdup(it->arena, listener->name),
						   .port = (uint16_t)listener->port,
						   .tls = listener->tls,
						   .auth = grade->auth};
	set_authority(it, listener, &candidate);
	if (it->question->typed) {
		candidate.typed = true;
		if (grade->auth == SOURCE_KAFKA_AUTH_SCRAM)
			candidates_push(it, &candidate);
	} else if (grade->auth == SOURCE_KAFKA_AUTH_NONE) {
		candidates_push(it, &candidate);
	} else {
		push_users(it, listener, grade, candidate);
	}
}

static void explain_none(struct source_kafka_search *it)
{
	const struct kube_kafka *kafka = it->question->found->kafka;
	struct err *why = &it->candidates->why;
	if (it->candidates->count || err_is_set(why))
		return;
	if (it->question->typed)
		err_set(why, ERR_UNSUPPORTED, "none of its listeners accepts a username and password (scram-sha-512)");
	else if (!kafka->listener_count)
		err_set(why, ERR_UNSUPPORTED,
			"its Kafka resource declares no client listener, and the replication listener (9091) accepts "
			"only the operator's own certificate: add a listener to spec.kafka.listeners");
	else
		err_set(why, ERR_UNSUPPORTED,
			"no listener uses an authentication type that mqdeck supports (%s requires %s)",
			kafka->listeners[0].name, str_or(kafka->listeners[0].authentication, "none"));
}

static void find_strimzi(struct source_kafka_search *it)
{
	const struct kube_kafka *kafka = it->question->found->kafka;
	for (size_t g = 0; g < ARRAY_LEN(grades); g++)
		for (size_t i = 0; i < kafka->listener_count; i++) {
			const struct kube_listener *listener = &kafka->listeners[i];
			if (listener->tls == grades[g].tls && listener->port > 0 && listener->port <= PORT_MAX &&
			    str_eq(listener->authentication, grades[g].authentication))
				push_listener(it, listener, &grades[g]);
		}
	explain_none(it);
}

/* ---- StatefulSets ---- */

static bool candidates_is_named(const struct kube_port *port, const char *const *names, size_t count)
{
	for (size_t i = 0; port->name && i < count; i++)
		if (strstr(port->name, names[i]))
			return true;
	return false;
}

/* By the names charts give their ports: how likely it is the one for clients; -1 = it is not. */
static int candidates_likeliness(const struct kube_port *port, bool wants_tls)
{
	static const char *const secure[] = {"tls", "ssl"};
	static const char *const others[] = {"controller", "metrics", "jmx", "exporter", "prometheus"};
	static const char *const clients[] = {"plaintext", "client", "kafka", "plain", "internal", "sasl"};
	if (port->container_port <= 0 || port->container_port > PORT_MAX ||
	    candidates_is_named(port, others, ARRAY_LEN(others)))
		return -1;
	return (candidates_is_named(port, secure, ARRAY_LEN(secure)) == wants_tls ? 4 : 0) +
	       (candidates_is_named(port, clients, ARRAY_LEN(clients)) ? 2 : 0) +
	       (port->container_port == DEFAULT_PORT ? 1 : 0);
}

static const struct kube_port *next_port(const struct kube_container *container, const bool *taken, size_t size,
					 bool wants_tls)
{
	const struct kube_port *best = NULL;
	int most = -1;
	for (size_t i = 0; container && i < container->port_count && i < size; i++) {
		int likely = taken[i] ? -1 : candidates_likeliness(&container->ports[i], wants_tls);
		if (likely > most) {
			most = likely;
			best = &container->ports[i];
		}
	}
	return best;
}

/* With a secret a port with TLS is looked for first. All ports are tried only then: what is named there must fit
 * one. */
static void find_ports(struct source_kafka_search *it)
{
	const struct source_kafka_question *question = it->question;
	const struct kube_container *container =
		question->pod ? source_discover_pod_container(WORLD_BROKER_KAFKA, question->pod) : NULL;
	bool taken[SOURCE_KAFKA_CANDIDATES_MAX] = {false};
	const struct kube_port *port;
	struct source_kafka_candidate candidate = {
		.auth = question->typed || question->configured ? SOURCE_KAFKA_AUTH_ANY : SOURCE_KAFKA_AUTH_NONE,
		.typed = question->typed};
	if (question->configured)
		set_configured(it, &candidate);
	while ((port = next_port(container, taken, SOURCE_KAFKA_CANDIDATES_MAX, question->configured != NULL))) {
		taken[port - container->ports] = true;
		candidate.port = (uint16_t)port->container_port;
		candidates_push(it, &candidate);
		if (!question->configured)
			return;
	}
	if (!it->candidates->count) {
		candidate.port = DEFAULT_PORT;
		candidates_push(it, &candidate);
	}
}

void source_kafka_candidates_find(const struct source_kafka_question *question, struct arena *arena,
				  struct source_kafka_candidates *candidates)
{
	struct source_kafka_search it = {.question = question, .arena = arena, .candidates = candidates};
	*candidates = (struct source_kafka_candidates){0};
	if (question->found->kafka)
		find_strimzi(&it);
	else
		find_ports(&it);
}
