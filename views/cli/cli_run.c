/* A plan without a screen: made, printed, run with a line a change. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "api/base/json_write.h"
#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "views/cli/cli.h"
#include "views/cli/cli_signals.h"
#include "views/cli/get.h"

enum {
	GRACE_S = 20, /* for the next safe point, when it is no person who waits */
	TURN_MS = 1000,
};

struct cli_run {
	struct cli *cli;
	const struct cli_request *request;
	struct ops_plan *plan;
	enum ops_step_state *told; /* of each step, as it was printed last */
	char *last;                /* line of the running step */
	int signal_fd;
	int signals; /* how often it was asked to end */
	struct loop_timer *grace;
	bool over, late;
};

/* ---- what is wished ---- */

static bool read_accept(const char *word, enum ops_severity *out)
{
	for (int severity = OPS_SAFE; severity < OPS_BLOCKED; severity++) {
		if (!str_eq(word, ops_severity_word((enum ops_severity)severity)))
			continue;
		*out = (enum ops_severity)severity;
		return true;
	}
	return false;
}

bool cli_read_request(const struct cli_command_line *line, bool run, struct cli_request *out, struct err *err)
{
	const struct config *config = line->config;
	const char *format = config_is_set(config, CONFIG_OPT_OUTPUT) ? config_text(config, CONFIG_OPT_OUTPUT) : "text";
	*out = (struct cli_request){.json = str_eq(format, "json"),
				    .run = run,
				    .yes = config_flag(config, CONFIG_OPT_YES),
				    .typed = line->typed};
	if (!out->json && !str_eq(format, "text"))
		return err_set(err, ERR_USAGE, "plans are printed as text or json, not %s", format);
	if (!read_accept(config_text(config, CONFIG_OPT_ACCEPT), &out->accept))
		return err_set(err, ERR_USAGE, "--accept must be safe, careful or dangerous");
	return true;
}

bool cli_settle(struct cli *cli, const struct config *config, struct err *err)
{
	const struct world_view *world =
		cli_get_settle(cli->session, config_duration_ms(config, CONFIG_OPT_SETTLE_TIMEOUT));
	if (world->link != WORLD_UNREACHABLE && world->link != WORLD_CONNECTING)
		return true;
	return err_set(err, ERR_CONNECT, "%s",
		       err_is_set(&world->link_err) ? world->link_err.text : "the API server did not answer in time");
}

/* ---- progress ---- */

static void print_json(const struct cli_run *run, const char *event, const char *name, size_t index)
{
	struct buf line = BUF_INIT(CLI_JSON_MAX);
	const struct ops_plan *plan = run->plan;
	buf_printf(&line, "{\"event\":\"%s\",\"plan\":", event);
	if (name) {
		const struct ops_step *step = &plan->steps[index];
		json_write_string(&line, str_or(plan->id, ""));
		buf_printf(&line, ",\"step\":%zu,\"steps\":%zu,\"state\":\"%s\",\"title\":", index + 1,
			   plan->step_count, ops_step_state_word(step->state));
		json_write_string(&line, str_or(step->title, ""));
		buf_append_str(&line, ",\"figure\":");
		json_write_string(&line, str_or(step->state == OPS_STEP_RUNNING ? step->figure : step->result, ""));
		buf_append_str(&line, ",\"why\":");
		json_write_string(&line, str_or(step->why, ""));
		if (step->estimate_ms >= 0)
			buf_printf(&line, ",\"estimateMs\":%" PRId64, step->estimate_ms);
	} else {
		cli_append_plan(plan, NULL, NULL, NULL, NULL, &line);
	}
	buf_append_str(&line, "}\n");
	fputs(buf_str(&line), stdout);
	buf_finish(&line);
}

