/* What the subcommands without a screen share: one connection, settled, and plans on paper. */
#ifndef MQDECK_VIEWS_CLI_CLI_H
#define MQDECK_VIEWS_CLI_CLI_H

#include <stdio.h>

#include "views/cli/commands.h"
#include "views/session/session.h"

struct cli { /* start with {0}; cli_close in any case */
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct session *session;
};

/* Never waits for the network. */
bool cli_open(struct cli *cli, const struct config *config, struct err *err) MUST_USE;
void cli_close(struct cli *cli);
static inline void cleanup_cli_close(struct cli *cli)
{
	cli_close(cli);
}

/* Looks where the target is, if that is elsewhere than the kubeconfig's context says: in the namespace that it names
 * ("NAMESPACE/…"), and for a node, whose brokers may be in any, in all. For nodes -n has the last word. */
void cli_look_at(struct cli *cli, const struct config *config, enum ops_target target, const char *text);

/* NULL with SYSTEM. */
struct loop *cli_create_loop(struct clock *clock, struct err *err) MUST_USE;
/* What the command line says of the embedded cluster; false for a number that is none. */
bool cli_demo_options(const struct config *config, struct demo_options *options, struct err *err) MUST_USE;
/* NULL without --demo, or with an error. */
struct demo *cli_start_demo(const struct config *config, struct loop *loop, struct err *err);

/* ---- plans on paper (cli_print.c) ---- */

int cli_exit_of(enum ops_severity severity); /* 0, 10, 20, 30 */
/* Sentences and steps, cleaned. */
void cli_print_plan(const struct ops_plan *plan, FILE *out);
/* One object. plan NULL: what there would be of a plan that could not be made, with the error. impact: of
 * ops_impact_text(), NULL = not known (any more). */
void cli_append_plan(const struct ops_plan *plan, const char *operation, const char *target, const char *impact,
		     const struct err *err, struct buf *out);
/* Cleaned. */
void cli_print_clean(FILE *out, const char *text);
/* As one word for a shell. */
void cli_append_quoted(struct buf *out, const char *word);

/* ---- running (cli_run.c) ---- */

enum { CLI_JSON_MAX = 64 * 1024 * 1024, CLI_SENTENCE_MAX = 64 * 1024 };

struct cli_request { /* how a plan that was asked for is to be treated */
	bool json, run, yes;
	enum ops_severity accept;
	const char *operation, *target; /* as typed, for errors */
	char *const *typed;             /* the whole command line, to be repeated */
};

bool cli_read_request(const struct cli_command_line *line, bool run, struct cli_request *out, struct err *err) MUST_USE;
/* Waits until the world is known, as `get` does. */
bool cli_settle(struct cli *cli, const struct config *config, struct err *err) MUST_USE;
/* Waits until the plan is ready, prints it, and runs it when that was wished; the exit code. plan NULL: says err. */
int cli_carry_out(struct cli *cli, struct ops_plan *plan, const struct cli_request *request, const struct err *err);

#endif
