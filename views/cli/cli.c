/* What the subcommands without a screen share: a connection that is opened for one answer, and sentences on standard error. */
#include "views/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/base/text.h"

static void cli_do_nothing(void *data)
{
}

struct loop *cli_create_loop(struct clock *clock, struct err *err)
{
	struct loop *loop = loop_create(clock);
	if (!loop)
		err_set_errno(err, errno, "mqdeck cannot start, because it cannot wait for events");
	return loop;
}

bool cli_demo_options(const struct config *config, struct demo_options *options, struct err *err)
{
	const char *more = config_text(config, CONFIG_OPT_DEMO_CLUSTERS);
	int64_t count = 0;
	if (more && (!str_to_i64(more, &count) || count < 0 || count > DEMO_MORE_CLUSTERS_MAX))
		return err_set(err, ERR_USAGE, "--demo-clusters %s: it takes a number from 0 to %d", more,
			       DEMO_MORE_CLUSTERS_MAX);
	options->contexts = config_flag(config, CONFIG_OPT_FLEET);
	options->hostile = config_flag(config, CONFIG_OPT_DEMO_HOSTILE);
	options->more_clusters = (size_t)count;
	return true;
}

struct demo *cli_start_demo(const struct config *config, struct loop *loop, struct err *err)
{
	struct demo_options options = {0};
	if (!config_flag(config, CONFIG_OPT_DEMO) || !cli_demo_options(config, &options, err))
		return NULL;
	return demo_start(loop, &options, err);
}

bool cli_open(struct cli *cli, const struct config *config, struct err *err)
{
	struct session_place place;
	struct session_events events = {.on_change = cli_do_nothing};
	struct err reason = {0};
	cli->clock = clock_real();
	cli->loop = cli_create_loop(&cli->clock, &reason);
	if (cli->loop)
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

void cli_say(const char *format, ...)
{
	struct buf sentence = BUF_INIT(CLI_SENTENCE_MAX);
	va_list args;
	va_start(args, format);
	buf_vprintf(&sentence, format, args);
	va_end(args);
	CLEANUP(free) char *clean = text_clean_dup(buf_str(&sentence));
	buf_finish(&sentence);
	fprintf(stderr, "mqdeck: %s\n", clean);
}

int cli_failed(const struct err *err)
{
	cli_say("%s", err->text);
	return err->code == ERR_USAGE ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}

void cli_append_quoted(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	CLEANUP(free) char *clean = text_clean_dup(word);
	bool shown_as_it_is = str_eq(clean, word);
	if (*word && word[strspn(word, plain)] == '\0') {
		buf_append_str(out, word);
		return;
	}
	buf_append_str(out, shown_as_it_is ? "'" : "$'");
	for (const char *c = word; *c; c++) {
		if (shown_as_it_is)
			buf_append(out, *c == '\'' ? "'\\''" : c, *c == '\'' ? 4 : 1);
		else if (strchr(plain, *c))
			buf_append_char(out, *c);
		else
			buf_printf(out, "\\x%02x", (unsigned char)*c);
	}
	buf_append_char(out, '\'');
}

/* ---- standard streams ---- */

void cli_hold_streams(void)
{
	/* For reading: then writing fails, as it does on one that is closed. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return;
}

int cli_finish_output(int code)
{
	errno = 0;
	bool flushed = fflush(stdout) == 0;
	if (flushed && !ferror(stdout))
		return code;
	cli_say("standard output did not take everything%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
	return CLI_EXIT_FAILED;
}
