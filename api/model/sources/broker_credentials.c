/* The users that may lead into a RabbitMQ cluster's management API, read and tried one after the other. Only the broker
 * can say that one is right, so whoever is refused comes back for the next. */
#include "api/model/sources/broker_credentials.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/model/sources/rabbitmq_candidates.h"
#include "api/model/sources/secret_read.h"
#include "api/net/net_tls.h"

enum { MANAGEMENT_PORT = 15672, MANAGEMENT_TLS_PORT = 15671, PREFIX_MAX = 200 };

struct source_credentials {
	struct source_credentials_options options;
	struct loop_timer *timer; /* so that nothing is called from inside a call */
	struct source_rabbitmq_candidates candidates;
	size_t next, next_config;
	uint16_t port; /* of the management API, and below which path, as that says */
	char *prefix;
	VEC(struct source_place) authorities; /* secrets that may hold the CA */
	size_t next_authority;
	enum source_management_tls management;
	bool of_operator, configured;
	struct rabbitmq_tls tls; /* ca_pem NULL = not found (yet) */
	struct source_secret_read *read;
	struct err err; /* of the last one that failed */
};

/* ---- the authority ---- */

static bool broker_credentials_has_port(const struct kube_container *container, int32_t port)
{
	for (size_t i = 0; container && i < container->port_count; i++)
		if (container->ports[i].container_port == port)
			return true;
	return false;
}

enum source_management_tls source_credentials_management(const struct source_found_cluster *found,
							 const struct kube_pod *pod)
{
	const struct kube_container *container = source_discover_pod_container(WORLD_BROKER_RABBITMQ, pod);
	if (found->rabbitmq && found->rabbitmq->tls_secret)
		return found->rabbitmq->tls_only ? SOURCE_MANAGEMENT_TLS_ONLY : SOURCE_MANAGEMENT_EITHER;
	if (!broker_credentials_has_port(container, MANAGEMENT_TLS_PORT))
		return SOURCE_MANAGEMENT_IN_CLEAR;
	return broker_credentials_has_port(container, MANAGEMENT_PORT) ? SOURCE_MANAGEMENT_EITHER
								       : SOURCE_MANAGEMENT_TLS_ONLY;
}

uint16_t source_credentials_management_port(const struct kube_container *container)
{
	static const char *const names[] = {"management", "http-stats", "stats", "manager", "mgmt", "rabbitmq-mgmt"};
	bool usual = broker_credentials_has_port(container, MANAGEMENT_PORT) ||
		     broker_credentials_has_port(container, MANAGEMENT_TLS_PORT);
	for (size_t i = 0; container && !usual && i < container->port_count; i++)
		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			if (str_eq(container->ports[i].name, names[j]) && container->ports[i].container_port > 0 &&
			    container->ports[i].container_port <= UINT16_MAX)
				return (uint16_t)container->ports[i].container_port;
	return 0;
}

static void add_authority(struct source_credentials *it, const char *namespace, const char *secret)
{
	const char *slash = secret ? strchr(secret, '/') : NULL;
	if (str_empty(secret))
		return;
	vec_push(&it->authorities,
		 (struct source_place){
			 .kind = KUBE_SECRETS,
			 .namespace = slash ? mem_strndup(secret, (size_t)(slash - secret)) : mem_strdup(namespace),
			 .name = mem_strdup(slash ? slash + 1 : secret),
		 });
}

static void list_authorities(struct source_credentials *it)
{
	const struct source_found_cluster *found = it->options.found;
	it->management = source_credentials_management(found, it->options.pod);
	if (it->management == SOURCE_MANAGEMENT_IN_CLEAR)
		return;
	add_authority(it, found->namespace, it->options.configured);
	if (!found->rabbitmq)
		return;
	add_authority(it, found->namespace, found->rabbitmq->tls_ca_secret);
	add_authority(it, found->namespace, found->rabbitmq->tls_secret);
}

