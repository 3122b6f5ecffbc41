/* Finds the user and password for a RabbitMQ cluster's management API, in this order: the operator's secret, a secret
 * named in configuration, what the pod's own environment refers to, the secrets that charts and operators make by
 * habit. Secrets are read one at a time and wiped after use. */
#ifndef MQDECK_MODEL_CREDENTIALS_H
#define MQDECK_MODEL_CREDENTIALS_H

#include "api/model/discover.h"
#include "api/model/world.h"

struct credentials;

struct credentials_options {
	struct kube_client *client;
	const struct found_cluster *found; /* borrowed for the call, as is pod */
	const struct kube_pod *pod;        /* one of its pods; may be NULL */
	const char *configured;            /* secret named in configuration, "name" or "namespace/name"; NULL = none */
	/* user and password are wiped after the call. */
	void (*on_found)(void *data, const char *user, const char *password, const char *origin);
	/* Nothing left to try; err says why the last one could not be read (ERR_NONE: there was none to try). */
	void (*on_none)(void *data, const struct err *err);
	void *data;
};

/* Never calls back from inside. */
struct credentials *credentials_seek(struct loop *loop, const struct credentials_options *options);
void credentials_next(struct credentials *credentials);    /* what was found is refused: try on */
void credentials_destroy(struct credentials *credentials); /* NULL is fine; no callback after */

#endif
