/* The life of a call: which broker must answer it, what to do when that one is unknown, gone or no longer the right
 * one, and how often. What changes something is never sent a second time when it may have arrived. */
#include "api/kafka/client/admin.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/admin_private.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

enum {
	TIMEOUT_MS = 10000,
	TRIES_MS = 100,
	TRIES_MAX_MS = 1000,
	REFRESH_PAUSE_MS = 200,
	DEADLINE_TIMEOUTS = 3,
	COORDINATORS_MAX = 100000,
	BACK_OFF_LONGEST_MS = 60000,
};

static void admin_find_coordinator(struct kafka_admin *admin, const char *group);
static void admin_refresh(struct kafka_admin *admin);

static int64_t admin_now_ms(const struct kafka_admin *admin)
{
	return loop_now_ms(admin->options.loop);
}

/* ---- life of requests ---- */
static void admin_free_request(struct kafka_request *request)
{
	arena_finish(&request->arena);
	free(request);
}

static void admin_unlink_request(struct kafka_request *request)
{
	struct kafka_request **slot = &request->admin->requests;
	while (*slot && *slot != request)
		slot = &(*slot)->next;
	if (*slot)
		*slot = request->next;
}

static void admin_free_if_idle(struct kafka_admin *admin)
{
	if (admin->destroyed && !admin->busy)
		free(admin);
}

static void admin_finish_request(struct kafka_request *request, const struct err *err, const void *response)
{
	struct kafka_admin *admin = request->admin;
	admin_unlink_request(request);
	admin->busy++;
	if (!request->cancelled)
		request->call.done(request->call.data, err, response);
	admin->busy--;
	admin_free_request(request);
	admin_free_if_idle(admin);
}

static void try_again(struct kafka_request *request)
{
	int64_t delay = TRIES_MS << (request->tries < 4 ? request->tries : 4);
	request->tries++;
	request->sent = false;
	request->retry_at = admin_now_ms(request->admin) + (delay < TRIES_MAX_MS ? delay : TRIES_MAX_MS);
	kafka_admin_kick(request->admin);
}

/* ---- answers ---- */
static bool is_lost(const struct err *err)
{
	return err->code == ERR_CONNECT || err->code == ERR_TIMEOUT || err->code == ERR_TLS || err->code == ERR_SYSTEM;
}

/* The transport failed. */
static void take_failure(struct kafka_request *request, const struct err *err)
{
	bool elsewhere = request->call.route != KAFKA_TO_BROKER && request->api->reads;
	request->err = *err;
	if (is_lost(err) && elsewhere && admin_now_ms(request->admin) < request->deadline) {
		try_again(request);
		return;
	}
	if (is_lost(err) && !request->api->reads)
		err_set(&request->err, err->code, "%s (%s may have been carried out nevertheless)", err->text,
			request->api->name);
	struct err copy = request->err;
	admin_finish_request(request, &copy, NULL);
}

/* Errors of routing, wherever they stand in the response. */
static bool is_misrouted(const struct kafka_request *request, const void *response)
{
	static const int16_t coordinator_codes[] = {KAFKA_ERR_COORDINATOR_LOADING, KAFKA_ERR_COORDINATOR_NOT_AVAILABLE,
						    KAFKA_ERR_NOT_COORDINATOR};
	if (request->call.route == KAFKA_TO_CONTROLLER)
		return kafka_response_has_error(request->api, response, KAFKA_ERR_NOT_CONTROLLER);
	for (size_t i = 0; request->call.route == KAFKA_TO_COORDINATOR && i < ARRAY_LEN(coordinator_codes); i++)
		if (kafka_response_has_error(request->api, response, coordinator_codes[i]))
			return true;
	return false;
}

static void forget_route(struct kafka_request *request)
{
	struct kafka_admin *admin = request->admin;
	if (request->call.route == KAFKA_TO_CONTROLLER) {
		admin->controller = -1;
		admin_refresh(admin);
	} else if (request->call.route == KAFKA_TO_COORDINATOR) {
		map_remove(&admin->coordinators, request->call.group);
	}
}

