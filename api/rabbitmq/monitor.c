/* What is asked, and the answers on their way to monitor_answers.c. A round asks one peer for everything that is the same
 * wherever it is asked; checks are asked of each node itself, because they are about it. The table below holds all
 * requests. */
#include "api/rabbitmq/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/rabbitmq/monitor_private.h"
#include "api/rabbitmq/rabbitmq_decode.h"

enum { QUESTION_MS = 6000, SELF_MS = 4000, PEERS_MS = 60000, SILENT_LONGEST_MS = 60000 };

static const char *const status_argv[] = {"rabbitmq-diagnostics", "--formatter", "json", "-s", "cluster_status", NULL};
static const char *const vhosts_argv[] = {"rabbitmqctl", "--formatter", "json", "-s", "list_vhosts", "name", NULL};
static const char *const critical_argv[] = {
	"rabbitmq-diagnostics", "--formatter", "json", "-s", "check_if_node_is_quorum_critical", NULL};

#define X(place, asked, type, member, path, ...) "," path
static const char queue_columns[] = "name,vhost,type,state,node,leader,members,online"
#include "api/rabbitmq/queue_fields.def"
	;
#undef X

static const struct {
	const char *path;    /* over HTTP; NULL for commands */
	const char *columns; /* of a list that is read in pages, while it arrives; NULL = the answer is whole */
	struct rabbitmq_list *(*begin)(struct rabbitmq_monitor *monitor); /* for each page of that */
	const char *const *argv;
	bool may_be_forbidden; /* the round goes on without what this user's tags do not show */
	bool may_fail; /* a failure sends the round to the next peer, but not here: the round goes on without it */
	/* Answered by the node from what it has itself. Everything else asks the other nodes as well and hangs for
	 * as long as a dead one is not given up: seconds to the net tick time (rabbitmq-server#6047). */
	bool is_local;
	int32_t patience_ms; /* 0 = QUESTION_MS */
	rabbitmq_take_fn *take;
} job_types[] = {
	[RABBITMQ_JOB_OVERVIEW] = {.path = "/api/overview", .take = rabbitmq_take_overview},
	[RABBITMQ_JOB_NODES] = {.path = "/api/nodes", .may_be_forbidden = true, .take = rabbitmq_take_nodes},
	[RABBITMQ_JOB_QUEUES] = {.path = "/api/queues",
				 .columns = queue_columns,
				 .begin = rabbitmq_begin_queues,
				 .take = rabbitmq_take_queues},
	/* user_provided_name is a copy of client_properties.connection_name (rabbit_reader.erl, and for streams
	 * rabbit_stream_reader.erl); asked for by that name all of client_properties would come, which columns do
	 * not reach into. Without statistics there are node and user only (rabbit_mgmt_util.erl). */
	[RABBITMQ_JOB_CONNECTIONS] = {.path = "/api/connections",
				      .columns = "node,user,user_provided_name",
				      .begin = rabbitmq_begin_connections,
				      .may_fail = true,
				      .take = rabbitmq_take_connections},
	/* Whose pod it is: with node names of whatever form, nothing else tells for certain. */
	[RABBITMQ_JOB_NAME] = {.path = "/api/overview?disable_stats=true&columns=node", .take = rabbitmq_take_name},
	[RABBITMQ_JOB_CRITICAL] = {.path = "/api/health/checks/node-is-quorum-critical",
				   .take = rabbitmq_take_critical},
	[RABBITMQ_JOB_ALARMS] = {.path = "/api/health/checks/local-alarms",
				 .is_local = true,
				 .patience_ms = SELF_MS,
				 .take = rabbitmq_take_alarms},
	/* Without statistics the node collects nothing from the others; with Khepri it waits 10 s for each that it does
	 * not hear (rabbit_nodes.erl), with Mnesia for as long as its net tick time. */
	[RABBITMQ_JOB_PEERS] = {.path = "/api/nodes?disable_stats=true&columns=name,running",
				.patience_ms = PEERS_MS,
				.take = rabbitmq_take_peers},
	[RABBITMQ_JOB_STATUS] = {.argv = status_argv, .take = rabbitmq_take_status},
	[RABBITMQ_JOB_VHOSTS] = {.argv = vhosts_argv, .take = rabbitmq_take_vhosts},
	[RABBITMQ_JOB_VHOST_QUEUES] = {.take = rabbitmq_take_vhost_queues},
	[RABBITMQ_JOB_MAINTENANCE] = {.argv = status_argv, .take = rabbitmq_take_maintenance},
	[RABBITMQ_JOB_CRITICAL_COMMAND] = {.argv = critical_argv, .take = rabbitmq_take_critical},
};

/* Who cannot say in time what the others have part in may still be well: what it knows alone, asked beside that, judges
 * it. */
