/* Which credential plugins somebody has agreed to. A kubeconfig is a file that is handed around, and its exec
 * section is a command that runs as whoever opens it; kubectl runs it without a word (and can be given a list
 * since 1.35, KEP-3104). Agreements are kept in $XDG_STATE_HOME/mqdeck/trusted-plugins, else
 * ~/.local/state/mqdeck/trusted-plugins, mode 0600: a line each, the digest and the command for the reader. Taking a
 * line out takes the agreement back. */
#ifndef MQDECK_KUBE_CONFIG_EXEC_TRUST_H
#define MQDECK_KUBE_CONFIG_EXEC_TRUST_H

#include <stdbool.h>

#include "api/base/err.h"
#include "api/kube/config/kubeconfig.h"

enum { KUBE_EXEC_DIGEST_SIZE = 65 /* hexadecimal SHA-256 with its end */ };

/* Whether this access runs its plugin at all: other credentials of the user come first. */
bool kube_exec_trust_is_needed(const struct kube_access *access);

/* The file that would be run, found as the shell finds it; NULL when there is none. free() it. */
char *kube_exec_trust_resolve(const char *command);

/* Of what runs and of whom it answers to: path and content of the file, arguments, environment given to it, the
 * server its credentials are sent to. False when there is nothing to run. Reads the file: some ms for a large one. */
bool kube_exec_trust_digest(const struct kube_access *access, char digest[KUBE_EXEC_DIGEST_SIZE],
			    struct err *err) MUST_USE;

bool kube_exec_trust_is_remembered(const char *digest);
bool kube_exec_trust_remember(const char *digest, const char *command, struct err *err) MUST_USE;

#endif
