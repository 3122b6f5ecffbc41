/* Finds the user and password for a RabbitMQ cluster's management API: of the candidates that rabbitmq_candidates.h lists,
 * each read when its turn comes and wiped after use, and the one a rabbitmq.conf names.
 *
 * And before them, where the API is served with TLS (port 15671 of the container, spec.tls of a RabbitmqCluster),
 * the authority to verify it with: ca.crt of the secret named in configuration, of spec.tls.caSecretName, of
 * spec.tls.secretName. Where it is served without TLS as well, the authority may be missing. */
#ifndef MQDECK_MODEL_SOURCES_BROKER_CREDENTIALS_H
#define MQDECK_MODEL_SOURCES_BROKER_CREDENTIALS_H

#include "api/kube/client/kube_budget.h"
#include "api/model/records/world_shapes.h"
#include "api/model/sources/discover.h"
#include "api/rabbitmq/monitor.h"

struct source_credentials;

struct source_credentials_options {
	struct kube_client *client;
	struct kube_budget_share *share;          /* the cluster's, of the budget */
	const struct source_found_cluster *found; /* borrowed for the call, as is pod */
	const struct kube_pod *pod;               /* one of its pods; may be NULL */
	const char *configured; /* secret named in configuration, "name" or "namespace/name"; NULL = none */
	/* All of it is wiped after the call. tls NULL = the management API without TLS. */
	void (*on_found)(void *data, const char *user, const char *password, const char *origin,
			 const struct rabbitmq_tls *tls);
	/* Nothing left to try; err says why the last one could not be read (ERR_NONE: there was none to try). */
	void (*on_none)(void *data, const struct err *err);
	void *data;
};

/* Never calls back from inside. */
struct source_credentials *source_credentials_seek(struct loop *loop, const struct source_credentials_options *options);

enum source_management_tls { SOURCE_MANAGEMENT_IN_CLEAR, SOURCE_MANAGEMENT_EITHER, SOURCE_MANAGEMENT_TLS_ONLY };
/* How the management API is served, by the resource and the container's ports. pod may be NULL. */
enum source_management_tls source_credentials_management(const struct source_found_cluster *found,
							 const struct kube_pod *pod);
/* The port that a container declares for it by name, where it is another than RabbitMQ's own; 0 = none. */
uint16_t source_credentials_management_port(const struct kube_container *container);
/* As a rabbitmq.conf says it that a ConfigMap or secret holds, once something is found: 0 and NULL where it says nothing. */
uint16_t source_credentials_port(const struct source_credentials *credentials);
const char *source_credentials_prefix(const struct source_credentials *credentials);
void source_credentials_next(struct source_credentials *credentials);    /* what was found is refused: try on */
void source_credentials_destroy(struct source_credentials *credentials); /* NULL is fine; no callback after */

#endif
