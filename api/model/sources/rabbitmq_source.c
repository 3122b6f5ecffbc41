/* A RabbitMQ cluster's connection: its monitor, the search for credentials, and the command line as the last resort. */
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/exec.h"
#include "api/model/sources/broker_credentials.h"
#include "api/model/sources/watcher.h"
#include "api/model/sources/broker_source_private.h"

enum { SEEK_AGAIN_MS = 60000, READ_AGAIN_MS = 30000, COMMAND_MS = 20000, COMMAND_OUTPUT_MAX = 16 * 1024 * 1024 };

struct rabbitmq_side {
	struct side *side;
	struct rabbitmq_monitor *monitor;
	struct credentials *credentials;
	struct loop_timer *again; /* seeks once more: a secret may have come or changed */
	bool missing;             /* none was found or all were refused */
	bool given;               /* the operator typed them */
	bool refused;
	int64_t read_ms; /* when the secrets were read last */
};

/* ---- commands ---- */

struct run {
	struct exec *exec;
	rabbitmq_output_fn *done;
	void *data;
};

static void on_exec(void *data, const struct exec_result *result)
{
	struct run *run = data;
	run->done(run->data, &result->err, result->exit_code, result->out, result->out_len, result->errors);
	free(run);
}

static void *run_start(void *data, const struct rabbitmq_target *target, const char *const *argv,
		       rabbitmq_output_fn *done, void *done_data, struct err *err)
{
	const struct rabbitmq_side *it = data;
	struct run *run = mem_alloc(sizeof *run);
	run->done = done;
	run->data = done_data;
	run->exec = exec_run(it->side->world->options.client,
			     &(struct exec_options){
				     .namespace = target->namespace,
				     .pod = target->pod,
				     .container = target->container,
				     .argv = argv,
				     .timeout_ms = COMMAND_MS,
				     .output_max = COMMAND_OUTPUT_MAX,
				     .on_done = on_exec,
				     .data = run,
			     },
			     err);
	if (run->exec)
		return run;
	free(run);
	return NULL;
}

static void run_cancel(void *run)
{
	exec_cancel(((struct run *)run)->exec);
	free(run);
}

/* ---- credentials ---- */

static void on_found(void *data, const char *user, const char *password, const char *origin,
		     const struct rabbitmq_tls *tls)
{
	struct rabbitmq_side *it = data;
	it->missing = it->refused = false;
	it->read_ms = loop_now_ms(it->side->world->loop);
	rabbitmq_monitor_set_tls(it->monitor, tls);
	rabbitmq_monitor_set_credentials(it->monitor, user, password, origin);
}

static void on_none(void *data, const struct err *err)
{
	struct rabbitmq_side *it = data;
	if (!it->refused) /* else the monitor knows better what is wrong */
		rabbitmq_monitor_set_credentials(it->monitor, NULL, NULL, err_is_set(err) ? err->text : NULL);
	it->missing = true;
	loop_timer_arm(it->again, SEEK_AGAIN_MS);
	world_mark_dirty(it->side->world);
}

static void on_again(void *data)
{
	struct rabbitmq_side *it = data;
	credentials_destroy(it->credentials); /* the next follow seeks again */
	it->credentials = NULL;
	feed_follow(it->side->world->feed);
}

/* What worked with these secrets and works no more: they may have been rotated. */
static bool read_again(struct rabbitmq_side *it)
{
	int64_t since = loop_now_ms(it->side->world->loop) - it->read_ms;
	bool worked = rabbitmq_monitor_snapshot(it->monitor)->overview_part.updated_ms > it->read_ms;
	if (it->given || !it->credentials || !worked || since < READ_AGAIN_MS)
		return false;
	loop_timer_arm(it->again, 0);
	return true;
}

static void on_refused(void *data)
{
	struct rabbitmq_side *it = data;
	it->refused = true;
	if (it->given || !it->credentials)
		it->missing = true;
	else if (!read_again(it))
		credentials_next(it->credentials);
}

static void seek(struct rabbitmq_side *it, const struct found_cluster *found)
{
	const struct world_options *options = &it->side->world->options;
	const struct side *side = it->side;
	if (it->credentials || it->given || !side->pods.len)
		return;
	it->credentials = credentials_seek(
		options->loop,
		&(struct credentials_options){
			.client = options->client,
			.found = found,
			.pod = side->pods.items[0],
			.configured = options->credentials_secret
					      ? options->credentials_secret(options->data, side->namespace, side->name)
					      : NULL,
			.on_found = on_found,
			.on_none = on_none,
			.data = it,
		});
}

/* ---- the side ---- */

static void on_change(void *data)
{
	struct rabbitmq_side *it = data;
	if (rabbitmq_monitor_snapshot(it->monitor)->management_err.code == ERR_TLS)
		read_again(it);
	world_mark_polled(it->side->world);
}

