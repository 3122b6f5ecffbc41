/* RabbitMQ's command line tools with --formatter json, for those who come by exec. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

struct demo_rabbitmq_cli_call {
	struct demo_rabbitmq *rabbit;
	int node;
	const char *vhost; /* of -p */
};

static cJSON *node_list(const struct demo_rabbitmq *rabbit, bool only_up)
{
	char name[128];
	cJSON *list = cJSON_CreateArray();
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (rabbit->nodes[i].joined && (rabbit->nodes[i].up || !only_up))
			cJSON_AddItemToArray(list,
					     cJSON_CreateString(demo_rabbitmq_node_name(rabbit, i, name, sizeof name)));
	}
	return list;
}

static cJSON *cluster_status(const struct demo_rabbitmq_cli_call *call)
{
	char name[128];
	cJSON *json = demo_json_make("{'alarms':[],'cluster_name':'%s','partitions':{},'listeners':{},'versions':{},"
				     "'maintenance_status':{},'feature_flags':[]}",
				     call->rabbit->spec->name);
	cJSON_AddItemToObject(json, "disk_nodes", node_list(call->rabbit, false));
	cJSON_AddItemToObject(json, "ram_nodes", cJSON_CreateArray());
	cJSON_AddItemToObject(json, "running_nodes", node_list(call->rabbit, true));
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (!call->rabbit->nodes[i].up)
			continue;
		demo_rabbitmq_node_name(call->rabbit, i, name, sizeof name);
		cJSON_AddItemToObject(
			demo_json_at(json, "versions"), name,
			demo_json_make("{'rabbitmq_name':'RabbitMQ','rabbitmq_version':'%s','erlang_version':'27'}",
				       call->rabbit->spec->version));
		cJSON_AddStringToObject(demo_json_at(json, "maintenance_status"), name,
					call->rabbit->nodes[i].drained ? "draining" : "not under maintenance");
		cJSON_AddItemToObject(demo_json_at(json, "listeners"), name,
				      demo_json_make("[{'interface':'[::]','node':'%s','port':5672,'protocol':'amqp'"
						     ",'purpose':'AMQP 0-9-1'}]",
						     name));
	}
	return json;
}

static cJSON *cli_answer_status(const struct demo_rabbitmq_cli_call *call)
{
	CLEANUP(cJSON_Delete) cJSON *node = demo_rabbitmq_node_json(call->rabbit, call->node);
	cJSON *json = demo_json_make(
		"{'rabbitmq_version':'%s','product_name':'RabbitMQ','product_version':'%s','alarms':[],"
		"'disk_free':%.0f,'disk_free_limit':%.0f,'uptime':%lld,'pid':1,'run_queue':0,"
		"'memory':{'strategy':'rss','total':{'rss':%.0f,'allocated':%.0f,'erlang':%.0f}},"
		"'vm_memory_limit':%.0f,'vm_memory_high_watermark_limit':%.0f,"
		"'file_descriptors':{'total_limit':1048576,'total_used':%lld},'is_under_maintenance':false,"
		"'listeners':[{'interface':'[::]','port':5672,'protocol':'amqp'}]}",
		call->rabbit->spec->version, call->rabbit->spec->version,
		(double)demo_json_number(node, "disk_free", 0), (double)demo_json_number(node, "disk_free_limit", 0),
		(long long)demo_json_number(node, "uptime", 0) / 1000, (double)demo_json_number(node, "mem_used", 0),
		(double)demo_json_number(node, "mem_used", 0), (double)demo_json_number(node, "mem_used", 0) * 0.9,
		(double)demo_json_number(node, "mem_limit", 0), (double)demo_json_number(node, "mem_limit", 0),
		(long long)demo_json_number(node, "fd_used", 0));
	return json;
}

static cJSON *list_queues(const struct demo_rabbitmq_cli_call *call)
{
	cJSON *all = cJSON_CreateArray();
	vec_each (&call->rabbit->queues, queue) {
		if (str_eq(queue->vhost, call->vhost))
			cJSON_AddItemToArray(all, demo_rabbitmq_queue_json(call->rabbit, queue));
	}
	return all;
}

static cJSON *list_vhosts(const struct demo_rabbitmq_cli_call *call)
{
	return demo_json_make("[{'name':'/'},{'name':'analytics'}]");
}

static cJSON *cli_answer_fine(const struct demo_rabbitmq_cli_call *call)
{
	return demo_json_make("{'result':'ok'}");
}

static const struct {
	const char *name;
	cJSON *(*run)(const struct demo_rabbitmq_cli_call *call);
} commands[] = {
	{"status", cli_answer_status},
	{"cluster_status", cluster_status},
	{"list_queues", list_queues},
	{"list_vhosts", list_vhosts},
	{"ping", cli_answer_fine},
	{"check_running", cli_answer_fine},
	{"check_local_alarms", cli_answer_fine},
	{"alarms", cli_answer_fine},
};

static const char *vhost_of(const char *const *argv, size_t argc)
{
	for (size_t i = 1; i + 1 < argc; i++)
		if (str_eq(argv[i], "-p"))
			return argv[i + 1];
	return "/";
}

int demo_rabbitmq_cli_run(struct demo_rabbitmq *rabbit, int node, const char *const *argv, size_t argc, struct buf *out,
			  struct buf *errors)
{
	struct demo_rabbitmq_cli_call call = {.rabbit = rabbit, .node = node, .vhost = vhost_of(argv, argc)};
	int code = demo_rabbitmq_command(rabbit, node, argv, argc, out, errors);
	if (code >= 0)
		return code;
	if (!rabbit->nodes[node].up) {
		buf_append_str(errors,
			       "Error: this command requires the 'rabbit' app to be running on the target node\n");
		return 69;
	}
	for (size_t i = 1; i < argc; i++) {
		for (size_t c = 0; c < ARRAY_LEN(commands); c++) {
			if (!str_eq(argv[i], commands[c].name))
				continue;
			cJSON *json = commands[c].run(&call);
			CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
			cJSON_Delete(json);
			buf_append_str(out, text);
			buf_append_char(out, '\n');
			return 0;
		}
	}
	buf_append_str(errors, "the embedded cluster does not know this command\n");
	return 64;
}
