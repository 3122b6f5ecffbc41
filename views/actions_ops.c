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

static void plan_in_words(const struct ops_plan *plan, struct plan_text *text)
{
	text->count = 0;
	add_line(text, str_printf("%s, %s", ops_state_word(plan->state), ops_severity_word(plan->severity)));
	add_sentences(plan, text);
	if (plan->step_count)
		add_steps(plan, text);
	if (plan->result) {
		add_line(text, mem_strdup(""));
		add_line(text, mem_strdup(plan->result));
	}
	if (err_is_set(&plan->err))
		add_line(text, mem_strdup(plan->err.text));
	text->lines[text->count] = NULL;
}

/* ---- the dialog of a plan ---- */

static enum severity severity_of(const struct ops_plan *plan)
{
	static const enum severity of[] = {
		[OPS_SAFE] = SEV_OK, [OPS_CAREFUL] = SEV_WARN, [OPS_DANGEROUS] = SEV_BAD, [OPS_BLOCKED] = SEV_BAD};
	return plan->state == OPS_STATE_FAILED ? SEV_BAD : of[plan->severity];
}

static void show_plan(struct app *app);

static void progressed(void *data, struct ops_plan *plan)
{
	struct app *app = data;
	if (ops_is_over(plan))
		app_flash(app, plan->state == OPS_STATE_DONE ? SEV_OK : SEV_BAD, "%s: %s", plan->title,
			  str_or(plan->result, ops_state_word(plan->state)));
	/* The dialog is open, or hidden behind the banner: only what is shown is drawn again. */
	if (app->dialog.dialog && app->dialog.data == plan && !app->dialog.answering)
		show_plan(app);
	app_touch(app);
}

static void forget_plan(struct app *app)
{
	ops_plan_destroy(app->plan);
	app->plan = NULL;
}

static void plan_answered(struct app *app, int button, void *data)
{
	struct err err;
	if (button == BUTTON_RUN) {
		if (!ops_run(app->plan, progressed, app, &err))
			app_flash(app, SEV_BAD, "%s", err.text);
		show_plan(app);
	} else if (button == BUTTON_STOP) {
		ops_cancel(app->plan);
		show_plan(app);
	} else if (app->plan->state < OPS_STATE_RUNNING || ops_is_over(app->plan)) {
		forget_plan(app);
	} else {
		app_flash(app, SEV_INFO, "it goes on; P shows it again");
	}
}

static struct dialog_spec spec_of(const struct ops_plan *plan, const struct plan_text *text)
{
	struct dialog_spec spec = {
		.title = plan->title,
		.lines = (const char *const *)text->lines,
		.severity = severity_of(plan),
		.careful = true,
	};
	bool runnable = plan->state == OPS_STATE_READY && plan->severity != OPS_BLOCKED;
	if (runnable && plan->severity == OPS_DANGEROUS)
		spec.fields[0] = (struct dialog_field){.label = "Type the name", .kind = FIELD_TYPED, .value = plan->confirm};
	if (runnable) {
		spec.buttons[0] = (struct dialog_button){.label = "Run", .id = BUTTON_RUN, .confirms = true};
		spec.buttons[1] = (struct dialog_button){.label = "Leave", .id = BUTTON_CLOSE};
	} else if (plan->state == OPS_STATE_RUNNING) {
		spec.buttons[0] = (struct dialog_button){.label = "Hide", .id = BUTTON_CLOSE};
		spec.buttons[1] = (struct dialog_button){.label = "Stop at a safe point", .id = BUTTON_STOP, .confirms = true};
	} else {
		spec.buttons[0] = (struct dialog_button){.label = "Close", .id = BUTTON_CLOSE};
	}
	return spec;
}

/* The buttons follow the plan's state; while only figures move the dialog stays, and with it the focus. */
static void show_plan(struct app *app)
{
	struct plan_text text;
	plan_in_words(app->plan, &text);
	bool open = app->dialog.dialog && app->dialog.data == app->plan && !app->dialog.answering;
	if (open && app->plan_state_shown == app->plan->state) {
		dialog_set_lines(app->dialog.dialog, (const char *const *)text.lines);
	} else {
		struct dialog_spec spec = spec_of(app->plan, &text);
		app_open_dialog(app, dialog_create(&spec), plan_answered, app->plan);
	}
	app->plan_state_shown = app->plan->state;
	finish_text(&text);
	app_touch(app);
}

static void prepared(void *data, struct ops_plan *plan)
{
	show_plan(data);
}

static void prepare(struct app *app, const char *operation, const char *target, const struct ops_value *values, size_t count)
{
	struct err err;
	if (!app->session) {
		app_flash(app, SEV_BAD, "not connected");
		return;
	}
	if (app->plan && !ops_is_over(app->plan) && app->plan->state >= OPS_STATE_RUNNING) {
		app_flash(app, SEV_WARN, "%s is still running; P shows it", app->plan->title);
		return;
	}
	forget_plan(app);
	app->plan = ops_prepare(app->session->ops, ops_find(operation), target, values, count, prepared, app, &err);
	if (app->plan)
		show_plan(app);
	else
		app_flash(app, SEV_BAD, "%s", err.text);
}

void action_show_plan(struct app *app)
{
	if (app->plan)
		show_plan(app);
	else
		app_flash(app, SEV_INFO, "no plan has been made");
}

/* ---- what is asked for ---- */

static bool subject_of_kind(struct app *app, bool node, struct subject *out)
{
	struct view *top = app_top(app);
	if (top->class->subject && top->class->subject(top, out) && *(node ? out->node : out->cluster))
		return true;
	app_flash(app, SEV_INFO, "choose a %s first", node ? "node" : "broker or its cluster");
	return false;
}

static void scale_answered(struct app *app, int button, void *data)
{
	CLEANUP(free) char *cluster = data;
	if (button != BUTTON_ASK)
		return;
	struct ops_value value = {.name = ops_find("scale")->arguments[0].name, .value = dialog_value(app->dialog.dialog, 0)};
	CLEANUP(free) char *count = mem_strdup(value.value);
	value.value = count;
	prepare(app, "scale", cluster, &value, 1);
}

void action_scale(struct app *app)
{
	struct subject subject;
	if (!subject_of_kind(app, false, &subject))
		return;
	const struct world_cluster *cluster = world_find_cluster(app->world, subject.cluster);
	if (!cluster)
		return;
	char now[32];
	snprintf(now, sizeof now, "%d", cluster->desired);
	CLEANUP(free) char *title = str_printf("Scale %s %s/%s", sheet_kind_word(cluster), cluster->namespace, cluster->name);
	CLEANUP(free) char *line = str_printf("It wants %d brokers now. What changes and what it means is shown before anything is done.",
					      cluster->desired);
	const char *lines[] = {line, NULL};
	struct dialog_spec spec = {
		.title = title,
		.lines = lines,
		.fields = {{.label = "Brokers", .kind = FIELD_NUMBER, .value = now}},
		.buttons = {{.label = "Show the plan", .id = BUTTON_ASK}, {.label = "Leave", .id = BUTTON_CLOSE}},
	};
	app_open_dialog(app, dialog_create(&spec), scale_answered, mem_strdup(subject.cluster));
}

void action_cordon(struct app *app)
{
	struct subject subject;
	if (subject_of_kind(app, true, &subject))
		prepare(app, "cordon", subject.node, NULL, 0);
}

void action_uncordon(struct app *app)
{
	struct subject subject;
	if (subject_of_kind(app, true, &subject))
		prepare(app, "uncordon", subject.node, NULL, 0);
}
