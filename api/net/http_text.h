/* The words of HTTP headers. Inside api/net only. */
#ifndef MQDECK_NET_HTTP_TEXT_H
#define MQDECK_NET_HTTP_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "api/base/clock.h"

/* The value of a header line, without the white space around it, when it is `name`'s; NULL otherwise. */
const char *http_header_value(const char *line, size_t len, const char *name, size_t *value_len);
/* The wait that a Retry-After asks for, in seconds or as a date; -1 when it is neither, or more than a day of seconds.
 */
int64_t http_retry_after_ms(const char *value, size_t len, const struct clock *clock);

/* The line as libcurl wants it: to it "Name:" means a header that is not to be sent, and "Name;" one without a value.
 * Owned by the caller. */
char *http_header_for_libcurl(const char *line);

#endif
