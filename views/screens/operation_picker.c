/* From rows to plans: what an operation would work on, the form for its arguments, and the plan that is made of them. */
#include "views/screens/operation_picker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

enum { BUTTON_ASK = 1, BUTTON_LEAVE };

/* ---- targets ---- */

static bool cluster_key(const struct selection *selection, char out[static SELECTION_TEXT_MAX])
{
	snprintf(out, SELECTION_TEXT_MAX, "%s", selection->cluster);
	return *out;
}

static bool node_key(const struct selection *selection, char out[static SELECTION_TEXT_MAX])
{
	snprintf(out, SELECTION_TEXT_MAX, "%s", selection->node);
	return *out;
}

static bool operation_picker_broker_key(const struct selection *selection, char out[static SELECTION_TEXT_MAX])
{
	if (!selection->sheet->has_broker || !*selection->broker)
		return false;
	return snprintf(out, SELECTION_TEXT_MAX, "%s/%s", selection->namespace, selection->broker) < SELECTION_TEXT_MAX;
}

static bool broker_or_node_key(const struct selection *selection, char out[static SELECTION_TEXT_MAX])
{
	return operation_picker_broker_key(selection, out) || (selection->sheet->is_node && node_key(selection, out));
}

static const struct {
	const char *word;
	bool (*key)(const struct selection *selection, char out[static SELECTION_TEXT_MAX]);
} operation_picker_targets[] = {
	[OPS_ON_CLUSTER] = {"broker cluster", cluster_key},
	[OPS_ON_NODE] = {"node", node_key},
	[OPS_ON_BROKER] = {"broker", operation_picker_broker_key},
	[OPS_ON_BROKER_OR_NODE] = {"broker or node", broker_or_node_key},
};

bool operation_picker_operand_of(const struct ops_operation *operation, const struct selection *selection,
				 char out[static SELECTION_TEXT_MAX])
{
	return operation_picker_targets[operation->target].key(selection, out);
}

const char *operation_picker_operand_word(const struct ops_operation *operation)
{
	return operation_picker_targets[operation->target].word;
}

/* Several rows may lead to one: brokers to their cluster. */
void operation_picker_operands_add(struct operation_picker_operands *operands, const struct selection *selection)
{
	char key[SELECTION_TEXT_MAX];
	if (!operation_picker_operand_of(operands->operation, selection, key))
		return;
	for (size_t i = 0; i < operands->count; i++)
		if (str_eq(operands->keys[i], key))
			return;
	if (operands->count < ARRAY_LEN(operands->keys))
		operands->keys[operands->count++] = mem_strdup(key);
}

void operation_picker_operands_finish(struct operation_picker_operands *operands)
{
	for (size_t i = 0; i < operands->count; i++)
		free(operands->keys[i]);
	operands->count = 0;
}

void operation_picker_each_chosen(struct view *view, void (*fn)(void *data, const struct selection *selection),
				  void *data)
{
	struct selection selection;
	if (view->class->chosen)
		view->class->chosen(view, fn, data);
	else if (view->class->selection && view->class->selection(view, &selection))
		fn(data, &selection);
}

/* ---- whether ---- */

const char *operation_picker_refusal(struct app *app, const struct ops_operation *operation, const char *target,
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
	snprintf(out, ERR_TEXT_MAX, "blocked by the running plan: %s", plans_current(&app->plans)->title);
	return out;
}

/* ---- asking ---- */

struct operation_picker_form { /* what is asked for, while its dialog is open */
	struct operation_picker_operands operands;
	char *values[DIALOG_FIELDS_MAX]; /* as they stand in the fields */
};

static void finish_form(struct operation_picker_form *form)
{
	for (size_t i = 0; i < ARRAY_LEN(form->values); i++)
		free(form->values[i]);
	operation_picker_operands_finish(&form->operands);
	free(form);
}

static bool operation_picker_prepare(struct app *app, const struct operation_picker_operands *operands,
				     char *const *values, struct err *err)
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

static void open_form(struct app *app, struct operation_picker_form *form, const char *wrong);

