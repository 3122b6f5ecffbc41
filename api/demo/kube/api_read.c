/* The verbs that read: get and list, with selectors and pages, in the form that the Accept header asks for. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/selector.h"
#include "api/demo/kube/table_answer.h"

typedef VEC(struct demo_kube_object *) object_vec;

static void answer_table(const struct demo_kube_api_call *call, const object_vec *found, int64_t version,
			 const char *next, size_t rest)
{
	const char *include = demo_request_query(call->request, "includeObject");
	cJSON *table = demo_kube_table_make(call->kind, found->items, found->len, version, demo_wall_ms(call->demo),
					    str_eq(include, "Object"));
	if (*next) {
		demo_json_set_text(table, "metadata.continue", next);
		demo_json_set_number(table, "metadata.remainingItemCount", (double)rest);
	}
	demo_kube_api_answer_json(call->conn, 200, table);
}

void demo_kube_read_get(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *object =
		demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	if (!object) {
		demo_kube_api_answer_not_found(call);
	} else if (demo_kube_table_wanted(call->request)) {
		object_vec found = {0};
		vec_push(&found, object);
		answer_table(call, &found, object->version, "", 0);
		vec_finish(&found);
	} else {
		demo_kube_api_answer_object(call->conn, 200, object);
	}
}

/* The token holds the version of the first page and the last object of the page before: "VERSION NAMESPACE/NAME". */
static void make_continue(int64_t version, const struct demo_kube_object *last, char *out, size_t size)
{
	char plain[512];
	int len = snprintf(plain, sizeof plain, "%lld %.200s/%.255s", (long long)version, last->namespace, last->name);
	if ((size_t)len * 4 / 3 + 4 < size)
		EVP_EncodeBlock((unsigned char *)out, (unsigned char *)plain, len);
}

/* after: "NAMESPACE/NAME" in a buffer of 512. */
static bool read_continue(const char *token, int64_t *version, char *after)
{
	unsigned char plain[600];
	size_t len = strlen(token);
	if (len == 0 || len > 680)
		return false;
	int got = EVP_DecodeBlock(plain, (const unsigned char *)token, (int)len);
	if (got <= 0)
		return false;
	plain[got] = '\0';
	long long number = 0;
	return sscanf((const char *)plain, "%lld %511s", &number, after) == 2 && (*version = number) > 0 &&
	       strchr(after, '/');
}

static bool stands_after(const struct demo_kube_object *object, const char *after)
{
	const char *slash = strchr(after, '/');
	char namespace[512];
	snprintf(namespace, sizeof namespace, "%.*s", (int)(slash - after), after);
	int order = strcmp(object->namespace, namespace);
	return order > 0 || (order == 0 && strcmp(object->name, slash + 1) > 0);
}

static void answer_list(const struct demo_kube_api_call *call, const object_vec *found, int64_t version,
			const char *next, size_t rest)
{
	char api_version[96];
	struct buf out = BUF_INIT(DEMO_HTTP_ANSWER_MAX);
	buf_printf(&out, "{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"%lld\"",
		   call->kind->name, demo_kube_kind_api_version(call->kind, api_version, sizeof api_version),
		   (long long)version);
	if (*next)
		buf_printf(&out, ",\"continue\":\"%s\",\"remainingItemCount\":%zu", next, rest);
	buf_append_str(&out, "},\"items\":[");
	vec_each (found, object) {
		if (object != found->items)
			buf_append_char(&out, ',');
		buf_append(&out, (*object)->text, (*object)->text_len);
	}
	buf_append_str(&out, "]}\n");
	demo_http_conn_answer(call->conn, 200, "application/json", NULL, out.data, out.len);
	buf_finish(&out);
}

/* False = answered already: the version asked for does not exist yet, or no longer. */
static bool check_version(const struct demo_kube_api_call *call, const char *token, int64_t *version, char *after)
{
	const char *wanted = demo_request_query(call->request, "resourceVersion");
	int64_t number = 0;
	*version = demo_kube_store_version(call->demo->store);
	if (token && *token) {
		if (!read_continue(token, version, after) || *version > demo_kube_store_version(call->demo->store)) {
			demo_kube_api_answer_status(call->conn, 400, "BadRequest", "the continue token is not valid");
			return false;
		}
		return true;
	}
	if (str_empty(wanted))
		return true;
	if (!str_to_i64(wanted, &number) || number < 0) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "invalid resource version");
		return false;
	}
	if (number > *version) {
		cJSON *json = demo_kube_api_status(504, "Timeout", "Too large resource version");
		demo_json_set(json, "details",
			      demo_json_make("{'causes':[{'reason':'ResourceVersionTooLarge','message':"
					     "'Too large resource version'}],'retryAfterSeconds':1}"));
		demo_kube_api_answer_json(call->conn, 504, json);
		return false;
	}
	return true;
}

/* What the call asks for, behind `after`, at most `limit` (0 = all); *rest is what the limit left out. */
static object_vec pick_objects(const struct demo_kube_api_call *call, const struct demo_kube_selector *selector,
			       const char *after, int64_t limit, size_t *rest)
{
	size_t count;
	struct demo_kube_object **all = demo_kube_store_list(call->demo->store, call->kind->id, &count);
	object_vec found = {0};
	for (size_t i = 0; i < count; i++) {
		struct demo_kube_object *object = all[i];
		if ((*call->namespace && !str_eq(object->namespace, call->namespace)) ||
		    (*after && !stands_after(object, after)) || !demo_kube_selector_matches(selector, object->json))
			continue;
		if (limit > 0 && (int64_t)found.len >= limit)
			(*rest)++;
		else
			vec_push(&found, object);
	}
	return found;
}

void demo_kube_read_list(const struct demo_kube_api_call *call)
{
	const char *token = demo_request_query(call->request, "continue");
	char after[512] = "", next[720] = "";
	int64_t version, limit = 0;
	struct err err = {0};
	struct demo_kube_selector selector;
	if (!check_version(call, token, &version, after))
		return;
	if (!demo_kube_selector_parse(demo_request_query(call->request, "labelSelector"),
				      demo_request_query(call->request, "fieldSelector"), &selector, &err)) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "%s", err.text);
		return;
	}
	const char *limit_text = demo_request_query(call->request, "limit");
	if (limit_text && (!str_to_i64(limit_text, &limit) || limit < 0))
		limit = 0;
	size_t rest = 0;
	object_vec found = pick_objects(call, &selector, after, limit, &rest);
	if (rest > 0)
		make_continue(version, found.items[found.len - 1], next, sizeof next);
	if (demo_kube_table_wanted(call->request))
		answer_table(call, &found, version, next, rest);
	else
		answer_list(call, &found, version, next, rest);
	vec_finish(&found);
	demo_kube_selector_finish(&selector);
}
