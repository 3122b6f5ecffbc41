/* May we? Access reviews with a cache, so that a menu can be greyed before anybody presses a key, and whether the
 * server serves a resource at all. */
#include "api/kube/client/kube_access.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/json_write.h"
#include "api/base/log.h"
#include "api/base/map.h"
#include "api/base/str.h"

enum { FRESH_MS = 60 * 1000 };

struct kube_access_waiting { /* for one answer */
	struct kube_access_waiting *next;
	kube_answer_fn *fn;
	void *data;
};

struct kube_access_entry {
	struct kube_access_cache *cache;
	char *question;               /* "verb group resource subresource namespace name" */
	struct kube_request *request; /* NULL = none under way */
	struct loop_timer *deferred;  /* answers from the cache, never from inside */
	struct kube_access_waiting *waiting;
	enum kube_answer answer;
	struct err err;
	char reason[KUBE_REASON_MAX];
	int64_t asked_ms; /* monotonic, of the answer; -1 = none */
};

struct kube_access_cache {
	struct kube_client *client;
	struct map entries;
	void (*on_change)(void *data);
	void *data;
};

struct kube_access_cache *kube_access_create(struct kube_client *client)
{
	struct kube_access_cache *cache = mem_alloc(sizeof *cache);
	cache->client = client;
	return cache;
}

void kube_access_on_change(struct kube_access_cache *cache, void (*fn)(void *data), void *data)
{
	cache->on_change = fn;
	cache->data = data;
}

void kube_access_finish(struct kube_access_cache *cache)
{
	if (!cache)
		return;
	for (struct map_entry *it = map_next(&cache->entries, NULL); it; it = map_next(&cache->entries, it)) {
		struct kube_access_entry *entry = it->value;
		kube_request_cancel(entry->request);
		loop_timer_destroy(entry->deferred);
		for (struct kube_access_waiting *next; entry->waiting; entry->waiting = next) {
			next = entry->waiting->next;
			free(entry->waiting);
		}
		free(entry->question);
		free(entry);
	}
	map_finish(&cache->entries);
	free(cache);
}

static int64_t access_now_ms(const struct kube_access_cache *cache)
{
	return loop_now_ms(kube_client_loop(cache->client));
}

static bool access_is_fresh(const struct kube_access_entry *entry)
{
	return entry->asked_ms >= 0 && access_now_ms(entry->cache) - entry->asked_ms < FRESH_MS;
}

static void access_answer(struct kube_access_entry *entry)
{
	struct kube_access_waiting *waiting = entry->waiting;
	entry->waiting = NULL;
	struct err err = entry->err;
	enum kube_answer what = entry->answer;
	char reason[KUBE_REASON_MAX];
	memcpy(reason, entry->reason, sizeof reason);
	for (struct kube_access_waiting *next; waiting; waiting = next) {
		next = waiting->next;
		waiting->fn(waiting->data, what, reason, err_is_set(&err) ? &err : NULL);
		free(waiting);
	}
}

static void on_deferred(void *data)
{
	access_answer(data);
}

enum kube_answer kube_review_answer(const cJSON *review, char reason[static KUBE_REASON_MAX])
{
	const cJSON *status = cJSON_GetObjectItemCaseSensitive(review, "status");
	const cJSON *allowed = cJSON_GetObjectItemCaseSensitive(status, "allowed");
	snprintf(reason, KUBE_REASON_MAX, "%s",
		 str_or(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(status, "reason")), ""));
	return !cJSON_IsBool(allowed) ? KUBE_UNKNOWN : cJSON_IsTrue(allowed) ? KUBE_ALLOWED : KUBE_DENIED;
}

static const char *const access_words[] = {
	[KUBE_UNKNOWN] = "unknown", [KUBE_ALLOWED] = "allowed", [KUBE_DENIED] = "denied"};

static void on_review(void *data, const cJSON *object, const struct kube_result *result)
{
	struct kube_access_entry *entry = data;
	struct kube_access_cache *cache = entry->cache;
	entry->request = NULL;
	entry->asked_ms = access_now_ms(cache);
	entry->err = result->err;
	entry->answer = kube_review_answer(object, entry->reason);
	log_debug(LOG_KUBE, "access review question=\"%s\" answer=%s", entry->question, access_words[entry->answer]);
	if (cache->on_change)
		cache->on_change(cache->data);
	access_answer(entry);
}

static void append_attribute(struct buf *out, const char *name, const char *value)
{
	if (str_empty(value))
		return;
	buf_printf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
	json_write_string(out, value);
}

static bool access_ask(struct kube_access_entry *entry, const struct kube_question *question, struct err *err)
{
	struct buf body = BUF_INIT(8192);
	buf_append_str(&body, "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\","
			      "\"spec\":{\"resourceAttributes\":{");
	append_attribute(&body, "verb", question->verb);
	append_attribute(&body, "group", question->group);
	append_attribute(&body, "resource", question->resource);
	append_attribute(&body, "subresource", question->subresource);
	append_attribute(&body, "namespace", question->namespace);
	append_attribute(&body, "name", question->name);
	buf_append_str(&body, "}}}");
	entry->request = kube_change(entry->cache->client,
				     &(struct kube_change){.reason = "access review",
							   .method = "POST",
							   .url = {.group = "authorization.k8s.io",
								   .version = "v1",
								   .resource = "selfsubjectaccessreviews"},
							   .body = buf_str(&body)},
				     on_review, entry, err);
	buf_finish(&body);
	return entry->request != NULL;
}

static struct kube_access_entry *entry_of(struct kube_access_cache *cache, const struct kube_question *question)
{
	CLEANUP(free)
	char *key = str_printf("%s %s %s %s %s %s", str_or(question->verb, ""), str_or(question->group, ""),
			       str_or(question->resource, ""), str_or(question->subresource, ""),
			       str_or(question->namespace, ""), str_or(question->name, ""));
	struct kube_access_entry *entry = map_get(&cache->entries, key);
	if (entry)
		return entry;
	entry = mem_alloc(sizeof *entry);
	*entry = (struct kube_access_entry){.cache = cache, .question = mem_strdup(key), .asked_ms = -1};
	entry->deferred = loop_timer_create(kube_client_loop(cache->client), on_deferred, entry);
	map_set(&cache->entries, key, entry);
	return entry;
}

enum kube_answer kube_access_now(struct kube_access_cache *cache, const struct kube_question *question)
{
	struct kube_access_entry *entry = entry_of(cache, question);
	if (!access_is_fresh(entry) && !entry->request)
		(void)!access_ask(entry, question, &entry->err);
	return entry->answer;
}

bool kube_access_ask(struct kube_access_cache *cache, const struct kube_question *question, kube_answer_fn *fn,
		     void *data, struct err *err)
{
	struct kube_access_entry *entry = entry_of(cache, question);
	if (access_is_fresh(entry))
		loop_timer_arm(entry->deferred, 0);
	else if (!entry->request && !access_ask(entry, question, err))
		return false;
	struct kube_access_waiting *waiting = mem_alloc(sizeof *waiting);
	*waiting = (struct kube_access_waiting){.next = entry->waiting, .fn = fn, .data = data};
	entry->waiting = waiting;
	return true;
}
