#pragma once

#include <atomic>
#include <cstddef>
#include <new>

namespace loopingcall::detail {

/// Memory for one handler at a time, so that a handler which is queued again and again never
/// allocates. Asio's own recycling keeps two blocks a thread, which are not enough for a timer, a
/// post and a strand; see "Custom memory allocation" in its documentation.
///
/// @par Thread safety  all functions from any thread.
class HandlerMemory {
  public:
    HandlerMemory() = default;
    HandlerMemory(const HandlerMemory&) = delete;
    HandlerMemory& operator=(const HandlerMemory&) = delete;

    void* allocate(std::size_t size) {
        if (size <= sizeof(block_) && !in_use_.exchange(true)) return block_;
        return ::operator new(size);
    }
    void deallocate(void* pointer) noexcept {
        if (pointer == block_) {
            in_use_ = false;
        } else {
            ::operator delete(pointer);
        }
    }

  private:
    alignas(std::max_align_t) std::byte block_[256];  // NOLINT(*-avoid-c-arrays): raw memory
    std::atomic<bool> in_use_ = false;
};

/// Gives a handler that memory, with asio::bind_allocator.
template <class T>
class HandlerAllocator {
  public:
    using value_type = T;

    explicit HandlerAllocator(HandlerMemory& memory) noexcept : memory_(&memory) {}
    template <class U>
    HandlerAllocator(const HandlerAllocator<U>& other) noexcept : memory_(other.memory_) {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
    void deallocate(T* pointer, std::size_t) noexcept { memory_->deallocate(pointer); }

    template <class U>
    bool operator==(const HandlerAllocator<U>& other) const noexcept {
        return memory_ == other.memory_;
    }

  private:
    template <class>
    friend class HandlerAllocator;
    HandlerMemory* memory_;
};

}  // namespace loopingcall::detail
