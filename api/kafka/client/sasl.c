/* The client's side of PLAIN and of SCRAM (RFC 5802), without I/O. The broker must prove that it knows the password
 * too, and may not demand so many iterations that the console hangs. */
#include "api/kafka/client/sasl.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { NONCE_BYTES = 24, MESSAGE_MAX = 4096, SALT_MAX = 1024, HASH_MAX = EVP_MAX_MD_SIZE };

enum kafka_sasl_step_state { STEP_FIRST, STEP_CHALLENGED, STEP_PROVED, STEP_DONE };

struct kafka_sasl_session {
	enum kafka_sasl_mechanism mechanism;
	char *user, *password;
	const EVP_MD *hash;
	enum kafka_sasl_step_state step;
	char nonce[64];
	char *first_bare; /* client-first-message-bare */
	unsigned char server_signature[HASH_MAX];
	unsigned hash_len;
};

const char *kafka_sasl_name(enum kafka_sasl_mechanism mechanism)
{
	static const char *const names[] = {[KAFKA_SASL_NONE] = "none",
					    [KAFKA_SASL_PLAIN] = "PLAIN",
					    [KAFKA_SASL_SCRAM_SHA_256] = "SCRAM-SHA-256",
					    [KAFKA_SASL_SCRAM_SHA_512] = "SCRAM-SHA-512",
					    [KAFKA_SASL_BEST] = "the best mechanism"};
	return names[mechanism];
}

static bool make_nonce(char out[static 64])
{
	unsigned char raw[NONCE_BYTES];
	if (RAND_bytes(raw, sizeof raw) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)out, raw, sizeof raw);
	return true;
}

struct kafka_sasl_session *kafka_sasl_create(const struct kafka_sasl *sasl, const char *nonce, struct err *err)
{
	if (str_empty(sasl->user) || !sasl->password) {
		err_set(err, ERR_CONFIG, "SASL %s requires a username and a password",
			kafka_sasl_name(sasl->mechanism));
		return NULL;
	}
	struct kafka_sasl_session *session = mem_alloc(sizeof *session);
	session->mechanism = sasl->mechanism;
	session->user = mem_strdup(sasl->user);
	session->password = mem_strdup(sasl->password);
	session->hash = sasl->mechanism == KAFKA_SASL_SCRAM_SHA_512 ? EVP_sha512() : EVP_sha256();
	session->hash_len = (unsigned)EVP_MD_get_size(session->hash);
	if (nonce)
		snprintf(session->nonce, sizeof session->nonce, "%s", nonce);
	else if (!make_nonce(session->nonce)) {
		kafka_sasl_destroy(session);
		err_set(err, ERR_SYSTEM, "the system provides no random numbers");
		return NULL;
	}
	return session;
}

void kafka_sasl_destroy(struct kafka_sasl_session *session)
{
	if (!session)
		return;
	free(session->first_bare);
	free(session->user);
	mem_free_secret(session->password);
	OPENSSL_cleanse(session, sizeof *session);
	free(session);
}

static bool send_plain(struct kafka_sasl_session *session, struct buf *out)
{
	session->step = STEP_PROVED;
	return buf_append_char(out, '\0') && buf_append_str(out, session->user) && buf_append_char(out, '\0') &&
	       buf_append_str(out, session->password);
}

static bool send_first(struct kafka_sasl_session *session, struct buf *out)
{
	struct buf bare = BUF_INIT(MESSAGE_MAX);
	buf_append_str(&bare, "n=");
	for (const char *c = session->user; *c; c++) {
		if (*c == ',')
			buf_append_str(&bare, "=2C");
		else if (*c == '=')
			buf_append_str(&bare, "=3D");
		else
			buf_append_char(&bare, *c);
	}
	buf_append_str(&bare, ",r=");
	buf_append_str(&bare, session->nonce);
	bool fits = !bare.overflow;
	session->first_bare = buf_take(&bare);
	session->step = STEP_CHALLENGED;
	return fits && buf_append_str(out, "n,,") && buf_append_str(out, session->first_bare);
}

struct kafka_sasl_challenge {
	char nonce[256];
	unsigned char salt[SALT_MAX];
	size_t salt_len;
	int64_t iterations;
};

static bool decode_base64(const char *text, size_t len, unsigned char *out, size_t size, size_t *out_len)
{
	if (len == 0 || len % 4 != 0 || len / 4 * 3 > size)
		return false;
	int n = EVP_DecodeBlock(out, (const unsigned char *)text, (int)len);
	if (n < 0)
		return false;
	*out_len = (size_t)n - (text[len - 1] == '=') - (text[len - 2] == '=');
	return true;
}

/* "r=nonce,s=salt,i=count[,…]"; an "m=" before it is an extension that must be understood. */
static bool parse_challenge(const char *text, struct kafka_sasl_challenge *challenge)
{
	char number[16] = "";
	const char *salt = strstr(text, ",s=");
	const char *count = salt ? strstr(salt, ",i=") : NULL;
	if (!str_has_prefix(text, "r=") || !count)
		return false;
	size_t nonce_len = (size_t)(salt - text) - 2, count_len = strcspn(count + 3, ",");
	if (nonce_len >= sizeof challenge->nonce || count_len >= sizeof number)
		return false;
	memcpy(challenge->nonce, text + 2, nonce_len);
	challenge->nonce[nonce_len] = '\0';
	memcpy(number, count + 3, count_len);
	return str_to_i64(number, &challenge->iterations) &&
	       decode_base64(salt + 3, (size_t)(count - salt) - 3, challenge->salt, sizeof challenge->salt,
			     &challenge->salt_len);
}

