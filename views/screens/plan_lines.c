/* A plan as lines of text: sentences worst first, then steps with what each one waits for. */
#include "views/screens/plan_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/draw/chart.h"

enum { STEP_INDENT = 5, BAR_WIDTH = 20, WHEEL_ROWS = 3 };

static const struct {
	enum severity severity;
	style_t style;
} plan_lines_severities[] = {
	[OPS_SAFE] = {SEV_OK, STYLE_OK},
	[OPS_CAREFUL] = {SEV_WARN, STYLE_WARN},
	[OPS_DANGEROUS] = {SEV_BAD, STYLE_BAD},
	[OPS_BLOCKED] = {SEV_BAD, STYLE_BAD},
};

enum severity plan_lines_severity(enum ops_severity severity)
{
	return plan_lines_severities[severity].severity;
}

style_t plan_lines_severity_style(enum ops_severity severity)
{
	return plan_lines_severities[severity].style;
}

double plan_lines_fraction(const struct ops_plan *plan)
{
	if (plan->state < OPS_STATE_RUNNING || plan->step_count == 0)
		return -1;
	double done = 0;
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct ops_step *step = &plan->steps[i];
		bool over = step->state == OPS_STEP_DONE || (step->state == OPS_STEP_SKIPPED && i < plan->current);
		done += over ? 1 : step->state == OPS_STEP_RUNNING && step->fraction > 0 ? step->fraction : 0;
	}
	return done / (double)plan->step_count;
}

/* ---- lines ---- */

static struct plan_lines_item *plan_lines_add(struct plan_lines *lines, int indent, style_t style, const char *text,
					      size_t len)
{
	vec_push(&lines->items, (struct plan_lines_item){.text = mem_strndup(text, len),
							 .style = style,
							 .label_style = STYLE_TEXT,
							 .indent = indent,
							 .fraction = -1});
	return &lines->items.items[lines->items.len - 1];
}

static size_t wrap_at(const char *text, int columns)
{
	size_t len = strlen(text);
	if (canvas_text_width(text) <= columns)
		return len;
	size_t fits = canvas_text_fit(text, len, columns), cut = fits;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut ? cut : fits;
}

static void plan_lines_put(struct plan_lines *lines, const char *label, style_t label_style, int indent, style_t style,
			   const char *text)
{
	int columns = lines->width - indent > 8 ? lines->width - indent : 8;
	bool first = true;
	do {
		size_t cut = wrap_at(text, columns);
		struct plan_lines_item *line = plan_lines_add(lines, indent, style, text, cut);
		if (first)
			snprintf(line->label, sizeof line->label, "%s", label);
		line->label_style = label_style;
		first = false;
		text += cut;
		text += *text == ' ';
	} while (*text);
}

static void plan_lines_add_gap(struct plan_lines *lines)
{
	plan_lines_add(lines, 0, STYLE_TEXT, "", 0);
}

/* ---- what it means ---- */

/* The worst leads: whoever reads only the first line has read what matters. */
static const struct {
	enum ops_sentence_kind kind;
	style_t label, text;
} plan_lines_order[] = {
	{OPS_BLOCKS, STYLE_BAD, STYLE_TEXT | STYLE_BOLD},
	{OPS_DANGER, STYLE_BAD, STYLE_TEXT | STYLE_BOLD},
	{OPS_CAUTION, STYLE_WARN, STYLE_TEXT},
	{OPS_CHANGES, STYLE_HEADER, STYLE_TEXT},
	{OPS_MEANS, STYLE_HEADER, STYLE_TEXT},
	{OPS_UNDO, STYLE_DIM, STYLE_DIM},
};

static void add_sentences(struct plan_lines *lines, const struct ops_plan *plan)
{
	for (size_t k = 0; k < ARRAY_LEN(plan_lines_order); k++) {
		bool again = false;
		for (size_t i = 0; i < plan->sentence_count; i++) {
			if (plan->sentences[i].kind != plan_lines_order[k].kind)
				continue;
			plan_lines_put(lines, again ? "" : ops_sentence_label(plan_lines_order[k].kind),
				       plan_lines_order[k].label, PLAN_LINES_LABEL_WIDTH, plan_lines_order[k].text,
				       plan->sentences[i].text);
			again = true;
		}
	}
}

