// What udevd and the kernel say, and what follows from it: pure functions.
#include <arpa/inet.h>
#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include "device/openings/disk_locks.hpp"
#include "device/udev/udev_ask.hpp"
#include "device/udev/udev_check.hpp"
#include "device/udev/udev_control.hpp"
#include "device/udev/udev_event.hpp"
#include "device/udev/udev_step.hpp"
#include "support/udev_message.hpp"

using namespace std::chrono_literals;
using namespace loopingcall::device::detail;
using namespace std::string_literals;

BOOST_TEST_DONT_PRINT_LOG_VALUE(Ping)
BOOST_TEST_DONT_PRINT_LOG_VALUE(SettleStep)

BOOST_AUTO_TEST_SUITE(udev_protocol)

BOOST_AUTO_TEST_CASE(a_ping_has_the_bytes_of_udevadm_settle) {
    std::string bytes(sizeof udev_ping, 'x');
    std::memcpy(bytes.data(), &udev_ping, sizeof udev_ping);
    BOOST_TEST(bytes == "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xea\x1d\xad\xde\7\0\0\0"s +
                            std::string(256, '\0'));
    BOOST_TEST(udev_end.type == 0U);
}

BOOST_AUTO_TEST_CASE(the_error_of_the_connection_shows_how_the_ping_ended) {
    struct Row {
        int error;
        Ping of_root;
        Ping of_another;
    };
    const Row rows[] = {{0, Ping::answered, Ping::answered},
                        {ENOENT, Ping::absent, Ping::absent},
                        {ENOTDIR, Ping::absent, Ping::absent},
                        {ECONNREFUSED, Ping::absent, Ping::absent},
                        {EACCES, Ping::not_allowed, Ping::not_allowed},
                        {EPERM, Ping::not_allowed, Ping::not_allowed},
                        {ECONNRESET, Ping::no_answer, Ping::not_allowed},
                        {EPIPE, Ping::no_answer, Ping::not_allowed},
                        {EPROTO, Ping::no_answer, Ping::no_answer},
                        {EMFILE, Ping::no_answer, Ping::no_answer},
                        {EIO, Ping::no_answer, Ping::no_answer}};
    for (const Row& row : rows) {
        BOOST_TEST(ping_ended_by(row.error, true) == row.of_root, row.error);
        BOOST_TEST(ping_ended_by(row.error, false) == row.of_another, row.error);
    }
}

BOOST_AUTO_TEST_CASE(a_reply_by_varlink_answers_unless_it_reports_an_error) {
    const std::pair<std::string, int> table[] = {
        {"{}\0"s, 0},
        {"{\"parameters\":{}}\0more"s, 0},
        {""s, EAGAIN},
        {"{\"parameters\":{}"s, EAGAIN},
        {"\0"s, EPROTO},
        {"hello\0"s, EPROTO},
        {"{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{}}\0"s, EPROTO},
        {"{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}\0"s, EPERM},
        {"{\"error\":\"io.systemd.InteractiveAuthenticationRequired\"}\0"s, EPERM}};
    for (const auto& [reply, error] : table) BOOST_TEST(error_of_reply(reply) == error, reply);
}

BOOST_AUTO_TEST_CASE(an_event_of_the_kernel_is_read) {
    const auto event = parse_udev_event(
        "change@/devices/virtual/block/loop0\0ACTION=change\0"
        "DEVPATH=/devices/virtual/block/loop0\0SUBSYSTEM=block\0SYNTH_UUID=abc\0SEQNUM=77\0"s);
    BOOST_REQUIRE(event.has_value());
    BOOST_TEST(!event->processed);
    BOOST_TEST(event->path == "/devices/virtual/block/loop0");
    BOOST_TEST(event->sequence == 77U);
    BOOST_TEST(event->uuid == "abc");
}

