/* Puts decoded answers into the snapshot. A part that could not be read keeps its old content with the error beside it,
 * so that the age of what is shown can be told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/rabbitmq/monitor_private.h"
#include "api/rabbitmq/rabbitmq_decode.h"

enum { CLIENTS_MS = 30000, UNHEARD_MAX = 64 * 1024 };

static void put_part(struct rabbitmq_monitor *monitor, struct rabbitmq_part *part, const struct err *err)
{
	if (err_is_set(err)) {
		part->err = *err;
		return;
	}
	part->updated_ms = loop_now_ms(monitor->options.loop);
	err_clear(&part->err);
}

static void put_overview(struct rabbitmq_monitor *monitor, struct rabbitmq_overview *overview, const struct err *err)
{
	if (overview) {
		rabbitmq_overview_unref(monitor->snapshot.overview);
		monitor->snapshot.overview = overview;
	}
	put_part(monitor, &monitor->snapshot.overview_part, err);
}

static void put_nodes(struct rabbitmq_monitor *monitor, struct rabbitmq_nodes *nodes, const struct err *err)
{
	if (nodes) {
		rabbitmq_nodes_unref(monitor->snapshot.nodes);
		monitor->snapshot.nodes = nodes;
	}
	put_part(monitor, &monitor->snapshot.nodes_part, err);
}

void rabbitmq_take_overview(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct err err = {0};
	struct rabbitmq_overview *overview = rabbitmq_decode_overview(answer->body, answer->len, &err);
	if (overview && !overview->version)
		err_set(&err, ERR_PARSE,
			"what answers on %s names no version of RabbitMQ: it is another service than the management "
			"API",
			rabbitmq_peer_pod(peer));
	if (err_is_set(&err)) {
		rabbitmq_overview_unref(overview);
		rabbitmq_next_peer(peer->monitor, peer, &err);
		return;
	}
	put_overview(peer->monitor, overview, &err);
	err_clear(&peer->monitor->snapshot.management_err);
	rabbitmq_push_job(peer, RABBITMQ_JOB_NODES);
}

void rabbitmq_take_name(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_member *member = rabbitmq_member_of(peer);
	struct err err = {0};
	if (!member || err_is_set(&answer->err))
		return;
	struct rabbitmq_overview *overview = rabbitmq_decode_overview(answer->body, answer->len, &err);
	if (!overview)
		return;
	free(member->node);
	member->node = mem_strdup(overview->node);
	member->named = true;
	rabbitmq_overview_unref(overview);
}

void rabbitmq_take_nodes(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct err err = answer->err;
	struct rabbitmq_nodes *nodes = err_is_set(&err) ? NULL : rabbitmq_decode_nodes(answer->body, answer->len, &err);
	put_nodes(peer->monitor, nodes, &err);
	peer->monitor->snapshot.partial = err.code == ERR_FORBIDDEN;
	rabbitmq_queues_unref(peer->monitor->filling);
	peer->monitor->filling = rabbitmq_queues_create(peer->monitor->snapshot.queues);
	peer->monitor->page = 1;
	rabbitmq_push_job(peer, RABBITMQ_JOB_QUEUES);
	rabbitmq_changed(peer->monitor);
}

/* ---- clients ---- */

static void put_clients(struct rabbitmq_monitor *monitor, struct rabbitmq_clients *clients, const struct err *err)
{
	rabbitmq_clients_unref(monitor->snapshot.clients);
	monitor->snapshot.clients = clients;
	put_part(monitor, &monitor->snapshot.clients_part, err);
}

/* The brokers make the whole list, whichever page of it is asked for: a long one is not worth that. */
static bool may_count_clients(const struct rabbitmq_snapshot *snapshot)
{
	return snapshot->way == RABBITMQ_BY_MANAGEMENT && !snapshot->partial && snapshot->overview &&
	       snapshot->overview->connections >= 0 && snapshot->overview->connections <= RABBITMQ_CONNECTIONS_MAX;
}

