/* Where a RabbitMQ cluster's user and password may stand: what the operator's resource, the configuration and the pod's
 * own environment name, as values, keys of secrets and ConfigMaps, files of mounted ones, or whole ones. */
#include "api/model/sources/rabbitmq_candidates.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/sources/secret_read.h"

enum {
	PLACES_MAX = 32, /* read for one value: nobody means more, and a pod may name thousands */
	MOUNTS_MAX = 64, /* gone through for a rabbitmq.conf, with what the volumes of them hold */
};

static const char *const user_keys[] = {
	"username", "user", "rabbitmq-username", "default_user", "RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"};
static const char *const password_keys[] = {"password", "rabbitmq-password",     "default_pass",
					    "pass",     "RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"};

/* ---- places and values ---- */

static bool same_object(const struct source_place *a, const struct source_place *b)
{
	return a->kind == b->kind && str_eq(a->namespace, b->namespace) && str_eq(a->name, b->name);
}

static const char *object_word(const struct source_place *place)
{
	return place->kind == KUBE_SECRETS ? "secret" : "ConfigMap";
}

/* Of the two names one is given. */
static struct source_place place_make(const char *namespace, const char *secret, const char *config_map,
				      const char *key)
{
	return (struct source_place){.kind = secret ? KUBE_SECRETS : KUBE_CONFIG_MAPS,
				     .namespace = mem_strdup(namespace),
				     .name = mem_strdup(secret ? secret : config_map),
				     .key = mem_strdup(key)};
}

static void add_place(struct source_value *value, const char *namespace, const char *secret, const char *config_map,
		      const char *key)
{
	if ((!str_empty(secret) || !str_empty(config_map)) && value->places.len < PLACES_MAX)
		vec_push(&value->places, place_make(namespace, secret, config_map, key));
}

void source_place_finish(struct source_place *place)
{
	free(place->namespace);
	free(place->name);
	free(place->key);
}

static void value_finish(struct source_value *value)
{
	mem_free_secret(value->known);
	vec_each (&value->places, place)
		source_place_finish(place);
	vec_finish(&value->places);
}

static void candidate_finish(struct source_rabbitmq_candidate *candidate)
{
	value_finish(&candidate->user);
	value_finish(&candidate->password);
}

static bool can_be_known(const struct source_value *value)
{
	return value->known || value->places.len;
}

static void add_candidate(struct source_rabbitmq_candidates *to, struct source_rabbitmq_candidate *candidate)
{
	if (can_be_known(&candidate->user) && can_be_known(&candidate->password))
		vec_push(&to->items, *candidate);
	else
		candidate_finish(candidate);
}

void source_rabbitmq_candidates_add(struct source_rabbitmq_candidates *candidates, char *user, char *password)
{
	add_candidate(candidates, &(struct source_rabbitmq_candidate){{.known = user}, {.known = password}});
}

/* ---- a secret that holds both ---- */

static bool is_listed(const struct source_rabbitmq_candidates *candidates, const struct source_place *object)
{
	vec_each (&candidates->items, candidate)
		vec_each (&candidate->password.places, place)
			if (same_object(place, object))
				return true;
	return false;
}

static void add_secret(struct source_rabbitmq_candidates *to, const char *namespace, const char *secret,
		       const char *user_key, const char *password_key)
{
	struct source_rabbitmq_candidate candidate = {0};
	const struct source_place object = {KUBE_SECRETS, (char *)namespace, (char *)secret, NULL};
	if (str_empty(secret) || is_listed(to, &object))
		return;
	add_place(&candidate.user, namespace, secret, NULL, user_key);
	add_place(&candidate.password, namespace, secret, NULL, password_key);
	add_candidate(to, &candidate);
}

static void add_configured(struct source_rabbitmq_candidates *to, const char *namespace, const char *configured)
{
	const char *slash = configured ? strchr(configured, '/') : NULL;
	CLEANUP(free) char *own = slash ? mem_strndup(configured, (size_t)(slash - configured)) : NULL;
	add_secret(to, slash ? own : namespace, slash ? slash + 1 : configured, NULL, NULL);
}

/* ---- the environment ---- */

/* What the official image and the charts call the two. */
static const char *const user_names[] = {"RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"};
static const char *const password_names[] = {"RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"};
enum { NAME_COUNT = ARRAY_LEN(user_names) };

static void take_env(struct source_value *value, const char *namespace, const struct kube_env *env)
{
	if (env && env->value)
		value->known = mem_strdup(env->value);
	else if (env)
		add_place(value, namespace, env->secret_name, env->config_map_name, env->key);
}

/* Without a prefix the usual keys are looked for; with one the key is what of the variable's name stands behind it. */
static void add_whole(struct source_value *value, const char *namespace, const struct kube_env_from *from,
		      const char *const names[NAME_COUNT])
{
	bool plain = str_empty(from->prefix);
	for (size_t i = 0; i < (plain ? 1 : NAME_COUNT); i++)
		if (plain || str_has_prefix(names[i], from->prefix))
			add_place(value, namespace, from->secret_name, from->config_map_name,
				  plain ? NULL : names[i] + strlen(from->prefix));
}

