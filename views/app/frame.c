/* What stands around every view: header, banners, crumbs and the bottom line. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app_private.h"

enum { AGE_SHOWN_FROM_MS = 10000, BUSY_SHOWN_FROM_MS = 800, OWN_HEADER_MAX = 1024 };

/* ---- header ---- */

/* Steps instead of seconds while all is well: a figure that ticks says nothing and costs bytes on a thin line. */
static void data_age(const struct app *app, char out[static 32])
{
	const struct world_view *world = app->world;
	char human[16];
	out[0] = '\0';
	if (!world || world->data_age_ms < 0)
		return;
	if (world->data_age_ms < AGE_SHOWN_FROM_MS) {
		snprintf(out, 32, "fresh");
		return;
	}
	cell_human_age(world->data_age_ms / 1000, human);
	snprintf(out, 32, "%s old", human);
}

static size_t broker_total(const struct world_view *world)
{
	size_t total = 0;
	for (size_t i = 0; i < world->cluster_count; i++)
		total += world->clusters[i]->broker_count;
	return total;
}

static const char *frame_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void draw_right(struct app *app, int y, int from, style_t style)
{
	const struct world_view *world = app->world;
	char age[32], text[160] = "", short_text[64] = "";
	data_age(app, age);
	if (!world)
		return;
	if (world->discovering && world->cluster_count == 0)
		snprintf(text, sizeof text, "looking for brokers …");
	else
		snprintf(text, sizeof text, "%zu cluster%s  %zu broker%s  %zu node%s  %s ", world->cluster_count,
			 frame_plural(world->cluster_count), broker_total(world), frame_plural(broker_total(world)),
			 world->node_count, frame_plural(world->node_count), age);
	snprintf(short_text, sizeof short_text, "%s ", age);
	const char *fits = canvas_text_width(text) <= app->canvas->width - from ? text : short_text;
	int width = canvas_text_width(fits);
	canvas_put(app->canvas, y, app->canvas->width - width, width, style, fits);
}

static void draw_own_header(struct app *app, int y, int x)
{
	struct canvas *canvas = app->canvas;
	struct view *top = app_top(app);
	bool accent = app->theme.accent != COLOUR_DEFAULT;
	style_t strong = accent ? STYLE_ACCENT : STYLE_TEXT | STYLE_BOLD, weak = accent ? STYLE_ACCENT : STYLE_DIM;
	struct buf text = BUF_INIT(OWN_HEADER_MAX);
	top->class->header(top, &text);
	x += canvas_put(canvas, y, x, -1, strong, top->class->name);
	x += 1 + canvas_put(canvas, y, x + 1, -1, STYLE_READ_ONLY, " READ-ONLY ");
	canvas_put(canvas, y, x + 1, -1, weak, buf_str(&text));
	buf_finish(&text);
}

static void frame_draw_header(struct app *app, int y)
{
	struct canvas *canvas = app->canvas;
	bool accent = app->theme.accent != COLOUR_DEFAULT;
	style_t strong = accent ? STYLE_ACCENT : STYLE_TEXT | STYLE_BOLD, weak = accent ? STYLE_ACCENT : STYLE_DIM;
	if (accent)
		canvas_fill(canvas, (struct rect){y, 0, 1, canvas->width}, STYLE_ACCENT, ' ');
	int x = canvas_put(canvas, y, 0, -1, accent ? STYLE_ACCENT : STYLE_TITLE, " mqdeck ");
	if (app_top(app)->class->header) {
		draw_own_header(app, y, x + 1);
		return;
	}
	if (!app->session) {
		canvas_put(canvas, y, x + 1, -1, STYLE_BAD, "not connected");
		return;
	}
	bool read_only = kube_client_read_only(app->session->client);
	x += 1 + canvas_printf(canvas, y, x + 1, canvas->width / 2, strong, "%s", session_context(app->session));
	x += canvas_printf(canvas, y, x, canvas->width / 4, weak, "/%s", str_or(app->session->namespace, "all"));
	x += 2 + canvas_put(canvas, y, x + 2, -1, read_only ? STYLE_READ_ONLY : STYLE_LIVE,
			    read_only ? " READ-ONLY " : " LIVE ");
	x += 1 + canvas_put(canvas, y, x + 1, canvas->width / 5, weak, session_user(app->session));
	/* The usual ones are over before an eye could see them, and a sign that flickers costs bytes on a thin line. */
	if (app->busy_since_ms >= 0 && loop_now_ms(app->loop) - app->busy_since_ms > BUSY_SHOWN_FROM_MS)
		x += 1 +
		     canvas_put(canvas, y, x + 1, -1, accent ? STYLE_ACCENT : STYLE_INFO, canvas->ascii ? "<>" : "⇅");
	draw_right(app, y, x + 2, weak);
}

/* ---- banners: what must not be overlooked ---- */

static int draw_banner(struct app *app, int y, const char *text)
{
	canvas_fill(app->canvas, (struct rect){y, 0, 1, app->canvas->width}, STYLE_BANNER, ' ');
	canvas_put_fit(app->canvas, y, 1, app->canvas->width - 2, STYLE_BANNER, text);
	return y + 1;
}

