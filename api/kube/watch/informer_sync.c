/* How an informer stays true to the server: list, watch from where the list ended, and what to do at each way in which
 * either can end. The rules and their sources stand in PROTOCOL.md; phases are those of informer_private.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/watch/informer_private.h"

enum {
	PAGE_SIZE = 500,
	BACKOFF_FIRST_MS = 800,
	BACKOFF_MAX_MS = 30 * 1000,
	BACKOFF_RESET_MS = 120 * 1000,
	ABSENT_AGAIN_MS = 60 * 1000, /* a resource that is not served may be installed later */
	WATCH_MIN_S = 300,
	WATCH_SPREAD_S = 300,
	SHORT_WATCH_MS = 1000,
	LIST_TIMEOUT_MS = 60 * 1000,
	ASKED_MAX_MS = 60 * 1000, /* of Retry-After: who may say a day would blind us for a day */
};

static const char accept_any[] = "application/vnd.kubernetes.protobuf,application/json";
static const char accept_json[] = "application/json";

static void informer_sync_list(struct kube_informer *informer);
static void on_list_done(void *data, const struct kube_result *result);
static void informer_sync_watch(struct kube_informer *informer);

static int64_t informer_sync_now_ms(const struct kube_informer *informer)
{
	return loop_now_ms(kube_client_loop(informer->client));
}

/* ---- waiting ---- */

static int64_t with_jitter(struct kube_informer *informer, int64_t ms)
{
	return ms + loop_random(kube_client_loop(informer->client)) % (ms > 0 ? ms : 1);
}

static int64_t informer_sync_backoff(struct kube_informer *informer)
{
	int64_t now = informer_sync_now_ms(informer);
	if (now - informer->backed_off_ms > BACKOFF_RESET_MS)
		informer->failures = 0;
	informer->backed_off_ms = now;
	int64_t ms = (int64_t)BACKOFF_FIRST_MS << (informer->failures < 6 ? informer->failures : 6);
	informer->failures++;
	return with_jitter(informer, ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS);
}

static void informer_sync_go_on(struct kube_informer *informer, enum kube_informer_phase phase, int64_t delay_ms)
{
	log_debug(LOG_KUBE, "informer waits resource=%s for=%s ms=%lld failures=%u error=\"%s\"",
		  informer->info->resource, phase == KUBE_INFORMER_PHASE_WAIT_WATCH ? "watch" : "list",
		  (long long)delay_ms, informer->failures, log_error_text(&informer->state.err));
	informer->phase = phase;
	loop_timer_arm(informer->timer, delay_ms);
}

static void informer_sync_on_timer(void *data)
{
	struct kube_informer *informer = data;
	if (kube_client_holds_back(informer->client))
		loop_timer_arm(informer->timer, KUBE_CLIENT_PATIENT_MS); /* kube_informer_on_contact wakes it */
	else if (informer->phase == KUBE_INFORMER_PHASE_WAIT_WATCH)
		informer_sync_watch(informer);
	else
		informer_sync_list(informer);
}

/* What the server asked for, else our own back-off. What is too much now is too much in a second. */
static int64_t wait_of(struct kube_informer *informer, const struct kube_result *result)
{
	if (result->err.code == ERR_LIMIT && !result->err.no_descriptor)
		return with_jitter(informer, KUBE_INFORMER_LIMIT_AGAIN_MS);
	int64_t asked = result->http ? result->http->retry_after_ms : -1;
	if (asked <= 0)
		return informer_sync_backoff(informer);
	return asked < ASKED_MAX_MS ? asked : ASKED_MAX_MS;
}

/* ---- asking ---- */

static void append_selectors(const struct kube_informer *informer, struct buf *query)
{
	if (informer->options.label_selector)
		kube_query_append(query, "labelSelector", informer->options.label_selector);
	if (informer->options.field_selector)
		kube_query_append(query, "fieldSelector", informer->options.field_selector);
}

