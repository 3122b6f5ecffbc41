/* Nothing is counted: the kernel gives the lowest number that is free, so the number of a new descriptor says how many
 * there are at least. */
#include "api/base/descriptors.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DESCRIPTORS_MAX = 65536,
	DESCRIPTORS_RESERVE = 64, /* or a quarter where that is less */
};

/* The soft limits of the start and of now; 0 = it was not changed. */
static struct {
	rlim_t found, raised;
} descriptors;

static int descriptors_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return (int)limit.rlim_cur;
}

static int descriptors_kept(int limit, enum descriptors_use use)
{
	int reserve = limit / 4 < DESCRIPTORS_RESERVE ? limit / 4 : DESCRIPTORS_RESERVE;
	return use == DESCRIPTORS_FOR_BROKER ? reserve + reserve / 2 : reserve;
}

static void descriptors_say(int number, struct err *err)
{
	if (!err)
		return;
	if (number == ENFILE)
		err_set(err, ERR_LIMIT,
			"cannot open another connection: all programs of this machine together have as many files "
			"open as it allows (fs.file-max)");
	else
		err_set(err, ERR_LIMIT,
			"cannot open another connection: this process may have %d files open (ulimit -n); start mqdeck "
			"with a higher limit, or for one namespace (-n)",
			descriptors_limit());
	err->no_descriptor = true;
}

void descriptors_raise(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	rlim_t wanted = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	if (wanted <= limit.rlim_cur)
		return;
	descriptors.found = limit.rlim_cur;
	descriptors.raised = wanted;
	descriptors_take_back();
}

static void descriptors_set(rlim_t soft)
{
	struct rlimit limit;
	if (soft == 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = soft;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void descriptors_lend(void)
{
	descriptors_set(descriptors.found);
}

void descriptors_take_back(void)
{
	descriptors_set(descriptors.raised);
}

int descriptors_admit(int fd, enum descriptors_use use, struct err *err)
{
	int limit = descriptors_limit();
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE)
			descriptors_say(errno, err);
		else
			err_set_errno(err, errno, "cannot open another connection");
		return -1;
	}
	if (fd < limit - descriptors_kept(limit, use))
		return fd;
	close(fd);
	descriptors_say(EMFILE, err);
	return -1;
}

static int descriptors_open_any(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

bool descriptors_have_room(enum descriptors_use use, struct err *err)
{
	int fd = descriptors_admit(descriptors_open_any(), use, err);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool descriptors_are_out(struct err *err)
{
	int fd = descriptors_open_any();
	if (fd >= 0) {
		close(fd);
		return false;
	}
	if (errno != EMFILE && errno != ENFILE)
		return false;
	descriptors_say(errno, err);
	return true;
}
