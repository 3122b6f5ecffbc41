/* `mqdeck get clusters --fleet [CONTEXT…]`: a row a broker cluster of every context, and on standard error a sentence for
 * each context that could not be read. */
#include "api/base/str.h"
#include "views/cli/cli.h"
#include "views/cli/cli_rows.h"
#include "views/cli/get.h"
#include "views/fleet/fleet_rows.h"

enum { FLEET_STEP_MS = 100 };

struct cli_fleet_row {
	const struct fleet_rows *rows;
	struct fleet_row row;
};

static void fleet_moved(void *data)
{
}

static struct sheet_row *fleet_row_at(void *data, size_t position)
{
	struct cli_fleet_row *at = data;
	fleet_rows_fill(at->rows, position, &at->row);
	return &at->row.row;
}

/* As cli_get_settle(): what the picture shows to be missing is asked for by the update. */
static void settle_fleet(struct fleet *fleet, struct loop *loop, int64_t settle_ms)
{
	int64_t end = loop_now_ms(loop) + settle_ms, left = settle_ms;
	do {
		while (!fleet_settled(fleet) && left > 0) {
			loop_step(loop, left < FLEET_STEP_MS ? left : FLEET_STEP_MS);
			left = end - loop_now_ms(loop);
		}
		fleet_update(fleet);
	} while (!fleet_settled(fleet) && left > 0);
}

static bool report_fleet(const struct fleet *fleet)
{
	bool ok = true;
	for (size_t i = 0; i < fleet_count(fleet); i++) {
		const struct fleet_member *member = fleet_member_at(fleet, i);
		struct cli_get_about to = {.out = stderr, .context = member->context};
		if (member->link != FLEET_LIVE) {
			cli_get_say(&to, "",
				    err_is_set(&member->err) ? member->err.text
							     : "the API server did not answer in time");
			ok = false;
		} else if (!cli_get_report(member->world, &sheet_clusters, &to)) {
			ok = false;
		}
	}
	return ok;
}

static void write_fleet(const struct fleet *fleet, const struct loop *loop, enum cli_rows_format format)
{
	struct fleet_rows rows;
	struct cli_fleet_row row = {.rows = &rows};
	fleet_rows_init(&rows, FLEET_LISTING);
	fleet_rows_collect(&rows, fleet, clock_wall_ms(loop_clock(loop)), loop_now_ms(loop));
	cli_rows_write(
		&(struct cli_rows){.sheet = &rows.sheet, .count = rows.positions.len, .at = fleet_row_at, .data = &row},
		format, stdout);
	fleet_rows_finish(&rows);
}

int cli_get_fleet(const struct cli_command_line *line, const struct sheet *sheet)
{
	struct err err = {0};
	struct clock clock = clock_real();
	if (sheet != &sheet_clusters)
		return cli_failed(&(struct err){
			ERR_USAGE, "get --fleet lists clusters; every other view is of one context: --context NAME"});
	CLEANUP(loop_destroy) struct loop *loop = cli_create_loop(&clock, &err);
	CLEANUP(demo_destroy) struct demo *demo = loop ? cli_start_demo(line->config, loop, &err) : NULL;
	if (err_is_set(&err))
		return cli_failed(&err);
	CLEANUP(fleet_close)
	struct fleet *fleet = fleet_open(&(struct fleet_options){.loop = loop,
								 .config = line->config,
								 .demo = demo,
								 .contexts = (const char *const *)line->words + 1,
								 .context_count = line->count - 1,
								 .hurried = true,
								 .on_change = fleet_moved},
					 &err);
	if (!fleet)
		return cli_failed(&err);
	settle_fleet(fleet, loop, config_duration_ms(line->config, CONFIG_OPT_SETTLE_TIMEOUT));
	bool ok = report_fleet(fleet);
	write_fleet(fleet, loop, cli_rows_format_parse(config_text(line->config, CONFIG_OPT_OUTPUT)));
	return ok ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
