/* Golden screens as files: written, read, and with what differs from run to run masked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/tape/tape_private.h"

void tape_golden_mask(const struct tape_command *command, struct buf *text)
{
	vec_each (&command->masks, it) {
		size_t start, end;
		for (size_t at = 0; pattern_find(it->pattern, buf_str(text), text->len, at, &start, &end);) {
			CLEANUP(free) char *found = mem_strndup(text->data + start, end - start);
			struct buf masked = BUF_INIT(CANVAS_EXPORT_MAX);
			buf_append(&masked, text->data, start);
			for (int i = canvas_text_width(found); i > 0; i--)
				buf_append_char(&masked, '*');
			at = end > start ? masked.len : end + 1;
			buf_append(&masked, text->data + end, text->len - end);
			buf_finish(text);
			*text = masked;
		}
	}
}

bool tape_golden_write(const char *path, const struct buf *content, struct err *err)
{
	FILE *file = fopen(path, "we");
	if (!file)
		return err_set_errno(err, errno, "cannot write %s", path);
	bool ok = fwrite(buf_str(content), 1, content->len, file) == content->len;
	ok = fclose(file) == 0 && ok;
	return ok || err_set(err, ERR_SYSTEM, "cannot write %s", path);
}

bool tape_golden_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	char bytes[4096];
	for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
		if (!buf_append(out, bytes, got))
			break;
	fclose(file);
	return true;
}
