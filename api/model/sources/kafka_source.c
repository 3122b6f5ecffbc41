/* A Kafka cluster's connection: the search for a way in, the admin client through port-forwards, and the poller that
 * keeps the picture. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/probe.h"
#include "api/kube/client/kube_client.h"
#include "api/model/sources/broker_source_private.h"
#include "api/model/sources/kafka_connector.h"
#include "api/model/sources/kafka_pods.h"

enum { READ_AGAIN_MS = 30000, TROUBLES_A_WAY = 2 };
enum { DIRS_USUAL_MS = 10000, CONFIGS_USUAL_MS = 30000, GROUPS_USUAL_MS = 15000 };

struct source_kafka {
	struct source_broker *source;
	struct source_kafka_connector *connector;
	struct kafka_probe *probe;
	struct kube_budget_turn *probe_turn; /* that the probe waits for */
	struct kafka_admin *admin;
	struct kafka_poller *poller;
	struct source_kafka_pods pods; /* that the brokers can be reached in */
	char *targets;                 /* what the admin client was told last */
	/* the way taken */
	uint16_t port;
	bool declared, tls, has_user;
	char *server_name, *listener, *origin;
	int64_t taken_ms;
	unsigned troubles;        /* since it was taken, before it ever worked */
	bool searching;           /* for a way that is not known to fail */
	bool missing;             /* credentials that the operator may give */
	struct err err;           /* why there is no way in */
	struct err trouble;       /* why the way taken fails */
	struct loop_timer *turn;  /* what a trouble leads to is not done inside the client's call */
	struct loop_timer *again; /* seeks once more: a secret may have come or changed */
	int64_t read_ms;          /* when the secrets were read last */
	unsigned misses;          /* searches in a row that led nowhere */
	char *user, *password;    /* typed by the operator; NULL = none */
};

static void kafka_source_tell(const struct source_kafka *it)
{
	it->source->options->on_change(it->source->options->data);
}

/* ---- where to dial ---- */

static bool kafka_source_resolve(void *data, int32_t node_id, const char *host, int32_t port,
				 struct dial_target *target)
{
	const struct source_kafka *it = data;
	const char *pod = source_kafka_pods_find(&it->pods, host);
	if (!pod) /* dialled once its pod has said who it is: the client knows that */
		return false;
	*target = (struct dial_target){
		.namespace = it->source->namespace,
		.pod = pod,
		/* Strimzi's brokers advertise each listener by itself, outside the cluster under other ports. */
		.port = !it->declared && source_kafka_pods_have_port(&it->pods, port) ? (uint16_t)port : it->port,
	};
	return true;
}

/* ---- the source ---- */

static void kafka_source_on_change(void *data)
{
	struct source_kafka *it = data;
	source_broker_answered(it->source);
}

static void kafka_source_start(struct source_kafka *it, const struct dial_target *targets, size_t count,
			       const struct source_kafka_entry *entry);
static void kafka_source_set_pace(struct source_broker *source);

/* entry: when a way is taken; NULL = the pods may have changed. */
static void kafka_source_dial(struct source_kafka *it, const struct source_kafka_entry *entry)
{
	VEC(struct dial_target) targets = {0};
	CLEANUP(free) char *told = str_printf("%u %s", (unsigned)it->port, str_or(it->server_name, ""));
	vec_each (&it->pods.all, pod) {
		char *longer = str_printf("%s %s/%llu", told, pod->name, (unsigned long long)pod->state);
		free(told);
		told = longer;
		vec_push(&targets, (struct dial_target){.namespace = it->source->namespace,
							.pod = pod->name,
							.host = str_or(it->server_name, pod->names),
							.port = it->port});
	}
	if (!it->admin && entry)
		kafka_source_start(it, targets.items, targets.len, entry);
	else if (it->admin && !str_eq(told, it->targets)) {
		kafka_admin_set_bootstrap(it->admin, targets.items, targets.len);
		kafka_admin_ask_again(it->admin);
	}
	free(it->targets);
	it->targets = mem_strdup(told);
	vec_finish(&targets);
}

/* ---- the way in ---- */

static void kafka_source_replace(char **slot, const char *text)
{
	free(*slot);
	*slot = mem_strdup(text);
}

