/* Sessions side by side: opened one a turn of the loop, so that no key waits for sixty kubeconfig entries, and brought up
 * to date together. */
#include "views/fleet/fleet_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_budget.h"

struct fleet {
	struct fleet_options options;
	struct kubeconfig *kubeconfig;
	VEC(struct fleet_member) members;
	size_t opened; /* those before it have had their turn */
	struct loop_timer *turn;
};

const char *fleet_link_word(enum fleet_link link)
{
	static const char *const words[] = {
#define X(name, word) [FLEET_##name] = word,
		FLEET_LINKS(X)
#undef X
	};
	return words[link];
}

static void fleet_changed(void *data)
{
	struct fleet *fleet = data;
	fleet->options.on_change(fleet->options.data);
}

/* ---- opening ---- */

/* A plugin that runs in a terminal asks somebody, and one that nobody has agreed to must be asked about. */
static bool waits_for_somebody(const struct kube_access *access, struct err *err)
{
	if (!kube_exec_trust_is_needed(access) || access->exec->interactive != KUBE_INTERACTIVE_ALWAYS)
		return false;
	err_set(err, ERR_UNAUTHORIZED, "waits for a sign-in: Enter goes in and lets %s ask", access->exec->command);
	return true;
}

static void note_refused(struct fleet_member *member, bool plugin)
{
	if (!plugin || member->err.code != ERR_REFUSED) {
		member->link = FLEET_REFUSED;
		return;
	}
	member->link = FLEET_SIGN_IN;
	err_set(&member->err, ERR_UNAUTHORIZED,
		"waits for a sign-in: its credential plugin has not been approved yet; Enter goes in and asks");
}

static void fleet_open_member(struct fleet *fleet, struct fleet_member *member)
{
	struct session_place place;
	struct session_events events = {.on_change = fleet_changed, .data = fleet};
	if (!session_place_resolve(&place, fleet->options.config, fleet->kubeconfig, member->context, &member->err)) {
		member->link = FLEET_REFUSED;
		return;
	}
	place.one_of_many = true;
	place.demo = fleet->options.demo != NULL;
	bool plugin = kube_exec_trust_is_needed(place.access);
	if (waits_for_somebody(place.access, &member->err)) {
		member->link = FLEET_SIGN_IN;
		session_place_finish(&place);
		return;
	}
	member->session = session_open(fleet->options.loop, fleet->options.config, &place, &events, &member->err);
	if (!member->session)
		note_refused(member, plugin);
	else if (fleet->options.hurried)
		kube_budget_lift_rate(kube_client_budget(member->session->client));
}

static void open_next(void *data)
{
	struct fleet *fleet = data;
	if (fleet->opened == fleet->members.len)
		return;
	fleet_open_member(fleet, &fleet->members.items[fleet->opened++]);
	loop_timer_arm(fleet->turn, 0);
	fleet_changed(fleet);
}

/* ---- which ---- */

static bool fleet_has(const struct fleet *fleet, const char *context)
{
	vec_each (&fleet->members, at)
		if (str_eq(at->context, context))
			return true;
	return false;
}

static void fleet_add(struct fleet *fleet, const char *context)
{
	if (!fleet_has(fleet, context))
		vec_push(&fleet->members,
			 (struct fleet_member){
				 .context = context, .link = FLEET_CONNECTING, .since_ms = -1, .heard_ms = -1});
}

/* The kubeconfig's own copy of the name; NULL when it has none. */
static const char *context_named(const struct kubeconfig *kubeconfig, const char *name)
{
	for (size_t i = 0; i < kubeconfig_context_count(kubeconfig); i++)
		if (str_eq(kubeconfig_context_name(kubeconfig, i), name))
			return kubeconfig_context_name(kubeconfig, i);
	return NULL;
}

static bool add_all(struct fleet *fleet, struct err *err)
{
	size_t count = kubeconfig_context_count(fleet->kubeconfig);
	if (count > FLEET_MAX)
		return err_set(err, ERR_USAGE,
			       "the kubeconfig has %zu contexts, and a fleet is at most %d: name those to be looked at",
			       count, FLEET_MAX);
	for (size_t i = 0; i < count; i++)
		fleet_add(fleet, kubeconfig_context_name(fleet->kubeconfig, i));
	return count > 0 || err_set(err, ERR_USAGE, "the kubeconfig has no contexts, so there is no fleet to look at");
}

