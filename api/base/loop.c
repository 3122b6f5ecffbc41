/* epoll, a heap of timers, and the rule by which virtual time moves. The difficult part is that last one: time may jump
 * only when no byte is on its way between two sockets of this process, and the kernel does not say so; loop_settle()
 * and await_echoes() find out. */
#include "api/base/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/base/mem.h"
#include "api/base/vec.h"

enum {
	LOOP_BATCH = 64,
	/* How long descriptors must be silent before virtual time moves: sockets of one process answer at once. */
	LOOP_SETTLE_MS = 1,
	LOOP_SETTLE_MOVED_MS = 25, /* after the scheduler moved us: see await_echoes() */
	LOOP_ECHOES = 4,           /* as many hops as opening or closing a connection takes, and one */
	LOOP_ECHO_MS = 2000,
};

struct loop_fd {
	struct loop *loop;
	int fd;
	unsigned events;
	loop_fd_fn *fn;
	void *data;
	struct loop_fd *prev, *next; /* of loop->watches, or of loop->graveyard through next */
	bool dead;
};

struct loop_timer {
	struct loop *loop;
	int64_t due_ms;
	uint64_t order; /* among equal due times: first armed, first called */
	size_t heap_at; /* index + 1; 0 = disarmed */
	loop_fn *fn;
	void *data;
};

struct loop_wake {
	struct loop *loop;
	loop_fn *fn;
	void *data;
	struct loop_wake *next;
};

struct loop {
	struct clock *clock;
	int epoll_fd;
	struct loop_fd *watches;
	struct loop_fd *graveyard; /* removed during dispatch, freed after it */
	VEC(struct loop_timer *) heap;
	struct loop_wake *wakes;
	int64_t slept_ms; /* up to the last look */
	uint64_t armed;
	uint32_t random;
	bool dispatching;
	int echo_fd; /* sends to itself; virtual clocks only, -1 = none */
	int cpu;     /* on which the last descriptors were served */
	bool moved;  /* another one since time last moved */
};

