/* Members of the world's shapes for the fields that brokers say (the tables *_fields.def of api/rabbitmq and api/kafka/poll), by the
 * type of the field; and what each is while it is not known. */
#ifndef MQDECK_MODEL_RECORDS_FIELD_SHAPES_H
#define MQDECK_MODEL_RECORDS_FIELD_SHAPES_H

#include <stdint.h>

#define WORLD_FIELD_COUNT(member) int64_t member;
#define WORLD_FIELD_SMALL(member) int64_t member;
#define WORLD_FIELD_BYTES(member) int64_t member;
#define WORLD_FIELD_RATE(member) double member;
#define WORLD_FIELD_FLAG(member) int member;
#define WORLD_FIELD_TEXT(member) const char *member;
#define WORLD_FIELD_WORD(member) const char *member;

#define WORLD_UNKNOWN_COUNT (-1)
#define WORLD_UNKNOWN_SMALL (-1)
#define WORLD_UNKNOWN_BYTES (-1)
#define WORLD_UNKNOWN_RATE (-1)
#define WORLD_UNKNOWN_FLAG (-1)
#define WORLD_UNKNOWN_TEXT NULL
#define WORLD_UNKNOWN_WORD NULL

/* Only what is not held back in the snapshot. */
#define WORLD_IF_SHOWN(...) __VA_ARGS__
#define WORLD_IF_CARRIED(...) __VA_ARGS__
#define WORLD_IF_MAIN(...) __VA_ARGS__
#define WORLD_IF_MORE(...) __VA_ARGS__
#define WORLD_IF_HELD(...)

#endif
