#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/monitor.h"
#include "tests/unit/hoard.h"
#include "tests/unit/net/server.h"

/* Three pods that are one scripted server; which pod is meant stands in the Host header. */
struct fixture {
	struct clock clock;
	struct loop *loop;
	struct dial_opener *dialer;
	struct server server;
	struct rabbitmq_monitor *monitor;
	const char *password; /* what the server takes; NULL = everything */
	const char *mad_pod;  /* answers nonsense */
	unsigned waiting;     /* bit a pod: what other nodes have part in is never answered */
	unsigned mute;        /* bit a pod: nothing is ever answered */
	const char *deaf[3];  /* whom each does not hear, as an item of its own list of nodes */
	bool many_vhosts;     /* more than are read by command */
	bool khepri;          /* who waits for others says after a while whom it does not hear */
	const char *named[3]; /* what each calls itself, as JSON */
	int names, overviews, pages, checks[3], alarms[3], looks, refused, changes, commands;
	bool commands_work;
	const char *tag;     /* that the user lacks: "monitor", "management"; NULL = none */
	int64_t connections; /* as the overview says; -1 = it does not say */
	int connection_pages, connections_status;
	bool torn;            /* the second page of queues ends in the middle */
	const char *stranger; /* what somebody else says to everything, from its status on */
	char overview[200], nodes[200];
};

static const char *const pods[] = {"mq-0", "mq-1", "mq-2"};

static void answer(struct server_conn *conn, int status, const char *body)
{
	buf_printf(&conn->out, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		   status, strlen(body), body);
}

static void refuse_tag(struct server_conn *conn, const char *tag)
{
	CLEANUP(free)
	char *body = str_printf("{\"error\":\"not_authorised\",\"reason\":\"Not %s user\"}", tag);
	answer(conn, 401, body);
}

static int pod_of(const char *request)
{
	for (int i = 0; i < 3; i++)
		if (strstr(request, pods[i]))
			return i;
	return -1;
}

static const char *hears(const struct fixture *f, int pod, const char *other)
{
	return f->deaf[pod] && strstr(f->deaf[pod], other) ? "false" : "true";
}

static bool keeps_silent(const struct fixture *f, const char *request, int pod)
{
	bool alone = strstr(request, "local-alarms") || (f->khepri && strstr(request, "disable_stats"));
	return f->mute >> pod & 1 || (f->waiting >> pod & 1 && !alone);
}

static const char *body_for(struct fixture *f, const char *request, int pod, int *status)
{
	if (strstr(request, "/api/overview?")) {
		assert_non_null(strstr(request, "/api/overview?disable_stats=true&columns=node "));
		f->names++;
		return f->named[pod] ? f->named[pod] : "{}";
	}
	if (strstr(request, "/api/overview")) {
		f->overviews++;
		snprintf(f->overview, sizeof f->overview,
			 "{\"rabbitmq_version\":\"4.0.5\",\"queue_totals\":{\"messages\":9},"
			 "\"object_totals\":{\"connections\":%lld}}",
			 (long long)f->connections);
		return f->overview;
	}
	if (strstr(request, "/api/nodes")) {
		f->looks += strstr(request, "disable_stats=true") != NULL;
		snprintf(f->nodes, sizeof f->nodes,
			 "[{\"name\":\"rabbit@mq-0\",\"running\":%s},{\"name\":\"rabbit@mq-1\",\"running\":%s},"
			 "{\"name\":\"rabbit@mq-2\",\"running\":%s}]",
			 hears(f, pod, "0"), hears(f, pod, "1"), hears(f, pod, "2"));
		return f->nodes;
	}
	if (strstr(request, "/api/queues?page=")) {
		f->pages++;
		return strstr(request, "page=1&")
			       ? "{\"page\":1,\"page_count\":2,\"items\":[{\"name\":\"a\",\"type\":\"quorum\"}]}"
		       : f->torn ? "{\"page\":2,\"page_count\":2,\"items\":[{\"name\":\"b\",\"type\":\"stream\"}"
				 : "{\"page\":2,\"page_count\":2,\"items\":[{\"name\":\"b\",\"type\":\"classic\"}]}";
	}
	if (strstr(request, "/api/connections?page=")) {
		assert_non_null(strstr(request, "page_size=500&columns=node,user,user_provided_name "));
		f->connection_pages++;
		*status = f->connections_status;
		return strstr(request, "page=1&")
			       ? "{\"page\":1,\"page_count\":2,\"items\":[{\"node\":\"rabbit@mq-1\",\"user\":\"app\"}]}"
			       : "{\"page\":2,\"page_count\":2,\"items\":[{\"node\":\"rabbit@mq-0\",\"user\":\"app\"},"
				 "{\"node\":\"rabbit@mq-1\",\"user\":\"app\"}]}";
	}
	(strstr(request, "local-alarms") ? f->alarms : f->checks)[pod]++;
	if (strstr(request, "quorum-critical") && pod == 1) {
		*status = 503;
		return "{\"status\":\"failed\",\"reason\":\"critical\",\"queues\":[{},{},{}]}";
	}
	return "{\"status\":\"ok\"}";
}