static void admin_take_response(struct kafka_request *request, const void *response)
{
	struct kafka_admin *admin = request->admin;
	const char *message = NULL;
	int16_t code = kafka_response_error(request->api, response, &message);
	bool misrouted = is_misrouted(request, response);
	if (code) {
		CLEANUP(free) char *what = str_printf("%s: %s", admin->options.label, request->api->name);
		kafka_error_set(&request->err, code, what, message);
	}
	bool later = misrouted || kafka_error_is_retriable(code);
	if (later && admin_now_ms(admin) < request->later_until) {
		if (misrouted)
			forget_route(request);
		try_again(request);
		return;
	}
	if (request->api->key == KAFKA_METADATA)
		kafka_nodes_learn(admin, response);
	struct err copy = request->err;
	if (later && request->api->reads)
		copy.code = ERR_BUSY;
	admin_finish_request(request, code ? &copy : NULL, response);
}

static void on_response(void *data, const struct err *err, const void *response)
{
	struct kafka_request *request = data;
	struct kafka_admin *admin = request->admin;
	admin->busy++;
	if (request->cancelled)
		admin_finish_request(request, NULL, NULL);
	else if (err)
		take_failure(request, err);
	else
		admin_take_response(request, response);
	if (!admin->destroyed)
		kafka_admin_kick(admin);
	admin->busy--;
	admin_free_if_idle(admin);
}

/* ---- routing ---- */
enum routed { ROUTED, ROUTE_LATER, ROUTE_NEVER };

static enum routed route_to_broker(struct kafka_request *request, int32_t id, struct kafka_node **out)
{
	struct kafka_admin *admin = request->admin;
	struct kafka_node *node = kafka_node_find(admin, id);
	if (!node && admin->have_brokers) {
		err_set(&request->err, ERR_NOT_FOUND, "%s has no broker %d now", admin->options.label, id);
		return ROUTE_NEVER;
	}
	if (!node) {
		admin_refresh(admin);
		return ROUTE_LATER;
	}
	kafka_node_dial(node);
	if (kafka_node_is_ready(node)) {
		*out = node;
		return ROUTED;
	}
	if (kafka_node_is_on_its_way(node))
		return ROUTE_LATER;
	request->err = node->err;
	return ROUTE_NEVER;
}

static enum routed route_to_any(struct kafka_request *request, struct kafka_node **out)
{
	*out = kafka_node_any(request->admin);
	if (*out)
		return ROUTED;
	kafka_nodes_dial_some(request->admin);
	return ROUTE_LATER;
}

/* With KRaft every broker forwards to the controller, so where the one named cannot be reached another will do. */
static enum routed route_to_controller(struct kafka_request *request, struct kafka_node **out)
{
	struct kafka_admin *admin = request->admin;
	if (admin->controller >= 0) {
		struct kafka_node *node = kafka_node_find(admin, admin->controller);
		/* A read does not wait for one that may be dead. */
		if (request->api->reads && node && !kafka_node_is_ready(node) && kafka_node_any(admin))
			return route_to_any(request, out);
		enum routed routed = route_to_broker(request, admin->controller, out);
		return routed == ROUTE_NEVER ? route_to_any(request, out) : routed;
	}
	admin_refresh(admin);
	return ROUTE_LATER;
}

static enum routed route_to_coordinator(struct kafka_request *request, struct kafka_node **out)
{
	void *known = map_get(&request->admin->coordinators, request->call.group);
	if (!known) {
		admin_find_coordinator(request->admin, request->call.group);
		return ROUTE_LATER;
	}
	enum routed routed = route_to_broker(request, (int32_t)(intptr_t)known - 1, out);
	if (routed == ROUTE_NEVER) {
		/* Another broker takes its groups over. */
		map_remove(&request->admin->coordinators, request->call.group);
		request->retry_at = admin_now_ms(request->admin) + TRIES_MAX_MS;
		return ROUTE_LATER;
	}
	return routed;
}

static enum routed admin_route(struct kafka_request *request, struct kafka_node **out)
{
	switch (request->call.route) {
	case KAFKA_TO_BROKER:
		return route_to_broker(request, request->call.broker, out);
	case KAFKA_TO_CONTROLLER:
		return route_to_controller(request, out);
	case KAFKA_TO_COORDINATOR:
		return route_to_coordinator(request, out);
	case KAFKA_TO_ANY:
		break;
	}
	return route_to_any(request, out);
}

static void fail_late(struct kafka_request *request)
{
	struct kafka_admin *admin = request->admin;
	struct err err = request->err;
	if (!err_is_set(&err) && err_is_set(&admin->bootstrap_err))
		err = admin->bootstrap_err;
	if (!err_is_set(&err))
		err_set(&err, ERR_TIMEOUT, "%s: no broker accepted %s in time", admin->options.label,
			request->api->name);
	admin_finish_request(request, &err, NULL);
}

