/* Which files there are and how they are merged: the first file that defines a name wins, as a whole. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/kube/config/kubeconfig_private.h"

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

void kubeconfig_free_list(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}

void kubeconfig_destroy(struct kubeconfig *config)
{
	if (!config)
		return;
	vec_each (&config->files, file)
		kubeconfig_file_finish(file);
	vec_each (&config->clusters, entry)
		free(entry->name);
	vec_each (&config->users, entry)
		free(entry->name);
	vec_each (&config->contexts, context) {
		free(context->name);
		free(context->cluster);
		free(context->user);
		free(context->namespace);
	}
	vec_finish(&config->files);
	vec_finish(&config->clusters);
	vec_finish(&config->users);
	vec_finish(&config->contexts);
	free(config->current);
	free(config->namespace);
	free(config->as);
	kubeconfig_free_list(config->as_groups);
	free(config->service_account_dir);
	free(config);
}

static void free_variables(struct kube_variable *variables, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(variables[i].name);
		mem_free_secret(variables[i].value);
	}
	free(variables);
}

void kubeconfig_free_exec(struct kube_exec_plugin *plugin)
{
	if (!plugin)
		return;
	free(plugin->api_version);
	free(plugin->command);
	free(plugin->file);
	kubeconfig_free_list(plugin->args);
	free_variables(plugin->env, plugin->env_count);
	free(plugin->install_hint);
	free(plugin->cluster_config);
	free(plugin);
}

void kube_access_destroy(struct kube_access *access)
{
	if (!access)
		return;
	char *plain[] = {
		access->context,  access->cluster,         access->user,      access->namespace, access->server,
		access->ca_pem,   access->tls_server_name, access->proxy_url, access->cert_pem,  access->cert_file,
		access->key_file, access->token_file,      access->username,  access->as,        access->as_uid,
		access->key_pem,  access->token,           access->password};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		mem_free_secret(plain[i]);
	kubeconfig_free_list(access->as_groups);
	free_variables(access->as_extra, access->as_extra_count);
	kubeconfig_free_exec(access->exec);
	free(access);
}

/* ---- merging ---- */

static bool add_context(struct kubeconfig *config, struct kubeconfig_file *file, char *name, yaml_node_t *body,
			struct err *err)
{
	struct kubeconfig_context context = {.name = name};
	vec_each (&config->contexts, known) {
		if (!str_eq(known->name, name))
			continue;
		free(name);
		return true;
	}
	bool read = kubeconfig_get_text(file, body, "cluster", &context.cluster, err) &&
		    kubeconfig_get_text(file, body, "user", &context.user, err) &&
		    kubeconfig_get_text(file, body, "namespace", &context.namespace, err);
	vec_push(&config->contexts, context);
	return read;
}

static bool kubeconfig_is_known(const struct kubeconfig_entry *entries, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(entries[i].name, name))
			return true;
	return false;
}

static bool add_entry(struct kubeconfig *config, bool is_user, size_t file, char *name, yaml_node_t *body)
{
	struct kubeconfig_entry entry = {.name = name, .file = file, .node = body};
	if (is_user ? kubeconfig_is_known(config->users.items, config->users.len, name)
		    : kubeconfig_is_known(config->clusters.items, config->clusters.len, name)) {
		free(name);
		return true;
	}
	if (is_user)
		vec_push(&config->users, entry);
	else
		vec_push(&config->clusters, entry);
	return true;
}

/* Between files the first one wins; within a list of one file client-go refuses (tools/clientcmd/api/v1/conversion.go). */
static bool names_are_single(struct kubeconfig_file *file, const yaml_node_t *list, const char *list_name,
			     struct err *err)
{
	struct map seen = MAP_INIT;
	yaml_node_t *item;
	bool single = true;
	for (size_t i = 0; single && (item = kubeconfig_item(file, list, i)); i++) {
		const char *name = str_or(kubeconfig_scalar(kubeconfig_member(file, item, "name")), "");
		const yaml_node_t *first = map_set(&seen, name, item);
		single = !first ||
			 kubeconfig_wrong(file, item, err, "%s has %s a second time, after line %zu", list_name,
					  str_or(name, "an entry without a name"), first->start_mark.line + 1);
	}
	map_finish(&seen);
	return single;
}

static bool kubeconfig_merge_list(struct kubeconfig *config, size_t at, const char *list_name, const char *body_name,
				  struct err *err)
{
	struct kubeconfig_file *file = &config->files.items[at];
	const yaml_node_t *list = kubeconfig_member(file, kubeconfig_root(file), list_name), *item;
	if (list && list->type != YAML_SEQUENCE_NODE)
		return kubeconfig_wrong(file, list, err, "%s must be a list", list_name);
	if (!names_are_single(file, list, list_name, err))
		return false;
	for (size_t i = 0; (item = kubeconfig_item(file, list, i)); i++) {
		char *name = NULL;
		yaml_node_t *body = kubeconfig_member(file, item, body_name);
		if (body && body->type != YAML_MAPPING_NODE)
			return kubeconfig_wrong(file, body, err, "%s must be a mapping", body_name);
		if (!kubeconfig_get_text(file, item, "name", &name, err))
			return false;
		if (!name)
			return kubeconfig_wrong(file, item, err, "an entry of %s has no name", list_name);
		bool added = str_eq(body_name, "context")
				     ? add_context(config, file, name, body, err)
				     : add_entry(config, str_eq(body_name, "user"), at, name, body);
		if (!added)
			return false;
	}
	return true;
}

