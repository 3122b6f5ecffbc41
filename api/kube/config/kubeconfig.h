/* Where the cluster is and who we are: kubeconfig files and the in-cluster service account, by the rules of kubectl
 * (PROTOCOL.md: $KUBECONFIG merge, first definition of a name wins as a whole, relative paths from the defining
 * file). Everything in the files is untrusted: 4 MiB a file, depth 32, no alias bombs. Errors are ERR_CONFIG and
 * name file, line and column. */
#ifndef MQDECK_KUBE_CONFIG_KUBECONFIG_H
#define MQDECK_KUBE_CONFIG_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/mem.h"

/* What the command line says. All may be NULL or 0; strings are borrowed for the call. */
struct kubeconfig_options {
	const char *text;       /* a kubeconfig in memory: it alone counts; no file is read, names no file either */
	const char *kubeconfig; /* --kubeconfig: this file alone */
	const char *context;    /* --context; NULL = the current one */
	const char *namespace;  /* -n */
	const char *as;         /* --as */
	const char *const *as_groups;    /* --as-group, NULL-terminated */
	int64_t request_timeout_ms;      /* --request-timeout, 0 = default */
	const char *service_account_dir; /* NULL = /var/run/secrets/kubernetes.io/serviceaccount */
};

struct kubeconfig;

/* Reads and merges; the environment gives KUBECONFIG, HOME and KUBERNETES_SERVICE_HOST/PORT. With no usable file it
 * is the in-cluster service account; without that either, an error that names the files looked at. */
struct kubeconfig *kubeconfig_load(const struct kubeconfig_options *options, struct err *err) MUST_USE;
void kubeconfig_destroy(struct kubeconfig *config); /* NULL is fine */

/* For `:ctx`, in the order of the files. The current context is that of --context or of the files; NULL = none. */
size_t kubeconfig_context_count(const struct kubeconfig *config);
const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index);
const char *kubeconfig_context_cluster(const struct kubeconfig *config, size_t index);
const char *kubeconfig_context_user(const struct kubeconfig *config, size_t index);
const char *kubeconfig_context_namespace(const struct kubeconfig *config, size_t index); /* NULL when not set */
const char *kubeconfig_current_context(const struct kubeconfig *config);

struct kube_variable {
	char *name, *value;
};

enum kube_interactive { KUBE_INTERACTIVE_NEVER, KUBE_INTERACTIVE_IF_AVAILABLE, KUBE_INTERACTIVE_ALWAYS };

struct kube_exec_plugin {
	char *api_version; /* client.authentication.k8s.io/v1 or /v1beta1 */
	char *command;     /* resolved against the file's folder when it contains '/' */
	char **args;       /* NULL-terminated */
	struct kube_variable *env;
	size_t env_count;
	enum kube_interactive interactive;
	bool provide_cluster_info;
	char *file;           /* the kubeconfig that names it; NULL = one in memory */
	char *install_hint;   /* untrusted text, may be NULL */
	char *cluster_config; /* JSON of the cluster's exec extension, or NULL */
};

/* One context, resolved: all that is needed to talk to its cluster. Made by kubeconfig_resolve, wiped on destroy.
 * NULL = absent for every string. */
struct kube_access {
	char *context, *cluster, *user; /* names for the header line */
	char *namespace;                /* -n, else the context's, else "default" */
	bool in_cluster;

	char *server; /* https://host:port/prefix, no trailing slash */
	char *ca_pem, *tls_server_name, *proxy_url;
	bool insecure, disable_compression;

	char *cert_pem, *key_pem;   /* as read when resolved */
	char *cert_file, *key_file; /* where they came from, when from files: re-read as they rotate */
	char *token, *token_file;   /* the file beats the token */
	char *username, *password;
	struct kube_exec_plugin *exec;

	char *as, *as_uid;
	char **as_groups; /* NULL-terminated, or NULL */
	struct kube_variable *as_extra;
	size_t as_extra_count;

	int64_t request_timeout_ms; /* 0 = default */
};

/* context NULL = the current one. Reads certificate files. */
struct kube_access *kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct err *err) MUST_USE;
void kube_access_destroy(struct kube_access *access); /* NULL is fine */

DEFINE_CLEANUP(struct kubeconfig *, kubeconfig_destroy);
DEFINE_CLEANUP(struct kube_access *, kube_access_destroy);

#endif
