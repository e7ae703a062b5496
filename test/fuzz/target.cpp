// One of the properties as a target of libFuzzer: FUZZ_PROPERTY names it.
#include "fuzz/properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    test::FUZZ_PROPERTY(bytes, size);
    return 0;
}