static bool informer_sync_is_local(const struct kube_informer *informer)
{
	static const char *const hosts[] = {"://127.", "://localhost", "://[::1]"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (strstr(kube_client_access(informer->client)->server, hosts[i]))
			return true;
	return false;
}

static bool informer_sync_on_data(void *data, const char *bytes, size_t len);

/* The server took the watch up at our version: what we hold is what is. The first bytes may be a bookmark's, a
 * minute on. */
static void informer_sync_on_accepted(void *data)
{
	struct kube_informer *informer = data;
	informer->state.last_contact_ms = informer_sync_now_ms(informer);
	kube_informer_fresh(informer);
}

static void informer_sync_send(struct kube_informer *informer, struct buf *query, bool is_watch,
			       void (*on_done)(void *, const struct kube_result *))
{
	append_selectors(informer, query);
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){.group = informer->info->group,
						 .version = informer->version,
						 .resource = informer->info->resource,
						 .namespace = informer->options.namespace,
						 .query = buf_str(query)});
	buf_finish(query);
	struct err err = {0};
	log_debug(LOG_KUBE, "informer asks resource=%s for=%s namespace=%s selector=\"%s\" rv=%s page=%s",
		  informer->info->resource, is_watch ? "watch" : "list", str_or(informer->options.namespace, "*"),
		  str_or(informer->options.label_selector, ""), is_watch ? informer->last_rv : informer->requested_rv,
		  informer->continue_token ? "next" : "first");
	struct kube_call call = {
		.reason = is_watch ? "watch of an informer" : "list of an informer",
		.path = path,
		.accept = informer->info->protobuf ? accept_any : accept_json,
		.gzip = !is_watch && !informer_sync_is_local(informer),
		.is_watch = is_watch,
		.timeout_ms = LIST_TIMEOUT_MS,
		.once = true,
		.on_data = informer_sync_on_data,
		.on_accepted = is_watch ? informer_sync_on_accepted : NULL,
		.on_done = on_done,
		.data = informer,
	};
	err_clear(&informer->stream_err);
	informer->phase = is_watch ? KUBE_INFORMER_PHASE_WATCH : KUBE_INFORMER_PHASE_LIST;
	informer->request = kube_request(informer->client, &call, &err);
	if (informer->request)
		return;
	kube_informer_failed(informer, &err);
	informer_sync_go_on(informer, is_watch ? KUBE_INFORMER_PHASE_WAIT_WATCH : KUBE_INFORMER_PHASE_WAIT_LIST,
			    informer_sync_backoff(informer));
}

/* ---- reading ---- */

static const char *const event_words[] = {[KUBE_LISTED] = "listed",
					  [KUBE_ADDED] = "added",
					  [KUBE_MODIFIED] = "modified",
					  [KUBE_DELETED] = "deleted",
					  [KUBE_BOOKMARK] = "bookmark"};

static bool on_record(void *data, enum kube_event_type type, void *record)
{
	struct kube_informer *informer = data;
	const struct kube_meta *meta = record;
	if (type == KUBE_LISTED)
		return kube_informer_take_listed(informer, record);
	informer->watch_events++;
	informer->failures = 0; /* a stream that gets somewhere is no failure, however often it is cut */
	if (meta->resource_version)
		snprintf(informer->last_rv, sizeof informer->last_rv, "%s", meta->resource_version);
	log_trace(LOG_KUBE, "informer event resource=%s type=%s name=%s/%s rv=%s", informer->info->resource,
		  event_words[type], str_or(meta->namespace, ""), str_or(meta->name, ""),
		  str_or(meta->resource_version, ""));
	if (type == KUBE_DELETED)
		kube_informer_remove(informer, record);
	else if (type == KUBE_BOOKMARK)
		kube_record_free(record);
	else
		return kube_informer_upsert(informer, record);
	return true;
}

