/* Where a RabbitMQ cluster's user and password may stand, tried one after the other: named in configuration, the
 * operator's default-user secret, what the pod itself names. Only the broker can say that they are the right ones, so
 * whoever is refused comes back for the next. */
#include "api/model/sources/broker_credentials.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/model/sources/secret_read.h"
#include "api/net/net_tls.h"

enum { MANAGEMENT_PORT = 15672, MANAGEMENT_TLS_PORT = 15671 };

struct source_credentials_candidate {
	char *namespace, *secret;      /* NULL: both values are given */
	char *user_key, *password_key; /* NULL = by habit */
	char *user, *password;         /* given in clear where they are not in the secret */
};

struct source_credentials {
	struct source_credentials_options options;
	struct loop_timer *timer; /* so that nothing is called from inside a call */
	VEC(struct source_credentials_candidate) candidates;
	size_t next;
	VEC(struct source_credentials_candidate) authorities; /* secrets that may hold the CA */
	size_t next_authority;
	enum source_management_tls management;
	bool of_operator, configured;
	struct rabbitmq_tls tls; /* ca_pem NULL = not found (yet) */
	struct source_secret_read *read;
	struct err err; /* of the last one that failed */
};

static const char *const user_keys[] = {"username", "user", "rabbitmq-username", "default_user"};
static const char *const password_keys[] = {"password", "rabbitmq-password", "default_pass", "pass"};

/* ---- what to try ---- */

static void add_secret(struct source_credentials *it, const char *namespace, const char *secret, const char *user_key,
		       const char *password_key)
{
	if (str_empty(secret))
		return;
	for (size_t i = 0; i < it->candidates.len; i++)
		if (str_eq(it->candidates.items[i].secret, secret) &&
		    str_eq(it->candidates.items[i].namespace, namespace))
			return;
	vec_push(&it->candidates, (struct source_credentials_candidate){
					  .namespace = mem_strdup(namespace),
					  .secret = mem_strdup(secret),
					  .user_key = mem_strdup(user_key),
					  .password_key = mem_strdup(password_key),
				  });
}

static void add_configured(struct source_credentials *it, const char *namespace, const char *configured)
{
	const char *slash = configured ? strchr(configured, '/') : NULL;
	if (!slash) {
		add_secret(it, namespace, configured, NULL, NULL);
		return;
	}
	CLEANUP(free) char *own = mem_strndup(configured, (size_t)(slash - configured));
	add_secret(it, own, slash + 1, NULL, NULL);
}

static const struct kube_env *env_named(const struct kube_container *container, const char *const *names, size_t count)
{
	for (size_t i = 0; i < container->env_count; i++)
		for (size_t j = 0; j < count; j++)
			if (str_eq(container->env[i].name, names[j]))
				return &container->env[i];
	return NULL;
}

static void add_environment(struct source_credentials *it, const char *namespace, const struct kube_pod *pod)
{
	static const char *const users[] = {"RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"};
	static const char *const passwords[] = {"RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"};
	const struct kube_container *container =
		pod ? source_discover_container(WORLD_BROKER_RABBITMQ, pod->containers, pod->container_count) : NULL;
	const struct kube_env *user = container ? env_named(container, users, ARRAY_LEN(users)) : NULL;
	const struct kube_env *password = container ? env_named(container, passwords, ARRAY_LEN(passwords)) : NULL;
	if (!user || !password || !(password->secret_name || password->value))
		return;
	vec_push(&it->candidates,
		 (struct source_credentials_candidate){
			 .namespace = mem_strdup(namespace),
			 .secret = mem_strdup(password->secret_name ? password->secret_name : user->secret_name),
			 .user_key = mem_strdup(user->secret_key),
			 .password_key = mem_strdup(password->secret_key),
			 .user = mem_strdup(user->value),
			 .password = mem_strdup(password->value),
		 });
}

static void list_candidates(struct source_credentials *it)
{
	const struct source_found_cluster *found = it->options.found;
	if (found->rabbitmq)
		add_secret(it, found->namespace, found->rabbitmq->secret_name, found->rabbitmq->secret_user_key,
			   found->rabbitmq->secret_password_key);
	add_configured(it, found->namespace, it->options.configured);
	add_environment(it, found->namespace, it->options.pod);
	CLEANUP(free) char *by_habit = str_printf("%s-default-user", found->name);
	add_secret(it, found->namespace, by_habit, NULL, NULL);
}

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
	const struct kube_container *container =
		pod ? source_discover_container(WORLD_BROKER_RABBITMQ, pod->containers, pod->container_count) : NULL;
	if (found->rabbitmq && found->rabbitmq->tls_secret)
		return found->rabbitmq->tls_only ? SOURCE_MANAGEMENT_TLS_ONLY : SOURCE_MANAGEMENT_EITHER;
	if (!broker_credentials_has_port(container, MANAGEMENT_TLS_PORT))
		return SOURCE_MANAGEMENT_IN_CLEAR;
	return broker_credentials_has_port(container, MANAGEMENT_PORT) ? SOURCE_MANAGEMENT_EITHER
								       : SOURCE_MANAGEMENT_TLS_ONLY;
}

