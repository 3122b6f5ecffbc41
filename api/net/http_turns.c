/* Whose turn it is: requests wait in order until fewer than HTTP_AT_ONCE are under way, and over HTTP/2 until the one before
 * has its connection. */
#include "api/net/http_private.h"

static void enter_begun(struct http_request *request)
{
	struct http *http = request->http;
	request->next = http->begun;
	if (request->next)
		request->next->prev = request;
	http->begun = request;
}

static void leave_begun(struct http_request *request)
{
	*(request->prev ? &request->prev->next : &request->http->begun) = request->next;
	if (request->next)
		request->next->prev = request->prev;
}

void http_turn_begin(struct http_request *request)
{
	struct http *http = request->http;
	enter_begun(request);
	request->started_ms = loop_now_ms(http->peer.loop);
	request->is_connecting = true;
	http->connecting++;
	http_arm(request);
	if (multi_is_inside(http->multi))
		http->has_leftovers = true;
	else
		http_request_add(request);
}

static void stop_waiting(struct http_request *request)
{
	struct http *http = request->http;
	*(request->prev ? &request->prev->next : &http->waiting) = request->next;
	*(request->next ? &request->next->prev : &http->last_waiting) = request->prev;
	request->prev = request->next = NULL;
	request->turn = HTTP_TURN_NONE;
}

/* libcurl opens a connection for each request that finds none with room, and does not wait for one that another request is
 * opening, but for the very first. Over HTTP/2 one would have done: so one looks at a time. */
static bool may_begin(const struct http *http)
{
	return http->turns_taken < HTTP_AT_ONCE && !http->closing && !(http->speaks_2 && http->connecting);
}

static void take_turns(struct http *http)
{
	while (http->waiting && may_begin(http)) {
		struct http_request *request = http->waiting;
		stop_waiting(request);
		request->turn = HTTP_TURN_TAKEN;
		http->turns_taken++;
		http_turn_begin(request);
	}
}

void http_turn_wait(struct http_request *request)
{
	struct http *http = request->http;
	request->turn = HTTP_TURN_WAITS;
	request->prev = http->last_waiting;
	*(request->prev ? &request->prev->next : &http->waiting) = request;
	http->last_waiting = request;
	http_arm(request);
	take_turns(http);
}

void http_turn_end_connecting(struct http_request *request)
{
	if (!request->is_connecting)
		return;
	request->is_connecting = false;
	request->http->connecting--;
	take_turns(request->http);
}

void http_turn_give(struct http_request *request)
{
	if (request->turn != HTTP_TURN_TAKEN)
		return;
	request->turn = HTTP_TURN_NONE;
	request->http->turns_taken--;
	take_turns(request->http);
}

void http_turn_unlink(struct http_request *request)
{
	if (request->turn == HTTP_TURN_WAITS)
		stop_waiting(request);
	else
		leave_begun(request);
}

void http_turn_to_reap(struct http_request *request)
{
	if (request->turn != HTTP_TURN_WAITS)
		return;
	stop_waiting(request);
	enter_begun(request);
}
