/* One Secret read once and wiped after the call. */
#ifndef MQDECK_MODEL_SOURCES_SECRET_READ_H
#define MQDECK_MODEL_SOURCES_SECRET_READ_H

#include "api/base/err.h"
#include "api/kube/records/records.h"

struct kube_client;
struct source_secret_read;

/* secret is NULL with err. It is gone after the call. */
typedef void source_secret_read_fn(void *data, const struct kube_secret *secret, const struct err *err);

/* NULL with err for what can be said at once. Never calls back from inside. */
struct source_secret_read *source_secret_read(struct kube_client *client, const char *namespace, const char *name,
					      source_secret_read_fn *done, void *data, struct err *err) MUST_USE;
void source_secret_read_cancel(struct source_secret_read *read); /* NULL is fine; no callback after */

/* The value of a key; NULL when it is not there or empty. */
const char *source_secret_value(const struct kube_secret *secret, const char *key);
/* The value of the first of the keys that is there. */
const char *source_secret_first(const struct kube_secret *secret, const char *const *keys, size_t count);

#endif
