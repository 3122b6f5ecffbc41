/* Inside the Kafka side of the embedded cluster: one request and how it is answered. */
#ifndef MQDECK_DEMO_KAFKA_KAFKA_SESSION_PRIVATE_H
#define MQDECK_DEMO_KAFKA_KAFKA_SESSION_PRIVATE_H

#include "api/demo/kafka/kafka_cluster.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/kafka_errors.h"

struct kafka_scram;

struct kafka_call {
	struct kafka *kafka;
	int broker;     /* who is asked */
	int32_t port;   /* of the listener: what is advertised */
	struct kafka_scram *scram; /* NULL on a plain listener */
	struct arena *arena;
	const struct kafka_header *header;
	const void *request;
};

/* A response of the request's API, every field at its default, in the arena. */
void *kafka_answer_new(const struct kafka_call *call);

/* Room for `count` elements of an array of a message; push with KAFKA_PUSH. */
#define KAFKA_ROOM(call, array, count)                                                                                         \
	((array).items = arena_alloc((call)->arena, ((size_t)(count) + 1) * sizeof *(array).items), (array).len = 0)
#define KAFKA_PUSH(array, ...) ((array).items[(array).len++] = (__VA_ARGS__))

typedef void *kafka_answer_fn(const struct kafka_call *call);

kafka_answer_fn kafka_answer_versions, kafka_answer_metadata, kafka_answer_cluster, kafka_answer_quorum, kafka_answer_configs,
	kafka_answer_log_dirs, kafka_answer_unregister, kafka_answer_alter_configs;
kafka_answer_fn kafka_answer_list_reassignments, kafka_answer_alter_reassignments, kafka_answer_elect, kafka_answer_offsets;
kafka_answer_fn kafka_answer_list_groups, kafka_answer_describe_groups, kafka_answer_coordinator, kafka_answer_offset_fetch;
kafka_answer_fn kafka_answer_sasl_handshake, kafka_answer_sasl_authenticate;

/* The zone of the node that the broker is on, in the arena. */
const char *kafka_rack_of(const struct kafka_call *call, int broker);

/* The newest version of an API that a broker of this Kafka version serves; -1 = not served. */
int kafka_served_version(const struct kafka *kafka, int16_t api_key);

/* kafka_scram.c: the server's side of SCRAM-SHA-256 and -512 (RFC 5802). */
struct kafka_scram *kafka_scram_create(struct kafka *kafka);
void kafka_scram_destroy(struct kafka_scram *scram); /* NULL is fine */
bool kafka_scram_is_done(const struct kafka_scram *scram);

#endif