/* Of two that name the same variable the later one counts. */
static void take_whole(struct source_value *value, const char *namespace, const struct kube_container *container,
		       const char *const names[NAME_COUNT])
{
	for (size_t i = container->env_from_count; !value->known && i-- > 0;)
		add_whole(value, namespace, &container->env_from[i], names);
}

static void take_named_user(struct source_value *user, const char *namespace, const struct kube_container *container)
{
	take_env(user, namespace, kube_env(container, user_names, NAME_COUNT));
	take_whole(user, namespace, container, user_names);
}

static const struct kube_volume_source *mounted_volume(const struct kube_pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->volume_count; i++)
		if (str_eq(pod->volumes[i].name, name))
			return &pod->volumes[i];
	return NULL;
}

/* The volume that the file is in: of the mounts above it the nearest. */
static const struct kube_volume_source *volume_of(const struct kube_pod *pod, const struct kube_container *container,
						  const char *path)
{
	const struct kube_mount *nearest = NULL;
	size_t longest = 0;
	for (size_t i = 0; i < container->mount_count; i++) {
		const char *at = str_or(container->mounts[i].mount_path, "");
		size_t len = strlen(at);
		while (len && at[len - 1] == '/')
			len--;
		if (len < longest || strncmp(path, at, len) != 0 || (path[len] != '/' && path[len]))
			continue;
		longest = len;
		nearest = &container->mounts[i];
	}
	return nearest ? mounted_volume(pod, nearest->name) : NULL;
}

/* The key that becomes a file of that name; NULL = none does. */
static const char *key_of_file(const struct kube_projection *projection, const char *name)
{
	for (size_t i = 0; i < projection->file_count; i++)
		if (str_eq(projection->files[i].path, name))
			return projection->files[i].key;
	return projection->file_count ? NULL : name;
}

/* As charts keep it: a secret is mounted, and the environment says where. */
static void take_mounted(struct source_value *password, const char *namespace, const struct kube_pod *pod,
			 const struct kube_container *container)
{
	static const char *const names[] = {"RABBITMQ_DEFAULT_PASS_FILE", "RABBITMQ_PASSWORD_FILE"};
	const struct kube_env *file = kube_env(container, names, ARRAY_LEN(names));
	const char *name = file && file->value ? strrchr(file->value, '/') : NULL;
	const struct kube_volume_source *volume = name ? volume_of(pod, container, file->value) : NULL;
	for (size_t i = 0; volume && i < volume->projection_count; i++) {
		const struct kube_projection *projection = &volume->projections[i];
		const char *key = key_of_file(projection, name + 1);
		if (key)
			add_place(password, namespace, projection->secret_name, projection->config_map_name, key);
	}
}

/* Several that are the environment as a whole may each hold a password by habit, and not all of them RabbitMQ's: each is
 * tried with the user in it. */
static void add_each_whole(struct source_rabbitmq_candidates *to, const char *namespace,
			   const struct kube_container *container)
{
	size_t count = container->env_from_count, first = count > PLACES_MAX ? count - PLACES_MAX : 0;
	for (size_t i = count; count > 1 && i-- > first;) {
		const struct kube_env_from *from = &container->env_from[i];
		struct source_rabbitmq_candidate each = {0};
		take_env(&each.user, namespace, kube_env(container, user_names, NAME_COUNT));
		if (!can_be_known(&each.user))
			add_whole(&each.user, namespace, from, user_names);
		add_whole(&each.password, namespace, from, password_names);
		add_candidate(to, &each);
	}
}

static void add_environment(struct source_rabbitmq_candidates *to, const char *namespace, const struct kube_pod *pod,
			    const struct kube_container *container)
{
	struct source_rabbitmq_candidate named = {0}, mounted = {0}, whole = {0};
	take_named_user(&named.user, namespace, container);
	take_env(&named.password, namespace, kube_env(container, password_names, NAME_COUNT));
	take_named_user(&mounted.user, namespace, container);
	take_mounted(&mounted.password, namespace, pod, container);
	take_named_user(&whole.user, namespace, container);
	take_whole(&whole.password, namespace, container, password_names);
	/* Where nothing names the user it stands beside the password. */
	for (size_t i = 0; !can_be_known(&mounted.user) && i < mounted.password.places.len; i++) {
		const struct source_place *place = &mounted.password.places.items[i];
		bool is_secret = place->kind == KUBE_SECRETS;
		add_place(&mounted.user, namespace, is_secret ? place->name : NULL, is_secret ? NULL : place->name,
			  NULL);
	}
	add_candidate(to, &named);
	add_candidate(to, &mounted);
	add_candidate(to, &whole);
	add_each_whole(to, namespace, container);
}

/* ---- rabbitmq.conf ---- */

