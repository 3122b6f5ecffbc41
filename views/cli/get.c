/* `mqdeck get`: waits until the world is read, then prints a sheet, and says what could not be read. */
#include "views/cli/get.h"

#include <inttypes.h>
#include <string.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "api/kube/client/kube_budget.h"
#include "views/cli/cli.h"
#include "views/sheets/sheet_record.h"

enum { CLI_GET_OUTPUT_MAX = 1 << 30, CLI_GET_CELL_MAX = 4096, CLI_GET_STEP_MS = 100 };

enum cli_get_format { CLI_GET_TABLE, CLI_GET_WIDE, CLI_GET_JSON, CLI_GET_YAML };

/* "table", "wide", "json", "yaml" as permitted by options.def. */
static enum cli_get_format cli_get_format_parse(const char *word)
{
	static const char *const words[] = {
		[CLI_GET_TABLE] = "table", [CLI_GET_WIDE] = "wide", [CLI_GET_JSON] = "json", [CLI_GET_YAML] = "yaml"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(words[i], word))
			return (enum cli_get_format)i;
	}
	return CLI_GET_TABLE;
}

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

static void cli_get_say(FILE *err_out, const char *about, const char *sentence)
{
	CLEANUP(free) char *clean_about = text_clean_dup(about), *clean = text_clean_dup(sentence);
	fprintf(err_out, "mqdeck: %s%s%s\n", clean_about, *clean_about ? ": " : "", clean);
}

static void report_missing(FILE *err_out, const struct sheet_missing *missing)
{
	const struct world_cluster *cluster = missing->cluster;
	CLEANUP(free)
	char *about = cluster ? str_printf("%s %s/%s%s%s", sheet_kind_word(cluster), cluster->namespace, cluster->name,
					   missing->part ? ": " : "", str_or(missing->part, ""))
			      : mem_strdup(missing->part);
	cli_get_say(err_out, about,
		    err_is_set(missing->err) ? missing->err->text
					     : "no answer in time; raise --settle-timeout to wait longer");
}

static bool cli_get_report(const struct world_view *world, const struct sheet *sheet, FILE *err_out)
{
	bool ok = true;
	if (world->link == WORLD_UNREACHABLE || world->link == WORLD_CONNECTING) {
		cli_get_say(err_out, "",
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
		report_missing(err_out, &missing);
		said = true;
	}
	if (world->discovering && !said)
		cli_get_say(err_out, "", "not everything was listed in time; raise --settle-timeout to wait longer");
	return ok && !world->discovering;
}

/* ---- JSON and YAML ---- */

static void write_records(const struct sheet_rows *rows, bool yaml, FILE *out)
{
	struct sheet_row row;
	struct buf text = BUF_INIT(CLI_GET_OUTPUT_MAX);
	if (!yaml)
		fputc('[', out);
	else if (rows->positions.len == 0)
		fputs("[]\n", out);
	for (size_t i = 0; i < rows->positions.len; i++) {
		sheet_rows_fill(rows, i, &row);
		buf_clear(&text);
		sheet_record_append(rows->sheet, &row, yaml ? SHEET_RECORD_YAML : SHEET_RECORD_JSON, &text);
		if (!yaml)
			fputs(i ? ",\n " : "\n ", out);
		fwrite(text.data, 1, text.len, out);
	}
	if (!yaml)
		fputs(rows->positions.len ? "\n]\n" : "]\n", out);
	buf_finish(&text);
}

/* ---- a table for people ---- */

static bool is_printed(const struct sheet_column *column, bool wide)
{
	return column->title && (wide || !(column->flags & SHEET_COLUMN_WIDE));
}

static size_t format_cell(const struct sheet_column *column, struct sheet_row *row, char *out, size_t size)
{
	struct cell cell = column->cell(row);
	cell_format(&cell, out, size, false);
	return text_width(out);
}

static void put_padded(FILE *out, const char *text, size_t width, size_t to, bool right, bool last)
{
	int fill = to > width ? (int)(to - width) : 0;
	if (right)
		fprintf(out, "%*s%s", fill, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : fill, "");
	fputs(last ? "\n" : "  ", out);
}

static void write_table(const struct sheet_rows *rows, bool wide, FILE *out)
{
	const struct sheet *sheet = rows->sheet;
	CLEANUP(free) size_t *widths = mem_alloc(sheet->column_count * sizeof *widths);
	char text[CLI_GET_CELL_MAX];
	struct sheet_row row;
	size_t last = 0;
	for (size_t c = 0; c < sheet->column_count; c++) {
		if (!is_printed(&sheet->columns[c], wide))
			continue;
		last = c;
		widths[c] = strlen(sheet->columns[c].title);
	}
	for (size_t i = 0; i < rows->positions.len; i++) {
		sheet_rows_fill(rows, i, &row);
		for (size_t c = 0; c < sheet->column_count; c++) {
			if (!is_printed(&sheet->columns[c], wide))
				continue;
			size_t width = format_cell(&sheet->columns[c], &row, text, sizeof text);
			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
	for (size_t c = 0; c <= last; c++) {
		if (is_printed(&sheet->columns[c], wide))
			put_padded(out, sheet->columns[c].title, strlen(sheet->columns[c].title), widths[c],
				   cell_is_numeric(sheet->columns[c].type), c == last);
	}
	for (size_t i = 0; i < rows->positions.len; i++) {
		sheet_rows_fill(rows, i, &row);
		for (size_t c = 0; c <= last; c++) {
			if (!is_printed(&sheet->columns[c], wide))
				continue;
			size_t width = format_cell(&sheet->columns[c], &row, text, sizeof text);
			put_padded(out, text, width, widths[c], cell_is_numeric(sheet->columns[c].type), c == last);
		}
	}
}

/* Waits until everything was read or failed, at most settle_ms, and writes the rows to out. What could not be read
 * is said on err_out, a sentence each, and gives false; what could be is written all the same. */
static bool cli_get_run(struct session *session, const struct sheet *sheet, const char *name,
			enum cli_get_format format, int64_t settle_ms, FILE *out, FILE *err_out)
{
	const struct world_view *world = cli_get_settle(session, settle_ms);
	struct sheet_rows rows = {0};
	struct sheet_scope scope = {.namespace = session->namespace, .name = name};
	bool ok = cli_get_report(world, sheet, err_out);
	sheet_rows_collect(&rows, sheet, world, &scope, SHEET_BY_NAME, clock_wall_ms(loop_clock(session->loop)));
	if (format == CLI_GET_JSON || format == CLI_GET_YAML)
		write_records(&rows, format == CLI_GET_YAML, out);
	else
		write_table(&rows, format == CLI_GET_WIDE, out);
	if (name && rows.positions.len == 0 && ok) {
		CLEANUP(free)
		char *sentence =
			str_printf("%s: \"%s\" not found; `mqdeck get %s` lists them", sheet->name, name, sheet->name);
		cli_get_say(err_out, "", sentence);
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
	CLEANUP(cli_close) struct cli cli = {0};
	if (!cli_open(&cli, line->config, &err))
		return cli_failed(&err);
	kube_budget_lift_rate(kube_client_budget(cli.session->client));
	bool ok = cli_get_run(cli.session, sheet, line->count > 1 ? line->words[1] : NULL,
			      cli_get_format_parse(config_text(line->config, CONFIG_OPT_OUTPUT)),
			      config_duration_ms(line->config, CONFIG_OPT_SETTLE_TIMEOUT), stdout, stderr);
	return ok ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