static bool add_named(struct fleet *fleet, struct err *err)
{
	for (size_t i = 0; i < fleet->options.context_count; i++) {
		const char *name = context_named(fleet->kubeconfig, fleet->options.contexts[i]);
		if (!name)
			return err_set(err, ERR_USAGE, "there is no context \"%s\" in the kubeconfig",
				       fleet->options.contexts[i]);
		fleet_add(fleet, name);
	}
	return fleet->members.len <= FLEET_MAX ||
	       err_set(err, ERR_USAGE, "%zu contexts are too many at once: a fleet is at most %d", fleet->members.len,
		       FLEET_MAX);
}

static bool wants_all(const struct fleet *fleet)
{
	const struct fleet_options *options = &fleet->options;
	return options->context_count == 0 || (options->context_count == 1 && str_eq(options->contexts[0], "all") &&
					       !context_named(fleet->kubeconfig, "all"));
}

/* ---- life ---- */

struct fleet *fleet_open(const struct fleet_options *options, struct err *err)
{
	struct fleet *fleet = mem_alloc(sizeof *fleet);
	fleet->options = *options;
	fleet->kubeconfig = session_kubeconfig_load(options->config, options->demo, err);
	if (!fleet->kubeconfig || !(wants_all(fleet) ? add_all(fleet, err) : add_named(fleet, err))) {
		fleet_close(fleet);
		return NULL;
	}
	log_debug(LOG_VIEWS, "fleet opened contexts=%zu", fleet->members.len);
	fleet->options.contexts = NULL; /* the caller's, and read */
	fleet->turn = loop_timer_create(options->loop, open_next, fleet);
	loop_timer_arm(fleet->turn, 0);
	return fleet;
}

void fleet_close(struct fleet *fleet)
{
	if (!fleet)
		return;
	vec_each (&fleet->members, member)
		session_close(member->session);
	vec_finish(&fleet->members);
	loop_timer_destroy(fleet->turn);
	kubeconfig_destroy(fleet->kubeconfig);
	free(fleet);
}

/* ---- how they fare ---- */

static enum fleet_link link_of_world(enum world_link link)
{
	static const enum fleet_link links[] = {[WORLD_CONNECTING] = FLEET_CONNECTING,
						[WORLD_LIVE] = FLEET_LIVE,
						[WORLD_STALE] = FLEET_STALE,
						[WORLD_UNREACHABLE] = FLEET_UNREACHABLE};
	return links[link];
}

/* Of thousands of clusters all is joined as seldom as it takes long; whoever is hurried wants all of it. */
static const struct world_view *world_now(struct world *world, int64_t now_ms, bool whole)
{
	return whole || world_due_ms(world) <= now_ms ? world_update(world) : world_hear(world);
}

static void update_member(struct fleet_member *member, int64_t now_ms, bool whole)
{
	const struct kube_connection *connection = kube_client_connection(member->session->client);
	member->world = world_now(member->session->world, now_ms, whole);
	member->link = link_of_world(member->world->link);
	member->err = member->world->link_err;
	if (!connection->connected && member->err.code == ERR_UNAUTHORIZED)
		member->link = FLEET_SIGN_IN; /* what gives its credentials wants somebody */
	member->since_ms = connection->connected ? -1 : connection->since_ms;
	member->heard_ms = connection->last_contact_ms;
}

void fleet_update(struct fleet *fleet)
{
	int64_t now = loop_now_ms(fleet->options.loop);
	vec_each (&fleet->members, member)
		if (member->session)
			update_member(member, now, fleet->options.hurried);
}

bool fleet_is_outdated(const struct fleet *fleet)
{
	vec_each (&fleet->members, member)
		if (member->session && world_is_outdated(member->session->world))
			return true;
	return false;
}

size_t fleet_count(const struct fleet *fleet)
{
	return fleet->members.len;
}

const struct fleet_member *fleet_member_at(const struct fleet *fleet, size_t index)
{
	return &fleet->members.items[index];
}

void fleet_ask_again(struct fleet *fleet)
{
	vec_each (&fleet->members, member) {
		if (!member->session)
			continue;
		kube_client_ask_again(member->session->client);
		world_ask_again(member->session->world);
	}
}

bool fleet_member_settled(const struct fleet_member *member)
{
	if (!member->session)
		return member->link == FLEET_SIGN_IN || member->link == FLEET_REFUSED;
	const struct kube_connection *connection = kube_client_connection(member->session->client);
	bool gone = !connection->connected && err_is_set(&connection->err) && connection->err.code != ERR_TIMEOUT;
	return gone || world_settled(member->session->world);
}

bool fleet_settled(const struct fleet *fleet)
{
	vec_each (&fleet->members, member)
		if (!fleet_member_settled(member))
			return false;
	return true;
}
