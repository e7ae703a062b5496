#include <uv.h>

#include <cstdlib>

#include "children.hpp"

namespace bench {

namespace {

char buffer[256];

void give_buffer(uv_handle_t*, std::size_t, uv_buf_t* given) {
    *given = uv_buf_init(buffer, sizeof buffer);
}

void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
    if (size < 0) uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
}

void on_exit(uv_process_t* process, std::int64_t code, int) {
    if (code != 0) std::abort();
    uv_close(reinterpret_cast<uv_handle_t*>(process), nullptr);
}

}  // namespace

Cost run_with_libuv() {
    uv_loop_t* const loop = uv_default_loop();
    const auto begun = std::chrono::steady_clock::now();
    uv_pipe_t output;
    uv_pipe_t error;
    uv_pipe_init(loop, &output, 0);
    uv_pipe_init(loop, &error, 0);
    uv_stdio_container_t streams[3] = {};
    streams[0].flags = UV_IGNORE;
    const auto pipe = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    streams[1].flags = pipe;
    streams[1].data.stream = reinterpret_cast<uv_stream_t*>(&output);
    streams[2].flags = pipe;
    streams[2].data.stream = reinterpret_cast<uv_stream_t*>(&error);
    char program[] = "/bin/true";
    char* arguments[] = {program, nullptr};
    uv_process_options_t options{};
    options.file = program;
    options.args = arguments;
    options.stdio = streams;
    options.stdio_count = 3;
    options.exit_cb = on_exit;
    uv_process_t process;
    if (uv_spawn(loop, &process, &options) != 0) std::abort();
    const auto launched = std::chrono::steady_clock::now();
    uv_read_start(streams[1].data.stream, give_buffer, on_read);
    uv_read_start(streams[2].data.stream, give_buffer, on_read);
    uv_run(loop, UV_RUN_DEFAULT);
    return {launched - begun, std::chrono::steady_clock::now() - begun};
}

}  // namespace bench
