/* What goes into the headers, kept fresh: tokens and certificates in files that are rotated under us, plugins whose
 * answers expire, impersonation. */
#include "api/kube/config/kube_credentials.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/log.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/config/exec_plugin.h"
#include "api/kube/config/exec_trust.h"
#include "api/kube/config/kubeconfig_yaml.h"

enum {
	FILE_PERIOD_MS = 60 * 1000,
	FILE_LEEWAY_MS = 10 * 1000,
	TOKEN_MAX = 64 * 1024,
	PEM_MAX = 256 * 1024,
	PLUGIN_PAUSE_MS = 5 * 1000, /* between two runs of a plugin that fails or whose answers are refused */
};

struct kube_credentials {
	struct kube_credentials_options options;
	const struct kube_access *access;

	char *file_token;
	int64_t token_due_ms, cert_due_ms; /* monotonic: when the files are read again; 0 = now */
	char *cert_pem, *key_pem;          /* as last given to http */

	struct kube_exec_plugin_call *plugin;
	char *plugin_token;
	bool plugin_done, plugin_interactive;
	int64_t plugin_expires_ms; /* Unix ms, -1 = never */
	int64_t plugin_ended_ms;   /* monotonic */
	struct err plugin_err;
};

static int64_t identity_now_ms(const struct kube_credentials *credentials)
{
	return loop_now_ms(credentials->options.loop);
}

struct kube_credentials *kube_credentials_create(const struct kube_credentials_options *options)
{
	struct kube_credentials *credentials = mem_alloc(sizeof *credentials);
	credentials->options = *options;
	credentials->access = options->access;
	credentials->cert_due_ms = identity_now_ms(credentials) + FILE_PERIOD_MS;
	return credentials;
}

static void give_terminal_back(struct kube_credentials *credentials)
{
	if (credentials->plugin_interactive && credentials->options.on_terminal)
		credentials->options.on_terminal(credentials->options.data, false, credentials->access->exec->command);
	credentials->plugin_interactive = false;
}

void kube_credentials_destroy(struct kube_credentials *credentials)
{
	if (!credentials)
		return;
	kube_exec_plugin_cancel(credentials->plugin);
	if (credentials->plugin)
		give_terminal_back(credentials);
	mem_free_secret(credentials->file_token);
	mem_free_secret(credentials->plugin_token);
	mem_free_secret(credentials->cert_pem);
	mem_free_secret(credentials->key_pem);
	free(credentials);
}

/* ---- files that rotate ---- */

/* A token is not taken from where others may write; what a certificate is worth its signature says. */
static char *identity_read_file(const char *what, enum file_trust trust, const char *path, size_t max, struct err *err)
{
	struct buf content = {0};
	char *text = kubeconfig_slurp(what, trust, path, max, &content, err) ? buf_take(&content) : NULL;
	buf_finish_secret(&content);
	return text;
}

