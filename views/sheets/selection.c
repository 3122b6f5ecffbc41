/* Rows remembered by name, and the path of the object behind one. */
#include "views/sheets/selection.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"

static void selection_set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", str_or(text, ""));
}

void selection_of_row(const struct sheet *sheet, struct sheet_row *row, struct selection *out)
{
	struct sheet_links links = sheet_links_of(sheet, row);
	*out = (struct selection){.sheet = sheet};
	selection_set(out->name, sizeof out->name, sheet_name_of(sheet, row));
	sheet_key_of(sheet, row, out->key, sizeof out->key);
	selection_set(out->cluster, sizeof out->cluster, row->cluster ? row->cluster->key : NULL);
	selection_set(out->namespace, sizeof out->namespace, sheet_namespace_of(sheet, row));
	selection_set(out->broker, sizeof out->broker, links.broker);
	selection_set(out->node, sizeof out->node, links.node);
}

char *selection_path(const struct selection *selection, const struct world_view *world)
{
	const struct sheet *sheet = selection->sheet;
	if (sheet->path)
		return sheet->path(world, selection);
	if (!sheet->api.resource)
		return NULL;
	return kube_url(&(struct kube_url){
		.group = sheet->api.group,
		.version = sheet->api.version,
		.resource = sheet->api.resource,
		.namespace = *selection->namespace ? selection->namespace : NULL,
		.name = selection->name,
	});
}
