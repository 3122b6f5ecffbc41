/* What theme_file.c, the two readers below it (theme_roles.c, theme_k9s.c) and theme_reader.c at the bottom share. Private
 * to tui/theme. */
#ifndef MQDECK_TUI_THEME_THEME_PRIVATE_H
#define MQDECK_TUI_THEME_THEME_PRIVATE_H

#include <yaml.h>

#include "tui/theme/theme.h"

enum {
	THEME_NODES_MAX = 20000,   /* visited: aliases can make a small file endless */
	THEME_BRACKETS_MAX = 2000, /* libyaml looks at each open one again with every word */
	THEME_WORD_MAX = 128,
};

/* Which roles a file gives, and whether their form for sixteen colours too. */
struct theme_has_16 {
	bool given, fg, bg;
};

struct theme_reader {
	yaml_document_t *document;
	struct theme *theme;
	theme_note_fn *note; /* NULL = nobody listens */
	void *data;
	size_t visited;
	struct theme_has_16 has_16[STYLE_COUNT];
};

void theme_note(const struct theme_reader *reader, const yaml_node_t *at, const char *format, ...) PRINTF_LIKE(3, 4);
const char *theme_scalar(const yaml_node_t *node); /* NULL when it is none */
/* The entry of `names` that was meant, for a hint; NULL when none is near. */
const char *theme_closest(const char *word, const char *(*name)(size_t index), size_t count);
/* Fills in the forms for sixteen colours that a file does not give, so that text stays readable. */
void theme_derive_16(const struct theme *theme, struct style_role_look *look, bool fg, bool bg);

bool theme_read_roles(struct theme_reader *reader, const yaml_node_t *top);
void theme_read_k9s(struct theme_reader *reader, const yaml_node_t *skin);

#endif
