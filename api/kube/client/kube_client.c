/* A client's beginning and end, what its requests share (credentials, HTTP, the terminal lent to a plugin), and the probe
 * that asks a server that does not answer until it does. */
#include "api/kube/client/kube_client_private.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"

enum {
	PROBE_TIMEOUT_MS = 5000,
	PATIENT_PROBE_TIMEOUT_MS = 30 * 1000, /* nothing else is asked of a slow server then, which may find its time */
	PROBE_MAX_MS = 3000, /* with jitter at most 6 s: whoever waits for the network to come back sees it soon */
};

/* ---- the probe ---- */

static void read_version(struct kube_client *client, const struct http_result *http)
{
	cJSON *root = cJSON_ParseWithLength(http->body, http->body_len);
	const char *version = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "gitVersion"));
	bool changed =
		version && strncmp(client->connection.version, version, sizeof client->connection.version - 1) != 0;
	if (changed)
		snprintf(client->connection.version, sizeof client->connection.version, "%s", version);
	cJSON_Delete(root);
	if (changed)
		kube_client_tell(client);
}

/* With jitter up to twice the base. */
static int64_t next_probe_ms(struct kube_client *client)
{
	int64_t most = client->options.patient ? KUBE_CLIENT_PATIENT_MS / 2 : PROBE_MAX_MS;
	int64_t base = KUBE_CLIENT_PROBE_FIRST_MS << client->probes_failed;
	if (base < most)
		client->probes_failed++;
	base = base < most ? base : most;
	return base + loop_random(client->loop) % base;
}

static void on_probe(void *data, const struct kube_result *result)
{
	struct kube_client *client = data;
	client->probing = NULL;
	bool answered = result->http && result->http->status > 0 && !kube_client_is_stranger(result->http);
	if (!answered) {
		kube_client_note_down(client, &result->err);
		loop_timer_arm(client->probe_timer, next_probe_ms(client));
		return;
	}
	kube_client_tell_contacts(client, false);
	if (result->http->status == 200)
		read_version(client, result->http);
}

static void client_probe(void *data)
{
	struct kube_client *client = data;
	struct kube_call call = {.reason = "is the API server there",
				 .path = "/version",
				 .timeout_ms = client->options.patient ? PATIENT_PROBE_TIMEOUT_MS : PROBE_TIMEOUT_MS,
				 .once = true,
				 .at_once = true,
				 .on_done = on_probe,
				 .data = client};
	struct err err = {0};
	if (client->probing)
		return;
	client->probing = kube_request(client, &call, &err);
	if (!client->probing)
		kube_client_note_down(client, &err);
}

/* The server, or what stands before it, forgets who is silent for long, and need not say so: keep-alive would take a minute to
 * find out, in which old data look new. */
static void client_on_wake(void *data)
{
	struct kube_client *client = data;
	log_info(LOG_KUBE, "the machine has slept: connections are made anew");
	http_cut(client->http);
	loop_timer_arm(client->probe_timer, 0);
}

/* ---- life ---- */

static void client_on_credentials(void *data)
{
	struct kube_client *client = data;
	kube_client_resume(client);
}

static void client_on_terminal(void *data, bool wanted, const char *command)
{
	struct kube_client *client = data;
	client->options.on_terminal(client->options.data, wanted, command);
}

static enum kube_credentials_state client_may_run(void *data, struct err *err)
{
	struct kube_client *client = data;
	return client->options.may_run(client->options.data, err);
}

void kube_client_answered(struct kube_client *client)
{
	kube_client_resume(client);
}

struct kube_client *kube_client_create(struct loop *loop, const struct kube_access *access,
				       const struct kube_client_options *options, struct err *err)
{
	struct http_options http = {
		.base_url = access->server,
		.ca_pem = access->ca_pem,
		.cert_pem = access->cert_pem,
		.key_pem = access->key_pem,
		.server_name = access->tls_server_name,
		.insecure = access->insecure,
		.proxy_url = access->proxy_url,
		.user_agent = "mqdeck/" MQDECK_VERSION,
	};
	struct kube_client *client = mem_alloc(sizeof *client);
	client->http = http_create(loop, &http, err);
	if (!client->http) {
		free(client);
		return NULL;
	}
	client->loop = loop;
	client->budget = kube_budget_create(loop);
	client->access = access;
	client->options = *options;
	client->connection = (struct kube_connection){
		.first_ms = -1, .since_ms = -1, .last_contact_ms = -1, .insecure = access->insecure};
	client->credentials = kube_credentials_create(&(struct kube_credentials_options){
		.loop = loop,
		.access = access,
		.http = client->http,
		.on_change = client_on_credentials,
		.on_terminal = options->on_terminal ? client_on_terminal : NULL,
		.may_run = options->may_run ? client_may_run : NULL,
		.data = client,
	});
	client->first_word = loop_timer_create(loop, kube_client_on_silence, client);
	client->probe_timer = loop_timer_create(loop, client_probe, client);
	client->wake = loop_wake_add(loop, client_on_wake, client);
	loop_timer_arm(client->first_word, KUBE_CLIENT_FIRST_WORD_MS);
	loop_timer_arm(client->probe_timer, 0);
	return client;
}

void kube_client_destroy(struct kube_client *client)
{
	if (!client)
		return;
	kube_client_drop_all(client);
	loop_timer_destroy(client->first_word);
	loop_timer_destroy(client->probe_timer);
	loop_wake_remove(client->wake);
	kube_credentials_destroy(client->credentials);
	http_destroy(client->http);
	kube_budget_destroy(client->budget);
	free(client);
}

void kube_client_ask_again(struct kube_client *client)
{
	if (client->connection.connected || client->probing)
		return;
	client->probes_failed = 0;
	loop_timer_arm(client->probe_timer, 0);
}

const struct kube_connection *kube_client_connection(const struct kube_client *client)
{
	return &client->connection;
}

const struct kube_access *kube_client_access(const struct kube_client *client)
{
	return client->access;
}

struct kube_budget *kube_client_budget(const struct kube_client *client)
{
	return client->budget;
}

struct loop *kube_client_loop(const struct kube_client *client)
{
	return client->loop;
}

struct http *kube_client_http(const struct kube_client *client)
{
	return client->http;
}

bool kube_client_read_only(const struct kube_client *client)
{
	return client->options.read_only;
}

void kube_client_unauthorized(struct kube_client *client)
{
	kube_credentials_rejected(client->credentials);
}
