#include "state_colour.hpp"

#include <loopingcall/device/printable.hpp>

namespace diskwait {

namespace device = loopingcall::device;

namespace {

/// How describe() goes on after the name of the device.
const char* words_of(device::State state) {
    switch (state) {
        case device::State::free:
            return " is free";
        case device::State::busy:
            return " is busy";
        case device::State::unknown:
            break;
    }
    return ": state unknown";
}

}  // namespace

terminal::Mood mood_of(device::State state) {
    switch (state) {
        case device::State::free:
            return terminal::Mood::good;
        case device::State::busy:
            return terminal::Mood::waiting;
        case device::State::unknown:
            break;
    }
    return terminal::Mood::bad;
}

std::string coloured(const std::string& sentence, const device::Report& report, int descriptor) {
    const std::string begin = device::printable(report.device.native()) + words_of(report.state);
    if (!terminal::takes_colour(descriptor) || !sentence.starts_with(begin)) return sentence;
    return terminal::painted(begin, mood_of(report.state)) + sentence.substr(begin.size());
}

}  // namespace diskwait
