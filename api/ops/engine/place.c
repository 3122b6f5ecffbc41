/* Which cluster this is. A plan is resumed and rolled back only where it was made: an address may lead to another cluster
 * tomorrow, so it is known by the UID of kube-system where that may be read, else by address and CA. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <openssl/evp.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

/* Without path, query and user: those may hold a secret. */
static void server_alone(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	size_t len = strcspn(host, "/?#");
	const char *at = memchr(host, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - host);
		snprintf(out, size, "%.*s%.*s", (int)(host - url), url, (int)len, at + 1);
	} else {
		snprintf(out, size, "%.*s", (int)(host - url + (ptrdiff_t)len), url);
	}
}

static void place_digest(const struct kube_access *access, char out[static 65])
{
	CLEANUP(free) char *text = str_printf("%s\n%s", str_or(access->server, ""), str_or(access->ca_pem, ""));
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	if (EVP_Digest(text, strlen(text), sum, &len, EVP_sha256(), NULL) != 1)
		len = 0;
	for (unsigned i = 0; i < len && i < 32; i++)
		snprintf(out + 2 * (size_t)i, 3, "%02x", sum[i]);
}

static void on_namespace(void *data, const struct cJSON *object, const struct kube_result *result)
{
	struct ops_job *job = data;
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(object, "metadata");
	const char *uid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, "uid"));
	job->place_request = NULL;
	/* Where it may not be read, the address and the CA tell clusters apart. */
	if (uid)
		snprintf(job->ops->place.uid, sizeof job->ops->place.uid, "%s", uid);
	ops_ask_is_answered(job);
}

void ops_place_ask(struct ops_job *job)
{
	struct ops *ops = job->ops;
	if (!ops->plans_dir || *ops->place.uid)
		return;
	const struct kube_access *access = kube_client_access(ops->client);
	server_alone(str_or(access->server, "?"), ops->place.server, sizeof ops->place.server);
	place_digest(access, ops->place.digest);
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){.version = "v1", .resource = "namespaces", .name = "kube-system"});
	job->place_request = kube_get_json(ops->client, "which cluster a plan is for", path, on_namespace, job, NULL);
	if (job->place_request)
		job->asks_open++;
}

bool ops_place_is_same(const struct ops_job *job, struct err *err)
{
	const struct ops_journal_place *here = &job->ops->place, *then = &job->made_at;
	bool by_uid = *here->uid && *then->uid;
	if (by_uid ? !strcmp(here->uid, then->uid) : !strcmp(here->digest, then->digest))
		return true;
	return err_set(err, ERR_REFUSED, "the plan was made for another cluster: %s, not %s", then->server,
		       here->server);
}

bool ops_was_run_here(const struct ops *ops, const struct ops_history_entry *history)
{
	struct ops_journal_place here;
	server_alone(str_or(kube_client_access(ops->client)->server, "?"), here.server, sizeof here.server);
	return str_eq(here.server, history->cluster);
}
