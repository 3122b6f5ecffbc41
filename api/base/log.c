/* One line a message, with time, level and module. What might be a secret in a header or a URL is cut out here and
 * nowhere else. */
#include "api/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "api/base/clock.h"
#include "api/base/text.h"

static struct {
	int fd;
	enum log_level level;
	bool open;
} sink;

bool log_open(const char *path, enum log_level level, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot open the log file %s", path);
	log_close();
	sink.fd = fd;
	sink.level = level;
	sink.open = true;
	return true;
}

void log_close(void)
{
	if (sink.open)
		close(sink.fd);
	sink.open = false;
}

void log_write(enum log_level level, const char *module, const char *format, ...)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	if (!sink.open || level > sink.level)
		return;
	char message[2048], clean[4096], stamp[32];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	text_clean(message, strlen(message), clean, sizeof clean);
	struct clock now = clock_real();
	clock_format_rfc3339(clock_wall_ms(&now), stamp);
	dprintf(sink.fd, "%s %s %s: %s\n", stamp, names[level], module, clean);
}

static bool is_secret_header(const char *text, size_t name_len)
{
	static const char *const names[] = {"authorization", "proxy-authorization", "sec-websocket-protocol", "cookie",
					    "set-cookie"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strlen(names[i]) == name_len && strncasecmp(text, names[i], name_len) == 0)
			return true;
	}
	return false;
}

void log_redact(const char *text, char *out, size_t size)
{
	const char *colon = strchr(text, ':');
	const char *scheme = strstr(text, "://");
	if (scheme && scheme == colon) {
		const char *host = scheme + 3;
		const char *end = host + strcspn(host, "/?#");
		const char *at = memrchr(host, '@', (size_t)(end - host));
		if (at)
			snprintf(out, size, "%.*s***%s", (int)(host - text), text, at);
		else
			snprintf(out, size, "%s", text);
		return;
	}
	if (colon && is_secret_header(text, (size_t)(colon - text)))
		snprintf(out, size, "%.*s: ***", (int)(colon - text), text);
	else
		snprintf(out, size, "%s", text);
}
