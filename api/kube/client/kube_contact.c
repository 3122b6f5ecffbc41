/* How well the API server can be reached: one state for the whole console, made from the results of all requests, so that
 * a dead connection is seen once and by everybody, whoever asked. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client_private.h"

void kube_client_tell(struct kube_client *client)
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

bool kube_client_holds_back(const struct kube_client *client)
{
	return client->options.patient && !client->connection.connected;
}

void kube_client_tell_contacts(struct kube_client *client, bool reconnected)
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
	bool again = connection->first_ms >= 0 || client->options.patient;
	connection->connected = true;
	connection->since_ms = now;
	if (connection->first_ms < 0)
		connection->first_ms = now;
	err_clear(&connection->err);
	loop_timer_disarm(client->first_word);
	if (again)
		kube_client_tell_contacts(client, true);
	kube_client_tell(client);
}

void kube_client_note_down(struct kube_client *client, const struct err *err)
{
	struct kube_connection *connection = &client->connection;
	/* A question that could not be asked says nothing of who answers others. */
	if (connection->connected && err->no_descriptor)
		return;
	bool same = !connection->connected && str_eq(connection->err.text, err->text);
	if (connection->connected || connection->since_ms < 0)
		connection->since_ms = loop_now_ms(client->loop);
	connection->connected = false;
	connection->err = *err;
	loop_timer_disarm(client->first_word);
	if (!same)
		kube_client_tell(client);
}

/* A complaint about a working connection. */
static void note_refusal(struct kube_client *client, const struct err *err)
{
	struct kube_connection *connection = &client->connection;
	if (!connection->connected || str_eq(connection->err.text, err->text))
		return;
	connection->err = *err;
	kube_client_tell(client);
}

void kube_client_on_silence(void *data)
{
	struct kube_client *client = data;
	struct err err;
	err_set(&err, ERR_TIMEOUT, "%s has not responded for %.1f s; retrying", client->access->server,
		KUBE_CLIENT_FIRST_WORD_MS / 1000.0);
	kube_client_note_down(client, &err);
}

bool kube_client_is_stranger(const struct http_result *result)
{
	return result->instead[0] && result->status < 500;
}

/* One page is no proof that the server cannot be reached; one in place of its version is. */
static void note_stranger(struct kube_client *client, const struct err *err)
{
	if (client->connection.first_ms < 0)
		kube_client_note_down(client, err);
	if (!client->probing)
		loop_timer_arm(client->probe_timer, client->connection.connected ? 0 : KUBE_CLIENT_PROBE_FIRST_MS);
}

static void note_answer(struct kube_client *client, int status, const struct err *err)
{
	kube_client_note_contact(client);
	if (err->code == ERR_UNAUTHORIZED)
		note_refusal(client, err);
	else if (status < 300 && client->connection.err.code == ERR_UNAUTHORIZED) {
		err_clear(&client->connection.err);
		kube_client_tell(client);
	}
}

void kube_client_note_result(struct kube_client *client, const struct http_result *result, const struct err *err,
			     bool is_watch)
{
	if (kube_client_is_stranger(result)) {
		note_stranger(client, err);
		return;
	}
	if (result->status > 0)
		note_answer(client, result->status, err);
	if (result->err.code == ERR_NONE || result->err.code == ERR_CANCELLED)
		return;
	/* One lost stream is no proof; a fresh question is. */
	if (is_watch || result->status > 0 || (result->err.code == ERR_TIMEOUT && client->connection.connected)) {
		if (!client->probing)
			loop_timer_arm(client->probe_timer, 0);
		return;
	}
	kube_client_note_down(client, &result->err);
	if (!client->probing && !loop_timer_is_armed(client->probe_timer))
		loop_timer_arm(client->probe_timer, KUBE_CLIENT_PROBE_FIRST_MS);
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
