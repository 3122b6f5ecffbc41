/* Authentication. Units: *_ms milliseconds, *_bytes bytes. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_SASL_H
#define MQDECK_KAFKA_WIRE_MESSAGES_SASL_H

#include "api/kafka/wire/schema.h"

struct kafka_sasl_handshake_request {
	const char *mechanism;
};

struct kafka_sasl_handshake_response {
	int16_t error_code;
	KAFKA_ARRAY(const char *) mechanisms;
};

struct kafka_sasl_authenticate_request {
	struct kafka_bytes auth_bytes;
};

struct kafka_sasl_authenticate_response {
	int16_t error_code;
	const char *error_message;
	struct kafka_bytes auth_bytes;
	int64_t session_lifetime_ms; /* 0 = no end; since version 1 */
};

#endif
