/* A connection and all that lives as long as it does. Whether a credential plugin may run is decided here, before
 * anything is started. */
#include "views/session/session.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_budget.h"
#include "api/kube/client/portforward.h"

static void session_world_changed(void *data)
{
	struct session *session = data;
	if (session->ops)
		ops_world_changed(session->ops);
	session->events.on_change(session->events.data);
}

static void connection_changed(void *data, const struct kube_connection *connection)
{
	session_world_changed(data);
}

static void session_terminal_wanted(void *data, bool wanted, const char *command)
{
	struct session *session = data;
	session->events.on_terminal(session->events.data, wanted, command);
}

static const char *credentials_secret(void *data, const char *namespace, const char *cluster)
{
	struct session *session = data;
	return config_credentials_secret(session->config, namespace, cluster);
}

static const char *broker_kind(void *data, const char *namespace, const char *name)
{
	struct session *session = data;
	return config_broker_kind(session->config, namespace, name);
}

static const struct world_view *view_now(void *data)
{
	struct session *session = data;
	const struct world_view *view = world_update(session->plan_world);
	/* What the console took from the world before is not valid any more: it must look again. */
	session->events.on_change(session->events.data);
	return view;
}

static struct kafka_admin *kafka_of(void *data, const char *cluster_key)
{
	struct session *session = data;
	return world_kafka_admin(session->plan_world, cluster_key);
}

static void session_need(void *data, const char *cluster_key)
{
	struct session *session = data;
	world_need(session->plan_world, cluster_key);
}

static struct world *make_world(struct session *session)
{
	return world_create(&(struct world_options){
		.loop = session->loop,
		.client = session->client,
		.dialer = session->dialer,
		.namespace = session->namespace,
		.credentials_secret = credentials_secret,
		.broker_kind = broker_kind,
		.on_change = session_world_changed,
		.data = session,
		.with_groups = true,
		.seldom = session->place.one_of_many,
	});
}

/* -n wins over -A; -A over the context's namespace; without any, the whole cluster is looked at. */
static char *initial_namespace(const struct config *config, const struct session *session)
{
	const char *given = config_text(config, CONFIG_OPT_NAMESPACE);
	if (given || config_flag(config, CONFIG_OPT_ALL_NAMESPACES))
		return mem_strdup(given);
	const struct kubeconfig *kubeconfig = session->place.kubeconfig;
	for (size_t i = 0; i < kubeconfig_context_count(kubeconfig); i++) {
		if (str_eq(kubeconfig_context_name(kubeconfig, i), session->place.access->context))
			return mem_strdup(kubeconfig_context_namespace(kubeconfig, i));
	}
	return NULL;
}

/* ---- the credential plugin ---- */

/* False: there is no such program, now. */
static bool decide_trust(struct session *session, struct err *err)
{
	const struct kube_access *access = session->place.access;
	session->trust = SESSION_TRUST_GIVEN;
	if (!kube_exec_trust_is_needed(access) || config_flag(session->config, CONFIG_OPT_TRUST_EXEC))
		return true;
	session->trust = SESSION_TRUST_UNKNOWN;
	if (!kube_exec_trust_digest(access, session->plugin_digest, err))
		return false;
	session->trust =
		kube_exec_trust_is_remembered(session->plugin_digest) ? SESSION_TRUST_GIVEN : SESSION_TRUST_ASKED;
	if (session->trust == SESSION_TRUST_ASKED && session->events.on_trust)
		session->events.on_trust(session->events.data, session->place.access);
	return true;
}

static enum kube_credentials_state session_may_run(void *data, struct err *err)
{
	static const enum kube_credentials_state states[] = {[SESSION_TRUST_UNKNOWN] = KUBE_CREDENTIALS_FAILED,
							     [SESSION_TRUST_GIVEN] = KUBE_CREDENTIALS_READY,
							     [SESSION_TRUST_ASKED] = KUBE_CREDENTIALS_WAIT,
							     [SESSION_TRUST_REFUSED] = KUBE_CREDENTIALS_FAILED};
	struct session *session = data;
	const struct kube_access *access = session->place.access;
	if (session->trust == SESSION_TRUST_UNKNOWN)
		(void)!decide_trust(session, err);
	if (session->trust == SESSION_TRUST_REFUSED)
		err_set(err, ERR_REFUSED, "you declined to run %s; `:ctx %s` asks again", access->exec->command,
			access->context);
	return states[session->trust];
}

/* Scripts that worked with kubectl must not hang on a question nobody sees, nor run what nobody agreed to: they are
 * told both ways out. */
static bool check_trust_alone(struct session *session, struct err *err)
{
	const struct kube_access *access = session->place.access;
	if (session->events.on_trust || (decide_trust(session, err) && session->trust == SESSION_TRUST_GIVEN))
		return true;
	if (session->trust == SESSION_TRUST_UNKNOWN)
		return false;
	return err_set(err, ERR_REFUSED,
		       "%s asks to run %s to sign in user %s, which has not been approved yet. Start mqdeck once in a "
		       "terminal and choose \"Always\", or pass --trust-exec",
		       str_or(access->exec->file, "the kubeconfig"), access->exec->command, access->user);
}

bool session_answer_trust(struct session *session, bool run, bool always, struct err *err)
{
	const char *command = session->place.access->exec->command;
	session->trust = run ? SESSION_TRUST_GIVEN : SESSION_TRUST_REFUSED;
	kube_client_answered(session->client);
	return !run || !always || kube_exec_trust_remember(session->plugin_digest, command, err);
}

/* ---- life ---- */

