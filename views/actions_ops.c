/* Operations from the console: ask what is needed, show the plan with what it means, run it, show how it goes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app.h"

enum { BUTTON_RUN = 1, BUTTON_CLOSE, BUTTON_STOP, BUTTON_ASK };

struct plan_text {
	char *lines[DIALOG_LINES_MAX];
	size_t count;
};

static void add_line(struct plan_text *text, char *line)
{
	if (text->count + 1 < DIALOG_LINES_MAX)
		text->lines[text->count++] = line;
	else
		free(line);
}

static void finish_text(struct plan_text *text)
{
	for (size_t i = 0; i < text->count; i++)
		free(text->lines[i]);
}

/* ---- a plan in words ---- */

static const char *step_sign(enum ops_step_state state)
{
	static const char *const signs[] = {[OPS_STEP_WAITING] = " ", [OPS_STEP_RUNNING] = ">", [OPS_STEP_DONE] = "+",
					    [OPS_STEP_FAILED] = "x", [OPS_STEP_SKIPPED] = "-"};
	return signs[state];
}

static void add_sentences(const struct ops_plan *plan, struct plan_text *text)
{
	for (size_t i = 0; i < plan->sentence_count; i++) {
		const struct ops_sentence *sentence = &plan->sentences[i];
		bool again = i > 0 && plan->sentences[i - 1].kind == sentence->kind;
		add_line(text, str_printf("%-8s %s", again ? "" : ops_sentence_label(sentence->kind), sentence->text));
	}
}

static void add_steps(const struct ops_plan *plan, struct plan_text *text)
{
	add_line(text, mem_strdup(""));
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct ops_step *step = &plan->steps[i];
		const char *after = step->dry_run_ok && step->state == OPS_STEP_WAITING ? "  dry run ok" : "";
		add_line(text, str_printf("%s %zu %s%s", step_sign(step->state), i + 1, step->title, after));
		if (step->state == OPS_STEP_RUNNING && step->figure)
			add_line(text, str_printf("    %s", step->figure));
		if (step->state == OPS_STEP_RUNNING && step->why)
			add_line(text, str_printf("    held up: %s", step->why));
		if (step->state >= OPS_STEP_DONE && step->result)
			add_line(text, str_printf("    %s", step->result));
	}
}

static void add_end(const struct ops_plan *plan, struct plan_text *text)
{
	if (plan->result)
		add_line(text, mem_strdup(plan->result));
	if (err_is_set(&plan->err))
		add_line(text, mem_strdup(plan->err.text));
}

static void add_whole(const struct ops_plan *plan, struct plan_text *text)
{
	add_sentences(plan, text);
	if (plan->step_count)
		add_steps(plan, text);
	if (plan->result)
		add_line(text, mem_strdup(""));
	add_end(plan, text);
}

/* Of several: what each means; the steps of the one whose turn it is. */
static void add_one_of(const struct plans *plans, size_t index, struct plan_text *text)
{
	const struct ops_plan *plan = plans->items[index];
	bool running = plans->begun && index == plans->at && !ops_is_over(plan);
	add_line(text, mem_strdup(""));
	add_line(text, str_printf("%zu %s: %s, %s", index + 1, plan->title, ops_state_word(plan->state),
				  ops_severity_word(plan->severity)));
	if (!ops_is_over(plan))
		add_sentences(plan, text);
	if (running)
		add_steps(plan, text);
	add_end(plan, text);
}

static void plans_in_words(const struct plans *plans, struct plan_text *text)
{
	text->count = 0;
	add_line(text,
		 str_printf("%s, %s", ops_state_word(plans_state(plans)), ops_severity_word(plans_severity(plans))));
	if (plans->count == 1)
		add_whole(plans->items[0], text);
	for (size_t i = 0; i < plans->count && plans->count > 1; i++)
		add_one_of(plans, i, text);
	if (err_is_set(&plans->err))
		add_line(text, mem_strdup(plans->err.text));
	text->lines[text->count] = NULL;
}

/* ---- the dialog of a plan ---- */

static enum severity severity_of(const struct plans *plans)
{
	static const enum severity of[] = {
		[OPS_SAFE] = SEV_OK, [OPS_CAREFUL] = SEV_WARN, [OPS_DANGEROUS] = SEV_BAD, [OPS_BLOCKED] = SEV_BAD};
	return plans_state(plans) == OPS_STATE_FAILED ? SEV_BAD : of[plans_severity(plans)];
}

static void show_plans(struct app *app);

static void say_end(struct app *app)
{
	enum ops_state state = plans_state(&app->plans);
	const struct ops_plan *last = plans_current(&app->plans);
	if (app->plans.begun && state >= OPS_STATE_DONE)
		app_flash(app, state == OPS_STATE_DONE ? SEV_OK : SEV_BAD, "%s: %s", last->title,
			  err_is_set(&app->plans.err) ? app->plans.err.text
						      : str_or(last->result, ops_state_word(state)));
}