static bool begin_clients(struct rabbitmq_peer *peer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	int64_t now = loop_now_ms(monitor->options.loop);
	if (!may_count_clients(&monitor->snapshot)) {
		rabbitmq_clients_unref(monitor->snapshot.clients);
		monitor->snapshot.clients = NULL;
		return false;
	}
	if (monitor->clients_ms >= 0 && now - monitor->clients_ms < CLIENTS_MS)
		return false;
	rabbitmq_clients_unref(monitor->counting);
	monitor->counting = rabbitmq_clients_create();
	monitor->clients_ms = now;
	monitor->page = 1;
	rabbitmq_push_job(peer, RABBITMQ_JOB_CONNECTIONS);
	return true;
}

struct rabbitmq_list *rabbitmq_begin_connections(struct rabbitmq_monitor *monitor)
{
	return rabbitmq_list_of_connections(monitor->counting);
}

void rabbitmq_take_connections(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct rabbitmq_clients *clients = monitor->counting;
	struct rabbitmq_page page;
	struct err err = answer->err;
	if (err_is_set(&err) || !rabbitmq_list_end(answer->list, &page, &err)) {
		put_part(monitor, &monitor->snapshot.clients_part, &err);
	} else if (page.page_count > RABBITMQ_CONNECTION_PAGES_MAX || clients->partial) {
		err_set(&err, ERR_LIMIT,
			"cannot count the connections of %s: there are more than %d, or some do not report their node",
			monitor->label, RABBITMQ_CONNECTIONS_MAX);
		put_clients(monitor, NULL, &err);
	} else if (page.page_count > monitor->page) {
		monitor->page++;
		rabbitmq_push_job(peer, RABBITMQ_JOB_CONNECTIONS);
		return;
	} else {
		rabbitmq_clients_seal(clients);
		monitor->counting = NULL;
		put_clients(monitor, clients, &err);
	}
	rabbitmq_end_round(monitor);
}

/* ---- queues ---- */

static void put_queues(struct rabbitmq_peer *peer)
{
	struct err err = {0};
	struct rabbitmq_monitor *monitor = peer->monitor;
	if (monitor->filling->truncated) /* what is missing may be what matters */
		err_set(&err, ERR_LIMIT,
			"only %zu queues of %s were read: at most %d are, and by command those of %d virtual hosts",
			monitor->filling->count, monitor->label, RABBITMQ_QUEUES_MAX, RABBITMQ_VHOSTS_MAX);
	rabbitmq_queues_seal(monitor->filling);
	rabbitmq_queues_unref(monitor->snapshot.queues);
	monitor->snapshot.queues = monitor->filling;
	monitor->filling = NULL;
	put_part(monitor, &monitor->snapshot.queues_part, &err);
	if (begin_clients(peer))
		rabbitmq_changed(monitor);
	else
		rabbitmq_end_round(monitor);
}

static void fail_queues(struct rabbitmq_monitor *monitor, const struct err *err)
{
	put_part(monitor, &monitor->snapshot.queues_part, err);
	rabbitmq_end_round(monitor);
}

struct rabbitmq_list *rabbitmq_begin_queues(struct rabbitmq_monitor *monitor)
{
	return rabbitmq_list_of_queues(monitor->filling, NULL);
}

void rabbitmq_take_queues(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct rabbitmq_page page;
	struct err err = {0};
	bool read = rabbitmq_list_end(answer->list, &page, &err);
	monitor->filling->truncated |= read && page.page_count > RABBITMQ_PAGES_MAX;
	if (!read) {
		fail_queues(monitor, &err);
	} else if (page.page_count > monitor->page && monitor->page < RABBITMQ_PAGES_MAX) {
		monitor->page++;
		rabbitmq_push_job(peer, RABBITMQ_JOB_QUEUES);
	} else {
		put_queues(peer);
	}
}

void rabbitmq_take_critical(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_member *member = rabbitmq_member_of(peer);
	struct rabbitmq_check check;
	struct err err = {0};
	if (!member)
		return;
	member->quorum_critical = -1;
	member->critical_queues = -1;
	err = answer->err;
	bool said = !err_is_set(&err) && rabbitmq_decode_check(answer->body, answer->len, &check, &err);
	put_part(peer->monitor, &member->check, &err);
	if (err.code == ERR_BUSY)
		rabbitmq_schedule(peer->monitor);
	if (!said)
		return;
	member->quorum_critical = !check.passed;
	member->critical_queues = check.passed ? 0 : check.queues;
}

