/* From a context's name to a struct kube_access that holds everything a client needs, with all files read and all
 * contradictions found. Credentials for a server without TLS are dropped here. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/config/kubeconfig_private.h"
#include "api/kube/records/field_table.h"
#include "api/net/http.h"

DEFINE_CLEANUP(char **, kubeconfig_free_list);

enum { PEM_MAX = 256 * 1024, EXTENSION_MAX = 64 * 1024 };

/* Where the parts of one entry are read from. */
struct kubeconfig_source {
	struct kubeconfig_file *file;
	const yaml_node_t *node;
	struct err *err;
};

static bool resolve_plain_text(const struct kubeconfig_source *source, const char *name, char **out)
{
	return kubeconfig_get_text(source->file, source->node, name, out, source->err);
}

/* A path of the file, relative to the file's folder. */
static bool path_text(const struct kubeconfig_source *source, const char *name, char **out)
{
	if (!resolve_plain_text(source, name, out))
		return false;
	if (*out && (*out)[0] != '/') {
		char *absolute = str_printf("%s/%s", source->file->folder, *out);
		free(*out);
		*out = absolute;
	}
	return true;
}

static bool decode_pem(const struct kubeconfig_source *source, const char *name, char **pem)
{
	const yaml_node_t *node = kubeconfig_member(source->file, source->node, name);
	if (!*pem)
		return true;
	size_t len = strlen(*pem);
	char *plain = mem_alloc(len + 1);
	int64_t plain_len = kube_base64(*pem, len, (unsigned char *)plain);
	mem_free_secret(*pem);
	*pem = plain;
	if (plain_len < 0 || memchr(plain, 0, (size_t)plain_len))
		return kubeconfig_wrong(source->file, node, source->err, "%s is not base64-encoded PEM", name);
	plain[plain_len] = '\0';
	return true;
}

static bool read_pem_file(const char *path, char **out, struct err *err)
{
	struct buf content = {0};
	bool read = kubeconfig_slurp("the file", FILE_ANYBODYS, path, PEM_MAX, &content, err);
	if (read)
		*out = buf_take(&content);
	buf_finish_secret(&content);
	return read;
}

/* NAME-data (base64, wins nothing: both is an error) or NAME (a file). file_out may be NULL. */
static bool pem(const struct kubeconfig_source *source, const char *name, char **out, char **file_out)
{
	CLEANUP(free) char *data_name = str_printf("%s-data", name), *path = NULL;
	if (!resolve_plain_text(source, data_name, out) || !path_text(source, name, &path))
		return false;
	if (*out && path)
		return kubeconfig_wrong(source->file, source->node, source->err, "both %s and %s are set", name,
					data_name);
	if (!path)
		return decode_pem(source, data_name, out);
	if (file_out)
		*file_out = mem_strdup(path);
	return read_pem_file(path, out, source->err) ||
	       kubeconfig_wrong(source->file, kubeconfig_member(source->file, source->node, name), source->err,
				"%s: %.300s", name, source->err ? source->err->text : "");
}

/* ---- cluster ---- */

/* Without a scheme TLS is what is configured for it (client-go rest/url_utils.go). */
static void clean_server(char **server, bool tls)
{
	char *url =
		strstr(*server, "://") ? mem_strdup(*server) : str_printf("%s://%s", tls ? "https" : "http", *server);
	url[strcspn(url, "?#")] = '\0';
	for (size_t len = strlen(url); len > 0 && url[len - 1] == '/'; len--)
		url[len - 1] = '\0';
	free(*server);
	*server = url;
}

static bool exec_extension(const struct kubeconfig_source *source, struct kube_access *access)
{
	const yaml_node_t *list = kubeconfig_member(source->file, source->node, "extensions"), *item;
	for (size_t i = 0; access->exec && (item = kubeconfig_item(source->file, list, i)); i++) {
		const yaml_node_t *value = kubeconfig_member(source->file, item, "extension");
		if (!value || !str_eq(kubeconfig_scalar(kubeconfig_member(source->file, item, "name")),
				      "client.authentication.k8s.io/exec"))
			continue;
		struct buf json = BUF_INIT(EXTENSION_MAX);
		bool done = kubeconfig_append_json(source->file, value, &json, source->err);
		access->exec->cluster_config = buf_take(&json);
		return done;
	}
	return true;
}