/* ---- what is done ---- */

static const struct {
	const char *sign, *ascii;
	style_t label, text;
} step_looks[] = {
	[OPS_STEP_WAITING] = {"·", ".", STYLE_DIM, STYLE_TEXT},
	[OPS_STEP_RUNNING] = {"▶", ">", STYLE_INFO, STYLE_TEXT | STYLE_BOLD},
	[OPS_STEP_DONE] = {"✓", "+", STYLE_OK, STYLE_TEXT},
	[OPS_STEP_FAILED] = {"✗", "x", STYLE_BAD, STYLE_BAD},
	[OPS_STEP_SKIPPED] = {"–", "-", STYLE_DIM, STYLE_DIM},
};

static void add_gauge(struct plan_lines *lines, const struct ops_step *step)
{
	char age[16], left[48] = "";
	if (step->figure)
		plan_lines_put(lines, "", STYLE_TEXT, STEP_INDENT, STYLE_TEXT, step->figure);
	if (step->estimate_ms >= 0) {
		cell_human_age((step->estimate_ms + 999) / 1000, age);
		snprintf(left, sizeof left, "about %s left", age);
	}
	if (step->fraction < 0 && !*left)
		return;
	CLEANUP(free)
	char *text = step->fraction < 0 ? mem_strdup(left) : str_printf("%3.0f%% %s", step->fraction * 100, left);
	plan_lines_add(lines, STEP_INDENT, STYLE_DIM, text, strlen(text))->fraction = step->fraction;
}

static void plan_lines_add_step(struct plan_lines *lines, const struct ops_plan *plan, size_t index)
{
	const struct ops_step *step = &plan->steps[index];
	char label[32];
	bool next = plan->state == OPS_STATE_PAUSED && index == plan->current;
	const char *sign = lines->ascii ? step_looks[step->state].ascii : step_looks[step->state].sign;
	snprintf(label, sizeof label, "%s %2zu", sign, index + 1);
	bool dry = step->dry_run_ok && step->state == OPS_STEP_WAITING && !plan->under_way;
	CLEANUP(free) char *text = str_printf("%s%s", step->title, dry ? "  (dry run ok)" : "");
	plan_lines_put(lines, label, step_looks[step->state].label, STEP_INDENT, step_looks[step->state].text, text);
	if (step->state == OPS_STEP_RUNNING)
		add_gauge(lines, step);
	if ((step->state == OPS_STEP_RUNNING || next) && step->why) {
		CLEANUP(free) char *why = str_printf("waiting: %s", step->why);
		plan_lines_put(lines, "", STYLE_TEXT, STEP_INDENT, STYLE_WARN, why);
	}
	if (step->state >= OPS_STEP_DONE && step->result)
		plan_lines_put(lines, "", STYLE_TEXT, STEP_INDENT,
			       step->state == OPS_STEP_FAILED ? STYLE_BAD : STYLE_DIM, step->result);
}

static void plan_lines_add_steps(struct plan_lines *lines, const struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++)
		plan_lines_add_step(lines, plan, i);
}

static void add_end(struct plan_lines *lines, const struct ops_plan *plan)
{
	if (plan->result)
		plan_lines_put(lines, "Result", STYLE_HEADER, PLAN_LINES_LABEL_WIDTH, STYLE_TEXT | STYLE_BOLD,
			       plan->result);
	if (err_is_set(&plan->err) && !str_eq(plan->err.text, str_or(plan->result, "")))
		plan_lines_put(lines, "Failed", STYLE_BAD, PLAN_LINES_LABEL_WIDTH, STYLE_BAD, plan->err.text);
}

/* Before it is run, what it means comes first; then, how far it is. */
static void add_plan(struct plan_lines *lines, const struct ops_plan *plan)
{
	bool begun = plan->state >= OPS_STATE_RUNNING;
	add_end(lines, plan);
	if (!begun)
		add_sentences(lines, plan);
	if (lines->items.len && plan->step_count)
		plan_lines_add_gap(lines);
	plan_lines_add_steps(lines, plan);
	if (begun && plan->sentence_count) {
		plan_lines_add_gap(lines);
		add_sentences(lines, plan);
	}
}

