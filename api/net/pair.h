/* Two connected sockets inside the process, with IP addresses: libcurl 7.88 keeps no connection alive that has none. */
#ifndef MQDECK_NET_PAIR_H
#define MQDECK_NET_PAIR_H

#include <stdbool.h>

#include "api/base/err.h"

/* Non-blocking stream sockets, connected with each other and with nobody else: over loopback TCP, whose listener
 * lives for the moment of this call and serves no other peer; a Unix pair where there is no loopback. LIMIT when
 * connections to brokers may have no more descriptors. */
bool pair_open(int ends[2], struct err *err) MUST_USE;

#endif