static void script(struct server_conn *conn, void *data)
{
	struct fixture *f = data;
	char *request;
	while ((request = server_take_request(conn))) {
		int pod = pod_of(request), status = 200;
		if (f->stranger) {
			buf_printf(&conn->out, "HTTP/1.1 %s", f->stranger);
			conn->close_after = true;
			free(request);
			continue;
		}
		assert_in_range(pod, 0, 2);
		if (keeps_silent(f, request, pod)) {
			free(request);
			continue;
		}
		if (f->password && !strstr(request, f->password))
			answer(conn, 401, "{\"error\":\"not_authorised\",\"reason\":\"Login failed\"}");
		else if (f->tag && (str_eq(f->tag, "management") || strstr(request, "/api/nodes") ||
				    strstr(request, "/api/health")))
			refuse_tag(conn, f->tag);
		else if (str_eq(f->mad_pod, pods[pod]))
			answer(conn, 500, "<html>");
		else {
			const char *body = body_for(f, request, pod, &status);
			answer(conn, status, body);
		}
		free(request);
	}
}

static void on_change(void *data)
{
	((struct fixture *)data)->changes++;
}

static void on_refused(void *data)
{
	((struct fixture *)data)->refused++;
}

/* ---- a command line ---- */

struct command {
	struct fixture *f;
	struct loop_timer *timer;
	bool status, queues;
	rabbitmq_output_fn *done;
	void *data;
};

static void command_over(void *data)
{
	struct command *command = data;
	struct err err = {0};
	const char *out = command->status   ? "{\"running_nodes\":[\"rabbit@mq-0\"],\"disk_nodes\":[\"rabbit@mq-0\"],"
					      "\"maintenance_status\":{\"rabbit@mq-0\":\"marked for maintenance\"},"
					      "\"versions\":{\"rabbit@mq-0\":{\"rabbitmq_version\":\"3.10.8\"}}}"
			  : command->queues ? "[{\"name\":\"q\",\"type\":\"quorum\"}]"
					    : "[{\"name\":\"/\"}]";
	struct buf hosts = BUF_INIT(4096);
	for (int i = 0; command->f->many_vhosts && i < 70; i++)
		buf_printf(&hosts, "%s{\"name\":\"v%d\"}%s", i ? "," : "[", i, i == 69 ? "]" : "");
	if (!command->status && !command->queues && hosts.len)
		out = buf_str(&hosts);
	if (!command->f->commands_work)
		err_set(&err, ERR_FORBIDDEN, "you may not create pods/exec");
	command->done(command->data, &err, 0, out, strlen(out), "");
	buf_finish(&hosts);
	loop_timer_destroy(command->timer);
	free(command);
}

static void *start_command(void *data, const struct rabbitmq_target *target, const char *const *argv,
			   rabbitmq_output_fn *done, void *done_data, struct err *err)
{
	struct fixture *f = data;
	struct command *command = mem_alloc(sizeof *command);
	f->commands++;
	command->f = f;
	command->done = done;
	command->data = done_data;
	for (size_t i = 0; argv[i]; i++) {
		command->status |= str_eq(argv[i], "cluster_status");
		command->queues |= str_eq(argv[i], "list_queues");
	}
	command->timer = loop_timer_create(f->loop, command_over, command);
	loop_timer_arm(command->timer, 500);
	return command;
}

static void cancel_command(void *run)
{
	loop_timer_destroy(((struct command *)run)->timer);
	free(run);
}

