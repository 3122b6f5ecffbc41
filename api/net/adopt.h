/* Makes libcurl use a socket that is connected already. libcurl 7.88 calls connect() on it in spite of
 * CURL_SOCKOPT_ALREADY_CONNECTED, so it is given a placeholder whose connect() stays pending: a TCP socket towards a
 * listener on loopback whose queue is full. When libcurl then waits for it, the real socket takes its descriptor,
 * and the listener, which never accepted anything, is closed. (A Unix socket would do as well, but libcurl keeps no
 * connection alive that has no IP address.) */
#ifndef MQDECK_NET_ADOPT_H
#define MQDECK_NET_ADOPT_H

#include <curl/curl.h>

struct adopt {
	int given;       /* the real socket; -1 = nothing is pending */
	int placeholder; /* libcurl's */
	int listener, filler;
};

void adopt_init(struct adopt *adopt);
/* From the open-socket callback: takes `given`, writes where the placeholder is to connect to, returns it or -1. */
int adopt_begin(struct adopt *adopt, int given, struct curl_sockaddr *address);
/* libcurl waits for fd now. */
void adopt_finish(struct adopt *adopt, int fd);
/* libcurl closes fd. */
void adopt_forget(struct adopt *adopt, int fd);

#endif
