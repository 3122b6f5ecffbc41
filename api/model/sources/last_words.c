/* The tail of the log of a container that ended. A container in a crash loop ends every few minutes, and a node that is
 * gone answers for none of its logs: each end is asked about once, and the same container only after a pause that grows. */
#include "api/model/sources/last_words.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/buf.h"
#include "api/base/map.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_budget.h"
#include "api/kube/client/kube_logs.h"
#include "api/model/records/crash_words.h"

enum {
	TAIL_LINES = 300, /* what Kafka says first of a full volume has many traces behind it */
	TAIL_BYTES = 96 * 1024,
	TAIL_TIMEOUT_MS = 5000,
	AT_ONCE_MAX = 4,
	PAUSE_FIRST_MS = 10 * 1000,
	PAUSE_MAX_MS = 5 * 60 * 1000,
	FORGET_MS = 60 * 60 * 1000,
};

struct last_words_of { /* one container */
	struct source_last_words *all;
	struct kube_budget_turn *turn; /* that it waits for to be read */
	struct kube_logs *reading;
	char *namespace, *pod, *container;
	bool previous;
	struct buf tail;
	int32_t end; /* which of its ends was read: 1 = the first */
	int64_t asked_ms, pause_ms, wanted_ms;
	char reason[RECORD_CRASH_WORDS_MAX]; /* "" = not told */
};

struct source_last_words {
	const struct source_options *options;
	struct kube_budget_share *share;
	struct map containers; /* "uid/container" → struct last_words_of */
	size_t in_flight;
};

struct source_last_words *source_last_words_create(const struct source_options *options)
{
	struct source_last_words *words = mem_alloc(sizeof *words);
	words->options = options;
	words->share = kube_budget_join(kube_client_budget(options->client), KUBE_BUDGET_UNWELL);
	return words;
}

static void last_words_free(struct last_words_of *it)
{
	kube_budget_cancel(it->turn);
	kube_logs_close(it->reading);
	free(it->namespace);
	free(it->pod);
	free(it->container);
	buf_finish(&it->tail);
	free(it);
}

void source_last_words_destroy(struct source_last_words *words)
{
	if (!words)
		return;
	for (struct map_entry *at = map_next(&words->containers, NULL); at; at = map_next(&words->containers, at))
		last_words_free(at->value);
	map_finish(&words->containers);
	kube_budget_leave(words->share);
	free(words);
}

/* What is beyond the cap is not kept: the server was asked for less. */
static void last_words_on_data(void *data, const char *bytes, size_t len)
{
	struct last_words_of *it = data;
	size_t room = TAIL_BYTES - it->tail.len;
	buf_append(&it->tail, bytes, len < room ? len : room);
}

static void last_words_on_done(void *data, const struct err *err)
{
	struct last_words_of *it = data;
	it->reading = NULL;
	it->all->in_flight--;
	record_crash_words(it->tail.data, it->tail.len, it->reason);
	bool for_good = err->code == ERR_FORBIDDEN || err->code == ERR_NOT_FOUND;
	if (err_is_set(err) && !for_good)
		it->end = 0; /* it is asked about again, after the pause */
	buf_finish_secret(&it->tail);
	it->all->options->on_change(it->all->options->data);
}

static void last_words_on_turn(void *data)
{
	struct last_words_of *it = data;
	struct err err = {0};
	it->turn = NULL;
	it->asked_ms = loop_now_ms(it->all->options->loop);
	it->reading = kube_logs_follow(it->all->options->client,
				       &(struct kube_logs_options){
					       .namespace = it->namespace,
					       .pod = it->pod,
					       .container = it->container,
					       .previous = it->previous,
					       .is_budgeted = true,
					       .tail_lines = TAIL_LINES,
					       .limit_bytes = TAIL_BYTES,
					       .timeout_ms = TAIL_TIMEOUT_MS,
					       .on_data = last_words_on_data,
					       .on_done = last_words_on_done,
					       .data = it,
				       },
				       &err);
	if (!it->reading)
		it->all->in_flight--;
}

static void last_words_read(struct last_words_of *it, const struct kube_pod *pod,
			    const struct kube_container_status *status, bool previous)
{
	int64_t longer = it->pause_ms ? it->pause_ms * 2 : PAUSE_FIRST_MS;
	it->reason[0] = '\0'; /* that was of the end before */
	it->pause_ms = longer < PAUSE_MAX_MS ? longer : PAUSE_MAX_MS;
	it->previous = previous;
	it->all->in_flight++;
	it->turn = kube_budget_ask(it->all->share, last_words_on_turn, it);
}

static struct last_words_of *last_words_find(struct source_last_words *words, const struct kube_pod *pod,
					     const struct kube_container_status *status)
{
	CLEANUP(free) char *key = str_printf("%s/%s", str_or(pod->meta.uid, pod->meta.name), status->name);
	struct last_words_of *it = map_get(&words->containers, key);
	if (!it) {
		it = mem_alloc(sizeof *it);
		it->all = words;
		it->namespace = mem_strdup(pod->meta.namespace);
		it->pod = mem_strdup(pod->meta.name);
		it->container = mem_strdup(status->name);
		buf_init(&it->tail, TAIL_BYTES);
		map_set(&words->containers, key, it);
	}
	it->wanted_ms = loop_now_ms(words->options->loop);
	return it;
}

static void last_words_forget(struct source_last_words *words)
{
	VEC(char *) gone = {0};
	int64_t now = loop_now_ms(words->options->loop);
	for (struct map_entry *at = map_next(&words->containers, NULL); at; at = map_next(&words->containers, at)) {
		const struct last_words_of *it = at->value;
		if (!it->reading && !it->turn && now - it->wanted_ms > FORGET_MS)
			vec_push(&gone, mem_strdup(at->key));
	}
	vec_each (&gone, key) {
		last_words_free(map_remove(&words->containers, *key));
		free(*key);
	}
	vec_finish(&gone);
}

const char *source_last_words_reason(struct source_last_words *words, const struct kube_pod *pod,
				     const struct kube_container_status *status)
{
	struct record_crash crash;
	if (str_empty(pod->meta.name) || str_empty(status->name) || !record_crash_of(status, &crash))
		return NULL;
	struct last_words_of *it = last_words_find(words, pod, status);
	int32_t end = status->running_since_ms >= 0 ? status->restart_count : status->restart_count + 1;
	int64_t now = loop_now_ms(words->options->loop);
	bool paused = it->pause_ms && now - it->asked_ms < it->pause_ms;
	if (end != it->end && !it->reading && !it->turn && !paused && words->in_flight < AT_ONCE_MAX) {
		last_words_forget(words);
		it->end = end;
		last_words_read(it, pod, status, !crash.now);
	}
	return it->end == end && it->reason[0] ? it->reason : NULL;
}

size_t source_last_words_in_flight(const struct source_last_words *words)
{
	return words->in_flight;
}
