/* One budget for what is asked of the API server for the sake of broker clusters, beside lists and watches: port-forwards,
 * execs, logs, secrets, the kubelets' figures. A few a second and a few at a time, whatever the number of clusters.
 *
 * Whoever wants something asks for a turn in its share, and sends when the turn is granted. What is sent is counted where
 * it is sent (tunnel.c, kube_request.c), with a turn or without: who cannot wait is not held up, and the others wait the
 * longer for it. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_BUDGET_H
#define MQDECK_KUBE_CLIENT_KUBE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/loop.h"

struct kube_budget;
struct kube_budget_share; /* whose turns are granted in the order asked for */
struct kube_budget_turn;

enum {
	KUBE_BUDGET_A_SECOND = 5, /* in the long run */
	KUBE_BUDGET_AT_ONCE = 32, /* after a rest; the last KUBE_BUDGET_RESERVE of them are for who is looked at */
	KUBE_BUDGET_RESERVE = 8,
	KUBE_BUDGET_UNANSWERED = 8, /* under way at a time; of who is looked at KUBE_BUDGET_UNANSWERED_LOOKED_AT */
	KUBE_BUDGET_UNANSWERED_LOOKED_AT = 24,
};

/* Who goes first. Shares of one rank take turns; and one turn of KUBE_BUDGET_FAIR goes to the last rank that waits, so that
 * nobody waits for ever. */
enum kube_budget_rank {
	KUBE_BUDGET_FIRST, /* an operation waits for it: granted whatever was spent */
	KUBE_BUDGET_LOOKED_AT,
	KUBE_BUDGET_UNWELL,
	KUBE_BUDGET_REST,
	KUBE_BUDGET_RANKS
};
enum { KUBE_BUDGET_FAIR = 4 };

struct kube_budget *kube_budget_create(struct loop *loop);
/* From now on only how many are unanswered counts, as of who is looked at: for a command that asks each once and ends. */
void kube_budget_lift_rate(struct kube_budget *budget);
void kube_budget_destroy(struct kube_budget *budget); /* after its shares; NULL is fine */

struct kube_budget_share *kube_budget_join(struct kube_budget *budget, enum kube_budget_rank rank);
void kube_budget_leave(struct kube_budget_share *share); /* no turn of it is granted any more; NULL is fine */
void kube_budget_set_rank(struct kube_budget_share *share, enum kube_budget_rank rank);
enum kube_budget_rank kube_budget_rank_of(const struct kube_budget_share *share);

/* `granted` is called once, never from inside; the turn is gone then. Send now, within a second, or let it pass. */
struct kube_budget_turn *kube_budget_ask(struct kube_budget_share *share, loop_fn *granted, void *data);
void kube_budget_cancel(struct kube_budget_turn *turn); /* NULL is fine; not granted any more */

/* Something is sent; then, once, it was answered, failed or was let go. */
void kube_budget_spend(struct kube_budget *budget);
void kube_budget_answered(struct kube_budget *budget);

#endif
