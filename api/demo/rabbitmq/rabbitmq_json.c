/* What RabbitMQ says of itself, as the management API of 3.13 and 4.0 does. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

static bool is_4(const struct demo_rabbitmq *rabbit)
{
	return rabbit->spec->version[0] >= '4';
}

static void add_node_names(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, cJSON *json)
{
	char name[128];
	cJSON *members = cJSON_AddArrayToObject(json, "members"), *online = cJSON_AddArrayToObject(json, "online");
	for (size_t i = 0; i < queue->member_count; i++) {
		int node = queue->members[i];
		demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
		cJSON_AddItemToArray(members, cJSON_CreateString(name));
		if (demo_rabbitmq_is_online(rabbit, queue, node))
			cJSON_AddItemToArray(online, cJSON_CreateString(name));
	}
}

static const char *queue_state_word(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue)
{
	if (queue->type == DEMO_RABBITMQ_QUEUE_CLASSIC)
		return rabbit->nodes[queue->members[0]].up ? "running" : "down";
	if (demo_rabbitmq_online_members(rabbit, queue) <= queue->member_count / 2)
		return "minority";
	return queue->leader >= 0 ? "running" : "down";
}

cJSON *demo_rabbitmq_queue_json(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue)
{
	static const char *const types[] = {"classic", "quorum", "stream"};
	char node[128] = "";
	long long messages = demo_rabbitmq_queue_messages(rabbit, queue), unacked = queue->consumers ? messages / 5 : 0;
	double rate = demo_rabbitmq_queue_rate(rabbit, queue);
	double out = queue->consumers ? rate : 0;
	int home = queue->type == DEMO_RABBITMQ_QUEUE_CLASSIC ? queue->members[0] : queue->leader;
	if (home >= 0)
		demo_rabbitmq_node_name(rabbit, home, node, sizeof node);
	int64_t seconds = demo_time_ms(rabbit->demo) / 1000 + 400000;
	long long total = (long long)(queue->rate * (double)seconds);
	cJSON *json = demo_json_make(
		"{'name':'','vhost':'%s','type':'%s','durable':true,'auto_delete':false,'exclusive':false,'state':'%"
		"s','node':'%s',"
		"'arguments':{'x-queue-type':'%s'},'policy':%s,'messages':%lld,'messages_ready':%lld,"
		"'messages_unacknowledged':%lld,'messages_details':{'rate':0.0},'consumers':%d,'memory':%lld,"
		"'message_stats':{'publish':%lld,'publish_details':{'rate':%.1f},'deliver_get':%lld,"
		"'deliver_get_details':{'rate':%.1f},'ack':%lld,'ack_details':{'rate':%.1f}}}",
		queue->vhost, types[queue->type], queue_state_word(rabbit, queue), node, types[queue->type],
		queue->type == DEMO_RABBITMQ_QUEUE_QUORUM && is_4(rabbit) ? "'quorum-limits'" : "null", messages,
		messages - unacked, unacked, queue->consumers, 140000 + messages * 900, total, rate, total, out, total,
		out);
	demo_json_set_text(json, "name", queue->name);
	if (queue->type != DEMO_RABBITMQ_QUEUE_CLASSIC) {
		cJSON_AddStringToObject(json, "leader", node);
		add_node_names(rabbit, queue, json);
	}
	return json;
}

/* A node that is down has only the first members. */
double demo_rabbitmq_disk_free(const struct demo_rabbitmq *rabbit, int node)
{
	return rabbit->spec->storage_gib * 1073741824.0 * (0.78 - 0.06 * node);
}