static void form_answered(struct app *app, int button, void *data)
{
	struct operation_picker_form *form = data;
	struct err err;
	for (size_t i = 0; i < form->operands.operation->argument_count && i < ARRAY_LEN(form->values); i++) {
		free(form->values[i]);
		form->values[i] = mem_strdup(dialog_value(app->dialog.dialog, i));
	}
	if (button != BUTTON_ASK || !app_may_prepare(app) ||
	    operation_picker_prepare(app, &form->operands, form->values, &err))
		finish_form(form);
	else
		open_form(app, form, err.text);
}

static char *form_title(const struct operation_picker_operands *operands)
{
	if (operands->count > 1)
		return str_printf("%s %zu %ss", operands->operation->title, operands->count,
				  operation_picker_operand_word(operands->operation));
	return str_printf("%s %s", operands->operation->title, operands->keys[0]);
}

static void open_form(struct app *app, struct operation_picker_form *form, const char *wrong)
{
	const struct ops_operation *operation = form->operands.operation;
	CLEANUP(free) char *title = form_title(&form->operands);
	char *helps[DIALOG_FIELDS_MAX] = {0};
	const char *lines[DIALOG_FIELDS_MAX + 4] = {operation->summary};
	struct dialog_spec spec = {
		.title = title,
		.lines = lines,
		.buttons = {{.label = "Show the plan", .id = BUTTON_ASK}, {.label = "Cancel", .id = BUTTON_LEAVE}},
	};
	size_t count = 1;
	for (size_t i = 0; i < operation->argument_count && i < ARRAY_LEN(helps); i++) {
		const struct ops_argument *argument = &operation->arguments[i];
		helps[i] =
			str_printf("%s: %s%s", argument->name, argument->help, argument->required ? "" : " (optional)");
		lines[count++] = helps[i];
		spec.fields[i] = (struct dialog_field){
			.label = argument->name,
			.kind = argument->type == OPS_ARGUMENT_NUMBER ? DIALOG_FIELD_NUMBER : DIALOG_FIELD_TEXT,
			.value = form->values[i],
		};
	}
	lines[count++] = "The plan shows the changes and their effect before anything runs.";
	app_open_dialog(app, dialog_create(&spec), form_answered, form);
	dialog_set_error(app->dialog.dialog, wrong);
	for (size_t i = 0; i < ARRAY_LEN(helps); i++)
		free(helps[i]);
}

static void operation_picker_ask(struct app *app, struct operation_picker_operands *operands)
{
	struct operation_picker_form *form = mem_alloc(sizeof *form);
	form->operands = *operands;
	*operands = (struct operation_picker_operands){0};
	char now[OPS_ARGUMENT_MAX];
	for (size_t i = 0; i < form->operands.operation->argument_count && i < ARRAY_LEN(form->values); i++) {
		ops_argument_now(app->session->ops, form->operands.operation, i, form->operands.keys[0], now);
		form->values[i] = mem_strdup(now);
	}
	open_form(app, form, NULL);
}

void operation_picker_start_on(struct app *app, struct operation_picker_operands *operands)
{
	struct err err;
	if (operands->count == 0)
		app_flash(app, SEV_INFO, "select a %s first", operation_picker_operand_word(operands->operation));
	else if (!app_may_prepare(app))
		;
	else if (operands->operation->argument_count > 0)
		operation_picker_ask(app, operands);
	else if (!operation_picker_prepare(app, operands, NULL, &err))
		app_flash(app, SEV_BAD, "%s", err.text);
	operation_picker_operands_finish(operands);
}

static void add_operand(void *data, const struct selection *selection)
{
	operation_picker_operands_add(data, selection);
}

void operation_picker_start(struct app *app, const struct ops_operation *operation)
{
	struct operation_picker_operands operands = {.operation = operation};
	operation_picker_each_chosen(app_top(app), add_operand, &operands);
	operation_picker_start_on(app, &operands);
}

void operation_picker_key(struct app *app, struct key key)
{
	size_t count;
	struct key own;
	struct selection selection;
	char target[SELECTION_TEXT_MAX];
	struct view *top = app_top(app);
	if (!top->class->selection || !top->class->selection(top, &selection))
		return;
	const struct ops_operation *const *table = ops_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (!key_parse(table[i]->key, &own) || !key_equal(own, key) ||
		    !operation_picker_operand_of(table[i], &selection, target))
			continue;
		operation_picker_start(app, table[i]);
		return;
	}
}