static void admin_dispatch(struct kafka_request *request)
{
	struct kafka_node *node = NULL;
	int64_t now = admin_now_ms(request->admin);
	if (request->sent)
		return;
	if (request->cancelled) {
		admin_finish_request(request, NULL, NULL);
		return;
	}
	if (request->deadline <= now && request->admin->waiting)
		kafka_request_give_time(request); /* nobody was late: it was not asked yet */
	if (request->deadline <= now) {
		fail_late(request);
		return;
	}
	if (request->retry_at > now)
		return;
	switch (admin_route(request, &node)) {
	case ROUTED:
		request->sent = true;
		request->node_id = node->id;
		node->sent_ms = now;
		kafka_connection_send(node->connection, request->call.api, request->call.request,
				      request->call.timeout_ms, on_response, request);
		break;
	case ROUTE_NEVER: {
		struct err err = request->err;
		admin_finish_request(request, &err, NULL);
		break;
	}
	case ROUTE_LATER:
		break;
	}
}

/* Callbacks only append to the list or mark what is in it, so the next one stays. */
static void dispatch_all(struct kafka_admin *admin)
{
	for (struct kafka_request *request = admin->requests, *next; request && !admin->destroyed; request = next) {
		next = request->next;
		admin_dispatch(request);
	}
}

static int64_t admin_earlier(int64_t a, int64_t b)
{
	return a < 0 || b < a ? b : a;
}

static void admin_arm_timer(struct kafka_admin *admin)
{
	int64_t next = -1, now = admin_now_ms(admin);
	bool waiting = false;
	for (struct kafka_request *request = admin->requests; request; request = request->next) {
		if (request->sent)
			continue;
		waiting = true;
		int64_t at = request->retry_at > now && request->retry_at < request->deadline ? request->retry_at
											      : request->deadline;
		next = admin_earlier(next, at);
	}
	int64_t dial = waiting ? kafka_nodes_next_dial(admin) : -1;
	int64_t refresh_ms = admin->refreshed_ms + REFRESH_PAUSE_MS;
	if (waiting && admin->refreshed_ms && refresh_ms > now)
		next = admin_earlier(next, refresh_ms);
	if (dial > now)
		next = admin_earlier(next, dial);
	int64_t place = kafka_places_next_dial(admin);
	if (place > now)
		next = admin_earlier(next, place);
	if (next >= 0)
		loop_timer_arm(admin->timer, next > now ? next - now : 0);
}

static void admin_on_timer(void *data)
{
	struct kafka_admin *admin = data;
	admin->busy++;
	dispatch_all(admin);
	if (!admin->destroyed)
		kafka_places_dial(admin);
	if (!admin->destroyed && !loop_timer_is_armed(admin->timer))
		admin_arm_timer(admin);
	admin->busy--;
	admin_free_if_idle(admin);
}

/* ---- finding the way ---- */
static void on_refreshed(void *data, const struct err *err, const void *response)
{
	struct kafka_admin *admin = data;
	admin->refreshing = false;
	kafka_admin_kick(admin);
}

static void admin_refresh(struct kafka_admin *admin)
{
	if (admin->refreshing || (admin->refreshed_ms && admin_now_ms(admin) < admin->refreshed_ms + REFRESH_PAUSE_MS))
		return;
	admin->refreshing = true;
	admin->refreshed_ms = admin_now_ms(admin);
	struct kafka_metadata_request request = {0}; /* no topics: brokers and controller only */
	kafka_admin_send(admin, &(struct kafka_call){.api = KAFKA_METADATA,
						     .route = KAFKA_TO_ANY,
						     .request = &request,
						     .done = on_refreshed,
						     .data = admin});
}

static void learn_coordinator(struct kafka_admin *admin, const char *group, int16_t error, int32_t id)
{
	if (error == 0 && id >= 0 && admin->coordinators.len < COORDINATORS_MAX)
		map_set(&admin->coordinators, group, (void *)(intptr_t)(id + 1));
}

struct kafka_coordinator_search {
	struct kafka_admin *admin;
	char group[];
};

static void on_coordinator(void *data, const struct err *err, const void *response)
{
	struct kafka_coordinator_search *finding = data;
	struct kafka_admin *admin = finding->admin;
	const struct kafka_find_coordinator_response *found = response;
	if (!err && found->coordinators.len > 0)
		learn_coordinator(admin, finding->group, found->coordinators.items[0].error_code,
				  found->coordinators.items[0].node_id);
	else if (!err)
		learn_coordinator(admin, finding->group, found->error_code, found->node_id);
	kafka_admin_kick(admin);
}

