/* Writing JSON, and YAML's double-quoted strings. What is written never acts on a terminal that shows it: everything that
 * text_is_unsafe() names stands there as an escape, and reads back as it was. */
#ifndef MQDECK_BASE_JSON_WRITE_H
#define MQDECK_BASE_JSON_WRITE_H

#include "api/base/buf.h"

typedef void json_write_fn(struct buf *out, const char *text);

/* Appends text as a JSON string: valid UTF-8, invalid bytes as U+FFFD. */
json_write_fn json_write_string;
/* The same for YAML, whose readers take no surrogate pairs. */
json_write_fn json_write_yaml_string;
/* Appends a JSON text that somebody else wrote. */
json_write_fn json_write_escaped;

#endif
