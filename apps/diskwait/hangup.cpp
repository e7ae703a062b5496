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
        std::cerr << "diskwait: the configuration is left as it was\n";
        return;
    }
    if (quiet) return;
    for (const auto& change : reloaded.changes) {
        std::cerr << "diskwait: " << change.key << ": " << printable(change.before) << " is now "
                  << printable(change.after)
                  << (change.adopted ? "" : ", which this wait does without") << '\n';
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
            config::Reloaded reloaded = config.reload();
            // Only the event loop touches us again, and only if we are still there.
            post([this, config = std::move(config), reloaded = std::move(reloaded)] {
                take(config, reloaded);
            });
        });
        is_reading_ = true;
    } catch (const std::exception& error) {
        std::cerr << "diskwait: the configuration cannot be read again: " << error.what() << '\n';
    }
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
