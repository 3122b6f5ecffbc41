#include "api/demo/kube/served_kinds.h"

#include <stdio.h>
#include <string.h>

static const struct kind kinds[] = {
#define X(id_, group_, version_, plural_, name_, short_, namespaced_, scale_)                                                  \
	{                                                                                                                      \
		.id = KIND_##id_, .group = group_, .version = version_, .plural = plural_, .name = name_, .short_name = short_,\
		.namespaced = namespaced_, .has_scale = scale_,                                                                \
	},
	DEMO_KINDS(X)
#undef X
};

const struct kind *kind_get(enum kind_id id)
{
	return &kinds[id];
}

const struct kind *kind_find(const char *group, const char *version, const char *plural)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i];
		if (strcmp(kind->group, group) == 0 && strcmp(kind->version, version) == 0 &&
		    strcmp(kind->plural, plural) == 0)
			return kind;
	}
	return NULL;
}

const char *kind_api_version(const struct kind *kind, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", kind->group, *kind->group ? "/" : "", kind->version);
	return out;
}