/* ---- the fixture ---- */

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	f->clock = clock_virtual(0);
	f->loop = loop_create(&f->clock);
	f->connections = 3;
	f->connections_status = 200;
	f->dialer = dial_tcp_create(f->loop);
	f->server = (struct server){.loop = f->loop, .script = script, .data = f};
	server_start(&f->server);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	rabbitmq_monitor_destroy(f->monitor);
	dial_tcp_destroy(f->dialer);
	server_stop(&f->server);
	loop_destroy(f->loop);
	free(f);
	return 0;
}

static const struct rabbitmq_snapshot *watch(struct fixture *f, bool with_commands, const char *password, int64_t ms)
{
	struct rabbitmq_target targets[3];
	for (size_t i = 0; i < 3; i++)
		targets[i] = (struct rabbitmq_target){.pod = pods[i], .host = "127.0.0.1", .port = f->server.port};
	f->monitor = rabbitmq_monitor_create(&(struct rabbitmq_monitor_options){
		.loop = f->loop,
		.dialer = f->dialer,
		.runner = {.start = with_commands ? start_command : NULL, .cancel = cancel_command, .data = f},
		.label = "test/mq",
		.on_change = on_change,
		.on_refused = on_refused,
		.data = f,
	});
	rabbitmq_monitor_set_targets(f->monitor, targets, 3);
	rabbitmq_monitor_set_credentials(f->monitor, password ? "deck" : NULL, password, "secret test/mq");
	loop_run(f->loop, ms, NULL);
	return rabbitmq_monitor_snapshot(f->monitor);
}

static void reads_everything_and_asks_each_node(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	assert_true(it->settled);
	assert_int_equal(it->way, RABBITMQ_BY_MANAGEMENT);
	assert_string_equal(it->overview->version, "4.0.5");
	assert_int_equal(it->nodes->count, 3);
	assert_int_equal(it->queues->count, 2);
	assert_false(err_is_set(&it->queues_part.err));
	assert_true(it->queues_part.updated_ms >= 0);
	assert_int_equal(it->member_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(it->members[i].answers, 1);
		assert_int_equal(it->members[i].quorum_critical, i == 1);
		assert_true(it->members[i].check.updated_ms >= 0 && !err_is_set(&it->members[i].check.err));
		assert_int_equal(it->members[i].alarm, 0);
		assert_int_equal(f->checks[i], 1);
		assert_int_equal(f->alarms[i], 1);
		assert_null(it->members[i].unheard);
	}
	assert_int_equal(f->looks, 0); /* nobody is missed */
	assert_int_equal(it->members[1].critical_queues, 3);
	assert_non_null(it->clients);
	assert_int_equal(it->clients->count, 2);
	assert_string_equal(it->clients->items[1].node, "rabbit@mq-1");
	assert_int_equal(it->clients->items[1].connections, 2);
	assert_int_equal(f->connection_pages, 2);
	assert_int_equal(f->server.accepted, 6); /* for the cluster's affairs, and for each pod's own */
	assert_true(f->changes > 0);
}

static void each_says_through_its_own_pod_what_it_calls_itself(void **state)
{
	struct fixture *f = *state;
	f->named[0] = "{\"node\":\"bus@10.1.2.3\"}";
	f->named[2] = "{\"node\":\"rabbit@mq-1\"}";
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 60500);
	assert_string_equal(it->members[0].node, "bus@10.1.2.3");
	assert_null(it->members[1].node);
	assert_string_equal(it->members[2].node, "rabbit@mq-1");
	assert_int_equal(f->names, 3); /* once: it does not change while it answers */
	f->mute = 1 << 2;
	loop_run(f->loop, 20000, NULL);
	assert_string_equal(it->members[2].node, "rabbit@mq-1");
	f->mute = 0;
	f->named[2] = "{\"node\":\"rabbit@mq-2\"}";
	loop_run(f->loop, 20000, NULL);
	assert_string_equal(it->members[2].node, "rabbit@mq-2");
}

static void asks_no_faster_than_statistics_change(void **state)
{
	struct fixture *f = *state;
	watch(f, false, "secret", 60500);
	assert_in_range(f->overviews, 11, 13);
	assert_int_equal(f->pages, 2 * f->overviews);
	assert_in_range(f->connection_pages, 2 * 2, 2 * 3);
	assert_in_range(f->checks[0], 6, 7);
	assert_in_range(f->alarms[0], 12, 13);
}

