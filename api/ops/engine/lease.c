/* One Lease, as a small machine: read it, write it if it is ours, free or left, renew it, give it back. Every write carries
 * the version that was read, so that of two who take it at once one gets a conflict. */
#include "api/ops/engine/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/buf.h"
#include "api/base/clock.h"
#include "api/base/json_write.h"
#include "api/base/log.h"
#include "api/base/str.h"

enum {
	DURATION_S = 30,
	RENEW_MS = 10 * 1000,
	RETRY_MS = 2 * 1000,
	SAFE_MS = 25 * 1000, /* a change that is sent by then arrives while the lease still lasts */
	FOREIGN_MIN_S = 10,
	FOREIGN_MAX_S = 600,
	BODY_MAX = 16 * 1024,
	TITLE_SHOWN = 120,
	GIVE_TRIES = 3
};

enum lease_mode { LOOKING, TAKING, GIVING };

struct lease_seen { /* of the object, as it was read or written last */
	char uid[64], version[32], holder[300], title[400], since[40], renewed[40];
	int64_t duration_s, transitions;
};

struct ops_lease {
	struct loop *loop;
	struct kube_client *client;
	char *namespace, *name, *who, *plan_id, *operation, *title;
	void (*on_change)(void *data);
	void *data;
	enum lease_mode mode;
	enum ops_lease_state state;
	struct err err;
	struct kube_request *request;
	struct loop_timer *work, *overdue, *tell;
	struct lease_seen seen;
	int64_t seen_ms; /* since when this version has stood, on our clock */
	bool watched;    /* seen is of somebody else, and waited out */
	int64_t sent_ms; /* of the write that is on its way */
	int tries;
};

static void read_lease(void *data);

static const char *const lease_words[] = {
	[OPS_LEASE_FREE] = "free",       [OPS_LEASE_ASKING] = "asking", [OPS_LEASE_HELD] = "held",
	[OPS_LEASE_OVERDUE] = "overdue", [OPS_LEASE_LOST] = "lost",     [OPS_LEASE_DENIED] = "denied"};

static void lease_become(struct ops_lease *lease, enum ops_lease_state state, const struct err *err)
{
	if (lease->state != state)
		log_info(LOG_OPS, "lease namespace=%s name=%s state=%s error=\"%s\"", lease->namespace, lease->name,
			 lease_words[state], err ? log_error_text(err) : "");
	lease->state = state;
	err_clear(&lease->err);
	if (err)
		lease->err = *err;
	if (state == OPS_LEASE_LOST || state == OPS_LEASE_DENIED || state == OPS_LEASE_FREE) {
		loop_timer_disarm(lease->work);
		loop_timer_disarm(lease->overdue);
	}
	loop_timer_arm(lease->tell, 0);
}

static void lease_again(struct ops_lease *lease, int64_t ms)
{
	loop_timer_arm(lease->work, ms);
}

/* ---- what it says ---- */

static void copy_text(char *out, size_t size, const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
	snprintf(out, size, "%s", str_or(text, ""));
}

static int64_t whole_number(const cJSON *object, const char *name, int64_t min, int64_t max)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
	if (!cJSON_IsNumber(value) || !(value->valuedouble > (double)min))
		return min;
	return value->valuedouble < (double)max ? (int64_t)value->valuedouble : max;
}

static void lease_read_object(const cJSON *object, struct lease_seen *out)
{
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(object, "metadata");
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(object, "spec");
	*out = (struct lease_seen){.duration_s =
					   whole_number(spec, "leaseDurationSeconds", FOREIGN_MIN_S, FOREIGN_MAX_S),
				   .transitions = whole_number(spec, "leaseTransitions", 0, INT32_MAX - 1)};
	copy_text(out->uid, sizeof out->uid, metadata, "uid");
	copy_text(out->version, sizeof out->version, metadata, "resourceVersion");
	copy_text(out->holder, sizeof out->holder, spec, "holderIdentity");
	copy_text(out->since, sizeof out->since, spec, "acquireTime");
	copy_text(out->renewed, sizeof out->renewed, spec, "renewTime");
	copy_text(out->title, sizeof out->title, cJSON_GetObjectItemCaseSensitive(metadata, "annotations"),
		  "mqdeck/plan");
}