/* Of several: what each means; the steps of the one whose turn it is. */
static void add_one_of(struct plan_lines *lines, const struct plans *plans, size_t index)
{
	const struct ops_plan *plan = plans->items[index];
	char label[32];
	CLEANUP(free)
	char *head =
		str_printf("%s: %s, %s", plan->title, ops_state_word(plan->state), ops_severity_word(plan->severity));
	if (index)
		plan_lines_add_gap(lines);
	snprintf(label, sizeof label, "%zu", index + 1);
	plan_lines_put(lines, label, STYLE_HEADER, STEP_INDENT, plan_lines_severity_style(plan->severity) | STYLE_BOLD,
		       head);
	if (plans->begun && index == plans->at && !ops_is_over(plan))
		plan_lines_add_steps(lines, plan);
	if (!ops_is_over(plan))
		add_sentences(lines, plan);
	add_end(lines, plan);
}

static void plan_lines_clear(struct plan_lines *lines)
{
	vec_each (&lines->items, line)
		free(line->text);
	vec_clear(&lines->items);
}

void plan_lines_of_plan(struct plan_lines *lines, const struct ops_plan *plan)
{
	plan_lines_clear(lines);
	add_plan(lines, plan);
}

void plan_lines_of_plans(struct plan_lines *lines, const struct plans *plans)
{
	plan_lines_clear(lines);
	if (err_is_set(&plans->err))
		plan_lines_put(lines, "Failed", STYLE_BAD, PLAN_LINES_LABEL_WIDTH, STYLE_BAD, plans->err.text);
	if (plans->count == 1)
		add_plan(lines, plans->items[0]);
	for (size_t i = 0; i < plans->count && plans->count > 1; i++)
		add_one_of(lines, plans, i);
}

void plan_lines_finish(struct plan_lines *lines)
{
	plan_lines_clear(lines);
	vec_finish(&lines->items);
}

void plan_lines_draw(struct plan_lines *lines, struct canvas *canvas, struct rect rect)
{
	int count = (int)lines->items.len;
	lines->page = rect.height;
	lines->at_max = count > rect.height ? count - rect.height : 0;
	lines->at = lines->at > lines->at_max ? lines->at_max : lines->at;
	for (int row = 0; row < rect.height && lines->at + row < count; row++) {
		const struct plan_lines_item *line = &lines->items.items[lines->at + row];
		int x = rect.x + line->indent, y = rect.y + row;
		canvas_put(canvas, y, rect.x, line->indent, line->label_style, line->label);
		if (line->fraction >= 0) {
			chart_bar(canvas, y, x, BAR_WIDTH, line->fraction, STYLE_BAR_FULL);
			x += BAR_WIDTH + 1;
		}
		canvas_put(canvas, y, x, rect.x + rect.width - x, line->style, line->text);
	}
}

static bool plan_lines_scroll(struct plan_lines *lines, int by)
{
	lines->at = lines->at + by < 0 ? 0 : lines->at + by;
	return true;
}

bool plan_lines_event(struct plan_lines *lines, const struct event *event)
{
	if (event->type != EVENT_MOUSE)
		return false;
	if (event->mouse.action == EVENT_MOUSE_WHEEL_DOWN)
		return plan_lines_scroll(lines, WHEEL_ROWS);
	return event->mouse.action == EVENT_MOUSE_WHEEL_UP && plan_lines_scroll(lines, -WHEEL_ROWS);
}

bool plan_lines_act(struct plan_lines *lines, enum action action)
{
	const struct {
		enum action action;
		int by;
	} steps[] = {
		{ACTION_DOWN, 1},
		{ACTION_UP, -1},
		{ACTION_PAGE_DOWN, lines->page},
		{ACTION_PAGE_UP, -lines->page},
		{ACTION_BOTTOM, lines->at_max},
		{ACTION_TOP, -lines->at},
	};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].action == action)
			return plan_lines_scroll(lines, steps[i].by);
	}
	return false;
}
