/* Lookups on cJSON trees for the decoders of this folder: never fail, absent and odd values come out as "not said". */
#ifndef MQDECK_RABBITMQ_RJSON_H
#define MQDECK_RABBITMQ_RJSON_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "api/base/arena.h"
#include "api/base/err.h"

/* Free with cJSON_Delete, or let CLEANUP(rjson) do it. `what` names the answer in the error. */
cJSON *rabbitmq_json_parse(const char *json, size_t len, const char *what, struct err *err) MUST_USE;
void cleanup_rabbitmq_json(cJSON **json);

const cJSON *rabbitmq_json_at(const cJSON *object, const char *key); /* NULL when absent or `object` is no object */
/* Of the functions below key may be a path (json_find): for keys that the table or the code names, never for what a broker
 * named. */
const char *rabbitmq_json_text(const cJSON *object, const char *key,
			       struct arena *arena); /* NULL when it is no string */
/* A whole number from 0 on; -1 otherwise. cJSON keeps doubles: exact below 2^53, which every byte and message count
 * of a broker is far below; larger ones count as not said. */
int64_t rabbitmq_json_count(const cJSON *object, const char *key);
int rabbitmq_json_flag(const cJSON *object, const char *key);    /* 1, 0, -1 */
double rabbitmq_json_rate(const cJSON *object, const char *key); /* a finite number from 0 on; -1 otherwise */
const char *rabbitmq_json_joined(const cJSON *array,
				 struct arena *arena); /* strings joined by ','; NULL when it is no array */

#endif
