/* Runs a credential plugin (client.authentication.k8s.io/v1, /v1beta1) as a child on the loop and reads its answer. */
#ifndef MQDECK_KUBE_CONFIG_EXEC_PLUGIN_H
#define MQDECK_KUBE_CONFIG_EXEC_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/kube/config/kubeconfig.h"

struct kube_exec_plugin_call; /* one run */

struct kube_exec_answer {
	const char *token, *cert_pem, *key_pem; /* NULL = not given; overwritten after the call */
	int64_t expires_ms;                     /* Unix ms, -1 = never */
};

/* Reads what a plugin printed. The answer borrows from the tree that is returned, for kube_exec_answer_free(), which
 * overwrites it; NULL when it is no JSON (err untouched). err is set when it is JSON but no answer that can be used. */
struct cJSON;
struct cJSON *kube_exec_answer_read(const char *command, const char *api_version, const char *json, size_t len,
				    struct kube_exec_answer *answer, struct err *err);
void kube_exec_answer_free(struct cJSON *root); /* NULL is fine */

typedef void kube_exec_plugin_fn(void *data, const struct kube_exec_answer *answer, const struct err *err);

/* fn is called once, later, with answer or with err (the plugin's stderr cleaned, its install hint when it is not
 * there). interactive: it gets our terminal, which must be free for it until then. Never blocks; ends the child
 * after a time-out. */
struct kube_exec_plugin_call *kube_exec_plugin_run(struct loop *loop, const struct kube_access *access,
						   bool interactive, kube_exec_plugin_fn *fn, void *data,
						   struct err *err) MUST_USE;
/* Ends the child. No call after. NULL is fine; not after fn was called. */
void kube_exec_plugin_cancel(struct kube_exec_plugin_call *run);

#endif
