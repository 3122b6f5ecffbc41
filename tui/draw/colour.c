/* Names of colours, the way down to sixteen of them, and contrast as WCAG measures it. */
#include "tui/draw/colour.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/style.h"

enum { CONTRAST_GREY = 48 /* channels no further apart than this are a grey */, BRIGHT_FROM = 0xd8 };

static const struct {
	const char *name;
	int32_t rgb;
} colour_names[] = {
#define X(name_, rgb_) {.name = #name_, .rgb = rgb_},
#include "tui/draw/colour_names.def"
#undef X
};

static const char *const sixteen_names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

static bool parse_hex(const char *digits, int32_t *rgb)
{
	size_t len = strspn(digits, "0123456789abcdefABCDEF");
	int32_t value = 0;
	if ((len != 6 && len != 3) || digits[len])
		return false;
	for (size_t i = 0; i < len; i++) {
		int c = tolower((unsigned char)digits[i]), digit = c <= '9' ? c - '0' : c - 'a' + 10;
		value = value << 4 | digit;
		if (len == 3)
			value = value << 4 | digit;
	}
	*rgb = value;
	return true;
}

bool colour_parse(const char *text, int32_t *rgb)
{
	if (text[0] == '#')
		return parse_hex(text + 1, rgb);
	if (str_eq(text, "default") || str_eq(text, "-")) {
		*rgb = COLOUR_DEFAULT;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(colour_names); i++) {
		if (!str_eq(colour_names[i].name, text))
			continue;
		*rgb = colour_names[i].rgb;
		return true;
	}
	return false;
}

bool colour_parse_16(const char *text, int8_t *index)
{
	static const char bright[] = "bright-";
	bool is_bright = str_has_prefix(text, bright);
	int64_t number;
	if (str_eq(text, "default")) {
		*index = COLOUR_DEFAULT;
		return true;
	}
	if (str_to_i64(text, &number) && number >= 0 && number <= 15) {
		*index = (int8_t)number;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(sixteen_names); i++) {
		if (!str_eq(sixteen_names[i], is_bright ? text + sizeof bright - 1 : text))
			continue;
		*index = (int8_t)(i + (is_bright ? 8 : 0));
		return true;
	}
	return false;
}

/* One to four digits say how much of the whole it is; -1 when it is none of that. */
static int parse_part(const char **text, char end)
{
	size_t len = strspn(*text, "0123456789abcdefABCDEF");
	if (len < 1 || len > 4 || (*text)[len] != end)
		return -1;
	long value = strtol(*text, NULL, 16), whole = (1L << 4 * len) - 1;
	*text += len + (end != '\0');
	return (int)((value * 255 + whole / 2) / whole);
}

bool colour_parse_x(const char *text, int32_t *rgb)
{
	if (text[0] == '#')
		return parse_hex(text + 1, rgb);
	if (!str_has_prefix(text, "rgb:"))
		return false;
	text += strlen("rgb:");
	int red = parse_part(&text, '/');
	int green = red < 0 ? -1 : parse_part(&text, '/');
	int blue = green < 0 ? -1 : parse_part(&text, '\0');
	if (blue >= 0)
		*rgb = red << 16 | green << 8 | blue;
	return blue >= 0;
}

int colour_to_16(int32_t rgb)
{
	int channels[] = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255}, low = 255, high = 0, hue = 0;
	for (int i = 0; i < 3; i++) {
		low = channels[i] < low ? channels[i] : low;
		high = channels[i] > high ? channels[i] : high;
	}
	if (high - low <= CONTRAST_GREY)
		return high < 0x40 ? 0 : high < 0xa0 ? 8 : high < 0xf0 ? 7 : 15;
	for (int i = 0; i < 3; i++)
		hue |= 2 * channels[i] > low + high ? 1 << i : 0;
	return hue + (high >= BRIGHT_FROM ? 8 : 0);
}

static double colour_linear(int channel)
{
	double x = channel / 255.0;
	return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static double colour_luminance(int32_t rgb)
{
	return 0.2126 * colour_linear(rgb >> 16 & 255) + 0.7152 * colour_linear(rgb >> 8 & 255) +
	       0.0722 * colour_linear(rgb & 255);
}

double colour_contrast(int32_t a, int32_t b)
{
	double one = colour_luminance(a), other = colour_luminance(b);
	return one > other ? (one + 0.05) / (other + 0.05) : (other + 0.05) / (one + 0.05);
}

int32_t colour_readable_on(int32_t ground)
{
	return colour_contrast(0x000000, ground) >= colour_contrast(0xffffff, ground) ? 0x000000 : 0xffffff;
}

bool colour_is_light(int32_t rgb)
{
	return colour_readable_on(rgb) == 0x000000;
}
