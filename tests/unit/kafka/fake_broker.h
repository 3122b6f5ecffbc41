/* Kafka brokers for the tests: a dialer whose connections end in scripted brokers on the same loop, speaking through
 * the same codec. TLS and SASL where wanted. */
#ifndef MQDECK_TESTS_FAKE_BROKER_H
#define MQDECK_TESTS_FAKE_BROKER_H

#include <openssl/ssl.h>

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/base/loop.h"
#include "api/kafka/client/connection.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/messages.h"
#include "api/net/dial.h"
#include "tests/unit/tls_certs.h"

enum { FAKE_BROKERS = 4, FAKE_LINKS = 16, FAKE_PORT = 9092 };

struct fake_broker;

/* Makes the response, in the arena; NULL = no answer is ever given. */
typedef void *fake_answer_fn(struct fake_broker *broker, const struct kafka_header *header, const void *request,
			     struct arena *arena);

struct fake_broker {
	struct fake_cluster *cluster;
	int32_t id;
	const char *cluster_id; /* of the Kafka cluster that it says it is of */
	/* what is wrong with it */
	bool down;        /* connections end at once */
	bool silent;      /* takes everything, says nothing */
	const char *says; /* these raw bytes to whatever comes, then closes */
	size_t says_len;
	int32_t correlation_shift; /* answers another request than the one asked */
	size_t cut_answer;         /* sends only so many bytes of an answer, then closes; 0 = whole */
	int32_t throttle_ms;       /* in each ApiVersions answer */
	/* what it can do */
	int8_t newest_api_versions; /* ApiVersions above it is answered with error 35 */
	int16_t metadata_level;     /* the newest metadata.version that it knows */
	bool keeps_eligible;        /* its cluster has eligible.leader.replicas.version 1 */
	int16_t finalized_level;    /* the one that its cluster has agreed on; 0 = not said */
	int16_t cap_key;            /* this API only up to cap_version */
	int8_t cap_version;
	const struct tls_cert_pair *cert; /* NULL = in the clear */
	int tls_max;                      /* 0 = any */
	const char *client_ca;            /* demands a client certificate of it */
	enum kafka_sasl_mechanism mechanism;
	const char *password;
	int iterations;
	bool forges_signature;
	int64_t session_ms;
	fake_answer_fn *answer;
	/* what was seen */
	unsigned connections, requests, seen[128], logins;
	int16_t last_version[128];
};

struct fake_link {
	struct fake_broker *broker;
	struct loop_fd *watch;
	int fd;
	SSL *ssl;
	struct buf in, out;
	bool logged_in;
	char client_first[256], server_first[256], nonce[128];
};

struct fake_cluster {
	struct dial_opener dialer; /* first */
	struct loop *loop;
	struct fake_broker brokers[FAKE_BROKERS]; /* broker i answers on port FAKE_PORT + i, whatever the host */
	struct fake_link links[FAKE_LINKS];
	size_t link_count;
	void *data; /* the test's */
};

void fake_cluster_init(struct fake_cluster *cluster, struct loop *loop);
void fake_cluster_finish(struct fake_cluster *cluster);
/* Ends all connections of a broker, as a crash does. */
void fake_broker_drop(struct fake_broker *broker);

/* A message with its defaults, in the arena. */
void *fake_message(struct arena *arena, const struct kafka_schema *schema);

/* ---- inside: fake_sasl.c ---- */
struct kafka_sasl_authenticate_response *fake_authenticate(struct fake_link *link, struct arena *arena,
							   const struct kafka_sasl_authenticate_request *request);

#endif
