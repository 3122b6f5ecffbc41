/* How well the API server can be reached: one state for the whole console, made from the results of all requests, and a
 * probe that asks again while it is down. Also what requests share: credentials, HTTP, the terminal lent to a plugin.
 * */
#include "api/kube/client/kube_client_private.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"

enum {
	FIRST_WORD_MS = 1800, /* silence after which an unreachable server is shown as such */
	PROBE_TIMEOUT_MS = 5000,
	PROBE_FIRST_MS = 800,
	PROBE_MAX_MS = 3000, /* with jitter at most 6 s: whoever waits for the network to come back sees it soon */
};

static void client_probe(void *data);

/* ---- state ---- */

static void client_tell(struct kube_client *client)
{
	const struct kube_connection *connection = &client->connection;
	/* Without the path, which names the cluster to a proxy before it, or is a key to it. */
	const char *server = client->access->server, *scheme = strstr(server, "://");
	size_t host = scheme ? (size_t)(scheme + 3 - server) : 0;
	log_info(LOG_KUBE, "API server server=%.*s connected=%s version=%s error=\"%s\"",
		 (int)(host + strcspn(server + host, "/?#")), server, connection->connected ? "yes" : "no",
		 str_or(connection->version, "?"), log_error_text(&connection->err));
	if (client->options.on_state)
		client->options.on_state(client->options.data, &client->connection);
}

static void tell_contacts(struct kube_client *client, bool reconnected)
{
	for (struct kube_contact *contact = client->contacts, *next; contact; contact = next) {
		next = contact->next;
		contact->on_contact(contact->data, reconnected);
	}
}

void kube_client_note_contact(struct kube_client *client)
{
	struct kube_connection *connection = &client->connection;
	int64_t now = loop_now_ms(client->loop);
	connection->last_contact_ms = now;
	client->probes_failed = 0;
	if (connection->connected)
		return;
	bool again = connection->first_ms >= 0;
	connection->connected = true;
	connection->since_ms = now;
	if (connection->first_ms < 0)
		connection->first_ms = now;
	err_clear(&connection->err);
	loop_timer_disarm(client->first_word);
	if (again)
		tell_contacts(client, true);
	client_tell(client);
}

static void note_down(struct kube_client *client, const struct err *err)
{
	struct kube_connection *connection = &client->connection;
	bool same = !connection->connected && str_eq(connection->err.text, err->text);
	if (connection->connected || connection->since_ms < 0)
		connection->since_ms = loop_now_ms(client->loop);
	connection->connected = false;
	connection->err = *err;
	loop_timer_disarm(client->first_word);
	if (!same)
		client_tell(client);
}

/* A complaint about a working connection. */
static void note_refusal(struct kube_client *client, const struct err *err)
{
	struct kube_connection *connection = &client->connection;
	if (!connection->connected || str_eq(connection->err.text, err->text))
		return;
	connection->err = *err;
	client_tell(client);
}

static void on_silence(void *data)
{
	struct kube_client *client = data;
	struct err err;
	err_set(&err, ERR_TIMEOUT, "%s has not answered for %.1f s; still trying", client->access->server,
		FIRST_WORD_MS / 1000.0);
	note_down(client, &err);
}

void kube_client_note_result(struct kube_client *client, const struct http_result *result, const struct err *err,
			     bool is_watch)
{
	if (result->status > 0) {
		kube_client_note_contact(client);
		if (err->code == ERR_UNAUTHORIZED)
			note_refusal(client, err);
		else if (result->status < 300 && client->connection.err.code == ERR_UNAUTHORIZED) {
			err_clear(&client->connection.err);
			client_tell(client);
		}
	}
	if (result->err.code == ERR_NONE || result->err.code == ERR_CANCELLED)
		return;
	/* One lost stream is no proof; a fresh question is. */
	if (is_watch || result->status > 0 || (result->err.code == ERR_TIMEOUT && client->connection.connected)) {
		if (!client->probing)
			loop_timer_arm(client->probe_timer, 0);
		return;
	}
	note_down(client, &result->err);
	if (!client->probing && !loop_timer_is_armed(client->probe_timer))
		loop_timer_arm(client->probe_timer, PROBE_FIRST_MS);
}

void kube_client_contact(struct kube_client *client, struct kube_contact *contact)
{
	contact->next = client->contacts;
	contact->prev = NULL;
	if (client->contacts)
		client->contacts->prev = contact;
	client->contacts = contact;
}

void kube_client_uncontact(struct kube_client *client, struct kube_contact *contact)
{
	if (contact->prev)
		contact->prev->next = contact->next;
	else if (client->contacts == contact)
		client->contacts = contact->next;
	if (contact->next)
		contact->next->prev = contact->prev;
	contact->next = contact->prev = NULL;
}

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
		client_tell(client);
}

static int64_t next_probe_ms(struct kube_client *client)
{
	unsigned step = client->probes_failed < 4 ? client->probes_failed++ : 4;
	int64_t base = PROBE_FIRST_MS << step;
	base = base < PROBE_MAX_MS ? base : PROBE_MAX_MS;
	return base + loop_random(client->loop) % base;
}

static void on_probe(void *data, const struct kube_result *result)
{
	struct kube_client *client = data;
	client->probing = NULL;
	bool answered = result->http && result->http->status > 0;
	if (!answered) {
		note_down(client, &result->err);
		loop_timer_arm(client->probe_timer, next_probe_ms(client));
		return;
	}
	tell_contacts(client, false);
	if (result->http->status == 200)
		read_version(client, result->http);
}

static void client_probe(void *data)
{
	struct kube_client *client = data;
	struct kube_call call = {.reason = "is the API server there",
				 .path = "/version",
				 .timeout_ms = PROBE_TIMEOUT_MS,
				 .once = true,
				 .on_done = on_probe,
				 .data = client};
	struct err err = {0};
	if (client->probing)
		return;
	client->probing = kube_request(client, &call, &err);
	if (!client->probing)
		note_down(client, &err);
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
	client->first_word = loop_timer_create(loop, on_silence, client);
	client->probe_timer = loop_timer_create(loop, client_probe, client);
	loop_timer_arm(client->first_word, FIRST_WORD_MS);
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
	kube_credentials_destroy(client->credentials);
	http_destroy(client->http);
	free(client);
}

const struct kube_connection *kube_client_connection(const struct kube_client *client)
{
	return &client->connection;
}

const struct kube_access *kube_client_access(const struct kube_client *client)
{
	return client->access;
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
