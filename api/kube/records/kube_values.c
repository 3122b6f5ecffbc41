/* Values that Kubernetes writes in its own way: quantities ("1500m", "2Gi") and base64. */
#include <string.h>

#include "api/kube/records/field_table.h"

/* ---- quantities (apimachinery api/resource): sign, digits, fraction, then a binary or decimal suffix or an
 * exponent ---- */

struct kube_quantity_suffix {
	const char *text;
	int base2, base10;
};

static const struct kube_quantity_suffix suffixes[] = {
	{"Ki", 10, 0}, {"Mi", 20, 0}, {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0},
	{"n", 0, -9},  {"u", 0, -6},  {"m", 0, -3},  {"", 0, 0},    {"k", 0, 3},   {"M", 0, 6},
	{"G", 0, 9},   {"T", 0, 12},  {"P", 0, 15},  {"E", 0, 18},
};

static bool read_exponent(const char *text, size_t len, int *base10)
{
	if (len < 2 || len > 4 || (text[0] != 'e' && text[0] != 'E'))
		return false;
	bool negative = text[1] == '-';
	size_t at = negative || text[1] == '+' ? 2 : 1;
	if (at == len)
		return false;
	*base10 = 0;
	for (; at < len; at++) {
		if (text[at] < '0' || text[at] > '9')
			return false;
		*base10 = *base10 * 10 + (text[at] - '0');
	}
	*base10 = negative ? -*base10 : *base10;
	return true;
}

static bool read_suffix(const char *text, size_t len, int *base2, int *base10)
{
	*base2 = *base10 = 0;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if (strlen(suffixes[i].text) != len || memcmp(suffixes[i].text, text, len) != 0)
			continue;
		*base2 = suffixes[i].base2;
		*base10 = suffixes[i].base10;
		return true;
	}
	return read_exponent(text, len, base10);
}

static bool quantity_times(__int128 *value, int64_t factor)
{
	return !__builtin_mul_overflow(*value, (__int128)factor, value);
}

/* Digits with or without a point from *at on, which then stands behind them; *fraction counts those behind the point. */
static bool read_digits(const char *text, size_t len, size_t *at, __int128 *value, int *fraction)
{
	size_t digits = 0;
	bool in_fraction = false;
	for (; *at < len; (*at)++) {
		char c = text[*at];
		if (c == '.' && !in_fraction) {
			in_fraction = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		if (!quantity_times(value, 10) || ++digits > 30)
			return false;
		*value += c - '0';
		*fraction += in_fraction;
	}
	return digits > 0;
}

int64_t kube_quantity(const char *text, size_t len, int64_t scale)
{
	__int128 value = 0;
	size_t at = len > 0 && text[0] == '+' ? 1 : 0;
	int fraction = 0, base2, base10;
	if (!read_digits(text, len, &at, &value, &fraction) || !read_suffix(text + at, len - at, &base2, &base10) ||
	    !quantity_times(&value, scale) || !quantity_times(&value, (int64_t)1 << base2))
		return -1;
	for (base10 -= fraction; base10 > 0; base10--)
		if (!quantity_times(&value, 10))
			return -1;
	for (bool rest = false; base10 < 0; base10++) {
		rest |= value % 10 != 0;
		value = value / 10 + (rest && base10 == -1);
	}
	return value > INT64_MAX ? -1 : (int64_t)value;
}

/* ---- base64 ---- */

static int base64_digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int64_t kube_base64(const char *text, size_t len, unsigned char *out)
{
	uint32_t bits = 0;
	size_t count = 0, digits = 0, padding = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ')
			continue;
		if (text[i] == '=') {
			padding++;
			continue;
		}
		int digit = base64_digit((unsigned char)text[i]);
		if (digit < 0 || padding)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		digits++;
		if (digits % 4 != 1)
			out[count++] = (unsigned char)(bits >> (digits % 4 == 2 ? 4 : digits % 4 == 3 ? 2 : 0));
	}
	if (digits % 4 == 1 || padding > 2 || (padding && (digits + padding) % 4 != 0))
		return -1;
	return (int64_t)count;
}
