/* Gadgets: the smallest sheet. The recipe in CONTRIBUTING.md puts it into a copy of the tree, where its rows are the
 * nodes under another name. */
#include "views/sheets/sheet.h"

static struct cell gadgets_name(struct sheet_row *row)
{
	return cell_text(row->item.node->name);
}

static struct cell gadgets_brokers(struct sheet_row *row)
{
	return cell_count((int64_t)row->item.node->broker_count);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("GADGET", "gadget", "its name", gadgets_name, .min = 8, .max = 48),
	SHEET_NUMBER(COUNT, "BROKERS", "brokers", "brokers on it", gadgets_brokers),
};

const struct sheet sheet_gadgets = {
	.name = "gadgets",
	.word = "gadget",
	.list = SHEET_OF_WORLD(nodes, node_count),
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
