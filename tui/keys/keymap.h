/* Which key does what, where. Bindings are looked up from the innermost scope outwards; the help screen is made from
 * the same list. */
#ifndef MQDECK_TUI_KEYS_KEYMAP_H
#define MQDECK_TUI_KEYS_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/err.h"
#include "api/base/mem.h"
#include "tui/keys/event.h"

struct keymap;

struct key_binding {
	struct key key;
	int action; /* what the program calls it; >= 0 */
	int scope;  /* what the program calls it: global, table, one view */
};

struct keymap *keymap_create(void);
void keymap_destroy(struct keymap *keymap);
DEFINE_CLEANUP(struct keymap *, keymap_destroy);

/* Binds a key by name ("Ctrl-D"); a later binding of the same key and scope replaces the earlier one, so that the
 * user's file is read after the defaults. */
bool keymap_bind(struct keymap *keymap, const char *key, int scope, int action, struct err *err) MUST_USE;

/* The action of a key in the first of the scopes that binds it (scopes[0] is the innermost); -1 when none does. */
int keymap_find(const struct keymap *keymap, struct key key, const int *scopes, size_t count);

/* In the order they were bound; scope -1 = all. Returns how many there are, writes at most `size`. */
size_t keymap_list(const struct keymap *keymap, int scope, struct key_binding *out, size_t size);
/* The first key bound to an action in a scope; false when there is none. */
bool keymap_key_of(const struct keymap *keymap, int scope, int action, struct key *key);

#endif
