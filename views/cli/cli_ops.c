/* `mqdeck plan`, `mqdeck run` and `mqdeck ops`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/json_write.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "views/cli/cli.h"

/* ---- plan and run ---- */

static struct ops_plan *cli_ops_make_plan(struct cli *cli, const struct cli_command_line *line, struct err *err)
{
	const struct ops_operation *operation = ops_find(line->words[0]);
	struct ops_value values[OPS_VALUES_MAX];
	size_t count = 0;
	if (!operation) {
		err_set(err, ERR_USAGE, "unknown operation \"%s\"; `mqdeck --help` lists them", line->words[0]);
		return NULL;
	}
	for (size_t i = 2; i < line->count; i++) {
		char *equals = strchr(line->words[i], '=');
		if (!equals || equals == line->words[i]) {
			err_set(err, ERR_USAGE, "\"%s\" is not NAME=VALUE", line->words[i]);
			return NULL;
		}
		*equals = '\0';
		values[count++] = (struct ops_value){.name = line->words[i], .value = equals + 1};
	}
	if (!cli_open(cli, line->config, err))
		return NULL;
	cli_look_at(cli, line->config, operation->target, line->words[1]);
	if (!cli_settle(cli, line->config, err))
		return NULL;
	const struct world_view *view = world_update(cli->session->world);
	CLEANUP(free) char *key = ops_resolve(view, operation->target, line->words[1], err);
	if (key)
		return ops_prepare(cli->session->ops, operation, key, values, count, NULL, NULL, err);
	if (err->code == ERR_NOT_FOUND)
		err->code = ERR_USAGE;
	return NULL;
}

static int plan_or_run(const struct cli_command_line *line, bool run)
{
	struct err err = {0};
	struct cli_request request;
	if (!cli_read_request(line, run, &request, &err))
		return cli_failed(&err);
	request.operation = line->words[0];
	request.target = line->words[1];
	CLEANUP(cli_close) struct cli cli = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = cli_ops_make_plan(&cli, line, &err);
	return cli_carry_out(&cli, plan, &request, &err);
}

int main_plan(const struct cli_command_line *line)
{
	return plan_or_run(line, false);
}

int main_run(const struct cli_command_line *line)
{
	return plan_or_run(line, true);
}

/* ---- ops: the journal ---- */

/* The embedded cluster ends with its process, and so do its plans. */
static char *plans_dir(const struct config *config, struct err *err)
{
	if (!config_flag(config, CONFIG_OPT_DEMO))
		return ops_journal_plans_dir(err);
	err_set(err, ERR_USAGE, "plans on the embedded cluster are not kept after mqdeck exits");
	return NULL;
}

static void format_time(int64_t wall_ms, char out[static 32])
{
	if (wall_ms < 0)
		snprintf(out, 32, "-");
	else
		clock_format_rfc3339(wall_ms, out);
}

static void print_behind(const char *begin, const char *text)
{
	if (!text)
		return;
	fputs(begin, stdout);
	cli_print_clean(stdout, text);
	fputc(')', stdout);
}

static void print_row(const struct ops_history_entry *history)
{
	char started[32], step[48] = "-";
	format_time(history->started_ms, started);
	if (history->step_count)
		snprintf(step, sizeof step, "%zu/%zu", history->step, history->step_count);
	CLEANUP(free) char *id = text_clean_dup(history->id);
	printf("%-18s  %-11s  %-7s  %-20s  ", id, ops_history_word(history->state), step, started);
	cli_print_clean(stdout, str_or(history->who, "-"));
	fputs("  ", stdout);
	cli_print_clean(stdout, history->title ? history->title : history->err.text);
	print_behind(" (rolled back by ", history->rolled_back_by);
	print_behind(" (", history->lost);
	fputc('\n', stdout);
}

static void cli_ops_put(struct buf *out, const char *name, const char *text, bool first)
{
	buf_printf(out, "%s\"%s\":", first ? "" : ",", name);
	if (text)
		json_write_string(out, text);
	else
		buf_append_str(out, "null");
}

static void cli_ops_put_time(struct buf *out, const char *name, int64_t wall_ms)
{
	char at[32];
	format_time(wall_ms, at);
	cli_ops_put(out, name, wall_ms < 0 ? NULL : at, false);
}

static void cli_ops_append_history(const struct ops_history_entry *history, struct buf *out)
{
	buf_append_char(out, '{');
	cli_ops_put(out, "id", history->id, true);
	cli_ops_put(out, "state", ops_history_word(history->state), false);
	cli_ops_put(out, "operation", history->operation, false);
	cli_ops_put(out, "target", history->target, false);
	cli_ops_put(out, "title", history->title, false);
	cli_ops_put(out, "by", history->who, false);
	cli_ops_put(out, "server", history->cluster, false);
	buf_printf(out, ",\"step\":%zu,\"steps\":%zu", history->step, history->step_count);
	cli_ops_put(out, "stepTitle", history->step_title, false);
	cli_ops_put_time(out, "startedAt", history->started_ms);
	cli_ops_put_time(out, "changedAt", history->changed_ms);
	cli_ops_put(out, "undoes", history->rolls_back, false);
	cli_ops_put(out, "undoneBy", history->rolled_back_by, false);
	buf_printf(out, ",\"resumable\":%s", ops_may_resume(history, NULL) ? "true" : "false");
	cli_ops_put(out, "result", history->result, false);
	cli_ops_put(out, "lost", history->lost, false);
	cli_ops_put(out, "error", err_is_set(&history->err) ? history->err.text : NULL, false);
	buf_append_char(out, '}');
}

