/* What a RabbitMQ cluster says of itself (RabbitMQ 3.9 to 4.x), decoded from the management API's JSON or, where
 * that is closed, from the JSON of rabbitmqctl and rabbitmq-diagnostics.
 *
 * Every part is decoded once, never changed afterwards and counted: whoever keeps a part longer than the call that
 * handed it out takes a reference. Everything is optional, because versions and the state of a node decide what is
 * there: figures are -1, flags -1, rates negative and strings NULL when they were not said. Strings are untrusted. */
#ifndef MQDECK_RABBITMQ_RABBITMQ_SNAPSHOT_H
#define MQDECK_RABBITMQ_RABBITMQ_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/map.h"
#include "api/rabbitmq/field_types.h"

struct rabbitmq_overview { /* GET /api/overview */
	int references;
	struct arena arena;
#define X(place, type, member, ...) RABBITMQ_MEMBER(type, member)
#include "api/rabbitmq/overview_fields.def"
#undef X
};

struct rabbitmq_node { /* an item of GET /api/nodes; a node that is down has little more than a name */
#define X(place, type, member, ...) RABBITMQ_MEMBER(type, member)
#include "api/rabbitmq/node_fields.def"
#undef X
	const char *version;    /* said by the command line alone */
	const char *partitions; /* nodes it does not hear, joined by ','; "" = none; NULL not said */
};

struct rabbitmq_nodes {
	int references;
	struct arena arena;
	struct rabbitmq_node *items;
	size_t count;
	const char *alarms; /* only from the CLI, which names alarms of the whole cluster: joined by ',' */
};

enum rabbitmq_queue_type {
	RABBITMQ_CLASSIC,
	RABBITMQ_QUORUM,
	RABBITMQ_STREAM,
	RABBITMQ_VOLATILE, /* holds nothing and goes with its client: MQTT of QoS 0, direct reply-to */
	RABBITMQ_OTHER,
};

enum { RABBITMQ_NO_NAME = 0xffff };

/* 72 bytes and its name: fifty thousand of them are kept, and while they are read anew twice that. Words that repeat are numbers
 * into `words`. */
struct rabbitmq_queue {
	const char *name;
	/* member_count nodes, then online_count nodes: numbers into words; shared by many */
	const uint16_t *members;
#define X(place, asked, type, member, ...) RABBITMQ_LARGE_##type(member)
#include "api/rabbitmq/queue_fields.def"
#undef X
#define X(place, asked, type, member, ...) RABBITMQ_MIDDLE_##type(member)
#include "api/rabbitmq/queue_fields.def"
#undef X
	uint16_t vhost, state, leader, node; /* numbers into words, RABBITMQ_NO_NAME = none */
#define X(place, asked, type, member, ...) RABBITMQ_TINY_##type(member)
#include "api/rabbitmq/queue_fields.def"
#undef X
	uint16_t type : 3; /* enum rabbitmq_queue_type */
	uint16_t member_count : 5, online_count : 5, members_known : 1, online_known : 1;
};

/* Of the queues of one picture after the other: what stays from one to the next is held once. */
struct rabbitmq_names {
	int references;
	struct arena arena;
};

struct rabbitmq_queues {
	int references;
	struct arena arena;
	struct rabbitmq_names *names;
	size_t name_bytes;              /* of its own queues: the rest of names is of others, or of nobody */
	struct rabbitmq_queues *before; /* whose names these may be; only while it is being filled */
	size_t before_at;               /* the next of them */
	struct rabbitmq_queue *items;
	size_t count, size;
	const char **words;
	size_t word_count, word_size;
	struct map word_index; /* word → its number + 1, only while it is being filled */
	uint32_t *replicated;  /* numbers of the quorum queues and streams */
	size_t replicated_count;
	bool truncated; /* there are more than were read: counts are of those read */
};

/* Connections to one node that bear the same name. */
struct rabbitmq_client {
	const char *node;
	const char *name; /* what the client calls its connection, else its user; cut at RABBITMQ_CLIENT_NAME_MAX
			     bytes */
	int64_t connections;
};

/* GET /api/connections, added up: the list itself is not kept. */
struct rabbitmq_clients {
	int references;
	struct arena arena;
	struct rabbitmq_client *items; /* by node, then most connections first, then by name */
	size_t count, size;
	int64_t connections; /* all of them */
	bool partial;        /* some are missing: beyond RABBITMQ_CONNECTIONS_MAX, or without a node */
	struct map index;    /* node and name → number of the item + 1, only while it is being filled */
};

enum { RABBITMQ_CONNECTIONS_MAX = 2000, RABBITMQ_CLIENT_NAME_MAX = 64 };

enum { RABBITMQ_QUEUES_MAX = 200000, RABBITMQ_NODES_MAX = 1024, RABBITMQ_MEMBERS_MAX = 31 };

struct rabbitmq_overview *rabbitmq_overview_ref(struct rabbitmq_overview *overview);
void rabbitmq_overview_unref(struct rabbitmq_overview *overview); /* NULL is fine, here and below */
struct rabbitmq_nodes *rabbitmq_nodes_ref(struct rabbitmq_nodes *nodes);
void rabbitmq_nodes_unref(struct rabbitmq_nodes *nodes);
/* `before` is what these replace: names that are in both are held once. NULL = nothing. Referenced until seal or the end. */
struct rabbitmq_queues *rabbitmq_queues_create(struct rabbitmq_queues *before);
struct rabbitmq_queues *rabbitmq_queues_ref(struct rabbitmq_queues *queues);
void rabbitmq_queues_unref(struct rabbitmq_queues *queues);
struct rabbitmq_clients *rabbitmq_clients_create(void);
struct rabbitmq_clients *rabbitmq_clients_ref(struct rabbitmq_clients *clients);
void rabbitmq_clients_unref(struct rabbitmq_clients *clients);

/* The word for a number of a queue; NULL for RABBITMQ_NO_NAME. */
const char *rabbitmq_word(const struct rabbitmq_queues *queues, uint16_t number);
const char *rabbitmq_queue_type_word(enum rabbitmq_queue_type type);

#endif