static bool lease_is_ours(const struct ops_lease *lease, const struct lease_seen *seen)
{
	const char *slash = strrchr(seen->holder, '/');
	size_t who = slash ? (size_t)(slash - seen->holder) : 0;
	if (!slash || strcmp(slash + 1, lease->plan_id) != 0)
		return false;
	/* A plan that has no name yet does not have that of "somebody/". */
	return *lease->plan_id || (who == strlen(lease->who) && !memcmp(seen->holder, lease->who, who));
}

static void say_who(const struct ops_lease *lease, enum err_code code, const char *after, struct err *out)
{
	const struct lease_seen *seen = &lease->seen;
	const char *slash = strrchr(seen->holder, '/');
	int who = slash ? (int)(slash - seen->holder) : (int)strlen(seen->holder);
	err_set(out, code, "%.*s holds the lease %s/%s since %.19s%s%.*s%s (plan %.40s)%s", who, seen->holder,
		lease->namespace, lease->name, str_or(seen->since, "?"), *seen->title ? " for \"" : "", TITLE_SHOWN,
		seen->title, *seen->title ? "\"" : "", slash ? slash + 1 : "?", after);
}

bool ops_lease_seems_dead(const struct ops_lease *lease)
{
	int64_t renewed = clock_parse_rfc3339(lease->seen.renewed);
	int64_t age = clock_wall_ms(loop_clock(lease->loop)) - renewed, lasts = lease->seen.duration_s * 1000;
	return renewed < 0 || age > lasts || age < -lasts;
}

/* ---- writing ---- */

static void lease_put_time(struct buf *body, const char *name, int64_t wall_ms)
{
	char at[32];
	clock_format_rfc3339(wall_ms, at);
	buf_printf(body, "\"%s\":\"%.19s.%03d000Z\"", name, at, (int)(wall_ms % 1000));
}

static void lease_put_text(struct buf *body, const char *before, const char *text)
{
	buf_append_str(body, before);
	json_write_string(body, text);
}

static void put_ours(const struct ops_lease *lease, struct buf *body, bool renewal)
{
	int64_t now = clock_wall_ms(loop_clock(lease->loop));
	CLEANUP(free) char *holder = str_printf("%s/%s", lease->who, lease->plan_id);
	lease_put_text(
		body,
		",\"labels\":{\"app.kubernetes.io/managed-by\":\"mqdeck\"},\"annotations\":{\"mqdeck/operation\":",
		lease->operation);
	lease_put_text(body, ",\"mqdeck/plan\":", lease->title);
	lease_put_text(body, "}},\"spec\":{\"holderIdentity\":", holder);
	buf_printf(body, ",\"leaseDurationSeconds\":%d,", DURATION_S);
	lease_put_time(body, "renewTime", now);
	if (!renewal) {
		buf_append_char(body, ',');
		lease_put_time(body, "acquireTime", now);
		buf_printf(body, ",\"leaseTransitions\":%lld", (long long)lease->seen.transitions + 1);
	}
	buf_append_str(body, "}}");
}

static void lease_fail_later(struct ops_lease *lease, const struct err *err)
{
	if (err->code == ERR_FORBIDDEN) {
		lease_become(lease, OPS_LEASE_DENIED, err);
		return;
	}
	bool overdue = lease->state == OPS_LEASE_OVERDUE;
	struct err reason = *err;
	err_prefix(&reason, "the lease %s/%s could not be %s", lease->namespace, lease->name,
		   overdue ? "renewed in time" : "acquired");
	if (lease->state == OPS_LEASE_HELD)
		lease->err = *err; /* there is time left */
	else
		lease_become(lease, lease->state, &reason);
	lease_again(lease, RETRY_MS);
}

