#include "api/model/credentials.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client.h"
#include "api/kube/decode.h"

enum { BODY_MAX = 2 * 1024 * 1024 };

struct candidate {
	char *namespace, *secret;      /* NULL: both values are given */
	char *user_key, *password_key; /* NULL = by habit */
	char *user, *password;         /* given in clear where they are not in the secret */
};

struct credentials {
	struct credentials_options options;
	struct loop_timer *timer; /* so that nothing is called from inside a call */
	VEC(struct candidate) candidates;
	size_t next;
	struct kube_request *request;
	struct err err; /* of the last one that failed */
};

static const char *const user_keys[] = {"username", "user", "rabbitmq-username", "default_user"};
static const char *const password_keys[] = {"password", "rabbitmq-password", "default_pass", "pass"};

/* ---- what to try ---- */

static void add_secret(struct credentials *it, const char *namespace, const char *secret, const char *user_key,
		       const char *password_key)
{
	if (str_empty(secret))
		return;
	for (size_t i = 0; i < it->candidates.len; i++)
		if (str_eq(it->candidates.items[i].secret, secret) &&
		    str_eq(it->candidates.items[i].namespace, namespace))
			return;
	vec_push(&it->candidates, (struct candidate){
					  .namespace = mem_strdup(namespace),
					  .secret = mem_strdup(secret),
					  .user_key = mem_strdup(user_key),
					  .password_key = mem_strdup(password_key),
				  });
}

static void add_configured(struct credentials *it, const char *namespace, const char *configured)
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

static void add_environment(struct credentials *it, const char *namespace, const struct kube_pod *pod)
{
	static const char *const users[] = {"RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"};
	static const char *const passwords[] = {"RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"};
	const struct kube_container *container =
		pod ? discover_container(BROKER_RABBITMQ, pod->containers, pod->container_count) : NULL;
	const struct kube_env *user = container ? env_named(container, users, ARRAY_LEN(users)) : NULL;
	const struct kube_env *password = container ? env_named(container, passwords, ARRAY_LEN(passwords)) : NULL;
	if (!user || !password || !(password->secret_name || password->value))
		return;
	vec_push(&it->candidates,
		 (struct candidate){
			 .namespace = mem_strdup(namespace),
			 .secret = mem_strdup(password->secret_name ? password->secret_name : user->secret_name),
			 .user_key = mem_strdup(user->secret_key),
			 .password_key = mem_strdup(password->secret_key),
			 .user = mem_strdup(user->value),
			 .password = mem_strdup(password->value),
		 });
}

static void list_candidates(struct credentials *it)
{
	const struct found_cluster *found = it->options.found;
	if (found->rabbitmq)
		add_secret(it, found->namespace, found->rabbitmq->secret_name, found->rabbitmq->secret_user_key,
			   found->rabbitmq->secret_password_key);
	add_configured(it, found->namespace, it->options.configured);
	add_environment(it, found->namespace, it->options.pod);
	CLEANUP(free) char *by_habit = str_printf("%s-default-user", found->name);
	add_secret(it, found->namespace, by_habit, NULL, NULL);
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

static void try_on(struct credentials *it)
{
	it->next++;
	loop_timer_arm(it->timer, 0);
}

static void on_secret(void *data, const struct kube_result *result)
{
	struct credentials *it = data;
	const struct candidate *candidate = &it->candidates.items[it->next];
	struct kube_secret *secret = NULL;
	it->request = NULL;
	/* A right that is missing says more than a guessed name that is not there. */
	if (err_is_set(&result->err) && it->err.code != ERR_FORBIDDEN)
		it->err = result->err;
	if (!err_is_set(&result->err))
		secret = kube_decode(KUBE_SECRETS, result->http->body, result->http->body_len, &it->err);
	if (!secret) {
		try_on(it);
		return;
	}
	const char *user = candidate->user ? candidate->user
					   : value_of(secret, candidate->user_key, user_keys, ARRAY_LEN(user_keys));
	const char *password = candidate->password ? candidate->password
						   : value_of(secret, candidate->password_key, password_keys,
							      ARRAY_LEN(password_keys));
	if (user && password) {
		CLEANUP(free) char *origin = str_printf("secret %s/%s", candidate->namespace, candidate->secret);
		it->options.on_found(it->options.data, user, password, origin);
	} else {
		err_set(&it->err, ERR_NOT_FOUND, "secret %s/%s holds no user and password", candidate->namespace,
			candidate->secret);
		try_on(it);
	}
	kube_record_free_secret(secret);
}

static void on_timer(void *data)
{
	struct credentials *it = data;
	if (it->next >= it->candidates.len) {
		it->options.on_none(it->options.data, &it->err);
		return;
	}
	const struct candidate *candidate = &it->candidates.items[it->next];
	if (!candidate->secret) {
		it->options.on_found(it->options.data, candidate->user, candidate->password, "the pod's environment");
		return;
	}
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){
		.version = "v1", .resource = "secrets", .namespace = candidate->namespace, .name = candidate->secret});
	it->request = kube_request(
		it->options.client,
		&(struct kube_call){.path = path, .body_max = BODY_MAX, .on_done = on_secret, .data = it}, &it->err);
	if (!it->request)
		try_on(it);
}

struct credentials *credentials_seek(struct loop *loop, const struct credentials_options *options)
{
	struct credentials *it = mem_alloc(sizeof *it);
	it->options = *options;
	it->timer = loop_timer_create(loop, on_timer, it);
	list_candidates(it);
	it->options.found = NULL;
	it->options.pod = NULL;
	it->options.configured = NULL;
	loop_timer_arm(it->timer, 0);
	return it;
}

void credentials_next(struct credentials *it)
{
	if (it->next < it->candidates.len)
		try_on(it);
}

void credentials_destroy(struct credentials *it)
{
	if (!it)
		return;
	kube_request_cancel(it->request);
	vec_each (&it->candidates, candidate) {
		free(candidate->namespace);
		free(candidate->secret);
		free(candidate->user_key);
		free(candidate->password_key);
		free(candidate->user);
		mem_free_secret(candidate->password);
	}
	vec_finish(&it->candidates);
	loop_timer_destroy(it->timer);
	free(it);
}