static bool on_error_event(void *data, const struct kube_status *status)
{
	struct kube_informer *informer = data;
	bool expired = status->code == 410 || str_eq(status->reason, "Expired") || str_eq(status->reason, "Gone");
	informer->watch_error = expired ? 410 : status->code ? status->code : 500;
	log_debug(LOG_KUBE, "informer told of an error resource=%s code=%d rv=%s", informer->info->resource,
		  informer->watch_error, informer->last_rv);
	kube_status_err(informer->watch_error, status, NULL, "GET", informer->info->resource, &informer->stream_err);
	return false;
}

/* The two forms are told apart by their first byte, which is here before the Content-Type that says the same: JSON
 * begins with a brace or white space, a protobuf list with its magic, a frame with the high byte of a sane length. */
static bool looks_like_protobuf(const struct kube_informer *informer, char first)
{
	return informer->info->protobuf && !strchr("{ \t\r\n", first ? first : '\1');
}

static bool informer_sync_on_data(void *data, const char *bytes, size_t len)
{
	struct kube_informer *informer = data;
	bool is_watch = informer->phase == KUBE_INFORMER_PHASE_WATCH;
	if (len == 0)
		return true;
	informer->state.last_contact_ms = informer_sync_now_ms(informer);
	informer->state.bytes += len;
	if (!informer->stream)
		informer->stream = kube_stream_create(&(struct kube_stream_options){
			.kind = informer->options.kind,
			.watch = is_watch,
			.protobuf = looks_like_protobuf(informer, *bytes),
			.on_record = on_record,
			.on_error = on_error_event,
			.data = informer,
		});
	if (is_watch)
		kube_informer_fresh(informer);
	return kube_stream_feed(informer->stream, bytes, len, &informer->stream_err);
}

static void end_stream(struct kube_informer *informer)
{
	kube_stream_destroy(informer->stream);
	informer->stream = NULL;
	informer->request = NULL;
}

/* ---- list ---- */

static void informer_sync_list(struct kube_informer *informer)
{
	struct buf query = BUF_INIT(64 * 1024);
	char limit[16];
	snprintf(limit, sizeof limit, "%d", PAGE_SIZE);
	informer->state.lists++;
	if (informer->continue_token) {
		kube_query_append(&query, "limit", limit);
		kube_query_append(&query, "continue", informer->continue_token);
	} else {
		const char *rv = informer->rv_unavailable ? "" : str_or(informer->last_rv, "0");
		snprintf(informer->requested_rv, sizeof informer->requested_rv, "%s", rv);
		/* With a resource version of our own a limit would go past the server's cache, to etcd. */
		if (!informer->unpaged && (str_empty(rv) || str_eq(rv, "0") || informer->paginated))
			kube_query_append(&query, "limit", limit);
		if (!str_empty(rv))
			kube_query_append(&query, "resourceVersion", rv);
		kube_informer_drop_fresh(informer);
		informer->pages = 0;
	}
	informer->pages++;
	informer_sync_send(informer, &query, false, on_list_done);
}

static void forget_pages(struct kube_informer *informer)
{
	free(informer->continue_token);
	informer->continue_token = NULL;
}

/* Nothing of it is kept: half a list would tell of objects that are gone. */
static void list_lost(struct kube_informer *informer, const struct kube_result *result)
{
	forget_pages(informer);
	kube_informer_drop_fresh(informer);
	kube_informer_failed(informer, &result->err);
	informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, wait_of(informer, result));
}

static void list_complete(struct kube_informer *informer, const char *resource_version)
{
	if (str_empty(resource_version) || strlen(resource_version) >= sizeof informer->last_rv) {
		struct err err = {0};
		err_set(&err, ERR_PARSE, "%s: the server's list has no usable resourceVersion",
			informer->info->resource);
		list_lost(informer, &(struct kube_result){.err = err});
		return;
	}
	snprintf(informer->last_rv, sizeof informer->last_rv, "%s", resource_version);
	informer->rv_unavailable = informer->unpaged = false;
	informer->state.synced = true;
	informer->state.last_contact_ms = informer_sync_now_ms(informer);
	log_debug(LOG_KUBE, "informer listed resource=%s rv=%s objects=%zu", informer->info->resource,
		  informer->last_rv, informer->fresh.len);
	kube_informer_replace(informer);
	informer_sync_watch(informer);
	if (!kube_informer_fresh(informer))
		kube_informer_tell(informer);
}

