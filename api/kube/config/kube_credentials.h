/* Who we are, for the next request: token, rotating token file, basic, client certificate, exec plugin,
 * impersonation. Facts: client-go transport/token_source.go (a token file is read again every 60 s with 10 s leeway;
 * a failed read keeps the old token; 401 drops it) and plugin/pkg/client/auth/exec. */
#ifndef MQDECK_KUBE_CONFIG_KUBE_CREDENTIALS_H
#define MQDECK_KUBE_CONFIG_KUBE_CREDENTIALS_H

#include <stdbool.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/kube/config/kubeconfig.h"
#include "api/net/http.h"

struct kube_credentials;

enum kube_credentials_state { KUBE_CREDENTIALS_READY, KUBE_CREDENTIALS_WAIT, KUBE_CREDENTIALS_FAILED };

struct kube_credentials_options {
	struct loop *loop;
	const struct kube_access *access; /* borrowed */
	struct http *http;                /* borrowed: gets rotated client certificates */
	/* A plugin that was waited for has ended, well or badly: ask again. Never from inside a call. */
	void (*on_change)(void *data);
	void (*on_terminal)(void *data, bool wanted, const char *command); /* NULL = plugins that need it fail */
	/* Asked each time before the plugin runs. WAIT: nobody has answered yet, and whoever answers has it asked
	 * again. */
	enum kube_credentials_state (*may_run)(void *data, struct err *err); /* NULL = it may */
	void *data;
};

struct kube_credentials *kube_credentials_create(const struct kube_credentials_options *options);
void kube_credentials_destroy(struct kube_credentials *credentials); /* NULL is fine */

/* Starts what is needed. FAILED sets err; asking again later tries again. */
enum kube_credentials_state kube_credentials_check(struct kube_credentials *credentials, struct err *err) MUST_USE;
/* When READY: the header lines, NULL-terminated; free with kube_credentials_free_headers. NULL with err when one of them
 * cannot be sent: without it the request would go out with other rights. */
char **kube_credentials_headers(const struct kube_credentials *credentials, struct err *err) MUST_USE;
void kube_credentials_free_headers(char **headers); /* overwrites them */
/* The server said 401. */
void kube_credentials_rejected(struct kube_credentials *credentials);

#endif
