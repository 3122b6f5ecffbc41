/* The state of the cluster and how it moves: nodes follow their pods, leaders of queues move to members that are
 * online, figures follow the clock. */
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/pod_logs.h"

enum { ELECTION_MS = 2000, LOG_EVERY_MS = 15000 };

static const char *const prod_queues[] = {
	"orders.created",     "orders.paid",      "orders.shipped",  "orders.cancelled", "orders.returned",
	"payments.authorize", "payments.capture", "payments.refund", "payments.failed",  "payments.audit",
	"invoice.render",     "invoice.send",     "stock.reserve",   "stock.release",    "stock.low",
	"stock.sync",         "shipping.label",   "shipping.track",  "shipping.delay",   "mail.transactional",
	"mail.marketing",     "mail.bounce",      "sms.outgoing",    "push.outgoing",    "search.index",
	"search.delete",      "images.resize",    "images.cleanup",  "fraud.score",      "fraud.review",
	"loyalty.points",     "loyalty.expire",   "returns.inspect", "returns.refund",   "price.update",
	"price.publish",      "catalog.import",   "catalog.export",  "session.expire",   "webhook.deliver",
};

static const char *const prod_classic[] = {"reports.nightly", "reports.adhoc", "cache.invalidate", "metrics.tmp",
					   "admin.tasks"};

static const char *const staging_queues[] = {
	"jobs.default", "jobs.high",    "jobs.low",     "jobs.retry",  "jobs.dead",  "build.queue",
	"build.logs",   "deploy.queue", "notify.slack", "notify.mail", "import.csv", "export.csv",
};

static const char *const staging_classic[] = {"scratch.one", "scratch.two", "legacy.sync"};

static void rabbitmq_add_queue(struct demo_rabbitmq *rabbit, const char *name, enum demo_rabbitmq_queue_type type,
			       const char *vhost)
{
	struct demo_rabbitmq_queue queue = {.vhost = vhost, .type = type, .leader_lost_ms = -1};
	size_t index = rabbit->queues.len;
	int nodes = rabbit->spec->replicas;
	snprintf(queue.name, sizeof queue.name, "%s", name);
	queue.member_count = type == DEMO_RABBITMQ_QUEUE_CLASSIC ? 1 : (size_t)nodes;
	queue.leader = (int)(index % (size_t)nodes);
	for (size_t i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++)
		queue.since_ms[i] = -(INT64_C(1) << 40);
	for (size_t i = 0; i < queue.member_count; i++)
		queue.members[i] = type == DEMO_RABBITMQ_QUEUE_CLASSIC ? queue.leader : (int)i;
	uint64_t random = demo_random(&rabbit->demo->random);
	queue.rate = 1 + (double)(random % 200);
	queue.backlog = (int)(random >> 8 & 0x7f);
	queue.consumers = 1 + (int)(random >> 16 & 3);
	queue.phase = (unsigned)(random >> 24 & 0xff);
	if (strstr(name, "dead") || strstr(name, "failed") || strstr(name, "review")) {
		queue.consumers = 0;
		queue.backlog += 4200;
		queue.rate = 0.2;
	}
	vec_push(&rabbit->queues, queue);
}

static void add_queues(struct demo_rabbitmq *rabbit, const char *const *names, size_t count,
		       enum demo_rabbitmq_queue_type type, const char *vhost)
{
	for (size_t i = 0; i < count; i++)
		rabbitmq_add_queue(rabbit, names[i], type, vhost);
}

static void node_write_first_lines(struct demo_rabbitmq *rabbit, int node)
{
	char pod[64];
	demo_cluster_pod_name(rabbit->spec, node, pod, sizeof pod);
	for (int i = 40; i > 0; i--)
		demo_kube_logs_add(
			rabbit->demo, rabbit->spec->namespace, pod, i * 11000,
			i == 40 ? "[info] <0.254.0> Server startup complete; 7 plugins started."
				: "[info] <0.%d.0> accepting AMQP connection 10.244.%d.%d:%d -> 10.244.%d.%d:5672",
			1200 + i * 7, i % 3, 20 + i, 40000 + i * 13, node, 10 + node);
}

