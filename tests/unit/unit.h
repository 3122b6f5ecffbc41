/* What every unit test includes first: cmocka and the headers it needs before itself. */
#ifndef MQDECK_TESTS_UNIT_H
#define MQDECK_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
