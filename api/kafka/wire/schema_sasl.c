/* Authentication: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_sasl_handshake_request
static const struct kafka_field sasl_handshake_request_fields[] = {
	{KAFKA_FIELD(T, mechanism, STRING)},
};
#undef T
const struct kafka_schema kafka_sasl_handshake_request_schema =
	KAFKA_SCHEMA(kafka_sasl_handshake_request, sasl_handshake_request_fields);

#define T struct kafka_sasl_handshake_response
static const struct kafka_field sasl_handshake_response_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD_STRINGS(T, mechanisms)},
};
#undef T
const struct kafka_schema kafka_sasl_handshake_response_schema =
	KAFKA_SCHEMA(kafka_sasl_handshake_response, sasl_handshake_response_fields);

#define T struct kafka_sasl_authenticate_request
static const struct kafka_field sasl_authenticate_request_fields[] = {
	{KAFKA_FIELD(T, auth_bytes, BYTES)},
};
#undef T
const struct kafka_schema kafka_sasl_authenticate_request_schema =
	KAFKA_SCHEMA(kafka_sasl_authenticate_request, sasl_authenticate_request_fields);

#define T struct kafka_sasl_authenticate_response
static const struct kafka_field sasl_authenticate_response_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, auth_bytes, BYTES)},
	{KAFKA_FIELD(T, session_lifetime_ms, INT64), .since = 1},
};
#undef T
const struct kafka_schema kafka_sasl_authenticate_response_schema =
	KAFKA_SCHEMA(kafka_sasl_authenticate_response, sasl_authenticate_response_fields);
