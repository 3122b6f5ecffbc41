/* The table of watched kinds: group, versions, resource, and whether it can be had as protobuf. */
#include "api/kube/records/kube_kinds.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/records/field_table.h"

static const struct kube_kind_info kind_infos[] = {
#define X(name, group_, versions_, resource_, kind_, namespaced_, protobuf_, record)                                   \
	[KUBE_##name] = {.group = group_,                                                                              \
			 .versions = versions_,                                                                        \
			 .resource = resource_,                                                                        \
			 .kind = kind_,                                                                                \
			 .namespaced = namespaced_,                                                                    \
			 .protobuf = protobuf_,                                                                        \
			 .table = &record##_table},
	KUBE_KINDS(X)
#undef X
};

const struct kube_kind_info *kube_kind_info(enum kube_kind kind)
{
	return &kind_infos[kind];
}

int kube_kind_find(const char *word)
{
	for (int i = 0; i < KUBE_KIND_COUNT; i++)
		if (str_eq(kind_infos[i].resource, word) || str_eq(kind_infos[i].kind, word))
			return i;
	return -1;
}

bool kube_kind_version(enum kube_kind kind, size_t index, char out[static 16])
{
	const char *at = kind_infos[kind].versions;
	for (; index > 0; index--) {
		at = strchr(at, ',');
		if (!at)
			return false;
		at++;
	}
	snprintf(out, 16, "%.*s", (int)strcspn(at, ","), at);
	return true;
}
