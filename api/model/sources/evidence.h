/* What speaks for a broker: of a set, of a pod, of one container. No sign alone is trusted further than it goes. Clients,
 * exporters and proxies carry the brokers' words in their names, so each sign has a weight, and what reaches the
 * threshold is a broker. What was found is kept, for whoever asks why. */
#ifndef MQDECK_MODEL_SOURCES_EVIDENCE_H
#define MQDECK_MODEL_SOURCES_EVIDENCE_H

#include "api/kube/records/records.h"
#include "api/model/records/world_shapes.h"

enum { SOURCE_SIGNS_MAX = 16 };

struct source_sign_row;

struct source_sign { /* one that was found; texts are the records' */
	const struct source_sign_row *row;
	const char *text;
	int32_t number;
};

struct source_evidence {
	bool enough; /* it is a broker, of this kind */
	enum world_broker_kind kind;
	int score;
	const struct kube_container *container; /* the broker's; NULL = there is none */
	size_t sign_count;
	struct source_sign signs[SOURCE_SIGNS_MAX];
};

struct source_evidence_case { /* what there is to judge */
	const struct kube_meta *meta;
	const struct kube_pair *labels; /* of the template; NULL for a pod, whose own are in meta */
	size_t label_count;
	const struct kube_container *containers;
	size_t container_count;
};

/* Clients run in Deployments, brokers seldom: there the signs have to be that many more. */
enum { SOURCE_ENOUGH = 4, SOURCE_ENOUGH_OF_WORKLOAD = 6 };

/* Weighed once: *kept, NULL at first, holds what was found for as long as the record is the same; free() it. */
void source_evidence_weigh(const struct source_evidence_case *of, void **kept, struct source_evidence *out);
/* Of something whose kind is known from elsewhere; the text is not copied. */
enum source_word { SOURCE_WORD_OF_RESOURCE, SOURCE_WORD_OF_ANNOTATION, SOURCE_WORD_OF_CONFIGURATION };
struct source_evidence source_evidence_certain(enum world_broker_kind kind, enum source_word word, const char *text);
/* "image bitnami/kafka:3.9, port 9092, label kafka"; bare, for the log, "image, port, label". free() it. */
char *source_evidence_words(const struct source_evidence *evidence, bool bare);

/* The container in which a broker of that kind runs: what speaks most for it, whatever stands before it; with no sign at
 * all the first. NULL when there is none. */
const struct kube_container *source_evidence_container(enum world_broker_kind kind,
						       const struct kube_container *containers, size_t count);

#endif
