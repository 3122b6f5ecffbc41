/* Several contexts looked at together: a session each (one_of_many of session.h), with its own client, budget, back-off and
 * world. Nothing can be changed through them, nobody is asked for credentials, and one that is dead, slow or wrong holds up
 * no other. */
#ifndef MQDECK_VIEWS_FLEET_FLEET_SESSIONS_H
#define MQDECK_VIEWS_FLEET_FLEET_SESSIONS_H

#include "views/session/session.h"

struct fleet;

enum { FLEET_MAX = 64 };

/* How a context can be reached: X(NAME, word), worst last. */
#define FLEET_LINKS(X)                                                                                                 \
	X(LIVE, "live")                                                                                                \
	X(CONNECTING, "connecting") /* also before its turn has come */                                                \
	X(SIGN_IN, "sign-in")       /* waits until somebody goes in: its credentials need one */                       \
	X(STALE, "stale")           /* answered before, and does not any more */                                       \
	X(UNREACHABLE, "no answer") /* never answered */                                                               \
	X(REFUSED, "refused")       /* nothing to be tried: what the kubeconfig says of it is wrong */

enum fleet_link {
#define X(name, word) FLEET_##name,
	FLEET_LINKS(X)
#undef X
		FLEET_LINK_COUNT
};
const char *fleet_link_word(enum fleet_link link);

struct fleet_member {
	const char *context;
	enum fleet_link link;
	struct err err;                 /* why it is not live, or what a live one refuses; NONE = nothing is wrong */
	int64_t since_ms;               /* loop clock since when not live; -1 where that means nothing */
	int64_t heard_ms;               /* loop clock of the last sign of life of its API server; -1 = never */
	struct session *session;        /* NULL with SIGN_IN, REFUSED, and before its turn */
	const struct world_view *world; /* as of the last fleet_update(); NULL without a session */
};

struct fleet_options {
	struct loop *loop;
	const struct config *config;   /* borrowed */
	const struct demo *demo;       /* NULL = real clusters */
	const char *const *contexts;   /* in this order; a context named twice is there once */
	size_t context_count;          /* 0, or "all" alone = every context of the kubeconfig */
	bool hurried;                  /* each is asked once, and then it ends: no pauses between questions */
	void (*on_change)(void *data); /* paint when convenient; never from inside a call */
	void *data;
};

/* Reads the kubeconfig; the contexts are opened one a turn of the loop. NULL with USAGE for a context that is not there,
 * and for more than FLEET_MAX. */
struct fleet *fleet_open(const struct fleet_options *options, struct err *err) MUST_USE;
void fleet_close(struct fleet *fleet); /* NULL is fine */
DEFINE_CLEANUP(struct fleet *, fleet_close);

/* Brings every member up to date; what they point to is valid until the next time. */
void fleet_update(struct fleet *fleet);
/* What the last update gave may point at what brokers have said anew since. */
bool fleet_is_outdated(const struct fleet *fleet);
size_t fleet_count(const struct fleet *fleet);
const struct fleet_member *fleet_member_at(const struct fleet *fleet, size_t index);
/* Asks all of them again, at once, whatever back-off says. */
void fleet_ask_again(struct fleet *fleet);

/* Of each it is known what is to be known now: read, or not to be had. A server that is merely silent is waited for. */
bool fleet_settled(const struct fleet *fleet);
bool fleet_member_settled(const struct fleet_member *member);

#endif
