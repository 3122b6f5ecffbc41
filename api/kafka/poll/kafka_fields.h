/* The types of the fields that Kafka's brokers say, for group_fields.def, topic_fields.def and broker_fields.def:
 *
 *   TEXT  copied into the arena; NULL = not said      COUNT  a number, 8 bytes; -1 = not said
 *   FLAG  yes or no                                   SMALL  a number, 4 bytes; -1 = not said */
#ifndef MQDECK_KAFKA_POLL_KAFKA_FIELDS_H
#define MQDECK_KAFKA_POLL_KAFKA_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#define KAFKA_FIELD_TEXT(member) const char *member;
#define KAFKA_FIELD_COUNT(member) int64_t member;
#define KAFKA_FIELD_SMALL(member) int32_t member;
#define KAFKA_FIELD_FLAG(member) bool member;

/* Out of an answer. */
#define KAFKA_TAKE_TEXT(arena, value) arena_strdup(arena, value)
#define KAFKA_TAKE_COUNT(arena, value) (value)
#define KAFKA_TAKE_SMALL(arena, value) (value)
#define KAFKA_TAKE_FLAG(arena, value) (value)

#define KAFKA_UNKNOWN_TEXT NULL
#define KAFKA_UNKNOWN_COUNT (-1)
#define KAFKA_UNKNOWN_SMALL (-1)
#define KAFKA_UNKNOWN_FLAG false

#define KAFKA_IS_SAID_TEXT(value) ((value) != NULL)
#define KAFKA_IS_SAID_COUNT(value) ((value) >= 0)
#define KAFKA_IS_SAID_SMALL(value) ((value) >= 0)

#endif
