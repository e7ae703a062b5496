#pragma once

// Only what takes long to read and never changes. A source includes what it uses all the same.
#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>