struct demo_rabbitmq *demo_rabbitmq_create(struct demo *demo, const struct demo_cluster_spec *spec)
{
	struct demo_rabbitmq *rabbit = mem_alloc(sizeof *rabbit);
	rabbit->demo = demo;
	rabbit->spec = spec;
	if (str_eq(spec->namespace, "prod")) {
		add_queues(rabbit, prod_queues, ARRAY_LEN(prod_queues), DEMO_RABBITMQ_QUEUE_QUORUM, "/");
		add_queues(rabbit, prod_classic, ARRAY_LEN(prod_classic), DEMO_RABBITMQ_QUEUE_CLASSIC, "/");
		rabbitmq_add_queue(rabbit, "clickstream", DEMO_RABBITMQ_QUEUE_STREAM, "analytics");
	} else {
		add_queues(rabbit, staging_queues, ARRAY_LEN(staging_queues), DEMO_RABBITMQ_QUEUE_QUORUM, "/");
		add_queues(rabbit, staging_classic, ARRAY_LEN(staging_classic), DEMO_RABBITMQ_QUEUE_CLASSIC, "/");
	}
	for (int i = 0; i < spec->replicas; i++) {
		rabbit->nodes[i] = (struct demo_rabbitmq_node){.joined = true, .up = true};
		node_write_first_lines(rabbit, i);
	}
	return rabbit;
}

void demo_rabbitmq_destroy(struct demo_rabbitmq *rabbit)
{
	if (!rabbit)
		return;
	vec_finish(&rabbit->queues);
	free(rabbit);
}

static void node_log_line(struct demo_rabbitmq *rabbit, int node, const char *text)
{
	char pod[64];
	demo_kube_logs_add(rabbit->demo, rabbit->spec->namespace,
			   demo_cluster_pod_name(rabbit->spec, node, pod, sizeof pod), 0, "%s", text);
}

/* The others notice, and say so. */
static void node_changed(struct demo_rabbitmq *rabbit, int node, bool up)
{
	char name[128];
	demo_rabbitmq_node_name(rabbit, node, name, sizeof name);
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		char pod[64];
		if (!rabbit->nodes[i].up || i == node)
			continue;
		demo_kube_logs_add(
			rabbit->demo, rabbit->spec->namespace, demo_cluster_pod_name(rabbit->spec, i, pod, sizeof pod),
			0, up ? "[info] <0.531.0> node %s up" : "[info] <0.531.0> rabbit on node %s down", name);
	}
}

static void update_nodes(struct demo_rabbitmq *rabbit)
{
	char pod[64];
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		struct demo_rabbitmq_node *node = &rabbit->nodes[i];
		bool runs = demo_kube_kubelet_pod_is_up(rabbit->demo, rabbit->spec->namespace,
							demo_cluster_pod_name(rabbit->spec, i, pod, sizeof pod));
		if (!runs)
			node->stopped = node->drained = false; /* the next process knows nothing of it */
		if (node->forgotten &&
		    !demo_kube_store_get(rabbit->demo->store, DEMO_KUBE_KIND_CLAIM, rabbit->spec->namespace,
					 demo_cluster_claim_name(rabbit->spec, i, pod, sizeof pod)))
			node->forgotten = false; /* an empty volume: a new node */
		bool up = runs && !node->stopped && !node->forgotten;
		if (up == node->up)
			continue;
		node->up = up;
		node->joined = node->joined || up;
		node->changed_ms = demo_time_ms(rabbit->demo);
		node_changed(rabbit, i, up);
	}
}

bool demo_rabbitmq_is_online(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, int node)
{
	bool member = false;
	for (size_t i = 0; i < queue->member_count; i++)
		member |= queue->members[i] == node;
	return member && rabbit->nodes[node].up &&
	       !(queue->type == DEMO_RABBITMQ_QUEUE_QUORUM && rabbit->nodes[node].drained);
}

size_t demo_rabbitmq_online_members(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue)
{
	size_t online = 0;
	for (size_t i = 0; i < queue->member_count; i++)
		online += demo_rabbitmq_is_online(rabbit, queue, queue->members[i]);
	return online;
}

bool demo_rabbitmq_is_critical(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue, int node)
{
	bool member = false;
	for (size_t i = 0; i < queue->member_count; i++)
		member = member || queue->members[i] == node;
	return queue->type != DEMO_RABBITMQ_QUEUE_CLASSIC && queue->member_count > 1 && member &&
	       demo_rabbitmq_is_online(rabbit, queue, node) &&
	       demo_rabbitmq_online_members(rabbit, queue) <= queue->member_count / 2 + 1;
}

