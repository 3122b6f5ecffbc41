#include "views/console/operation_picker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

enum { BUTTON_ASK = 1, BUTTON_LEAVE };

/* ---- targets ---- */

static bool is_pod_of_broker(enum subject_kind kind)
{
	return kind == SUBJECT_BROKER || kind == SUBJECT_POD || kind == SUBJECT_VOLUME;
}

static bool cluster_key(const struct subject *subject, char out[static SUBJECT_TEXT_MAX])
{
	snprintf(out, SUBJECT_TEXT_MAX, "%s", subject->cluster);
	return *out;
}

static bool node_key(const struct subject *subject, char out[static SUBJECT_TEXT_MAX])
{
	snprintf(out, SUBJECT_TEXT_MAX, "%s", subject->node);
	return *out;
}

static bool broker_key(const struct subject *subject, char out[static SUBJECT_TEXT_MAX])
{
	if (!is_pod_of_broker(subject->kind) || !*subject->broker)
		return false;
	return snprintf(out, SUBJECT_TEXT_MAX, "%s/%s", subject->namespace, subject->broker) < SUBJECT_TEXT_MAX;
}

static bool broker_or_node_key(const struct subject *subject, char out[static SUBJECT_TEXT_MAX])
{
	return broker_key(subject, out) || (subject->kind == SUBJECT_NODE && node_key(subject, out));
}

static const struct {
	const char *word;
	bool (*key)(const struct subject *subject, char out[static SUBJECT_TEXT_MAX]);
} targets[] = {
	[OPS_ON_CLUSTER] = {"broker cluster", cluster_key},
	[OPS_ON_NODE] = {"node", node_key},
	[OPS_ON_BROKER] = {"broker", broker_key},
	[OPS_ON_BROKER_OR_NODE] = {"broker or node", broker_or_node_key},
};

bool operand_of(const struct ops_operation *operation, const struct subject *subject, char out[static SUBJECT_TEXT_MAX])
{
	return targets[operation->target].key(subject, out);
}

const char *operand_word(const struct ops_operation *operation)
{
	return targets[operation->target].word;
}

/* Several rows may lead to one: brokers to their cluster. */
void operands_add(struct operands *operands, const struct subject *subject)
{
	char key[SUBJECT_TEXT_MAX];
	if (!operand_of(operands->operation, subject, key))
		return;
	for (size_t i = 0; i < operands->count; i++)
		if (str_eq(operands->keys[i], key))
			return;
	if (operands->count < ARRAY_LEN(operands->keys))
		operands->keys[operands->count++] = mem_strdup(key);
}

void operands_finish(struct operands *operands)
{
	for (size_t i = 0; i < operands->count; i++)
		free(operands->keys[i]);
	operands->count = 0;
}

void operate_each_chosen(struct view *view, void (*fn)(void *data, const struct subject *subject), void *data)
{
	struct subject subject;
	if (view->class->chosen)
		view->class->chosen(view, fn, data);
	else if (view->class->subject && view->class->subject(view, &subject))
		fn(data, &subject);
}

/* ---- whether ---- */

const char *operate_refusal(struct app *app, const struct ops_operation *operation, const char *target,
			    char out[static ERR_TEXT_MAX])
{
	struct err err;
	if (!app->session)
		return "not connected";
	if (!ops_may(app->session->ops, operation, target, &err)) {
		snprintf(out, ERR_TEXT_MAX, "%s", err.text);
		return out;
	}
	if (!plans_are_running(&app->plans))
		return NULL;
	snprintf(out, ERR_TEXT_MAX, "blocked by a plan that is under way: %s", plans_current(&app->plans)->title);
	return out;
}

/* ---- asking ---- */

struct form { /* what is asked for, while its dialog is open */
	struct operands operands;
	char *values[DIALOG_FIELDS_MAX]; /* as they stand in the fields */
};

static void finish_form(struct form *form)
{
	for (size_t i = 0; i < ARRAY_LEN(form->values); i++)
		free(form->values[i]);
	operands_finish(&form->operands);
	free(form);
}

static bool prepare(struct app *app, const struct operands *operands, char *const *values, struct err *err)
{
	const struct ops_operation *operation = operands->operation;
	struct ops_value given[OPS_VALUES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < operation->argument_count && i < OPS_VALUES_MAX && values; i++)
		if (!str_empty(values[i]))
			given[count++] = (struct ops_value){.name = operation->arguments[i].name, .value = values[i]};
	session_plans_over(app->session);
	if (!plans_prepare(&app->plans, app->session->ops, operation, (const char *const *)operands->keys,
			   operands->count, given, count, err))
		return false;
	app_show_plans(app);
	return true;
}

