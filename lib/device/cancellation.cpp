#include "cancellation.hpp"

#include <boost/asio/dispatch.hpp>

namespace loopingcall::device::detail {

std::shared_ptr<asio::cancellation_signal> cancellation_of(asio::cancellation_slot slot,
                                                           const asio::any_io_executor& strand) {
    auto signal = std::make_shared<asio::cancellation_signal>();
    if (!slot.is_connected()) return signal;
    slot.assign([weak = std::weak_ptr(signal), strand](asio::cancellation_type type) {
        // A copy, since the handler may destroy this meanwhile.
        asio::dispatch(asio::any_io_executor(strand), [weak, type] {
            if (const auto alive = weak.lock()) alive->emit(type);
        });
    });
    return signal;
}

}  // namespace loopingcall::device::detail
