/* The table of what brokers, the Java and Erlang runtimes and container runtimes say before they end. */
#include "api/model/records/crash_words.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { DETAIL_MAX = 96 };

enum crash_detail {
	CRASH_ALONE,
	CRASH_PATH,    /* the first absolute path in the line */
	CRASH_NAME,    /* the word behind it: a host, a setting */
	CRASH_NUMBERS, /* the last two numbers of the line: expected and found */
};

/* The most telling first: what one says of a full disk, others may follow with a complaint of their own. */
static const struct crash_word {
	const char *said; /* in any case, as words of its own */
	const char *reason;
	enum crash_detail detail;
} crash_table[] = {
	{"No space left on device", "no space left on device", CRASH_ALONE},
	{"enospc", "no space left on device", CRASH_ALONE},
	{"Disk quota exceeded", "disk quota exceeded", CRASH_ALONE},
	{"edquot", "disk quota exceeded", CRASH_ALONE},
	{"Read-only file system", "read-only file system", CRASH_PATH},
	{"erofs", "read-only file system", CRASH_PATH},
	{"Input/output error", "input/output error of its disk", CRASH_PATH},
	/* Java, of a file that it has mapped and that cannot grow. */
	{"unsafe memory access operation", "its volume is full or has failed", CRASH_ALONE},
	{"SIGBUS", "its volume is full or has failed", CRASH_ALONE},
	{"OutOfMemoryError", "out of memory in Java", CRASH_ALONE},
	{"insufficient memory for the Java Runtime", "out of memory", CRASH_ALONE},
	{"eheap_alloc", "out of memory in Erlang", CRASH_ALONE},
	{"Cannot allocate memory", "out of memory", CRASH_ALONE},
	{"InconsistentClusterIdException", "its volume holds data of another Kafka cluster", CRASH_ALONE},
	{"Invalid cluster.id in", "its volume holds data of another Kafka cluster", CRASH_PATH},
	{"Configured broker.id", "its volume is another broker's: configured and stored id", CRASH_NUMBERS},
	{"Invalid node.id in", "its volume is another broker's: configured and stored id", CRASH_NUMBERS},
	{"Stored node id", "its volume is another broker's: stored and configured id", CRASH_NUMBERS},
	{"InconsistentBrokerIdException", "its volume is another broker's", CRASH_ALONE},
	{"No `meta.properties` found in", "storage is not formatted", CRASH_PATH},
	{"No readable meta.properties", "storage is not formatted", CRASH_ALONE},
	{"Failed to acquire lock on file .lock in", "another process uses its data", CRASH_PATH},
	{"DuplicateBrokerRegistrationException", "another broker is registered with the same id", CRASH_ALONE},
	{"Error while creating ephemeral at", "another broker is registered with the same id", CRASH_ALONE},
	{"Cookie file", "the file of its Erlang cookie must be readable by its owner only", CRASH_PATH},
	{"check the Erlang cookie", "its Erlang cookie is not that of the other nodes", CRASH_ALONE},
	{"invalid challenge reply", "its Erlang cookie is not that of the other nodes", CRASH_ALONE},
	{"invalid_challenge_reply", "its Erlang cookie is not that of the other nodes", CRASH_ALONE},
	{"timeout_waiting_for_tables", "timeout waiting for the other nodes' tables", CRASH_ALONE},
	{"timeout_waiting_for_leader", "timeout waiting for the other nodes (Khepri)", CRASH_ALONE},
	{"timeout_waiting_for_khepri_projections", "timeout waiting for the other nodes (Khepri)", CRASH_ALONE},
	{"inconsistent_cluster", "its data and the other nodes disagree on who is in the cluster", CRASH_ALONE},
	{"inconsistent_database", "its data and that of the other nodes differ", CRASH_ALONE},
	{"required feature flag not enabled", "a feature flag that this version requires is not enabled", CRASH_ALONE},
	{"required_feature_flag_not_enabled_on_upgrade", "a feature flag that this version requires is not enabled",
	 CRASH_ALONE},
	{"incompatible_feature_flags", "its feature flags do not fit those of the other nodes", CRASH_ALONE},
	{"Address already in use", "address already in use", CRASH_ALONE},
	{"eaddrinuse", "address already in use", CRASH_ALONE},
	{"UnknownHostException:", "host name cannot be resolved", CRASH_NAME},
	{"Couldn't resolve server", "host name cannot be resolved", CRASH_NAME},
	{"No resolvable bootstrap urls", "host names cannot be resolved", CRASH_ALONE},
	{"nxdomain", "a host name cannot be resolved", CRASH_ALONE},
	{"Name or service not known", "a host name cannot be resolved", CRASH_ALONE},
	{"Temporary failure in name resolution", "a host name cannot be resolved", CRASH_ALONE},
	{"password was incorrect", "keystore cannot be opened: wrong password", CRASH_ALONE},
	{"Failed to load SSL keystore", "keystore cannot be loaded", CRASH_PATH},
	{"CertificateExpiredException", "a certificate has expired", CRASH_ALONE},
	{"certificate has expired", "a certificate has expired", CRASH_ALONE},
	{"PKIX path building failed", "a certificate is not trusted", CRASH_ALONE},
	{"SaslAuthenticationException", "the other brokers refuse its sign-in", CRASH_ALONE},
	{"ZooKeeperClientTimeoutException", "ZooKeeper does not answer", CRASH_ALONE},
	{"AccessDeniedException:", "permission denied", CRASH_PATH},
	{"Permission denied", "permission denied", CRASH_PATH},
	{"eacces", "permission denied", CRASH_PATH},
	{"Too many open files", "too many open files", CRASH_ALONE},
	{"emfile", "too many open files", CRASH_ALONE},
	{"CorruptRecordException", "data on its volume is damaged", CRASH_ALONE},
	{"Missing required configuration", "missing in its configuration", CRASH_NAME},
	{"for configuration", "invalid in its configuration", CRASH_NAME},
	{"ConfigException:", "its configuration is invalid", CRASH_ALONE},
	{"IllegalArgumentException: requirement failed", "its configuration is invalid", CRASH_ALONE},
	{"Error generating configuration in phase", "its configuration is invalid", CRASH_ALONE},
	{"Failed to prepare configuration", "its configuration is invalid", CRASH_ALONE},
	{"log dirs in", "all its log directories failed", CRASH_PATH},
	{"UnsupportedClassVersionError", "the Java of its image is too old", CRASH_ALONE},
	{"exec format error", "its image is made for another processor", CRASH_ALONE},
	{"executable file not found", "its command is not in the image", CRASH_ALONE},
};

