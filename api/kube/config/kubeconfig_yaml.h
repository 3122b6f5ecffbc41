/* One kubeconfig file as a checked YAML document. Private to kubeconfig. */
#ifndef MQDECK_KUBE_CONFIG_KUBECONFIG_YAML_H
#define MQDECK_KUBE_CONFIG_KUBECONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "api/base/err.h"
#include "api/base/file.h"

enum { KUBECONFIG_FILE_MAX = 4 * 1024 * 1024, KUBECONFIG_DEPTH_MAX = 32, KUBECONFIG_ALIAS_MAX = 1000 };

struct kubeconfig_file {
	char *path, *folder; /* folder of relative paths */
	unsigned mode;       /* permission bits */
	bool loaded;
	yaml_document_t document;
};

/* Reads the file; *missing when there is none (no error) or it is empty. */
bool kubeconfig_file_read(struct kubeconfig_file *file, const char *path, bool *missing, struct err *err) MUST_USE;
bool kubeconfig_file_parse(struct kubeconfig_file *file, const char *path, const char *text, size_t len,
			   struct err *err) MUST_USE;
void kubeconfig_file_finish(struct kubeconfig_file *file);

/* A regular file, at most max bytes; ERR_CONFIG names it, as `what`. */
bool kubeconfig_slurp(const char *what, enum file_trust trust, const char *path, size_t max, struct buf *out,
		      struct err *err) MUST_USE;

/* "FILE:LINE:COLUMN: …", ERR_CONFIG, false. */
bool kubeconfig_wrong(const struct kubeconfig_file *file, const yaml_node_t *node, struct err *err, const char *format,
		      ...) PRINTF_LIKE(4, 5);

/* kubeconfig_mapping.c: the last of equal keys holds, and `<<` is carried out. For keys that are scalars. */
bool kubeconfig_settle_mappings(struct kubeconfig_file *file, struct err *err) MUST_USE;

yaml_node_t *kubeconfig_root(struct kubeconfig_file *file); /* NULL when there is none */
/* The member of a mapping; NULL when absent, null or the node is no mapping. */
yaml_node_t *kubeconfig_member(struct kubeconfig_file *file, const yaml_node_t *node, const char *name);
yaml_node_t *kubeconfig_item(struct kubeconfig_file *file, const yaml_node_t *node, size_t index); /* of a sequence */
/* Of a scalar; NULL for anything else. */
const char *kubeconfig_scalar(const yaml_node_t *node);

/* *out (freed before) becomes a copy of the member, or NULL when absent. False when it is no scalar. */
bool kubeconfig_get_text(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, char **out,
			 struct err *err) MUST_USE;
bool kubeconfig_get_bool(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, bool *out,
			 struct err *err) MUST_USE;
/* A NULL-terminated list of scalars, or NULL when absent or empty. */
bool kubeconfig_get_list(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, char ***out,
			 struct err *err) MUST_USE;
/* Appends the node as JSON. */
bool kubeconfig_append_json(struct kubeconfig_file *file, const yaml_node_t *node, struct buf *out,
			    struct err *err) MUST_USE;

#endif