static bool may_wait_for_others(const struct rabbitmq_way_in *lane, const struct rabbitmq_answer *answer)
{
	return !answer->heard && answer->err.code == ERR_TIMEOUT && !job_types[lane->current].is_local &&
	       job_types[lane->current].path;
}

static void monitor_forget_answers(struct rabbitmq_member *member)
{
	member->slow = member->named = false;
	member->quorum_critical = member->alarm = -1;
	member->critical_queues = -1;
	rabbitmq_forget_unheard(member);
}

static void monitor_hear(struct rabbitmq_way_in *lane, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_member *member = rabbitmq_member_of(lane->peer);
	bool of_peers = lane->current == RABBITMQ_JOB_PEERS, waits = may_wait_for_others(lane, answer);
	if (!member || (of_peers && waits) || lane->current == RABBITMQ_JOB_MAINTENANCE)
		return;
	if (!of_peers && !job_types[lane->current].is_local)
		member->slow = waits && member->answers != 0;
	if (waits)
		return;
	bool tells_nothing = answer->stranger || answer->err.no_descriptor;
	rabbitmq_note_answer(lane->peer, answer->heard || tells_nothing);
	member->answers = tells_nothing ? -1 : answer->heard;
	if (answer->refused && !member->refuses)
		member->refused_ms = rabbitmq_now(lane->peer->monitor);
	member->refuses = answer->refused;
	if (answer->heard) {
		member->part.updated_ms = rabbitmq_now(lane->peer->monitor);
		err_clear(&member->part.err);
		return;
	}
	member->part.err = answer->err;
	monitor_forget_answers(member);
}

static void monitor_use_answer(struct rabbitmq_way_in *lane, const struct rabbitmq_answer *answer)
{
	struct rabbitmq_monitor *monitor = lane->peer->monitor;
	bool round = rabbitmq_job_is_of_round(lane->current);
	monitor_hear(lane, answer);
	rabbitmq_look_around(monitor);
	loop_timer_arm(monitor->pump, 0);
	if (round && (!monitor->in_round || lane->epoch != monitor->epoch))
		return;
	bool may_fail = job_types[lane->current].may_fail ||
			(job_types[lane->current].may_be_forbidden && answer->err.code == ERR_FORBIDDEN &&
			 rabbitmq_takes_part(monitor));
	if (round && !may_fail && err_is_set(&answer->err))
		rabbitmq_next_peer(monitor, lane->peer, &answer->err);
	else
		job_types[lane->current].take(lane->peer, answer);
	if (!round)
		rabbitmq_changed(monitor);
}

static void monitor_on_answer(void *data, const struct rabbitmq_answer *said)
{
	struct rabbitmq_way_in *lane = data;
	struct rabbitmq_answer answer = *said;
	answer.list = lane->list;
	lane->list = NULL;
	monitor_use_answer(lane, &answer);
	rabbitmq_list_destroy(answer.list);
}

static bool monitor_take_bytes(void *data, const char *bytes, size_t len)
{
	struct rabbitmq_way_in *lane = data;
	rabbitmq_list_feed(lane->list, bytes, len);
	return true;
}

static bool monitor_get(struct rabbitmq_way_in *lane, enum rabbitmq_job job, const char *path, struct err *err)
{
	const struct rabbitmq_monitor *monitor = lane->peer->monitor;
	return rabbitmq_link_get(
		lane->link,
		&(struct rabbitmq_question){
			.path = path,
			.authorization = monitor->authorization,
			.user = monitor->user,
			.origin = monitor->origin,
			.timeout_ms = job_types[job].patience_ms ? job_types[job].patience_ms : QUESTION_MS,
			.on_bytes = job_types[job].columns ? monitor_take_bytes : NULL,
		},
		monitor_on_answer, lane, err);
}

static bool start_page(struct rabbitmq_way_in *lane, enum rabbitmq_job job, struct err *err)
{
	CLEANUP(free)
	char *path = str_printf("%s?page=%lld&page_size=%d&columns=%s", job_types[job].path,
				(long long)lane->peer->monitor->page, RABBITMQ_PAGE_SIZE, job_types[job].columns);
	rabbitmq_list_destroy(lane->list);
	lane->list = job_types[job].begin(lane->peer->monitor);
	return monitor_get(lane, job, path, err);
}

/* rabbitmqctl refuses a command that names a column it does not know. */
#define COMMAND_COLUMN_EVERYWHERE(path) path,
#define COMMAND_COLUMN_HTTP(path)

static bool start_vhost(struct rabbitmq_way_in *lane, struct err *err)
{
	struct rabbitmq_monitor *monitor = lane->peer->monitor;
	const char *const argv[] = {"rabbitmqctl",
				    "--formatter",
				    "json",
				    "-s",
				    "list_queues",
				    "-p",
				    monitor->vhosts.items[monitor->vhost],
				    "name",
				    "type",
				    "state",
				    "leader",
				    "members",
				    "online",
#define X(place, asked, type, member, path, ...) COMMAND_COLUMN_##asked(path)
#include "api/rabbitmq/queue_fields.def"
#undef X
				    NULL};
	return rabbitmq_link_run(lane->link, argv, monitor_on_answer, lane, err);
}

