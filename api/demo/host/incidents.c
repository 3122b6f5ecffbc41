/* The table of what goes wrong when, so that a demo without an operator has something to show; times are those that
 * demo.h promises. */
#include "api/demo/host/incidents.h"

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/demo/host/fleet.h"
#include "api/demo/kafka/kafka_cluster.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

static void node_fails(struct demo *demo)
{
	demo_kube_kubelet_fail_node(demo, "node-3");
}

static void node_heals(struct demo *demo)
{
	demo_kube_kubelet_heal_node(demo, "node-3");
}

static void queue_loses_leader(struct demo *demo)
{
	demo_rabbitmq_lose_leader(demo_fleet_get(demo, "prod", "events")->rabbit, "payments.capture", 10000);
}

static void pod_dies(struct demo *demo)
{
	demo_kube_kubelet_kill_pod(demo, "staging", "jobs-server-1");
}

static void consumers_stop(struct demo *demo)
{
	demo_kafka_stop_group(demo_fleet_get(demo, "prod", "orders")->kafka, "billing", 40000);
}

static const struct {
	int64_t at_ms;
	void (*happen)(struct demo *demo);
	const char *what;
} script[] = {
	{60000, node_fails, "node fails"},
	{120000, node_heals, "node heals"},
	{180000, queue_loses_leader, "queue loses its leader"},
	{210000, pod_dies, "pod dies"},
	{240000, consumers_stop, "consumers stop"},
};

void demo_incidents_tick(struct demo *demo)
{
	int64_t now = demo_time_ms(demo), round = now / DEMO_INCIDENTS_PERIOD_MS * DEMO_INCIDENTS_PERIOD_MS;
	for (size_t i = 0; i < ARRAY_LEN(script); i++) {
		int64_t at = round + script[i].at_ms;
		if (at > now || at <= demo->scripted_ms)
			continue;
		log_info(LOG_DEMO, "incident what=\"%s\" at_ms=%lld", script[i].what, (long long)at);
		script[i].happen(demo);
	}
	demo->scripted_ms = now;
}
