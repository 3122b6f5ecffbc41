/* One libcurl multi handle on the loop. libcurl's own timers run in real time on a timer descriptor, so that a virtual
 * clock that jumps cannot make libcurl believe that time has passed; whoever wants timeouts arms loop timers. */
#ifndef MQDECK_NET_MULTI_H
#define MQDECK_NET_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>

#include "api/base/descriptors.h"
#include "api/base/loop.h"

struct multi;

struct multi_hooks {
	/* A transfer ended. Called outside libcurl: may add, remove and close. */
	void (*on_done)(void *data, CURL *easy, CURLcode result);
	/* libcurl begins to wait for a socket it did not wait for before. May be NULL. */
	void (*on_socket)(void *data, int fd);
	/* libcurl was left: what could not be done from inside one of its callbacks can be done now. */
	void (*on_left)(void *data);
	/* After multi_close(), once nothing of libcurl is on the stack: remove the handles, then call multi_free(). */
	void (*on_close)(void *data);
	void *data;
};

/* It takes descriptors for itself, three with libcurl 7.88, before it connects to anybody: NULL with LIMIT when `use` may not
 * have them. */
struct multi *multi_create(struct loop *loop, const struct multi_hooks *hooks, enum descriptors_use use,
			   struct err *err) MUST_USE;
/* Calls on_close now, or when libcurl and on_done are left. */
void multi_close(struct multi *multi);
void multi_free(struct multi *multi); /* only from on_close, or before anything was added; NULL is fine */

/* True inside one of libcurl's callbacks, where handles may not be added or removed. */
bool multi_is_inside(const struct multi *multi);
void multi_add(struct multi *multi, CURL *easy);
void multi_remove(struct multi *multi, CURL *easy);

/* Cuts the connections in use, so that what runs on them fails now: for a peer that has gone silent. */
void multi_cut(struct multi *multi);

#endif