static void broker_credentials_forget_tls(struct source_credentials *it)
{
	free((char *)it->tls.ca_pem);
	free((char *)it->tls.cert_pem);
	mem_free_secret((char *)it->tls.key_pem);
	it->tls = (struct rabbitmq_tls){0};
}

/* A secret without ca.crt may hold the servers' own certificate, signed by itself. The key beside that is the
 * servers': only the secret named in configuration holds one of ours. */
static void take_authority(struct source_credentials *it, const struct source_place *from,
			   const struct kube_secret *secret)
{
	static const char *const keys[] = {"ca.crt", "tls.crt"};
	const char *ca = source_secret_first(secret, keys, it->of_operator ? ARRAY_LEN(keys) : 1);
	bool ours = it->configured && from == it->authorities.items;
	const char *cert = ours ? source_secret_value(secret, "tls.crt") : NULL,
		   *key = source_secret_value(secret, "tls.key");
	struct err err = {0};
	if (!ca)
		err_set(&err, ERR_NOT_FOUND, "secret %s/%s has no ca.crt", from->namespace, from->name);
	else if (!net_tls_check_pem(ca, cert && key ? cert : NULL, key, &err))
		err_prefix(&err, "secret %s/%s", from->namespace, from->name);
	if (err_is_set(&err)) {
		it->err = err;
		return;
	}
	it->tls.ca_pem = mem_strdup(ca);
	it->tls.cert_pem = cert && key ? mem_strdup(cert) : NULL;
	it->tls.key_pem = cert && key ? mem_strdup(key) : NULL;
}

/* ---- trying ---- */

static void broker_credentials_try_on(struct source_credentials *it)
{
	source_rabbitmq_candidate_forget(&it->candidates.items.items[it->next++]);
	loop_timer_arm(it->timer, 0);
}

/* A right that is missing says more than a guessed name that is not there. */
static void broker_credentials_note(struct source_credentials *it, const struct err *err)
{
	if (err_is_set(err) && it->err.code != ERR_FORBIDDEN)
		it->err = *err;
}

/* What is handed out is not kept. */
static void broker_credentials_hand_out(struct source_credentials *it, struct source_rabbitmq_candidate *candidate)
{
	CLEANUP(free) char *origin = source_rabbitmq_candidate_origin(candidate);
	char *user = candidate->user.known, *password = candidate->password.known;
	candidate->user.known = candidate->password.known = NULL;
	it->options.on_found(it->options.data, user, password, origin, it->tls.ca_pem ? &it->tls : NULL);
	free(user);
	mem_free_secret(password);
}

static void broker_credentials_on_object(void *data, const struct kube_secret *object, const struct err *err)
{
	struct source_credentials *it = data;
	struct err lacks = *err;
	it->read = NULL;
	source_rabbitmq_candidate_take(&it->candidates.items.items[it->next], object, &lacks);
	broker_credentials_note(it, &lacks);
	loop_timer_arm(it->timer, 0);
}

static void broker_credentials_on_authority(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct source_credentials *it = data;
	it->read = NULL;
	broker_credentials_note(it, err);
	if (secret)
		take_authority(it, &it->authorities.items[it->next_authority], secret);
	it->next_authority++;
	loop_timer_arm(it->timer, 0);
}

static void broker_credentials_read(struct source_credentials *it, const struct source_place *place,
				    source_secret_read_fn *done)
{
	it->read = source_secret_read(it->options.client, it->options.share, place->kind, place->namespace, place->name,
				      done, it);
}

/* Without the authority nothing can be asked there, whatever the user. */
static bool lacks_authority(struct source_credentials *it)
{
	if (it->management != SOURCE_MANAGEMENT_TLS_ONLY || it->tls.ca_pem)
		return false;
	struct err why = it->err;
	err_set(&it->err, why.code ? why.code : ERR_CONFIG,
		"it is served over TLS only (port %d), and no CA certificate is known to verify it%s%s: name a secret "
		"with ca.crt in the configuration",
		MANAGEMENT_TLS_PORT, why.code ? ", " : "", why.code ? why.text : "");
	return true;
}