void app_plans_changed(void *data)
{
	struct app *app = data;
	say_end(app);
	/* The dialog is open, or hidden behind the banner: only what is shown is drawn again. */
	if (app->dialog.dialog && app->dialog.data == &app->plans && !app->dialog.answering)
		show_plans(app);
	app_touch(app);
}

static void plans_answered(struct app *app, int button, void *data)
{
	struct err err;
	if (button == BUTTON_RUN) {
		if (!plans_run(&app->plans, &err))
			app_flash(app, SEV_BAD, "%s", err.text);
		show_plans(app);
	} else if (button == BUTTON_STOP) {
		plans_cancel(&app->plans);
		show_plans(app);
	} else if (!plans_are_running(&app->plans)) {
		plans_clear(&app->plans);
	} else {
		app_flash(app, SEV_INFO, "it goes on; P shows it again");
	}
}

/* Each dangerous plan wants its own name typed. */
static void add_names_to_type(const struct plans *plans, struct dialog_spec *spec)
{
	size_t count = 0;
	for (size_t i = 0; i < plans->count && count < DIALOG_FIELDS_MAX; i++) {
		if (plans->items[i]->severity == OPS_DANGEROUS)
			spec->fields[count++] = (struct dialog_field){
				.label = "Type the name", .kind = FIELD_TYPED, .value = plans->items[i]->confirm};
	}
}

static bool too_many_to_type(const struct plans *plans)
{
	size_t count = 0;
	for (size_t i = 0; i < plans->count; i++)
		count += plans->items[i]->severity == OPS_DANGEROUS;
	return count > DIALOG_FIELDS_MAX;
}

static struct dialog_spec spec_of(const struct plans *plans, const char *title, const struct plan_text *text)
{
	struct dialog_spec spec = {
		.title = title,
		.lines = (const char *const *)text->lines,
		.severity = severity_of(plans),
		.careful = true,
	};
	enum ops_state state = plans_state(plans);
	if (state == OPS_STATE_READY && plans_severity(plans) != OPS_BLOCKED && !too_many_to_type(plans)) {
		add_names_to_type(plans, &spec);
		spec.buttons[0] = (struct dialog_button){.label = "Run", .id = BUTTON_RUN, .confirms = true};
		spec.buttons[1] = (struct dialog_button){.label = "Leave", .id = BUTTON_CLOSE};
	} else if (state == OPS_STATE_RUNNING) {
		spec.buttons[0] = (struct dialog_button){.label = "Hide", .id = BUTTON_CLOSE};
		spec.buttons[1] = (struct dialog_button){.label = "Stop at a safe point", .id = BUTTON_STOP, .confirms = true};
	} else {
		spec.buttons[0] = (struct dialog_button){.label = "Close", .id = BUTTON_CLOSE};
	}
	return spec;
}

static char *title_of(const struct plans *plans)
{
	const struct ops_operation *operation = plans->items[0]->operation;
	if (plans->count == 1)
		return mem_strdup(plans->items[0]->title);
	return str_printf("%s %zu %s", operation->title, plans->count,
			  operation->target == OPS_ON_NODE ? "nodes" : "clusters");
}

/* The buttons follow the state; while only figures move the dialog stays, and with it the focus. */
static void show_plans(struct app *app)
{
	struct plan_text text;
	enum ops_state state = plans_state(&app->plans);
	plans_in_words(&app->plans, &text);
	bool open = app->dialog.dialog && app->dialog.data == &app->plans && !app->dialog.answering;
	if (open && app->plan_state_shown == state) {
		dialog_set_lines(app->dialog.dialog, (const char *const *)text.lines);
	} else {
		CLEANUP(free) char *title = title_of(&app->plans);
		struct dialog_spec spec = spec_of(&app->plans, title, &text);
		app_open_dialog(app, dialog_create(&spec), plans_answered, &app->plans);
		if (state == OPS_STATE_READY && too_many_to_type(&app->plans))
			dialog_set_error(app->dialog.dialog,
					 "Too many dangerous plans to type the names of: mark fewer.");
	}
	app->plan_state_shown = state;
	finish_text(&text);
	app_touch(app);
}

static void prepare(struct app *app, const char *operation, const char *const *targets, size_t target_count,
		    const struct ops_value *values, size_t count)
{
	struct err err;
	if (!app->session) {
		app_flash(app, SEV_BAD, "not connected");
		return;
	}
	if (plans_are_running(&app->plans)) {
		app_flash(app, SEV_WARN, "%s is still running; P shows it", plans_current(&app->plans)->title);
		return;
	}
	plans_clear(&app->plans);
	session_plans_over(app->session);
	if (plans_prepare(&app->plans, app->session->ops, ops_find(operation), targets, target_count, values, count,
			  &err))
		show_plans(app);
	else
		app_flash(app, SEV_BAD, "%s", err.text);
}

void action_show_plan(struct app *app)
{
	if (app->plans.count)
		show_plans(app);
	else
		app_flash(app, SEV_INFO, "no plan has been made");
}

/* ---- what would end them ---- */

struct leaving {
	void (*then)(struct app *app, const char *argument);
	char *argument;
};