static bool resolve_cluster(const struct kubeconfig_source *source, struct kube_access *access)
{
	if (!resolve_plain_text(source, "server", &access->server))
		return false;
	if (!access->server)
		return kubeconfig_wrong(source->file, source->node, source->err, "cluster %s has no server",
					access->cluster);
	if (!pem(source, "certificate-authority", &access->ca_pem, NULL) ||
	    !kubeconfig_get_bool(source->file, source->node, "insecure-skip-tls-verify", &access->insecure,
				 source->err) ||
	    !kubeconfig_get_bool(source->file, source->node, "disable-compression", &access->disable_compression,
				 source->err) ||
	    !resolve_plain_text(source, "tls-server-name", &access->tls_server_name) ||
	    !resolve_plain_text(source, "proxy-url", &access->proxy_url) || !exec_extension(source, access))
		return false;
	clean_server(&access->server, access->insecure || access->ca_pem || access->cert_pem);
	if (access->insecure && access->ca_pem)
		return kubeconfig_wrong(source->file, source->node, source->err,
					"cluster %s has both a certificate-authority and insecure-skip-tls-verify",
					access->cluster);
	return true;
}

/* ---- user ---- */

static bool resolve_variables(const struct kubeconfig_source *source, const yaml_node_t *list,
			      struct kube_variable **out, size_t *count)
{
	const yaml_node_t *item;
	for (size_t i = 0; (item = kubeconfig_item(source->file, list, i)); i++) {
		*out = mem_resize(*out, i + 1, sizeof **out);
		(*out)[i] = (struct kube_variable){0};
		*count = i + 1;
		if (!kubeconfig_get_text(source->file, item, "name", &(*out)[i].name, source->err) ||
		    !kubeconfig_get_text(source->file, item, "value", &(*out)[i].value, source->err))
			return false;
		if (!(*out)[i].name)
			return kubeconfig_wrong(source->file, item, source->err, "an environment variable has no name");
	}
	return true;
}

static bool interactive_mode(const struct kubeconfig_source *exec, struct kube_exec_plugin *plugin)
{
	static const char *const modes[] = {"Never", "IfAvailable", "Always"};
	const char *mode = kubeconfig_scalar(kubeconfig_member(exec->file, exec->node, "interactiveMode"));
	plugin->interactive = KUBE_INTERACTIVE_IF_AVAILABLE;
	if (!mode && str_has_suffix(plugin->api_version, "/v1"))
		return kubeconfig_wrong(exec->file, exec->node, exec->err, "interactiveMode is missing");
	for (size_t i = 0; mode && i < ARRAY_LEN(modes); i++) {
		if (!str_eq(mode, modes[i]))
			continue;
		plugin->interactive = (enum kube_interactive)i;
		return true;
	}
	return !mode || kubeconfig_wrong(exec->file, kubeconfig_member(exec->file, exec->node, "interactiveMode"),
					 exec->err, "interactiveMode must be Never, IfAvailable or Always");
}

static bool resolve_exec(const struct kubeconfig_source *user, struct kube_access *access)
{
	struct kubeconfig_source exec = {user->file, kubeconfig_member(user->file, user->node, "exec"), user->err};
	if (!exec.node)
		return true;
	struct kube_exec_plugin *plugin = access->exec = mem_alloc(sizeof *plugin);
	if (!resolve_plain_text(&exec, "apiVersion", &plugin->api_version) ||
	    !resolve_plain_text(&exec, "command", &plugin->command) ||
	    !resolve_plain_text(&exec, "installHint", &plugin->install_hint) ||
	    !kubeconfig_get_list(exec.file, exec.node, "args", &plugin->args, exec.err) ||
	    !kubeconfig_get_bool(exec.file, exec.node, "provideClusterInfo", &plugin->provide_cluster_info, exec.err) ||
	    !resolve_variables(&exec, kubeconfig_member(exec.file, exec.node, "env"), &plugin->env, &plugin->env_count))
		return false;
	if (!plugin->command)
		return kubeconfig_wrong(exec.file, exec.node, exec.err, "exec of user %s has no command", access->user);
	if (!str_eq(plugin->api_version, "client.authentication.k8s.io/v1") &&
	    !str_eq(plugin->api_version, "client.authentication.k8s.io/v1beta1"))
		return kubeconfig_wrong(
			exec.file, exec.node, exec.err,
			"exec of user %s: apiVersion must be client.authentication.k8s.io/v1 or /v1beta1",
			access->user);
	plugin->file = mem_strdup(exec.file->path);
	if (exec.file->mode & 022)
		return err_set(
			exec.err, ERR_CONFIG,
			"%s runs a command (%s) and is writable by others (mode %04o): refused. Run: chmod go-w %s",
			exec.file->path, plugin->command, exec.file->mode, exec.file->path);
	if (strchr(plugin->command, '/') && plugin->command[0] != '/') {
		char *absolute = str_printf("%s/%s", exec.file->folder, plugin->command);
		free(plugin->command);
		plugin->command = absolute;
	}
	return interactive_mode(&exec, plugin);
}