cJSON *demo_rabbitmq_node_json(const struct demo_rabbitmq *rabbit, int node)
{
	char name[128], pod[64];
	const struct demo_cluster_spec *spec = rabbit->spec;
	demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
	demo_cluster_pod_name(spec, node, pod, sizeof pod);
	const struct demo_kube_pod_state *state = demo_kube_kubelet_pod(rabbit->demo, spec->namespace, pod);
	cJSON *json = demo_json_make("{'name':'%s','type':'disc','running':%s,'partitions':[]}", name,
				     rabbit->nodes[node].up ? "true" : "false");
	if (!rabbit->nodes[node].up)
		return json;
	double limit = spec->memory_gib * 1073741824.0 * (is_4(rabbit) ? 0.6 : 0.4);
	int64_t now = demo_time_ms(rabbit->demo);
	double used = limit * (0.31 + 0.05 * node + 0.02 * (double)(now / 1000 % 120) / 120);
	cJSON *more = demo_json_make("{'os_pid':'1','fd_used':%d,'fd_total':1048576,'sockets_used':%d,'sockets_"
				     "total':943629,'mem_used':%.0f,"
				     "'mem_limit':%.0f,'mem_alarm':false,'disk_free':%.0f,'disk_free_limit':"
				     "2147483648,'disk_free_alarm':false,"
				     "'proc_used':%d,'proc_total':1048576,'uptime':%lld,'run_queue':%d,'processors':"
				     "4,'rates_mode':'basic',"
				     "'being_drained':%s,'net_ticktime':60,'db_dir':'/var/lib/rabbitmq/mnesia/%s',"
				     "'config_files':['/etc/rabbitmq/rabbitmq.conf'],'log_files':['<stdout>'],"
				     "'enabled_plugins':['rabbitmq_management','rabbitmq_peer_discovery_k8s','"
				     "rabbitmq_prometheus','rabbitmq_stream']}",
				     90 + node * 7, 41 + node * 3, used, limit, demo_rabbitmq_disk_free(rabbit, node),
				     1800 + node * 40, (long long)(now - (state ? state->started_ms : now)),
				     (int)(now / 1000 % 3), rabbit->nodes[node].drained ? "true" : "false", name);
	while (more->child) {
		cJSON *item = cJSON_DetachItemViaPointer(more, more->child);
		char *key = item->string;
		item->string = NULL;
		cJSON_AddItemToObject(json, key, item);
		cJSON_free(key);
	}
	cJSON_Delete(more);
	return json;
}

cJSON *demo_rabbitmq_overview_json(const struct demo_rabbitmq *rabbit, int node)
{
	char name[128];
	double rate = 0, out = 0;
	long long messages = 0;
	int consumers = 0, connections = demo_rabbitmq_connection_count(rabbit);
	vec_each (&rabbit->queues, queue) {
		rate += demo_rabbitmq_queue_rate(rabbit, queue);
		out += queue->consumers ? demo_rabbitmq_queue_rate(rabbit, queue) : 0;
		messages += demo_rabbitmq_queue_messages(rabbit, queue);
		consumers += queue->consumers;
	}
	demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
	cJSON *json = demo_json_make(
		"{'management_version':'%s','rates_mode':'basic','product_version':'%s','product_name':'RabbitMQ',"
		"'rabbitmq_version':'%s','cluster_name':'%s','erlang_version':'%s','erlang_full_version':'Erlang/"
		"OTP',"
		"'release_series_support_status':'supported','disable_stats':false,'enable_queue_totals':false,"
		"'default_queue_type':'%s','message_stats':{'publish':%.0f,'publish_details':{'rate':%.1f},'deliver_"
		"get':%.0f,"
		"'deliver_get_details':{'rate':%.1f}},'queue_totals':{'messages':%lld,'messages_ready':%lld,"
		"'messages_unacknowledged':%lld},'object_totals':{'channels':%d,'connections':%d,'consumers':%d,'"
		"exchanges':19,"
		"'queues':%zu},'statistics_db_event_queue':0,'node':'%s','listeners':[],'contexts':[]}",
		rabbit->spec->version, rabbit->spec->version, rabbit->spec->version, rabbit->spec->name,
		is_4(rabbit) ? "27.2" : "26.2.5", is_4(rabbit) ? "quorum" : "classic", rate * 400000, rate,
		out * 400000, out, messages, messages - messages / 5, messages / 5, 2 * connections, connections,
		consumers, rabbit->queues.len, name);
	static const struct {
		const char *protocol;
		int port;
	} listeners[] = {{"amqp", 5672}, {"clustering", 25672}, {"http", 15672}, {"http/prometheus", 15692}};
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (!rabbit->nodes[i].up)
			continue;
		demo_rabbitmq_node_name(rabbit, i, name, sizeof name);
		for (size_t l = 0; l < ARRAY_LEN(listeners); l++)
			cJSON_AddItemToArray(
				demo_json_at(json, "listeners"),
				demo_json_make(
					"{'node':'%s','protocol':'%s','ip_address':'::','port':%d,'socket_opts':{}}",
					name, listeners[l].protocol, listeners[l].port));
	}
	return json;
}
