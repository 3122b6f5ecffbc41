/* Colours by name, and how well one can be read on another. */
#ifndef MQDECK_TUI_DRAW_COLOUR_H
#define MQDECK_TUI_DRAW_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* "#rrggbb", "#rgb", a name of CSS, "default" or "-" (COLOUR_DEFAULT). */
bool colour_parse(const char *text, int32_t *rgb);
/* "red", "bright-red", 0 to 15, "default". */
bool colour_parse_16(const char *text, int8_t *index);

/* As X writes colours, and terminals that are asked for theirs: "rgb:ffff/ffff/dddd", each part one to four digits, or
 * "#rrggbb". */
bool colour_parse_x(const char *text, int32_t *rgb);

/* The one of sixteen that stands for it: grey by lightness, everything else by hue. */
int colour_to_16(int32_t rgb);

/* 1 to 21. Text is readable from 4.5, a sign is seen from 3. Source: WCAG 2.2, 1.4.3 and 1.4.11. */
double colour_contrast(int32_t a, int32_t b);
bool colour_is_light(int32_t rgb);          /* black is read better on it than white */
int32_t colour_readable_on(int32_t ground); /* black or white */

#endif
