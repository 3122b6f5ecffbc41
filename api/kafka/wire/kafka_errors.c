/* Kafka's error codes: their names, which are worth another try, and a sentence for the operator where the name alone
 * would not tell what to do. */
#include "api/kafka/wire/kafka_errors.h"

#include "api/base/mem.h"

static const char *const names[] = {
	"NONE",
	"OFFSET_OUT_OF_RANGE",
	"CORRUPT_MESSAGE",
	"UNKNOWN_TOPIC_OR_PARTITION",
	"INVALID_FETCH_SIZE",
	"LEADER_NOT_AVAILABLE",
	"NOT_LEADER_OR_FOLLOWER",
	"REQUEST_TIMED_OUT",
	"BROKER_NOT_AVAILABLE",
	"REPLICA_NOT_AVAILABLE",
	"MESSAGE_TOO_LARGE",
	"STALE_CONTROLLER_EPOCH",
	"OFFSET_METADATA_TOO_LARGE",
	"NETWORK_EXCEPTION",
	"COORDINATOR_LOAD_IN_PROGRESS",
	"COORDINATOR_NOT_AVAILABLE",
	"NOT_COORDINATOR",
	"INVALID_TOPIC_EXCEPTION",
	"RECORD_LIST_TOO_LARGE",
	"NOT_ENOUGH_REPLICAS",
	"NOT_ENOUGH_REPLICAS_AFTER_APPEND",
	"INVALID_REQUIRED_ACKS",
	"ILLEGAL_GENERATION",
	"INCONSISTENT_GROUP_PROTOCOL",
	"INVALID_GROUP_ID",
	"UNKNOWN_MEMBER_ID",
	"INVALID_SESSION_TIMEOUT",
	"REBALANCE_IN_PROGRESS",
	"INVALID_COMMIT_OFFSET_SIZE",
	"TOPIC_AUTHORIZATION_FAILED",
	"GROUP_AUTHORIZATION_FAILED",
	"CLUSTER_AUTHORIZATION_FAILED",
	"INVALID_TIMESTAMP",
	"UNSUPPORTED_SASL_MECHANISM",
	"ILLEGAL_SASL_STATE",
	"UNSUPPORTED_VERSION",
	"TOPIC_ALREADY_EXISTS",
	"INVALID_PARTITIONS",
	"INVALID_REPLICATION_FACTOR",
	"INVALID_REPLICA_ASSIGNMENT",
	"INVALID_CONFIG",
	"NOT_CONTROLLER",
	"INVALID_REQUEST",
	"UNSUPPORTED_FOR_MESSAGE_FORMAT",
	"POLICY_VIOLATION",
	"OUT_OF_ORDER_SEQUENCE_NUMBER",
	"DUPLICATE_SEQUENCE_NUMBER",
	"INVALID_PRODUCER_EPOCH",
	"INVALID_TXN_STATE",
	"INVALID_PRODUCER_ID_MAPPING",
	"INVALID_TRANSACTION_TIMEOUT",
	"CONCURRENT_TRANSACTIONS",
	"TRANSACTION_COORDINATOR_FENCED",
	"TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
	"SECURITY_DISABLED",
	"OPERATION_NOT_ATTEMPTED",
	"KAFKA_STORAGE_ERROR",
	"LOG_DIR_NOT_FOUND",
	"SASL_AUTHENTICATION_FAILED",
	"UNKNOWN_PRODUCER_ID",
	"REASSIGNMENT_IN_PROGRESS",
	"DELEGATION_TOKEN_AUTH_DISABLED",
	"DELEGATION_TOKEN_NOT_FOUND",
	"DELEGATION_TOKEN_OWNER_MISMATCH",
	"DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
	"DELEGATION_TOKEN_AUTHORIZATION_FAILED",
	"DELEGATION_TOKEN_EXPIRED",
	"INVALID_PRINCIPAL_TYPE",
	"NON_EMPTY_GROUP",
	"GROUP_ID_NOT_FOUND",
	"FETCH_SESSION_ID_NOT_FOUND",
	"INVALID_FETCH_SESSION_EPOCH",
	"LISTENER_NOT_FOUND",
	"TOPIC_DELETION_DISABLED",
	"FENCED_LEADER_EPOCH",
	"UNKNOWN_LEADER_EPOCH",
	"UNSUPPORTED_COMPRESSION_TYPE",
	"STALE_BROKER_EPOCH",
	"OFFSET_NOT_AVAILABLE",
	"MEMBER_ID_REQUIRED",
	"PREFERRED_LEADER_NOT_AVAILABLE",
	"GROUP_MAX_SIZE_REACHED",
	"FENCED_INSTANCE_ID",
	"ELIGIBLE_LEADERS_NOT_AVAILABLE",
	"ELECTION_NOT_NEEDED",
	"NO_REASSIGNMENT_IN_PROGRESS",
	"GROUP_SUBSCRIBED_TO_TOPIC",
	"INVALID_RECORD",
	"UNSTABLE_OFFSET_COMMIT",
	"THROTTLING_QUOTA_EXCEEDED",
	"PRODUCER_FENCED",
	"RESOURCE_NOT_FOUND",
	"DUPLICATE_RESOURCE",
	"UNACCEPTABLE_CREDENTIAL",
	"INCONSISTENT_VOTER_SET",
	"INVALID_UPDATE_VERSION",
	"FEATURE_UPDATE_FAILED",
	"PRINCIPAL_DESERIALIZATION_FAILURE",
	"SNAPSHOT_NOT_FOUND",
	"POSITION_OUT_OF_RANGE",
	"UNKNOWN_TOPIC_ID",
	"DUPLICATE_BROKER_REGISTRATION",
	"BROKER_ID_NOT_REGISTERED",
	"INCONSISTENT_TOPIC_ID",
	"INCONSISTENT_CLUSTER_ID",
	"TRANSACTIONAL_ID_NOT_FOUND",
	"FETCH_SESSION_TOPIC_ID_ERROR",
	"INELIGIBLE_REPLICA",
	"NEW_LEADER_ELECTED",
	"OFFSET_MOVED_TO_TIERED_STORAGE",
	"FENCED_MEMBER_EPOCH",
	"UNRELEASED_INSTANCE_ID",
	"UNSUPPORTED_ASSIGNOR",
	"STALE_MEMBER_EPOCH",
	"MISMATCHED_ENDPOINT_TYPE",
	"UNSUPPORTED_ENDPOINT_TYPE",
	"UNKNOWN_CONTROLLER_ID",
	"UNKNOWN_SUBSCRIPTION_ID",
	"TELEMETRY_TOO_LARGE",
	"INVALID_REGISTRATION",
	"TRANSACTION_ABORTABLE",
	"INVALID_RECORD_STATE",
	"SHARE_SESSION_NOT_FOUND",
	"INVALID_SHARE_SESSION_EPOCH",
	"FENCED_STATE_EPOCH",
	"INVALID_VOTER_KEY",
	"DUPLICATE_VOTER",
	"VOTER_NOT_FOUND",
	"INVALID_REGULAR_EXPRESSION",
	"REBOOTSTRAP_REQUIRED",
	"STREAMS_INVALID_TOPOLOGY",
	"STREAMS_INVALID_TOPOLOGY_EPOCH",
	"STREAMS_TOPOLOGY_FENCED",
	"SHARE_SESSION_LIMIT_REACHED",
	"GROUP_DELETION_FAILED",
	"STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED",
	"CONTROLLER_ID_NOT_REGISTERED",
};

