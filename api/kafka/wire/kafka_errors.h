/* Kafka's error codes: name, whether asking again can help, and what it means for an operator.
 * Source: org.apache.kafka.common.protocol.Errors, 4.4.0. */
#ifndef MQDECK_KAFKA_WIRE_KAFKA_ERRORS_H
#define MQDECK_KAFKA_WIRE_KAFKA_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"

enum {
	KAFKA_ERR_NONE = 0,
	KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION = 3,
	KAFKA_ERR_LEADER_NOT_AVAILABLE = 5,
	KAFKA_ERR_NOT_LEADER = 6,
	KAFKA_ERR_REQUEST_TIMED_OUT = 7,
	KAFKA_ERR_COORDINATOR_LOADING = 14,
	KAFKA_ERR_COORDINATOR_NOT_AVAILABLE = 15,
	KAFKA_ERR_NOT_COORDINATOR = 16,
	KAFKA_ERR_TOPIC_AUTHORIZATION_FAILED = 29,
	KAFKA_ERR_UNSUPPORTED_SASL_MECHANISM = 33,
	KAFKA_ERR_ILLEGAL_SASL_STATE = 34,
	KAFKA_ERR_UNSUPPORTED_VERSION = 35,
	KAFKA_ERR_NOT_CONTROLLER = 41,
	KAFKA_ERR_INVALID_REQUEST = 42,
	KAFKA_ERR_STORAGE = 56, /* a log directory is offline */
	KAFKA_ERR_SASL_AUTHENTICATION_FAILED = 58,
	KAFKA_ERR_REASSIGNMENT_IN_PROGRESS = 60,
	KAFKA_ERR_GROUP_ID_NOT_FOUND = 69,
	KAFKA_ERR_ELECTION_NOT_NEEDED = 84,
	KAFKA_ERR_NO_REASSIGNMENT_IN_PROGRESS = 85,
	KAFKA_ERR_REBOOTSTRAP_REQUIRED = 129,
};

const char *kafka_error_name(int16_t code);  /* "NOT_CONTROLLER"; "UNKNOWN_ERROR" for codes not known */
bool kafka_error_is_retriable(int16_t code); /* as PROTOCOL.md lists them */
/* Fills err with what `what` (a phrase: "reading the metadata of kafka-0") met; message is the broker's own, may be
 * NULL. Returns false. */
bool kafka_error_set(struct err *err, int16_t code, const char *what, const char *message);

#endif
