#include "faults/allocation.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

namespace {

constexpr long granted = -1;
thread_local long left = granted;  // until one fails
thread_local long blocks = 0;      // that this thread has

void* allocate(std::size_t size) {
    if (left >= 0 && left-- == 0) {
        left = granted;
        throw std::bad_alloc();
    }
    void* const block = std::malloc(size);  // NOLINT: this is operator new
    if (!block) throw std::bad_alloc();
    ++blocks;
    return block;
}

void release(void* block) noexcept {
    if (block) --blocks;
    std::free(block);  // NOLINT: this is operator delete
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }

namespace test {

std::size_t fail_each_allocation(const std::function<void()>& work,
                                 const std::function<void()>& prepare) {
    prepare();
    work();  // what is made once for all is made
    for (std::size_t failing = 0;; ++failing) {
        prepare();
        const long before = blocks;
        bool failed = false;
        left = static_cast<long>(failing);
        try {
            work();
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        const bool all_granted = left != granted;
        left = granted;
        if (all_granted) return failing;
        // The program may also recover from an allocation that fails, or continue without the
        // memory.
        if (failed) BOOST_TEST(blocks == before, "allocation " << failing << " left something");
    }
}

}  // namespace test