/* What is not listed is SERVER, not worth asking again, and says all there is with its name. */
static const struct kafka_error_meaning {
	int16_t code;
	enum err_code kind;
	bool retriable;
	const char *hint;
} meanings[] = {
	{3, ERR_NOT_FOUND, true, NULL},
	{5, ERR_BUSY, true, "no leader now"},
	{6, ERR_BUSY, true, "the leader moved"},
	{7, ERR_TIMEOUT, true, "the brokers did not finish it in time: it may still complete"},
	{9, ERR_BUSY, true, NULL},
	{13, ERR_CONNECT, true, NULL},
	{14, ERR_BUSY, true, "the group's coordinator is still loading"},
	{15, ERR_BUSY, true, "the group's coordinator is not available"},
	{16, ERR_BUSY, true, "the group's coordinator moved"},
	{29, ERR_FORBIDDEN, false, "not authorized: the Kafka user lacks an ACL on the topic"},
	{30, ERR_FORBIDDEN, false, "not authorized: the Kafka user lacks an ACL on the group"},
	{31, ERR_FORBIDDEN, false, "not authorized: the Kafka user lacks an ACL on the cluster"},
	{33, ERR_UNAUTHORIZED, false, "the broker does not offer this SASL mechanism"},
	{34, ERR_UNAUTHORIZED, false, "the port requires another SASL mechanism"},
	{35, ERR_UNSUPPORTED, false, "the broker version does not support it"},
	{41, ERR_BUSY, true, "the controller moved"},
	{42, ERR_SERVER, false, "the broker rejected the request as malformed"},
	{44, ERR_REFUSED, false, "a broker policy forbids it"},
	{53, ERR_FORBIDDEN, false, "not authorized: the Kafka user lacks an ACL on the transactional id"},
	{54, ERR_UNSUPPORTED, false, "the brokers run without an authorizer"},
	{56, ERR_SERVER, false, "the broker's disk failed: check its log directories"},
	{58, ERR_UNAUTHORIZED, false, "wrong username or password"},
	{60, ERR_CONFLICT, true, "a reassignment is in progress"},
	{69, ERR_NOT_FOUND, false, NULL},
	{72, ERR_BUSY, true, "the broker is still registering its listeners"},
	{74, ERR_BUSY, true, "the leader moved"},
	{75, ERR_BUSY, true, "the leader moved"},
	{78, ERR_BUSY, true, "the leader has only just been elected"},
	{83, ERR_REFUSED, false, "no replica may become leader"},
	{85, ERR_NOT_FOUND, false, NULL},
	{88, ERR_BUSY, true, "a transaction has not ended yet"},
	{89, ERR_BUSY, true, "the brokers throttled the request"},
	{102, ERR_NOT_FOUND, false, NULL},
};

const char *kafka_error_name(int16_t code)
{
	if (code == -1)
		return "UNKNOWN_SERVER_ERROR";
	return code >= 0 && (size_t)code < ARRAY_LEN(names) ? names[code] : "UNKNOWN_ERROR";
}

static const struct kafka_error_meaning *find_meaning(int16_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].code == code)
			return &meanings[i];
	return NULL;
}

bool kafka_error_is_retriable(int16_t code)
{
	const struct kafka_error_meaning *meaning = find_meaning(code);
	return meaning && meaning->retriable;
}

bool kafka_error_set(struct err *err, int16_t code, const char *what, const char *message)
{
	const struct kafka_error_meaning *meaning = find_meaning(code);
	const char *hint = meaning && meaning->hint ? meaning->hint : NULL;
	return err_set(err, meaning ? meaning->kind : ERR_SERVER, "%s: %s (%d)%s%s%s%s", what, kafka_error_name(code),
		       code, hint ? ", " : "", hint ? hint : "", message && *message ? ": " : "",
		       message ? message : "");
}
