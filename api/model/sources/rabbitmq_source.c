/* A RabbitMQ cluster's connection: its monitor, the search for credentials, and the command line as the last resort. */
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/exec.h"
#include "api/kube/client/kube_client.h"
#include "api/model/records/record_facts.h"
#include "api/model/sources/broker_credentials.h"
#include "api/model/sources/broker_source_private.h"

enum { READ_AGAIN_MS = 30000, CHECKS_USUAL_MS = 10000, COMMAND_MS = 20000, COMMAND_OUTPUT_MAX = 16 * 1024 * 1024 };

struct source_rabbitmq {
	struct source_broker *source;
	struct rabbitmq_monitor *monitor;
	struct source_credentials *credentials;
	struct loop_timer *again; /* seeks once more: a secret may have come or changed */
	bool missing;             /* none was found or all were refused */
	bool given;               /* the operator typed them */
	bool refused;
	int64_t read_ms; /* when the secrets were read last */
	unsigned misses; /* searches in a row that led nowhere */
};

static void rabbitmq_source_tell(const struct source_rabbitmq *it)
{
	it->source->options->on_change(it->source->options->data);
}

/* ---- commands ---- */

struct source_rabbitmq_run {
	struct kube_client *client;
	struct kube_budget_turn *turn; /* that it waits for */
	struct kube_exec *exec;
	struct arena texts;
	const char *namespace, *pod, *container;
	const char **argv; /* NULL ends it */
	rabbitmq_output_fn *done;
	void *data;
};

static void run_free(struct source_rabbitmq_run *run)
{
	arena_finish(&run->texts);
	free(run);
}

static void rabbitmq_source_on_exec(void *data, const struct kube_exec_result *result)
{
	struct source_rabbitmq_run *run = data;
	run->done(run->data, &result->err, result->exit_code, result->out, result->out_len, result->errors);
	run_free(run);
}

static void run_on_turn(void *data)
{
	struct source_rabbitmq_run *run = data;
	struct kube_exec_result refused = {.exit_code = -1, .out = "", .errors = ""};
	run->turn = NULL;
	run->exec = kube_exec_run(run->client,
				  &(struct kube_exec_options){
					  .namespace = run->namespace,
					  .pod = run->pod,
					  .container = run->container,
					  .argv = run->argv,
					  .timeout_ms = COMMAND_MS,
					  .output_max = COMMAND_OUTPUT_MAX,
					  .on_done = rabbitmq_source_on_exec,
					  .data = run,
				  },
				  &refused.err);
	if (!run->exec)
		rabbitmq_source_on_exec(run, &refused);
}

static void *run_start(void *data, const struct rabbitmq_target *target, const char *const *argv,
		       rabbitmq_output_fn *done, void *done_data, struct err *err)
{
	const struct source_rabbitmq *it = data;
	struct source_rabbitmq_run *run = mem_alloc(sizeof *run);
	run->client = it->source->options->client;
	run->namespace = arena_strdup(&run->texts, target->namespace);
	run->pod = arena_strdup(&run->texts, target->pod);
	run->container = arena_strdup(&run->texts, target->container);
	size_t count = 0;
	while (argv[count])
		count++;
	run->argv = arena_alloc(&run->texts, (count + 1) * sizeof *run->argv);
	for (size_t i = 0; i < count; i++)
		run->argv[i] = arena_strdup(&run->texts, argv[i]);
	run->done = done;
	run->data = done_data;
	run->turn = kube_budget_ask(it->source->share, run_on_turn, run);
	return run;
}

static void run_cancel(void *data)
{
	struct source_rabbitmq_run *run = data;
	kube_budget_cancel(run->turn);
	kube_exec_cancel(run->exec);
	run_free(run);
}

/* ---- credentials ---- */

static void rabbitmq_source_on_found(void *data, const char *user, const char *password, const char *origin,
				     const struct rabbitmq_tls *tls)
{
	struct source_rabbitmq *it = data;
	it->missing = it->refused = false;
	it->misses = 0;
	it->read_ms = loop_now_ms(it->source->options->loop);
	rabbitmq_monitor_set_place(it->monitor, source_credentials_port(it->credentials),
				   source_credentials_prefix(it->credentials));
	rabbitmq_monitor_set_tls(it->monitor, tls);
	rabbitmq_monitor_set_credentials(it->monitor, user, password, origin);
}

