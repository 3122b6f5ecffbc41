/* Short ways to make, read and change cJSON trees. Paths are member names joined by '.', without array indexes; keys
 * that hold dots themselves (labels) are reached with cJSON's own functions. */
#ifndef MQDECK_DEMO_HTTP_JSON_TREE_H
#define MQDECK_DEMO_HTTP_JSON_TREE_H

#include <cjson/cJSON.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/mem.h"

DEFINE_CLEANUP(cJSON *, cJSON_Delete);

/* Formats and parses; ' stands for ". For our own text: what came from outside goes in with demo_json_set_text,
 * because an argument with a quote or backslash breaks the text. What cannot be parsed gives an empty object. Never
 * NULL. */
cJSON *demo_json_make(const char *format, ...) PRINTF_LIKE(1, 2) MUST_USE;

cJSON *demo_json_at(const cJSON *json, const char *path);        /* NULL when absent */
const char *demo_json_text(const cJSON *json, const char *path); /* "" when absent or no string */
int64_t demo_json_number(const cJSON *json, const char *path, int64_t otherwise);
bool demo_json_true(const cJSON *json, const char *path);

/* Create what is missing on the way and replace what is there. demo_json_set takes the value. */
void demo_json_set(cJSON *json, const char *path, cJSON *value);
void demo_json_set_text(cJSON *json, const char *path, const char *value);
void demo_json_set_number(cJSON *json, const char *path, double value);
void demo_json_remove(cJSON *json, const char *path);

/* Parses len bytes that came from outside; NULL when they are not one JSON document. */
cJSON *demo_json_parse(const char *bytes, size_t len) MUST_USE;

#endif
