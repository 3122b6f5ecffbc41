/* Reading journals: one JSON object a line. What a line says is checked before it is believed: a person may have
 * edited it, a disk may have lost a part. What cannot be believed is left out, and said. */
#include "api/ops/journal/history_plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/ops/journal/journal_lines.h"

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
	bool sealed;
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

static bool take_version(struct history_reader *reader)
{
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(reader->record, "version");
	bool known = cJSON_IsNumber(version) &&
		     (version->valuedouble == OPS_JOURNAL_WITHOUT_SUMS || version->valuedouble == OPS_JOURNAL_VERSION);
	if (!known)
		return err_set(reader->err, ERR_UNSUPPORTED, "written by another version of mqdeck");
	reader->history->version = version->valueint;
	return reader->sealed || reader->history->version == OPS_JOURNAL_WITHOUT_SUMS ||
	       err_set(reader->err, ERR_PARSE, "its checksum is missing");
}

static bool take_plan(struct history_reader *reader)
{
	struct ops_history_plan *history = reader->history;
	struct ops_history_entry *head = &history->head;
	const cJSON *cluster = cJSON_GetObjectItemCaseSensitive(reader->record, "cluster");
	const char *id;
	if (head->id)
		return err_set(reader->err, ERR_PARSE, "a second plan in one journal");
	if (!take_version(reader))
		return false;
	history->confirm = history_text(reader, reader->record, "confirm");
	head->rolls_back = history_text(reader, reader->record, "undoes");
	head->cluster = history_text(reader, cluster, "server");
	history->cluster_uid = history_text(reader, cluster, "uid");
	history->cluster_digest = history_text(reader, cluster, "digest");
	if (!need_text(reader, reader->record, "id", &id) ||
	    !need_text(reader, reader->record, "operation", &head->operation) ||
	    !need_text(reader, reader->record, "target", &head->target) ||
	    !need_text(reader, reader->record, "title", &head->title) ||
	    !need_text(reader, reader->record, "by", &head->who) || !take_facts(reader) || !take_sentences(reader) ||
	    !take_steps(reader))
		return false;
	head->id = id;
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

/* What a line says, when all of it is JSON. */
static bool history_take_line(struct ops_history_plan *history, const struct ops_journal_line *line, struct err *err)
{
	const char *stop = NULL, *end = line->text + line->len;
	cJSON *record = cJSON_ParseWithLengthOpts(line->text, line->len, &stop, false);
	if (record && stop != end) {
		cJSON_Delete(record);
		record = NULL;
	}
	struct history_reader reader = {.history = history, .record = record, .sealed = line->sealed, .err = err};
	bool good = take_record(&reader);
	cJSON_Delete(record);
	return good || err_prefix(err, "line %zu", line->line);
}

/* Steps follow each other: that a later one was begun tells of those before it. Asked again they might find a cluster in
 * which they cannot be done any more. */
static void fill_lost_steps(struct ops_history_plan *history)
{
	size_t begun = history->head.step;
	for (size_t i = 0; i < begun && i < history->steps.len; i++) {
		struct ops_history_step *step = &history->steps.items[i];
		if (step->state == OPS_STEP_DONE)
			continue;
		step->state = OPS_STEP_DONE;
		step->result = "not in the journal, but a later step was begun";
	}
}

static void say_what_is_lost(struct ops_history_plan *history, uint64_t lost, size_t line, bool torn)
{
	char text[256];
	if (lost == 0 && !torn)
		return;
	if (lost > 0)
		snprintf(text, sizeof text,
			 "its journal is damaged%s%.0zu: %" PRIu64
			 " record%s lost, and what was done meanwhile may be more than what it shows",
			 line ? " at line " : "", line, lost, lost == 1 ? " is" : "s are");
	else
		snprintf(text, sizeof text, "the last line of its journal is torn: what was written last is lost");
	history->damaged = lost > 0;
	history->head.lost = arena_strdup(&history->arena, text);
}

/* Each line counts for itself. What has no checksum counts where none was written: before version 2. */
static bool take_lines(struct ops_history_plan *history, const struct ops_journal_lines *lines, bool torn,
		       struct err *err)
{
	uint64_t taken = 0, bad_line = lines->damaged_line;
	struct err first = {0};
	vec_each (&lines->items, line) {
		struct err reason = {0};
		bool may = line->sealed || history->version < OPS_JOURNAL_VERSION;
		if (may && history_take_line(history, line, &reason)) {
			taken++;
			continue;
		}
		if (reason.code == ERR_UNSUPPORTED || (err_is_set(&reason) && line->sealed)) {
			*err = reason;
			return false;
		}
		if (!err_is_set(&first))
			first = reason;
		bad_line = bad_line && bad_line < line->line ? bad_line : line->line;
	}
	if (!history->head.id) {
		if (!err_is_set(&first))
			err_set(&first, ERR_PARSE, "it contains no plan");
		*err = first;
		return false;
	}
	say_what_is_lost(history, lines->next - 1 - taken, bad_line, torn);
	return true;
}

struct ops_history_plan *ops_history_plan_parse(const char *text, size_t len, struct err *err)
{
	struct err reason = {0};
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = mem_alloc(sizeof *history);
	CLEANUP(ops_journal_lines_finish) struct ops_journal_lines lines;
	ops_journal_lines_split(text, len, &lines);
	history->head = (struct ops_history_entry){.state = OPS_HISTORY_INTERRUPTED};
	history->whole = lines.whole;
	history->open_end = lines.whole > 0 && text[lines.whole - 1] != '\n';
	history->next = lines.next;
	if (!take_lines(history, &lines, lines.whole < len, &reason)) {
		if (err)
			*err = reason;
		return NULL;
	}
	if (history->damaged)
		fill_lost_steps(history);
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
