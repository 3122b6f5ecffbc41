/* What a path of the API asks for. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_URL_H
#define MQDECK_KUBE_CLIENT_KUBE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct kube_path {
	char group[128], resource[128], namespace[128], name[256], subresource[64]; /* "" = none; still escaped */
	bool watch;
};

/* False when it is no path of a resource. Parts that do not fit are cut. */
bool kube_path_parse(const char *path, struct kube_path *out);
/* "list", "watch", "get", "create", "update", "patch", "delete", "deletecollection". */
const char *kube_path_verb(const struct kube_path *path, const char *method);

#endif
