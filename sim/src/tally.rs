//! How many points were tried, and what was found at them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::settings::Settings;

/// Counts points and keeps what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Whether each point is named before it is tried.
    is_verbose: bool,
    /// Tries only points whose names, with their part before them, have this in them.
    only: String,
    parts: Mutex<BTreeMap<String, Part>>,
    findings: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    points: usize,
    wrong: usize,
}

impl Tally {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            is_verbose: settings.is_verbose,
            only: settings.point.clone(),
            ..Self::default()
        }
    }

    /// One point of a part was tried, and this was wrong.
    pub(crate) fn point(&self, part: &str, point: &dyn Display, problems: &[String]) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = parts.entry(part.to_owned()).or_default();
        entry.points += 1;
        if problems.is_empty() {
            return;
        }
        entry.wrong += 1;
        drop(parts);
        let text = format!("{part}, {point}:\n  {}", problems.join("\n  "));
        println!("WRONG {text}");
        self.findings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text);
    }

    /// Tries all points, several at once, each judged by `judge`.
    pub(crate) fn try_all<P: Display + Sync>(
        &self,
        part: &str,
        points: &[P],
        workers: usize,
        judge: impl Fn(&P) -> Vec<String> + Sync,
    ) {
        let started = Instant::now();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..workers.clamp(1, points.len().max(1)) {
                scope.spawn(|| {
                    while let Some(point) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                        let name = format!("{part}, {point}");
                        if !name.contains(&self.only) {
                            continue;
                        }
                        if self.is_verbose {
                            println!("{name}");
                        }
                        // What panics is a finding like any other, wherever it panics.
                        let judged = catch_unwind(AssertUnwindSafe(|| judge(point)));
                        let problems = judged.unwrap_or_else(|_| vec!["a panic".to_owned()]);
                        self.point(part, point, &problems);
                    }
                });
            }
        });
        self.timed(part, started.elapsed());
    }

    /// A part is over, and has taken so long.
    pub(crate) fn timed(&self, part: &str, took: Duration) {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = parts.get(part).copied().unwrap_or_default();
        println!(
            "{part}: {} points, {} wrong, {:.1} s",
            entry.points,
            entry.wrong,
            took.as_secs_f64()
        );
    }

    /// Prints the sum, and tells whether something was tried and nothing is wrong.
    pub(crate) fn conclude(&self) -> bool {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let points: usize = parts.values().map(|part| part.points).sum();
        let findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        println!("\n{points} points, {} of them wrong", findings.len());
        points > 0 && findings.is_empty()
    }
}

/// How often a point is tried: a run that waits looks around as often as there is time to, which is not always the
/// same.
const ATTEMPTS: u32 = 10;

/// What is wrong at a point: an attempt that does not come to it, and after which nothing is wrong, says nothing.
pub(crate) fn until_reached(mut attempt: impl FnMut() -> Option<Vec<String>>) -> Vec<String> {
    (0..ATTEMPTS)
        .find_map(|_| attempt())
        .unwrap_or_else(|| vec!["it was not reached".to_owned()])
}