static bool resolve_extra(const struct kubeconfig_source *user, struct kube_access *access)
{
	const yaml_node_t *map = kubeconfig_member(user->file, user->node, "as-user-extra");
	if (!map)
		return true;
	if (map->type != YAML_MAPPING_NODE)
		return kubeconfig_wrong(user->file, map, user->err, "as-user-extra must be a mapping");
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
		const char *key = kubeconfig_scalar(yaml_document_get_node(&user->file->document, pair->key));
		CLEANUP(kubeconfig_free_list) char **values = NULL;
		if (!kubeconfig_get_list(user->file, map, key, &values, user->err))
			return err_prefix(user->err, "as-user-extra");
		for (char **value = values; value && *value; value++) {
			access->as_extra =
				mem_resize(access->as_extra, access->as_extra_count + 1, sizeof *access->as_extra);
			access->as_extra[access->as_extra_count++] =
				(struct kube_variable){mem_strdup(key), mem_strdup(*value)};
		}
	}
	return true;
}

static bool has_credentials(const struct kube_access *access)
{
	return access->exec || access->username || access->password || access->token || access->token_file ||
	       access->cert_pem;
}

static bool check_user(const struct kubeconfig_source *user, const struct kube_access *access)
{
	bool basic = access->username || access->password, token = access->token || access->token_file;
	if (basic && token)
		return kubeconfig_wrong(user->file, user->node, user->err, "user %s has both a token and a username",
					access->user);
	if (!access->cert_pem != !access->key_pem)
		return kubeconfig_wrong(user->file, user->node, user->err, "user %s has a client-%s without its %s",
					access->user, access->cert_pem ? "certificate" : "key",
					access->cert_pem ? "key" : "certificate");
	const yaml_node_t *provider = kubeconfig_member(user->file, user->node, "auth-provider");
	if (provider && !has_credentials(access))
		return kubeconfig_wrong(
			user->file, provider, user->err,
			"auth-provider was removed from Kubernetes in 1.26: use an exec plugin for user %s",
			access->user);
	return true;
}

/* Whoever may write there says where the credentials are sent, or whose they are. */
static bool check_writers(const struct kubeconfig_source *source, const struct kube_access *access)
{
	const struct kubeconfig_file *file = source->file;
	if (!file || !(file->mode & 002) || !has_credentials(access))
		return true;
	return err_set(
		source->err, ERR_CONFIG,
		"%s is writable by everybody (mode %04o) and no credentials are used with it: look at what is in "
		"it, then run chmod o-w %s",
		file->path, file->mode, file->path);
}

static bool resolve_user(const struct kubeconfig_source *user, struct kube_access *access)
{
	return pem(user, "client-certificate", &access->cert_pem, &access->cert_file) &&
	       pem(user, "client-key", &access->key_pem, &access->key_file) &&
	       resolve_plain_text(user, "token", &access->token) && path_text(user, "tokenFile", &access->token_file) &&
	       resolve_plain_text(user, "username", &access->username) &&
	       resolve_plain_text(user, "password", &access->password) && resolve_plain_text(user, "as", &access->as) &&
	       resolve_plain_text(user, "as-uid", &access->as_uid) &&
	       kubeconfig_get_list(user->file, user->node, "as-groups", &access->as_groups, user->err) &&
	       resolve_extra(user, access) && resolve_exec(user, access);
}

