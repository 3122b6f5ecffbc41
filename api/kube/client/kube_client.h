/* One cluster's API: requests with credentials on one `struct http`, the read-only gate, errors made of Status
 * bodies, and the state of the connection. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_CLIENT_H
#define MQDECK_KUBE_CLIENT_KUBE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/kube/client/kube_status.h"
#include "api/kube/config/kube_credentials.h"
#include "api/kube/config/kubeconfig.h"
#include "api/net/http.h"

struct kube_budget;
struct kube_client;
struct kube_request;
struct kube_wait;

/* What the header line shows. Times are monotonic ms of the loop, -1 = never. */
struct kube_connection {
	bool connected;          /* the last answer came, whatever it said */
	int64_t first_ms;        /* first answer ever */
	int64_t since_ms;        /* of the present state */
	int64_t last_contact_ms; /* last byte from the server */
	struct err err;          /* why not connected, or the standing complaint (401) */
	char version[64];        /* "v1.34.4", "" until known */
	bool insecure;           /* TLS not verified: show a banner */
};

enum { KUBE_CLIENT_PATIENT_MS = 5 * 60 * 1000 };

struct kube_client_options {
	bool read_only; /* see kube_gate_allows */
	/* One of many, that nobody waits for: a server that does not answer is asked by the probe alone, in the end
	 * every few minutes (KUBE_CLIENT_PATIENT_MS), and informers begin when it does. */
	bool patient;
	/* After every change of the connection. May be NULL. Never from inside kube_client_create; must not destroy
	 * the client. */
	void (*on_state)(void *data, const struct kube_connection *connection);
	/* An exec plugin needs the terminal (wanted) and is done with it (!wanted). NULL = such plugins fail. */
	void (*on_terminal)(void *data, bool wanted, const char *command);
	/* May the exec plugin run (kube_credentials.h)? WAIT until kube_client_answered(). NULL = it may. */
	enum kube_credentials_state (*may_run)(void *data, struct err *err);
	void *data;
};

/* access is borrowed and outlives the client. Probes /version at once and with back-off until it answers; an
 * unreachable server is reported within 2 s. */
struct kube_client *kube_client_create(struct loop *loop, const struct kube_access *access,
				       const struct kube_client_options *options, struct err *err) MUST_USE;
/* Cancels all requests without calling back. Informers, forwards and shells on it go first. NULL is fine. */
void kube_client_destroy(struct kube_client *client);
DEFINE_CLEANUP(struct kube_client *, kube_client_destroy);

/* may_run would answer otherwise now: what waits for credentials asks again. */
void kube_client_answered(struct kube_client *client);

/* A server that does not answer is asked now, whatever back-off says. */
void kube_client_ask_again(struct kube_client *client);

const struct kube_connection *kube_client_connection(const struct kube_client *client);
const struct kube_access *kube_client_access(const struct kube_client *client);
struct loop *kube_client_loop(const struct kube_client *client);
struct http *kube_client_http(const struct kube_client *client);
bool kube_client_read_only(const struct kube_client *client);
struct kube_budget *kube_client_budget(const struct kube_client *client); /* of all that is asked through it */
size_t kube_client_in_flight(const struct kube_client *client);           /* without watches, which never end */

/* ---- the gate ---- */

/* In read-only mode only these can be sent: GET and HEAD, except the doors to something that acts (pods/exec,
 * pods/attach, pods/portforward, proxies; but for GET of nodes/NAME/proxy/stats/summary), and POST of self-subject
 * reviews. False with ERR_REFUSED. Every request
 * of this client asks. */
bool kube_gate_allows(bool read_only, const char *method, const char *path, struct err *err) MUST_USE;
/* For who opens WebSockets on kube_client_http(): a port-forward passes; an exec passes when its command (argv, by
 * NULL) is one of those that only read. */
bool kube_gate_allows_tunnel(bool read_only, const char *path, const char *const *command, struct err *err) MUST_USE;

/* ---- URLs ---- */

