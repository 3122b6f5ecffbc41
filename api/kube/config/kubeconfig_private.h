/* What loading and resolving share. */
#ifndef MQDECK_KUBE_CONFIG_KUBECONFIG_PRIVATE_H
#define MQDECK_KUBE_CONFIG_KUBECONFIG_PRIVATE_H

#include "api/base/vec.h"
#include "api/kube/config/kubeconfig.h"
#include "api/kube/config/kubeconfig_yaml.h"

struct kubeconfig_entry { /* one named cluster, user or context: the first file that defines it wins as a whole */
	char *name;
	size_t file;
	yaml_node_t *node; /* its body; NULL when empty */
};

struct kubeconfig_context {
	char *name, *cluster, *user, *namespace;
};

struct kubeconfig {
	VEC(struct kubeconfig_file) files;
	VEC(struct kubeconfig_entry) clusters, users;
	VEC(struct kubeconfig_context) contexts;
	char *current;

	/* From the command line. */
	char *namespace, *as;
	char **as_groups;
	int64_t request_timeout_ms;
	char *service_account_dir; /* set when that is where we run */
};

void kubeconfig_free_list(char **list);
void kubeconfig_free_exec(struct kube_exec_plugin *plugin); /* NULL is fine */

#endif