static int open_echo(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	    connect(fd, (struct sockaddr *)&address, len) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

struct loop *loop_create(struct clock *clock)
{
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return NULL;
	struct loop *loop = mem_alloc(sizeof *loop);
	loop->clock = clock;
	loop->epoll_fd = epoll_fd;
	loop->slept_ms = clock_slept_ms(clock);
	loop->random = 0x6d716465;
	if (!clock->is_virtual && getrandom(&loop->random, sizeof loop->random, 0) != sizeof loop->random)
		loop->random ^= (uint32_t)clock_wall_ms(clock);
	loop->random |= 1;
	loop->echo_fd = clock->is_virtual ? open_echo() : -1;
	loop->cpu = sched_getcpu();
	return loop;
}

static void loop_bury(struct loop *loop)
{
	while (loop->graveyard) {
		struct loop_fd *next = loop->graveyard->next;
		free(loop->graveyard);
		loop->graveyard = next;
	}
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	while (loop->watches)
		loop_fd_remove(loop->watches);
	loop_bury(loop);
	while (loop->wakes)
		loop_wake_remove(loop->wakes);
	vec_each (&loop->heap, timer)
		(*timer)->heap_at = 0, (*timer)->loop = NULL;
	vec_finish(&loop->heap);
	close(loop->epoll_fd);
	if (loop->echo_fd >= 0)
		close(loop->echo_fd);
	free(loop);
}

struct clock *loop_clock(const struct loop *loop)
{
	return loop->clock;
}

int64_t loop_now_ms(const struct loop *loop)
{
	return clock_now_ms(loop->clock);
}

uint32_t loop_random(struct loop *loop)
{
	/* xorshift32 */
	loop->random ^= loop->random << 13;
	loop->random ^= loop->random >> 17;
	loop->random ^= loop->random << 5;
	return loop->random;
}

/* ---- descriptors ---- */

static uint32_t to_epoll(unsigned events)
{
	return (events & LOOP_READ ? EPOLLIN : 0) | (events & LOOP_WRITE ? EPOLLOUT : 0);
}

struct loop_fd *loop_fd_add(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *data)
{
	struct loop_fd *watch = mem_alloc(sizeof *watch);
	*watch = (struct loop_fd){
		.loop = loop, .fd = fd, .events = events, .fn = fn, .data = data, .next = loop->watches};
	if (loop->watches)
		loop->watches->prev = watch;
	loop->watches = watch;
	struct epoll_event event = {.events = to_epoll(events), .data.ptr = watch};
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	return watch;
}

void loop_fd_set(struct loop_fd *watch, unsigned events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	struct epoll_event event = {.events = to_epoll(events), .data.ptr = watch};
	epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_fd_remove(struct loop_fd *watch)
{
	if (!watch || watch->dead)
		return;
	struct loop *loop = watch->loop;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	if (watch->prev)
		watch->prev->next = watch->next;
	else
		loop->watches = watch->next;
	if (watch->next)
		watch->next->prev = watch->prev;
	if (!loop->dispatching) {
		free(watch);
		return;
	}
	/* The batch being served may still name it. */
	watch->dead = true;
	watch->next = loop->graveyard;
	loop->graveyard = watch;
}

static void note_cpu(struct loop *loop)
{
	int cpu = sched_getcpu();
	loop->moved = loop->moved || cpu != loop->cpu;
	loop->cpu = cpu;
}

static bool serve_descriptors(struct loop *loop, int wait_ms)
{
	struct epoll_event events[LOOP_BATCH];
	int count = epoll_wait(loop->epoll_fd, events, LOOP_BATCH, wait_ms);
	if (count <= 0)
		return false;
	loop->dispatching = true;
	note_cpu(loop);
	for (int i = 0; i < count; i++) {
		struct loop_fd *watch = events[i].data.ptr;
		uint32_t e = events[i].events;
		unsigned ready = (e & EPOLLIN ? LOOP_READ : 0) | (e & EPOLLOUT ? LOOP_WRITE : 0) |
				 (e & (EPOLLHUP | EPOLLERR) ? LOOP_HANGUP : 0);
		if (!watch->dead)
			watch->fn(watch->data, ready);
	}
	loop->dispatching = false;
	loop_bury(loop);
	return true;
}

/* ---- timers: a binary heap ---- */

static bool timer_is_sooner(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void heap_put(struct loop *loop, size_t at, struct loop_timer *timer)
{
	loop->heap.items[at] = timer;
	timer->heap_at = at + 1;
}

static void heap_up(struct loop *loop, size_t at, struct loop_timer *timer)
{
	while (at > 0 && timer_is_sooner(timer, loop->heap.items[(at - 1) / 2])) {
		heap_put(loop, at, loop->heap.items[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(loop, at, timer);
}

static void heap_down(struct loop *loop, size_t at, struct loop_timer *timer)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= loop->heap.len)
			break;
		if (child + 1 < loop->heap.len && timer_is_sooner(loop->heap.items[child + 1], loop->heap.items[child]))
			child++;
		if (!timer_is_sooner(loop->heap.items[child], timer))
			break;
		heap_put(loop, at, loop->heap.items[child]);
		at = child;
	}
	heap_put(loop, at, timer);
}

struct loop_timer *loop_timer_create(struct loop *loop, loop_fn *fn, void *data)
{
	struct loop_timer *timer = mem_alloc(sizeof *timer);
	*timer = (struct loop_timer){.loop = loop, .fn = fn, .data = data};
	return timer;
}

void loop_timer_disarm(struct loop_timer *timer)
{
	if (timer->heap_at == 0)
		return;
	struct loop *loop = timer->loop;
	size_t at = timer->heap_at - 1;
	timer->heap_at = 0;
	struct loop_timer *last = loop->heap.items[--loop->heap.len];
	if (last == timer)
		return;
	if (at > 0 && timer_is_sooner(last, loop->heap.items[(at - 1) / 2]))
		heap_up(loop, at, last);
	else
		heap_down(loop, at, last);
}

void loop_timer_arm(struct loop_timer *timer, int64_t delay_ms)
{
	loop_timer_disarm(timer);
	struct loop *loop = timer->loop;
	timer->due_ms = loop_now_ms(loop) + (delay_ms > 0 ? delay_ms : 0);
	timer->order = ++loop->armed;
	vec_push(&loop->heap, timer);
	heap_up(loop, loop->heap.len - 1, timer);
}

bool loop_timer_is_armed(const struct loop_timer *timer)
{
	return timer->heap_at != 0;
}

void loop_timer_destroy(struct loop_timer *timer)
{
	if (!timer)
		return;
	if (timer->loop)
		loop_timer_disarm(timer);
	free(timer);
}

/* ---- the machine's sleep ---- */

struct loop_wake *loop_wake_add(struct loop *loop, loop_fn *fn, void *data)
{
	struct loop_wake *wake = mem_alloc(sizeof *wake);
	*wake = (struct loop_wake){.loop = loop, .fn = fn, .data = data, .next = loop->wakes};
	loop->wakes = wake;
	return wake;
}

void loop_wake_remove(struct loop_wake *wake)
{
	if (!wake)
		return;
	struct loop_wake **at = &wake->loop->wakes;
	while (*at != wake)
		at = &(*at)->next;
	*at = wake->next;
	free(wake);
}

static void serve_wakes(struct loop *loop)
{
	int64_t slept = clock_slept_ms(loop->clock), since = slept - loop->slept_ms;
	loop->slept_ms = slept;
	if (since < LOOP_SLEPT_MS)
		return;
	for (struct loop_wake *wake = loop->wakes, *next; wake; wake = next) {
		next = wake->next;
		wake->fn(wake->data);
	}
}

static bool serve_timers(struct loop *loop)
{
	bool served = false;
	/* Timers armed meanwhile wait for the next round, so that a timer that arms itself with 0 cannot hold the
	 * loop. */
	uint64_t until = loop->armed;
	int64_t now = loop_now_ms(loop);
	while (loop->heap.len > 0 && loop->heap.items[0]->due_ms <= now && loop->heap.items[0]->order <= until) {
		struct loop_timer *timer = loop->heap.items[0];
		loop_timer_disarm(timer);
		timer->fn(timer->data);
		served = true;
	}
	return served;
}

static int64_t until_next_timer(const struct loop *loop, int64_t max_wait_ms)
{
	if (loop->heap.len == 0)
		return max_wait_ms;
	int64_t wait = loop->heap.items[0]->due_ms - loop_now_ms(loop);
	wait = wait > 0 ? wait : 0;
	return max_wait_ms < 0 || wait < max_wait_ms ? wait : max_wait_ms;
}

/* On a busy machine loopback packets wait for the kernel's softirq thread to get its turn, and a jump of the clock
 * would overtake them. Those of one processor arrive in the order in which they were sent, so when an echo is back
 * everything before it has arrived. Each hop of a handshake is a packet of its own. */
static void await_echoes(struct loop *loop)
{
	char byte = 0;
	for (int i = 0; i < LOOP_ECHOES && loop->echo_fd >= 0; i++) {
		struct pollfd echo = {.fd = loop->echo_fd, .events = POLLIN};
		if (send(loop->echo_fd, &byte, 1, 0) != 1 || poll(&echo, 1, LOOP_ECHO_MS) != 1 ||
		    recv(loop->echo_fd, &byte, 1, 0) != 1)
			return;
	}
}

/* Serves what is still on its way to us. */
static bool loop_settle(struct loop *loop)
{
	note_cpu(loop);
	await_echoes(loop);
	int wait_ms = loop->moved ? LOOP_SETTLE_MOVED_MS : LOOP_SETTLE_MS;
	loop->moved = false;
	return serve_descriptors(loop, wait_ms);
}

static bool step_virtual(struct loop *loop, int64_t max_wait_ms)
{
	serve_wakes(loop);
	if (serve_descriptors(loop, 0) || serve_timers(loop))
		return true;
	if (loop_settle(loop))
		return true;
	int64_t jump = until_next_timer(loop, max_wait_ms);
	if (jump < 0)
		return serve_descriptors(loop, -1);
	clock_advance(loop->clock, jump);
	return serve_timers(loop);
}

bool loop_step(struct loop *loop, int64_t max_wait_ms)
{
	if (loop->clock->is_virtual)
		return step_virtual(loop, max_wait_ms);
	int64_t wait = until_next_timer(loop, max_wait_ms);
	bool served = serve_descriptors(loop, wait > 3600000 ? 3600000 : (int)wait);
	serve_wakes(loop);
	return serve_timers(loop) || served;
}

void loop_run(struct loop *loop, int64_t ms, const bool *stop)
{
	int64_t end = loop_now_ms(loop) + ms;
	while (!(stop && *stop)) {
		int64_t left = end - loop_now_ms(loop);
		if (left <= 0)
			break;
		loop_step(loop, left);
	}
}
