/* A bucket of tokens that fills with time, and queues of who waits for one: a ring of shares for each rank, so that a grant
 * costs the same however many wait. */
#include "api/kube/client/kube_budget.h"

#include <stdlib.h>

#include "api/base/log.h"

enum {
	TOKEN_MS = 1000 / KUBE_BUDGET_A_SECOND,
	DEBT_MAX = 16,    /* tokens: what is sent without asking holds the others up for so long and no longer */
	PASSED_MS = 1000, /* what was not sent so long after its turn is not sent */
};

struct kube_budget_turn {
	struct kube_budget_turn *prev, *next;
	struct kube_budget_share *share;
	loop_fn *granted;
	void *data;
};

struct budget_ring { /* of what waits */
	struct kube_budget_share *first, *last;
};

struct kube_budget_share {
	struct kube_budget *budget;
	struct kube_budget_share *prev, *next; /* in the ring of its rank, while it waits */
	struct kube_budget_turn *first, *last;
	enum kube_budget_rank rank;
};

struct kube_budget {
	struct loop *loop;
	struct loop_timer *timer;
	struct budget_ring rings[KUBE_BUDGET_RANKS];
	bool rate_is_lifted;
	int64_t filled_ms; /* the bucket was as full then as `tokens` says */
	int tokens;        /* below 0 = debt */
	size_t unanswered, waiting;
	size_t unsent; /* turns that were granted and paid for, and not used yet */
	int64_t granted_ms;
	unsigned granted; /* not counting KUBE_BUDGET_FIRST */
};

/* ---- the bucket ---- */

static void budget_fill(struct kube_budget *budget)
{
	int64_t now = loop_now_ms(budget->loop), more = (now - budget->filled_ms) / TOKEN_MS;
	if (budget->tokens + more >= KUBE_BUDGET_AT_ONCE) {
		budget->tokens = KUBE_BUDGET_AT_ONCE;
		budget->filled_ms = now;
	} else {
		budget->tokens += (int)more;
		budget->filled_ms += more * TOKEN_MS;
	}
}

/* fair: it is somebody's turn who would else wait for ever, and the reserve is no reason not to. */
static bool is_affordable(const struct kube_budget *budget, enum kube_budget_rank rank, bool fair)
{
	if (rank == KUBE_BUDGET_FIRST)
		return true;
	bool looked_at = rank == KUBE_BUDGET_LOOKED_AT || fair || budget->rate_is_lifted;
	size_t most = looked_at ? KUBE_BUDGET_UNANSWERED_LOOKED_AT : KUBE_BUDGET_UNANSWERED;
	bool paid = budget->rate_is_lifted || budget->tokens > (looked_at ? 0 : KUBE_BUDGET_RESERVE);
	return paid && budget->unanswered + budget->unsent < most;
}

static void budget_pay(struct kube_budget *budget)
{
	if (budget->tokens > -DEBT_MAX)
		budget->tokens--;
}

/* ---- who waits ---- */

static void ring_append(struct kube_budget_share *share)
{
	struct budget_ring *ring = &share->budget->rings[share->rank];
	share->prev = ring->last;
	share->next = NULL;
	*(ring->last ? &ring->last->next : &ring->first) = share;
	ring->last = share;
}

static void ring_take_out(struct kube_budget_share *share)
{
	struct budget_ring *ring = &share->budget->rings[share->rank];
	*(share->prev ? &share->prev->next : &ring->first) = share->next;
	*(share->next ? &share->next->prev : &ring->last) = share->prev;
}

static void budget_drop_turn(struct kube_budget_turn *turn)
{
	struct kube_budget_share *share = turn->share;
	*(turn->prev ? &turn->prev->next : &share->first) = turn->next;
	*(turn->next ? &turn->next->prev : &share->last) = turn->prev;
	share->budget->waiting--;
	if (!share->first)
		ring_take_out(share);
	free(turn);
}

/* In the order of the ranks; but in one turn of some the last one that waits is the first. */
static struct kube_budget_share *budget_next(struct kube_budget *budget)
{
	struct kube_budget_share *next = budget->rings[KUBE_BUDGET_FIRST].first;
	bool fair = (budget->granted + 1) % KUBE_BUDGET_FAIR == 0;
	for (int i = KUBE_BUDGET_FIRST + 1; i < KUBE_BUDGET_RANKS; i++) {
		struct kube_budget_share *share = budget->rings[i].first;
		if (share && is_affordable(budget, share->rank, fair) &&
		    (!next || (fair && next->rank != KUBE_BUDGET_FIRST)))
			next = share;
	}
	return next;
}

