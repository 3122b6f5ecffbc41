/* Reading journals: one JSON object a line. What a line says is checked before it is believed: a person may have
 * edited it, a disk may have lost a part. */
#include "api/ops/journal/history_plan.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/clock.h"
#include "api/base/str.h"

static const char *const history_words[] = {
#define X(name, word) [OPS_HISTORY_##name] = word,
	OPS_HISTORY_STATES(X)
#undef X
};

const char *ops_history_word(enum ops_history_state state)
{
	return history_words[state];
}

/* ---- values ---- */

struct history_reader {
	struct ops_history_plan *history;
	const cJSON *record;
	struct err *err;
};

static const char *history_text(struct history_reader *reader, const cJSON *object, const char *name)
{
	return arena_strdup(&reader->history->arena,
			    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

static bool need_text(struct history_reader *reader, const cJSON *object, const char *name, const char **out)
{
	*out = history_text(reader, object, name);
	return !str_empty(*out) || err_set(reader->err, ERR_PARSE, "\"%s\" is missing or not a string", name);
}

static bool need_index(struct history_reader *reader, const char *name, size_t limit, size_t *out)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(reader->record, name);
	if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble >= (double)limit ||
	    floor(value->valuedouble) != value->valuedouble)
		return err_set(reader->err, ERR_PARSE, "\"%s\" is not a step number", name);
	*out = (size_t)value->valuedouble;
	return true;
}

static bool history_take_time(struct history_reader *reader)
{
	const char *at = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reader->record, "at"));
	int64_t ms = at ? clock_parse_rfc3339(at) : -1;
	if (ms < 0)
		return err_set(reader->err, ERR_PARSE, "\"at\" is not a time");
	reader->history->head.changed_ms = ms;
	return true;
}

static bool take_facts(struct history_reader *reader)
{
	const cJSON *facts = cJSON_GetObjectItemCaseSensitive(reader->record, "facts"), *fact;
	if (facts && !cJSON_IsObject(facts))
		return err_set(reader->err, ERR_PARSE, "\"facts\" is not an object");
	cJSON_ArrayForEach(fact, facts)
	{
		struct ops_history_plan *history = reader->history;
		struct ops_history_fact *known = NULL;
		if (!cJSON_IsString(fact))
			return err_set(reader->err, ERR_PARSE, "the fact \"%s\" is not a string", fact->string);
		vec_each (&history->facts, it)
			known = !strcmp(it->name, fact->string) ? it : known;
		if (!known) {
			vec_push(&history->facts,
				 (struct ops_history_fact){.name = arena_strdup(&history->arena, fact->string)});
			known = &history->facts.items[history->facts.len - 1];
		}
		known->value = arena_strdup(&history->arena, fact->valuestring);
	}
	return true;
}

/* ---- records ---- */

/* Journals of before had none. */
static bool take_sentences(struct history_reader *reader)
{
	const cJSON *sentences = cJSON_GetObjectItemCaseSensitive(reader->record, "sentences"), *sentence;
	struct ops_history_plan *history = reader->history;
	if (sentences && !cJSON_IsArray(sentences))
		return err_set(reader->err, ERR_PARSE, "\"sentences\" is not an array");
	cJSON_ArrayForEach(sentence, sentences)
	{
		struct ops_history_sentence it = {0};
		const char *word;
		if (!need_text(reader, sentence, "kind", &word) || !need_text(reader, sentence, "text", &it.text))
			return false;
		while (it.kind <= OPS_UNDO && strcmp(word, ops_sentence_label(it.kind)) != 0)
			it.kind++;
		if (it.kind <= OPS_UNDO)
			vec_push(&history->sentences, it);
	}
	return true;
}

static bool take_steps(struct history_reader *reader)
{
	const cJSON *steps = cJSON_GetObjectItemCaseSensitive(reader->record, "steps"), *step;
	struct ops_history_plan *history = reader->history;
	if (!cJSON_IsArray(steps) || !steps->child)
		return err_set(reader->err, ERR_PARSE, "\"steps\" is not an array of steps");
	cJSON_ArrayForEach(step, steps)
	{
		struct ops_history_step it = {.broker = history_text(reader, step, "broker"),
					      .item = history_text(reader, step, "item")};
		if (!need_text(reader, step, "type", &it.type) || !need_text(reader, step, "title", &it.title))
			return false;
		if (history->steps.len == OPS_JOURNAL_STEPS_MAX)
			return err_set(reader->err, ERR_LIMIT, "more than %d steps", OPS_JOURNAL_STEPS_MAX);
		vec_push(&history->steps, it);
	}
	history->head.step_count = history->steps.len;
	return true;
}

static bool take_plan(struct history_reader *reader)
{
	struct ops_history_plan *history = reader->history;
	struct ops_history_entry *head = &history->head;
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(reader->record, "version");
	const cJSON *cluster = cJSON_GetObjectItemCaseSensitive(reader->record, "cluster");
	if (head->id)
		return err_set(reader->err, ERR_PARSE, "a second plan in one journal");
	if (!cJSON_IsNumber(version) || version->valuedouble != OPS_JOURNAL_VERSION)
		return err_set(reader->err, ERR_UNSUPPORTED, "written by another version of mqdeck");
	history->confirm = history_text(reader, reader->record, "confirm");
	head->rolls_back = history_text(reader, reader->record, "undoes");
	head->cluster = history_text(reader, cluster, "server");
	history->cluster_uid = history_text(reader, cluster, "uid");
	history->cluster_digest = history_text(reader, cluster, "digest");
	if (!need_text(reader, reader->record, "id", &head->id) ||
	    !need_text(reader, reader->record, "operation", &head->operation) ||
	    !need_text(reader, reader->record, "target", &head->target) ||
	    !need_text(reader, reader->record, "title", &head->title) ||
	    !need_text(reader, reader->record, "by", &head->who) || !take_facts(reader) || !take_sentences(reader) ||
	    !take_steps(reader))
		return false;
	head->started_ms = head->changed_ms;
	return true;
}

