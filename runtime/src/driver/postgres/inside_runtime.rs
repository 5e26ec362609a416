//! Whether this thread polls futures of a tokio runtime, where the postgres crate panics: it blocks on a
//! runtime of its own, at each call and when its client is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Waker};

use tokio::runtime::Handle;
use tokio::task::coop;

use crate::error::{Error, ErrorKind};

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Own,
    Lent,
}

/// Refuses to go on where the driver would panic.
pub(super) fn refuse(connection: Connection) -> Result<(), Error> {
    if !is_inside() {
        return Ok(());
    }
    let error = Error::new(
        ErrorKind::AsyncRuntime,
        "the synchronous interface was called by an async task, which must not block",
    );
    Err(match connection {
        Connection::Own => error.help_with(
            "call `limbeck::tokio::upgrade` and its kin (feature `tokio`), or this from `tokio::task::spawn_blocking`",
        ),
        Connection::Lent => error.help_with(
            "use and drop the `postgres::Client` in `tokio::task::spawn_blocking`, as it panics in an async task, or \
             call `limbeck::tokio::upgrade` with a URL (feature `tokio`)",
        ),
    })
}

fn is_inside() -> bool {
    // The blocking threads of a runtime have a handle too, and may block.
    let Ok(handle) = Handle::try_current() else {
        return false;
    };
    is_budgeted() || !may_block(&handle)
}

/// Whether the running code has the budget that tokio gives to whatever it polls, and to nothing else. It is
/// spent and given back.
fn is_budgeted() -> bool {
    /// More than any budget, which is 128 in every version so far.
    const ENOUGH: usize = 1024;
    let mut context = Context::from_waker(Waker::noop());
    let mut spent = Vec::new();
    let is_budgeted = loop {
        match coop::poll_proceed(&mut context) {
            std::task::Poll::Ready(unit) => spent.push(unit),
            std::task::Poll::Pending => break true,
        }
        if spent.len() == ENOUGH {
            break false;
        }
    };
    // Each restores what was there before it.
    while spent.pop().is_some() {}
    is_budgeted
}

/// A task may have opted out of its budget. Then there is only trying, and tokio's panic is this function's
/// `false`.
fn may_block(handle: &Handle) -> bool {
    catch_unwind(AssertUnwindSafe(|| handle.block_on(async {}))).is_ok()
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::task::{spawn_blocking, unconstrained};

    use super::*;

    #[test]
    fn a_thread_without_a_runtime_may_block() {
        assert!(!is_inside());
        let runtime = Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        assert!(!is_inside());
    }

    #[test]
    fn a_task_may_not_block_and_keeps_its_budget() {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for _ in 0..3 {
                assert!(is_inside());
                assert!(coop::has_budget_remaining());
            }
            assert!(tokio::spawn(async { is_inside() }).await.unwrap());
            assert!(!spawn_blocking(is_inside).await.unwrap());
            // What is called by a blocking thread may poll again.
            let handle = Handle::current();
            let inner = spawn_blocking(move || handle.block_on(async { is_inside() }));
            assert!(inner.await.unwrap());
        });
        assert!(!is_inside());
    }

    #[test]
    fn a_task_without_a_budget_may_not_block_either() {
        let runtime = Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(unconstrained(async { is_inside() })));
    }
}
