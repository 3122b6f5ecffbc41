/* A command in a container, over WebSocket with v5.channel.k8s.io or v4 (PROTOCOL.md). No shell: argv goes as it
 * is. */
#ifndef MQDECK_KUBE_CLIENT_EXEC_H
#define MQDECK_KUBE_CLIENT_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"

struct kube_client;
struct kube_exec;

struct kube_exec_result {
	/* ERR_NONE: the command ran, and exit_code says how it ended. Else it was not run or nobody knows how it
	 * ended: NOT_FOUND (pod, container or program), FORBIDDEN (names the verb), REFUSED (read-only), TIMEOUT,
	 * LIMIT … */
	struct err err;
	int exit_code;            /* -1 = unknown */
	const char *out, *errors; /* standard output and error, NUL-terminated; "" when on_output took them */
	size_t out_len, errors_len;
};

/* Everything is copied. */
struct kube_exec_options {
	const char *namespace, *pod;
	const char *container;   /* NULL = the default one */
	const char *const *argv; /* NULL-terminated */
	const char *input;       /* standard input, closed after it: needs a server with v5; NULL = none */
	size_t input_len;
	int64_t timeout_ms; /* until it has ended; 0 = 30 s */
	size_t output_max;  /* of each stream when collected; more is ERR_LIMIT; 0 = 4 MiB */
	/* Streaming: pieces as they come; false = stop (ERR_CANCELLED). NULL = collect. */
	bool (*on_output)(void *data, bool is_error_stream, const char *bytes, size_t len);
	/* Exactly once unless cancelled; never from inside kube_exec_run. The exec is gone after it. */
	void (*on_done)(void *data, const struct kube_exec_result *result);
	void *data;
};

/* NULL with err for what can be said at once (the read-only gate). The client outlives it. */
struct kube_exec *kube_exec_run(struct kube_client *client, const struct kube_exec_options *options,
				struct err *err) MUST_USE;
void kube_exec_cancel(struct kube_exec *exec); /* NULL is fine; no callback after; the command may go on running */

#endif
