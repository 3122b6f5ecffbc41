/* Sends a ClientHello that OpenSSL made and judges the first two bytes of what comes back; the handshake goes no
 * further. */
#include "api/kafka/client/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "api/base/mem.h"

enum { TIMEOUT_MS = 5000, HELLO_MAX = 4096, RECORD_ALERT = 0x15, RECORD_HANDSHAKE = 0x16, TLS_MAJOR = 3 };

struct kafka_probe {
	struct kafka_probe_options options;
	struct dial *dial;
	struct loop_fd *watch;
	struct loop_timer *timer;
	int fd;
	char hello[HELLO_MAX];
	size_t hello_len, sent;
	unsigned char heard[2]; /* an alert may be all there is: two bytes tell */
	size_t heard_len;
};

static size_t make_hello(char *out, size_t size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context ? SSL_new(context) : NULL;
	int len = 0;
	SSL_CTX_free(context);
	if (ssl) {
		SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		SSL_set_connect_state(ssl);
		SSL_do_handshake(ssl);
		len = BIO_read(SSL_get_wbio(ssl), out, (int)size);
	}
	SSL_free(ssl);
	ERR_clear_error();
	return len > 0 ? (size_t)len : 0;
}

static void probe_finish(struct kafka_probe *probe, enum kafka_speaks speaks)
{
	loop_fd_remove(probe->watch);
	probe->watch = NULL;
	loop_timer_disarm(probe->timer);
	probe->options.on_done(probe->options.data, speaks);
}

static void probe_on_timer(void *data)
{
	probe_finish(data, KAFKA_SPEAKS_UNKNOWN);
}

static enum kafka_speaks probe_judge(const struct kafka_probe *probe)
{
	const struct err *why = probe->options.dialer->error(probe->dial);
	if (probe->heard_len == sizeof probe->heard)
		return (probe->heard[0] == RECORD_ALERT || probe->heard[0] == RECORD_HANDSHAKE) &&
				       probe->heard[1] == TLS_MAJOR
			       ? KAFKA_SPEAKS_TLS
			       : KAFKA_SPEAKS_OTHER;
	return why && err_is_set(why) ? KAFKA_SPEAKS_UNKNOWN : KAFKA_SPEAKS_OTHER;
}

static void probe_on_io(void *data, unsigned ready)
{
	struct kafka_probe *probe = data;
	if (probe->sent < probe->hello_len) {
		ssize_t n = send(probe->fd, probe->hello + probe->sent, probe->hello_len - probe->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
		probe->sent += n > 0 ? (size_t)n : 0;
		if (probe->sent == probe->hello_len)
			loop_fd_set(probe->watch, LOOP_READ);
	}
	ssize_t n =
		recv(probe->fd, probe->heard + probe->heard_len, sizeof probe->heard - probe->heard_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	probe->heard_len += n > 0 ? (size_t)n : 0;
	if (n <= 0 || probe->heard_len == sizeof probe->heard)
		probe_finish(probe, probe_judge(probe));
}

struct kafka_probe *kafka_probe_start(const struct kafka_probe_options *options, struct err *err)
{
	struct kafka_probe *probe = mem_alloc(sizeof *probe);
	probe->options = *options;
	probe->hello_len = make_hello(probe->hello, sizeof probe->hello);
	probe->fd = -1;
	probe->dial = options->dialer->open(options->dialer, &options->target, &probe->fd, err);
	probe->options.target = (struct dial_target){0};
	if (!probe->dial) {
		free(probe);
		return NULL;
	}
	probe->timer = loop_timer_create(options->loop, probe_on_timer, probe);
	probe->watch = loop_fd_add(options->loop, probe->fd, LOOP_READ | LOOP_WRITE, probe_on_io, probe);
	loop_timer_arm(probe->timer, options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS);
	return probe;
}

void kafka_probe_destroy(struct kafka_probe *probe)
{
	if (!probe)
		return;
	loop_fd_remove(probe->watch);
	loop_timer_destroy(probe->timer);
	probe->options.dialer->close(probe->dial);
	if (probe->fd >= 0)
		close(probe->fd);
	free(probe);
}