static void rabbitmq_source_on_none(void *data, const struct err *err)
{
	struct source_rabbitmq *it = data;
	log_info(LOG_MODEL, "no credentials key=%s error=\"%s\"", it->source->key, log_error_text(err));
	if (!it->refused) /* else the monitor knows better what is wrong */
		rabbitmq_monitor_set_credentials(it->monitor, NULL, NULL, err_is_set(err) ? err->text : NULL);
	it->missing = true;
	loop_timer_arm(it->again, source_broker_seek_ms(it->source, it->misses++));
	rabbitmq_source_tell(it);
}

static void rabbitmq_source_on_again(void *data)
{
	struct source_rabbitmq *it = data;
	source_credentials_destroy(it->credentials); /* the next follow seeks again */
	it->credentials = NULL;
	it->source->surroundings->follow_again(it->source->surroundings->data);
}

/* What worked with these secrets and works no more: they may have been rotated. */
static bool rabbitmq_source_read_again(struct source_rabbitmq *it)
{
	int64_t since = loop_now_ms(it->source->options->loop) - it->read_ms;
	bool worked = rabbitmq_monitor_snapshot(it->monitor)->overview_part.updated_ms > it->read_ms;
	if (it->given || !it->credentials || !worked || since < READ_AGAIN_MS)
		return false;
	loop_timer_arm(it->again, 0);
	return true;
}

static void rabbitmq_source_on_refused(void *data)
{
	struct source_rabbitmq *it = data;
	it->refused = true;
	if (it->given || !it->credentials)
		it->missing = true;
	else if (!rabbitmq_source_read_again(it))
		source_credentials_next(it->credentials);
}

static void rabbitmq_source_seek(struct source_rabbitmq *it, const struct source_found_cluster *found)
{
	const struct source_options *options = it->source->options;
	const struct source_broker *source = it->source;
	/* Once for all pods: they share the cluster's users. Without a pod there is nobody to try them on. */
	if (it->credentials || it->given || !source->pods.len)
		return;
	it->credentials = source_credentials_seek(
		options->loop,
		&(struct source_credentials_options){
			.client = options->client,
			.share = source->share,
			.found = found,
			.pod = source->pods.items[0],
			.configured = options->credentials_secret
					      ? options->credentials_secret(options->credentials_data,
									    source->namespace, source->name)
					      : NULL,
			.on_found = rabbitmq_source_on_found,
			.on_none = rabbitmq_source_on_none,
			.data = it,
		});
}

/* ---- the source ---- */

static void rabbitmq_source_on_change(void *data)
{
	struct source_rabbitmq *it = data;
	if (rabbitmq_monitor_snapshot(it->monitor)->management_err.code == ERR_TLS)
		rabbitmq_source_read_again(it);
	source_broker_answered(it->source);
}

static struct source_rabbitmq *rabbitmq_source_create(struct source_broker *source)
{
	struct source_rabbitmq *it = mem_alloc(sizeof *it);
	CLEANUP(free) char *label = str_printf("%s/%s", source->namespace, source->name);
	it->source = source;
	it->again = loop_timer_create(source->options->loop, rabbitmq_source_on_again, it);
	it->monitor = rabbitmq_monitor_create(&(struct rabbitmq_monitor_options){
		.loop = source->options->loop,
		.dialer = &source->dialer.opener,
		.runner = {.start = run_start, .cancel = run_cancel, .data = it},
		.label = label,
		.on_change = rabbitmq_source_on_change,
		.on_refused = rabbitmq_source_on_refused,
		.data = it,
	});
	return it;
}

/* The pod's own names, and those of the service that clients use: certificates are made for either. */
static const char *names_of(const struct source_broker *source, const struct kube_pod *pod,
			    const struct source_found_cluster *found, struct arena *scratch)
{
	const char *service = found->rabbitmq ? str_or(found->rabbitmq->service_name, found->name) : found->name;
	const char *space = source->namespace;
	return arena_printf(scratch, "%s,%s.%s.svc,%s.%s.svc.cluster.local,%s.%s",
			    source_broker_pod_names(source, pod, scratch), service, space, service, space, service,
			    space);
}

static void rabbitmq_source_set_pace(struct source_broker *source)
{
	struct source_rabbitmq *it = source->rabbitmq;
	if (it && it->missing && source_broker_is_hurried(source) && loop_timer_is_armed(it->again))
		loop_timer_arm(it->again, SOURCE_SEEK_MS);
	if (it)
		rabbitmq_monitor_set_pace(it->monitor, source->pace.every_ms, source->pace.back_off_ms);
}

