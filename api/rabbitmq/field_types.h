/* The types of the fields that RabbitMQ says, for the tables *_fields.def. What was not said is -1, or no word.
 *
 *   COUNT  a whole number, 8 bytes          SMALL  one that stays below 2^31, 4 bytes
 *   BYTES  a number of bytes, 8 bytes       RATE   a number a second, 4 bytes
 *   FLAG   1 or 0, 1 byte                   TEXT   a text of its own, 8 bytes and itself
 *   WORD   of queues: a text that many share (a policy), 2 bytes, a number into words
 *
 * A struct takes its members in three turns, the large ones first, so that no bytes are lost between them. */
#ifndef MQDECK_RABBITMQ_FIELD_TYPES_H
#define MQDECK_RABBITMQ_FIELD_TYPES_H

#include <stdint.h>

#define RABBITMQ_LARGE_COUNT(member) int64_t member;
#define RABBITMQ_LARGE_BYTES(member) int64_t member;
#define RABBITMQ_LARGE_SMALL(member)
#define RABBITMQ_LARGE_RATE(member)
#define RABBITMQ_LARGE_TEXT(member) const char *member;
#define RABBITMQ_LARGE_WORD(member)
#define RABBITMQ_LARGE_FLAG(member)

#define RABBITMQ_MIDDLE_COUNT(member)
#define RABBITMQ_MIDDLE_BYTES(member)
#define RABBITMQ_MIDDLE_SMALL(member) int32_t member;
#define RABBITMQ_MIDDLE_RATE(member) float member;
#define RABBITMQ_MIDDLE_TEXT(member)
#define RABBITMQ_MIDDLE_WORD(member)
#define RABBITMQ_MIDDLE_FLAG(member)

#define RABBITMQ_TINY_COUNT(member)
#define RABBITMQ_TINY_BYTES(member)
#define RABBITMQ_TINY_SMALL(member)
#define RABBITMQ_TINY_RATE(member)
#define RABBITMQ_TINY_TEXT(member)
#define RABBITMQ_TINY_WORD(member) uint16_t member;
#define RABBITMQ_TINY_FLAG(member) int8_t member;

/* Where bytes do not matter. */
#define RABBITMQ_MEMBER(type, member)                                                                                  \
	RABBITMQ_LARGE_##type(member) RABBITMQ_MIDDLE_##type(member) RABBITMQ_TINY_##type(member)

#endif
