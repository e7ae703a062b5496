#pragma once

// Only what takes long to read and never changes. A test includes what it uses all the same.
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>
