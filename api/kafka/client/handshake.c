/* The start of a connection: ApiVersions, and where wanted SaslHandshake and SaslAuthenticate. */
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kafka/client/connection_private.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

enum { VERSIONS_ASKED = 3, AUTH_BYTES_MAX = 8192 };

static void on_versions(void *data, const struct err *err, const void *response);
static void on_authenticated(void *data, const struct err *err, const void *response);

static void fail_with(struct kafka_connection *connection, struct err *err)
{
	err_prefix(err, "%s", connection->options.label);
	kafka_connection_fail(connection, err);
}

static bool ask_versions(struct kafka_connection *connection, int version)
{
	struct kafka_api_versions_request request = {
		.client_software_name = "mqdeck", .client_software_version = MQDECK_VERSION, .node_id = -1};
	return kafka_connection_push(connection, KAFKA_API_VERSIONS, version, &request, on_versions);
}

void kafka_start_begin(struct kafka_connection *connection)
{
	connection->stage = KAFKA_STAGE_VERSIONS;
	ask_versions(connection, VERSIONS_ASKED);
}

static void on_versions(void *data, const struct err *err, const void *response)
{
	struct kafka_connection *connection = data;
	const struct kafka_api_versions_response *versions = response;
	if (err)
		return;
	struct err why = {0};
	log_debug(LOG_KAFKA, "versions told to=\"%s\" apis=%d code=%s", connection->options.label,
		  (int)versions->api_keys.len, kafka_error_name(versions->error_code));
	/* An old broker says so in the oldest form, with what it speaks. */
	if (versions->error_code == KAFKA_ERR_UNSUPPORTED_VERSION && !connection->asked_again) {
		connection->asked_again = true;
		ask_versions(connection, 0);
		return;
	}
	if (versions->error_code) {
		kafka_error_set(&why, versions->error_code, "requesting its API versions", NULL);
		fail_with(connection, &why);
		return;
	}
	arena_reset(&connection->versions_arena);
	connection->versions =
		kafka_message_copy(&connection->versions_arena, &kafka_api_versions_response_schema, versions);
	if (connection->options.sasl.mechanism == KAFKA_SASL_NONE && !connection->options.ask_login)
		kafka_connection_became_ready(connection);
	else
		kafka_start_login(connection);
}

const struct kafka_api_versions_response *kafka_connection_versions(const struct kafka_connection *connection)
{
	return connection->stage == KAFKA_STAGE_READY ? connection->versions : NULL;
}

/* ---- logging in ---- */
static void send_auth(struct kafka_connection *connection, const uint8_t *received, size_t len)
{
	struct buf answer = BUF_INIT(AUTH_BYTES_MAX);
	struct err err = {0};
	bool done = false;
	log_debug(LOG_KAFKA, "SASL step to=\"%s\" mechanism=%s received=%zu", connection->options.label,
		  kafka_sasl_name(connection->options.sasl.mechanism), len);
	if (!kafka_sasl_step(connection->sasl, received, len, &answer, &done, &err)) {
		buf_finish_secret(&answer);
		connection->trouble = KAFKA_TROUBLE_LOGIN_REFUSED;
		fail_with(connection, &err);
		return;
	}
	if (done) {
		kafka_sasl_destroy(connection->sasl);
		connection->sasl = NULL;
		kafka_connection_became_ready(connection);
	} else {
		struct kafka_sasl_authenticate_request request = {
			.auth_bytes = {(const uint8_t *)buf_str(&answer), (int32_t)answer.len}};
		int version = kafka_connection_version(connection, KAFKA_SASL_AUTHENTICATE);
		kafka_connection_push(connection, KAFKA_SASL_AUTHENTICATE, version < 0 ? 0 : version, &request,
				      on_authenticated);
	}
	buf_finish_secret(&answer);
}

static void note_session(struct kafka_connection *connection, int64_t lifetime_ms)
{
	int64_t now = loop_now_ms(connection->options.loop);
	/* A tenth is left for the round trips; absurd lifetimes must not overflow. */
	connection->login_again_at =
		lifetime_ms > 0 && lifetime_ms < INT32_MAX * 1000LL ? now + lifetime_ms / 10 * 9 : -1;
}

static void on_authenticated(void *data, const struct err *err, const void *response)
{
	struct kafka_connection *connection = data;
	const struct kafka_sasl_authenticate_response *answer = response;
	if (err)
		return;
	if (answer->error_code) {
		struct err why = {0};
		CLEANUP(free)
		char *what = str_printf("logging in as %s with %s", connection->options.sasl.user,
					kafka_sasl_name(connection->options.sasl.mechanism));
		kafka_error_set(&why, answer->error_code, what, answer->error_message);
		if (why.code == ERR_UNAUTHORIZED)
			connection->trouble = KAFKA_TROUBLE_LOGIN_REFUSED;
		fail_with(connection, &why);
		return;
	}
	note_session(connection, answer->session_lifetime_ms);
	send_auth(connection, answer->auth_bytes.data, (size_t)answer->auth_bytes.len);
}