static void kafka_source_on_found(void *data, const struct source_kafka_entry *entry)
{
	struct source_kafka *it = data;
	it->port = entry->port;
	it->declared = entry->declared;
	it->tls = entry->tls.enabled;
	it->has_user = entry->sasl.mechanism != KAFKA_SASL_NONE;
	kafka_source_replace(&it->server_name, entry->server_name);
	kafka_source_replace(&it->listener, entry->listener);
	kafka_source_replace(&it->origin, entry->origin);
	it->taken_ms = it->read_ms = loop_now_ms(it->source->options->loop);
	it->troubles = it->misses = 0;
	it->searching = it->missing = false;
	err_clear(&it->err);
	log_info(LOG_MODEL, "candidate taken key=%s listener=%s port=%u tls=%s sasl=%s origin=\"%s\"", it->source->key,
		 str_or(it->listener, "-"), (unsigned)it->port, it->tls ? "yes" : "no", it->has_user ? "yes" : "no",
		 str_or(it->origin, "no credentials"));
	if (it->admin)
		kafka_admin_set_security(it->admin, &entry->tls, &entry->sasl);
	kafka_source_dial(it, entry);
	kafka_source_tell(it);
}

/* Nobody is asked again and again with what was refused; what was read before stays on the screen with its age. */
static void stop_asking(struct source_kafka *it)
{
	if (!it->poller || kafka_poller_snapshot(it->poller)->metadata_part.updated_ms >= 0)
		return;
	kafka_poller_destroy(it->poller);
	kafka_admin_destroy(it->admin);
	it->poller = NULL;
	it->admin = NULL;
}

static void kafka_source_on_none(void *data, const struct err *err)
{
	struct source_kafka *it = data;
	it->searching = false;
	it->missing = true;
	it->err = *err;
	stop_asking(it);
	if (!it->user)
		loop_timer_arm(it->again, source_broker_seek_ms(it->source, it->misses++));
	kafka_source_tell(it);
}

static void stop_connector(struct source_kafka *it)
{
	source_kafka_connector_destroy(it->connector);
	it->connector = NULL;
	kafka_probe_destroy(it->probe);
	kube_budget_cancel(it->probe_turn);
	it->probe = NULL;
	it->probe_turn = NULL;
	loop_timer_disarm(it->turn);
}

/* The next follow seeks again, with what is in the records then. */
static void kafka_source_on_again(void *data)
{
	struct source_kafka *it = data;
	stop_connector(it);
	it->read_ms = loop_now_ms(it->source->options->loop);
	it->searching = true;
	it->source->surroundings->follow_again(it->source->surroundings->data);
}

static void kafka_source_connect(struct source_kafka *it, const struct source_found_cluster *found)
{
	const struct source_options *options = it->source->options;
	const struct source_broker *source = it->source;
	const struct source_brokers_options *around = source->surroundings;
	struct err users_err;
	if (it->connector || !source->pods.len ||
	    (found->kafka && !around->is_listed(around->data, KUBE_KAFKA_USERS, found, &users_err)))
		return;
	it->searching = true;
	it->connector = source_kafka_connector_start(&(struct source_kafka_connector_options){
		.client = options->client,
		.share = source->share,
		.loop = options->loop,
		.question = {.found = found,
			     .store = source->options->store,
			     .users_err = &users_err,
			     .pod = source->pods.items[0],
			     .configured = options->credentials_secret
						   ? options->credentials_secret(options->credentials_data,
										 source->namespace, source->name)
						   : NULL,
			     .typed = it->user != NULL},
		.user = it->user,
		.password = it->password,
		.on_found = kafka_source_on_found,
		.on_none = kafka_source_on_none,
		.data = it,
	});
}

/* ---- when it leads nowhere ---- */

static bool has_worked(const struct source_kafka *it)
{
	return kafka_poller_snapshot(it->poller)->metadata_part.updated_ms >= it->taken_ms;
}

/* Says what is wrong with the way taken, with where its credentials come from. */
static void try_next(struct source_kafka *it)
{
	struct err why = it->trouble;
	if (it->origin && (it->has_user || it->tls))
		err_set(&why, it->trouble.code, "%s (with %s)", it->trouble.text, it->origin);
	it->searching = true;
	source_kafka_connector_next(it->connector, &why);
}

static void kafka_source_on_probed(void *data, enum kafka_speaks speaks)
{
	struct source_kafka *it = data;
	kafka_probe_destroy(it->probe);
	it->probe = NULL;
	if (speaks == KAFKA_SPEAKS_TLS && it->origin)
		err_set(&it->trouble, ERR_CONFIG, "%s: port %u uses TLS, and %s has no ca.crt to verify it with",
			str_or(it->pods.all.len ? it->pods.all.items[0].name : NULL, it->source->name),
			(unsigned)it->port, it->origin);
	else if (speaks == KAFKA_SPEAKS_TLS)
		err_set(&it->trouble, ERR_CONFIG,
			"%s: port %u uses TLS, and no CA certificate is configured: name a secret with ca.crt in the "
			"configuration (credentials: %s/%s: SECRET)",
			str_or(it->pods.all.len ? it->pods.all.items[0].name : NULL, it->source->name),
			(unsigned)it->port, it->source->namespace, it->source->name);
	kafka_source_replace(&it->origin, NULL); /* said already, or not at fault */
	try_next(it);
}