static bool kubeconfig_merge_files(struct kubeconfig *config, size_t at, struct err *err)
{
	char *current = NULL;
	struct kubeconfig_file *file = &config->files.items[at];
	if (!kubeconfig_merge_list(config, at, "clusters", "cluster", err) ||
	    !kubeconfig_merge_list(config, at, "users", "user", err) ||
	    !kubeconfig_merge_list(config, at, "contexts", "context", err) ||
	    !kubeconfig_get_text(file, kubeconfig_root(file), "current-context", &current, err))
		return false;
	if (config->current)
		free(current);
	else
		config->current = current;
	return true;
}

/* ---- where to look ---- */

static bool take_file(struct kubeconfig *config, const char *path, bool must_exist, struct err *err)
{
	vec_each (&config->files, known)
		if (str_eq(known->path, path))
			return true;
	struct kubeconfig_file file = {0};
	bool missing;
	bool read = kubeconfig_file_read(&file, path, &missing, err);
	if (read && missing)
		return !must_exist ||
		       err_set(err, ERR_CONFIG, "%s, given with --kubeconfig, is missing or empty", path);
	if (!read) {
		kubeconfig_file_finish(&file);
		return false;
	}
	vec_push(&config->files, file);
	return kubeconfig_merge_files(config, config->files.len - 1, err);
}

static bool kubeconfig_take_text(struct kubeconfig *config, const char *text, struct err *err)
{
	struct kubeconfig_file file;
	bool parsed = kubeconfig_file_parse(&file, "kubeconfig", text, strlen(text), err);
	vec_push(&config->files, file);
	return parsed && kubeconfig_merge_files(config, 0, err);
}

/* $KUBECONFIG's list, else ~/.kube/config. `looked_at` collects the names for the error. */
static bool take_default_files(struct kubeconfig *config, struct buf *looked_at, struct err *err)
{
	const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
	if (str_empty(list)) {
		CLEANUP(free) char *path = str_printf("%s/.kube/config", str_or(home, ""));
		buf_append_str(looked_at, path);
		return take_file(config, path, false, err);
	}
	while (*list) {
		size_t len = strcspn(list, ":");
		CLEANUP(free) char *path = mem_strndup(list, len);
		list += len + (list[len] == ':');
		if (len == 0)
			continue;
		buf_printf(looked_at, "%s%s", looked_at->len ? ", " : "", path);
		if (!take_file(config, path, false, err))
			return false;
	}
	return true;
}

static bool take_service_account(struct kubeconfig *config, const struct kubeconfig_options *options)
{
	const char *folder = str_or(options->service_account_dir, SERVICE_ACCOUNT);
	CLEANUP(free) char *token = str_printf("%s/token", folder);
	if (str_empty(getenv("KUBERNETES_SERVICE_HOST")) || str_empty(getenv("KUBERNETES_SERVICE_PORT")) ||
	    access(token, R_OK) < 0)
		return false;
	config->service_account_dir = mem_strdup(folder);
	struct kubeconfig_context context = {.name = mem_strdup("in-cluster"),
					     .cluster = mem_strdup("in-cluster"),
					     .user = mem_strdup("service account")};
	vec_push(&config->contexts, context);
	free(config->current);
	config->current = mem_strdup("in-cluster");
	return true;
}

static bool take_all(struct kubeconfig *config, const struct kubeconfig_options *options, struct err *err)
{
	struct buf looked_at = BUF_INIT(ERR_TEXT_MAX / 2);
	bool done;
	if (options->text)
		done = kubeconfig_take_text(config, options->text, err);
	else if (options->kubeconfig)
		done = take_file(config, options->kubeconfig, true, err);
	else
		done = take_default_files(config, &looked_at, err);
	if (done && config->files.len == 0 && !take_service_account(config, options))
		done = err_set(err, ERR_CONFIG,
			       "no kubeconfig found: looked at %s%s, and this is not a pod with a service account. Set "
			       "--kubeconfig or $KUBECONFIG, or try `mqdeck --demo`, which needs none",
			       looked_at.len ? buf_str(&looked_at) : "no file",
			       str_empty(getenv("KUBECONFIG")) ? "" : " (from $KUBECONFIG)");
	buf_finish(&looked_at);
	return done;
}

static char **copy_list(const char *const *list)
{
	size_t count = 0;
	while (list && list[count])
		count++;
	if (count == 0)
		return NULL;
	char **copy = mem_alloc((count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = mem_strdup(list[i]);
	return copy;
}

struct kubeconfig *kubeconfig_load(const struct kubeconfig_options *options, struct err *err)
{
	CLEANUP(kubeconfig_destroy) struct kubeconfig *config = mem_alloc(sizeof *config);
	if (!take_all(config, options, err))
		return NULL;
	if (options->context) {
		free(config->current);
		config->current = mem_strdup(options->context);
	}
	config->namespace = mem_strdup(options->namespace);
	config->as = mem_strdup(options->as);
	config->as_groups = copy_list(options->as_groups);
	config->request_timeout_ms = options->request_timeout_ms;
	struct kubeconfig *done = config;
	config = NULL;
	return done;
}

/* ---- contexts ---- */

size_t kubeconfig_context_count(const struct kubeconfig *config)
{
	return config->contexts.len;
}

const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index)
{
	return config->contexts.items[index].name;
}

const char *kubeconfig_context_cluster(const struct kubeconfig *config, size_t index)
{
	return config->contexts.items[index].cluster;
}

const char *kubeconfig_context_user(const struct kubeconfig *config, size_t index)
{
	return config->contexts.items[index].user;
}

const char *kubeconfig_context_namespace(const struct kubeconfig *config, size_t index)
{
	return config->contexts.items[index].namespace;
}

const char *kubeconfig_current_context(const struct kubeconfig *config)
{
	return config->current;
}
