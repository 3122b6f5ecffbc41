/* The commands of RabbitMQ's tools that change something, or look into a queue's Raft, with the words and exit codes
 * of RabbitMQ 3.13 and 4.0. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

enum { WORDS_MAX = 8, EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_SOFTWARE = 70 };

struct demo_rabbitmq_command_call {
	struct demo_rabbitmq *rabbit;
	int node;
	const char *words[WORDS_MAX]; /* the command and what it is about */
	size_t count;
	const char *vhost, *vhost_pattern, *queue_pattern;
	struct buf *out, *errors;
};

static void read_words(struct demo_rabbitmq_command_call *call, const char *const *argv, size_t argc)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {{"--vhost", &call->vhost},
		       {"-p", &call->vhost},
		       {"--vhost-pattern", &call->vhost_pattern},
		       {"--queue-pattern", &call->queue_pattern},
		       {"--formatter", NULL},
		       {"-t", NULL}};
	for (size_t i = 1; i < argc; i++) {
		bool option = argv[i][0] == '-', taken = false;
		for (size_t o = 0; o < ARRAY_LEN(options) && option && !taken; o++) {
			taken = str_eq(argv[i], options[o].name) && i + 1 < argc;
			if (taken && options[o].value)
				*options[o].value = argv[i + 1];
		}
		i += taken;
		if (!option && call->count < WORDS_MAX)
			call->words[call->count++] = argv[i];
	}
}

static int command_fail(const struct demo_rabbitmq_command_call *call, int code, const char *words)
{
	buf_printf(call->errors, "Error:\n%s\n", words);
	return code;
}

/* ---- whole nodes ---- */

static int command_drain(const struct demo_rabbitmq_command_call *call)
{
	demo_rabbitmq_drain(call->rabbit, call->node, true);
	return 0;
}

static int command_revive(const struct demo_rabbitmq_command_call *call)
{
	demo_rabbitmq_drain(call->rabbit, call->node, false);
	return 0;
}

static int stop_app(const struct demo_rabbitmq_command_call *call)
{
	demo_rabbitmq_stop_app(call->rabbit, call->node, true);
	return 0;
}

static int start_app(const struct demo_rabbitmq_command_call *call)
{
	if (call->rabbit->nodes[call->node].forgotten)
		return command_fail(
			call, EXIT_SOFTWARE,
			"{:inconsistent_cluster, ~c\"Node thinks it's clustered, but the others disagree\"}");
	demo_rabbitmq_stop_app(call->rabbit, call->node, false);
	return 0;
}

static int command_forget(const struct demo_rabbitmq_command_call *call)
{
	int node = call->count > 1 ? demo_rabbitmq_node_find(call->rabbit, call->words[1]) : -1;
	if (node < 0) {
		buf_printf(call->errors,
			   "Error:\n{:failed_to_remove_node, :\"%s\", {:not_a_cluster_node, ~c\"The node selected is "
			   "not in the cluster.\"}}\n",
			   call->count > 1 ? call->words[1] : "");
		return EXIT_SOFTWARE;
	}
	return demo_rabbitmq_forget(call->rabbit, node, call->errors) ? 0 : EXIT_SOFTWARE;
}

static int command_rebalance(const struct demo_rabbitmq_command_call *call)
{
	const char *type = call->count > 1 ? call->words[1] : "";
	if (!str_eq(type, "all") && !str_eq(type, "quorum") && !str_eq(type, "classic"))
		return command_fail(call, EXIT_USAGE, "type is not supported. Try one of all, classic, quorum.");
	demo_rabbitmq_rebalance(call->rabbit);
	buf_append_str(call->out, "[]\n");
	return 0;
}

/* ---- members of every queue ---- */

