/* What a failed tape shows: the screen as it was, and where it differs from what was expected. */
#include <string.h>

#include "api/base/text.h"
#include "tui/tape/tape_private.h"

enum { DIFF_MAX = 20 };

/* Names of files and what stands in a tape are not ours. */
void tape_report_sentence(FILE *report, const char *text)
{
	CLEANUP(free) char *clean = text_clean_dup(text);
	fprintf(report, "%s\n", clean);
}

void tape_report_screen(FILE *report, const struct canvas *canvas)
{
	fprintf(report, "the screen, %dx%d, frame %llu:\n", canvas->width, canvas->height,
		(unsigned long long)canvas->frame);
	for (int y = 0; y < canvas->height; y++) {
		struct buf row = BUF_INIT(CANVAS_EXPORT_MAX);
		canvas_append_row(canvas, y, &row);
		fprintf(report, "%3d| %s\n", y + 1, buf_str(&row));
		buf_finish(&row);
	}
}

static int first_difference(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t at = 0;
	while (at < a_len && at < b_len && a[at] == b[at])
		at++;
	/* Not into the middle of a character. */
	while (at > 0 && at < a_len && ((unsigned char)a[at] & 0xc0) == 0x80)
		at--;
	CLEANUP(free) char *same = mem_strndup(a, at);
	return canvas_text_width(same);
}

/* A line of a golden file comes from a file, and is cleaned like everything else. */
static void print_line(FILE *report, char sign, int number, const char *text, size_t len)
{
	CLEANUP(free) char *line = mem_strndup(text, len);
	CLEANUP(free) char *clean = text_clean_dup(line);
	fprintf(report, "%c%3d| %s\n", sign, number, clean);
}

void tape_report_diff(FILE *report, const char *expected, const char *actual)
{
	int shown = 0;
	for (int number = 1; *expected || *actual; number++) {
		size_t want = strcspn(expected, "\n"), have = strcspn(actual, "\n");
		if ((want != have || memcmp(expected, actual, want) != 0) && ++shown <= DIFF_MAX) {
			print_line(report, '-', number, expected, want);
			print_line(report, '+', number, actual, have);
			fprintf(report, "    | %*s^\n", first_difference(expected, want, actual, have), "");
		}
		expected += want + (expected[want] == '\n');
		actual += have + (actual[have] == '\n');
	}
	if (shown > DIFF_MAX)
		fprintf(report, "    and %d more lines\n", shown - DIFF_MAX);
}
