/* One Secret read once: not watched, because what is not held cannot leak. */
#include "api/model/sources/secret_read.h"

#include <stdlib.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/record_decode.h"

enum { BODY_MAX = 2 * 1024 * 1024 };

struct source_secret_read {
	struct kube_request *request;
	source_secret_read_fn *done;
	void *data;
};

static void secret_on_done(void *data, const struct kube_result *result)
{
	struct source_secret_read *read = data;
	struct kube_secret *secret = NULL;
	struct err err = result->err;
	if (!err_is_set(&err))
		secret = kube_decode(KUBE_SECRETS, result->http->body, result->http->body_len, &err);
	read->done(read->data, secret, &err);
	kube_record_free_secret(secret);
	free(read);
}

struct source_secret_read *source_secret_read(struct kube_client *client, const char *namespace, const char *name,
					      source_secret_read_fn *done, void *data, struct err *err)
{
	CLEANUP(free)
	char *path = kube_url(
		&(struct kube_url){.version = "v1", .resource = "secrets", .namespace = namespace, .name = name});
	struct source_secret_read *read = mem_alloc(sizeof *read);
	read->done = done;
	read->data = data;
	read->request = kube_request(client,
				     &(struct kube_call){.reason = "credentials of a broker cluster",
							 .path = path,
							 .body_max = BODY_MAX,
							 .on_done = secret_on_done,
							 .data = read},
				     err);
	if (read->request)
		return read;
	free(read);
	return NULL;
}

void source_secret_read_cancel(struct source_secret_read *read)
{
	if (!read)
		return;
	kube_request_cancel(read->request);
	free(read);
}

const char *source_secret_value(const struct kube_secret *secret, const char *key)
{
	for (size_t i = 0; i < secret->data_count; i++)
		if (str_eq(secret->data[i].key, key))
			return str_empty(secret->data[i].value) ? NULL : secret->data[i].value;
	return NULL;
}

const char *source_secret_first(const struct kube_secret *secret, const char *const *keys, size_t count)
{
	const char *value = NULL;
	for (size_t i = 0; i < count && !value; i++)
		value = source_secret_value(secret, keys[i]);
	return value;
}
