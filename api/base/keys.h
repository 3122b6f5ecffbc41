/* The keys of a YAML document that somebody wrote by hand. */
#ifndef MQDECK_BASE_KEYS_H
#define MQDECK_BASE_KEYS_H

#include <stdbool.h>
#include <yaml.h>

#include "api/base/err.h"

/* A key that stands twice in one mapping means something else than its writer thinks: CONFIG with the lines of both, in the
 * file `name`. */
bool keys_are_single(yaml_document_t *document, const char *name, struct err *err) MUST_USE;

#endif
