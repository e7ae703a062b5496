#include <boost/system/system_error.hpp>
#include <loopingcall/step.hpp>

namespace loopingcall {

Failed failed(boost::system::error_code error) {
    return failed(std::make_exception_ptr(boost::system::system_error(error)));
}

}  // namespace loopingcall
