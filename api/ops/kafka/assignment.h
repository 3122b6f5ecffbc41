/* Lists of partitions with the brokers that hold (or shall hold) them, as a plan keeps them in its facts: dense text,
 * so that 100,000 partitions fit into one record of a journal.
 *
 *   "orders 0:1,2,3 1:2,3,1;payments 0:3,1,2"     topic, then partition:brokers, preferred leader first
 *   "orders 0:-"                                  no brokers: take a reassignment back */
#ifndef MQDECK_OPS_KAFKA_ASSIGNMENT_H
#define MQDECK_OPS_KAFKA_ASSIGNMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/vec.h"

enum { OPS_KAFKA_ASSIGNMENT_TEXT_MAX = 12 * 1024 * 1024, OPS_KAFKA_ASSIGNMENT_NODES_MAX = 32 };

struct ops_kafka_assignment_item {
	const char *topic;
	const int32_t *nodes; /* ids; NULL when count is 0 */
	int32_t partition;
	uint8_t count;
};

struct ops_kafka_assignment {
	struct arena arena;
	VEC(struct ops_kafka_assignment_item) items; /* as added until ops_kafka_assignment_sort() */
};

/* False when the name cannot be one of a topic (letters, digits, '.', '_', '-') or there are too many nodes. Copies. */
bool ops_kafka_assignment_add(struct ops_kafka_assignment *assignment, const char *topic, int32_t partition,
			      const int32_t *nodes, size_t count) MUST_USE;
/* By topic and partition, as ops_kafka_assignment_find() needs it. */
void ops_kafka_assignment_sort(struct ops_kafka_assignment *assignment);
/* NULL when it is not in it. *hint, at first 0, makes a walk in order cheap. */
const struct ops_kafka_assignment_item *ops_kafka_assignment_find(const struct ops_kafka_assignment *assignment,
								  const char *topic, int32_t partition, size_t *hint);
/* Sorted. Text from a person too: err says where it is wrong. On failure it is empty. */
bool ops_kafka_assignment_parse(struct ops_kafka_assignment *out, const char *text, struct err *err) MUST_USE;
void ops_kafka_assignment_write(const struct ops_kafka_assignment *assignment, struct buf *out);
void ops_kafka_assignment_finish(struct ops_kafka_assignment *assignment);
static inline void cleanup_ops_kafka_assignment_finish(struct ops_kafka_assignment *it) /* for CLEANUP() */
{
	ops_kafka_assignment_finish(it);
}

#endif
