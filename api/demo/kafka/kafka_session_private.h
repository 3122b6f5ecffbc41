/* Inside the Kafka side of the embedded cluster: one request and how it is answered. */
#ifndef MQDECK_DEMO_KAFKA_KAFKA_SESSION_PRIVATE_H
#define MQDECK_DEMO_KAFKA_KAFKA_SESSION_PRIVATE_H

#include "api/demo/kafka/kafka_cluster.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/kafka_errors.h"

struct demo_kafka_scram;

struct demo_kafka_call {
	struct demo_kafka *kafka;
	int broker;                     /* who is asked */
	int32_t port;                   /* of the listener: what is advertised */
	struct demo_kafka_scram *scram; /* NULL on a plain listener */
	struct arena *arena;
	const struct kafka_header *header;
	const void *request;
};

/* A response of the request's API, every field at its default, in the arena. */
static inline void *demo_kafka_answer_new(const struct demo_kafka_call *call)
{
	const struct kafka_schema *schema = kafka_api_find(call->header->api_key)->response;
	void *response = arena_alloc(call->arena, schema->size);
	kafka_message_init(schema, response);
	return response;
}

/* Room for `count` elements of an array of a message; push with DEMO_KAFKA_PUSH. */
#define DEMO_KAFKA_ROOM(call, array, count)                                                                            \
	((array).items = arena_alloc((call)->arena, ((size_t)(count) + 1) * sizeof *(array).items), (array).len = 0)
#define DEMO_KAFKA_PUSH(array, ...) ((array).items[(array).len++] = (__VA_ARGS__))

typedef void *demo_kafka_answer_fn(const struct demo_kafka_call *call);

demo_kafka_answer_fn demo_kafka_answer_metadata, demo_kafka_answer_cluster, demo_kafka_answer_quorum,
	demo_kafka_answer_configs, demo_kafka_answer_log_dirs, demo_kafka_answer_unregister,
	demo_kafka_answer_alter_configs;
demo_kafka_answer_fn demo_kafka_answer_list_reassignments, demo_kafka_answer_alter_reassignments,
	demo_kafka_answer_elect, demo_kafka_answer_offsets;
demo_kafka_answer_fn demo_kafka_answer_list_groups, demo_kafka_answer_describe_groups, demo_kafka_answer_coordinator,
	demo_kafka_answer_offset_fetch;
demo_kafka_answer_fn demo_kafka_answer_sasl_handshake, demo_kafka_answer_sasl_authenticate;

/* The zone of the node that the broker is on, in the arena. */
const char *demo_kafka_rack_of(const struct demo_kafka_call *call, int broker);

/* kafka_scram.c: the server's side of SCRAM-SHA-256 and -512 (RFC 5802). */
struct demo_kafka_scram *demo_kafka_scram_create(struct demo_kafka *kafka);
void demo_kafka_scram_destroy(struct demo_kafka_scram *scram); /* NULL is fine */
bool demo_kafka_scram_is_done(const struct demo_kafka_scram *scram);

#endif