/* Not even asked for, and what was known before is not kept as if it were still so. */
static void all_is_asked_again_at_once_on_request(void **state)
{
	struct fixture *f = *state;
	watch(f, false, "secret", 1000);
	int overviews = f->overviews, checks = f->checks[2], alarms = f->alarms[2];
	rabbitmq_monitor_ask_again(f->monitor);
	loop_run(f->loop, 500, NULL);
	assert_int_equal(f->overviews, overviews + 1);
	assert_int_equal(f->checks[2], checks + 1);
	assert_int_equal(f->alarms[2], alarms + 1);
}

static void many_connections_are_not_counted(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	assert_non_null(it->clients);
	f->connections = RABBITMQ_CONNECTIONS_MAX + 1;
	loop_run(f->loop, 40000, NULL);
	assert_null(it->clients);
	assert_int_equal(f->connection_pages, 2);
	assert_false(err_is_set(&it->overview_part.err));
	f->connections = -1; /* statistics are disabled */
	loop_run(f->loop, 40000, NULL);
	assert_null(it->clients);
	assert_int_equal(f->connection_pages, 2);
	f->connections = RABBITMQ_CONNECTIONS_MAX;
	loop_run(f->loop, 6000, NULL);
	assert_non_null(it->clients);
}

static void connections_that_cannot_be_read_cost_nothing_else(void **state)
{
	struct fixture *f = *state;
	f->connections_status = 500;
	const struct rabbitmq_snapshot *it = watch(f, true, "secret", 2000);
	assert_true(it->settled);
	assert_int_equal(it->way, RABBITMQ_BY_MANAGEMENT);
	assert_non_null(it->queues);
	assert_null(it->clients);
	assert_int_equal(it->clients_part.err.code, ERR_SERVER);
	assert_false(err_is_set(&it->overview_part.err));
	assert_false(err_is_set(&it->queues_part.err));
	loop_run(f->loop, 20000, NULL);
	assert_int_equal(f->connection_pages, 1); /* not asked for more often because of it */
	f->connections_status = 200;
	loop_run(f->loop, 15000, NULL);
	assert_non_null(it->clients);
	assert_false(err_is_set(&it->clients_part.err));
}

static void refused_credentials_are_said_and_new_ones_used(void **state)
{
	struct fixture *f = *state;
	f->password = "ZGVjazpyaWdodA=="; /* deck:right */
	const struct rabbitmq_snapshot *it = watch(f, false, "wrong", 12000);
	assert_int_equal(f->refused, 1);
	assert_true(it->settled);
	assert_int_equal(it->overview_part.err.code, ERR_UNAUTHORIZED);
	assert_non_null(strstr(it->overview_part.err.text, "secret test/mq"));
	assert_null(strstr(it->overview_part.err.text, "wrong"));
	assert_null(it->queues);
	rabbitmq_monitor_set_credentials(f->monitor, "deck", "right", "secret test/new");
	loop_run(f->loop, 1000, NULL);
	assert_false(err_is_set(&it->overview_part.err));
	assert_false(err_is_set(&it->management_err));
	assert_non_null(it->queues);
}

/* An ingress, a redirect to another scheme, another program on the port: named, and nothing of it is taken for RabbitMQ's
 * word. */