static int cli_ops_list(const struct cli_command_line *line, const char *dir)
{
	struct err err = {0};
	bool json = str_eq(config_text(line->config, CONFIG_OPT_OUTPUT), "json");
	CLEANUP(ops_history_finish) struct ops_history histories = {0};
	if (!ops_history_read(dir, &histories, 0, &err))
		return cli_failed(&err);
	struct buf out = BUF_INIT(CLI_JSON_MAX);
	for (size_t i = 0; i < histories.count; i++) {
		if (!json && i == 0)
			printf("%-18s  %-11s  %-7s  %-20s  BY  PLAN\n", "ID", "STATE", "STEP", "STARTED");
		if (!json)
			print_row(&histories.items[i]);
		buf_append_str(&out, i ? ",\n " : "\n ");
		cli_ops_append_history(&histories.items[i], &out);
	}
	if (json)
		printf("[%s%s]\n", buf_str(&out), histories.count ? "\n" : "");
	buf_finish(&out);
	return CLI_EXIT_OK;
}

static int cli_ops_show(const struct cli_command_line *line, const char *dir)
{
	struct err err = {0};
	const char *id = line->words[1];
	CLEANUP(ops_history_finish) struct ops_history histories = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = ops_read_plan(dir, id, &err);
	if (!plan || !ops_history_read_one(dir, id, &histories, &err))
		return cli_failed(&err);
	if (str_eq(config_text(line->config, CONFIG_OPT_OUTPUT), "json")) {
		struct buf out = BUF_INIT(CLI_JSON_MAX);
		cli_append_plan(plan, NULL, NULL, NULL, NULL, &out);
		puts(buf_str(&out));
		buf_finish(&out);
		return CLI_EXIT_OK;
	}
	print_row(&histories.items[0]);
	cli_print_plan(plan, stdout);
	return CLI_EXIT_OK;
}

typedef struct ops_plan *take_fn(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data, struct err *err);

/* A plan of the journal looks where it did; one that cannot be read is the journal's affair. */
static void look_at_past(struct cli *cli, const struct cli_command_line *line, const char *dir)
{
	struct err err = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *history = ops_read_plan(dir, line->words[1], &err);
	if (history)
		cli_look_at(cli, line->config, history->operation->target, history->target);
}

static int take(const struct cli_command_line *line, const char *dir, take_fn *fn)
{
	struct err err = {0};
	struct cli_request request;
	if (!cli_read_request(line, true, &request, &err))
		return cli_failed(&err);
	CLEANUP(cli_close) struct cli cli = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = NULL;
	bool open = cli_open(&cli, line->config, &err);
	if (open)
		look_at_past(&cli, line, dir);
	if (open && cli_settle(&cli, line->config, &err))
		plan = fn(cli.session->ops, line->words[1], NULL, NULL, &err);
	return cli_carry_out(&cli, plan, &request, &err);
}

static int cli_ops_resume(const struct cli_command_line *line, const char *dir)
{
	return take(line, dir, ops_resume_plan);
}

static int cli_ops_roll_back(const struct cli_command_line *line, const char *dir)
{
	return take(line, dir, ops_roll_back);
}

struct cli_ops_leaving {
	bool over;
	struct err err;
};

static void cli_ops_on_left(void *data, const struct err *err)
{
	struct cli_ops_leaving *leaving = data;
	leaving->over = true;
	if (err)
		leaving->err = *err;
}

static int cli_ops_leave(const struct cli_command_line *line, const char *dir)
{
	struct err err = {0};
	struct cli_ops_leaving leaving = {0};
	CLEANUP(cli_close) struct cli cli = {0};
	if (!cli_open(&cli, line->config, &err) ||
	    !ops_abandon(cli.session->ops, line->words[1], cli_ops_on_left, &leaving, &err))
		return cli_failed(&err);
	while (!leaving.over)
		loop_step(cli.loop, -1);
	if (err_is_set(&leaving.err))
		cli_say("abandoned, but its Lease could not be released and expires within 30 s: %s", leaving.err.text);
	return CLI_EXIT_OK;
}

static const struct {
	const char *name, *arguments;
	size_t words;
	int (*run)(const struct cli_command_line *line, const char *dir);
} cli_ops_verbs[] = {
	{"list", "", 1, cli_ops_list},
	{"show", " ID", 2, cli_ops_show},
	{"resume", " ID --yes [--accept careful|dangerous]", 2, cli_ops_resume},
	{"rollback", " ID --yes [--accept careful|dangerous]", 2, cli_ops_roll_back},
	{"abandon", " ID", 2, cli_ops_leave},
};

int main_ops(const struct cli_command_line *line)
{
	struct err err = {0};
	CLEANUP(free) char *dir = plans_dir(line->config, &err);
	if (!dir)
		return cli_failed(&err);
	if (line->count == 0)
		return cli_ops_list(line, dir);
	for (size_t i = 0; i < ARRAY_LEN(cli_ops_verbs); i++) {
		if (!str_eq(cli_ops_verbs[i].name, line->words[0]))
			continue;
		if (line->count == cli_ops_verbs[i].words)
			return cli_ops_verbs[i].run(line, dir);
		cli_say("usage: mqdeck ops %s%s", cli_ops_verbs[i].name, cli_ops_verbs[i].arguments);
		return CLI_EXIT_USAGE;
	}
	struct buf names = BUF_INIT(CLI_SENTENCE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(cli_ops_verbs); i++)
		buf_printf(&names, " %s", cli_ops_verbs[i].name);
	cli_say("ops: unknown command \"%s\"; the commands are%s", line->words[0], buf_str(&names));
	buf_finish(&names);
	return CLI_EXIT_USAGE;
}
