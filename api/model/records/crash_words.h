/* Why a container ended, told from what it wrote last. A line of a log may hold anything, a password too: what is told
 * is always the words of one table, at most with a path, a host, the name of a setting or two numbers from that line. */
#ifndef MQDECK_MODEL_RECORDS_CRASH_WORDS_H
#define MQDECK_MODEL_RECORDS_CRASH_WORDS_H

#include "api/kube/records/records.h"

enum { RECORD_CRASH_WORDS_MAX = 192 };

/* The most telling reason in a text of any lines, untrusted; false, and out "", where the table knows none. */
bool record_crash_words(const char *text, size_t len, char out[static RECORD_CRASH_WORDS_MAX]);

struct record_crash { /* how a container last ended, other than well */
	int32_t exit_code, signal;
	const char *reason, *message; /* as Kubernetes has it: "Error", "OOMKilled"; the termination message */
	int64_t finished_ms;          /* Unix ms, -1 */
	bool now;                     /* it has not been started again */
};

/* False: it runs for the first time, it ended well, or it is NULL. */
bool record_crash_of(const struct kube_container_status *status, struct record_crash *out);
/* The reason, from Kubernetes' own word and the termination message; false where neither tells. */
bool record_crash_reason(const struct record_crash *crash, char out[static RECORD_CRASH_WORDS_MAX]);

#endif