static void leaving_answered(struct app *app, int button, void *data)
{
	struct leaving leaving = *(struct leaving *)data;
	free(data);
	if (button == BUTTON_STOP)
		leaving.then(app, leaving.argument);
	free(leaving.argument);
}

void app_leave_plans(struct app *app, const char *doing, void (*then)(struct app *app, const char *argument),
		     const char *argument)
{
	if (!plans_are_running(&app->plans)) {
		then(app, argument);
		return;
	}
	CLEANUP(free) char *running = str_printf("%s is under way.", plans_current(&app->plans)->title);
	CLEANUP(free)
	char *means =
		str_printf("%s ends it where it is: what was sent stays done, the steps after it are not done.", doing);
	const char *lines[] = {running, means, NULL};
	struct dialog_spec spec = {
		.title = "A plan is running",
		.lines = lines,
		.severity = SEV_WARN,
		.careful = true,
		.buttons = {{.label = "Stay", .id = BUTTON_CLOSE},
			    {.label = "End it and go", .id = BUTTON_STOP, .confirms = true}},
	};
	struct leaving *leaving = mem_alloc(sizeof *leaving);
	*leaving = (struct leaving){.then = then, .argument = mem_strdup(argument)};
	app_open_dialog(app, dialog_create(&spec), leaving_answered, leaving);
}

/* ---- what is asked for ---- */

struct targets {
	bool node;
	char *keys[PLANS_MAX + 1]; /* one more than may be: enough to say that it is too many */
	size_t count;
};

static void finish_targets(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->keys[i]);
	targets->count = 0;
}

/* Several rows may lead to one: brokers to their cluster. */
static void add_target(void *data, const struct subject *subject)
{
	struct targets *targets = data;
	const char *key = targets->node ? subject->node : subject->cluster;
	for (size_t i = 0; i < targets->count; i++) {
		if (str_eq(targets->keys[i], key))
			return;
	}
	if (*key && targets->count < ARRAY_LEN(targets->keys))
		targets->keys[targets->count++] = mem_strdup(key);
}

/* Of the marked rows, else of the one under the cursor. */
static bool find_targets(struct app *app, const char *operation, struct targets *targets)
{
	struct view *top = app_top(app);
	struct subject subject;
	*targets = (struct targets){.node = ops_find(operation)->target == OPS_ON_NODE};
	if (top->class->chosen)
		top->class->chosen(top, add_target, targets);
	else if (top->class->subject && top->class->subject(top, &subject))
		add_target(targets, &subject);
	if (targets->count == 0)
		app_flash(app, SEV_INFO, "choose a %s first", targets->node ? "node" : "broker or its cluster");
	return targets->count > 0;
}

/* An operation that needs no arguments. */
static void prepare_chosen(struct app *app, const char *operation)
{
	struct targets targets;
	if (find_targets(app, operation, &targets))
		prepare(app, operation, (const char *const *)targets.keys, targets.count, NULL, 0);
	finish_targets(&targets);
}

static void scale_answered(struct app *app, int button, void *data)
{
	struct targets *targets = data;
	if (button == BUTTON_ASK) {
		CLEANUP(free) char *count = mem_strdup(dialog_value(app->dialog.dialog, 0));
		struct ops_value value = {.name = ops_find("scale")->arguments[0].name, .value = count};
		prepare(app, "scale", (const char *const *)targets->keys, targets->count, &value, 1);
	}
	finish_targets(targets);
	free(targets);
}

static void ask_scale(struct app *app, struct targets *targets, const struct world_cluster *cluster)
{
	char now[32];
	snprintf(now, sizeof now, "%d", cluster->desired);
	CLEANUP(free)
	char *title =
		targets->count > 1
			? str_printf("Scale %zu clusters", targets->count)
			: str_printf("Scale %s %s/%s", sheet_kind_word(cluster), cluster->namespace, cluster->name);
	CLEANUP(free)
	char *line = str_printf("%s %d brokers now. What changes and what it means is shown before anything is done.",
				targets->count > 1 ? "The first of them wants" : "It wants", cluster->desired);
	const char *lines[] = {line, NULL};
	struct dialog_spec spec = {
		.title = title,
		.lines = lines,
		.fields = {{.label = "Brokers", .kind = FIELD_NUMBER, .value = now}},
		.buttons = {{.label = "Show the plan", .id = BUTTON_ASK}, {.label = "Leave", .id = BUTTON_CLOSE}},
	};
	app_open_dialog(app, dialog_create(&spec), scale_answered, targets);
}

void action_scale(struct app *app)
{
	struct targets *targets = mem_alloc(sizeof *targets);
	const struct world_cluster *cluster =
		find_targets(app, "scale", targets) ? world_find_cluster(app->world, targets->keys[0]) : NULL;
	if (cluster) {
		ask_scale(app, targets, cluster);
		return;
	}
	finish_targets(targets);
	free(targets);
}

void action_cordon(struct app *app)
{
	prepare_chosen(app, "cordon");
}

void action_uncordon(struct app *app)
{
	prepare_chosen(app, "uncordon");
}