/* ---- together ---- */

static struct kubeconfig_entry *resolve_find(struct kubeconfig_entry *entries, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(entries[i].name, name))
			return &entries[i];
	return NULL;
}

static const struct kubeconfig_context *find_context(const struct kubeconfig *config, const char *name, struct err *err)
{
	struct buf names = BUF_INIT(300);
	vec_each (&config->contexts, context)
		if (str_eq(context->name, name))
			return context;
	vec_each (&config->contexts, context) {
		CLEANUP(free) char *word = str_printf("%s%s", names.len ? ", " : "", context->name);
		buf_append_str(&names, word);
	}
	const char *file = config->files.len ? config->files.items[0].path : "the kubeconfig";
	if (name)
		err_set(err, ERR_CONFIG, "%s: context %s not found; available: %s", file, name,
			names.len ? buf_str(&names) : "none");
	else
		err_set(err, ERR_CONFIG, "%s: no current-context; choose one with --context: %s", file,
			names.len ? buf_str(&names) : "none is defined");
	buf_finish(&names);
	return NULL;
}

/* The whole host counts: http://localhost.example.com is another machine. */
static bool resolve_is_loopback(const char *server)
{
	const char *from = strstr(server, "://") + 3;
	bool bracketed = *from == '[';
	from += bracketed;
	CLEANUP(free) char *host = mem_strndup(from, strcspn(from, bracketed ? "]" : ":/"));
	return http_host_is_loopback(host);
}

/* No credentials over a wire that anybody can read; the machine itself is no such wire. */
static void drop_credentials_without_tls(struct kube_access *access)
{
	if (str_has_prefix(access->server, "https://") || resolve_is_loopback(access->server))
		return;
	char **secrets[] = {&access->token,    &access->token_file, &access->username,
			    &access->password, &access->cert_pem,   &access->key_pem};
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		mem_free_secret(*secrets[i]);
		*secrets[i] = NULL;
	}
	kubeconfig_free_exec(access->exec);
	access->exec = NULL;
}

/* A source without a file is no kubeconfig: an option, a service account. */
static bool resolve_wrong(const struct kubeconfig_source *source, const char *what, const char *why)
{
	return source->file ? kubeconfig_wrong(source->file, source->node, source->err, "%s %s", what, why)
			    : err_set(source->err, ERR_CONFIG, "%s %s", what, why);
}

/* An empty name is none to the server, which would go on with the caller's own rights; so is one that cannot be sent.
 * What a plugin or a token's file says later is checked where the headers are made. */