static void kafka_source_probe(void *data)
{
	struct source_kafka *it = data;
	const struct source_options *options = it->source->options;
	struct err err = {0};
	it->probe_turn = NULL;
	if (!it->pods.all.len)
		return;
	it->probe = kafka_probe_start(&(struct kafka_probe_options){.loop = options->loop,
								    .dialer = &it->source->dialer.opener,
								    .target = {.namespace = it->source->namespace,
									       .pod = it->pods.all.items[0].name,
									       .port = it->port},
								    .on_done = kafka_source_on_probed,
								    .data = it},
				      &err);
	if (!it->probe)
		try_next(it);
}

/* A way that worked: what it needs may have changed (rotated secrets). Read it again, not too often. */
static void kafka_source_read_again(struct source_kafka *it)
{
	int64_t since = loop_now_ms(it->source->options->loop) - it->read_ms;
	if (!it->user && !loop_timer_is_armed(it->again))
		loop_timer_arm(it->again, since < READ_AGAIN_MS ? READ_AGAIN_MS - since : 0);
}

static bool kafka_source_is_probing(const struct source_kafka *it)
{
	return it->probe || it->probe_turn;
}

static void on_turn(void *data)
{
	struct source_kafka *it = data;
	if (it->poller && has_worked(it))
		kafka_source_read_again(it);
	else if (it->connector && !it->tls && it->trouble.code == ERR_CONNECT && !kafka_source_is_probing(it))
		it->probe_turn = kube_budget_ask(it->source->share, kafka_source_probe, it);
	else if (it->connector)
		try_next(it);
}

static void kafka_source_on_trouble(void *data, enum kafka_trouble trouble, const struct err *err)
{
	struct source_kafka *it = data;
	bool login = trouble == KAFKA_TROUBLE_LOGIN_REFUSED || trouble == KAFKA_TROUBLE_LOGIN_WANTED;
	size_t enough = it->pods.all.len < TROUBLES_A_WAY ? it->pods.all.len : TROUBLES_A_WAY;
	it->trouble = *err;
	if (trouble == KAFKA_TROUBLE_NOT_PLAIN)
		it->trouble.code = ERR_CONNECT;
	it->troubles++;
	/* One pod alone may be at fault with anything but the login. */
	if (it->searching || kafka_source_is_probing(it) || err_is_set(&it->err) || (!login && it->troubles < enough))
		return;
	loop_timer_arm(it->turn, 0);
}

static void kafka_source_start(struct source_kafka *it, const struct dial_target *targets, size_t count,
			       const struct source_kafka_entry *entry)
{
	const struct source_options *options = it->source->options;
	CLEANUP(free) char *label = str_printf("kafka/%s", it->source->name);
	it->admin = kafka_admin_create(&(struct kafka_admin_options){
		.loop = options->loop,
		.dialer = &it->source->dialer.opener,
		.label = label,
		.bootstrap = targets,
		.bootstrap_count = count,
		.resolve = kafka_source_resolve,
		.resolve_data = it,
		.tls = entry->tls,
		.sasl = entry->sasl,
		.read_only = kube_client_read_only(options->client),
		.on_trouble = kafka_source_on_trouble,
		.trouble_data = it,
	});
	it->poller = kafka_poller_create(&(struct kafka_poller_options){
		.loop = options->loop,
		.admin = it->admin,
		.label = label,
		.intervals = {.metadata = options->broker_poll_ms,
			      .quorum = options->broker_poll_ms,
			      .groups = options->with_groups ? 0 : -1},
		.on_change = kafka_source_on_change,
		.data = it,
	});
	kafka_source_set_pace(it->source);
}

static struct source_kafka *kafka_source_create(struct source_broker *source)
{
	struct source_kafka *it = mem_alloc(sizeof *it);
	it->source = source;
	it->turn = loop_timer_create(source->options->loop, on_turn, it);
	it->again = loop_timer_create(source->options->loop, kafka_source_on_again, it);
	it->searching = true;
	return it;
}

static void kafka_source_follow(struct source_broker *source, const struct source_found_cluster *found,
				struct arena *scratch)
{
	if (!source->kafka)
		source->kafka = kafka_source_create(source);
	if (!source->pods.len && !source->kafka->admin)
		return;
	source_kafka_pods_learn(&source->kafka->pods, source, scratch);
	if (source->kafka->admin)
		kafka_source_dial(source->kafka, NULL);
	kafka_source_connect(source->kafka, found);
}

static void kafka_source_destroy(struct source_broker *source)
{
	struct source_kafka *it = source->kafka;
	if (!it)
		return;
	stop_connector(it);
	kafka_poller_destroy(it->poller);
	kafka_admin_destroy(it->admin);
	loop_timer_destroy(it->turn);
	loop_timer_destroy(it->again);
	free(it->user);
	mem_free_secret(it->password);
	source_kafka_pods_finish(&it->pods);
	free(it->server_name);
	free(it->listener);
	free(it->origin);
	free(it->targets);
	free(it);
}

