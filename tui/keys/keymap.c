/* A list of bindings, one for a key and scope: binding again replaces. Some hundred entries are searched in a row,
 * which no keypress notices. */
#include "tui/keys/keymap.h"

#include <stdlib.h>

#include "api/base/vec.h"

struct keymap {
	VEC(struct key_binding) bindings;
};

struct keymap *keymap_create(void)
{
	return mem_alloc(sizeof(struct keymap));
}

void keymap_destroy(struct keymap *keymap)
{
	if (!keymap)
		return;
	vec_finish(&keymap->bindings);
	free(keymap);
}

static struct key_binding *keymap_index_of(const struct keymap *keymap, struct key key, int scope)
{
	vec_each (&keymap->bindings, binding)
		if (binding->scope == scope && key_equal(binding->key, key))
			return binding;
	return NULL;
}

bool keymap_bind(struct keymap *keymap, const char *name, int scope, int action, struct err *err)
{
	struct key key;
	if (!key_parse(name, &key))
		return err_set(err, ERR_CONFIG, "'%s' is not a key; use a form such as Ctrl-D, Shift-F, F5 or ?", name);
	struct key_binding *binding = keymap_index_of(keymap, key, scope);
	if (binding)
		binding->action = action;
	else
		vec_push(&keymap->bindings, (struct key_binding){.key = key, .action = action, .scope = scope});
	return true;
}

int keymap_find(const struct keymap *keymap, struct key key, const int *scopes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct key_binding *binding = keymap_index_of(keymap, key, scopes[i]);
		if (binding)
			return binding->action;
	}
	return -1;
}

size_t keymap_list(const struct keymap *keymap, int scope, struct key_binding *out, size_t size)
{
	size_t count = 0;
	vec_each (&keymap->bindings, binding) {
		if (scope >= 0 && binding->scope != scope)
			continue;
		if (count < size)
			out[count] = *binding;
		count++;
	}
	return count;
}

bool keymap_key_of(const struct keymap *keymap, int scope, int action, struct key *key)
{
	vec_each (&keymap->bindings, binding) {
		if (binding->scope != scope || binding->action != action)
			continue;
		*key = binding->key;
		return true;
	}
	return false;
}
