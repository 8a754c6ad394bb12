// Tells ThreadSanitizer about `Synchronization.Mutex`; `scripts/sanitize` links it into the tests of its thread build.
//
// A mutex that nobody else wants is taken by an atomic that is compiled into our own code, where the sanitizer sees it. One
// that is waited for is taken and left in libswiftSynchronization.so, which is not instrumented, so that the sanitizer sees
// two threads at the same memory and nothing between them, and reports a race that is none. These two functions stand before
// the library's. Should their names change, the library's are called as ever and the false reports are back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

static SWIFT void (*wait_and_lock)(uint32_t thread, SELF void *mutex);
static SWIFT void (*unlock_and_wake)(SELF void *mutex);

__attribute__((constructor)) static void find_the_library(void) {
    wait_and_lock = dlsym(RTLD_NEXT, LOCK);
    unlock_and_wake = dlsym(RTLD_NEXT, UNLOCK);
    // A program may have no mutex at all, and then no such library.
}

SWIFT void seen_lock(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT void seen_unlock(SELF void *mutex) __asm__(UNLOCK);

SWIFT void seen_lock(uint32_t thread, SELF void *mutex) {
    wait_and_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void seen_unlock(SELF void *mutex) {
    __tsan_release(mutex);
    unlock_and_wake(mutex);
}
