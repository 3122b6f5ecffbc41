/* options.def as a table: what every other file of this room asks about an option. */
#include "api/config/config.h"

static const struct config_option_spec option_specs[CONFIG_OPTION_COUNT] = {
#define X(id, name_, letter_, type_, standard_, argument_, where_, help_)                                              \
	[CONFIG_OPT_##id] = {.name = name_,                                                                            \
			     .letter = letter_,                                                                        \
			     .type = CONFIG_OPTION_##type_,                                                            \
			     .standard = standard_,                                                                    \
			     .argument = argument_,                                                                    \
			     .where = CONFIG_OPTION_##where_,                                                          \
			     .help = help_},
#include "api/config/options.def"
#undef X
};

const struct config_option_spec *config_option_spec(enum config_option_id id)
{
	return &option_specs[id];
}