static bool is_finding(const struct kafka_admin *admin, const char *group)
{
	for (const struct kafka_request *request = admin->requests; request; request = request->next)
		if (request->call.done == on_coordinator &&
		    strcmp(((const struct kafka_coordinator_search *)request->call.data)->group, group) == 0)
			return true;
	return false;
}

static void admin_find_coordinator(struct kafka_admin *admin, const char *group)
{
	if (is_finding(admin, group))
		return;
	/* Both forms: the version decides which is written. */
	struct kafka_find_coordinator_request request = {.key = group, .coordinator_keys = {&group, 1}};
	struct kafka_request *sent = kafka_admin_send(admin, &(struct kafka_call){.api = KAFKA_FIND_COORDINATOR,
										  .route = KAFKA_TO_ANY,
										  .request = &request,
										  .done = on_coordinator});
	size_t len = strlen(group) + 1;
	struct kafka_coordinator_search *finding = arena_alloc(&sent->arena, sizeof *finding + len);
	finding->admin = admin;
	memcpy(finding->group, group, len);
	sent->call.data = finding;
}

/* ---- public ---- */
static void admin_copy_options(struct kafka_admin *admin, const struct kafka_admin_options *options)
{
	struct kafka_admin_options *own = &admin->options;
	*own = *options;
	own->label = mem_strdup(str_or(options->label, "kafka"));
	own->bootstrap = NULL;
	own->bootstrap_count = 0;
	kafka_security_copy(own, &options->tls, &options->sasl);
}

struct kafka_admin *kafka_admin_create(const struct kafka_admin_options *options)
{
	struct kafka_admin *admin = mem_alloc(sizeof *admin);
	admin->controller = -1;
	admin->patience_ms = BACK_OFF_LONGEST_MS;
	admin_copy_options(admin, options);
	admin->timer = loop_timer_create(options->loop, admin_on_timer, admin);
	kafka_nodes_set_bootstrap(admin, options->bootstrap, options->bootstrap_count);
	return admin;
}

void kafka_admin_destroy(struct kafka_admin *admin)
{
	if (!admin)
		return;
	admin->destroyed = true;
	kafka_nodes_finish(admin);
	while (admin->requests) {
		struct kafka_request *request = admin->requests;
		admin->requests = request->next;
		admin_free_request(request);
	}
	map_finish(&admin->coordinators);
	loop_timer_destroy(admin->timer);
	admin->timer = NULL;
	struct kafka_admin_options *own = &admin->options;
	free((char *)(uintptr_t)own->label);
	kafka_security_free(own);
	admin_free_if_idle(admin);
}

void kafka_admin_set_bootstrap(struct kafka_admin *admin, const struct dial_target *targets, size_t count)
{
	kafka_nodes_set_bootstrap(admin, targets, count);
	kafka_admin_kick(admin);
}

struct kafka_request *kafka_admin_send(struct kafka_admin *admin, const struct kafka_call *call)
{
	struct kafka_request *request = mem_alloc(sizeof *request);
	int64_t timeout = call->timeout_ms ? call->timeout_ms : admin->options.request_timeout_ms;
	*request = (struct kafka_request){.admin = admin, .call = *call, .api = kafka_api_find((int16_t)call->api)};
	request->call.request = kafka_message_copy(&request->arena, request->api->request, call->request);
	request->call.group = arena_strdup(&request->arena, call->group);
	request->patience_ms = DEADLINE_TIMEOUTS * (timeout ? timeout : TIMEOUT_MS);
	kafka_request_give_time(request);
	request->later_until = call->later_ms ? admin_now_ms(admin) + call->later_ms : request->deadline;
	struct kafka_request **tail = &admin->requests;
	while (*tail)
		tail = &(*tail)->next;
	*tail = request;
	kafka_admin_kick(admin);
	return request;
}

void kafka_admin_cancel(struct kafka_request *request)
{
	if (!request)
		return;
	/* Freed when its answer comes or its turn. */
	request->cancelled = true;
	kafka_admin_kick(request->admin);
}

size_t kafka_admin_in_flight(const struct kafka_admin *admin)
{
	size_t count = 0;
	for (const struct kafka_request *request = admin->requests; request; request = request->next)
		count += !request->cancelled;
	return count;
}