void rabbitmq_take_alarms(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_member *member = rabbitmq_member_of(peer);
	struct rabbitmq_check check;
	struct err err = {0};
	if (!member)
		return;
	member->alarm = -1;
	if (err_is_set(&answer->err) || !rabbitmq_decode_check(answer->body, answer->len, &check, &err))
		return;
	member->alarm = !check.passed;
	snprintf(member->alarm_reason, sizeof member->alarm_reason, "%s", check.passed ? "" : check.reason);
}

/* ---- who hears whom ---- */

void rabbitmq_forget_unheard(struct rabbitmq_member *member)
{
	free(member->unheard);
	member->unheard = NULL;
}

void rabbitmq_member_finish(struct rabbitmq_member *member)
{
	rabbitmq_forget_unheard(member);
	free(member->node);
	member->node = NULL;
}

void rabbitmq_take_peers(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_member *member = rabbitmq_member_of(peer);
	struct err err = {0};
	if (!member)
		return;
	rabbitmq_forget_unheard(member);
	if (err_is_set(&answer->err))
		return;
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(answer->body, answer->len, &err);
	struct buf names = BUF_INIT(UNHEARD_MAX);
	bool said = nodes != NULL;
	for (size_t i = 0; nodes && i < nodes->count; i++) {
		const struct rabbitmq_node *node = &nodes->items[i];
		said = said && node->running >= 0;
		if (node->running == 0)
			buf_printf(&names, "%s%s", names.len ? "," : "", node->name);
	}
	if (said && !names.overflow)
		member->unheard = mem_strdup(buf_str(&names));
	buf_finish(&names);
	rabbitmq_nodes_unref(nodes);
}

/* ---- the command line ---- */

void rabbitmq_take_status(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	struct err err = {0};
	if (!rabbitmq_decode_cluster_status(answer->body, answer->len, &overview, &nodes, &err)) {
		rabbitmq_next_peer(monitor, peer, &err);
		return;
	}
	put_overview(monitor, overview, &err);
	put_nodes(monitor, nodes, &err);
	monitor->snapshot.partial = false;
	rabbitmq_push_job(peer, RABBITMQ_JOB_VHOSTS);
}

void rabbitmq_take_maintenance(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	struct err err = answer->err;
	if (!monitor->asks_maintenance || err_is_set(&err) ||
	    !rabbitmq_decode_cluster_status(answer->body, answer->len, &overview, &nodes, &err))
		nodes = NULL; /* not known, then */
	rabbitmq_overview_unref(overview);
	rabbitmq_nodes_unref(monitor->snapshot.maintenance);
	monitor->snapshot.maintenance = nodes;
}

static void add_vhost(void *data, const char *name)
{
	struct rabbitmq_monitor *monitor = data;
	if (monitor->vhosts.len < RABBITMQ_VHOSTS_MAX)
		vec_push(&monitor->vhosts, mem_strdup(name));
	else
		monitor->filling->truncated = true;
}

void rabbitmq_clear_vhosts(struct rabbitmq_monitor *monitor)
{
	vec_each (&monitor->vhosts, vhost)
		free(*vhost);
	vec_clear(&monitor->vhosts);
	monitor->vhost = 0;
}

void rabbitmq_take_vhosts(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct err err = {0};
	rabbitmq_clear_vhosts(monitor);
	rabbitmq_queues_unref(monitor->filling);
	monitor->filling = rabbitmq_queues_create(monitor->snapshot.queues);
	if (!rabbitmq_decode_vhosts(answer->body, answer->len, add_vhost, monitor, &err))
		fail_queues(monitor, &err);
	else if (monitor->vhosts.len)
		rabbitmq_push_job(peer, RABBITMQ_JOB_VHOST_QUEUES);
	else
		put_queues(peer);
}

void rabbitmq_take_vhost_queues(struct rabbitmq_peer *peer, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = peer->monitor;
	struct rabbitmq_page page;
	struct err err = {0};
	const char *vhost = monitor->vhosts.items[monitor->vhost];
	struct rabbitmq_list *list = rabbitmq_list_of_queues(monitor->filling, vhost);
	if (!rabbitmq_list_take(list, answer->body, answer->len, &page, &err))
		fail_queues(monitor, &err);
	else if (++monitor->vhost < monitor->vhosts.len)
		rabbitmq_push_job(peer, RABBITMQ_JOB_VHOST_QUEUES);
	else
		put_queues(peer);
}