static bool check_challenge(const struct kafka_sasl_session *session, const struct kafka_sasl_challenge *challenge,
			    struct err *err)
{
	size_t own = strlen(session->nonce);
	if (strncmp(challenge->nonce, session->nonce, own) != 0 || challenge->nonce[own] == '\0')
		return err_set(err, ERR_UNAUTHORIZED, "the broker's SCRAM response does not match the request");
	if (challenge->iterations < KAFKA_SCRAM_ITERATIONS_MIN || challenge->iterations > KAFKA_SCRAM_ITERATIONS_MAX)
		return err_set(
			err, ERR_UNAUTHORIZED, "the broker asks for %lld SCRAM iterations; %d to %d are accepted",
			(long long)challenge->iterations, KAFKA_SCRAM_ITERATIONS_MIN, KAFKA_SCRAM_ITERATIONS_MAX);
	return true;
}

static void sasl_client_hmac(const struct kafka_sasl_session *session, const unsigned char *key, const char *text,
			     unsigned char out[static HASH_MAX])
{
	unsigned len = 0;
	HMAC(session->hash, key, (int)session->hash_len, (const unsigned char *)text, strlen(text), out, &len);
}

/* RFC 5802, section 3. Leaves the server's signature to be expected in the session. */
static void sasl_client_prove(struct kafka_sasl_session *session, const struct kafka_sasl_challenge *challenge,
			      const char *auth_message, unsigned char proof[static HASH_MAX])
{
	unsigned char salted[HASH_MAX], client_key[HASH_MAX], stored_key[HASH_MAX], server_key[HASH_MAX];
	PKCS5_PBKDF2_HMAC(session->password, (int)strlen(session->password), challenge->salt, (int)challenge->salt_len,
			  (int)challenge->iterations, session->hash, (int)session->hash_len, salted);
	sasl_client_hmac(session, salted, "Client Key", client_key);
	EVP_Digest(client_key, session->hash_len, stored_key, NULL, session->hash, NULL);
	sasl_client_hmac(session, stored_key, auth_message, proof);
	for (unsigned i = 0; i < session->hash_len; i++)
		proof[i] ^= client_key[i];
	sasl_client_hmac(session, salted, "Server Key", server_key);
	sasl_client_hmac(session, server_key, auth_message, session->server_signature);
	OPENSSL_cleanse(salted, sizeof salted);
	OPENSSL_cleanse(client_key, sizeof client_key);
	OPENSSL_cleanse(stored_key, sizeof stored_key);
	OPENSSL_cleanse(server_key, sizeof server_key);
}

static bool send_proof(struct kafka_sasl_session *session, const char *server_first, struct buf *out, struct err *err)
{
	struct kafka_sasl_challenge challenge = {0};
	if (!parse_challenge(server_first, &challenge))
		return err_set(err, ERR_PARSE, "the broker's SCRAM challenge is invalid");
	if (!check_challenge(session, &challenge, err))
		return false;
	char final[300];
	snprintf(final, sizeof final, "c=biws,r=%s", challenge.nonce);
	CLEANUP(free) char *auth_message = str_printf("%s,%s,%s", session->first_bare, server_first, final);
	unsigned char proof[HASH_MAX];
	char encoded[2 * HASH_MAX];
	sasl_client_prove(session, &challenge, auth_message, proof);
	EVP_EncodeBlock((unsigned char *)encoded, proof, (int)session->hash_len);
	session->step = STEP_PROVED;
	return buf_append_str(out, final) && buf_append_str(out, ",p=") && buf_append_str(out, encoded);
}

static bool check_server(struct kafka_sasl_session *session, const char *server_final, struct err *err)
{
	unsigned char signature[HASH_MAX + 3];
	size_t len = 0;
	if (str_has_prefix(server_final, "e="))
		return err_set(err, ERR_UNAUTHORIZED, "the broker rejected the Kafka user %s: %.80s", session->user,
			       server_final + 2);
	bool same =
		str_has_prefix(server_final, "v=") &&
		decode_base64(server_final + 2, strcspn(server_final + 2, ","), signature, sizeof signature, &len) &&
		len == session->hash_len && CRYPTO_memcmp(signature, session->server_signature, len) == 0;
	if (!same)
		return err_set(err, ERR_UNAUTHORIZED,
			       "the broker did not prove that it knows the password: it may be an impostor");
	session->step = STEP_DONE;
	return true;
}

bool kafka_sasl_step(struct kafka_sasl_session *session, const uint8_t *bytes, size_t len, struct buf *out, bool *done,
		     struct err *err)
{
	bool plain = session->mechanism == KAFKA_SASL_PLAIN;
	*done = false;
	if (len > MESSAGE_MAX || (len > 0 && memchr(bytes, '\0', len) && !plain))
		return err_set(err, ERR_PARSE, "the broker's SASL message is invalid");
	CLEANUP(free) char *received = mem_strndup((const char *)bytes, len);
	bool ok = true;
	switch (session->step) {
	case STEP_FIRST:
		ok = plain ? send_plain(session, out) : send_first(session, out);
		break;
	case STEP_CHALLENGED:
		return send_proof(session, received, out, err);
	case STEP_PROVED:
		ok = *done = plain || check_server(session, received, err);
		return ok;
	case STEP_DONE:
		return err_set(err, ERR_PARSE, "the broker continued SASL after it had ended");
	}
	return ok ? true : err_set(err, ERR_LIMIT, "the Kafka username or password is too long");
}
