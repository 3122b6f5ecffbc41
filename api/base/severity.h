/* How bad something is. Drawn as colour and as a sign, so that colour is never the only one. */
#ifndef MQDECK_BASE_SEVERITY_H
#define MQDECK_BASE_SEVERITY_H

enum severity { SEV_NONE, SEV_OK, SEV_INFO, SEV_WARN, SEV_BAD };

#endif