static void who_is_not_the_management_api_is_named(void **state)
{
	static const struct {
		const char *answer, *says;
	} cases[] = {
		{"200 OK\r\nContent-Type: text/html\r\n\r\n<title>Grafana</title>",
		 "an HTML page (“Grafana”) from mq-"},
		{"301 Moved\r\nLocation: https://mq/api/\r\n\r\n", "a redirect to https://mq/api/ from mq-"},
		{"200 OK\r\n\r\n", "an empty response from mq-"},
		{"200 OK\r\n\r\n{\"status\":\"up\"}", "names no version of RabbitMQ"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f->stranger = cases[i].answer;
		const struct rabbitmq_snapshot *it = watch(f, false, "secret", 20000);
		if (!strstr(it->overview_part.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, it->overview_part.err.text);
		assert_int_equal(it->overview_part.err.code, ERR_PARSE);
		assert_null(it->overview);
		assert_null(it->nodes);
		assert_null(it->queues);
		assert_int_equal(it->members[0].alarm, -1);
		assert_int_equal(it->members[0].quorum_critical, -1);
		if (!strstr(cases[i].answer, "{"))
			assert_int_equal(it->members[0].answers, -1);
		rabbitmq_monitor_destroy(f->monitor);
		f->monitor = NULL;
	}
}

/* 401 although the password is right: the tag is named, and what may be read is read. */
static void a_missing_tag_is_named_and_the_rest_is_read(void **state)
{
	struct fixture *f = *state;
	f->tag = "monitor";
	const struct rabbitmq_snapshot *it = watch(f, true, "secret", 20000);
	assert_true(it->settled);
	assert_int_equal(it->way, RABBITMQ_BY_MANAGEMENT);
	assert_int_equal(it->nodes_part.err.code, ERR_FORBIDDEN);
	assert_non_null(
		strstr(it->nodes_part.err.text, "user deck (secret test/mq) lacks the RabbitMQ tag `monitoring`"));
	assert_true(it->partial);
	assert_null(it->nodes);
	assert_non_null(it->overview);
	assert_int_equal(it->queues->count, 2);
	assert_null(it->clients); /* those of this user alone would be listed */
	assert_int_equal(it->members[0].quorum_critical, -1);
	assert_int_equal(it->members[0].check.updated_ms, -1);
	assert_int_equal(it->members[0].check.err.code, ERR_FORBIDDEN);
	assert_int_equal(f->refused, 0);
	f->tag = NULL;
	loop_run(f->loop, 6000, NULL);
	assert_false(it->partial);
	assert_int_equal(it->nodes->count, 3);
}

static void without_a_tag_the_command_line_is_asked_first(void **state)
{
	struct fixture *f = *state;
	f->tag = "monitor";
	f->commands_work = true;
	const struct rabbitmq_snapshot *it = watch(f, true, "secret", 8000);
	assert_int_equal(it->way, RABBITMQ_BY_COMMAND_LINE);
	assert_int_equal(it->management_err.code, ERR_FORBIDDEN);
	assert_false(it->partial);
	assert_non_null(it->nodes);
}

static void no_tag_at_all_ends_in_a_sentence(void **state)
{
	struct fixture *f = *state;
	f->tag = "management";
	const struct rabbitmq_snapshot *it = watch(f, true, "secret", 8000);
	assert_true(it->settled);
	assert_null(it->queues);
	assert_non_null(strstr(it->overview_part.err.text, "tag `management`"));
	assert_in_range(f->commands, 1, 12);
}

static void falls_back_to_the_command_line(void **state)
{
	struct fixture *f = *state;
	f->password = "nothing-fits";
	f->commands_work = true;
	const struct rabbitmq_snapshot *it = watch(f, true, "wrong", 8000);
	assert_int_equal(it->way, RABBITMQ_BY_COMMAND_LINE);
	assert_int_equal(it->management_err.code, ERR_UNAUTHORIZED);
	assert_string_equal(it->overview->version, "3.10.8");
	assert_null(it->clients);
	assert_int_equal(it->queues->count, 1);
	assert_string_equal(rabbitmq_word(it->queues, it->queues->items[0].vhost), "/");
	assert_false(err_is_set(&it->queues_part.err));
}

/* Each command starts a virtual machine: where nobody wants to know, nobody is asked. */
static void who_is_in_maintenance_is_asked_where_the_api_does_not_say(void **state)
{
	struct fixture *f = *state;
	f->commands_work = true;
	const struct rabbitmq_snapshot *it = watch(f, true, "secret", 8000);
	assert_int_equal(f->commands, 0);
	assert_null(it->maintenance);
	rabbitmq_monitor_want_maintenance(f->monitor, true);
	loop_run(f->loop, 8000, NULL);
	assert_int_equal(it->way, RABBITMQ_BY_MANAGEMENT);
	assert_int_equal(f->commands, 1);
	assert_int_equal(it->maintenance->items[0].being_drained, 1);
	f->commands_work = false;
	loop_run(f->loop, 35000, NULL);
	assert_int_equal(f->commands, 2);
	assert_null(it->maintenance);
	assert_int_equal(it->members[0].answers, 1); /* that it may not be asked so says nothing of the broker */
	rabbitmq_monitor_want_maintenance(f->monitor, false);
	loop_run(f->loop, 60000, NULL);
	assert_int_equal(f->commands, 2);
}

/* What was not read may be what matters: it is no whole list. */
static void a_list_of_queues_that_is_cut_says_so(void **state)
{
	struct fixture *f = *state;
	f->commands_work = f->many_vhosts = true;
	const struct rabbitmq_snapshot *it = watch(f, true, NULL, 60000);
	assert_int_equal(it->queues->count, 64);
	assert_true(it->queues->truncated);
	assert_int_equal(it->queues_part.err.code, ERR_LIMIT);
}

/* Though much of it was read when it turned out to be none. */
static void a_list_that_breaks_off_leaves_what_was_known(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	const struct rabbitmq_queues *known = it->queues;
	f->torn = true;
	loop_run(f->loop, 6000, NULL);
	assert_ptr_equal(it->queues, known);
	assert_int_equal(it->queues->items[1].type, RABBITMQ_CLASSIC);
	assert_int_equal(it->queues_part.err.code, ERR_PARSE);
	assert_string_equal(it->queues_part.err.text, "RabbitMQ's response (queues) is not JSON");
	f->torn = false;
	loop_run(f->loop, 6000, NULL);
	assert_int_equal(it->queues->count, 2);
	assert_ptr_not_equal(it->queues, known);
	assert_false(err_is_set(&it->queues_part.err));
}

static void without_credentials_and_commands_nothing_is_known(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, true, NULL, 8000);
	assert_true(it->settled);
	assert_int_equal(f->overviews, 0);
	assert_int_equal(it->overview_part.err.code, ERR_FORBIDDEN);
	assert_int_equal(it->management_err.code, ERR_UNAUTHORIZED);
	assert_null(it->queues);
}

static void another_pod_serves_when_the_first_cannot(void **state)
{
	struct fixture *f = *state;
	f->mad_pod = "mq-0";
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	assert_non_null(it->queues);
	assert_false(err_is_set(&it->overview_part.err));
	assert_int_equal(it->members[0].quorum_critical, -1);
	assert_int_equal(it->members[1].quorum_critical, 1);
}

/* After the death of a node its peers cannot say for some seconds what it had part in: that is not their death. */
static void who_waits_for_others_is_slow_and_not_dead(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
	f->waiting = 1;
	loop_run(f->loop, 40000, NULL);
	assert_int_equal(it->members[0].answers, 1);
	assert_true(it->members[0].slow);
	assert_int_equal(it->members[0].alarm, 0);
	assert_int_equal(it->members[0].quorum_critical, -1);
	assert_false(err_is_set(&it->members[0].part.err));
	assert_true(it->members[0].part.updated_ms >= 30000);
	assert_false(it->members[1].slow);
	/* The others' answers are used meanwhile. */
	assert_false(err_is_set(&it->overview_part.err));
	assert_true(it->queues_part.updated_ms >= 30000);
	f->waiting = 7;
	f->mute = 4;
	loop_run(f->loop, 60000, NULL);
	assert_true(it->members[0].slow && it->members[1].slow);
	assert_int_equal(it->members[1].answers, 1);
	assert_int_equal(it->members[2].answers, 0);
	assert_false(it->members[2].slow);
	assert_int_equal(it->overview_part.err.code, ERR_TIMEOUT);
	f->waiting = f->mute = 0;
	loop_run(f->loop, 30000, NULL);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(it->members[i].answers, 1);
		assert_false(it->members[i].slow);
	}
	assert_false(err_is_set(&it->overview_part.err));
}