static void list_page_read(struct kube_informer *informer)
{
	struct err err = {0};
	if (!kube_informer_check_page(informer, &err)) {
		end_stream(informer);
		list_lost(informer, &(struct kube_result){.err = err});
		return;
	}
	CLEANUP(free) char *version = mem_strdup(kube_stream_resource_version(informer->stream));
	const char *more = kube_stream_continue(informer->stream);
	forget_pages(informer);
	if (!str_empty(more)) {
		informer->continue_token = mem_strdup(more);
		/* A list "0" in pages: nothing serves it from memory. */
		informer->paginated |= str_eq(informer->requested_rv, "0");
		end_stream(informer);
		informer_sync_list(informer);
		return;
	}
	end_stream(informer);
	list_complete(informer, version);
}

static bool is_too_large(const struct kube_result *result)
{
	const struct kube_status *status = result->status;
	return status && result->http && result->http->status == 504 &&
	       (kube_status_cause(status, "ResourceVersionTooLarge") ||
		(status->message && strstr(status->message, "Too large resource version")));
}

static void not_served(struct kube_informer *informer, const struct kube_result *result)
{
	if (kube_kind_version(informer->options.kind, ++informer->version_at, informer->version)) {
		informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, 0);
		return;
	}
	informer->version_at = 0;
	(void)kube_kind_version(informer->options.kind, 0, informer->version);
	bool news = !informer->state.absent;
	log_debug(LOG_KUBE, "informer: not served resource=%s", informer->info->resource);
	if (informer->state.count > 0)
		kube_informer_replace(informer); /* by nothing: it was uninstalled */
	informer->state.absent = true;
	informer->state.synced = true;
	informer->state.watching = false;
	informer->state.stale_since_ms = -1;
	informer->state.last_contact_ms = informer_sync_now_ms(informer);
	informer->last_rv[0] = '\0';
	err_clear(&informer->state.err);
	if (news)
		kube_informer_tell(informer);
	informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, with_jitter(informer, ABSENT_AGAIN_MS));
}

static void list_refused(struct kube_informer *informer, const struct kube_result *result)
{
	int status = result->http ? result->http->status : 0;
	bool was_page = informer->continue_token != NULL,
	     had_rv = !informer->rv_unavailable && !str_empty(informer->requested_rv);
	forget_pages(informer);
	kube_informer_drop_fresh(informer);
	if (status == 404) {
		not_served(informer, result);
		return;
	}
	if (status == 410 && was_page && !informer->unpaged) {
		informer->unpaged = true;
		informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, 0);
		return;
	}
	if ((status == 410 || is_too_large(result)) && had_rv) {
		informer->rv_unavailable = true;
		informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, 0);
		return;
	}
	list_lost(informer, result);
}

static void on_list_done(void *data, const struct kube_result *result)
{
	struct kube_informer *informer = data;
	informer->request = NULL;
	if (!err_is_set(&result->err)) {
		list_page_read(informer);
		return;
	}
	struct kube_result shown = *result;
	if (err_is_set(&informer->stream_err))
		shown.err = informer->stream_err;
	end_stream(informer);
	list_refused(informer, &shown);
}

/* ---- watch ---- */

static void informer_sync_on_watch_done(void *data, const struct kube_result *result);

static void informer_sync_watch(struct kube_informer *informer)
{
	struct buf query = BUF_INIT(64 * 1024);
	char seconds[16];
	uint32_t spread = loop_random(kube_client_loop(informer->client)) % (WATCH_SPREAD_S + 1);
	snprintf(seconds, sizeof seconds, "%u", WATCH_MIN_S + spread);
	kube_query_append(&query, "watch", "1");
	kube_query_append(&query, "resourceVersion", informer->last_rv);
	kube_query_append(&query, "allowWatchBookmarks", "true");
	kube_query_append(&query, "timeoutSeconds", seconds);
	informer->state.watches++;
	informer->watch_started_ms = informer_sync_now_ms(informer);
	informer->watch_events = 0;
	informer->watch_error = 0;
	informer_sync_send(informer, &query, true, informer_sync_on_watch_done);
}

