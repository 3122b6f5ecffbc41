/* `mqdeck demo-server`: the embedded cluster alone, on a port of this machine, for kubectl and other clients. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/base/file.h"
#include "api/base/str.h"
#include "views/cli/cli.h"
#include "views/cli/cli_signals.h"

static bool parse_listen(const char *text, char host[static 64], uint16_t *port, struct err *err)
{
	int64_t number;
	const char *colon = strrchr(text, ':');
	bool ok = colon && colon > text && (size_t)(colon - text) < 64 && str_to_i64(colon + 1, &number) &&
		  number >= 0 && number <= 65535;
	if (!ok)
		return err_set(err, ERR_USAGE, "--listen must be HOST:PORT, such as 127.0.0.1:8001, not \"%s\"", text);
	snprintf(host, 64, "%.*s", (int)(colon - text), text);
	/* The token travels in clear. */
	if (!str_has_prefix(host, "127.") && !str_eq(host, "localhost"))
		return err_set(err, ERR_USAGE, "the embedded cluster listens on loopback only, not on %s", host);
	*port = (uint16_t)number;
	return true;
}

static bool write_private(const char *path, const char *text, struct err *err)
{
	const struct file_use use = {
		.what = "the kubeconfig", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_TRUNC};
	CLEANUP(close) int fd = file_open(path, &use, err);
	size_t len = strlen(text);
	if (fd < 0)
		return false;
	if (write(fd, text, len) != (ssize_t)len)
		return err_set_errno(err, errno, "cannot write %s", path);
	return true;
}

static void stop_signal(void *data, unsigned ready)
{
	*(bool *)data = true;
}

int main_demo_server(const struct cli_command_line *line)
{
	struct err err = {0};
	char host[64];
	uint16_t port = 0;
	bool stop = false;
	struct clock clock = clock_real();
	if (!parse_listen(config_text(line->config, CONFIG_OPT_LISTEN), host, &port, &err))
		return cli_failed(&err);
	CLEANUP(loop_destroy) struct loop *loop = cli_create_loop(&clock, &err);
	if (!loop)
		return cli_failed(&err);
	struct demo_options options = {.host = host, .port = port};
	if (!cli_demo_options(line->config, &options, &err))
		return cli_failed(&err);
	CLEANUP(demo_destroy) struct demo *demo = demo_start(loop, &options, &err);
	if (!demo)
		return cli_failed(&err);
	const char *path = config_text(line->config, CONFIG_OPT_WRITE_KUBECONFIG);
	if (path && !write_private(path, demo_kubeconfig(demo), &err))
		return cli_failed(&err);
	if (!path)
		fputs(demo_kubeconfig(demo), stdout);
	if (fflush(stdout) != 0)
		return CLI_EXIT_FAILED; /* nobody has got the way to it */
	cli_say("serving the embedded cluster; kubeconfig: %s; press Ctrl-C to stop",
		path ? path : "on standard output");
	loop_fd_add(loop, cli_signals_open(), LOOP_READ, stop_signal, &stop);
	while (!stop)
		loop_step(loop, -1);
	return CLI_EXIT_OK;
}
