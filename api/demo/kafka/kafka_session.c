/* Kafka's protocol over one connection: frames in, answers out, with the console's own codec the other way round. */
#include "api/demo/kafka/kafka_session.h"
#include "api/demo/kafka/kafka_session_private.h"

enum { REQUEST_FRAME_MAX = 1024 * 1024 };

static demo_kafka_answer_fn session_answer_versions;

static const struct {
	int16_t key;
	demo_kafka_answer_fn *answer;
	bool before_login;
	int8_t max_3; /* newest version in Kafka 3.9, where it is not that of 4.1; 0 = the same */
	int8_t max;   /* newest version in Kafka 4.1, where it is not the newest we speak; 0 = the newest */
} served[] = {
	{KAFKA_API_VERSIONS, session_answer_versions, true, 0, 4},
	{KAFKA_SASL_HANDSHAKE, demo_kafka_answer_sasl_handshake, true, 0, 0},
	{KAFKA_SASL_AUTHENTICATE, demo_kafka_answer_sasl_authenticate, true, 0, 0},
	{KAFKA_METADATA, demo_kafka_answer_metadata, false, 12, 0},
	{KAFKA_DESCRIBE_CLUSTER, demo_kafka_answer_cluster, false, 1, 0},
	{KAFKA_DESCRIBE_QUORUM, demo_kafka_answer_quorum, false, 0, 0},
	{KAFKA_DESCRIBE_CONFIGS, demo_kafka_answer_configs, false, 0, 0},
	{KAFKA_INCREMENTAL_ALTER_CONFIGS, demo_kafka_answer_alter_configs, false, 0, 0},
	{KAFKA_DESCRIBE_LOG_DIRS, demo_kafka_answer_log_dirs, false, 0, 0},
	{KAFKA_LIST_PARTITION_REASSIGNMENTS, demo_kafka_answer_list_reassignments, false, 0, 0},
	{KAFKA_ALTER_PARTITION_REASSIGNMENTS, demo_kafka_answer_alter_reassignments, false, 0, 0},
	{KAFKA_ELECT_LEADERS, demo_kafka_answer_elect, false, 0, 0},
	{KAFKA_LIST_OFFSETS, demo_kafka_answer_offsets, false, 9, 0},
	{KAFKA_LIST_GROUPS, demo_kafka_answer_list_groups, false, 0, 0},
	{KAFKA_DESCRIBE_GROUPS, demo_kafka_answer_describe_groups, false, 5, 0},
	{KAFKA_FIND_COORDINATOR, demo_kafka_answer_coordinator, false, 0, 0},
	{KAFKA_OFFSET_FETCH, demo_kafka_answer_offset_fetch, false, 0, 0},
	{KAFKA_UNREGISTER_BROKER, demo_kafka_answer_unregister, false, 0, 0},
};

struct demo_kafka_session {
	struct demo_kafka *kafka;
	int broker;
	int32_t port;
	struct demo_kafka_scram *scram;
	struct buf in;
};

struct demo_kafka_session *demo_kafka_session_open(struct demo_kafka *kafka, int broker, bool scram)
{
	struct demo_kafka_session *session = mem_alloc(sizeof *session);
	*session = (struct demo_kafka_session){
		.kafka = kafka,
		.broker = broker,
		.port = scram ? DEMO_KAFKA_SCRAM_PORT : DEMO_KAFKA_PORT,
		.scram = scram ? demo_kafka_scram_create(kafka) : NULL,
		.in = BUF_INIT(REQUEST_FRAME_MAX + 4),
	};
	return session;
}

void demo_kafka_session_close(struct demo_kafka_session *session)
{
	if (!session)
		return;
	demo_kafka_scram_destroy(session->scram);
	buf_finish(&session->in);
	free(session);
}

/* The newest version of an API that a broker of this Kafka version serves; -1 = not served. */
static int session_served_version(const struct demo_kafka *kafka, int16_t api_key)
{
	bool old = kafka->spec->version[0] == '3';
	for (size_t i = 0; i < ARRAY_LEN(served); i++) {
		if (served[i].key == api_key)
			return old && served[i].max_3 ? served[i].max_3
			       : served[i].max        ? served[i].max
						      : kafka_api_find(api_key)->max;
	}
	return -1;
}

static void *session_answer_versions(const struct demo_kafka_call *call)
{
	struct kafka_api_versions_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->api_keys, ARRAY_LEN(served));
	for (size_t i = 0; i < ARRAY_LEN(served); i++)
		DEMO_KAFKA_PUSH(answer->api_keys,
				(struct kafka_api_version){
					.api_key = served[i].key,
					.min_version = kafka_api_find(served[i].key)->min,
					.max_version = (int16_t)session_served_version(call->kafka, served[i].key),
				});
	DEMO_KAFKA_ROOM(call, answer->finalized_features, 1);
	answer->finalized_features_epoch = 7;
	int16_t level = call->kafka->spec->version[0] == '3' ? 21 : 27; /* 3.9-IV0, 4.1-IV1 */
	DEMO_KAFKA_PUSH(answer->finalized_features, (struct kafka_finalized_feature){.name = "metadata.version",
										     .max_version_level = level,
										     .min_version_level = level});
	return answer;
}

/* A version we do not serve: as Kafka does, ApiVersions is answered in version 0 with the code, others by closing. */
static bool refuse_version(const struct demo_kafka_call *call, struct kafka_header header, struct buf *out)
{
	if (header.api_key != KAFKA_API_VERSIONS)
		return false;
	header.version = 0;
	struct demo_kafka_call retry = *call;
	retry.header = &header;
	struct kafka_api_versions_response *answer = session_answer_versions(&retry);
	answer->error_code = KAFKA_ERR_UNSUPPORTED_VERSION;
	return kafka_encode_response(out, &header, answer, NULL);
}

static bool serve_frame(struct demo_kafka_session *session, const uint8_t *bytes, size_t len, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct kafka_header header;
	struct err err = {0};
	struct demo_kafka_call call = {.kafka = session->kafka,
				       .broker = session->broker,
				       .port = session->port,
				       .scram = session->scram,
				       .arena = &arena,
				       .header = &header};
	bool login = session->scram && !demo_kafka_scram_is_done(session->scram);
	bool fine = false;
	call.request = kafka_decode_request(&arena, bytes, len, &header, &err);
	if (!call.request && err.code == ERR_UNSUPPORTED) {
		fine = refuse_version(&call, header, out);
	} else if (call.request && header.version <= session_served_version(session->kafka, header.api_key)) {
		for (size_t i = 0; i < ARRAY_LEN(served); i++) {
			if (served[i].key == header.api_key && (served[i].before_login || !login))
				fine = kafka_encode_response(out, &header, served[i].answer(&call), NULL);
		}
	}
	arena_finish(&arena);
	return fine;
}

bool demo_kafka_session_feed(struct demo_kafka_session *session, const char *bytes, size_t len, struct buf *out)
{
	if (!buf_append(&session->in, bytes, len))
		return false;
	for (;;) {
		size_t body_len;
		const uint8_t *at = (const uint8_t *)session->in.data;
		enum kafka_frame frame =
			session->in.len ? kafka_frame_peek(at, session->in.len, &body_len, NULL) : KAFKA_FRAME_PARTIAL;
		if (frame == KAFKA_FRAME_PARTIAL)
			return true;
		if (frame == KAFKA_FRAME_BAD || !serve_frame(session, at + 4, body_len, out))
			return false;
		buf_consume(&session->in, 4 + body_len);
	}
}
