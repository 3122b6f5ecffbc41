/* Whether members of quorum queues have the log their leader has: Raft's own figures, asked queue by queue with
 * rabbitmq-queues quorum_status. A member that is online may still be far behind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/ops/parts/pods.h"
#include "api/ops/rabbitmq/queue_members.h"
#include "api/ops/rabbitmq/raft_status.h"

enum {
	QUEUES_MAX = 32,   /* asked: a command takes a second or two; those with the most messages lag the longest */
	BEHIND_MAX = 1000, /* entries: what comes in between two members being asked */
	COMMAND_MS = 60 * 1000,
	TRIES_MAX = 60, /* without progress, with pauses up to 15 s */
};

/* ---- which queues ---- */

struct raft_candidate {
	int64_t index, messages;
};

static int by_messages(const void *a, const void *b)
{
	const struct raft_candidate *left = a, *right = b;
	return left->messages < right->messages ? 1 : left->messages > right->messages ? -1 : 0;
}

/* "VHOST\tNAME\n" for each; chosen when first asked, since the members may be new. */
static void raft_choose_queues(struct buf *out, const struct world_broker *broker)
{
	const struct world_cluster *cluster = broker->cluster;
	VEC(struct raft_candidate) found = {0};
	for (int64_t i = 0; i < cluster->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster, i, &queue);
		bool plain = queue.name && queue.vhost && !strpbrk(queue.name, "\t\n") && !strpbrk(queue.vhost, "\t\n");
		if (plain && str_eq(queue.type, "quorum") && str_has_word(str_or(queue.members, ""), ',', broker->name))
			vec_push(&found, (struct raft_candidate){i, queue.messages});
	}
	if (found.len > 1)
		qsort(found.items, found.len, sizeof *found.items, by_messages);
	for (size_t i = 0; i < found.len && i < QUEUES_MAX; i++) {
		struct world_queue queue;
		world_queue_at(cluster, found.items[i].index, &queue);
		buf_printf(out, "%s\t%s\n", queue.vhost, queue.name);
	}
	vec_finish(&found);
}

static void raft_fact_name(const struct ops_plan *plan, const char *what, char out[static 40])
{
	snprintf(out, 40, "%s.%zu", what, plan->current);
}

/* The index-th line; false at the end. */
static bool line_at(const char *lines, int64_t index, const char **start, size_t *len)
{
	for (; index > 0 && lines; index--) {
		lines = strchr(lines, '\n');
		lines = lines ? lines + 1 : NULL;
	}
	*start = lines;
	*len = lines ? strcspn(lines, "\n") : 0;
	return *len > 0;
}

static int64_t count_lines(const char *lines)
{
	int64_t count = 0;
	for (; *lines; lines++)
		count += *lines == '\n';
	return count;
}

/* ---- asking ---- */

static enum ops_verdict request_status(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	char fact[40];
	const char *line, *lines;
	size_t len;
	struct buf chosen = BUF_INIT(64 * 1024);
	if (!context->broker || !context->broker->pod) {
		err_set(err, ERR_BUSY, "the broker is not running yet");
		return OPS_REFUSE;
	}
	raft_fact_name(plan, "caught", fact);
	int64_t done = ops_fact_number(plan, fact, 0);
	raft_fact_name(plan, "catch", fact);
	lines = ops_fact(plan, fact);
	if (!lines) {
		raft_choose_queues(&chosen, context->broker);
		lines = arena_strdup(out->arena, buf_str(&chosen));
		buf_finish(&chosen);
	}
	if (!line_at(lines, done, &line, &len))
		return OPS_ALREADY;
	const char *tab = memchr(line, '\t', len);
	const char *vhost = arena_strndup(out->arena, line, (size_t)(tab - line));
	const char *name = arena_strndup(out->arena, tab + 1, len - (size_t)(tab + 1 - line));
	return ops_rabbitmq_run_in(out, ops_rabbitmq_survivor(context->cluster, NULL), COMMAND_MS,
				   (const char *const[]){"rabbitmq-queues", "--formatter", "json", "-s",
							 "quorum_status", "--vhost", vhost, name, NULL},
				   err);
}

/* ---- judging ---- */

static void raft_show_progress(struct ops_plan *plan, int64_t done, int64_t all, const char *name)
{
	struct ops_step *step = &plan->steps[plan->current];
	free(step->figure);
	step->figure = str_printf("%" PRId64 " of %" PRId64 " quorum queues caught up on %s", done, all, name);
	step->fraction = all > 0 ? (double)done / (double)all : 1;
}

static enum ops_outcome next_queue(struct ops_plan *plan, int64_t done, int64_t all, const char *name)
{
	char fact[40];
	raft_fact_name(plan, "caught", fact);
	ops_set_fact(plan, fact, "%" PRId64, done);
	raft_fact_name(plan, "tries", fact);
	ops_set_fact(plan, fact, "0");
	raft_show_progress(plan, done, all, name);
	return done < all ? OPS_ANSWER_MORE : OPS_ANSWER_DONE;
}

static enum ops_outcome answer_status(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	char fact[40], why[OPS_RABBITMQ_RAFT_WHY_MAX];
	const char *line, *broker = context->broker ? context->broker->name : "the broker";
	size_t len;
	raft_fact_name(plan, "caught", fact);
	int64_t done = ops_fact_number(plan, fact, 0);
	raft_fact_name(plan, "catch", fact);
	if (!ops_fact(plan, fact) && context->broker) { /* this answer may be another queue's: it is asked once more */
		struct buf chosen = BUF_INIT(64 * 1024);
		raft_choose_queues(&chosen, context->broker);
		ops_set_fact(plan, fact, "%s", buf_str(&chosen));
		buf_finish(&chosen);
		return OPS_ANSWER_MORE;
	}
	const char *lines = str_or(ops_fact(plan, fact), "");
	int64_t all = count_lines(lines);
	if (!line_at(lines, done, &line, &len))
		return OPS_ANSWER_DONE;
	const char *tab = memchr(line, '\t', len);
	int name_len = (int)(len - (size_t)(tab + 1 - line));
	if (answer->exit_code > 0 && (strstr(answer->errors, "not_found") || strstr(answer->errors, "not found")))
		return next_queue(plan, done + 1, all, broker); /* deleted meanwhile */
	enum ops_outcome outcome = ops_rabbitmq_judge(plan, answer, err);
	if (outcome != OPS_ANSWER_DONE)
		return outcome;
	const char *member = context->broker ? str_or(context->broker->member_name, "") : "";
	int64_t lag = ops_rabbitmq_raft_status_behind(answer->out, member, why);
	if (lag >= 0 && lag <= BEHIND_MAX)
		return next_queue(plan, done + 1, all, broker);
	raft_show_progress(plan, done, all, broker);
	if (lag < 0)
		err_set(err, ERR_BUSY, "%.*s %s", name_len, tab + 1, why);
	else
		err_set(err, ERR_BUSY, "%.*s is %" PRId64 " entries behind on %s", name_len, tab + 1, lag, broker);
	return ops_rabbitmq_again_later(plan, TRIES_MAX, err);
}

const struct ops_step_type ops_step_rabbitmq_caught_up = {.name = "rabbitmq-caught-up",
							  .request = request_status,
							  .answer = answer_status,
							  .patience_ms = OPS_PODS_CATCH_UP_MS};