static bool is_clear(const struct kafka_connection *connection)
{
	return !connection->options.tls.enabled && !connection->options.sasl.plain_without_tls;
}

static bool is_offered(const struct kafka_sasl_handshake_response *answer, const char *name)
{
	vec_each (&answer->mechanisms, mechanism)
		if (str_eq(*mechanism, name))
			return true;
	return false;
}

static enum kafka_sasl_mechanism best_offered(const struct kafka_connection *connection,
					      const struct kafka_sasl_handshake_response *answer)
{
	static const enum kafka_sasl_mechanism by_strength[] = {KAFKA_SASL_SCRAM_SHA_512, KAFKA_SASL_SCRAM_SHA_256,
								KAFKA_SASL_PLAIN};
	for (size_t i = 0; i < ARRAY_LEN(by_strength); i++)
		if (is_offered(answer, kafka_sasl_name(by_strength[i])) &&
		    !(by_strength[i] == KAFKA_SASL_PLAIN && is_clear(connection)))
			return by_strength[i];
	return KAFKA_SASL_NONE;
}

/* The broker does not take the mechanism asked for; it closes the connection after having said so. */
static void mind_offer(struct kafka_connection *connection, const struct kafka_sasl_handshake_response *answer,
		       struct err *why)
{
	enum kafka_sasl_mechanism asked = connection->options.sasl.mechanism;
	bool only_plain = is_clear(connection) && is_offered(answer, kafka_sasl_name(KAFKA_SASL_PLAIN));
	struct buf offered = BUF_INIT(256);
	vec_each (&answer->mechanisms, mechanism)
		buf_printf(&offered, "%s%.40s", mechanism == answer->mechanisms.items ? "it offers " : ", ",
			   *mechanism);
	connection->better = connection->negotiates ? best_offered(connection, answer) : KAFKA_SASL_NONE;
	connection->trouble = connection->better ? KAFKA_TROUBLE_MECHANISM : KAFKA_TROUBLE_LOGIN_REFUSED;
	if (connection->negotiates && !connection->better)
		err_set(why, ERR_REFUSED, "no usable SASL mechanism: %s%s",
			offered.len ? buf_str(&offered) : "it offers nothing",
			only_plain ? ", and PLAIN would send the password in clear text over a port without TLS" : "");
	else if (asked == KAFKA_SASL_NONE)
		err_set(why, ERR_UNAUTHORIZED, "the port requires a login (%s) and no user is configured for it",
			buf_str(&offered));
	if (asked == KAFKA_SASL_NONE)
		connection->trouble = KAFKA_TROUBLE_LOGIN_WANTED;
	if (!err_is_set(why)) {
		CLEANUP(free) char *what = str_printf("logging in with %s", kafka_sasl_name(asked));
		kafka_error_set(why, answer->error_code, what, buf_str(&offered));
	}
	buf_finish(&offered);
}

static void on_handshake(void *data, const struct err *err, const void *response)
{
	struct kafka_connection *connection = data;
	const struct kafka_sasl_handshake_response *answer = response;
	bool has_user = connection->options.sasl.mechanism != KAFKA_SASL_NONE;
	if (err || !answer)
		return;
	bool wants_none = answer->error_code == KAFKA_ERR_ILLEGAL_SASL_STATE;
	if (wants_none && (connection->negotiates || !has_user)) {
		kafka_connection_became_ready(connection);
	} else if (has_user && !answer->error_code) {
		send_auth(connection, NULL, 0);
	} else {
		struct err why = {0};
		mind_offer(connection, answer, &why);
		fail_with(connection, &why);
	}
}

static bool prepare_session(struct kafka_connection *connection, struct err *err)
{
	const struct kafka_sasl *sasl = &connection->options.sasl;
	if (sasl->mechanism == KAFKA_SASL_NONE)
		return true;
	if (sasl->mechanism == KAFKA_SASL_PLAIN && is_clear(connection))
		return err_set(err, ERR_REFUSED,
			       "SASL PLAIN would send the password in clear text: enable TLS, use SCRAM, or allow it "
			       "in the configuration");
	connection->sasl = kafka_sasl_create(sasl, NULL, err);
	return connection->sasl != NULL;
}

void kafka_start_login(struct kafka_connection *connection)
{
	enum kafka_sasl_mechanism mechanism = connection->options.sasl.mechanism;
	struct err err = {0};
	if (connection->stage != KAFKA_STAGE_READY)
		connection->stage = KAFKA_STAGE_LOGIN;
	connection->logging_in = true;
	connection->login_again_at = -1;
	kafka_sasl_destroy(connection->sasl);
	connection->sasl = NULL;
	if (!prepare_session(connection, &err)) {
		connection->trouble = KAFKA_TROUBLE_LOGIN_REFUSED;
		fail_with(connection, &err);
		return;
	}
	/* Without a user any name will do: the answer lists what there is. */
	struct kafka_sasl_handshake_request request = {
		.mechanism = kafka_sasl_name(mechanism ? mechanism : KAFKA_SASL_SCRAM_SHA_512)};
	kafka_connection_push(connection, KAFKA_SASL_HANDSHAKE, 1, &request, on_handshake);
}
