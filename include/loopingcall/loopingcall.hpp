#pragma once

/// @file
/// All of the loop room; the other rooms have headers in folders of their own.

#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/backoff.hpp>
#include <loopingcall/default_token.hpp>
#include <loopingcall/duration.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <loopingcall/error.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/limit.hpp>
#include <loopingcall/looping_call_base.hpp>
#include <loopingcall/looping_call_done.hpp>
#include <loopingcall/missed_ticks.hpp>
#include <loopingcall/observer.hpp>
#include <loopingcall/on_error.hpp>
#include <loopingcall/options.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/retry.hpp>
#include <loopingcall/retry_policy.hpp>
#include <loopingcall/stats.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/tick.hpp>
#include <loopingcall/time.hpp>
#include <loopingcall/virtual_clock.hpp>