static void rabbitmq_source_follow(struct source_broker *source, const struct source_found_cluster *found,
				   struct arena *scratch)
{
	VEC(struct rabbitmq_target) targets = {0};
	bool one_is_not_ready = false;
	if (!source->rabbitmq) {
		source->rabbitmq = rabbitmq_source_create(source);
		rabbitmq_source_set_pace(source);
	}
	vec_each (&source->pods, at) {
		one_is_not_ready |= !record_pod_is_ready(*at);
		const struct kube_container *container = source_discover_pod_container(WORLD_BROKER_RABBITMQ, *at);
		vec_push(&targets, (struct rabbitmq_target){
					   .namespace = source->namespace,
					   .pod = (*at)->meta.name,
					   .container = container ? container->name : NULL,
					   .state = source_broker_pod_state(*at),
					   .port = source_credentials_management_port(container),
					   .names = names_of(source, *at, found, scratch),
				   });
	}
	rabbitmq_monitor_set_targets(source->rabbitmq->monitor, targets.items, targets.len);
	rabbitmq_monitor_want_maintenance(source->rabbitmq->monitor, one_is_not_ready);
	vec_finish(&targets);
	rabbitmq_source_seek(source->rabbitmq, found);
}

static void rabbitmq_source_destroy(struct source_broker *source)
{
	struct source_rabbitmq *it = source->rabbitmq;
	if (!it)
		return;
	source_credentials_destroy(it->credentials);
	rabbitmq_monitor_destroy(it->monitor);
	loop_timer_destroy(it->again);
	free(it);
}

static bool rabbitmq_source_settled(const struct source_broker *source, int64_t since_ms)
{
	const struct rabbitmq_snapshot *snapshot =
		source->rabbitmq ? rabbitmq_monitor_snapshot(source->rabbitmq->monitor) : NULL;
	if (!snapshot || !snapshot->settled ||
	    (snapshot->overview_part.updated_ms < since_ms && !err_is_set(&snapshot->overview_part.err)))
		return false;
	int64_t first_ms = since_ms > CHECKS_USUAL_MS ? since_ms - CHECKS_USUAL_MS : 0;
	/* Each node's own check, not the first peer's word for all of them. */
	for (size_t i = 0; i < snapshot->member_count; i++) {
		const struct rabbitmq_part *check = &snapshot->members[i].check;
		if ((check->updated_ms < first_ms && !err_is_set(&check->err)) || check->err.code == ERR_BUSY)
			return false;
	}
	return true;
}

static int64_t rabbitmq_source_updated(const struct source_broker *source)
{
	return source->rabbitmq && source->pods.len
		       ? rabbitmq_monitor_snapshot(source->rabbitmq->monitor)->overview_part.updated_ms
		       : -1;
}

static void rabbitmq_source_show(const struct source_broker *source, struct source_snapshot *out)
{
	if (!source->rabbitmq)
		return;
	out->rabbitmq = rabbitmq_monitor_snapshot(source->rabbitmq->monitor);
	out->credentials_missing = source->rabbitmq->missing;
}

static void rabbitmq_source_set_credentials(struct source_broker *source, const char *user, const char *password)
{
	struct source_rabbitmq *it = source->rabbitmq;
	if (!it)
		return;
	it->given = true;
	it->missing = it->refused = false;
	rabbitmq_monitor_set_credentials(it->monitor, user, password, "the credentials entered");
	rabbitmq_source_tell(it);
}

static void rabbitmq_source_ask_again(struct source_broker *source)
{
	struct source_rabbitmq *it = source->rabbitmq;
	if (it)
		rabbitmq_monitor_ask_again(it->monitor);
	if (it && it->missing && !it->given)
		loop_timer_arm(it->again, 0);
}

static size_t rabbitmq_source_in_flight(const struct source_broker *source)
{
	return source->rabbitmq ? rabbitmq_monitor_in_flight(source->rabbitmq->monitor) : 0;
}

const struct source_broker_type source_rabbitmq_type = {
	.follow = rabbitmq_source_follow,
	.destroy = rabbitmq_source_destroy,
	.settled = rabbitmq_source_settled,
	.updated = rabbitmq_source_updated,
	.show = rabbitmq_source_show,
	.set_credentials = rabbitmq_source_set_credentials,
	.set_pace = rabbitmq_source_set_pace,
	.ask_again = rabbitmq_source_ask_again,
	.in_flight = rabbitmq_source_in_flight,
};
