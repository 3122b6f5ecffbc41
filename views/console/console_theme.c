/* `mqdeck theme`: which themes there are, and what is wrong with a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "tui/theme/theme.h"
#include "views/cli/cli.h"
#include "views/console/console_main.h"

/* ---- list ---- */

static void print_theme(void *data, const char *name, enum theme_origin origin, const char *path)
{
	static const char *const origins[] = {
		[THEME_OF_USER] = "user", [THEME_BUILT_IN] = "built in", [THEME_OF_K9S] = "k9s skin"};
	struct theme theme;
	struct err err = {0};
	bool ok = theme_load(&theme, path ? path : name, NULL, NULL, &err);
	/* Names and sentences come from files that somebody else may have written. */
	CLEANUP(free) char *clean = text_clean_dup(name);
	printf("%-20s %-9s ", clean, origins[origin]);
	cli_print_clean(stdout, ok ? str_or(theme.help, path) : err.text);
	putchar('\n');
}

static int theme_list(const struct cli_command_line *line)
{
	theme_each(print_theme, NULL);
	return CLI_EXIT_OK;
}

/* ---- check ---- */

struct theme_check {
	const char *file;
	size_t complaints;
};

static void print_complaint(struct theme_check *check, size_t line, const char *text)
{
	check->complaints++;
	cli_print_clean(stdout, check->file);
	if (line)
		printf(":%zu", line);
	fputs(": ", stdout);
	cli_print_clean(stdout, text);
	putchar('\n');
}

static void check_note(void *data, size_t line, const char *text)
{
	print_complaint(data, line, text);
}

/* One style at every depth of colour: one line, with each depth where it cannot be read. */
static void check_contrast(struct theme_check *check, const struct theme *theme, style_t style)
{
	static const struct {
		enum colour_mode mode;
		const char *word;
	} depths[] = {
		{COLOUR_MODE_TRUE, "true colour"}, {COLOUR_MODE_256, "256 colours"}, {COLOUR_MODE_16, "16 colours"}};
	struct buf text = BUF_INIT(ERR_TEXT_MAX);
	double wanted = theme_contrast_wanted(style);
	for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
		double found = theme_contrast(theme, style, depths[i].mode);
		if (found < wanted)
			buf_printf(&text, "%s%.1f:1 in %s", text.len ? ", " : "", found, depths[i].word);
	}
	if (text.len) {
		CLEANUP(free)
		char *sentence =
			str_printf("contrast of %s%s is %s; the minimum is %.1f:1",
				   style_role_name((enum style_role)(style & STYLE_ROLE_MASK)),
				   style & STYLE_ON_CURSOR ? " on the cursor row" : "", buf_str(&text), wanted);
		print_complaint(check, 0, sentence);
	}
	buf_finish(&text);
}

static int theme_check(const struct cli_command_line *line)
{
	struct err err = {0};
	struct theme theme;
	struct theme_check check = {.file = line->words[1]};
	if (!theme_load(&theme, line->words[1], check_note, &check, &err))
		return cli_failed(&err);
	for (int role = 0; role < STYLE_COUNT; role++) {
		check_contrast(&check, &theme, (style_t)role);
		check_contrast(&check, &theme, (style_t)(role | STYLE_ON_CURSOR));
	}
	cli_print_clean(stdout, check.file);
	if (check.complaints)
		printf(": %zu finding%s\n", check.complaints, check.complaints == 1 ? "" : "s");
	else
		puts(": no findings");
	return check.complaints ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

/* ---- the command ---- */

int main_theme(const struct cli_command_line *line)
{
	static const struct {
		const char *name;
		size_t words;
		int (*run)(const struct cli_command_line *line);
	} verbs[] = {{"list", 1, theme_list}, {"check", 2, theme_check}};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (str_eq(verbs[i].name, line->words[0]) && verbs[i].words == line->count)
			return verbs[i].run(line);
	return cli_failed(&(struct err){ERR_USAGE, "usage: mqdeck theme list, or mqdeck theme check FILE"});
}
