// Which unit or container a process belongs to, as its control group shows it.
#include "device/proc/control_group.hpp"

#include <boost/test/unit_test.hpp>

using loopingcall::device::detail::managers_of;

namespace {

const std::string id = "4f5a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";

struct Row {
    std::string cgroup;
    std::string unit;
    std::string container = {};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(control_group)

BOOST_AUTO_TEST_CASE(each_layout_names_its_unit_or_container) {
    const Row rows[] = {
        {"0::/system.slice/system-ceph\\x2dosd.slice/ceph-osd@3.service\n", "ceph-osd@3.service"},
        {"0::/system.slice/docker.service\n", "docker.service"},
        {"0::/system.slice/foo.service/worker\n", "foo.service"},
        {"0::/system.slice/_cpu.service\n", "cpu.service"},
        {"0::/system.slice/dev\\x2dsdb.swap\n", "dev\\x2dsdb.swap"},
        {"12:pids:/system.slice/a.service\n1:name=systemd:/system.slice/b.service\n", "b.service"},
        {"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"},
        {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n",
         "user@1000.service/x.service"},
        {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/sshd.service\n",
         "user@1000.service/sshd.service"},
        {"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "user@1000.service"},
        {"0::/init.scope\n", "init.scope"},
        {"0::/\n", ""},
        {"", ""},
        {"nonsense", ""},
        {"0::/system.slice/docker-" + id + ".scope\n", "", "docker 4f5a1b2c3d4e"},
        {"4:memory:/docker/" + id + "\n3:cpu:/\n", "", "docker 4f5a1b2c3d4e"},
        {"0::/machine.slice/libpod-" + id + ".scope/container\n", "", "podman 4f5a1b2c3d4e"},
        {"0::/machine.slice/libpod-conmon-" + id + ".scope\n", "libpod-conmon-" + id + ".scope"},
        {"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + id + ".scope\n", "",
         "containerd 4f5a1b2c3d4e"},
        {"0::/kubepods/burstable/pod1/" + id + "\n", "", "kubernetes 4f5a1b2c3d4e"},
        {"0::/kubepods.slice/kubepods-pod1.slice/crio-" + id + ".scope\n", "",
         "cri-o 4f5a1b2c3d4e"},
        {"0::/lxc.payload.web/system.slice/nginx.service\n", "", "lxc web"},
        {"4:devices:/lxc/web\n", "", "lxc web"},
        {"0::/machine.slice/machine-my\\x2dbox.scope/payload\n", "", "machine my-box"},
        {"0::/machine.slice/machine-\\xzz.scope\n", "", "machine \\xzz"},
        {"0::/machine.slice/systemd-nspawn@box.service/payload\n", "", "machine box"},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.cgroup) {
            const auto managers = managers_of(row.cgroup);
            BOOST_TEST(managers.unit == row.unit);
            BOOST_TEST(managers.container == row.container);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
