/* The grid as text (for golden screens) and as SVG (for pictures in documents). */
#include "tui/draw/canvas.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* ---- text ---- */

static void append_codepoint(struct buf *out, uint32_t codepoint)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)codepoint, bytes);
	buf_append(out, bytes, (size_t)len);
}

static void append_cell(struct buf *out, const struct canvas_cell *cell)
{
	if (cell->width == 0)
		return;
	append_codepoint(out, cell->codepoint);
	for (int i = 0; i < CANVAS_MARKS && cell->marks[i]; i++)
		append_codepoint(out, cell->marks[i]);
}

void canvas_append_row(const struct canvas *canvas, int y, struct buf *out)
{
	int end = canvas->width;
	while (end > 0 && canvas_at(canvas, y, end - 1)->codepoint == ' ')
		end--;
	for (int x = 0; x < end; x++)
		append_cell(out, canvas_at(canvas, y, x));
}

void canvas_append_text(const struct canvas *canvas, struct buf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		canvas_append_row(canvas, y, out);
		buf_append_char(out, '\n');
	}
}

/* ---- picture ---- */

enum {
	CELL_WIDTH = 9,
	CELL_HEIGHT = 19,
	BASELINE = 14,
	MARGIN = 12,
	TITLE_HEIGHT = 30,
};

struct canvas_picture {
	const struct canvas *canvas;
	const struct theme *theme;
	enum colour_mode colours;
	struct buf *out;
	int top;
	int32_t ground, ink; /* a terminal's defaults are not known to a file: those of the theme */
};

struct canvas_paint {
	int32_t fg, bg; /* 0xRRGGBB; bg COLOUR_DEFAULT = the picture's ground */
	uint8_t attributes;
};

static int32_t to_rgb(int32_t colour, enum colour_mode mode)
{
	return colour == COLOUR_DEFAULT || mode == COLOUR_MODE_TRUE ? colour : colour_from_256(colour);
}

static int32_t half_way(int32_t a, int32_t b)
{
	return ((a >> 1) & 0x7f7f7f) + ((b >> 1) & 0x7f7f7f);
}

static struct canvas_paint paint_of(const struct canvas_picture *picture, style_t style)
{
	struct style_look look = style_look(picture->theme, style, picture->colours);
	int32_t fg = to_rgb(look.fg, picture->colours), bg = to_rgb(look.bg, picture->colours);
	fg = fg == COLOUR_DEFAULT ? picture->ink : fg;
	bg = bg == picture->ground ? COLOUR_DEFAULT : bg;
	if (look.attributes & STYLE_ATTR_DIM)
		fg = half_way(fg, picture->ground);
	if (look.attributes & STYLE_ATTR_REVERSE) {
		int32_t ground = bg == COLOUR_DEFAULT ? picture->ground : bg;
		bg = fg;
		fg = ground;
	}
	return (struct canvas_paint){.fg = fg, .bg = bg, .attributes = look.attributes};
}

static void append_escaped(struct buf *out, const struct canvas_cell *cell)
{
	static const char *const entities[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
	if (cell->codepoint < sizeof entities / sizeof entities[0] && entities[cell->codepoint])
		buf_append_str(out, entities[cell->codepoint]);
	else
		append_cell(out, cell);
}

/* Which arms a line-drawing sign has: up, right, down, left. These are drawn as lines, so that they join whatever
 * the viewer's font is. */
struct canvas_arms {
	uint32_t codepoint;
	bool up, right, down, left, round;
};

static const struct canvas_arms *arms_of(uint32_t codepoint)
{
	static const struct canvas_arms table[] = {
		{0x2500, 0, 1, 0, 1, 0}, {0x2502, 1, 0, 1, 0, 0}, {0x250c, 0, 1, 1, 0, 0}, {0x2510, 0, 0, 1, 1, 0},
		{0x2514, 1, 1, 0, 0, 0}, {0x2518, 1, 0, 0, 1, 0}, {0x251c, 1, 1, 1, 0, 0}, {0x2524, 1, 0, 1, 1, 0},
		{0x252c, 0, 1, 1, 1, 0}, {0x2534, 1, 1, 0, 1, 0}, {0x253c, 1, 1, 1, 1, 0}, {0x256d, 0, 1, 1, 0, 1},
		{0x256e, 0, 0, 1, 1, 1}, {0x256f, 1, 0, 0, 1, 1}, {0x2570, 1, 1, 0, 0, 1},
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].codepoint == codepoint)
			return &table[i];
	return NULL;
}

