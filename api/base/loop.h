/* The one event loop: file descriptors, timers, deferred calls. One thread; callbacks are short and never block.
 *
 * With a virtual clock the loop is a discrete-event simulation: as long as descriptors have something to do they are
 * served, and only when none has, time jumps to the next timer. That makes the embedded cluster and every tape run the
 * same each time, and as fast as the machine can.
 *
 * It stands in base, not in net, because the terminal's input and the embedded cluster hang on it too. */
#ifndef MQDECK_BASE_LOOP_H
#define MQDECK_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/clock.h"
#include "api/base/mem.h"

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_wake;

enum { LOOP_SLEPT_MS = 5000 };
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 /* only reported, never asked for */ };

typedef void loop_fd_fn(void *data, unsigned ready);
typedef void loop_fn(void *data);

/* The clock belongs to the caller and outlives the loop. NULL with errno when the system gives it no descriptor. */
struct loop *loop_create(struct clock *clock);
void loop_destroy(struct loop *loop); /* NULL is fine; watches and timers still there are freed without a call */
DEFINE_CLEANUP(struct loop *, loop_destroy);
struct clock *loop_clock(const struct loop *loop);
int64_t loop_now_ms(const struct loop *loop); /* monotonic, of the loop's clock */

/* One round: waits at most max_wait_ms (of the clock's time; -1 = until something happens), then serves what is ready.
 * Returns true when anything was served. */
bool loop_step(struct loop *loop, int64_t max_wait_ms);

/* Serves for `ms` of the clock's time, or until *stop becomes true (stop may be NULL). */
void loop_run(struct loop *loop, int64_t ms, const bool *stop);

/* The descriptor stays the caller's. Removing (also from inside a callback) is safe; the handle is then gone. */
struct loop_fd *loop_fd_add(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *data);
void loop_fd_set(struct loop_fd *watch, unsigned events);
void loop_fd_remove(struct loop_fd *watch); /* NULL is fine */

/* A timer calls once per arming. It is created disarmed and lives until loop_timer_destroy. */
struct loop_timer *loop_timer_create(struct loop *loop, loop_fn *fn, void *data);
void loop_timer_arm(struct loop_timer *timer, int64_t delay_ms); /* replaces an earlier arming */
void loop_timer_disarm(struct loop_timer *timer);
bool loop_timer_is_armed(const struct loop_timer *timer);
void loop_timer_destroy(struct loop_timer *timer); /* NULL is fine; safe inside its own callback */

/* Called when the machine has been suspended for LOOP_SLEPT_MS or more: nobody may be at the other end of what is connected. */
struct loop_wake *loop_wake_add(struct loop *loop, loop_fn *fn, void *data);
void loop_wake_remove(struct loop_wake *wake); /* NULL is fine; not from inside a call of another one */

/* A seeded generator for jitter and nonces that need no secrecy: the same each run under a virtual clock. */
uint32_t loop_random(struct loop *loop);

#endif
