/* Label and field selectors. Grammar: Kubernetes "Labels and Selectors" (equality and set based) and field selectors. */
#ifndef MQDECK_DEMO_KUBE_SELECTOR_H
#define MQDECK_DEMO_KUBE_SELECTOR_H

#include "api/base/vec.h"
#include "api/demo/http/json_tree.h"

enum selector_op { SELECT_IN, SELECT_NOT_IN, SELECT_EXISTS, SELECT_ABSENT };

struct selector_term {
	enum selector_op op;
	bool is_field; /* key is a path such as spec.nodeName */
	char *key;
	VEC(char *) values;
};

struct selector {
	VEC(struct selector_term) terms; /* all must hold; none = everything */
};

enum { SELECTOR_TERMS_MAX = 64, SELECTOR_VALUES_MAX = 1000 };

/* Either text may be NULL. On success free with selector_finish. */
bool selector_parse(const char *labels, const char *fields, struct selector *out, struct err *err) MUST_USE;
void selector_finish(struct selector *selector);
bool selector_matches(const struct selector *selector, const cJSON *object);

/* Does every pair of `wanted` (matchLabels, a Service's selector) stand in the object's labels? Empty or NULL: false. */
bool selector_labels_match(const cJSON *wanted, const cJSON *object);

#endif
