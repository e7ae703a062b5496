#include "udev_event.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace loopingcall::device::detail {

namespace {

/// The head of libudev's messages; what follows it are filters, and then the properties.
struct Head {
    char prefix[8];
    std::uint32_t magic;
    std::uint32_t head_size;
    std::uint32_t properties_offset;
    std::uint32_t properties_size;
};
constexpr std::uint32_t magic = 0xfeedcafe;
constexpr std::string_view prefix{"libudev\0", 8};

std::optional<std::string_view> properties_of(std::string_view message) {
    Head head{};
    if (message.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, message.data(), sizeof head);
    if (ntohl(head.magic) != magic || head.properties_offset > message.size()) return std::nullopt;
    return message.substr(head.properties_offset, head.properties_size);
}

}  // namespace

std::optional<UdevEvent> parse_udev_event(std::string_view message) {
    UdevEvent event{.processed = message.starts_with(prefix)};
    std::string_view properties = message;
    if (event.processed) {
        const auto found = properties_of(message);
        if (!found) return std::nullopt;
        properties = *found;
    } else if (message.substr(0, message.find('\0')).find("@/") == std::string_view::npos) {
        return std::nullopt;  // the kernel's begin with "change@/devices/..."
    }
    while (!properties.empty()) {
        const std::string_view line = properties.substr(0, properties.find('\0'));
        properties.remove_prefix(std::min(properties.size(), line.size() + 1));
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view key = line.substr(0, equals);
        const std::string_view value = line.substr(equals + 1);
        if (key == "DEVPATH") event.path = value;
        if (key == "SEQNUM") {
            std::from_chars(value.data(), value.data() + value.size(), event.sequence);
        }
        if (key == "SYNTH_UUID") event.uuid = value;
    }
    return event;
}

std::string uuid_of(std::uint64_t high, std::uint64_t low) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%04x%08x",
                  static_cast<unsigned>(high >> 32U), static_cast<unsigned>(high >> 16U & 0xffffU),
                  static_cast<unsigned>(high & 0xffffU), static_cast<unsigned>(low >> 48U),
                  static_cast<unsigned>(low >> 32U & 0xffffU),
                  static_cast<unsigned>(low & 0xffffffffU));
    return text.data();
}

}  // namespace loopingcall::device::detail
