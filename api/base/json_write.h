/* Writing JSON. */
#ifndef MQDECK_BASE_JSON_WRITE_H
#define MQDECK_BASE_JSON_WRITE_H

#include "api/base/buf.h"

/* Appends text as a JSON string: valid UTF-8, control characters escaped, invalid bytes as U+FFFD. */
void json_write_string(struct buf *out, const char *text);

#endif
