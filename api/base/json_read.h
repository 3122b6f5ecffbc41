/* Finding things in cJSON trees. */
#ifndef MQDECK_BASE_JSON_READ_H
#define MQDECK_BASE_JSON_READ_H

struct cJSON;

/* The member that a path names, member names joined by '.', case-sensitive; NULL when anything on the way is absent or no
 * object. For paths that the code or a table names, never for keys that came from outside: these may hold dots. */
const struct cJSON *json_find(const struct cJSON *object, const char *path);

#endif
