/* SCRAM behind the first message: a broker that knows our nonce says anything from there on. Nothing that it says proves
 * that it knows the password. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/sasl.h"

#define NONCE "fyko"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool say(struct kafka_sasl_session *session, const char *text, bool *done)
{
	struct buf out = BUF_INIT(8192);
	struct err err = {0};
	bool ok = kafka_sasl_step(session, (const uint8_t *)text, strlen(text), &out, done, &err);
	if (ok == err_is_set(&err) || *done)
		abort();
	buf_finish(&out);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const struct kafka_sasl sasl = {.mechanism =
						data[0] < 128 ? KAFKA_SASL_SCRAM_SHA_256 : KAFKA_SASL_SCRAM_SHA_512,
					.user = "u",
					.password = "p"};
	struct kafka_sasl_session *session = kafka_sasl_create(&sasl, NONCE, NULL);
	CLEANUP(free) char *text = mem_strndup((const char *)data + 1, size - 1);
	size_t len = strcspn(text, "\n"); /* the challenge, then what comes after it */
	/* What comes after a challenge that is good costs its thousands of rounds. */
	bool own = data[0] % 8 != 0;
	CLEANUP(free)
	char *challenge =
		own ? str_printf("r=" NONCE "%.*s", (int)len, text) : str_printf("r=" NONCE "x,s=c2FsdA==,i=4096");
	bool done = false;
	if (session && say(session, "", &done) && say(session, challenge, &done))
		(void)!say(session, own ? text + len + (text[len] == '\n') : text, &done);
	kafka_sasl_destroy(session);
	return 0;
}
