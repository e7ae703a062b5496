#include "fuzz/properties.hpp"

#include <algorithm>
#include <loopingcall/device/fuser.hpp>
#include <loopingcall/device/lsof.hpp>
#include <string>

#include "fuzz/must.hpp"

namespace test {

namespace {

using namespace loopingcall::device;
using loopingcall::process::WaitStatus;

constexpr pid_t self = 4242;

template <class Answer>
Answer answer_from(const std::uint8_t* bytes, std::size_t size) {
    Answer answer;
    if (size < 2) return answer;
    const int how = bytes[0];
    if (how < 128) answer.status = WaitStatus::exited_with(how % 4);
    if (how >= 128 && how < 250) answer.status = WaitStatus::killed_by(how - 127);
    const std::string text(reinterpret_cast<const char*>(bytes) + 2, size - 2);
    const std::size_t split = text.size() * bytes[1] / 255;
    answer.standard_output = text.substr(0, split);
    answer.standard_error = text.substr(split);
    return answer;
}

bool names_nobody_but_self(const std::string& output) {
    std::string rest = output;
    for (const std::string own = std::to_string(self);;) {
        const std::size_t found = rest.find(own);
        if (found == std::string::npos) break;
        rest.erase(found, own.size());
    }
    return rest.find_first_of("0123456789") == std::string::npos;
}

void check(const Report& report, const WaitStatus& status) {
    must((report.state == State::busy) == !report.holders.empty());
    must((report.state == State::unknown) == !report.reason.empty());
    must(report.state == State::unknown || status.exited());
    must(report.claims.empty());
    for (const Holder& holder : report.holders) must(holder.pid > 0 && holder.pid != self);
}

}  // namespace

void check_fuser(const std::uint8_t* bytes, std::size_t size) {
    const auto answer = answer_from<FuserAnswer>(bytes, size);
    const Report report = judge(answer, "/dev/sda", self);
    check(report, answer.status);
    if (report.state == State::free) must(names_nobody_but_self(answer.standard_output));
    if (report.state == State::busy) must(answer.status.exited(0));
}

void check_lsof(const std::uint8_t* bytes, std::size_t size) {
    const auto answer = answer_from<LsofAnswer>(bytes, size);
    const Report report = judge(answer, "/dev/sda", self);
    check(report, answer.status);
    const bool silent = answer.standard_output.find_first_not_of('\n') == std::string::npos;
    if (report.state == State::free && silent) {
        must(answer.status.exited(1) && answer.standard_error.empty());
    }
}

}  // namespace test