/* As world_source_is_settled() has it: "later" is neither an answer nor a failure. What is read so often anyway need not be
 * newer than that. */
static bool is_read(const struct kafka_part *part, int64_t since_ms, int64_t usual_ms)
{
	bool answered = part->updated_ms >= 0 && part->updated_ms >= since_ms - usual_ms;
	return (answered || err_is_set(&part->err)) && part->err.code != ERR_BUSY;
}

static bool is_picture_read(const struct kafka_snapshot *snapshot, bool with_groups, int64_t since_ms)
{
	for (size_t i = 0; i < snapshot->broker_count; i++)
		if (snapshot->brokers[i].registered &&
		    !is_read(&snapshot->brokers[i].dirs_part, since_ms, DIRS_USUAL_MS) &&
		    !err_is_set(&snapshot->brokers[i].err))
			return false;
	for (size_t i = 0; i < snapshot->place_count; i++)
		if (!snapshot->places[i].asked)
			return false;
	return is_read(&snapshot->metadata_part, since_ms, 0) && is_read(&snapshot->reassignment_part, since_ms, 0) &&
	       is_read(&snapshot->quorum_part, since_ms, 0) &&
	       is_read(&snapshot->config_part, since_ms, CONFIGS_USUAL_MS) &&
	       (!with_groups || is_read(&snapshot->group_part, since_ms, GROUPS_USUAL_MS));
}

static bool kafka_source_settled(const struct source_broker *source, int64_t since_ms)
{
	if (!source->kafka || source->kafka->searching || kafka_source_is_probing(source->kafka))
		return false;
	if (err_is_set(&source->kafka->err))
		return true;
	if (!source->kafka->poller)
		return false;
	const struct kafka_snapshot *snapshot = kafka_poller_snapshot(source->kafka->poller);
	return (!snapshot->reachable && err_is_set(&snapshot->err)) ||
	       is_picture_read(snapshot, source->options->with_groups, since_ms);
}

static int64_t kafka_source_updated(const struct source_broker *source)
{
	return source->kafka && source->kafka->poller && source->pods.len
		       ? kafka_poller_snapshot(source->kafka->poller)->metadata_part.updated_ms
		       : -1;
}

static const struct kafka_snapshot *kafka_source_snapshot_of(void *data)
{
	struct source_kafka *it = data;
	return it->poller ? kafka_poller_snapshot(it->poller) : NULL;
}

static void kafka_source_show(const struct source_broker *source, struct source_snapshot *out)
{
	if (!source->kafka)
		return;
	out->kafka = kafka_source_snapshot_of;
	out->kafka_data = source->kafka;
	out->no_way = source->kafka->err;
	out->credentials_missing = source->kafka->missing;
}

static void kafka_source_set_credentials(struct source_broker *source, const char *user, const char *password)
{
	struct source_kafka *it = source->kafka;
	if (!it)
		return;
	kafka_source_replace(&it->user, user);
	mem_free_secret(it->password);
	it->password = mem_strdup(password);
	loop_timer_arm(it->again, 0);
	it->searching = true;
	kafka_source_tell(it);
}

struct kafka_admin *source_broker_kafka_admin(const struct source_broker *source)
{
	return source->kafka ? source->kafka->admin : NULL;
}

static void kafka_source_set_pace(struct source_broker *source)
{
	struct source_kafka *it = source->kafka;
	if (it && it->missing && source_broker_is_hurried(source) && loop_timer_is_armed(it->again))
		loop_timer_arm(it->again, SOURCE_SEEK_MS);
	if (!it || !it->poller)
		return;
	kafka_poller_set_pace(it->poller, source->pace.every_ms);
	kafka_admin_set_patience(it->admin, source->pace.back_off_ms);
}

static void kafka_source_ask_again(struct source_broker *source)
{
	struct source_kafka *it = source->kafka;
	if (it && it->poller)
		kafka_poller_ask_again(it->poller);
	if (it && err_is_set(&it->err) && !it->user)
		loop_timer_arm(it->again, 0);
}

static size_t kafka_source_in_flight(const struct source_broker *source)
{
	return source->kafka && source->kafka->admin ? kafka_admin_in_flight(source->kafka->admin) : 0;
}

const struct source_broker_type source_kafka_type = {
	.follow = kafka_source_follow,
	.destroy = kafka_source_destroy,
	.settled = kafka_source_settled,
	.updated = kafka_source_updated,
	.show = kafka_source_show,
	.set_credentials = kafka_source_set_credentials,
	.set_pace = kafka_source_set_pace,
	.ask_again = kafka_source_ask_again,
	.in_flight = kafka_source_in_flight,
};
