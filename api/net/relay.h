/* The near end of a carried connection (dial.h): one end of a pair of sockets is the caller's, the other is pumped
 * here, with back-pressure both ways. */
#ifndef MQDECK_NET_RELAY_H
#define MQDECK_NET_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/loop.h"

enum { RELAY_PIECE = 32 << 10 };

struct relay {
	struct loop_fd *watch; /* NULL once closed */
	int fd;
	struct buf backlog; /* for the caller, not yet written */
	struct buf held;    /* from the caller, not yet taken by the far side */
	bool closing;       /* after the backlog */
	/* Bytes from the caller, at most RELAY_PIECE. False = not now: they are held, and so is what follows, until
	 * relay_resume(). */
	bool (*on_bytes)(void *data, const char *bytes, size_t len);
	/* The backlog is written: the far side may go on. */
	void (*on_drain)(void *data);
	/* The caller has closed its end. */
	void (*on_eof)(void *data);
	void *data;
};

/* Hooks and data are set by then. Writes the caller's end, non-blocking, to *caller_fd. */
bool relay_open(struct relay *relay, struct loop *loop, int *caller_fd, struct err *err) MUST_USE;
void relay_resume(struct relay *relay);
/* Takes all. False = the caller reads slowly: stop the far side until on_drain. */
bool relay_write(struct relay *relay, const void *bytes, size_t len);
/* The caller reads EOF after what was written. */
void relay_close(struct relay *relay);
/* Closes at once. */
void relay_finish(struct relay *relay);

#endif