static void append_arms(const struct canvas_picture *picture, const struct canvas_arms *arms, int left, int top,
			int32_t colour)
{
	double x = left + CELL_WIDTH / 2.0, y = top + CELL_HEIGHT / 2.0;
	buf_printf(picture->out, "<path d=\"");
	if (arms->round) {
		int end_x = arms->right ? left + CELL_WIDTH : left, end_y = arms->down ? top + CELL_HEIGHT : top;
		double turn = arms->down ? 4.5 : -4.5;
		buf_printf(picture->out, "M%.1f %d L%.1f %.1f Q%.1f %.1f %d %.1f", x, end_y, x, y + turn, x, y, end_x,
			   y);
	} else {
		if (arms->up || arms->down)
			buf_printf(picture->out, "M%.1f %.1f L%.1f %.1f ", x, arms->up ? top : y, x,
				   arms->down ? top + CELL_HEIGHT : y);
		if (arms->left || arms->right)
			buf_printf(picture->out, "M%.1f %.1f L%.1f %.1f", arms->left ? left : x, y,
				   arms->right ? left + CELL_WIDTH : x, y);
	}
	buf_printf(picture->out, "\" stroke=\"#%06x\" fill=\"none\"/>", (unsigned)colour);
}

static void append_block(const struct canvas_picture *picture, double left, double top, double width, double height,
			 int32_t colour)
{
	buf_printf(picture->out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#%06x\"/>", left,
		   top, width, height, (unsigned)colour);
}

static void append_braille(const struct canvas_picture *picture, uint32_t dots, int left, int top, int32_t colour)
{
	/* Bit order of U+2800: left column 0 1 2 6, right column 3 4 5 7. Source: Unicode, Braille Patterns. */
	static const struct {
		int row, column;
	} places[] = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}, {2, 1}, {3, 0}, {3, 1}};
	for (unsigned i = 0; i < 8; i++)
		if (dots >> i & 1)
			buf_printf(picture->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.5\" fill=\"#%06x\"/>",
				   left + 2.4 + 4.2 * places[i].column, top + 2.4 + 4.7 * places[i].row,
				   (unsigned)colour);
}

/* Signs that fonts draw with gaps are drawn here as shapes. */
static bool is_shape(uint32_t codepoint)
{
	return arms_of(codepoint) || (codepoint >= 0x2581 && codepoint <= 0x258f) ||
	       (codepoint >= 0x2800 && codepoint <= 0x28ff);
}

static void append_shape(const struct canvas_picture *picture, uint32_t codepoint, int left, int top, int32_t colour)
{
	const struct canvas_arms *arms = arms_of(codepoint);
	if (arms) {
		append_arms(picture, arms, left, top, colour);
	} else if (codepoint >= 0x2800) {
		append_braille(picture, codepoint - 0x2800, left, top, colour);
	} else if (codepoint <= 0x2588) {
		double height = CELL_HEIGHT * (codepoint - 0x2580) / 8.0;
		append_block(picture, left, top + CELL_HEIGHT - height, CELL_WIDTH, height, colour);
	} else {
		append_block(picture, left, top, CELL_WIDTH * (0x2590 - codepoint) / 8.0, CELL_HEIGHT, colour);
	}
}

static int run_end(const struct canvas *canvas, int y, int x)
{
	style_t style = canvas_at(canvas, y, x)->style;
	while (x < canvas->width && canvas_at(canvas, y, x)->style == style)
		x++;
	return x;
}

static void open_text(const struct canvas_picture *picture, int left, int top, const struct canvas_paint *paint)
{
	buf_printf(picture->out, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\"%s%s>", left, top + BASELINE,
		   (unsigned)paint->fg, paint->attributes & STYLE_ATTR_BOLD ? " font-weight=\"bold\"" : "",
		   paint->attributes & STYLE_ATTR_UNDERLINE ? " text-decoration=\"underline\"" : "");
}

static bool canvas_export_is_plain(const struct canvas_cell *cell)
{
	return cell->codepoint > ' ' && cell->codepoint < 0x7f && !cell->marks[0];
}

/* Each word, and each character outside ASCII, stands at its own place, so that a font of another width cannot shift
 * what follows. */
