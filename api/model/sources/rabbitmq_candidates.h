/* Which users may lead into a RabbitMQ cluster's management API, best first: told from records alone, before anything is
 * read. A user name and its password may stand in different objects, as an environment may name a ConfigMap for the one
 * and a secret for the other. */
#ifndef MQDECK_MODEL_SOURCES_RABBITMQ_CANDIDATES_H
#define MQDECK_MODEL_SOURCES_RABBITMQ_CANDIDATES_H

#include "api/base/vec.h"
#include "api/model/sources/discover.h"

struct source_place {
	enum kube_kind kind; /* KUBE_SECRETS or KUBE_CONFIG_MAPS */
	char *namespace, *name;
	char *key; /* NULL = by habit */
};

void source_place_finish(struct source_place *place);

struct source_value {
	char *known; /* NULL = in one of the places, the first that has it */
	VEC(struct source_place) places;
	size_t next;
};

struct source_rabbitmq_candidate {
	struct source_value user, password;
};

struct source_rabbitmq_candidates {
	VEC(struct source_rabbitmq_candidate) items;
	VEC(struct source_place) configs; /* what may hold a rabbitmq.conf: mounted where the broker reads that */
};

/* Of the operator's resource, of the secret named in configuration ("name" or "namespace/name"; NULL = none), of the pod's
 * own environment (may be NULL), of what operators call theirs. */
void source_rabbitmq_candidates_find(const struct source_found_cluster *found, const struct kube_pod *pod,
				     const char *configured, struct source_rabbitmq_candidates *candidates);
/* One more, known already. Owns both. */
void source_rabbitmq_candidates_add(struct source_rabbitmq_candidates *candidates, char *user, char *password);
void source_rabbitmq_candidates_finish(struct source_rabbitmq_candidates *candidates);

/* The next place to read for a candidate. NULL: nothing is left to read, and complete says whether both are known. */
const struct source_place *source_rabbitmq_candidate_place(const struct source_rabbitmq_candidate *candidate,
							   bool *complete);
/* What was read at that place, NULL = it could not be. err, where something was and what is sought is not in it. */
void source_rabbitmq_candidate_take(struct source_rabbitmq_candidate *candidate, const struct kube_secret *object,
				    struct err *err);
/* What is known of it is wiped: it is not tried any more. */
void source_rabbitmq_candidate_forget(struct source_rabbitmq_candidate *candidate);
/* "secret NAMESPACE/NAME": where the password was found, or else the user. free() it. */
char *source_rabbitmq_candidate_origin(const struct source_rabbitmq_candidate *candidate);

#endif