static void add_authority(struct source_credentials *it, const char *namespace, const char *secret)
{
	const char *slash = secret ? strchr(secret, '/') : NULL;
	if (str_empty(secret))
		return;
	vec_push(&it->authorities,
		 (struct source_credentials_candidate){
			 .namespace = slash ? mem_strndup(secret, (size_t)(slash - secret)) : mem_strdup(namespace),
			 .secret = mem_strdup(slash ? slash + 1 : secret),
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
static void take_authority(struct source_credentials *it, const struct source_credentials_candidate *from,
			   const struct kube_secret *secret)
{
	static const char *const keys[] = {"ca.crt", "tls.crt"};
	const char *ca = source_secret_first(secret, keys, it->of_operator ? ARRAY_LEN(keys) : 1);
	bool ours = it->configured && from == it->authorities.items;
	const char *cert = ours ? source_secret_value(secret, "tls.crt") : NULL,
		   *key = source_secret_value(secret, "tls.key");
	struct err err = {0};
	if (!ca)
		err_set(&err, ERR_NOT_FOUND, "secret %s/%s has no ca.crt", from->namespace, from->secret);
	else if (!net_tls_check_pem(ca, cert && key ? cert : NULL, key, &err))
		err_prefix(&err, "secret %s/%s", from->namespace, from->secret);
	if (err_is_set(&err)) {
		it->err = err;
		return;
	}
	it->tls.ca_pem = mem_strdup(ca);
	it->tls.cert_pem = cert && key ? mem_strdup(cert) : NULL;
	it->tls.key_pem = cert && key ? mem_strdup(key) : NULL;
}

/* ---- trying ---- */

static const char *value_of(const struct kube_secret *secret, const char *key, const char *const *habits, size_t count)
{
	for (size_t i = 0; i < secret->data_count; i++)
		if (key && str_eq(secret->data[i].key, key))
			return secret->data[i].value;
	for (size_t j = 0; !key && j < count; j++)
		for (size_t i = 0; i < secret->data_count; i++)
			if (str_eq(secret->data[i].key, habits[j]))
				return secret->data[i].value;
	return NULL;
}

static void broker_credentials_try_on(struct source_credentials *it)
{
	it->next++;
	loop_timer_arm(it->timer, 0);
}

/* A right that is missing says more than a guessed name that is not there. */
static void broker_credentials_note(struct source_credentials *it, const struct err *err)
{
	if (err_is_set(err) && it->err.code != ERR_FORBIDDEN)
		it->err = *err;
}

static void broker_credentials_hand_out(struct source_credentials *it, const char *user, const char *password,
					const char *origin)
{
	it->options.on_found(it->options.data, user, password, origin, it->tls.ca_pem ? &it->tls : NULL);
}

static void on_secret(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct source_credentials *it = data;
	const struct source_credentials_candidate *candidate = &it->candidates.items[it->next];
	it->read = NULL;
	broker_credentials_note(it, err);
	if (!secret) {
		broker_credentials_try_on(it);
		return;
	}
	const char *user = candidate->user ? candidate->user
					   : value_of(secret, candidate->user_key, user_keys, ARRAY_LEN(user_keys));
	const char *password = candidate->password ? candidate->password
						   : value_of(secret, candidate->password_key, password_keys,
							      ARRAY_LEN(password_keys));
	if (user && password) {
		CLEANUP(free) char *origin = str_printf("secret %s/%s", candidate->namespace, candidate->secret);
		broker_credentials_hand_out(it, user, password, origin);
	} else {
		err_set(&it->err, ERR_NOT_FOUND, "secret %s/%s has no username and password", candidate->namespace,
			candidate->secret);
		broker_credentials_try_on(it);
	}
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

static void read_candidate(struct source_credentials *it, const struct source_credentials_candidate *candidate,
			   source_secret_read_fn *done)
{
	struct err err = {0};
	it->read = source_secret_read(it->options.client, candidate->namespace, candidate->secret, done, it, &err);
	if (!it->read)
		done(it, NULL, &err);
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

static void broker_credentials_on_timer(void *data)
{
	struct source_credentials *it = data;
	if (!it->tls.ca_pem && it->next_authority < it->authorities.len) {
		read_candidate(it, &it->authorities.items[it->next_authority], broker_credentials_on_authority);
		return;
	}
	if (it->next >= it->candidates.len || lacks_authority(it)) {
		it->options.on_none(it->options.data, &it->err);
		return;
	}
	const struct source_credentials_candidate *candidate = &it->candidates.items[it->next];
	if (candidate->secret)
		read_candidate(it, candidate, on_secret);
	else
		broker_credentials_hand_out(it, candidate->user, candidate->password, "the pod's environment");
}

struct source_credentials *source_credentials_seek(struct loop *loop, const struct source_credentials_options *options)
{
	struct source_credentials *it = mem_alloc(sizeof *it);
	it->options = *options;
	it->timer = loop_timer_create(loop, broker_credentials_on_timer, it);
	list_candidates(it);
	list_authorities(it);
	it->of_operator = options->found->rabbitmq != NULL;
	it->configured = options->configured != NULL;
	it->options.found = NULL;
	it->options.pod = NULL;
	it->options.configured = NULL;
	loop_timer_arm(it->timer, 0);
	return it;
}

void source_credentials_next(struct source_credentials *it)
{
	if (it->next < it->candidates.len)
		broker_credentials_try_on(it);
}

static void candidate_finish(struct source_credentials_candidate *candidate)
{
	free(candidate->namespace);
	free(candidate->secret);
	free(candidate->user_key);
	free(candidate->password_key);
	free(candidate->user);
	mem_free_secret(candidate->password);
}

void source_credentials_destroy(struct source_credentials *it)
{
	if (!it)
		return;
	source_secret_read_cancel(it->read);
	vec_each (&it->candidates, candidate)
		candidate_finish(candidate);
	vec_each (&it->authorities, authority)
		candidate_finish(authority);
	vec_finish(&it->candidates);
	vec_finish(&it->authorities);
	broker_credentials_forget_tls(it);
	loop_timer_destroy(it->timer);
	free(it);
}
