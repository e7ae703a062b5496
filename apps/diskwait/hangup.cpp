#include "hangup.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <loopingcall/device/printable.hpp>
#include <utility>

namespace diskwait {

namespace {

namespace config = loopingcall::config;

void report(const config::Reloaded& reloaded, bool quiet) {
    using loopingcall::device::printable;
    for (const auto& problem : reloaded.diagnostics) std::cerr << "diskwait: " << problem << '\n';
    if (!reloaded.adopted) {
        std::cerr << "diskwait: the configuration has errors; all values stay as they are\n";
        return;
    }
    if (quiet) return;
    for (const auto& change : reloaded.changes) {
        std::cerr << "diskwait: " << change.key << ": " << printable(change.before) << " is now "
                  << printable(change.after)
                  << (change.adopted ? "" : ", but takes effect only after a restart") << '\n';
    }
}

}  // namespace

Hangup::Hangup(boost::asio::io_context& context, config::Config config, bool quiet,
               std::function<void(const config::Config&)> changed)
    : config_(std::move(config)),
      quiet_(quiet),
      changed_(std::move(changed)),
      mailbox_(context),
      signals_(context, {SIGHUP}, [this](int) { read(); }) {}

void Hangup::read() {
    if (is_reading_) {
        if (!again_) std::cerr << "diskwait: the configuration is still being read\n";
        again_ = true;
        return;
    }
    try {
        terminal::start_in_background([this, post = mailbox_.poster(), config = config_]() mutable {
            // Only the event loop touches us again, and only if we are still there.
            try {
                config::Reloaded reloaded = config.reload();
                post([this, config = std::move(config), reloaded = std::move(reloaded)] {
                    take(config, reloaded);
                });
            } catch (const std::exception& error) {
                post([this, why = std::string(error.what())] { give_up(why); });
            }
        });
        is_reading_ = true;
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}

void Hangup::give_up(const std::string& why) {
    is_reading_ = false;
    std::cerr << "diskwait: the configuration cannot be read again: " << why << '\n';
}

void Hangup::take(config::Config config, const config::Reloaded& reloaded) {
    is_reading_ = false;
    report(reloaded, quiet_);
    if (reloaded.adopted) {
        config_ = std::move(config);
        changed_(config_);
    }
    if (std::exchange(again_, false)) read();
}

}  // namespace diskwait