static void cli_run_print_step(const struct cli_run *run, size_t index)
{
	const struct ops_step *step = &run->plan->steps[index];
	const char *after = step->state == OPS_STEP_RUNNING ? step->figure : step->result;
	if (run->request->json) {
		print_json(run, "step", step->title, index);
		return;
	}
	printf("%zu/%zu %s: ", index + 1, run->plan->step_count, ops_step_state_word(step->state));
	cli_print_clean(stdout, step->title);
	if (after) {
		fputs(": ", stdout);
		cli_print_clean(stdout, after);
	}
	if (step->why) {
		fputs("; waiting: ", stdout);
		cli_print_clean(stdout, step->why);
	}
	if (step->state == OPS_STEP_RUNNING && step->estimate_ms >= 0)
		printf("; about %" PRId64 " s left", (step->estimate_ms + 999) / 1000);
	fputc('\n', stdout);
}

static void cli_run_progressed(void *data, struct ops_plan *plan)
{
	struct cli_run *run = data;
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct ops_step *step = &plan->steps[i];
		bool waits = i == plan->current && step->state == OPS_STEP_WAITING && step->why;
		CLEANUP(free)
		char *now = step->state == OPS_STEP_RUNNING || waits
				    ? str_printf("%zu %s %s", i, str_or(step->figure, ""), str_or(step->why, ""))
				    : NULL;
		if (step->state == run->told[i] && (!now || str_eq(now, run->last)))
			continue;
		run->told[i] = step->state;
		cli_run_print_step(run, i);
		if (now) {
			free(run->last);
			run->last = now;
			now = NULL;
		}
	}
	fflush(stdout);
	run->over = ops_is_over(plan);
}

/* ---- signals ---- */

static void cli_run_on_late(void *data)
{
	((struct cli_run *)data)->late = true;
}

static void stop_soon(struct cli_run *run, int number)
{
	bool person = number == SIGINT;
	if (person)
		cli_say("stopping at the next safe point; interrupt again to exit at once");
	else
		cli_say("stopping at the next safe point, in %d s at the latest", GRACE_S);
	ops_cancel(run->plan);
	if (!person)
		loop_timer_arm(run->grace, GRACE_S * 1000);
}

static void cli_run_on_signal(void *data, unsigned ready)
{
	struct cli_run *run = data;
	for (int number; (number = cli_signals_next(run->signal_fd));)
		if (run->signals++ == 0)
			stop_soon(run, number);
}

/* A plan that did not come to its end: what it leaves in the cluster, and how that is finished or taken back. */
static void say_what_stays(const struct cli_run *run)
{
	const struct ops_plan *plan = run->plan;
	struct err err = {0};
	size_t left = 0;
	for (size_t i = 0; i < plan->step_count; i++) {
		const char *text = ops_left_behind(plan, i);
		left += text != NULL;
		if (text)
			cli_say("left behind: %s (step %zu: %s)", text, i + 1, str_or(plan->steps[i].title, ""));
	}
	if (!plan->id || !run->cli->session->plans_are_kept)
		return;
	cli_say("`mqdeck ops resume %s --yes` resumes it", plan->id);
	if (left > 0 && ops_rolls_back(plan, &err))
		cli_say("`mqdeck ops rollback %s --yes` takes it back", plan->id);
	else if (left > 0)
		cli_say("no command takes it back: %s", err.text);
}