struct kubeconfig *session_kubeconfig_load(const struct config *config, const struct demo *demo, struct err *err)
{
	struct kubeconfig_options options = {
		.text = demo ? demo_kubeconfig(demo) : NULL,
		.kubeconfig = config_text(config, CONFIG_OPT_KUBECONFIG),
		.context = demo ? NULL : config_text(config, CONFIG_OPT_CONTEXT),
		.namespace = config_text(config, CONFIG_OPT_NAMESPACE),
		.as = config_text(config, CONFIG_OPT_AS),
		.as_groups = config_list(config, CONFIG_OPT_AS_GROUP),
		.request_timeout_ms = config_duration_ms(config, CONFIG_OPT_REQUEST_TIMEOUT),
	};
	return kubeconfig_load(&options, err);
}

bool session_place_resolve(struct session_place *place, const struct config *config, struct kubeconfig *shared,
			   const char *context, struct err *err)
{
	*place = (struct session_place){.kubeconfig = shared, .shared = true};
	place->access = kubeconfig_resolve(shared, context, err);
	if (place->access)
		place->access->insecure |= config_flag(config, CONFIG_OPT_INSECURE);
	return place->access != NULL;
}

bool session_place_read(struct session_place *place, const struct config *config, struct demo *demo,
			const char *context, struct err *err)
{
	struct kubeconfig *kubeconfig = session_kubeconfig_load(config, demo, err);
	*place = (struct session_place){0};
	bool ok = kubeconfig && session_place_resolve(place, config, kubeconfig, context, err);
	place->kubeconfig = kubeconfig;
	place->shared = false;
	place->demo = demo != NULL;
	if (!ok)
		session_place_finish(place);
	return ok;
}

void session_place_finish(struct session_place *place)
{
	kube_access_destroy(place->access);
	if (!place->shared)
		kubeconfig_destroy(place->kubeconfig);
	*place = (struct session_place){0};
}

/* The plans of the embedded cluster end with it. On any other, what nobody could find again is not begun: err says why. */
static void find_plans_dir(struct session *session, struct err *err)
{
	char folder[] = "/tmp/mqdeck-plans-XXXXXX";
	session->plans_are_kept = !session->place.demo;
	if (session->plans_are_kept)
		session->plans_dir = ops_journal_plans_dir(err);
	else if (mkdtemp(folder))
		session->plans_dir = mem_strdup(folder);
	else
		err_set_errno(err, errno, "cannot create a directory for plan journals in /tmp");
	if (err_is_set(err))
		log_warn(LOG_VIEWS, "no directory for plan journals error=\"%s\"", log_error_text(err));
}

static void forget_plans(const struct session *session)
{
	DIR *folder = !session->plans_are_kept && session->plans_dir ? opendir(session->plans_dir) : NULL;
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));)
		unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(session->plans_dir);
}

static void make_operations(struct session *session)
{
	CLEANUP(free) char *who = session->place.demo ? mem_strdup("you@demo") : ops_journal_who();
	struct err no_plans = {0};
	find_plans_dir(session, &no_plans);
	session->rights = kube_access_create(session->client);
	kube_access_on_change(session->rights, session_world_changed, session);
	session->ops = ops_create(&(struct ops_options){.loop = session->loop,
							.client = session->client,
							.view = view_now,
							.kafka = kafka_of,
							.need = session_need,
							.data = session,
							.plans_dir = session->plans_dir,
							.no_plans_dir = no_plans.text,
							.who = who});
}

struct session *session_open(struct loop *loop, const struct config *config, struct session_place *place,
			     const struct session_events *events, struct err *err)
{
	struct session *session = mem_alloc(sizeof *session);
	*session = (struct session){.loop = loop, .config = config, .events = *events, .place = *place};
	*place = (struct session_place){0};
	struct kube_client_options client = {
		.read_only = session->place.read_only || session->place.one_of_many ||
			     config_flag(config, CONFIG_OPT_READONLY),
		.patient = session->place.one_of_many,
		.on_state = connection_changed,
		.on_terminal = events->on_terminal ? session_terminal_wanted : NULL,
		.may_run = session_may_run,
		.data = session,
	};
	if (check_trust_alone(session, err))
		session->client = kube_client_create(loop, session->place.access, &client, err);
	if (!session->client) {
		session_close(session);
		return NULL;
	}
	if (session->place.demo) /* no server that others need */
		kube_budget_lift_rate(kube_client_budget(session->client));
	session->namespace = initial_namespace(config, session);
	session->dialer = kube_portforward_dialer_create(session->client);
	session->world = session->plan_world = make_world(session);
	if (!session->place.one_of_many)
		make_operations(session);
	return session;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	ops_destroy(session->ops);
	session->ops = NULL;
	session_plans_over(session);
	world_destroy(session->world);
	kube_access_finish(session->rights);
	kube_portforward_dialer_destroy(session->dialer);
	kube_client_destroy(session->client);
	forget_plans(session);
	free(session->plans_dir);
	session_place_finish(&session->place);
	free(session->namespace);
	free(session);
}

void session_set_namespace(struct session *session, const char *namespace)
{
	/* A third world is never kept: the one in between is nobody's. */
	if (session->world != session->plan_world)
		world_destroy(session->world);
	char *old = session->namespace;
	session->namespace = mem_strdup(namespace);
	free(old);
	session->world = make_world(session);
}

void session_plans_over(struct session *session)
{
	if (session->plan_world == session->world)
		return;
	world_destroy(session->plan_world);
	session->plan_world = session->world;
}

const char *session_context(const struct session *session)
{
	return str_or(session->place.access->context, "in-cluster");
}

const char *session_user(const struct session *session)
{
	if (session->place.access->as)
		return session->place.access->as;
	return str_or(session->place.access->user, "service account");
}
