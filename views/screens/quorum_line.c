/* A cluster's own quorum in a line: the partitions hang on it, and no row of theirs shows it. */
#include "views/screens/quorum_line.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "tui/draw/style.h"
#include "views/sheets/sheet.h"

/* ---- the words ---- */

static void append_voters(struct buf *out, const struct world_cluster *cluster, enum severity *severity)
{
	const struct world_voter *leader = NULL;
	for (size_t i = 0; i < cluster->voter_count && !leader; i++)
		leader = cluster->voters[i].leader ? &cluster->voters[i] : NULL;
	char number[32] = "";
	if (leader)
		snprintf(number, sizeof number, "controller %" PRId32, leader->id);
	buf_printf(out, "; quorum %s%s", leader ? "led by " : "has no leader",
		   leader ? str_or(leader->broker, number) : "");
	if (!leader)
		*severity = SEV_BAD;
	for (size_t i = 0, told = 0; i < cluster->voter_count; i++) {
		const struct world_voter *voter = &cluster->voters[i];
		if (voter->leader || !voter->voter)
			continue;
		snprintf(number, sizeof number, "controller %" PRId32, voter->id);
		buf_printf(out, "%s %s", told++ ? "," : "; voters", str_or(voter->broker, number));
		if (voter->lag >= 0)
			buf_printf(out, " lag %" PRId64, voter->lag);
		if (!voter->caught_up) {
			buf_append_str(out, " behind");
			*severity = *severity < SEV_WARN ? SEV_WARN : *severity;
		}
	}
}

static void append_critical(struct buf *out, const struct world_cluster *cluster, enum severity *severity)
{
	size_t critical = 0, unknown = 0;
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct world_broker *broker = cluster->brokers[i];
		unknown += broker->quorum_critical < 0;
		if (broker->quorum_critical == 1)
			buf_printf(out, "%s%s", critical++ ? ", " : "quorum-critical: ", broker->name);
	}
	if (critical)
		*severity = *severity < SEV_WARN ? SEV_WARN : *severity;
	else
		buf_append_str(out, unknown ? "which brokers are quorum-critical is unknown"
					    : "no broker is quorum-critical");
	if (!critical && unknown && *severity < SEV_WARN)
		*severity = SEV_INFO;
}

enum severity quorum_line_text(const struct world_cluster *cluster, char out[static QUORUM_LINE_MAX])
{
	struct buf text = BUF_INIT(QUORUM_LINE_MAX);
	enum severity severity = SEV_OK;
	buf_printf(&text, "%s %s   ", sheet_kind_word(cluster), cluster->name);
	append_critical(&text, cluster, &severity);
	if (cluster->voter_count)
		append_voters(&text, cluster, &severity);
	snprintf(out, QUORUM_LINE_MAX, "%s", buf_str(&text));
	buf_finish(&text);
	return severity;
}

/* ---- on the screen ---- */

static bool is_wanted(const struct world_cluster *cluster, const char *key)
{
	return cluster->replicated_count >= 0 && (str_empty(key) || str_eq(cluster->key, key));
}

int quorum_line_rows(const struct world_view *world, const char *cluster)
{
	int rows = 0;
	for (size_t i = 0; world && i < world->cluster_count; i++)
		rows += is_wanted(world->clusters[i], cluster);
	return rows;
}

int quorum_line_draw(struct canvas *canvas, int y, int rows, const struct world_view *world, const char *cluster)
{
	char text[QUORUM_LINE_MAX];
	int drawn = 0;
	for (size_t i = 0; world && i < world->cluster_count && drawn < rows; i++) {
		if (!is_wanted(world->clusters[i], cluster))
			continue;
		enum severity severity = quorum_line_text(world->clusters[i], text);
		int x = 1 + canvas_put(canvas, y + drawn, 1, 2, severity_style(severity),
				       severity_sign(severity, canvas->ascii));
		canvas_put_fit(canvas, y + drawn, x + 1, canvas->width - x - 2,
			       severity >= SEV_WARN ? STYLE_TEXT : STYLE_DIM, text);
		drawn++;
	}
	return drawn;
}