static int run_plan(struct cli_run *run)
{
	struct err err = {0};
	struct ops_plan *plan = run->plan;
	CLEANUP(free) enum ops_step_state *told = mem_alloc((plan->step_count + 1) * sizeof *told);
	for (size_t i = 0; i < plan->step_count; i++)
		told[i] = plan->steps[i].state;
	run->told = told;
	run->signal_fd = cli_signals_open();
	run->grace = loop_timer_create(run->cli->loop, cli_run_on_late, run);
	struct loop_fd *watch = loop_fd_add(run->cli->loop, run->signal_fd, LOOP_READ, cli_run_on_signal, run);
	bool begun = ops_run(plan, cli_run_progressed, run, &err);
	while (begun && !run->over && !run->late && run->signals < 2) {
		loop_step(run->cli->loop, run->signals ? TURN_MS : -1);
		cli_signals_alive();
	}
	loop_fd_remove(watch);
	loop_timer_destroy(run->grace);
	free(run->last);
	if (!begun)
		return cli_failed(&err);
	if (run->request->json)
		print_json(run, "end", NULL, 0);
	else if (run->over)
		cli_print_clean(stdout, str_or(plan->result, ops_state_word(plan->state)));
	fputs(run->request->json ? "" : "\n", stdout);
	if (!run->over)
		cli_say("exited in the middle of a step: its last request may or may not have taken effect");
	if (plan->state != OPS_STATE_DONE)
		say_what_stays(run);
	return plan->state == OPS_STATE_DONE ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

/* ---- from a request to its end ---- */

static void print_plan(const struct cli *cli, const struct ops_plan *plan, const struct cli_request *request,
		       const struct err *err)
{
	if (!request->json) {
		if (plan)
			cli_print_plan(plan, stdout);
		return;
	}
	struct buf out = BUF_INIT(CLI_JSON_MAX);
	CLEANUP(free) char *impact = plan ? ops_impact_text(ops_view(cli->session->ops), plan) : NULL;
	if (request->run)
		buf_append_str(&out, "{\"event\":\"plan\",\"plan\":");
	cli_append_plan(plan, request->operation, request->target, impact, err, &out);
	buf_append_str(&out, request->run ? "}\n" : "\n");
	fputs(buf_str(&out), stdout);
	buf_finish(&out);
}

/* The command that would have run it: what was typed, with what is missing where options may still stand. */
static char *command_that_runs(const struct ops_plan *plan, const struct cli_request *request)
{
	struct buf line = BUF_INIT(CLI_SENTENCE_MAX);
	char *const *word = request->typed;
	for (; *word && !str_eq(*word, "--"); word++) {
		cli_append_quoted(&line, *word);
		buf_append_char(&line, ' ');
	}
	if (!request->yes)
		buf_append_str(&line, "--yes ");
	if (plan->severity > request->accept)
		buf_printf(&line, "--accept %s ", ops_severity_word(plan->severity));
	for (; *word; word++) {
		cli_append_quoted(&line, *word);
		buf_append_char(&line, ' ');
	}
	char *text = line.overflow ? NULL : mem_strndup(line.data, line.len - 1);
	buf_finish(&line);
	return text;
}

/* Why a plan that can be run is not; the exit code, CLI_EXIT_OK when nothing stands against it. */
static int cli_run_refuse(const struct ops_plan *plan, const struct cli_request *request)
{
	bool accepted = plan->severity <= request->accept;
	if (plan->severity == OPS_BLOCKED) {
		cli_say("not run: the plan is blocked");
		return cli_exit_of(OPS_BLOCKED);
	}
	if (accepted && request->yes)
		return CLI_EXIT_OK;
	CLEANUP(free) char *command = command_that_runs(plan, request);
	cli_say("not run: the plan is %s; this runs it: %s", ops_severity_word(plan->severity),
		str_or(command, "the same with --yes and --accept"));
	return accepted ? CLI_EXIT_USAGE : cli_exit_of(plan->severity);
}

int cli_carry_out(struct cli *cli, struct ops_plan *plan, const struct cli_request *request, const struct err *err)
{
	if (!plan) {
		print_plan(cli, NULL, request, err);
		return cli_failed(err);
	}
	while (plan->state == OPS_STATE_PREPARING)
		loop_step(cli->loop, -1);
	print_plan(cli, plan, request, NULL);
	bool told = fflush(stdout) == 0;
	if (!request->run)
		return cli_exit_of(plan->severity);
	if (!told) {
		cli_say("not run: the plan could not be shown");
		return CLI_EXIT_FAILED;
	}
	int refused = cli_run_refuse(plan, request);
	if (refused != CLI_EXIT_OK)
		return refused;
	struct cli_run run = {.cli = cli, .request = request, .plan = plan};
	return run_plan(&run);
}
