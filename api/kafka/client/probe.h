/* What a port speaks, told by its answer to the first words of a TLS handshake. Nothing is verified and nothing secret
 * is said; the handshake is not finished. Only for a port that was no Kafka in the clear: a broker notes such a
 * greeting in its log. */
#ifndef MQDECK_KAFKA_CLIENT_PROBE_H
#define MQDECK_KAFKA_CLIENT_PROBE_H

#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/net/dial.h"

enum kafka_speaks {
	KAFKA_SPEAKS_TLS,     /* it answered with a TLS record, be it a refusal */
	KAFKA_SPEAKS_OTHER,   /* it answered with something else, or hung up */
	KAFKA_SPEAKS_UNKNOWN, /* it cannot be reached, or says nothing */
};

struct kafka_probe;

struct kafka_probe_options {
	struct loop *loop;
	struct dial_opener *dialer;
	struct dial_target target;                             /* borrowed for the call */
	int64_t timeout_ms;                                    /* 0 = 5 s */
	void (*on_done)(void *data, enum kafka_speaks speaks); /* once; then destroy it, also from inside */
	void *data;
};

/* Never calls back from inside. NULL with err when nothing can be dialled. */
struct kafka_probe *kafka_probe_start(const struct kafka_probe_options *options, struct err *err) MUST_USE;
void kafka_probe_destroy(struct kafka_probe *probe); /* NULL is fine; no callback after */

#endif