static void queue_elect(struct demo_rabbitmq *rabbit, struct demo_rabbitmq_queue *queue)
{
	int64_t now = demo_time_ms(rabbit->demo);
	bool led = queue->leader >= 0 && demo_rabbitmq_is_online(rabbit, queue, queue->leader) &&
		   now >= queue->leaderless_until_ms;
	if (queue->type == DEMO_RABBITMQ_QUEUE_CLASSIC || led) {
		queue->leader_lost_ms = -1;
		return;
	}
	if (queue->leader_lost_ms < 0)
		queue->leader_lost_ms = now;
	queue->leader = -1;
	if (now < queue->leaderless_until_ms || now - queue->leader_lost_ms < ELECTION_MS ||
	    demo_rabbitmq_online_members(rabbit, queue) <= queue->member_count / 2)
		return;
	for (size_t i = 0; i < queue->member_count; i++) {
		int candidate = queue->members[(i + queue->phase) % queue->member_count];
		if (queue->leader < 0 && demo_rabbitmq_is_online(rabbit, queue, candidate))
			queue->leader = candidate;
	}
	queue->leader_lost_ms = -1;
	char line[200];
	snprintf(line, sizeof line, "[notice] <0.812.0> queue '%s' in vhost '%s': candidate -> leader in term: 4",
		 queue->name, queue->vhost);
	node_log_line(rabbit, queue->leader, line);
}

void demo_rabbitmq_tick(struct demo_rabbitmq *rabbit)
{
	update_nodes(rabbit);
	vec_each (&rabbit->queues, queue)
		queue_elect(rabbit, queue);
	int64_t now = demo_time_ms(rabbit->demo);
	if (!rabbit->demo->quiet && now / LOG_EVERY_MS != rabbit->ticked_ms / LOG_EVERY_MS) {
		int node = (int)(now / LOG_EVERY_MS % rabbit->spec->replicas);
		if (rabbit->nodes[node].up)
			node_log_line(
				rabbit, node,
				"[info] <0.1440.0> closing AMQP connection (10.244.1.31:41822 -> 10.244.0.10:5672)");
	}
	rabbit->ticked_ms = now;
}

bool demo_rabbitmq_lose_leader(struct demo_rabbitmq *rabbit, const char *name, int64_t for_ms)
{
	vec_each (&rabbit->queues, queue) {
		if (!str_eq(queue->name, name))
			continue;
		queue->leaderless_until_ms = demo_time_ms(rabbit->demo) + for_ms;
		char line[160];
		snprintf(line, sizeof line, "[warning] <0.812.0> queue '%s': leader stepped down, no election won yet",
			 queue->name);
		if (queue->leader >= 0)
			node_log_line(rabbit, queue->leader, line);
		return true;
	}
	return false;
}

const char *demo_rabbitmq_node_name(const struct demo_rabbitmq *rabbit, int node, char *out, size_t size)
{
	const struct demo_cluster_spec *spec = rabbit->spec;
	snprintf(out, size, "rabbit@%s-%d.%s.%s", spec->set, node, spec->headless, spec->namespace);
	return out;
}

int demo_rabbitmq_node_find(const struct demo_rabbitmq *rabbit, const char *name)
{
	char own[128];
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (rabbit->nodes[i].joined && str_eq(demo_rabbitmq_node_name(rabbit, i, own, sizeof own), name))
			return i;
	}
	return -1;
}

/* Between 0.7 and 1.3, with a period of some minutes and a phase of the queue's own. */
static double rate_swell(const struct demo_rabbitmq *rabbit, unsigned phase)
{
	double seconds = (double)demo_time_ms(rabbit->demo) / 1000;
	return 1 + 0.3 * sin(seconds / (40 + phase % 50) + phase);
}

double demo_rabbitmq_queue_rate(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue)
{
	bool served =
		queue->type == DEMO_RABBITMQ_QUEUE_CLASSIC ? rabbit->nodes[queue->members[0]].up : queue->leader >= 0;
	return served ? queue->rate * rate_swell(rabbit, queue->phase) : 0;
}

int64_t demo_rabbitmq_queue_messages(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_queue *queue)
{
	return (int64_t)((double)queue->backlog * rate_swell(rabbit, queue->phase + 17));
}
