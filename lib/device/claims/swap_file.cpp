#include "swap_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "device/kernel/shortage.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

/// Unreadable text may be anything: it counts as this text.
bool has_text_at(int descriptor, off_t place, std::string_view text) {
    std::array<char, 16> found{};
    const ssize_t size = ::pread(descriptor, found.data(), text.size(), place);
    if (size < 0) return true;
    return std::string_view(found.data(), static_cast<std::size_t>(size)) == text;
}

/// At the end of its first page, whatever size pages have.
bool has_swap_signature(int descriptor) {
    constexpr std::string_view signature = "SWAPSPACE2";
    constexpr off_t page_sizes[] = {4096, 8192, 16384, 65536};
    return std::any_of(std::begin(page_sizes), std::end(page_sizes), [&](off_t size) {
        return has_text_at(descriptor, size - static_cast<off_t>(signature.size()), signature);
    });
}

}  // namespace

Answer ask_swap_file(int descriptor, const Identity& file, const std::string& what) {
    if (!has_swap_signature(descriptor)) return nobody(Source::swaps);
    const std::string own = "/proc/self/fd/" + std::to_string(descriptor);
    const process::detail::Descriptor writable(::open(own.c_str(), O_WRONLY | O_CLOEXEC));
    if (!writable.is_open()) {
        throw_if_shortage(errno, file.path.native());
        return not_inspected(
            Source::swaps,
            what + " may be this one; it cannot be opened to find out: " + std::strerror(errno));
    }
    constexpr off_t impossible = std::numeric_limits<off_t>::max();
    ::fallocate(writable.get(), 0, impossible, impossible);
    if (errno == ETXTBSY) {
        return answer(Source::swaps, std::vector<Claim>{{ClaimKind::swap, {}, file.path}});
    }
    if (errno == EFBIG) return nobody(Source::swaps);
    return not_inspected(Source::swaps, what + " may be this one: " + std::strerror(errno));
}

bool looks_like_erofs(int descriptor) {
    return has_text_at(descriptor, 1024, std::string_view("\xE2\xE1\xF5\xE0", 4));
}

}  // namespace loopingcall::device::detail