static void informer_sync_relist(struct kube_informer *informer, const struct err *err)
{
	kube_informer_failed(informer, err);
	informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, informer_sync_backoff(informer));
}

/* Nothing happened for long, and not every server sends bookmarks. What is known is as old as the connection's last sign of
 * life, which the client sees to: it asks for one now, and says so when there is none. */
static bool was_only_quiet(const struct kube_informer *informer, const struct kube_result *result)
{
	return result->err.code == ERR_TIMEOUT && result->http && result->http->status == 200 &&
	       kube_client_connection(informer->client)->connected;
}

/* The stream ended without anybody saying why: go on from where we are. */
static void watch_cut(struct kube_informer *informer, const struct kube_result *result)
{
	bool clean = !err_is_set(&result->err);
	bool brief = informer_sync_now_ms(informer) - informer->watch_started_ms < SHORT_WATCH_MS;
	if ((clean && (informer->watch_events > 0 || !brief)) || was_only_quiet(informer, result)) {
		informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_WATCH, 0);
		return;
	}
	if (clean) {
		struct err err = {0};
		err_set(&err, ERR_CONNECT, "%s: the server closes every watch immediately", informer->info->resource);
		informer_sync_relist(informer, &err);
		return;
	}
	kube_informer_failed(informer, &result->err);
	informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_WATCH,
			    informer->watch_events > 0 ? 0 : wait_of(informer, result));
}

static void informer_sync_on_watch_done(void *data, const struct kube_result *result)
{
	struct kube_informer *informer = data;
	int status = result->http ? result->http->status : 0;
	int refused = informer->watch_error ? informer->watch_error : status >= 300 ? status : 0;
	struct kube_result shown = *result;
	if (err_is_set(&informer->stream_err))
		shown.err = informer->stream_err;
	log_debug(LOG_KUBE, "informer watch ended resource=%s rv=%s events=%llu refused=%d error=\"%s\"",
		  informer->info->resource, informer->last_rv, (unsigned long long)informer->watch_events, refused,
		  log_error_text(&shown.err));
	bool stopped_reading = err_is_set(&informer->stream_err) && !informer->watch_error;
	end_stream(informer);
	if (stopped_reading) {
		/* Bytes that cannot be read come again from the same place: ask for the whole instead. */
		informer_sync_relist(informer, &shown.err);
	} else if (refused == 410) {
		informer_sync_relist(informer, &shown.err);
	} else if (refused == 429 || refused >= 500) {
		kube_informer_failed(informer, &shown.err);
		informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_WATCH, wait_of(informer, &shown));
	} else if (refused) {
		informer_sync_relist(informer, &shown.err);
	} else {
		watch_cut(informer, &shown);
	}
}

/* ---- from outside ---- */

void kube_informer_on_contact(void *data, bool reconnected)
{
	struct kube_informer *informer = data;
	if (informer->phase == KUBE_INFORMER_PHASE_WATCH && informer->state.synced)
		kube_informer_fresh(informer);
	else if (reconnected)
		kube_informer_kick(informer);
}

void kube_informer_sync_start(struct kube_informer *informer)
{
	informer->timer = loop_timer_create(kube_client_loop(informer->client), informer_sync_on_timer, informer);
	(void)kube_kind_version(informer->options.kind, 0, informer->version);
	informer_sync_go_on(informer, KUBE_INFORMER_PHASE_WAIT_LIST, 0);
}

void kube_informer_sync_stop(struct kube_informer *informer)
{
	kube_request_cancel(informer->request);
	loop_timer_destroy(informer->timer);
	kube_stream_destroy(informer->stream);
	forget_pages(informer);
}