/* Without the white space at the end: a file's or a YAML block's last line break is not the token's. */
static size_t identity_trimmed_len(const char *text)
{
	size_t len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

static char *identity_trimmed(char *text)
{
	if (!text)
		return NULL;
	size_t start = strspn(text, " \t\r\n"), len = identity_trimmed_len(text);
	char *copy = len > start ? mem_strndup(text + start, len - start) : NULL;
	mem_free_secret(text);
	return copy;
}

static bool check_token_file(struct kube_credentials *credentials, struct err *err)
{
	if (identity_now_ms(credentials) < credentials->token_due_ms)
		return true;
	char *token = identity_trimmed(
		identity_read_file("the token file", FILE_TRUSTED, credentials->access->token_file, TOKEN_MAX, err));
	if (!token && !credentials->file_token) {
		if (err && !err_is_set(err))
			err_set(err, ERR_CONFIG, "the token file %s is empty", credentials->access->token_file);
		return false;
	}
	credentials->token_due_ms = identity_now_ms(credentials) + FILE_PERIOD_MS - FILE_LEEWAY_MS;
	if (!token) {
		log_warn(LOG_KUBE, "token file cannot be read again, the old token stays path=%s",
			 credentials->access->token_file);
		err_clear(err);
		return true;
	}
	mem_free_secret(credentials->file_token);
	credentials->file_token = token;
	return true;
}

static bool use_certificate(struct kube_credentials *credentials, const char *cert, const char *key, struct err *err)
{
	if (str_eq(credentials->cert_pem, cert) && str_eq(credentials->key_pem, key))
		return true;
	if (!http_set_client_cert(credentials->options.http, cert, key, err))
		return false;
	mem_free_secret(credentials->cert_pem);
	mem_free_secret(credentials->key_pem);
	credentials->cert_pem = mem_strdup(cert);
	credentials->key_pem = mem_strdup(key);
	return true;
}

/* Half-written or missing files leave the old pair in use. */
static void check_certificate_files(struct kube_credentials *credentials)
{
	const struct kube_access *access = credentials->access;
	if ((!access->cert_file && !access->key_file) || identity_now_ms(credentials) < credentials->cert_due_ms)
		return;
	credentials->cert_due_ms = identity_now_ms(credentials) + FILE_PERIOD_MS;
	char *cert = access->cert_file
			     ? identity_read_file("the certificate", FILE_ANYBODYS, access->cert_file, PEM_MAX, NULL)
			     : mem_strdup(access->cert_pem);
	char *key = access->key_file ? identity_read_file("the key", FILE_ANYBODYS, access->key_file, PEM_MAX, NULL)
				     : mem_strdup(access->key_pem);
	const char *old_cert = str_or(credentials->cert_pem, access->cert_pem);
	const char *old_key = str_or(credentials->key_pem, access->key_pem);
	struct err err = {0};
	if (cert && key && (!str_eq(cert, old_cert) || !str_eq(key, old_key)) &&
	    !use_certificate(credentials, cert, key, &err))
		log_warn(LOG_KUBE, "the new client certificate is ignored error=\"%s\"", log_error_text(&err));
	mem_free_secret(cert);
	mem_free_secret(key);
}

/* ---- the plugin ---- */

static void on_plugin_done(void *data, const struct kube_exec_answer *answer, const struct err *err)
{
	struct kube_credentials *credentials = data;
	credentials->plugin = NULL;
	credentials->plugin_ended_ms = identity_now_ms(credentials);
	give_terminal_back(credentials);
	err_clear(&credentials->plugin_err);
	if (err)
		credentials->plugin_err = *err;
	else if (!answer->cert_pem ||
		 use_certificate(credentials, answer->cert_pem, answer->key_pem, &credentials->plugin_err)) {
		mem_free_secret(credentials->plugin_token);
		credentials->plugin_token = mem_strdup(answer->token);
		credentials->plugin_expires_ms = answer->expires_ms;
		credentials->plugin_done = true;
	}
	credentials->options.on_change(credentials->options.data);
}

static bool ended_just_now(const struct kube_credentials *credentials)
{
	return credentials->plugin_ended_ms > 0 &&
	       identity_now_ms(credentials) - credentials->plugin_ended_ms < PLUGIN_PAUSE_MS;
}

/* What has expired on arrival is tried all the same: waiting for better would run the plugin for ever. */
static bool plugin_is_valid(const struct kube_credentials *credentials)
{
	return credentials->plugin_done &&
	       (credentials->plugin_expires_ms < 0 || ended_just_now(credentials) ||
		clock_wall_ms(loop_clock(credentials->options.loop)) < credentials->plugin_expires_ms);
}

static enum kube_credentials_state check_plugin(struct kube_credentials *credentials, struct err *err)
{
	const struct kube_exec_plugin *plugin = credentials->access->exec;
	if (plugin_is_valid(credentials))
		return KUBE_CREDENTIALS_READY;
	if (credentials->plugin)
		return KUBE_CREDENTIALS_WAIT;
	if (err_is_set(&credentials->plugin_err) && ended_just_now(credentials)) {
		*err = credentials->plugin_err;
		return KUBE_CREDENTIALS_FAILED;
	}
	enum kube_credentials_state may = credentials->options.may_run
						  ? credentials->options.may_run(credentials->options.data, err)
						  : KUBE_CREDENTIALS_READY;
	if (may != KUBE_CREDENTIALS_READY)
		return may;
	bool interactive = plugin->interactive == KUBE_INTERACTIVE_ALWAYS;
	if (interactive && !credentials->options.on_terminal) {
		err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s requires a terminal, and none is available",
			plugin->command);
		return KUBE_CREDENTIALS_FAILED;
	}
	if (interactive)
		credentials->options.on_terminal(credentials->options.data, true, plugin->command);
	credentials->plugin_interactive = interactive;
	credentials->plugin_done = false;
	credentials->plugin = kube_exec_plugin_run(credentials->options.loop, credentials->access, interactive,
						   on_plugin_done, credentials, err);
	if (credentials->plugin)
		return KUBE_CREDENTIALS_WAIT;
	give_terminal_back(credentials);
	return KUBE_CREDENTIALS_FAILED;
}

