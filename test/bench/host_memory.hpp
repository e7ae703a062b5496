#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <new>

namespace bench {

/// Memory that this process really has, in small pages: what makes a fork dear.
class HostMemory {
  public:
    explicit HostMemory(long megabytes)
        : size_(static_cast<std::size_t>(megabytes) << 20U),
          memory_(
              ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::bad_alloc();
        ::madvise(memory_, size_, MADV_NOHUGEPAGE);
        std::memset(memory_, 1, size_);
    }
    ~HostMemory() { ::munmap(memory_, size_); }
    HostMemory(const HostMemory&) = delete;
    HostMemory& operator=(const HostMemory&) = delete;

  private:
    std::size_t size_;
    void* memory_;
};

}  // namespace bench
