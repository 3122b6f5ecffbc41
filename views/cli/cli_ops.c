/* `mqdeck plan`, `mqdeck run` and `mqdeck ops`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "views/cli/cli.h"

/* ---- plan and run ---- */

static struct ops_plan *make_plan(struct cli *cli, const struct command_line *line, struct err *err)
{
	const struct ops_operation *operation = ops_find(line->words[0]);
	struct ops_value values[OPS_VALUES_MAX];
	size_t count = 0;
	if (!operation) {
		err_set(err, ERR_USAGE, "there is no operation \"%s\"; `mqdeck --help` lists them", line->words[0]);
		return NULL;
	}
	for (size_t i = 2; i < line->count; i++) {
		char *equals = strchr(line->words[i], '=');
		if (!equals || equals == line->words[i]) {
			err_set(err, ERR_USAGE, "\"%s\" is no NAME=VALUE", line->words[i]);
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

static int plan_or_run(const struct command_line *line, bool run)
{
	struct err err = {0};
	struct cli_wish wish;
	if (!cli_read_wish(line->config, run, &wish, &err))
		return cli_failed(&err);
	wish.operation = line->words[0];
	wish.target = line->words[1];
	CLEANUP(cli_close) struct cli cli = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = make_plan(&cli, line, &err);
	return cli_carry_out(&cli, plan, &wish, &err);
}

int main_plan(const struct command_line *line)
{
	return plan_or_run(line, false);
}

int main_run(const struct command_line *line)
{
	return plan_or_run(line, true);
}

/* ---- ops: the journal ---- */

/* The embedded cluster ends with its process, and so do its plans. */
static char *plans_dir(const struct config *config, struct err *err)
{
	if (!config_flag(config, OPT_DEMO))
		return ops_plans_dir(err);
	err_set(err, ERR_USAGE, "the plans of the embedded cluster end with it");
	return NULL;
}

static void format_time(int64_t wall_ms, char out[static 32])
{
	if (wall_ms < 0)
		snprintf(out, 32, "-");
	else
		clock_format_rfc3339(wall_ms, out);
}

static void print_row(const struct ops_past *past)
{
	char started[32], step[48] = "-";
	format_time(past->started_ms, started);
	if (past->step_count)
		snprintf(step, sizeof step, "%zu/%zu", past->step, past->step_count);
	printf("%-18s  %-11s  %-7s  %-20s  ", past->id, ops_past_word(past->state), step, started);
	cli_print_clean(stdout, str_or(past->who, "-"));
	fputs("  ", stdout);
	cli_print_clean(stdout, past->title ? past->title : past->err.text);
	if (past->undone_by)
		printf(" (taken back by %s)", past->undone_by);
	fputc('\n', stdout);
}

static void put(struct buf *out, const char *name, const char *text, bool first)
{
	buf_printf(out, "%s\"%s\":", first ? "" : ",", name);
	if (text)
		json_append_string(out, text);
	else
		buf_append_str(out, "null");
}

static void put_time(struct buf *out, const char *name, int64_t wall_ms)
{
	char at[32];
	format_time(wall_ms, at);
	put(out, name, wall_ms < 0 ? NULL : at, false);
}

static void append_past(const struct ops_past *past, struct buf *out)
{
	buf_append_char(out, '{');
	put(out, "id", past->id, true);
	put(out, "state", ops_past_word(past->state), false);
	put(out, "operation", past->operation, false);
	put(out, "target", past->target, false);
	put(out, "title", past->title, false);
	put(out, "by", past->who, false);
	put(out, "server", past->cluster, false);
	buf_printf(out, ",\"step\":%zu,\"steps\":%zu", past->step, past->step_count);
	put(out, "stepTitle", past->step_title, false);
	put_time(out, "startedAt", past->started_ms);
	put_time(out, "changedAt", past->changed_ms);
	put(out, "undoes", past->undoes, false);
	put(out, "undoneBy", past->undone_by, false);
	buf_printf(out, ",\"resumable\":%s", ops_past_may_go_on(past, NULL) ? "true" : "false");
	put(out, "result", past->result, false);
	put(out, "error", err_is_set(&past->err) ? past->err.text : NULL, false);
	buf_append_char(out, '}');
}

static int list(const struct command_line *line, const char *dir)
{
	struct err err = {0};
	bool json = str_eq(config_text(line->config, OPT_OUTPUT), "json");
	CLEANUP(ops_pasts_finish) struct ops_pasts pasts = {0};
	if (!ops_pasts_read(dir, &pasts, 0, &err))
		return cli_failed(&err);
	struct buf out = BUF_INIT(CLI_JSON_MAX);
	for (size_t i = 0; i < pasts.count; i++) {
		if (!json && i == 0)
			printf("%-18s  %-11s  %-7s  %-20s  BY  PLAN\n", "ID", "STATE", "STEP", "STARTED");
		if (!json)
			print_row(&pasts.items[i]);
		buf_append_str(&out, i ? ",\n " : "\n ");
		append_past(&pasts.items[i], &out);
	}
	if (json)
		printf("[%s%s]\n", buf_str(&out), pasts.count ? "\n" : "");
	buf_finish(&out);
	return EXIT_OK;
}

static int show(const struct command_line *line, const char *dir)
{
	struct err err = {0};
	const char *id = line->words[1];
	CLEANUP(ops_pasts_finish) struct ops_pasts pasts = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = ops_past_plan(dir, id, &err);
	if (!plan || !ops_pasts_read_one(dir, id, &pasts, &err))
		return cli_failed(&err);
	if (str_eq(config_text(line->config, OPT_OUTPUT), "json")) {
		struct buf out = BUF_INIT(CLI_JSON_MAX);
		cli_append_plan(plan, NULL, NULL, NULL, NULL, &out);
		puts(buf_str(&out));
		buf_finish(&out);
		return EXIT_OK;
	}
	print_row(&pasts.items[0]);
	cli_print_plan(plan, stdout);
	return EXIT_OK;
}

typedef struct ops_plan *take_fn(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data, struct err *err);

/* A plan of the journal looks where it did; one that cannot be read is the journal's affair. */
static void look_at_past(struct cli *cli, const struct command_line *line, const char *dir)
{
	struct err err = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *past = ops_past_plan(dir, line->words[1], &err);
	if (past)
		cli_look_at(cli, line->config, past->operation->target, past->target);
}

static int take(const struct command_line *line, const char *dir, take_fn *fn)
{
	struct err err = {0};
	struct cli_wish wish;
	if (!cli_read_wish(line->config, true, &wish, &err))
		return cli_failed(&err);
	CLEANUP(cli_close) struct cli cli = {0};
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = NULL;
	bool open = cli_open(&cli, line->config, &err);
	if (open)
		look_at_past(&cli, line, dir);
	if (open && cli_settle(&cli, line->config, &err))
		plan = fn(cli.session->ops, line->words[1], NULL, NULL, &err);
	return cli_carry_out(&cli, plan, &wish, &err);
}

static int resume(const struct command_line *line, const char *dir)
{
	return take(line, dir, ops_take_up);
}

static int roll_back(const struct command_line *line, const char *dir)
{
	return take(line, dir, ops_roll_back);
}

struct leaving {
	bool over;
	struct err err;
};

static void on_left(void *data, const struct err *err)
{
	struct leaving *leaving = data;
	leaving->over = true;
	if (err)
		leaving->err = *err;
}

static int leave(const struct command_line *line, const char *dir)
{
	struct err err = {0};
	struct leaving leaving = {0};
	CLEANUP(cli_close) struct cli cli = {0};
	if (!cli_open(&cli, line->config, &err) ||
	    !ops_abandon(cli.session->ops, line->words[1], on_left, &leaving, &err))
		return cli_failed(&err);
	while (!leaving.over)
		loop_step(cli.loop, -1);
	if (err_is_set(&leaving.err)) {
		fputs("mqdeck: its lease runs out by itself within 30 s: ", stderr);
		cli_print_clean(stderr, leaving.err.text);
		fputc('\n', stderr);
	}
	return EXIT_OK;
}

static const struct {
	const char *name, *arguments;
	size_t words;
	int (*run)(const struct command_line *line, const char *dir);
} verbs[] = {
	{"list", "", 1, list},
	{"show", " ID", 2, show},
	{"resume", " ID --yes [--accept careful|dangerous]", 2, resume},
	{"rollback", " ID --yes [--accept careful|dangerous]", 2, roll_back},
	{"abandon", " ID", 2, leave},
};

int main_ops(const struct command_line *line)
{
	struct err err = {0};
	CLEANUP(free) char *dir = plans_dir(line->config, &err);
	if (!dir)
		return cli_failed(&err);
	if (line->count == 0)
		return list(line, dir);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!str_eq(verbs[i].name, line->words[0]))
			continue;
		if (line->count == verbs[i].words)
			return verbs[i].run(line, dir);
		fprintf(stderr, "mqdeck: usage: mqdeck ops %s%s\n", verbs[i].name, verbs[i].arguments);
		return EXIT_USAGE;
	}
	fprintf(stderr, "mqdeck: ops: there is no \"%s\"; there are", line->words[0]);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(stderr, " %s", verbs[i].name);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
