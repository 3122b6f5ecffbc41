/* One Secret read once and wiped after the call. */
#ifndef MQDECK_MODEL_SOURCES_SECRET_READ_H
#define MQDECK_MODEL_SOURCES_SECRET_READ_H

#include "api/base/err.h"
#include "api/kube/client/kube_budget.h"
#include "api/kube/records/kube_kinds.h"

struct kube_client;
struct source_secret_read;

/* secret is NULL with err. It is gone after the call. */
typedef void source_secret_read_fn(void *data, const struct kube_secret *secret, const struct err *err);

/* kind: KUBE_SECRETS or KUBE_CONFIG_MAPS. Sent when the share's turn comes. Never calls back from inside. */
struct source_secret_read *source_secret_read(struct kube_client *client, struct kube_budget_share *share,
					      enum kube_kind kind, const char *namespace, const char *name,
					      source_secret_read_fn *done, void *data);
void source_secret_read_cancel(struct source_secret_read *read); /* NULL is fine; no callback after */

/* The value of a key; NULL when it is not there or empty. */
const char *source_secret_value(const struct kube_secret *secret, const char *key);
/* The value of the first of the keys that is there. */
const char *source_secret_first(const struct kube_secret *secret, const char *const *keys, size_t count);
/* Of a rabbitmq.conf: what stands behind "key =" on a line of its own, in any of the values: free() it; NULL = nowhere. */
char *source_conf_value(const struct kube_secret *conf, const char *key);

#endif
