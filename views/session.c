#include "views/session.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/portforward.h"

static void changed(void *data)
{
	struct session *session = data;
	if (session->ops)
		ops_world_changed(session->ops);
	session->events.on_change(session->events.data);
}

static void connection_changed(void *data, const struct kube_connection *connection)
{
	changed(data);
}

static void terminal_wanted(void *data, bool wanted, const char *command)
{
	struct session *session = data;
	session->events.on_terminal(session->events.data, wanted, command);
}

static const char *credentials_secret(void *data, const char *namespace, const char *cluster)
{
	struct session *session = data;
	return config_credentials_secret(session->config, namespace, cluster);
}

static const struct world_view *view_now(void *data)
{
	struct session *session = data;
	const struct world_view *view = world_update(session->world);
	/* What the console took from the world before is not valid any more: it must look again. */
	session->events.on_change(session->events.data);
	return view;
}

static struct kafka_admin *kafka_of(void *data, const char *cluster_key)
{
	struct session *session = data;
	return world_kafka_admin(session->world, cluster_key);
}

static void open_world(struct session *session)
{
	session->world = world_create(&(struct world_options){
		.loop = session->loop,
		.client = session->client,
		.dialer = session->dialer,
		.namespace = session->namespace,
		.credentials_secret = credentials_secret,
		.on_change = changed,
		.data = session,
		.with_groups = true,
	});
	session->ops = ops_create(&(struct ops_options){
		.loop = session->loop, .client = session->client, .view = view_now, .kafka = kafka_of, .data = session});
}

static void close_world(struct session *session)
{
	ops_destroy(session->ops);
	session->ops = NULL;
	world_destroy(session->world);
	session->world = NULL;
}

/* -n wins over -A; -A over the context's namespace; without any, the whole cluster is looked at. */
static char *initial_namespace(const struct config *config, const struct session *session)
{
	const char *given = config_text(config, OPT_NAMESPACE);
	if (given || config_flag(config, OPT_ALL_NAMESPACES))
		return mem_strdup(given);
	for (size_t i = 0; i < kubeconfig_context_count(session->kubeconfig); i++) {
		if (str_eq(kubeconfig_context_name(session->kubeconfig, i), session->access->context))
			return mem_strdup(kubeconfig_context_namespace(session->kubeconfig, i));
	}
	return NULL;
}

static bool connect(struct session *session, struct demo *demo, const char *context, struct err *err)
{
	const struct config *config = session->config;
	struct kubeconfig_options options = {
		.text = demo ? demo_kubeconfig(demo) : NULL,
		.kubeconfig = config_text(config, OPT_KUBECONFIG),
		.context = demo ? NULL : config_text(config, OPT_CONTEXT),
		.namespace = config_text(config, OPT_NAMESPACE),
		.as = config_text(config, OPT_AS),
		.as_groups = config_list(config, OPT_AS_GROUP),
		.request_timeout_ms = config_duration_ms(config, OPT_REQUEST_TIMEOUT),
	};
	session->kubeconfig = kubeconfig_load(&options, err);
	if (!session->kubeconfig)
		return false;
	session->access = kubeconfig_resolve(session->kubeconfig, context, err);
	if (!session->access)
		return false;
	session->access->insecure |= config_flag(config, OPT_INSECURE);
	struct kube_client_options client = {
		.read_only = config_flag(config, OPT_READONLY),
		.on_state = connection_changed,
		.on_terminal = session->events.on_terminal ? terminal_wanted : NULL,
		.data = session,
	};
	session->client = kube_client_create(session->loop, session->access, &client, err);
	return session->client != NULL;
}

struct session *session_open(struct loop *loop, const struct config *config, struct demo *demo, const char *context,
			     const struct session_events *events, struct err *err)
{
	struct session *session = mem_alloc(sizeof *session);
	session->loop = loop;
	session->config = config;
	session->events = *events;
	if (!connect(session, demo, context, err)) {
		session_close(session);
		return NULL;
	}
	session->namespace = initial_namespace(config, session);
	session->dialer = portforward_dialer_create(session->client);
	session->rights = kube_access_create(session->client);
	kube_access_on_change(session->rights, changed, session);
	open_world(session);
	return session;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	close_world(session);
	kube_access_finish(session->rights);
	portforward_dialer_destroy(session->dialer);
	kube_client_destroy(session->client);
	kube_access_destroy(session->access);
	kubeconfig_destroy(session->kubeconfig);
	free(session->namespace);
	free(session);
}

void session_set_namespace(struct session *session, const char *namespace)
{
	close_world(session);
	free(session->namespace);
	session->namespace = mem_strdup(namespace);
	open_world(session);
}

const char *session_context(const struct session *session)
{
	return str_or(session->access->context, "in-cluster");
}

const char *session_user(const struct session *session)
{
	if (session->access->as)
		return session->access->as;
	return str_or(session->access->user, "service account");
}