static void who_hangs_is_known_by_name_before_others_are_slow(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
	for (int when = 0; when < 10; when++) {
		f->waiting = 3;
		f->mute = 4;
		int64_t ms = 0;
		for (; ms < 15000 && it->members[2].answers; ms += 100) {
			assert_false(it->members[0].slow || it->members[1].slow);
			loop_run(f->loop, 100, NULL);
		}
		assert_in_range(ms, 3000, 10000);
		f->waiting = f->mute = 0;
		loop_run(f->loop, 30000 + 700 * when, NULL);
		assert_int_equal(it->members[2].answers, 1);
	}
}

static void each_says_whom_it_does_not_hear(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
	f->waiting = 7;
	f->khepri = true;
	f->deaf[0] = "12";
	f->deaf[1] = f->deaf[2] = "0";
	loop_run(f->loop, 15000, NULL);
	assert_string_equal(it->members[0].unheard, "rabbit@mq-1,rabbit@mq-2");
	assert_string_equal(it->members[1].unheard, "rabbit@mq-0");
	assert_string_equal(it->members[2].unheard, "rabbit@mq-0");
	f->waiting = 0; /* given up: one of the two sides is asked for the picture, and has it that way */
	loop_run(f->loop, 30000, NULL);
	assert_false(it->members[0].slow || it->members[1].slow || it->members[2].slow);
	assert_string_equal(it->members[0].unheard, "rabbit@mq-1,rabbit@mq-2");
	f->deaf[0] = f->deaf[1] = f->deaf[2] = NULL;
	loop_run(f->loop, 30000, NULL);
	for (size_t i = 0; i < 3; i++)
		assert_null(it->members[i].unheard);
}

