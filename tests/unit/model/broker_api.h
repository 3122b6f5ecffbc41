/* A scripted API server that holds one broker cluster and its secrets: lists of a few kinds, watches that stay silent,
 * and secrets by name. */
#ifndef MQDECK_TESTS_BROKER_API_H
#define MQDECK_TESTS_BROKER_API_H

#include "api/kube/client/kube_client.h"
#include "tests/unit/kube/fake_api.h"

enum { BROKER_API_SECRETS = 8 };

struct broker_secret {
	const char *name, *labels; /* labels: JSON members */
	bool forbidden;
	struct {
		const char *key, *value;
	} data[6];
};

struct broker_api {
	struct fake_api fake;
	struct kubeconfig *config;
	struct kube_access *access;
	struct kube_client *client;
	const char *kafkas, *users, *sets, *rabbitmqs, *claims; /* JSON items; NULL = none */
	struct buf pods;
	struct broker_secret secrets[BROKER_API_SECRETS];
	const char *config_map; /* JSON of "mq-conf"; NULL = there is none */
	bool leases_forbidden;
	/* Lists of this resource ("/pods") are answered with this instead, so often; NULL = none. */
	const char *refused, *refusal_headers, *refusal;
	int refusal_status;
	unsigned refusals;
	unsigned secret_reads;
};

/* The members above are set before or after; the client is the API's. */
struct kube_client *broker_api_start(struct broker_api *api, struct loop *loop);
void broker_api_stop(struct broker_api *api);
/* Three running and ready pods NAME-0 … in the namespace prod; labels and ports are JSON. */
void broker_api_put_pods(struct broker_api *api, const char *name, const char *labels, const char *owner_kind,
			 const char *subdomain, const char *ports);

#endif