struct kube_url {
	const char *group;       /* "" or NULL = core */
	const char *version;     /* "v1" */
	const char *resource;    /* "pods" */
	const char *namespace;   /* NULL = cluster-wide or all */
	const char *name;        /* NULL = the collection */
	const char *subresource; /* NULL = none */
	const char *query;       /* already escaped, without '?'; NULL = none */
};

/* Appends "/api/v1/namespaces/ns/pods/name/sub?query", escaped. */
char *kube_url(const struct kube_url *url); /* free() it */
/* Appends "&name=value" or "name=value", escaped: for queries. */
void kube_query_append(struct buf *out, const char *name, const char *value);

/* ---- requests ---- */

struct kube_result {
	struct err err;                   /* ERR_NONE for 2xx */
	const struct kube_status *status; /* of a refusal, else NULL */
	const struct http_result *http;   /* NULL when nothing was sent */
};

/* Strings are copied, but for the reason. */
struct kube_call {
	const char *reason;       /* who asks and what for, for the log: a literal */
	const char *method;       /* NULL = GET */
	const char *path;         /* from kube_url() */
	const char *accept;       /* NULL = application/json */
	const char *content_type; /* NULL = application/json, when there is a body */
	const char *body;
	size_t body_len; /* 0 with a body = strlen */
	bool gzip, is_watch;
	bool once;          /* do not repeat */
	bool at_once;       /* as http_call's */
	bool is_budgeted;   /* counts against the budget (kube_budget.h): whoever sends it has asked for a turn */
	int64_t timeout_ms; /* 0 = --request-timeout or 30 s */
	int64_t silence_ms; /* of watches; 0 = 150 s */
	size_t body_max;
	bool (*on_data)(void *data, const char *bytes, size_t len);
	void (*on_accepted)(void *data); /* as http_call's; may be NULL */
	/* Exactly once unless cancelled; never from inside kube_request. */
	void (*on_done)(void *data, const struct kube_result *result);
	void *data;
	void (*free_data)(void *data); /* when the request ends in whatever way; NULL = data is not the request's */
};

/* Waits for credentials, sends, repeats 429 and 5xx that carry Retry-After (≤ 10 times, at most a minute apart), and
 * 429, and of a GET 502 and 503, without it (≤ 4 times, over 15 s); watches and `once` never.
 * NULL with err for what can be said at once (the gate). */
struct kube_request *kube_request(struct kube_client *client, const struct kube_call *call, struct err *err) MUST_USE;
void kube_request_cancel(struct kube_request *request); /* NULL is fine */

/* One object as a cJSON tree (borrowed during the call; NULL with err). */
struct cJSON;
typedef void kube_json_fn(void *data, const struct cJSON *object, const struct kube_result *result);
struct kube_request *kube_get_json(struct kube_client *client, const char *reason, const char *path, kube_json_fn *fn,
				   void *data, struct err *err) MUST_USE;

/* Everything that writes: the answer is the object after the change. */
struct kube_change {
	const char *reason;     /* as kube_call's */
	const char *method;     /* POST, PUT, PATCH, DELETE */
	struct kube_url url;    /* its query is added to */
	const char *patch_type; /* PATCH: "application/merge-patch+json" … */
	const char *body;
	bool dry_run;              /* dryRun=All */
	const char *field_manager; /* NULL = "mqdeck" */
	bool force;                /* server-side apply: take ownership */
	bool once;                 /* do not repeat on Retry-After: the caller shows what it waits for */
};
struct kube_request *kube_change(struct kube_client *client, const struct kube_change *change, kube_json_fn *fn,
				 void *data, struct err *err) MUST_USE;

/* ---- for WebSockets on kube_client_http() ---- */

/* Calls fn once, later, with the header lines of who we are (NULL-terminated, valid during the call), or err. */
typedef void kube_headers_fn(void *data, const char *const *headers, const struct err *err);
struct kube_wait *kube_client_headers(struct kube_client *client, kube_headers_fn *fn, void *data);
void kube_wait_cancel(struct kube_wait *wait); /* NULL is fine; after fn was called it is gone */
/* The server said 401: cached credentials are dropped, the next request gets new ones. */
void kube_client_unauthorized(struct kube_client *client);

#endif
