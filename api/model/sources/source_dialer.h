/* How one cluster's brokers are dialled: as everybody's are, when the cluster's share of the budget allows it. */
#ifndef MQDECK_MODEL_SOURCES_SOURCE_DIALER_H
#define MQDECK_MODEL_SOURCES_SOURCE_DIALER_H

#include "api/kube/client/kube_budget.h"
#include "api/net/dial.h"

struct source_dialer {
	struct dial_opener opener; /* the first member */
	struct dial_opener *inner;
	struct kube_budget_share *share;
};

/* Both are borrowed and outlive it. */
void source_dialer_init(struct source_dialer *dialer, struct dial_opener *inner, struct kube_budget_share *share);

#endif
