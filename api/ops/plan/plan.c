/* A plan as operations write it: sentences, facts, steps; and the words for its states. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/plan/plan_owner.h"

enum { TEXT_MAX = 16 * 1024 * 1024 /* lists of partitions are facts */ };

static const char *const severity_words[] = {
#define X(name, word) [OPS_##name] = word,
	OPS_SEVERITIES(X)
#undef X
};

static const struct {
	const char *label;
	enum ops_severity severity;
} sentence_kinds[] = {
#define X(name, label, severity) [OPS_##name] = {label, severity},
	OPS_SENTENCES(X)
#undef X
};

static const char *const step_words[] = {
#define X(name, word) [OPS_STEP_##name] = word,
	OPS_STEP_STATES(X)
#undef X
};

static const char *const state_words[] = {
#define X(name, word) [OPS_STATE_##name] = word,
	OPS_STATES(X)
#undef X
};

const char *ops_severity_word(enum ops_severity severity)
{
	return severity_words[severity];
}

const char *ops_sentence_label(enum ops_sentence_kind kind)
{
	return sentence_kinds[kind].label;
}

const char *ops_step_state_word(enum ops_step_state state)
{
	return step_words[state];
}

const char *ops_state_word(enum ops_state state)
{
	return state_words[state];
}

static char *format_text(const char *format, va_list args)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	buf_vprintf(&text, format, args);
	return text.data ? buf_take(&text) : mem_strdup("");
}

void ops_replace_text(char **text, const char *now)
{
	if (str_eq(*text, str_empty(now) ? NULL : now))
		return;
	free(*text);
	*text = str_empty(now) ? NULL : mem_strdup(now);
}

/* Takes the text over. */
static void add_sentence(struct ops_plan *plan, enum ops_sentence_kind kind, char *text)
{
	size_t at = plan->sentence_count;
	while (at > 0 && plan->sentences[at - 1].kind > kind)
		at--;
	plan->sentences = mem_resize(plan->sentences, plan->sentence_count + 1, sizeof *plan->sentences);
	memmove(plan->sentences + at + 1, plan->sentences + at, (plan->sentence_count - at) * sizeof *plan->sentences);
	plan->sentences[at] = (struct ops_sentence){.kind = kind, .text = text};
	plan->sentence_count++;
	if (sentence_kinds[kind].severity > plan->severity)
		plan->severity = sentence_kinds[kind].severity;
}

void ops_note(struct ops_plan *plan, enum ops_sentence_kind kind, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_sentence(plan, kind, format_text(format, args));
	va_end(args);
}

void ops_note_already(struct ops_plan *plan, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_sentence(plan, plan->under_way ? OPS_MEANS : OPS_BLOCKS, format_text(format, args));
	va_end(args);
}

const char *ops_first_block(const struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->sentence_count; i++)
		if (plan->sentences[i].kind == OPS_BLOCKS)
			return plan->sentences[i].text;
	return NULL;
}

void ops_set_title(struct ops_plan *plan, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	free(plan->title);
	plan->title = format_text(format, args);
	va_end(args);
}

void ops_set_fact(struct ops_plan *plan, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *value = format_text(format, args);
	va_end(args);
	for (size_t i = 0; i < plan->fact_count; i++) {
		if (!strcmp(plan->facts[i].name, name)) {
			if (strcmp(plan->facts[i].value, value) != 0)
				plan->facts[i].unsaved = OPS_FACT_RECORDS;
			free(plan->facts[i].value);
			plan->facts[i].value = value;
			return;
		}
	}
	plan->facts = mem_resize(plan->facts, plan->fact_count + 1, sizeof *plan->facts);
	plan->facts[plan->fact_count++] =
		(struct ops_fact){.name = mem_strdup(name), .value = value, .unsaved = OPS_FACT_RECORDS};
}

const char *ops_fact(const struct ops_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->fact_count; i++)
		if (!strcmp(plan->facts[i].name, name))
			return plan->facts[i].value;
	return NULL;
}

int64_t ops_fact_number(const struct ops_plan *plan, const char *name, int64_t otherwise)
{
	const char *value = ops_fact(plan, name);
	int64_t number;
	return value && str_to_i64(value, &number) ? number : otherwise;
}

