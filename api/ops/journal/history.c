/* Reading journals: one JSON object a line. What a line says is checked before it is believed: a person may have edited
 * it, a disk may have lost a part. */
#include "api/ops/journal/history.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/clock.h"
#include "api/base/str.h"

static const char *const past_words[] = {
#define X(name, word) [OPS_PAST_##name] = word,
	OPS_PAST_STATES(X)
#undef X
};

const char *ops_past_word(enum ops_past_state state)
{
	return past_words[state];
}

/* ---- values ---- */

struct reader {
	struct past_plan *past;
	const cJSON *record;
	struct err *err;
};

static const char *text_of(struct reader *reader, const cJSON *object, const char *name)
{
	return arena_strdup(&reader->past->arena, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

static bool need_text(struct reader *reader, const cJSON *object, const char *name, const char **out)
{
	*out = text_of(reader, object, name);
	return !str_empty(*out) || err_set(reader->err, ERR_PARSE, "\"%s\" is missing or no text", name);
}

static bool need_index(struct reader *reader, const char *name, size_t limit, size_t *out)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(reader->record, name);
	if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble >= (double)limit ||
	    floor(value->valuedouble) != value->valuedouble)
		return err_set(reader->err, ERR_PARSE, "\"%s\" is no number of a step", name);
	*out = (size_t)value->valuedouble;
	return true;
}

static bool take_time(struct reader *reader)
{
	const char *at = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reader->record, "at"));
	int64_t ms = at ? clock_parse_rfc3339(at) : -1;
	if (ms < 0)
		return err_set(reader->err, ERR_PARSE, "\"at\" is no time");
	reader->past->head.changed_ms = ms;
	return true;
}

static bool take_facts(struct reader *reader)
{
	const cJSON *facts = cJSON_GetObjectItemCaseSensitive(reader->record, "facts"), *fact;
	if (facts && !cJSON_IsObject(facts))
		return err_set(reader->err, ERR_PARSE, "\"facts\" is no object");
	cJSON_ArrayForEach(fact, facts)
	{
		struct past_plan *past = reader->past;
		struct past_fact *known = NULL;
		if (!cJSON_IsString(fact))
			return err_set(reader->err, ERR_PARSE, "the fact \"%s\" is no text", fact->string);
		vec_each (&past->facts, it)
			known = !strcmp(it->name, fact->string) ? it : known;
		if (!known) {
			vec_push(&past->facts, (struct past_fact){.name = arena_strdup(&past->arena, fact->string)});
			known = &past->facts.items[past->facts.len - 1];
		}
		known->value = arena_strdup(&past->arena, fact->valuestring);
	}
	return true;
}

/* ---- records ---- */

/* Journals of before had none. */
static bool take_sentences(struct reader *reader)
{
	const cJSON *sentences = cJSON_GetObjectItemCaseSensitive(reader->record, "sentences"), *sentence;
	struct past_plan *past = reader->past;
	if (sentences && !cJSON_IsArray(sentences))
		return err_set(reader->err, ERR_PARSE, "\"sentences\" is no list");
	cJSON_ArrayForEach(sentence, sentences)
	{
		struct past_sentence it = {0};
		const char *word;
		if (!need_text(reader, sentence, "kind", &word) || !need_text(reader, sentence, "text", &it.text))
			return false;
		while (it.kind <= OPS_UNDO && strcmp(word, ops_sentence_label(it.kind)) != 0)
			it.kind++;
		if (it.kind <= OPS_UNDO)
			vec_push(&past->sentences, it);
	}
	return true;
}

static bool take_steps(struct reader *reader)
{
	const cJSON *steps = cJSON_GetObjectItemCaseSensitive(reader->record, "steps"), *step;
	struct past_plan *past = reader->past;
	if (!cJSON_IsArray(steps) || !steps->child)
		return err_set(reader->err, ERR_PARSE, "\"steps\" is no list of steps");
	cJSON_ArrayForEach(step, steps)
	{
		struct past_step it = {.broker = text_of(reader, step, "broker"),
				       .item = text_of(reader, step, "item")};
		if (!need_text(reader, step, "type", &it.type) || !need_text(reader, step, "title", &it.title))
			return false;
		if (past->steps.len == OPS_JOURNAL_STEPS_MAX)
			return err_set(reader->err, ERR_LIMIT, "more than %d steps", OPS_JOURNAL_STEPS_MAX);
		vec_push(&past->steps, it);
	}
	past->head.step_count = past->steps.len;
	return true;
}

static bool take_plan(struct reader *reader)
{
	struct past_plan *past = reader->past;
	struct ops_past *head = &past->head;
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(reader->record, "version");
	const cJSON *cluster = cJSON_GetObjectItemCaseSensitive(reader->record, "cluster");
	if (head->id)
		return err_set(reader->err, ERR_PARSE, "a second plan in one journal");
	if (!cJSON_IsNumber(version) || version->valuedouble != OPS_JOURNAL_VERSION)
		return err_set(reader->err, ERR_UNSUPPORTED, "written by another version of mqdeck");
	past->confirm = text_of(reader, reader->record, "confirm");
	head->undoes = text_of(reader, reader->record, "undoes");
	head->cluster = text_of(reader, cluster, "server");
	past->cluster_uid = text_of(reader, cluster, "uid");
	past->cluster_digest = text_of(reader, cluster, "digest");
	if (!need_text(reader, reader->record, "id", &head->id) ||
	    !need_text(reader, reader->record, "operation", &head->operation) ||
	    !need_text(reader, reader->record, "target", &head->target) ||
	    !need_text(reader, reader->record, "title", &head->title) ||
	    !need_text(reader, reader->record, "by", &head->who) || !take_facts(reader) ||
	    !take_sentences(reader) || !take_steps(reader))
		return false;
	head->started_ms = head->changed_ms;
	return true;
}

