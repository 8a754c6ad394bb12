#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

// Swift imports neither the union inside `epoll_event` as an lvalue nor functions that glibc declares only under
// _GNU_SOURCE; and `errno` read from Swift after a wrapper's call may already be another's. So these answer -errno.

int csystem_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag);
uint64_t csystem_epoll_tag(const struct epoll_event *event);

/// Bytes read, 0 at the end of the stream, or -errno.
ssize_t csystem_receive(int descriptor, void *buffer, size_t capacity);

/// Bytes written, or -errno; a peer that is gone raises no SIGPIPE.
ssize_t csystem_send(int descriptor, const void *bytes, size_t count);

/// A descriptor that reads the given signals, blocked from now on for the calling thread and those that it starts; or -errno.
int csystem_signal_descriptor(const int *numbers, int count);

/// The number of a signal that arrived, 0 when none did.
int csystem_read_signal(int descriptor);

/// Names the calling thread, for `top -H`; at most 15 bytes.
void csystem_name_thread(const char *name);

// Addresses travel as the two halves of an IPv6 address in host order, an IPv4 address in its mapped form: the unions and
// casts of `sockaddr` are C's business.

/// A non-blocking socket that holds an address and listens to nobody yet, or -errno.
int csystem_bind(uint64_t high, uint64_t low, uint16_t port, int is_shared);

/// A non-blocking listening socket, or -errno. Port 0 lets the kernel choose; what is accepted sends without delay.
///
/// The first at an address finds it free, or fails; from then on others of this user may join it, whether or not they do:
/// who examines ports from outside (`portero doctor`) tells ours from other programs' by that. To join is not to be first:
/// two that both joined would share an address, and neither would know.
int csystem_listen(uint64_t high, uint64_t low, uint16_t port, int joins, int backlog);

/// The port a socket is bound to, or -errno.
int csystem_local_port(int descriptor);

/// The next connection, non-blocking, with the address of its peer; or -errno.
int csystem_accept(int listener, uint64_t *high, uint64_t *low);