static void on_written(void *data, const cJSON *object, const struct kube_result *result)
{
	struct ops_lease *lease = data;
	const struct err *err = &result->err;
	lease->request = NULL;
	if (lease->mode == GIVING) {
		bool once_more = err->code == ERR_CONFLICT && ++lease->tries < GIVE_TRIES;
		if (once_more)
			lease_again(lease, 0);
		else
			lease_become(lease, OPS_LEASE_FREE, err_is_set(err) ? err : NULL);
		return;
	}
	if (err->code == ERR_CONFLICT || err->code == ERR_NOT_FOUND) {
		*lease->seen.version = '\0'; /* read first: somebody else wrote */
		lease_again(lease, ++lease->tries < GIVE_TRIES ? 0 : RETRY_MS);
		return;
	}
	if (err_is_set(err)) {
		*lease->seen.version = '\0';
		lease_fail_later(lease, err);
		return;
	}
	lease->tries = 0;
	lease_read_object(object, &lease->seen);
	loop_timer_arm(lease->overdue, lease->sent_ms + SAFE_MS - loop_now_ms(lease->loop));
	lease_again(lease, RENEW_MS);
	if (lease->state != OPS_LEASE_HELD)
		lease_become(lease, OPS_LEASE_HELD, NULL);
}

static void write_lease(struct ops_lease *lease, const char *method)
{
	bool patch = !strcmp(method, "PATCH");
	struct buf body = BUF_INIT(BODY_MAX);
	struct err err = {0};
	if (patch) {
		lease_put_text(&body, "{\"metadata\":{\"uid\":", lease->seen.uid);
		lease_put_text(&body, ",\"resourceVersion\":", lease->seen.version);
	} else {
		lease_put_text(&body,
			       "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":",
			       lease->name);
		lease_put_text(&body, ",\"namespace\":", lease->namespace);
	}
	if (lease->mode == GIVING)
		buf_append_str(&body, ",\"annotations\":{\"mqdeck/operation\":null,\"mqdeck/plan\":null}},\"spec\":{"
				      "\"holderIdentity\":null}}");
	else
		put_ours(lease, &body, lease_is_ours(lease, &lease->seen));
	lease->sent_ms = loop_now_ms(lease->loop);
	lease->request = kube_change(
		lease->client,
		&(struct kube_change){.reason = lease->mode == GIVING ? "lease: give up" : "lease: take or renew",
				      .method = method,
				      .url = {.group = "coordination.k8s.io",
					      .version = "v1",
					      .resource = "leases",
					      .namespace = lease->namespace,
					      .name = patch ? lease->name : NULL},
				      .patch_type = patch ? "application/merge-patch+json" : NULL,
				      .body = buf_str(&body),
				      .once = true},
		on_written, lease, &err);
	buf_finish(&body);
	if (!lease->request)
		lease_become(lease, OPS_LEASE_DENIED, &err);
}

/* ---- reading ---- */

/* Somebody else's. */
static void lease_consider(struct ops_lease *lease, const struct lease_seen *now)
{
	int64_t at = loop_now_ms(lease->loop);
	bool known = lease->watched, same = known && !strcmp(now->version, lease->seen.version),
	     renewed = known && !same && !strcmp(now->holder, lease->seen.holder);
	bool was_held = lease->state == OPS_LEASE_HELD || lease->state == OPS_LEASE_OVERDUE;
	struct err err;
	lease->seen = *now;
	if (lease->mode == LOOKING || was_held || renewed) {
		say_who(lease, ERR_REFUSED, "", &err);
		lease_become(lease, OPS_LEASE_LOST, &err);
		return;
	}
	if (!same)
		lease->seen_ms = at;
	lease->watched = true;
	if (at - lease->seen_ms >= now->duration_s * 1000) {
		lease->watched = false;
		write_lease(lease, "PATCH");
		return;
	}
	say_who(lease, ERR_BUSY, "; mqdeck takes it over once it expires", &err);
	lease_become(lease, OPS_LEASE_ASKING, &err);
	lease_again(lease, RETRY_MS);
}

static void take_object(struct ops_lease *lease, const cJSON *object)
{
	struct lease_seen now;
	lease_read_object(object, &now);
	bool ours = lease_is_ours(lease, &now);
	if (lease->mode == GIVING && !ours) {
		lease_become(lease, OPS_LEASE_FREE, NULL);
	} else if (!ours && *now.holder) {
		lease_consider(lease, &now);
	} else {
		lease->seen = now;
		lease->watched = false;
		if (lease->mode == LOOKING)
			lease_become(lease, OPS_LEASE_FREE, NULL);
		else
			write_lease(lease, "PATCH");
	}
}

