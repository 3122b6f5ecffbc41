/* An informer's beginning and end; in between informer_sync.c talks to the server and fills informer_store.c. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "api/kube/watch/informer_private.h"

struct kube_informer *kube_informer_start(struct kube_client *client, const struct kube_informer_options *options,
					  struct err *err)
{
	const struct kube_kind_info *info = kube_kind_info(options->kind);
	if (options->namespace && !info->namespaced) {
		err_set(err, ERR_USAGE, "%s are not namespaced", info->resource);
		return NULL;
	}
	struct kube_informer *informer = mem_alloc(sizeof *informer);
	informer->client = client;
	informer->options = *options;
	informer->options.namespace = mem_strdup(options->namespace);
	informer->options.label_selector = mem_strdup(options->label_selector);
	informer->options.field_selector = mem_strdup(options->field_selector);
	informer->options.not_before = NULL;
	snprintf(informer->last_rv, sizeof informer->last_rv, "%s", str_or(options->not_before, ""));
	informer->info = info;
	informer->state = (struct kube_informer_state){
		.last_event_ms = -1, .last_contact_ms = -1, .stale_since_ms = loop_now_ms(kube_client_loop(client))};
	informer->contact = (struct kube_contact){.on_contact = kube_informer_on_contact, .data = informer};
	kube_client_contact(client, &informer->contact);
	kube_informer_sync_start(informer);
	return informer;
}

void kube_informer_stop(struct kube_informer *informer)
{
	if (!informer)
		return;
	kube_client_uncontact(informer->client, &informer->contact);
	kube_informer_sync_stop(informer);
	kube_informer_store_finish(informer);
	free((char *)informer->options.namespace);
	free((char *)informer->options.label_selector);
	free((char *)informer->options.field_selector);
	free(informer);
}

const char *kube_informer_version(const struct kube_informer *informer)
{
	return informer->state.synced && informer->last_rv[0] ? informer->last_rv : NULL;
}

const struct kube_informer_state *kube_informer_state(const struct kube_informer *informer)
{
	return &informer->state;
}

void kube_informer_kick(struct kube_informer *informer)
{
	informer->failures = 0;
	if (loop_timer_is_armed(informer->timer))
		loop_timer_arm(informer->timer, 0);
}