static bool take_step(struct history_reader *reader)
{
	struct ops_history_plan *history = reader->history;
	const char *word;
	size_t index = 0;
	if (!need_index(reader, "step", history->steps.len, &index) ||
	    !need_text(reader, reader->record, "state", &word) || !take_facts(reader))
		return false;
	struct ops_history_step *step = &history->steps.items[index];
	for (int state = OPS_STEP_WAITING; state <= OPS_STEP_SKIPPED; state++) {
		if (strcmp(word, ops_step_state_word((enum ops_step_state)state)) != 0)
			continue;
		step->state = (enum ops_step_state)state;
		step->result = history_text(reader, reader->record, "result");
		history->head.step = step->state == OPS_STEP_DONE ? index + 1 : index;
		return true;
	}
	return err_set(reader->err, ERR_PARSE, "unknown step state \"%s\"", word);
}

static bool take_state(struct history_reader *reader)
{
	struct ops_history_entry *head = &reader->history->head;
	const char *word;
	if (!need_text(reader, reader->record, "state", &word))
		return false;
	for (int state = OPS_STATE_RUNNING; state <= OPS_STATE_CANCELLED; state++) {
		static const enum ops_history_state written_states[] = {
			[OPS_STATE_RUNNING] = OPS_HISTORY_INTERRUPTED, [OPS_STATE_PAUSING] = OPS_HISTORY_INTERRUPTED,
			[OPS_STATE_PAUSED] = OPS_HISTORY_PAUSED,       [OPS_STATE_CANCELLING] = OPS_HISTORY_INTERRUPTED,
			[OPS_STATE_DONE] = OPS_HISTORY_DONE,           [OPS_STATE_FAILED] = OPS_HISTORY_FAILED,
			[OPS_STATE_CANCELLED] = OPS_HISTORY_CANCELLED};
		if (strcmp(word, ops_state_word((enum ops_state)state)) != 0)
			continue;
		head->state = written_states[state];
		head->result = history_text(reader, reader->record, "result");
		return true;
	}
	return err_set(reader->err, ERR_PARSE, "unknown plan state \"%s\"", word);
}

static bool take_resumed(struct history_reader *reader)
{
	reader->history->head.state = OPS_HISTORY_INTERRUPTED;
	reader->history->head.result = NULL;
	return need_text(reader, reader->record, "by", &reader->history->head.who);
}

static bool take_rolled_back(struct history_reader *reader)
{
	return need_text(reader, reader->record, "id", &reader->history->head.rolled_back_by);
}

static bool take_abandoned(struct history_reader *reader)
{
	reader->history->head.state = OPS_HISTORY_ABANDONED;
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct history_reader *reader);
} records[] = {
	{"plan", take_plan},           {"step", take_step},        {"facts", take_facts},
	{"state", take_state},         {"taken-up", take_resumed}, {"undone-by", take_rolled_back},
	{"abandoned", take_abandoned},
};

static bool take_record(struct history_reader *reader)
{
	const char *word = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reader->record, "record"));
	if (!cJSON_IsObject(reader->record))
		return err_set(reader->err, ERR_PARSE, "not a JSON object");
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		if (!str_eq(word, records[i].word))
			continue;
		if (!reader->history->head.id && records[i].take != take_plan)
			return err_set(reader->err, ERR_PARSE, "the first record is not a plan");
		return history_take_time(reader) && records[i].take(reader);
	}
	return err_set(reader->err, ERR_PARSE, "unknown record");
}

struct ops_history_plan *ops_history_plan_parse(const char *text, size_t len, struct err *err)
{
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = mem_alloc(sizeof *history);
	history->head = (struct ops_history_entry){.state = OPS_HISTORY_INTERRUPTED};
	for (size_t line = 1; history->whole < len; line++) {
		const char *start = text + history->whole, *end = memchr(start, '\n', len - history->whole);
		if (!end)
			break; /* torn: the process ended while it wrote */
		const char *stop = NULL;
		cJSON *record = cJSON_ParseWithLengthOpts(start, (size_t)(end - start), &stop, false);
		if (record && stop != end) {
			cJSON_Delete(record);
			record = NULL;
		}
		struct history_reader reader = {.history = history, .record = record, .err = err};
		bool good = take_record(&reader);
		cJSON_Delete(record);
		if (!good) {
			err_prefix(err, "line %zu", line);
			return NULL;
		}
		history->whole = (size_t)(end - text) + 1;
	}
	if (!history->head.id) {
		err_set(err, ERR_NOT_FOUND, "it contains no plan");
		return NULL;
	}
	if (history->head.step < history->steps.len)
		history->head.step_title = history->steps.items[history->head.step].title;
	struct ops_history_plan *done = history;
	history = NULL;
	return done;
}

void ops_history_plan_destroy(struct ops_history_plan *history)
{
	if (!history)
		return;
	vec_finish(&history->steps);
	vec_finish(&history->facts);
	vec_finish(&history->sentences);
	arena_finish(&history->arena);
	free(history);
}
