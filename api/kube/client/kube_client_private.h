/* What kube_client.c, kube_request.c below it and kube_contact.c at the bottom share. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_CLIENT_PRIVATE_H
#define MQDECK_KUBE_CLIENT_KUBE_CLIENT_PRIVATE_H

#include "api/kube/client/kube_budget.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/config/kube_credentials.h"
#include "api/kube/records/record_decode.h"

/* Told that the server answers: reconnected = after it did not, so that nobody sits out a long back-off then. */
struct kube_contact {
	struct kube_contact *prev, *next;
	void (*on_contact)(void *data, bool reconnected);
	void *data;
};

struct kube_client {
	struct loop *loop;
	const struct kube_access *access;
	struct kube_client_options options;
	struct http *http;
	struct kube_budget *budget;
	struct kube_credentials *credentials;
	struct kube_connection connection;
	struct kube_request *requests, *probing;
	struct kube_wait *waits;
	struct kube_contact *contacts;
	struct loop_timer *first_word, *probe_timer;
	struct loop_wake *wake;
	unsigned probes_failed;
	size_t in_flight;
	size_t held_bytes; /* by informers */
};

enum {
	KUBE_CLIENT_FIRST_WORD_MS = 1800, /* silence after which an unreachable server is shown as such */
	KUBE_CLIENT_PROBE_FIRST_MS = 800,
};

/* ---- kube_contact.c ---- */
void kube_client_contact(struct kube_client *client, struct kube_contact *contact);
void kube_client_uncontact(struct kube_client *client, struct kube_contact *contact);

/* It is patient, and its server has not answered yet or does not any more: nothing is asked but by the probe. */
bool kube_client_holds_back(const struct kube_client *client);
void kube_client_tell(struct kube_client *client); /* on_state: something in `connection` changed */
void kube_client_tell_contacts(struct kube_client *client, bool reconnected);
void kube_client_on_silence(void *data); /* of first_word */
void kube_client_note_down(struct kube_client *client, const struct err *err);
/* Not the API server itself, nor one that merely cannot reach it just now. */
bool kube_client_is_stranger(const struct http_result *result);
void kube_client_note_contact(struct kube_client *client);
void kube_client_note_result(struct kube_client *client, const struct http_result *result, const struct err *err,
			     bool is_watch);

/* ---- kube_request.c ---- */
void kube_client_resume(struct kube_client *client);   /* the credentials changed: go on with what waits */
void kube_client_drop_all(struct kube_client *client); /* all requests and waits, without a call */

#endif
