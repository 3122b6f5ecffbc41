/* May we? SelfSubjectAccessReview, one per (verb, group, resource, subresource, namespace), kept 60 s; and whether a
 * resource exists at all. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_ACCESS_H
#define MQDECK_KUBE_CLIENT_KUBE_ACCESS_H

#include "api/kube/client/kube_client.h"

struct kube_access_cache;

struct kube_question {
	const char *verb; /* "get" "list" "watch" "create" "update" "patch" "delete" */
	const char *group, *resource, *subresource, *namespace, *name; /* NULL = "" */
};

enum kube_answer { KUBE_UNKNOWN, KUBE_ALLOWED, KUBE_DENIED };
enum { KUBE_REASON_MAX = 256 };

/* What the server's answers say; KUBE_UNKNOWN of what is not such an answer. A review (NULL is fine) with its
 * reason, which may be ""; an APIResourceList with whether that resource is in it. */
enum kube_answer kube_review_answer(const struct cJSON *review, char reason[static KUBE_REASON_MAX]);

struct kube_access_cache *kube_access_create(struct kube_client *client);
void kube_access_finish(struct kube_access_cache *cache); /* NULL is fine */

/* What is known now; asks the server when it is not, and calls on_change (of kube_access_on_change) when an answer
 * came. */
enum kube_answer kube_access_now(struct kube_access_cache *cache, const struct kube_question *question);
void kube_access_on_change(struct kube_access_cache *cache, void (*fn)(void *data), void *data);

/* Asks unless a fresh answer is there; calls fn once, never from inside. reason is the server's, may be "". */
typedef void kube_answer_fn(void *data, enum kube_answer answer, const char *reason, const struct err *err);
bool kube_access_ask(struct kube_access_cache *cache, const struct kube_question *question, kube_answer_fn *fn,
		     void *data, struct err *err) MUST_USE;

#endif
