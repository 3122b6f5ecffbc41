/* A low limit of descriptors, and somebody who takes all that there are: as if other connections had them. */
#ifndef MQDECK_TESTS_HOARD_H
#define MQDECK_TESTS_HOARD_H

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/base/descriptors.h"
#include "api/net/dial.h"

enum { HOARD_MAX = 256 };

struct hoard {
	struct rlimit before;
	int fds[HOARD_MAX];
	size_t count;
};

static inline void hoard_begin(struct hoard *hoard, rlim_t limit)
{
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &hoard->before), 0);
	const struct rlimit low = {.rlim_cur = limit, .rlim_max = hoard->before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
}

static inline int hoard_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* What `use` may have. */
static inline void hoard_all(struct hoard *hoard, enum descriptors_use use)
{
	struct err err = {0};
	for (int fd; (fd = descriptors_admit(hoard_open(), use, &err)) >= 0;)
		hoard->fds[hoard->count++] = fd;
}

/* The reserve as well, but for so many. */
static inline void hoard_all_but(struct hoard *hoard, int left)
{
	for (int fd; (fd = hoard_open()) >= 0;)
		hoard->fds[hoard->count++] = fd;
	for (int i = 0; i < left; i++)
		close(hoard->fds[--hoard->count]);
}

static inline void hoard_let_go(struct hoard *hoard)
{
	while (hoard->count > 0)
		close(hoard->fds[--hoard->count]);
}

static inline void hoard_end(struct hoard *hoard)
{
	hoard_let_go(hoard);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &hoard->before), 0);
}

/* A dialer that has no descriptors for as long as it refuses. */
struct hoard_dialer {
	struct dial_opener dialer; /* first */
	struct dial_opener *real;
	bool refuses;
	int asked;
};

static inline struct dial *hoard_dial(struct dial_opener *self, const struct dial_target *target, int *fd,
				      struct err *err)
{
	struct hoard_dialer *it = (struct hoard_dialer *)self;
	it->asked++;
	if (!it->refuses)
		return it->real->open(it->real, target, fd, err);
	errno = EMFILE;
	assert_int_equal(descriptors_admit(-1, DESCRIPTORS_FOR_BROKER, err), -1);
	return NULL;
}

static inline struct hoard_dialer hoard_dialer(struct dial_opener *real)
{
	return (struct hoard_dialer){.dialer = {.open = hoard_dial, .error = real->error, .close = real->close},
				     .real = real,
				     .refuses = true};
}

#endif