/* ---- giving ---- */

/* When the next token is there that somebody could use, or a turn has passed. What waits for answers is looked at when one
 * comes. */
static void budget_arm(struct kube_budget *budget)
{
	bool looked_at = budget->rings[KUBE_BUDGET_LOOKED_AT].first != NULL;
	int missing = (looked_at ? 0 : KUBE_BUDGET_RESERVE) + 1 - budget->tokens;
	int64_t since = loop_now_ms(budget->loop) - budget->filled_ms;
	if (!budget->waiting)
		loop_timer_disarm(budget->timer);
	else if (missing > 0 && !budget->rate_is_lifted)
		loop_timer_arm(budget->timer, missing * TOKEN_MS - since);
	else if (budget->unsent)
		loop_timer_arm(budget->timer, PASSED_MS);
}

static void budget_give(void *data)
{
	struct kube_budget *budget = data;
	struct kube_budget_share *share;
	budget_fill(budget);
	if (loop_now_ms(budget->loop) - budget->granted_ms >= PASSED_MS)
		budget->unsent = 0;
	/* Who asks anew when it is granted a turn waits for the next round. */
	for (size_t left = budget->waiting; left > 0 && (share = budget_next(budget)); left--) {
		loop_fn *granted = share->first->granted;
		void *granted_data = share->first->data;
		budget->granted += share->rank != KUBE_BUDGET_FIRST;
		budget->granted_ms = loop_now_ms(budget->loop);
		budget->unsent++;
		budget_pay(budget);
		bool goes_on = share->first->next != NULL;
		budget_drop_turn(share->first);
		if (goes_on) {
			ring_take_out(share);
			ring_append(share);
		}
		granted(granted_data);
	}
	log_trace(LOG_KUBE, "budget tokens=%d unanswered=%zu waiting=%zu", budget->tokens, budget->unanswered,
		  budget->waiting);
	budget_arm(budget);
}

static void budget_soon(struct kube_budget *budget)
{
	if (budget->waiting)
		loop_timer_arm(budget->timer, 0);
}

/* ---- public ---- */

struct kube_budget *kube_budget_create(struct loop *loop)
{
	struct kube_budget *budget = mem_alloc(sizeof *budget);
	budget->loop = loop;
	budget->timer = loop_timer_create(loop, budget_give, budget);
	budget->tokens = KUBE_BUDGET_AT_ONCE;
	budget->filled_ms = loop_now_ms(loop);
	return budget;
}

void kube_budget_lift_rate(struct kube_budget *budget)
{
	budget->rate_is_lifted = true;
	budget_soon(budget);
}

void kube_budget_destroy(struct kube_budget *budget)
{
	if (!budget)
		return;
	loop_timer_destroy(budget->timer);
	free(budget);
}

struct kube_budget_share *kube_budget_join(struct kube_budget *budget, enum kube_budget_rank rank)
{
	struct kube_budget_share *share = mem_alloc(sizeof *share);
	*share = (struct kube_budget_share){.budget = budget, .rank = rank};
	return share;
}

void kube_budget_leave(struct kube_budget_share *share)
{
	if (!share)
		return;
	while (share->first)
		budget_drop_turn(share->first);
	free(share);
}

void kube_budget_set_rank(struct kube_budget_share *share, enum kube_budget_rank rank)
{
	if (share->rank == rank)
		return;
	if (share->first)
		ring_take_out(share);
	share->rank = rank;
	if (share->first)
		ring_append(share);
	budget_soon(share->budget);
}

enum kube_budget_rank kube_budget_rank_of(const struct kube_budget_share *share)
{
	return share->rank;
}

struct kube_budget_turn *kube_budget_ask(struct kube_budget_share *share, loop_fn *granted, void *data)
{
	struct kube_budget_turn *turn = mem_alloc(sizeof *turn);
	*turn = (struct kube_budget_turn){.share = share, .prev = share->last, .granted = granted, .data = data};
	if (!share->first)
		ring_append(share);
	*(share->last ? &share->last->next : &share->first) = turn;
	share->last = turn;
	share->budget->waiting++;
	budget_soon(share->budget);
	return turn;
}

void kube_budget_cancel(struct kube_budget_turn *turn)
{
	if (turn)
		budget_drop_turn(turn);
}

void kube_budget_spend(struct kube_budget *budget)
{
	budget_fill(budget);
	budget->unanswered++;
	if (budget->unsent)
		budget->unsent--;
	else
		budget_pay(budget);
}

void kube_budget_answered(struct kube_budget *budget)
{
	budget->unanswered--;
	budget_soon(budget);
}
