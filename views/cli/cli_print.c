/* Plans as text and as JSON. Text in them may hold names from a cluster. */
#include <inttypes.h>

#include "api/base/json_write.h"
#include "api/base/str.h"
#include "views/cli/cli.h"

int cli_exit_of(enum ops_severity severity)
{
	static const int codes[] = {
		[OPS_SAFE] = CLI_EXIT_OK, [OPS_CAREFUL] = 10, [OPS_DANGEROUS] = 20, [OPS_BLOCKED] = 30};
	return codes[severity];
}

/* ---- text ---- */

static void cli_print_step(const struct ops_plan *plan, size_t index, FILE *out)
{
	const struct ops_step *step = &plan->steps[index];
	fprintf(out, "  %zu  ", index + 1);
	cli_print_clean(out, step->title);
	if (step->state == OPS_STEP_WAITING)
		fputs(step->dry_run_ok ? "  (dry run ok)" : "", out);
	else
		fprintf(out, "  (%s)", ops_step_state_word(step->state));
	if (step->result) {
		fputs(": ", out);
		cli_print_clean(out, step->result);
	}
	fputc('\n', out);
}

void cli_print_plan(const struct ops_plan *plan, FILE *out)
{
	cli_print_clean(out, plan->title);
	if (plan->state == OPS_STATE_READY)
		fprintf(out, ": %s\n", ops_severity_word(plan->severity));
	else
		fputc('\n', out);
	for (size_t i = 0; i < plan->sentence_count; i++) {
		const struct ops_sentence *sentence = &plan->sentences[i];
		bool again = i > 0 && plan->sentences[i - 1].kind == sentence->kind;
		fprintf(out, "%-9s", again ? "" : ops_sentence_label(sentence->kind));
		cli_print_clean(out, sentence->text);
		fputc('\n', out);
	}
	if (plan->step_count)
		fputs("Steps\n", out);
	for (size_t i = 0; i < plan->step_count; i++)
		cli_print_step(plan, i, out);
	if (plan->result) {
		cli_print_clean(out, plan->result);
		fputc('\n', out);
	}
}

/* ---- JSON ---- */

static void cli_print_put_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\":", name);
	if (text)
		json_write_string(out, text);
	else
		buf_append_str(out, "null");
}

static void cli_print_put_sentences(struct buf *out, const struct ops_plan *plan, const char *name,
				    enum ops_sentence_kind kind)
{
	bool first = true;
	buf_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; plan && i < plan->sentence_count; i++) {
		if (plan->sentences[i].kind != kind)
			continue;
		buf_append_str(out, first ? "" : ",");
		json_write_string(out, plan->sentences[i].text);
		first = false;
	}
	buf_append_char(out, ']');
}

static void put_number(struct buf *out, const char *name, bool known, int64_t number)
{
	if (known)
		buf_printf(out, ",\"%s\":%" PRId64, name, number);
	else
		buf_printf(out, ",\"%s\":null", name);
}

static void put_step(struct buf *out, const struct ops_step *step)
{
	buf_append_char(out, '{');
	cli_print_put_text(out, "title", step->title);
	buf_append_char(out, ',');
	cli_print_put_text(out, "state", ops_step_state_word(step->state));
	buf_append_char(out, ',');
	cli_print_put_text(out, "broker", step->broker);
	buf_append_char(out, ',');
	cli_print_put_text(out, "item", step->item);
	buf_printf(out, ",\"dryRun\":%s,", step->dry_run_ok ? "true" : "false");
	cli_print_put_text(out, "figure", step->figure);
	if (step->fraction >= 0)
		buf_printf(out, ",\"fraction\":%.3f", step->fraction);
	else
		buf_append_str(out, ",\"fraction\":null");
	put_number(out, "estimateMs", step->estimate_ms >= 0, step->estimate_ms);
	buf_append_char(out, ',');
	cli_print_put_text(out, "why", step->why);
	buf_append_char(out, ',');
	cli_print_put_text(out, "result", step->result);
	buf_append_char(out, '}');
}

/* Of no plan: that it failed, and nothing more. */
static void put_head(struct buf *out, const struct ops_plan *plan)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{"id", plan ? plan->id : NULL},
		{"state", ops_state_word(plan ? plan->state : OPS_STATE_FAILED)},
		{"severity", plan ? ops_severity_word(plan->severity) : NULL},
		{"title", plan ? plan->title : NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		buf_append_char(out, ',');
		cli_print_put_text(out, texts[i].name, texts[i].value);
	}
}

void cli_append_plan(const struct ops_plan *plan, const char *operation, const char *target, const char *impact,
		     const struct err *err, struct buf *out)
{
	static const struct {
		const char *name;
		enum ops_sentence_kind kind;
	} lists[] = {{"changes", OPS_CHANGES}, {"means", OPS_MEANS},   {"cautions", OPS_CAUTION},
		     {"dangers", OPS_DANGER},  {"blocks", OPS_BLOCKS}, {"undo", OPS_UNDO}};
	const char *reason = err && err_is_set(err)           ? err->text
			     : plan && err_is_set(&plan->err) ? plan->err.text
							      : NULL;
	buf_append_char(out, '{');
	cli_print_put_text(out, "operation", plan ? plan->operation->name : operation);
	buf_append_char(out, ',');
	cli_print_put_text(out, "target", plan ? plan->target : target);
	put_head(out, plan);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		cli_print_put_sentences(out, plan, lists[i].name, lists[i].kind);
	buf_append_str(out, ",\"blast\":");
	json_write_escaped(out, str_or(impact, "null"));
	buf_append_str(out, ",\"steps\":[");
	for (size_t i = 0; plan && i < plan->step_count; i++) {
		buf_append_str(out, i ? "," : "");
		put_step(out, &plan->steps[i]);
	}
	buf_append_str(out, "],");
	cli_print_put_text(out, "result", plan ? plan->result : NULL);
	buf_append_char(out, ',');
	cli_print_put_text(out, "error", reason);
	buf_append_char(out, '}');
}
