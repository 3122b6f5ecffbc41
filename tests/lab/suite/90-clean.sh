#!/bin/bash
# The lab goes and leaves nothing behind, twice over.
. "$(dirname "$0")/lib.sh"
. "$SUITE/footprint.sh"

check "lab down" "$LAB" down
check "nothing is left behind" "$LAB" check-clean
[ -z "${LAB_FOOTPRINT:-}" ] ||
	check_agree "the machine is as it was before" 'diff "$LAB_FOOTPRINT" <(footprint)' 'echo -n'
check "lab down of no lab" "$LAB" down
finish
