#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace test {

/// A message as udevd sends it to libudev.
inline std::string udev_message(const std::string& properties) {
    struct {
        char prefix[8] = {'l', 'i', 'b', 'u', 'd', 'e', 'v', '\0'};
        std::uint32_t magic = htonl(0xfeedcafe);
        std::uint32_t head_size = 40;
        std::uint32_t properties_offset = 40;
        std::uint32_t properties_size = 0;
        std::uint32_t filters[4] = {};
    } head;
    static_assert(sizeof head == 40);
    head.properties_size = static_cast<std::uint32_t>(properties.size());
    std::string message(sizeof head, '\0');
    std::memcpy(message.data(), &head, sizeof head);
    return message + properties;
}

}  // namespace test
