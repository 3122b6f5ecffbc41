/* Label and field selectors. Grammar: Kubernetes "Labels and Selectors" (equality and set based) and field
 * selectors. */
#ifndef MQDECK_DEMO_KUBE_SELECTOR_H
#define MQDECK_DEMO_KUBE_SELECTOR_H

#include "api/base/vec.h"
#include "api/demo/http/json_tree.h"

enum demo_kube_selector_op {
	DEMO_KUBE_SELECT_IN,
	DEMO_KUBE_SELECT_NOT_IN,
	DEMO_KUBE_SELECT_EXISTS,
	DEMO_KUBE_SELECT_ABSENT
};

struct demo_kube_selector_term {
	enum demo_kube_selector_op op;
	bool is_field; /* key is a path such as spec.nodeName */
	char *key;
	VEC(char *) values;
};

struct demo_kube_selector {
	VEC(struct demo_kube_selector_term) terms; /* all must hold; none = everything */
};

enum { DEMO_KUBE_SELECTOR_TERMS_MAX = 64, DEMO_KUBE_SELECTOR_VALUES_MAX = 1000 };

/* Either text may be NULL. On success free with demo_kube_selector_finish. */
bool demo_kube_selector_parse(const char *labels, const char *fields, struct demo_kube_selector *out,
			      struct err *err) MUST_USE;
void demo_kube_selector_finish(struct demo_kube_selector *selector);
bool demo_kube_selector_matches(const struct demo_kube_selector *selector, const cJSON *object);

/* Does every pair of `wanted` (matchLabels, a Service's selector) stand in the object's labels? Empty or NULL:
 * false. */
bool demo_kube_selector_labels_match(const cJSON *wanted, const cJSON *object);

#endif
