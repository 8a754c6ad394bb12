#define _GNU_SOURCE
#include "csystem.h"
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

int csystem_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data = {.u64 = tag}};
    return epoll_ctl(epoll, operation, descriptor, &event) == 0 ? 0 : -errno;
}

uint64_t csystem_epoll_tag(const struct epoll_event *event) { return event->data.u64; }

ssize_t csystem_receive(int descriptor, void *buffer, size_t capacity) {
    ssize_t count = recv(descriptor, buffer, capacity, 0);
    return count >= 0 ? count : -errno;
}

ssize_t csystem_send(int descriptor, const void *bytes, size_t count) {
    ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
    return sent >= 0 ? sent : -errno;
}

int csystem_signal_descriptor(const int *numbers, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, numbers[i]);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int csystem_read_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void csystem_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

static int is_ipv4(uint64_t high, uint64_t low) { return high == 0 && low >> 32 == 0xffff; }

static int bind_to(int descriptor, uint64_t high, uint64_t low, uint16_t port, int is_shared) {
    union address address;
    memset(&address, 0, sizeof address);
    socklen_t size;
    int on = 1, off = 0;
    if (is_ipv4(high, low)) {
        address.ipv4.sin_family = AF_INET;
        address.ipv4.sin_port = htons(port);
        address.ipv4.sin_addr.s_addr = htonl((uint32_t)low);
        size = sizeof address.ipv4;
    } else {
        address.ipv6.sin6_family = AF_INET6;
        address.ipv6.sin6_port = htons(port);
        uint64_t halves[2] = {htobe64(high), htobe64(low)};
        memcpy(&address.ipv6.sin6_addr, halves, sizeof halves);
        size = sizeof address.ipv6;
        // `::` takes IPv4 clients too, whatever the system's default.
        if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off)) return -errno;
    }
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) return -errno;
    if (is_shared && setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)) return -errno;
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)) return -errno;
    return bind(descriptor, &address.any, size) == 0 ? 0 : -errno;
}

int csystem_bind(uint64_t high, uint64_t low, uint16_t port, int is_shared) {
    int descriptor = socket(is_ipv4(high, low) ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int failure = bind_to(descriptor, high, low, port, is_shared);
    if (failure == 0) return descriptor;
    close(descriptor);
    return failure;
}

int csystem_listen(uint64_t high, uint64_t low, uint16_t port, int joins, int backlog) {
    int on = 1, descriptor = csystem_bind(high, low, port, joins);
    if (descriptor < 0) return descriptor;
    // Not before it listens: until then, somebody else who is about to be first might join.
    if (listen(descriptor, backlog) == 0 && (joins || !setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)))
        return descriptor;
    int failure = -errno;
    close(descriptor);
    return failure;
}

int csystem_local_port(int descriptor) {
    union address address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, &address.any, &size)) return -errno;
    return ntohs(address.any.sa_family == AF_INET ? address.ipv4.sin_port : address.ipv6.sin6_port);
}

int csystem_accept(int listener, uint64_t *high, uint64_t *low) {
    union address address;
    socklen_t size = sizeof address;
    int descriptor = accept4(listener, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    if (address.any.sa_family == AF_INET) {
        *high = 0;
        *low = 0xffff00000000 | ntohl(address.ipv4.sin_addr.s_addr);
    } else {
        uint64_t halves[2];
        memcpy(halves, &address.ipv6.sin6_addr, sizeof halves);
        *high = be64toh(halves[0]);
        *low = be64toh(halves[1]);
    }
    return descriptor;
}
