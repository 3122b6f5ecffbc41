/* SCRAM on the server's side, so that the console's own SCRAM has someone to talk to. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kafka/kafka_session_private.h"

enum { SCRAM_ITERATIONS = 4096, HASH_MAX = 64, TEXT_MAX = 1024 };

enum demo_kafka_scram_step { SCRAM_START, SCRAM_FIRST, SCRAM_FINAL, SCRAM_DONE, SCRAM_FAILED };

struct demo_kafka_scram {
	struct demo_kafka *kafka;
	enum demo_kafka_scram_step step;
	const EVP_MD *hash;
	char first_bare[TEXT_MAX], server_first[TEXT_MAX], nonce[256];
};

static const char scram_salt[] = "mqdeck-demo-salt";

struct demo_kafka_scram *demo_kafka_scram_create(struct demo_kafka *kafka)
{
	struct demo_kafka_scram *scram = mem_alloc(sizeof *scram);
	scram->kafka = kafka;
	return scram;
}

void demo_kafka_scram_destroy(struct demo_kafka_scram *scram)
{
	free(scram);
}

bool demo_kafka_scram_is_done(const struct demo_kafka_scram *scram)
{
	return scram->step == SCRAM_DONE;
}

void *demo_kafka_answer_sasl_handshake(const struct demo_kafka_call *call)
{
	const struct kafka_sasl_handshake_request *request = call->request;
	struct kafka_sasl_handshake_response *answer = demo_kafka_answer_new(call);
	const char *mechanism = str_or(request->mechanism, "");
	DEMO_KAFKA_ROOM(call, answer->mechanisms, 2);
	DEMO_KAFKA_PUSH(answer->mechanisms, "SCRAM-SHA-256");
	DEMO_KAFKA_PUSH(answer->mechanisms, "SCRAM-SHA-512");
	if (!call->scram) {
		answer->error_code = KAFKA_ERR_ILLEGAL_SASL_STATE;
	} else if (str_eq(mechanism, "SCRAM-SHA-512") || str_eq(mechanism, "SCRAM-SHA-256")) {
		call->scram->hash = str_eq(mechanism, "SCRAM-SHA-512") ? EVP_sha512() : EVP_sha256();
		call->scram->step = SCRAM_FIRST;
	} else {
		answer->error_code = KAFKA_ERR_UNSUPPORTED_SASL_MECHANISM;
	}
	return answer;
}

/* "n,,n=USER,r=NONCE" */
static bool take_first(struct demo_kafka_scram *scram, const char *message, char *out, size_t size)
{
	char encoded[64], expected[128];
	const char *bare = strchr(message, ',');
	bare = bare ? strchr(bare + 1, ',') : NULL;
	const char *nonce = bare ? strstr(bare, ",r=") : NULL;
	if (!nonce || strlen(nonce) > 128 || strlen(bare) > 512)
		return false;
	bare++;
	snprintf(expected, sizeof expected, "n=%s,r=", scram->kafka->spec->user);
	if (!str_has_prefix(bare, expected))
		return false;
	uint32_t own = loop_random(scram->kafka->demo->loop);
	EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)scram_salt, (int)strlen(scram_salt));
	snprintf(scram->first_bare, sizeof scram->first_bare, "%s", bare);
	snprintf(scram->nonce, sizeof scram->nonce, "%s%08x", nonce + 3, own);
	snprintf(scram->server_first, sizeof scram->server_first, "r=%s,s=%s,i=%d", scram->nonce, encoded,
		 SCRAM_ITERATIONS);
	snprintf(out, size, "%s", scram->server_first);
	scram->step = SCRAM_FINAL;
	return true;
}

static void scram_hmac(const struct demo_kafka_scram *scram, const unsigned char *key, const char *text,
		       unsigned char *out)
{
	HMAC(scram->hash, key, EVP_MD_get_size(scram->hash), (const unsigned char *)text, strlen(text), out, NULL);
}

