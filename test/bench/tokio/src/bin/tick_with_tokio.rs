//! One task with an interval of a millisecond, called as often as the first argument says, on the
//! runtime of one thread. Prints microseconds of CPU a tick, the first tenth left out.
use std::time::Duration;
use tokio::time::interval;

fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() * 1e-9
}

fn main() {
    let count: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let warm_up = count / 10;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let used = runtime.block_on(async {
        let mut ticks = interval(Duration::from_millis(1));
        for _ in 0..warm_up {
            ticks.tick().await;
        }
        let begun = cpu();
        for _ in warm_up..count {
            ticks.tick().await;
        }
        cpu() - begun
    });
    println!("{}", 1e6 * used / (count - warm_up) as f64);
}
