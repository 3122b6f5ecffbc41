/* The log's file: opened with distrust, since its path may lie in a folder that others write to, and written so that a
 * full disk costs records and nothing else. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "api/base/file.h"
#include "api/base/log_private.h"

bool log_file_open(struct log_file *file, const char *path, struct err *err)
{
	const struct file_use use = {
		.what = "the log file", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_APPEND};
	int fd = file_open(path, &use, err);
	if (fd < 0)
		return false;
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
