#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "api/base/buf.h"

static void caps_and_keeps_what_fitted(void **state)
{
	struct buf buf = BUF_INIT(8);
	assert_true(buf_append_str(&buf, "12345"));
	assert_false(buf_append_str(&buf, "6789"));
	assert_true(buf.overflow);
	assert_string_equal(buf_str(&buf), "12345");
	assert_true(buf_printf(&buf, "%d", 678));
	assert_false(buf_append_char(&buf, 'x'));
	buf_consume(&buf, 6);
	assert_string_equal(buf_str(&buf), "78");
	buf_finish(&buf);
	assert_string_equal(buf_str(&buf), "");
}

static void takes_a_string_out(void **state)
{
	struct buf buf = BUF_INIT(100);
	char *empty = buf_take(&buf);
	assert_string_equal(empty, "");
	free(empty);
	buf_append(&buf, "a\0b", 3);
	char *text = buf_take(&buf);
	assert_memory_equal(text, "a\0b", 4);
	assert_int_equal(buf.len, 0);
	free(text);
}

static void writes_all_or_says_why(void **state)
{
	char path[] = "/tmp/mqdeck-buf-XXXXXX", back[8] = "";
	struct buf buf = BUF_INIT(100);
	int fd = mkstemp(path), full = open("/dev/full", O_WRONLY);
	assert_true(fd >= 0 && full >= 0);
	assert_true(buf_write(&buf, full)); /* nothing to write */
	buf_append(&buf, "a\0b", 3);
	assert_true(buf_write(&buf, fd));
	assert_int_equal(pread(fd, back, sizeof back, 0), 3);
	assert_memory_equal(back, "a\0b", 3);
	assert_false(buf_write(&buf, full));
	assert_int_equal(errno, ENOSPC);
	close(fd);
	close(full);
	unlink(path);
	buf_finish(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_and_keeps_what_fitted),
		cmocka_unit_test(takes_a_string_out),
		cmocka_unit_test(writes_all_or_says_why),
	};
	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
