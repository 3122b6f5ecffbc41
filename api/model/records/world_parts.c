/* The table of parts, and which of a set is missing. */
#include "api/model/records/world_parts.h"

#include <stddef.h>

static const struct {
	const char *word, *view;
	enum kube_kind kind;
} part_infos[] = {
#define X(name, word_, kind_, view_) [WORLD_PART_##name] = {.word = word_, .view = view_, .kind = kind_},
	WORLD_LISTS(X)
#undef X
#define X(name, word_) [WORLD_PART_##name] = {.word = word_},
		WORLD_TOLD(X)
#undef X
};

const char *world_part_word(enum world_part part)
{
	return part_infos[part].word;
}

const char *world_part_view(enum world_part part)
{
	return part_infos[part].view;
}

enum kube_kind world_part_kind(enum world_part part)
{
	return part_infos[part].kind;
}

enum world_part world_withheld_part(const struct world_source *parts, uint32_t leans_on)
{
	for (size_t i = 0; i < WORLD_PART_COUNT; i++)
		if (leans_on >> i & 1 && world_source_is_withheld(&parts[i]))
			return (enum world_part)i;
	return WORLD_PART_COUNT;
}