static bool take_step(struct reader *reader)
{
	struct past_plan *past = reader->past;
	const char *word;
	size_t index;
	if (!need_index(reader, "step", past->steps.len, &index) ||
	    !need_text(reader, reader->record, "state", &word) || !take_facts(reader))
		return false;
	struct past_step *step = &past->steps.items[index];
	for (int state = OPS_STEP_WAITING; state <= OPS_STEP_SKIPPED; state++) {
		if (strcmp(word, ops_step_state_word((enum ops_step_state)state)) != 0)
			continue;
		step->state = (enum ops_step_state)state;
		step->result = text_of(reader, reader->record, "result");
		past->head.step = step->state == OPS_STEP_DONE ? index + 1 : index;
		return true;
	}
	return err_set(reader->err, ERR_PARSE, "there is no state \"%s\" of a step", word);
}

static bool take_state(struct reader *reader)
{
	struct ops_past *head = &reader->past->head;
	const char *word;
	if (!need_text(reader, reader->record, "state", &word))
		return false;
	for (int state = OPS_STATE_RUNNING; state <= OPS_STATE_CANCELLED; state++) {
		static const enum ops_past_state pasts[] = {
			[OPS_STATE_RUNNING] = OPS_PAST_INTERRUPTED, [OPS_STATE_PAUSING] = OPS_PAST_INTERRUPTED,
			[OPS_STATE_PAUSED] = OPS_PAST_PAUSED,       [OPS_STATE_CANCELLING] = OPS_PAST_INTERRUPTED,
			[OPS_STATE_DONE] = OPS_PAST_DONE,           [OPS_STATE_FAILED] = OPS_PAST_FAILED,
			[OPS_STATE_CANCELLED] = OPS_PAST_CANCELLED};
		if (strcmp(word, ops_state_word((enum ops_state)state)) != 0)
			continue;
		head->state = pasts[state];
		head->result = text_of(reader, reader->record, "result");
		return true;
	}
	return err_set(reader->err, ERR_PARSE, "there is no state \"%s\" of a plan", word);
}

static bool take_taken_up(struct reader *reader)
{
	reader->past->head.state = OPS_PAST_INTERRUPTED;
	reader->past->head.result = NULL;
	return need_text(reader, reader->record, "by", &reader->past->head.who);
}

static bool take_undone(struct reader *reader)
{
	return need_text(reader, reader->record, "id", &reader->past->head.undone_by);
}

static bool take_abandoned(struct reader *reader)
{
	reader->past->head.state = OPS_PAST_ABANDONED;
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct reader *reader);
} records[] = {
	{"plan", take_plan},         {"step", take_step},        {"facts", take_facts},         {"state", take_state},
	{"taken-up", take_taken_up}, {"undone-by", take_undone}, {"abandoned", take_abandoned},
};

static bool take_record(struct reader *reader)
{
	const char *word = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reader->record, "record"));
	if (!cJSON_IsObject(reader->record))
		return err_set(reader->err, ERR_PARSE, "no JSON object");
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		if (!str_eq(word, records[i].word))
			continue;
		if (!reader->past->head.id && records[i].take != take_plan)
			return err_set(reader->err, ERR_PARSE, "the first record is no plan");
		return take_time(reader) && records[i].take(reader);
	}
	return err_set(reader->err, ERR_PARSE, "no record that is known");
}

struct past_plan *past_parse(const char *text, size_t len, struct err *err)
{
	CLEANUP(past_destroy) struct past_plan *past = mem_alloc(sizeof *past);
	past->head = (struct ops_past){.state = OPS_PAST_INTERRUPTED};
	for (size_t line = 1; past->whole < len; line++) {
		const char *start = text + past->whole, *end = memchr(start, '\n', len - past->whole);
		if (!end)
			break; /* torn: the process ended while it wrote */
		const char *stop = NULL;
		cJSON *record = cJSON_ParseWithLengthOpts(start, (size_t)(end - start), &stop, false);
		if (record && stop != end) {
			cJSON_Delete(record);
			record = NULL;
		}
		struct reader reader = {.past = past, .record = record, .err = err};
		bool good = take_record(&reader);
		cJSON_Delete(record);
		if (!good) {
			err_prefix(err, "line %zu", line);
			return NULL;
		}
		past->whole = (size_t)(end - text) + 1;
	}
	if (!past->head.id) {
		err_set(err, ERR_NOT_FOUND, "it holds no plan");
		return NULL;
	}
	if (past->head.step < past->steps.len)
		past->head.step_title = past->steps.items[past->head.step].title;
	struct past_plan *done = past;
	past = NULL;
	return done;
}

void past_destroy(struct past_plan *past)
{
	if (!past)
		return;
	vec_finish(&past->steps);
	vec_finish(&past->facts);
	vec_finish(&past->sentences);
	arena_finish(&past->arena);
	free(past);
}
