/* The one error type: a code for the machine, a sentence for the person.
 *
 * A function that can fail returns bool (or a pointer that is NULL on failure) and takes a `struct err *` as its
 * last parameter. On failure it has called err_set(); on success it leaves the struct alone. The sentence says what
 * failed, on what, and what to do about it. It never holds a secret. It may hold untrusted text: whoever draws it
 * cleans it. A caller that does not want the reason may pass NULL. */
#ifndef MQDECK_BASE_ERR_H
#define MQDECK_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* X(name, word): the word appears in JSON output and logs. */
#define ERR_CODES(X)                                                                                                   \
	X(NONE, "none")                                                                                                \
	X(USAGE, "usage")               /* the command line or a tape is wrong */                                      \
	X(CONFIG, "config")             /* a configuration file or kubeconfig is wrong */                              \
	X(PARSE, "parse")               /* bytes from outside are not what they should be */                           \
	X(LIMIT, "limit")               /* a cap on size, depth or count was reached */                                \
	X(SYSTEM, "system")             /* the operating system refused */                                             \
	X(CONNECT, "connect")           /* no connection: refused, unreachable, reset, closed early */                 \
	X(TIMEOUT, "timeout")           /* no answer in time */                                                        \
	X(TLS, "tls")                   /* certificate or handshake */                                                 \
	X(UNAUTHORIZED, "unauthorized") /* 401, SASL failure: who are you */                                           \
	X(FORBIDDEN, "forbidden")       /* 403, authorization failed: you may not */                                   \
	X(NOT_FOUND, "not-found")                                                                                      \
	X(CONFLICT, "conflict")       /* 409, stale guard */                                                           \
	X(GONE, "gone")               /* 410: the resource version is too old */                                       \
	X(BUSY, "busy")               /* 429, 503 with Retry-After: ask again later */                                 \
	X(UNSUPPORTED, "unsupported") /* the peer's version cannot do it */                                            \
	X(REFUSED, "refused")         /* we will not do it: unsafe, read-only, a precondition does not hold */         \
	X(SERVER, "server")           /* the peer failed: 5xx, broker error */                                         \
	X(CANCELLED, "cancelled")

enum err_code {
#define X(name, word) ERR_##name,
	ERR_CODES(X)
#undef X
};

enum { ERR_TEXT_MAX = 512 };

struct err {
	enum err_code code;
	char text[ERR_TEXT_MAX];
	bool is_private; /* it quotes who hands out credentials: for the screen, not for the log */
	/* This process had no descriptor to ask with (api/base/descriptors.h): it says nothing of who was to be asked, and
	 * waiting is all that helps, longer each time. */
	bool no_descriptor;
};

/* Formats the sentence (cut at ERR_TEXT_MAX) and returns false, so that `return err_set(…)` reads well. err may be
 * NULL. */
bool err_set(struct err *err, enum err_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* As err_set with ": <strerror(errno_value)>" appended. */
bool err_set_errno(struct err *err, int errno_value, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "<formatted>: " before the sentence already there, keeping its code. Returns false. */
bool err_prefix(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

void err_clear(struct err *err);
bool err_is_set(const struct err *err);
/* Marked so, or of a kind that quotes others on credentials: failed sign-ins, unreadable configuration. */
bool err_is_private(const struct err *err);
/* After err's sentence was made with that of `quoted` in it. */
void err_quotes(struct err *err, const struct err *quoted);
const char *err_code_word(enum err_code code);

#endif
