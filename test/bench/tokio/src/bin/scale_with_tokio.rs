//! As many tasks with an interval as the first argument says, on the runtime of one thread. Prints
//! what the members of Scale are, in their order.
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{interval_at, Instant};

/// Counts what is asked of the heap.
struct Counting;
static IN_USE: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() * 1e-9
}

fn main() {
    let count: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let late = Rc::new(RefCell::new(Vec::<f64>::with_capacity(5 * count as usize)));
    let begun = Rc::new(RefCell::new(0.0));
    let bytes = Rc::new(RefCell::new(0.0));
    let local = tokio::task::LocalSet::new();
    let over = Rc::new(tokio::sync::Notify::new());
    let before = IN_USE.load(Ordering::Relaxed);
    let origin = Instant::now() + Duration::from_millis(100) + Duration::from_micros(2 * count);
    let from = origin + Duration::from_secs(1);
    let end = from + Duration::from_secs(3);
    for i in 0..count {
        let first = origin + Duration::from_nanos(1_000_000_000 / count * i);
        let (late, begun, over) = (late.clone(), begun.clone(), over.clone());
        let bytes = bytes.clone();
        local.spawn_local(async move {
            let mut ticks = interval_at(first, Duration::from_secs(1));
            loop {
                let due = ticks.tick().await;
                let now = Instant::now();
                if now < from {
                    continue;
                }
                if *begun.borrow() == 0.0 {
                    *begun.borrow_mut() = cpu();
                    let in_use = IN_USE.load(Ordering::Relaxed) - before;
                    *bytes.borrow_mut() = in_use as f64 / count as f64;
                }
                late.borrow_mut().push((now - due).as_nanos() as f64);
                if now >= end {
                    over.notify_one();
                }
            }
        });
    }
    local.block_on(&runtime, over.notified());
    let used = cpu() - *begun.borrow();
    let mut late = late.borrow_mut();
    late.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let made = late.len();
    println!(
        "{} {} {} {} {}",
        1e6 * used / made as f64,
        bytes.borrow(),
        1e-6 * late[made * 99 / 100],
        1e-6 * late[made - 1],
        made as f64 / (3 * count) as f64
    );
}