static bool resolve_check_name(const struct kubeconfig_source *source, const char *what, const char *name)
{
	if (name && !name[0])
		return resolve_wrong(source, what, "is empty: impersonation requires a name");
	for (const char *at = str_or(name, ""); *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return resolve_wrong(source, what,
					     "contains a line break or another control character: nothing is sent");
	return true;
}

static bool resolve_check_extra(const struct kubeconfig_source *user, const struct kube_access *access)
{
	for (size_t i = 0; i < access->as_extra_count; i++) {
		const struct kube_variable *extra = &access->as_extra[i];
		bool sendable =
			resolve_check_name(user, "a key of `as-user-extra`", extra->name) &&
			(!extra->value[0] || resolve_check_name(user, "a value of `as-user-extra`", extra->value));
		if (!sendable)
			return false;
	}
	return true;
}

/* What an option gives has no place in a file. */
static bool resolve_check_groups(const struct kubeconfig *config, const struct kubeconfig_source *user,
				 const struct kube_access *access)
{
	const struct kubeconfig_source option = {.err = user->err};
	for (char **it = access->as_groups; it && *it; it++) {
		bool good = config->as_groups ? resolve_check_name(&option, "a group in --as-group", *it)
					      : resolve_check_name(user, "a group in `as-groups`", *it);
		if (!good)
			return false;
	}
	if (config->as_groups && !access->as)
		return resolve_wrong(&option, "--as-group", "requires --as");
	return true;
}

static bool check_impersonation(const struct kubeconfig *config, const struct kubeconfig_source *user,
				const struct kube_access *access)
{
	const struct kubeconfig_source option = {.err = user->err};
	bool good = config->as ? resolve_check_name(&option, "the user in --as", access->as)
			       : resolve_check_name(user, "the user in `as`", access->as);
	if (!good || !resolve_check_name(user, "as-uid", access->as_uid) || !resolve_check_extra(user, access) ||
	    !resolve_check_groups(config, user, access))
		return false;
	if ((access->as_uid || access->as_groups || access->as_extra) && !access->as)
		return resolve_wrong(user, "as-uid, as-groups and as-user-extra", "require `as`");
	return true;
}

/* What the command line says of whom to be. */
static void override_impersonation(const struct kubeconfig *config, struct kube_access *access)
{
	size_t count = 0;
	if (config->as) {
		free(access->as);
		access->as = mem_strdup(config->as);
	}
	while (config->as_groups && config->as_groups[count])
		count++;
	if (count == 0)
		return;
	kubeconfig_free_list(access->as_groups);
	access->as_groups = mem_alloc((count + 1) * sizeof *access->as_groups);
	for (size_t i = 0; i < count; i++)
		access->as_groups[i] = mem_strdup(config->as_groups[i]);
}

static bool resolve_in_cluster(const struct kubeconfig *config, struct kube_access *access, struct err *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
	CLEANUP(free) char *ca = str_printf("%s/ca.crt", config->service_account_dir);
	CLEANUP(free) char *namespace = str_printf("%s/namespace", config->service_account_dir);
	struct buf content = {0};
	if (!config->namespace && kubeconfig_slurp("the file", FILE_ANYBODYS, namespace, 256, &content, NULL) &&
	    content.len > 0) {
		free(access->namespace);
		access->namespace = buf_take(&content);
		access->namespace[strcspn(access->namespace, "\r\n ")] = '\0';
	}
	buf_finish(&content);
	access->in_cluster = true;
	access->server = str_printf(strchr(str_or(host, ""), ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	access->token_file = str_printf("%s/token", config->service_account_dir);
	override_impersonation(config, access);
	const struct kubeconfig_source service_account = {.err = err};
	return check_impersonation(config, &service_account, access) && read_pem_file(ca, &access->ca_pem, err);
}

static bool resolve_context(const struct kubeconfig *config, const char *name, struct kube_access *access,
			    struct err *err)
{
	const struct kubeconfig_context *context = find_context(config, name, err);
	if (!context)
		return false;
	access->context = mem_strdup(context->name);
	access->cluster = mem_strdup(context->cluster);
	access->user = mem_strdup(context->user);
	access->namespace = mem_strdup(str_or(config->namespace, str_or(context->namespace, "default")));
	if (config->service_account_dir)
		return resolve_in_cluster(config, access, err);
	struct kubeconfig_entry *cluster = resolve_find(config->clusters.items, config->clusters.len, context->cluster);
	struct kubeconfig_entry *user = resolve_find(config->users.items, config->users.len, context->user);
	if (!cluster)
		return err_set(err, ERR_CONFIG, "%s: context %s refers to cluster %s, which is not defined",
			       config->files.items[0].path, name, str_or(context->cluster, "\"\""));
	if (!user && context->user)
		return err_set(err, ERR_CONFIG, "%s: context %s refers to user %s, which is not defined",
			       config->files.items[0].path, name, context->user);
	struct kubeconfig_source cluster_source = {&config->files.items[cluster->file], cluster->node, err};
	struct kubeconfig_source user_source = {user ? &config->files.items[user->file] : NULL,
						user ? user->node : NULL, err};
	if ((user && !resolve_user(&user_source, access)) || !resolve_cluster(&cluster_source, access) ||
	    !check_writers(&user_source, access) || !check_writers(&cluster_source, access))
		return false;
	override_impersonation(config, access);
	return (!user || check_user(&user_source, access)) && check_impersonation(config, &user_source, access);
}

struct kube_access *kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct err *err)
{
	CLEANUP(kube_access_destroy) struct kube_access *access = mem_alloc(sizeof *access);
	if (!resolve_context(config, context ? context : config->current, access, err))
		return NULL;
	drop_credentials_without_tls(access);
	access->request_timeout_ms = config->request_timeout_ms;
	struct kube_access *done = access;
	access = NULL;
	return done;
}
