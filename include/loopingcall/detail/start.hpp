#pragma once

#include <loopingcall/export.hpp>
namespace loopingcall {

struct Options;
struct DynamicOptions;
struct BackOffOptions;

namespace detail {

class Engine;

/// Starts a loop on the schedule that `options` describe, after checking them.
/// @throws std::invalid_argument naming the field, its value and the valid range; what
///         Engine::start() throws.
LOOPINGCALL_EXPORT void start(Engine& engine, const Options& options);
LOOPINGCALL_EXPORT void start(Engine& engine, const DynamicOptions& options);
LOOPINGCALL_EXPORT void start(Engine& engine, const BackOffOptions& options);

}  // namespace detail
}  // namespace loopingcall
