/* What a hostile broker may say during SCRAM: the challenge, then the final message. The nonce is random, so the costly
 * proof is never reached by chance. */
#include <string.h>

#include "api/kafka/client/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kafka_sasl sasl = {.mechanism = KAFKA_SASL_SCRAM_SHA_256, .user = "u", .password = "p"};
	struct kafka_sasl_session *session = kafka_sasl_create(&sasl, NULL, NULL);
	struct buf out = BUF_INIT(8192);
	bool done;
	if (session && kafka_sasl_step(session, NULL, 0, &out, &done, NULL) &&
	    kafka_sasl_step(session, data, size, &out, &done, NULL))
		done = kafka_sasl_step(session, data, size, &out, &done, NULL);
	kafka_sasl_destroy(session);
	buf_finish(&out);
	return 0;
}