static struct rabbitmq_side *create(struct side *side)
{
	struct rabbitmq_side *it = mem_alloc(sizeof *it);
	CLEANUP(free) char *label = str_printf("%s/%s", side->namespace, side->name);
	it->side = side;
	it->again = loop_timer_create(side->world->loop, on_again, it);
	it->monitor = rabbitmq_monitor_create(&(struct rabbitmq_monitor_options){
		.loop = side->world->loop,
		.dialer = side->world->options.dialer,
		.runner = {.start = run_start, .cancel = run_cancel, .data = it},
		.label = label,
		.on_change = on_change,
		.on_refused = on_refused,
		.data = it,
	});
	return it;
}

/* The pod's own names, and those of the service that clients use: certificates are made for either. */
static const char *names_of(const struct side *side, const struct kube_pod *pod, const struct found_cluster *found)
{
	const char *service = found->rabbitmq ? str_or(found->rabbitmq->service_name, found->name) : found->name;
	const char *space = side->namespace;
	return arena_printf(&side->world->frame, "%s,%s.%s.svc,%s.%s.svc.cluster.local,%s.%s",
			    side_pod_names(side, pod), service, space, service, space, service, space);
}

void rabbitmq_side_follow(struct side *side, const struct found_cluster *found)
{
	VEC(struct rabbitmq_target) targets = {0};
	if (!side->rabbitmq)
		side->rabbitmq = create(side);
	vec_each (&side->pods, at) {
		const struct kube_container *container = pod_main_container(BROKER_RABBITMQ, *at);
		vec_push(&targets, (struct rabbitmq_target){
					   .namespace = side->namespace,
					   .pod = (*at)->meta.name,
					   .container = container ? container->name : NULL,
					   .names = names_of(side, *at, found),
				   });
	}
	rabbitmq_monitor_set_targets(side->rabbitmq->monitor, targets.items, targets.len);
	vec_finish(&targets);
	seek(side->rabbitmq, found);
}

void rabbitmq_side_destroy(struct side *side)
{
	struct rabbitmq_side *it = side->rabbitmq;
	if (!it)
		return;
	credentials_destroy(it->credentials);
	rabbitmq_monitor_destroy(it->monitor);
	loop_timer_destroy(it->again);
	free(it);
}

bool rabbitmq_side_settled(const struct side *side)
{
	return side->rabbitmq && rabbitmq_monitor_snapshot(side->rabbitmq->monitor)->settled;
}

int64_t rabbitmq_side_updated(const struct side *side)
{
	return side->rabbitmq && side->pods.len
		       ? rabbitmq_monitor_snapshot(side->rabbitmq->monitor)->overview_part.updated_ms
		       : -1;
}

static const struct rabbitmq_member *copy_members(struct cluster *cluster, const struct rabbitmq_snapshot *said)
{
	struct arena *frame = &cluster->world->frame;
	struct rabbitmq_member *copy = arena_alloc(frame, (said->member_count + 1) * sizeof *copy);
	for (size_t i = 0; i < said->member_count; i++) {
		copy[i] = said->members[i];
		copy[i].pod = arena_strdup(frame, said->members[i].pod);
	}
	return copy;
}

void rabbitmq_side_show(const struct side *side, struct cluster *cluster)
{
	if (!side->rabbitmq)
		return;
	const struct rabbitmq_snapshot *said = rabbitmq_monitor_snapshot(side->rabbitmq->monitor);
	struct rabbitmq_snapshot before = cluster->rabbitmq;
	cluster->rabbitmq = *said;
	rabbitmq_overview_ref(said->overview);
	rabbitmq_nodes_ref(said->nodes);
	rabbitmq_queues_ref(said->queues);
	rabbitmq_clients_ref(said->clients);
	rabbitmq_overview_unref(before.overview);
	rabbitmq_nodes_unref(before.nodes);
	rabbitmq_queues_unref(before.queues);
	rabbitmq_clients_unref(before.clients);
	cluster->rabbitmq.members = copy_members(cluster, said);
	cluster->pub.credentials_missing = side->rabbitmq->missing;
}

void rabbitmq_side_set_credentials(struct side *side, const char *user, const char *password)
{
	struct rabbitmq_side *it = side->rabbitmq;
	if (!it)
		return;
	it->given = true;
	it->missing = it->refused = false;
	rabbitmq_monitor_set_credentials(it->monitor, user, password, "the credentials given");
	world_mark_dirty(side->world);
}

size_t rabbitmq_side_in_flight(const struct side *side)
{
	return side->rabbitmq ? rabbitmq_monitor_in_flight(side->rabbitmq->monitor) : 0;
}