/* ---- together ---- */

enum kube_credentials_state kube_credentials_check(struct kube_credentials *credentials, struct err *err)
{
	if (credentials->access->token_file && !check_token_file(credentials, err))
		return KUBE_CREDENTIALS_FAILED;
	check_certificate_files(credentials);
	return kube_exec_trust_is_needed(credentials->access) ? check_plugin(credentials, err) : KUBE_CREDENTIALS_READY;
}

void kube_credentials_rejected(struct kube_credentials *credentials)
{
	log_info(LOG_KUBE, "credentials rejected by the server; reading them again");
	credentials->token_due_ms = 0;
	/* A server that refuses what the plugin gave a moment ago would make us run it for each request. */
	if (!ended_just_now(credentials))
		credentials->plugin_done = false;
}

struct kube_header_list {
	VEC(char *) lines;
};

static void identity_add(struct kube_header_list *list, const char *name, const char *value)
{
	if (value)
		vec_push(&list->lines, str_printf("%s: %s", name, value));
}

static void add_bearer(struct kube_header_list *list, const char *token)
{
	if (!token)
		return;
	char *value = str_printf("Bearer %.*s", (int)identity_trimmed_len(token), token);
	identity_add(list, "Authorization", value);
	mem_free_secret(value);
}

/* Header names are tokens: everything else in the key of an extra is percent-escaped (client-go transport). */
static void add_extra(struct kube_header_list *list, const struct kube_variable *extra)
{
	size_t max = 3 * strlen(extra->name) + 64;
	struct buf name = BUF_INIT(max), escaped = BUF_INIT(max);
	for (const char *at = extra->name; *at; at++)
		buf_append_char(&name, (char)tolower((unsigned char)*at));
	buf_append_str(&escaped, "Impersonate-Extra-");
	http_escape(&escaped, buf_str(&name));
	identity_add(list, buf_str(&escaped), str_or(extra->value, ""));
	buf_finish(&name);
	buf_finish(&escaped);
}

static bool identity_check(char *const *headers, struct err *err)
{
	for (; *headers; headers++)
		if (!http_check_header(*headers, err))
			return err_prefix(err, "the credentials cannot be used");
	return true;
}

char **kube_credentials_headers(const struct kube_credentials *credentials, struct err *err)
{
	const struct kube_access *access = credentials->access;
	struct kube_header_list list = {0};
	if (access->token_file)
		add_bearer(&list, credentials->file_token);
	else if (access->token)
		add_bearer(&list, access->token);
	else if (kube_exec_trust_is_needed(access))
		add_bearer(&list, credentials->plugin_token);
	if (access->username || access->password) {
		char *line = http_basic_header(str_or(access->username, ""), str_or(access->password, ""));
		vec_push(&list.lines, line);
	}
	identity_add(&list, "Impersonate-User", access->as);
	identity_add(&list, "Impersonate-Uid", access->as ? access->as_uid : NULL);
	for (char **group = access->as ? access->as_groups : NULL; group && *group; group++)
		identity_add(&list, "Impersonate-Group", *group);
	for (size_t i = 0; access->as && i < access->as_extra_count; i++)
		add_extra(&list, &access->as_extra[i]);
	vec_push(&list.lines, NULL);
	if (identity_check(list.lines.items, err))
		return list.lines.items;
	kube_credentials_free_headers(list.lines.items);
	return NULL;
}

void kube_credentials_free_headers(char **headers)
{
	for (char **line = headers; line && *line; line++)
		mem_free_secret(*line);
	free(headers);
}
