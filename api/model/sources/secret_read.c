/* One Secret read once: not watched, because what is not held cannot leak. */
#include "api/model/sources/secret_read.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/record_decode.h"

enum { BODY_MAX = 2 * 1024 * 1024 };

struct source_secret_read {
	struct kube_client *client;
	struct kube_budget_turn *turn; /* that it waits for */
	struct kube_request *request;
	char *path;
	enum kube_kind kind;
	source_secret_read_fn *done;
	void *data;
};

static void secret_on_done(void *data, const struct kube_result *result)
{
	struct source_secret_read *read = data;
	struct kube_secret *secret = NULL;
	struct err err = result->err;
	if (!err_is_set(&err))
		secret = kube_decode(read->kind, result->http->body, result->http->body_len, &err);
	if (secret && str_empty(secret->meta.name)) {
		err_set(&err, ERR_PARSE, "the server's response is no Secret or ConfigMap of the Kubernetes API");
		kube_record_free_secret(secret);
		secret = NULL;
	}
	read->done(read->data, secret, &err);
	kube_record_free_secret(secret);
	free(read->path);
	free(read);
}

static void secret_on_turn(void *data)
{
	struct source_secret_read *read = data;
	struct kube_result refused = {0};
	read->turn = NULL;
	read->request = kube_request(read->client,
				     &(struct kube_call){.reason = "credentials of a broker cluster",
							 .path = read->path,
							 .is_budgeted = true,
							 .body_max = BODY_MAX,
							 .on_done = secret_on_done,
							 .data = read},
				     &refused.err);
	if (!read->request)
		secret_on_done(read, &refused);
}

struct source_secret_read *source_secret_read(struct kube_client *client, struct kube_budget_share *share,
					      enum kube_kind kind, const char *namespace, const char *name,
					      source_secret_read_fn *done, void *data)
{
	struct source_secret_read *read = mem_alloc(sizeof *read);
	*read = (struct source_secret_read){.client = client, .kind = kind, .done = done, .data = data};
	read->path = kube_url(&(struct kube_url){
		.version = "v1", .resource = kube_kind_info(kind)->resource, .namespace = namespace, .name = name});
	read->turn = kube_budget_ask(share, secret_on_turn, read);
	return read;
}

void source_secret_read_cancel(struct source_secret_read *read)
{
	if (!read)
		return;
	kube_budget_cancel(read->turn);
	kube_request_cancel(read->request);
	free(read->path);
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

char *source_conf_value(const struct kube_secret *conf, const char *key)
{
	size_t len = strlen(key);
	for (size_t i = 0; i < conf->data_count; i++)
		for (const char *line = str_or(conf->data[i].value, ""); *line;
		     line += strcspn(line, "\n"), line += *line != 0) {
			const char *at = line + strspn(line, " \t");
			if (strncmp(at, key, len) != 0)
				continue;
			at += len + strspn(at + len, " \t");
			if (*at++ != '=')
				continue;
			at += strspn(at, " \t");
			size_t end = strcspn(at, "\r\n");
			while (end && strchr(" \t", at[end - 1]))
				end--;
			return mem_strndup(at, end);
		}
	return NULL;
}