static void who_stops_listening_is_known_to(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
	assert_false(it->members[0].refuses);
	server_stop(&f->server);
	loop_run(f->loop, 12000, NULL);
	for (size_t i = 0; i < 3; i++)
		assert_true(it->members[i].refuses && it->members[i].answers == 0);
	server_start(&f->server);
}

/* With or without a word of when; and it is no answer of a check either. */
static void what_says_later_is_asked_again(void **state)
{
	static const char *const answers[] = {
		"503 Busy\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"503 Busy\r\nRetry-After: 86400\r\nContent-Length: 0\r\n\r\n",
		"429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
		"504 Late\r\nContent-Length: 0\r\n\r\n",
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		f->stranger = answers[i];
		const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
		if (it->overview_part.err.code != ERR_BUSY)
			fail_msg("case %zu: %s", i, it->overview_part.err.text);
		assert_int_equal(it->overview_part.updated_ms, -1);
		assert_int_equal(it->members[0].quorum_critical, -1);
		assert_false(it->settled);
		f->stranger = NULL;
		loop_run(f->loop, 2500, NULL);
		assert_true(it->settled);
		assert_non_null(it->queues);
		assert_int_equal(it->members[0].quorum_critical, 0);
		rabbitmq_monitor_destroy(f->monitor);
	}
	f->monitor = NULL;
}

static void a_dead_end_is_an_error_not_an_empty_cluster(void **state)
{
	struct fixture *f = *state;
	server_stop(&f->server);
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 5000);
	assert_true(it->settled);
	assert_null(it->overview);
	assert_int_equal(it->overview_part.updated_ms, -1);
	assert_int_equal(it->overview_part.err.code, ERR_CONNECT);
	assert_int_equal(it->members[0].answers, 0);
	server_start(&f->server);
}

/* A sentence that names another pod after each round would be painted anew for as long as nobody answers. */
static void what_is_said_of_a_dead_end_stays_the_same(void **state)
{
	struct fixture *f = *state;
	f->stranger = "200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	for (int i = 0; i < 10; i++) {
		assert_true(it->settled);
		assert_non_null(strstr(it->overview_part.err.text, "mq-0"));
		assert_string_equal(it->overview_part.err.text, it->management_err.text);
		loop_run(f->loop, 5000, NULL);
	}
}

static void pods_come_and_go_under_way(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 0);
	for (int i = 0; i < 40; i++) {
		struct rabbitmq_target targets[3];
		size_t count = (size_t)(i % 4);
		for (size_t j = 0; j < count; j++)
			targets[j] = (struct rabbitmq_target){
				.pod = pods[(size_t)(i + (int)j) % 3], .host = "127.0.0.1", .port = f->server.port};
		rabbitmq_monitor_set_targets(f->monitor, targets, count);
		loop_run(f->loop, i % 3, NULL);
	}
	assert_int_equal(it->member_count, 3);
	loop_run(f->loop, 6000, NULL);
	assert_true(it->settled);
	assert_non_null(it->queues);
}

