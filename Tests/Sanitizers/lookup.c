// Looks names up in threads that ThreadSanitizer knows; `scripts/sanitize` links it into the tests of its thread build.
//
// glibc makes the threads of getaddrinfo_a by an inner function that the sanitizer does not see, and a thread that it has
// not seen begin crashes at its first allocation. These three functions stand before the library's and keep their contract:
// the request says EAI_INPROGRESS until the answer is there, which is written by one thread and read by another in order.
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>

static _Atomic int *state(struct gaicb *request) { return (_Atomic int *)&request->__return; }

static void *look_up(void *argument) {
    struct gaicb *request = argument;
    int outcome = getaddrinfo(request->ar_name, request->ar_service, request->ar_request, &request->ar_result);
    atomic_store_explicit(state(request), outcome, memory_order_release);
    return NULL;
}

int getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event) {
    (void)event;
    if (mode != GAI_NOWAIT) return EAI_SYSTEM;
    for (int index = 0; index < count; index++) {
        pthread_t thread;
        atomic_store_explicit(state(list[index]), EAI_INPROGRESS, memory_order_relaxed);
        int failure = pthread_create(&thread, NULL, look_up, list[index]);
        if (failure != 0) {
            atomic_store_explicit(state(list[index]), EAI_AGAIN, memory_order_relaxed);
            continue;
        }
        pthread_detach(thread);
    }
    return 0;
}

int gai_error(struct gaicb *request) { return atomic_load_explicit(state(request), memory_order_acquire); }

// What has begun cannot be cancelled, as in glibc.
int gai_cancel(struct gaicb *request) { return gai_error(request) == EAI_INPROGRESS ? EAI_NOTCANCELED : EAI_ALLDONE; }
