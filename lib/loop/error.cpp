#include <loopingcall/error.hpp>
#include <string>

namespace loopingcall {

namespace {

class LoopCategory final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "loopingcall"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::already_running:
                return "the looping call is running: wait for its outcome before start()";
            case errc::not_started:
                return "the looping call was never started: call start() before async_wait()";
        }
        return "unknown loopingcall error " + std::to_string(value);
    }
};

}  // namespace

const boost::system::error_category& loop_category() noexcept {
    static const LoopCategory category;
    return category;
}

boost::system::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), loop_category()};
}

}  // namespace loopingcall
