//! What is told of a run while it goes on: to the program's observer, or as tracing's spans and events.

mod activity;
mod attend;
mod listener;
mod progress;
#[cfg(feature = "tracing")]
mod spans;

#[cfg(feature = "commands")]
pub(crate) use activity::waiting_for;
pub use activity::{Activity, Heartbeat};
pub(crate) use attend::{Vigil, attend};
pub(crate) use listener::{Listener, guarded};
pub use progress::{Progress, ProgressUnit};
#[cfg(feature = "tracing")]
pub use spans::TracingObserver;