static int draw_banners(struct app *app, int y)
{
	char text[ERR_TEXT_MAX + 160], age[16];
	if (app_top(app)->class->header)
		return y;
	if (!app->session)
		return draw_banner(app, y, app->session_err.text);
	if (kube_client_connection(app->session->client)->insecure)
		y = draw_banner(
			app, y,
			"TLS IS NOT VERIFIED: anyone between you and the API server can read and change everything");
	const struct world_view *world = app->world;
	if (app->session->trust == SESSION_TRUST_ASKED)
		return draw_banner(app, y,
				   "Not connected yet: the kubeconfig asks to run a command and waits for your answer");
	if (!world || (world->link == WORLD_LIVE && !err_is_set(&world->link_err)))
		return y;
	const char *why = err_is_set(&world->link_err) ? world->link_err.text : "no answer yet";
	/* It answers, and to each question that it will not. */
	if (world->link == WORLD_LIVE)
		return draw_banner(app, y, why);
	if (world->link == WORLD_STALE) {
		cell_human_age(world->data_age_ms < 1000 ? 1 : world->data_age_ms / 1000, age);
		snprintf(text, sizeof text, "The data is %s old: %s. Retrying.", age, why);
		return draw_banner(app, y, text);
	}
	if (world->link == WORLD_UNREACHABLE) {
		/* What was refused here is not tried again. */
		snprintf(text, sizeof text, "Cannot reach %s: %s.%s", session_context(app->session), why,
			 app->session->trust == SESSION_TRUST_REFUSED ? "" : " Retrying.");
		return draw_banner(app, y, text);
	}
	return y;
}

static int draw_interrupted(struct app *app, int y)
{
	char text[128];
	if (app->interrupted <= 0)
		return y;
	snprintf(text, sizeof text, "%d plan%s interrupted; resume %s in :operations", app->interrupted,
		 app->interrupted == 1 ? " was" : "s were", app->interrupted == 1 ? "it" : "them");
	return draw_banner(app, y, text);
}

static int draw_plan_banner(struct app *app, int y)
{
	const struct ops_plan *plan = plans_current(&app->plans);
	if (!plan || app_top(app)->class->shows_plans || plan->state < OPS_STATE_RUNNING)
		return y;
	if (ops_is_over(plan) && app_top(app)->class->shows_history)
		return y; /* where the journal tells more of it */
	char text[600], which[48] = "";
	const struct ops_step *step = plan->current < plan->step_count ? &plan->steps[plan->current] : NULL;
	if (app->plans.count > 1)
		snprintf(which, sizeof which, "%zu of %zu, ", app->plans.at + 1, app->plans.count);
	snprintf(text, sizeof text, "%s%s: %s%s%s (:plan shows it)", which, plan->title, ops_state_word(plan->state),
		 step || plan->result ? ", " : "", step ? str_or(step->figure, step->title) : str_or(plan->result, ""));
	style_t style = plan->state == OPS_STATE_FAILED ? STYLE_BANNER : STYLE_READ_ONLY;
	canvas_fill(app->canvas, (struct rect){y, 0, 1, app->canvas->width}, style, ' ');
	canvas_put_fit(app->canvas, y, 1, app->canvas->width - 2, style, text);
	return y + 1;
}

static bool is_own(const struct app *app, const struct world_plan *plan)
{
	for (size_t i = 0; i < app->plans.count; i++)
		if (app->plans.items[i]->state >= OPS_STATE_RUNNING &&
		    str_eq(str_or(app->plans.items[i]->id, ""), plan->id))
			return true;
	return false;
}

/* The first that somebody else runs, and how many more. A plan may hold several clusters. */
static const struct world_plan *foreign_plan(const struct app *app, size_t *more)
{
	const struct world_plan *first = NULL, *last = NULL;
	*more = 0;
	for (size_t i = 0; app->world && i < app->world->cluster_count; i++) {
		const struct world_plan *plan = app->world->clusters[i]->plan;
		if (!plan || is_own(app, plan) || (last && str_eq(last->id, plan->id) && str_eq(last->who, plan->who)))
			continue;
		*more += first != NULL;
		first = first ? first : plan;
		last = plan;
	}
	return first;
}

static int draw_foreign_plan(struct app *app, int y)
{
	size_t more;
	const struct world_plan *plan = foreign_plan(app, &more);
	if (!plan)
		return y;
	char text[600], age[16], since[32] = "", others[48] = "";
	int64_t passed = clock_wall_ms(loop_clock(app->loop)) - plan->since_ms;
	cell_human_age(passed > 0 ? passed / 1000 : 0, age);
	if (plan->since_ms >= 0)
		snprintf(since, sizeof since, ", started %s ago", age);
	if (more)
		snprintf(others, sizeof others, "; %zu more plan%s", more, frame_plural(more));
	snprintf(text, sizeof text, "%.80s is running: %.300s%s%s", plan->who, str_or(plan->title, "a plan"), since,
		 others);
	canvas_fill(app->canvas, (struct rect){y, 0, 1, app->canvas->width}, STYLE_READ_ONLY, ' ');
	canvas_put_fit(app->canvas, y, 1, app->canvas->width - 2, STYLE_READ_ONLY, text);
	return y + 1;
}

