/* The table of kinds, and looking them up by what stands in a path. */
#include "api/demo/kube/served_kinds.h"

#include <stdio.h>
#include <string.h>

static const struct demo_kube_kind served_kinds[] = {
#define X(id_, group_, version_, plural_, name_, short_, namespaced_, scale_)                                          \
	{                                                                                                              \
		.id = DEMO_KUBE_KIND_##id_,                                                                            \
		.group = group_,                                                                                       \
		.version = version_,                                                                                   \
		.plural = plural_,                                                                                     \
		.name = name_,                                                                                         \
		.short_name = short_,                                                                                  \
		.namespaced = namespaced_,                                                                             \
		.has_scale = scale_,                                                                                   \
	},
	DEMO_KUBE_KINDS(X)
#undef X
};

const struct demo_kube_kind *demo_kube_kind_get(enum demo_kube_kind_id id)
{
	return &served_kinds[id];
}

const struct demo_kube_kind *demo_kube_kind_find(const char *group, const char *version, const char *plural)
{
	for (size_t i = 0; i < DEMO_KUBE_KIND_COUNT; i++) {
		const struct demo_kube_kind *kind = &served_kinds[i];
		if (strcmp(kind->group, group) == 0 && strcmp(kind->version, version) == 0 &&
		    strcmp(kind->plural, plural) == 0)
			return kind;
	}
	return NULL;
}

const char *demo_kube_kind_api_version(const struct demo_kube_kind *kind, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", kind->group, *kind->group ? "/" : "", kind->version);
	return out;
}
