#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/base/descriptors.h"

enum { LIMIT = 64, OPENED_MAX = LIMIT };

struct opened {
	struct rlimit before;
	int fds[OPENED_MAX];
	size_t count;
};

static rlim_t soft_limit(void)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur;
}

static void set_soft_limit(rlim_t soft)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = soft;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static int setup(void **state)
{
	static struct opened opened;
	opened = (struct opened){0};
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &opened.before), 0);
	set_soft_limit(LIMIT);
	*state = &opened;
	return 0;
}

static int teardown(void **state)
{
	struct opened *opened = *state;
	while (opened->count > 0)
		close(opened->fds[--opened->count]);
	return setrlimit(RLIMIT_NOFILE, &opened->before);
}

static int open_one(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Until one is refused; how many there are then. */
static int fill(struct opened *opened, enum descriptors_use use, struct err *err)
{
	for (int fd; (fd = descriptors_admit(open_one(), use, err)) >= 0;)
		opened->fds[opened->count++] = fd;
	return opened->count ? opened->fds[opened->count - 1] + 1 : 0;
}

static void connections_leave_a_reserve_and_brokers_leave_more(void **state)
{
	struct opened *opened = *state;
	struct err err = {0};
	assert_int_equal(fill(opened, DESCRIPTORS_FOR_BROKER, &err), LIMIT - 24);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text,
			    "cannot open another connection: this process may have 64 files open (ulimit -n); start "
			    "mqdeck with a higher limit, or for one namespace (-n)");
	err_clear(&err);
	assert_false(descriptors_have_room(DESCRIPTORS_FOR_BROKER, &err));
	assert_true(descriptors_have_room(DESCRIPTORS_FOR_SERVER, &err));
	assert_int_equal(fill(opened, DESCRIPTORS_FOR_SERVER, &err), LIMIT - 16);
	assert_int_equal(err.code, ERR_LIMIT);
	/* What was refused is closed: the rest is there for files. */
	assert_false(descriptors_are_out(&err));
	for (int i = 0; i < 16; i++)
		assert_true((opened->fds[opened->count++] = open_one()) >= 0);
	err_clear(&err);
	assert_true(descriptors_are_out(&err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void what_is_closed_can_be_had_again(void **state)
{
	struct opened *opened = *state;
	struct err err = {0};
	fill(opened, DESCRIPTORS_FOR_SERVER, &err);
	close(opened->fds[--opened->count]);
	assert_true((opened->fds[opened->count++] = descriptors_admit(open_one(), DESCRIPTORS_FOR_SERVER, &err)) >= 0);
	assert_int_equal(descriptors_admit(open_one(), DESCRIPTORS_FOR_SERVER, &err), -1);
}

static void what_cannot_be_opened_says_why(void **state)
{
	struct err err = {0};
	errno = EMFILE;
	assert_int_equal(descriptors_admit(-1, DESCRIPTORS_FOR_SERVER, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "may have 64 files open (ulimit -n)"));
	errno = ENFILE;
	assert_int_equal(descriptors_admit(-1, DESCRIPTORS_FOR_SERVER, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "fs.file-max"));
	assert_true(err.no_descriptor);
	err_prefix(&err, "mq-0");
	assert_true(err.no_descriptor);
	errno = EACCES;
	assert_int_equal(descriptors_admit(-1, DESCRIPTORS_FOR_SERVER, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_false(err.no_descriptor);
}

static void the_limit_is_raised_and_lent_out_as_it_was(void **state)
{
	struct opened *opened = *state;
	rlim_t most = opened->before.rlim_max < 65536 ? opened->before.rlim_max : 65536;
	if (most <= LIMIT)
		skip();
	descriptors_lend();
	descriptors_take_back();
	assert_int_equal(soft_limit(), LIMIT); /* nothing was raised yet */
	descriptors_raise();
	assert_int_equal(soft_limit(), most);
	descriptors_lend();
	assert_int_equal(soft_limit(), LIMIT);
	descriptors_take_back();
	assert_int_equal(soft_limit(), most);
	descriptors_lend();
	assert_int_equal(soft_limit(), LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connections_leave_a_reserve_and_brokers_leave_more, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_closed_can_be_had_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened_says_why, setup, teardown),
		cmocka_unit_test_setup_teardown(the_limit_is_raised_and_lent_out_as_it_was, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
