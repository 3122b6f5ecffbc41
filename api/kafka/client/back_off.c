/* Brokers that cannot be reached, or that somebody else answers for: when each is dialled again, and what is said of it. */
#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kafka/client/admin_private.h"

enum { BACKOFF_MS = 500, BACKOFF_MAX_MS = 5000, BACKOFF_LIMIT_MS = 30000, BACKOFF_PART = 4 };

/* Where a pod cannot be entered, nobody in it can be asked. */
static void note_unasked(struct kafka_node *node, const struct err *err)
{
	struct kafka_node *place = kafka_place_at(node->admin, node->namespace, node->pod);
	if (!place)
		return;
	place->met.asked = true;
	if (place->met.id < 0 && !place->met.settled)
		place->met.err = *err;
	if (place->dial_at < node->dial_at)
		place->dial_at = node->dial_at;
}

/* The ways in fail in turn; what is said of them all names the same one, however often they are tried. */
static void note_no_way_in(struct kafka_admin *admin)
{
	for (size_t i = admin->bootstrap.len; i-- > 0;)
		if (err_is_set(&admin->bootstrap.items[i]->err))
			admin->bootstrap_err = admin->bootstrap.items[i]->err;
}

/* Who has been away for long is not back the next second. */
static int64_t back_off_ms(const struct kafka_node *node, const struct err *err, int64_t now)
{
	int64_t delay = BACKOFF_MS << (node->failures < 6 ? node->failures : 6);
	int64_t max = err->no_descriptor ? BACKOFF_LIMIT_MS : BACKOFF_MAX_MS;
	int64_t part = (now - node->failing_ms) / BACKOFF_PART;
	delay = delay < max ? delay : max;
	delay = delay > part ? delay : part;
	return delay < node->admin->patience_ms ? delay : node->admin->patience_ms;
}

void kafka_node_failed(struct kafka_node *node, const struct err *err)
{
	struct kafka_admin *admin = node->admin;
	int64_t now = loop_now_ms(admin->options.loop);
	if (!node->failures)
		node->failing_ms = now;
	int64_t delay = back_off_ms(node, err, now);
	node->failures++;
	node->err = *err;
	node->dial_at = now + delay + loop_random(admin->options.loop) % (delay / 4);
	if (node->id < 0)
		note_no_way_in(admin);
	note_unasked(node, err);
	log_debug(LOG_KAFKA, "broker not reached label=\"%s\" failures=%u again_ms=%lld error=\"%s\"", node->label,
		  node->failures, (long long)(node->dial_at - now), log_error_text(err));
	kafka_nodes_tell(admin);
}

static void forget_failures(struct kafka_admin *admin)
{
	vec_each (&admin->brokers, node)
		(*node)->dial_at = (*node)->failures = 0;
	vec_each (&admin->bootstrap, node)
		(*node)->dial_at = (*node)->failures = 0;
}

static void cut_back_off(struct kafka_node *node, int64_t latest)
{
	if (node->dial_at > latest)
		node->dial_at = latest;
}

static void cut_all_back_offs(struct kafka_admin *admin)
{
	int64_t latest = loop_now_ms(admin->options.loop) + admin->patience_ms;
	vec_each (&admin->brokers, node)
		cut_back_off(*node, latest);
	vec_each (&admin->bootstrap, node)
		cut_back_off(*node, latest);
}

int64_t kafka_nodes_next_dial(const struct kafka_admin *admin)
{
	int64_t next = -1;
	vec_each (&admin->brokers, node)
		if (!kafka_node_is_on_its_way(*node) && (next < 0 || (*node)->dial_at < next))
			next = (*node)->dial_at;
	vec_each (&admin->bootstrap, node)
		if (!kafka_node_is_on_its_way(*node) && (next < 0 || (*node)->dial_at < next))
			next = (*node)->dial_at;
	return next;
}

/* ---- what waits meanwhile ---- */

void kafka_request_give_time(struct kafka_request *request)
{
	request->deadline = loop_now_ms(request->admin->options.loop) + request->patience_ms;
}

void kafka_requests_renew(struct kafka_admin *admin)
{
	for (struct kafka_request *request = admin->requests; request; request = request->next)
		if (!request->sent)
			kafka_request_give_time(request);
}

/* ---- public ---- */
void kafka_admin_set_patience(struct kafka_admin *admin, int64_t most_ms)
{
	if (admin->patience_ms == most_ms)
		return;
	admin->patience_ms = most_ms;
	cut_all_back_offs(admin);
	kafka_admin_kick(admin);
}

void kafka_admin_ask_again(struct kafka_admin *admin)
{
	forget_failures(admin);
	for (struct kafka_request *request = admin->requests; request; request = request->next)
		request->retry_at = 0;
	kafka_admin_kick(admin);
}