/* Where the broker reads its configuration from. What secrets are mounted elsewhere is not read. */
static bool may_hold_conf(const char *path, bool is_secret)
{
	static const char usual[] = "/etc/rabbitmq";
	if (!path || !strstr(path, "rabbitmq"))
		return false;
	const char *rest = str_has_prefix(path, usual) ? path + strlen(usual) : "?";
	return !is_secret || strstr(path, "conf") || str_eq(rest, "") || str_eq(rest, "/");
}

static void add_config(struct source_rabbitmq_candidates *to, const char *namespace,
		       const struct kube_projection *projection)
{
	struct source_place found = place_make(namespace, projection->secret_name, projection->config_map_name, NULL);
	bool known = is_listed(to, &found);
	vec_each (&to->configs, config)
		known |= same_object(config, &found);
	if (known)
		source_place_finish(&found);
	else
		vec_push(&to->configs, found);
}

static void list_configs(struct source_rabbitmq_candidates *to, const char *namespace, const struct kube_pod *pod,
			 const struct kube_container *container)
{
	size_t left = MOUNTS_MAX;
	for (size_t i = 0; i < container->mount_count && left; i++) {
		const char *path = container->mounts[i].mount_path;
		if (!may_hold_conf(path, false))
			continue;
		left--;
		const struct kube_volume_source *volume = mounted_volume(pod, container->mounts[i].name);
		for (size_t j = 0; volume && j < volume->projection_count && left; j++, left--)
			if (may_hold_conf(path, volume->projections[j].secret_name != NULL))
				add_config(to, namespace, &volume->projections[j]);
	}
}

/* ---- all of it ---- */

void source_rabbitmq_candidates_find(const struct source_found_cluster *found, const struct kube_pod *pod,
				     const char *configured, struct source_rabbitmq_candidates *candidates)
{
	const struct kube_container *container = source_discover_pod_container(WORLD_BROKER_RABBITMQ, pod);
	CLEANUP(free) char *by_habit = str_printf("%s-default-user", found->name);
	*candidates = (struct source_rabbitmq_candidates){0};
	if (found->rabbitmq)
		add_secret(candidates, found->namespace, found->rabbitmq->secret_name, found->rabbitmq->secret_user_key,
			   found->rabbitmq->secret_password_key);
	add_configured(candidates, found->namespace, configured);
	if (container)
		add_environment(candidates, found->namespace, pod, container);
	add_secret(candidates, found->namespace, by_habit, NULL, NULL);
	if (container)
		list_configs(candidates, found->namespace, pod, container);
}

void source_rabbitmq_candidates_finish(struct source_rabbitmq_candidates *candidates)
{
	vec_each (&candidates->items, candidate)
		candidate_finish(candidate);
	vec_each (&candidates->configs, config)
		source_place_finish(config);
	vec_finish(&candidates->items);
	vec_finish(&candidates->configs);
}

/* ---- reading them ---- */

static const struct source_place *place_of(const struct source_value *value)
{
	return !value->known && value->next < value->places.len ? &value->places.items[value->next] : NULL;
}

const struct source_place *source_rabbitmq_candidate_place(const struct source_rabbitmq_candidate *candidate,
							   bool *complete)
{
	const struct source_place *user = place_of(&candidate->user);
	*complete = candidate->user.known && candidate->password.known;
	if (!candidate->user.known)
		return user;
	return place_of(&candidate->password);
}

static void take_from_object(struct source_value *value, const struct source_place *read,
			     const struct kube_secret *object, const char *const *habits, size_t count,
			     const char *what, struct err *err)
{
	const struct source_place *place = place_of(value);
	if (!place || !same_object(place, read))
		return;
	if (object)
		value->known = mem_strdup(place->key ? source_secret_value(object, place->key)
						     : source_secret_first(object, habits, count));
	if (value->known)
		return;
	value->next++;
	if (object)
		err_set(err, ERR_NOT_FOUND, "%s %s/%s has no %s", object_word(place), place->namespace, place->name,
			place->key ? place->key : what);
}

void source_rabbitmq_candidate_take(struct source_rabbitmq_candidate *candidate, const struct kube_secret *object,
				    struct err *err)
{
	bool complete;
	const struct source_place *place = source_rabbitmq_candidate_place(candidate, &complete);
	if (!place)
		return;
	const struct source_place read = *place;
	take_from_object(&candidate->user, &read, object, user_keys, ARRAY_LEN(user_keys), "user name", err);
	take_from_object(&candidate->password, &read, object, password_keys, ARRAY_LEN(password_keys), "password", err);
}

void source_rabbitmq_candidate_forget(struct source_rabbitmq_candidate *candidate)
{
	mem_free_secret(candidate->user.known);
	mem_free_secret(candidate->password.known);
	candidate->user.known = candidate->password.known = NULL;
}

char *source_rabbitmq_candidate_origin(const struct source_rabbitmq_candidate *candidate)
{
	const struct source_value *value = candidate->password.places.len ? &candidate->password : &candidate->user;
	if (value->next >= value->places.len)
		return mem_strdup("the pod's environment or its rabbitmq.conf");
	const struct source_place *place = &value->places.items[value->next];
	return str_printf("%s %s/%s", object_word(place), place->namespace, place->name);
}
