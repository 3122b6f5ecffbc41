/* The log's file: opened with distrust, since its path may lie in a folder that others write to, and written so that a
 * full disk costs records and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/log_private.h"

static bool log_file_may_be_used(int fd, const char *path, struct err *err)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return err_set_errno(err, errno, "cannot look at the log file %s", path);
	if (!S_ISREG(status.st_mode))
		return err_set(err, ERR_REFUSED, "the log file %s is not a regular file", path);
	if (status.st_uid != geteuid())
		return err_set(err, ERR_REFUSED, "the log file %s belongs to another user", path);
	if (status.st_nlink > 1)
		return err_set(err, ERR_REFUSED, "the log file %s has a second name (a hard link)", path);
	if ((status.st_mode & 077) && fchmod(fd, 0600) < 0)
		return err_set_errno(err, errno, "cannot make the log file %s readable for its owner alone", path);
	return true;
}

bool log_file_open(struct log_file *file, const char *path, struct err *err)
{
	/* O_NONBLOCK: a FIFO that nobody reads must not hold the program up before it is refused. */
	int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_REFUSED, "the log file %s is a symbolic link", path);
	if (fd < 0 && errno == ENXIO)
		return err_set(err, ERR_REFUSED, "the log file %s is not a regular file", path);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot open the log file %s", path);
	if (!log_file_may_be_used(fd, path, err)) {
		close(fd);
		return false;
	}
	log_file_close(file);
	*file = (struct log_file){.fd = fd};
	return true;
}

void log_file_close(struct log_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct log_file){.fd = -1};
}

/* Half a line, when the disk becomes full within it, is ended by the line that says how much is missing. */
static bool log_file_put(const struct log_file *file, const char *line, size_t len)
{
	return write(file->fd, line, len) == (ssize_t)len;
}

void log_file_write(struct log_file *file, const char *line, size_t len)
{
	if (file->lost) {
		char note[64];
		int note_len = snprintf(note, sizeof note, "\n(%llu records could not be written)\n",
					(unsigned long long)file->lost);
		if (!log_file_put(file, note, (size_t)note_len)) {
			file->lost++;
			return;
		}
		file->lost = 0;
	}
	if (!log_file_put(file, line, len))
		file->lost++;
}
