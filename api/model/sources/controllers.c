/* What a set of Kafka nodes does is said by process.roles where the environment holds them; a configuration file cannot be
 * seen, and then names and ports have to say it. */
#include "api/model/sources/controllers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/record_lookup.h"

enum { HOST_MAX = 256, DIGITS_MAX = 12 };

static const char *const role_names[] = {"KAFKA_PROCESS_ROLES", "KAFKA_CFG_PROCESS_ROLES"};
static const char *const quorum_names[] = {"KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS",
					   "KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS",
					   "KAFKA_CFG_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS"};

static const char *controllers_env(const struct kube_container *container, const char *const *names, size_t count)
{
	const struct kube_env *env = container ? kube_env(container, names, count) : NULL;
	return env ? env->value : NULL;
}

/* ---- the role ---- */

static bool says_controller(const char *text)
{
	return text && (strstr(text, "controller") || strstr(text, "quorum"));
}

static bool is_named_controller(const struct kube_stateful_set *set)
{
	const struct kube_owner *owner = kube_controller(&set->meta);
	return says_controller(set->meta.name) || (owner && str_eq(owner->kind, "KRaftController")) ||
	       says_controller(kube_label(&set->meta, "app.kubernetes.io/component"));
}

static bool is_client_port(const struct kube_port *port)
{
	static const char *const others[] = {"controller", "metrics", "jmx", "jolokia", "prometheus"};
	for (size_t i = 0; port->name && i < ARRAY_LEN(others); i++)
		if (strstr(port->name, others[i]))
			return false;
	return port->container_port != 9093 && port->container_port != 9074;
}

static bool serves_clients(const struct kube_container *container)
{
	bool any = container->port_count == 0;
	for (size_t i = 0; i < container->port_count && !any; i++)
		any = is_client_port(&container->ports[i]);
	return any;
}

static bool is_controllers(const struct source_found_cluster *found)
{
	const struct kube_container *container = found->evidence.container;
	if (found->kind != WORLD_BROKER_KAFKA || !found->stateful_set || !container)
		return false;
	const char *roles = controllers_env(container, role_names, ARRAY_LEN(role_names));
	if (roles)
		return strstr(roles, "controller") && !strstr(roles, "broker");
	return is_named_controller(found->stateful_set) && !serves_clients(container);
}

/* ---- whose they are ---- */

/* "1@kc-0.kc.prod.svc:9093,2@…" or the same without ids, one host after the other. */
static const char *next_voter(const char **at, int32_t *id, char host[static HOST_MAX])
{
	size_t len = strcspn(*at, ",");
	const char *text = *at, *sign = memchr(text, '@', len);
	if (!len)
		return NULL;
	*id = -1;
	if (sign && sign - text < DIGITS_MAX) {
		char digits[DIGITS_MAX] = {0};
		int64_t number;
		memcpy(digits, text, (size_t)(sign - text));
		if (str_to_i64(digits, &number) && number >= 0 && number <= INT32_MAX)
			*id = (int32_t)number;
	}
	text = sign ? sign + 1 : text;
	snprintf(host, HOST_MAX, "%.*s", (int)strcspn(text, ":,"), text);
	*at += len + ((*at)[len] == ',');
	return host;
}

/* Whether a host is a pod of the set: "kc-0", "kc-0.kc.prod.svc…"; of the set's service: "kc.prod.svc…". */
static bool is_host_of(const void *data, const char *host)
{
	const struct kube_stateful_set *set = data;
	size_t label = strcspn(host, "."), name = strlen(str_or(set->meta.name, ""));
	if (set->service_name && strlen(set->service_name) == label && !strncmp(host, set->service_name, label))
		return true;
	return name && label > name + 1 && !strncmp(host, set->meta.name, name) && host[name] == '-' &&
	       strspn(host + name + 1, "0123456789") == label - name - 1;
}

static bool names_voters(const struct kube_container *container, const struct kube_stateful_set *set)
{
	const char *at = str_or(controllers_env(container, quorum_names, ARRAY_LEN(quorum_names)), "");
	char host[HOST_MAX];
	int32_t id;
	while (next_voter(&at, &id, host))
		if (is_host_of(set, host))
			return true;
	return false;
}

int32_t source_controllers_id(const struct kube_container *container,
			      bool (*matches)(const void *data, const char *host), const void *data)
{
	const char *at = str_or(controllers_env(container, quorum_names, ARRAY_LEN(quorum_names)), "");
	char host[HOST_MAX];
	int32_t id;
	while (next_voter(&at, &id, host))
		if (id >= 0 && matches(data, host))
			return id;
	return -1;
}

static bool is_told_by_brokers(const struct source_found_cluster *brokers, const struct source_found_cluster *it)
{
	return names_voters(brokers->evidence.container, it->stateful_set);
}

static bool is_of_one_release(const struct source_found_cluster *brokers, const struct source_found_cluster *it)
{
	static const char *const keys[] = {"app.kubernetes.io/instance", "release"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *release = kube_label(&it->stateful_set->meta, keys[i]);
		if (release && str_eq(release, kube_label(&brokers->stateful_set->meta, keys[i])))
			return true;
	}
	return false;
}

static bool is_in_the_namespace(const struct source_found_cluster *brokers, const struct source_found_cluster *it)
{
	return true;
}

/* The most certain first; what fits two clusters tells of neither. */
static bool (*const home_signs[])(const struct source_found_cluster *brokers, const struct source_found_cluster *it) = {
	is_told_by_brokers,
	is_of_one_release,
	is_in_the_namespace,
};

/* Kafka's sets by their namespace: only those of one's own may be home. */
static void index_sets(const source_found_clusters *clusters, struct record_lookup *sets)
{
	vec_each (clusters, it)
		if (it->kind == WORLD_BROKER_KAFKA && it->stateful_set)
			record_lookup_put(sets, record_lookup_key(it->namespace, NULL, NULL), it);
}

static struct source_found_cluster *home_of(const source_found_clusters *clusters, struct record_lookup *sets,
					    const bool *apart, const struct source_found_cluster *it)
{
	struct source_found_cluster *home = NULL;
	uint64_t key = record_lookup_key(it->namespace, NULL, NULL);
	for (size_t sign = 0; sign < ARRAY_LEN(home_signs) && !home; sign++) {
		size_t fits = 0;
		for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(sets, key, at));) {
			struct source_found_cluster *brokers = at->value;
			if (apart[brokers - clusters->items] || !str_eq(brokers->namespace, it->namespace) ||
			    !home_signs[sign](brokers, it))
				continue;
			home = brokers;
			fits++;
		}
		home = fits == 1 ? home : NULL;
	}
	return home;
}

void source_controllers_settle(source_found_clusters *clusters)
{
	bool *apart = mem_alloc((clusters->len + 1) * sizeof *apart);
	struct record_lookup sets = RECORD_LOOKUP_INIT;
	size_t kept = 0;
	index_sets(clusters, &sets);
	for (size_t i = 0; i < clusters->len; i++)
		apart[i] = is_controllers(&clusters->items[i]);
	for (size_t i = 0; i < clusters->len; i++) {
		struct source_found_cluster *home =
			apart[i] ? home_of(clusters, &sets, apart, &clusters->items[i]) : NULL;
		apart[i] = home && home->controller_count < SOURCE_CONTROLLERS_MAX;
		if (apart[i])
			home->controllers[home->controller_count++] = clusters->items[i].stateful_set;
	}
	for (size_t i = 0; i < clusters->len; i++)
		if (!apart[i])
			clusters->items[kept++] = clusters->items[i];
	clusters->len = kept;
	record_lookup_finish(&sets);
	free(apart);
}
