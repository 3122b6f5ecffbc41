/* The server's side of SASL PLAIN and SCRAM, as RFC 5802 has it. */
#include "tests/unit/kafka/fake_broker.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

static const unsigned char salt[] = "pepper and salt!";

static void mac(const EVP_MD *hash, const unsigned char *key, const char *text, unsigned char *out)
{
	HMAC(hash, key, EVP_MD_get_size(hash), (const unsigned char *)text, strlen(text), out, NULL);
}

static void say(struct kafka_sasl_authenticate_response *response, struct arena *arena, const char *text)
{
	response->auth_bytes = (struct kafka_bytes){(const uint8_t *)arena_strdup(arena, text), (int32_t)strlen(text)};
}

static void refuse(struct kafka_sasl_authenticate_response *response)
{
	response->error_code = KAFKA_ERR_SASL_AUTHENTICATION_FAILED;
	response->error_message = "invalid credentials";
}

static void accept_login(struct fake_link *link, struct kafka_sasl_authenticate_response *response)
{
	link->logged_in = true;
	link->broker->logins++;
	response->session_lifetime_ms = link->broker->session_ms;
}

static void challenge(struct fake_link *link, const char *said, struct kafka_sasl_authenticate_response *response,
		      struct arena *arena)
{
	char salted[64];
	snprintf(link->client_first, sizeof link->client_first, "%s", said + 3);
	snprintf(link->nonce, sizeof link->nonce, "%sServer", strstr(said, ",r=") + 3);
	EVP_EncodeBlock((unsigned char *)salted, salt, sizeof salt - 1);
	snprintf(link->server_first, sizeof link->server_first, "r=%s,s=%s,i=%d", link->nonce, salted,
		 link->broker->iterations);
	say(response, arena, link->server_first);
}

static void prove(struct fake_link *link, const char *said, struct kafka_sasl_authenticate_response *response,
		  struct arena *arena)
{
	const struct fake_broker *broker = link->broker;
	const EVP_MD *hash = broker->mechanism == KAFKA_SASL_SCRAM_SHA_512 ? EVP_sha512() : EVP_sha256();
	int len = EVP_MD_get_size(hash);
	unsigned char salted[64], client_key[64], stored[64], signature[64], server_key[64], proof[128];
	char auth[900], encoded[128];
	const char *p = strstr(said, ",p=");
	snprintf(auth, sizeof auth, "%s,%s,%.*s", link->client_first, link->server_first, (int)(p - said), said);
	PKCS5_PBKDF2_HMAC(broker->password, -1, salt, sizeof salt - 1, broker->iterations, hash, len, salted);
	mac(hash, salted, "Client Key", client_key);
	EVP_Digest(client_key, (size_t)len, stored, NULL, hash, NULL);
	mac(hash, stored, auth, signature);
	EVP_DecodeBlock(proof, (const unsigned char *)p + 3, (int)strlen(p + 3));
	for (int i = 0; i < len; i++)
		signature[i] ^= client_key[i];
	if (memcmp(signature, proof, (size_t)len) != 0) {
		refuse(response);
		return;
	}
	mac(hash, salted, "Server Key", server_key);
	mac(hash, server_key, auth, signature);
	signature[0] ^= broker->forges_signature;
	EVP_EncodeBlock((unsigned char *)encoded, signature, len);
	char final[160];
	snprintf(final, sizeof final, "v=%s", encoded);
	say(response, arena, final);
	accept_login(link, response);
}

struct kafka_sasl_authenticate_response *fake_authenticate(struct fake_link *link, struct arena *arena,
							   const struct kafka_sasl_authenticate_request *request)
{
	struct kafka_sasl_authenticate_response *response =
		fake_message(arena, &kafka_sasl_authenticate_response_schema);
	CLEANUP(free) char *said = mem_strndup((const char *)request->auth_bytes.data, (size_t)request->auth_bytes.len);
	say(response, arena, "");
	if (link->broker->mechanism == KAFKA_SASL_PLAIN) {
		char expected[100];
		int len = snprintf(expected, sizeof expected, "%cdeck%c%s", 0, 0, link->broker->password);
		if (request->auth_bytes.len == len && memcmp(said, expected, (size_t)len) == 0)
			accept_login(link, response);
		else
			refuse(response);
	} else if (strncmp(said, "n,,", 3) == 0) {
		challenge(link, said, response, arena);
	} else {
		prove(link, said, response, arena);
	}
	return response;
}
