/* What the subcommands without a screen share: a connection that is opened for one answer, and sentences on standard error. */
#include "views/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/text.h"

static void cli_do_nothing(void *data)
{
}

struct demo *cli_start_demo(const struct config *config, struct loop *loop, struct err *err)
{
	struct demo_options options = {.hostile = config_flag(config, CONFIG_OPT_DEMO_HOSTILE)};
	return config_flag(config, CONFIG_OPT_DEMO) ? demo_start(loop, &options, err) : NULL;
}

bool cli_open(struct cli *cli, const struct config *config, struct err *err)
{
	struct session_place place;
	struct session_events events = {.on_change = cli_do_nothing};
	struct err reason = {0};
	cli->clock = clock_real();
	cli->loop = loop_create(&cli->clock);
	cli->demo = cli_start_demo(config, cli->loop, &reason);
	if (!err_is_set(&reason) && session_place_read(&place, config, cli->demo, NULL, &reason))
		cli->session = session_open(cli->loop, config, &place, &events, &reason);
	if (!cli->session)
		*err = reason;
	return cli->session != NULL;
}

void cli_look_at(struct cli *cli, const struct config *config, enum ops_target target, const char *text)
{
	struct session *session = cli->session;
	const char *slash = strchr(text, '/');
	bool node = !slash && (target == OPS_ON_NODE || target == OPS_ON_BROKER_OR_NODE);
	CLEANUP(free) char *namespace = slash ? mem_strndup(text, (size_t)(slash - text)) : NULL;
	if (!session->namespace || (!slash && (!node || config_is_set(config, CONFIG_OPT_NAMESPACE))) ||
	    str_eq(session->namespace, namespace))
		return;
	session_set_namespace(session, namespace);
	session_plans_over(session);
}

void cli_close(struct cli *cli)
{
	session_close(cli->session);
	demo_destroy(cli->demo);
	loop_destroy(cli->loop);
	*cli = (struct cli){0};
}

void cli_print_clean(FILE *out, const char *text)
{
	CLEANUP(free) char *clean = text_clean_dup(text);
	fputs(clean ? clean : "", out);
}

int cli_failed(const struct err *err)
{
	fputs("mqdeck: ", stderr);
	cli_print_clean(stderr, err->text);
	fputc('\n', stderr);
	return err->code == ERR_USAGE ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}