static void open_form(struct app *app, struct form *form, const char *wrong);

static void form_answered(struct app *app, int button, void *data)
{
	struct form *form = data;
	struct err err;
	for (size_t i = 0; i < form->operands.operation->argument_count && i < ARRAY_LEN(form->values); i++) {
		free(form->values[i]);
		form->values[i] = mem_strdup(dialog_value(app->dialog.dialog, i));
	}
	if (button != BUTTON_ASK || !app_may_prepare(app) || prepare(app, &form->operands, form->values, &err))
		finish_form(form);
	else
		open_form(app, form, err.text);
}

static char *form_title(const struct operands *operands)
{
	if (operands->count > 1)
		return str_printf("%s %zu %ss", operands->operation->title, operands->count,
				  operand_word(operands->operation));
	return str_printf("%s %s", operands->operation->title, operands->keys[0]);
}

static void open_form(struct app *app, struct form *form, const char *wrong)
{
	const struct ops_operation *operation = form->operands.operation;
	CLEANUP(free) char *title = form_title(&form->operands);
	char *helps[DIALOG_FIELDS_MAX] = {0};
	const char *lines[DIALOG_FIELDS_MAX + 4] = {operation->summary};
	struct dialog_spec spec = {
		.title = title,
		.lines = lines,
		.buttons = {{.label = "Show the plan", .id = BUTTON_ASK}, {.label = "Leave", .id = BUTTON_LEAVE}},
	};
	size_t count = 1;
	for (size_t i = 0; i < operation->argument_count && i < ARRAY_LEN(helps); i++) {
		const struct ops_argument *argument = &operation->arguments[i];
		helps[i] = str_printf("%s: %s%s", argument->name, argument->help,
				      argument->required ? "" : " (may stay empty)");
		lines[count++] = helps[i];
		spec.fields[i] = (struct dialog_field){
			.label = argument->name,
			.kind = argument->type == OPS_ARGUMENT_NUMBER ? FIELD_NUMBER : FIELD_TEXT,
			.value = form->values[i],
		};
	}
	lines[count++] = "What changes and what it means is shown before anything is done.";
	app_open_dialog(app, dialog_create(&spec), form_answered, form);
	dialog_set_error(app->dialog.dialog, wrong);
	for (size_t i = 0; i < ARRAY_LEN(helps); i++)
		free(helps[i]);
}

static void ask(struct app *app, struct operands *operands)
{
	struct form *form = mem_alloc(sizeof *form);
	form->operands = *operands;
	*operands = (struct operands){0};
	char now[OPS_ARGUMENT_MAX];
	for (size_t i = 0; i < form->operands.operation->argument_count && i < ARRAY_LEN(form->values); i++) {
		ops_argument_now(app->session->ops, form->operands.operation, i, form->operands.keys[0], now);
		form->values[i] = mem_strdup(now);
	}
	open_form(app, form, NULL);
}

void operate_on(struct app *app, struct operands *operands)
{
	struct err err;
	if (operands->count == 0)
		app_flash(app, SEV_INFO, "choose a %s first", operand_word(operands->operation));
	else if (!app_may_prepare(app))
		;
	else if (operands->operation->argument_count > 0)
		ask(app, operands);
	else if (!prepare(app, operands, NULL, &err))
		app_flash(app, SEV_BAD, "%s", err.text);
	operands_finish(operands);
}

static void add_operand(void *data, const struct subject *subject)
{
	operands_add(data, subject);
}

void operate(struct app *app, const struct ops_operation *operation)
{
	struct operands operands = {.operation = operation};
	operate_each_chosen(app_top(app), add_operand, &operands);
	operate_on(app, &operands);
}

bool operate_key(struct app *app, struct key key)
{
	size_t count;
	struct key own;
	struct subject subject;
	char target[SUBJECT_TEXT_MAX];
	struct view *top = app_top(app);
	if (!top->class->subject || !top->class->subject(top, &subject))
		return false;
	const struct ops_operation *const *table = ops_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (!key_parse(table[i]->key, &own) || !key_equal(own, key) || !operand_of(table[i], &subject, target))
			continue;
		operate(app, table[i]);
		return true;
	}
	return false;
}

void action_scale(struct app *app)
{
	operate(app, ops_find("scale"));
}

void action_cordon(struct app *app)
{
	operate(app, ops_find("cordon"));
}

void action_uncordon(struct app *app)
{
	operate(app, ops_find("uncordon"));
}

void action_drain(struct app *app)
{
	operate(app, ops_find("drain"));
}
