#include "fuzz/answers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    test::check_fuser_answer(bytes, size);
    return 0;
}