static void append_words(const struct canvas_picture *picture, int y, int from, int to,
			 const struct canvas_paint *paint)
{
	const struct canvas_cell *cells = canvas_at(picture->canvas, y, 0);
	int top = picture->top + y * CELL_HEIGHT;
	for (int x = from; x < to; x++) {
		int left = MARGIN + x * CELL_WIDTH;
		if (cells[x].width == 0 || cells[x].codepoint == ' ')
			continue;
		if (is_shape(cells[x].codepoint)) {
			append_shape(picture, cells[x].codepoint, left, top, paint->fg);
			continue;
		}
		open_text(picture, left, top, paint);
		append_escaped(picture->out, &cells[x]);
		while (x + 1 < to && canvas_export_is_plain(&cells[x]) && canvas_export_is_plain(&cells[x + 1]))
			append_escaped(picture->out, &cells[++x]);
		buf_append_str(picture->out, "</text>");
	}
}

static void canvas_export_append_line(const struct canvas_picture *picture, int y)
{
	for (int x = 0; x < picture->canvas->width;) {
		int end = run_end(picture->canvas, y, x);
		struct canvas_paint paint = paint_of(picture, canvas_at(picture->canvas, y, x)->style);
		if (paint.bg != COLOUR_DEFAULT)
			append_block(picture, MARGIN + x * CELL_WIDTH, picture->top + y * CELL_HEIGHT,
				     (end - x) * CELL_WIDTH, CELL_HEIGHT, paint.bg);
		append_words(picture, y, x, end, &paint);
		x = end;
	}
	buf_append_char(picture->out, '\n');
}

/* The window's bar: the ground, an eighth nearer to the ink. */
static int32_t bar_of(const struct canvas_picture *picture)
{
	int32_t quarter = half_way(half_way(picture->ink, picture->ground), picture->ground);
	return half_way(quarter, picture->ground);
}

static void append_title(const struct canvas_picture *picture, const char *title, int width)
{
	static const unsigned lights[] = {0xff5f57, 0xfebc2e, 0x28c840};
	buf_printf(picture->out, "<path d=\"M0 %d V8 Q0 0 8 0 H%d Q%d 0 %d 8 V%d Z\" fill=\"#%06x\"/>", TITLE_HEIGHT,
		   width - 8, width, width, TITLE_HEIGHT, (unsigned)bar_of(picture));
	for (int i = 0; i < 3; i++)
		buf_printf(picture->out, "<circle cx=\"%d\" cy=\"%d\" r=\"5.5\" fill=\"#%06x\"/>", 18 + 18 * i,
			   TITLE_HEIGHT / 2, lights[i]);
	buf_printf(picture->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#%06x\">", width / 2,
		   TITLE_HEIGHT / 2 + 5, (unsigned)half_way(picture->ink, picture->ground));
	struct canvas *line = canvas_create(1, 200, false);
	int columns = canvas_put(line, 0, 0, -1, STYLE_TEXT, title);
	for (int x = 0; x < columns; x++)
		append_escaped(picture->out, canvas_at(line, 0, x));
	canvas_destroy(line);
	buf_append_str(picture->out, "</text>\n");
}

void canvas_append_svg(const struct canvas *canvas, const struct theme *theme, enum colour_mode colours,
		       const char *title, struct buf *out)
{
	struct canvas_picture picture = {.canvas = canvas, .theme = theme, .colours = colours, .out = out};
	int32_t ground =
		theme->monochrome || colours == COLOUR_MODE_MONO ? COLOUR_DEFAULT : theme->roles[STYLE_TEXT].bg;
	picture.ground = ground == COLOUR_DEFAULT ? theme->ground : ground;
	picture.ink = theme->ink;
	picture.top = MARGIN + (title ? TITLE_HEIGHT : 0);
	int width = canvas->width * CELL_WIDTH + 2 * MARGIN,
	    height = canvas->height * CELL_HEIGHT + picture.top + MARGIN;
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		   "font-family=\"'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace\" font-size=\"15\" "
		   "xml:space=\"preserve\">\n",
		   width, height, width, height);
	buf_printf(out, "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n", width, height,
		   (unsigned)picture.ground);
	if (title)
		append_title(&picture, title, width);
	for (int y = 0; y < canvas->height; y++)
		canvas_export_append_line(&picture, y);
	buf_append_str(out, "</svg>\n");
}
