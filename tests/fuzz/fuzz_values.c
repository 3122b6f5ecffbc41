/* Values as Kubernetes and people write them: quantities, dates, numbers, base64. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/clock.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/field_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_quantity(const char *text, size_t len)
{
	int64_t whole = kube_quantity(text, len, 1), thousandths = kube_quantity(text, len, 1000);
	/* Rounded up: never less than a thousandth part says, and never one more. */
	if (whole < -1 || thousandths < -1 ||
	    (thousandths >= 0 && whole != thousandths / 1000 + (thousandths % 1000 > 0)))
		abort();
}

static void fuzz_date(const char *text)
{
	char written[32], again[32];
	int64_t at = clock_parse_rfc3339(text);
	if (at < -1)
		abort();
	if (at < 0)
		return;
	clock_format_rfc3339(at, written);
	if (clock_parse_rfc3339(written) != at / 1000 * 1000)
		abort();
	clock_format_rfc3339(at / 1000 * 1000, again);
	if (strcmp(written, again) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(free) char *text = mem_strndup((const char *)data, size);
	CLEANUP(free) unsigned char *plain = mem_alloc(size + 1);
	int64_t integer;
	double number;
	fuzz_quantity((const char *)data, size);
	fuzz_date(text);
	if (kube_base64((const char *)data, size, plain) > (int64_t)size)
		abort();
	if (str_to_double(text, &number) && !isfinite(number))
		abort();
	if (str_to_i64(text, &integer) && integer > 0 && (!str_to_double(text, &number) || number <= 0))
		abort();
	return 0;
}