static void at_a_slow_pace_one_connection_a_pod_does(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 2000);
	rabbitmq_monitor_set_pace(f->monitor, 60000, 300000);
	loop_run(f->loop, 70000, NULL);
	unsigned accepted = (unsigned)f->server.accepted, checks = (unsigned)f->checks[0],
		 alarms = (unsigned)f->alarms[0];
	loop_run(f->loop, 600000, NULL);
	assert_in_range((unsigned)f->checks[0] - checks, 9, 11);
	assert_in_range((unsigned)f->alarms[0] - alarms, 9, 11);
	assert_in_range((unsigned)f->server.accepted - accepted, 27, 33);
	loop_run(f->loop, 30000, NULL);
	int64_t before = it->overview_part.updated_ms;
	rabbitmq_monitor_set_pace(f->monitor, 0, 60000);
	loop_run(f->loop, 500, NULL);
	assert_true(it->overview_part.updated_ms > before); /* it was overdue by the usual pace */
}

static void pods_that_are_silent_for_long_are_asked_seldom(void **state)
{
	struct fixture *f = *state;
	const struct rabbitmq_snapshot *it = watch(f, false, "secret", 4000);
	rabbitmq_monitor_set_pace(f->monitor, 0, 300000);
	f->mute = 7;
	loop_run(f->loop, 1800000, NULL);
	unsigned accepted = (unsigned)f->server.accepted;
	loop_run(f->loop, 1800000, NULL);
	assert_in_range((unsigned)f->server.accepted - accepted, 15, 120); /* 3,000 and more at the usual pace */
	assert_int_equal(it->members[0].answers, 0);
	f->mute = 0;
	rabbitmq_monitor_ask_again(f->monitor);
	loop_run(f->loop, 1000, NULL);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(it->members[i].answers, 1);
}

static void without_descriptors_the_pace_slows_and_nobody_is_called_silent(void **state)
{
	struct fixture *f = *state;
	struct dial_opener *real = f->dialer;
	struct hoard_dialer hoarder = hoard_dialer(real);
	f->dialer = &hoarder.dialer;
	const struct rabbitmq_snapshot *snapshot = watch(f, true, "secret", 600000);
	f->dialer = real;
	/* At the usual pace it would be 660 times. */
	assert_in_range(hoarder.asked, 30, 150);
	assert_int_equal(snapshot->overview_part.err.code, ERR_LIMIT);
	assert_non_null(strstr(snapshot->overview_part.err.text, "(ulimit -n)"));
	for (size_t i = 0; i < snapshot->member_count; i++)
		assert_int_equal(snapshot->members[i].answers, -1);
	assert_int_equal(f->commands, 0);
	hoarder.refuses = false;
	loop_run(f->loop, 100000, NULL);
	assert_int_equal(snapshot->overview_part.err.code, ERR_NONE);
	for (size_t i = 0; i < snapshot->member_count; i++)
		assert_int_equal(snapshot->members[i].answers, 1);
	int asked = f->alarms[0];
	loop_run(f->loop, 60000, NULL);
	assert_in_range(f->alarms[0] - asked, 11, 13);
	rabbitmq_monitor_destroy(f->monitor);
	f->monitor = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_everything_and_asks_each_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_says_through_its_own_pod_what_it_calls_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asks_no_faster_than_statistics_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_is_asked_again_at_once_on_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_connections_are_not_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(connections_that_cannot_be_read_cost_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_not_the_management_api_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_credentials_are_said_and_new_ones_used, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_missing_tag_is_named_and_the_rest_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_tag_the_command_line_is_asked_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_tag_at_all_ends_in_a_sentence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(falls_back_to_the_command_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_in_maintenance_is_asked_where_the_api_does_not_say, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_list_of_queues_that_is_cut_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_list_that_breaks_off_leaves_what_was_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_credentials_and_commands_nothing_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_pod_serves_when_the_first_cannot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_waits_for_others_is_slow_and_not_dead, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_hangs_is_known_by_name_before_others_are_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_says_whom_it_does_not_hear, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_stops_listening_is_known_to, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_says_later_is_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dead_end_is_an_error_not_an_empty_cluster, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_said_of_a_dead_end_stays_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pods_come_and_go_under_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(at_a_slow_pace_one_connection_a_pod_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pods_that_are_silent_for_long_are_asked_seldom, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_descriptors_the_pace_slows_and_nobody_is_called_silent, set_up,
						tear_down),
	};
	return cmocka_run_group_tests_name("rabbitmq/monitor", tests, NULL, NULL);
}