/* ---- crumbs: the stack, which is also the title of the view ---- */

static void view_title(struct view *view, struct buf *out)
{
	buf_clear(out);
	if (view->class->title)
		view->class->title(view, out);
	else
		buf_append_str(out, view->class->name);
}

static void draw_crumbs(struct app *app, int y)
{
	struct canvas *canvas = app->canvas;
	struct buf title = BUF_INIT(2048);
	canvas_hline(canvas, y, 0, canvas->width, STYLE_BORDER);
	int x = 1;
	/* The newest matter most: skip old ones that would push them out. */
	size_t first = app->view_count > 4 ? app->view_count - 4 : 0;
	for (size_t i = first; i < app->view_count; i++) {
		bool last = i + 1 == app->view_count;
		view_title(app->views[i], &title);
		if (i > first)
			x += canvas_put(canvas, y, x, -1, STYLE_CRUMB, canvas->ascii ? "> " : "› ");
		x += canvas_put(canvas, y, x, last ? canvas->width - x - 1 : canvas->width / 4,
				last ? STYLE_CRUMB_ACTIVE : STYLE_CRUMB, buf_str(&title));
		x += canvas_put(canvas, y, x, -1, STYLE_CRUMB, " ");
	}
	buf_finish(&title);
}

/* ---- bottom line ---- */

static int draw_hint(struct app *app, int y, int x, const struct key_binding *binding)
{
	const struct app_action action = app_action((enum action)binding->action);
	char label[KEY_NAME_MAX];
	key_label(binding->key, app->canvas->ascii, label);
	int needed = canvas_text_width(label) + canvas_text_width(action.hint) + 2;
	if (x + needed > app->canvas->width)
		return -1;
	x += canvas_put(app->canvas, y, x, -1, STYLE_KEY, label);
	x += 1 + canvas_put(app->canvas, y, x + 1, -1, STYLE_DIM, action.hint);
	return x + 2;
}

static void draw_hints(struct app *app, int y)
{
	const int scopes[] = {(int)app_top(app)->class->keys, VIEW_KEYS_GLOBAL};
	struct key_binding bindings[64];
	int x = 1;
	for (size_t s = scopes[0] == VIEW_KEYS_GLOBAL; s < ARRAY_LEN(scopes); s++) {
		size_t count = keymap_list(app->keymap, scopes[s], bindings, ARRAY_LEN(bindings));
		for (size_t i = 0; i < count && i < ARRAY_LEN(bindings) && x >= 0; i++) {
			if (app_action((enum action)bindings[i].action).hint)
				x = draw_hint(app, y, x, &bindings[i]);
		}
		if (x < 0)
			break;
	}
}

static void draw_bottom(struct app *app, int y)
{
	struct canvas *canvas = app->canvas;
	struct rect line = {y, 0, 1, canvas->width};
	if (app->prompt == PROMPT_COMMAND) {
		line_edit_draw(app->command_line, canvas, line, ":", true);
		int rows = (int)line_edit_choice_count(app->command_line);
		rows = rows > canvas->height / 3 ? canvas->height / 3 : rows;
		if (rows > 0)
			line_edit_draw_choices(app->command_line, canvas, (struct rect){y - rows, 0, rows, 40});
	} else if (app->prompt == PROMPT_FILTER) {
		line_edit_draw(app->filter_line, canvas, line, "/", true);
	} else if (*app->flash && loop_now_ms(app->loop) < app->flash_until_ms) {
		int x = 1 + canvas_put(canvas, y, 1, -1, severity_style(app->flash_severity),
				       severity_sign(app->flash_severity, canvas->ascii));
		canvas_put_fit(canvas, y, x + 1, canvas->width - x - 2, severity_style(app->flash_severity),
			       app->flash);
	} else {
		draw_hints(app, y);
	}
}

void frame_draw(struct app *app)
{
	struct canvas *canvas = app->canvas;
	int top = 0, bottom = canvas->height - 1;
	if (app->show_header)
		frame_draw_header(app, top++);
	top = draw_banners(app, top);
	top = draw_interrupted(app, top);
	top = draw_plan_banner(app, top);
	top = draw_foreign_plan(app, top);
	if (app->show_crumbs && (app->view_count > 1 || app_top(app)->class != app->catalogue->home))
		draw_crumbs(app, top++);
	struct view *view = app_top(app);
	view->class->draw(view, canvas, (struct rect){top, 0, bottom > top ? bottom - top : 0, canvas->width});
	if (bottom > 0)
		draw_bottom(app, bottom);
	if (app->dialog.dialog)
		dialog_draw(app->dialog.dialog, canvas);
}