static bool start_job(struct rabbitmq_way_in *lane, enum rabbitmq_job job, struct err *err)
{
	if (job_types[job].columns)
		return start_page(lane, job, err);
	if (job == RABBITMQ_JOB_VHOST_QUEUES)
		return start_vhost(lane, err);
	if (job_types[job].argv)
		return rabbitmq_link_run(lane->link, job_types[job].argv, monitor_on_answer, lane, err);
	return monitor_get(lane, job, job_types[job].path, err);
}

static void pump_lane(struct rabbitmq_way_in *lane)
{
	struct rabbitmq_answer failed = {.body = ""};
	if (!lane->job_count || rabbitmq_link_busy(lane->link))
		return;
	lane->current = rabbitmq_pop_job(lane);
	lane->epoch = lane->peer->monitor->epoch;
	if (!start_job(lane, lane->current, &failed.err))
		monitor_on_answer(lane, &failed);
}

static bool has_nothing_to_ask(const struct rabbitmq_monitor *monitor)
{
	for (size_t i = 0; i < monitor->peers.len * RABBITMQ_LANES; i++) {
		const struct rabbitmq_way_in *lane =
			&monitor->peers.items[i / RABBITMQ_LANES]->lanes[i % RABBITMQ_LANES];
		if (lane->job_count || rabbitmq_link_busy(lane->link))
			return false;
	}
	return !monitor->in_round;
}

static void hang_up(struct rabbitmq_monitor *monitor)
{
	for (size_t i = 0; i < monitor->peers.len * RABBITMQ_LANES; i++)
		rabbitmq_link_hang_up(monitor->peers.items[i / RABBITMQ_LANES]->lanes[i % RABBITMQ_LANES].link);
}

static void on_pump(void *data)
{
	struct rabbitmq_monitor *monitor = data;
	for (size_t i = 0; i < monitor->peers.len * RABBITMQ_LANES; i++)
		pump_lane(&monitor->peers.items[i / RABBITMQ_LANES]->lanes[i % RABBITMQ_LANES]);
	/* Who is asked again in minutes needs no connection until then. */
	if (monitor->pace_ms && has_nothing_to_ask(monitor))
		hang_up(monitor);
}

/* ---- public ---- */

struct rabbitmq_monitor *rabbitmq_monitor_create(const struct rabbitmq_monitor_options *options)
{
	struct rabbitmq_monitor *monitor = mem_alloc(sizeof *monitor);
	monitor->options = *options;
	monitor->options.prefix = mem_strdup(options->prefix);
	monitor->label = mem_strdup(options->label);
	monitor->timer = loop_timer_create(options->loop, rabbitmq_on_timer, monitor);
	monitor->pump = loop_timer_create(options->loop, on_pump, monitor);
	monitor->round_ms = monitor->checks_ms = monitor->management_ms = monitor->clients_ms = -1;
	monitor->commands_failed_ms = monitor->self_ms = monitor->peers_ms = -1;
	monitor->maintenance_ms = -1;
	monitor->snapshot.overview_part.updated_ms = monitor->snapshot.nodes_part.updated_ms = -1;
	monitor->snapshot.queues_part.updated_ms = monitor->snapshot.clients_part.updated_ms = -1;
	monitor->snapshot.way = RABBITMQ_BY_COMMAND_LINE;
	monitor->patience_ms = SILENT_LONGEST_MS;
	return monitor;
}

static void monitor_forget_tls(struct rabbitmq_monitor *monitor)
{
	free((char *)monitor->tls.ca_pem);
	free((char *)monitor->tls.cert_pem);
	mem_free_secret((char *)monitor->tls.key_pem);
	monitor->tls = (struct rabbitmq_tls){0};
}

void rabbitmq_monitor_set_tls(struct rabbitmq_monitor *monitor, const struct rabbitmq_tls *tls)
{
	hang_up(monitor);
	monitor_forget_tls(monitor);
	if (!tls)
		return;
	monitor->tls.ca_pem = mem_strdup(tls->ca_pem);
	monitor->tls.cert_pem = mem_strdup(tls->cert_pem);
	monitor->tls.key_pem = mem_strdup(tls->key_pem);
}

void rabbitmq_monitor_set_place(struct rabbitmq_monitor *monitor, uint16_t port, const char *prefix)
{
	hang_up(monitor);
	free(monitor->options.prefix);
	monitor->options.port = port;
	monitor->options.prefix = mem_strdup(prefix);
}

