/* `mqdeck get`: waits until the world is read, then prints a sheet, and says what could not be read. */
#include "views/cli/get.h"

#include <inttypes.h>
#include <string.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "api/kube/client/kube_budget.h"
#include "views/cli/cli.h"
#include "views/cli/cli_rows.h"

enum { CLI_GET_STEP_MS = 100 };

struct cli_get_row {
	const struct sheet_rows *rows;
	struct sheet_row row;
};

/* ---- waiting ---- */

/* What the picture shows to be missing (why a broker crashed, how full its disk is) is asked for by the update. */
const struct world_view *cli_get_settle(struct session *session, int64_t settle_ms)
{
	int64_t end = loop_now_ms(session->loop) + settle_ms, left = settle_ms;
	const struct world_view *view;
	do {
		while (!world_settled(session->world) && left > 0) {
			loop_step(session->loop, left < CLI_GET_STEP_MS ? left : CLI_GET_STEP_MS);
			left = end - loop_now_ms(session->loop);
		}
		view = world_update(session->world);
	} while (!world_settled(session->world) && left > 0);
	return view;
}

void cli_get_say(const struct cli_get_about *to, const char *about, const char *sentence)
{
	CLEANUP(free) char *clean_about = text_clean_dup(about), *clean = text_clean_dup(sentence);
	CLEANUP(free) char *context = text_clean_dup(str_or(to->context, ""));
	fprintf(to->out, "mqdeck: %s%s%s%s%s\n", context, *context ? ": " : "", clean_about, *clean_about ? ": " : "",
		clean);
}

static void report_missing(const struct cli_get_about *to, const struct sheet_missing *missing)
{
	const struct world_cluster *cluster = missing->cluster;
	CLEANUP(free)
	char *about = cluster ? str_printf("%s %s/%s%s%s", sheet_kind_word(cluster), cluster->namespace, cluster->name,
					   missing->part ? ": " : "", str_or(missing->part, ""))
			      : mem_strdup(missing->part);
	cli_get_say(to, about,
		    err_is_set(missing->err) ? missing->err->text
					     : "no answer in time; raise --settle-timeout to wait longer");
}

bool cli_get_report(const struct world_view *world, const struct sheet *sheet, const struct cli_get_about *to)
{
	bool ok = true;
	if (world->link == WORLD_UNREACHABLE || world->link == WORLD_CONNECTING) {
		cli_get_say(to, "",
			    err_is_set(&world->link_err) ? world->link_err.text
							 : "the API server did not answer in time");
		return false;
	}
	struct sheet_missing missing;
	bool said = false;
	for (size_t at = 0; sheet_missing_next(sheet, world, &at, &missing);) {
		bool waits = !missing.cluster && !err_is_set(missing.err);
		ok = false;
		if (waits && world->discovering)
			continue; /* for what is said once, below */
		report_missing(to, &missing);
		said = true;
	}
	if (world->discovering && !said)
		cli_get_say(to, "", "not everything was listed in time; raise --settle-timeout to wait longer");
	return ok && !world->discovering;
}

static struct sheet_row *get_row_at(void *data, size_t position)
{
	struct cli_get_row *at = data;
	sheet_rows_fill(at->rows, position, &at->row);
	return &at->row;
}

/* Waits until everything was read or failed, at most settle_ms, and writes the rows to out. What could not be read
 * is said on err_out, a sentence each, and gives false; what could be is written all the same. */
static bool cli_get_run(struct session *session, const struct sheet *sheet, const char *name,
			enum cli_rows_format format, int64_t settle_ms, FILE *out, FILE *err_out)
{
	const struct world_view *world = cli_get_settle(session, settle_ms);
	struct sheet_rows rows = {0};
	struct sheet_scope scope = {.namespace = session->namespace, .name = name};
	struct cli_get_about to = {.out = err_out};
	struct cli_get_row row = {.rows = &rows};
	bool ok = cli_get_report(world, sheet, &to);
	sheet_rows_collect(&rows, sheet, world, &scope, SHEET_BY_NAME, clock_wall_ms(loop_clock(session->loop)));
	cli_rows_write(&(struct cli_rows){.sheet = sheet, .count = rows.positions.len, .at = get_row_at, .data = &row},
		       format, out);
	if (name && rows.positions.len == 0 && ok) {
		CLEANUP(free)
		char *sentence =
			str_printf("%s: \"%s\" not found; `mqdeck get %s` lists them", sheet->name, name, sheet->name);
		cli_get_say(&to, "", sentence);
		ok = false;
	}
	sheet_rows_finish(&rows);
	return ok;
}

int main_get(const struct cli_command_line *line)
{
	struct err err = {0};
	const struct sheet *sheet = sheet_find(line->words[0]);
	if (!sheet) {
		struct buf names = BUF_INIT(CLI_SENTENCE_MAX);
		for (const struct sheet *const *each = sheet_all(); *each; each++)
			buf_printf(&names, " %s", (*each)->name);
		cli_say("get: unknown view \"%s\"; the views are%s", line->words[0], buf_str(&names));
		buf_finish(&names);
		return CLI_EXIT_USAGE;
	}
	if (str_eq(config_text(line->config, CONFIG_OPT_OUTPUT), "text"))
		return cli_failed(
			&(struct err){ERR_USAGE, "get: -o text is for plans only; use table, wide, json or yaml"});
	if (config_flag(line->config, CONFIG_OPT_FLEET))
		return cli_get_fleet(line, sheet);
	CLEANUP(cli_close) struct cli cli = {0};
	if (!cli_open(&cli, line->config, &err))
		return cli_failed(&err);
	kube_budget_lift_rate(kube_client_budget(cli.session->client));
	bool ok = cli_get_run(cli.session, sheet, line->count > 1 ? line->words[1] : NULL,
			      cli_rows_format_parse(config_text(line->config, CONFIG_OPT_OUTPUT)),
			      config_duration_ms(line->config, CONFIG_OPT_SETTLE_TIMEOUT), stdout, stderr);
	return ok ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