static bool command_matches(const char *pattern, const char *text)
{
	regex_t regex;
	if (!pattern)
		return true;
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool is_member(const struct demo_rabbitmq_queue *queue, int node)
{
	bool member = false;
	for (size_t i = 0; i < queue->member_count; i++)
		member |= queue->members[i] == node;
	return member;
}

typedef bool change_fn(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue, int node, struct buf *errors);

static int change_all(const struct demo_rabbitmq_command_call *call, bool command_grow, change_fn *change)
{
	int node = call->count > 1 ? demo_rabbitmq_node_find(call->rabbit, call->words[1]) : -1;
	if (node < 0 || (command_grow && !call->rabbit->nodes[node].up))
		return command_fail(call, EXIT_SOFTWARE, ":node_not_running");
	cJSON *all = cJSON_CreateArray();
	vec_each (&call->rabbit->queues, queue) {
		if (queue->type != DEMO_RABBITMQ_QUEUE_QUORUM || is_member(queue, node) == command_grow ||
		    !command_matches(call->vhost_pattern, queue->vhost) ||
		    !command_matches(call->queue_pattern, queue->name))
			continue;
		struct buf ignored = BUF_INIT(1024);
		bool good = change(call->rabbit, queue, node, &ignored);
		/* The real tools print such an error beside the JSON, and say ok in it. */
		if (!good)
			buf_append_str(call->out, "error: cluster_change_not_permitted");
		cJSON *item = demo_json_make("{'name':'','vhost':'%s','size':%zu,'result':'ok'}", queue->vhost,
					     queue->member_count);
		demo_json_set_text(item, "name", queue->name);
		cJSON_AddItemToArray(all, item);
		buf_finish(&ignored);
	}
	CLEANUP(free) char *text = cJSON_PrintUnformatted(all);
	cJSON_Delete(all);
	buf_printf(call->out, "%s\n", text);
	return 0;
}

static int command_grow(const struct demo_rabbitmq_command_call *call)
{
	return change_all(call, true, demo_rabbitmq_add_member);
}

static int command_shrink(const struct demo_rabbitmq_command_call *call)
{
	return change_all(call, false, demo_rabbitmq_remove_member);
}

/* ---- one queue ---- */

static int command_change_one(const struct demo_rabbitmq_command_call *call, enum demo_rabbitmq_queue_type type,
			      change_fn *change)
{
	struct demo_rabbitmq_queue *queue =
		call->count > 2 ? demo_rabbitmq_find_queue(call->rabbit, str_or(call->vhost, "/"), call->words[1])
				: NULL;
	int node = call->count > 2 ? demo_rabbitmq_node_find(call->rabbit, call->words[2]) : -1;
	if (!queue)
		return command_fail(call, EXIT_SOFTWARE, "{:error, :not_found}");
	if (queue->type != type)
		return command_fail(call, EXIT_SOFTWARE, "Operation not supported for this type of queue");
	if (node < 0)
		return command_fail(call, EXIT_SOFTWARE, "{:error, :node_not_running}");
	return change(call->rabbit, queue, node, call->errors) ? 0 : EXIT_SOFTWARE;
}

static int add_member(const struct demo_rabbitmq_command_call *call)
{
	return command_change_one(call, DEMO_RABBITMQ_QUEUE_QUORUM, demo_rabbitmq_add_member);
}

static int delete_member(const struct demo_rabbitmq_command_call *call)
{
	return command_change_one(call, DEMO_RABBITMQ_QUEUE_QUORUM, demo_rabbitmq_remove_member);
}

static int add_replica(const struct demo_rabbitmq_command_call *call)
{
	return command_change_one(call, DEMO_RABBITMQ_QUEUE_STREAM, demo_rabbitmq_add_member);
}

static int delete_replica(const struct demo_rabbitmq_command_call *call)
{
	return command_change_one(call, DEMO_RABBITMQ_QUEUE_STREAM, demo_rabbitmq_remove_member);
}

static int quorum_status(const struct demo_rabbitmq_command_call *call)
{
	const struct demo_rabbitmq *rabbit = call->rabbit;
	const struct demo_rabbitmq_queue *queue =
		call->count > 1 ? demo_rabbitmq_find_queue(call->rabbit, str_or(call->vhost, "/"), call->words[1])
				: NULL;
	if (!queue || queue->type != DEMO_RABBITMQ_QUEUE_QUORUM)
		return command_fail(call, EXIT_SOFTWARE,
				    queue ? "Cannot get quorum status of a classic queue" : "{:error, :not_found}");
	bool new = rabbit->spec->version[0] >= '4';
	long long commit = 500000 + demo_time_ms(rabbit->demo) / 10;
	cJSON *rows = cJSON_CreateArray();
	for (size_t i = 0; i < queue->member_count; i++) {
		char name[128];
		int node = queue->members[i];
		demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
		if (!demo_rabbitmq_is_online(rabbit, queue, node)) {
			cJSON_AddItemToArray(rows, demo_json_make("{'Node Name':'%s','Raft State':'noproc','%s':''}",
								  name, new ? "Last Log Index" : "Log Index"));
			continue;
		}
		cJSON_AddItemToArray(rows,
				     demo_json_make("{'Node Name':'%s','Raft State':'%s','%s':%lld,'Commit Index':%lld,"
						    "'Snapshot Index':0,'Term':4,'Machine Version':%d}",
						    name, node == queue->leader ? "leader" : "follower",
						    new ? "Last Log Index" : "Log Index",
						    commit - (long long)demo_rabbitmq_behind(rabbit, queue, node),
						    commit - (long long)demo_rabbitmq_behind(rabbit, queue, node),
						    new ? 4 : 3));
	}
	CLEANUP(free) char *text = cJSON_PrintUnformatted(rows);
	cJSON_Delete(rows);
	buf_printf(call->out, "%s\n", text);
	return 0;
}

/* ---- the table ---- */

static const struct {
	const char *tool, *name;
	int (*run)(const struct demo_rabbitmq_command_call *call);
	bool without_app; /* works while RabbitMQ itself is stopped */
} commands[] = {
	{"rabbitmq-upgrade", "drain", command_drain, false},
	{"rabbitmq-upgrade", "revive", command_revive, false},
	{"rabbitmqctl", "stop_app", stop_app, true},
	{"rabbitmqctl", "start_app", start_app, true},
	{"rabbitmqctl", "forget_cluster_node", command_forget, false},
	{"rabbitmq-queues", "rebalance", command_rebalance, false},
	{"rabbitmq-queues", "grow", command_grow, false},
	{"rabbitmq-queues", "shrink", command_shrink, false},
	{"rabbitmq-queues", "add_member", add_member, false},
	{"rabbitmq-queues", "delete_member", delete_member, false},
	{"rabbitmq-queues", "quorum_status", quorum_status, false},
	{"rabbitmq-streams", "add_replica", add_replica, false},
	{"rabbitmq-streams", "delete_replica", delete_replica, false},
};

int demo_rabbitmq_command(struct demo_rabbitmq *rabbit, int node, const char *const *argv, size_t argc, struct buf *out,
			  struct buf *errors)
{
	struct demo_rabbitmq_command_call call = {.rabbit = rabbit, .node = node, .out = out, .errors = errors};
	read_words(&call, argv, argc);
	for (size_t i = 0; i < ARRAY_LEN(commands) && call.count > 0; i++) {
		if (!str_eq(argv[0], commands[i].tool) || !str_eq(call.words[0], commands[i].name))
			continue;
		if (!rabbit->nodes[node].up && !commands[i].without_app)
			return command_fail(&call, EXIT_UNAVAILABLE,
					    "this command requires the 'rabbit' app to be running on the target node");
		return commands[i].run(&call);
	}
	return -1;
}