/* Thousands of rounds: a broker does them when the user is made, not at each sign-in. */
static const unsigned char *scram_salted(struct demo_kafka *kafka, const EVP_MD *hash)
{
	const char *password = kafka->spec->password;
	if (kafka->salted.hash != hash)
		PKCS5_PBKDF2_HMAC(password, (int)strlen(password), (const unsigned char *)scram_salt,
				  (int)strlen(scram_salt), SCRAM_ITERATIONS, hash, EVP_MD_get_size(hash),
				  kafka->salted.bytes);
	kafka->salted.hash = hash;
	return kafka->salted.bytes;
}

/* "c=biws,r=NONCE,p=PROOF" */
static bool take_final(struct demo_kafka_scram *scram, const char *message, char *out, size_t size)
{
	unsigned char client_key[HASH_MAX], stored[HASH_MAX], signature[HASH_MAX], server_key[HASH_MAX];
	unsigned char proof[2 * HASH_MAX], key[HASH_MAX];
	char expected[300], auth[3 * TEXT_MAX], encoded[2 * HASH_MAX];
	const char *proof_at = strstr(message, ",p=");
	int len = EVP_MD_get_size(scram->hash);
	snprintf(expected, sizeof expected, "c=biws,r=%s", scram->nonce);
	if (!proof_at || (size_t)(proof_at - message) != strlen(expected) || !str_has_prefix(message, expected) ||
	    strlen(proof_at + 3) > 100 || strlen(proof_at + 3) % 4 != 0)
		return false;
	if (EVP_DecodeBlock(proof, (const unsigned char *)proof_at + 3, (int)strlen(proof_at + 3)) < len)
		return false;
	const unsigned char *salted = scram_salted(scram->kafka, scram->hash);
	scram_hmac(scram, salted, "Client Key", client_key);
	EVP_Digest(client_key, (size_t)len, stored, NULL, scram->hash, NULL);
	snprintf(auth, sizeof auth, "%s,%s,%s", scram->first_bare, scram->server_first, expected);
	scram_hmac(scram, stored, auth, signature);
	for (int i = 0; i < len; i++)
		key[i] = proof[i] ^ signature[i];
	if (CRYPTO_memcmp(key, client_key, (size_t)len) != 0)
		return false;
	scram_hmac(scram, salted, "Server Key", server_key);
	scram_hmac(scram, server_key, auth, signature);
	EVP_EncodeBlock((unsigned char *)encoded, signature, len);
	snprintf(out, size, "v=%s", encoded);
	scram->step = SCRAM_DONE;
	return true;
}

void *demo_kafka_answer_sasl_authenticate(const struct demo_kafka_call *call)
{
	const struct kafka_sasl_authenticate_request *request = call->request;
	struct kafka_sasl_authenticate_response *answer = demo_kafka_answer_new(call);
	struct demo_kafka_scram *scram = call->scram;
	char message[TEXT_MAX] = "", out[TEXT_MAX] = "";
	if (request->auth_bytes.len > 0 && request->auth_bytes.len < TEXT_MAX)
		memcpy(message, request->auth_bytes.data, (size_t)request->auth_bytes.len);
	bool fine = scram && scram->step == SCRAM_FIRST   ? take_first(scram, message, out, sizeof out)
		    : scram && scram->step == SCRAM_FINAL ? take_final(scram, message, out, sizeof out)
							  : false;
	answer->auth_bytes = (struct kafka_bytes){.data = (const uint8_t *)arena_strdup(call->arena, out),
						  .len = (int32_t)strlen(out)};
	if (!fine) {
		answer->error_code = scram && scram->step != SCRAM_START ? KAFKA_ERR_SASL_AUTHENTICATION_FAILED
									 : KAFKA_ERR_ILLEGAL_SASL_STATE;
		answer->error_message =
			"Authentication failed during authentication due to invalid credentials with SASL mechanism";
		if (scram)
			scram->step = SCRAM_FAILED;
	}
	return answer;
}