static void lease_on_read(void *data, const cJSON *object, const struct kube_result *result)
{
	struct ops_lease *lease = data;
	lease->request = NULL;
	if (object) {
		take_object(lease, object);
	} else if (result->err.code == ERR_NOT_FOUND) {
		lease->seen = (struct lease_seen){0};
		lease->watched = false;
		if (lease->mode == TAKING)
			write_lease(lease, "POST");
		else
			lease_become(lease, OPS_LEASE_FREE, NULL);
	} else if (lease->mode == TAKING) {
		lease_fail_later(lease, &result->err);
	} else {
		lease_become(lease, lease->mode == GIVING ? OPS_LEASE_FREE : OPS_LEASE_DENIED, &result->err);
	}
}

static void read_lease(void *data)
{
	struct ops_lease *lease = data;
	struct err err = {0};
	if (lease->request)
		return;
	if (lease->mode == TAKING && lease->state == OPS_LEASE_HELD && *lease->seen.version) {
		write_lease(lease, "PATCH"); /* a renewal: nobody else wrote, or it is a conflict */
		return;
	}
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){.group = "coordination.k8s.io",
						 .version = "v1",
						 .resource = "leases",
						 .namespace = lease->namespace,
						 .name = lease->name});
	lease->request = kube_get_json(lease->client, "lease: who holds it", path, lease_on_read, lease, &err);
	if (!lease->request)
		lease_become(lease, OPS_LEASE_DENIED, &err);
}

/* ---- life ---- */

static void on_overdue(void *data)
{
	struct ops_lease *lease = data;
	struct err err;
	err_set(&err, ERR_TIMEOUT, "the lease %s/%s could not be renewed in time%s%s", lease->namespace, lease->name,
		err_is_set(&lease->err) ? ": " : "", lease->err.text);
	err_quotes(&err, &lease->err);
	lease_become(lease, OPS_LEASE_OVERDUE, &err);
}

static void lease_on_tell(void *data)
{
	struct ops_lease *lease = data;
	lease->on_change(lease->data);
}

struct ops_lease *ops_lease_create(const struct ops_lease_options *options)
{
	struct ops_lease *lease = mem_alloc(sizeof *lease);
	*lease = (struct ops_lease){.loop = options->loop,
				    .client = options->client,
				    .namespace = mem_strdup(options->namespace),
				    .name = mem_strdup(options->name),
				    .who = mem_strdup(options->who),
				    .plan_id = mem_strdup(str_or(options->plan_id, "")),
				    .operation = mem_strdup(options->operation),
				    .title = mem_strdup(options->title),
				    .on_change = options->on_change,
				    .data = options->data};
	lease->work = loop_timer_create(lease->loop, read_lease, lease);
	lease->overdue = loop_timer_create(lease->loop, on_overdue, lease);
	lease->tell = loop_timer_create(lease->loop, lease_on_tell, lease);
	return lease;
}

void ops_lease_destroy(struct ops_lease *lease)
{
	if (!lease)
		return;
	kube_request_cancel(lease->request);
	loop_timer_destroy(lease->work);
	loop_timer_destroy(lease->overdue);
	loop_timer_destroy(lease->tell);
	free(lease->namespace);
	free(lease->name);
	free(lease->who);
	free(lease->plan_id);
	free(lease->operation);
	free(lease->title);
	free(lease);
}

static void lease_begin(struct ops_lease *lease, enum lease_mode mode)
{
	kube_request_cancel(lease->request);
	lease->request = NULL;
	lease->mode = mode;
	lease->state = OPS_LEASE_ASKING;
	lease->tries = 0;
	err_clear(&lease->err);
	loop_timer_disarm(lease->overdue);
	lease_again(lease, 0);
}

void ops_lease_look(struct ops_lease *lease)
{
	lease_begin(lease, LOOKING);
}

void ops_lease_take(struct ops_lease *lease)
{
	lease_begin(lease, TAKING);
}

void ops_lease_give(struct ops_lease *lease)
{
	lease_begin(lease, GIVING);
}

enum ops_lease_state ops_lease_state(const struct ops_lease *lease)
{
	return lease->state;
}

const struct err *ops_lease_err(const struct ops_lease *lease)
{
	return &lease->err;
}
