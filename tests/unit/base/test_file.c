/* What is opened is what was meant: everything else is refused with a sentence, at once. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/base/file.h"
#include "api/base/mem.h"

struct place {
	char dir[64];
};

static const struct file_use anybodys = {.what = "the theme", .follow = true};
static const struct file_use trusted = {.what = "the configuration file", .trust = FILE_TRUSTED};
static const struct file_use of_log = {
	.what = "the log file", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_APPEND};
static const struct file_use of_output = {
	.what = "the output", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_TRUNC};
static const struct file_use *const uses[] = {&anybodys, &trusted, &of_log, &of_output};

static int setup(void **state)
{
	struct place *place = mem_alloc(sizeof *place);
	snprintf(place->dir, sizeof place->dir, "/tmp/mqdeck-file-XXXXXX");
	*state = place;
	return mkdtemp(place->dir) ? 0 : -1;
}

static char *file_test_path(void **state, const char *name)
{
	const struct place *place = *state;
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", place->dir, name);
	return path;
}

static int teardown(void **state)
{
	static const char *const names[] = {"good", "odd", "link"};
	struct place *place = *state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(file_test_path(state, names[i]));
	rmdir(file_test_path(state, "folder"));
	rmdir(place->dir);
	free(place);
	return 0;
}

static void assert_refused(const char *path, const struct file_use *use, const char *part)
{
	struct err err = {0};
	assert_int_equal(file_open(path, use, &err), -1);
	if (!strstr(err.text, part) || !strstr(err.text, path) || !strstr(err.text, use->what))
		fail_msg("\"%s\" does not say \"%s\"", err.text, part);
	assert_int_equal(err.code, ERR_REFUSED);
}

static void put(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, "text", 4), 4);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void what_is_no_file_is_named_and_never_waited_for(void **state)
{
	char *path = file_test_path(state, "odd");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		assert_int_equal(mkfifo(path, 0600), 0);
		assert_refused(path, uses[i], "a named pipe, not a regular file");
		unlink(path);
		assert_int_equal(mkdir(path, 0700), 0);
		assert_refused(path, uses[i], "a directory, not a regular file");
		rmdir(path);
		CLEANUP(close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
		assert_refused(path, uses[i], "a socket, not a regular file");
		unlink(path);
		assert_refused("/dev/zero", uses[i], "a device, not a regular file");
	}
}

static void a_link_is_followed_only_where_it_may_be(void **state)
{
	CLEANUP(free) char *link = mem_strdup(file_test_path(state, "link"));
	char *good = file_test_path(state, "good");
	struct err err = {0};
	put(good, 0600);
	assert_int_equal(symlink(good, link), 0);
	assert_refused(link, &trusted, "a symbolic link");
	assert_refused(link, &of_log, "a symbolic link");
	assert_refused(link, &of_output, "a symbolic link");
	CLEANUP(close) int fd = file_open(link, &anybodys, &err);
	assert_true(fd >= 0);
	unlink(link);
	assert_int_equal(symlink("/dev/zero", link), 0);
	assert_refused(link, &anybodys, "a device");
}

static void what_others_may_write_to_is_not_used(void **state)
{
	char *path = file_test_path(state, "good");
	static const mode_t modes[] = {0602, 0666, 0777, 0606};
	struct err err = {0};
	put(path, 0600);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_refused(path, &trusted, "writable by others");
		assert_refused(path, &of_log, "run chmod go-w");
		assert_refused(path, &of_output, "writable by others");
	}
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 4); /* what is refused is not cut */
	assert_int_equal(chmod(path, 0620), 0);
	assert_refused(path, &of_log, "writable by others");
	/* What others may read is no longer theirs to read once secrets can come into it. */
	assert_int_equal(chmod(path, 0644), 0);
	CLEANUP(close) int fd = file_open(path, &of_output, &err);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 0);
}

static void what_is_anothers_is_not_used(void **state)
{
	CLEANUP(free) char *link = mem_strdup(file_test_path(state, "link"));
	char *path = file_test_path(state, "good");
	put(path, 0600);
	assert_int_equal(linkat(AT_FDCWD, path, AT_FDCWD, link, 0), 0);
	assert_refused(path, &of_log, "second name");
	unlink(link);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_refused(path, &trusted, "belongs to another user");
	assert_refused(path, &of_log, "belongs to another user");
}

static void a_file_is_read_whole_up_to_its_cap(void **state)
{
	char *path = file_test_path(state, "good");
	struct err err = {0};
	put(path, 0600);
	struct buf text = BUF_INIT(4), small = BUF_INIT(3);
	assert_true(file_read(path, &trusted, &text, &err));
	assert_string_equal(buf_str(&text), "text");
	assert_false(file_read(path, &trusted, &small, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(file_read(file_test_path(state, "none"), &trusted, &text, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_true(file_read("/dev/null", &trusted, &text, &err)); /* said to be none */
	buf_finish(&text);
	buf_finish(&small);
}

static void a_folder_is_ours_alone(void **state)
{
	CLEANUP(free) char *link = mem_strdup(file_test_path(state, "link"));
	char *path = file_test_path(state, "folder");
	struct err err = {0};
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(file_folder_is_ours(path, "the directory", &err));
	assert_int_equal(chmod(path, 0777), 0);
	assert_false(file_folder_is_ours(path, "the directory", &err));
	assert_non_null(strstr(err.text, "writable by others"));
	assert_int_equal(chmod(path, 01777), 0); /* nobody can take away what is another's */
	assert_true(file_folder_is_ours(path, "the directory", &err));
	assert_int_equal(symlink(path, link), 0);
	assert_false(file_folder_is_ours(link, "the directory", &err));
	assert_non_null(strstr(err.text, "a symbolic link, not a directory"));
	assert_false(file_folder_is_ours("/dev/null", "the directory", &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_file_is_named_and_never_waited_for),
		TEST(a_link_is_followed_only_where_it_may_be),
		TEST(what_others_may_write_to_is_not_used),
		TEST(what_is_anothers_is_not_used),
		TEST(a_file_is_read_whole_up_to_its_cap),
		TEST(a_folder_is_ours_alone),
	};
	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
