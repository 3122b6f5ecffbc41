/* A dialer that hands on what it is asked, and turns out of a share of the budget. */
#include "api/model/sources/source_dialer.h"

static struct dial *source_dialer_open(struct dial_opener *self, const struct dial_target *target, int *fd,
				       struct err *err)
{
	struct dial_opener *inner = ((struct source_dialer *)self)->inner;
	return inner->open(inner, target, fd, err);
}

static struct dial_turn *source_dialer_ask(struct dial_opener *self, loop_fn *granted, void *data)
{
	return (struct dial_turn *)kube_budget_ask(((struct source_dialer *)self)->share, granted, data);
}

static void source_dialer_forget(struct dial_turn *turn)
{
	kube_budget_cancel((struct kube_budget_turn *)turn);
}

/* Who does not tell is asked for a turn each time. */
static bool source_dialer_cannot_tell(const struct dial *dial)
{
	return false;
}

void source_dialer_init(struct source_dialer *dialer, struct dial_opener *inner, struct kube_budget_share *share)
{
	*dialer = (struct source_dialer){
		.opener = {.open = source_dialer_open,
			   .error = inner->error,
			   .close = inner->close,
			   .ask = source_dialer_ask,
			   .forget = source_dialer_forget,
			   .is_carried = inner->is_carried ? inner->is_carried : source_dialer_cannot_tell},
		.inner = inner,
		.share = share,
	};
}
