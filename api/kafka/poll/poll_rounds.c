/* The rhythm of the parts: how often each is read, when its next round may begin, and the calls of a round under way. The
 * parts themselves (poll_topics.c and the others) stand on this, poller.c above them. */
#include "api/base/mem.h"
#include "api/kafka/poll/poller_private.h"
#include "api/kafka/wire/kafka_errors.h"

enum {
	TRY_AGAIN_MS = 1000, /* at the start, and after "later" */
	PARTITIONS_A_MS = 25,
	PATIENCE_MS = 4000,
	LATER_MS = 2000, /* then the round goes on without it, and is made again */
	LATERS_SOON = 5, /* so often in a row; then at the usual pace: a whole round is much work for who is busy */
};

static const struct {
	size_t interval; /* offset in struct kafka_poll_intervals */
	int64_t preset_ms;
	bool needs_metadata;
	/* After so long a silence another broker is asked; 0 = the client's own. Short where the picture hangs on
	 * it: a broker whose node has died says nothing at all. */
	int64_t patience_ms;
} polls[KAFKA_POLL_COUNT] = {
#define INTERVAL(member) .interval = offsetof(struct kafka_poll_intervals, member)
	[KAFKA_POLL_METADATA] = {INTERVAL(metadata), 2000, false, PATIENCE_MS},
	[KAFKA_POLL_QUORUM] = {INTERVAL(quorum), 4000, true, PATIENCE_MS},
	[KAFKA_POLL_LOG_DIRS] = {INTERVAL(log_dirs), 10000, true, 0},
	[KAFKA_POLL_CONFIGS] = {INTERVAL(configs), 30000, true, 0},
	[KAFKA_POLL_GROUPS] = {INTERVAL(groups), 15000, true, PATIENCE_MS},
	[KAFKA_POLL_ELIGIBLE] = {INTERVAL(eligible), 4000, true, PATIENCE_MS},
#undef INTERVAL
};

int64_t kafka_poller_now(const struct kafka_poller *poller)
{
	return loop_now_ms(poller->options.loop);
}

int64_t kafka_poller_interval(const struct kafka_poller *poller, enum kafka_poll poll)
{
	int64_t wanted =
		*(const int64_t *)(const void *)((const char *)&poller->options.intervals + polls[poll].interval);
	int64_t usual = wanted ? wanted : polls[poll].preset_ms;
	return usual > 0 && usual < poller->pace_ms ? poller->pace_ms : usual;
}

bool kafka_poller_may_start(const struct kafka_poller *poller, enum kafka_poll poll)
{
	return poller->rounds[poll].pending == 0 && kafka_poller_interval(poller, poll) > 0 &&
	       (!polls[poll].needs_metadata || poller->snapshot.metadata_part.updated_ms >= 0);
}

void kafka_poller_arm(struct kafka_poller *poller)
{
	int64_t next = poller->changed ? 0 : INT64_MAX;
	for (size_t i = 0; i < KAFKA_POLL_COUNT; i++)
		if (kafka_poller_may_start(poller, (enum kafka_poll)i) && poller->rounds[i].due_ms < next)
			next = poller->rounds[i].due_ms;
	int64_t now = kafka_poller_now(poller);
	if (next == INT64_MAX)
		loop_timer_disarm(poller->timer);
	else
		loop_timer_arm(poller->timer, next > now ? next - now : 0);
}

void kafka_poller_free_if_idle(struct kafka_poller *poller)
{
	if (poller->destroyed && !poller->busy)
		free(poller);
}

void kafka_part_note(struct kafka_poller *poller, struct kafka_part *part, const struct err *err)
{
	poller->changed = true;
	if (err) {
		part->err = *err;
		return;
	}
	err_clear(&part->err);
	part->updated_ms = kafka_poller_now(poller);
}

void kafka_poll_refused(struct kafka_poller *poller, enum kafka_poll poll, int16_t code, const char *what,
			const char *message, struct err *out)
{
	kafka_error_set(out, code, what, message);
	if (!kafka_error_is_retriable(code))
		return;
	out->code = ERR_BUSY;
	poller->rounds[poll].later = true;
}

void kafka_poll_finish(struct kafka_poller *poller, enum kafka_poll poll)
{
	struct kafka_poll_round *round = &poller->rounds[poll];
	int64_t wait = kafka_poller_interval(poller, poll);
	round->laters = round->later ? round->laters + 1 : 0;
	/* At the start nobody wants to wait a whole interval for the second try. */
	bool soon = poller->snapshot.metadata_part.updated_ms < 0 || (round->later && round->laters <= LATERS_SOON);
	if (soon && wait > TRY_AGAIN_MS)
		wait = TRY_AGAIN_MS;
	round->later = false;
	/* Large clusters are read less often: it costs them and us. */
	if (poll == KAFKA_POLL_METADATA)
		wait += poller->snapshot.partition_count / PARTITIONS_A_MS;
	round->due_ms = kafka_poller_now(poller) + wait;
}

/* ---- calls ---- */
static void poller_on_answer(void *data, const struct err *err, const void *response)
{
	struct kafka_poll_call *call = data;
	struct kafka_poller *poller = call->poller;
	struct kafka_poll_call **slot = &poller->calls;
	while (*slot != call)
		slot = &(*slot)->next;
	*slot = call->next;
	poller->busy++;
	call->round->pending--;
	call->round->later |= err && err->code == ERR_BUSY;
	call->fn(poller, call->tag, err, response);
	free(call);
	if (!poller->destroyed)
		kafka_poller_arm(poller);
	poller->busy--;
	kafka_poller_free_if_idle(poller);
}

void kafka_poll_send(struct kafka_poller *poller, enum kafka_poll poll, const struct kafka_call *call,
		     kafka_poll_fn *fn, int32_t tag)
{
	struct kafka_poll_call *own = mem_alloc(sizeof *own);
	*own = (struct kafka_poll_call){
		.next = poller->calls, .poller = poller, .round = &poller->rounds[poll], .fn = fn, .tag = tag};
	poller->calls = own;
	own->round->pending++;
	struct kafka_call mine = *call;
	mine.done = poller_on_answer;
	mine.data = own;
	mine.later_ms = LATER_MS;
	if (!mine.timeout_ms)
		mine.timeout_ms = polls[poll].patience_ms;
	own->request = kafka_admin_send(poller->options.admin, &mine);
}