BOOST_AUTO_TEST_CASE(an_event_that_udevd_has_processed_is_read) {
    const auto event = parse_udev_event(
        test::udev_message("DEVPATH=/devices/a\0SEQNUM=18446744073709551615\0SYNTH_UUID=u-1\0"s));
    BOOST_REQUIRE(event.has_value());
    BOOST_TEST(event->processed);
    BOOST_TEST(event->path == "/devices/a");
    BOOST_TEST(event->sequence == UINT64_MAX);
    BOOST_TEST(event->uuid == "u-1");
}

BOOST_AUTO_TEST_CASE(a_message_of_another_form_is_not_an_event) {
    const std::string whole = test::udev_message("DEVPATH=/devices/a\0"s);
    std::string bad_magic = whole;
    bad_magic[8] = 'x';
    std::string far_offset = whole;
    far_offset[16] = '\xff';
    far_offset[17] = '\xff';
    for (const std::string& text :
         {""s, "x"s, "libudev"s, "libudev\0"s, whole.substr(0, 20), bad_magic, far_offset,
          "ACTION=change\0DEVPATH=/devices/a\0"s, "libudev-ish@/devices\0X"s.substr(0, 9)}) {
        BOOST_TEST(!parse_udev_event(text).has_value(), text);
    }
    // A size that is too large ends with the message.
    std::string long_size = whole;
    long_size[20] = '\x7f';
    BOOST_TEST(parse_udev_event(long_size).value().path == "/devices/a");
}

BOOST_AUTO_TEST_CASE(a_uuid_has_the_form_that_the_kernel_takes) {
    BOOST_TEST(uuid_of(0x0123456789abcdef, 0xfedcba9876543210) ==
               "01234567-89ab-cdef-fedc-ba9876543210");
    BOOST_TEST(new_uuid() != new_uuid());
}

BOOST_AUTO_TEST_CASE(what_to_do_next_follows_from_ping_queue_and_echo) {
    struct Row {
        const char* name;
        SettleFacts facts;
        SettleStep step;
    };
    using enum SettleStep;
    const Row rows[] = {
        {"no udevd", {.ping = Ping::absent, .queue = true}, absent},
        {"ping under way", {}, wait},
        {"ping under way, queue empty", {.queue = false, .elapsed = 1h}, wait},
        {"answered, queue empty", {.ping = Ping::answered}, settled},
        {"answered, queue", {.ping = Ping::answered, .queue = true}, wait},
        {"stranger, queue empty, at once", {.ping = Ping::not_allowed}, wait},
        {"stranger, queue empty", {.ping = Ping::not_allowed, .since_ping = 20ms}, unproven},
        {"stranger, queue empty for long",
         {.ping = Ping::not_allowed, .elapsed = 1h, .since_ping = 1h},
         unproven},
        {"stranger, allowed to ask",
         {.ping = Ping::not_allowed, .since_ping = 20ms, .may_ask = true},
         ask},
        {"stranger, echo awaited",
         {.ping = Ping::not_allowed, .since_ping = 20ms, .may_ask = true, .awaits_echo = true},
         wait},
        {"stranger, echo is late",
         {.ping = Ping::not_allowed,
          .elapsed = 1s,
          .since_ping = 1s,
          .may_ask = true,
          .awaits_echo = true},
         unproven},
        {"stranger, one echo",
         {.ping = Ping::not_allowed, .since_ping = 20ms, .may_ask = true, .echoes = 1},
         ask},
        {"stranger, two echoes",
         {.ping = Ping::not_allowed, .since_ping = 20ms, .echoes = 2},
         settled},
        {"stranger, queue",
         {.ping = Ping::not_allowed, .queue = true, .elapsed = 1h, .since_ping = 1h},
         wait},
        {"stranger, closed a moment ago",
         {.ping = Ping::not_allowed, .elapsed = 1h, .since_ping = 19ms, .echoes = 2},
         wait},
        {"too early to ask",
         {.ping = Ping::answered, .queue = true, .elapsed = 199ms, .may_ask = true},
         wait},
        {"time to ask",
         {.ping = Ping::answered, .queue = true, .elapsed = 200ms, .may_ask = true},
         ask},
        {"may not ask", {.ping = Ping::answered, .queue = true, .elapsed = 1h}, wait},
        {"has asked",
         {.ping = Ping::answered,
          .queue = true,
          .elapsed = 1h,
          .may_ask = true,
          .awaits_echo = true},
         wait},
        {"echo", {.ping = Ping::answered, .queue = true, .echoes = 1}, settled},
        {"ping under way, may ask", {.queue = true, .elapsed = 1h, .may_ask = true}, wait},
        {"echo, another event of the disk",
         {.ping = Ping::answered, .queue = true, .may_ask = true, .echoes = 1, .events = true},
         wait},
        {"event that another program has asked for",
         {.ping = Ping::answered,
          .queue = true,
          .elapsed = 1h,
          .may_ask = true,
          .awaits_later_event = true,
          .events = true},
         wait},
        {"its end", {.ping = Ping::answered, .queue = true, .later_event = true}, settled},
        {"its end, without a ping",
         {.ping = Ping::no_answer, .queue = true, .later_event = true},
         wait},
        {"one echo, ping under way",
         {.queue = true, .elapsed = 1h, .may_ask = true, .echoes = 1},
         wait},
        {"no answer, may ask",
         {.ping = Ping::no_answer, .queue = true, .elapsed = 1h, .may_ask = true},
         ask},
        {"one echo without a ping",
         {.ping = Ping::no_answer, .queue = true, .elapsed = 1h, .may_ask = true, .echoes = 1},
         ask},
        {"two echoes without a ping", {.queue = true, .echoes = 2}, settled},
        {"no answer", {.ping = Ping::no_answer, .elapsed = 1h}, wait},
    };
    for (const Row& row : rows) BOOST_TEST(next_step(row.facts) == row.step, row.name);
}