/* Takes the title over. */
static size_t plan_add_step(struct ops_plan *plan, const struct ops_step_type *type, char *title)
{
	plan->steps = mem_resize(plan->steps, plan->step_count + 1, sizeof *plan->steps);
	plan->steps[plan->step_count] = (struct ops_step){
		.type = type, .title = title, .fraction = -1, .estimate_ms = -1, .started_ms = -1, .ended_ms = -1};
	return plan->step_count++;
}

size_t ops_add_step(struct ops_plan *plan, const struct ops_step_type *type, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t index = plan_add_step(plan, type, format_text(format, args));
	va_end(args);
	return index;
}

size_t ops_add_step_on(struct ops_plan *plan, const struct ops_step_type *type, const struct world_broker *broker,
		       const char *item, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t index = plan_add_step(plan, type, format_text(format, args));
	va_end(args);
	char key[OPS_KEY_MAX];
	plan->steps[index].broker = broker ? mem_strdup(ops_broker_key(broker, key)) : NULL;
	plan->steps[index].item = mem_strdup(item);
	return index;
}

void ops_need(struct ops_needs *needs, const struct kube_question *question)
{
	if (needs->count < OPS_NEEDS_MAX)
		needs->items[needs->count++] = *question;
}

void ops_need_tunnel(struct ops_needs *needs, const char *subresource, const char *namespace)
{
	static const char *const verbs[] = {"get", "create"};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		ops_need(needs, &(struct kube_question){.verb = verbs[i],
							.resource = "pods",
							.subresource = subresource,
							.namespace = namespace});
}

void ops_forget_sentences(struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->sentence_count; i++)
		free(plan->sentences[i].text);
	free(plan->sentences);
	plan->sentences = NULL;
	plan->sentence_count = 0;
}

void ops_forget_steps(struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		struct ops_step *step = &plan->steps[i];
		free(step->broker);
		free(step->item);
		free(step->title);
		free(step->figure);
		free(step->why);
		free(step->result);
	}
	free(plan->steps);
	plan->steps = NULL;
	plan->step_count = 0;
}

void ops_plan_finish(struct ops_plan *plan)
{
	ops_forget_sentences(plan);
	ops_forget_steps(plan);
	for (size_t i = 0; i < plan->fact_count; i++) {
		free(plan->facts[i].name);
		free(plan->facts[i].value);
	}
	free(plan->facts);
	free(plan->id);
	free(plan->rolls_back);
	free(plan->target);
	free(plan->title);
	free(plan->confirm);
	free(plan->result);
}

static const struct ops_argument *find_argument(const struct ops_operation *operation, const char *name)
{
	for (size_t i = 0; i < operation->argument_count; i++)
		if (!strcmp(operation->arguments[i].name, name))
			return &operation->arguments[i];
	return NULL;
}

static bool take_value(struct ops_plan *plan, const struct ops_argument *argument, const char *value, struct err *err)
{
	const char *name = plan->operation->name;
	int64_t number;
	if (argument->type == OPS_ARGUMENT_NUMBER &&
	    (!str_to_i64(value, &number) || number < argument->min || number > argument->max))
		return err_set(err, ERR_USAGE, "%s: %s must be a number from %lld to %lld, not \"%s\"", name,
			       argument->name, (long long)argument->min, (long long)argument->max, value);
	ops_set_fact(plan, argument->name, "%s", value);
	return true;
}

bool ops_take_values(struct ops_plan *plan, const struct ops_value *values, size_t count, struct err *err)
{
	const struct ops_operation *operation = plan->operation;
	for (size_t i = 0; i < count; i++) {
		const struct ops_argument *argument = find_argument(operation, values[i].name);
		if (!argument)
			return err_set(err, ERR_USAGE, "%s takes no argument \"%s\"", operation->name, values[i].name);
		if (!take_value(plan, argument, values[i].value, err))
			return false;
	}
	for (size_t i = 0; i < operation->argument_count; i++) {
		const struct ops_argument *argument = &operation->arguments[i];
		if (argument->required && !ops_fact(plan, argument->name))
			return err_set(err, ERR_USAGE, "%s requires %s=… (%s)", operation->name, argument->name,
				       argument->help);
	}
	return true;
}