void rabbitmq_monitor_destroy(struct rabbitmq_monitor *monitor)
{
	if (!monitor)
		return;
	free(monitor->options.prefix);
	vec_each (&monitor->peers, peer)
		rabbitmq_peer_destroy(*peer);
	vec_finish(&monitor->peers);
	vec_each (&monitor->members, member)
		rabbitmq_member_finish(member);
	vec_finish(&monitor->members);
	rabbitmq_clear_vhosts(monitor);
	vec_finish(&monitor->vhosts);
	rabbitmq_overview_unref(monitor->snapshot.overview);
	rabbitmq_nodes_unref(monitor->snapshot.nodes);
	rabbitmq_queues_unref(monitor->snapshot.queues);
	rabbitmq_nodes_unref(monitor->snapshot.maintenance);
	rabbitmq_queues_unref(monitor->filling);
	rabbitmq_clients_unref(monitor->snapshot.clients);
	rabbitmq_clients_unref(monitor->counting);
	mem_free_secret(monitor->authorization);
	monitor_forget_tls(monitor);
	loop_timer_destroy(monitor->timer);
	loop_timer_destroy(monitor->pump);
	free(monitor->user);
	free(monitor->origin);
	free(monitor->label);
	free(monitor);
}

void rabbitmq_monitor_set_credentials(struct rabbitmq_monitor *monitor, const char *user, const char *password,
				      const char *origin)
{
	log_info(LOG_RABBITMQ, "credentials label=%s found=%s origin=\"%s\"", monitor->label, user ? "yes" : "no",
		 user ? str_or(origin, "") : "-");
	mem_free_secret(monitor->authorization);
	free(monitor->user);
	free(monitor->origin);
	monitor->user = mem_strdup(user);
	monitor->authorization = user ? http_basic_header(user, str_or(password, "")) : NULL;
	monitor->origin = mem_strdup(origin);
	monitor->refused = false;
	monitor->management_ms = monitor->commands_failed_ms = -1;
	monitor->snapshot.way = user ? RABBITMQ_BY_MANAGEMENT : RABBITMQ_BY_COMMAND_LINE;
	monitor->snapshot.settled = false;
	err_clear(&monitor->snapshot.management_err);
	if (!user)
		err_set(&monitor->snapshot.management_err, ERR_UNAUTHORIZED,
			"no credentials found for the management API of %s%s%s", monitor->label, origin ? ": " : "",
			str_or(origin, ""));
	monitor->started = true;
	monitor->in_round = false;
	monitor->epoch++;
	vec_each (&monitor->peers, peer) {
		rabbitmq_drop_round_jobs(*peer);
		(*peer)->not_before_ms = 0;
	}
	vec_each (&monitor->members, member)
		member->check = (struct rabbitmq_part){.updated_ms = -1};
	monitor->round_ms = monitor->checks_ms = monitor->clients_ms = monitor->self_ms = -1;
	rabbitmq_schedule(monitor);
}

void rabbitmq_monitor_want_maintenance(struct rabbitmq_monitor *monitor, bool wanted)
{
	monitor->asks_maintenance = wanted;
	if (wanted)
		return;
	rabbitmq_nodes_unref(monitor->snapshot.maintenance);
	monitor->snapshot.maintenance = NULL;
	monitor->maintenance_ms = -1;
}

void rabbitmq_monitor_set_pace(struct rabbitmq_monitor *monitor, int64_t every_ms, int64_t most_ms)
{
	if (monitor->pace_ms == every_ms && monitor->patience_ms == most_ms)
		return;
	int64_t latest = loop_now_ms(monitor->options.loop) + most_ms;
	monitor->pace_ms = every_ms;
	monitor->patience_ms = most_ms;
	vec_each (&monitor->peers, peer)
		if ((*peer)->not_before_ms > latest)
			(*peer)->not_before_ms = latest;
	rabbitmq_schedule(monitor);
}

void rabbitmq_monitor_ask_again(struct rabbitmq_monitor *monitor)
{
	vec_each (&monitor->peers, peer)
		(*peer)->not_before_ms = 0;
	monitor->round_ms = monitor->checks_ms = monitor->self_ms = monitor->clients_ms = -1;
	monitor->management_ms = monitor->commands_failed_ms = -1;
	rabbitmq_schedule(monitor);
}

const struct rabbitmq_snapshot *rabbitmq_monitor_snapshot(const struct rabbitmq_monitor *monitor)
{
	return &monitor->snapshot;
}

size_t rabbitmq_monitor_in_flight(const struct rabbitmq_monitor *monitor)
{
	size_t busy = 0;
	for (size_t i = 0; i < monitor->peers.len * RABBITMQ_LANES; i++)
		busy += rabbitmq_link_busy(monitor->peers.items[i / RABBITMQ_LANES]->lanes[i % RABBITMQ_LANES].link);
	return busy;
}