/* ---- rabbitmq.conf ---- */

static void take_place(struct source_credentials *it, const struct kube_secret *conf)
{
	CLEANUP(free) char *port = source_conf_value(conf, "management.tcp.port");
	CLEANUP(free) char *prefix = source_conf_value(conf, "management.path_prefix");
	int64_t number;
	if (port && str_to_i64(port, &number) && number > 0 && number <= UINT16_MAX)
		it->port = (uint16_t)number;
	if (prefix && *prefix == '/' && strlen(prefix) <= PREFIX_MAX && !prefix[strcspn(prefix, " \t?#\"\\")]) {
		free(it->prefix);
		it->prefix = mem_strdup(prefix);
	}
}

static void on_config(void *data, const struct kube_secret *conf, const struct err *err)
{
	struct source_credentials *it = data;
	it->read = NULL; /* one that cannot be read is no loss: most clusters have none */
	it->next_config++;
	if (conf) {
		take_place(it, conf);
		source_rabbitmq_candidates_add(&it->candidates, source_conf_value(conf, "default_user"),
					       source_conf_value(conf, "default_pass"));
	}
	loop_timer_arm(it->timer, 0);
}

/* ---- one after the other ---- */

static void try_candidate(struct source_credentials *it)
{
	struct source_rabbitmq_candidate *candidate = &it->candidates.items.items[it->next];
	bool complete;
	const struct source_place *place = source_rabbitmq_candidate_place(candidate, &complete);
	if (place)
		broker_credentials_read(it, place, broker_credentials_on_object);
	else if (complete)
		broker_credentials_hand_out(it, candidate);
	else
		broker_credentials_try_on(it);
}

static void broker_credentials_on_timer(void *data)
{
	struct source_credentials *it = data;
	if (it->next_config < it->candidates.configs.len)
		broker_credentials_read(it, &it->candidates.configs.items[it->next_config], on_config);
	else if (!it->tls.ca_pem && it->next_authority < it->authorities.len)
		broker_credentials_read(it, &it->authorities.items[it->next_authority],
					broker_credentials_on_authority);
	else if (it->next >= it->candidates.items.len || lacks_authority(it))
		it->options.on_none(it->options.data, &it->err);
	else
		try_candidate(it);
}

struct source_credentials *source_credentials_seek(struct loop *loop, const struct source_credentials_options *options)
{
	struct source_credentials *it = mem_alloc(sizeof *it);
	it->options = *options;
	it->timer = loop_timer_create(loop, broker_credentials_on_timer, it);
	source_rabbitmq_candidates_find(options->found, options->pod, options->configured, &it->candidates);
	list_authorities(it);
	it->of_operator = options->found->rabbitmq != NULL;
	it->configured = options->configured != NULL;
	it->options.found = NULL;
	it->options.pod = NULL;
	it->options.configured = NULL;
	loop_timer_arm(it->timer, 0);
	return it;
}

uint16_t source_credentials_port(const struct source_credentials *it)
{
	return it->port;
}

const char *source_credentials_prefix(const struct source_credentials *it)
{
	return it->prefix;
}

void source_credentials_next(struct source_credentials *it)
{
	if (it->next < it->candidates.items.len)
		broker_credentials_try_on(it);
}

void source_credentials_destroy(struct source_credentials *it)
{
	if (!it)
		return;
	source_secret_read_cancel(it->read);
	source_rabbitmq_candidates_finish(&it->candidates);
	vec_each (&it->authorities, authority)
		source_place_finish(authority);
	vec_finish(&it->authorities);
	free(it->prefix);
	broker_credentials_forget_tls(it);
	loop_timer_destroy(it->timer);
	free(it);
}