BOOST_AUTO_TEST_CASE(the_bsd_locks_of_a_table_are_read) {
    const auto locks = parse_locks(
        "1: FLOCK  ADVISORY  WRITE 512 00:06:342 0 EOF\n"
        "1: -> FLOCK  ADVISORY  WRITE 513 00:06:342 0 EOF\n"
        "2: POSIX  ADVISORY  WRITE 514 fd:01:9 0 EOF\n"
        "3: FLOCK  ADVISORY  READ  515 fd:1a:18446744073709551615 0 EOF\n"
        "lock:\t4: FLOCK  ADVISORY  READ  0 00:06:343 0 EOF\n"
        "5: FLOCK  ADVISORY  WRITE\n"
        "6: FLOCK  ADVISORY  WRITE 1 nonsense 0 EOF\n");
    BOOST_REQUIRE(locks.size() == 3U);
    BOOST_TEST(locks[0].exclusive);
    BOOST_TEST(locks[0].pid == 512);
    BOOST_TEST(locks[0].file_system == makedev(0, 6));
    BOOST_TEST(locks[0].inode == 342U);
    BOOST_TEST(!locks[1].exclusive);
    BOOST_TEST(locks[1].file_system == makedev(0xfd, 0x1a));
    BOOST_TEST(locks[2].pid == 0);
}

BOOST_AUTO_TEST_CASE(events_are_counted_in_words) {
    BOOST_TEST(in_words(0, 0s) == "events are queued");
    BOOST_TEST(in_words(1, 0s) == "1 event is being processed");
    BOOST_TEST(in_words(2, 1999ms) == "2 events are being processed");
    BOOST_TEST(in_words(0, 200ms) == "systemd-udevd has not answered yet");
    BOOST_TEST(in_words(1, 2s) == "systemd-udevd has not answered yet");
}

BOOST_AUTO_TEST_SUITE_END()