static bool is_of_word(const char *at)
{
	return isalnum((unsigned char)*at) || *at == '_';
}

/* "eacces" must not be found in a longer word. */
static const char *find_said(const char *text, const char *said)
{
	size_t len = strlen(said);
	for (const char *at = text; (at = strcasestr(at, said)); at++) {
		bool begins = at == text || !is_of_word(at) || !is_of_word(at - 1);
		bool ends = !is_of_word(at + len - 1) || !is_of_word(at + len);
		if (begins && ends)
			return at;
	}
	return NULL;
}

static size_t span_of(const char *text, const char *more)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || (text[len] && strchr(more, text[len])))
		len++;
	while (len && !isalnum((unsigned char)text[len - 1]))
		len--;
	return len;
}

static void take_detail(const char *at, size_t len, char out[static DETAIL_MAX])
{
	if (len > 1 && len < DETAIL_MAX)
		snprintf(out, DETAIL_MAX, ": %.*s", (int)len, at);
}

static void detail_path(const char *line, char out[static DETAIL_MAX])
{
	for (const char *at = line; (at = strchr(at, '/')); at++) {
		bool begins = at == line || strchr(" \t'\"`([", at[-1]);
		if (begins && (isalnum((unsigned char)at[1]) || at[1] == '.')) {
			take_detail(at, span_of(at, "/._-"), out);
			return;
		}
	}
}

static void detail_name(const char *behind, char out[static DETAIL_MAX])
{
	behind += strspn(behind, " :\"'`");
	take_detail(behind, span_of(behind, ".-_"), out);
}

static void detail_numbers(const char *line, char out[static DETAIL_MAX])
{
	long long numbers[2] = {0};
	size_t count = 0;
	for (const char *at = line; *at;) {
		size_t len = strspn(at, "0123456789");
		if (len && len < 11) {
			numbers[0] = numbers[1];
			sscanf(at, "%lld", &numbers[1]);
			count++;
		}
		at += len ? len : 1;
	}
	if (count > 1)
		snprintf(out, DETAIL_MAX, " %lld and %lld", numbers[0], numbers[1]);
}

/* The line that holds `at`. */
static char *line_around(const char *text, const char *at)
{
	const char *first = at;
	while (first > text && first[-1] != '\n')
		first--;
	return mem_strndup(first, (size_t)(at - first) + strcspn(at, "\r\n"));
}

static void word_crash(const struct crash_word *word, const char *text, const char *at,
		       char out[static RECORD_CRASH_WORDS_MAX])
{
	char detail[DETAIL_MAX] = "";
	CLEANUP(free) char *line = line_around(text, at);
	CLEANUP(free) char *rest = mem_strndup(at, strcspn(at, "\r\n"));
	if (word->detail == CRASH_PATH)
		detail_path(line, detail);
	else if (word->detail == CRASH_NAME)
		detail_name(rest + strlen(word->said), detail);
	else if (word->detail == CRASH_NUMBERS)
		detail_numbers(rest, detail);
	snprintf(out, RECORD_CRASH_WORDS_MAX, "%s%s", word->reason, detail);
}

bool record_crash_words(const char *text, size_t len, char out[static RECORD_CRASH_WORDS_MAX])
{
	CLEANUP(free) char *copy = mem_strndup(text ? text : "", text ? len : 0);
	out[0] = '\0';
	for (size_t i = 0; i < len; i++)
		copy[i] = copy[i] ? copy[i] : ' ';
	for (size_t i = 0; i < ARRAY_LEN(crash_table); i++) {
		const char *at = find_said(copy, crash_table[i].said);
		if (at) {
			word_crash(&crash_table[i], copy, at, out);
			return true;
		}
	}
	return false;
}

bool record_crash_of(const struct kube_container_status *status, struct record_crash *out)
{
	if (!status)
		return false;
	bool now = status->running_since_ms < 0 && !status->waiting_reason && status->terminated_exit_code >= 0;
	bool before = !now && (status->last_finished_ms >= 0 || status->last_terminated_reason);
	*out = (struct record_crash){
		.exit_code = now ? status->terminated_exit_code : status->last_exit_code,
		.signal = now ? status->terminated_signal : 0,
		.reason = now ? status->terminated_reason : status->last_terminated_reason,
		.message = now ? status->terminated_message : status->last_terminated_message,
		.finished_ms = now ? -1 : status->last_finished_ms,
		.now = now,
	};
	return (now || before) && (out->exit_code || out->signal);
}

bool record_crash_reason(const struct record_crash *crash, char out[static RECORD_CRASH_WORDS_MAX])
{
	if (str_eq(crash->reason, "OOMKilled")) {
		snprintf(out, RECORD_CRASH_WORDS_MAX, "out of memory (OOMKilled)");
		return true;
	}
	return record_crash_words(crash->message, crash->message ? strlen(crash->message) : 0, out);
}
