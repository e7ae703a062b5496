#include "hangup.hpp"

#include <csignal>
#include <iostream>
#include <utility>

namespace diskwait {

Hangup::Hangup(boost::asio::io_context& context, std::function<void()> callback)
    : signals_(context, SIGHUP), callback_(std::move(callback)) {
    wait();
}

void Hangup::wait() {
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        callback_();
        wait();
    });
}

bool reload(loopingcall::config::Config& config, bool quiet) {
    const auto reloaded = config.reload();
    for (const auto& problem : reloaded.diagnostics) std::cerr << "diskwait: " << problem << '\n';
    if (!reloaded.adopted) {
        std::cerr << "diskwait: the configuration is left as it was\n";
        return false;
    }
    if (quiet) return true;
    for (const auto& change : reloaded.changes) {
        std::cerr << "diskwait: " << change.key << ": " << change.before << " is now "
                  << change.after << (change.adopted ? "" : ", which this wait does without")
                  << '\n';
    }
    return true;
}

}  // namespace diskwait
